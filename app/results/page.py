"""A counted election as its page shows it: bars, rules side by side, and the whole table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.i18n import gettext as _
from app.marketplace_words import POINTED_RULES, RULE_HINTS, RULES, category
from app.results.checks import Recorded, recorded_words
from app.results.reasons import Reasons, kind_words
from app.results.spread import SpreadPage, spread_page
from app.results.turnout import QuorumWords, TurnoutPage, quorum_words, turnout_page
from app.wording import number, percent
from marketplace.counting import Rule
from marketplace.results import OWN, BallotLine, Counted, Result, by_score

BARS_SHOWN = 30
"""Bars that a page shows at once; the rest unfolds, so that a phone is not a mile long."""

Bar = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Winners:
    """The winners under one rule, in order of selection, for a list."""

    name: str
    title: str
    hint: str
    decides: bool
    items: tuple[Mapping[str, Any], ...]
    spent: str
    left: str
    hash: str
    rules_text: str


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Everything that the template lays out; all figures are words already."""

    name: str
    figures: tuple[tuple[str, str, str], ...]
    kind_words: str
    spent: int
    budget: int
    spent_words: str
    budget_words: str
    left_words: str
    chosen: int
    projects: int
    bars: tuple[Bar, ...]
    more_bars: tuple[Bar, ...]
    bars_title: str
    line_after: int
    line_words: str
    sides: tuple[Winners, ...]
    alike: bool
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    spread: SpreadPage | None
    turnout: TurnoutPage | None
    quorum: QuorumWords | None
    recorded: Recorded | None


@dataclass(frozen=True, slots=True)
class Around:
    """What a page knows beside the result itself.

    `addresses` leads from a project's id to its page; `kinds` and `areas` name categories and
    neighbourhoods by what stands in the result; `knapsack` says that ballots were filled like a
    bag.
    """

    addresses: Mapping[str, str]
    kinds: Mapping[str, str]
    areas: Mapping[str, str]
    knapsack: bool = False


NOTHING_AROUND = Around({}, {}, {})


def as_page(result: Result, asked: str | None, around: Around = NOTHING_AROUND) -> ResultPage:
    """Lay out a result under the rule that was asked for, else the one that decided."""
    sides = ordered(result)
    shown = asked if asked in sides else sides[0]
    counted = result.counts[shown]
    page = _Wording(result, around)
    bars = tuple(page.bar(line, shown) for line in result.lines)
    columns = tuple(page.side(name) for name in sides)
    return ResultPage(
        name=shown,
        figures=page.figures(),
        kind_words=kind_words(result, knapsack=around.knapsack),
        spent=counted.total_cost,
        budget=result.budget,
        spent_words=page.money(counted.total_cost),
        budget_words=page.money(result.budget),
        left_words=page.money(result.budget - counted.total_cost),
        chosen=len(counted.winners),
        projects=len(result.lines),
        bars=bars[:BARS_SHOWN],
        more_bars=bars[BARS_SHOWN:],
        bars_title=_("Projects by points") if page.scored else _("Projects by votes"),
        line_after=result.within_budget,
        line_words=page.line_words(),
        sides=columns,
        alike=len({frozenset(result.counts[name].winners) for name in sides}) == 1,
        columns=page.columns(),
        rows=tuple(page.row(line) for line in result.lines),
        spread=spread_page(result, sides, page.titles),
        turnout=turnout_page(result.turnout) if result.turnout else None,
        quorum=quorum_words(result),
        recorded=recorded_words(result, page.names),
    )


def ordered(result: Result) -> tuple[str, ...]:
    """Return which counts a page shows beside each other, the one that decided first.

    A file's own rule stands for the plain one of its kind, unless both choose differently.
    """
    own = result.counts.get(OWN)
    plain = [Rule.GREEDY.value, Rule.MES.value]
    if own is not None:
        alike = Rule.MES if own.rule is Rule.MES else Rule.GREEDY
        same = set(own.winners) == set(result.counts[alike].winners)
        return (OWN, *(name for name in plain if name != alike or not same))
    return tuple(sorted(result.counts, key=lambda name: (name != result.decides, name)))


class _Wording:
    """A result's lines and figures in words."""

    def __init__(self, result: Result, around: Around) -> None:
        self._result, self._around = result, around
        self.names = {line.id: line.name or line.id for line in result.lines}
        self.reasons = Reasons(result, self.names, around.kinds, around.areas)
        self.scored = by_score(result.kind, result.deciding.rules)
        self._most = max((self._support(line) for line in result.lines), default=0)
        self._names = ordered(result)
        self.titles = {name: self._title(name) for name in self._names}

    def _title(self, name: str) -> str:
        counted = self._result.counts[name]
        title = _(RULES[counted.rule])
        if counted.rule is not Rule.MES and by_score(self._result.kind, counted.rules):
            title = _(POINTED_RULES[counted.rule])
        return _("The file’s own rule: %(rule)s") % {"rule": title} if name == OWN else title

    def _support(self, line: BallotLine) -> int:
        return line.score if self.scored else line.votes

    def money(self, amount: int) -> str:
        return self.reasons.money(amount)

    def line_words(self) -> str:
        told = (
            _("The budget of %(budget)s reaches to here, going by points alone")
            if self.scored
            else _("The budget of %(budget)s reaches to here, going by votes alone")
        )
        return told % {"budget": self.money(self._result.budget)}

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

    def bar(self, line: BallotLine, name: str) -> Bar:
        """Return a project's bar: its support, its cost, why it won or lost, and where else."""
        counted = self._result.counts[name]
        outcome = counted.outcomes[line.id]
        notes = [self.money(line.cost)]
        if self.scored:
            notes[0] = _("%(cost)s, on %(ballots)s ballots") % {
                "cost": notes[0],
                "ballots": number(line.votes),
            }
        told = self.reasons.why(outcome, counted)
        if told:
            notes.append(told)
        notes.extend(self._elsewhere(line, name))
        return {
            "label": self.names[line.id],
            "href": self._around.addresses.get(line.id, ""),
            "text": self.reasons.support(self._support(line), self._result.deciding),
            "part": self._support(line),
            "whole": self._most,
            "won": outcome.won,
            "notes": notes,
        }

    def _elsewhere(self, line: BallotLine, name: str) -> list[str]:
        """Say which other rules would have decided otherwise about a project."""
        won = self._result.counts[name].outcomes[line.id].won
        told = []
        for other in self._names:
            if other != name and self._result.counts[other].outcomes[line.id].won != won:
                words = (
                    _("%(rule)s would not have chosen it")
                    if won
                    else _("%(rule)s would have chosen it")
                )
                told.append(words % {"rule": self.titles[other]})
        return told

    def side(self, name: str) -> Winners:
        counted = self._result.counts[name]
        costs = {line.id: line.cost for line in self._result.lines}
        others = [set(self._result.counts[one].winners) for one in self._names if one != name]
        return Winners(
            name=name,
            title=self.titles[name],
            hint=self._hint(counted),
            decides=name == self._result.decides,
            items=tuple(
                {
                    "name": self.names[winner],
                    "href": self._around.addresses.get(winner, ""),
                    "cost": self.money(costs[winner]),
                    "only": any(winner not in other for other in others),
                }
                for winner in counted.winners
            ),
            spent=self.money(counted.total_cost),
            left=self.money(self._result.budget - counted.total_cost),
            hash=counted.rules_hash,
            rules_text=counted.rules_text,
        )

    def _hint(self, counted: Counted) -> str:
        if counted.rule is not Rule.MES and by_score(self._result.kind, counted.rules):
            return _(
                "The project with the most points is paid first, then the next that the money "
                "still covers."
            )
        return _(RULE_HINTS[counted.rule])

    def columns(self) -> tuple[tuple[str, str], ...]:
        return (
            (_("Project"), "text"),
            (_("Votes"), "figure"),
            *([(_("Points"), "figure")] if self.scored else []),
            (_("Cost"), "figure"),
            *((self.titles[name], "text") for name in self._names),
        )

    def row(self, line: BallotLine) -> tuple[str, ...]:
        name = self.names[line.id]
        kind = self._around.kinds.get(line.category) or category(line.category)
        return (
            f"{name} ({kind})" if kind else name,
            number(line.votes),
            *([number(line.score)] if self.scored else []),
            self.money(line.cost),
            *(self.verdict(line.id, counted) for counted in self._counts()),
        )

    def _counts(self) -> list[Counted]:
        return [self._result.counts[name] for name in self._names]

    def verdict(self, project: str, counted: Counted) -> str:
        """Return what became of a project under one rule, as one sentence or two."""
        outcome = counted.outcomes[project]
        told = self.reasons.why(outcome, counted)
        return told or _("Chosen")


@dataclass(frozen=True, slots=True)
class OwnResult:
    """What became of one project, for its own page: a title and a sentence for each rule."""

    place: str
    support: str
    verdicts: tuple[tuple[str, str], ...]


def own_result(result: Result, project: str, around: Around = NOTHING_AROUND) -> OwnResult:
    """Return one project's result in words. Raises KeyError for one that was not on the ballot."""
    page = _Wording(result, around)
    place = next(at for at, line in enumerate(result.lines, 1) if line.id == project)
    line = result.lines[place - 1]
    return OwnResult(
        place=_("Place %(place)s of %(all)s")
        % {
            "place": number(place),
            "all": number(len(result.lines)),
        },
        support=page.bar(line, ordered(result)[0])["text"],
        verdicts=tuple(
            (page.titles[name], page.verdict(project, result.counts[name]))
            for name in ordered(result)
        ),
    )
