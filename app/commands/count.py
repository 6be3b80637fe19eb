"""`linli count`: count an election file, with every rule and every doubt on the table."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import click

from app.commands.count_shown import show, show_comparison, told_as_json
from app.exits import Exit, StopError
from marketplace.counting import (
    Completion,
    CountRules,
    Rule,
    Satisfaction,
    count_file,
    official_rules,
)
from marketplace.counting.rules import ID_TEXT
from marketplace.election import Election
from marketplace.errors import BadElectionFile, BadRules


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
    "--quorum",
    default="0",
    show_default=True,
    metavar="N|file",
    help="Least number of votes with which anything wins; `file` takes what the file states.",
)
@click.option(
    "--step",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="By how many whole units of the currency add1 raises each share at a time.",
)
@click.option(
    "--official",
    is_flag=True,
    help="Follow the rule that the file states and compare with the winners it records.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def count(*, file: Path, official: bool, as_json: bool, **asked: Any) -> None:
    """Count the participatory-budgeting election in FILE, in Pabulib's .pb format.

    The count is exact and repeatable: the same file and rules give the same winners everywhere.
    Ceilings of categories and neighbourhoods and projects that exclude one another are kept as the
    file states them. Results go to standard output, warnings about the file to standard error.

    \b
    Examples:
      linli count district.pb
      linli count district.pb --rule mes --completion add1
      linli count district.pb --threshold file --satisfaction score --json
      linli count district.pb --official

    With --json, `winners` stand in order of selection, and `total_cost`, `budget` and all other
    money are integers of 10^-`scale` of the currency.

    Exit codes: 0 counted; 1 with --official, other winners than the file records; 2 an argument is
    wrong, or the rules do not fit the ballots, or the file's own rule cannot be followed; 6 the
    file is not a valid election (the message names the line; nothing was counted).
    """
    if official:
        _refuse_beside_official()
    try:
        counted = count_file(file, official_rules if official else partial(_rules, asked))
    except BadElectionFile as error:
        raise StopError(f"{file}: {error} Nothing was counted.", Exit.BAD_FILE) from error
    except BadRules as error:
        raise click.UsageError(f"{error}.") from error
    for warning in counted.warnings:
        click.echo(f"{file}: {warning}", err=True)
    if as_json:
        click.echo(json.dumps(told_as_json(counted), ensure_ascii=False, indent=2))
    else:
        show(counted)
        if official:
            show_comparison(counted)
    if official and counted.comparison.same is False:
        click.get_current_context().exit(Exit.FAILED)


command = count


def _refuse_beside_official() -> None:
    """--official takes everything from the file, so no rule can be asked for beside it."""
    context = click.get_current_context()
    given = [
        f"--{name}"
        for name in ("rule", "satisfaction", "completion", "ties", "threshold", "quorum", "step")
        if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT
    ]
    if given:
        raise click.UsageError(
            f"--official follows the file's own rule: leave out {', '.join(given)}."
        )


def _rules(asked: dict[str, Any], election: Election) -> CountRules:
    """Return the rules that the options ask for."""
    return CountRules(
        rule=Rule(asked["rule"]),
        satisfaction=Satisfaction(asked["satisfaction"]),
        completion=Completion(asked["completion"]),
        ties=_ties(asked["ties"]),
        threshold=_number("threshold", asked["threshold"], election.threshold),
        quorum=_number("quorum", asked["quorum"], election.quorum),
        step=asked["step"],
    )


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


def _number(option: str, asked: str, stated: int | None) -> int:
    """Return a number that was asked for, or what the file states of it."""
    if asked.isascii() and asked.isdecimal():
        return int(asked)
    if asked != "file":
        raise click.UsageError(f"--{option} {asked}: give a whole number, or `file`.")
    if stated is None:
        raise click.UsageError(f"--{option} file: the file states no {option}; leave it out.")
    return stated
