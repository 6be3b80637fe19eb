"""Finds what stands behind transfers: gifts, pledges, requests for money, rounds, turns of help."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from ledger import Transfer
from marketplace.open_books.tables import TrailMarkRow
from marketplace.open_books.values import Document, DocumentKind

_NONE: Final = "NULL::uuid"


def _found(  # noqa: PLR0913 (one column each)
    kind: DocumentKind,
    table: str,
    *,
    event: str = "found.id",
    source: str = "''",
    giver: str = _NONE,
    organisation: str = _NONE,
    name: str = "''",
    anonymous: str = "false",
    words: str = "''",
    line: str = "''",
    papers: str = "0",
    drive: str = _NONE,
) -> str:
    """Return the query of one kind of document; every name in it is a column of our own."""
    return f"""
    SELECT {event} AS event_id, '{kind}' AS kind, found.id, {source} AS source, {giver} AS giver,
        {organisation} AS organisation_id, {name} AS name, {anonymous} AS anonymous,
        {words} AS words, {line} AS line, ({papers})::int AS papers, {drive} AS drive_id
    FROM {table} WHERE {event} = ANY((SELECT ids FROM asked)::uuid[])
    """  # noqa: S608 (pieces of our own)


_GIFT: Final[Mapping[str, str]] = {
    "source": "found.source",
    "giver": "found.member_id",
    "organisation": "found.organisation_id",
    "name": "found.name",
    "anonymous": "found.anonymous",
    "papers": "(found.receipt IS NOT NULL)",
    "drive": "found.drive_id",
}
_OF_REQUEST: Final = "SELECT count(*) FROM disbursement_receipt WHERE disbursement_id = found.id"

_DOCUMENTS: Final = "WITH asked AS (SELECT {}::uuid[] AS ids)" + " UNION ALL ".join(
    (
        _found(DocumentKind.CONTRIBUTION, "contribution AS found", **_GIFT),
        _found(
            DocumentKind.CONTRIBUTION,
            "handed_back JOIN contribution AS found ON found.id = contribution_id",
            event="handed_back.id",
            **_GIFT,
        ),
        _found(
            DocumentKind.PLEDGE,
            "pledge AS found",
            giver="found.member_id",
            anonymous="true",
            drive="found.drive_id",
        ),
        _found(DocumentKind.DRIVE, "drive AS found", drive="found.id"),
        _found(DocumentKind.GIVING_BACK, "giving_back AS found"),
        _found(
            DocumentKind.DISBURSEMENT,
            "disbursement AS found",
            giver="asked_by",
            words="purpose",
            line="line",
            papers=_OF_REQUEST,
        ),
        _found(DocumentKind.ROUND, "round AS found", words="found.name"),
        _found(DocumentKind.FUND, "matching_fund AS found", words="found.name"),
        _found(
            DocumentKind.FUND,
            "matching_fund_gift JOIN matching_fund AS found ON found.id = fund_id",
            event="matching_fund_gift.id",
            words="found.name",
            papers="(matching_fund_gift.receipt IS NOT NULL)",
        ),
        _found(
            DocumentKind.WORK,
            "work_turn AS found JOIN work_slot ON work_slot.id = slot_id",
            giver="found.member_id",
            anonymous="true",
            words="work_slot.title",
        ),
        _found(DocumentKind.WORK, "work_grant AS found", words="found.why"),
    )
)

_TARGETS: Final = "SELECT id, event_id FROM transfer WHERE id = ANY({})"
_SPECIFIC: Final = frozenset(
    {DocumentKind.CONTRIBUTION, DocumentKind.PLEDGE, DocumentKind.DISBURSEMENT, DocumentKind.WORK}
)


async def documents(transfers: Iterable[Transfer]) -> dict[UUID, Document]:
    """Return what stands behind each transfer, by the transfer's id.

    What settles a hold by another event (a drive that was reached) has the document of the hold (a
    pledge), where that says more. What is known of no part of the marketplace is `OTHER`.
    """
    lines = list(transfers)
    targets = await TrailMarkRow.raw(_TARGETS, [one.of for one in lines if one.of])
    first = {row["id"]: row["event_id"] for row in targets}
    ids = {one.event.id for one in lines} | set(first.values())
    rows = await TrailMarkRow.raw(_DOCUMENTS, list(ids))
    found = {
        row.pop("event_id"): Document(**{**row, "kind": DocumentKind(row["kind"])}) for row in rows
    }
    return {one.id: _of(one, first, found) for one in lines}


def _of(transfer: Transfer, first: Mapping[UUID, UUID], found: Mapping[UUID, Document]) -> Document:
    own = found.get(transfer.event.id, Document(DocumentKind.OTHER, transfer.event.id))
    if own.kind in _SPECIFIC or transfer.of is None:
        return own
    return found.get(first.get(transfer.of, transfer.event.id), own)


def public(document: Document) -> Document:
    """Return a document as the public may see it: nobody's name who did not wish it told."""
    if not document.anonymous:
        return document
    return dataclasses.replace(document, giver=None, organisation_id=None, name="")
