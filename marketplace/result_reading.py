"""Reads what was counted: results of closed rounds and of published elections. Never writes.

Pages are made of what was stored with the counts: no page counts, and none reads ballots.
"""

import gzip
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.counting import Comparison
from marketplace.election import Ballot, BallotKind
from marketplace.errors import NotYetCounted, UnknownElection
from marketplace.paying import Paid, paid_by
from marketplace.reading import projects_of
from marketplace.results import OWN, BallotLine, Counted, Result, by_score, ranked
from marketplace.tables import CastBallotRow, CountRow, ElectionRow, VoterRollRow
from marketplace.turnout import turnout
from marketplace.values import ElectionId, Marks, Round, ballot_id


async def round_result(current: Round) -> Result:
    """Return the result of a closed round. Raises `NotYetCounted` before it is closed."""
    rows = await CountRow.raw("SELECT * FROM count_result WHERE round_id = {}", current.id)
    if not rows:
        raise NotYetCounted
    counts = {row["rule"]: Counted.of(row) for row in rows}
    outcomes = counts[current.terms.rule].outcomes
    kind = current.terms.kind.counted_as
    roll = await VoterRollRow.raw(
        "SELECT count(*) AS voters FROM voter_roll WHERE round_id = {}", current.id
    )
    projects = await projects_of(current.id, community_id=current.community_id)
    return Result(
        kind=kind,
        budget=current.terms.budget_fen,
        scale=2,
        currency="CNY",
        votes=json.loads(rows[0]["result"])["votes"],
        voters=roll[0]["voters"] or None,
        lines=ranked(
            [
                BallotLine(
                    id=project.ballot_id,
                    name=project.title,
                    cost=project.cost_fen,
                    votes=outcomes[project.ballot_id].votes,
                    score=outcomes[project.ballot_id].score,
                    category=project.category,
                )
                for project in projects
            ],
            scored=by_score(kind, counts[current.terms.rule].rules),
        ),
        counts=counts,
        decides=current.terms.rule.value,
        turnout=await turnout(current.id),
        ceilings=tuple(
            (one.grouping.value, one.name, one.amount) for one in current.terms.ceilings
        ),
    )


async def cast_ballots(current: Round) -> list[tuple[Marks, int]]:
    """Return the ballots of a closed round in the order of their random numbers, each once."""
    return [(one.marks, 1) for one in await numbered_ballots(current)]


class NumberedBallot(NamedTuple):
    """A ballot of a closed round: its random number, the receipt it answers to, what it says."""

    number: int
    receipt: str
    marks: Marks


async def numbered_ballots(current: Round) -> list[NumberedBallot]:
    """Return the ballots of a closed round in the order of their random numbers."""
    rows = await CastBallotRow.raw(
        "SELECT * FROM cast_ballot WHERE round_id = {} ORDER BY number", current.id
    )
    return [
        NumberedBallot(
            row["number"],
            row.get("receipt") or "",
            Marks(tuple(row["choices"]), tuple(row.get("points") or ())),
        )
        for row in rows
    ]


async def paid_for(current: Round, marks: Marks) -> tuple[Paid, ...]:
    """Return what the share of one voter with these marks paid for under the rule that decided.

    For whoever holds a receipt and so knows which ballot is theirs; amounts in fen, projects by
    their ids in the count. Raises `NotYetCounted`.
    """
    rows = await CountRow.raw(
        "SELECT * FROM count_result WHERE round_id = {} AND rule = {}",
        current.id,
        current.terms.rule.value,
    )
    if not rows:
        raise NotYetCounted
    choices = tuple(ballot_id(number) for number in marks.choices)
    return paid_by(Counted.of(rows[0]), Ballot(choices, marks.points, 1))


@dataclass(frozen=True, slots=True)
class ElectionCard:
    """A published election as a list shows it."""

    id: ElectionId
    name: str
    kind: str
    projects: int
    votes: int
    budget: int
    scale: int
    currency: str
    imported_at: datetime


async def elections(community_id: UUID) -> list[ElectionCard]:
    """Return the published elections of a community, the newest import first."""
    rows = await ElectionRow.raw(
        "SELECT id, name, imported_at, summary->>'kind' AS kind,"
        " summary->>'currency' AS currency,"
        " jsonb_array_length(summary->'projects') AS projects, summary->>'votes' AS votes,"
        " summary->>'budget' AS budget, summary->>'scale' AS scale"
        " FROM election WHERE community_id = {} ORDER BY imported_at DESC, id",
        community_id,
    )
    figures = ("votes", "budget", "scale")
    return [ElectionCard(**{**row, **{name: int(row[name]) for name in figures}}) for row in rows]


@dataclass(frozen=True, slots=True)
class PublishedElection:
    """A published election with its result, and what its reader should know of the file.

    `rule` is the file's own as it names it, empty where it names none.
    """

    id: ElectionId
    name: str
    file_name: str
    file_sha256: str
    imported_at: datetime
    kind: str
    description: str
    country: str
    begins: str
    ends: str
    threshold: int | None
    rule: str
    knapsack: bool
    warnings: tuple[str, ...]
    result: Result


async def election(election_id: ElectionId, *, community_id: UUID) -> PublishedElection:
    """Return a published election of this community. Raises `UnknownElection`."""
    rows = await ElectionRow.raw(
        "SELECT id, name, file_name, file_sha256, imported_at, summary FROM election"
        " WHERE id = {} AND community_id = {}",
        election_id,
        community_id,
    )
    if not rows:
        raise UnknownElection
    (row,) = rows
    told = json.loads(row.pop("summary"))
    counts = await CountRow.raw("SELECT * FROM count_result WHERE election_id = {}", election_id)
    texts = {name: told[name] for name in ("kind", "description", "country", "begins", "ends")}
    return PublishedElection(
        **row,
        **texts,
        threshold=told["threshold"],
        rule=told.get("rule", ""),
        knapsack=told.get("knapsack", False),
        warnings=tuple(told["warnings"]),
        result=_result(told, {OWN if one["own"] else one["rule"]: one for one in counts}),
    )


def _result(told: dict[str, Any], counts: dict[str, dict[str, Any]]) -> Result:
    """Return an election's result from its stored summary and counts."""
    recorded = told.get("recorded")
    counted = {name: Counted.of(one) for name, one in counts.items()}
    kind = BallotKind(told["kind"])
    return Result(
        kind=kind,
        budget=told["budget"],
        scale=told["scale"],
        currency=told["currency"],
        votes=told["votes"],
        voters=told["voters"],
        # An election that was taken in before scores were kept has votes alone.
        lines=ranked(
            [BallotLine(**{"score": line["votes"], **line}) for line in told["projects"]],
            scored=OWN in counted and by_score(kind, counted[OWN].rules),
        ),
        counts=counted,
        decides=OWN if OWN in counts else None,
        recorded=_comparison(recorded) if recorded else None,
        not_followed=told.get("not_followed", ""),
        ceilings=tuple(map(tuple, told.get("ceilings", ()))),
    )


def _comparison(told: dict[str, Any]) -> Comparison:
    recorded = told["recorded"]
    return Comparison(
        recorded=None if recorded is None else tuple(recorded),
        only_counted=tuple(told["only_counted"]),
        only_recorded=tuple(told["only_recorded"]),
        doubtful=tuple(told["doubtful"]),
    )


async def election_file(election_id: ElectionId, *, community_id: UUID) -> tuple[str, bytes]:
    """Return a published election's file name and its bytes, exactly as they came.

    Raises `UnknownElection`.
    """
    rows = await ElectionRow.raw(
        "SELECT file_name, file FROM election WHERE id = {} AND community_id = {}",
        election_id,
        community_id,
    )
    if not rows:
        raise UnknownElection
    return rows[0]["file_name"], gzip.decompress(rows[0]["file"])
