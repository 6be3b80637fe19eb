"""Solves a large board in a program of its own: neither its time nor its memory are the app's.

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
from typing import Final

import numpy as np

from timebank.matching import scoring
from timebank.matching.board import Board
from timebank.matching.scoring import Clock
from timebank.matching.solving import solve
from timebank.matching.values import Availability, Limits, Why

SECONDS_MAX: Final = 180
SMALL: Final = 400
"""Up to how many requests times volunteers a thread will do: a blink, and a program takes longer
to start."""
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
    if board.requests * board.volunteers <= SMALL:
        return await asyncio.to_thread(_found, board, limits)
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
            await program.communicate()  # until its pipes are closed as well
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


def _found(board: Board, limits: Limits) -> tuple[list[Given], bool]:
    """Solve, check, and say why. Raises `Unsolved` where the outcome has a fault."""
    solution = solve(board, limits)
    wrong = scoring.breaches(board, solution, limits)
    if wrong:
        raise Unsolved("; ".join(wrong[:10]))
    clock = Clock.of(board)
    why = scoring.reasons(board, solution.pairs, clock)
    columns = dict(solution.pairs)
    given = []
    for block in scoring.blocks(np.array(list(columns), dtype=np.int64)):
        found = scoring.points(board, block, clock, limits)
        for number, row in enumerate(block.tolist()):
            column = columns[row]
            given.append(Given(row, column, int(found[number, column]), why[row, column]))
    return given, solution.proven


def main() -> int:
    """Read, solve, tell."""
    os.nice(NICE)
    with np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False) as kept:
        board = Board(**{name: kept[name] for name in FIELDS})
        must, day_most, week_most = kept["limits"].tolist()
    limits = Limits(
        Availability.MUST if must else Availability.PREFER, int(day_most), int(week_most)
    )
    try:
        given, proven = _found(board, limits)
    except Unsolved as fault:
        sys.stderr.write(str(fault))
        return 1
    lines = [(one.row, one.column, one.points, [why.stored for why in one.why]) for one in given]
    sys.stdout.write(json.dumps({"given": lines, "proven": proven}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
