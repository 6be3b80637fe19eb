"""Needs that are alike and their joining over HTTP, without JavaScript."""

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest_asyncio
from litestar import Litestar

import community
from community import Actor, Role
from marketplace import needs
from marketplace.needs import NeedDraft, NeedState
from marketplace.needs.alike import look_for_pairs
from tests.app.walking import Walker, walker

LAMP = {
    "title": "Street lamp broken by the east gate",
    "story": "It is pitch dark after nine and somebody fell.",
    "category": "environment",
    "place": "East gate",
}
LIKE = {
    "title": "The lighting near the east gate is out of order",
    "story": "We walk home with torches.",
    "category": "environment",
    "place": "East gate",
}
PARTIAL = {"accept": "text/html", "hx-request": "true", "hx-request-type": "partial"}


@dataclass
class Lane:
    """A community with a coordinator and three residents, each at a browser."""

    walkers: dict[str, Walker] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Walker:
        return self.walkers[name]

    async def raised(self, who: str, said: dict[str, str] = LAMP) -> needs.Need:
        draft = NeedDraft(said["title"], said["story"], said["category"], said["place"])
        return await needs.raise_need(draft, by=self.actors[who])


@pytest_asyncio.fixture(loop_scope="session")
async def lane(app: Litestar) -> AsyncIterator[Lane]:
    home = await community.add_community(code=f"like-{uuid.uuid4().hex[:10]}", name="Lane")
    made = Lane()
    async with AsyncExitStack() as stack:
        for name, role in (
            ("coordinator", Role.COORDINATOR),
            ("anna", Role.RESIDENT),
            ("ben", Role.RESIDENT),
            ("carl", Role.RESIDENT),
        ):
            member = await community.add_member(community_id=home.id, name=name, roles=(role,))
            made.actors[name] = Actor(member.id, home.id, member.roles)
            made.walkers[name] = await (await stack.enter_async_context(walker(app))).sign_in(
                member.id
            )
        yield made


async def test_the_like_are_shown_while_typing_and_on_a_page_of_their_own(lane: Lane) -> None:
    need = await lane.raised("anna")
    ben = lane["ben"]
    await ben.open("/needs/new")
    assert 'hx-get="/needs/similar"' in ben.page
    asked = {"title": LIKE["title"], "place": LIKE["place"]}
    part = await ben.client.get("/needs/similar", params=asked, headers=PARTIAL)
    assert "<html" not in part.text
    assert need.title in part.text
    assert f'formaction="/needs/{need.id}/second"' in part.text
    whole = await ben.client.get("/needs/similar", params=asked, headers={"accept": "text/html"})
    assert "<html" in whole.text
    assert f'action="/needs/{need.id}/second"' in whole.text
    ben.page = whole.text
    assert await ben.send_and_follow(f"/needs/{need.id}/second") == f"/needs/{need.id}"
    assert await needs.count_seconds(need.id) == 1

    other = await ben.client.get("/needs/similar", params={"title": "Choir for children"})
    assert need.title not in other.text
    assert "Nobody here has raised anything like it yet" in other.text
    nothing = await ben.client.get("/needs/similar")
    assert nothing.status_code == 200
    data = (await ben.client.get("/api/needs/similar", params=asked)).json()
    assert [one["id"] for one in data["needs"]] == [str(need.id)]
    assert 0.5 <= data["needs"][0]["likeness"] <= 1
    odd = {"title": "\0" * 3 + "%_' OR 1=1" * 40, "area": "x", "need": "y"}
    assert (await ben.client.get("/api/needs/similar", params=odd)).status_code in {200, 400}


async def test_before_raising_the_like_are_shown_once_with_all_that_was_typed(lane: Lane) -> None:
    theirs = await lane.raised("anna")
    ben = lane["ben"]
    await ben.open("/needs/new")
    answer = await ben.send("/needs", key=ben.hidden("key"), **LIKE)
    assert answer.status_code == 200
    assert theirs.title in ben.page
    assert LIKE["story"] in ben.page
    assert "Raise mine as well" in ben.words
    assert ben.hidden("despite") == str(theirs.id)
    where = await ben.send_and_follow(
        "/needs", key=ben.hidden("key"), despite=ben.hidden("despite"), **LIKE
    )
    mine = uuid.UUID(where.removeprefix("/needs/"))
    found = await needs.read_need(mine, community_id=lane.actors["ben"].community_id)
    assert found.title == LIKE["title"]


async def test_two_needs_become_one_and_two_again(lane: Lane) -> None:
    need, into = await lane.raised("anna"), await lane.raised("ben", LIKE)
    anna, ben, carl, coordinator = (lane[name] for name in ("anna", "ben", "carl", "coordinator"))
    await needs.second_need(need.id, by=lane.actors["carl"])
    await anna.open(f"/needs/{need.id}/merge")
    assert into.title in anna.words
    await anna.open(f"/needs/{need.id}/merge?into={into.id}")
    await anna.send(f"/needs/{need.id}/merge", key=anna.hidden("key"), into=str(into.id), why="")
    assert "Say why they should be one" in anna.words
    where = await anna.send_and_follow(
        f"/needs/{need.id}/merge", key=anna.hidden("key"), into=str(into.id), why="One lamp"
    )
    assert "One lamp" in anna.words
    assert "both needs stay as they are" in anna.words

    assert (await carl.open(where)).status_code == 404
    await ben.open(where)
    await ben.send(f"{where}/answer", answer="decline", reason="")
    assert "Say why not" in ben.words
    landed = await ben.send_and_follow(f"{where}/answer", answer="agree")
    assert landed == f"/needs/{into.id}"
    assert "Needs that ask for the same" in ben.words
    await carl.open(f"/needs/{need.id}?alone=1")
    assert "Joined with another" in carl.words
    await carl.open(f"/needs/{into.id}/joined")
    assert need.title in carl.words
    assert "Take them apart" not in carl.words
    assert (await carl.open(f"/needs/{need.id}/unmerge")).status_code == 403

    await coordinator.open(f"/needs/{need.id}/unmerge")
    await coordinator.send(f"/needs/{need.id}/unmerge", why="")
    assert "Give the reason" in coordinator.words
    await coordinator.send_and_follow(f"/needs/{need.id}/unmerge", why="Two lamps after all")
    again = await needs.read_need(need.id, community_id=need.community_id)
    assert again.state is NeedState.RAISED
    await coordinator.open(f"/needs/{need.id}/unmerge")
    assert "Two lamps after all" in (await anna.open(where)).text


async def test_who_was_not_asked_cannot_ask_nor_answer(lane: Lane) -> None:
    need, into = await lane.raised("anna"), await lane.raised("ben", LIKE)
    carl = lane["carl"]
    assert (await carl.open(f"/needs/{need.id}/merge?into={into.id}")).status_code == 404
    await carl.open("/needs/new")
    await carl.send_and_follow(f"/needs/{need.id}/merge", into=str(into.id), why="Mine")
    assert "Only those who raised one of the two" in carl.words
    assert (await carl.open(f"/needs/merges/{uuid.uuid4()}")).status_code == 404
    anna = lane["anna"]
    await anna.open(f"/needs/{need.id}/merge?into={into.id}")
    where = await anna.send_and_follow(
        f"/needs/{need.id}/merge", key=anna.hidden("key"), into=str(into.id), why="One"
    )
    await anna.send_and_follow(f"{where}/take-back")
    assert "No longer asked for" in anna.words
    await lane["ben"].open(where)
    assert "I agree" not in lane["ben"].words


async def test_a_coordinator_sees_likely_pairs_until_they_are_settled(lane: Lane) -> None:
    need, other = await lane.raised("anna"), await lane.raised("ben", LIKE)
    await look_for_pairs()
    coordinator = lane["coordinator"]
    await coordinator.open("/needs/likely")
    assert need.title in coordinator.words
    assert other.title in coordinator.words
    await coordinator.open("/")
    assert "1 pair of needs" in coordinator.words
    await coordinator.open("/needs/likely")
    await coordinator.send_and_follow(f"/needs/{other.id}/not-the-same/{need.id}")
    assert need.title not in coordinator.words
    assert (await lane["carl"].open("/needs/likely")).status_code == 403
    assert (
        await coordinator.send(f"/needs/{other.id}/not-the-same/{uuid.uuid4()}")
    ).status_code == 404
