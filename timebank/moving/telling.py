"""Tells whoever moves how it goes, within the verb's transaction."""

from typing import Final
from uuid import UUID

import community
from community import Fill
from timebank.moving.values import Move

OWN_PAGE: Final = "/me/move"


async def tell_asked_for(move: Move) -> None:
    """Tell a member that the desk asked for their move; one who left reads it no more."""
    await _tell(move, "move.asked_for")


async def tell_released(move: Move) -> None:
    """Tell a member that their community lets them go, and who decides next."""
    await _tell(move, "move.released")


async def tell_declined(move: Move) -> None:
    """Tell a member that nothing comes of it, and why."""
    await _tell(move, "move.declined", {"reason": move.ended_why})


async def tell_done(move: Move) -> None:
    """Tell them in their new community what came along."""
    if move.new_member_id is None:
        raise LookupError(f"move {move.id} led to nobody")
    await community.tell(
        move.new_member_id,
        "move.done",
        community_id=move.to_community_id,
        fill={
            "old": await _name(move.community_id),
            "new": await _name(move.to_community_id),
            "minutes": move.taken_along,
        },
        link="/time-bank/passbook",
    )


async def _tell(move: Move, kind: str, more: Fill | None = None) -> None:
    await community.settle_messages(move.member_id, OWN_PAGE, community_id=move.community_id)
    await community.tell(
        move.member_id,
        kind,
        community_id=move.community_id,
        fill={"community": await _name(move.to_community_id), **(more or {})},
        link=OWN_PAGE,
    )


async def _name(community_id: UUID) -> str:
    return (await community.community(community_id)).name
