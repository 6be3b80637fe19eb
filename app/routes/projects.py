"""Projects: the marketplace's front page, a project's own page, and proposing one."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import ledger
from app import aftercare_page, delivery_page, evaluation_page, funding_page
from app.acts import act
from app.amounts import fen_of_yuan
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.marketplace_refusals import refusal_words, wrong_field
from app.marketplace_words import CATEGORIES, CATEGORY_ICONS
from app.neighbourhood import acting, community_shown, roles_shown
from app.notices import noticed
from app.results.gathering import shown_project
from app.round_entries import way_of
from app.routes.typed import key_of, typed
from community import SYSTEM, named_members
from marketplace import (
    Category,
    Draft,
    ProjectId,
    Round,
    RoundId,
    RoundState,
    propose,
    reading,
    result_reading,
)
from marketplace.errors import MarketplaceError, UnknownProject, UnknownRound
from marketplace.money import PROJECT_ACCOUNT

AnyRequest = Request[Any, Any, Any]


@get("/projects", name="projects", opt=act("project.read"))
async def front_page(request: AnyRequest) -> Template:
    """Show every round with its projects, the newest first, and the published elections."""
    home = await community_shown(request)
    found = await reading.rounds(home.id)
    context = {
        "community": home,
        "rounds": [(one, await reading.projects_of(one.id, community_id=home.id)) for one in found],
        "elections": await result_reading.elections(home.id),
        "roles": await roles_shown(request),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/projects.html", context=context)


@get("/projects/{project_id:uuid}", name="project", opt=act("project.read"))
async def project_page(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show a project: what it is for, how far it has come, and every fen that it received."""
    home = await community_shown(request)
    try:
        project = await reading.read_project(ProjectId(project_id), community_id=home.id)
    except UnknownProject as error:
        raise NotFoundException from error
    moves = await reading.project_moves(project.id, community_id=home.id)
    account = await ledger.find_account(
        community_id=ledger.CommunityId(home.id),
        kind=PROJECT_ACCOUNT,
        unit=ledger.CNY,
        owner=project.id,
    )
    current = await reading.read_round(project.round_id, community_id=home.id)
    context = {
        "project": project,
        "round": current,
        "own_result": await shown_project(current, project)
        if current.state is RoundState.CLOSED
        else None,
        "moves": moves,
        "names": await named_members(
            {move.by for move in moves} | {project.proposed_by}, community_id=home.id
        )
        | {SYSTEM: _("the system, at the set date")},
        **await way_of(project, await actor_of(request)),
        "statement": await ledger.statement(account.id) if account else None,
        "balance": await ledger.balance(account.id) if account else None,
        "funding": await funding_page.section(project, ZoneInfo(home.time_zone)),
        "work": await delivery_page.project_section(project),
        "step": await delivery_page.step_of(project),
        "judged": await evaluation_page.project_section(project),
        "may_raise": await funding_page.may_raise(project, await actor_of(request)),
        "aftercare": await aftercare_page.way_card(project, await actor_of(request)),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/project.html", context=context)


@get("/rounds/{round_id:uuid}/propose", opt=act("round.propose"))
async def proposal_form(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Show the form that proposes a project."""
    current = await _round(round_id, (await acting(request)).community_id)
    if current.state is not RoundState.PROPOSING:
        return Redirect(f"/rounds/{current.id}", status_code=303)
    return _form(current, Form.of({"key": str(ledger.new_id())}))


@post("/rounds/{round_id:uuid}/propose", opt=act("round.propose"), status_code=303)
async def propose_one(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Propose a project, or show the form again with what is wrong."""
    actor = await acting(request)
    current = await _round(round_id, actor.community_id)
    form = await typed(request)
    draft = _draft(form)
    if draft is None:
        return _form(current, form)
    key = key_of(form)
    try:
        project = await propose(current.id, draft, by=actor, id=ProjectId(key) if key else None)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            back = Redirect(f"/rounds/{current.id}", status_code=303)
            return noticed(back, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return _form(current, form)
    return noticed(
        Redirect(f"/projects/{project.id}", status_code=303),
        _("Your project is in. It will stand on the ballot."),
    )


async def _round(round_id: UUID, community_id: UUID) -> Round:
    try:
        return await reading.read_round(RoundId(round_id), community_id=community_id)
    except UnknownRound as error:
        raise NotFoundException from error


def _draft(form: Form) -> Draft | None:
    """Read a proposal; None where a field cannot be read, which the form then says."""
    cost = fen_of_yuan(form.value("cost"))
    for field, sentence in (
        ("title", _("Give the project a title.")),
        ("purpose", _("Say what the project is for.")),
        ("place", _("Say where it would be.")),
    ):
        if not form.value(field):
            form.refuse(field, sentence)
    if form.value("category") not in set(Category):
        form.refuse("category", _("Choose what it is about."))
    if cost is None:
        form.refuse("cost", _("Write an amount in yuan, such as 50000 or 1200.50."))
    if cost is None or not form.ok:
        return None
    return Draft(
        title=form.value("title"),
        purpose=form.value("purpose"),
        place=form.value("place"),
        category=Category(form.value("category")),
        cost_fen=cost,
    )


def _form(current: Round, form: Form) -> Template:
    categories = [
        (one.value, _(words), "", CATEGORY_ICONS[one]) for one, words in CATEGORIES.items()
    ]
    context = {"form": form, "round": current, "categories": categories}
    return Template(
        "marketplace/propose.html", context=context, status_code=200 if form.ok else 422
    )


handlers = [front_page, project_page, proposal_form, propose_one]
