"""Acting for another over HTTP: granting, the delegate's pages, and whom they are closed to."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from litestar import Litestar

import community
import marketplace
import timebank
from app.main import create_app, running
from app.settings import settings
from community import Actor, Channel, DelegatedAct, KinKind, Role
from marketplace.errors import NotAResident
from marketplace.values import RoundId
from tests.app.walking import Walker, walker
from tests.timebank.street import Street, open_street, street

__all__ = ["street"]

ALL = ("request", "confirm", "passbook")


@pytest_asyncio.fixture(loop_scope="session")
async def app(database: object, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Litestar]:  # noqa: ARG001 (the app needs it)
    monkeypatch.setenv("LINLI_DEMO", "true")
    settings.cache_clear()
    made = create_app()
    async with running(made):
        yield made
    monkeypatch.undo()
    settings.cache_clear()


@dataclass
class Site:
    """The site, a street behind it, and the elder's daughter with a telephone number."""

    app: Litestar
    street: Street
    daughter: Actor
    phone: str
    owner: asyncpg.Connection
    stack: AsyncExitStack

    async def signed_in(self, who: Actor, language: str = "en") -> Walker:
        visitor = await self.stack.enter_async_context(walker(self.app, language))
        return await visitor.sign_in(who.member_id)

    @property
    def elder(self) -> Actor:
        return self.street.elder

    @property
    def place(self) -> str:
        return f"/for/{self.elder.member_id}"

    async def kin(self) -> None:
        await community.record_kinship(
            self.elder.member_id,
            self.daughter.member_id,
            KinKind.LINEAL,
            evidence="户口簿",
            by=self.street.coordinator,
        )

    async def granted(self, *acts: str, to: Actor | None = None) -> community.Delegation:
        terms = community.Terms(
            self.elder.member_id,
            (to or self.daughter).member_id,
            frozenset(DelegatedAct(one) for one in acts or ALL),
            datetime.now(UTC) + timedelta(days=100),
        )
        words = community.Agreement("我同意由女儿替我办。", "zh", Channel.ONLINE)
        return await community.grant_delegation(terms, words, by=self.elder, key=uuid4())

    async def finished(self, taken: int = 95) -> UUID:
        """Let a visit of today take place and end, at this hour of the real clock."""
        quarter = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        begun = quarter - timedelta(hours=3)
        request = timebank.Request("companionship", begun, 120, "梧桐里 12 号 302 室")
        asked = begun - timedelta(hours=2)
        visit = await timebank.ask(request, by=self.elder, form_key=uuid4(), at=asked)
        await timebank.accept(visit.id, by=self.street.volunteer, at=asked)
        code = (await timebank.visit_page(visit.id, self.elder))[0].visit.code
        await timebank.check_in(visit.id, by=self.street.volunteer, code=code, at=begun)
        end = begun + timedelta(minutes=taken)
        await timebank.check_out(visit.id, by=self.street.volunteer, at=end)
        return visit.id


@pytest_asyncio.fixture(loop_scope="session")
async def site(app: Litestar, street: Street, owner: asyncpg.Connection) -> AsyncIterator[Site]:
    phone = f"+86139{uuid4().int % 10**8:08d}"
    member = await community.add_member(
        community_id=street.id, name="陈晓", phone=phone, roles=(Role.RESIDENT,)
    )
    daughter = Actor(member.id, street.id, member.roles)
    async with AsyncExitStack() as stack:
        yield Site(app, street, daughter, phone, owner, stack)


def last_days(page: str) -> list[str]:
    return re.findall(r'name="until" value="([0-9-]+)"', page)


def sentence(walker: Walker) -> str:
    found = re.search(
        r'<blockquote class="consent-words" lang="[^"]+">(.*?)</blockquote>', walker.page
    )
    assert found
    return found[1]


async def to_the_sentence(walker: Walker, href: str, **answers: object) -> dict[str, object]:
    """Fill in the first step; return what the second carries along."""
    await walker.open(f"{href}/new")
    filled = {
        "key": walker.hidden("key"),
        "acts": list(ALL),
        "until": last_days(walker.page)[0],
        "language": "en",
        **answers,
    }
    answer = await walker.send(f"{href}/new", **filled)
    assert answer.status_code == 200, walker.words[:500]
    return {**filled, "words": walker.hidden("words")}


async def test_an_elder_lets_her_daughter_act(site: Site) -> None:
    await site.kin()
    elder = await site.signed_in(site.elder)
    await elder.open("/me/delegations")
    assert "Nobody acts for you" in elder.words
    carried = await to_the_sentence(
        elder, "/me/delegations", person=str(site.daughter.member_id), acts=["request", "passbook"]
    )
    said = sentence(elder)
    assert said.startswith("I, 陈桂芳, agree that 陈晓 (phone ending in ")
    assert "ask for visits and call them off; see my passbook" in said
    assert "confirm" not in said
    assert "Nobody votes for me" in said
    assert await community.delegations_of(site.elder.member_id, site.elder) == []
    where = await elder.send_and_follow("/me/delegations", **carried, agreed="yes")
    assert where == "/me/delegations"
    assert "陈晓 can now act for you" in elder.words
    (made,) = await community.delegations_of(site.elder.member_id, site.elder)
    assert (made.consent.words, made.consent.channel) == (said, Channel.ONLINE)
    assert made.acts == {DelegatedAct.REQUEST, DelegatedAct.PASSBOOK}
    again = await elder.send("/me/delegations", **carried, agreed="yes")
    assert again.status_code == 303
    assert len(await community.delegations_of(site.elder.member_id, site.elder)) == 1


async def test_name_and_number_both_have_to_be_right(site: Site) -> None:
    elder = await site.signed_in(site.elder)
    for name, phone, told in (
        ("陈晓", "138 0000 0000", "no member here with this name and this number"),
        ("陈晓晓", site.phone, "no member here with this name and this number"),
        ("陈晓", "me", "no member here with this name and this number"),
        ("", site.phone, "Type the full name."),
        ("陈晓", "", "Type the telephone number"),
    ):
        await elder.open("/me/delegations/new")
        fields = {"acts": "request", "until": last_days(elder.page)[0], "language": "en"}
        answer = await elder.send("/me/delegations/new", name=name, phone=phone, **fields)
        assert (answer.status_code, told in elder.words) == (422, True), (name, phone)
        assert elder.page.count("autofocus") == 1
        assert f'value="{name}"' in elder.page
    local = site.phone.removeprefix("+86")
    await to_the_sentence(elder, "/me/delegations", name=" 陈 晓 ", phone=local, person="another")
    assert "陈晓" in sentence(elder)


async def test_a_number_of_another_community_finds_nobody(site: Site) -> None:
    elsewhere = await open_street()
    elder = await site.signed_in(elsewhere.elder)
    await elder.open("/me/delegations/new")
    fields = {"acts": "request", "until": last_days(elder.page)[0], "language": "en"}
    answer = await elder.send("/me/delegations/new", name="陈晓", phone=site.phone, **fields)
    assert (answer.status_code, "no member here" in elder.words) == (422, True)
    answer = await elder.send("/me/delegations/new", person=str(site.daughter.member_id), **fields)
    assert (answer.status_code, "Choose one of the people shown" in elder.words) == (422, True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"acts": []}, "Choose at least one thing that they may do."),
        ({"acts": ["vote"]}, "Choose at least one thing that they may do."),
        ({"until": ""}, "Choose until when."),
        ({"until": "2026-02-30"}, "Write the day as year, month, day"),
    ],
)
async def test_each_wrong_answer_is_named(
    site: Site, changes: dict[str, object], told: str
) -> None:
    elder = await site.signed_in(site.elder)
    await elder.open("/me/delegations/new")
    fields = {
        "name": "陈晓",
        "phone": site.phone,
        "acts": ["request"],
        "until": last_days(elder.page)[0],
        "language": "en",
    }
    answer = await elder.send("/me/delegations/new", **{**fields, **changes})
    assert (answer.status_code, told in elder.words) == (422, True)
    assert 'value="陈晓"' in elder.page


async def test_too_long_and_long_past_are_refused_by_the_rules(site: Site) -> None:
    elder = await site.signed_in(site.elder)
    for until, told in (
        ("2020-01-01", "That day is over."),
        ("2999-01-01", "longer than this community allows"),
    ):
        carried = await to_the_sentence(
            elder, "/me/delegations", name="陈晓", phone=site.phone, until=until
        )
        answer = await elder.send("/me/delegations", **carried, agreed="yes")
        assert (answer.status_code, told in elder.words) == (422, True)
    assert await community.delegations_of(site.elder.member_id, site.elder) == []


async def test_without_the_tick_or_with_other_words_nothing_is_kept(site: Site) -> None:
    elder = await site.signed_in(site.elder)
    carried = await to_the_sentence(elder, "/me/delegations", name="陈晓", phone=site.phone)
    answer = await elder.send("/me/delegations", **carried)
    assert (answer.status_code, "Tick this once" in elder.words) == (422, True)
    changed = {**carried, "acts": ["passbook"]}
    answer = await elder.send("/me/delegations", **changed, agreed="yes")
    assert (answer.status_code, "The words have changed" in elder.words) == (422, True)
    assert await community.delegations_of(site.elder.member_id, site.elder) == []
    await elder.send("/me/delegations/new", **changed, change="1")
    assert 'value="passbook" checked' in " ".join(elder.page.split())
    assert 'value="request" checked' not in " ".join(elder.page.split())


async def test_the_desk_records_what_it_was_told(site: Site) -> None:
    coordinator = await site.signed_in(site.street.coordinator)
    href = f"/members/{site.elder.member_id}/delegations"
    await coordinator.open(href)
    assert "Nobody acts for them" in coordinator.words
    carried = await to_the_sentence(
        coordinator,
        href,
        name="陈晓",
        phone=site.phone,
        channel="phone",
        witness=str(site.street.coordinator.member_id),
        language="zh",
    )
    assert "The words were read back and agreed to" in coordinator.words
    assert sentence(coordinator).startswith("我，陈桂芳，同意由 陈晓（手机尾号 ")
    assert 'lang="zh-Hans-CN">我' in coordinator.page
    await coordinator.send_and_follow(href, **carried, agreed="yes")
    assert "陈晓 can now act for 陈桂芳" in coordinator.words
    assert "On the phone" in coordinator.words
    assert "heard by 沈洁" in coordinator.words
    (made,) = await community.delegations_of(site.elder.member_id, site.elder)
    assert made.consent.witness_id == site.street.coordinator.member_id
    elder = await site.signed_in(site.elder)
    await elder.open("/me/delegations")
    assert "heard by 沈洁" in elder.words
    for told in (made.consent.words, "Ask for visits, and call them off"):
        assert told in elder.words


async def test_the_desk_says_who_heard_it_and_how(site: Site) -> None:
    coordinator = await site.signed_in(site.street.coordinator)
    href = f"/members/{site.elder.member_id}/delegations"
    await coordinator.open(f"{href}/new")
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    fields = {
        "name": "陈晓",
        "phone": site.phone,
        "acts": ["request"],
        "until": last_days(coordinator.page)[0],
        "language": "zh",
        "channel": "phone",
        "witness": str(site.street.coordinator.member_id),
    }
    for changes, told in (
        ({"channel": ""}, "Choose how they said it to you."),
        ({"channel": "online"}, "Choose how they said it to you."),
        ({"witness": ""}, "Choose who heard it."),
        ({"language": "fr"}, "Choose one of the two."),
        ({"given_at": tomorrow}, "That day has not come yet."),
    ):
        answer = await coordinator.send(f"{href}/new", **{**fields, **changes})
        assert (answer.status_code, told in coordinator.words) == (422, True), changes
    wrong = {**fields, "witness": str(site.street.volunteer.member_id)}
    carried = await to_the_sentence(coordinator, href, **wrong)
    answer = await coordinator.send(href, **carried, agreed="yes")
    assert (answer.status_code, "A witness is a coordinator" in coordinator.words) == (422, True)


async def test_who_acts_cannot_record_it_themselves(site: Site) -> None:
    phone = f"+86137{uuid4().int % 10**8:08d}"
    await site.owner.execute(
        "UPDATE member SET phone = $1 WHERE id = $2", phone, site.street.coordinator.member_id
    )
    coordinator = await site.signed_in(site.street.coordinator)
    href = f"/members/{site.elder.member_id}/delegations"
    carried = await to_the_sentence(
        coordinator,
        href,
        name="沈洁",
        phone=phone,
        channel="phone",
        witness=str(site.street.coordinator.member_id),
    )
    answer = await coordinator.send(href, **carried, agreed="yes")
    assert (answer.status_code, "A colleague can record it" in coordinator.words) == (422, True)


async def test_two_taps_to_confirm(site: Site) -> None:
    await site.granted()
    visit_id = await site.finished()
    daughter = await site.signed_in(site.daughter)
    await daughter.open("/time-bank")
    assert "The people I act for" in daughter.words
    await daughter.open("/for")
    assert "陈桂芳" in daughter.words
    assert "Please confirm" in daughter.words
    page = f"{site.place}/visits/{visit_id}"
    assert f'href="{page}"' in daughter.page
    await daughter.open(page)
    assert "You are acting for 陈桂芳" in daughter.words
    where = await daughter.send_and_follow(f"{page}/confirm", minutes=daughter.hidden("minutes"))
    assert where == page
    assert "1 h 35 min passed to the volunteer, 25 min came back." in daughter.words
    assert await site.street.minutes(site.elder, site.street.volunteer) == [(205, 0), (95, 0)]
    elder = await site.signed_in(site.elder)
    await elder.open(f"/time-bank/visits/{visit_id}")
    assert "陈晓 for 陈桂芳" in elder.words


async def test_a_delegate_asks_and_calls_off(site: Site) -> None:
    await site.granted()
    daughter = await site.signed_in(site.daughter)
    await daughter.open(f"{site.place}/ask")
    assert "You are acting for 陈桂芳" in daughter.words
    assert "陈桂芳 has 5 h to use." in daughter.words
    fields = {
        "key": daughter.hidden("key"),
        "service": "companionship",
        "day": (datetime.now(UTC) + timedelta(days=2)).date().isoformat(),
        "time": "10:00",
        "minutes": "120",
        "place": "梧桐里 12 号 302 室",
        "wishes": "",
    }
    answer = await daughter.send(f"{site.place}/ask", **{**fields, "place": ""})
    assert (answer.status_code, "acting for" in daughter.words) == (422, True)
    where = await daughter.send_and_follow(f"{site.place}/ask", **fields)
    assert where.startswith(f"{site.place}/visits/")
    assert await site.street.minutes(site.elder) == [(300, 120)]
    again = await daughter.send_and_follow(f"{site.place}/ask", **{**fields, "minutes": "60"})
    assert again == where
    assert "This had been asked for before" in daughter.words
    await daughter.open(f"{where}/cancel")
    await daughter.send_and_follow(f"{where}/cancel", reason="")
    assert await site.street.minutes(site.elder) == [(300, 0)]


async def test_the_passbook_of_another(site: Site) -> None:
    await site.granted("passbook")
    daughter = await site.signed_in(site.daughter)
    await daughter.open(site.place)
    assert "/ask" not in daughter.page
    await daughter.open(f"{site.place}/passbook")
    assert "You are acting for 陈桂芳" in daughter.words
    assert "Hours of 陈桂芳" in daughter.words
    assert "+5 h" in daughter.words


@pytest.mark.parametrize(
    ("acts", "open_pages"),
    [
        (("request",), {"", "/ask", "/visits/{visit}"}),
        (("confirm",), {"", "/visits/{visit}"}),
        (("passbook",), {"", "/passbook"}),
    ],
)
async def test_only_the_pages_of_what_was_agreed_to(
    site: Site, acts: tuple[str, ...], open_pages: set[str]
) -> None:
    visit_id = await site.finished()
    await site.granted(*acts)
    daughter = await site.signed_in(site.daughter)
    await daughter.open("/for")
    for page in ("", "/ask", "/passbook", "/visits/{visit}", "/visits/{visit}/cancel"):
        path = f"{site.place}{page}".format(visit=visit_id)
        status = 200 if page in open_pages else 404
        if page.endswith("cancel"):
            status = 303 if acts == ("request",) else 404  # a finished visit: back to its page
        assert (await daughter.client.get(path)).status_code == status, page
    path = f"{site.place}/visits/{visit_id}"
    for page, fields, needed in (
        (f"{path}/confirm", {"minutes": "95"}, "confirm"),
        (f"{path}/cancel", {}, "request"),
        (f"{site.place}/ask", {}, "request"),
    ):
        if needed not in acts:
            answer = await daughter.send(page, **fields)
            assert answer.status_code == 404, page
            await daughter.open("/for")
    if "confirm" not in acts:
        assert await site.street.minutes(site.street.volunteer) == [(0, 0)]


async def test_nobody_else_gets_in(site: Site) -> None:
    visit_id = await site.finished()
    await site.granted()
    pages = ("", "/ask", "/passbook", f"/visits/{visit_id}", f"/visits/{visit_id}/cancel")
    elsewhere = await open_street()
    for who in (
        site.street.poor_elder,
        site.street.volunteer,
        site.street.coordinator,
        elsewhere.coordinator,
        elsewhere.elder,
    ):
        stranger = await site.signed_in(who)
        for page in pages:
            status = (await stranger.client.get(f"{site.place}{page}")).status_code
            assert status in {403, 404}, (page, status)
    daughter = await site.signed_in(site.daughter)
    for page in pages:
        other = f"/for/{site.street.poor_elder.member_id}{page}"
        assert (await daughter.client.get(other)).status_code == 404, page
    assert (await daughter.client.get(f"/time-bank/visits/{visit_id}")).status_code == 403
    assert (await daughter.client.get("/time-bank/ask")).status_code == 403
    assert (await daughter.client.get(f"{site.place}/visits/{uuid4()}")).status_code == 404
    own = await site.street.asked(60, by=site.street.poor_elder)
    assert (await daughter.client.get(f"{site.place}/visits/{own.id}")).status_code == 404


async def test_it_ends_at_once_also_for_an_open_page(site: Site) -> None:
    made = await site.granted()
    visit_id = await site.finished()
    daughter = await site.signed_in(site.daughter)
    page = f"{site.place}/visits/{visit_id}"
    await daughter.open(page)
    elder = await site.signed_in(site.elder)
    await elder.open(f"/me/delegations/{made.id}/revoke")
    await elder.send_and_follow(f"/me/delegations/{made.id}/revoke", reason="not_needed", why="")
    assert "From now on nobody does anything on it" in elder.words
    assert "It is no longer needed." in elder.words
    answer = await daughter.send(f"{page}/confirm", minutes="95")
    assert answer.status_code == 404
    assert await site.street.minutes(site.street.volunteer) == [(0, 0)]
    await daughter.open("/for")
    assert "You act for nobody" in daughter.words
    assert "It is no longer needed." in daughter.words


async def test_revoked_between_the_guard_and_the_verb(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await site.granted()
    visit_id = await site.finished()
    daughter = await site.signed_in(site.daughter)
    page = f"{site.place}/visits/{visit_id}"
    await daughter.open(page)
    confirm, entered, go_on = timebank.confirm, asyncio.Event(), asyncio.Event()

    async def late(*args: object, **named: object) -> timebank.Visit:
        entered.set()
        await go_on.wait()
        return await confirm(*args, **named)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(timebank, "confirm", late)
    sending = asyncio.create_task(daughter.send_and_follow(f"{page}/confirm", minutes="95"))
    await asyncio.wait_for(entered.wait(), 10)
    await community.revoke_delegation(made.id, why="不再需要", by=site.elder)
    go_on.set()
    assert await sending == "/for"
    assert "it was ended meanwhile. Nothing was changed." in daughter.words
    assert await site.street.minutes(site.street.volunteer) == [(0, 0)]


async def test_a_delegate_lays_it_down(site: Site) -> None:
    made = await site.granted()
    daughter = await site.signed_in(site.daughter)
    path = f"/me/delegations/{made.id}/revoke"
    await daughter.open(path)
    assert "No longer act for 陈桂芳?" in daughter.words
    answer = await daughter.send(path, reason="other", why=" ")
    assert (answer.status_code, "Say why, in a few words." in daughter.words) == (422, True)
    answer = await daughter.send(path, reason="made up")
    assert (answer.status_code, "Choose one of the reasons" in daughter.words) == (422, True)
    assert await daughter.send_and_follow(path, reason="other", why="我要出国了") == "/for"
    elder = await site.signed_in(site.elder)
    await elder.open("/me/delegations")
    assert "我要出国了" in elder.words
    assert (await daughter.client.get(path)).status_code == 303


async def test_nobody_revokes_what_is_not_theirs(site: Site) -> None:
    made = await site.granted()
    elsewhere = await open_street()
    for who in (site.street.poor_elder, elsewhere.elder, elsewhere.coordinator):
        stranger = await site.signed_in(who)
        await stranger.open("/me/delegations")
        for path in (
            f"/me/delegations/{made.id}/revoke",
            f"/members/{site.elder.member_id}/delegations/{made.id}/revoke",
        ):
            assert (await stranger.client.get(path)).status_code in {403, 404}
            assert (await stranger.send(path, reason="not_needed")).status_code in {403, 404}
            await stranger.open("/me/delegations")
    coordinator = await site.signed_in(site.street.coordinator)
    wrong = f"/members/{site.street.poor_elder.member_id}/delegations/{made.id}/revoke"
    assert (await coordinator.client.get(wrong)).status_code == 404
    await coordinator.open(f"/members/{site.elder.member_id}/delegations")
    right = f"/members/{site.elder.member_id}/delegations/{made.id}/revoke"
    await coordinator.send_and_follow(right, reason="other", why="本人来电要求")
    assert "本人来电要求" in coordinator.words


async def test_one_s_own_id_leads_to_one_s_own_pages(site: Site) -> None:
    elder = await site.signed_in(site.elder)
    own = f"/for/{site.elder.member_id}"
    assert (await elder.client.get(own)).status_code == 403
    await elder.open(f"{own}/passbook")
    assert "acting for" not in elder.words
    assert "My hours" in elder.words


async def test_nobody_votes_or_proposes_for_another(site: Site) -> None:
    await site.granted()
    acting = await community.delegated(site.daughter, site.elder.member_id, frozenset(DelegatedAct))
    with pytest.raises(NotAResident):
        await marketplace.vote(RoundId(uuid4()), [], by=acting)
    daughter = await site.signed_in(site.daughter)
    answer = await daughter.client.get(f"{site.place}/rounds/{uuid4()}")
    assert answer.status_code == 404


async def test_kin_are_recorded_and_ended(site: Site) -> None:
    coordinator = await site.signed_in(site.street.coordinator)
    href = f"/members/{site.elder.member_id}/kin"
    await coordinator.open(href)
    assert "No kin on record" in coordinator.words
    for fields, told in (
        ({"name": "", "kind": "lineal", "evidence": "户口簿"}, "Type the full name."),
        ({"name": "陈晓晓", "kind": "lineal", "evidence": "户口簿"}, "exactly this name"),
        ({"name": "陈晓", "kind": "", "evidence": "户口簿"}, "Choose how they are kin."),
        ({"name": "陈晓", "kind": "lineal", "evidence": " "}, "Say which document you saw"),
        ({"name": "沈洁", "kind": "other", "evidence": "户口簿"}, "This is your own kin."),
    ):
        answer = await coordinator.send(href, **fields)
        assert (answer.status_code, told in coordinator.words) == (422, True), fields
        assert coordinator.page.count("autofocus") == 1
    seen = "户口簿原件，在社区服务站"
    await coordinator.send_and_follow(href, name="陈晓", kind="lineal", evidence=seen)
    assert "陈桂芳 and 陈晓 are on record as kin." in coordinator.words
    for side, other in ((site.elder, "陈晓"), (site.daughter, "陈桂芳")):
        reader = await site.signed_in(side)
        await reader.open("/me/kin")
        assert other in reader.words
        assert seen in reader.words
        assert "Put kin on record" not in reader.words
    await site.granted()
    (one,) = await community.kin_of(site.elder.member_id, site.elder)
    await coordinator.open(f"{href}/{one.id}/end")
    answer = await coordinator.send(f"{href}/{one.id}/end", reason="")
    assert answer.status_code == 422
    await coordinator.send_and_follow(f"{href}/{one.id}/end", reason="mistake")
    assert "One of them may still act for the other" in coordinator.words
    assert "It was a mistake" in coordinator.words
    assert (await coordinator.client.get(f"{href}/{one.id}/end")).status_code == 303


async def test_namesakes_are_told_apart(site: Site) -> None:
    other = await community.add_member(community_id=site.street.id, name="陈晓")
    coordinator = await site.signed_in(site.street.coordinator)
    href = f"/members/{site.elder.member_id}/kin"
    await coordinator.open(href)
    fields = {"name": "陈晓", "kind": "other", "evidence": "户口簿"}
    answer = await coordinator.send(href, **fields)
    assert (answer.status_code, "Several people have this name" in coordinator.words) == (422, True)
    assert site.phone[-4:] in coordinator.words
    assert site.phone[3:] not in coordinator.words
    await coordinator.send_and_follow(href, **fields, person=str(other.id))
    (one,) = await community.kin_of(site.elder.member_id, site.elder)
    assert one.other(site.elder.member_id) == other.id


async def test_kin_and_delegations_are_not_for_every_eye(site: Site) -> None:
    elder = site.elder.member_id
    elsewhere = await open_street()
    for who in (site.daughter, site.street.volunteer, elsewhere.coordinator):
        nosy = await site.signed_in(who)
        await nosy.open("/me/delegations")
        for path in (f"/members/{elder}/kin", f"/members/{elder}/delegations"):
            assert (await nosy.client.get(path)).status_code in {403, 404}
        answer = await nosy.send(f"/members/{elder}/kin", name="陈晓", kind="other", evidence="x")
        assert answer.status_code in {403, 404}
        await nosy.open("/me/delegations")
        assert (await nosy.send(f"/members/{elder}/delegations")).status_code in {403, 404}
    assert await community.kin_of(elder, site.elder) == []
