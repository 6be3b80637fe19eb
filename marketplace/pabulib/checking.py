"""What a reader of a file should know though it can be counted: nothing is ignored in silence."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketplace.ballots import Voters
from marketplace.election import BallotKind, Election, FileWarning
from marketplace.pabulib.amounts import as_text, decimals, in_smallest_unit
from marketplace.pabulib.bounds import KEYS

_BUDGETS = {amounts: grouping for grouping, (_, amounts) in KEYS.items()}
Meta = dict[str, tuple[int, str]]
Stated = list[tuple[int, str, dict[str, str]]]


def remarks(election: Election, meta: Meta, stated: Stated) -> Iterator[FileWarning]:
    """Yield a warning for each thing that the file says and the count does not take from it."""
    yield from _totals(election, meta, stated)
    yield from _voters(election)
    yield from _costs(election, stated)
    yield from _limits(election, meta)
    yield from _rules(election, meta)


def _totals(election: Election, meta: Meta, stated: Stated) -> Iterator[FileWarning]:
    for key, found in (("num_votes", election.votes), ("num_projects", len(election.projects))):
        line, text = meta.get(key, (0, ""))
        if text and text != str(found):
            yield FileWarning(line, f"{key} says {text}, the file holds {found}: that was counted")
    totals = {"votes": election.supporters}
    if election.kind is BallotKind.CUMULATIVE or "max_length" in meta:
        totals["score"] = election.scores
    for line, project, columns in stated:
        for column, text in columns.items():
            if not text or column not in totals:
                continue
            found = totals[column][project]
            if decimals(text) != 0 or in_smallest_unit(text, 0) != found:
                yield FileWarning(
                    line,
                    f"project {project}: the column {column} says {text}, the ballots give "
                    f"{found}: the ballots were counted",
                )


def _voters(election: Election) -> Iterator[FileWarning]:
    if not election.voters:
        yield FileWarning(0, "the file holds no votes")
        return
    twice, name, times = (
        election.voters.repeated() if isinstance(election.voters, Voters) else (0, "", 0)
    )
    if twice:
        yield FileWarning(
            0,
            f"{twice} voter ids stand on more than one line ({name!r} on {times}): "
            "every line was counted",
        )
    votes = election.columns.votes
    blank = int(votes[election.lengths == 0].sum())
    if blank:
        yield FileWarning(
            0, f"{blank} ballots are blank; they count as votes, and in Equal Shares have a share"
        )
    unmarked = np.repeat(np.arange(len(votes)), election.lengths)[election.weights == 0]
    nothing = int(votes[np.unique(unmarked)].sum())
    if nothing:
        yield FileWarning(0, f"{nothing} ballots name a project and give it 0 points")


def _costs(election: Election, stated: Stated) -> Iterator[FileWarning]:
    lines = {project: line for line, project, _ in stated}
    if election.scale:
        yield FileWarning(
            0, f"amounts have decimals; all were counted in units of 10^-{election.scale}, exactly"
        )
    for project in election.projects:
        if project.cost == 0:
            yield FileWarning(lines[project.id], f"project {project.id} costs nothing")
        elif project.cost > election.budget:
            cost = as_text(project.cost, election.scale)
            yield FileWarning(
                lines[project.id], f"project {project.id} costs {cost}: more than the budget"
            )


def _limits(election: Election, meta: Meta) -> Iterator[FileWarning]:
    """Compare ballots with the limits that the file states; they count as they stand."""
    columns = election.columns
    costs = np.array([project.cost for project in election.projects], dtype=object)
    measures = (
        ("length", lambda: election.lengths, 0),
        ("sum_points", lambda: _sums(election, columns.points), 0),
        ("sum_cost", lambda: _sums(election, costs[columns.marks]), election.scale),
    )
    for name, measure, scale in measures:
        if name == "sum_points" and election.kind is not BallotKind.CUMULATIVE:
            continue
        for side, sign in (("max", 1), ("min", -1)):
            line, text = meta.get(f"{side}_{name}", (0, ""))
            if not text.strip():
                continue
            needed = decimals(text.strip())
            if needed is None or needed > scale:
                yield FileWarning(line, f"{side}_{name} is {text!r}: not a limit, not checked")
                continue
            limit = in_smallest_unit(text.strip(), scale)
            beyond = int(columns.votes[(sign * (measure() - limit) > 0).astype(bool)].sum())
            if beyond:
                yield FileWarning(
                    line, f"{beyond} ballots break {side}_{name} {text}; they count as they stand"
                )


def _sums(election: Election, beside: NDArray[Any]) -> NDArray[Any]:
    """Add up, ballot by ballot, the numbers that stand beside its marks."""
    before = np.concatenate([[0], np.cumsum(beside)]) if len(beside) else np.zeros(1, dtype=int)
    ends = election.columns.ends if len(beside) else election.columns.ends * 0
    sums: NDArray[Any] = before[ends[1:]] - before[ends[:-1]]
    return sums


def _rules(election: Election, meta: Meta) -> Iterator[FileWarning]:
    """Name the rules of the file that no count here applies by itself."""
    for key, (line, text) in meta.items():
        if key == "min_project_score_threshold" and election.threshold is None and text.strip():
            yield FileWarning(line, f"the threshold {text!r} is not a whole number; not applied")
        elif key in _BUDGETS:
            if not any(ceiling.grouping is _BUDGETS[key] for ceiling in election.ceilings):
                yield FileWarning(line, f"{key} is not applied: it does not say which has what")
        elif "_per_" in key:
            yield FileWarning(line, f"{key} is not checked; ballots count as they stand")
        elif key == "fully_funded" and text.strip() not in {"", "0"}:
            yield FileWarning(line, "fully_funded: this election left nothing out; it is counted")
        elif key == "leftover_budget":
            yield FileWarning(line, f"leftover_budget is not applied: {text}")
