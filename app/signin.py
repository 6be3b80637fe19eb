"""The demo's list of people to sign in as, in groups by what they do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark
from community import Member, Role

# One group for each member: the first role in this order that they have.
GROUPS: Final = (
    (Role.COORDINATOR, mark("Coordinators"), "users"),
    (Role.TREASURER, mark("Treasurer"), "wallet"),
    (Role.AUDITOR, mark("Auditor"), "search-check"),
    (Role.PHONE_OPERATOR, mark("Phone desk"), "phone"),
    (Role.ADMINISTRATOR, mark("Administrators"), "key-round"),
    (Role.ELDER, mark("Elders"), "house"),
    (Role.VOLUNTEER, mark("Volunteers"), "hand-heart"),
    (Role.RESIDENT, mark("Residents"), "user-round"),
)
SHOWN_FIRST: Final = (Role.ELDER, Role.VOLUNTEER)
FEW: Final = 4


@dataclass(frozen=True, slots=True)
class Group:
    """Members who do the same: a few that are shown at once, and the others."""

    label: str
    icon: str
    few: tuple[Member, ...]
    others: tuple[Member, ...]


def groups(members: Iterable[Member]) -> list[Group]:
    """Return the members in groups, elders and volunteers first; an empty group is left out."""
    found: dict[Role, list[Member]] = {}
    for member in members:
        role = next((role for role, _label, _icon in GROUPS if role in member.roles), None)
        if role is not None:
            found.setdefault(role, []).append(member)
    order = sorted(GROUPS, key=lambda group: group[0] not in SHOWN_FIRST)
    return [
        Group(_(label), icon, tuple(found[role][:FEW]), tuple(found[role][FEW:]))
        for role, label, icon in order
        if role in found
    ]
