"""Time reading and counting of real elections, and compare winners with expected.json.

    python -m bench.counting [--no-add1] [--no-synthetic] [PATTERN ...]

Reads the `.pb` files in the folder pabulib under LINLI_DATA (`../shared/data` by default), each in
a process of its own. Prints for each the processor seconds to read and check it, to count it
greedily and by Equal Shares, and for the slowest raised count (add1); the most memory that the
process had by then, beside 3 x the file + 60 MB; how many keys of expected.json give the same
winners in the same order; and whether --official finds the winners that the file records. Then
counts a made-up election of 200 projects and 1,000,000 ballots. Ends with 1 if any winners differ.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from marketplace.ballots import Ballots
from marketplace.counting import (
    Completion,
    CountRules,
    Rule,
    Satisfaction,
    compared,
    count,
    official_rules,
)
from marketplace.election import BallotKind, Election, Project
from marketplace.errors import BadRules
from marketplace.pabulib import read_election

ROOT = Path(__file__).parents[1]
FOLDER = Path(os.environ.get("LINLI_DATA", ROOT.parent / "shared" / "data")) / "pabulib"
RAISED = {"mes_add1": "add1", "mes_add1_stop_on_overspend_only": "add1-overspend"}
SYNTHETIC = "synthetic"
ROW = "{:40} {:>8} {:>8} {:>6} {:>6} {:>6} {:>6} {:>5} {:>5}  {:14} {}"
TITLES = (
    *("file", "votes", "projects", "read", "greedy", "mes", "add1", "MB", "bar"),
    *("same winners", "official"),
)


def rules_for(key: str) -> CountRules:
    """Turn a key of expected.json (`mes_add1|card|completed`) into rules."""
    method, satisfaction, *completed = key.split("|")
    completion = RAISED.get(method, "none") + ("-greedy" if completed else "")
    return CountRules(
        rule=Rule.GREEDY if method == "greedy" else Rule.MES,
        satisfaction=Satisfaction({"card": "cardinality"}.get(satisfaction, satisfaction)),
        completion=Completion(completion),
    )


def measured(name: str, *, raised: bool) -> dict[str, Any]:
    """Read and count one election in this process; return the figures of its row."""
    begun = process_time()
    if name == SYNTHETIC:
        election, bar = synthetic(), 2048.0
    else:
        content = (FOLDER / name).read_bytes()
        election, bar = read_election(content), 3 * len(content) / 1e6 + 60
        del content
    row: dict[str, Any] = {"read": process_time() - begun, "bar": bar, "name": name}
    row |= {"votes": election.votes, "projects": len(election.projects)}
    for title in ("greedy|cost", "mes|cost"):
        begun = process_time()
        count(election, rules_for(title))
        row[title.split("|", maxsplit=1)[0]] = process_time() - begun
    row["memory"] = peak()
    if name != SYNTHETIC:
        row |= agreement(name, election, raised=raised) | {"official": official(election)}
    return row


def agreement(name: str, election: Election, *, raised: bool) -> dict[str, Any]:
    """Count by every key of expected.json; say which winners differ and the slowest add1."""
    expected = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))[name]["results"]
    keys = [key for key in expected if raised or key.split("|")[0] not in RAISED]
    slowest, differing = None, []
    for key in keys:
        begun = process_time()
        winners = count(election, rules_for(key)).winners
        if key.split("|")[0] in RAISED:
            slowest = max(slowest or 0.0, process_time() - begun)
        if list(winners) != expected[key]["winners"]:
            differing.append(key)
    return {"add1": slowest, "keys": len(keys), "differing": differing}


def official(election: Election) -> str:
    """Say how the file's own rule compares with the winners that it records."""
    try:
        rules = official_rules(election)
    except BadRules:
        return f"not followed: {election.fact('rule')}"
    found = compared(count(election, rules), election)
    return {None: "none recorded", True: "same", False: "DIFFERENT"}[found.same]


def synthetic() -> Election:
    """Make 200 projects and 1,000,000 ballots, each with 1 to 15 projects, hardly two alike."""
    projects, voters = 200, 1_000_000
    random = np.random.default_rng(20260101)
    lengths = random.integers(1, 16, voters)
    # Some projects are wished for by many, most by few.
    taste = random.permutation(np.linspace(0, 1, projects) ** 3) + 0.02
    marks = random.choice(projects, int(lengths.sum()), p=taste / taste.sum()).astype(np.int32)
    ballots = np.repeat(np.arange(voters), lengths)
    pairs = np.unique(ballots * projects + marks)
    ends = np.searchsorted(pairs // projects, np.arange(voters + 1))
    ids = [f"{number:03}" for number in range(projects)]
    return Election(
        kind=BallotKind.APPROVAL,
        budget=20_000_000_00,
        projects=tuple(Project(name, int(random.integers(1, 100)) * 1_000_000) for name in ids),
        ballots=Ballots(
            ids,
            ends=ends,
            marks=(pairs % projects).astype(np.int32),
            points=np.zeros(0, dtype=np.int64),
            votes=np.ones(voters, dtype=np.int64),
        ),
        scale=2,
    )


def peak() -> float:
    """Return the most memory that this process has had, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1000


def shown(row: dict[str, Any]) -> str:
    """Return a row as a line of the table."""
    differing = row.get("differing", [])
    keys = row.get("keys", 0)
    figures = [
        "" if row.get(title) is None else f"{row[title]:.2f}"
        for title in ("read", "greedy", "mes", "add1")
    ]
    verdict = f"{keys - len(differing)} of {keys} keys" if keys else ""
    line = ROW.format(
        *(row["name"][:40], row["votes"], row["projects"], *figures),
        *(f"{row['memory']:.0f}", f"{row['bar']:.0f}", verdict, row.get("official", "")),
    )
    return line.rstrip() + (f", not {', '.join(differing)}" if differing else "")


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("patterns", nargs="*", default=["*.pb"])
    parser.add_argument("--no-add1", action="store_true", help="leave out the raised counts")
    parser.add_argument("--no-synthetic", action="store_true", help="leave out the million ballots")
    parser.add_argument("--one", metavar="FILE", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measured(asked.one, raised=not asked.no_add1)))
        return 0
    names = sorted({path.name for pattern in asked.patterns for path in FOLDER.glob(pattern)})
    if not names:
        print(f"no files: {FOLDER} (set LINLI_DATA)", file=sys.stderr)
        return 2
    print(ROW.format(*TITLES).rstrip())
    wrong = 0
    for name in names if asked.no_synthetic else [*names, SYNTHETIC]:
        call = [sys.executable, "-m", "bench.counting", "--one", name]
        call += ["--no-add1"] if asked.no_add1 else []
        ran = subprocess.run(call, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        row = json.loads(ran.stdout)
        print(shown(row), flush=True)
        wrong += len(row.get("differing", [])) + (row.get("official") == "DIFFERENT")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
