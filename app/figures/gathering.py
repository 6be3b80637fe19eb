"""Gathers a dashboard's figures: a few statements, sums by care service, by grid and by month."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import ledger
import timebank
from app.i18n import current_language
from app.i18n import gettext as _
from community import Community
from ledger import MINUTE, CommunityId
from timebank import figures
from timebank.figures import DemandLine, NotTaken
from timebank.figures.months import after, first_of, span

BEFORE: Final = timedelta(weeks=4)
AHEAD: Final = timedelta(weeks=2)
MONTHS: Final = 12
FEW: Final = 10


@dataclass(frozen=True, slots=True)
class Sum:
    """Supply and demand under one name: a care service, a grid, or one of the one in the other."""

    name: str
    asked: int
    taken: int
    minutes: int
    volunteers: int
    ahead_asked: int
    ahead_taken: int

    @property
    def missing(self) -> int:
        """How many visits of the next weeks nobody has taken."""
        return self.ahead_asked - self.ahead_taken


@dataclass(frozen=True, slots=True)
class Month:
    """Minutes that came to members and went from them; `sure` where a report was made."""

    first: date
    earned: int
    used: int
    sure: bool


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything that the page of figures shows, at one moment."""

    home: Community
    now: datetime
    services: tuple[Sum, ...]
    grids: tuple[Sum, ...]
    both: tuple[Sum, ...]
    months: tuple[Month, ...]
    not_taken: tuple[NotTaken, ...]
    missed: int
    names: Mapping[UUID, str]
    answering: figures.Answering
    waiting: figures.Waiting

    @property
    def zone(self) -> ZoneInfo:
        """The community's time zone."""
        return ZoneInfo(self.home.time_zone)


async def dashboard(community_id: UUID, now: datetime) -> Dashboard:
    """Return the figures of a community at a moment."""
    home = await community.community(community_id)
    past = await figures.demand(community_id, since=now - BEFORE, until=now)
    ahead = await figures.demand(community_id, since=now, until=now + AHEAD)
    offered = await figures.supply(community_id)
    names = await _names(home)

    def place(grid_id: UUID | None) -> str:
        return names.get(grid_id, "") if grid_id else _("grid not known")

    service = _by(past, ahead, offered.by_service, lambda one: one.care_service_id)
    grid = _by(past, ahead, offered.by_grid, lambda one: one.grid_id)
    both = _by(past, ahead, offered.by_both, lambda one: (one.care_service_id, one.grid_id))
    not_taken = await figures.not_taken(community_id, since=now, until=now + AHEAD)
    missed = sum(one.open for one in past)
    return Dashboard(
        home=home,
        now=now,
        services=_named(service, lambda one: names.get(one, "")),
        grids=_named(grid, place),
        both=_named(both, lambda one: f"{names.get(one[0], '')} · {place(one[1])}"),
        months=await months(home, now),
        not_taken=tuple(not_taken),
        missed=missed,
        names=names,
        answering=await figures.answering(community_id, since=now - BEFORE, until=now),
        waiting=await figures.waiting_confirmations(community_id, at=now),
    )


async def _names(home: Community) -> dict[UUID, str]:
    catalogue = await timebank.care_services(home.id)
    named = {one.id: one.name(current_language()) for one in catalogue}
    return named | {one.id: one.name for one in await community.grids(home.id)}


Key = TypeVar("Key", bound=Hashable)


def _by(
    past: Iterable[DemandLine],
    ahead: Iterable[DemandLine],
    offered: Mapping[Key, int],
    key: Callable[[DemandLine], Key],
) -> dict[Key, list[int]]:
    """Return for each key the figures of a `Sum`, in its order."""
    found: dict[Key, list[int]] = {one: [0, 0, 0, count, 0, 0] for one, count in offered.items()}
    for line in past:
        of = found.setdefault(key(line), [0] * 6)
        for place, value in enumerate((line.asked, line.taken, line.minutes)):
            of[place] += value
    for line in ahead:
        of = found.setdefault(key(line), [0] * 6)
        of[4] += line.asked
        of[5] += line.taken
    return found


def _named(found: Mapping[Key, list[int]], name: Callable[[Key], str]) -> tuple[Sum, ...]:
    """Return sums with their names, the most wanted first."""
    sums = (Sum(name(key), *values) for key, values in found.items())
    return tuple(sorted(sums, key=lambda one: (-one.asked - one.ahead_asked, one.name)))


async def months(home: Community, now: datetime) -> tuple[Month, ...]:
    """Return the last twelve months, the earliest first: as reported, else as the book has them.

    A month that is over and has no report yet is left out; a job makes it within hours.
    """
    zone = ZoneInfo(home.time_zone)
    this = first_of(now, zone)
    made = await figures.month_reports(home.id, until=after(this, -1), months=MONTHS)
    found = [Month(one.month, one.earned, one.used, sure=True) for one in reversed(made)]
    since, until = span(this, zone)
    flows = await ledger.flows(CommunityId(home.id), MINUTE, since=since, until=until)
    earned = sum(one.amount for one in flows if one.credit_kind == "member")
    used = sum(one.amount for one in flows if one.debit_kind == "member")
    return (*found, Month(this, earned, used, sure=False))


def charts(found: Dashboard) -> dict[str, Any]:
    """Return what the charts draw: words in the reader's language, hours with one decimal."""
    return {
        "hours": {
            "labels": [f"{one.first.year}-{one.first.month:02d}" for one in found.months],
            "unit": _("hours"),
            "series": [
                {"name": _("Came in"), "values": [_hours(one.earned) for one in found.months]},
                {"name": _("Went out"), "values": [_hours(one.used) for one in found.months]},
            ],
        },
        "services": {
            "labels": [one.name for one in found.services],
            "unit": _("visits"),
            "series": [
                {"name": _("Asked for"), "values": [one.asked for one in found.services]},
                {"name": _("Taken"), "values": [one.taken for one in found.services]},
                {"name": _("Asked for, to come"),
                 "values": [one.ahead_asked for one in found.services]},
            ],
        },
        "grids": {
            "labels": [one.name for one in found.grids],
            "unit": _("visits"),
            "series": [
                {"name": _("Asked for"), "values": [one.asked for one in found.grids]},
                {"name": _("Taken"), "values": [one.taken for one in found.grids]},
                {"name": _("Volunteers"), "values": [one.volunteers for one in found.grids]},
            ],
        },
    }  # fmt: skip


def _hours(minutes: int) -> float:
    return round(minutes / 60, 1)
