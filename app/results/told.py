"""A result for programs: the JSON that docs/results.md describes, and rows for spreadsheets."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from app.i18n import gettext as _
from app.marketplace_words import category
from app.results.page import Around, ordered
from app.results.reasons import Reasons
from marketplace.counting import Outcome
from marketplace.pabulib.amounts import as_text
from marketplace.result_reading import NumberedBallot
from marketplace.results import Counted, Result
from marketplace.values import ballot_id

Cell = str | int | float


def as_json(result: Result) -> dict[str, Any]:
    """Return a result as one JSON object; money in 10 ** -`scale` of `currency`."""
    return {
        "ballot_kind": result.kind.value,
        "budget": result.budget,
        "scale": result.scale,
        "currency": result.currency,
        "votes": result.votes,
        "voters": result.voters,
        "decides": result.decides,
        "projects": [asdict(line) for line in result.lines],
        "ceilings": [
            {"grouping": grouping, "name": name, "amount": amount}
            for grouping, name, amount in result.ceilings
        ],
        "counts": {name: _counted(one) for name, one in result.counts.items()},
        "turnout": _turnout(result),
        "recorded": None
        if result.recorded is None
        else {**asdict(result.recorded), "same": result.recorded.same},
        "not_followed": result.not_followed or None,
    }


def _counted(counted: Counted) -> dict[str, Any]:
    return {
        "rules": counted.rules_text,
        "rules_sha256": counted.rules_hash,
        "winners": list(counted.winners),
        "total_cost": counted.total_cost,
        "exhaustive": counted.exhaustive,
        "passes": counted.passes,
        "outcomes": [_outcome(one) for one in counted.outcomes.values()],
        "spread": asdict(counted.spread) if counted.spread else None,
        "groups": [asdict(one) for one in counted.groups],
        "log": counted.log,
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {**asdict(outcome), "reason": outcome.reason.value}


def _turnout(result: Result) -> dict[str, Any] | None:
    if result.turnout is None:
        return None
    return asdict(result.turnout)


def ballots_as_json(ballots: Sequence[NumberedBallot]) -> list[dict[str, Any]]:
    """Return the ballots of a round, without names, in their random order."""
    return [
        {
            "number": one.number,
            "receipt": one.receipt,
            "projects": [ballot_id(number) for number in one.marks.choices],
            "points": list(one.marks.points),
        }
        for one in ballots
    ]


def project_rows(result: Result, around: Around) -> Iterator[list[Cell]]:
    """Yield a heading and one row for each project: its votes, cost, outcome and reason.

    Costs are in whole units of the currency, with a point before the rest.
    """
    names = ordered(result)
    told = Reasons(
        result, {line.id: line.name or line.id for line in result.lines}, around.kinds, around.areas
    )
    yield [
        _("Number"), _("Project"), _("Category"), _("Cost"), _("Votes"), _("Points"),
        *(
            f"{name}: {words}"
            for name in names
            for words in (_("outcome"), _("reason"), _("money it lacked"), _("votes it lacked"))
        ),
    ]  # fmt: skip
    for line in result.lines:
        cells: list[Cell] = [
            line.id,
            line.name,
            around.kinds.get(line.category) or category(line.category),
            as_text(line.cost, result.scale),
            line.votes,
            line.score,
        ]
        for name in names:
            cells.extend(_verdict(result.counts[name], line.id, told, result.scale))
        yield cells


def _verdict(counted: Counted, project: str, told: Reasons, scale: int) -> list[Cell]:
    outcome = counted.outcomes[project]
    money, votes = outcome.money_short, outcome.votes_short
    return [
        _("Chosen") if outcome.won else _("Not chosen"),
        told.why(outcome, counted) or _("Chosen"),
        "" if money is None else as_text(money, scale),
        "" if votes is None else votes,
    ]


def ballot_rows(ballots: Sequence[NumberedBallot]) -> Iterator[list[Cell]]:
    """Yield a heading and one row for each ballot: number, receipt, projects, points."""
    yield [_("Ballot"), _("Receipt"), _("Projects in order"), _("Points")]
    for one in ballots:
        yield [
            one.number,
            one.receipt,
            " ".join(ballot_id(number) for number in one.marks.choices),
            " ".join(map(str, one.marks.points)),
        ]
