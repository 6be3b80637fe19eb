"""Reads and locks the rows of funding: the only place that knows their columns.

Whoever changes something about a drive's money locks in one order: the project (only where a drive
is opened or a project wound up), the drive, the contribution or pledge, and the book last. Who ends
a drive or winds a project up has the drive for themselves; who changes one gift or adds a pledge
shares it with others who do, so that a popular drive takes many at once.
"""

from typing import Any, Final
from uuid import UUID

from marketplace.errors import UnknownProject
from marketplace.funding.errors import UnknownContribution, UnknownDrive, UnknownPledge
from marketplace.funding.tables import ContributionRow, DriveRow, PledgeRow
from marketplace.funding.values import (
    Contribution,
    ContributionState,
    Drive,
    DriveState,
    LiesIn,
    Matching,
    MatchingKind,
    Pledge,
    PledgeState,
    Source,
)
from marketplace.reading import read_project
from marketplace.tables import ProjectRow
from marketplace.values import Project, ProjectId

_DRIVE: Final = """
SELECT id, project_id, community_id, goal_fen, goal_minutes, part_goal_percent, deadline, words,
    state, fund_id, matching_kind, matching_percent, matching_cap_fen, opened_by, opened_at,
    settled_at, settled_by, given_fen, pledged_minutes, matched_fen, why
FROM drive WHERE """

_CONTRIBUTION: Final = """
SELECT id, drive_id, project_id, community_id, source, lies_in, amount_fen, member_id,
    organisation_id, name, anonymous, state, refunded_fen, disputed_fen, due_fen, escrow_fen,
    made_by, made_at, paid_at, ended_at, why, intent_id, charge_id, receipt, received_on
FROM contribution WHERE """

_PLEDGE: Final = """
SELECT id, drive_id, project_id, community_id, member_id, minutes, state, returned_minutes,
    made_at, ended_at
FROM pledge WHERE """


# The processor refused a refund, or it did not arrive; and none is being asked for or on its way.
NO_WAY_ONLINE: Final = """
(EXISTS (SELECT FROM stripe_call WHERE contribution_id = contribution.id AND kind = 'refund'
    AND state = 'failed')
OR EXISTS (SELECT FROM card_entry WHERE contribution_id = contribution.id
    AND kind = 'refund_failed'))
AND NOT EXISTS (SELECT FROM stripe_call WHERE contribution_id = contribution.id
    AND kind = 'refund' AND (state IN ('wanted', 'sent') OR state = 'done' AND answer IS NOT NULL
        AND NOT EXISTS (SELECT FROM card_entry
            WHERE card_entry.kind = 'refund' AND processor_id = stripe_call.answer)))
"""


async def locked_project(project_id: UUID, *, community_id: UUID) -> Project:
    """Return a project whose drives and delivery nobody else begins until the transaction ends.

    Raises `UnknownProject`.
    """
    found = await ProjectRow.raw(
        "SELECT id FROM project WHERE id = {} AND community_id = {} FOR NO KEY UPDATE",
        project_id,
        community_id,
    )
    if not found:
        raise UnknownProject
    return await read_project(ProjectId(project_id), community_id=community_id)


async def drives(condition: str, *values: Any) -> list[Drive]:
    """Return drives that fit a condition written in this package."""
    return [_drive(row) for row in await DriveRow.raw(_DRIVE + condition, *values)]


def _drive(row: dict[str, Any]) -> Drive:
    fund, kind = row.pop("fund_id"), row.pop("matching_kind")
    percent, cap = row.pop("matching_percent"), row.pop("matching_cap_fen")
    matching = None if fund is None else Matching(fund, MatchingKind(kind), cap, percent)
    return Drive(**{**row, "state": DriveState(row["state"])}, matching=matching)


async def drive(drive_id: UUID, *, community_id: UUID) -> Drive:
    """Return a drive. Raises `UnknownDrive`."""
    found = await drives("id = {} AND community_id = {}", drive_id, community_id)
    if not found:
        raise UnknownDrive
    return found[0]


async def locked_drive(drive_id: UUID, *, community_id: UUID) -> Drive:
    """Return a drive whose money nobody else changes until the transaction ends."""
    found = await drives("id = {} AND community_id = {} FOR NO KEY UPDATE", drive_id, community_id)
    if not found:
        raise UnknownDrive
    return found[0]


async def kept_drive(drive_id: UUID, *, community_id: UUID) -> Drive:
    """Return a drive that nobody ends until the transaction ends; others may keep it too.

    For who only adds something that settling counts: they do not wait for one another.
    """
    found = await drives("id = {} AND community_id = {} FOR SHARE", drive_id, community_id)
    if not found:
        raise UnknownDrive
    return found[0]


async def contributions(condition: str, *values: Any) -> list[Contribution]:
    """Return contributions that fit a condition written in this package."""
    return [
        _contribution(row) for row in await ContributionRow.raw(_CONTRIBUTION + condition, *values)
    ]


def _contribution(row: dict[str, Any]) -> Contribution:
    return Contribution(
        **{
            **row,
            "source": Source(row["source"]),
            "lies_in": LiesIn(row["lies_in"]),
            "state": ContributionState(row["state"]),
        }
    )


async def contribution(contribution_id: UUID, *, community_id: UUID | None = None) -> Contribution:
    """Return a contribution; of any community where none is named. Raises `UnknownContribution`."""
    found = await contributions(
        "id = {} AND community_id = coalesce({}, community_id)", contribution_id, community_id
    )
    if not found:
        raise UnknownContribution
    return found[0]


async def locked_contribution(
    contribution_id: UUID, *, community_id: UUID | None = None
) -> tuple[Drive, Contribution]:
    """Return a contribution, locked, and its drive, which nobody ends meanwhile.

    In the one order. Two gifts of one drive do not wait for one another. Raises
    `UnknownContribution`.
    """
    seen = await contribution(contribution_id, community_id=community_id)
    held = await kept_drive(seen.drive_id, community_id=seen.community_id)
    (found,) = await contributions("id = {} FOR NO KEY UPDATE", contribution_id)
    return held, found


async def pledges(condition: str, *values: Any) -> list[Pledge]:
    """Return pledges that fit a condition written in this package."""
    rows = await PledgeRow.raw(_PLEDGE + condition, *values)
    return [Pledge(**{**row, "state": PledgeState(row["state"])}) for row in rows]


async def new_pledge(one: Pledge) -> Pledge | None:
    """Write a pledge; None where its id, or another held pledge of its member, is there already."""
    found = await PledgeRow.raw(
        "INSERT INTO pledge (id, community_id, drive_id, project_id, member_id, minutes, state,"
        " made_at) VALUES ({}, {}, {}, {}, {}, {}, 'held', {}) ON CONFLICT DO NOTHING RETURNING id",
        one.id,
        one.community_id,
        one.drive_id,
        one.project_id,
        one.member_id,
        one.minutes,
        one.made_at,
    )
    return one if found else None


async def locked_pledge(pledge_id: UUID, *, community_id: UUID) -> tuple[Drive, Pledge]:
    """Return a pledge and its drive, both locked in the one order. Raises `UnknownPledge`."""
    seen = await pledges("id = {} AND community_id = {}", pledge_id, community_id)
    if not seen:
        raise UnknownPledge
    held = await locked_drive(seen[0].drive_id, community_id=community_id)
    (found,) = await pledges("id = {} FOR NO KEY UPDATE", pledge_id)
    return held, found
