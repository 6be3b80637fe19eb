"""How `linli count` shows a count: a table for people, JSON for programs."""

import json
from dataclasses import asdict

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from marketplace.counting import FileCount, Outcome, Reason, Rule, Satisfaction, spread
from marketplace.election import BallotKind
from marketplace.pabulib.amounts import as_text

_NARROWEST = 100
"""Columns for the table where the terminal does not say how wide it is."""
_NAME, _SHORTEST_NAME, _GAP = 2, 12, 3
"""The column of names, the least room it gets, and what each column takes around its text."""


def told_as_json(counted: FileCount) -> dict[str, object]:
    """Return a count as the one JSON object that --json prints."""
    result, comparison = counted.count, counted.comparison
    return {
        "winners": list(result.winners),
        "total_cost": result.total_cost,
        "budget": result.budget,
        "votes": result.votes,
        "seconds": round(counted.seconds, 3),
        "scale": result.scale,
        "rules": json.loads(result.rules.canonical()),
        "rules_sha256": result.rules_sha256,
        "share": None if result.share is None else str(result.share),
        "passes": result.passes,
        "exhaustive": result.exhaustive,
        "outcomes": [
            {**asdict(outcome), "reason": outcome.reason.value} for outcome in result.outcomes
        ],
        "spread": asdict(spread(counted.election, result)),
        "recorded": None
        if comparison.recorded is None
        else {
            "winners": list(comparison.recorded),
            "same": comparison.same,
            "only_counted": list(comparison.only_counted),
            "only_recorded": list(comparison.only_recorded),
        },
        "warnings": [str(warning) for warning in counted.warnings],
    }


def show(counted: FileCount) -> None:
    """Print the table of projects, what they cost together, and the rules."""
    result, election = counted.count, counted.election
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, _NARROWEST)
    rows = _rows(counted)
    # Ids, figures and reasons are shown whole; names get the room that is left.
    others = [column for column in range(len(rows[0])) if column != _NAME]
    taken = sum(max(cell_len(row[column]) for row in rows) + _GAP for column in others)
    names = max(console.width - taken - 2 * _GAP, _SHORTEST_NAME)
    console.width = max(console.width, taken + names + 2 * _GAP)
    table = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1), collapse_padding=False)
    for at, title in enumerate(rows[0]):
        right = title in {"", "Votes", "Score", "Cost"}
        table.add_column(
            title,
            justify="right" if right else "left",
            no_wrap=True,
            max_width=names if at == _NAME else None,
        )
    for row, won in zip(rows[1:], [bool(row[0]) for row in rows[1:]], strict=True):
        # As Text, so that square brackets in a name are not taken for markup.
        table.add_row(*map(Text, row), style=None if won else "dim")
    console.print(table, soft_wrap=True)
    currency = election.fact("currency")
    spent, budget = (as_text(money, result.scale) for money in (result.total_cost, result.budget))
    left = as_text(result.budget - result.total_cost, result.scale)
    console.print(
        f"{len(result.winners)} of {len(election.projects)} projects won with "
        f"{result.votes} votes. They cost {spent} of {budget} {currency}".rstrip()
        + f"; {left} is left.",
        markup=False,
        soft_wrap=True,
    )
    tenths = spread(election, result).tenths
    if result.total_cost:
        part = 100 * sum(tenths[:5]) // result.total_cost
        console.print(
            f"The half of the voters who got the least decided about {part} % of what was spent.",
            soft_wrap=True,
        )
    console.print(f"Rules {result.rules.canonical()}", markup=False, soft_wrap=True)
    console.print(f"SHA-256 of the rules: {result.rules_sha256}", soft_wrap=True)


def show_comparison(counted: FileCount) -> None:
    """Print how the winners compare with those that the file records."""
    console, found = Console(highlight=False), counted.comparison
    if found.recorded is None:
        words = "The file records no winners to compare with."
    elif found.same:
        words = f"The file records the same {len(found.recorded)} winners."
    else:
        words = "The file records other winners."
    if found.only_counted:
        words += f" Only this count chose: {', '.join(found.only_counted)}."
    if found.only_recorded:
        words += f" Only the file names: {', '.join(found.only_recorded)}."
    if found.doubtful and found.recorded is not None:
        words += f" It marks neither as chosen nor as not: {', '.join(found.doubtful)}."
    console.print(words, markup=False, soft_wrap=True)


def _rows(counted: FileCount) -> list[list[str]]:
    """Return the table's titles and rows: winners in order, then losers by rank."""
    result = counted.count
    names = {project.id: project.name for project in counted.election.projects}
    place = {winner: at for at, winner in enumerate(result.winners, start=1)}
    scored = any(outcome.score != outcome.votes for outcome in result.outcomes)
    rows = [["", "Project", "Name", "Votes", *(["Score"] if scored else []), "Cost", "Result"]]
    ordered = sorted(result.outcomes, key=lambda entry: place.get(entry.project, len(place) + 1))
    rows += [
        [
            str(place.get(outcome.project, "")),
            outcome.project,
            names[outcome.project],
            str(outcome.votes),
            *([str(outcome.score)] if scored else []),
            as_text(outcome.cost, result.scale),
            _why(outcome, counted),
        ]
        for outcome in ordered
    ]
    return rows


def _why(outcome: Outcome, counted: FileCount) -> str:
    """Say in a few words why a project won or lost."""
    words = {
        Reason.CHOSEN: "✓ won",
        Reason.COMPLETED: "✓ won in the completion",
        Reason.BELOW_THRESHOLD: "below the threshold",
        Reason.NO_SUPPORT: "nobody supports it",
        Reason.NO_MONEY: "lost",
        Reason.NOT_REACHED: "not reached",
        Reason.NO_ROOM: f"lost, no room left for {outcome.ceiling}",
        Reason.INCOMPATIBLE: f"cannot win beside {outcome.rival}",
        Reason.BELOW_QUORUM: "too few voted",
    }[outcome.reason]
    lacked = []
    if outcome.reason is not Reason.NO_SUPPORT:
        if outcome.money_short is not None:
            lacked.append(as_text(outcome.money_short, counted.count.scale))
        if outcome.votes_short is not None:
            unit = _unit(outcome, counted)
            lacked.append(f"{outcome.votes_short} {unit}{'' if outcome.votes_short == 1 else 's'}")
    return f"{words}, short by {' or '.join(lacked)}" if lacked else words


def _unit(outcome: Outcome, counted: FileCount) -> str:
    """Name what a loser had too few of."""
    rules, kind = counted.count.rules, counted.election.kind
    if outcome.reason is Reason.BELOW_QUORUM:
        return "vote"
    if outcome.reason is Reason.BELOW_THRESHOLD or rules.satisfaction is Satisfaction.SCORE:
        return "point" if kind in {BallotKind.CUMULATIVE, BallotKind.ORDINAL} else "vote"
    if rules.rule is Rule.MES:
        return "supporter"
    by_points = rules.satisfaction in {Satisfaction.POINTS, Satisfaction.BORDA}
    return "point" if by_points else "vote"
