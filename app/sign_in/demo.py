"""The demo's people to sign in as: a few of each role, and whoever a name finds."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import community
from app.i18n import gettext as _
from app.i18n import mark
from app.place_words import ROLE_HINTS, ROLES
from community import Community, Role

# In the order of the page; whoever has several roles stands under the first of them, and under
# the last one stands who is nothing else.
GROUPS: Final = (
    (Role.ELDER, mark("Elders"), "house"),
    (Role.VOLUNTEER, mark("Volunteers"), "hand-heart"),
    (Role.DELEGATE, mark("Relatives"), "hand-helping"),
    (Role.COORDINATOR, mark("Coordinators"), "users"),
    (Role.PHONE_OPERATOR, mark("Phone desk"), "phone"),
    (Role.TREASURER, mark("Treasurer"), "wallet"),
    (Role.AUDITOR, mark("Auditor"), "search-check"),
    (Role.ADMINISTRATOR, mark("Administrators"), "key-round"),
    (Role.RESIDENT, mark("Residents"), "user-round"),
)
FEW: Final = 4
FOUND_MAX: Final = 24
# Of those who joined first, the few who are residents and nothing else are among so many.
LOOKED_AT: Final = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody to be; `note` tells two of one name apart, or says where a role is held."""

    id: UUID
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Members who do the same: what that is, a few of them, and how many more there are."""

    label: str
    icon: str
    hint: str
    few: tuple[Choice, ...]
    more: int


async def groups(home: Community) -> list[Group]:
    """Return a few members of each role, nobody twice; no group is empty."""
    found, shown = [], set[UUID]()
    reach = await _held_above(home)
    for role, label, icon in GROUPS:
        size = LOOKED_AT if role is Role.RESIDENT else FEW + len(shown)
        holders = [
            one
            for one in await community.some_members(home.id, role=role, size=size)
            if one.id not in shown and (role is not Role.RESIDENT or one.roles == {role})
        ]
        few = tuple(Choice(one.id, one.name, reach.get(one.id, "")) for one in holders[:FEW])
        if few:
            more = await community.count_with_role(home.id, role) - len(few)
            found.append(Group(_(label), icon, _(ROLE_HINTS[role]), few, more))
            shown.update(one.id for one in few)
    return found


async def named(home: Community, name: str) -> tuple[list[Choice], bool]:
    """Return members with this in their name, and whether there are more than these."""
    found = await community.some_members(home.id, name=name, size=FOUND_MAX + 1)
    known = await community.listed([one.id for one in found], community_id=home.id)
    choices = [Choice(one.id, one.name, _note(known[one.id])) for one in found[:FOUND_MAX]]
    return choices, len(found) > FOUND_MAX


def _note(one: community.Listed) -> str:
    """Return where a member lives, and the first of their roles in the order of the page."""
    role = next((role for role, _label, _icon in GROUPS if role in one.roles), None)
    return " · ".join(part for part in (one.grid, _(ROLES[role]) if role else "") if part)


async def _held_above(home: Community) -> dict[UUID, str]:
    """Return the names of areas above this community, by who holds a staff role there."""
    path = await community.area_path(home.id)
    return {
        held.member_id: area.name
        for area in path[:-1]
        for held in await community.staff_at(area.id)
    }
