"""Work for projects and changes of what they promised in words: states, and every refusal."""

from typing import Final
from zoneinfo import ZoneInfo

from app.i18n import gettext as _
from app.i18n import mark
from app.wording import duration, money, number, printed_day, spoken_time
from marketplace import work
from marketplace.delivery import changes
from marketplace.delivery.changes import Change, ChangeKind, ChangeState, MoveMoney, NewDate
from marketplace.delivery.errors import DeliveryMoved, NotBegun, NotYourProject, TiedToIt
from marketplace.errors import MarketplaceError
from marketplace.meetings import UnknownMeeting
from marketplace.work import TurnState

TURN_STATES: Final = {
    TurnState.SIGNED: mark("has signed up"),
    TurnState.CAME: mark("came"),
    TurnState.NO_SHOW: mark("did not come"),
    TurnState.STEPPED_BACK: mark("stepped back"),
    TurnState.CANCELLED: mark("was called off"),
}
CHANGE_KINDS: Final = {
    ChangeKind.DATE: mark("Another day for a milestone"),
    ChangeKind.MONEY: mark("Money from one line of the budget to another"),
    ChangeKind.SCOPE: mark("Less than was promised, or something else"),
}
CHANGE_ICONS: Final = {
    ChangeKind.DATE: "calendar",
    ChangeKind.MONEY: "wallet",
    ChangeKind.SCOPE: "pencil-ruler",
}
CHANGE_STATES: Final = {
    ChangeState.OPEN: mark("Waits for a decision"),
    ChangeState.ACCEPTED: mark("Accepted"),
    ChangeState.REFUSED: mark("Not accepted"),
    ChangeState.WITHDRAWN: mark("Taken back"),
}

_SLOT_FIELDS: Final = {
    "title": mark("Say what is to be done, in at most 60 characters."),
    "place": mark("Say where people meet, in at most 120 characters."),
    "about": mark("Say it in at most 500 characters."),
    "reason": mark("Say why, in at most 300 characters."),
}
_CHANGE_FIELDS: Final = {
    "reason": mark("Say why, in at most 1,000 characters. Everybody can read it."),
    "answer": mark("Say why, in at most 1,000 characters. Everybody can read it."),
    "scope": mark("Say what is done instead, in at most 2,000 characters."),
    "words": mark("Say what you have against it, in at most 1,000 characters."),
    "milestone": mark("Choose a milestone that is not done yet."),
    "from_line": mark("Choose the line that the money comes from."),
    "to_line": mark("Choose another line that the money goes to."),
}

_SENTENCES: Final[dict[type[MarketplaceError], str]] = {
    work.NoWorkNow: mark(
        "The work on this project has not begun, or is over. Nothing was changed."
    ),
    work.SlotOver: mark("This has begun already, or was called off. Nothing was changed."),
    work.SlotFull: mark("Somebody else was faster: every place is taken now."),
    work.NothingToCorrect: mark(
        "There is nothing to correct: nobody has written it down yet, or it says that already."
    ),
    work.NotSignedUp: mark("This person has not signed up. Nothing was changed."),
    work.OwnHours: mark("Nobody writes down their own hours. Somebody else does it for you."),
    work.SettledOtherwise: mark(
        "Somebody has written down something else already, and that stands. If it is wrong, tell "
        "a coordinator."
    ),
    work.PlacesSettled: mark(
        "Somebody was written down already, so this can no longer be called off."
    ),
    changes.AskedAlready: mark(
        "Another day for this milestone is asked for already. That is decided first."
    ),
    changes.ObjectionsClosed: mark("The time for objections is over. Nothing was changed."),
    changes.NotAResidentHere: mark(
        "Residents object to a change, but not those who carry the project out."
    ),
    NotBegun: mark("The work on this project has not begun. Nothing was changed."),
    NotYourProject: mark("Only who carries the project out can do this. Nothing was changed."),
    TiedToIt: mark(
        "You are close to those who carry the project out, so another coordinator decides."
    ),
    DeliveryMoved: mark("The project is no longer under way, so nothing was changed."),
    UnknownMeeting: mark("There is no such decision of a council here. Choose one of the list."),
}

_DECIDED: Final = {
    ChangeState.ACCEPTED: mark("This change was accepted already."),
    ChangeState.REFUSED: mark("This change was refused already."),
    ChangeState.WITHDRAWN: mark("This change was taken back."),
}


def wrong_field(refusal: MarketplaceError) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    match refusal:
        case work.InvalidSlot():
            return _slot_field(refusal)
        case work.TooLongStated(most=most):
            words = _("Write a number of minutes from 1 to %(most)s.")
            return "minutes", words % {"most": number(most)}
        case work.GrantRefused(most=0):
            return "minutes", _("This community's rules give projects no hours.")
        case work.GrantRefused(most=most):
            words = _("This community's rules give a project at most %(most)s in all.")
            return "minutes", words % {"most": duration(most)}
        case changes.InvalidChange():
            return _change_field(refusal)
        case _:
            return None


def _slot_field(refusal: work.InvalidSlot) -> tuple[str, str]:
    match refusal.field, refusal.reason:
        case "starts_at", "past":
            return "day", _("Choose a time that lies ahead.")
        case "starts_at", "too far ahead":
            words = _("Choose a day within the next %(days)s days.")
            return "day", words % {"days": number(refusal.most)}
        case "starts_at", _:
            return "time", _("Choose one of the times shown.")
        case "minutes", _:
            return "minutes", _("Choose one of the lengths shown.")
        case "people", _:
            words = _("Write a number of people from 1 to %(most)s.")
            return "people", words % {"most": number(refusal.most)}
    return refusal.field, _(_SLOT_FIELDS[refusal.field])


def _change_field(refusal: changes.InvalidChange) -> tuple[str, str]:
    match refusal.field, refusal.why:
        case "due_on", "same":
            return "due_on", _("That is the day that holds already. Choose another one.")
        case "due_on", _:
            words = _("Choose a day that lies ahead, within %(years)s years.")
            return "due_on", words % {"years": number(refusal.most or 5)}
        case "amount", "too much":
            words = _("Of this line %(most)s can be moved; the rest is asked for or spent.")
            return "amount", words % {"most": money(refusal.most)}
        case "amount", _:
            return "amount", _("Write an amount in yuan, such as 50000 or 1200.50.")
    return refusal.field, _(_CHANGE_FIELDS[refusal.field])


def _work_words(refusal: MarketplaceError) -> str:
    """Return what to tell of a refusal that is about time or minutes; empty for any other."""
    match refusal:
        case work.BusyThen(elsewhere=True):
            return _("You have promised a visit at that time. Choose another time.")
        case work.BusyThen():
            return _(
                "You have promised that time to a project already. Give the other place up first, "
                "or choose another time."
            )
        case work.SpentAlready(available=available):
            words = _(
                "They have spent some of these hours: %(available)s are left to take back. Nothing "
                "was changed."
            )
            return words % {"available": duration(available)}
        case work.NoMinutesLeft(available=available, asked=asked):
            words = _(
                "The project has %(available)s left to promise, and this needs %(asked)s. It can "
                "raise more hours first."
            )
            return words % {"available": duration(available), "asked": duration(asked)}
    return ""


def refusal_words(refusal: MarketplaceError, zone: ZoneInfo) -> str:
    """Return a refusal as one or two sentences for the person who met it."""
    told = _work_words(refusal)
    if told:
        return told
    match refusal:
        case work.SlotNotBegun(starts_at=starts_at):
            words = _("This begins %(when)s. Who came can be written down from then on.")
            return words % {"when": spoken_time(starts_at, zone)}
        case changes.ObjectionsOpen(until=until):
            words = _("Residents can still object until %(when)s. Then it is decided.")
            return words % {"when": spoken_time(until, zone)}
        case changes.ChangeDecided(state=state):
            return _(_DECIDED[ChangeState(state)])
    if type(refusal) in _SENTENCES:
        return _(_SENTENCES[type(refusal)])
    field = wrong_field(refusal)
    return field[1] if field else str(refusal)


def change_words(change: Change, milestones: dict[int, str]) -> str:
    """Return what a change asks for as one sentence; `milestones` are titles by number."""
    match change.what:
        case NewDate(milestone=milestone, due_on=due_on, before=before):
            words = _("“%(milestone)s” by %(day)s instead of %(before)s")
            return words % {
                "milestone": milestones.get(milestone, number(milestone)),
                "day": printed_day(due_on),
                "before": printed_day(before or due_on),
            }
        case MoveMoney(from_line=from_line, to_line=to_line, amount_fen=fen):
            words = _("%(amount)s from “%(from)s” to “%(to)s”")
            return words % {"amount": money(fen), "from": from_line, "to": to_line}
        case _:
            return change.what.words
