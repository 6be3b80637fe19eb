"""The desk's hand on a visit: who comes, what a disputed one counts, and mending a closed one."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import timebank
from app import settling_page
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.project_hours import at_a_project
from app.routes import elder_acts
from app.routes.typed import typed
from app.visit_words import refusal_words, uncovered_words, wrong_field
from app.wording import duration
from community import Actor, Role
from timebank import State, TimebankError, Visit

AnyRequest = Request[Any, Any, Any]
REFUSED = 422
OPEN = frozenset({State.REQUESTED, State.OFFERED})


@get("/time-bank/visits/{visit_id:uuid}/offer", name="visit.offer.choose", opt=act("visit.offer"))
async def offer_page(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Let the desk choose a volunteer by name, those who came to this elder before first."""
    name = request.query_params.get("name", "")
    return await _offer_page(visit_id, await acting(request), Form.of({"name": name}))


@post("/time-bank/visits/{visit_id:uuid}/offer", name="visit.offer", opt=act("visit.offer"))
async def offer(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Ask a volunteer whether they can take the visit."""
    told = _("We have asked %(name)s. Until they answer, nobody else sees the request.")
    return await _give(request, visit_id, timebank.offer, told)


@post("/time-bank/visits/{visit_id:uuid}/assign", name="visit.assign", opt=act("visit.assign"))
async def assign(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Book a volunteer who said yes, on the telephone for example."""
    told = _("%(name)s is booked. Both sides are told.")
    return await _give(request, visit_id, partial(timebank.assign, elsewhere=at_a_project), told)


async def _offer_page(visit_id: UUID, by: Actor, form: Form) -> Template | Redirect:
    context = await elder_acts.visit_context(visit_id, by, form)
    visit: Visit = context["visit"]
    if visit.state not in OPEN or context["over"]:
        return Redirect(context["mine"].href, status_code=303)
    known = await timebank.came_before(visit.elder_id, by=by)
    page = await community.directory_page(
        by.community_id, name=form.value("name"), role=Role.VOLUNTEER
    )
    before = {one for one, _name in known}
    people = [(one, name, _("Came here before")) for one, name in known]
    people += [(one.id, one.name, one.grid) for one in page.members if one.id not in before]
    if form.value("name"):
        people = [one for one in people if one[1].startswith(form.value("name"))]
    context["people"] = [one for one in people if one[0] != visit.elder_id]
    context["more"] = page.next is not None
    status = 200 if form.ok else REFUSED
    return Template("timebank/offer.html", context=context, status_code=status)


async def _give(
    request: AnyRequest, visit_id: UUID, verb: Callable[..., Awaitable[Visit]], told: str
) -> Template | Redirect:
    by, form = await acting(request), await typed(request)
    volunteer_id = _id_of(form.value("volunteer"))
    if volunteer_id is None:
        form.refuse("volunteer", _("Choose who could come."))
        return await _offer_page(visit_id, by, form)
    try:
        given = await verb(visit_id, volunteer_id, by=by)
    except timebank.UnknownVisit as refusal:
        raise elder_acts.stopped(refusal) from refusal
    except timebank.NotYours:
        form.refuse("volunteer", _("Choose one of the volunteers shown."))
        return await _offer_page(visit_id, by, form)
    except timebank.NotEnoughMinutes:
        form.refuse("volunteer", uncovered_words())
        return await _offer_page(visit_id, by, form)
    except timebank.BusyThen:
        form.refuse("volunteer", _("They have promised another visit or a project that time."))
        return await _offer_page(visit_id, by, form)
    except TimebankError as refusal:
        return await elder_acts.refused(visit_id, by, refusal, Form())
    names = await community.named_members({volunteer_id}, community_id=by.community_id)
    return elder_acts.to_visit(by, given.id, told % {"name": names.get(volunteer_id, "")})


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@get(
    "/time-bank/visits/{visit_id:uuid}/resolve", name="visit.resolve.ask", opt=act("visit.resolve")
)
async def resolve_page(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Show a coordinator both sides' words and the clock."""
    return await _settling(visit_id, await acting(request), Form(), what="resolve")


@post("/time-bank/visits/{visit_id:uuid}/resolve", name="visit.resolve", opt=act("visit.resolve"))
async def resolve(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Decide how much of a disputed visit counts."""
    by, form = await acting(request), await typed(request)
    minutes = await _minutes(form, visit_id, by)
    if minutes is None:
        return await _settling(visit_id, by, form, what="resolve")
    try:
        done = await timebank.resolve(visit_id, by=by, minutes=minutes, reason=form.value("reason"))
    except TimebankError as refusal:
        return await _unsettled(visit_id, by, form, what="resolve", refusal=refusal)
    told = _("Decided: %(minutes)s count. Both sides are told, with your reason.")
    return elder_acts.to_visit(by, done.id, told % {"minutes": duration(minutes)})


@get(
    "/time-bank/visits/{visit_id:uuid}/correct", name="visit.correct.ask", opt=act("visit.correct")
)
async def correct_page(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Ask a coordinator what should have counted of a closed visit."""
    return await _settling(visit_id, await acting(request), Form(), what="correct")


@post("/time-bank/visits/{visit_id:uuid}/correct", name="visit.correct", opt=act("visit.correct"))
async def correct(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Mend a closed visit: first it is shown what will be reversed and booked, then it is done."""
    by, form = await acting(request), await typed(request)
    minutes = await _minutes(form, visit_id, by)
    if minutes is None or not form.value("sure"):
        return await _settling(visit_id, by, form, what="correct", minutes=minutes)
    try:
        done = await timebank.correct(visit_id, by=by, minutes=minutes, reason=form.value("reason"))
    except TimebankError as refusal:
        return await _unsettled(visit_id, by, form, what="correct", refusal=refusal)
    told = _("Mended: %(minutes)s count now. Both sides are told, with your reason.")
    return elder_acts.to_visit(by, done.id, told % {"minutes": duration(minutes)})


async def _settling(
    visit_id: UUID, by: Actor, form: Form, *, what: str, minutes: int | None = None
) -> Template | Redirect:
    context = await elder_acts.visit_context(visit_id, by, form)
    if not context[f"may_{what}"]:
        told = _("A coordinator decides who is neither of the two, and once it is due.")
        return noticed(Redirect(context["mine"].href, status_code=303), told, "note")
    shown = settling_page.context(context, form, minutes)
    status = 200 if form.ok else REFUSED
    return Template(f"timebank/{what}.html", context=context | shown, status_code=status)


async def _unsettled(
    visit_id: UUID, by: Actor, form: Form, *, what: str, refusal: TimebankError
) -> Template | Redirect:
    """Show the form again with the refusal, or the visit where it has moved on."""
    if isinstance(refusal, timebank.NotEnoughMinutes):
        form.refuse("minutes", settling_page.short_words(refusal, what))
    elif isinstance(refusal, timebank.NotYours | timebank.UnknownVisit):
        raise elder_acts.stopped(refusal) from refusal
    elif (field := wrong_field(refusal)) is not None:
        form.refuse(*field)
    else:
        zone = ZoneInfo((await community.community(by.community_id)).time_zone)
        return elder_acts.to_visit(by, visit_id, refusal_words(refusal, zone), "wrong")
    return await _settling(visit_id, by, form, what=what)


async def _minutes(form: Form, visit_id: UUID, by: Actor) -> int | None:
    """Return the minutes that the form decides on; None with its fields refused.

    Raises 404 and 403 for whoever has no business with the visit.
    """
    context = await elder_acts.visit_context(visit_id, by)
    return settling_page.read(form, context["visit"])


handlers = [offer_page, offer, assign, resolve_page, resolve, correct_page, correct]
