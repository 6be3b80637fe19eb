"""Organisations in words for people, and what to tell those whom their register refuses."""

from collections.abc import Mapping
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark
from app.place_words import time_refusal
from community import (
    BadReason,
    CommunityError,
    InvalidOrganisation,
    InvalidTime,
    NotYourOrganisation,
    OrganisationClosed,
    OrganisationKind,
    OrganisationNameTaken,
    Post,
    PostEnded,
    PostHeld,
    RegistrationNumberTaken,
    UnknownMember,
)

KINDS: Final[Mapping[OrganisationKind, str]] = {
    OrganisationKind.SOCIAL_ORGANISATION: mark("Social organisation"),
    OrganisationKind.RESIDENTS_GROUP: mark("Residents' group"),
    OrganisationKind.PROPERTY_COMPANY: mark("Property company"),
    OrganisationKind.SCHOOL: mark("School"),
    OrganisationKind.ENTERPRISE: mark("Enterprise"),
    OrganisationKind.PUBLIC_INSTITUTION: mark("Public institution"),
}

KIND_ICONS: Final[Mapping[OrganisationKind, str]] = {
    OrganisationKind.SOCIAL_ORGANISATION: "hand-heart",
    OrganisationKind.RESIDENTS_GROUP: "users",
    OrganisationKind.PROPERTY_COMPANY: "house",
    OrganisationKind.SCHOOL: "graduation-cap",
    OrganisationKind.ENTERPRISE: "wallet",
    OrganisationKind.PUBLIC_INSTITUTION: "shield-check",
}

POSTS: Final[Mapping[Post, str]] = {
    Post.LEADER: mark("Leader"),
    Post.CONTACT: mark("Contact"),
    Post.STAFF: mark("Staff"),
    Post.MEMBER: mark("Member"),
}

POST_HINTS: Final[Mapping[Post, str]] = {
    Post.LEADER: mark("Leads it, and may add and remove its ordinary members."),
    Post.CONTACT: mark("Whom the community calls."),
    Post.STAFF: mark("Works there for pay."),
    Post.MEMBER: mark("Belongs to it."),
}

_WRONG: Final[Mapping[str, str]] = {
    "name": mark("Give it a name of at most 80 characters."),
    "purpose": mark("Say it in at most 1,000 characters."),
    "registration_number": mark("A registration number has at most 40 characters."),
    "phone": mark("Write a telephone number, such as 0512-6700 1234."),
}

_SENTENCES: Final[Mapping[type[CommunityError], tuple[str, str]]] = {
    OrganisationNameTaken: ("name", mark("Another organisation here has this name already.")),
    RegistrationNumberTaken: (
        "registration_number",
        mark("Another organisation here is registered under this number."),
    ),
    BadReason: ("why", mark("Say why, in at most 200 characters.")),
    PostHeld: ("post", mark("They have this post at that time already. Nothing was changed.")),
    NotYourOrganisation: (
        "post",
        mark("A leader adds and removes ordinary members. Ask the community desk for the rest."),
    ),
    UnknownMember: ("member", mark("Choose one of the people found.")),
    PostEnded: ("why", mark("This post has ended already. Nothing was changed.")),
    OrganisationClosed: ("name", mark("This organisation is closed. Nothing was changed.")),
}


def organisation_refusal(refusal: CommunityError) -> tuple[str, str]:
    """Return the field that a refusal is about, and what to tell."""
    if isinstance(refusal, InvalidOrganisation):
        return refusal.field, _(_WRONG[refusal.field])
    if isinstance(refusal, InvalidTime):
        return refusal.field, time_refusal(refusal)
    field, sentence = _SENTENCES[type(refusal)]
    return field, _(sentence)
