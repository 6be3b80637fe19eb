"""Figures of a street: supply and demand, answers, unspent hours, reminders, monthly reports."""

import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest

import community
import ledger
import timebank
from community import Actor, Role
from ledger import MINUTE, CommunityId
from tests.timebank.street import NOON, Street, street
from timebank import figures
from timebank.errors import NotYours
from timebank.figures.months import after, first_of, span

__all__ = ["street"]

WEEK = timedelta(days=7)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
LATER = datetime(2026, 4, 2, tzinfo=UTC)


@pytest.fixture
def auditor(street: Street) -> Actor:
    return Actor(street.coordinator.member_id, street.id, frozenset({Role.AUDITOR}))


async def confirmed(street: Street, taken: int = 95) -> timebank.Visit:
    visit = await street.finished(taken=taken)
    return await timebank.confirm(visit.id, by=street.elder, minutes=taken, at=NOON + WEEK)


async def test_what_was_asked_for_and_what_was_taken(street: Street) -> None:
    await street.booked()
    await street.asked(60, by=street.poor_elder)
    off = await street.asked(60, starts_at=NOON + timedelta(hours=6))
    await timebank.cancel(off.id, by=street.elder, at=NOON)
    (line,) = await figures.demand(street.id, since=NOON, until=NOON + WEEK)
    assert (line.asked, line.taken, line.open, line.minutes) == (2, 1, 1, 180)
    (open_one,) = await figures.not_taken(street.id, since=NOON, until=NOON + WEEK)
    assert (open_one.elder_name, open_one.minutes_booked) == ("吴德明", 60)
    assert await figures.demand(street.id, since=NOON - WEEK, until=NOON) == []
    assert await figures.not_taken(street.id, since=NOON - WEEK, until=NOON) == []


async def test_a_volunteer_counts_once_under_each_name(
    street: Street, owner: asyncpg.Connection
) -> None:
    member, place = street.volunteer.member_id, street.id
    await owner.execute(
        "INSERT INTO volunteer (member_id, community_id, standing, since, languages)"
        " VALUES ($1, $2, 'active', now(), '{mandarin}')",
        member,
        place,
    )
    await owner.execute(
        "INSERT INTO volunteer_skill SELECT $1, $2, id FROM care_service"
        " WHERE community_id = $2 AND code IN ('companionship', 'meals')",
        member,
        place,
    )
    found = await figures.supply(street.id)
    assert sorted(found.by_service.values()) == [1, 1]
    assert found.by_grid == {None: 1}
    assert sorted(found.by_both.values()) == [1, 1]
    for code in ("g1", "g2"):
        grid = await community.add_area(
            level=community.Level.GRID, code=code, name=code, below=street.id
        )
        await owner.execute(
            "INSERT INTO volunteer_grid VALUES ($1, $2, $3)", member, place, grid.id
        )
    found = await figures.supply(street.id)
    assert sorted(found.by_service.values()) == [1, 1]
    assert sorted(found.by_grid.values()) == [1, 1]
    assert len(found.by_both) == 4
    await owner.execute("UPDATE volunteer SET standing = 'paused' WHERE member_id = $1", member)
    assert (await figures.supply(street.id)).by_service == {}


async def test_how_long_a_yes_takes(street: Street) -> None:
    nothing = await figures.answering(street.id, since=NOON, until=NOON + WEEK)
    assert (nothing.visits, nothing.median_minutes) == (0, None)
    for minutes, hour in ((10, 2), (30, 4), (300, 6)):
        visit = await street.asked(60, starts_at=NOON + timedelta(days=1, hours=hour))
        await timebank.accept(visit.id, by=street.volunteer, at=NOON + timedelta(minutes=minutes))
    await timebank.withdraw(visit.id, by=street.volunteer, at=NOON + timedelta(hours=6))
    again = NOON + timedelta(hours=7)
    await timebank.accept(visit.id, by=street.other_volunteer, at=again)
    found = await figures.answering(street.id, since=NOON, until=NOON + WEEK)
    assert (found.visits, found.median_minutes, found.slow_minutes) == (3, 30, 300)
    late = await figures.answering(street.id, since=NOON + timedelta(hours=6), until=NOON + WEEK)
    assert late.visits == 0  # the second yes is not the first


async def test_confirmations_that_wait_and_how_old_they_are(street: Street) -> None:
    visit = await street.finished()
    over = visit.checked_out_at or NOON
    found = await figures.waiting_confirmations(street.id, at=over + timedelta(days=2))
    assert (found.visits, found.over_a_day, found.over_three_days) == (1, 1, 0)
    assert (found.oldest, found.minutes) == (over, 95)


async def test_who_has_hours_to_use(street: Street) -> None:
    since = datetime.now(UTC) + timedelta(minutes=1)
    found, members, minutes = await figures.unspent(street.id, least=60, since=since)
    assert [one.name for one in found] == ["陈桂芳", "吴德明"]
    assert (members, minutes) == (2, 360)
    assert (await figures.unspent(street.id, least=300, since=since, most=1))[1] == 1
    await street.asked(60, starts_at=NOON + timedelta(days=1))
    before = NOON - timedelta(days=30)
    assert (await figures.unspent(street.id, least=60, since=before))[1] == 0  # joined since


async def with_policy(street: Street, least: int, days: int, at: datetime) -> None:
    from app import policies  # noqa: PLC0415 (only here is a pack read from a file)

    home = await community.community(street.id)
    words = f'name = "办法"\nsource = "居民代表会议"\n\n[time_bank]\nunspent_minutes = {least}\n'
    pack = await policies.read_for(home, f"{words}unspent_days = {days}\n".encode(), at)
    administrator = Actor(street.coordinator.member_id, street.id, frozenset({Role.ADMINISTRATOR}))
    await community.adopt_policy(pack, by=administrator)


async def messages(street: Street, who: Actor) -> list[str]:
    found = await community.inbox(who.member_id, community_id=street.id)
    return [one.kind for one in found if one.kind == "hours.unspent"]


async def test_members_are_reminded_once_a_quarter_unless_they_decline(street: Street) -> None:
    now = datetime.now(UTC) + timedelta(seconds=2)
    await with_policy(street, 60, 30, datetime.now(UTC))
    later = now + timedelta(days=40)
    await figures.choose_prompts(wanted=False, by=street.poor_elder)
    await figures.prompt_members(at=later, size=1)
    assert await messages(street, street.elder) == ["hours.unspent"]
    assert await messages(street, street.poor_elder) == []
    assert not await figures.wants_prompts(street.poor_elder.member_id)
    await figures.prompt_members(at=later, size=1)
    assert await messages(street, street.elder) == ["hours.unspent"]
    quarter = later + timedelta(days=100)
    await figures.choose_prompts(wanted=True, by=street.poor_elder)
    await figures.prompt_members(at=quarter)
    assert len(await messages(street, street.elder)) == 2
    assert len(await messages(street, street.poor_elder)) == 1
    runs = [one for one in await community.audit_events(street.id) if one.act == "prompt.run"]
    assert len(runs) == 2


async def test_a_reminder_that_was_cut_off_goes_on(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_policy(street, 60, 30, datetime.now(UTC))
    later = datetime.now(UTC) + timedelta(days=40)
    tell = community.tell
    told: list[uuid.UUID] = []

    async def dying(member_id: uuid.UUID, *given: object, **more: object) -> object:
        if told:
            raise KeyboardInterrupt
        told.append(member_id)
        return await tell(member_id, *given, **more)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(community, "tell", dying)
    with pytest.raises(KeyboardInterrupt):
        await figures.prompt_members(at=later, size=1)
    monkeypatch.setattr(community, "tell", tell)
    await figures.prompt_members(at=later, size=1)
    for who in (street.elder, street.poor_elder):
        assert await messages(street, who) == ["hours.unspent"]


async def test_no_reminders_where_the_policy_says_none(street: Street) -> None:
    await with_policy(street, 0, 30, datetime.now(UTC))
    await figures.prompt_members(at=datetime.now(UTC) + timedelta(days=40))
    assert await messages(street, street.elder) == []


async def test_a_month_adds_up_with_the_book(street: Street, auditor: Actor) -> None:
    await confirmed(street)
    now = datetime.now(UTC)
    report = await figures.make_report(MARCH, by=auditor, at=LATER)
    assert report.balanced
    assert report.differences == {}
    flows = {(one.event_kind, one.debit_kind, one.credit_kind): one.amount for one in report.flows}
    assert flows["visit", "member", "escrow"] == 95
    assert flows["visit", "escrow", "member"] == 95
    assert (report.change("member"), report.change("escrow")) == (0, 0)
    (line,) = report.visits
    assert (line.asked, line.given, line.minutes) == (1, 1, 95)
    assert (report.received, report.gave) == (1, 1)
    month = first_of(now, span_zone())
    with pytest.raises(figures.ReportTooEarly):
        await figures.make_report(month, by=auditor, at=now)
    grants = await figures.make_report(month, by=auditor, at=span(month, span_zone())[1])
    assert grants.change("member") == 360
    assert grants.change("issuance") == -360
    assert sum(grants.closing.values()) == 0
    balances = await ledger.trial_balance(CommunityId(street.id))
    held: dict[str, int] = {}
    for one in balances.lines:
        held[one.account.kind] = held.get(one.account.kind, 0) + one.balance.posted
    assert dict(grants.closing) == {kind: amount for kind, amount in held.items() if amount} | {
        "escrow": 0
    }


def span_zone() -> ZoneInfo:
    return ZoneInfo("Asia/Shanghai")


async def test_the_same_month_twice_is_one_version_and_late_entries_make_another(
    street: Street, auditor: Actor
) -> None:
    first = await figures.make_report(MARCH, by=auditor, at=LATER)
    assert await figures.make_report(MARCH, by=auditor, at=LATER) == first
    await confirmed(street)
    second = await figures.make_report(MARCH, by=auditor, at=LATER)
    assert (first.version, second.version) == (1, 2)
    newest = await figures.month_report(MARCH, community_id=street.id)
    assert newest == second
    (shown,) = await figures.month_reports(street.id, until=APRIL)
    assert shown == second
    with pytest.raises(figures.UnknownReport):
        await figures.month_report(APRIL, community_id=street.id)


async def test_a_report_tells_by_how_much_the_book_differs(
    street: Street, auditor: Actor, owner: asyncpg.Connection
) -> None:
    elder = await timebank.member_account(street.elder.member_id, community_id=street.id)
    change = "UPDATE account SET credits_posted = credits_posted + $1 WHERE id = $2"
    await owner.execute(change, 7, elder)
    report = await figures.make_report(MARCH, by=auditor, at=LATER)
    assert not report.balanced
    assert report.differences == {"member": 7}
    await owner.execute(change, -7, elder)


async def test_who_makes_no_report(street: Street) -> None:
    for who in (street.elder, street.volunteer):
        with pytest.raises(NotYours):
            await figures.make_report(MARCH, by=who, at=LATER)
    for_another = street.coordinator.acting_for(street.elder.member_id, uuid.uuid4())
    with pytest.raises(NotYours):
        await figures.make_report(MARCH, by=for_another, at=LATER)


async def test_last_months_report_is_made_by_itself_once(street: Street) -> None:
    home = await community.community(street.id)
    this = first_of(home.created_at, span_zone())
    next_month = span(this, span_zone())[1] + timedelta(hours=1)
    await figures.make_due_reports(at=next_month)
    (report,) = await figures.month_reports(street.id, until=this)
    assert (report.month, report.version, report.balanced) == (this, 1, True)
    await figures.make_due_reports(at=next_month)
    assert await figures.month_reports(street.id, until=this) == [report]


async def test_no_report_can_be_changed(auditor: Actor, owner: asyncpg.Connection) -> None:
    report = await figures.make_report(MARCH, by=auditor, at=LATER)
    for change in ("UPDATE month_report SET balanced = true", "DELETE FROM month_report"):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await owner.execute(f"{change} WHERE id = $1", report.id)


async def test_the_flows_of_a_stretch_are_those_of_its_report(
    street: Street, auditor: Actor
) -> None:
    await confirmed(street)
    report = await figures.make_report(MARCH, by=auditor, at=LATER)
    since, until = span(MARCH, span_zone())
    found = await ledger.flows(CommunityId(street.id), MINUTE, since=since, until=until)
    assert found == report.flows


def test_months_on_the_communitys_calendar() -> None:
    zone = span_zone()
    assert first_of(datetime(2026, 2, 28, 16, tzinfo=UTC), zone) == MARCH
    assert after(date(2026, 12, 1)) == date(2027, 1, 1)
    assert after(MARCH, -3) == date(2025, 12, 1)
    assert span(MARCH, zone)[0] == datetime(2026, 2, 28, 16, tzinfo=UTC)
