"""A plan enters a round, and a project leaves it again before the ballot opens."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import ledger
from app import need_page
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.marketplace_refusals import refusal_words, wrong_field
from app.neighbourhood import acting, community_shown
from app.notices import noticed
from app.round_entries import entitled, open_rounds, section
from app.routes.typed import key_of, typed
from community import Community
from marketplace import (
    Project,
    ProjectId,
    ProjectState,
    RoundId,
    enter,
    leave,
    needs,
    plans,
    reading,
)
from marketplace.errors import MarketplaceError, UnknownProject, UnknownRound
from marketplace.needs import Need, NeedState, UnknownNeed

AnyRequest = Request[Any, Any, Any]

need_page.SECTIONS[need_page.Place.VOTE] = section


async def _need(need_id: UUID, home: Community) -> Need:
    try:
        return await needs.read_need(needs.NeedId(need_id), community_id=home.id)
    except UnknownNeed as error:
        raise NotFoundException from error


@get("/needs/{need_id:uuid}/round", name="need.round", opt=act("project.enter"))
async def choosing(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Show the rounds that a need's plan can enter, or lead to the need."""
    actor = await acting(request)
    home = await community_shown(request)
    need = await _need(need_id, home)
    if need.state is not NeedState.PLANNED or not await entitled(need, actor):
        return Redirect(f"/needs/{need.id}", status_code=303)
    plan = await plans.plan_of_need(need.id, community_id=home.id)
    version = (
        await plans.version(plan.id, plan.version, community_id=home.id)
        if plan and plan.version
        else None
    )
    context = {
        "need": need,
        "plan": plan,
        "version": version,
        "rounds": await open_rounds(home.id),
        "key": str(ledger.new_id()),
    }
    return Template("marketplace/round_enter.html", context=context)


@post(
    "/rounds/{round_id:uuid}/enter", name="project.enter", opt=act("project.enter"), status_code=303
)
async def entering(request: AnyRequest, round_id: FromPath[UUID]) -> Redirect:
    """Enter a plan into a round."""
    actor = await acting(request)
    home = await community_shown(request)
    form = await typed(request)
    try:
        current = await reading.read_round(RoundId(round_id), community_id=home.id)
        plan = await plans.read_plan(UUID(form.value("plan")), community_id=home.id)
    except (UnknownRound, ValueError, MarketplaceError) as error:
        raise NotFoundException from error
    key = key_of(form)
    try:
        project = await enter(current.id, plan.id, by=actor, id=ProjectId(key) if key else None)
    except MarketplaceError as refusal:
        back = Redirect(f"/needs/{plan.need_id}", status_code=303)
        return noticed(back, refusal_words(refusal), "wrong")
    return noticed(
        Redirect(f"/projects/{project.id}", status_code=303),
        _("The plan stands in the round. Until the ballot opens it follows each new version."),
    )


@get("/projects/{project_id:uuid}/leave", name="project.leave", opt=act("project.leave"))
async def leaving_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Ask why a project leaves its round."""
    await acting(request)
    project = await _project(project_id, await community_shown(request))
    if project.state is not ProjectState.PROPOSED:
        return Redirect(f"/projects/{project.id}", status_code=303)
    return _leaving(project, Form())


@post("/projects/{project_id:uuid}/leave", opt=act("project.leave"), status_code=303)
async def leaving(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Take a project out of its round."""
    actor = await acting(request)
    project = await _project(project_id, await community_shown(request))
    form = await typed(request)
    try:
        await leave(project.id, why=form.value("why"), by=actor)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            back = Redirect(f"/projects/{project.id}", status_code=303)
            return noticed(back, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return _leaving(project, form)
    return noticed(
        Redirect(f"/rounds/{project.round_id}", status_code=303),
        _("The project is out of the round. Its need and its plan are kept for another one."),
    )


async def _project(project_id: UUID, home: Community) -> Project:
    try:
        return await reading.read_project(ProjectId(project_id), community_id=home.id)
    except UnknownProject as error:
        raise NotFoundException from error


def _leaving(project: Project, form: Form) -> Template:
    return Template(
        "marketplace/project_leave.html",
        context={"project": project, "form": form},
        status_code=200 if form.ok else 422,
    )


handlers = [choosing, entering, leaving_form, leaving]
