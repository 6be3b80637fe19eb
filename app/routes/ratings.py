"""How a visit was: both sides say so in private, and the desk reads it; and its photograph."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
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
from app.visit_words import refusal_words, star_choices, wrong_field
from community import Actor
from timebank import TimebankError, beside
from timebank.beside import Rating

AnyRequest = Request[Any, Any, Any]
REFUSED = 422


@get("/time-bank/visits/{visit_id:uuid}/rate", name="visit.rate.ask", opt=act("visit.rate"))
async def rate_page(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Ask how a visit was."""
    return await _page(visit_id, await acting(request))


@post("/time-bank/visits/{visit_id:uuid}/rate", name="visit.rate", opt=act("visit.rate"))
async def rate(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Say how a visit was."""
    return await _rate(request, visit_id, await acting(request))


@get(
    "/for/{member_id:uuid}/visits/{visit_id:uuid}/rate",
    name="for.visit.rate.ask",
    opt=act("visit.rate"),
)
async def rate_page_for(
    request: AnyRequest, member_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Template | Redirect:
    """Ask how another's visit was."""
    return await _page(visit_id, await standing_in(request, member_id))


@post(
    "/for/{member_id:uuid}/visits/{visit_id:uuid}/rate",
    name="for.visit.rate",
    opt=act("visit.rate"),
)
async def rate_for(
    request: AnyRequest, member_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Template | Redirect:
    """Say for another how a visit was."""
    return await _rate(request, visit_id, await standing_in(request, member_id))


@post("/time-bank/visits/{visit_id:uuid}/ratings-seen", name="rating.see", opt=act("rating.see"))
async def seen(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect:
    """Note that a coordinator has looked at what was said."""
    by = await acting(request)
    try:
        await beside.mark_seen(visit_id, by=by)
    except TimebankError as refusal:
        raise elder_acts.stopped(refusal) from refusal
    return elder_acts.to_visit(by, visit_id, _("Noted. It stands in your inbox no longer."))


@get("/time-bank/visits/{visit_id:uuid}/photo", name="visit.photo", opt=act("visit.photo"))
async def photo(request: AnyRequest, visit_id: FromPath[UUID]) -> Response[bytes]:
    """Return the photograph of a visit to both sides and the desk."""
    return await _photo(visit_id, await acting(request))


@get(
    "/for/{member_id:uuid}/visits/{visit_id:uuid}/photo",
    name="for.visit.photo",
    opt=act("visit.photo"),
)
async def photo_for(
    request: AnyRequest, member_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Response[bytes]:
    """Return the photograph of another's visit to who acts for them."""
    return await _photo(visit_id, await standing_in(request, member_id))


async def _page(visit_id: UUID, by: Actor, form: Form | None = None) -> Template | Redirect:
    context = await elder_acts.visit_context(visit_id, by, form)
    said = await _own(visit_id, by)
    if not context["may_rate"]:
        return Redirect(context["mine"].href, status_code=303)
    if form is None:
        first = {"stars": str(said.stars), "words": said.words} if said else {}
        context["form"] = Form.of(first)
    context |= {"stars": star_choices(), "said": said, "published_from": beside.PUBLISHED_FROM}
    status = 200 if form is None or form.ok else REFUSED
    return Template("timebank/rate.html", context=context, status_code=status)


async def _own(visit_id: UUID, by: Actor) -> Rating | None:
    try:
        return await beside.own_rating(visit_id, by=by)
    except timebank.NotYours as error:
        raise PermissionDeniedException from error
    except (timebank.UnknownVisit, community.NotDelegated) as error:
        raise NotFoundException from error


async def _rate(request: AnyRequest, visit_id: UUID, by: Actor) -> Template | Redirect:
    form = await typed(request)
    await _own(visit_id, by)
    stars = form.value("stars")
    if stars not in {value for value, *_rest in star_choices()}:
        form.refuse("stars", _("Choose how it was."))
        return await _page(visit_id, by, form)
    try:
        await beside.rate(visit_id, int(stars), form.value("words"), by=by)
    except community.NotDelegated:
        return elder_acts.no_longer()
    except timebank.InvalidRequest as wrong:
        form.refuse(*(wrong_field(wrong) or ("stars", "")))
        return await _page(visit_id, by, form)
    except TimebankError as refusal:
        zone = ZoneInfo((await community.community(by.community_id)).time_zone)
        return elder_acts.to_visit(by, visit_id, refusal_words(refusal, zone), "wrong")
    return elder_acts.to_visit(by, visit_id, _("Thank you. Only the desk reads what you said."))


async def _photo(visit_id: UUID, by: Actor) -> Response[bytes]:
    try:
        found = await beside.photo(visit_id, by=by)
    except timebank.NotYours as error:
        raise PermissionDeniedException from error
    except (timebank.UnknownVisit, beside.NoPhoto, community.NotDelegated) as error:
        raise NotFoundException from error
    return Response(
        found.image,
        media_type="image/jpeg",
        headers={
            "Cache-Control": "private, no-store",
            # Shown within the visit's page alone; by itself it is saved, not opened.
            "Content-Disposition": 'attachment; filename="visit.jpg"',
        },
    )


handlers = [rate_page, rate, rate_page_for, rate_for, seen, photo, photo_for]
