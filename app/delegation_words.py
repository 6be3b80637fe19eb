"""Kinship, consent and delegation in words for people, and the sentence of a consent."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

import community
from app.i18n import Language, mark, speaking
from app.i18n import gettext as _
from app.wording import printed_day
from community import Channel, DelegatedAct, KinKind, Missing, Role

ACTS: Final[Mapping[DelegatedAct, str]] = {
    DelegatedAct.REQUEST: mark("Ask for visits, and call them off"),
    DelegatedAct.CONFIRM: mark("Confirm visits"),
    DelegatedAct.PASSBOOK: mark("See the passbook"),
}

ACT_HINTS: Final[Mapping[DelegatedAct, str]] = {
    DelegatedAct.REQUEST: mark("Hours are set aside for each visit."),
    DelegatedAct.CONFIRM: mark("The hours then pass to the volunteer."),
    DelegatedAct.PASSBOOK: mark("Every line in it, and the balance."),
}

# In the mouth of whoever agrees.
_SPOKEN: Final[Mapping[DelegatedAct, str]] = {
    DelegatedAct.REQUEST: mark("ask for visits and call them off"),
    DelegatedAct.CONFIRM: mark("confirm visits, so that my hours pass to the volunteer"),
    DelegatedAct.PASSBOOK: mark("see my passbook"),
}

CHANNELS: Final[Mapping[Channel, str]] = {
    Channel.PHONE: mark("On the phone"),
    Channel.IN_PERSON: mark("In person"),
    Channel.PAPER: mark("On paper"),
    Channel.ONLINE: mark("Online, signed in"),
}

KIN_KINDS: Final[Mapping[KinKind, str]] = {
    KinKind.SPOUSE: mark("Husband or wife"),
    KinKind.LINEAL: mark("In a straight line"),
    KinKind.OTHER: mark("Other kin"),
}

KIN_HINTS: Final[Mapping[KinKind, str]] = {
    KinKind.SPOUSE: mark("Married to each other"),
    KinKind.LINEAL: mark("Parent, child, grandparent, grandchild"),
    KinKind.OTHER: mark("Such as sister, brother, niece, son-in-law"),
}

# Why something ended: a short word that every language has a sentence for, or somebody's own words.
_WHY: Final[Mapping[str, str]] = {
    community.REPLACED: mark("A newer one took its place."),
    "merged": mark("Two memberships of one person became one."),
    "not_needed": mark("It is no longer needed."),
    "unwanted": mark("Something was done that was not wanted."),
    "no_time": mark("There is no more time for it."),
    "divorce": mark("Divorced"),
    "mistake": mark("It was a mistake"),
}

WHYS_OF_MEMBER: Final = ("not_needed", "unwanted")
WHYS_OF_DELEGATE: Final = ("no_time", "not_needed")
WHYS_OF_KIN: Final = ("mistake", "divorce")
OTHER: Final = "other"

_FIELDS: Final[Mapping[tuple[str, str], str]] = {
    ("relative", "oneself"): mark("Nobody is their own kin. Choose somebody else."),
    ("evidence", "missing"): mark("Say which document you saw, and where."),
    ("evidence", "too long"): mark("Say it in at most 500 characters."),
    ("evidence", "unreadable"): mark("There is a sign in it that cannot be stored. Type it anew."),
    ("why", "missing"): mark("Say why, in a few words."),
    ("why", "too long"): mark("Say it in at most 500 characters."),
    ("why", "unreadable"): mark("There is a sign in it that cannot be stored. Type it anew."),
    ("delegate", "oneself"): mark("Nobody needs leave to act for themselves. Choose another."),
    ("acts", "none"): mark("Choose at least one thing that they may do."),
    ("until", "past"): mark("That day is over. Choose a later one."),
    ("until", "too far ahead"): mark("That is longer than this community allows. Choose less."),
    ("channel", "online is the member's own sign-in"): mark("Choose how they said it to you."),
    ("witness", "missing"): mark("Choose who heard it."),
    ("witness", "one of the two"): mark(
        "Neither of the two can be the witness. Choose another colleague."
    ),
    ("witness", "no coordinator or phone operator"): mark(
        "A witness is a coordinator or a phone operator here. Choose another colleague."
    ),
    ("language", "not spoken here"): mark("Choose one of the two."),
    ("given_at", "in the future"): mark("That day has not come yet."),
}

_MISSING: Final[Mapping[Missing, str]] = {
    Missing.NEVER: mark("You were never given leave to do this for them."),
    Missing.EXPIRED: mark("Your time to act for them is over. They can give it to you anew."),
    Missing.REVOKED: mark("It was ended meanwhile. Nothing was changed."),
    Missing.NOT_THIS_ACT: mark("This is not among the things that you may do for them."),
    Missing.GONE: mark("One of you is no longer a member here. Nothing was changed."),
}


def acts_listed(acts: Collection[DelegatedAct]) -> list[str]:
    """Return the acts in words, always in the same order."""
    return [_(words) for act, words in ACTS.items() if act in acts]


def why_words(why: str | None) -> str:
    """Return why something ended: a known reason in the reader's language, else as it was typed."""
    known = _WHY.get(why or "")
    return _(known) if known else why or ""


def whys(names: Collection[str]) -> list[tuple[str, str]]:
    """Return reasons to choose from, and room for another."""
    return [*((name, why_words(name)) for name in names), (OTHER, _("Something else"))]


def consent_sentence(
    *,
    member: str,
    delegate: str,
    acts: Collection[DelegatedAct],
    last_day: date,
    language: Language,
) -> str:
    """Return what the member agrees to, in a language, to be read to them and stored as read."""
    with speaking(language):
        listed = _("; ").join(_(words) for act, words in _SPOKEN.items() if act in acts)
        return _(
            "I, %(member)s, agree that %(delegate)s does the following for me: %(acts)s. "
            "This holds until %(day)s. Nobody votes for me. I can end it at any time, and then it "
            "ends at once."
        ) % {
            "member": member,
            "delegate": delegate,
            "acts": listed,
            "day": printed_day(last_day),
        }


def named_with_phone(name: str, phone: str | None, language: Language) -> str:
    """Return a name that two people may share, with the end of the telephone number."""
    if phone is None:
        return name
    with speaking(language):
        return _("%(name)s (phone ending in %(digits)s)") % {"name": name, "digits": phone[-4:]}


def missing_words(refusal: community.NotDelegated) -> str:
    """Return why somebody may not act for another."""
    return _(_MISSING[refusal.missing])


def wrong_field(refusal: Exception) -> tuple[str, str] | None:  # noqa: PLR0911 (one for each)
    """Return the form's field that a refusal is about and what to do; None where it is about none.

    A relative and a delegate are people: the form asks for both in the field `person`.
    """
    match refusal:
        case community.InvalidBond(field=field, why=why) if (field, why) in _FIELDS:
            named = "person" if field in {"relative", "delegate"} else field
            return named, _(_FIELDS[field, why])
        case community.NotActive() | community.UnknownMember():
            return "person", _("They are no active member here. Choose somebody else.")
        case community.OwnDelegation():
            return "person", _(
                "You record this, so you cannot be the one who acts. A colleague can record it."
            )
        case community.OwnKin():
            return "person", _("This is your own kin. A colleague has to do it.")
        case community.AlreadyKin():
            return "person", _(
                "The two are on record as kin already. End that first if it is wrong."
            )
        case community.AlreadyMarried():
            return "kind", _(
                "One of the two has a husband or wife on record. End that first, with the reason."
            )
    return None


RECORDS: Final = (Role.COORDINATOR, Role.PHONE_OPERATOR)
"""Who can be named as the witness of a consent."""
