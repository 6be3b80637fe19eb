"""Reports that a need breaks the rules, and what coordinators do about it: hide it, show it again.

Hiding takes the words and the photograph from everybody but its authors and coordinators; that it
was hidden, by whom and why, everybody reads. Nothing is deleted, so it can be shown again.
"""

from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor, Role
from marketplace import rules as shared
from marketplace.needs import rules
from marketplace.needs.errors import NothingReported, NotImpartial, OwnNeed, ReportedAlready
from marketplace.needs.moving import locked, move
from marketplace.needs.raising import note
from marketplace.needs.reading import authors, read_need, state_before
from marketplace.needs.standing import oneself
from marketplace.needs.tables import NeedReportRow
from marketplace.needs.values import Need, NeedId, NeedReport, NeedState
from marketplace.refusals import verb

REPORTS_AT_A_TIME: Final = 50

_REPORT: Final = """
INSERT INTO need_report (id, need_id, community_id, member_id, reason) VALUES ({}, {}, {}, {}, {})
ON CONFLICT ON CONSTRAINT one_report_each DO NOTHING RETURNING id
"""

_SETTLE: Final = """
UPDATE need_report SET settled_at = clock_timestamp(), settled_by = {}
WHERE need_id = {} AND settled_at IS NULL RETURNING member_id
"""

_WAITING: Final = """
SELECT id, need_id, member_id, reason, reported_at, settled_at FROM need_report
WHERE community_id = {} AND settled_at IS NULL ORDER BY reported_at, id LIMIT {}
"""


async def report_need(need_id: UUID, reason: str, *, by: Actor) -> None:
    """Report that a need breaks the rules, once each; a coordinator looks at it.

    Raises `NotAResident`, `OwnNeed`, `ReportedAlready`, `NeedMoved` where it is hidden already,
    `WordsMissing`, `TooLong`, `UnknownNeed`.
    """
    oneself(by)
    rules.resident(by.roles)
    said = rules.text("reason", reason)
    async with verb():
        need = await locked(need_id, community_id=by.community_id)
        if by.member_id in await authors(need.id):
            raise OwnNeed
        rules.move(need.state, NeedState.HIDDEN)
        kept = await NeedReportRow.raw(
            _REPORT, ledger.new_id(), need.id, by.community_id, by.member_id, said
        )
        if not kept:
            raise ReportedAlready
        await note("report", need, by)


async def hide_need(need_id: UUID, why: str, *, by: Actor) -> Need:
    """Hide a need's words with a reason that everybody reads; its reports are settled by it.

    Raises `NotACoordinator`, `NeedMoved`, `WordsMissing`, `TooLong`, `UnknownNeed`.
    """
    oneself(by)
    shared.coordinates(by.roles)
    reason = rules.text("why", why)
    async with verb():
        need = await locked(need_id, community_id=by.community_id)
        await move(need, NeedState.HIDDEN, by=by, why=reason)
        await _settle(need, "need.report_right", by)
        return await read_need(need.id, community_id=by.community_id)


async def show_need(need_id: UUID, why: str, *, by: Actor) -> Need:
    """Show a hidden need again, with a reason; it goes on where it stood.

    Raises `NotACoordinator`, `NotImpartial`, `NeedMoved`, `WordsMissing`, `TooLong`,
    `UnknownNeed`.
    """
    oneself(by)
    shared.coordinates(by.roles)
    reason = rules.text("why", why)
    async with verb():
        need = await locked(need_id, community_id=by.community_id)
        rules.showing(need.state)
        await _impartial(need, by)
        before = await state_before(need.id)
        if before is None:
            raise ValueError("a hidden need stood somewhere before it was hidden")
        await move(need, before, by=by, why=reason)
        return await read_need(need.id, community_id=by.community_id)


async def dismiss_reports(need_id: UUID, *, by: Actor) -> None:
    """Find that a need breaks no rule: its reports are settled and whoever reported is told.

    Raises `NotACoordinator`, `NotImpartial`, `NothingReported`, `UnknownNeed`.
    """
    oneself(by)
    shared.coordinates(by.roles)
    async with verb():
        need = await locked(need_id, community_id=by.community_id)
        await _impartial(need, by)
        if not await _settle(need, "need.report_kept", by):
            raise NothingReported
        await note("dismiss", need, by)


async def may_judge(need: Need, by: Actor) -> bool:
    """Whether a coordinator may let a need stand or show it again: another's, or nobody else can.

    Who raised it may hide it, as they may withdraw it.
    """
    if by.member_id not in await authors(need.id):
        return True
    held = await community.staff_at(need.community_id)
    return {one.member_id for one in held if one.role is Role.COORDINATOR} <= {by.member_id}


async def _impartial(need: Need, by: Actor) -> None:
    if not await may_judge(need, by):
        raise NotImpartial


async def _settle(need: Need, kind: str, by: Actor) -> bool:
    """Close the reports that wait and tell those who made them."""
    settled = await NeedReportRow.raw(_SETTLE, by.member_id, need.id)
    for row in settled:
        if row["member_id"] != by.member_id:
            await community.tell(
                row["member_id"],
                kind,
                community_id=need.community_id,
                link=f"/needs/{need.id}",
            )
    return bool(settled)


async def waiting_reports(community_id: UUID) -> list[NeedReport]:
    """Return the reports that wait for a coordinator, the longest waiting first."""
    rows = await NeedReportRow.raw(_WAITING, community_id, REPORTS_AT_A_TIME)
    return [NeedReport(**row) for row in rows]


async def reports_of(need_id: NeedId, *, community_id: UUID) -> list[NeedReport]:
    """Return the reports of a need that wait, oldest first."""
    rows = await NeedReportRow.raw(
        "SELECT id, need_id, member_id, reason, reported_at, settled_at FROM need_report"
        " WHERE need_id = {} AND community_id = {} AND settled_at IS NULL ORDER BY reported_at, id",
        need_id,
        community_id,
    )
    return [NeedReport(**row) for row in rows]


async def reported_by(need_id: UUID, member_id: UUID) -> bool:
    """Whether a member has reported a need."""
    rows = await NeedReportRow.raw(
        "SELECT id FROM need_report WHERE need_id = {} AND member_id = {}", need_id, member_id
    )
    return bool(rows)
