"""The verbs of changes: asking for one, objecting, taking it back, deciding it in public."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import ledger
from community import Actor, Role
from community.messages import Fill
from marketplace import meetings
from marketplace.delivery import rules as delivery_rules
from marketplace.delivery import telling
from marketplace.delivery.changes import reading, rows, rules
from marketplace.delivery.changes.errors import (
    AskedAlready,
    InvalidChange,
    NotAResidentHere,
    UnknownChange,
)
from marketplace.delivery.changes.tables import ProjectChangeRow
from marketplace.delivery.changes.values import (
    Change,
    ChangeId,
    ChangeState,
    NewDate,
    Objection,
    What,
)
from marketplace.delivery.moving import locked
from marketplace.delivery.tables import MilestoneRow
from marketplace.delivery.undertaking import tie, undertaking_of
from marketplace.delivery.values import DeliveryState
from marketplace.reading import read_project
from marketplace.refusals import verb
from marketplace.values import Project, ProjectId
from marketplace.work_settings import OBJECTION_DAYS

UNDER_WAY = (DeliveryState.UNDER_WAY,)


async def ask_change(
    project_id: UUID,
    what: What,
    reason: str,
    *,
    by: Actor,
    id: ChangeId | None = None,  # noqa: A002 (the row's name)
    at: datetime | None = None,
) -> Change:
    """Ask in public for something else than was promised; followers are told.

    The same `id` again is answered with the first. Raises `NotYourProject`, `NotBegun`,
    `DeliveryMoved`, `InvalidChange`, `AskedAlready`, `UnknownProject`.
    """
    moment = at or datetime.now(UTC)
    async with verb(one_day_asked_at_a_time=AskedAlready()):
        project = await _project(project_id, by)
        delivery_rules.undertakes(await undertaking_of(project), by)
        delivery = await locked(project.id, community_id=by.community_id)
        if id is not None:
            before = await rows.changes("one.id = {}", id, community_id=by.community_id)
            if before:
                if before[0].project_id != project.id:
                    raise UnknownChange
                return before[0]
        delivery_rules.standing(delivery, UNDER_WAY)
        now = await reading.standing(project)
        home = await community.community(by.community_id)
        rules.asking(
            what,
            reason,
            milestones=now.milestones,
            lines=now.lines,
            today=moment.astimezone(ZoneInfo(home.time_zone)).date(),
        )
        if isinstance(what, NewDate):
            day = next(one.due_on for one in now.milestones if one.number == what.milestone)
            what = NewDate(what.milestone, what.due_on, day)
        policy = await community.policy_in_force(by.community_id, moment)
        change = Change(
            id=id or ChangeId(ledger.new_id()),
            project_id=project.id,
            community_id=by.community_id,
            number=0,
            what=what,
            reason=reason.strip(),
            asked_by=by.member_id,
            asked_at=moment,
            objections_until=moment + timedelta(days=policy[OBJECTION_DAYS]),
            state=ChangeState.OPEN,
            decided_by=None,
            decided_at=None,
            answer="",
            decision_id=None,
            objections=0,
        )
        await rows.add(change)
        await _note("ask", change, by=by)
        fill: Fill = {"until": change.objections_until}
        await _tell(await telling.followers(project), "change.asked", change, by=by, fill=fill)
        return await rows.one_change(change.id, community_id=by.community_id)


async def object_to(
    change_id: UUID, words: str, *, by: Actor, at: datetime | None = None
) -> Objection:
    """Say what one has against a change; saying it again replaces one's words.

    Raises `NotAResidentHere`, `ChangeDecided`, `ObjectionsClosed`, `InvalidChange`,
    `UnknownChange`.
    """
    moment = at or datetime.now(UTC)
    async with verb():
        if by.on_behalf_of is not None or Role.RESIDENT not in by.roles:
            raise NotAResidentHere
        if not await community.keep_active(by.member_id, community_id=by.community_id):
            raise NotAResidentHere
        change = await rows.locked(change_id, community_id=by.community_id)
        project = await _project(change.project_id, by)
        undertaking = await undertaking_of(project)
        if by.member_id in undertaking.hands:
            raise NotAResidentHere
        rules.objecting(change, words, at=moment)
        said = Objection(ledger.new_id(), change.id, by.member_id, words.strip(), moment)
        await rows.put_objection(said, community_id=by.community_id)
        await _note("object", change, by=by)
        await _tell(undertaking.hands, "change.objected", change, by=by)
        return next(one for one in await rows.objections(change) if one.member_id == by.member_id)


async def withdraw_change(change_id: UUID, *, by: Actor, at: datetime | None = None) -> Change:
    """Take a change back before it was decided; what was promised holds. Again changes nothing.

    Raises `NotYourProject`, `ChangeDecided`, `UnknownChange`.
    """
    moment = at or datetime.now(UTC)
    async with verb():
        change = await rows.locked(change_id, community_id=by.community_id)
        project = await _project(change.project_id, by)
        delivery_rules.undertakes(await undertaking_of(project), by)
        if change.state is ChangeState.WITHDRAWN:
            return change
        rules.still_open(change)
        await rows.set_change(
            change, state=ChangeState.WITHDRAWN.value, decided_by=by.member_id, decided_at=moment
        )
        await _note("withdraw", change, by=by)
        return await rows.one_change(change.id, community_id=by.community_id)


async def decide_change(
    change_id: UUID,
    *,
    accept: bool,
    answer: str,
    by: Actor,
    decision_id: UUID | None = None,
    at: datetime | None = None,
) -> Change:
    """Accept a change or refuse it, with a reason for everybody; all who care are told.

    `decision_id` is the council's decision that it follows. An accepted day holds for its
    milestone from now on; the plan stays as it was chosen. Raises `NotYoursToDecide`, `TiedToIt`,
    `ChangeDecided`, `ObjectionsOpen`, `InvalidChange` (also where it cannot be any more),
    `DeliveryMoved`, `UnknownMeeting` for no decision of this community, `UnknownChange`.
    """
    moment = at or datetime.now(UTC)
    delivery_rules.coordinates(by, "decide")
    async with verb():
        seen = await rows.one_change(change_id, community_id=by.community_id)
        project = await _project(seen.project_id, by)
        # The delivery before the change, in the order of every verb about a project.
        delivery = await locked(project.id, community_id=by.community_id)
        change = await rows.locked(change_id, community_id=by.community_id)
        wanted = ChangeState.ACCEPTED if accept else ChangeState.REFUSED
        if change.state is wanted and change.decided_by == by.member_id:
            return change
        undertaking = await undertaking_of(project)
        tied = await tie(undertaking, change.asked_by, by.member_id, community_id=by.community_id)
        delivery_rules.untied(tied)
        rules.deciding(change, answer, at=moment)
        if decision_id is not None:
            await meetings.decision(decision_id, community_id=by.community_id)
        if accept:
            delivery_rules.standing(delivery, UNDER_WAY)
            await _let_hold(change, project, at=moment)
        await rows.set_change(
            change,
            state=wanted.value,
            decided_by=by.member_id,
            decided_at=moment,
            answer=answer.strip(),
            decision_id=decision_id,
        )
        await _note("accept" if accept else "refuse", change, by=by)
        objected = {one.member_id for one in await rows.objections(change)}
        whom = await telling.followers(project) | undertaking.hands | objected
        kind = "change.accepted" if accept else "change.refused"
        await _tell(whom, kind, change, by=by, fill={"why": answer.strip()})
        return await rows.one_change(change.id, community_id=by.community_id)


async def end_changes_of(project_id: UUID, *, by: Actor, at: datetime) -> None:
    """Take back what nobody decided of a project that is stopped, within that transaction."""
    found = await rows.changes(
        "one.project_id = {} AND one.state = 'open' ORDER BY one.id FOR NO KEY UPDATE OF one",
        project_id,
        community_id=by.community_id,
    )
    for change in found:
        await rows.set_change(
            change, state=ChangeState.WITHDRAWN.value, decided_by=by.member_id, decided_at=at
        )
        await _note("withdraw", change, by=by)


async def _let_hold(change: Change, project: Project, *, at: datetime) -> None:
    """Let an accepted change hold, if it still can: a milestone may be done, money be spent."""
    now = await reading.standing(project)
    home = await community.community(project.community_id)
    today = at.astimezone(ZoneInfo(home.time_zone)).date()
    rules.asking(
        change.what, change.reason, milestones=now.milestones, lines=now.lines, today=today
    )
    if isinstance(change.what, NewDate):
        moved = await MilestoneRow.raw(
            "UPDATE milestone SET due_on = {} WHERE community_id = {} AND project_id = {}"
            " AND number = {} RETURNING number",
            change.what.due_on,
            project.community_id,
            project.id,
            change.what.milestone,
        )
        if not moved:
            raise InvalidChange("milestone", "unknown")


_DUE = """
SELECT id, community_id FROM project_change WHERE state = 'open' AND told_due_at IS NULL
    AND objections_until <= {} ORDER BY objections_until, id
"""

_CLAIM = """
SELECT id FROM project_change WHERE id = {} AND state = 'open' AND told_due_at IS NULL
    FOR NO KEY UPDATE SKIP LOCKED
"""


async def ask_for_decisions(*, at: datetime | None = None) -> int:
    """Tell coordinators, once, that a change waits for their decision; a job.

    Return of how many changes was told.
    """
    moment = at or datetime.now(UTC)
    told = 0
    for due in await ProjectChangeRow.raw(_DUE, moment):
        async with ledger.transaction():
            if not await ProjectChangeRow.raw(_CLAIM, due["id"]):
                continue
            change = await rows.one_change(due["id"], community_id=due["community_id"])
            by = community.system(change.community_id)
            await rows.set_change(change, told_due_at=moment)
            await _note("due", change, by=by)
            whom = await telling.holding({Role.COORDINATOR}, community_id=change.community_id)
            await _tell(whom, "change.due", change, by=by)
            told += 1
    return told


async def _project(project_id: UUID, by: Actor) -> Project:
    return await read_project(ProjectId(project_id), community_id=by.community_id)


async def _note(act: str, change: Change, *, by: Actor) -> None:
    await community.record(
        f"change.{act}",
        by=by,
        subject_kind="project_change",
        subject_id=change.id,
        details={"kind": change.kind.value},
    )


async def _tell(
    members: Iterable[UUID],
    kind: str,
    change: Change,
    *,
    by: Actor,
    fill: Fill | None = None,
) -> None:
    project = await _project(change.project_id, by)
    link = f"/projects/{project.id}/changes/{change.id}"
    await telling.tell(members, kind, project, by=by, fill=fill, link=link)
