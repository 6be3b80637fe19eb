"""Councils on a real database: seats given once, ended, kept in history; who has a vote when."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

import community
from app import erasing, merging
from marketplace import councils
from marketplace.councils import CouncilDraft, CouncilKind, Entry, SeatRole
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.meeting_examples import council_of, kinds_told, newcomer

TERM = (date(2024, 1, 1), date(2028, 12, 31))


async def test_chair_and_members_vote_within_the_term(neighbourhood: Neighbourhood) -> None:
    people = neighbourhood.residents
    council = await council_of(neighbourhood, 3, alternates=1)
    members = await councils.council_members(council.id, community_id=neighbourhood.id)
    assert members == [one.member_id for one in people[:3]]
    after = datetime(2031, 1, 1, tzinfo=UTC)
    assert await councils.council_members(council.id, community_id=neighbourhood.id, at=after) == []
    assert "council.seated" in await kinds_told(people[3])


async def test_a_seat_ends_and_stays_in_history(neighbourhood: Neighbourhood) -> None:
    council = await council_of(neighbourhood, 3)
    seats = await councils.seats_of(council.id, community_id=neighbourhood.id)
    before = datetime.now(UTC)
    for _twice in range(2):
        await councils.end_seat(council.id, seats[1].id, by=neighbourhood.coordinator)
    left = await councils.council_members(council.id, community_id=neighbourhood.id)
    assert len(left) == 2
    then = await councils.council_members(council.id, community_id=neighbourhood.id, at=before)
    assert len(then) == 3
    assert len(await councils.seats_of(council.id, community_id=neighbourhood.id)) == 3
    with pytest.raises(councils.UnknownSeat):
        await councils.end_seat(council.id, uuid4(), by=neighbourhood.coordinator)
    with pytest.raises(councils.NoPlaceForYou):
        await councils.end_seat(council.id, seats[0].id, by=neighbourhood.residents[0])


async def test_one_person_sits_once_and_one_chairs(neighbourhood: Neighbourhood) -> None:
    people, by = neighbourhood.residents, neighbourhood.coordinator
    council = await council_of(neighbourhood, 2)
    for who, role in ((people[0], SeatRole.ALTERNATE), (people[4], SeatRole.CHAIR)):
        with pytest.raises(councils.SeatedAlready):
            await councils.seat_member(council.id, who.member_id, role, Entry.APPOINTED, by=by)
    await councils.seat_member(
        council.id, people[4].member_id, SeatRole.MEMBER, Entry.APPOINTED, by=by
    )
    with pytest.raises(councils.CouncilFull):
        await councils.seat_member(
            council.id, people[5].member_id, SeatRole.MEMBER, Entry.APPOINTED, by=by
        )
    with pytest.raises(councils.InvalidCouncil):
        await councils.seat_member(council.id, uuid4(), SeatRole.ALTERNATE, Entry.APPOINTED, by=by)
    later = datetime(2031, 1, 1, tzinfo=UTC)
    with pytest.raises(councils.TermOver):
        await councils.seat_member(
            council.id, people[5].member_id, SeatRole.ALTERNATE, Entry.ELECTED, by=by, at=later
        )


@pytest.mark.parametrize(
    ("field", "draft"),
    [
        ("name", CouncilDraft(" ", CouncilKind.COUNCIL, 9, *TERM)),
        ("name", CouncilDraft("x" * 61, CouncilKind.COUNCIL, 9, *TERM)),
        ("seats", CouncilDraft("A", CouncilKind.COUNCIL, 2, *TERM)),
        ("seats", CouncilDraft("A", CouncilKind.COUNCIL, 501, *TERM)),
        ("term_to", CouncilDraft("A", CouncilKind.COUNCIL, 9, TERM[1], TERM[0])),
        ("term_to", CouncilDraft("A", CouncilKind.COUNCIL, 9, TERM[0], date(2040, 1, 1))),
        ("area", CouncilDraft("A", CouncilKind.COUNCIL, 9, *TERM, area_id=uuid4())),
    ],
)
async def test_what_no_council_can_be_is_refused(
    neighbourhood: Neighbourhood, field: str, draft: CouncilDraft
) -> None:
    with pytest.raises(councils.InvalidCouncil) as refused:
        await councils.found_council(draft, by=neighbourhood.coordinator)
    assert refused.value.field == field
    assert await councils.councils(neighbourhood.id) == []


async def test_only_staff_keep_councils(neighbourhood: Neighbourhood) -> None:
    with pytest.raises(councils.NoPlaceForYou):
        await councils.found_council(
            CouncilDraft("A", CouncilKind.DELEGATES, 9, *TERM), by=neighbourhood.residents[0]
        )


async def test_whoever_leaves_or_is_erased_has_no_seat(neighbourhood: Neighbourhood) -> None:
    people, by = neighbourhood.residents, neighbourhood.coordinator
    council = await council_of(neighbourhood, 3)
    await merging.leave(people[1].member_id, by=by)
    await community.ask_erasure(people[2].member_id, by=people[2])
    await erasing.erase(people[2].member_id, by=by)
    left = await councils.council_members(council.id, community_id=neighbourhood.id)
    assert left == [people[0].member_id]
    earlier = datetime.now(UTC) - timedelta(days=1)
    assert await councils.seats_at(council.id, at=earlier, community_id=neighbourhood.id) == []


async def test_a_merge_hands_an_open_seat_on_once(neighbourhood: Neighbourhood) -> None:
    people, by = neighbourhood.residents, neighbourhood.coordinator
    council = await council_of(neighbourhood, 3)
    stays = await newcomer(neighbourhood)
    await merging.merge(stays.member_id, people[1].member_id, by=by)
    await merging.merge(people[0].member_id, people[2].member_id, by=by)
    left = await councils.council_members(council.id, community_id=neighbourhood.id)
    assert sorted(left) == sorted([stays.member_id, people[0].member_id])
