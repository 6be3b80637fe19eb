"""What to tell people whom the marketplace refuses: what happened, what was kept, what to do."""

from typing import Final

from app.i18n import gettext as _
from app.i18n import mark, ngettext
from app.paper_unfinished import unfinished_words
from app.round_words import WHY_NOT
from app.wording import money, number
from marketplace import WhyNot
from marketplace.errors import (
    BadArea,
    BadRules,
    BudgetOutOfBounds,
    ByPlansOnly,
    CeilingOutOfBounds,
    ChoicesLimitOutOfBounds,
    CostOutOfBounds,
    DatesWrong,
    ElectorateWrong,
    GroupTooSmall,
    MarketplaceError,
    NotACoordinator,
    NotACorrection,
    NotAResident,
    NothingToVoteOn,
    NotInTheElectorate,
    NotLonger,
    NotOnTheBallot,
    NotYoursToEnter,
    OutsideArea,
    PlanEmpty,
    PlanEntered,
    PointsOutOfBounds,
    ProposalsClosed,
    QuorumOutOfBounds,
    RoundMoved,
    ThresholdOutOfBounds,
    TooDear,
    TooLong,
    TooManyChoices,
    TooManyExtensions,
    TooManyProjects,
    VotingClosed,
    WordsMissing,
)
from marketplace.paper.errors import PaperUnfinished, VotesOnPaper

_MISSING: Final = {
    "name": mark("Give the round a name."),
    "title": mark("Give the project a title."),
    "purpose": mark("Say what the project is for."),
    "place": mark("Say where it would be."),
    "why": mark("Say why. Everybody can read the reason."),
}

_MOVED: Final = {
    "proposing": mark("The ballot has not opened yet. Nothing was changed."),
    "voting": mark("The ballot is open already. Nothing was changed."),
    "closed": mark("This round is closed and counted already. Nothing was changed."),
}

_DATES: Final = {
    "opens": mark("Choose a day that has not passed yet."),
    "closes": mark("Choose a day that lies ahead, at least an hour after the ballot opens."),
}

_SENTENCES: Final[dict[type[MarketplaceError], str]] = {
    BadArea: mark("That area is not in this community."),
    ByPlansOnly: mark(
        "This round takes plans of needs. Raise a need first; when it has a plan, it can enter."
    ),
    NotYoursToEnter: mark(
        "Only who raised the need, who undertakes its plan, or a coordinator can do this. Nothing "
        "was changed."
    ),
    PlanEmpty: mark("This plan has no text yet. Write it first; then it can enter a round."),
    PlanEntered: mark("This plan stands in this round already. Nothing was changed."),
    OutsideArea: mark(
        "This round is for one area, and the plan is not for a place in it. Nothing was changed."
    ),
    NotACorrection: mark(
        "That is another title. Only a typing error can be corrected while people vote."
    ),
    GroupTooSmall: mark("Choose at least two projects that exclude one another, or none."),
    NotACoordinator: mark("Only a coordinator of this community may do this. Nothing was changed."),
    NotAResident: mark("Only residents of this community propose and vote. Nothing was changed."),
    ProposalsClosed: mark(
        "The ballot has opened, so no more projects can be added. Keep yours for the next round."
    ),
    TooManyProjects: mark(
        "This round has no room for another project. Keep yours for the next one."
    ),
    NothingToVoteOn: mark("Nobody has proposed a project yet, so there is nothing to vote on."),
    VotesOnPaper: mark(
        "You were given a paper ballot in this round, so you have none here. Ask the desk if that "
        "is not so."
    ),
    VotingClosed: mark("Voting is not open, so this choice was not kept."),
    NotOnTheBallot: mark(
        "That project is not on this ballot. Your choice from before still stands."
    ),
}


def wrong_field(refusal: MarketplaceError) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    match refusal:
        case WordsMissing(field=field):
            told = field, _(_MISSING[field])
        case TooLong(field=field, most=most):
            told = field, _("Say it in at most %(most)s characters.") % {"most": number(most)}
        case TooDear(budget_fen=fen):
            words = _("The whole round has %(budget)s. Make the project smaller.")
            told = "cost", words % {"budget": money(fen)}
        case CostOutOfBounds():
            told = "cost", _("Say what it costs, at least one fen.")
        case BudgetOutOfBounds(most=most):
            words = _("The budget is more than nothing and at most %(most)s.")
            told = "budget", words % {"most": money(most)}
        case ChoicesLimitOutOfBounds(most=most):
            told = "choices_max", _("Choose a number from 1 to %(most)s.") % {"most": most}
        case BadRules():
            told = "completion", _("Only equal shares can go on with money that is left.")
        case _:
            return _field_of_setup(refusal)
    return told


def _field_of_setup(refusal: MarketplaceError) -> tuple[str, str] | None:
    """Return the same for what a round is set up with besides its money."""
    match refusal:
        case DatesWrong(field=field):
            told = f"{field}_day", _(_DATES[field])
        case ElectorateWrong(most=most):
            told = "age_min", _("An age is a number from 0 to %(most)s.") % {"most": most}
        case PointsOutOfBounds(most=most):
            words = _("Points are 1 to %(most)s, and to one project at most as many as in all.")
            told = "points", words % {"most": number(most)}
        case ThresholdOutOfBounds():
            told = "threshold", _("Write 1 or more: what nobody wants is not chosen.")
        case QuorumOutOfBounds():
            told = "quorum", _("A quorum is a number from 0 to 100.")
        case CeilingOutOfBounds(name=name, most=most):
            words = _("A part is more than nothing and at most the whole budget, %(most)s.")
            told = f"part_{name}", words % {"most": money(most)}
        case NotLonger(days=days):
            words = _("Choose a day after the one that was set, at most %(days)s days later.")
            told = "closes_day", words % {"days": days}
        case NotACorrection():
            told = "title", _(_SENTENCES[NotACorrection])
        case _:
            return None
    return told


def refusal_words(refusal: MarketplaceError) -> str:
    """Return a refusal as one or two sentences for the person who met it."""
    told = _of_its_own(refusal)
    if told is None and type(refusal) in _SENTENCES:
        told = _(_SENTENCES[type(refusal)])
    if told is None:
        field = wrong_field(refusal)
        told = field[1] if field else str(refusal)
    return told


def _of_its_own(refusal: MarketplaceError) -> str | None:
    """Return the sentence of a refusal that tells something of its own; None for the others."""
    match refusal:
        case RoundMoved(state=state):
            return _(_MOVED[state])
        case NotInTheElectorate(reason=reason):
            return _(WHY_NOT[WhyNot(reason)])
        case TooManyExtensions(most=most):
            return ngettext(
                "A ballot can be extended only %(num)s time here. It closes at its date.",
                "A ballot can be extended only %(num)s times here. It closes at its date.",
                most,
            ) % {"num": most}
        case PaperUnfinished():
            return unfinished_words(refusal)
        case TooManyChoices():
            return _too_many(refusal)
        case _:
            return None


def _too_many(refusal: TooManyChoices) -> str:
    return ngettext(
        "Not saved: %(given)s are ticked and only one may be. Untick the others. "
        "Your choice from before still stands.",
        "Not saved: %(given)s are ticked and at most %(num)s may be. Untick some. "
        "Your choice from before still stands.",
        refusal.most,
    ) % {"given": refusal.given, "num": refusal.most}
