"""Solves a whole board at once: who takes which requests, so that most is gained in all. Pure.

A plain assignment gives each volunteer one request. Here a volunteer may take several in a week, as
long as they do not overlap and are not too many. It is solved in rounds: in each, nobody gets more
than one more visit, and scipy's sparse assignment solver (LAPJVsp, Jonker and Volgenant) finds the
round that is worth most. Then the board is looked at anew, with what was taken, until nothing can
be given any more. So hours are spread before anybody is asked twice, and at the end no request
stands open for which anybody may be found. Each round is the best that there is; all of them
together need not be.

A small board is therefore solved as a whole as well: a 0-1 program with one column for each pair
that may be; one row for each request (at most one volunteer), one for each moment at which several
of a volunteer's requests run (at most one of them), one for each volunteer's day and week. scipy's
HiGHS solves it and proves that nothing is better. Large boards would keep it busy for many minutes;
there the rounds stand.
"""

import dataclasses
import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np

from timebank.matching import rules
from timebank.matching.board import Board, Ints
from timebank.matching.scoring import BARRED, Clock, blocks, points
from timebank.matching.values import Limits, Solution

PAIRS_MAX: Final = 160_000
"""How many pairs a round looks at: the best of each request, as many as there is room for."""

WHOLE_PAIRS_MAX: Final = 4_000
"""Up to how many pairs a board is also solved as a whole."""

SECONDS_MAX: Final = 15.0
"""How long the whole may take before the rounds stand."""


def solve(
    board: Board, limits: Limits, *, seconds: float = SECONDS_MAX, pairs_max: int = PAIRS_MAX
) -> Solution:
    """Return who takes which requests; `seconds` bounds the search for what the rounds missed."""
    pairs, everything = _rounds(_copied(board), limits, pairs_max)
    if everything is None or not 0 < len(everything.rows) <= WHOLE_PAIRS_MAX or seconds <= 0:
        return Solution(tuple(sorted(pairs)), proven=not pairs and everything is not None)
    best, proven = _best(board, everything, limits, seconds)
    if _worth(everything, best) > _worth(everything, pairs):
        pairs = best
    return Solution(tuple(sorted(pairs)), proven)


def _rounds(
    board: Board, limits: Limits, pairs_max: int
) -> "tuple[list[tuple[int, int]], _Pairs | None]":
    """Return what the rounds give, and all pairs that there are if one round could hold them."""
    given, everything = list[tuple[int, int]](), None
    left = np.arange(board.requests)
    while len(left):
        found = _pairs(board, left, limits, pairs_max)
        if not given and found.whole:
            everything = found
        if not len(found.rows):
            break
        taken = _round(found, board.volunteers)
        _take(board, taken)
        given += taken
        left = np.setdiff1d(left, np.array([row for row, _column in taken]))
    return given, everything


def _round(pairs: "_Pairs", volunteers: int) -> list[tuple[int, int]]:
    """Return the pairs that are worth most where each volunteer takes one request at most."""
    # Here, because scipy takes a while to be imported, and pages need none of it.
    from scipy.sparse import csr_array  # noqa: PLC0415
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415

    asked, row = np.unique(pairs.rows, return_inverse=True)
    # Everybody must be matched for the solver, so each request has a nobody of its own.
    nobody = volunteers + np.arange(len(asked))
    worth = csr_array(
        (
            np.concatenate([pairs.worth, np.ones(len(asked))]).astype(np.float64),
            (np.concatenate([row, np.arange(len(asked))]), np.concatenate([pairs.columns, nobody])),
        ),
        shape=(len(asked), volunteers + len(asked)),
    )
    rows, columns = min_weight_full_bipartite_matching(worth, maximize=True)
    taken = columns < volunteers
    return list(zip(asked[rows[taken]].tolist(), columns[taken].tolist(), strict=True))


def _worth(pairs: "_Pairs", taken: list[tuple[int, int]]) -> int:
    known = dict(
        zip(
            zip(pairs.rows.tolist(), pairs.columns.tolist(), strict=True),
            pairs.worth.tolist(),
            strict=True,
        )
    )
    return sum(known[pair] for pair in taken)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The pairs of a pass, ordered by volunteer and start; `whole` where none was left out."""

    rows: Ints
    columns: Ints
    worth: Ints
    whole: bool


def _copied(board: Board) -> Board:
    """Return a board whose times and counts may be changed while pairs are taken."""
    return dataclasses.replace(
        board,
        taken=board.taken.copy(),
        by_day=board.by_day.copy(),
        in_all=board.in_all.copy(),
    )


def _pairs(board: Board, left: Ints, limits: Limits, pairs_max: int) -> _Pairs:
    """Return for each request that is left its best pairs, as many as a pass has room for."""
    clock = Clock.of(board)
    most = max(pairs_max // max(len(left), 1), 8)
    whole = True
    rows, columns, worth = [], [], []
    for block in blocks(left):
        found = points(board, block, clock, limits)
        if board.volunteers > most:
            # Among equals, chance (always the same) spreads requests over different volunteers.
            shuffled = np.random.default_rng(int(block[0])).random(found.shape, dtype=np.float32)
            best = np.argpartition(-(found + shuffled), most, axis=1)[:, :most]
        else:
            best = np.broadcast_to(np.arange(board.volunteers), found.shape)
        chosen = np.take_along_axis(found, best, axis=1)
        good = chosen != BARRED
        whole = whole and int(good.sum()) == int((found != BARRED).sum())
        of_block = np.nonzero(good)[0]
        rows.append(block[of_block])
        columns.append(best[good])
        worth.append(rules.SERVED + board.urgent[block[of_block]] + chosen[good])
    row, column, value = (np.concatenate(part).astype(np.int64) for part in (rows, columns, worth))
    order = np.lexsort((row, board.start[row], column))
    return _Pairs(row[order], column[order], value[order], whole)


def _best(
    board: Board, pairs: _Pairs, limits: Limits, seconds: float
) -> tuple[list[tuple[int, int]], bool]:
    """Return the pairs that are worth most together, and whether that is proven."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 (as above)
    from scipy.sparse import csr_array  # noqa: PLC0415 (as above)

    rows = _Rows()
    order = np.argsort(pairs.rows, kind="stable")
    for group in _groups(pairs.rows[order]):
        rows.add(order[group], 1)
    for group in _groups(pairs.columns):
        _of_one_volunteer(board, pairs, group, rows, limits=limits)
    matrix = csr_array(
        (np.ones(len(rows.members)), (rows.places, rows.members)),
        shape=(len(rows.most), len(pairs.rows)),
    )
    outcome = milp(
        -pairs.worth.astype(np.float64),
        constraints=LinearConstraint(matrix, ub=np.array(rows.most, dtype=np.float64)),
        bounds=Bounds(0, 1),
        integrality=np.ones(len(pairs.rows)),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    if outcome.x is None:
        return [], False
    taken = np.nonzero(outcome.x > 0.5)[0]  # noqa: PLR2004 (0 or 1, but for rounding)
    found = zip(pairs.rows[taken].tolist(), pairs.columns[taken].tolist(), strict=True)
    return list(found), outcome.status == 0


class _Rows:
    """The rows of the program: of each, its members and how many of them may be taken."""

    def __init__(self) -> None:
        self.members: list[int] = []
        self.places: list[int] = []
        self.most: list[int] = []

    def add(self, members: Ints, most: int) -> None:
        """Add a row, unless it allows all of its members anyway."""
        if len(members) > most:
            self.members += members.tolist()
            self.places += [len(self.most)] * len(members)
            self.most.append(most)


def _of_one_volunteer(
    board: Board, pairs: _Pairs, group: slice, rows: _Rows, *, limits: Limits
) -> None:
    """Add what keeps one volunteer from two places at once, and from too many visits."""
    number, column = np.arange(group.start, group.stop), int(pairs.columns[group.start])
    start = board.start[pairs.rows[group]]
    ends = start + board.length[pairs.rows[group]] + rules.WAY_QUARTERS
    # Starts are in order. Of those that run when one starts, only a row that a later start does not
    # hold as well is needed.
    before: Ints | None = None
    for moment in np.unique(start):
        running = number[(start <= moment) & (ends > moment)]
        if before is not None and not np.isin(before, running).all():
            rows.add(before, 1)
        before = running
    if before is not None:
        rows.add(before, 1)
    if limits.day_most:
        days = board.day[pairs.rows[group]]
        for day in np.unique(days):
            rows.add(number[days == day], limits.day_most - int(board.by_day[column, day]))
    if limits.week_most:
        rows.add(number, limits.week_most - int(board.in_all[column]))


def _groups(numbers: Ints) -> list[slice]:
    """Return the stretches of equal numbers in an ordered list."""
    if not len(numbers):
        return []
    cuts = [0, *(np.nonzero(np.diff(numbers))[0] + 1).tolist(), len(numbers)]
    return [slice(first, last) for first, last in itertools.pairwise(cuts)]


def _take(board: Board, pairs: list[tuple[int, int]]) -> None:
    """Mark on a copied board what these pairs take of their volunteers' time."""
    for row, column in pairs:
        start = int(board.start[row])
        board.taken[column, start : start + int(board.length[row])] = True
        board.by_day[column, board.day[row]] += 1
        board.in_all[column] += 1
