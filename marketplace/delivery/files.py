"""Hands out the papers of a request: to those who watch over the money, and to who undertakes.

Papers may name people, so the public sees one only where whoever asked marked it as public.
"""

from dataclasses import dataclass
from uuid import UUID

from community import Actor
from marketplace.delivery import rules
from marketplace.delivery.errors import UnknownReceipt
from marketplace.delivery.reading import disbursement
from marketplace.delivery.tables import ReceiptRow
from marketplace.delivery.undertaking import undertaking_of
from marketplace.delivery.values import Disbursement, Receipt
from marketplace.reading import read_project


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """A paper with its content; `kind` is `pdf`, `jpg`, `xlsx` or `docx`."""

    name: str
    kind: str
    body: bytes


async def sees_all_receipts(found: Disbursement, by: Actor | None) -> bool:
    """Whether somebody, or a visitor, may open the papers that are not public."""
    if by is None or by.community_id != found.community_id or by.on_behalf_of is not None:
        return False
    if by.member_id == found.asked_by or by.roles & rules.RECEIPT_READERS:
        return True
    project = await read_project(found.project_id, community_id=found.community_id)
    return by.member_id in (await undertaking_of(project)).hands


async def receipts_for(found: Disbursement, by: Actor | None) -> tuple[Receipt, ...]:
    """Return the papers of a request that somebody, or a visitor, may open."""
    if await sees_all_receipts(found, by):
        return found.receipts
    return tuple(one for one in found.receipts if one.public)


async def receipt_file(
    disbursement_id: UUID, receipt_id: UUID, *, community_id: UUID, by: Actor | None
) -> ReceiptFile:
    """Return a paper with its content. Raises `UnknownDisbursement`, `UnknownReceipt`."""
    found = await disbursement(disbursement_id, community_id=community_id)
    if receipt_id not in {one.id for one in await receipts_for(found, by)}:
        raise UnknownReceipt
    (row,) = await ReceiptRow.raw(
        "SELECT name, kind, body FROM disbursement_receipt"
        " WHERE id = {} AND disbursement_id = {} AND community_id = {}",
        receipt_id,
        disbursement_id,
        community_id,
    )
    return ReceiptFile(**row)
