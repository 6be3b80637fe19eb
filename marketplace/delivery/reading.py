"""Reads deliveries, their milestones, news and requests for money. Never writes."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any, Final
from uuid import UUID

import ledger
from marketplace.delivery import rules
from marketplace.delivery.errors import (
    NotBegun,
    UnknownDisbursement,
    UnknownMilestone,
    UnknownPhoto,
)
from marketplace.delivery.tables import (
    DeliveryMoveRow,
    DeliveryPhotoRow,
    DeliveryRow,
    DeliveryUpdateRow,
    DisbursementDecisionRow,
    DisbursementRow,
    MilestoneRow,
    ReceiptRow,
)
from marketplace.delivery.values import (
    Decision,
    Delivery,
    DeliveryMove,
    DeliveryState,
    Disbursement,
    DisbursementState,
    Milestone,
    MilestoneReport,
    Photo,
    Purse,
    Receipt,
    Update,
    Verdict,
)
from marketplace.money import PAID_OUT, PROJECT_ACCOUNT

_DELIVERY: Final = """
SELECT project_id, community_id, state, last_part_percent, began_by, began_at FROM delivery
WHERE community_id = {} AND """

_MILESTONES: Final = """
SELECT project_id, number, title, promised_on, due_on, done_on, words, reported_by, reported_at
FROM milestone LEFT JOIN milestone_report USING (project_id, number)
WHERE milestone.community_id = {} AND """

_DISBURSEMENT: Final = """
SELECT id, project_id, community_id, amount_fen, purpose, line, asked_by, asked_at, state,
    closed_at
FROM disbursement WHERE community_id = {} AND """


async def find_delivery(project_id: UUID, *, community_id: UUID) -> Delivery | None:
    """Return a project's delivery; None where its work has not begun."""
    found = await _deliveries("project_id = {}", project_id, community_id=community_id)
    return found[0] if found else None


async def read_delivery(project_id: UUID, *, community_id: UUID) -> Delivery:
    """Return a project's delivery. Raises `NotBegun`."""
    found = await find_delivery(project_id, community_id=community_id)
    if found is None:
        raise NotBegun
    return found


async def deliveries(
    community_id: UUID, states: Collection[DeliveryState] = tuple(DeliveryState)
) -> list[Delivery]:
    """Return a community's deliveries in these states, the newest first."""
    return await _deliveries(
        "state = ANY({}) ORDER BY began_at DESC, project_id",
        [one.value for one in states],
        community_id=community_id,
    )


async def _deliveries(condition: str, *values: Any, community_id: UUID) -> list[Delivery]:
    rows = await DeliveryRow.raw(_DELIVERY + condition, community_id, *values)
    return [Delivery(**{**row, "state": DeliveryState(row["state"])}) for row in rows]


async def delivery_moves(project_id: UUID, *, community_id: UUID) -> list[DeliveryMove]:
    """Return the steps that a delivery took, oldest first."""
    rows = await DeliveryMoveRow.raw(
        "SELECT state, moved_by, moved_at, why FROM delivery_move"
        " WHERE community_id = {} AND project_id = {} ORDER BY seq",
        community_id,
        project_id,
    )
    return [
        DeliveryMove(DeliveryState(row["state"]), row["moved_by"], row["moved_at"], row["why"])
        for row in rows
    ]


async def milestones(project_id: UUID, *, community_id: UUID) -> list[Milestone]:
    """Return a project's milestones, each with its report if it has one, in the plan's order."""
    return await _milestones(
        "milestone.project_id = {} ORDER BY number", project_id, community_id=community_id
    )


async def milestone(project_id: UUID, number: int, *, community_id: UUID) -> Milestone:
    """Return one milestone of a project. Raises `UnknownMilestone`."""
    for one in await milestones(project_id, community_id=community_id):
        if one.number == number:
            return one
    raise UnknownMilestone


async def overdue(community_id: UUID, today: date) -> list[Milestone]:
    """Return the milestones under way in a community whose day is past, the longest first."""
    return await _milestones(
        "done_on IS NULL AND due_on < {} AND EXISTS (SELECT FROM delivery"
        " WHERE delivery.project_id = milestone.project_id AND state = 'under_way')"
        " ORDER BY due_on, project_id, number",
        today,
        community_id=community_id,
    )


async def _milestones(condition: str, *values: Any, community_id: UUID) -> list[Milestone]:
    rows = await MilestoneRow.raw(_MILESTONES + condition, community_id, *values)
    return [
        Milestone(
            row["project_id"],
            row["number"],
            row["title"],
            row["promised_on"],
            row["due_on"],
            MilestoneReport(row["done_on"], row["words"], row["reported_by"], row["reported_at"])
            if row["done_on"]
            else None,
        )
        for row in rows
    ]


async def updates(project_id: UUID, *, community_id: UUID) -> list[Update]:
    """Return the news of a project's work, the newest first."""
    rows = await DeliveryUpdateRow.raw(
        "SELECT id, project_id, words, written_by, written_at FROM delivery_update"
        " WHERE community_id = {} AND project_id = {} ORDER BY written_at DESC, id",
        community_id,
        project_id,
    )
    return [Update(**row) for row in rows]


async def photos(project_id: UUID, *, community_id: UUID) -> list[Photo]:
    """Return which photographs a project has, in the order in which they were added."""
    rows = await DeliveryPhotoRow.raw(
        "SELECT id, milestone, update_id FROM delivery_photo"
        " WHERE community_id = {} AND project_id = {} ORDER BY added_at, id",
        community_id,
        project_id,
    )
    return [Photo(**row) for row in rows]


async def photo(project_id: UUID, photo_id: UUID, *, community_id: UUID) -> bytes:
    """Return a photograph as JPEG. Raises `UnknownPhoto`."""
    rows = await DeliveryPhotoRow.raw(
        "SELECT image FROM delivery_photo WHERE community_id = {} AND project_id = {} AND id = {}",
        community_id,
        project_id,
        photo_id,
    )
    if not rows:
        raise UnknownPhoto
    image: bytes = rows[0]["image"]
    return image


async def disbursements(project_id: UUID, *, community_id: UUID) -> list[Disbursement]:
    """Return a project's requests for money, the newest first."""
    return await _disbursements(
        "project_id = {} ORDER BY asked_at DESC, id", project_id, community_id=community_id
    )


async def waiting_disbursements(community_id: UUID) -> list[Disbursement]:
    """Return a community's requests that wait for a decision, the oldest first."""
    return await _disbursements(
        "state IN ('asked', 'approved_once') ORDER BY asked_at, id", community_id=community_id
    )


async def disbursement(disbursement_id: UUID, *, community_id: UUID) -> Disbursement:
    """Return a request for money. Raises `UnknownDisbursement`."""
    found = await _disbursements("id = {}", disbursement_id, community_id=community_id)
    if not found:
        raise UnknownDisbursement
    return found[0]


async def _disbursements(condition: str, *values: Any, community_id: UUID) -> list[Disbursement]:
    rows = await DisbursementRow.raw(_DISBURSEMENT + condition, community_id, *values)
    ids = [row["id"] for row in rows]
    decided, papers = await _decisions(ids), await _receipts(ids)
    return [
        Disbursement(
            **{**row, "state": DisbursementState(row["state"])},
            decisions=tuple(decided[row["id"]]),
            receipts=tuple(papers[row["id"]]),
        )
        for row in rows
    ]


async def _decisions(ids: Collection[UUID]) -> dict[UUID, list[Decision]]:
    found: dict[UUID, list[Decision]] = defaultdict(list)
    for row in await DisbursementDecisionRow.raw(
        "SELECT disbursement_id, verdict, decided_by, decided_at, why FROM disbursement_decision"
        " WHERE disbursement_id = ANY({}) ORDER BY decided_at, decided_by",
        list(ids),
    ):
        found[row["disbursement_id"]].append(
            Decision(Verdict(row["verdict"]), row["decided_by"], row["decided_at"], row["why"])
        )
    return found


async def _receipts(ids: Collection[UUID]) -> dict[UUID, list[Receipt]]:
    found: dict[UUID, list[Receipt]] = defaultdict(list)
    for row in await ReceiptRow.raw(
        "SELECT id, disbursement_id, name, kind, octet_length(body) AS size, public, added_by,"
        " added_at FROM disbursement_receipt WHERE disbursement_id = ANY({})"
        " ORDER BY added_at, id",
        list(ids),
    ):
        found[row["disbursement_id"]].append(Receipt(**row))
    return found


async def purse(delivery: Delivery) -> Purse:
    """Return what a project has received, paid, holds for requests and keeps back, from the book.

    What returned to its sources is no longer counted as received.
    """
    here = ledger.CommunityId(delivery.community_id)
    amounts = {PROJECT_ACCOUNT: (0, 0), PAID_OUT: (0, 0)}
    for kind in amounts:
        account = await ledger.find_account(
            community_id=here, kind=kind, unit=ledger.CNY, owner=delivery.project_id
        )
        if account is not None:
            found = await ledger.balance(account.id)
            amounts[kind] = (found.posted, found.held)
    return as_purse(delivery, *amounts[PROJECT_ACCOUNT], amounts[PAID_OUT][0])


def as_purse(delivery: Delivery, posted: int, held: int, paid: int) -> Purse:
    """Return a purse from what the project's account and its `paid_out` hold, in fen."""
    received = posted + paid
    kept = rules.kept_back(received, delivery.last_part_percent, delivery.state)
    return Purse(received, paid, held, kept)
