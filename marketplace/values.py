"""The values of a live round: its terms, its projects, and how far each has come."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from marketplace.counting import Completion, CountRules, Rule, Satisfaction
from marketplace.election import BallotKind, Ceiling, Grouping

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
    LEFT = "left"
    """Taken out again before the ballot opened."""

    @property
    def step(self) -> int:
        """Which of the eight steps this is, counted from 1: needs, talk and vote, delivery."""
        steps = {"proposed": 1, "on_ballot": 4, "chosen": 5, "not_chosen": 4, "left": 3}
        return steps[self.value]


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
    extensions_max: int = 1


class BallotForm(StrEnum):
    """How residents mark the ballot of a round.

    `approval`: tick up to so many projects. `knapsack`: tick what together fits into the budget.
    `cumulative`: hand out points. `ordinal`: put projects in order.
    """

    APPROVAL = "approval"
    KNAPSACK = "knapsack"
    CUMULATIVE = "cumulative"
    ORDINAL = "ordinal"

    @property
    def counted_as(self) -> BallotKind:
        """What the count and the published file take it for."""
        return BallotKind.APPROVAL if self is BallotForm.KNAPSACK else BallotKind(self.value)

    @property
    def satisfactions(self) -> tuple[Satisfaction, Satisfaction]:
        """What the form offers: each yuan counts alike, or each project, by what is marked."""
        return {
            BallotForm.CUMULATIVE: (Satisfaction.SCORE, Satisfaction.POINTS),
            BallotForm.ORDINAL: (Satisfaction.SCORE, Satisfaction.BORDA),
        }.get(self, (Satisfaction.COST, Satisfaction.CARDINALITY))


@dataclass(frozen=True, slots=True)
class Marks:
    """What a ballot says: project numbers and, on a cumulative ballot, points beside them.

    `choices` stand in the order of places on an ordinal ballot and ascend on the others; `points`
    is empty unless the ballot is cumulative. No choices at all: the ballot is withdrawn.
    """

    choices: tuple[int, ...] = ()
    points: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a round promises before anybody votes: the money, the ballot and the way of counting.

    A ballot names at most `choices_max` projects (the places of an ordinal one). A cumulative one
    hands out at most `points` in all and `points_each_max` to one project, 0 for no limit. `step`
    is in whole yuan; `threshold` is the least score with which a project may win; `quorum` is the
    percentage of the roll that must have voted, else nothing wins. `ceilings` bound what the
    winners of a category (by its key) or an area (by its id) may cost together, in fen. Of two
    projects that stand alike, the one proposed earlier wins.
    """

    budget_fen: int
    choices_max: int
    rule: Rule
    satisfaction: Satisfaction = Satisfaction.COST
    completion: Completion = Completion.NONE
    kind: BallotForm = BallotForm.APPROVAL
    points: int = 0
    points_each_max: int = 0
    step: int = 1
    threshold: int = 1
    quorum: int = 0
    ceilings: tuple[Ceiling, ...] = ()

    def __post_init__(self) -> None:
        """Keep the parts of the budget in one order, whoever named them in which."""
        object.__setattr__(self, "ceilings", tuple(sorted(self.ceilings)))

    @property
    def count_rules(self) -> CountRules:
        """The rules as the count takes them. Raises BadRules when they contradict themselves.

        Without the quorum: how many votes it is follows from the roll, at closing.
        """
        return CountRules(
            self.rule,
            self.satisfaction,
            self.completion,
            threshold=self.threshold,
            step=self.step,
        )

    def quorum_votes(self, on_roll: int) -> int:
        """Return how many votes the quorum is when so many stand on the roll, rounded up."""
        return -(-self.quorum * on_roll // 100)

    def canonical(self) -> str:
        """Return the terms as the one text that is published and hashed.

        What stands at its default is left out, so that the hash of older terms stays.
        """
        stated: dict[str, object] = {
            "ballot": self.kind.value,
            "budget_fen": self.budget_fen,
            "choices_max": self.choices_max,
            "count": json.loads(self.count_rules.canonical()),
        }
        limits = {
            "points": self.points,
            "points_each_max": self.points_each_max,
            "quorum_percent": self.quorum,
            "ceilings": [[one.grouping.value, one.name, one.amount] for one in self.ceilings],
        }
        stated |= {name: limit for name, limit in limits.items() if limit}
        return canonical(stated)

    def sha256(self) -> str:
        """Return the hash that is published before the first vote and stands on the result."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    @classmethod
    def of(cls, canonical: str) -> "Terms":
        """Read terms back from their text."""
        stated = json.loads(canonical)
        counted = stated["count"]
        return cls(
            budget_fen=stated["budget_fen"],
            choices_max=stated["choices_max"],
            rule=Rule(counted["rule"]),
            satisfaction=Satisfaction(counted["satisfaction"]),
            completion=Completion(counted["completion"]),
            kind=BallotForm(stated["ballot"]),
            points=stated.get("points", 0),
            points_each_max=stated.get("points_each_max", 0),
            step=counted["step"],
            threshold=counted["threshold"],
            quorum=stated.get("quorum_percent", 0),
            ceilings=tuple(
                Ceiling(Grouping(grouping), name, amount)
                for grouping, name, amount in stated.get("ceilings", ())
            ),
        )


def canonical(stated: object) -> str:
    """Return what is stated as the one JSON text that is hashed: sorted keys, no spaces."""
    return json.dumps(stated, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Entry(StrEnum):
    """How projects come into a round: from plans of needs, or proposed straight away."""

    PLANS = "plans"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Electorate:
    """Who may vote in a round, beside living in its area.

    `age_min` in years, 0 for any age; `verified` asks for an address that was checked; whoever
    holds one of `roles` may vote, or, where `council_id` names a council, its members alone.
    """

    age_min: int = 0
    verified: bool = False
    roles: frozenset[str] = frozenset({"resident"})
    council_id: UUID | None = None

    def stated(self) -> dict[str, object]:
        """Return it as it is stored and published; what stands at its default is left out."""
        told: dict[str, object] = {}
        if self.age_min:
            told["age_min"] = self.age_min
        if self.verified:
            told["verified"] = True
        if self.roles != frozenset({"resident"}):
            told["roles"] = sorted(self.roles)
        if self.council_id is not None:
            told["council"] = str(self.council_id)
        return told

    @classmethod
    def of(cls, stated: dict[str, Any]) -> "Electorate":
        """Read it back from what is stored."""
        council = stated.get("council")
        return cls(
            age_min=stated.get("age_min", 0),
            verified=stated.get("verified", False),
            roles=frozenset(stated.get("roles", ("resident",))),
            council_id=UUID(council) if council else None,
        )


@dataclass(frozen=True, slots=True)
class Setup:
    """How a round is set up beside its terms: where, when and by whom it is voted on.

    `area_id` None is the whole community. A date that is None is the coordinator's to decide.
    """

    area_id: UUID | None = None
    voting_opens_at: datetime | None = None
    voting_closes_at: datetime | None = None
    electorate: Electorate = field(default_factory=Electorate)
    entry: Entry = Entry.OPEN


@dataclass(frozen=True, slots=True)
class Round:
    """A round as it stands. `terms_text` and `terms_hash` are exactly what was published.

    `ballot_terms` is the whole frozen document of its ballot and `ballot_hash` its hash; both are
    empty until the ballot opens. Of the project numbers of each group in `incompatible` at most
    one can win.
    """

    id: RoundId
    community_id: UUID
    name: str
    terms: Terms
    terms_text: str
    terms_hash: str
    state: RoundState
    opened_at: datetime
    area_id: UUID | None = None
    voting_opens_at: datetime | None = None
    voting_closes_at: datetime | None = None
    electorate: Electorate = field(default_factory=Electorate)
    entry: Entry = Entry.OPEN
    incompatible: tuple[tuple[int, ...], ...] = ()
    ballot_terms: str = ""
    ballot_hash: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a resident says of a project when proposing it; `category` by its key."""

    title: str
    purpose: str
    place: str
    category: str
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
    category: str
    cost_fen: int
    proposed_by: UUID
    proposed_at: datetime
    state: ProjectState
    area_id: UUID | None = None
    plan_id: UUID | None = None
    plan_version: int | None = None
    left_at: datetime | None = None

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


@dataclass(frozen=True, slots=True)
class RoundChange:
    """What was changed after a ballot had opened: `extended`, with moments in ISO 8601, or `title`.

    `project_id` is the project whose title was corrected.
    """

    id: UUID
    kind: str
    project_id: ProjectId | None
    before: str
    after: str
    why: str
    by: UUID
    at: datetime
