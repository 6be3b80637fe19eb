"""What the rules of saved hours ask about members, who are kept where they are meanwhile."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import community
from community import Actor, Policy
from timebank.eligibility import NotEligible, may_be_given
from timebank.hours.errors import OwnHandOnly


async def keep_active(members: Iterable[UUID], *, community_id: UUID) -> frozenset[UUID]:
    """Return which of these members are active, and keep those so until the transaction ends.

    Always in the order of their ids, so that verbs about the same people never wait in a circle.
    """
    return frozenset(
        [
            one
            for one in sorted(set(members))
            if await community.keep_active(one, community_id=community_id)
        ]
    )


async def refuse_gift(
    giver_id: UUID, receiver_id: UUID, policy: Policy, *, community_id: UUID
) -> None:
    """Raise `NotEligible` where a policy does not let one member give hours to another."""
    kin = await community.kin_kinds(giver_id, community_id=community_id)
    against = may_be_given(kin.get(receiver_id), policy)
    if against is not None:
        raise NotEligible(against)


def refuse_for_another(by: Actor) -> None:
    """Raise `OwnHandOnly` where somebody acts for another."""
    if by.on_behalf_of is not None:
        raise OwnHandOnly


async def names(members: Iterable[UUID | None], *, community_id: UUID) -> Mapping[UUID, str]:
    """Return the names of these members; nobody (None) has none."""
    return await community.named_members(
        {one for one in members if one is not None}, community_id=community_id
    )
