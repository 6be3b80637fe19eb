"""Reads and writes the rows of runs and their suggestions."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from community import Actor
from timebank.matching.errors import UnknownRun
from timebank.matching.tables import MatchRunRow, MatchSuggestionRow
from timebank.matching.values import Availability, Limits, Outcome, RunState, Suggestion, Why


@dataclass(frozen=True, slots=True)
class Run:
    """A week that somebody had matched: for which period, within which limits, and the outcome.

    `requests` and `volunteers` are how many there were; `proven` says that nothing better can be.
    """

    id: UUID
    community_id: UUID
    asked_by: UUID
    asked_at: datetime
    since: datetime
    until: datetime
    limits: Limits
    state: RunState
    ended_at: datetime | None
    requests: int
    volunteers: int
    proven: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """A line of a run: whom it proposes for a request, why, and what became of it.

    `refusal` names the refusal that a line met which is gone.
    """

    run_id: UUID
    visit_id: UUID
    volunteer_id: UUID
    points: int
    why: tuple[Why, ...]
    outcome: Outcome
    refusal: str


_INSERT: Final = """
INSERT INTO match_run (id, community_id, asked_by, asked_at, since, until, availability, day_most,
    week_most)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT DO NOTHING RETURNING id
"""

# All lines in one statement, however many.
_ADD: Final = """
INSERT INTO match_suggestion (run_id, community_id, visit_id, volunteer_id, points, why)
SELECT {}, {}, line.visit_id, line.volunteer_id, line.points,
    ARRAY(SELECT jsonb_array_elements_text(line.why))
FROM jsonb_to_recordset({}::jsonb)
    AS line (visit_id uuid, volunteer_id uuid, points integer, why jsonb)
"""

_END: Final = """
UPDATE match_run SET state = {}, ended_at = {}, requests = {}, volunteers = {}, proven = {}
WHERE id = {} AND state = 'solving' RETURNING id
"""

_DECIDE: Final = """
UPDATE match_suggestion SET outcome = {}, refusal = {}, decided_at = {}, decided_by = {}
WHERE community_id = {} AND run_id = {} AND visit_id = {} AND outcome = 'open' RETURNING visit_id
"""


async def insert(
    run_id: UUID, limits: Limits, since: datetime, until: datetime, *, by: Actor
) -> bool:
    """Add a run; False where it is there already, or another is under way."""
    rows = await MatchRunRow.raw(
        _INSERT,
        run_id,
        by.community_id,
        by.member_id,
        since,
        since,
        until,
        limits.availability.value,
        limits.day_most,
        limits.week_most,
    )
    return bool(rows)


async def run(run_id: UUID, *, community_id: UUID) -> Run:
    """Return a run. Raises `UnknownRun`."""
    rows = await MatchRunRow.raw(
        "SELECT * FROM match_run WHERE community_id = {} AND id = {}", community_id, run_id
    )
    if not rows:
        raise UnknownRun(run_id)
    return _run(rows[0])


async def this_or_latest(run_id: UUID, *, community_id: UUID) -> Run:
    """Return this run or, where another was in its way, the community's latest."""
    rows = await MatchRunRow.raw(
        "SELECT * FROM match_run WHERE community_id = {}"
        " ORDER BY id = {} DESC, asked_at DESC LIMIT 1",
        community_id,
        run_id,
    )
    if not rows:
        raise UnknownRun(run_id)
    return _run(rows[0])


async def latest(community_id: UUID, most: int) -> list[Run]:
    """Return a community's latest runs, newest first."""
    rows = await MatchRunRow.raw(
        "SELECT * FROM match_run WHERE community_id = {} ORDER BY asked_at DESC, id LIMIT {}",
        community_id,
        most,
    )
    return [_run(row) for row in rows]


async def next_waiting() -> Run | None:
    """Return the run of any community that has waited longest; None where there is none."""
    rows = await MatchRunRow.raw(
        "SELECT * FROM match_run WHERE state IN ('asked', 'solving') ORDER BY asked_at LIMIT 1"
    )
    return _run(rows[0]) if rows else None


async def begin(one: Run) -> int:
    """Write down that a run is being solved; return which try it is."""
    rows = await MatchRunRow.raw(
        "UPDATE match_run SET state = 'solving', attempts = attempts + 1"
        " WHERE community_id = {} AND id = {} RETURNING attempts",
        one.community_id,
        one.id,
    )
    return int(rows[0]["attempts"])


async def end(
    one: Run, state: RunState, figures: tuple[int, int], *, proven: bool, at: datetime
) -> bool:
    """Write a run's end down; False where it ended before."""
    return bool(await MatchRunRow.raw(_END, state.value, at, *figures, proven, one.id))


async def add_suggestions(one: Run, proposed: Collection[Suggestion]) -> None:
    """Keep what a run proposes."""
    if proposed:
        lines = [
            {
                "visit_id": str(each.visit_id),
                "volunteer_id": str(each.volunteer_id),
                "points": each.points,
                "why": [why.stored for why in each.why],
            }
            for each in proposed
        ]
        await MatchSuggestionRow.raw(_ADD, one.id, one.community_id, json.dumps(lines))


async def suggestions(run_id: UUID, *, community_id: UUID) -> list[Proposed]:
    """Return the lines of a run."""
    rows = await MatchSuggestionRow.raw(
        "SELECT run_id, visit_id, volunteer_id, points, why, outcome, refusal"
        " FROM match_suggestion WHERE community_id = {} AND run_id = {} ORDER BY visit_id",
        community_id,
        run_id,
    )
    return [
        Proposed(
            row["run_id"],
            row["visit_id"],
            row["volunteer_id"],
            row["points"],
            tuple(map(Why.of, row["why"])),
            Outcome(row["outcome"]),
            row["refusal"],
        )
        for row in rows
    ]


async def decide(
    line: Proposed, outcome: Outcome, refusal: str, *, by: Actor, at: datetime
) -> bool:
    """Write down what became of a line; False where somebody decided it before."""
    rows = await MatchSuggestionRow.raw(
        _DECIDE,
        outcome.value,
        refusal,
        at,
        by.member_id,
        by.community_id,
        line.run_id,
        line.visit_id,
    )
    return bool(rows)


def _run(row: dict[str, Any]) -> Run:
    return Run(
        row["id"],
        row["community_id"],
        row["asked_by"],
        row["asked_at"],
        row["since"],
        row["until"],
        Limits(Availability(row["availability"]), row["day_most"], row["week_most"]),
        RunState(row["state"]),
        row["ended_at"],
        row["requests"],
        row["volunteers"],
        row["proven"],
    )
