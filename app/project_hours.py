"""Where both wings meet: hours earned for a project, and time that is promised only once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import timebank
from ledger import AccountId, Leg
from marketplace import work
from marketplace.work import Turn, rows
from timebank.earning import earned_legs


async def within_the_caps(
    turn: Turn, earned: int, /, *, source: AccountId, instead_of: int = 0
) -> Sequence[Leg]:
    """Return the legs by which what is above the community's limits becomes a donation.

    As `marketplace.work.Beyond` asks. The first leg of the time bank's own is the payment itself,
    which the project's hold has posted already.
    """
    slot = await rows.one_slot(turn.slot_id, community_id=turn.community_id)
    legs = await earned_legs(
        turn.member_id,
        earned,
        source=source,
        community_id=turn.community_id,
        at=slot.starts_at,
        instead_of=instead_of,
    )
    return legs[1:]


async def on_a_visit(
    member_id: UUID, starts_at: datetime, minutes: int, /, *, community_id: UUID
) -> bool:
    """Say whether a member has promised any of that time to a visit, for who helps a project."""
    return await timebank.busy_then(member_id, starts_at, minutes, community_id=community_id)


async def at_a_project(
    member_id: UUID, starts_at: datetime, minutes: int, /, *, community_id: UUID
) -> bool:
    """Say whether a member has promised any of that time to a project, for who goes to a visit."""
    return await work.busy_then(member_id, starts_at, minutes, community_id=community_id)
