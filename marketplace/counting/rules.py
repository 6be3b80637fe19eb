"""The rules of a count, frozen and hashed so that they can be published before the vote."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from marketplace.errors import BadRules

ID_TEXT = "id-text"


class Rule(StrEnum):
    """Which rule chooses: by totals, or with an equal share of the budget for each voter."""

    GREEDY = "greedy"
    GREEDY_NO_SKIP = "greedy-no-skip"
    MES = "mes"


class Satisfaction(StrEnum):
    """What a voter gets from a funded project, which a rule weighs against its cost.

    `cost`: its cost, so that greedy goes by votes. `cardinality`: 1, so that greedy goes by votes
    per cost. `points`: the points of a cumulative ballot; `borda`: how many projects of the same
    ordinal ballot stand below it; with both, greedy goes by points per cost. `score`: the weight
    that cities state (votes, points, or `max_length` for the first place and one less for each
    next) times the cost, so that greedy goes by score, as most cities do.
    """

    COST = "cost"
    CARDINALITY = "cardinality"
    POINTS = "points"
    BORDA = "borda"
    SCORE = "score"

    @property
    def by_cost(self) -> bool:
        """Whether satisfaction grows with a project's cost."""
        return self in {Satisfaction.COST, Satisfaction.SCORE}


class Completion(StrEnum):
    """How Equal Shares goes on when money is left.

    `add1` raises every share step by step and keeps the last outcome within the budget; it stops
    as soon as nothing more fits. `add1-overspend` does not stop there: only when an outcome would
    overspend, or nothing is left to buy. `greedy` then funds by satisfaction per cost what still
    fits; `add1-greedy` and `add1-overspend-greedy` do both.
    """

    NONE = "none"
    ADD1 = "add1"
    ADD1_OVERSPEND = "add1-overspend"
    GREEDY = "greedy"
    ADD1_GREEDY = "add1-greedy"
    ADD1_OVERSPEND_GREEDY = "add1-overspend-greedy"

    @property
    def raises_shares(self) -> bool:
        """Whether shares grow step by step."""
        return self.value.startswith("add1")

    @property
    def stops_when_exhaustive(self) -> bool:
        """Whether raising shares ends once no further project fits into the budget."""
        return self in {Completion.ADD1, Completion.ADD1_GREEDY}

    @property
    def then_greedy(self) -> bool:
        """Whether a greedy pass over the rest follows."""
        return self.value.endswith("greedy")


@dataclass(frozen=True)
class CountRules:
    """Everything that decides a count besides the ballots.

    `ties` is `id-text` (project ids compared as text, so "10" comes before "9") or the published
    order of all ids. `threshold` is the least score (votes, points or rank points) with which a
    project may win; 0 lets all in, 1 keeps out what nobody supports. `quorum` is the least number
    of votes with which anything wins. `step` is by how much add1 raises each share, in whole units
    of the currency. Raises BadRules when the parts contradict each other.
    """

    rule: Rule = Rule.GREEDY
    satisfaction: Satisfaction = Satisfaction.COST
    completion: Completion = Completion.NONE
    ties: str | tuple[str, ...] = ID_TEXT
    threshold: int = 0
    step: int = 1
    quorum: int = 0

    def __post_init__(self) -> None:
        """Refuse rules that no count could follow."""
        if self.completion is not Completion.NONE and self.rule is not Rule.MES:
            raise BadRules(
                f"the completion {self.completion} belongs to Equal Shares, not to {self.rule}: "
                "choose the rule mes or the completion none"
            )
        if isinstance(self.ties, str) and self.ties != ID_TEXT:
            raise BadRules(f"ties {self.ties!r} are unknown: give {ID_TEXT} or a tuple of ids")
        if self.threshold < 0 or self.quorum < 0 or self.step < 1:
            raise BadRules("a threshold and a quorum are 0 or more, a step is 1 or more")

    def canonical(self) -> str:
        """Return the rules as the one JSON text that is hashed: sorted keys, no spaces."""
        stated: dict[str, object] = {
            "completion": self.completion.value,
            "rule": self.rule.value,
            "satisfaction": self.satisfaction.value,
            "step": self.step,
            "threshold": self.threshold,
            "ties": self.ties if isinstance(self.ties, str) else list(self.ties),
            "version": 1,
        }
        if self.quorum:  # left out where there is none, so that the hash of older rules stays
            stated["quorum"] = self.quorum
        return json.dumps(stated, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def of(cls, canonical: str) -> Self:
        """Read rules back from their text. Raises BadRules for any other text."""
        try:
            stated = json.loads(canonical)
            if stated.pop("version") != 1:
                raise BadRules(f"these rules are of a version that is not known: {canonical}")
            ties = stated.pop("ties")
            return cls(
                rule=Rule(stated.pop("rule")),
                satisfaction=Satisfaction(stated.pop("satisfaction")),
                completion=Completion(stated.pop("completion")),
                ties=ties if isinstance(ties, str) else tuple(ties),
                **{name: int(value) for name, value in stated.items()},
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadRules(f"these are no counting rules: {canonical} ({error})") from error

    def sha256(self) -> str:
        """Return the hash that stands on the page before the vote and on the result after it."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()
