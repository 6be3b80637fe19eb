"""Count a `.pb` file as it stands, and say what the count did not take from it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from marketplace.counting.counting import count
from marketplace.counting.official import Comparison, compared
from marketplace.counting.result import Count
from marketplace.counting.rules import CountRules
from marketplace.election import Election, FileWarning
from marketplace.pabulib import read_election


@dataclass(frozen=True)
class FileCount:
    """A file's election, its count, every warning, and how long counting took."""

    election: Election
    count: Count
    comparison: Comparison
    warnings: tuple[FileWarning, ...]
    seconds: float
    """From the first byte read to the last winner; a measurement, no part of the result."""


def count_file(path: Path, choose: Callable[[Election], CountRules]) -> FileCount:
    """Read a `.pb` file and count it under the rules that `choose` gives for its election.

    Raises BadElectionFile for a file that could give a wrong result, BadRules where the rules do
    not fit its ballots, OSError where it cannot be read.
    """
    begun = perf_counter()
    election = read_election(path.read_bytes())
    rules = choose(election)
    counted = count(election, rules)
    return FileCount(
        election=election,
        count=counted,
        comparison=compared(counted, election),
        warnings=(*election.warnings, *_unused(election, rules)),
        seconds=perf_counter() - begun,
    )


def _unused(election: Election, rules: CountRules) -> list[FileWarning]:
    """Name what the file states and these rules do not follow."""
    stated = (
        ("a least score of {} to win", election.threshold, rules.threshold),
        ("a quorum of {} votes", election.quorum, rules.quorum),
    )
    return [
        FileWarning(0, f"the file states {words.format(theirs)}; this count asked for {ours}")
        for words, theirs, ours in stated
        if theirs is not None and theirs != ours
    ]
