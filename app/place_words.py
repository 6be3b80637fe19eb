"""Places and roles in words for people, and what to tell those whom the register refuses."""

from collections.abc import Mapping
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark
from community import (
    BadReason,
    CodeTaken,
    CommunityError,
    InvalidArea,
    InvalidRole,
    InvalidTime,
    LastAdministrator,
    Level,
    MayNotGrant,
    OwnRole,
    Role,
    RoleEnded,
    RoleHeld,
    RoleNotThere,
    UnknownArea,
    UnknownMember,
)

LEVELS: Final[Mapping[Level, str]] = {
    Level.CITY: mark("City"),
    Level.DISTRICT: mark("District"),
    Level.STREET: mark("Street"),
    Level.COMMUNITY: mark("Community"),
    Level.GRID: mark("Grid"),
}

ROLES: Final[Mapping[Role, str]] = {
    Role.RESIDENT: mark("Resident"),
    Role.VOLUNTEER: mark("Volunteer"),
    Role.ELDER: mark("Elder"),
    Role.DELEGATE: mark("Delegate"),
    Role.COORDINATOR: mark("Coordinator"),
    Role.PHONE_OPERATOR: mark("Phone operator"),
    Role.TREASURER: mark("Treasurer"),
    Role.AUDITOR: mark("Auditor"),
    Role.ADMINISTRATOR: mark("Administrator"),
}

# What a role lets its holder do, for whoever is about to grant it.
ROLE_HINTS: Final[Mapping[Role, str]] = {
    Role.RESIDENT: mark("Lives here: proposes projects and votes."),
    Role.VOLUNTEER: mark("Visits elders and saves hours."),
    Role.ELDER: mark("Asks for help and redeems hours."),
    Role.DELEGATE: mark("Acts for somebody who agreed to it."),
    Role.COORDINATOR: mark("Keeps the register and runs the rounds."),
    Role.PHONE_OPERATOR: mark("Answers the phone and asks for visits in the caller's name."),
    Role.TREASURER: mark("Looks after the money."),
    Role.AUDITOR: mark("Sees who did what, and changes nothing."),
    Role.ADMINISTRATOR: mark("Grants roles, adds places and sets the policy."),
}

ROLE_ICONS: Final[Mapping[Role, str]] = {
    Role.RESIDENT: "user-round",
    Role.VOLUNTEER: "hand-heart",
    Role.ELDER: "house",
    Role.DELEGATE: "users",
    Role.COORDINATOR: "users",
    Role.PHONE_OPERATOR: "phone",
    Role.TREASURER: "wallet",
    Role.AUDITOR: "search-check",
    Role.ADMINISTRATOR: "key-round",
}

_SENTENCES: Final[Mapping[type[CommunityError], str]] = {
    BadReason: mark("Say why, in at most 200 characters."),
    LastAdministrator: mark(
        "This is the last administrator here. Make somebody else administrator first; until then "
        "nothing is changed."
    ),
    OwnRole: mark("Nobody grants or ends this role for themselves. Ask a colleague."),
    MayNotGrant: mark("Your own role does not reach that far. Nothing was changed."),
    RoleEnded: mark("This role has ended already. Nothing was changed."),
    RoleHeld: mark(
        "They have this role there at that time already. Choose another role, place or time."
    ),
    RoleNotThere: mark("Resident, volunteer and elder are roles in one's own community."),
    InvalidRole: mark("This person is not an active member, so this role cannot be granted."),
    UnknownArea: mark("Choose one of these places."),
    UnknownMember: mark("This person is not a member here."),
}

_PLACE_SENTENCES: Final[Mapping[str, str]] = {
    "code": mark(
        "A code has small letters a to z, digits and hyphens: at most 40 of them, and at least 2 "
        "for a community."
    ),
    "desk_phone": mark("Write a telephone number, such as 0512-6700 1234."),
    "level": mark("Choose what sort of place it is."),
    "name": mark("A name has at most 80 characters."),
    "time_zone": mark("Choose a time zone from the list."),
}

_FIELDS: Final[Mapping[type[CommunityError], str]] = {
    BadReason: "why",
    LastAdministrator: "why",
    MayNotGrant: "at",
    OwnRole: "role",
    RoleHeld: "role",
    RoleNotThere: "at",
    InvalidRole: "role",
    UnknownArea: "at",
}


def role_refusal(refusal: CommunityError) -> tuple[str, str]:
    """Return the field that a refusal of a grant or an end is about, and what to tell."""
    if isinstance(refusal, InvalidTime):
        return refusal.field, time_refusal(refusal)
    for kind in type(refusal).__mro__:
        if kind in _SENTENCES:
            return _FIELDS.get(kind, "role"), _(_SENTENCES[kind])
    raise refusal


def time_refusal(refusal: InvalidTime) -> str:
    """Return what to tell whose first or last day cannot be."""
    if refusal.field == "until":
        return _("The last day cannot come before the first.")
    return _("It begins today or later.")


def place_refusal(refusal: CodeTaken | InvalidArea, *, named: bool) -> tuple[str, str]:
    """Return the field of a place's form that a refusal is about, and what to do.

    `named` says whether a name was given at all.
    """
    if isinstance(refusal, CodeTaken):
        return "code", _("Another place has this code already. Choose another.")
    if refusal.field == "name" and not named:
        return "name", _("Give the place a name.")
    return refusal.field, _(_PLACE_SENTENCES[refusal.field])
