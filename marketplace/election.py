"""What a count is fed: a budget, projects, and ballots with the identical ones grouped."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketplace.ballots import Ballot, Ballots, Ints, Voter

__all__ = [
    "Ballot",
    "BallotKind",
    "Ceiling",
    "Election",
    "FileWarning",
    "Grouping",
    "Project",
    "Voter",
]


class BallotKind(StrEnum):
    """How residents marked their ballots (Pabulib's `vote_type`).

    A knapsack ballot is an approval ballot whose projects together must fit into `max_sum_cost`;
    it is counted as approvals.
    """

    APPROVAL = "approval"
    CHOOSE_ONE = "choose-1"
    CUMULATIVE = "cumulative"
    ORDINAL = "ordinal"


@dataclass(frozen=True, slots=True)
class Project:
    """One project on the ballot. `cost` is in the election's smallest unit of money.

    `category` may name several, separated by commas; `neighbourhood` names one.
    `more` keeps the columns that the count does not read, so that a file can be written back.
    """

    id: str
    cost: int
    name: str = ""
    category: str = ""
    target: str = ""
    selected: str = ""
    neighbourhood: str = ""
    more: tuple[tuple[str, str], ...] = ()


class Grouping(StrEnum):
    """What sorts projects into those that share a ceiling."""

    CATEGORY = "category"
    NEIGHBOURHOOD = "neighbourhood"


class Ceiling(NamedTuple):
    """The most that the winners of one category or neighbourhood may cost together."""

    grouping: Grouping
    name: str
    amount: int

    def holds(self, project: Project) -> bool:
        """Say whether a project counts towards this ceiling."""
        if self.grouping is Grouping.NEIGHBOURHOOD:
            return project.neighbourhood.strip() == self.name
        return self.name in {name.strip() for name in project.category.split(",")}


class FileWarning(NamedTuple):
    """Something in a file that a reader should know; `line` is 0 where it concerns the whole."""

    line: int
    text: str

    def __str__(self) -> str:
        """Show the line first, where there is one."""
        return f"line {self.line}: {self.text}" if self.line else self.text


@dataclass(frozen=True)
class Election:
    """A budget, projects and grouped ballots; immutable, and the whole input of a count.

    `budget` and all costs are integers in the smallest unit that shows every amount exactly:
    10 ** -`scale` of the currency (`scale` 2 for fen). `ceilings` bound the cost of some of the
    projects, within the budget; of the projects of each group in `incompatible` at most one can
    win. `meta` keeps further statements about the election. `voters` may be empty; where it is
    not, it agrees with the ballots' numbers.
    """

    kind: BallotKind
    budget: int
    projects: tuple[Project, ...]
    ballots: Sequence[Ballot]
    scale: int = 0
    meta: tuple[tuple[str, str], ...] = ()
    voter_columns: tuple[str, ...] = ()
    voters: Sequence[Voter] = ()
    ceilings: tuple[Ceiling, ...] = ()
    incompatible: tuple[tuple[str, ...], ...] = ()
    warnings: tuple[FileWarning, ...] = field(default=(), compare=False)

    @cached_property
    def columns(self) -> Ballots:
        """The ballots as columns."""
        return Ballots.of([project.id for project in self.projects], self.ballots)

    @cached_property
    def votes(self) -> int:
        """How many residents voted, blank ballots included."""
        return int(self.columns.votes.sum())

    @cached_property
    def lengths(self) -> Ints:
        """How many projects each ballot names."""
        return np.diff(self.columns.ends)

    @cached_property
    def supporters(self) -> dict[str, int]:
        """How many ballots name each project."""
        return self._totals(np.ones(len(self.columns.marks), dtype=np.int8))

    @cached_property
    def scores(self) -> dict[str, int]:
        """Each project's score as cities state it: votes, points, or points for rank."""
        return self._totals(self.weights)

    @cached_property
    def ranks(self) -> int:
        """The places an ordinal ballot has: the stated `max_length`, or the longest ballot."""
        stated = self.fact("max_length")
        longest = int(self.lengths.max(initial=0))
        return max(longest, int(stated)) if stated.isdecimal() else longest

    @property
    def weights(self) -> NDArray[np.signedinteger]:
        """Beside `columns.marks`: the weight that cities give each mark.

        Its points on a cumulative ballot. On an ordinal ballot the first place is worth as many
        points as there are places, and each next place one less. Else 1.
        """
        if self.kind is BallotKind.CUMULATIVE:
            return self.columns.points
        if self.kind is BallotKind.ORDINAL:
            return self.ranks - self.places
        return np.ones(len(self.columns.marks), dtype=np.int8)

    @property
    def places(self) -> Ints:
        """Beside `columns.marks`: how many projects stand before each on its ballot."""
        before = np.repeat(self.columns.ends[:-1], self.lengths)
        return np.arange(len(before), dtype=np.int64) - before

    def _totals(self, weights: NDArray[np.signedinteger]) -> dict[str, int]:
        totals = np.zeros(len(self.projects), dtype=np.int64)
        np.add.at(totals, self.columns.marks, weights * np.repeat(self.columns.votes, self.lengths))
        return dict(zip(self.columns.ids, totals.tolist(), strict=True))

    @cached_property
    def threshold(self) -> int | None:
        """The least score with which a project may win, where the election states one."""
        stated = self.fact("min_project_score_threshold")
        return int(stated) if stated.isdecimal() else None

    @cached_property
    def quorum(self) -> int | None:
        """The least number of votes for a result to stand, where the election states one."""
        stated = self.fact("quorum")
        return int(stated) if stated.isdecimal() else None

    def fact(self, key: str) -> str:
        """Return what `meta` says of `key`; empty when it is silent."""
        return dict(self.meta).get(key, "")
