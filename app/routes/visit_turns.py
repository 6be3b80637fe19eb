"""When a visit goes another way: late, nobody there, "this is not right"; for oneself or another.

The elder, the volunteer, a delegate and the desk come here from the visit's page. Which of them may
say what, the time bank's rules decide.
"""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import timebank
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.routes import elder_acts
from app.routes.typed import typed
from app.standing_in import standing_in
from app.visit_words import LATE_MINUTES
from app.wording import duration, spoken_time
from community import Actor
from timebank import Side, TimebankError

AnyRequest = Request[Any, Any, Any]
REFUSED = 422


@post("/time-bank/visits/{visit_id:uuid}/late", name="visit.late", opt=act("visit.late"))
async def late(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect | Template:
    """Tell the elder that the volunteer is on the way, and late."""
    by, form = await acting(request), await typed(request)
    minutes = elder_acts.whole(form.value("minutes"))
    try:
        told = await timebank.running_late(
            visit_id, minutes if minutes in LATE_MINUTES else 0, by=by
        )
    except TimebankError as refusal:
        return await elder_acts.refused(visit_id, by, refusal, Form())
    words = _("We have told them that you will be about %(minutes)s late.")
    return elder_acts.to_visit(by, told.id, words % {"minutes": duration(minutes or 0)})


@get(
    "/time-bank/visits/{visit_id:uuid}/no-show", name="visit.no-show.ask", opt=act("visit.no_show")
)
async def no_show_page(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Ask once more before it is noted that somebody was not there."""
    return await _no_show_page(visit_id, await acting(request), Form())


@post("/time-bank/visits/{visit_id:uuid}/no-show", name="visit.no-show", opt=act("visit.no_show"))
async def no_show(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Note that one of the two was not there."""
    return await _no_show(request, visit_id, await acting(request))


@get(
    "/for/{member_id:uuid}/visits/{visit_id:uuid}/no-show",
    name="for.visit.no-show.ask",
    opt=act("visit.no_show"),
)
async def no_show_page_for(
    request: AnyRequest, member_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Template | Redirect:
    """Ask once more before it is noted for another that nobody came."""
    return await _no_show_page(visit_id, await standing_in(request, member_id), Form())


@post(
    "/for/{member_id:uuid}/visits/{visit_id:uuid}/no-show",
    name="for.visit.no-show",
    opt=act("visit.no_show"),
)
async def no_show_for(
    request: AnyRequest, member_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Template | Redirect:
    """Note for another that nobody came."""
    return await _no_show(request, visit_id, await standing_in(request, member_id))


async def _no_show_page(visit_id: UUID, by: Actor, form: Form) -> Template | Redirect:
    context = await elder_acts.visit_context(visit_id, by, form)
    if not context["may_miss"]:
        return Redirect(context["mine"].href, status_code=303)
    status = 200 if form.ok else REFUSED
    return Template("timebank/no_show.html", context=context, status_code=status)


async def _no_show(request: AnyRequest, visit_id: UUID, by: Actor) -> Template | Redirect:
    form = await typed(request)
    context = await elder_acts.visit_context(visit_id, by)
    part, chosen = context["mine"].part, form.value("absent")
    if part in {"elder", "delegate"}:
        absent = Side.VOLUNTEER
    elif part == "volunteer":
        absent = Side.ELDER
    elif not context["at_desk"]:
        raise PermissionDeniedException
    elif chosen in set(Side):
        absent = Side(chosen)
    else:
        form.refuse("absent", _("Choose who was not there."))
        return await _no_show_page(visit_id, by, form)
    try:
        noted = await timebank.no_show(visit_id, absent, by=by)
    except community.NotDelegated:
        return elder_acts.no_longer()
    except timebank.TooEarly as early:
        zone = ZoneInfo((await community.community(by.community_id)).time_zone)
        words = _("Please wait a little: you can say so from %(when)s on. Nothing was changed.")
        told = words % {"when": spoken_time(early.opens_at, zone)}
        return elder_acts.to_visit(by, visit_id, told, "wait")
    except TimebankError as refusal:
        return await elder_acts.refused(visit_id, by, refusal, Form())
    return elder_acts.to_visit(by, noted.id, _("Noted. The other side is told as well."))


@get(
    "/time-bank/visits/{visit_id:uuid}/dispute", name="visit.dispute.ask", opt=act("visit.dispute")
)
async def dispute_page(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Ask what is not right about a visit."""
    return await _dispute_page(visit_id, await acting(request), Form())


@post("/time-bank/visits/{visit_id:uuid}/dispute", name="visit.dispute", opt=act("visit.dispute"))
async def dispute(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Say that a visit is not right: nothing passes until a coordinator has decided."""
    return await _dispute(request, visit_id, await acting(request))


@get(
    "/for/{member_id:uuid}/visits/{visit_id:uuid}/dispute",
    name="for.visit.dispute.ask",
    opt=act("visit.dispute"),
)
async def dispute_page_for(
    request: AnyRequest, member_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Template | Redirect:
    """Ask what is not right about another's visit."""
    return await _dispute_page(visit_id, await standing_in(request, member_id), Form())


@post(
    "/for/{member_id:uuid}/visits/{visit_id:uuid}/dispute",
    name="for.visit.dispute",
    opt=act("visit.dispute"),
)
async def dispute_for(
    request: AnyRequest, member_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Template | Redirect:
    """Say for another that a visit is not right."""
    return await _dispute(request, visit_id, await standing_in(request, member_id))


async def _dispute_page(visit_id: UUID, by: Actor, form: Form) -> Template | Redirect:
    context = await elder_acts.visit_context(visit_id, by, form)
    if not context["may_dispute"]:
        return Redirect(context["mine"].href, status_code=303)
    status = 200 if form.ok else REFUSED
    return Template("timebank/dispute.html", context=context, status_code=status)


async def _dispute(request: AnyRequest, visit_id: UUID, by: Actor) -> Template | Redirect:
    form = await typed(request)
    try:
        disputed = await timebank.dispute(visit_id, by=by, reason=form.value("reason"))
    except community.NotDelegated:
        return elder_acts.no_longer()
    except timebank.InvalidRequest as wrong:
        form.refuse(*elder_acts.at_field(wrong))
        return await _dispute_page(visit_id, by, form)
    except TimebankError as refusal:
        return await elder_acts.refused(visit_id, by, refusal, Form())
    told = _("Thank you for saying so. A coordinator looks into it; nothing passes until then.")
    return elder_acts.to_visit(by, disputed.id, told)


handlers = [
    late, no_show_page, no_show, no_show_page_for, no_show_for, dispute_page, dispute,
    dispute_page_for, dispute_for,
]  # fmt: skip
