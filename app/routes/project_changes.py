"""Changes of what a project promised: promised and now, asking for one, objecting, deciding."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import ledger
from app import work_form
from app.acts import act
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.meeting_words import decision_number
from app.neighbourhood import acting, community_shown
from app.notices import noticed
from app.project_work_words import (
    CHANGE_ICONS,
    CHANGE_KINDS,
    CHANGE_STATES,
    change_words,
    refusal_words,
    wrong_field,
)
from app.routes.typed import key_of, typed
from community import Actor, Community, Role
from marketplace import delivery, meetings, reading
from marketplace.delivery import DeliveryState, changes, undertaking_of
from marketplace.delivery.changes import (
    Change,
    ChangeId,
    ChangeState,
    MoveMoney,
    NewDate,
    Objection,
)
from marketplace.delivery.errors import NotYourProject, NotYoursToDecide
from marketplace.errors import MarketplaceError, UnknownProject
from marketplace.values import Project, ProjectId

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422


@get("/projects/{project_id:uuid}/changes", name="changes", opt=act("change.read"))
async def change_list(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show what a project promised beside what holds now, and every change with its reason."""
    home, by = await community_shown(request), await actor_of(request)
    project = await _project(project_id, home.id)
    standing = await changes.standing(project)
    titles = {one.number: one.title for one in standing.milestones}
    found = await changes.changes_of(project.id, community_id=home.id)
    context = {
        "project": project,
        "standing": standing,
        "open": [_line(one, titles) for one in found if one.state is ChangeState.OPEN],
        "decided": [_line(one, titles) for one in found if one.state is not ChangeState.OPEN],
        "may_ask": await _may_ask(project, by),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/changes/list.html", context=context)


def _line(change: Change, titles: dict[int, str]) -> dict[str, Any]:
    """Return a change as a list shows it."""
    return {
        "change": change,
        "kind": _(CHANGE_KINDS[change.kind]),
        "icon": CHANGE_ICONS[change.kind],
        "state": _(CHANGE_STATES[change.state]),
        "words": change_words(change, titles),
    }


async def _may_ask(project: Project, by: Actor | None) -> bool:
    """Whether the reader carries the project out, and it is under way."""
    if by is None or by.member_id not in (await undertaking_of(project)).hands:
        return False
    found = await delivery.find_delivery(project.id, community_id=project.community_id)
    return found is not None and found.state is DeliveryState.UNDER_WAY


@get("/api/projects/{project_id:uuid}/changes", name="api.changes", opt=act("change.read"))
async def changes_data(request: AnyRequest, project_id: FromPath[UUID]) -> dict[str, Any]:
    """Answer what was promised and what holds now as JSON: no names. Money in fen, moments UTC."""
    home = await community_shown(request)
    project = await _project(project_id, home.id)
    standing = await changes.standing(project)
    return {
        "project": str(project.id),
        "milestones": [
            {
                "number": one.number,
                "title": one.title,
                "promised_on": one.promised_on.isoformat(),
                "due_on": one.due_on.isoformat(),
                "done": one.done,
            }
            for one in standing.milestones
        ],
        "budget": [
            {
                "line": one.label,
                "promised_fen": one.promised_fen,
                "now_fen": one.now_fen,
                "used_fen": one.used_fen,
            }
            for one in standing.lines
        ],
        "changes": [
            _change_data(one) for one in await changes.changes_of(project.id, community_id=home.id)
        ],
    }


def _change_data(change: Change) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": str(change.id),
        "number": change.number,
        "kind": change.kind.value,
        "state": change.state.value,
        "reason": change.reason,
        "asked_at": change.asked_at.astimezone(UTC).isoformat(),
        "objections_until": change.objections_until.astimezone(UTC).isoformat(),
        "objections": change.objections,
        "answer": change.answer,
        "council_decision": str(change.decision_id) if change.decision_id else None,
    }
    match change.what:
        case NewDate(milestone=milestone, due_on=due_on, before=before):
            told |= {
                "milestone": milestone,
                "before_on": before.isoformat() if before else None,
                "due_on": due_on.isoformat(),
            }
        case MoveMoney(from_line=from_line, to_line=to_line, amount_fen=fen):
            told |= {"from": from_line, "to": to_line, "amount_fen": fen}
        case _:
            told |= {"scope": change.what.words}
    return told


@get("/projects/{project_id:uuid}/changes/new", name="change.new", opt=act("change.ask"))
async def new_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show the form that asks for a change."""
    by = await acting(request)
    project = await _project(project_id, by.community_id)
    return await _form(project, by, Form.of({"key": str(ledger.new_id())}))


async def _form(project: Project, by: Actor, form: Form) -> Template:
    if by.member_id not in (await undertaking_of(project)).hands:
        raise PermissionDeniedException
    policy = await community.policy_in_force(by.community_id, datetime.now(UTC))
    context = {
        "project": project,
        "form": form,
        "days": policy[changes.OBJECTION_DAYS],
        **work_form.asked_for(await changes.standing(project)),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/changes/new.html", context=context, status_code=status)


@post("/projects/{project_id:uuid}/changes", opt=act("change.ask"), status_code=303)
async def ask(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Ask for a change in public, or show the form again with what is wrong."""
    by, form = await acting(request), await typed(request)
    project = await _project(project_id, by.community_id)
    what = work_form.read_change(form)
    if what is None:
        return await _form(project, by, form)
    key = key_of(form)
    try:
        asked = await changes.ask_change(
            project.id, what, form.value("reason"), by=by, id=ChangeId(key) if key else None
        )
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return await _refused(f"/projects/{project.id}/changes", by, refusal)
        form.refuse(*field)
        return await _form(project, by, form)
    return _to(asked, _("It is asked for, in public. You are told of objections and the answer."))


@get("/projects/{project_id:uuid}/changes/{change_id:uuid}", name="change", opt=act("change.read"))
async def change_page(
    request: AnyRequest, project_id: FromPath[UUID], change_id: FromPath[UUID]
) -> Template:
    """Show a change with its reason, what was said against it, and its answer."""
    home, by = await community_shown(request), await actor_of(request)
    return await _page(project_id, change_id, home, by, form=Form())


async def _page(
    project_id: UUID, change_id: UUID, home: Community, by: Actor | None, *, form: Form
) -> Template:
    change, objections = await _change(project_id, change_id, home.id)
    project = await _project(project_id, home.id)
    now, hands = datetime.now(UTC), (await undertaking_of(project)).hands
    titles = {one.number: one.title for one in await changes.milestones_now(project)}
    is_open = change.state is ChangeState.OPEN
    roles = by.roles if by else frozenset[Role]()
    people = {change.asked_by, *(one.member_id for one in objections)}
    if change.decided_by:
        people.add(change.decided_by)
    undertakes = by is not None and by.member_id in hands
    may_decide = is_open and Role.COORDINATOR in roles and not undertakes
    context = {
        "project": project,
        **_line(change, titles),
        "objections": [one for one in objections if one.words],
        "own_words": next(
            (one.words for one in objections if by and one.member_id == by.member_id), ""
        ),
        "names": await community.named_members(people, community_id=home.id),
        "form": form,
        "may_object": Role.RESIDENT in roles and not undertakes and change.objects(now),
        "may_withdraw": undertakes and is_open,
        "may_decide": may_decide and now >= change.objections_until,
        "decides_later": may_decide and now < change.objections_until,
        "over": now >= change.objections_until,
        "decisions": await _decisions(home.id) if may_decide else [],
        "council": await _cited(change, home.id),
        "zone": ZoneInfo(home.time_zone),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/changes/change.html", context=context, status_code=status)


async def _decisions(community_id: UUID) -> list[tuple[str, str]]:
    """Return the councils' standing decisions to choose from."""
    return [
        (str(one.id), f"{decision_number(one.year, one.number)} · {one.words[:60]}")
        for one in await meetings.standing_decisions(community_id)
    ]


async def _cited(change: Change, community_id: UUID) -> dict[str, str] | None:
    if change.decision_id is None:
        return None
    found = await meetings.decision(change.decision_id, community_id=community_id)
    return {
        "number": decision_number(found.year, found.number),
        "href": f"/meetings/{found.meeting_id}",
    }


@post(
    "/projects/{project_id:uuid}/changes/{change_id:uuid}/object",
    opt=act("change.object"),
    status_code=303,
)
async def object_to(
    request: AnyRequest, project_id: FromPath[UUID], change_id: FromPath[UUID]
) -> Template | Redirect:
    """Say what one has against a change."""
    by, form = await acting(request), await typed(request)
    home = await community.community(by.community_id)
    change, _objections = await _change(project_id, change_id, home.id)
    try:
        await changes.object_to(change.id, form.value("words"), by=by)
    except changes.InvalidChange as refusal:
        form.refuse(*(wrong_field(refusal) or ("words", "")))
        return await _page(project_id, change_id, home, by, form=form)
    except MarketplaceError as refusal:
        return await _refused(f"/projects/{project_id}/changes/{change_id}", by, refusal)
    return _to(change, _("Your objection is kept. Whoever decides reads it."))


@post(
    "/projects/{project_id:uuid}/changes/{change_id:uuid}/withdraw",
    opt=act("change.ask"),
    status_code=303,
)
async def withdraw(
    request: AnyRequest, project_id: FromPath[UUID], change_id: FromPath[UUID]
) -> Redirect:
    """Take a change back."""
    by = await acting(request)
    change, _objections = await _change(project_id, change_id, by.community_id)
    try:
        await changes.withdraw_change(change.id, by=by)
    except MarketplaceError as refusal:
        return await _refused(f"/projects/{project_id}/changes/{change_id}", by, refusal)
    return _to(change, _("It is taken back. What was promised holds."))


@post(
    "/projects/{project_id:uuid}/changes/{change_id:uuid}/decide",
    opt=act("change.decide"),
    status_code=303,
)
async def decide(
    request: AnyRequest, project_id: FromPath[UUID], change_id: FromPath[UUID]
) -> Template | Redirect:
    """Accept a change or refuse it, with a reason for everybody."""
    by, form = await acting(request), await typed(request)
    home = await community.community(by.community_id)
    change, _objections = await _change(project_id, change_id, home.id)
    if form.value("verdict") not in {"accept", "refuse"}:
        form.refuse("verdict", _("Choose whether it is done so."))
        return await _page(project_id, change_id, home, by, form=form)
    try:
        await changes.decide_change(
            change.id,
            accept=form.value("verdict") == "accept",
            answer=form.value("answer"),
            by=by,
            decision_id=_id(form.value("decision")),
        )
    except changes.InvalidChange as refusal:
        name, words = wrong_field(refusal) or ("answer", "")
        form.refuse("answer" if name == "answer" else "verdict", words)
        return await _page(project_id, change_id, home, by, form=form)
    except MarketplaceError as refusal:
        return await _refused(f"/projects/{project_id}/changes/{change_id}", by, refusal)
    return _to(change, _("It is decided. Everybody who cares is told, with your reason."))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise NotFoundException from error


async def _project(project_id: UUID, community_id: UUID) -> Project:
    try:
        return await reading.read_project(ProjectId(project_id), community_id=community_id)
    except UnknownProject as error:
        raise NotFoundException from error


async def _change(
    project_id: UUID, change_id: UUID, community_id: UUID
) -> tuple[Change, list[Objection]]:
    try:
        change, said = await changes.change_of(project_id, change_id, community_id=community_id)
    except changes.UnknownChange as error:
        raise NotFoundException from error
    return change, list(said)


def _to(change: Change, told: str) -> Redirect:
    """Lead to a change's page, with a sentence at its top."""
    page = f"/projects/{change.project_id}/changes/{change.id}"
    return noticed(Redirect(page, status_code=303), told)


async def _refused(page: str, by: Actor, refusal: MarketplaceError) -> Redirect:
    """Lead to a page with why not; 404 and 403 for whoever has no business with it."""
    if isinstance(refusal, changes.UnknownChange | UnknownProject):
        raise NotFoundException from refusal
    if isinstance(refusal, NotYourProject | NotYoursToDecide):
        raise PermissionDeniedException from refusal
    home = await community.community(by.community_id)
    words = refusal_words(refusal, ZoneInfo(home.time_zone))
    return noticed(Redirect(page, status_code=303), words, "wrong")


handlers = [
    change_list, changes_data, new_form, ask, change_page, object_to, withdraw, decide,
]  # fmt: skip
