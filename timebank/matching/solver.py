"""Solves a board in a program of its own: neither its time nor its memory are the app's.

    python -m timebank.matching.solver < board.npz > outcome.json

The board comes in as numpy's own format, with the limits; what goes out is checked here once more,
pair by pair, and nothing is told of an outcome with a fault in it.
"""

import asyncio
import dataclasses
import io
import json
import os
import sys
from typing import Any, Final

import numpy as np

from timebank.matching import scoring
from timebank.matching.board import Board
from timebank.matching.scoring import Clock
from timebank.matching.solving import solve
from timebank.matching.values import Availability, Limits, Why

SECONDS_MAX: Final = 180
NICE: Final = 10
FIELDS: Final = tuple(field.name for field in dataclasses.fields(Board))


class Unsolved(Exception):
    """The program took too long, was killed, or found a fault in its own outcome."""


@dataclasses.dataclass(frozen=True, slots=True)
class Given:
    """A request given to a volunteer, as places on the board, with points and reasons."""

    row: int
    column: int
    points: int
    why: tuple[Why, ...]


async def solved(board: Board, limits: Limits) -> tuple[list[Given], bool]:
    """Return who is given what, and whether nothing better is possible.

    Raises `Unsolved`. When this is cancelled, the program ends as well.
    """
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "timebank.matching.solver",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    try:
        told, wrong = await asyncio.wait_for(
            program.communicate(await asyncio.to_thread(_packed, board, limits)), SECONDS_MAX
        )
    except TimeoutError as late:
        raise Unsolved(f"not done after {SECONDS_MAX} seconds") from late
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    if program.returncode:
        raise Unsolved(wrong.decode(errors="replace")[-400:] or f"ended {program.returncode}")
    outcome = json.loads(told)
    given = [
        Given(row, column, points, tuple(map(Why.of, why)))
        for row, column, points, why in outcome["given"]
    ]
    return given, outcome["proven"]


def _packed(board: Board, limits: Limits) -> bytes:
    kept = io.BytesIO()
    bounds = np.array([limits.availability is Availability.MUST, limits.day_most, limits.week_most])
    np.savez(kept, limits=bounds, **{name: getattr(board, name) for name in FIELDS})
    return kept.getvalue()


def main() -> int:
    """Read, solve, check, tell."""
    os.nice(NICE)
    with np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False) as kept:
        board = Board(**{name: kept[name] for name in FIELDS})
        must, day_most, week_most = kept["limits"].tolist()
    limits = Limits(
        Availability.MUST if must else Availability.PREFER, int(day_most), int(week_most)
    )
    solution = solve(board, limits)
    wrong = scoring.breaches(board, solution, limits)
    if wrong:
        sys.stderr.write("; ".join(wrong[:10]))
        return 1
    clock = Clock.of(board)
    why = scoring.reasons(board, solution.pairs, clock)
    given: list[Any] = []
    columns = dict(solution.pairs)
    for block in scoring.blocks(np.array(list(columns), dtype=np.int64)):
        found = scoring.points(board, block, clock, limits)
        for number, row in enumerate(block.tolist()):
            column = columns[row]
            reasons = [one.stored for one in why[row, column]]
            given.append((row, column, int(found[number, column]), reasons))
    sys.stdout.write(json.dumps({"given": given, "proven": solution.proven}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
