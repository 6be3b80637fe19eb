"""Screening and the talk about a need over HTTP, without JavaScript."""

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest_asyncio
from litestar import Litestar

import community
from app.homes.inbox import waiting
from community import Actor, Role
from marketplace import needs
from marketplace.needs import Need, NeedDraft, NeedState
from marketplace.refusals import verb
from tests.app.walking import Walker, walker

CHECKED = {
    "point_duty": "yes",
    "point_safety": "yes",
    "point_budget": "yes",
    "point_like": "yes",
    "least": "6,000",
    "most": "9000",
}
BOTH = {
    "in_favour": "Older neighbours fall on the stairs; rails help them to go out alone.",
    "against": "The stairs are narrow; some fear that rails leave no room for furniture.",
}


@dataclass
class Lane:
    """A community with two coordinators, an operator and residents, each at a browser."""

    id: uuid.UUID
    walkers: dict[str, Walker] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Walker:
        return self.walkers[name]

    async def need(self, *states: NeedState) -> Need:
        draft = NeedDraft("Handrails <b>here</b>", "The stairs are steep.", "elder_care")
        need = await needs.raise_need(draft, by=self.actors["anna"])
        for state in states:
            async with verb():
                now = await needs.locked(need.id, community_id=self.id)
                await needs.move(now, state, by=self.actors["zhou"])
        return need


@pytest_asyncio.fixture(loop_scope="session")
async def lane(app: Litestar) -> AsyncIterator[Lane]:
    home = await community.add_community(code=f"talk-{uuid.uuid4().hex[:10]}", name="Lane")
    made = Lane(home.id)
    async with AsyncExitStack() as stack:
        for name, role in (
            ("zhou", Role.COORDINATOR),
            ("qian", Role.COORDINATOR),
            ("sun", Role.PHONE_OPERATOR),
            ("anna", Role.RESIDENT),
            ("ben", Role.RESIDENT),
            ("carl", Role.RESIDENT),
        ):
            member = await community.add_member(
                community_id=home.id, name=name.title(), roles=(role,)
            )
            made.actors[name] = Actor(member.id, home.id, member.roles)
            made.walkers[name] = await (await stack.enter_async_context(walker(app))).sign_in(
                member.id
            )
        made.walkers["visitor"] = await stack.enter_async_context(walker(app))
        yield made


async def test_a_need_is_screened_refused_and_accepted_after_an_appeal(lane: Lane) -> None:
    need = await lane.need(NeedState.SECONDED)
    page = f"/needs/{need.id}/screening"
    zhou, qian, anna = lane["zhou"], lane["qian"], lane["anna"]
    await anna.open(f"/needs/{need.id}")
    assert "A coordinator looks at it until" in anna.words
    await zhou.open("/screenings")
    assert "Not begun yet" in zhou.words
    await zhou.open(f"{page}/checklist")
    assert "<b>here</b>" not in zhou.page
    revision = zhou.hidden("revision")
    answer = await zhou.send(f"{page}/checklist", revision=revision, point_duty="no", then="later")
    assert answer.headers["location"] == "/screenings"
    await qian.open(f"{page}/checklist")
    assert 'name="point_duty" value="no" checked' in qian.page
    stale = await qian.send(f"{page}/checklist", revision="0", **CHECKED)
    assert stale.status_code == 303
    await qian.open(stale.headers["location"])
    assert "A colleague saved something here meanwhile" in qian.words
    await qian.open(f"{page}/checklist")
    wrong = {**CHECKED, "point_duty": "no"}
    answer = await qian.send(
        f"{page}/checklist", revision=qian.hidden("revision"), then="outcome", **wrong
    )
    assert answer.status_code == 422
    assert "Say why: everybody can read it." in qian.words
    answer = await qian.send(
        f"{page}/checklist",
        revision=qian.hidden("revision"),
        then="outcome",
        note_duty="The city owes it.",
        **wrong,
    )
    await qian.open(answer.headers["location"])
    assert "Accept it" not in qian.words
    missing = await qian.send(
        f"{page}/outcome", revision=qian.hidden("revision"), outcome="refused"
    )
    assert missing.status_code == 422
    revision = qian.hidden("revision")
    await qian.send_and_follow(
        f"{page}/outcome", revision=revision, outcome="refused", reason="A duty of the city."
    )
    assert "A duty of the city." in qian.words
    again = await zhou.send(f"{page}/outcome", revision=revision, outcome="refused", reason="Too")
    await zhou.open(again.headers["location"])
    assert "refused already" in zhou.words
    await anna.open(page)
    assert "The city owes it." in anna.words
    assert "Qian" not in anna.words
    await anna.open(f"{page}/appeal")
    assert (await anna.send(f"{page}/appeal", words="")).status_code == 422
    await anna.send_and_follow(f"{page}/appeal", words="These stairs are ours.")
    await qian.open(f"{page}/appeal/decide")
    await qian.send_and_follow(f"{page}/appeal/decide", granted="yes", reason="So they are.")
    assert "You screened this need" in qian.words
    await zhou.open(f"{page}/appeal/decide")
    await zhou.send_and_follow(f"{page}/appeal/decide", granted="yes", reason="So they are.")
    assert "Granted: the need was accepted after all." in zhou.words
    data = (await lane["ben"].client.get(f"/api{page}")).json()
    assert (data["outcome"], data["appeal"]["granted"]) == ("refused", True)
    assert data["checklist"]["duty"] == {"answer": "no", "note": "The city owes it."}


async def test_who_may_not_screen_or_appeal(lane: Lane) -> None:
    need = await lane.need(NeedState.SECONDED)
    page = f"/needs/{need.id}/screening"
    for name, path in (
        ("anna", "/checklist"),
        ("sun", "/checklist"),
        ("ben", "/appeal"),
        ("anna", "/outcome"),
    ):
        assert (await lane[name].open(page + path)).status_code == 403
    assert (
        await lane["zhou"].open("/needs/" + str(uuid.uuid4()) + "/screening")
    ).status_code == 404
    raised = await lane.need()
    assert "Not yet" in (await lane["anna"].open(f"/needs/{raised.id}/screening")).text
    assert (await lane["zhou"].client.get(f"/api/needs/{raised.id}/screening")).status_code == 404


async def test_a_coordinator_changes_what_is_screened_by(lane: Lane) -> None:
    zhou = lane["zhou"]
    await zhou.open("/screening/list/edit")
    number = zhou.hidden("number")
    empty = await zhou.send("/screening/list/edit", number=number, duties="")
    assert empty.status_code == 422
    await zhou.send_and_follow(
        "/screening/list/edit",
        number=number,
        duties="Schools\nRoads",
        question_q1_1="Does all agree?",
    )
    assert "Does all agree?" in zhou.words
    assert "Roads" in zhou.words
    assert (await lane["anna"].open("/screening/list/edit")).status_code == 403


async def test_a_talk_from_the_first_word_to_both_sides(lane: Lane) -> None:
    need = await lane.need(NeedState.SECONDED, NeedState.ACCEPTED)
    page = f"/needs/{need.id}/arguments"
    anna, ben, carl, zhou = (lane[name] for name in ("anna", "ben", "carl", "zhou"))
    await ben.open(page)
    assert "Nobody has spoken yet" in ben.words
    await ben.open(f"{page}/new?side=against")
    assert "Do you agree?" in ben.words
    key = ben.hidden("key")
    said = {"key": key, "side": "against", "words": "Too narrow <script>"}
    assert (await ben.send(page, **said)).status_code == 422
    assert "Tick that you keep to the neighbourly rules." in ben.words
    for _ in range(2):
        where = await ben.send_and_follow(page, **said, agreed="yes")
    assert ben.page.count("Too narrow &lt;script&gt;") == 1
    argument = where.partition("#a-")[2]
    await carl.open(f"{page}/new?to={argument}")
    assert "Too narrow" in carl.words
    await carl.send_and_follow(
        page, key=carl.hidden("key"), to=argument, words="On one side only.", agreed="yes"
    )
    await carl.send_and_follow(f"/arguments/{argument}/helpful")
    assert "helpful to 1 neighbour" in carl.words
    await ben.open(f"/arguments/{argument}/amend")
    await ben.send_and_follow(f"/arguments/{argument}/amend", words="Too narrow there")
    await ben.open(f"/arguments/{argument}/add")
    await ben.send_and_follow(f"/arguments/{argument}/add", words="At number 3.")
    assert "Changed: what it said before" in ben.words
    assert (await carl.open(f"/arguments/{argument}/amend")).status_code == 403
    await lane["sun"].open(f"{page}/spoken")
    spoken = {"channel": "phone", "side": "for", "words": "I fell twice.", "leader": "Nobody"}
    assert (await lane["sun"].send(f"{page}/spoken", **spoken)).status_code == 422
    await lane["sun"].send_and_follow(f"{page}/spoken", **{**spoken, "leader": "Anna"})
    assert "said on the telephone" in lane["sun"].words
    await zhou.open(f"{page}/summary")
    short = await zhou.send(f"{page}/summary", number="0", **{**BOTH, "against": "Too narrow."})
    assert short.status_code == 422
    assert "Both sides get equal space" in zhou.words
    await zhou.send_and_follow(f"{page}/summary", number="0", **BOTH)
    await lane["visitor"].open(page)
    await anna.open(page)
    assert BOTH["against"] in anna.words
    data = (await anna.client.get(f"/api{page}")).json()
    assert data["figures"] == {"for": 1, "against": 1, "questions": 0, "answered": 0}
    assert data["sides"][0]["words"] in {"I fell twice.", "Too narrow there"}
    assert "Ben" not in str(data)
    await ben.send_and_follow(f"/arguments/{argument}/take-back")
    assert "Taken back by whoever said it." in ben.words


async def test_words_are_reported_hidden_and_looked_at_again(lane: Lane) -> None:
    need = await lane.need(NeedState.SECONDED, NeedState.ACCEPTED)
    page = f"/needs/{need.id}/arguments"
    ben, carl, zhou, qian = (lane[name] for name in ("ben", "carl", "zhou", "qian"))
    await ben.open(f"{page}/new?side=for")
    where = await ben.send_and_follow(
        page, key=ben.hidden("key"), side="for", words="Only fools say no.", agreed="yes"
    )
    words = f"/arguments/{where.partition('#a-')[2]}"
    await carl.open(f"{words}/report")
    assert (await carl.send(f"{words}/report")).status_code == 422
    await carl.send_and_follow(f"{words}/report", reason="insult")
    lines = await waiting(lane.actors["zhou"], datetime.now(UTC))
    assert any(one.href == f"{words}/rule" for one in lines)
    await zhou.open("/arguments/reported")
    await zhou.open(f"{words}/rule")
    assert (await zhou.send(f"{words}/rule", number="1", hidden="yes")).status_code == 422
    await zhou.send_and_follow(f"{words}/rule", number="1", hidden="yes", reason="It insults.")
    await carl.open(page)
    assert "Only fools" not in carl.words
    assert "It insults." in carl.words
    assert (await carl.open(f"{words}/again")).status_code == 403
    await ben.open(f"{words}/again")
    await ben.send_and_follow(f"{words}/again", words="I meant myself.")
    late = await zhou.open(f"{words}/rule")
    assert late.status_code == httpx.codes.SEE_OTHER
    await qian.open(f"{words}/rule")
    assert "I meant myself." in qian.words
    await qian.send_and_follow(f"{words}/rule", number="2", hidden="no", reason="A joke.")
    await carl.open(page)
    assert "Only fools" in carl.words


async def test_neighbourly_rules_are_read_by_all_and_changed_by_coordinators(lane: Lane) -> None:
    zhou = lane["zhou"]
    await zhou.open("/neighbourly-rules/edit")
    await zhou.send_and_follow(
        "/neighbourly-rules/edit", number=zhou.hidden("number"), words="Be kind.\nBe brief."
    )
    await lane["anna"].open("/neighbourly-rules")
    assert "Be kind." in lane["anna"].words
    assert (await lane["anna"].open("/neighbourly-rules/edit")).status_code == 403


async def test_what_nobody_s_page_sends_is_no_error_of_ours(lane: Lane) -> None:
    need = await lane.need(NeedState.SECONDED, NeedState.ACCEPTED)
    page = f"/needs/{need.id}/arguments"
    ben = lane["ben"]
    for path in (f"{page}/new?to=x", f"{page}/new?to={uuid.uuid4()}"):
        assert (await ben.open(path)).status_code == 404
    assert (await ben.open(f"{page}?page=99999999")).status_code == 200
    await ben.open(f"{page}/new?side=sideways")
    assert (await ben.send(page, to="x", words="A", agreed="yes")).status_code == 404
    assert (await ben.open(f"/arguments/{uuid.uuid4()}/report")).status_code == 404
    hidden = await lane.need(NeedState.HIDDEN)
    assert (await ben.open(f"/needs/{hidden.id}/arguments")).status_code == 404
