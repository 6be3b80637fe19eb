"""A session of a class: signing up, being there, taking attendance, its hours, calling it off."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import segno
from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import timebank
from app.acts import ACTS, act
from app.class_form import ids_of
from app.class_words import SESSION_STATES, refusal_words, wrong_field
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.i18n import ngettext
from app.named_field import Candidates
from app.neighbourhood import acting, community_shown
from app.notices import NoticeKind, noticed
from app.routes.elder_acts import whole
from app.routes.typed import typed
from app.settings import settings
from app.volunteer_field import read_volunteer
from app.wording import duration, number
from community import Actor, Role
from timebank import TimebankError, group_sessions
from timebank.group_sessions import SeenSession, SessionState
from timebank.group_sessions import rules as class_rules
from timebank.policy import GROUP_CONFIRMERS

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
QR_SCALE: Final = 6


@get("/classes/sessions/{group_session_id:uuid}", name="class.session", opt=act("class.read"))
async def session(request: AnyRequest, group_session_id: FromPath[UUID]) -> Template:
    """Show a session to everybody, with what each can do."""
    return await _page(request, group_session_id, Form(), [])


async def _page(
    request: AnyRequest, session_id: UUID, form: Form, candidates: Candidates
) -> Template:
    home, by = await community_shown(request), await actor_of(request)
    try:
        seen = await group_sessions.session_page(session_id, community_id=home.id, by=by)
    except group_sessions.UnknownSession as error:
        raise NotFoundException from error
    context = {
        "home": home,
        "zone": ZoneInfo(home.time_zone),
        "seen": seen,
        "one": seen.session,
        "state": _(SESSION_STATES[seen.session.state]),
        "form": form,
        "candidates": candidates,
        **await _what_can_be_done(seen, by, home.id),
    }
    status = 200 if form.ok else REFUSED
    return Template("classes/session.html", context=context, status_code=status)


async def _what_can_be_done(
    seen: SeenSession, by: Actor | None, community_id: UUID
) -> dict[str, Any]:
    """Return what the page offers whoever looks at it."""
    one, now = seen.session, datetime.now(UTC)
    policy = await community.policy_in_force(community_id, one.starts_at)
    roles = by.roles if by else frozenset[Role]()
    gives = by is not None and by.member_id in one.givers
    planned = one.state is SessionState.PLANNED
    keeps = gives or bool(ACTS["class.sign_up_for"].reach(roles))
    coordinator = Role.COORDINATOR in roles
    came = seen.mine is not None and seen.mine.attended
    opens_at = class_rules.opens_at(one, await timebank.visit_policy_at(community_id, now))
    return {
        "member": by is not None,
        "gives": gives,
        "leads": by is not None and by.member_id == one.leader_id,
        "keeps": keeps,
        "opens_at": opens_at,
        "open": planned and one.ends_at > now,
        "can_sign_up": by is not None and planned and one.ends_at > now and not gives,
        "can_take_list": keeps and planned and opens_at <= now,
        "says_here": by is not None and not gives and planned and opens_at <= now and not came,
        "can_confirm": one.state is SessionState.HELD
        and not gives
        and (coordinator or (came and seen.mine is not None and seen.mine.confirmed_at is None)),
        "can_call_off": (planned and (coordinator or gives))
        or (coordinator and one.state is SessionState.HELD),
        "can_step_back": gives and planned and one.starts_at > now,
        "names_leader": coordinator and planned and one.ends_at > now,
        "takes_on": await _takes_on(one, by),
        "words_needed": policy[GROUP_CONFIRMERS],
    }


async def _takes_on(one: group_sessions.GroupSession, by: Actor | None) -> bool:
    if by is None or one.leader_id is not None:
        return False
    return any(found.session.id == one.id for found in await group_sessions.without_leader(by))


@post("/classes/sessions/{group_session_id:uuid}/sign-up", opt=act("class.sign_up"))
async def sign_up(request: AnyRequest, group_session_id: FromPath[UUID]) -> Redirect:
    """Sign up for a session."""
    by = await acting(request)
    try:
        signed = await group_sessions.sign_up(group_session_id, by=by)
    except TimebankError as refusal:
        return await _refused(group_session_id, by, refusal)
    if signed.placed:
        return _to(group_session_id, _("You have a place. See you there!"))
    told = _("You are on the waiting list, and are told as soon as a place is yours.")
    return _to(group_session_id, told, "wait")


@post("/classes/sessions/{group_session_id:uuid}/give-up", opt=act("class.sign_up"))
async def give_up(request: AnyRequest, group_session_id: FromPath[UUID]) -> Redirect:
    """Take oneself off the list."""
    by = await acting(request)
    try:
        await group_sessions.give_up(group_session_id, by=by)
    except TimebankError as refusal:
        return await _refused(group_session_id, by, refusal)
    return _to(group_session_id, _("You are off the list. Thank you for saying so in time."))


@get("/classes/sessions/{group_session_id:uuid}/here", opt=act("class.attend"))
async def here_form(request: AnyRequest, group_session_id: FromPath[UUID]) -> Template:
    """Ask for the number that the leader shows; a QR code brings it along."""
    code = request.query_params.get("code", "")
    known = code if len(code) == len("0000") and code.isascii() and code.isdigit() else ""
    return await _here(await acting(request), group_session_id, Form.of({"code": known}))


@post("/classes/sessions/{group_session_id:uuid}/here", opt=act("class.attend"))
async def here(request: AnyRequest, group_session_id: FromPath[UUID]) -> Template | Redirect:
    """Say that one is there."""
    by, form = await acting(request), await typed(request)
    try:
        await group_sessions.say_here(
            group_session_id, by=by, code=form.value("code").replace(" ", "")
        )
    except timebank.WrongCode as refusal:
        form.refuse(*(wrong_field(refusal) or ("code", "")))
        return await _here(by, group_session_id, form)
    except TimebankError as refusal:
        return await _refused(group_session_id, by, refusal)
    return _to(group_session_id, _("Welcome! It is written down that you are here."))


async def _here(by: Actor, session_id: UUID, form: Form) -> Template:
    seen, home = await _seen(session_id, by), await community.community(by.community_id)
    context = {"seen": seen, "one": seen.session, "form": form, "zone": ZoneInfo(home.time_zone)}
    status = 200 if form.ok else REFUSED
    return Template("classes/here.html", context=context, status_code=status)


@get("/classes/sessions/{group_session_id:uuid}/list", opt=act("class.give"))
async def list_page(request: AnyRequest, group_session_id: FromPath[UUID]) -> Template:
    """Show who gives a session, and the desk, who is on its list, and the number for the room."""
    return await _list(request, await acting(request), group_session_id, Form())


async def _list(request: AnyRequest, by: Actor, session_id: UUID, form: Form) -> Template:
    seen, home = await _seen(session_id, by), await community.community(by.community_id)
    one, zone, now = seen.session, ZoneInfo(home.time_zone), datetime.now(UTC)
    desk = bool(ACTS["class.sign_up_for"].reach(by.roles))
    if by.member_id not in one.givers and not desk:
        raise PermissionDeniedException
    lines = await group_sessions.session_list(session_id, by)
    policy = await timebank.visit_policy_at(home.id, now)
    site = settings().public_address or str(request.base_url).rstrip("/")
    qr = segno.make(f"{site}/classes/sessions/{one.id}/here?code={one.code}", error="m")
    opens_at = class_rules.opens_at(one, policy)
    planned = one.state is SessionState.PLANNED
    helpers = await community.named_members(set(one.assistants), community_id=home.id)
    context = {
        "seen": seen,
        "one": one,
        "lines": lines,
        "form": form,
        "zone": zone,
        "open": planned and opens_at <= now,
        "opens_at": opens_at,
        "can_close": planned and one.starts_at <= now and one.leader_id is not None,
        "helpers": sorted((str(member_id), name) for member_id, name in helpers.items()),
        "qr": qr.svg_data_uri(scale=QR_SCALE, border=4, light="#fff") if one.code else "",
        "state": _(SESSION_STATES[one.state]),
    }
    status = 200 if form.ok else REFUSED
    return Template(
        "classes/list.html",
        context=context,
        status_code=status,
        headers={"Cache-Control": "no-store"},
    )


@post("/classes/sessions/{group_session_id:uuid}/attendance", opt=act("class.give"))
async def attendance(request: AnyRequest, group_session_id: FromPath[UUID]) -> Template | Redirect:
    """Write down who came."""
    by, form = await acting(request), await typed(request)
    try:
        after = await group_sessions.take_attendance(group_session_id, ids_of(form, "came"), by=by)
    except group_sessions.NoPlaceLeft as refusal:
        home = await community.community(by.community_id)
        form.refuse("came", refusal_words(refusal, ZoneInfo(home.time_zone)))
        return await _list(request, by, group_session_id, form)
    except TimebankError as refusal:
        return await _refused(group_session_id, by, refusal)
    told = ngettext("%(num)s person came.", "%(num)s people came.", after.attended) % {
        "num": number(after.attended)
    }
    answer = Redirect(f"/classes/sessions/{group_session_id}/list", status_code=303)
    return noticed(answer, told)


@post("/classes/sessions/{group_session_id:uuid}/close", opt=act("class.give"))
async def close(request: AnyRequest, group_session_id: FromPath[UUID]) -> Template | Redirect:
    """Write down that a session was held; those who came are asked to confirm it."""
    by, form = await acting(request), await typed(request)
    stated = whole(form.value("minutes"))
    if form.value("minutes") and stated is None:
        form.refuse("minutes", _("Type the minutes as a whole number, such as 95."))
        return await _list(request, by, group_session_id, form)
    try:
        seen = await _seen(group_session_id, by)
        helped = ids_of(form, "helped") & seen.session.assistants
        await group_sessions.close_session(group_session_id, by=by, minutes=stated, helped=helped)
    except timebank.TooManyStated as refusal:
        form.refuse(*(wrong_field(refusal) or ("minutes", "")))
        return await _list(request, by, group_session_id, form)
    except TimebankError as refusal:
        return await _refused(group_session_id, by, refusal)
    told = _("Written down. Those who came are asked to confirm it.")
    return _to(group_session_id, told)


@post("/classes/sessions/{group_session_id:uuid}/confirm", opt=act("class.confirm"))
async def confirm(request: AnyRequest, group_session_id: FromPath[UUID]) -> Redirect:
    """Say that a session took place."""
    by = await acting(request)
    try:
        done = await group_sessions.confirm_session(group_session_id, by=by)
    except TimebankError as refusal:
        return await _refused(group_session_id, by, refusal)
    return _to(group_session_id, confirmed_words(done))


def confirmed_words(done: group_sessions.GroupSession) -> str:
    """Return what is said to whoever confirmed a session."""
    if done.state is SessionState.CONFIRMED:
        return _("Confirmed. %(minutes)s are saved for it.") % {
            "minutes": duration(done.minutes_each or 0)
        }
    return _("Thank you. Once somebody else says so too, the hours are saved.")


@post("/classes/sessions/{group_session_id:uuid}/lead", opt=act("class.give"))
async def lead(request: AnyRequest, group_session_id: FromPath[UUID]) -> Template | Redirect:
    """Take a session of one's team on, or name who leads it."""
    by, form = await acting(request), await typed(request)
    leader: UUID | None = by.member_id
    if Role.COORDINATOR in by.roles:
        leader, candidates = await read_volunteer(form, by)
        if leader is None:
            return await _page(request, group_session_id, form, candidates)
    try:
        await group_sessions.lead(group_session_id, by=by, volunteer_id=leader)
    except TimebankError as refusal:
        field = wrong_field(refusal)
        if field is not None and Role.COORDINATOR in by.roles:
            form.refuse(*field)
            return await _page(request, group_session_id, form, [])
        return await _refused(group_session_id, by, refusal)
    return _to(group_session_id, _("Now this session has somebody who leads it."))


@post("/classes/sessions/{group_session_id:uuid}/step-back", opt=act("class.give"))
async def step_back(request: AnyRequest, group_session_id: FromPath[UUID]) -> Redirect:
    """Say that one cannot give a session after all."""
    by = await acting(request)
    try:
        await group_sessions.step_back(group_session_id, by=by)
    except TimebankError as refusal:
        return await _refused(group_session_id, by, refusal)
    return _to(group_session_id, _("Thank you for saying so early. The desk looks for somebody."))


@get("/classes/sessions/{group_session_id:uuid}/cancel", opt=act("class.give"))
async def cancel_form(request: AnyRequest, group_session_id: FromPath[UUID]) -> Template:
    """Ask once more before a session is called off."""
    by = await acting(request)
    seen, home = await _seen(group_session_id, by), await community.community(by.community_id)
    if by.member_id not in seen.session.givers and Role.COORDINATOR not in by.roles:
        raise PermissionDeniedException
    context = {"seen": seen, "one": seen.session, "form": Form(), "zone": ZoneInfo(home.time_zone)}
    return Template("classes/cancel.html", context=context)


@post("/classes/sessions/{group_session_id:uuid}/cancel", opt=act("class.give"))
async def cancel(request: AnyRequest, group_session_id: FromPath[UUID]) -> Redirect:
    """Call a session off; everybody on its list is told."""
    by, form = await acting(request), await typed(request)
    try:
        await group_sessions.call_off(group_session_id, by=by, reason=form.value("reason"))
    except TimebankError as refusal:
        return await _refused(group_session_id, by, refusal)
    told = _("The session is called off. Everybody on its list is told.")
    return _to(group_session_id, told)


async def _seen(session_id: UUID, by: Actor) -> SeenSession:
    try:
        return await group_sessions.session_page(session_id, community_id=by.community_id, by=by)
    except group_sessions.UnknownSession as error:
        raise NotFoundException from error


def _to(session_id: UUID, told: str, kind: NoticeKind = "done") -> Redirect:
    """Lead to a session's page, with a sentence at its top."""
    answer = Redirect(f"/classes/sessions/{session_id}", status_code=303)
    return noticed(answer, told, kind)


async def _refused(session_id: UUID, by: Actor, refusal: TimebankError) -> Redirect:
    """Lead to a session's page with why not; 404 and 403 for whoever has no business with it."""
    if isinstance(refusal, group_sessions.UnknownSession):
        raise NotFoundException from refusal
    if isinstance(refusal, timebank.NotYours):
        raise PermissionDeniedException from refusal
    home = await community.community(by.community_id)
    return _to(session_id, refusal_words(refusal, ZoneInfo(home.time_zone)), "wrong")


handlers = [
    session, sign_up, give_up, here_form, here, list_page, attendance, close, confirm, lead,
    step_back, cancel_form, cancel,
]  # fmt: skip
