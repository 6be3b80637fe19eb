"""Matching a week: a coordinator asks, a job solves, the coordinator sends the offers out.

A run is a proposal. Nobody hears of it until a coordinator accepts lines of it: then each request
is offered to its volunteer in a transaction of its own, and what was taken meanwhile is said so.
A worker that is killed leaves the run as it was, and the next look takes it up again; after three
tries it is given up.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import community
from community import Actor
from timebank import booking, visit_rows
from timebank.acting import require_coordinator, require_desk
from timebank.errors import TimebankError
from timebank.matching import run_rows
from timebank.matching.board import board_of
from timebank.matching.errors import InvalidLimits, NothingChosen
from timebank.matching.reading import situation, wanted
from timebank.matching.run_rows import Proposed, Run
from timebank.matching.solver import Given, Unsolved, solved
from timebank.matching.suggesting import WEEK, spoken
from timebank.matching.tables import MatchRunRow
from timebank.matching.values import Limits, Outcome, RunState, Situation, Suggestion
from timebank.reading import names_of
from timebank.refusals import one_transaction
from timebank.values import State, Visit

DAY_MOST: Final = range(1, 9)
WEEK_MOST: Final = range(1, 21)
ATTEMPTS_MAX: Final = 3
KEPT: Final = timedelta(days=90)


async def match_week(limits: Limits, *, by: Actor, key: UUID, at: datetime | None = None) -> Run:
    """Have the open requests of the next seven days matched; a job does it.

    `key` becomes the run's id: the same form sent again is answered with the first. While a run is
    under way, that one is returned. Raises `NotYours`, `InvalidLimits`.
    """
    require_coordinator(by, "match")
    if limits.day_most not in DAY_MOST:
        raise InvalidLimits("day_most")
    if limits.week_most not in WEEK_MOST:
        raise InvalidLimits("week_most")
    now = at or datetime.now(UTC)
    async with one_transaction():
        added = await run_rows.insert(key, limits, now, now + WEEK, by=by)
        if added:
            await community.record(
                "match.ask", by=by, subject_kind="match", subject_id=key, details={}
            )
            return await run_rows.run(key, community_id=by.community_id)
        return await run_rows.this_or_latest(key, community_id=by.community_id)


async def match_waiting(*, at: datetime | None = None) -> int:
    """Solve every run that waits, the oldest first; return how many. A job, on one worker."""
    number = 0
    while (run := await run_rows.next_waiting()) is not None:
        await _solve(run, at=at)
        number += 1
    return number


async def _solve(run: Run, *, at: datetime | None) -> None:
    attempts = await run_rows.begin(run)
    if attempts > ATTEMPTS_MAX:
        await _end(run, RunState.FAILED, None, (), at=at)
        return
    found = [
        one
        for one in await wanted(run.community_id, run.since, run.until)
        if one.starts_at > (at or datetime.now(UTC))
    ]
    if not found:
        await _end(run, RunState.DONE, None, (), at=at, proven=True)
        return
    known = await situation(found, community_id=run.community_id, at=at or datetime.now(UTC))
    given: list[Given] = []
    proven = True
    if known.candidates:
        try:
            given, proven = await solved(board_of(known), run.limits)
        except Unsolved:
            if attempts >= ATTEMPTS_MAX:
                await _end(run, RunState.FAILED, None, (), at=at)
            raise
    proposed = [
        Suggestion(
            known.wanted[one.row].visit_id,
            known.candidates[one.column].member_id,
            one.points,
            spoken(known, one.row, one.column, one.why),
        )
        for one in given
    ]
    await _end(run, RunState.DONE, known, proposed, at=at, proven=proven)


async def _end(
    run: Run,
    state: RunState,
    known: Situation | None,
    proposed: Collection[Suggestion],
    *,
    at: datetime | None,
    proven: bool = False,
) -> None:
    figures = (len(known.wanted), len(known.candidates)) if known else (0, 0)
    async with one_transaction():
        ended = await run_rows.end(run, state, figures, proven=proven, at=at or datetime.now(UTC))
        if not ended:
            return
        await run_rows.add_suggestions(run, proposed)
        await community.record(
            "match.propose" if state is RunState.DONE else "match.fail",
            by=community.system(run.community_id),
            subject_kind="match",
            subject_id=run.id,
            details={"requests": figures[0], "proposed": len(proposed)},
        )


async def accept_lines(
    run_id: UUID, visits: Collection[UUID] | None, *, by: Actor, at: datetime | None = None
) -> tuple[int, int]:
    """Offer the chosen requests of a run to their volunteers, or all that are open.

    Each in its own transaction. Returns how many were offered, and how many were not possible any
    more, because they were taken meanwhile, say. Raises `NotYours`, `UnknownRun`, `NothingChosen`.
    """
    require_desk(by, "match")
    await run_rows.run(run_id, community_id=by.community_id)
    lines = [
        one
        for one in await run_rows.suggestions(run_id, community_id=by.community_id)
        if one.outcome is Outcome.OPEN and (visits is None or one.visit_id in visits)
    ]
    if not lines:
        raise NothingChosen
    offered = 0
    moment = at or datetime.now(UTC)
    for line in lines:
        offered += await _offer(line, by=by, at=moment)
    return offered, len(lines) - offered


async def _offer(line: Proposed, *, by: Actor, at: datetime) -> bool:
    try:
        async with one_transaction():
            # The visit first, as every verb does that touches one: no two wait in a circle.
            await visit_rows.locked(line.visit_id, community_id=by.community_id)
            if not await run_rows.decide(line, Outcome.OFFERED, "", by=by, at=at):
                return False
            await booking.offer(line.visit_id, line.volunteer_id, by=by, at=at)
    except TimebankError as refusal:
        async with one_transaction():
            why = type(refusal).__name__
            if await run_rows.decide(line, Outcome.GONE, why, by=by, at=at):
                await community.record(
                    "match.gone",
                    by=by,
                    subject_kind="visit",
                    subject_id=line.visit_id,
                    details={"why": why},
                )
        return False
    return True


async def match_runs(by: Actor, *, most: int = 5) -> list[Run]:
    """Return a community's latest runs. Raises `NotYours` for whoever is not at the desk."""
    require_desk(by, "match")
    return await run_rows.latest(by.community_id, most)


async def match_run(
    run_id: UUID, by: Actor
) -> tuple[Run, list[tuple[Proposed, Visit]], dict[UUID, str]]:
    """Return a run, its lines in the order of the visits, and the names of all in them.

    Raises `NotYours`, `UnknownRun`.
    """
    require_desk(by, "match")
    run = await run_rows.run(run_id, community_id=by.community_id)
    lines = await run_rows.suggestions(run_id, community_id=by.community_id)
    visits = {
        one.id: one
        for one in await visit_rows.find(
            "visit.id = ANY({})",
            [line.visit_id for line in lines],
            community_id=by.community_id,
        )
    }
    names = await names_of(visits.values(), by, {line.volunteer_id for line in lines})
    told = [(line, visits[line.visit_id]) for line in lines]
    told.sort(key=lambda one: (one[1].starts_at, one[1].id))
    return run, told, names


def still_open(line: Proposed, visit: Visit, at: datetime) -> bool:
    """Whether a line may still be offered, as far as can be seen."""
    return line.outcome is Outcome.OPEN and visit.state is State.REQUESTED and visit.starts_at > at


async def clear_old_runs(*, at: datetime | None = None) -> int:
    """Throw away runs of more than ninety days ago, with their lines; return how many. A job."""
    async with one_transaction():
        rows: list[dict[str, Any]] = await MatchRunRow.raw(
            "DELETE FROM match_run WHERE ended_at < {} RETURNING id",
            (at or datetime.now(UTC)) - KEPT,
        )
    return len(rows)
