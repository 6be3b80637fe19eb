"""Matters that the phone desk handed over: the list, one of them, taking it on, closing it."""

from collections.abc import Awaitable
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.phone_desk import words
from app.phones import spoken
from app.routes.typed import typed
from community import Actor, CommunityError, Role
from timebank import TimebankError, desk
from timebank.desk import HandOver, Settled

AnyRequest = Request[Any, Any, Any]
PLACE: Final = "/hand-overs"
REFUSED: Final = 422


@get(PLACE, name="hand_overs", opt=act("call.read"))
async def hand_overs(request: AnyRequest) -> Template:
    """Show what was handed over: what waits, urgent first, and what was closed last."""
    by = await acting(request)
    home = await community.community(by.community_id)
    context = {
        "open": await desk.matters(by),
        "closed": await desk.matters(by, closed=True),
        "topics": {one: _(told) for one, told in words.TOPICS.items()},
        "settled": {one: _(told) for one, told in words.SETTLED.items()},
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("desk/hand_overs.html", context=context)


@get(f"{PLACE}/{{matter_id:uuid}}", name="hand_over", opt=act("call.read"))
async def hand_over(request: AnyRequest, matter_id: FromPath[UUID]) -> Template:
    """Show a matter, with what a coordinator can do about it."""
    return await _shown(matter_id, await acting(request), Form())


async def _shown(matter_id: UUID, by: Actor, form: Form) -> Template:
    try:
        seen = await desk.matter_seen(matter_id, by)
    except desk.UnknownHandOver as error:
        raise NotFoundException from error
    home = await community.community(by.community_id)
    matter = seen.matter
    mine = matter.taken_by == by.member_id
    context = {
        "seen": seen,
        "matter": matter,
        "topic": _(words.TOPICS[matter.topic]),
        "outcome": _(words.SETTLED[matter.outcome]) if matter.outcome else "",
        "phone": spoken(seen.phone) if seen.phone else "",
        "can_take": Role.COORDINATOR in by.roles
        and matter.closed_at is None
        and matter.taken_by is None
        and by.member_id != matter.member_id,
        "can_close": mine and matter.closed_at is None and Role.COORDINATOR in by.roles,
        "outcomes": [
            (one.value, _(told)) for one, told in words.SETTLED.items() if one is not Settled.ERASED
        ],
        "form": form,
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("desk/hand_over.html", context=context, status_code=200 if form.ok else REFUSED)


@post(f"{PLACE}/{{matter_id:uuid}}/take", name="hand_over.take", opt=act("call.take_over"))
async def take(request: AnyRequest, matter_id: FromPath[UUID]) -> Redirect | Template:
    """Look after a matter."""
    by = await acting(request)
    told = _("You look after it now. The others see that.")
    return await _done(matter_id, by, desk.take_hand_over(matter_id, by=by), told)


@post(f"{PLACE}/{{matter_id:uuid}}/close", name="hand_over.close", opt=act("call.take_over"))
async def close(request: AnyRequest, matter_id: FromPath[UUID]) -> Redirect | Template:
    """Close a matter with what became of it."""
    by, form = await acting(request), await typed(request)
    chosen = form.value("outcome")
    if chosen not in set(Settled):
        form.refuse("outcome", _("Choose one of the answers shown."))
        return await _shown(matter_id, by, form)
    verb = desk.close_hand_over(matter_id, Settled(chosen), by=by, note=form.value("outcome_note"))
    return await _done(matter_id, by, verb, _("Closed."), form=form)


async def _done(
    matter_id: UUID, by: Actor, verb: Awaitable[HandOver], told: str, *, form: Form | None = None
) -> Redirect | Template:
    try:
        await verb
    except desk.UnknownHandOver as error:
        raise NotFoundException from error
    except (TimebankError, CommunityError) as refusal:
        field = words.wrong_field(refusal)
        if field is not None:
            form = form or Form()
            form.refuse(*field)
            return await _shown(matter_id, by, form)
        home = await community.community(by.community_id)
        said = words.refusal_words(refusal, ZoneInfo(home.time_zone))
        return noticed(Redirect(f"{PLACE}/{matter_id}", status_code=303), said, "wrong")
    return noticed(Redirect(f"{PLACE}/{matter_id}", status_code=303), told)


@get("/members/{member_id:uuid}/calls", name="member.calls", opt=act("call.read"))
async def member_calls(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show the last calls by a member or for them."""
    by = await acting(request)
    home = await community.community(by.community_id)
    context = {
        "member": await community.member(member_id),
        "calls": await desk.calls_about(member_id, by),
        "done": {one: _(told) for one, told in words.DONE.items()},
        "outcomes": {one: _(told) for one, told in words.OUTCOMES.items()},
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("desk/member_calls.html", context=context)


handlers = [hand_overs, hand_over, take, close, member_calls]
