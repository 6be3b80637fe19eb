"""Suggests: the best volunteers for each open request, and the best requests for a volunteer."""

import asyncio
import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import numpy as np

from community import Actor, Role
from timebank import visit_rows
from timebank.acting import require_desk
from timebank.errors import NotYours
from timebank.matching import scoring
from timebank.matching.board import board_of
from timebank.matching.reading import situation, wanted
from timebank.matching.scoring import Clock
from timebank.matching.values import (
    About,
    Availability,
    Limits,
    Order,
    Situation,
    Suggestion,
    Wanted,
    Why,
)
from timebank.reading import names_of
from timebank.values import State, Visit

WEEK: Final = timedelta(days=7)
REQUESTS_ON_A_PAGE: Final = 12
BEST: Final = 3
AHEAD_FOR_ONE: Final = timedelta(days=28)
REQUESTS_FOR_ONE: Final = 60

# One request at a time is for people to weigh: hours told count as points, and nothing is rationed.
BY_HAND: Final = Limits(Availability.PREFER, day_most=0, week_most=0)


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A request on the board with its best volunteers; `names` has the names of all of them."""

    visit: Visit
    elder_name: str
    best: tuple[Suggestion, ...]
    names: dict[UUID, str]


@dataclasses.dataclass(frozen=True, slots=True)
class BoardPage:
    """A page of a week's open requests; `requests` counts those of all pages."""

    lines: tuple[Line, ...]
    requests: int
    page: int
    pages: int


@dataclasses.dataclass(frozen=True, slots=True)
class Fitting:
    """A request as a volunteer's own list shows it, with the reasons for this volunteer."""

    visit: Visit
    elder_name: str
    points: int
    why: tuple[Why, ...]


async def match_board(  # noqa: PLR0913 (what a page of it chooses)
    by: Actor,
    *,
    week: int = 0,
    page: int = 1,
    order: Order = Order.SOONEST,
    care_service: UUID | None = None,
    grid: UUID | None = None,
    at: datetime | None = None,
) -> BoardPage:
    """Return open requests of a week with their best volunteers; `week` 0 are the next seven days.

    Raises `NotYours` for whoever is not at the desk.
    """
    require_desk(by, "match")
    now = at or datetime.now(UTC)
    since = now + WEEK * max(week, 0)
    found = await wanted(
        by.community_id, since, since + WEEK, order=order, care_service=care_service, grid=grid
    )
    pages = max(-(-len(found) // REQUESTS_ON_A_PAGE), 1)
    page = min(max(page, 1), pages)
    shown = found[(page - 1) * REQUESTS_ON_A_PAGE : page * REQUESTS_ON_A_PAGE]
    lines: list[Line] = []
    if shown:
        known = await situation(shown, community_id=by.community_id, at=now)
        best = await asyncio.to_thread(suggested, known)
        visits = await _visits(shown, by.community_id)
        names = await names_of(visits.values(), by)
        who = {one.member_id: one.name for one in known.candidates}
        lines = [
            Line(visits[one.visit_id], names[one.elder_id], best.get(one.visit_id, ()), who)
            for one in shown
            if one.visit_id in visits
        ]
    return BoardPage(tuple(lines), len(found), page, pages)


async def fitting_requests(by: Actor, *, at: datetime | None = None) -> list[Fitting]:
    """Return the open requests that this volunteer could take, those that fit best first.

    What was offered to them comes first of all. Raises `NotYours` for whoever is no volunteer.
    """
    if by.on_behalf_of is not None or Role.VOLUNTEER not in by.roles:
        raise NotYours("accept")
    now = at or datetime.now(UTC)
    offered = await visit_rows.find(
        "visit.state = 'offered' AND volunteer_id = {} AND starts_at > {} ORDER BY starts_at",
        by.member_id,
        now,
        community_id=by.community_id,
    )
    found = await wanted(by.community_id, now, now + AHEAD_FOR_ONE)
    best: list[Suggestion] = []
    if found:
        known = await situation(found, community_id=by.community_id, at=now, only=[by.member_id])
        ranked = await asyncio.to_thread(suggested, known)
        best = sorted((one for (one, *_rest) in ranked.values()), key=lambda one: -one.points)
    best = best[:REQUESTS_FOR_ONE]
    visits = {visit.id: visit for visit in offered}
    visits |= await _by_id([one.visit_id for one in best], by.community_id)
    names = await names_of(visits.values(), by)
    told = [Fitting(_bare(visit), names[visit.elder_id], 0, ()) for visit in offered]
    return told + [
        Fitting(_bare(visits[one.visit_id]), names[visits[one.visit_id].elder_id], *_reasons(one))
        for one in best
        if one.visit_id in visits
    ]


def _reasons(one: Suggestion) -> tuple[int, tuple[Why, ...]]:
    return one.points, one.why


def suggested(known: Situation, most: int = BEST) -> dict[UUID, tuple[Suggestion, ...]]:
    """Return the best volunteers for each request for which there is any, best first. Pure."""
    if not known.candidates:
        return {}
    board = board_of(known)
    clock = Clock.of(board)
    rows = np.arange(board.requests)
    ranked = dict(scoring.ranked(board, rows, clock, BY_HAND, most=most))
    pairs = [(row, column) for row, best in ranked.items() for column, _points in best]
    told = scoring.reasons(board, pairs, clock)
    found = {}
    for row, best in ranked.items():
        if best:
            one = known.wanted[row]
            found[one.visit_id] = tuple(
                Suggestion(
                    one.visit_id,
                    known.candidates[column].member_id,
                    points,
                    spoken(known, row, column, told[row, column]),
                )
                for column, points in best
            )
    return found


def spoken(known: Situation, row: int, column: int, why: Sequence[Why]) -> tuple[Why, ...]:
    """Return the reasons with how often the two met, and the certificate where one is needed."""
    one, who = known.wanted[row], known.candidates[column].member_id
    told = tuple(
        Why(About.TOGETHER, known.together[one.elder_id, who])
        if each.about is About.TOGETHER
        else each
        for each in why
    )
    return told if one.certificate is None else (Why(About.CERTIFICATE), *told)


async def _visits(shown: Sequence[Wanted], community_id: UUID) -> dict[UUID, Visit]:
    return await _by_id([one.visit_id for one in shown], community_id)


async def _by_id(ids: list[UUID], community_id: UUID) -> dict[UUID, Visit]:
    """Return those of these visits that are still open, without their codes."""
    found = await visit_rows.find("visit.id = ANY({})", ids, community_id=community_id)
    return {one.id: _bare(one) for one in found if one.state is State.REQUESTED}


def _bare(visit: Visit) -> Visit:
    return dataclasses.replace(visit, code="")
