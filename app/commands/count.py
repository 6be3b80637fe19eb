"""`linli count`: count an election file, with every rule and every doubt on the table."""

import json
from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.exits import Exit, StopError
from marketplace.counting import (
    Completion,
    CountRules,
    FileCount,
    Outcome,
    Reason,
    Rule,
    Satisfaction,
    count_file,
)
from marketplace.counting.rules import ID_TEXT
from marketplace.election import BallotKind
from marketplace.errors import BadElectionFile, BadRules
from marketplace.pabulib import read_election
from marketplace.pabulib.amounts import as_text

_NARROWEST = 100
"""Columns for the table where the terminal does not say how wide it is."""
_NAME, _SHORTEST_NAME, _GAP = 2, 12, 3
"""The column of names, the least room it gets, and what each column takes around its text."""


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--rule",
    type=click.Choice([rule.value for rule in Rule]),
    default=Rule.GREEDY.value,
    show_default=True,
    help="greedy: best first, skipping what no longer fits. mes: Method of Equal Shares.",
)
@click.option(
    "--satisfaction",
    type=click.Choice([satisfaction.value for satisfaction in Satisfaction]),
    default=Satisfaction.COST.value,
    show_default=True,
    help="What a voter gets from a project. With greedy, cost goes by votes, cardinality by "
    "votes per cost, points and borda by these per cost, score by the file's own score.",
)
@click.option(
    "--completion",
    type=click.Choice([completion.value for completion in Completion]),
    default=Completion.NONE.value,
    show_default=True,
    help="With mes: what happens to money that is left. add1 raises every share until nothing "
    "more fits or the budget would be overspent; add1-overspend only until the latter.",
)
@click.option(
    "--ties",
    default=ID_TEXT,
    show_default=True,
    metavar="id-text|FILE",
    help="Who wins between equals: project ids as text (10 before 9), or a file that lists all "
    "ids, one to a line, first wins.",
)
@click.option(
    "--threshold",
    default="0",
    show_default=True,
    metavar="N|file",
    help="Least score with which a project may win; `file` takes what the file states.",
)
@click.option(
    "--step",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="By how many whole units of the currency add1 raises each share at a time.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def count(  # noqa: PLR0913 (one parameter for each option)
    *,
    file: Path,
    rule: str,
    satisfaction: str,
    completion: str,
    ties: str,
    threshold: str,
    step: int,
    as_json: bool,
) -> None:
    """Count the participatory-budgeting election in FILE, in Pabulib's .pb format.

    The count is exact and repeatable: the same file and rules give the same winners everywhere.
    Results go to standard output, warnings about the file to standard error.

    \b
    Examples:
      linli count district.pb
      linli count district.pb --rule mes --completion add1
      linli count district.pb --threshold file --satisfaction score --json

    With --json, `winners` stand in order of selection, and `total_cost`, `budget` and all other
    money are integers of 10^-`scale` of the currency.

    Exit codes: 0 counted; 2 an argument is wrong, or the rules do not fit the ballots; 6 the file
    is not a valid election (the message names the line; nothing was counted).
    """
    try:
        rules = CountRules(
            rule=Rule(rule),
            satisfaction=Satisfaction(satisfaction),
            completion=Completion(completion),
            ties=_ties(ties),
            threshold=_threshold(threshold, file),
            step=step,
        )
        counted = count_file(file, rules)
    except BadElectionFile as error:
        raise StopError(f"{file}: {error} Nothing was counted.", Exit.BAD_FILE) from error
    except BadRules as error:
        raise click.UsageError(f"{error}.") from error
    for warning in counted.warnings:
        click.echo(f"{file}: {warning}", err=True)
    if as_json:
        click.echo(json.dumps(_as_json(counted), ensure_ascii=False, indent=2))
    else:
        _show(counted)


command = count


def _ties(ties: str) -> str | tuple[str, ...]:
    if ties == ID_TEXT:
        return ties
    try:
        lines = Path(ties).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(
            f"--ties {ties}: neither {ID_TEXT} nor a text file that lists project ids ({error})."
        ) from error
    return tuple(line.strip() for line in lines if line.strip())


def _threshold(threshold: str, file: Path) -> int:
    if threshold.isascii() and threshold.isdecimal():
        return int(threshold)
    if threshold != "file":
        raise click.UsageError(f"--threshold {threshold}: give a whole number, or `file`.")
    stated = read_election(file.read_bytes()).threshold
    if stated is None:
        raise click.UsageError("--threshold file: the file states no threshold; leave it out.")
    return stated


def _as_json(counted: FileCount) -> dict[str, object]:
    result = counted.count
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
            {
                "project": outcome.project,
                "won": outcome.won,
                "cost": outcome.cost,
                "votes": outcome.votes,
                "score": outcome.score,
                "reason": outcome.reason.value,
                "money_short": outcome.money_short,
                "votes_short": outcome.votes_short,
            }
            for outcome in result.outcomes
        ],
        "warnings": [str(warning) for warning in counted.warnings],
    }


def _show(counted: FileCount) -> None:
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
    console.print(f"Rules {result.rules.canonical()}", markup=False, soft_wrap=True)
    console.print(f"SHA-256 of the rules: {result.rules_sha256}", soft_wrap=True)


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
    if outcome.reason is Reason.BELOW_THRESHOLD or rules.satisfaction is Satisfaction.SCORE:
        return "point" if kind in {BallotKind.CUMULATIVE, BallotKind.ORDINAL} else "vote"
    if rules.rule is Rule.MES:
        return "supporter"
    by_points = rules.satisfaction in {Satisfaction.POINTS, Satisfaction.BORDA}
    return "point" if by_points else "vote"
