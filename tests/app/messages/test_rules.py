"""When a message goes and on which ways, also over midnight and when the clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.messages import rules
from app.messages.rules import Choice, Sort, Way

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
USUAL, URGENT, PRIVATE = Sort(), Sort(urgent=True), Sort(private=True)
ALL = frozenset(Way)

zones = st.sampled_from(
    [ZoneInfo(name) for name in (
        "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
        "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia",
    )]
)  # fmt: skip
FIRST, LAST = datetime.fromisoformat("2010-01-01"), datetime.fromisoformat("2030-01-01")
moments = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
minutes = st.integers(0, rules.DAY_MINUTES - 1)
choices = st.builds(
    Choice, st.none() | st.frozensets(st.sampled_from(Way)), minutes, minutes, st.booleans()
)


def at(zone: ZoneInfo, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("told", "sent"),
    [
        ("2026-11-22 20:59", "2026-11-22 20:59"),
        ("2026-11-22 21:00", "2026-11-23 08:00"),
        ("2026-11-22 23:59", "2026-11-23 08:00"),
        ("2026-11-23 00:00", "2026-11-23 08:00"),
        ("2026-11-23 07:59", "2026-11-23 08:00"),
        ("2026-11-23 08:00", "2026-11-23 08:00"),
    ],
)
def test_quiet_hours_at_their_edges(told: str, sent: str) -> None:
    assert rules.due(at(SHANGHAI, told), Choice(), SHANGHAI, USUAL) == at(SHANGHAI, sent)
    for sort in (URGENT, PRIVATE):
        assert rules.due(at(SHANGHAI, told), Choice(), SHANGHAI, sort) == at(SHANGHAI, told)


def test_quiet_hours_within_a_day() -> None:
    nap = Choice(quiet_from=12 * 60, quiet_until=14 * 60)
    noon, later = at(SHANGHAI, "2026-11-22 12:30"), at(SHANGHAI, "2026-11-22 14:00")
    assert rules.due(noon, nap, SHANGHAI, USUAL) == later
    assert rules.due(later, nap, SHANGHAI, USUAL) == later


def test_quiet_hours_when_the_clocks_change() -> None:
    early = Choice(quiet_from=22 * 60, quiet_until=2 * 60 + 30)
    # Put forward: after 01:59 comes 03:00, so half past two is never on the wall.
    told = datetime(2026, 3, 29, 0, 10, tzinfo=UTC)  # 01:10
    assert rules.due(told, early, BERLIN, USUAL) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    # Put back: half past two comes twice, and after the first one it is two o'clock again.
    told = datetime(2026, 10, 24, 23, 0, tzinfo=UTC)  # 01:00
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert rules.due(told, early, BERLIN, USUAL) == first
    again = first + timedelta(minutes=45)  # 02:15 for the second time
    assert rules.due(again, early, BERLIN, USUAL) == first + timedelta(hours=1)


@pytest.mark.parametrize(
    ("told", "sent"),
    [
        ("2026-11-22 07:59", "2026-11-22 08:00"),
        ("2026-11-22 08:00", "2026-11-23 08:00"),
        ("2026-11-22 23:00", "2026-11-23 08:00"),
    ],
)
def test_once_a_day_is_when_the_quiet_hours_end(told: str, sent: str) -> None:
    daily = Choice(daily=True)
    assert rules.due(at(SHANGHAI, told), daily, SHANGHAI, USUAL) == at(SHANGHAI, sent)
    assert rules.due(at(SHANGHAI, told), daily, SHANGHAI, URGENT) == at(SHANGHAI, told)
    no_quiet = Choice(quiet_from=0, quiet_until=0, daily=True)
    assert rules.due(at(SHANGHAI, told), no_quiet, SHANGHAI, USUAL) == at(SHANGHAI, sent)


@given(moments, choices, zones)
def test_what_is_due_is_never_early_never_quiet_and_within_two_days(
    told: datetime, choice: Choice, zone: ZoneInfo
) -> None:
    due = rules.due(told, choice, zone, USUAL)
    assert told <= due <= told + timedelta(days=2, hours=24)
    assert not rules.quiet(due, choice, zone)
    if not choice.daily and due > told:
        assert rules.quiet(told, choice, zone)
        assert rules.quiet(due - timedelta(minutes=1), choice, zone)


@given(moments, st.timedeltas(timedelta(), timedelta(days=3)), choices, zones)
def test_what_is_told_later_is_never_sent_earlier(
    told: datetime, more: timedelta, choice: Choice, zone: ZoneInfo
) -> None:
    assert rules.due(told, choice, zone, USUAL) <= rules.due(told + more, choice, zone, USUAL)


@given(moments, choices, zones)
def test_urgent_and_private_go_at_once(told: datetime, choice: Choice, zone: ZoneInfo) -> None:
    for sort in (URGENT, PRIVATE):
        assert rules.due(told, choice, zone, sort) == told


@given(st.integers(1, 200), st.integers(0, 999))
def test_waits_grow_to_an_hour_and_chance_takes_at_most_half(attempts: int, chance: int) -> None:
    whole = rules.wait(attempts, 0)
    assert rules.WAIT_MIN <= whole <= rules.WAIT_MAX
    assert whole <= rules.wait(attempts + 1, 0)
    assert whole / 2 < rules.wait(attempts, chance) <= whole


def test_ways_without_a_choice_spare_the_sms() -> None:
    never_said = Choice()
    assert rules.ways(never_said, ALL, USUAL) == (Way.MAIL, Way.PUSH)
    assert rules.ways(never_said, {Way.SMS}, USUAL) == (Way.SMS,)
    assert rules.ways(never_said, set(), USUAL) == ()


@given(choices, st.frozensets(st.sampled_from(Way)))
def test_ways_are_only_those_that_are_there_and_wanted(
    choice: Choice, reachable: frozenset[Way]
) -> None:
    chosen = set(rules.ways(choice, reachable, USUAL))
    assert chosen <= reachable
    if choice.ways is not None:
        assert chosen == reachable & choice.ways
    private = rules.ways(choice, reachable, PRIVATE)
    assert Way.PUSH not in private
    assert len(private) == min(1, len(reachable - {Way.PUSH}))


def test_a_code_prefers_the_telephone_whatever_was_chosen() -> None:
    assert rules.ways(Choice(frozenset({Way.PUSH})), ALL, PRIVATE) == (Way.SMS,)
    assert rules.ways(Choice(frozenset()), {Way.MAIL, Way.PUSH}, PRIVATE) == (Way.MAIL,)


def test_what_expires_when() -> None:
    told = at(SHANGHAI, "2026-11-22 22:00")
    due = at(SHANGHAI, "2026-11-23 08:00")
    assert rules.expires(told, due, USUAL) == due + timedelta(days=1)
    assert rules.expires(told, told, PRIVATE) == told + timedelta(minutes=10)
