"""A month's report: what the book and the visits say of it, held against the book, and kept.

A report says what happened in a month, whenever it was booked. When it is made, the minutes that
were there before, those of each kind of event, and those of later months are added up and compared
with what the accounts hold: `balanced` says whether they agree, to the minute. What is booked for a
month after its report was made shows in a later version; no version is ever changed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import ledger
from community import Actor, Role
from ledger import MINUTE, CommunityId, Flow, PeriodFlows
from timebank.errors import NotYours, TimebankError
from timebank.figures.months import after, first_of, span
from timebank.figures.tables import ReportRow
from timebank.refusals import one_transaction
from timebank.tables import VisitRow

MONTHS_SHOWN: Final = 24
MONTHS_MADE: Final = 12
MAY_MAKE: Final = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR})

_VISITS: Final = """
SELECT care_service_id, count(*) AS asked,
    count(*) FILTER (WHERE state IN ('confirmed', 'resolved')) AS given,
    count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
    count(*) FILTER (WHERE state = 'expired') AS expired,
    count(*) FILTER (WHERE state = 'no_show') AS missed,
    coalesce(sum(minutes_confirmed), 0)::bigint AS minutes
FROM visit WHERE community_id = {} AND starts_at >= {} AND starts_at < {}
GROUP BY care_service_id ORDER BY care_service_id
"""

_PEOPLE: Final = """
SELECT count(DISTINCT elder_id) AS received, count(DISTINCT volunteer_id) AS gave
FROM visit WHERE community_id = {} AND starts_at >= {} AND starts_at < {}
    AND state IN ('confirmed', 'resolved')
"""

_ADD: Final = """
INSERT INTO month_report (id, community_id, month, version, made_by, made_at, balanced, figures)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}::jsonb)
"""

_SELECT: Final = """
SELECT DISTINCT ON (month) id, month, version, made_at, balanced, figures FROM month_report
WHERE community_id = {} AND month >= {} AND month <= {} ORDER BY month DESC, version DESC
"""


class ReportTooEarly(TimebankError):
    """A report is made of a month that is over."""


class UnknownReport(TimebankError):
    """No report of that month was made in this community."""


@dataclass(frozen=True, slots=True)
class VisitFigures:
    """A care service's visits that began in a month; `minutes` are those confirmed."""

    care_service_id: UUID
    asked: int
    given: int
    cancelled: int
    expired: int
    missed: int
    minutes: int


@dataclass(frozen=True, slots=True)
class MonthReport:
    """A month as the book and the visits tell of it. All minutes are whole.

    `opening` and `closing` are the balances of each kind of account; `flows` what changed them.
    """

    id: UUID
    month: date
    version: int
    made_at: datetime
    balanced: bool
    opening: Mapping[str, int]
    flows: tuple[Flow, ...]
    closing: Mapping[str, int]
    differences: Mapping[str, int]
    visits: tuple[VisitFigures, ...]
    received: int
    gave: int

    def change(self, kind: str) -> int:
        """Return by how much the accounts of a kind changed."""
        return self.closing.get(kind, 0) - self.opening.get(kind, 0)

    @property
    def earned(self) -> int:
        """Minutes that came into members' accounts."""
        return sum(one.amount for one in self.flows if one.credit_kind == "member")

    @property
    def used(self) -> int:
        """Minutes that went out of members' accounts."""
        return sum(one.amount for one in self.flows if one.debit_kind == "member")


async def make_report(month: date, *, by: Actor, at: datetime | None = None) -> MonthReport:
    """Make the report of a month that is over; the same figures as before make no new version.

    Raises `NotYours`, `ReportTooEarly`.
    """
    if by.on_behalf_of is not None or (MAY_MAKE.isdisjoint(by.roles) and by.member_id.int):
        raise NotYours("report on")
    now = at or datetime.now(UTC)
    home = await community.community(by.community_id)
    since, until = span(month.replace(day=1), ZoneInfo(home.time_zone))
    if until > now:
        raise ReportTooEarly
    async with one_transaction():
        # One at a time for a community, so that versions follow each other.
        await ReportRow.raw("SELECT id FROM area WHERE id = {} FOR NO KEY UPDATE", home.id)
        found = await ledger.period_flows(CommunityId(home.id), MINUTE, since=since, until=until)
        figures = _told(found, await _visits(home.id, since, until))
        before = await _newest(home.id, month)
        if before is not None and _same(before["figures"], figures):
            return _report(before)
        made: dict[str, Any] = {
            "id": ledger.new_id(),
            "month": month.replace(day=1),
            "version": before["version"] + 1 if before else 1,
            "made_at": now,
            "balanced": found.balanced,
            "figures": json.dumps(figures),
        }
        await ReportRow.raw(
            _ADD,
            made["id"],
            home.id,
            made["month"],
            made["version"],
            by.member_id,
            now,
            made["balanced"],
            made["figures"],
        )
        await community.record(
            "report.make",
            by=by,
            subject_kind="community",
            subject_id=home.id,
            details={
                "month": made["month"].isoformat(),
                "version": made["version"],
                "balanced": made["balanced"],
            },
        )
        return _report(made)


async def make_due_reports(*, at: datetime | None = None) -> int:
    """Make the reports of the last year's months that have none; return how many. A job.

    Of months since a community began; what is booked late shows once somebody makes one anew.
    """
    now, made = at or datetime.now(UTC), 0
    for home in await community.communities():
        zone = ZoneInfo(home.time_zone)
        this = first_of(now, zone)
        first = max(first_of(home.created_at, zone), after(this, -MONTHS_MADE))
        known = {one.month for one in await month_reports(home.id, until=this)}
        while first < this:
            if first not in known:
                await make_report(first, by=community.system(home.id), at=now)
                made += 1
            first = after(first)
    return made


async def month_report(month: date, *, community_id: UUID) -> MonthReport:
    """Return the newest version of a month's report. Raises `UnknownReport`."""
    row = await _newest(community_id, month)
    if row is None:
        raise UnknownReport
    return _report(row)


async def month_reports(
    community_id: UUID, *, until: date, months: int = MONTHS_SHOWN
) -> list[MonthReport]:
    """Return the newest version of each month's report up to a month, the latest month first."""
    rows = await ReportRow.raw(_SELECT, community_id, after(until, 1 - months), until)
    return [_report(row) for row in rows]


async def _newest(community_id: UUID, month: date) -> dict[str, Any] | None:
    first = month.replace(day=1)
    rows = await ReportRow.raw(_SELECT, community_id, first, first)
    return rows[0] if rows else None


async def _visits(community_id: UUID, since: datetime, until: datetime) -> dict[str, Any]:
    services = await VisitRow.raw(_VISITS, community_id, since, until)
    (people,) = await VisitRow.raw(_PEOPLE, community_id, since, until)
    lines = [{**row, "care_service_id": str(row["care_service_id"])} for row in services]
    return {"visits": lines, **people}


def _told(found: PeriodFlows, visits: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of a month: the period's own figures, and nothing of other months."""
    return {
        "opening": dict(found.opening),
        "flows": [
            [one.event_kind, one.debit_kind, one.credit_kind, one.amount, one.transfers]
            for one in found.flows
        ],
        "closing": dict(found.closing),
        "differences": found.differences,
        **visits,
    }


def _same(before: str, figures: dict[str, Any]) -> bool:
    return bool(json.loads(before) == json.loads(json.dumps(figures)))


def _report(row: Mapping[str, Any]) -> MonthReport:
    told = json.loads(row["figures"])
    return MonthReport(
        id=row["id"],
        month=row["month"],
        version=row["version"],
        made_at=row["made_at"],
        balanced=row["balanced"],
        opening=told["opening"],
        flows=tuple(Flow(*one) for one in told["flows"]),
        closing=told["closing"],
        differences=told["differences"],
        visits=tuple(
            VisitFigures(**{**one, "care_service_id": UUID(one["care_service_id"])})
            for one in told["visits"]
        ),
        received=told["received"],
        gave=told["gave"],
    )
