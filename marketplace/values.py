"""The values of a live round: its terms, its projects, and how far each has come."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from marketplace.counting import Completion, CountRules, Rule, Satisfaction

RoundId = NewType("RoundId", UUID)
ProjectId = NewType("ProjectId", UUID)
ElectionId = NewType("ElectionId", UUID)


class RoundState(StrEnum):
    """How far a round has come. It only moves on: proposing, voting, closed."""

    PROPOSING = "proposing"
    VOTING = "voting"
    CLOSED = "closed"


class ProjectState(StrEnum):
    """How far a project has come in its round; each move is a row of its history."""

    PROPOSED = "proposed"
    ON_BALLOT = "on_ballot"
    CHOSEN = "chosen"
    NOT_CHOSEN = "not_chosen"

    @property
    def step(self) -> int:
        """Which of the eight steps this is, counted from 1: needs, talk and vote, delivery."""
        return {"proposed": 1, "on_ballot": 4, "chosen": 5, "not_chosen": 4}[self.value]


class Category(StrEnum):
    """The five kinds of livelihood project, as Suzhou Gusu sorts them."""

    ELDER_CARE = "elder_care"
    CULTURE = "culture"
    ENVIRONMENT = "environment"
    SELF_MANAGEMENT = "self_management"
    YOUTH = "youth"


@dataclass(frozen=True, slots=True)
class RoundPolicy:
    """What a community has decided about rounds; here are the values where it decided nothing.

    The greatest budget, in fen, is more than any neighbourhood's round has and far below what the
    book can hold; 999 projects are as many as a three-digit number on the ballot can tell apart.
    """

    budget_fen_max: int = 100_000_000_000
    choices_max: int = 20
    projects_max: int = 999


@dataclass(frozen=True, slots=True)
class Terms:
    """What a round promises before anybody votes: the money, the ballot and the way of counting.

    A ballot approves at most `choices_max` projects. Of two projects that stand alike, the one
    proposed earlier wins.
    """

    budget_fen: int
    choices_max: int
    rule: Rule
    satisfaction: Satisfaction = Satisfaction.COST
    completion: Completion = Completion.NONE

    @property
    def count_rules(self) -> CountRules:
        """The rules as the count takes them. Raises BadRules when they contradict themselves."""
        return CountRules(self.rule, self.satisfaction, self.completion)

    def canonical(self) -> str:
        """Return the terms as the one text that is published and hashed."""
        stated = {
            "ballot": "approval",
            "budget_fen": self.budget_fen,
            "choices_max": self.choices_max,
            "count": json.loads(self.count_rules.canonical()),
        }
        return json.dumps(stated, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def sha256(self) -> str:
        """Return the hash that is published before the first vote and stands on the result."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    @classmethod
    def of(cls, canonical: str) -> "Terms":
        """Read terms back from their text."""
        stated = json.loads(canonical)
        return cls(
            budget_fen=stated["budget_fen"],
            choices_max=stated["choices_max"],
            rule=Rule(stated["count"]["rule"]),
            satisfaction=Satisfaction(stated["count"]["satisfaction"]),
            completion=Completion(stated["count"]["completion"]),
        )


@dataclass(frozen=True, slots=True)
class Round:
    """A round as it stands. `terms_text` and `terms_hash` are exactly what was published."""

    id: RoundId
    community_id: UUID
    name: str
    terms: Terms
    terms_text: str
    terms_hash: str
    state: RoundState
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """What a resident says of a project when proposing it; `cost_fen` in fen."""

    title: str
    purpose: str
    place: str
    category: Category
    cost_fen: int


@dataclass(frozen=True, slots=True)
class Project:
    """A project of a round. `number` counts from 1 in the order of proposing."""

    id: ProjectId
    round_id: RoundId
    community_id: UUID
    number: int
    title: str
    purpose: str
    place: str
    category: Category
    cost_fen: int
    proposed_by: UUID
    proposed_at: datetime
    state: ProjectState

    @property
    def ballot_id(self) -> str:
        """Its id in a count: text order is the order of proposing."""
        return ballot_id(self.number)


def ballot_id(number: int) -> str:
    """Return a project's id in a count and in the published file, from its number."""
    return f"{number:03d}"


@dataclass(frozen=True, slots=True)
class Move:
    """A step that a project or a round took: what it became, who moved it, when and why."""

    state: str
    by: UUID
    at: datetime
    why: str
