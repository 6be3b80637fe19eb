"""Follow the rule that a file itself states, and compare winners with those it records."""

import json
from dataclasses import dataclass
from typing import Final

from marketplace.counting.result import Count
from marketplace.counting.rules import Completion, CountRules, Rule, Satisfaction
from marketplace.election import Election
from marketplace.errors import BadRules

_EQUAL_SHARES: Final = CountRules(rule=Rule.MES, completion=Completion.ADD1_OVERSPEND)
_BY_SCORE: Final = CountRules(satisfaction=Satisfaction.SCORE)
RULES: Final = {
    "greedy": _BY_SCORE,
    "greedy-threshold": _BY_SCORE,
    "greedy-no-skip": CountRules(rule=Rule.GREEDY_NO_SKIP, satisfaction=Satisfaction.SCORE),
    "equalshares": CountRules(rule=Rule.MES),
    "equalshares/add1": _EQUAL_SHARES,
    "equalshares/add1-comparison": _EQUAL_SHARES,
}
"""The rules that Pabulib names, as the cities that used them counted.

Equal Shares went by cost and raised shares until an outcome overspent; `add1-comparison` is the
same count, after which a city also compared it with greedy.
"""

NOT_FOLLOWED: Final = {
    "greedy-custom": "the file names rules that the city made for this one vote",
    "greedy-exclusive": "some projects excluded one another, and the file does not say which",
    "unknown": "the file says that it is not known by which rule the winners were chosen",
}
"""Why a rule that a file may name cannot be followed."""


@dataclass(frozen=True)
class Comparison:
    """Winners counted beside winners recorded; both in the order of ids as text."""

    recorded: tuple[str, ...] | None
    """None where the file records no winners."""
    only_counted: tuple[str, ...]
    only_recorded: tuple[str, ...]
    doubtful: tuple[str, ...]
    """Projects that the file marks neither as chosen nor as not chosen."""

    @property
    def same(self) -> bool | None:
        """Whether both are the same; None where nothing is recorded."""
        if self.recorded is None:
            return None
        return not self.only_counted and not self.only_recorded


def official_rules(election: Election) -> CountRules:
    """Return the rules that an election states for itself.

    A round published here states them whole, as `count_rules` or within `terms`; files of others
    name one of `RULES`, with a threshold and a quorum beside it. Raises BadRules, saying why, for
    a rule that cannot be followed.
    """
    own = election.fact("count_rules") or _within_terms(election)
    if own:
        return CountRules.of(own)
    name = election.fact("rule").strip()
    stated = RULES.get(name)
    if name == "greedy-exclusive" and election.incompatible:
        stated = _BY_SCORE
    if stated is None:
        why = NOT_FOLLOWED.get(name, "no count here knows it" if name else "the file names none")
        comment = election.fact("comment").strip().rstrip(".")
        says = f"; its comment says: {comment}" if comment else ""
        raise BadRules(f"the file's own rule {name!r} cannot be followed: {why}{says}")
    return CountRules(
        rule=stated.rule,
        satisfaction=stated.satisfaction,
        completion=stated.completion,
        threshold=election.threshold or 0,
        quorum=election.quorum or 0,
    )


def _within_terms(election: Election) -> str:
    """Return the counting rules within a round's published terms; empty where there are none."""
    try:
        terms = json.loads(election.fact("terms") or "null")
    except ValueError:
        return ""
    stated = terms.get("count") if isinstance(terms, dict) else None
    return json.dumps(stated) if stated else ""


def compared(count: Count, election: Election) -> Comparison:
    """Compare a count's winners with those that the file's column `selected` records."""
    marks = {project.id: project.selected.strip() for project in election.projects}
    if not any(marks.values()):
        return Comparison(None, (), (), ())
    recorded = {name for name, mark in marks.items() if mark == "1"}
    counted = set(count.winners)
    return Comparison(
        recorded=tuple(sorted(recorded)),
        only_counted=tuple(sorted(counted - recorded)),
        only_recorded=tuple(sorted(recorded - counted)),
        doubtful=tuple(sorted(name for name, mark in marks.items() if mark not in {"0", "1"})),
    )
