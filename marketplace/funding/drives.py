"""The verbs that open a drive for a chosen project and call it off again."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor
from ledger import Leg
from marketplace.funding import rows, rules
from marketplace.funding.errors import DriveThere, FundTooSmall, NotChosen
from marketplace.funding.policy import funding_policy_at
from marketplace.funding.reading import read_fund
from marketplace.funding.refusals import verb
from marketplace.funding.settling import end, matching_hold
from marketplace.funding.tables import DriveRow
from marketplace.funding.telling import followers_of, hands_of, tell_about
from marketplace.funding.values import Draft, Drive, DriveId, DriveState, Matching
from marketplace.money import ESCROW, MATCHING_FUND, fen_account, origin
from marketplace.reading import read_project
from marketplace.values import ProjectId, ProjectState

_OPEN: Final = """
INSERT INTO drive (id, community_id, project_id, goal_fen, goal_minutes, part_goal_percent,
    deadline, words, state, fund_id, matching_kind, matching_percent, matching_cap_fen, opened_by,
    opened_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, 'open', {}, {}, {}, {}, {}, {})
"""


async def open_drive(
    project_id: UUID, draft: Draft, *, by: Actor, id: DriveId | None = None  # noqa: A002 (the row's name)
) -> Drive:  # fmt: skip
    """Open a drive; what its fund adds at most is reserved in the fund from now on.

    The same `id` again returns the drive that it opened. Raises `NotForYou`, `UnknownProject`,
    `NotChosen`, `DriveThere`, `DeliveryBegun`, `InvalidDrive`, `UnknownFund`, `FundTooSmall`.
    """
    key = id or DriveId(ledger.new_id())
    async with verb():
        project = await rows.locked_project(project_id, community_id=by.community_id)
        hands = await hands_of(project)
        rules.leads(by, hands, "open")
        before = await rows.drives("id = {} AND project_id = {}", key, project_id)
        if before:
            return before[0]
        if project.state is not ProjectState.CHOSEN:
            raise NotChosen
        now = datetime.now(UTC)
        rules.draft(draft, await funding_policy_at(by.community_id), now=now)
        standing = [DriveState.OPEN.value, DriveState.REACHED.value]
        if await rows.drives("project_id = {} AND state = ANY({})", project_id, standing):
            raise DriveThere
        await _write(key, project_id, draft, by=by, now=now)
        drive = await rows.drive(key, community_id=by.community_id)
        await community.record(
            "drive.open",
            by=by,
            subject_kind="drive",
            subject_id=key,
            details={
                "project": str(project_id),
                "goal_fen": draft.goal_fen,
                "goal_minutes": draft.goal_minutes,
                "part_goal_percent": draft.part_goal_percent,
                "deadline": draft.deadline.isoformat(),
            },
        )
        await tell_about(
            await followers_of(project),
            "drive.opened",
            drive,
            by=by,
            fill={"until": drive.deadline},
        )
        if draft.matching is not None:
            await _reserve(drive, draft.matching, by=by)
        return drive


async def _write(key: DriveId, project_id: UUID, draft: Draft, *, by: Actor, now: datetime) -> None:
    matching = draft.matching
    if matching is not None:
        await read_fund(matching.fund_id, community_id=by.community_id)
    await DriveRow.raw(
        _OPEN,
        key,
        by.community_id,
        project_id,
        draft.goal_fen,
        draft.goal_minutes,
        draft.part_goal_percent,
        draft.deadline,
        draft.words.strip(),
        matching.fund_id if matching else None,
        matching.kind.value if matching else None,
        matching.percent if matching else 0,
        matching.cap_fen if matching else 0,
        by.member_id,
        now,
    )


async def _reserve(drive: Drive, matching: Matching, *, by: Actor) -> None:
    """Hold the cap in the fund until the drive is settled."""
    here = drive.community_id
    hold = Leg.hold(
        debit=await fen_account(MATCHING_FUND, matching.fund_id, community_id=here),
        credit=await fen_account(ESCROW, drive.id, community_id=here),
        amount=ledger.Fen(matching.cap_fen),
        unit=ledger.CNY,
        id=matching_hold(drive),
        note="matching",
    )
    try:
        await ledger.book(ledger.Journal((hold,), origin(by, "drive", drive.id)))
    except ledger.NotEnough as refused:
        raise FundTooSmall(refused.available) from refused


async def cancel_drive(drive_id: UUID, *, by: Actor, why: str) -> Drive:
    """Call an open drive off, for a reason that everybody reads: all that was given goes back.

    Raises `NotForYou`, `UnknownDrive`, `DriveMoved`, `InvalidDrive`.
    """
    reason = rules.reason(why)
    async with verb():
        drive = await rows.locked_drive(drive_id, community_id=by.community_id)
        project = await read_project(ProjectId(drive.project_id), community_id=by.community_id)
        rules.leads(by, await hands_of(project), "cancel")
        rules.still_open(drive)
        return await end(drive, DriveState.CANCELLED, by=by, why=reason)
