"""What to tell people whom the marketplace refuses: what happened, what was kept, what to do."""

from typing import Final

from app.i18n import gettext as _
from app.i18n import mark, ngettext
from app.wording import money, number
from marketplace.errors import (
    BadRules,
    BudgetOutOfBounds,
    ChoicesLimitOutOfBounds,
    CostOutOfBounds,
    MarketplaceError,
    NotACoordinator,
    NotAResident,
    NothingToVoteOn,
    NotOnTheBallot,
    ProposalsClosed,
    RoundMoved,
    TooDear,
    TooLong,
    TooManyChoices,
    TooManyProjects,
    VotingClosed,
    WordsMissing,
)

_MISSING: Final = {
    "name": mark("Give the round a name."),
    "title": mark("Give the project a title."),
    "purpose": mark("Say what the project is for."),
    "place": mark("Say where it would be."),
}

_MOVED: Final = {
    "proposing": mark("The ballot has not opened yet. Nothing was changed."),
    "voting": mark("The ballot is open already. Nothing was changed."),
    "closed": mark("This round is closed and counted already. Nothing was changed."),
}

_SENTENCES: Final[dict[type[MarketplaceError], str]] = {
    NotACoordinator: mark("Only a coordinator of this community may do this. Nothing was changed."),
    NotAResident: mark("Only residents of this community propose and vote. Nothing was changed."),
    ProposalsClosed: mark(
        "The ballot has opened, so no more projects can be added. Keep yours for the next round."
    ),
    TooManyProjects: mark(
        "This round has no room for another project. Keep yours for the next one."
    ),
    NothingToVoteOn: mark("Nobody has proposed a project yet, so there is nothing to vote on."),
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
            return None
    return told


def refusal_words(refusal: MarketplaceError) -> str:
    """Return a refusal as one or two sentences for the person who met it."""
    if isinstance(refusal, RoundMoved):
        return _(_MOVED[refusal.state])
    if isinstance(refusal, TooManyChoices):
        return _too_many(refusal)
    if type(refusal) in _SENTENCES:
        return _(_SENTENCES[type(refusal)])
    told = wrong_field(refusal)
    return told[1] if told else str(refusal)


def _too_many(refusal: TooManyChoices) -> str:
    return ngettext(
        "Not saved: %(given)s are ticked and only one may be. Untick the others. "
        "Your choice from before still stands.",
        "Not saved: %(given)s are ticked and at most %(num)s may be. Untick some. "
        "Your choice from before still stands.",
        refusal.most,
    ) % {"given": refusal.given, "num": refusal.most}
