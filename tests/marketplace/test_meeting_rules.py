"""The rules of meetings as pure functions: notice, quorum, who votes, what is carried, the code."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.councils import Entry, Seat, SeatRole
from marketplace.meetings import InvalidMeeting, NoQuorum, Quorum, TooManyVotes, Votes, rules

DAYS = st.dates(date(2020, 1, 1), date(2026, 12, 31))
NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
COUNTS = st.integers(0, 60)


def seat(role: SeatRole, place: int) -> Seat:
    return Seat(
        uuid.UUID(int=place + 1),
        uuid.UUID(int=0),
        uuid.UUID(int=1000 + place),
        role,
        Entry.ELECTED,
        "",
        NOW - timedelta(days=400 - place),
        None,
    )


# --- the notice -----------------------------------------------------------------------------------


@given(DAYS, st.integers(0, 30))
def test_with_every_day_counted_so_many_whole_days_lie_between(day: date, days: int) -> None:
    earliest = rules.earliest_day(day, days, working=False)
    assert (earliest - day).days == (days + 1 if days else 0)


@settings(deadline=None)  # a year's holidays are worked out once
@given(DAYS, st.integers(1, 20))
def test_between_notice_and_meeting_lie_exactly_so_many_working_days(day: date, days: int) -> None:
    earliest = rules.earliest_day(day, days, working=True)
    between = [day + timedelta(days=step) for step in range(1, (earliest - day).days)]
    assert sum(rules.is_working_day(one) for one in between) == days
    assert rules.is_working_day(between[-1])


@settings(deadline=None)  # a year's holidays are worked out once
@given(DAYS, st.integers(0, 20), st.integers(0, 20))
def test_a_longer_notice_is_never_earlier(day: date, one: int, other: int) -> None:
    shorter, longer = sorted((one, other))
    assert rules.earliest_day(day, shorter, working=True) <= rules.earliest_day(
        day, longer, working=True
    )


def test_a_weekend_and_a_holiday_do_not_count() -> None:
    friday = date(2026, 3, 6)
    assert rules.earliest_day(friday, 1, working=True) == date(2026, 3, 10)
    before_national_day = date(2025, 9, 30)
    assert rules.earliest_day(before_national_day, 1, working=True) == date(2025, 10, 10)
    assert rules.earliest_day(before_national_day, 0, working=True) == before_national_day


# --- quorum and votes -----------------------------------------------------------------------------


@given(st.integers(0, 500), st.integers(0, 100))
def test_a_quorum_is_more_than_its_share_and_never_more_than_all(seated: int, share: int) -> None:
    wanted = rules.needed(seated, share)
    assert 1 <= wanted <= max(1, seated)
    if seated and share < 100:
        assert wanted * 100 > seated * share
        assert wanted == 1 or (wanted - 1) * 100 <= seated * share


def test_nine_decide_when_five_are_there() -> None:
    assert [rules.needed(9, share) for share in (0, 50, 66, 100)] == [1, 5, 6, 9]


@given(
    st.lists(st.sampled_from(list(SeatRole)), max_size=20),
    st.sets(st.integers(0, 19)),
)
def test_there_are_never_more_votes_than_seats(roles: list[SeatRole], there: set[int]) -> None:
    seats = [seat(role, place) for place, role in enumerate(roles)]
    present = {one.member_id for place, one in enumerate(seats) if place in there}
    found = rules.voters(seats, present)
    full = {one.member_id for one in seats if one.full}
    assert len(found) == len(set(found)) <= len(full)
    assert set(found) <= present
    assert present & full <= set(found)
    standing_in = set(found) - full
    assert len(standing_in) <= len(full - present)


@given(st.tuples(COUNTS, COUNTS, COUNTS), st.tuples(COUNTS, COUNTS, COUNTS), st.integers(0, 200))
def test_votes_are_taken_only_up_to_those_present(
    hands: tuple[int, int, int], lines: tuple[int, int, int], present: int
) -> None:
    room, online = Votes(*hands), Votes(*lines)
    if room.all + online.all <= present:
        rules.check_votes(room, online=online, present=present)
        return
    with pytest.raises(TooManyVotes) as many:
        rules.check_votes(room, online=online, present=present)
    assert many.value.given == room.all
    assert 0 <= many.value.most < room.all or not room.all


def test_no_vote_is_counted_below_zero() -> None:
    with pytest.raises(InvalidMeeting):
        rules.check_votes(Votes(-1, 3, 0), online=Votes(), present=9)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_only_more_than_half_of_those_present_carry(
    yes: int, no: int, abstain: int, silent: int
) -> None:
    votes = Votes(yes, no, abstain)
    there = votes.all + silent
    assert rules.carried(votes, present=there) == (yes > no + abstain + silent)


def test_too_few_are_told_how_many_are_needed() -> None:
    rules.check_quorum(Quorum(5, 5, 9))
    with pytest.raises(NoQuorum) as few:
        rules.check_quorum(Quorum(4, 5, 9))
    assert (few.value.present, few.value.needed) == (4, 5)


# --- the number in the room -----------------------------------------------------------------------


@given(
    st.binary(min_size=32, max_size=32),
    st.integers(0, 10 * 365 * 24 * 3600).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    st.integers(0, 600),
)
def test_a_number_counts_for_a_few_minutes(secret: bytes, shown: datetime, later: int) -> None:
    code = rules.room_code(secret, shown)
    assert len(code) == rules.CODE_DIGITS
    assert code.isdigit()
    steps = int((shown.timestamp() + later) // rules.CODE_SECONDS) - int(
        shown.timestamp() // rules.CODE_SECONDS
    )
    typed = shown + timedelta(seconds=later)
    if steps < rules.CODES_THAT_COUNT:
        assert rules.code_counts(secret, f" {code[:3]} {code[3:]} ", typed)
    else:
        window = {
            rules.room_code(secret, typed, back=back) for back in range(rules.CODES_THAT_COUNT)
        }
        assert rules.code_counts(secret, code, typed) == (code in window)


def test_what_is_no_number_never_counts() -> None:
    for typed in ("", "12345", "ａｂｃ", "１２３４５６", "1234567"):
        assert not rules.code_counts(b"x" * 32, typed, NOW)
