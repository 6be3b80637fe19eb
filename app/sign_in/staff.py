"""Whom of staff one may help to sign in: whoever could have given them their roles."""

from uuid import UUID

import community
from app.sign_in.errors import NotForYou
from community import STAFF, Actor, HeldRole, Member, Standing


async def staff_roles(member_id: UUID) -> list[HeldRole]:
    """Return the staff roles that a member holds now or will hold, anywhere."""
    return [
        one for one in await community.roles_held(member_id) if one.role in STAFF and not one.over()
    ]


async def may_help(member_id: UUID, *, by: Actor) -> bool:
    """Say whether the actor may make ways in for this member, and take others away.

    Nobody does so for themselves: that is what their own page is for. Who helps somebody of staff
    could sign in with their powers, so only an administrator over each of their roles may.
    """
    return by.member_id != member_id and await community.is_over(member_id, by=by)


async def want_help_allowed(member_id: UUID, *, by: Actor) -> None:
    """Raise `NotForYou` unless `may_help`."""
    if not await may_help(member_id, by=by):
        raise NotForYou


async def member_here(member_id: UUID, *, by: Actor) -> Member:
    """Return an active member of the actor's community. Raises `UnknownMember`."""
    member = await community.member(member_id)
    if member.community_id != by.community_id or member.standing is not Standing.ACTIVE:
        raise community.UnknownMember(member_id)
    return member
