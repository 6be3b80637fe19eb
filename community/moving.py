"""Lets a member move to another community: one membership ends, and one there goes on.

What the wings kept of the member (hours, say) they carry over themselves, in the same transaction.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from community.audit import record
from community.errors import NotActive
from community.masking import masked
from community.membership import add_member, locked, member_left
from community.tables import MemberRow
from community.transactions import refusing
from community.values import Actor, Role, Standing
from community.ways_in import CONTACTS

MOVABLE: Final = frozenset({Standing.ACTIVE, Standing.LEFT})
"""Who can still move: also somebody who left some time ago and takes their hours along later."""

_TAKEN_ALONG: Final = ("name", "language", "text_size", "phone", "email", "birth_date")

# A telephone number stands once in the whole register, so it goes along.
_TAKE_CONTACTS: Final = "UPDATE member SET phone = NULL, email = NULL WHERE id = {}"


async def move_member(
    member_id: UUID, *, sent_by: Actor, by: Actor, into: UUID | None, roles: Collection[Role] = ()
) -> UUID:
    """Let a member of `sent_by`'s community be one of `by`'s from now on; return who they are.

    `into` is the membership that they have there already; without it one is added with `roles`,
    and takes name, telephone, e-mail, birth date and how they like to read along. The identity
    number and the verification stay behind: whoever takes somebody in looks for themselves. What
    ties them to the old community ends as with `member_left`. Raises what that and `add_member`
    raise, and `NotActive` where one of the two memberships cannot move or is none any more.
    """
    async with refusing():
        before = await locked(member_id, community_id=sent_by.community_id, whole=True)
        if before["standing"] not in MOVABLE:
            raise NotActive(member_id, before["standing"])
        await member_left(member_id, by=sent_by)
        if into is not None:
            there = await locked(into, community_id=by.community_id)
            if there["standing"] != Standing.ACTIVE:
                raise NotActive(into, there["standing"])
        else:
            into = await _add(member_id, before, by=by, roles=roles)
            contacts = {name: before[name] for name in sorted(CONTACTS) if before[name]}
            if contacts:
                await record(
                    "member.take_contacts",
                    by=sent_by,
                    subject_kind="member",
                    subject_id=member_id,
                    before=masked(contacts),
                    after=dict.fromkeys(contacts),
                )
    return into


async def _add(
    member_id: UUID, before: Mapping[str, Any], *, by: Actor, roles: Collection[Role]
) -> UUID:
    if before["phone"] or before["email"]:
        await MemberRow.raw(_TAKE_CONTACTS, member_id)
    taken = {name: before[name] for name in _TAKEN_ALONG}
    added = await add_member(
        community_id=by.community_id, **taken, roles=tuple(sorted(roles)), by=by
    )
    return added.id
