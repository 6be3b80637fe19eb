"""Whose money decided, of a whole count: over all voters, and by the groups that a file names."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from marketplace.ballots import Ints
from marketplace.counting import FINE, Count, Given, Spread, given, spread
from marketplace.election import Election
from marketplace.turnout_rules import LEAST

COLUMNS: Final = {"neighborhood": "neighbourhood", "age": "age", "sex": "sex"}
"""Columns about voters in a published file, by which its money is told."""

BANDS_FROM: Final = (0, 18, 30, 45, 60, 75)
"""The first years of the bands in which ages are told; the last has no end."""

GROUPS_MAX: Final = 30
"""More than a page can show are told as one."""


@dataclass(frozen=True, slots=True)
class GroupShare:
    """How much a group of voters decided about, in the smallest unit of money.

    `name` is empty for all who are in groups too small to be told, and the first year of an age's
    band; `without` had nothing of what they voted for.
    """

    column: str
    name: str
    voters: int
    amount: int
    without: int


def spread_of(election: Election, count: Count) -> tuple[Spread, Given]:
    """Return how a count's money was spread, and what each ballot's voter gave."""
    by_ballot = given(election, count)
    return spread(election, count, by_ballot), by_ballot


@dataclass(frozen=True, eq=False)
class VoterGroups:
    """What a file's columns say of its voters: for each voter a ballot, and a place in `names`."""

    ballots: Ints
    columns: tuple[tuple[str, tuple[str, ...], Ints], ...]
    """Name of the column, names of its groups, and for each voter the place of theirs."""


def voter_groups(election: Election) -> VoterGroups:
    """Return the groups that a file makes of its voters; the same for every count of it."""
    columns = []
    for at, written in enumerate(election.voter_columns):
        column = COLUMNS.get(written.strip().lower())
        if column is None:
            continue
        places: dict[str, int] = {}
        known: dict[str, int] = {}
        codes = np.empty(len(election.voters), dtype=np.int64)
        for number, voter in enumerate(election.voters):
            cell = voter.cells[at]
            code = known.get(cell)
            if code is None:
                name = _told_as(column, cell.strip())
                code = known[cell] = places.setdefault(name, len(places))
            codes[number] = code
        columns.append((column, tuple(places), codes))
    ballots = [voter.ballot for voter in election.voters] if columns else []
    return VoterGroups(np.array(ballots, dtype=np.int64), tuple(columns))


def group_shares(groups: VoterGroups, by_ballot: Given) -> Iterator[GroupShare]:
    """Yield the groups of ten and more that a file's columns make of its voters, largest first."""
    amounts = by_ballot.amounts[groups.ballots]
    for column, names, codes in groups.columns:
        sums = np.zeros((3, len(names)), dtype=np.int64)
        np.add.at(sums[0], codes, 1)
        np.add.at(sums[1], codes, amounts)
        np.add.at(sums[2], codes, amounts == 0)
        yield from _large(column, dict(zip(names, sums.T.tolist(), strict=True)))


def _large(column: str, sums: dict[str, list[int]]) -> Iterator[GroupShare]:
    """Yield groups that are large enough, and all others as one if that is large enough too."""
    order = sorted((name for name in sums if name), key=lambda name: (-sums[name][0], name))
    large = [name for name in order if sums[name][0] >= LEAST][:GROUPS_MAX]
    rest = [0, 0, 0]
    for name, of in sums.items():
        if name not in large:
            rest = [total + part for total, part in zip(rest, of, strict=True)]
    # A rest of fewer than ten could be had by subtraction: the smallest group joins it.
    while 0 < rest[0] < LEAST and large:
        rest = [total + part for total, part in zip(rest, sums[large.pop()], strict=True)]
    if not large:
        return
    if column == "age":
        large.sort(key=int)
    told = [(name, sums[name]) for name in large]
    if rest[0]:
        told.append(("", rest))
    for name, (voters, amount, without) in told:
        yield GroupShare(column, name, voters, amount // FINE, without)


def _told_as(column: str, cell: str) -> str:
    """Return which group a cell means: itself, or the first year of an age's band."""
    if column != "age":
        return cell
    if not (cell.isascii() and cell.isdecimal()) or len(cell) > 3:  # noqa: PLR2004 (digits)
        return ""
    return str(max(first for first in BANDS_FROM if first <= int(cell)))
