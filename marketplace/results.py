"""What a result page tells, the same for a live round and for a published election."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from marketplace.counting import (
    Comparison,
    Count,
    CountRules,
    Outcome,
    Purchase,
    Reason,
    Rule,
    Satisfaction,
)
from marketplace.counting.result import Pick
from marketplace.counting.spreading import Spread
from marketplace.election import BallotKind, Election
from marketplace.spreading import GroupShare, VoterGroups, group_shares, spread_of, voter_groups
from marketplace.turnout import Turnout

OWN: Final = "own"
"""The name of the count by the rule that a published file states itself."""


@dataclass(frozen=True, slots=True)
class BallotLine:
    """A project as it stood on the ballot. `cost` is in the election's smallest unit of money.

    `votes` are ballots that name it, `score` its votes, points or rank points.
    """

    id: str
    name: str
    cost: int
    votes: int
    score: int
    category: str = ""
    neighbourhood: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """A stored count: winners in order of selection, and what became of each project.

    `spread` and `log` are missing where a count was stored before they were kept.
    """

    rule: Rule
    rules: CountRules
    rules_text: str
    rules_hash: str
    winners: tuple[str, ...]
    total_cost: int
    outcomes: Mapping[str, Outcome]
    exhaustive: bool
    passes: int
    spread: Spread | None
    groups: tuple[GroupShare, ...]
    log: Mapping[str, Any] | None
    """What `marketplace.paying.paid_by` works with."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Read a count back from its row."""
        told = json.loads(row["result"])
        outcomes = (Outcome(**{**one, "reason": Reason(one["reason"])}) for one in told["outcomes"])
        spread = told.get("spread")
        return cls(
            rule=Rule(row["rule"]),
            rules=CountRules.of(row["rules"]),
            rules_text=row["rules"],
            rules_hash=row["rules_hash"],
            winners=tuple(told["winners"]),
            total_cost=told["total_cost"],
            outcomes={outcome.project: outcome for outcome in outcomes},
            exhaustive=told["exhaustive"],
            passes=told.get("passes", 0),
            spread=Spread(**{name: _tupled(value) for name, value in spread.items()})
            if spread
            else None,
            groups=tuple(GroupShare(**one) for one in told.get("groups", ())),
            log=told.get("log"),
        )


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def as_stored(count: Count, election: Election, groups: VoterGroups | None = None) -> str:
    """Return a count as the JSON that is stored with it: integers, ids and reasons.

    `groups` are what `voter_groups` made of the election, where it is at hand for several counts.
    What a page says of the count beyond its winners, who decided about how much and what each
    share paid for, is worked out here once: a page never reads the ballots again.
    """
    spread, by_ballot = spread_of(election, count)
    shares = group_shares(groups or voter_groups(election), by_ballot)
    told = {
        "winners": list(count.winners),
        "total_cost": count.total_cost,
        "budget": count.budget,
        "votes": count.votes,
        "exhaustive": count.exhaustive,
        "passes": count.passes,
        "share": None if count.share is None else str(count.share),
        "outcomes": [asdict(outcome) for outcome in count.outcomes],
        "spread": asdict(spread),
        "groups": [asdict(one) for one in shares],
        "log": {
            "kind": election.kind.value,
            "ranks": election.ranks,
            "share": None if count.share is None else str(count.share),
            "purchases": [
                [entry.project, str(entry.price)]
                for entry in count.rounds
                if isinstance(entry, Purchase)
            ],
            "picks": [
                [entry.project, entry.total] for entry in count.rounds if isinstance(entry, Pick)
            ],
        },
    }
    return json.dumps(told, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Result:
    """A counted election. Money is in 10 ** -`scale` of `currency`.

    `lines` run from the most wanted down, as `ranked` has them by what the binding count went by.
    `voters` is how many could have voted, where that is known. `counts` are by the value of their
    rule, and `OWN`; `decides` names the binding one, where there is one. `recorded` compares it
    with the winners that a published file records; `not_followed` says why its own rule could not
    be counted.
    """

    kind: BallotKind
    budget: int
    scale: int
    currency: str
    votes: int
    voters: int | None
    lines: tuple[BallotLine, ...]
    counts: Mapping[str, Counted]
    decides: str | None = None
    turnout: Turnout | None = None
    recorded: Comparison | None = None
    not_followed: str = ""
    ceilings: tuple[tuple[str, str, int], ...] = ()
    """Grouping, name and amount of each ceiling."""

    @property
    def deciding(self) -> Counted:
        """The count that was binding, else the greedy one."""
        return self.counts[self.decides or Rule.GREEDY.value]

    @property
    def within_budget(self) -> int:
        """How many projects, from the most wanted down, the budget pays without a gap."""
        spent = 0
        for place, line in enumerate(self.lines):
            spent += line.cost
            if spent > self.budget:
                return place
        return len(self.lines)


_SCORING: Final = {Satisfaction.SCORE, Satisfaction.POINTS, Satisfaction.BORDA}


def by_score(kind: BallotKind, rules: CountRules) -> bool:
    """Say whether a count went by points or places, not by how many ballots name a project."""
    scored = kind in {BallotKind.CUMULATIVE, BallotKind.ORDINAL}
    return scored and rules.satisfaction in _SCORING


def ranked(lines: list[BallotLine], *, scored: bool) -> tuple[BallotLine, ...]:
    """Return lines from the most score or votes to the least, ties in the order of ids."""

    def support(line: BallotLine) -> int:
        return line.score if scored else line.votes

    return tuple(sorted(lines, key=lambda line: (-support(line), line.id)))
