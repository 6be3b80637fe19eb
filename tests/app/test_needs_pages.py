"""Needs over HTTP: raising with a photograph, seconding, reporting, hiding, the desk, the data."""

import io
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from litestar import Litestar
from PIL import Image

import community
from app import pictures
from community import Actor, Member, Role, add_community, add_member
from marketplace import needs
from marketplace.needs import Need, NeedDraft, NeedState, Search
from tests.app.test_beside_pages import picture
from tests.app.walking import Walker, walker
from tests.marketplace.need_examples import on_the_phone

BENCH = {
    "title": "A bench at the bus stop",
    "story": "Elders wait there standing.",
    "category": "environment",
    "area": "",
    "place": "Lane 3",
}


def actor(member: Member) -> Actor:
    return Actor(member.id, member.community_id, member.roles)


@dataclass
class Lane:
    """A neighbourhood behind the site, with people who come to their browsers when asked."""

    app: Litestar
    id: uuid.UUID
    people: dict[str, Actor]
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def enter(self, name: str, language: str = "en") -> Walker:
        visitor = await self.visitor(language)
        return await visitor.sign_in(self.people[name].member_id)

    async def visitor(self, language: str = "en") -> Walker:
        return await self.stack.enter_async_context(walker(self.app, language))

    async def need(self, title: str = BENCH["title"]) -> Need:
        draft = NeedDraft(title, BENCH["story"], BENCH["category"], BENCH["place"])
        return await needs.raise_need(draft, by=self.people["author"])

    async def found(self) -> list[Need]:
        cards = await needs.need_cards(Search(), community_id=self.id)
        return [one.need for one in cards]


@pytest.fixture
async def lane(app: Litestar) -> AsyncIterator[Lane]:
    home = await add_community(code=f"need-{uuid.uuid4().hex[:12]}", name="Lane")
    people = {
        name: actor(await add_member(community_id=home.id, name=name.title(), roles=roles))
        for name, roles in {
            "author": (Role.RESIDENT,),
            "neighbour": (Role.RESIDENT,),
            "visitor": (Role.VOLUNTEER,),
            "coordinator": (Role.COORDINATOR,),
            "operator": (Role.PHONE_OPERATOR,),
        }.items()
    }
    opened = Lane(app, home.id, people)
    async with opened.stack:
        yield opened


async def hand_in(walker: Walker, path: str, image: bytes | None = None, **fields: str) -> int:
    """Send a form that may hold a photograph; return the answer's status."""
    sent: dict[str, Any] = {"_csrf_token": walker.hidden("_csrf_token"), **fields}
    files = {"photo": ("spot.jpg", image, "image/jpeg")} if image is not None else None
    answer = await walker.client.post(path, data=sent, files=files)
    walker.page = answer.text
    return answer.status_code


async def test_a_need_is_raised_with_a_photograph_that_tells_nothing(lane: Lane) -> None:
    author = await lane.enter("author")
    await author.open("/needs/new")
    key = author.hidden("key")
    for _ in range(2):  # the same form twice
        await author.open("/needs/new")
        status = await hand_in(author, "/needs", picture("JPEG", (2400, 1200)), key=key, **BENCH)
        assert status == 303
    (need,) = await lane.found()
    assert (need.id, need.title, need.place) == (uuid.UUID(key), BENCH["title"], "Lane 3")
    await author.open(f"/needs/{need.id}")
    assert "Looking for support" in author.words
    assert "Raised by Author" in author.words
    answer = await author.client.get(f"/needs/{need.id}/photo")
    kept = Image.open(io.BytesIO(answer.content))
    assert (kept.format, max(kept.size)) == ("JPEG", pictures.SIDE_MAX)
    assert not kept.getexif()
    assert b"maker of cameras" not in answer.content
    assert "no-store" in answer.headers["cache-control"]


async def test_a_refused_form_keeps_what_was_typed(lane: Lane) -> None:
    author = await lane.enter("author")
    await author.open("/needs/new")
    key = author.hidden("key")
    assert await hand_in(author, "/needs", b"GIF89a no", key=key, **BENCH) == 422
    assert "This is no photograph that we can read." in author.words
    assert f'value="{BENCH["title"]}"' in author.page
    assert BENCH["story"] in author.page
    assert re.search(r'value="environment"[^>]* checked', author.page)
    wrong = {**BENCH, "title": "", "category": "", "story": "x" * 2001}
    assert await hand_in(author, "/needs", key=key, **wrong) == 422
    assert "3 answers need another look" in author.words
    assert "Say in a few words what is missing." in author.words
    assert "Use at most 2,000 characters." in author.words
    assert await hand_in(author, "/needs", key=key, **{**BENCH, "category": "nonsense"}) == 422
    assert "Choose what it is about." in author.words
    somewhere = {**BENCH, "area": str(uuid.uuid4())}
    assert await hand_in(author, "/needs", key=key, **somewhere) == 422
    assert "Choose one of the places shown." in author.words
    assert await lane.found() == []


async def test_who_may_raise_and_second(lane: Lane) -> None:
    need = await lane.need()
    for name in ("visitor", "coordinator"):
        other = await lane.enter(name)
        assert (await other.open("/needs/new")).status_code == 403
        await other.open("/me")
        assert (await other.send(f"/needs/{need.id}/second")).status_code == 403
    neighbour = await lane.enter("neighbour")
    await neighbour.open(f"/needs/{need.id}")
    await neighbour.send_and_follow(f"/needs/{need.id}/second")
    assert "You stand behind it." in neighbour.words
    await neighbour.send_and_follow(f"/needs/{need.id}/unsecond")
    assert "You no longer stand behind it." in neighbour.words
    author = await lane.enter("author")
    await author.open(f"/needs/{need.id}")
    assert "I need this too" not in author.words
    await author.send_and_follow(f"/needs/{need.id}/second")
    assert "You raised this need yourself" in author.words
    assert (await author.open(f"/needs/{uuid.uuid4()}")).status_code == 404
    assert (await author.send(f"/needs/{uuid.uuid4()}/second")).status_code == 404


async def test_words_are_mended_and_withdrawn_with_a_reason(lane: Lane) -> None:
    need, author = await lane.need(), await lane.enter("author")
    await author.open(f"/needs/{need.id}/edit")
    better = {**BENCH, "title": "Two benches", "version": author.hidden("version")}
    assert await hand_in(author, f"/needs/{need.id}/edit", **better) == 303
    await author.open(f"/needs/{need.id}/edit")
    third = {**BENCH, "title": "Three benches", "version": "1"}
    assert await hand_in(author, f"/needs/{need.id}/edit", **third) == 422
    assert "has changed it meanwhile" in author.words
    assert 'value="Three benches"' in author.page
    await author.open(f"/needs/{need.id}")
    assert "Two benches" in author.words
    assert "What it said before: 1 version" in author.words
    neighbour = await lane.enter("neighbour")
    assert (await neighbour.open(f"/needs/{need.id}/edit")).status_code == 404
    assert (await neighbour.open(f"/needs/{need.id}/withdraw")).status_code == 404
    await author.open(f"/needs/{need.id}/withdraw")
    assert (await author.send(f"/needs/{need.id}/withdraw", why=" ")).status_code == 422
    assert "Give the reason: everybody can read it." in author.words
    await author.send_and_follow(f"/needs/{need.id}/withdraw", why="It is there now")
    assert "The reason: It is there now" in author.words
    assert (await author.open(f"/needs/{need.id}/edit")).url.path == f"/needs/{need.id}/edit"
    assert (await author.client.get(f"/needs/{need.id}/edit")).status_code == 303


async def test_a_report_reaches_the_inbox_and_hiding_takes_the_words(lane: Lane) -> None:
    need, neighbour = await lane.need("A word about my neighbour"), await lane.enter("neighbour")
    await neighbour.open(f"/needs/{need.id}/report")
    assert (await neighbour.send(f"/needs/{need.id}/report", reason="")).status_code == 422
    await neighbour.send_and_follow(f"/needs/{need.id}/report", reason="It names a person")
    assert "A coordinator looks at it" in neighbour.words
    coordinator = await lane.enter("coordinator")
    await coordinator.open("/")
    assert "A resident has reported this need" in coordinator.words
    await coordinator.open(f"/needs/{need.id}")
    assert "“It names a person”" in coordinator.words
    await coordinator.open(f"/needs/{need.id}/hide")
    assert (await coordinator.send(f"/needs/{need.id}/hide", why="")).status_code == 422
    await coordinator.send_and_follow(f"/needs/{need.id}/hide", why="A name is in it")
    visitor = await lane.visitor()
    for reader in (neighbour, visitor):
        await reader.open(f"/needs/{need.id}")
        if "A hidden need" in reader.page:
            assert "A word about my neighbour" not in reader.page
            assert "The reason: A name is in it" in reader.words
    assert (await neighbour.client.get(f"/needs/{need.id}/photo")).status_code == 404
    found = await neighbour.client.get(f"/api/needs/{need.id}")
    assert (found.json()["title"], found.json()["state"]) == (None, "hidden")
    listed = await neighbour.client.get("/needs?state=hidden&words=neighbour")
    assert "A word about" not in listed.text
    author = await lane.enter("author")
    await author.open(f"/needs/{need.id}")
    assert "A word about my neighbour" in author.words
    await author.open("/messages")
    assert "A need was hidden" in author.words
    await coordinator.open(f"/needs/{need.id}/show")
    await coordinator.send_and_follow(f"/needs/{need.id}/show", why="It was mended")
    await neighbour.open(f"/needs/{need.id}")
    assert "A word about my neighbour" in neighbour.words
    assert "Shown again" in neighbour.words


async def test_a_report_without_ground_is_settled(lane: Lane) -> None:
    need = await lane.need()
    await needs.report_need(need.id, "I do not like it", by=lane.people["neighbour"])
    coordinator = await lane.enter("coordinator")
    await coordinator.open(f"/needs/{need.id}")
    await coordinator.send_and_follow(f"/needs/{need.id}/keep")
    assert "The need stays." in coordinator.words
    await coordinator.send_and_follow(f"/needs/{need.id}/keep")
    assert "no report waits any more" in coordinator.words
    neighbour = await lane.enter("neighbour")
    await neighbour.open("/me")
    for path in ("hide", "show", "keep"):
        assert (await neighbour.send(f"/needs/{need.id}/{path}", why="x")).status_code == 403


async def test_the_list_teaches_filters_and_pages(lane: Lane) -> None:
    author = await lane.enter("author")
    await author.open("/needs")
    assert "Nobody has raised a need yet" in author.words
    for number in range(needs.PAGE + 1):
        await lane.need(f"Need {number:02}")
    await author.open("/needs")
    assert f"{needs.PAGE + 1} needs" in author.words
    assert "Need 00" not in author.words
    await author.open("/needs?page=2")
    assert "Need 00" in author.words
    await author.open("/needs?category=culture")
    assert "No need fits" in author.words
    await author.open("/needs?words=need+07&order=seconded&state=raised")
    assert "Need 07" in author.words
    assert "Need 08" not in author.words
    endless = f"page={'9' * 5000}"  # more digits than Python reads as a number
    for nonsense in ("page=x", "page=0", endless, "state=%00", "area=x", "order=up"):
        assert (await author.open(f"/needs?{nonsense}")).status_code == 200
    data = (await author.client.get("/api/needs")).json()
    assert (data["count"], len(data["needs"])) == (needs.PAGE + 1, needs.PAGE)
    more = (await author.client.get(data["next"])).json()
    assert (len(more["needs"]), more["next"]) == (1, None)
    assert "Author" not in str(data)


async def test_names_are_for_members(lane: Lane) -> None:
    need = await lane.need()
    await needs.second_need(need.id, by=lane.people["neighbour"])
    author = await lane.enter("author")
    await author.open(f"/needs/{need.id}")
    assert "Neighbour" in author.words
    other = await lane.enter("visitor", "zh")
    await other.open(f"/needs/{need.id}")
    assert "谁附议了" in other.words
    data = await (await lane.enter("author")).client.get(f"/api/needs/{need.id}")
    assert data.json()["seconds"] == 1
    assert "Neighbour" not in data.text


async def test_a_coordinator_keeps_the_categories(lane: Lane) -> None:
    coordinator = await lane.enter("coordinator")
    await coordinator.open("/needs/categories")
    assert "Care for elders" in coordinator.words
    await coordinator.open("/needs/categories/new")
    lamps = {"name_zh": "路灯", "name_en": "Lamps", "icon": "hammer", "position": "9"}
    for wrong in ({"name_zh": ""}, {"icon": "skull"}, {"position": "-1"}, {"name_en": "Culture"}):
        answer = await coordinator.send("/needs/categories/new", **{**lamps, **wrong})
        assert answer.status_code == 422
    await coordinator.send_and_follow("/needs/categories/new", **lamps)
    assert "Lamps" in coordinator.words
    await coordinator.open("/needs/categories/lamps")
    await coordinator.send_and_follow("/needs/categories/lamps", **lamps, retired="yes")
    assert "no longer chosen" in coordinator.words
    assert (await coordinator.open("/needs/categories/nonsense")).status_code == 404
    author = await lane.enter("author")
    await author.open("/needs/new")
    assert "Lamps" not in author.words
    assert (await author.open("/needs/categories")).status_code == 403


async def test_a_need_with_an_old_category_still_shows_it(lane: Lane) -> None:
    added = await needs.save_category(
        needs.NeedCategory("", "路灯", "Lamps", "hammer", 9), by=lane.people["coordinator"]
    )
    draft = NeedDraft("A lamp", "It is dark", added.key)
    need = await needs.raise_need(draft, by=lane.people["author"])
    retired = needs.NeedCategory(added.key, "路灯", "Lamps", "hammer", 9, retired=True)
    await needs.save_category(retired, by=lane.people["coordinator"])
    author = await lane.enter("author")
    await author.open(f"/needs/{need.id}")
    assert "Lamps" in author.words
    await author.open(f"/needs/{need.id}/edit")
    assert re.search(rf'value="{added.key}"[^>]* checked', author.page)


async def test_the_home_leads_there(lane: Lane) -> None:
    need = await lane.need()
    for name, words in (("author", "raised by you"), ("neighbour", need.title)):
        member = await lane.enter(name)
        await member.open("/")
        assert "What we need here" in member.words
        assert words in member.words
        assert f"/needs/{need.id}" in member.page


async def test_moving_on_is_told(lane: Lane) -> None:
    need, home = await lane.need(), lane.id
    others = [
        actor(await add_member(community_id=home, name=f"R{n}", roles=(Role.RESIDENT,)))
        for n in range(5)
    ]
    for one in others:
        need = await needs.second_need(need.id, by=one)
    assert need.state is NeedState.SECONDED
    author = await lane.enter("author")
    await author.open("/messages")
    assert "A need has enough support" in author.words
    told = await community.inbox(others[0].member_id, community_id=home)
    assert [one.kind for one in told] == ["need.seconded"]


async def test_the_desk_needs_a_word_first(lane: Lane) -> None:
    operator, caller = lane.people["operator"], lane.people["author"]
    desk = await lane.enter("operator")
    unknown = await on_the_phone(caller, operator)
    assert (await desk.open(f"/calls/{unknown}/needs")).status_code == 404
    author = await lane.enter("author")
    assert (await author.open(f"/calls/{unknown}/needs")).status_code == 403


async def test_a_visitor_reads_a_need_without_names(lane: Lane) -> None:
    home, *_others = await community.communities()  # the one that visitors are shown
    author = actor(
        await add_member(community_id=home.id, name="Zhuge Liang", roles=(Role.RESIDENT,))
    )
    draft = NeedDraft("A lamp for all", "It is dark", "environment")
    need = await needs.raise_need(draft, by=author)
    visitor = await lane.visitor()
    assert (await visitor.open(f"/needs/{need.id}")).status_code == 200
    assert "A lamp for all" in visitor.words
    assert "Sign in to stand behind it" in visitor.words
    assert "Raised by 1 resident" in visitor.words
    assert "Zhuge Liang" not in visitor.page
    await needs.hide_need(need.id, "A test", by=replace(author, roles=frozenset(Role)))
    assert (await visitor.open(f"/needs/{need.id}")).status_code == 200
    assert "A lamp for all" not in visitor.page
