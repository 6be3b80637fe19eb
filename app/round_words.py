"""A round in words: its ballot, its dates, who may vote, the parts of its budget, its changes."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from app.i18n import current_language, mark, ngettext
from app.i18n import gettext as _
from app.marketplace_words import COMPLETIONS, RULES
from app.wording import money, number, spoken_time
from community import Actor, UnknownArea
from marketplace import (
    BallotForm,
    Entry,
    Round,
    RoundChange,
    RoundState,
    WhyNot,
    councils,
    may_vote,
)
from marketplace.election import Ceiling, Grouping
from marketplace.needs.categories import categories

FORMS: Final = {
    BallotForm.APPROVAL: mark("Tick projects"),
    BallotForm.KNAPSACK: mark("Fill a bag"),
    BallotForm.CUMULATIVE: mark("Hand out points"),
    BallotForm.ORDINAL: mark("Put projects in order"),
}

FORM_HINTS: Final = {
    BallotForm.APPROVAL: mark("Each person ticks a few projects. The easiest for everybody."),
    BallotForm.KNAPSACK: mark(
        "Each person chooses projects that together fit into the whole budget."
    ),
    BallotForm.CUMULATIVE: mark("Each person has points and gives more to what matters more."),
    BallotForm.ORDINAL: mark("Each person says what comes first, second, third."),
}

ENTRIES: Final = {
    Entry.OPEN: mark("Residents propose projects straight away"),
    Entry.PLANS: mark("Only plans of needs that were talked over"),
}

ENTRY_HINTS: Final = {
    Entry.OPEN: mark("The short way, for small communities. Plans can enter as well."),
    Entry.PLANS: mark(
        "A need is seconded and screened, gets a plan, and enters the round with it."
    ),
}

WEIGHTS: Final = {
    "cost": mark("Each yuan counts alike: dearer projects count for more"),
    "cardinality": mark("Each project counts alike: cheaper ones come first"),
}

WHY_NOT: Final = {
    WhyNot.NO_ROLE: mark("Only those whom this round asks can vote, and you are not among them."),
    WhyNot.NOT_VERIFIED: mark(
        "This round asks for an address that was checked. Bring a document to the desk; it takes "
        "a few minutes, and then you can vote."
    ),
    WhyNot.ELSEWHERE: mark(
        "This round is for those who live in its area. If you do, ask the desk to put your grid "
        "right."
    ),
    WhyNot.AGE_UNKNOWN: mark(
        "This round asks for an age, and your date of birth is not known here. The desk can write "
        "it down; then you can vote."
    ),
    WhyNot.TOO_YOUNG: mark("This round asks for an age that you have not reached yet."),
    WhyNot.NO_SEAT: mark("In this round the members of a council vote."),
}


def ballot_words(current: Round) -> str:
    """Say what a ballot of a round may hold."""
    terms = current.terms
    most = terms.choices_max
    match terms.kind:
        case BallotForm.APPROVAL:
            return ngettext(
                "Each resident ticks at most %(num)s project",
                "Each resident ticks at most %(num)s projects",
                most,
            ) % {"num": most}
        case BallotForm.KNAPSACK:
            return _("Each person chooses up to %(num)s projects that fit into the budget") % {
                "num": most
            }
        case BallotForm.CUMULATIVE:
            told = _("Each person hands out %(points)s points to up to %(num)s projects") % {
                "points": number(terms.points),
                "num": most,
            }
            if not terms.points_each_max:
                return told
            each = _("at most %(most)s to one") % {"most": number(terms.points_each_max)}
            return _and_so(told, each)
        case BallotForm.ORDINAL:
            return _("Each person puts up to %(num)s projects in order") % {"num": most}


async def terms_facts(current: Round) -> list[tuple[str, str]]:
    """Return what a round promised, each part with its name."""
    terms = current.terms
    by_weight = WEIGHTS[list(WEIGHTS)[terms.kind.satisfactions.index(terms.satisfaction)]]
    facts = [
        (_("Budget"), money(terms.budget_fen)),
        (_("Ballot"), ballot_words(current)),
        (_("Who votes"), await voters_words(current)),
        (_("Who is chosen"), _(RULES[terms.rule])),
        (_("How a project counts"), _(by_weight)),
    ]
    completion = COMPLETIONS.get(terms.completion)
    rest = _(completion) if completion else terms.completion.value
    facts.append((_("Money that is left"), rest))
    if terms.completion.raises_shares and terms.step > 1:
        facts.append((_("Shares are raised by"), money(terms.step * 100)))
    if terms.threshold:
        facts.append((_("Least votes to win"), number(terms.threshold)))
    if terms.quorum:
        words = _("%(percent)s%% of those who may vote; with fewer, nothing is chosen")
        facts.append((_("Quorum"), words % {"percent": terms.quorum}))
    facts.append((_("Equally wanted"), _("The project proposed earlier wins")))
    return facts


async def voters_words(current: Round) -> str:
    """Say who may vote in a round."""
    asked = current.electorate
    if asked.council_id is not None:
        found = await councils.council(asked.council_id, community_id=current.community_id)
        who = _("The members of %(council)s") % {"council": found.name}
    elif asked.roles == {"elder"}:
        who = _("Elders")
    else:
        who = _("Residents")
    parts = [who]
    if current.area_id is not None:
        parts.append(_("living in %(area)s") % {"area": await area_name(current.area_id)})
    if asked.age_min:
        parts.append(_("from the age of %(age)s") % {"age": asked.age_min})
    if asked.verified:
        parts.append(_("whose address was checked"))
    return reduce(_and_so, parts)


def _and_so(said: str, more: str) -> str:
    """Put two parts of a sentence together."""
    return _("%(said)s, %(more)s") % {"said": said, "more": more}


async def area_name(area_id: UUID) -> str:
    """Return what an area is called; its id where it is no longer known."""
    try:
        return (await community.area(area_id)).name
    except UnknownArea:
        return str(area_id)


async def parts_of_budget(current: Round) -> tuple[list[tuple[str, str]], str]:
    """Return the parts of a round's budget with their names, and in words what they come to."""
    ceilings = current.terms.ceilings
    if not ceilings:
        return [], ""
    kinds = {
        one.key: one.name(current_language())
        for one in await categories(current.community_id, retired=True)
    }
    parts = [(await _part_name(one, kinds), money(one.amount)) for one in ceilings]
    said = [
        _sum_words(current.terms.budget_fen, [one for one in ceilings if one.grouping is grouping])
        for grouping in Grouping
    ]
    return parts, " ".join(filter(None, said))


async def _part_name(one: Ceiling, kinds: dict[str, str]) -> str:
    if one.grouping is Grouping.CATEGORY:
        return kinds.get(one.name, one.name)
    return await area_name(UUID(one.name))


def _sum_words(budget: int, ceilings: Sequence[Ceiling]) -> str:
    """Say whether the parts of one sort come to more or less than the budget."""
    if not ceilings:
        return ""
    total = sum(one.amount for one in ceilings)
    fill = {"total": money(total), "budget": money(budget)}
    if total > budget:
        return (
            _(
                "The parts come to %(total)s, more than the budget of %(budget)s: what is wanted "
                "most gets it first."
            )
            % fill
        )
    if total < budget:
        return (
            _(
                "The parts come to %(total)s of %(budget)s. What has no part of its own can use "
                "the whole budget."
            )
            % fill
        )
    return _("The parts come to exactly the budget.")


def dates_words(current: Round, zone: ZoneInfo) -> list[str]:
    """Say when a round's ballot opens and closes."""
    opens, closes = current.voting_opens_at, current.voting_closes_at

    def told(moment: datetime) -> str:
        return spoken_time(moment, zone)

    said = []
    if current.state is RoundState.PROPOSING:
        if opens:
            said.append(_("The ballot opens by itself %(time)s.") % {"time": told(opens)})
        else:
            said.append(_("The coordinator opens the ballot; the day is not set yet."))
    if current.state is not RoundState.CLOSED:
        if closes:
            said.append(_("It closes and is counted %(time)s.") % {"time": told(closes)})
        else:
            said.append(_("The coordinator closes it; the day is not set yet."))
    return said


async def my_vote_words(current: Round, actor: Actor | None) -> str:
    """Say why whoever looks cannot vote; nothing where they can, or where nobody is signed in."""
    if actor is None or current.state is RoundState.CLOSED:
        return ""
    reason = await may_vote(current, actor.member_id)
    return _(WHY_NOT[reason]) if reason else ""


def change_words(change: RoundChange, zone: ZoneInfo) -> str:
    """Say what was changed after a ballot had opened."""
    if change.kind == "extended":
        moments = [
            spoken_time(datetime.fromisoformat(one), zone) for one in (change.before, change.after)
        ]
        return _("The ballot closes %(after)s instead of %(before)s.") % {
            "before": moments[0],
            "after": moments[1],
        }
    return _("A typing error was corrected: “%(before)s” now reads “%(after)s”.") % {
        "before": change.before,
        "after": change.after,
    }
