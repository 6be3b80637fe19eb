"""Count a `.pb` file as it stands, and say what the count did not take from it."""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from marketplace.counting.counting import count
from marketplace.counting.result import Count
from marketplace.counting.rules import CountRules
from marketplace.election import Election, FileWarning
from marketplace.pabulib import read_election


@dataclass(frozen=True)
class FileCount:
    """A file's election, its count, every warning, and how long counting took."""

    election: Election
    count: Count
    warnings: tuple[FileWarning, ...]
    seconds: float
    """From the first byte read to the last winner; a measurement, no part of the result."""


def count_file(path: Path, rules: CountRules) -> FileCount:
    """Read a `.pb` file and count it.

    Raises BadElectionFile for a file that could give a wrong result, BadRules where the rules do
    not fit its ballots, OSError where it cannot be read.
    """
    begun = perf_counter()
    election = read_election(path.read_bytes())
    counted = count(election, rules)
    return FileCount(
        election=election,
        count=counted,
        warnings=(*election.warnings, *_unused(election, rules)),
        seconds=perf_counter() - begun,
    )


def _unused(election: Election, rules: CountRules) -> list[FileWarning]:
    stated = election.threshold
    if stated is None or stated == rules.threshold:
        return []
    return [
        FileWarning(
            0,
            f"the file states a least score of {stated} to win; this count asked for "
            f"{rules.threshold}",
        )
    ]
