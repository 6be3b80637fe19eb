"""Who may enter a need's plan into a round, and what the pages of both say of it."""

from typing import Any
from uuid import UUID

from app.i18n import gettext as _
from app.need_page import Section
from community import Actor, Role
from marketplace import (
    Project,
    ProjectState,
    Round,
    RoundState,
    deliberation,
    needs,
    plans,
    reading,
)
from marketplace.needs import Need, NeedState


async def entitled(need: Need, by: Actor | None) -> bool:
    """Say whether somebody may enter a need's plan into a round."""
    if by is None or by.community_id != need.community_id:
        return False
    if Role.COORDINATOR in by.roles or by.member_id in await needs.authors(need.id):
        return True
    plan = await plans.plan_of_need(need.id, community_id=need.community_id)
    return bool(plan and plan.undertaker and plan.undertaker.member_id == by.member_id)


async def open_rounds(community_id: UUID) -> list[Round]:
    """Return the rounds that still take projects, the newest first."""
    found = await reading.rounds(community_id)
    return [one for one in found if one.state is RoundState.PROPOSING]


async def way_of(project: Project, by: Actor | None) -> dict[str, Any]:
    """Return the need behind a project with what was said of it, and who may take it out."""
    need = None
    if project.plan_id is not None:
        plan = await plans.read_plan(project.plan_id, community_id=project.community_id)
        need = await needs.read_need(needs.NeedId(plan.need_id), community_id=project.community_id)
    allowed = project.state is ProjectState.PROPOSED and by is not None
    if allowed and need is not None:
        allowed = await entitled(need, by)
    elif allowed and by is not None:
        own = by.member_id == project.proposed_by or Role.COORDINATOR in by.roles
        allowed = own and by.community_id == project.community_id
    sides = await deliberation.two_sides(need.id, community_id=need.community_id) if need else None
    return {"need_id": need.id if need else None, "may_leave": allowed, "two_sides": sides}


async def section(need: Need, by: Actor | None) -> Section | None:
    """Say on a need's page that its plan can enter a round, or in which it stands."""
    if need.state is NeedState.PLANNED and await entitled(need, by):
        many = len(await open_rounds(need.community_id))
        if many:
            return Section(
                _("Enter a round"),
                _("A round takes projects now. With its plan, this need can stand on its ballot."),
                f"/needs/{need.id}/round",
                "vote",
            )
    plan = await plans.plan_of_need(need.id, community_id=need.community_id)
    found = await reading.projects_of_plan(plan.id, community_id=need.community_id) if plan else []
    if not found:
        return None
    current = await reading.read_round(found[0].round_id, community_id=need.community_id)
    words = {
        ProjectState.PROPOSED: _("It will stand on the ballot of “%(round)s”."),
        ProjectState.ON_BALLOT: _("It stands on the ballot of “%(round)s”."),
        ProjectState.CHOSEN: _("It was chosen in “%(round)s”."),
        ProjectState.NOT_CHOSEN: _("It was not chosen in “%(round)s”."),
    }
    return Section(
        _("In the vote"),
        words[found[0].state] % {"round": current.name},
        f"/projects/{found[0].id}",
        "vote",
    )
