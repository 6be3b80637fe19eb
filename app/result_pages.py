"""A counted election as its page shows it: bars, both rules side by side, and the whole table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.i18n import gettext as _
from app.marketplace_words import (
    RULE_HINTS,
    RULES,
    category,
    money_words,
    votes_words,
    why,
)
from app.wording import number, percent
from marketplace.counting import Rule
from marketplace.results import BallotLine, Counted, Result

BARS_SHOWN = 30
"""Bars that a page shows at once; the rest unfolds, so that a phone is not a mile long."""

Bar = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Winners:
    """The winners under one rule, in order of selection, for a list."""

    rule: Rule
    title: str
    hint: str
    decides: bool
    items: tuple[Mapping[str, Any], ...]
    spent: str
    hash: str
    rules_text: str


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Everything that the template lays out; all figures are words already."""

    rule: Rule
    figures: tuple[tuple[str, str, str], ...]
    spent: int
    budget: int
    spent_words: str
    budget_words: str
    left_words: str
    chosen: int
    projects: int
    bars: tuple[Bar, ...]
    more_bars: tuple[Bar, ...]
    line_after: int
    line_words: str
    sides: tuple[Winners, ...]
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]


def as_page(result: Result, asked: str | None, addresses: Mapping[str, str]) -> ResultPage:
    """Lay out a result under the rule that was asked for, else the one that decided.

    `addresses` leads from a project's id to its page, where it has one.
    """
    known = {rule.value: rule for rule in result.counts}
    rule = known.get(asked or "") or result.decides or next(iter(result.counts))
    counted = result.counts[rule]
    page = _Wording(result, addresses)
    bars = tuple(page.bar(line, rule) for line in result.lines)
    reach = result.within_budget
    return ResultPage(
        rule=rule,
        figures=page.figures(),
        spent=counted.total_cost,
        budget=result.budget,
        spent_words=page.money(counted.total_cost),
        budget_words=page.money(result.budget),
        left_words=page.money(result.budget - counted.total_cost),
        chosen=len(counted.winners),
        projects=len(result.lines),
        bars=bars[:BARS_SHOWN],
        more_bars=bars[BARS_SHOWN:],
        line_after=reach,
        line_words=_("The budget of %(budget)s reaches to here, going by votes alone")
        % {"budget": page.money(result.budget)},
        sides=tuple(page.side(one) for one in _ordered(result)),
        columns=page.columns(),
        rows=tuple(page.row(line) for line in result.lines),
    )


def _ordered(result: Result) -> list[Counted]:
    """Return the counts, the one that decided first, else greedy first."""
    return sorted(result.counts.values(), key=lambda one: (one.rule != result.decides, one.rule))


class _Wording:
    """A result's lines and figures in words."""

    def __init__(self, result: Result, addresses: Mapping[str, str]) -> None:
        self._result = result
        self._addresses = addresses
        self._names = {line.id: line.name or line.id for line in result.lines}
        self._most = max((line.votes for line in result.lines), default=0)

    def money(self, amount: int) -> str:
        return money_words(amount, self._result.scale, self._result.currency)

    def figures(self) -> tuple[tuple[str, str, str], ...]:
        result = self._result
        turnout = ""
        if result.voters:
            turnout = _("%(share)s of %(voters)s who could vote") % {
                "share": percent(result.votes, result.voters),
                "voters": number(result.voters),
            }
        return (
            (_("Budget"), self.money(result.budget), ""),
            (_("Ballots"), number(result.votes), turnout),
            (_("Projects on the ballot"), number(len(result.lines)), ""),
        )

    def bar(self, line: BallotLine, rule: Rule) -> Bar:
        result = self._result
        outcome = result.counts[rule].outcomes[line.id]
        notes = [self.money(line.cost)]
        told = why(outcome, rule, result.scale, result.currency)
        if told:
            notes.append(told)
        for other in result.counts.values():
            if other.rule is not rule and other.outcomes[line.id].won != outcome.won:
                words = (
                    _("%(rule)s would have chosen it")
                    if other.outcomes[line.id].won
                    else _("%(rule)s would not have chosen it")
                )
                notes.append(words % {"rule": _(RULES[other.rule])})
        return {
            "label": self._names[line.id],
            "href": self._addresses.get(line.id, ""),
            "text": votes_words(line.votes),
            "part": line.votes,
            "whole": self._most,
            "won": outcome.won,
            "notes": notes,
        }

    def side(self, counted: Counted) -> Winners:
        costs = {line.id: line.cost for line in self._result.lines}
        others = [one for one in self._result.counts.values() if one.rule is not counted.rule]
        return Winners(
            rule=counted.rule,
            title=_(RULES[counted.rule]),
            hint=_(RULE_HINTS[counted.rule]),
            decides=counted.rule is self._result.decides,
            items=tuple(
                {
                    "name": self._names[winner],
                    "href": self._addresses.get(winner, ""),
                    "cost": self.money(costs[winner]),
                    "only": any(winner not in other.winners for other in others),
                }
                for winner in counted.winners
            ),
            spent=self.money(counted.total_cost),
            hash=counted.rules_hash,
            rules_text=counted.rules_text,
        )

    def columns(self) -> tuple[tuple[str, str], ...]:
        return (
            (_("Project"), "text"),
            (_("Votes"), "figure"),
            (_("Cost"), "figure"),
            *((_(RULES[one.rule]), "text") for one in _ordered(self._result)),
        )

    def row(self, line: BallotLine) -> tuple[str, ...]:
        result = self._result
        verdicts = []
        for counted in _ordered(result):
            outcome = counted.outcomes[line.id]
            told = why(outcome, counted.rule, result.scale, result.currency)
            verdicts.append(told or _("Chosen"))
        name = self._names[line.id]
        kind = category(line.category) if line.category else ""
        return (
            f"{name} ({kind})" if kind else name,
            number(line.votes),
            self.money(line.cost),
            *verdicts,
        )
