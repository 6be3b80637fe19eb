"""The demo's moves: one that is done, one that waits for each of the two communities."""

from collections.abc import Mapping
from typing import Final

import community
import timebank
from app import moving as receiving
from community import Actor, Community, Member, Role
from timebank import moving

LIMIT_MINUTES: Final = 30_000
COORDINATOR_NEXT_DOOR: Final = "季芳"
CAME, COMING, GOING = "林清", "韩冬", "冯志远"
MINUTES: Final = {CAME: 320, COMING: 150, GOING: 240}


async def fill_moves(
    home: Community,
    next_door: Community,
    known: Mapping[str, Member],
    *,
    above: Member,
    desk: Actor,
) -> None:
    """Let the two communities agree to clear, and three people move or wish to.

    `above` is an administrator over both, `desk` a coordinator at home, `known` the named members
    at home.
    """
    by = await community.actor(above.id, home.id)
    if by is None:
        raise LookupError(f"{above.name} works nowhere")
    await moving.agree_clearing(home.id, next_door.id, LIMIT_MINUTES, by=by)
    there = {one.name: one for one in await community.members(next_door.id)}
    their_desk = _actor(there[COORDINATOR_NEXT_DOOR])
    for name, minutes in MINUTES.items():
        who = known[name] if name in known else there[name]
        await timebank.opening_grant(who.id, minutes, community_id=who.community_id)
    for name in (CAME, COMING):
        asked = await moving.ask_move(there[name].id, home.id, by=_actor(there[name]))
        await moving.release_move(asked.id, by=their_desk)
        if name == CAME:
            await receiving.receive(asked.id, by=desk, into=None, roles=(Role.VOLUNTEER,))
    await moving.ask_move(known[GOING].id, next_door.id, by=_actor(known[GOING]))


def _actor(member: Member) -> Actor:
    return Actor(member.id, member.community_id, member.roles)
