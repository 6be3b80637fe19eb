"""The time bank's pages: the home of each part, asking, the board, and a visit with its acts."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import timebank
from app import doorstep, moments, visit_page
from app.acts import act
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.matching_words import for_oneself
from app.neighbourhood import acting, community_shown
from app.notices import noticed
from app.pictures import PHOTO_BYTES_MAX, photo_of
from app.project_hours import at_a_project
from app.routes import asking, elder_acts
from app.routes.typed import typed
from app.templating import page_or_fragment
from app.uploads import AROUND_BYTES, Unfit
from app.visit_words import refusal_words, uncovered_words
from app.wording import duration
from community import Role
from timebank import TimebankError, beside
from timebank.matching import fitting_requests

AnyRequest = Request[Any, Any, Any]
BOARD = "/time-bank/requests"


@get("/time-bank", name="time-bank", opt=act("time_bank.read"))
async def time_bank(request: AnyRequest) -> Template:
    """Show a member what they can do here, and a visitor what the time bank is."""
    by = await actor_of(request)
    home = await community_shown(request)
    zone = ZoneInfo(home.time_zone)
    confirmed, minutes, waiting = await timebank.given_and_waiting(home.id)
    figures = {"home": home, "zone": zone, "given": minutes, "visits": confirmed}
    if by is None:
        return Template("timebank/door.html", context={**figures, "waiting": waiting})
    visits = [visit_page.shown(one, by) for one in await timebank.my_visits(by)]
    return Template(
        "timebank/home.html",
        context={
            **figures,
            "waiting": waiting,
            "elder": Role.ELDER in by.roles,
            "volunteer": Role.VOLUNTEER in by.roles,
            "delegate": Role.DELEGATE in by.roles,
            "balance": await timebank.my_balance(by),
            "mine_now": [one for one in visits if one.waits_for_me],
            "coming": [one for one in reversed(visits) if one.ahead and not one.waits_for_me],
        },
    )


@get("/time-bank/ask", name="visit.ask", opt=act("visit.ask"))
async def ask_page(request: AnyRequest) -> Template:
    """Show the form that asks for a visit."""
    return await asking.ask_page(request, await acting(request))


@post("/time-bank/ask", name="visit.ask.send", opt=act("visit.ask"))
async def ask(request: AnyRequest) -> Template | Redirect:
    """Ask for a visit; a refused form comes back as it was typed."""
    return await asking.ask(request, await acting(request))


@get("/time-bank/requests", name="visit.requests", opt=act("visit.requests.read"))
async def requests(request: AnyRequest) -> Template:
    """Show a volunteer who nearby needs help: what fits them best first, with the reasons."""
    by = await acting(request)
    home = await community.community(by.community_id)
    fitting = await fitting_requests(by)
    board = [
        (visit_page.shown(timebank.Seen(one.visit, one.elder_name, ""), by), True, why)
        for one, why in ((one, for_oneself(one.why)) for one in fitting)
    ]
    suited = {one.visit.id for one in fitting}
    board += [
        (visit_page.shown(timebank.Seen(one.visit, one.elder_name, ""), by), one.free_then, [])
        for one in await timebank.open_requests(by)
        if one.visit.id not in suited
    ]
    context = {"board": board, "zone": ZoneInfo(home.time_zone)}
    return page_or_fragment(request, "timebank/requests.html", context)


@get("/time-bank/visits", name="visit.mine", opt=act("visit.read"))
async def my_visits(request: AnyRequest) -> Template:
    """Show a member the visits that they receive and give."""
    by = await acting(request)
    home = await community.community(by.community_id)
    visits = [visit_page.shown(one, by) for one in await timebank.my_visits(by)]
    now = [one for one in visits if one.waits_for_me]
    context = {
        "mine_now": now,
        "coming": [one for one in reversed(visits) if one.ahead and one not in now],
        "over": [one for one in visits if not one.ahead and one not in now],
        "elder": Role.ELDER in by.roles,
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("timebank/visits.html", context=context)


@get("/time-bank/visits/{visit_id:uuid}", name="visit", opt=act("visit.read"))
async def visit(request: AnyRequest, visit_id: FromPath[UUID]) -> Template:
    """Show a visit to whoever may see it, with what they can do next.

    The QR at the door brings its number along, which then stands in the field.
    """
    by = await acting(request)
    scanned = doorstep.code_scanned(request.query_params.get("code", ""))
    form = Form.of({"code": scanned}) if scanned else None
    return page_or_fragment(
        request, "timebank/visit.html", await elder_acts.visit_context(visit_id, by, form)
    )


@post("/time-bank/visits/{visit_id:uuid}/accept", name="visit.accept", opt=act("visit.accept"))
async def accept(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect:
    """Take a visit on, or say who was quicker and show the board again."""
    by = await acting(request)
    try:
        taken = await timebank.accept(visit_id, by=by, elsewhere=at_a_project)
    except timebank.NotEnoughMinutes:
        await timebank.report_uncovered(visit_id, by=by)
        return noticed(Redirect(BOARD, status_code=303), uncovered_words(), "wrong")
    except (timebank.NotYours, timebank.UnknownVisit) as error:
        raise elder_acts.stopped(error) from error
    except TimebankError as refusal:
        home = await community.community(by.community_id)
        told = refusal_words(refusal, ZoneInfo(home.time_zone))
        return noticed(Redirect(BOARD, status_code=303), told, "wrong")
    return elder_acts.to_visit(
        by, taken.id, _("The visit is yours. Thank you! The elder sees your name now.")
    )


@post("/time-bank/visits/{visit_id:uuid}/decline", name="visit.decline", opt=act("visit.decline"))
async def decline(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect | Template:
    """Say no to an offer: everybody is asked then."""
    by = await acting(request)
    try:
        await timebank.decline(visit_id, by=by)
    except TimebankError as refusal:
        return await elder_acts.refused(visit_id, by, refusal, Form())
    return noticed(
        Redirect(BOARD, status_code=303), _("Thank you for answering. Others are asked.")
    )


@post(
    "/time-bank/visits/{visit_id:uuid}/withdraw", name="visit.withdraw", opt=act("visit.withdraw")
)
async def withdraw(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect | Template:
    """Give a visit back to the board."""
    by = await acting(request)
    try:
        await timebank.withdraw(visit_id, by=by)
    except TimebankError as refusal:
        return await elder_acts.refused(visit_id, by, refusal, Form())
    answer = Redirect("/time-bank/requests", status_code=303)
    return noticed(answer, _("The visit is open to others again. Thank you for saying so early."))


@post(
    "/time-bank/visits/{visit_id:uuid}/check-in", name="visit.check-in", opt=act("visit.check_in")
)
async def check_in(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect | Template:
    """Begin a visit with the number that the elder reads out."""
    by, form = await acting(request), await typed(request)
    happened_at = await moments.read(form, visit_id, by)
    if not form.ok:
        return await elder_acts.again(visit_id, by, form)
    try:
        begun = await timebank.check_in(
            visit_id, by=by, code=form.value("code").replace(" ", ""), happened_at=happened_at
        )
    except timebank.TooLate:
        return await elder_acts.again(visit_id, by, moments.too_long_ago(form))
    except TimebankError as refusal:
        return await elder_acts.refused(visit_id, by, refusal, form)
    if begun.volunteer_id != by.member_id:
        return elder_acts.to_visit(by, begun.id, _("Checked in for the volunteer."))
    return elder_acts.to_visit(
        by, begun.id, _("You are checked in. The clock is running; check out when you leave.")
    )


@post(
    "/time-bank/visits/{visit_id:uuid}/check-out",
    name="visit.check-out",
    opt=act("visit.check_out"),
    request_max_body_size=PHOTO_BYTES_MAX + AROUND_BYTES,
)
async def check_out(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect | Template:
    """End a visit by the clock, or by the fewer minutes that were typed."""
    by, form = await acting(request), await typed(request)
    stated = elder_acts.whole(form.value("minutes"))
    if form.value("minutes") and stated is None:
        form.refuse("minutes", _("Type the minutes as a whole number, such as 95."))
    image = await _photo(request, form)
    happened_at = await moments.read(form, visit_id, by)
    if not form.ok:
        return await elder_acts.again(visit_id, by, form)
    try:
        if image is not None:  # first, so that none is lost where the check-out was sent before
            await beside.add_photo(visit_id, image, by=by)
        ended = await timebank.check_out(visit_id, by=by, stated=stated, happened_at=happened_at)
    except timebank.TooLate:
        return await elder_acts.again(visit_id, by, moments.too_long_ago(form))
    except TimebankError as refusal:
        return await elder_acts.refused(visit_id, by, refusal, form)
    told = _("Checked out after %(minutes)s. The elder is asked to confirm.") % {
        "minutes": duration(ended.minutes_measured or 0)
    }
    return elder_acts.to_visit(by, ended.id, told)


async def _photo(request: AnyRequest, form: Form) -> bytes | None:
    try:
        return await photo_of(await request.form(), "photo")
    except Unfit as refusal:
        form.refuse("photo", refusal.why)
        return None


@post("/time-bank/visits/{visit_id:uuid}/confirm", name="visit.confirm", opt=act("visit.confirm"))
async def confirm(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect | Template:
    """Pass the minutes on."""
    return await elder_acts.confirm(request, visit_id, await acting(request))


@get("/time-bank/visits/{visit_id:uuid}/cancel", name="visit.cancel.ask", opt=act("visit.cancel"))
async def cancel_page(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Ask once more before a visit is called off."""
    return await elder_acts.cancel_page(visit_id, await acting(request))


@post("/time-bank/visits/{visit_id:uuid}/cancel", name="visit.cancel", opt=act("visit.cancel"))
async def cancel(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect | Template:
    """Call a visit off; what was set aside returns."""
    return await elder_acts.cancel(request, visit_id, await acting(request))


handlers = [
    time_bank, ask_page, ask, requests, my_visits, visit, accept, decline, withdraw, check_in,
    check_out, confirm, cancel_page, cancel,
]  # fmt: skip
