"""Where both wings meet: hours earned for a project are saved within the time bank's limits."""

from collections.abc import Sequence

from ledger import AccountId, Leg
from marketplace.work import Turn, rows
from timebank.earning import earned_legs


async def within_the_caps(turn: Turn, earned: int, *, source: AccountId) -> Sequence[Leg]:
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
    )
    return legs[1:]
