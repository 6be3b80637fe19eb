"""Why a project won or lost, and what it lacked: every reason of a count in words for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark, ngettext
from app.marketplace_words import money_words, points_words, votes_words
from app.wording import number
from marketplace.counting import Outcome, Reason, Rule
from marketplace.election import BallotKind
from marketplace.results import Counted, Result, by_score

_PLAIN: Final = {
    Reason.CHOSEN: "",
    Reason.COMPLETED: mark("Chosen with the money that equal shares had left"),
    Reason.NO_SUPPORT: mark("Nobody voted for it"),
}


@dataclass(frozen=True, slots=True)
class Reasons:
    """Tells the outcomes of one result; `areas` are names of neighbourhoods by what stands there.

    `kinds` are names of categories by their keys.
    """

    result: Result
    names: Mapping[str, str]
    kinds: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)

    def money(self, amount: int) -> str:
        """Return an amount of this election as people read it."""
        return money_words(amount, self.result.scale, self.result.currency)

    def support(self, amount: int, counted: Counted) -> str:
        """Return so many votes, or points where the count went by them."""
        return (points_words if by_score(self.result.kind, counted.rules) else votes_words)(amount)

    def why(self, outcome: Outcome, counted: Counted) -> str:
        """Say why a project won or lost, and what it lacked; nothing for a plain winner."""
        if outcome.won and not outcome.votes:
            return _("Chosen though nobody voted for it: the money reached that far")
        if outcome.reason in _PLAIN:
            told = _PLAIN[outcome.reason]
            return _(told) if told else ""
        match outcome.reason:
            case Reason.INCOMPATIBLE:
                rival = outcome.rival or ""
                return _("“%(rival)s” was chosen, and only one of the two can be") % {
                    "rival": self.names.get(rival, rival)
                }
            case Reason.BELOW_QUORUM:
                short = outcome.votes_short or 0
                return ngettext(
                    "Too few took part for anything to be chosen: %(count)s ballot was missing",
                    "Too few took part for anything to be chosen: %(count)s ballots were missing",
                    short,
                ) % {"count": number(short)}
            case Reason.BELOW_THRESHOLD:
                return _("It lacked %(this)s to take part at all") % {
                    "this": self._scored(outcome.votes_short or 0)
                }
        first = self._first_words(outcome, counted)
        lacked = self._lacked(outcome, counted)
        return f"{first} {lacked}".strip()

    def _scored(self, amount: int) -> str:
        scored = self.result.kind in {BallotKind.CUMULATIVE, BallotKind.ORDINAL}
        return (points_words if scored else votes_words)(amount)

    def _first_words(self, outcome: Outcome, counted: Counted) -> str:
        """Say what stood in the way, where it is more than money."""
        if outcome.reason is Reason.NO_ROOM:
            name = outcome.ceiling or ""
            told = self.kinds.get(name) or self.areas.get(name) or name
            return _("The part of the budget for “%(name)s” did not cover it as well.") % {
                "name": told
            }
        if outcome.reason is Reason.NOT_REACHED:
            return _("The count had ended before its turn, at a project that did not fit.")
        if counted.rule is Rule.MES and outcome.money_short is not None:
            return _("Those who wanted it had too little left between them.")
        return ""

    def _lacked(self, outcome: Outcome, counted: Counted) -> str:
        lacked = []
        if outcome.money_short is not None:
            lacked.append(self.money(outcome.money_short))
        if outcome.votes_short is not None:
            lacked.append(self._lacking_votes(outcome.votes_short, counted))
        if not lacked:
            return _("More votes would not have been enough")
        if len(lacked) == 1:
            return _("Short by %(this)s") % {"this": lacked[0]}
        return _("Short by %(this)s or %(that)s") % {"this": lacked[0], "that": lacked[1]}

    def _lacking_votes(self, short: int, counted: Counted) -> str:
        if counted.rule is Rule.MES:
            return ngettext("%(count)s supporter", "%(count)s supporters", short) % {
                "count": number(short)
            }
        return self.support(short, counted)


def kind_words(result: Result, *, knapsack: bool) -> str:
    """Say what a vote or a point is on this election's ballots."""
    counted = result.deciding
    if result.kind in {BallotKind.CUMULATIVE, BallotKind.ORDINAL} and not by_score(
        result.kind, counted.rules
    ):
        return _(
            "These ballots hold points or an order. Here only how many ballots name a project is "
            "counted: that is its votes."
        )
    if knapsack:
        return _(
            "Each voter filled a bag: projects that together cost no more than the budget. "
            "A project has one vote from each bag it is in."
        )
    match result.kind:
        case BallotKind.CUMULATIVE:
            return _(
                "Each voter handed out points. A project’s score is all the points it was given, "
                "so a few who want it much can weigh as much as many who want it a little."
            )
        case BallotKind.ORDINAL:
            return _(
                "Each voter put projects in order. The first place is worth most points, each next "
                "place one less. A project’s score is all its points together."
            )
        case BallotKind.CHOOSE_ONE:
            return _("Each voter chose one project. A vote is one ballot that names it.")
    return _("Each voter ticked the projects they want. A vote is one ballot that names a project.")
