"""Time matching a whole week, beside what a plain assignment of the same size costs.

    python -m bench.matching [REQUESTS [VOLUNTEERS]]

Makes a board by chance (5,000 requests, 5,000 volunteers), reads it into arrays and solves it as
the job does, in a program of its own, so that the memory is its own too. The floor is scipy's plain
`linear_sum_assignment` on a dense matrix of random figures of the same size: it knows no clocks, no
certificates and one request for each volunteer. Figures are seconds of processor time, which hold
on a busy machine; the wall's clock stands beside them. Ends with 1 if a pair is forbidden.
"""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing.queues import Queue

import numpy as np

SIZE = 5000


def floor(requests: int, volunteers: int) -> dict[str, float]:
    """Assign by random figures."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 (each program loads its own)

    worth = np.random.default_rng(1).random((requests, volunteers))
    begun = time.process_time()
    rows, _columns = linear_sum_assignment(worth, maximize=True)
    return {"solve": time.process_time() - begun, "given": float(len(rows))}


def week(requests: int, volunteers: int) -> dict[str, float]:
    """Match the week."""
    from tests.timebank.matching_boards import situation  # noqa: PLC0415 (as above)
    from timebank.matching import scoring  # noqa: PLC0415
    from timebank.matching.board import board_of  # noqa: PLC0415
    from timebank.matching.solving import solve  # noqa: PLC0415
    from timebank.matching.values import Limits  # noqa: PLC0415

    known = situation(1, requests, volunteers, grids=40)
    begun = time.process_time()
    board = board_of(known)
    read = time.process_time() - begun
    limits = Limits()
    begun = time.process_time()
    solution = solve(board, limits)
    took = time.process_time() - begun
    begun = time.process_time()
    wrong = scoring.breaches(board, solution, limits)
    scoring.reasons(board, solution.pairs, scoring.Clock.of(board))
    return {
        "read": read,
        "solve": took,
        "check and say why": time.process_time() - begun,
        "given": float(len(solution.pairs)),
        "proven": float(solution.proven),
        "forbidden": float(len(wrong)),
    }


def alone(work: Callable[[int, int], dict[str, float]], *sizes: int) -> dict[str, float]:
    """Do the work in a program of its own; add its memory at the most, in megabytes."""
    context = multiprocessing.get_context("spawn")
    answers: Queue[dict[str, float]] = context.Queue()
    child = context.Process(target=_tell, args=(work, sizes, answers))
    child.start()
    answer = answers.get()
    child.join()
    return answer


def _tell(
    work: Callable[[int, int], dict[str, float]],
    sizes: tuple[int, int],
    answers: "Queue[dict[str, float]]",
) -> None:
    begun = time.perf_counter()
    found = work(*sizes)
    found["seconds on the wall"] = time.perf_counter() - begun
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answers.put({**found, "megabytes": most / 1024})


def main() -> int:
    """Print both, and their ratio."""
    sizes = [int(one) for one in sys.argv[1:3]] or [SIZE, SIZE]
    requests, volunteers = sizes[0], sizes[-1]
    print(f"{requests:,} requests, {volunteers:,} volunteers")
    plain = alone(floor, requests, volunteers)
    ours = alone(week, requests, volunteers)
    for name, found in (("floor: linear_sum_assignment", plain), ("match this week", ours)):
        told = ", ".join(f"{what} {value:,.1f}" for what, value in found.items())
        print(f"{name:32} {told}", flush=True)
    whole = ours["read"] + ours["solve"] + ours["check and say why"]
    print(f"{whole:.1f} s of processor time in all, {whole / plain['solve']:.1f} x the floor")
    return 1 if ours["forbidden"] else 0


if __name__ == "__main__":
    sys.exit(main())
