"""What a result page tells, the same for a live round and for a published election."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from marketplace.counting import Count, Outcome, Reason, Rule


@dataclass(frozen=True, slots=True)
class BallotLine:
    """A project as it stood on the ballot. `cost` is in the election's smallest unit of money."""

    id: str
    name: str
    cost: int
    votes: int
    category: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """A stored count: winners in order of selection, and what became of each project."""

    rule: Rule
    rules_text: str
    rules_hash: str
    winners: tuple[str, ...]
    total_cost: int
    outcomes: Mapping[str, Outcome]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Read a count back from its row."""
        told = json.loads(row["result"])
        outcomes = (Outcome(**{**one, "reason": Reason(one["reason"])}) for one in told["outcomes"])
        return cls(
            rule=Rule(row["rule"]),
            rules_text=row["rules"],
            rules_hash=row["rules_hash"],
            winners=tuple(told["winners"]),
            total_cost=told["total_cost"],
            outcomes={outcome.project: outcome for outcome in outcomes},
        )


def as_stored(count: Count) -> str:
    """Return a count as the JSON that is stored with it: integers, ids and reasons."""
    told = {
        "winners": list(count.winners),
        "total_cost": count.total_cost,
        "budget": count.budget,
        "votes": count.votes,
        "exhaustive": count.exhaustive,
        "share": None if count.share is None else str(count.share),
        "outcomes": [asdict(outcome) for outcome in count.outcomes],
    }
    return json.dumps(told, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Result:
    """A counted election. Money is in 10 ** -`scale` of `currency`.

    `lines` run from the most votes to the fewest, ties in the order of ids. `voters` is how many
    could have voted, where that is known. `decides` is the rule that was binding, where one was.
    """

    budget: int
    scale: int
    currency: str
    votes: int
    voters: int | None
    lines: tuple[BallotLine, ...]
    counts: Mapping[Rule, Counted]
    decides: Rule | None = None

    @property
    def within_budget(self) -> int:
        """How many projects, from the most votes down, the budget pays without leaving one out."""
        spent = 0
        for place, line in enumerate(self.lines):
            spent += line.cost
            if spent > self.budget:
                return place
        return len(self.lines)


def ranked(lines: list[BallotLine]) -> tuple[BallotLine, ...]:
    """Return lines from the most votes to the fewest, ties in the order of ids."""
    return tuple(sorted(lines, key=lambda line: (-line.votes, line.id)))
