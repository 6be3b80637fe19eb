"""Reads, locks and writes the rows of proposals: the only place that knows their columns."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import community
from community import Actor
from timebank.hours.errors import UnknownHours
from timebank.hours.tables import ApprovalRow, ProposalLineRow, ProposalRow
from timebank.hours.values import (
    Approval,
    Line,
    Proposal,
    ProposalKind,
    ProposalState,
    Source,
)

_COLUMNS: Final = (
    "id, community_id, kind, source, estate_of, reason, proposed_by, proposed_at, state, ended_at,"
    " ended_by, why"
)
_FIND: Final = f"SELECT {_COLUMNS} FROM hours_proposal WHERE community_id = {{}} AND "  # noqa: S608 (columns of ours)
_INSERT: Final = """
INSERT INTO hours_proposal (id, community_id, kind, source, estate_of, reason, proposed_by,
    proposed_at, form_key)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})
"""
_INSERT_LINES: Final = """
INSERT INTO hours_proposal_line (proposal_id, community_id, place, receiver_id, minutes,
    transfer_id)
SELECT {}, {}, place, receiver_id, minutes, transfer_id
FROM unnest({}::integer[], {}::uuid[], {}::integer[], {}::uuid[])
    AS line (place, receiver_id, minutes, transfer_id)
"""
_MONTH: Final = """
SELECT coalesce(sum(line.minutes), 0)::bigint AS minutes
FROM hours_proposal AS proposal JOIN hours_proposal_line AS line ON line.proposal_id = proposal.id
WHERE proposal.community_id = {} AND proposal.state = 'booked' AND kind <> 'estate'
    AND ended_at >= {} AND ended_at < {}
"""


async def insert(proposal: Proposal, *, form_key: UUID) -> None:
    """Store a new proposal with its lines."""
    await ProposalRow.raw(
        _INSERT,
        proposal.id,
        proposal.community_id,
        proposal.kind.value,
        proposal.source.value,
        proposal.estate_of,
        proposal.reason,
        proposal.proposed_by,
        proposal.proposed_at,
        form_key,
    )
    lines = proposal.lines
    await ProposalLineRow.raw(
        _INSERT_LINES,
        proposal.id,
        proposal.community_id,
        [line.place for line in lines],
        [line.receiver_id for line in lines],
        [line.minutes for line in lines],
        [line.transfer_id for line in lines],
    )


async def approve(proposal: Proposal, approval: Approval) -> None:
    """Store that somebody agreed."""
    await ApprovalRow.raw(
        "INSERT INTO hours_approval (proposal_id, community_id, approver_id, at)"
        " VALUES ({}, {}, {}, {})",
        proposal.id,
        proposal.community_id,
        approval.approver_id,
        approval.at,
    )


async def end(proposal: Proposal) -> None:
    """Store how a proposal ended."""
    await ProposalRow.raw(
        "UPDATE hours_proposal SET state = {}, ended_at = {}, ended_by = {}, why = {}"
        " WHERE community_id = {} AND id = {}",
        proposal.state.value,
        proposal.ended_at,
        proposal.ended_by,
        proposal.why,
        proposal.community_id,
        proposal.id,
    )


async def one(proposal_id: UUID, *, community_id: UUID) -> Proposal:
    """Return a proposal. Raises `UnknownHours`."""
    found = await find("id = {}", proposal_id, community_id=community_id)
    if not found:
        raise UnknownHours("proposal", proposal_id)
    return found[0]


async def locked(proposal_id: UUID, *, community_id: UUID) -> Proposal:
    """Return a proposal, with every one that waits locked until the transaction ends.

    In the order of their ids: so two that are booked at once see each other's part of the month.
    Raises `UnknownHours`.
    """
    await ProposalRow.raw(
        "SELECT id FROM hours_proposal WHERE community_id = {}"
        " AND (state = 'waiting' OR id = {}) ORDER BY id FOR NO KEY UPDATE",
        community_id,
        proposal_id,
    )
    return await one(proposal_id, community_id=community_id)


async def find(condition: str, *values: Any, community_id: UUID) -> list[Proposal]:
    """Return a community's proposals that fit a condition written in this package."""
    rows = await ProposalRow.raw(_FIND + condition, community_id, *values)
    ids = [row["id"] for row in rows]
    lines = await _lines(ids, community_id)
    approvals = await _approvals(ids, community_id)
    return [_proposal(row, lines.get(row["id"], ()), approvals.get(row["id"], ())) for row in rows]


async def waiting_estates(community_id: UUID) -> frozenset[UUID]:
    """Return the former members about whose estates a proposal waits."""
    rows = await ProposalRow.raw(
        "SELECT estate_of FROM hours_proposal WHERE community_id = {} AND state = 'waiting'"
        " AND estate_of IS NOT NULL",
        community_id,
    )
    return frozenset(row["estate_of"] for row in rows)


async def granted_between(since: datetime, until: datetime, *, community_id: UUID) -> int:
    """Return the minutes of the grants that were booked in a stretch of time."""
    rows = await ProposalRow.raw(_MONTH, community_id, since, until)
    return int(rows[0]["minutes"])


async def note_proposal(act: str, proposal: Proposal, *, by: Actor, why: str = "") -> None:
    """Add an act to the trail; what is booked, once for each whose hours it changes."""
    details: dict[str, object] = {"proposal": proposal.id, "minutes": proposal.minutes}
    if proposal.estate_of:
        details["estate"] = proposal.estate_of
    if why:
        details["reason"] = why
    subjects: list[tuple[str, UUID, int]] = [("proposal", proposal.id, proposal.minutes)]
    if act in {"grant.book", "estate.book"}:
        subjects = [
            ("member", line.receiver_id, line.minutes)
            if line.receiver_id
            else ("proposal", proposal.id, line.minutes)
            for line in proposal.lines
        ]
    for kind, subject, minutes in subjects:
        await community.record(
            act,
            by=by,
            subject_kind=kind,
            subject_id=subject,
            details={**details, "minutes": minutes},
        )


async def _lines(ids: Sequence[UUID], community_id: UUID) -> dict[UUID, tuple[Line, ...]]:
    found: dict[UUID, tuple[Line, ...]] = {}
    for row in await ProposalLineRow.raw(
        "SELECT proposal_id, place, receiver_id, minutes, transfer_id FROM hours_proposal_line"
        " WHERE community_id = {} AND proposal_id = ANY({}) ORDER BY proposal_id, place",
        community_id,
        list(ids),
    ):
        key = row.pop("proposal_id")
        found[key] = (*found.get(key, ()), Line(**row))
    return found


async def _approvals(ids: Sequence[UUID], community_id: UUID) -> dict[UUID, tuple[Approval, ...]]:
    found: dict[UUID, tuple[Approval, ...]] = {}
    for row in await ApprovalRow.raw(
        "SELECT proposal_id, approver_id, at FROM hours_approval"
        " WHERE community_id = {} AND proposal_id = ANY({}) ORDER BY proposal_id, at",
        community_id,
        list(ids),
    ):
        key = row.pop("proposal_id")
        found[key] = (*found.get(key, ()), Approval(**row))
    return found


def _proposal(
    row: Mapping[str, Any], lines: tuple[Line, ...], approvals: tuple[Approval, ...]
) -> Proposal:
    return Proposal(
        **{
            **row,
            "kind": ProposalKind(row["kind"]),
            "source": Source(row["source"]),
            "state": ProposalState(row["state"]),
            "lines": lines,
            "approvals": approvals,
        }
    )
