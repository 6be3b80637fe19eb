"""The demo's people to sign in as: a few of each role, and whoever a name finds."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import community
from app.i18n import gettext as _
from app.i18n import mark
from community import Member, Role

# In the order of the page; whoever has several roles stands under the first of them.
GROUPS: Final = (
    (Role.ELDER, mark("Elders"), "house"),
    (Role.VOLUNTEER, mark("Volunteers"), "hand-heart"),
    (Role.COORDINATOR, mark("Coordinators"), "users"),
    (Role.TREASURER, mark("Treasurer"), "wallet"),
    (Role.AUDITOR, mark("Auditor"), "search-check"),
    (Role.PHONE_OPERATOR, mark("Phone desk"), "phone"),
    (Role.ADMINISTRATOR, mark("Administrators"), "key-round"),
    (Role.RESIDENT, mark("Residents"), "user-round"),
)
FEW: Final = 4
FOUND_MAX: Final = 24


@dataclass(frozen=True, slots=True)
class Group:
    """Members who do the same: a few of them, and how many more there are."""

    label: str
    icon: str
    few: tuple[Member, ...]
    more: int


async def groups(community_id: UUID) -> list[Group]:
    """Return a few members of each role, nobody twice; no group is empty."""
    found, shown = [], set[UUID]()
    for role, label, icon in GROUPS:
        holders = await community.some_members(community_id, role=role, size=FEW + len(shown))
        few = [one for one in holders if one.id not in shown][:FEW]
        if few:
            more = await community.count_with_role(community_id, role) - len(few)
            found.append(Group(_(label), icon, tuple(few), more))
            shown.update(one.id for one in few)
    return found


async def named(community_id: UUID, name: str) -> list[Member]:
    """Return members with this in their name."""
    return await community.some_members(community_id, name=name, size=FOUND_MAX)
