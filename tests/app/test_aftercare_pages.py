"""Finished projects over HTTP: signing, checking, mending, beginning anew, the data of people."""

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest
from litestar import Litestar

from community import Actor
from marketplace import aftercare
from marketplace.aftercare import Again
from tests.app.test_beside_pages import picture
from tests.app.walking import Walker, walker
from tests.marketplace.aftercare_examples import Finished, finished
from tests.marketplace.conftest import settle


@dataclass
class Lane:
    """A finished project behind the site, with people who come to their browsers when asked."""

    app: Litestar
    found: Finished
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def href(self) -> str:
        return f"/projects/{self.found.id}"

    async def visitor(self) -> Walker:
        return await self.stack.enter_async_context(walker(self.app, "en"))

    async def enter(self, who: Actor) -> Walker:
        return await (await self.visitor()).sign_in(who.member_id)


@pytest.fixture
async def lane(app: Litestar) -> AsyncIterator[Lane]:
    found = await finished(await settle())
    place = Lane(app, found)
    async with place.stack:
        yield place


async def test_a_covenant_is_written_signed_compared_and_printed(lane: Lane) -> None:
    one, two, *_ = lane.found.residents
    browser, other = await lane.enter(one), await lane.enter(two)
    await browser.open(f"{lane.href}/covenant")
    assert "Nothing is written yet" in browser.words
    for walk in (browser, other):
        await walk.open(f"{lane.href}/covenant/write")
    assert (await browser.send(f"{lane.href}/covenant/write", base="0", covenant=" ")).status_code
    assert "Write what neighbours agree on." in browser.words
    await browser.send_and_follow(
        f"{lane.href}/covenant/write", base="0", covenant="No shoes here.\r\nDry clothes only."
    )
    assert "No shoes here." in browser.words
    refused = await other.send(f"{lane.href}/covenant/write", base="0", covenant="Mine.")
    assert refused.status_code == 422
    assert "No shoes here." in other.words, "reads what the other wrote"
    assert other.hidden("base") == "1"
    await other.send_and_follow(
        f"{lane.href}/covenant/write", base="1", covenant="No shoes here.\nWet clothes drip.",
        note="Clothes",
    )  # fmt: skip
    await other.open(f"{lane.href}/covenant/compare")
    assert "<ins>" in other.page
    assert "<del>" in other.page
    await browser.open(f"{lane.href}/covenant")
    await browser.send_and_follow(f"{lane.href}/covenant/versions/2/sign")
    assert "You have signed this version." in browser.words
    assert "Resident 1" in browser.words
    assert "by telephone" not in browser.words
    stranger = await lane.visitor()
    await stranger.open(f"/communities/{lane.found.home.id}")
    await browser.send_and_follow(f"{lane.href}/covenant/versions/2/unsign")
    assert "I agree and sign" in browser.words
    printed = await browser.open(f"{lane.href}/covenant/versions/2/print")
    assert printed.status_code == 200
    assert "data:image/svg+xml" in browser.page
    assert (await browser.open(f"{lane.href}/covenant/versions/9")).status_code == 404
    data = (await browser.client.get(f"/api{lane.href}/covenant")).json()
    assert [each["number"] for each in data["versions"]] == [2, 1]
    assert "Resident" not in str(data)


async def test_the_desk_writes_down_who_signed_on_paper(lane: Lane) -> None:
    one, two, *_ = lane.found.residents
    await aftercare.write_covenant(lane.found.id, "No shoes.", base=0, by=one)
    desk = await lane.enter(lane.found.coordinator)
    page = f"{lane.href}/covenant/versions/1/paper"
    await desk.open(page)
    assert (await desk.send(page, name="Nobody at all")).status_code == 422
    await desk.send_and_follow(page, name="Resident 2")
    signed = await aftercare.signatures(lane.found.id, community_id=lane.found.home.id)
    assert [(each.member_id, each.way.value) for each in signed] == [(two.member_id, "paper")]
    resident = await lane.enter(one)
    assert (await resident.open(page)).status_code == 403


async def test_volunteers_are_answered_and_custodians_write_results_down(lane: Lane) -> None:
    one, two, *_ = lane.found.residents
    browser, staff = await lane.enter(one), await lane.enter(lane.found.coordinator)
    await browser.open(f"{lane.href}/aftercare")
    await browser.send_and_follow(f"{lane.href}/custodians/volunteer")
    (offer,) = await aftercare.custodian_offers(lane.found.home.id)
    await staff.open("/")
    assert "Offers to look after" in staff.words, "a line of the inbox"
    await staff.open(f"{lane.href}/aftercare")
    await staff.send_and_follow(f"{lane.href}/custodians/{offer.id}/answer", answer="yes")
    (check, *_rest) = await lane.found.checks()
    page = f"{lane.href}/checks/{check.id}"
    await browser.open(page)
    early = await browser.send(f"{page}/result", outcome="good", words="")
    assert early.status_code == 422
    assert "It is too early" in browser.words
    neighbour = await lane.enter(two)
    await neighbour.open(f"{lane.href}/aftercare")
    assert "Resident 1" in neighbour.words
    assert (await neighbour.send(f"{page}/result", outcome="good")).status_code == 404
    await browser.open(f"{lane.href}/custodians/{offer.id}/step-back")
    assert (
        await browser.send(f"{lane.href}/custodians/{offer.id}/step-back", why="")
    ).status_code == 422
    await browser.send_and_follow(f"{lane.href}/custodians/{offer.id}/step-back", why="Moving")
    assert "Nobody yet." in browser.words
    await staff.open(f"{lane.href}/custodians/name")
    await staff.send_and_follow(f"{lane.href}/custodians/name", name="Resident 2")
    await neighbour.open(f"{lane.href}/aftercare")
    assert "Yes, I do" in neighbour.words


async def test_what_is_broken_is_said_with_a_photograph_and_mended(lane: Lane) -> None:
    one, two, *_ = lane.found.residents
    browser, staff = await lane.enter(one), await lane.enter(lane.found.coordinator)
    await browser.open(f"{lane.href}/attention/new")
    answer = await browser.client.post(
        f"{lane.href}/attention",
        data={"words": "The rail is loose", "key": browser.hidden("key"),
              "_csrf_token": browser.hidden("_csrf_token")},
        files=[("photos", ("a.jpg", picture(), "image/jpeg"))],
        headers={"accept": "text/html"},
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    (said,) = await aftercare.open_attentions(lane.found.home.id)
    assert len(said.photos) == 1
    image = await browser.client.get(f"{lane.href}/aftercare/photos/{said.photos[0]}")
    assert image.headers["content-type"] == "image/jpeg"
    await browser.open(f"{lane.href}/attention/new")
    assert "The rail is loose" in browser.words, "shown before it is said twice"
    assert (await browser.send(f"{lane.href}/attention", words=" ")).status_code == 422
    double = await aftercare.raise_attention(lane.found.id, "Rail!", by=two)
    await staff.open("/")
    assert "Needs attention: The rail is loose" in staff.words
    await staff.open(f"{lane.href}/attention/{double.id}")
    wrong = await staff.send(f"{lane.href}/attention/{double.id}/join", into="")
    assert wrong.status_code == 422
    await staff.send_and_follow(f"{lane.href}/attention/{double.id}/join", into=str(said.id))
    assert "Goes on under another" in staff.words
    await staff.open(f"{lane.href}/attention/{said.id}")
    await staff.send_and_follow(
        f"{lane.href}/attention/{said.id}/answer", words="Fastened", mended="yes"
    )
    assert "Fastened" in staff.words
    neighbour = await lane.enter(two)
    await neighbour.open(f"{lane.href}/aftercare")
    assert "Nothing is broken that anybody has said." in neighbour.words
    refused = await neighbour.send(
        f"{lane.href}/attention/{said.id}/answer", words="Hm", mended="no"
    )
    assert refused.status_code == 404
    await staff.open(f"{lane.href}/attention/{said.id}")
    await staff.send_and_follow(f"{lane.href}/attention/{said.id}/hide", why="A name was in it")
    await neighbour.open(f"{lane.href}/attention/{said.id}")
    assert "Its words are hidden." in neighbour.words
    assert "The rail is loose" not in neighbour.page
    photo = await neighbour.client.get(f"{lane.href}/aftercare/photos/{said.photos[0]}")
    assert photo.status_code == 404
    data = (await neighbour.client.get(f"/api{lane.href}/aftercare")).json()
    assert {each["words"] for each in data["attention"]} == {None, "Rail!"}


async def test_a_worn_out_project_becomes_a_need_with_its_story(lane: Lane) -> None:
    one, two, *_ = lane.found.residents
    browser = await lane.enter(one)
    await browser.open(f"{lane.href}/again")
    key = browser.hidden("key")
    said = {"title": "A new bench", "story": "It rotted.", "category": "environment", "key": key}
    assert (await browser.send(f"{lane.href}/again", **said, why="")).status_code == 422
    for _ in range(2):
        await browser.open(f"{lane.href}/aftercare")
        await browser.send_and_follow(f"{lane.href}/again", **said, why="Rotten wood")
    assert "A new bench" in browser.words
    origin = await aftercare.origin_of_need(uuid.UUID(key), community_id=lane.found.home.id)
    assert origin is not None
    assert (origin.project_id, origin.again) == (lane.found.id, Again.WORN_OUT)
    for page in (f"{lane.href}/story", f"/needs/{key}/story"):
        await browser.open(page)
        assert "Rotten wood" in browser.words
        assert "Chosen and finished" in browser.words
        assert "A new bench" in browser.words
    other = await lane.enter(two)
    answer = await other.open(f"{lane.href}/aftercare")
    answer = await other.send(
        f"{lane.href}/again", **{**said, "key": str(uuid.uuid4())}, why="Me too"
    )
    assert answer.headers["location"] == f"/needs/{key}", "it is on its way already"
    data = (await other.client.get(f"/api{lane.href}/story")).json()
    assert [each["kind"] for each in data["story"]] == ["project", "need"]
