"""Points and reasons, read off the board's arrays a block of requests at a time. Pure.

A block of 256 requests against 5,000 volunteers needs some twenty megabytes while it is scored,
whatever the size of the whole board.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from timebank.matching import rules
from timebank.matching.board import NONE, Board, Flags, Ints, Small
from timebank.matching.values import About, Availability, Limits, Solution, Why

BLOCK: Final = 256
BARRED: Final = -1

# What a level is called where it is told, and whether it speaks for the pair.
_SKILL: Final = (About.OTHER_HELP, About.ANY_HELP, About.LIKES)
_PLACE: Final = (About.OTHER_GRID, About.ANY_GRID, About.GOES_THERE, About.SAME_GRID)
_TIMES: Final = (About.OTHER_HOURS, About.UNTOLD, About.FREE)


@dataclass(frozen=True, slots=True)
class Clock:
    """How many quarters are free and taken before each moment, for every volunteer."""

    free: Small
    taken: Small

    @classmethod
    def of(cls, board: Board) -> "Clock":
        """Return the sums for a board as it stands."""
        return cls(_sums(board.free), _sums(board.taken))


@dataclass(frozen=True, slots=True)
class Levels:
    """Each criterion's level for some requests (rows) and all volunteers (columns)."""

    wished: Flags
    together: NDArray[np.int8]
    skill: NDArray[np.int8]
    place: NDArray[np.int8]
    times: NDArray[np.int8]
    speech: NDArray[np.int8]


def levels(board: Board, rows: Ints, clock: Clock) -> Levels:
    """Return the level of each criterion for these requests."""
    columns = np.arange(board.volunteers)
    grid, speech = board.grid[rows], board.speech[rows]
    skill = np.where(board.likes.T[board.service[rows]], rules.LIKES, rules.OTHER_HELP)
    skill[:, ~board.any_likes] = rules.ANY_HELP
    goes = _picked(board.goes, grid)
    place = np.where(goes, rules.GOES_THERE, rules.OTHER_GRID)
    place[:, ~board.any_goes] = rules.ANY_GRID
    place[(grid == NONE), :] = rules.ANY_GRID
    place[(grid[:, None] == board.home[None, :]) & (grid[:, None] != NONE)] = rules.SAME_GRID
    spoken = np.where(_picked(board.speaks, speech), rules.SPEAKS, rules.OTHER_SPEECH)
    spoken[:, ~board.any_speaks] = rules.ANY_SPEECH
    spoken[speech == NONE, :] = rules.ANY_SPEECH
    times = np.where(
        _within(clock.free, board.start[rows], board.length[rows]) == board.length[rows][:, None],
        rules.FREE,
        rules.OTHER_HOURS,
    )
    times[:, ~board.told] = rules.UNTOLD
    together = np.zeros((len(rows), board.volunteers), dtype=np.int8)
    for row, column, level in _of_rows(board.together, rows):
        together[row, column] = level
    return Levels(
        wished=board.preferred[rows][:, None] == columns[None, :],
        together=together,
        skill=skill.astype(np.int8),
        place=place.astype(np.int8),
        times=times.astype(np.int8),
        speech=spoken.astype(np.int8),
    )


def points(board: Board, rows: Ints, clock: Clock, limits: Limits) -> Small:
    """Return the points of each pair for these requests; `BARRED` where it must not be."""
    found = levels(board, rows, clock)
    given = np.minimum(board.lately, rules.FAIRNESS_MINUTES)
    rest = rules.FAIRNESS - rules.FAIRNESS * given // rules.FAIRNESS_MINUTES
    total = (
        found.wished * np.int16(rules.WISHED)
        + _table(rules.TOGETHER)[found.together]
        + _table(rules.SKILL)[found.skill]
        + _table(rules.PLACE)[found.place]
        + _table(rules.TIMES)[found.times]
        + _table(rules.SPEECH)[found.speech]
        + rest.astype(np.int16)[None, :]
    )
    total[_against(board, rows, clock, found, limits=limits)] = BARRED
    return total


def _against(board: Board, rows: Ints, clock: Clock, found: Levels, *, limits: Limits) -> Flags:
    """Return which pairs must not be."""
    against = ~board.fit[board.kind[rows]]
    way = rules.WAY_QUARTERS
    against |= _within(clock.taken, board.start[rows] - way, board.length[rows] + 2 * way) > 0
    if limits.availability is Availability.MUST:
        against |= found.times == rules.OTHER_HOURS
    if limits.day_most:
        against |= (board.by_day[:, board.day[rows]] >= limits.day_most).T
    if limits.week_most:
        against |= (board.in_all >= limits.week_most)[None, :]
    for row, column in _of_rows(board.barred, rows):
        against[row, column] = True
    return against


def ranked(
    board: Board, rows: Ints, clock: Clock, limits: Limits, *, most: int
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Yield each request with its best volunteers and their points, best first.

    Of equals, those who gave least of late come first, then those put in first.
    """
    for block in blocks(rows):
        found = points(board, block, clock, limits)
        for row, line in zip(block.tolist(), found, strict=True):
            order = np.lexsort((np.arange(board.volunteers), board.lately, -line))[:most]
            yield row, [(int(one), int(line[one])) for one in order if line[one] != BARRED]


def blocks(rows: Ints) -> Iterator[Ints]:
    """Yield the rows, so many at a time that scoring them needs little memory."""
    for begun in range(0, len(rows), BLOCK):
        yield rows[begun : begun + BLOCK]


def reasons(
    board: Board, pairs: Sequence[tuple[int, int]], clock: Clock
) -> dict[tuple[int, int], tuple[Why, ...]]:
    """Say for each pair of request and volunteer why, weightiest first.

    The figure of `TOGETHER` is the level here; who knows how often they met puts it in.
    """
    columns: dict[int, list[int]] = {}
    for row, column in pairs:
        columns.setdefault(row, []).append(column)
    told: dict[tuple[int, int], tuple[Why, ...]] = {}
    for block in blocks(np.array(list(columns), dtype=np.int64)):
        found = levels(board, block, clock)
        for number, row in enumerate(block.tolist()):
            for column in columns[row]:
                told[row, column] = _told(found, number, column, int(board.lately[column]))
    return told


def _told(found: Levels, row: int, column: int, lately: int) -> tuple[Why, ...]:
    skill, place, times, speech, together = (
        int(level[row, column])
        for level in (found.skill, found.place, found.times, found.speech, found.together)
    )
    told = [
        (rules.SKILL[skill], Why(_SKILL[skill])),
        (rules.PLACE[place], Why(_PLACE[place])),
        (rules.TIMES[times], Why(_TIMES[times])),
        (rules.FAIRNESS // 2, Why(About.LATELY, lately)),
    ]
    if found.wished[row, column]:
        told.append((rules.WISHED, Why(About.WISHED)))
    if together:
        told.append((rules.TOGETHER[together], Why(About.TOGETHER, together)))
    if speech != rules.ANY_SPEECH:
        spoken = About.SPEAKS if speech == rules.SPEAKS else About.OTHER_SPEECH
        told.append((rules.SPEECH[speech], Why(spoken)))
    return tuple(why for _weight, why in sorted(told, key=lambda one: -one[0]))


def breaches(board: Board, solution: Solution, limits: Limits) -> list[str]:
    """Return what is wrong with a solution; nothing where every pair of it may be.

    Each pair is judged on the board as it was, and all pairs of a volunteer against each other.
    Whoever stores a solution asks this first: no solver's slip reaches anybody.
    """
    clock = Clock.of(board)
    rows = np.array([row for row, _column in solution.pairs], dtype=np.int64)
    columns = np.array([column for _row, column in solution.pairs], dtype=np.int64)
    wrong = ["a request is given twice"] if len(np.unique(rows)) < len(rows) else []
    for block, whom in zip(blocks(rows), blocks(columns), strict=True):
        of_pairs = points(board, block, clock, limits)[np.arange(len(block)), whom]
        wrong += [
            f"request {row} must not be given to volunteer {column}"
            for row, column in zip(block[of_pairs == BARRED], whom[of_pairs == BARRED], strict=True)
        ]
    for column in np.unique(columns).tolist():
        wrong += _breaches_of(board, column, rows[columns == column], limits)
    return wrong


def _breaches_of(board: Board, column: int, given: Ints, limits: Limits) -> list[str]:
    """Return what is wrong with all that one volunteer is given, each against the others."""
    wrong = []
    taken = given[np.argsort(board.start[given])]
    for one, after in itertools.pairwise(taken):
        if board.start[after] < board.start[one] + board.length[one] + rules.WAY_QUARTERS:
            wrong.append(f"volunteer {column} would be in two places")
    if limits.week_most and board.in_all[column] + len(taken) > limits.week_most:
        wrong.append(f"volunteer {column} would have too many visits")
    days, counts = np.unique(board.day[taken], return_counts=True)
    if limits.day_most and (board.by_day[column, days] + counts > limits.day_most).any():
        wrong.append(f"volunteer {column} would have too many visits on a day")
    return wrong


def _sums(flags: Flags) -> Small:
    sums = np.zeros((flags.shape[0], flags.shape[1] + 1), dtype=np.int16)
    np.cumsum(flags, axis=1, dtype=np.int16, out=sums[:, 1:])
    return sums


def _within(sums: Small, start: Ints, length: Ints) -> Small:
    """Return how many marked quarters lie in each request's time, by request and volunteer."""
    last = sums.shape[1] - 1
    ends = np.clip(start + length, 0, last)
    return (sums[:, ends] - sums[:, np.clip(start, 0, last)]).T


def _picked(chosen: Flags, numbers: Ints) -> Flags:
    """Return a row for each number: who chose it; nobody for `NONE`."""
    if not chosen.shape[1]:
        return np.zeros((len(numbers), chosen.shape[0]), dtype=np.bool_)
    found: Flags = chosen.T[numbers] & (numbers != NONE)[:, None]
    return found


def _of_rows(pairs: Ints, rows: Ints) -> Iterator[list[int]]:
    """Yield the pairs of these requests, the request as its place in `rows`."""
    if not len(pairs):
        return
    place = {row: number for number, row in enumerate(rows.tolist())}
    for row, *rest in pairs[np.isin(pairs[:, 0], rows)].tolist():
        yield [place[row], *rest]


def _table(figures: tuple[int, ...]) -> Small:
    return np.array(figures, dtype=np.int16)
