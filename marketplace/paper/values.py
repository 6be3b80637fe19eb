"""The values of voting on paper: serial numbers, readings of a ballot, and what became of each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from marketplace.values import Marks

PaperId = NewType("PaperId", UUID)


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody read on a paper ballot: its marks, or that they cannot be made out.

    An empty ballot is read as no marks at all.
    """

    marks: Marks = field(default_factory=Marks)
    unclear: bool = False


class PaperState(StrEnum):
    """How far a paper ballot has come between the printer and the count."""

    PRINTED = "printed"
    SPOILED = "spoiled"
    ONCE = "once"
    DIFFERING = "differing"
    SETTLED = "settled"


class Invalid(StrEnum):
    """Why a paper ballot that was handed in does not count."""

    UNCLEAR = "unclear"
    BLANK = "blank"
    TOO_MANY = "too_many"
    OVER_BUDGET = "over_budget"
    POINTS = "points"
    TWICE = "twice"
    UNKNOWN_PROJECT = "unknown_project"


@dataclass(frozen=True, slots=True)
class Paper:
    """A printed ballot. `code` stands on the stub that the voter keeps, and nowhere else."""

    id: PaperId
    serial: str
    code: str
    batch: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A print of paper ballots, counted from 1 within its round."""

    number: int
    size: int
    printed_by: UUID
    printed_at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """A ballot that two people read differently; who read what is not told to the third."""

    paper: Paper
    readings: tuple[Reading, Reading]


@dataclass(frozen=True, slots=True)
class Draw:
    """The sample of an audit: how it was drawn, and how it went.

    `serials` are the ballots drawn, in the order of drawing; `checked` of them were looked at so
    far, and `wrong` of those had been keyed in otherwise than they are marked. `whole` says that
    so many were wrong that every ballot has to be looked at.
    """

    seed: str
    percent: int
    population: int
    serials: tuple[str, ...]
    checked: frozenset[str]
    wrong: int
    whole: bool
    drawn_at: datetime

    @property
    def unchecked(self) -> tuple[str, ...]:
        """The serial numbers that nobody has looked at yet, in the order of drawing."""
        return tuple(serial for serial in self.serials if serial not in self.checked)


@dataclass(frozen=True, slots=True)
class Report:
    """What is published of voting on paper: figures alone, nobody's name and nobody's ballot.

    `keyed` were handed in and keyed in at least once; `valid` and `invalid` are settled ones;
    `decided` were read differently and settled by a third person.
    """

    printed: int
    handed_out: int
    spoiled: int
    keyed: int
    once: int
    differing: int
    decided: int
    valid: int
    invalid: Mapping[Invalid, int]
    draw: Draw | None

    @property
    def used(self) -> bool:
        """Whether the round has voting on paper at all."""
        return self.printed > 0

    @property
    def settled(self) -> int:
        """How many ballots both readings, or a third, have settled."""
        return self.valid + sum(self.invalid.values())


@dataclass(frozen=True, slots=True)
class PaperBallots:
    """What paper brings to the count: valid ballots with their codes, and who was given paper."""

    ballots: tuple[tuple[Marks, str], ...]
    voters: Collection[UUID]
