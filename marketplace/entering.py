"""Enters a need's plan into a round, takes it out again, and lets it follow its plan until then."""

from uuid import UUID

import community
import ledger
from community import Actor, record
from marketplace import needs, plans, rules
from marketplace.errors import (
    NotYoursToEnter,
    OutsideArea,
    PlanEmpty,
    PlanEntered,
)
from marketplace.needs import Need, NeedState
from marketplace.plans import Plan, PlanContent
from marketplace.policy import round_policy_at
from marketplace.reading import projects_of, read_project
from marketplace.refusals import verb
from marketplace.rounds import locked
from marketplace.tables import ProjectMoveRow, ProjectRow
from marketplace.values import Project, ProjectId, Round, RoundId

_ROOM = """
SELECT count(*) FILTER (WHERE left_at IS NULL) AS projects, coalesce(max(number), 0) AS last,
    coalesce(bool_or(plan_id = {} AND left_at IS NULL), false) AS entered
FROM project WHERE round_id = {}
"""

_ENTER = """
INSERT INTO project (id, community_id, round_id, number, title, purpose, place, category, cost_fen,
    proposed_by, area_id, plan_id, plan_version)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
"""

_FOLLOW = """
UPDATE project SET title = {}, purpose = {}, place = {}, category = {}, cost_fen = {}, area_id = {},
    plan_version = {} WHERE id = {}
"""


async def enter(
    round_id: RoundId,
    plan_id: UUID,
    *,
    by: Actor,
    id: ProjectId | None = None,  # noqa: A002 (the row's name)
) -> Project:
    """Enter the plan of a need into a round: from now on it stands there as a project.

    It follows its plan until the ballot opens. The same `id` again returns the project. Raises
    `UnknownRound`, `UnknownPlan`, `ProposalsClosed`, `NotYoursToEnter`, `PlanEmpty`, `PlanEntered`,
    `OutsideArea`, `CostOutOfBounds`, `TooDear`, `TooManyProjects`, and `NeedMoved` where the need
    is not one that has its plan and waits for a round.
    """
    key = id or ProjectId(ledger.new_id())
    async with verb():
        current = await locked(round_id, community_id=by.community_id)
        if await ProjectRow.raw(
            "SELECT FROM project WHERE id = {} AND round_id = {}", key, round_id
        ):
            return await read_project(key, community_id=by.community_id)
        need, plan = await _of_plan(plan_id, community_id=by.community_id)
        await _entitled(need, plan, by=by)
        if not plan.version:
            raise PlanEmpty
        (room,) = await ProjectRow.raw(_ROOM, plan_id, round_id)
        if room["entered"]:
            raise PlanEntered
        said = (await plans.version(plan.id, plan.version, community_id=by.community_id)).content
        await _in_area(current, said.area_id)
        rules.proposal(
            current.state,
            cost_fen=said.cost_fen,
            budget_fen=current.terms.budget_fen,
            projects=room["projects"],
            last=room["last"],
            policy=await round_policy_at(by.community_id),
        )
        await ProjectRow.raw(
            _ENTER,
            key,
            by.community_id,
            round_id,
            room["last"] + 1,
            said.title.strip(),
            said.summary.strip(),
            await _place(said, need),
            need.category,
            said.cost_fen,
            need.raised_by,
            said.area_id,
            plan_id,
            plan.version,
        )
        await _step(key, "proposed", by)
        await needs.move(need, NeedState.ENTERED, by=by)
        await record("project.enter", by=by, subject_kind="project", subject_id=key)
        return await read_project(key, community_id=by.community_id)


async def leave(project_id: ProjectId, *, why: str, by: Actor) -> Project:
    """Take a project out of its round before the ballot opens; its need waits for another round.

    One that has left already is returned as it is. Raises `UnknownProject`, `NotYoursToEnter`,
    `RoundMoved`, `WordsMissing`, `TooLong`.
    """
    rules.words(why=why)
    async with verb():
        project = await read_project(project_id, community_id=by.community_id)
        current = await locked(project.round_id, community_id=by.community_id)
        project = await read_project(project_id, community_id=by.community_id)
        if project.left_at is not None:
            return project
        rules.still_proposing(current.state)
        if project.plan_id is not None:
            need, plan = await _of_plan(project.plan_id, community_id=by.community_id)
            await _entitled(need, plan, by=by)
        elif by.principal != project.proposed_by and "coordinator" not in by.roles:
            raise NotYoursToEnter
        await _take_out(project, why.strip(), by=by)
        await record("project.leave", by=by, subject_kind="project", subject_id=project_id)
        return await read_project(project_id, community_id=by.community_id)


async def take_last_versions(current: Round, *, by: Actor) -> dict[ProjectId, str]:
    """Let each project of a locked round say what its plan says last; return the versions' hashes.

    Part of opening the ballot. A plan that has grown beyond the whole budget, or has moved out of
    the round's area, leaves the round: nobody could have entered it so.
    """
    hashes: dict[ProjectId, str] = {}
    for project in await projects_of(current.id, community_id=current.community_id):
        if project.plan_id is None:
            continue
        need, plan = await _of_plan(project.plan_id, community_id=current.community_id)
        last = await plans.version(plan.id, plan.version, community_id=current.community_id)
        said = last.content
        try:
            await _in_area(current, said.area_id)
        except OutsideArea:
            await _take_out(project, "area", by=by)
            continue
        if not 1 <= said.cost_fen <= current.terms.budget_fen:
            await _take_out(project, "cost", by=by)
            continue
        await ProjectRow.raw(
            _FOLLOW,
            said.title.strip(),
            said.summary.strip(),
            await _place(said, need),
            need.category,
            said.cost_fen,
            said.area_id,
            last.number,
            project.id,
        )
        hashes[project.id] = last.sha256
    return hashes


async def back_to_planned(project: Project, *, by: Actor) -> None:
    """Let the need of a project that was not chosen wait for another round."""
    if project.plan_id is None:
        return
    need, _plan = await _of_plan(project.plan_id, community_id=project.community_id)
    if need.state is NeedState.ENTERED:
        await needs.move(need, NeedState.PLANNED, by=by)


async def _of_plan(plan_id: UUID, *, community_id: UUID) -> tuple[Need, Plan]:
    """Return a plan with its need, which nobody else moves until the transaction ends."""
    plan = await plans.read_plan(plan_id, community_id=community_id)
    need = await needs.locked(plan.need_id, community_id=community_id)
    return need, await plans.read_plan(plan_id, community_id=community_id)


async def _entitled(need: Need, plan: Plan, *, by: Actor) -> None:
    """Refuse whoever neither raised the need nor undertakes its plan nor coordinates here."""
    if "coordinator" in by.roles and by.on_behalf_of is None:
        return
    undertaking = plan.undertaker is not None and plan.undertaker.member_id == by.principal
    if not undertaking and by.principal not in await needs.authors(need.id):
        raise NotYoursToEnter


async def _in_area(current: Round, area_id: UUID | None) -> None:
    """Refuse what does not lie in a round's area; what is for the whole community does not."""
    if current.area_id in (None, current.community_id, area_id):
        return
    if area_id is None or current.area_id not in (await community.area(area_id)).lineage:
        raise OutsideArea


async def _place(said: PlanContent, need: Need) -> str:
    """Return where a project is, in words: every project says so."""
    for words in (said.place, need.place):
        if words.strip():
            return words.strip()
    return (await community.area(said.area_id or need.community_id)).name


async def _take_out(project: Project, why: str, *, by: Actor) -> None:
    await ProjectRow.raw("UPDATE project SET left_at = clock_timestamp() WHERE id = {}", project.id)
    await _step(project.id, "left", by, why)
    await back_to_planned(project, by=by)


async def _step(project_id: ProjectId, state: str, by: Actor, why: str = "") -> None:
    await ProjectMoveRow.raw(
        "INSERT INTO project_move (project_id, state, moved_by, why) VALUES ({}, {}, {}, {})",
        project_id,
        state,
        by.member_id,
        why,
    )
