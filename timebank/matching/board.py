"""The board as plain arrays: what is known of requests and volunteers, laid out for scoring.

Rows are requests, columns volunteers, each in the order in which they were put in. Time is counted
in quarter-hours from the board's first. Only knowledge is laid out here; `rules` judges it.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from timebank.care import Candidate, Needs, Speech, unfit
from timebank.matching.rules import TOGETHER, urgency
from timebank.matching.values import Situation, Wanted

Ints = NDArray[np.int64]
Small = NDArray[np.int16]
Flags = NDArray[np.bool_]

QUARTER: Final = timedelta(minutes=15)
HOUR: Final = timedelta(hours=1)
NONE: Final = -1

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Board:
    """What scoring and solving look at. Places in other lists are -1 where there is none.

    Of requests: `start` and `length` in quarters, `day`, `service`, `grid`, `speech`, `preferred`
    (a volunteer), `kind` (a row of `fit`), `urgent` (points). Of volunteers: `home` (a grid),
    `likes`, `goes` and `speaks` with whether they chose `any_` at all, minutes given `lately`,
    `told`, `free` and `taken` by quarter, and visits promised by day and in all. `barred` are
    pairs; `together` are pairs with their level.
    """

    start: Ints
    length: Ints
    day: Ints
    service: Ints
    grid: Ints
    speech: Ints
    preferred: Ints
    kind: Ints
    urgent: Ints
    home: Ints
    likes: Flags
    any_likes: Flags
    goes: Flags
    any_goes: Flags
    speaks: Flags
    any_speaks: Flags
    lately: Ints
    told: Flags
    free: Flags
    taken: Flags
    by_day: Ints
    in_all: Ints
    fit: Flags
    barred: Ints
    together: Ints

    @property
    def requests(self) -> int:
        """How many requests there are."""
        return len(self.start)

    @property
    def volunteers(self) -> int:
        """How many volunteers there are."""
        return len(self.lately)


def board_of(known: Situation) -> Board:
    """Lay out what is known of requests and volunteers."""
    wanted, people = known.wanted, known.candidates
    first, quarters = _period(wanted)
    place = {one.member_id: number for number, one in enumerate(people)}
    services = _numbered(one.care_service_id for one in wanted)
    grids = _numbered(one.grid_id for one in wanted if one.grid_id is not None)
    days = _numbered(one.first_day for one in wanted)
    speeches = {speech: number for number, speech in enumerate(Speech)}
    kinds = _numbered(_kind(one) for one in wanted)
    taken = np.zeros((len(people), quarters), dtype=np.bool_)
    free = np.zeros((len(people), quarters), dtype=np.bool_)
    for number, one in enumerate(people):
        _mark_times(one, free[number], taken[number], first)
    by_day, in_all = _promised(known, place, days, (taken, first))
    return Board(
        start=_ints((one.starts_at - first) // QUARTER for one in wanted),
        length=_ints(-(-one.minutes // 15) for one in wanted),
        day=_ints(days[one.first_day] for one in wanted),
        service=_ints(services[one.care_service_id] for one in wanted),
        grid=_ints(_place(grids, one.grid_id) for one in wanted),
        speech=_ints(speeches[one.speech] if one.speech else NONE for one in wanted),
        preferred=_ints(_place(place, one.preferred_id) for one in wanted),
        kind=_ints(kinds[_kind(one)] for one in wanted),
        urgent=_ints(
            urgency((one.starts_at - known.at) / HOUR, (known.at - one.asked_at) / HOUR)
            for one in wanted
        ),
        home=_ints(_place(grids, one.home_grid) for one in people),
        likes=_chosen([one.skills for one in people], services),
        any_likes=_flags(one.skills for one in people),
        goes=_chosen([one.grids for one in people], grids),
        any_goes=_flags(one.grids for one in people),
        speaks=_chosen([one.languages for one in people], speeches),
        any_speaks=_flags(one.languages for one in people),
        lately=_ints(one.minutes_lately for one in people),
        told=_flags(one.told for one in people),
        free=free,
        taken=taken,
        by_day=by_day,
        in_all=in_all,
        fit=_fit(known, kinds),
        barred=_barred(known, place),
        together=_together(known, place),
    )


def _period(wanted: Sequence[Wanted]) -> tuple[datetime, int]:
    """Return the board's first quarter and how many there are, with one more on either side."""
    first = min(one.starts_at for one in wanted) - QUARTER
    last = max(one.starts_at + timedelta(minutes=one.minutes) for one in wanted) + QUARTER
    return first, -(-(last - first) // QUARTER)


_Kind = tuple[UUID | None, bool, date, date]


def _kind(one: Wanted) -> _Kind:
    """Return what of a request decides who is fit for it."""
    return one.certificate, one.minors, one.first_day, one.last_day


def _fit(known: Situation, kinds: dict[_Kind, int]) -> Flags:
    """Return who may give what: the rule that booking asks, once for each kind of request."""
    fit = np.zeros((len(kinds), len(known.candidates)), dtype=np.bool_)
    pausing = _flags(
        known.miss_limit and known.missed.get(one.member_id, 0) >= known.miss_limit
        for one in known.candidates
    )
    for (certificate, minors, first_day, last_day), row in kinds.items():
        needs = Needs(certificate, minors)
        fit[row] = [
            unfit(one.person, needs, first_day=first_day, last_day=last_day, policy=known.policy)
            is None
            for one in known.candidates
        ]
    return fit & ~pausing


def _mark_times(one: Candidate, free: Flags, taken: Flags, first: datetime) -> None:
    """Mark when somebody is free, in whole quarters, and which quarters visits have taken."""
    for starts, ends in one.windows:
        free[max(-(-(starts - first) // QUARTER), 0) : max((ends - first) // QUARTER, 0)] = True
    for quarter in one.busy:
        number = (quarter - first) // QUARTER
        if 0 <= number < len(taken):
            taken[number] = True


def _promised(
    known: Situation, place: dict[UUID, int], days: dict[date, int], time: tuple[Flags, datetime]
) -> tuple[Ints, Ints]:
    """Count visits promised by day and in all, and take the time of those that are offered."""
    taken, first = time
    by_day = np.zeros((len(place), len(days)), dtype=np.int64)
    in_all = np.zeros(len(place), dtype=np.int64)
    for one in known.promised:
        number = place.get(one.volunteer_id)
        if number is None:
            continue
        in_all[number] += 1
        if one.day in days:
            by_day[number, days[one.day]] += 1
        start = (one.starts_at - first) // QUARTER
        taken[number, max(start, 0) : max(start - (-one.minutes // 15), 0)] = True
    return by_day, in_all


def _barred(known: Situation, place: dict[UUID, int]) -> Ints:
    """Return pairs of request and volunteer that must not be: own, kin, or said no."""
    kin: dict[UUID, list[UUID]] = {}
    for elder, relative in known.kin:
        kin.setdefault(elder, []).append(relative)
    refused: dict[UUID, list[UUID]] = {}
    for visit, volunteer in known.said_no:
        refused.setdefault(visit, []).append(volunteer)
    pairs = [
        (row, place[who])
        for row, one in enumerate(known.wanted)
        for who in (
            one.elder_id, *kin.get(one.elder_id, ()), *refused.get(one.visit_id, ()),
        )
        if who in place
    ]  # fmt: skip
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _together(known: Situation, place: dict[UUID, int]) -> Ints:
    """Return pairs of request and volunteer who met, each with its level."""
    met: dict[UUID, list[tuple[int, int]]] = {}
    for (elder, volunteer), visits in known.together.items():
        if volunteer in place:
            level = min(visits, len(TOGETHER) - 1)
            met.setdefault(elder, []).append((place[volunteer], level))
    found = [
        (row, column, level)
        for row, one in enumerate(known.wanted)
        for column, level in met.get(one.elder_id, ())
    ]
    return np.array(found, dtype=np.int64).reshape(-1, 3)


def _numbered(things: Iterable[T]) -> dict[T, int]:
    return {thing: number for number, thing in enumerate(dict.fromkeys(things))}


def _place(numbers: dict[UUID, int], one: UUID | None) -> int:
    return NONE if one is None else numbers.get(one, NONE)


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _flags(values: Iterable[Any]) -> Flags:
    return np.fromiter((bool(one) for one in values), dtype=np.bool_)


def _chosen(choices: Sequence[Iterable[Any]], numbers: dict[Any, int]) -> Flags:
    found = np.zeros((len(choices), len(numbers)), dtype=np.bool_)
    for row, chosen in enumerate(choices):
        for one in chosen:
            if one in numbers:
                found[row, numbers[one]] = True
    return found
