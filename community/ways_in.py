"""Guards the ways in of whoever works here: nobody becomes a colleague by moving their telephone.

A code goes to the telephone or the e-mail that the register has. So of somebody who has a role of
staff, or will have one, these are changed only by an administrator over each of those roles and by
themselves.
"""

from typing import Final
from uuid import UUID

from community.errors import StaffContact
from community.holding import roles_over
from community.ties import staff_roles
from community.values import SYSTEM, Actor, Role

CONTACTS: Final = frozenset({"phone", "email"})
"""Where codes and messages go."""


async def is_over(member_id: UUID, *, by: Actor) -> bool:
    """Say whether the actor is an administrator over each staff role that a member has, if any.

    Also over those that have yet to begin.
    """
    for _role, area_id in await staff_roles(member_id):
        if Role.ADMINISTRATOR not in by.roles:
            return False
        if Role.ADMINISTRATOR not in await roles_over(by.member_id, area_id):
            return False
    return True


async def refuse_moving_contacts(member_id: UUID, *, by: Actor) -> None:
    """Raise `StaffContact` for whoever may not say where a member's codes go.

    Within the caller's transaction, with the member locked: a role is granted before or after.
    """
    if by.member_id in {SYSTEM, member_id}:
        return
    if not await is_over(member_id, by=by):
        raise StaffContact(member_id)
