"""Meetings and councils in words for people: their kinds and states, and every refusal."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.i18n import gettext as _
from app.i18n import mark, ngettext
from app.wording import number, printed_day, spoken_time
from marketplace.councils import (
    CouncilFull,
    CouncilKind,
    Entry,
    InvalidCouncil,
    NoPlaceForYou,
    SeatedAlready,
    SeatRole,
    TermOver,
    UnknownSeat,
)
from marketplace.errors import MarketplaceError
from marketplace.meetings import (
    Access,
    AgendaClosed,
    Answer,
    Audience,
    Choice,
    InvalidMeeting,
    Kind,
    MeetingOver,
    MeetingState,
    MinutesClosed,
    MinutesMissing,
    MinutesState,
    NoQuorum,
    NoticeTooShort,
    NotNow,
    NotThere,
    NotYourMeeting,
    PeopleThere,
    RaiseYourHand,
    ReplacedAlready,
    TooManyVotes,
    VotedAlready,
    VoteOpen,
    VoteOver,
    WrongRoomCode,
)

KINDS: Final = {
    Kind.OPEN_TALK: mark("Open talk"),
    Kind.HEARING: mark("Hearing"),
    Kind.COUNCIL: mark("Council meeting"),
    Kind.DELEGATES: mark("Delegates' meeting"),
}
KIND_HINTS: Final = {
    Kind.OPEN_TALK: mark("Everybody says what they think, in the open."),
    Kind.HEARING: mark("Before something is decided, those whom it touches are heard."),
    Kind.COUNCIL: mark("The council talks and decides; others may listen."),
    Kind.DELEGATES: mark("The residents' delegates decide for all."),
}
KIND_ICONS: Final = {
    Kind.OPEN_TALK: "coffee",
    Kind.HEARING: "megaphone",
    Kind.COUNCIL: "messages-square",
    Kind.DELEGATES: "users",
}
STATES: Final = {
    MeetingState.ANNOUNCED: mark("announced"),
    MeetingState.HELD: mark("held"),
    MeetingState.CANCELLED: mark("called off"),
}
MINUTES_STATES: Final = {
    MinutesState.OPEN: mark("being written"),
    MinutesState.SHARED: mark("open for objections"),
    MinutesState.PUBLISHED: mark("published"),
}
AUDIENCES: Final = {
    Audience.EVERYONE: mark("All residents"),
    Audience.AREA: mark("The residents of one area"),
    Audience.FOLLOWERS: mark("Those who stand behind the needs"),
    Audience.COUNCIL: mark("The council"),
}
ACCESS: Final = {
    Access.STEP_FREE: mark("No steps"),
    Access.LIFT: mark("A lift"),
    Access.HEARING_LOOP: mark("A hearing loop"),
    Access.DIALECT: mark("Dialect is spoken"),
    Access.LARGE_PRINT: mark("Papers in large print"),
    Access.TELEPHONE: mark("By telephone too"),
}
ANSWERS: Final = {
    Answer.YES: mark("I come"),
    Answer.ONLINE: mark("I take part online"),
    Answer.NO: mark("I do not come"),
}
CHOICES: Final = {
    Choice.YES: mark("In favour"),
    Choice.NO: mark("Against"),
    Choice.ABSTAIN: mark("Abstain"),
}
COUNCIL_KINDS: Final = {
    CouncilKind.COUNCIL: mark("Council"),
    CouncilKind.DELEGATES: mark("Delegates' meeting of the residents"),
}
SEAT_ROLES: Final = {
    SeatRole.CHAIR: mark("Chairs"),
    SeatRole.MEMBER: mark("Member"),
    SeatRole.ALTERNATE: mark("Alternate"),
}
ENTRIES: Final = {
    Entry.ELECTED: mark("elected"),
    Entry.APPOINTED: mark("appointed"),
}

_WRONG: Final = {
    ("title", "missing"): mark("Say what it is about."),
    ("title", "agenda full"): mark("The agenda is full. Keep it for the next meeting."),
    ("place", "missing"): mark("Say where it is."),
    ("day", "past"): mark("Choose a time that is still to come."),
    ("length", "out of bounds"): mark("Choose a length from 15 minutes to 8 hours."),
    ("link", "no address"): mark("Write the whole address, beginning with https://"),
    ("items", "missing"): mark("Say at least one thing that will be talked about."),
    ("items", "too many"): mark("An agenda has at most 20 items."),
    ("seats", "out of bounds"): mark("Write a number of places that can be."),
    ("council", "missing"): mark("Choose whose meeting it is."),
    ("council", "not wanted"): mark("Only a council's meeting has a council."),
    ("council", "unknown"): mark("Choose one of the councils shown."),
    ("council", "another kind"): mark("Choose a council of the kind that meets."),
    ("council", "term over"): mark("That council's term does not cover this day."),
    ("audience", "no council"): mark("There is no council to tell. Choose somebody else."),
    ("audience", "no needs"): mark("Choose a need first, or tell somebody else."),
    ("area", "missing"): mark("Choose the area."),
    ("area", "unknown"): mark("Choose one of the areas shown."),
    ("chair", "nobody"): mark("Who chairs has to be an active member here."),
    ("clerk", "nobody"): mark("Who writes the minutes has to be an active member here."),
    ("needs", "unknown"): mark("Choose one of the needs shown."),
    ("need", "unknown"): mark("Choose one of the needs shown."),
    ("reason", "missing"): mark("Say why: everybody who was told reads it."),
    ("words", "missing"): mark("Write it in words."),
    ("words", "sent before"): mark("That form has been sent before."),
    ("name", "nobody"): mark("No active member here has exactly this name."),
    ("guests", "out of bounds"): mark("Write how many guests there are, from 0 to 5000."),
    ("votes", "below zero"): mark("Votes are counted from zero."),
    ("votes", "by name"): mark("This council votes by name."),
    ("votes", "not by name"): mark("Only counts stand here, no names."),
    ("way", "not online"): mark("This meeting has no way to take part online."),
    ("item", "not on the agenda"): mark("Only what is on the agenda is put to the vote."),
    ("replaces", "unknown"): mark("Choose one of the decisions shown."),
}
_WRONG_COUNCIL: Final = {
    ("name", "missing"): mark("Give the council a name."),
    ("seats", "out of bounds"): mark("A council has 3 to 500 seats."),
    ("term_to", "before it begins"): mark("The term ends after it begins."),
    ("term_to", "too long"): mark("A term lasts at most 10 years."),
    ("area", "unknown"): mark("Choose one of the areas shown."),
    ("member", "nobody"): mark("No active member here has exactly this name."),
}

_SENTENCES: Final[dict[type[MarketplaceError], str]] = {
    WrongRoomCode: mark("That is not the number shown in the room now. Look again: it changes."),
    NotThere: mark("Only who is written down as present may vote. Nothing was changed."),
    RaiseYourHand: mark("You are in the room: please raise your hand there, it is counted."),
    VotedAlready: mark("This vote is in already. Nobody votes twice."),
    VoteOpen: mark("Another vote is still open. Finish that one first."),
    VoteOver: mark("This vote is over. Nothing was changed."),
    ReplacedAlready: mark("Another decision has taken the place of that one already."),
    PeopleThere: mark("Somebody you took off the list has voted, so they stay on it."),
    CouncilFull: mark("Every seat of this council is taken. End one first."),
    SeatedAlready: mark("They sit on this council already, or somebody else chairs it."),
    TermOver: mark("This council's term is over, so it changes no more."),
    UnknownSeat: mark("There is no such seat. Nothing was changed."),
    NoPlaceForYou: mark("Only community staff keep the councils. Nothing was changed."),
    NotYourMeeting: mark("Only who runs the meeting, or takes part in it, may do this."),
}

_OVER: Final = {
    "held": mark("This meeting has been held. Nothing was changed."),
    "cancelled": mark("This meeting is called off. Nothing was changed."),
    "begun": mark("This meeting has begun already. Nothing was changed."),
}


def wrong_field(  # noqa: PLR0911 (one for each)
    refusal: MarketplaceError,
) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    match refusal:
        case InvalidMeeting(field=field, why="too long"):
            return field, _("That is too long. Say it in fewer words.")
        case InvalidMeeting(field=field, why=why):
            return field, _(_WRONG.get((field, why), mark("That cannot be. Please look again.")))
        case InvalidCouncil(field=field, why="too long") if field != "term_to":
            return field, _("That is too long. Say it in fewer words.")
        case InvalidCouncil(field=field, why=why):
            return field, _(_WRONG_COUNCIL[field, why])
        case NoticeTooShort(earliest=earliest):
            words = _("People need time to know of it. The first possible day is %(day)s.")
            return "day", words % {"day": printed_day(earliest)}
        case WrongRoomCode():
            return "code", _(_SENTENCES[WrongRoomCode])
        case TooManyVotes(given=given, most=most):
            words = _("%(given)s hands are too many: at most %(most)s of those here can vote.")
            return "yes", words % {"given": number(given), "most": number(most)}
        case _:
            return None


def refusal_words(refusal: MarketplaceError, zone: ZoneInfo) -> str:  # noqa: PLR0911 (one for each)
    """Return what happened, what was kept and what to do, in one or two sentences."""
    match refusal:
        case NotNow(opens=opens, closes=None):
            return _("That is possible from %(when)s on. Nothing was changed.") % {
                "when": spoken_time(opens, zone)
            }
        case NotNow(opens=opens, closes=datetime() as closes):
            return _("That is possible from %(first)s until %(last)s. Nothing was changed.") % {
                "first": spoken_time(opens, zone),
                "last": spoken_time(closes, zone),
            }
        case AgendaClosed(until=until):
            words = _("Items could be proposed until %(when)s. Keep yours for the next meeting.")
            return words % {"when": spoken_time(until, zone)}
        case NoQuorum(present=present, needed=needed):
            words = _("Too few are here to decide: %(present)s of the %(needed)s needed.")
            return words % {"present": number(present), "needed": number(needed)}
        case MinutesMissing(items=items):
            return ngettext(
                "This item has no minutes yet: %(items)s.",
                "These items have no minutes yet: %(items)s.",
                len(items),
            ) % {"items": _(", ").join(number(one) for one in items)}
        case MeetingOver(state=state):
            return _(_OVER[state])
        case MinutesClosed(state="published"):
            return _("The minutes are published. What comes later is an addition below them.")
        case MinutesClosed():
            return _("The minutes are not open for this now. Nothing was changed.")
    if type(refusal) in _SENTENCES:
        return _(_SENTENCES[type(refusal)])
    told = wrong_field(refusal)
    return told[1] if told else str(refusal)


def decision_number(year: int, count: int) -> str:
    """Return a decision's number as people cite it: No. 3 of 2026."""
    return _("Decision %(number)s of %(year)s") % {"number": count, "year": year}
