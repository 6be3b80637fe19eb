"""What a count is fed: a budget, projects, and ballots with the identical ones grouped."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple


class BallotKind(StrEnum):
    """How residents marked their ballots (Pabulib's `vote_type`)."""

    APPROVAL = "approval"
    CHOOSE_ONE = "choose-1"
    CUMULATIVE = "cumulative"
    ORDINAL = "ordinal"


@dataclass(frozen=True, slots=True)
class Project:
    """One project on the ballot. `cost` is in the election's smallest unit of money.

    `more` keeps the columns that the count does not read, so that a file can be written back.
    """

    id: str
    cost: int
    name: str = ""
    category: str = ""
    target: str = ""
    selected: str = ""
    more: tuple[tuple[str, str], ...] = ()


class Ballot(NamedTuple):
    """A way of voting, and how many residents voted exactly so.

    `choices` holds project ids: in order of preference on an ordinal ballot. `points` runs beside
    it on a cumulative ballot and is empty on the others.
    """

    choices: tuple[str, ...]
    points: tuple[int, ...]
    votes: int


class Voter(NamedTuple):
    """One line of the list of votes: whose ballot it is and what else its line says."""

    id: str
    ballot: int
    cells: tuple[str, ...]


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
    10 ** -`scale` of the currency (`scale` 2 for fen). `meta` keeps further statements about the
    election. `voters` may be empty; where it is not, it agrees with the ballots' numbers.
    """

    kind: BallotKind
    budget: int
    projects: tuple[Project, ...]
    ballots: tuple[Ballot, ...]
    scale: int = 0
    meta: tuple[tuple[str, str], ...] = ()
    voter_columns: tuple[str, ...] = ()
    voters: tuple[Voter, ...] = ()
    warnings: tuple[FileWarning, ...] = field(default=(), compare=False)

    @cached_property
    def votes(self) -> int:
        """How many residents voted, blank ballots included."""
        return sum(ballot.votes for ballot in self.ballots)

    @cached_property
    def supporters(self) -> dict[str, int]:
        """How many ballots name each project."""
        totals = {project.id: 0 for project in self.projects}
        for ballot in self.ballots:
            for choice in ballot.choices:
                totals[choice] += ballot.votes
        return totals

    @cached_property
    def scores(self) -> dict[str, int]:
        """Each project's score as cities state it: votes, points, or points for rank."""
        totals = {project.id: 0 for project in self.projects}
        for ballot in self.ballots:
            for choice, weight in self.weighted(ballot):
                totals[choice] += weight * ballot.votes
        return totals

    @cached_property
    def ranks(self) -> int:
        """The places an ordinal ballot has: the stated `max_length`, or the longest ballot."""
        stated = self.fact("max_length")
        longest = max((len(ballot.choices) for ballot in self.ballots), default=0)
        return max(longest, int(stated)) if stated.isdecimal() else longest

    @cached_property
    def threshold(self) -> int | None:
        """The least score with which a project may win, where the election states one."""
        stated = self.fact("min_project_score_threshold")
        return int(stated) if stated.isdecimal() else None

    def fact(self, key: str) -> str:
        """Return what `meta` says of `key`; empty when it is silent."""
        return dict(self.meta).get(key, "")

    def weighted(self, ballot: Ballot) -> Iterator[tuple[str, int]]:
        """Yield each project of a ballot with the weight that cities give it.

        On an ordinal ballot the first place is worth as many points as there are places, and each
        next place one less.
        """
        if self.kind is BallotKind.CUMULATIVE:
            yield from zip(ballot.choices, ballot.points, strict=True)
        elif self.kind is BallotKind.ORDINAL:
            for place, choice in enumerate(ballot.choices):
                yield choice, self.ranks - place
        else:
            for choice in ballot.choices:
                yield choice, 1
