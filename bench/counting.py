"""Time reading and counting of real elections, and compare winners with expected.json.

    python -m bench.counting [--all] [PATTERN]

Reads the `.pb` files in the folder pabulib under LINLI_DATA (`../shared/data` by default). Prints
for each file the CPU seconds to read it, to count it greedily and by Equal Shares, and which keys
of expected.json give the same winners in the same order; with --all also the raised counts
(add1), with the slowest of them. Ends with 1 if any winners differ.
"""

import json
import os
import sys
from pathlib import Path
from time import process_time
from typing import Any

from marketplace.counting import Completion, CountRules, Rule, Satisfaction, count
from marketplace.election import Election
from marketplace.pabulib import read_election

ROOT = Path(__file__).parents[1]
FOLDER = Path(os.environ.get("LINLI_DATA", ROOT.parent / "shared" / "data")) / "pabulib"
RAISED = {"mes_add1": "add1", "mes_add1_stop_on_overspend_only": "add1-overspend"}


def rules_for(key: str) -> CountRules:
    """Turn a key of expected.json (`mes_add1|card|completed`) into rules."""
    method, satisfaction, *completed = key.split("|")
    completion = RAISED.get(method, "none") + ("-greedy" if completed else "")
    return CountRules(
        rule=Rule.GREEDY if method == "greedy" else Rule.MES,
        satisfaction=Satisfaction({"card": "cardinality"}.get(satisfaction, satisfaction)),
        completion=Completion(completion),
    )


def bench(
    election: Election, results: dict[str, Any], *, raised: bool
) -> tuple[dict[str, float], list[str]]:
    """Count by every key; return the seconds of each and the keys whose winners differ."""
    seconds: dict[str, float] = {}
    differing = []
    for key, other in results.items():
        if key.split("|")[0] in RAISED and not raised:
            continue
        begun = process_time()
        winners = count(election, rules_for(key)).winners
        seconds[key] = process_time() - begun
        if list(winners) != other["winners"]:
            differing.append(key)
    return seconds, differing


def main() -> int:
    """Print the table."""
    raised = "--all" in sys.argv
    patterns = [argument for argument in sys.argv[1:] if argument != "--all"]
    files = sorted(FOLDER.glob(patterns[0] if patterns else "*.pb"))
    if not files:
        print(f"no files: {FOLDER} (set LINLI_DATA)", file=sys.stderr)
        return 2
    expected = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
    titles = ["file", "votes", "projects", "read", "greedy", "mes", "slowest add1", "same winners"]
    print("{:40} {:>7} {:>8} {:>6} {:>6} {:>6} {:>13}  {}".format(*titles))
    wrong = 0
    for path in files:
        begun = process_time()
        election = read_election(path.read_bytes())
        reading = process_time() - begun
        seconds, differing = bench(election, expected[path.name]["results"], raised=raised)
        slow = max((s for k, s in seconds.items() if k.split("|")[0] in RAISED), default=None)
        verdict = f"{len(seconds) - len(differing)} of {len(seconds)} keys"
        print(
            f"{path.name[:40]:40} {election.votes:7} {len(election.projects):8} {reading:6.2f} "
            f"{seconds['greedy|cost']:6.2f} {seconds['mes|cost']:6.2f} "
            f"{'' if slow is None else format(slow, '.2f'):>13}  "
            + verdict
            + (f", not {', '.join(differing)}" if differing else ""),
            flush=True,
        )
        wrong += len(differing)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
