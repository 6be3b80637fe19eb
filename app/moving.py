"""Takes a member in from another community, in every part of the house.

Only the app sees everything that ends when a member leaves (sessions, say), so it hands that to the
verb, which does it in the same transaction.
"""

from collections.abc import Collection
from uuid import UUID

from app import merging
from community import Actor, Role
from timebank import moving
from timebank.moving import Move


async def receive(
    move_id: UUID, *, by: Actor, into: UUID | None, roles: Collection[Role] = ()
) -> Move:
    """Take a member in: all of it happens, or nothing. Raises what `receive_move` raises."""

    async def leaving(member_id: UUID, sender: Actor) -> None:
        await merging.leave(member_id, by=sender)

    return await moving.receive_move(move_id, by=by, into=into, roles=roles, leaving=leaving)
