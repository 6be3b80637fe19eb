"""Classes for somebody else: as their delegate, or at the desk for a member who is there or calls.

Both have the member in their address, and show the same page with other words at its top.
"""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app.acts import act
from app.class_words import refusal_words
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.class_sessions import confirmed_words
from app.routes.elder_acts import no_longer
from app.standing_in import acted_for, standing_in
from community import Actor
from timebank import TimebankError, group_sessions
from timebank.group_sessions import SeenSession, SessionState

AnyRequest = Request[Any, Any, Any]


@get("/for/{member_id:uuid}/classes", name="for.classes", opt=act("class.sign_up"))
async def for_another(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Show a delegate the sessions to come, and where the other stands on their lists."""
    by = await standing_in(request, member_id)
    whom = await acted_for(by)
    if whom is None:
        return Redirect("/classes", status_code=303)
    try:
        mine = await group_sessions.my_sessions(by)
    except community.NotDelegated:
        return no_longer()
    return await _page(by, mine, f"/for/{member_id}/classes", whom.name, acted_for=whom)


@get("/members/{member_id:uuid}/classes", name="member.classes", opt=act("class.sign_up_for"))
async def for_member(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show the desk the sessions to come, and where a member stands on their lists."""
    by = await acting(request)
    member = await community.member(member_id)
    whose = Actor(member.id, by.community_id)
    mine = await group_sessions.my_sessions(whose)
    return await _page(whose, mine, f"/members/{member_id}/classes", member.name)


async def _page(
    whose: Actor, mine: list[SeenSession], place: str, name: str, **more: Any
) -> Template:
    home = await community.community(whose.community_id)
    ahead = await group_sessions.timetable(home.id, by=whose)
    context = {
        "sessions": ahead,
        "to_confirm": [
            one
            for one in mine
            if one.session.state is SessionState.HELD
            and one.mine is not None
            and one.mine.attended
            and one.mine.confirmed_at is None
        ],
        "place": place,
        "name": name,
        "acted_for": None,
        "zone": ZoneInfo(home.time_zone),
        **more,
    }
    return Template("classes/for_member.html", context=context)


@post("/for/{member_id:uuid}/classes/{group_session_id:uuid}/sign-up", opt=act("class.sign_up"))
async def sign_up_for_another(
    request: AnyRequest, member_id: FromPath[UUID], group_session_id: FromPath[UUID]
) -> Redirect:
    """Sign somebody up whom one acts for."""
    by = await standing_in(request, member_id)
    return await _sign_up(by, group_session_id, f"/for/{member_id}/classes")


@post("/for/{member_id:uuid}/classes/{group_session_id:uuid}/give-up", opt=act("class.sign_up"))
async def give_up_for_another(
    request: AnyRequest, member_id: FromPath[UUID], group_session_id: FromPath[UUID]
) -> Redirect:
    """Take somebody off a list whom one acts for."""
    by = await standing_in(request, member_id)
    return await _give_up(by, group_session_id, f"/for/{member_id}/classes")


@post("/for/{member_id:uuid}/classes/{group_session_id:uuid}/confirm", opt=act("class.confirm"))
async def confirm_for_another(
    request: AnyRequest, member_id: FromPath[UUID], group_session_id: FromPath[UUID]
) -> Redirect:
    """Say for somebody who came that a session took place."""
    by, back = await standing_in(request, member_id), f"/for/{member_id}/classes"
    try:
        done = await group_sessions.confirm_session(group_session_id, by=by)
    except community.NotDelegated:
        return no_longer()
    except TimebankError as refusal:
        return await _refused(by, refusal, back)
    return noticed(Redirect(back, status_code=303), confirmed_words(done))


@post(
    "/members/{member_id:uuid}/classes/{group_session_id:uuid}/sign-up",
    opt=act("class.sign_up_for"),
)
async def sign_up_member(
    request: AnyRequest, member_id: FromPath[UUID], group_session_id: FromPath[UUID]
) -> Redirect:
    """Sign a member up at the desk."""
    by, back = await acting(request), f"/members/{member_id}/classes"
    return await _sign_up(by, group_session_id, back, member_id)


@post(
    "/members/{member_id:uuid}/classes/{group_session_id:uuid}/give-up",
    opt=act("class.sign_up_for"),
)
async def give_up_member(
    request: AnyRequest, member_id: FromPath[UUID], group_session_id: FromPath[UUID]
) -> Redirect:
    """Take a member off a list at the desk."""
    by, back = await acting(request), f"/members/{member_id}/classes"
    return await _give_up(by, group_session_id, back, member_id)


async def _sign_up(
    by: Actor, session_id: UUID, back: str, member_id: UUID | None = None
) -> Redirect:
    try:
        signed = await group_sessions.sign_up(session_id, by=by, member_id=member_id)
    except community.NotDelegated:
        return no_longer()
    except TimebankError as refusal:
        return await _refused(by, refusal, back)
    told = _("There is a place. They are told as well.")
    if not signed.placed:
        told = _("They are on the waiting list, and are told as soon as a place is theirs.")
    return noticed(Redirect(back, status_code=303), told)


async def _give_up(
    by: Actor, session_id: UUID, back: str, member_id: UUID | None = None
) -> Redirect:
    try:
        await group_sessions.give_up(session_id, by=by, member_id=member_id)
    except community.NotDelegated:
        return no_longer()
    except TimebankError as refusal:
        return await _refused(by, refusal, back)
    return noticed(Redirect(back, status_code=303), _("They are off the list, and are told."))


async def _refused(by: Actor, refusal: TimebankError, back: str) -> Redirect:
    if isinstance(refusal, group_sessions.UnknownSession):
        raise NotFoundException from refusal
    home = await community.community(by.community_id)
    words = refusal_words(refusal, ZoneInfo(home.time_zone))
    return noticed(Redirect(back, status_code=303), words, "wrong")


handlers = [
    for_another, for_member, sign_up_for_another, give_up_for_another, confirm_for_another,
    sign_up_member, give_up_member,
]  # fmt: skip
