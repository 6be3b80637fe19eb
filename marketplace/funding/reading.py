"""Reads drives, gifts and pledges for pages, and what a project may spend. Never writes."""

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import ledger
from marketplace.funding import rows
from marketplace.funding.errors import UnknownFund, UnknownReceipt
from marketplace.funding.tables import ContributionRow, MatchingFundRow, ReceiptFileRow
from marketplace.funding.values import (
    Contribution,
    ContributionState,
    Drive,
    DriveState,
    Fund,
    FundId,
    Pledge,
    Spendable,
    WentBack,
)
from marketplace.money import PROJECT_ACCOUNT

_FUND: Final = """
SELECT matching_fund.id, matching_fund.community_id, name, founded_by, founded_at,
    coalesce(credits_posted - debits_posted, 0)::bigint AS balance_fen,
    coalesce(debits_pending, 0)::bigint AS reserved_fen
FROM matching_fund LEFT JOIN account ON account.community_id = matching_fund.community_id
    AND account.kind = 'matching_fund' AND account.owner = matching_fund.id
WHERE """

_WENT_BACK: Final = """
SELECT amount_fen AS fen, handed_at AS at, words, true AS by_hand
FROM handed_back WHERE contribution_id = {}
UNION ALL
SELECT amount_fen, entered_at, '', false FROM card_entry AS refund
WHERE contribution_id = {} AND kind = 'refund' AND NOT EXISTS (
    SELECT FROM card_entry WHERE kind = 'refund_failed' AND processor_id = refund.processor_id)
ORDER BY at
"""

PAGE: Final = 50
_PAID: Final = ("paid", "refund_due", "refunded")


async def read_drive(drive_id: UUID, *, community_id: UUID) -> Drive:
    """Return a drive. Raises `UnknownDrive`."""
    return await rows.drive(drive_id, community_id=community_id)


async def drives(
    community_id: UUID, *, states: Collection[DriveState] = tuple(DriveState), page: int = 1,
    size: int = 50,
) -> list[Drive]:  # fmt: skip
    """Return a page of a community's drives: those open first, the soonest to end first."""
    return await rows.drives(
        "community_id = {} AND state = ANY({}) ORDER BY state <> 'open',"
        " CASE WHEN state = 'open' THEN deadline END, settled_at DESC, id LIMIT {} OFFSET {}",
        community_id,
        [one.value for one in states],
        size,
        (page - 1) * size,
    )


async def open_among(drive_ids: Collection[UUID], *, community_id: UUID) -> set[UUID]:
    """Return which of these drives are open."""
    found = await rows.drives(
        "id = ANY({}) AND community_id = {} AND state = 'open'", list(drive_ids), community_id
    )
    return {one.id for one in found}


async def drives_of_project(project_id: UUID, *, community_id: UUID) -> list[Drive]:
    """Return a project's drives, the newest first."""
    return await rows.drives(
        "project_id = {} AND community_id = {} ORDER BY opened_at DESC, id",
        project_id,
        community_id,
    )


async def drive_of_project(project_id: UUID, *, community_id: UUID) -> Drive | None:
    """Return a project's latest drive; None where it has none."""
    found = await drives_of_project(project_id, community_id=community_id)
    return found[0] if found else None


async def read_contribution(contribution_id: UUID, *, community_id: UUID) -> Contribution:
    """Return a gift with all that is known of it. Raises `UnknownContribution`."""
    return await rows.contribution(contribution_id, community_id=community_id)


async def contributions(drive_id: UUID, *, community_id: UUID) -> list[Contribution]:
    """Return every gift of a drive, named: for the treasurer and the auditor. Oldest first."""
    return await rows.contributions(
        "drive_id = {} AND community_id = {} ORDER BY made_at, id", drive_id, community_id
    )


async def contributions_shown(
    drive_id: UUID, *, community_id: UUID, page: int = 1, size: int = PAGE, newest: bool = False
) -> list[Contribution]:
    """Return a page of the paid gifts of a drive as the public sees them, oldest first.

    The newest first where that is asked for.
    """
    way = "DESC" if newest else "ASC"
    found = await rows.contributions(
        "drive_id = {} AND community_id = {} AND paid_at IS NOT NULL"
        f" ORDER BY made_at {way}, id {way} LIMIT {{}} OFFSET {{}}",
        drive_id,
        community_id,
        size,
        (page - 1) * size,
    )
    return [shown(one) for one in found]


async def project_contributions_shown(
    project_id: UUID, *, community_id: UUID, page: int = 1, size: int = PAGE
) -> tuple[list[Contribution], bool]:
    """Return a page of the paid gifts of a project's drives as the public sees them, oldest first.

    With it, whether there are more.
    """
    found = await rows.contributions(
        "project_id = {} AND community_id = {} AND paid_at IS NOT NULL"
        " ORDER BY made_at, id LIMIT {} OFFSET {}",
        project_id,
        community_id,
        size + 1,
        (page - 1) * size,
    )
    return [shown(one) for one in found[:size]], len(found) > size


async def latest_contributions(community_id: UUID, *, limit: int) -> list[Contribution]:
    """Return the gifts entered or begun last, named: for the treasurer and the auditor."""
    return await rows.contributions(
        "community_id = {} ORDER BY made_at DESC, id LIMIT {}", community_id, limit
    )


async def contributions_of_project(project_id: UUID, *, community_id: UUID) -> list[Contribution]:
    """Return the paid gifts of a project's drives, named, oldest first."""
    return await rows.contributions(
        "project_id = {} AND community_id = {} AND state = ANY({}) ORDER BY paid_at, id",
        project_id,
        community_id,
        list(_PAID),
    )


def shown(contribution: Contribution) -> Contribution:
    """Return a gift as the public sees it: without the giver who wished so, and without papers."""
    hidden = contribution.anonymous
    return dataclasses.replace(
        contribution,
        member_id=None if hidden else contribution.member_id,
        organisation_id=None if hidden else contribution.organisation_id,
        name="" if hidden else contribution.name,
        made_by=UUID(int=0),
        intent_id=None,
        charge_id=None,
        receipt=None,
        why="",
    )


async def own_contributions(member_id: UUID, *, community_id: UUID) -> list[Contribution]:
    """Return what a member gave, or began to give, the newest first."""
    return await rows.contributions(
        "member_id = {} AND community_id = {} ORDER BY made_at DESC, id", member_id, community_id
    )


async def refunds_due(community_id: UUID) -> list[Contribution]:
    """Return the gifts of which something is to be given back, oldest first."""
    return await rows.contributions(
        "community_id = {} AND due_fen > 0 ORDER BY made_at, id", community_id
    )


async def to_hand_back(community_id: UUID) -> list[Contribution]:
    """Return the gifts that the treasurer gives back by hand, oldest first.

    Those that did not come online, and those for which the way online came to nothing.
    """
    return await rows.contributions(
        "community_id = {} AND due_fen > 0"
        f" AND (lies_in <> 'card_processor' OR {rows.NO_WAY_ONLINE}) ORDER BY made_at, id",
        community_id,
    )


async def goes_back_by_hand(gift: Contribution) -> bool:
    """Say whether the treasurer gives back by hand what is due of a gift."""
    found = await rows.contributions(
        f"id = {{}} AND due_fen > 0 AND (lies_in <> 'card_processor' OR {rows.NO_WAY_ONLINE})",
        gift.id,
    )
    return bool(found)


async def went_back(gift: Contribution) -> list[WentBack]:
    """Return what of a gift is back with its giver, in the order in which it went.

    A refund that did not arrive is none.
    """
    found = await ContributionRow.raw(_WENT_BACK, gift.id, gift.id)
    return [WentBack(**row) for row in found]


async def pledges(drive_id: UUID, *, community_id: UUID) -> list[Pledge]:
    """Return the pledges of a drive, oldest first."""
    return await rows.pledges(
        "drive_id = {} AND community_id = {} ORDER BY made_at, id", drive_id, community_id
    )


async def pledges_of_project(project_id: UUID, *, community_id: UUID) -> list[Pledge]:
    """Return the pledges that a project was given, oldest first."""
    return await rows.pledges(
        "project_id = {} AND community_id = {} AND state = 'given' ORDER BY made_at, id",
        project_id,
        community_id,
    )


async def own_pledges(member_id: UUID, *, community_id: UUID) -> list[Pledge]:
    """Return what a member pledged, the newest first."""
    return await rows.pledges(
        "member_id = {} AND community_id = {} ORDER BY made_at DESC, id", member_id, community_id
    )


async def spendable(project_id: UUID, *, community_id: UUID) -> Spendable:
    """Return what a project may spend now, in fen and in minutes; nothing where it has none."""
    found = {}
    for unit in (ledger.CNY, ledger.MINUTE):
        account = await ledger.find_account(
            community_id=ledger.CommunityId(community_id),
            kind=PROJECT_ACCOUNT,
            unit=unit,
            owner=project_id,
        )
        found[unit] = (await ledger.balance(account.id)).available if account else 0
    return Spendable(fen=found[ledger.CNY], minutes=found[ledger.MINUTE])


async def funds(community_id: UUID) -> list[Fund]:
    """Return a community's matching funds by name."""
    found = await MatchingFundRow.raw(
        _FUND + "matching_fund.community_id = {} ORDER BY name", community_id
    )
    return [Fund(**row) for row in found]


async def read_fund(fund_id: UUID, *, community_id: UUID) -> Fund:
    """Return a matching fund. Raises `UnknownFund`."""
    found = await MatchingFundRow.raw(
        _FUND + "matching_fund.id = {} AND matching_fund.community_id = {}", fund_id, community_id
    )
    if not found:
        raise UnknownFund
    return Fund(**{**found[0], "id": FundId(found[0]["id"])})


@dataclass(frozen=True, slots=True)
class Paper:
    """A scanned paper as it is kept: its kind is `pdf` or `jpg`."""

    kind: str
    body: bytes


async def paper(sha256: str, *, community_id: UUID) -> Paper:
    """Return a scanned paper. Raises `UnknownReceipt`."""
    found = await ReceiptFileRow.raw(
        "SELECT kind, body FROM receipt_file WHERE community_id = {} AND sha256 = {}",
        community_id,
        sha256,
    )
    if not found:
        raise UnknownReceipt
    return Paper(**found[0])


async def waiting_payments(community_id: UUID) -> list[Contribution]:
    """Return the gifts that wait for their payment, oldest first."""
    return await rows.contributions(
        "community_id = {} AND state = {} ORDER BY made_at, id",
        community_id,
        ContributionState.STARTED.value,
    )
