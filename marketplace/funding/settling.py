"""Ends a drive, once: what was given goes to the project, or back to whoever gave it.

The drive's row is locked first and moves once, so of two who settle it, or of a settling and a
payment that comes at that moment, one waits and then sees what the other did.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid5

import community
from community import Actor
from ledger import Leg, TransferId
from marketplace.funding import rows, rules
from marketplace.funding.calls import CANCEL, REFUND, want_call
from marketplace.funding.moving import book, keep, leg
from marketplace.funding.refusals import verb
from marketplace.funding.sums import progress
from marketplace.funding.tables import ContributionRow, DriveRow, PledgeRow
from marketplace.funding.telling import followers_of, hands_of, tell_about
from marketplace.funding.values import (
    Contribution,
    ContributionState,
    Drive,
    DriveState,
    Pledge,
    PledgeState,
    Progress,
    Source,
)
from marketplace.money import ESCROW, PROJECT_ACCOUNT, fen_account
from marketplace.reading import read_project
from marketplace.values import ProjectId

ACTS: Final[Mapping[DriveState, str]] = {
    DriveState.REACHED: "drive.reached",
    DriveState.MISSED: "drive.missed",
    DriveState.CANCELLED: "drive.cancelled",
}
"""What the trail, and those who hear of it, are told of each end of a drive."""

_DUE: Final = """
SELECT id, community_id FROM drive WHERE state = 'open' AND deadline <= {}
ORDER BY deadline, id
"""

_END: Final = """
UPDATE drive SET state = {}, settled_at = {}, settled_by = {}, given_fen = {},
    pledged_minutes = {}, matched_fen = {}, why = {}
WHERE id = {}
"""


async def settle(drive_id: UUID, *, by: Actor, at: datetime | None = None) -> Drive:
    """Settle a drive whose deadline is over, or whose whole goal is reached.

    For those who lead it; the clock does it otherwise. Raises `NotForYou`, `UnknownDrive`,
    `DriveMoved` (also for whoever comes second), `TooEarly`.
    """
    async with verb():
        drive = await rows.locked_drive(drive_id, community_id=by.community_id)
        project = await read_project(ProjectId(drive.project_id), community_id=by.community_id)
        rules.leads(by, await hands_of(project), "settle")
        return await _settle(drive, by=by, now=at or datetime.now(UTC))


async def settle_due(*, at: datetime | None = None) -> int:
    """Settle every drive whose deadline is over; return how many this call settled.

    Each is a transaction of its own; two calls that meet settle each drive once. A drive that fails
    for a reason nobody thought of holds no other up: its failure is raised at the end, for the log.
    """
    now = at or datetime.now(UTC)
    settled, failed = 0, []
    for row in await DriveRow.raw(_DUE, now):
        try:
            settled += await _settle_one(row["id"], row["community_id"], now)
        except Exception as error:  # noqa: BLE001 (raised below)
            failed.append(error)
    if failed:
        raise failed[0]
    return settled


async def _settle_one(drive_id: UUID, community_id: UUID, now: datetime) -> bool:
    by = community.system(community_id)
    async with verb():
        drive = await rows.locked_drive(drive_id, community_id=community_id)
        if drive.state is not DriveState.OPEN:
            return False
        await _settle(drive, by=by, now=now)
    return True


async def _settle(drive: Drive, *, by: Actor, now: datetime) -> Drive:
    stands = await progress(drive)
    whole = rules.is_reached(
        drive, raised_fen=stands.raised_fen, pledged_minutes=stands.pledged_minutes, whole=True
    )
    rules.settling(drive, now=now, whole_goal=whole)
    state = DriveState.REACHED if stands.reached else DriveState.MISSED
    return await end(drive, state, by=by, at=now)


async def _locked_parts(drive: Drive) -> tuple[list[Contribution], list[Pledge]]:
    gifts = await rows.contributions("drive_id = {} ORDER BY id FOR NO KEY UPDATE", drive.id)
    promised = await rows.pledges("drive_id = {} ORDER BY id FOR NO KEY UPDATE", drive.id)
    return gifts, promised


async def end(
    drive: Drive, state: DriveState, *, by: Actor, at: datetime | None = None, why: str = ""
) -> Drive:
    """End an open drive that the caller has locked: rows first, then one journal."""
    gifts, promised = await _locked_parts(drive)
    stands = await progress(drive)
    reached = state is DriveState.REACHED
    added = stands.matched_fen if reached else 0
    await DriveRow.raw(
        _END,
        state.value,
        at or datetime.now(UTC),
        by.member_id,
        stands.given_fen,
        stands.pledged_minutes,
        added,
        why,
        drive.id,
    )
    held = [one for one in promised if one.state is PledgeState.HELD]
    await _end_pledges(drive, PledgeState.GIVEN if reached else PledgeState.RELEASED)
    if reached:
        await _gifts_leave_escrow(drive)
    else:
        await _gifts_go_back(gifts)
    await community.record(
        ACTS[state],
        by=by,
        subject_kind="drive",
        subject_id=drive.id,
        details={
            "given_fen": stands.given_fen,
            "matched_fen": added,
            "pledged_minutes": stands.pledged_minutes,
        },
    )
    await _tell(
        drive, stands, _gave(gifts, held), by=by, kind=ACTS[state], fen=stands.given_fen + added
    )
    legs = _matching_legs(drive, added)
    legs += _pledge_legs(held, given=reached)
    if reached:
        legs += await _onwards(drive, gifts, added)
    await book(legs, by=by, event="drive", subject=drive.id)
    return await rows.drive(drive.id, community_id=drive.community_id)


async def _end_pledges(drive: Drive, state: PledgeState) -> None:
    await PledgeRow.raw(
        "UPDATE pledge SET state = {}, ended_at = clock_timestamp()"
        " WHERE drive_id = {} AND state = 'held'",
        state.value,
        drive.id,
    )


async def _gifts_leave_escrow(drive: Drive) -> None:
    await ContributionRow.raw(
        "UPDATE contribution SET escrow_fen = 0 WHERE drive_id = {} AND state = 'paid'", drive.id
    )


async def _gifts_go_back(gifts: Sequence[Contribution]) -> None:
    """Make every gift due back, and no payment that still waits welcome."""
    for one in gifts:
        if one.state is ContributionState.PAID and one.escrow_fen:
            due = await keep(one, due_fen=one.escrow_fen)
            if one.online:
                await want_call(REFUND, due, due.due_fen)
        elif one.state in rules.WAITING:
            await keep(one, state=ContributionState.CANCELLED)
            await want_call(CANCEL, one, one.amount_fen)


def _matching_legs(drive: Drive, added: int) -> list[Leg]:
    if drive.matching is None:
        return []
    hold = matching_hold(drive)
    key = TransferId(uuid5(drive.id, "matching ends"))
    return [Leg.post(hold, added, id=key) if added else Leg.void(hold, id=key)]


def matching_hold(drive: Drive) -> TransferId:
    """Return the id of the hold that reserves what a fund may add to a drive."""
    return TransferId(uuid5(drive.id, "matching"))


def pledge_hold(pledge: Pledge) -> TransferId:
    """Return the id of the hold of a pledge's minutes."""
    return TransferId(uuid5(pledge.id, "hold"))


def pledge_ends(pledge: Pledge) -> TransferId:
    """Return the id of the one transfer that settles a pledge's hold."""
    return TransferId(uuid5(pledge.id, "ends"))


def _pledge_legs(held: Sequence[Pledge], *, given: bool) -> list[Leg]:
    if given:
        return [Leg.post(pledge_hold(one), id=pledge_ends(one)) for one in held]
    return [Leg.void(pledge_hold(one), id=pledge_ends(one)) for one in held]


async def _onwards(drive: Drive, gifts: Sequence[Contribution], added: int) -> list[Leg]:
    """Return the legs by which what lies in escrow goes to the project: one for each source."""
    here = drive.community_id
    escrow = await fen_account(ESCROW, drive.id, community_id=here)
    project = await fen_account(PROJECT_ACCOUNT, drive.project_id, community_id=here)
    by_source = dict.fromkeys(Source, 0)
    by_source[Source.MATCHING] = added
    for one in gifts:
        if one.state is ContributionState.PAID:
            by_source[one.source] += one.escrow_fen
    return [
        leg(escrow, project, fen, uuid5(drive.id, f"onwards {source.value}"), note=source.value)
        for source, fen in by_source.items()
        if fen
    ]


def _gave(gifts: Sequence[Contribution], held: Sequence[Pledge]) -> set[UUID]:
    """Return the members who gave, began to give, or pledged."""
    given = {ContributionState.PAID, *rules.WAITING}
    people = {one.member_id for one in gifts if one.member_id is not None and one.state in given}
    return people | {one.member_id for one in held}


async def _tell(
    drive: Drive, stands: Progress, people: set[UUID], *, by: Actor, kind: str, fen: int
) -> None:
    """Tell who gave and who pledged, and who follows the project, each of them once.

    `fen` counts what a fund adds only where it adds it, as the drive's page does.
    """
    project = await read_project(ProjectId(drive.project_id), community_id=drive.community_id)
    fill = {"fen": fen, "minutes": stands.pledged_minutes}
    await tell_about(people, kind, drive, by=by, fill=fill)
    others = await followers_of(project) - people
    await tell_about(others, kind, drive, by=by, fill=fill)
