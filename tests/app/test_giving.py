"""Saved hours over HTTP: a gift, a donation, a grant by three hands, needs, an estate."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

import community
from app import erasing, merging
from community import Actor
from tests.app.walking import Walker, walker
from tests.timebank.hours_town import Town, open_town, town_is_sound
from timebank import hours

OK, REFUSED, GONE = httpx.codes.OK, httpx.codes.UNPROCESSABLE_ENTITY, httpx.codes.NOT_FOUND


@dataclass
class Place:
    """The site with a town behind it."""

    app: Litestar
    town: Town
    stack: AsyncExitStack

    async def at(self, who: Actor, language: str = "en") -> Walker:
        one = await self.stack.enter_async_context(walker(self.app, language))
        return await one.sign_in(who.member_id)


@pytest_asyncio.fixture(loop_scope="session")
async def place(app: Litestar) -> AsyncIterator[Place]:
    town = await open_town()
    async with AsyncExitStack() as stack:
        yield Place(app, town, stack)
    await town_is_sound(town)


async def give(one: Walker, to: Actor, **more: str) -> httpx.Response:
    await one.open("/time-bank/give")
    fields = {"key": one.hidden("key"), "person": str(to.member_id), "hours": "1", **more}
    return await one.send("/time-bank/give", **fields)


async def test_a_gift_from_one_page_to_the_other(place: Place) -> None:
    town = place.town
    giver, receiver = await place.at(town.volunteer), await place.at(town.mother)
    await giver.open("/time-bank/giving")
    assert "You can give 10 h" in giver.words
    answer = await give(giver, town.mother, minutes="30", words="买菜用")
    await giver.open(answer.headers["location"])
    assert "1 h 30 min are set aside for 陈桂芳" in giver.words
    assert "Waits for an answer" in giver.words
    await receiver.open("/messages")
    assert "李明华 would like to give you 1 h 30 min." in receiver.words
    await receiver.open("/time-bank/giving")
    page = re.findall(r'href="(/time-bank/gifts/[0-9a-f-]+)"', receiver.page)[0]
    await receiver.open(page)
    assert "买菜用" in receiver.words
    assert "You cannot give them on." in receiver.words
    await receiver.send_and_follow(f"{page}/accept")
    assert "Accepted. The hours can be used" in receiver.words
    assert await town.gifts(town.mother) == (90, 0)
    await receiver.open("/time-bank/giving")
    assert "Gifts to use 1 h 30 min" in receiver.words
    for late in ("decline", "accept"):
        await receiver.open("/time-bank/donate")
        await receiver.send(f"{page}/{late}")
    assert await town.gifts(town.mother) == (90, 0)
    await giver.open("/messages")
    assert "陈桂芳 accepted your gift of 1 h 30 min." in giver.words


async def test_the_form_keeps_what_was_typed_and_names_the_field(place: Place) -> None:
    town = place.town
    giver = await place.at(town.volunteer)
    for more, told in (
        ({"hours": "", "minutes": "10"}, "A quarter of an hour is the least"),
        ({"hours": "abc"}, "Type whole numbers"),
        ({"hours": "", "minutes": ""}, "Type whole numbers"),
        ({"hours": "11"}, "There are 10 h to give"),
        ({"person": ""}, "Choose who it is."),
        ({"person": str(town.neighbour.member_id)}, "Choose one of the people shown."),
        ({"words": "好" * 201}, "Say it in at most 200 characters."),
    ):
        answer = await give(giver, town.mother, **{"words": "一点心意", **more})
        assert answer.status_code == REFUSED, more
        assert told in giver.words, more
        assert more.get("words", "一点心意") in giver.page
    assert await town.saved(town.volunteer) == (600, 0)
    # Who is too young to receive help is not even offered.
    await giver.open("/time-bank/give")
    assert str(town.son.member_id) not in giver.page


async def test_anybody_by_name_and_number_where_the_community_allows_it(place: Place) -> None:
    town = place.town
    await town.policy(gifts_to="anyone")
    phone = f"+86154{UUID(int=town.neighbour.member_id.int).int % 10**8:08d}"
    await community.amend_member(
        town.neighbour.member_id, {"phone": phone}, shown={}, by=town.coordinator
    )
    giver = await place.at(town.volunteer)
    more = {"person": "another", "name": "吴德明", "phone": phone[3:]}
    answer = await give(giver, town.neighbour, **more)
    assert answer.status_code == httpx.codes.SEE_OTHER
    answer = await give(giver, town.neighbour, **{**more, "name": "吴德"})
    assert answer.status_code == REFUSED
    assert "There is no member here with this name and this number." in giver.words


async def test_where_the_community_takes_no_gifts_the_page_says_so(place: Place) -> None:
    await place.town.policy(gifts_to="none", donations=False)
    giver = await place.at(place.town.volunteer)
    for page in ("/time-bank/give", "/time-bank/donate"):
        await giver.open(page)
        assert "This community" in giver.words
        assert 'name="hours"' not in giver.page


async def test_a_gift_is_seen_by_its_two_and_by_the_desk(place: Place) -> None:
    gift = await place.town.offered(60, at=datetime.now(UTC))
    page = f"/time-bank/gifts/{gift.id}"
    for who, status in (
        (place.town.mother, OK),
        (place.town.coordinator, OK),
        (place.town.auditor, OK),
        (place.town.neighbour, GONE),
        ((await open_town()).coordinator, GONE),
    ):
        assert (await (await place.at(who)).open(page)).status_code == status
    desk = await place.at(place.town.coordinator)
    await desk.open(page)
    assert "They accept" in desk.words
    await desk.send_and_follow(f"{page}/accept")
    assert await place.town.gifts(place.town.mother) == (60, 0)


async def test_a_donation_is_thanked_for_and_everybody_sees_the_sum(place: Place) -> None:
    town = place.town
    giver = await place.at(town.volunteer)
    await giver.open("/time-bank/donate")
    await giver.send_and_follow("/time-bank/donate", key=giver.hidden("key"), hours="2", minutes="")
    assert "Thank you! 2 h are in the relief fund now" in giver.words
    await giver.open("/time-bank/fund")
    assert "Donated by neighbours 2 h 1 person" in giver.words
    figures = (await giver.client.get("/api/time-bank/fund")).json()
    assert (figures["donated_minutes"], figures["donors"]) == (120, 1)
    coordinator = await place.at(town.coordinator)
    await coordinator.open("/time-bank/donations")
    page = re.findall(r'href="(/time-bank/donations/[0-9a-f-]+/reverse)"', coordinator.page)[0]
    await coordinator.open(page)
    answer = await coordinator.send(page, why=" ")
    assert answer.status_code == REFUSED
    assert "Say why, in a sentence." in coordinator.words
    await coordinator.send_and_follow(page, why="多输了一个零")
    assert "Given back. The member is told." in coordinator.words
    assert (await town.saved(town.volunteer), await town.relief()) == ((600, 0), 0)


async def test_a_grant_takes_three_people(place: Place) -> None:
    town = place.town
    await town.fill(600)
    coordinator, treasurer = await place.at(town.coordinator), await place.at(town.treasurer)
    chief = await place.at(town.administrator)
    await coordinator.open("/time-bank/grants/new")
    typed = {"name": "陈桂芳", "hours": "2", "minutes": "", "source": "relief", "reason": "出院"}
    for wrong, told in (
        ({"name": "没有人"}, "Nobody here has exactly this name."),
        ({"name": "李明华"}, "no elder in the register"),
        ({"reason": ""}, "Say why, in a sentence."),
        ({"hours": "11"}, "At most 10 h at once."),
        ({"source": "estate"}, "Choose one of the two."),
    ):
        fields = {"key": coordinator.hidden("key"), **typed, **wrong}
        answer = await coordinator.send("/time-bank/grants/new", **fields)
        assert answer.status_code == REFUSED, wrong
        assert told in coordinator.words, wrong
    page = await coordinator.send_and_follow(
        "/time-bank/grants/new", key=coordinator.hidden("key"), **typed
    )
    assert "You proposed this, so two others approve it." in coordinator.words
    for one in (treasurer, chief):
        await one.open("/")
        assert "Grant of 2 h: waits for your word" in one.words
    await treasurer.open(page)
    await treasurer.send_and_follow(f"{page}/approve")
    assert "One more person has to agree." in treasurer.words
    await treasurer.open("/")
    assert "waits for your word" not in treasurer.words
    await chief.open(page)
    assert "I agree, book it" in chief.words
    await chief.send_and_follow(f"{page}/approve")
    assert "Approved and booked: 2 h." in chief.words
    assert (await town.saved(town.mother), await town.relief()) == ((120, 0), 480)
    await chief.open("/time-bank/grants")
    assert "Approved and booked" in chief.words


async def test_a_grant_is_declined_with_a_reason(place: Place) -> None:
    proposal = await place.town.granted(place.town.mother, at=datetime.now(UTC))
    page = f"/time-bank/grants/{proposal.id}"
    treasurer = await place.at(place.town.treasurer)
    await treasurer.open(page)
    await treasurer.send_and_follow(f"{page}/approve")
    answer = await treasurer.send(f"{page}/decline", why="")
    assert answer.status_code == REFUSED
    await treasurer.send_and_follow(f"{page}/decline", why="重复了")
    assert "Declined by 马国强" in treasurer.words
    chief = await place.at(place.town.administrator)
    await chief.open("/time-bank/grants/new")
    await chief.open("/time-bank/donate")
    await chief.send_and_follow(f"{page}/approve")
    assert "This was decided before." in chief.words


async def test_the_fund_says_what_it_lacks_at_the_second_word(place: Place) -> None:
    proposal = await place.town.granted(place.town.mother, at=datetime.now(UTC))
    page = f"/time-bank/grants/{proposal.id}"
    for who in (place.town.treasurer, place.town.administrator):
        one = await place.at(who)
        await one.open(page)
        await one.send_and_follow(f"{page}/approve")
    assert "The fund has only 0 min, so nothing was booked" in one.words
    assert await place.town.saved(place.town.mother) == (0, 0)


async def test_a_list_of_elders_begins_with_hours(place: Place) -> None:
    town = place.town
    coordinator = await place.at(town.coordinator)
    await coordinator.open("/time-bank/grants/opening")
    typed = {"hours": "5", "minutes": "", "reason": "开户"}
    answer = await coordinator.send(
        "/time-bank/grants/opening",
        key=coordinator.hidden("key"),
        receiver="陈桂芳\n查无此人\n李明华",
        **typed,
    )
    assert answer.status_code == REFUSED
    assert "查无此人, 李明华" in coordinator.words
    page = await coordinator.send_and_follow(
        "/time-bank/grants/opening",
        key=coordinator.hidden("key"),
        receiver="陈桂芳\n\n 吴德明 \n李秀英",
        **typed,
    )
    assert "15 h" in coordinator.words
    for who in (town.treasurer, town.colleague):
        await hours.approve_proposal(UUID(page.rpartition("/")[2]), by=who)
    assert [await town.saved(one) for one in (town.mother, town.neighbour, town.cousin)] == [
        (300, 0)
    ] * 3


async def test_namesakes_on_a_list_are_told_apart_by_a_number(place: Place) -> None:
    town = place.town
    twin = await community.add_member(
        community_id=town.id,
        name="陈桂芳",
        roster_number="R-77",
        roles=(community.Role.ELDER,),
    )
    coordinator = await place.at(town.coordinator)
    for line, status in (("陈桂芳", REFUSED), ("陈桂芳 R-77", httpx.codes.SEE_OTHER)):
        await coordinator.open("/time-bank/grants/opening")
        answer = await coordinator.send(
            "/time-bank/grants/opening",
            key=coordinator.hidden("key"),
            receiver=line,
            hours="1",
            minutes="",
            reason="开户",
        )
        assert answer.status_code == status, line
    waiting, _over = await hours.proposals(town.treasurer)
    assert [one.proposal.receivers for one in waiting] == [frozenset({twin.id})]


async def test_needs_are_entered_by_who_saw_them_and_masked_for_others(place: Place) -> None:
    town = place.town
    await town.fill(1000)
    page = f"/members/{town.mother.member_id}/needs"
    coordinator = await place.at(town.coordinator)
    await coordinator.open(page)
    soon = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    typed = {
        "living": "alone", "low_income": "yes", "disability": "semi", "hardship": "no",
        "evidence": "残疾证 888", "review_on": soon,
    }  # fmt: skip
    for wrong, told in (
        ({"living": ""}, "Choose one of the answers."),
        ({"evidence": " "}, "Say what you saw, and where."),
        ({"review_on": "2020-01-01"}, "Choose a day after today."),
        ({"review_on": "bald"}, "Write year, month and day"),
    ):
        answer = await coordinator.send(page, **{**typed, **wrong})
        assert answer.status_code == REFUSED, wrong
        assert told in coordinator.words, wrong
    await coordinator.send_and_follow(page, **typed)
    assert "The relief fund helps first" in coordinator.words
    assert "4 h still this month" in coordinator.words
    assert "残疾证 888" in coordinator.words
    await coordinator.open("/")
    assert "Look again at their needs by" in coordinator.words
    auditor = await place.at(town.auditor)
    await auditor.open(page)
    assert "残疾证" not in auditor.page
    assert "alone" not in auditor.words
    assert "The relief fund helps first" in auditor.words
    for who in (town.treasurer, town.mother, town.volunteer):
        answer = await (await place.at(who)).open(page)
        assert answer.status_code in {httpx.codes.FORBIDDEN, GONE}
    own = f"/members/{town.coordinator.member_id}/needs"
    await coordinator.open(page)
    await coordinator.send_and_follow(own, **typed)
    assert "Nobody does this with their own membership." in coordinator.words
    await coordinator.send_and_follow(f"{page}/remove")
    assert "The needs are deleted." in coordinator.words


async def test_somebody_dies_and_the_family_has_what_was_saved(place: Place) -> None:
    town = place.town
    coordinator = await place.at(town.coordinator)
    leave = f"/members/{town.volunteer.member_id}/leave"
    await coordinator.open(leave)
    assert (await coordinator.send(leave)).status_code == REFUSED
    page = await coordinator.send_and_follow(leave, why="died")
    assert "They left 10 h; here you say who has them now." in coordinator.words
    await coordinator.open("/")
    assert "Left 10 h: who shall have them?" in coordinator.words
    await coordinator.open(page)
    mother, son = f"part-{town.mother.member_id}", f"part-{town.son.member_id}"
    for wrong, told in (
        ({}, "Give somebody a part"),
        ({mother: "x"}, "A part is a whole number"),
        ({mother: "1", "reason": ""}, "Say why, in a sentence."),
        ({"part-fund": "1"}, "There are kin on record, so they come first."),
    ):
        fields = {"key": coordinator.hidden("key"), "reason": "商定", **wrong}
        answer = await coordinator.send(page, **fields)
        assert answer.status_code == REFUSED, wrong
        assert told in coordinator.words, wrong
    proposal = await coordinator.send_and_follow(
        page, key=coordinator.hidden("key"), reason="老伴和儿子商定", **{mother: "2", son: "1"}
    )
    for who in (town.treasurer, town.administrator):
        one = await place.at(who)
        await one.open(proposal)
        await one.send_and_follow(f"{proposal}/approve")
    assert (await town.gifts(town.mother), await town.gifts(town.son)) == ((400, 0), (200, 0))
    auditor = await place.at(town.auditor)
    await auditor.open(f"{page}/statement")
    assert "李明华 gave time to neighbours" in auditor.words
    assert "Passed on to 陈桂芳 −6 h 40 min" in auditor.words
    assert "Still left 0 min" in auditor.words
    await auditor.open("/time-bank/estates")
    assert "All is passed on" in auditor.words


async def test_who_moved_away_has_theirs_back(place: Place) -> None:
    town = place.town
    coordinator = await place.at(town.coordinator)
    path = f"/members/{town.volunteer.member_id}"
    await coordinator.open(f"{path}/leave")
    page = await coordinator.send_and_follow(f"{path}/leave", why="moved")
    await coordinator.open(page)
    await coordinator.send_and_follow(f"{page}/return")
    assert "10 h are theirs again." in coordinator.words
    assert await town.saved(town.volunteer) == (600, 0)
    await coordinator.open(f"{path}/leave")
    await coordinator.send_and_follow(f"{path}/back")
    assert await town.saved(town.volunteer) == (600, 0)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_empty_pages_teach(place: Place, language: str) -> None:
    coordinator = await place.at(place.town.coordinator, language)
    for page in ("grants", "estates", "needs", "donations", "giving", "fund"):
        answer = await coordinator.open(f"/time-bank/{page}")
        assert answer.status_code == OK
        assert len(coordinator.words) > 60
    resident = await place.at(place.town.treasurer, language)
    await resident.open("/time-bank/give")
    assert ("My kin on record" if language == "en" else "亲属") in resident.words


async def test_an_erasure_takes_words_and_needs_and_leaves_the_hours(
    place: Place, owner: asyncpg.Connection
) -> None:
    town = place.town
    gift = await town.offered(60, words="给妈妈买菜", at=datetime.now(UTC))
    await hours.accept_gift(gift.id, by=town.mother)
    await town.needs(town.mother, evidence="残疾证 888", at=datetime.now(UTC))
    proposal = await town.granted(town.mother, reason="妈妈出院", at=datetime.now(UTC))
    await community.ask_erasure(town.mother.member_id, by=town.mother)
    with pytest.raises(hours.HoursOpen):
        await erasing.erase(town.mother.member_id, by=town.coordinator)
    found = await erasing.obstacles(town.mother.member_id, community_id=town.id)
    assert found.hours
    assert found.any
    await hours.decline_proposal(proposal.id, why="妈妈不要", by=town.treasurer)
    await erasing.erase(town.mother.member_id, by=town.coordinator)
    told = ""
    for table in ("gift", "needs_profile", "hours_proposal"):
        rows = await owner.fetch(f"SELECT * FROM {table} WHERE community_id = $1", town.id)
        told += str([dict(row) for row in rows])
    assert not any(words in told for words in ("妈妈", "888", "alone"))
    assert await town.gifts(town.mother) == (60, 0)


async def test_a_merge_takes_saved_hours_and_gifts_along(place: Place) -> None:
    town = place.town
    await town.give(town.mother, 120)
    gift = await town.offered(60, at=datetime.now(UTC))
    await hours.accept_gift(gift.id, by=town.mother)
    open_one = await town.offered(30, at=datetime.now(UTC))
    done = await merging.merge(town.cousin.member_id, town.mother.member_id, by=town.coordinator)
    assert done.minutes == 180
    assert (await town.saved(town.cousin), await town.gifts(town.cousin)) == ((120, 0), (60, 0))
    assert (await town.saved(town.mother), await town.gifts(town.mother)) == ((0, 0), (0, 0))
    assert await town.saved(town.volunteer) == (540, 0)
    seen = await hours.gift_seen(open_one.id, town.volunteer)
    assert seen.gift.state is hours.GiftState.LAPSED
