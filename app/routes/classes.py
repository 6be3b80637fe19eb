"""Classes: the timetable, a class and its sessions; beginning one, deciding about it, ending it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import ledger
import timebank
from app import class_form
from app.acts import ACTS, act
from app.class_words import COURSE_STATES, SESSION_STATES, refusal_words, wrong_field
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.named_field import Candidates
from app.neighbourhood import acting, community_shown
from app.notices import noticed
from app.routes.typed import key_of, typed
from app.volunteer_field import read_volunteer, read_volunteers
from community import Actor, Role
from timebank import TimebankError, group_sessions, teams
from timebank.group_sessions import CourseState, SeenSession

AnyRequest = Request[Any, Any, Any]
REFUSED = 422


@get("/classes", name="classes", opt=act("class.read"))
async def timetable(request: AnyRequest) -> Template:
    """Show everybody the sessions to come, and a volunteer what they lead."""
    home, by = await community_shown(request), await actor_of(request)
    sessions = await group_sessions.timetable(home.id, by=by)
    roles = by.roles if by else frozenset[Role]()
    context = {
        "home": home,
        "zone": ZoneInfo(home.time_zone),
        "sessions": sessions,
        "mine": await group_sessions.my_courses(by) if by else [],
        "waiting": await group_sessions.waiting_courses(by) if by else [],
        "leaderless": await group_sessions.without_leader(by) if by else [],
        "proposes": bool(ACTS["class.propose"].reach(roles)),
        "states": {state.value: _(words) for state, words in COURSE_STATES.items()},
    }
    return Template("classes/timetable.html", context=context)


@get("/api/classes", name="api.classes", opt=act("class.read"))
async def timetable_data(request: AnyRequest) -> dict[str, Any]:
    """Answer the sessions to come as JSON: no names, nothing of those who signed up."""
    home = await community_shown(request)
    return {
        "community": home.code,
        "time_zone": home.time_zone,
        "sessions": [_as_data(one) for one in await group_sessions.timetable(home.id)],
    }


def _as_data(seen: SeenSession) -> dict[str, Any]:
    one = seen.session
    return {
        "id": str(one.id),
        "class": str(one.course_id),
        "title": one.title,
        "care_service": one.care_service_code,
        "place": one.place,
        "starts_at": one.starts_at.isoformat(),
        "minutes": one.minutes,
        "capacity": one.capacity,
        "places_free": one.free,
        "waiting": one.waiting,
    }


@get("/classes/new", name="class.new", opt=act("class.propose"))
async def new_form(request: AnyRequest) -> Template:
    """Show the form that begins a class, or proposes one."""
    by = await acting(request)
    first = {
        "key": str(ledger.new_id()),
        "minutes": "60",
        "capacity": "20",
        "every": "1",
        "holidays": "skip",
    }
    return await _form(by, Form.of(first), [])


@post("/classes", opt=act("class.propose"), status_code=303)
async def begin(request: AnyRequest) -> Template | Redirect:
    """Begin or propose a class, or show the form again with what is wrong."""
    by, form = await acting(request), await typed(request)
    home = await community.community(by.community_id)
    draft = class_form.read(form, ZoneInfo(home.time_zone))
    leader, candidates = await _leader(form, by)
    assistants = await read_volunteers(form, "helpers", by)
    if draft is None or not form.ok:
        return await _form(by, form, candidates)
    try:
        made = await group_sessions.propose_course(
            replace(draft, assistants=assistants), by=by, leader_id=leader, id=key_of(form)
        )
    except timebank.NotYours as error:
        raise PermissionDeniedException from error
    except group_sessions.ProposedBefore as again:
        told = _("This form began a class already; here it stands. Nothing was done twice.")
        return noticed(Redirect(f"/classes/{again.course}", status_code=303), told, "note")
    except TimebankError as refusal:
        words = refusal_words(refusal, ZoneInfo(home.time_zone))
        form.refuse(*(wrong_field(refusal) or ("title", words)))
        return await _form(by, form, candidates)
    told = _("The class stands in the timetable. Neighbours can sign up now.")
    if made.state is CourseState.PROPOSED:
        told = _("Thank you! A coordinator looks at it, and you are told what they decide.")
    return noticed(Redirect(f"/classes/{made.id}", status_code=303), told)


async def _leader(form: Form, by: Actor) -> tuple[UUID | None, Candidates]:
    """Return who leads the class: whoever proposes it, unless a coordinator names somebody."""
    if Role.COORDINATOR not in by.roles:
        return by.member_id, []
    return await read_volunteer(form, by)


async def _form(by: Actor, form: Form, candidates: Candidates) -> Template:
    home = await community.community(by.community_id)
    policy = await timebank.visit_policy_at(home.id)
    mine = (
        await teams.teams(home.id)
        if Role.COORDINATOR in by.roles
        else await teams.teams_of(by.member_id, community_id=home.id)
    )
    context = {
        **class_form.offered(await group_sessions.group_services(home.id), policy),
        "form": form,
        "coordinator": Role.COORDINATOR in by.roles,
        "candidates": candidates,
        "teams": [(str(one.id), one.name) for one in mine],
        "today": datetime.now(UTC).astimezone(ZoneInfo(home.time_zone)).date().isoformat(),
    }
    status = 200 if form.ok else REFUSED
    return Template("classes/form.html", context=context, status_code=status)


@get("/classes/{course_id:uuid}", name="class", opt=act("class.read"))
async def course(request: AnyRequest, course_id: FromPath[UUID]) -> Template:
    """Show a class and its sessions."""
    return await _course(request, course_id, Form())


async def _course(request: AnyRequest, course_id: UUID, form: Form) -> Template:
    home, by = await community_shown(request), await actor_of(request)
    try:
        seen, past = await group_sessions.course_page(course_id, community_id=home.id, by=by)
    except group_sessions.UnknownCourse as error:
        raise NotFoundException from error
    found = seen.course
    coordinator = by is not None and Role.COORDINATOR in by.roles
    own = by is not None and by.member_id == found.leader_id
    team = (
        await teams.team(found.team_id, community_id=home.id) if found.team_id is not None else None
    )
    context = {
        "home": home,
        "zone": ZoneInfo(home.time_zone),
        "seen": seen,
        "course": found,
        "past": past,
        "team": team,
        "state": _(COURSE_STATES[found.state]),
        "session_states": {state.value: _(words) for state, words in SESSION_STATES.items()},
        "decides": coordinator and not own and found.state is CourseState.PROPOSED,
        "ends": (coordinator or own) and found.state in {CourseState.PROPOSED, CourseState.RUNNING},
        "form": form,
    }
    status = 200 if form.ok else REFUSED
    return Template("classes/course.html", context=context, status_code=status)


@post("/classes/{course_id:uuid}/decide", opt=act("class.decide"), status_code=303)
async def decide(request: AnyRequest, course_id: FromPath[UUID]) -> Template | Redirect:
    """Approve a proposed class, or decline it with a reason."""
    by, form = await acting(request), await typed(request)
    running = form.value("answer") == "approve"
    try:
        made = await group_sessions.decide_course(
            course_id, by=by, running=running, reason=form.value("reason")
        )
    except TimebankError as refusal:
        return await _refused(request, course_id, refusal, form)
    told = _("The class begins. Its leader has been told.")
    if not running:
        told = _("The class was not approved. Whoever proposed it has been told why.")
    return noticed(Redirect(f"/classes/{made.id}", status_code=303), told)


@get("/classes/{course_id:uuid}/end", opt=act("class.end"))
async def end_form(request: AnyRequest, course_id: FromPath[UUID]) -> Template | Redirect:
    """Ask once more before a class ends."""
    by = await acting(request)
    try:
        seen, _past = await group_sessions.course_page(
            course_id, community_id=by.community_id, by=by
        )
    except group_sessions.UnknownCourse as error:
        raise NotFoundException from error
    if by.member_id != seen.course.leader_id and Role.COORDINATOR not in by.roles:
        raise PermissionDeniedException
    home = await community.community(by.community_id)
    context = {
        "seen": seen,
        "course": seen.course,
        "form": Form(),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("classes/end.html", context=context)


@post("/classes/{course_id:uuid}/end", opt=act("class.end"), status_code=303)
async def end(request: AnyRequest, course_id: FromPath[UUID]) -> Template | Redirect:
    """End a class: what is still to come is called off, and everybody on its lists is told."""
    by, form = await acting(request), await typed(request)
    try:
        ended = await group_sessions.end_course(course_id, by=by, reason=form.value("reason"))
    except TimebankError as refusal:
        return await _refused(request, course_id, refusal, form)
    told = _("The class has ended. Everybody who had signed up is told.")
    return noticed(Redirect(f"/classes/{ended.id}", status_code=303), told)


async def _refused(
    request: AnyRequest, course_id: UUID, refusal: TimebankError, form: Form
) -> Template | Redirect:
    if isinstance(refusal, group_sessions.UnknownCourse):
        raise NotFoundException from refusal
    if isinstance(refusal, timebank.NotYours):
        raise PermissionDeniedException from refusal
    field = wrong_field(refusal)
    if field is None:
        home = await community_shown(request)
        words = refusal_words(refusal, ZoneInfo(home.time_zone))
        return noticed(Redirect(f"/classes/{course_id}", status_code=303), words, "wrong")
    form.refuse(*field)
    return await _course(request, course_id, form)


handlers = [
    timetable, timetable_data, new_form, begin, course, decide, end_form, end,
]  # fmt: skip
