"""Funding in words for people: states, sources, and what is said to whom a drive refuses."""

from collections.abc import Callable, Mapping
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark
from app.wording import duration, money, number
from marketplace.errors import MarketplaceError
from marketplace.funding import errors
from marketplace.funding.values import (
    Contribution,
    ContributionState,
    DriveState,
    PledgeState,
    Source,
)

DRIVE_STATES: Final[Mapping[DriveState, str]] = {
    DriveState.OPEN: mark("Collecting now"),
    DriveState.REACHED: mark("Goal reached"),
    DriveState.MISSED: mark("Goal missed"),
    DriveState.CANCELLED: mark("Cancelled"),
}

SOURCES: Final[Mapping[Source, str]] = {
    Source.PUBLIC_BUDGET: mark("Public budget, from the round"),
    Source.CARD: mark("By card"),
    Source.ALIPAY: mark("Alipay"),
    Source.WECHAT_PAY: mark("WeChat Pay"),
    Source.CASH: mark("In cash"),
    Source.BANK: mark("By bank"),
    Source.ORGANISATION: mark("From organisations"),
    Source.MATCHING: mark("Matching fund"),
}

SOURCE_ICONS: Final[Mapping[Source, str]] = {
    Source.CARD: "wallet",
    Source.ALIPAY: "smartphone",
    Source.WECHAT_PAY: "smartphone",
    Source.CASH: "wallet",
    Source.BANK: "inbox",
    Source.ORGANISATION: "users",
}

GIFT_STATES: Final[Mapping[ContributionState, str]] = {
    ContributionState.STARTED: mark("Not paid yet"),
    ContributionState.PAID: mark("Received"),
    ContributionState.FAILED: mark("The payment did not go through"),
    ContributionState.CANCELLED: mark("Cancelled"),
    ContributionState.REFUND_DUE: mark("Is being given back"),
    ContributionState.REFUNDED: mark("Given back"),
}

PLEDGE_STATES: Final[Mapping[PledgeState, str]] = {
    PledgeState.HELD: mark("Set aside for the project"),
    PledgeState.GIVEN: mark("Given to the project"),
    PledgeState.RELEASED: mark("Yours again: the goal was not reached"),
    PledgeState.WITHDRAWN: mark("Taken back by you"),
}

_FIELDS: Final[Mapping[str, str]] = {
    "goal_fen": "goal",
    "goal_minutes": "hours",
    "part_goal_percent": "part_percent",
    "matching_cap": "cap",
    "matching_percent": "ratio",
    "receipt": "paper",
}
"""The form's name of a field where it is not the one of the refusal."""

_MONEY_FIELDS: Final = frozenset({"goal_fen", "matching_cap", "amount"})
_TIME_FIELDS: Final = frozenset({"goal_minutes", "minutes"})

_MISSING: Final[Mapping[str, str]] = {
    "goal_fen": mark("Say how much money or how many hours are needed."),
    "goal_minutes": mark("Say how much money or how many hours are needed."),
    "deadline": mark("Choose the last day."),
    "matching_cap": mark("Say how much the fund adds at most."),
    "matching_percent": mark("Say how much the fund adds to each yuan."),
    "why": mark("Give the reason. Everybody can read it."),
    "words": mark("Say it in a sentence."),
    "amount": mark("Say how much, in yuan."),
    "minutes": mark("Say how many hours and minutes."),
    "receipt": mark("Choose the scanned paper."),
    "received_on": mark("Choose the day on which the money came."),
    "giver": mark("Say who gave it, or choose “nobody knows”."),
    "name": mark("Write the giver's name."),
    "source": mark("Choose how the money came."),
}

_SENTENCES: Final[Mapping[type[MarketplaceError], str]] = {
    errors.NotForYou: mark("This is for somebody else to do. Nothing was changed."),
    errors.NotChosen: mark("Only a project that a round chose can raise more. Nothing was opened."),
    errors.DriveThere: mark("More is raised for this project already. Nothing was opened."),
    errors.DeliveryBegun: mark(
        "The project is being carried out already, so nothing more is raised for it."
    ),
    errors.DeadlineOver: mark("The last day is over. Nothing was changed."),
    errors.TooEarly: mark("The last day is not over yet, and the goal is not reached."),
    errors.SentTwice: mark("This was entered before with other words. The first entry stands."),
    errors.PledgedAlready: mark(
        "You have pledged hours for it already. Take that pledge back first to pledge anew."
    ),
    errors.PartsReserved: mark(
        "Some of the project's money waits for a decision on a payment. Decide that first."
    ),
    errors.FundNameTaken: mark("Another fund has this name. Choose another name."),
    errors.NotPaidYet: mark("This gift is not paid yet. Nothing was changed."),
    errors.OtherPayment: mark("This payment belongs to another gift. Nothing was changed."),
    errors.UnknownFund: mark("This fund is not here any more. Choose another."),
}

_DRIVE_MOVED: Final[Mapping[str, str]] = {
    DriveState.OPEN: mark("It still collects. Nothing was changed."),
    DriveState.REACHED: mark("The goal is reached, and the drive has ended. Nothing was changed."),
    DriveState.MISSED: mark(
        "The goal was missed, and everything goes back. Nothing more was changed."
    ),
    DriveState.CANCELLED: mark("It was cancelled, and everything goes back. Nothing was changed."),
}

_MEANWHILE: Final = mark("It has moved on meanwhile. Nothing was changed.")
GOING_BACK: Final = "going back online"
_GOING_BACK: Final = mark("going back in the way it was paid")

_FILES: Final = mark("Choose a PDF or a picture of at most 5 megabytes.")


def wrong_field(refusal: MarketplaceError) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    match refusal:
        case (
            errors.InvalidDrive(field=field, reason=reason, bound=bound)
            | errors.InvalidGift(field=field, reason=reason, bound=bound)
        ):
            return _FIELDS.get(field, field), _wrong(field, reason, bound)
        case errors.FileUnfit() | errors.UnknownReceipt():
            return "paper", _(_FILES)
        case errors.TooFewMinutes(available=minutes):
            words = _("You have %(free)s free in your passbook. Pledge at most that.")
            return "minutes", words % {"free": duration(max(minutes, 0))}
        case errors.FundTooSmall(free_fen=free):
            words = _("The fund has %(free)s that is not promised yet. Choose at most that.")
            return "cap", words % {"free": money(free)}
        case errors.UnknownFund() | errors.FundNameTaken():
            field = "fund" if isinstance(refusal, errors.UnknownFund) else "name"
            return field, _(_SENTENCES[type(refusal)])
        case _:
            return None


def _wrong(field: str, reason: str, bound: int) -> str:
    if reason == "missing":
        return _(_MISSING.get(field, _MISSING["words"]))
    if reason in {"too little", "too much"}:
        return _bounds(field, reason) % {"bound": _bound_words(field, bound)}
    return _PLAIN.get(reason, _PLAIN["unknown"])() % {"bound": number(bound)}


def _bounds(field: str, reason: str) -> str:
    if field == "deadline":
        return _("Choose a later day.") if reason == "too little" else _("Choose an earlier day.")
    return _("At least %(bound)s.") if reason == "too little" else _("At most %(bound)s.")


def _bound_words(field: str, bound: int) -> str:
    if field in _MONEY_FIELDS:
        return money(bound)
    return duration(bound) if field in _TIME_FIELDS else number(bound)


_PLAIN: Final[Mapping[str, Callable[[], str]]] = {
    "too long": lambda: _("Say it in at most %(bound)s characters."),
    "past": lambda: _("Choose a day that has not passed yet."),
    "ahead": lambda: _("Choose a day that has come already."),
    "too far": lambda: _("Choose an earlier day: at most %(bound)s days from now."),
    "not offered": lambda: _("This community does not offer that. Choose another."),
    "several": lambda: _("Say only one: a member, an organisation, or a name."),
    "unknown": lambda: _("Choose one of these."),
}


def refusal_words(refusal: MarketplaceError) -> str:
    """Return what happened, what was kept and what to do, in one or two sentences."""
    field = wrong_field(refusal)
    if field is not None:
        return field[1]
    if isinstance(refusal, errors.DriveMoved):
        return _(_DRIVE_MOVED.get(refusal.state, _MEANWHILE))
    if isinstance(refusal, errors.GiftMoved):
        return _moved(_("This gift stands as: %(state)s. Nothing was changed."), refusal.state)
    if isinstance(refusal, errors.PledgeMoved):
        return _moved(_("This pledge stands as: %(state)s. Nothing was changed."), refusal.state)
    known = _SENTENCES.get(type(refusal))
    if known is None:
        raise refusal
    return _(known)


def _moved(words: str, state: str) -> str:
    known = {str(one): told for one, told in (*GIFT_STATES.items(), *PLEDGE_STATES.items())}
    known[GOING_BACK] = _GOING_BACK
    return words % {"state": _(known[state])} if state in known else _(_MEANWHILE)


def gift_more(one: Contribution) -> str:
    """Return what else became of a gift: a part given back, disputed or due; often nothing."""
    said = []
    if one.state is ContributionState.FAILED:
        said.append(_("Nothing was taken."))
    if one.refunded_fen and one.state is not ContributionState.REFUNDED:
        said.append(_("%(money)s of it was given back.") % {"money": money(one.refunded_fen)})
    if one.due_fen:
        said.append(_("%(money)s of it is to be given back.") % {"money": money(one.due_fen)})
    if one.disputed_fen:
        words = _("The bank took %(money)s back after a dispute.")
        said.append(words % {"money": money(one.disputed_fen)})
    return " ".join(said)
