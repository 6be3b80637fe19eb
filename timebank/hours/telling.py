"""Tells members what happens to their saved hours, within the verb's transaction."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

import community
from community import Fill
from timebank.hours.values import Donation, Gift, GiftState, Line, Proposal, ProposalKind

GIVING: Final = "/time-bank/giving"
"""The page of what a member gave and received."""


def gift_page(gift_id: UUID) -> str:
    """Return where a gift's own page is."""
    return f"/time-bank/gifts/{gift_id}"


def proposal_page(proposal_id: UUID) -> str:
    """Return where a proposal's own page is."""
    return f"/time-bank/grants/{proposal_id}"


async def gift_offered(gift: Gift) -> None:
    """Tell the receiver that a gift waits, from whom, and until when."""
    await community.tell(
        gift.receiver_id,
        "gift.offered",
        community_id=gift.community_id,
        fill={
            "giver": await _name(gift.giver_id, gift.community_id),
            "minutes": gift.minutes,
            "until": gift.lapses_at,
        },
        link=gift_page(gift.id),
    )


async def gift_ended(gift: Gift) -> None:
    """Tell whoever did not end it how a gift ended; of a lapsed one both are told."""
    giver, receiver = gift.giver_id, gift.receiver_id
    for side in (giver, receiver):
        await community.settle_messages(side, gift_page(gift.id), community_id=gift.community_id)
    told: dict[GiftState, tuple[tuple[UUID, UUID, str], ...]] = {
        GiftState.ACCEPTED: ((giver, receiver, "gift.accepted"),),
        GiftState.DECLINED: ((giver, receiver, "gift.declined"),),
        GiftState.WITHDRAWN: ((receiver, giver, "gift.withdrawn"),),
        GiftState.LAPSED: (
            (giver, receiver, "gift.lapsed"),
            (receiver, giver, "gift.lapsed_for_you"),
        ),
    }
    for to, other, kind in told.get(gift.state, ()):
        await community.tell(
            to,
            kind,
            community_id=gift.community_id,
            fill={"other": await _name(other, gift.community_id), "minutes": gift.minutes},
            link=gift_page(gift.id),
        )


async def donated(donation: Donation, kind: str) -> None:
    """Thank a member for a donation, or tell that it was given back: `kind` names the words."""
    await community.tell(
        donation.member_id,
        kind,
        community_id=donation.community_id,
        fill={"minutes": donation.minutes},
        link=GIVING,
    )


async def booked(proposal: Proposal) -> None:
    """Tell those who received something, and whoever proposed it, that it is booked."""
    kind = {
        ProposalKind.GRANT: "grant.received",
        ProposalKind.OPENING: "grant.opening",
        ProposalKind.ESTATE: "estate.received",
    }[proposal.kind]
    of = await _name(proposal.estate_of, proposal.community_id) if proposal.estate_of else ""
    for line in _to_members(proposal.lines):
        fill: Fill = {"minutes": line.minutes, **({"name": of} if of else {})}
        await community.tell(
            line.receiver_id or proposal.proposed_by,
            kind,
            community_id=proposal.community_id,
            fill=fill,
            link=GIVING,
        )
    await _tell_proposer(proposal, "proposal.booked")


async def declined(proposal: Proposal) -> None:
    """Tell whoever proposed it that it was declined, where somebody else did."""
    if proposal.ended_by != proposal.proposed_by:
        await _tell_proposer(proposal, "proposal.declined")


async def _tell_proposer(proposal: Proposal, kind: str) -> None:
    await community.tell(
        proposal.proposed_by,
        kind,
        community_id=proposal.community_id,
        fill={"minutes": proposal.minutes},
        link=proposal_page(proposal.id),
    )


def _to_members(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.receiver_id is not None]


async def _name(member_id: UUID, community_id: UUID) -> str:
    found = await community.named_members({member_id}, community_id=community_id)
    return found.get(member_id, "")
