"""Gifts, donations, grants and estates in words: where one stands, and why it was refused."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import timebank
from app.i18n import gettext as _
from app.i18n import mark, ngettext
from app.wording import duration, number, spoken_time
from timebank import hours
from timebank.eligibility import NotEligible, Reason
from timebank.hours import GiftState, ProposalKind, ProposalState, Rank, Source

# Where a gift stands: to its giver, to its receiver, and to anybody else.
GIFTS: Final[Mapping[GiftState, tuple[str, str, str]]] = {
    GiftState.OFFERED: (
        mark("Waits for an answer"),
        mark("Waits for your answer"),
        mark("Waits for an answer"),
    ),
    GiftState.ACCEPTED: (mark("Accepted"), mark("You accepted it"), mark("Accepted")),
    GiftState.DECLINED: (
        mark("Declined: the hours came back to you"),
        mark("You declined it"),
        mark("Declined"),
    ),
    GiftState.WITHDRAWN: (mark("You took it back"), mark("Taken back"), mark("Taken back")),
    GiftState.LAPSED: (
        mark("Not answered: the hours came back to you"),
        mark("Not answered in time: it went back"),
        mark("Not answered in time: it went back"),
    ),
}
KINDS: Final[Mapping[ProposalKind, str]] = {
    ProposalKind.GRANT: mark("Grant"),
    ProposalKind.OPENING: mark("Hours to begin with"),
    ProposalKind.ESTATE: mark("Hours that somebody left"),
}
SOURCES: Final[Mapping[Source, str]] = {
    Source.RELIEF: mark("From the relief fund"),
    Source.ISSUANCE: mark("Newly created by the community"),
    Source.ESTATE: mark("From what was left"),
}
STATES: Final[Mapping[ProposalState, str]] = {
    ProposalState.WAITING: mark("Waits for two people"),
    ProposalState.BOOKED: mark("Approved and booked"),
    ProposalState.DECLINED: mark("Declined"),
}
RANKS: Final[Mapping[Rank, str]] = {
    Rank.FIRST: mark("The relief fund helps first"),
    Rank.SECOND: mark("The relief fund helps next"),
}

_FIELDS: Final[Mapping[tuple[str, str], str]] = {
    ("minutes", "too few"): mark("A quarter of an hour is the least: 15 minutes."),
    ("words", "too long"): mark("Say it in at most 200 characters."),
    ("reason", "missing"): mark("Say why, in a sentence."),
    ("reason", "too long"): mark("Say it in at most 500 characters."),
    ("why", "missing"): mark("Say why, in a sentence."),
    ("why", "too long"): mark("Say it in at most 500 characters."),
    ("evidence", "missing"): mark("Say what you saw, and where."),
    ("evidence", "too long"): mark("Say it in at most 500 characters."),
    ("review_on", "past"): mark("Choose a day after today."),
    ("review_on", "too far ahead"): mark("Choose a day within the next three years."),
    ("receiver", "missing"): mark("Name at least one elder."),
    ("receiver", "twice"): mark("Somebody stands on the list twice. Leave one line out."),
    ("parts", "missing"): mark("Give somebody a part: a whole number of 1 or more."),
}
_HANDS: Final[Mapping[str, str]] = {
    "role": mark("A treasurer, an administrator or a coordinator approves this."),
    "proposer": mark("You proposed this, so two others approve it."),
    "receiver": mark("This is about your own hours, so two others approve it."),
    "kin": mark("This is about your own kin, so two others approve it."),
}
_NOT_GRANTED: Final[Mapping[str, str]] = {
    "gone": mark("no active member here any more"),
    "not an elder": mark("no elder in the register"),
    "not a key elder": mark("no elder whom the relief fund helps first or next"),
    "before": mark("had their hours to begin with before"),
}


def hand_words(why: str) -> str:
    """Return why a member cannot approve, as `NotThisHand` and a seen proposal name it."""
    return _(_HANDS[why])


_GIFT_OVER: Final[Mapping[str, str]] = {
    "accepted": mark("This gift was accepted before. Nothing was changed."),
    "withdrawn": mark("The giver took this gift back. Nothing was changed."),
    "declined": mark("This gift was declined before. Nothing was changed."),
    "lapsed": mark("The time for this gift is over; the hours went back to the giver."),
}
_PLAIN: Final[Mapping[type[Exception], str]] = {
    hours.NoDonations: mark("This community takes no donations of hours. Nothing was changed."),
    hours.SentBefore: mark(
        "This form was sent before; what it said then stands. Begin with a new one."
    ),
    hours.NotReversible: mark(
        "The fund has used these hours already, so they cannot be given back."
    ),
    hours.FundOnly: mark(
        "This community has decided that hours which somebody leaves pass to the relief fund."
    ),
    hours.NothingLeft: mark("Nothing is left of these hours. Nothing was changed."),
    hours.EstateWaits: mark("A proposal waits already. It is approved or declined first."),
    hours.OwnHandOnly: mark("Everybody gives and accepts their own hours. Nothing was changed."),
    hours.ProposalOver: mark("This was decided before. Nothing was changed."),
}


def wrong_field(
    refusal: Exception, names: Mapping[UUID, str] | None = None
) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none.

    `names` are those of the members whom a refusal may name.
    """
    match refusal:
        case hours.InvalidHours(field=field, why=why, most=most):
            return field, _typed_words(field, why, most)
        case timebank.NotEnoughMinutes(available=available):
            return "minutes", _("There are %(available)s to give. Choose less.") % {
                "available": duration(available)
            }
        case hours.NotGrantable(why=why, members=members):
            told = _(", ").join((names or {}).get(one, _("somebody")) for one in members)
            return "receiver", _("%(names)s: %(why)s.") % {
                "names": told,
                "why": _(_NOT_GRANTED[why]),
            }
        case hours.OverMonth(most=most, granted=granted):
            return "minutes", _(
                "This month %(granted)s of %(most)s are granted already. Choose less, or wait for "
                "the next month."
            ) % {"granted": duration(granted), "most": duration(most)}
        case hours.NotAnHeir():
            return "parts", _("Heirs are kin on record who are members here.")
    told_of = _person_words(refusal)
    return ("person", told_of) if told_of else None


def _typed_words(field: str, why: str, most: int) -> str:
    if why == "too many":
        shown = duration(most) if field == "minutes" else number(most)
        return _("At most %(most)s at once.") % {"most": shown}
    return _(_FIELDS[field, why])


def _person_words(refusal: Exception) -> str:
    """Return what is wrong with the person who was chosen; nothing where that is not it."""
    match refusal:
        case hours.MayNotReceive(why="oneself"):
            return _("This is yourself. Choose somebody else.")
        case hours.MayNotReceive():
            return _("They are no active member here. Choose somebody else.")
        case NotEligible(reason=Reason.NOT_KIN):
            return _(
                "Hours can be given to kin on record only. A coordinator puts kin on record after "
                "seeing a document."
            )
        case NotEligible(reason=Reason.TOO_YOUNG, least=least):
            return _("They are not old enough to receive help yet: that begins at %(least)s.") % {
                "least": number(least)
            }
        case NotEligible(reason=Reason.NO_GIFTS):
            return _("This community does not pass hours from one member to another.")
    return ""


def refusal_words(refusal: Exception, zone: ZoneInfo) -> str:  # noqa: PLR0911 (one for each)
    """Return what happened, what was kept and what to do, in one or two sentences."""
    match refusal:
        case hours.GiftOver(state=state):
            return _(_GIFT_OVER[state])
        case hours.NotReversible(why="too late", since=since) if since is not None:
            return _("A donation stands for good after a while; this one since %(since)s.") % {
                "since": spoken_time(since, zone)
            }
        case hours.NotThisHand(why=why):
            return hand_words(why)
        case timebank.NotEnoughMinutes(available=available):
            return _(
                "The fund has only %(available)s, so nothing was booked and your word was not "
                "taken down. Decline this, or wait until there is more."
            ) % {"available": duration(available)}
        case hours.HeirsFirst(from_=since):
            return _(
                "There are kin on record, so they come first. The fund may have it from %(since)s "
                "on, or before if the family asks for it."
            ) % {"since": spoken_time(since, zone)}
    if type(refusal) in _PLAIN:
        return _(_PLAIN[type(refusal)])
    told = wrong_field(refusal)
    return told[1] if told else _("Nothing was changed. Look at the page again.")


def people_words(count: int) -> str:
    """Return a number of people in words."""
    return ngettext("%(num)s person", "%(num)s people", count) % {"num": number(count)}
