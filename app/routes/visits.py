"""The time bank's pages: the home of each part, asking, the board, and a visit with its acts."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import timebank
from app import ask_form, visit_page
from app.acts import act
from app.forms import Form
from app.guards import actor_of
from app.i18n import current_language
from app.i18n import gettext as _
from app.neighbourhood import acting, community_shown
from app.notices import NoticeKind, noticed
from app.routes.typed import key_of, typed
from app.templating import page_or_fragment
from app.visit_words import refusal_words, wrong_field
from app.wording import duration
from community import Actor, Role
from timebank import TimebankError, Visit

AnyRequest = Request[Any, Any, Any]
REFUSED = 422


@get("/time-bank", name="time-bank", opt=act("time_bank.read"))
async def time_bank(request: AnyRequest) -> Template:
    """Show a member their own home, and a visitor what the time bank is."""
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
            "me": await community.member(by.member_id),
            "elder": Role.ELDER in by.roles,
            "volunteer": Role.VOLUNTEER in by.roles,
            "balance": await timebank.my_balance(by),
            "mine_now": [one for one in visits if one.waits_for_me],
            "coming": [one for one in reversed(visits) if one.ahead and not one.waits_for_me],
        },
    )


@get("/time-bank/ask", name="visit.ask", opt=act("visit.ask"))
async def ask_page(request: AnyRequest) -> Template:
    """Show the form that asks for a visit; the place of the last one is filled in."""
    by = await acting(request)
    first = {"minutes": "60", "place": await timebank.last_place(by), "key": str(uuid4())}
    wanted = request.query_params.get("service")
    return await _ask_template(by, Form.of({**first, "service": wanted} if wanted else first))


@post("/time-bank/ask", name="visit.ask.send", opt=act("visit.ask"))
async def ask(request: AnyRequest) -> Template | Redirect:
    """Ask for a visit; a refused form comes back as it was typed."""
    by, form = await acting(request), await typed(request)
    home = await community.community(by.community_id)
    wanted = ask_form.read(form, ZoneInfo(home.time_zone))
    if wanted is None:
        return await _ask_template(by, form)
    try:
        visit = await timebank.ask(wanted, by=by, form_key=key_of(form) or uuid4())
    except timebank.AlreadyAsked as again:
        told = _(
            "You had asked for this before; here it stands. Nothing was booked twice. To ask for "
            "another visit, begin with a new form."
        )
        return _to(again.visit, told, "note")
    except TimebankError as refusal:
        field = wrong_field(refusal)
        form.refuse(*(field or ("service", refusal_words(refusal, ZoneInfo(home.time_zone)))))
        return await _ask_template(by, form)
    told = _("Your wish is on the board. %(minutes)s are set aside for it.") % {
        "minutes": duration(visit.minutes_booked)
    }
    return _to(visit.id, told)


async def _ask_template(by: Actor, form: Form) -> Template:
    home = await community.community(by.community_id)
    zone, now = ZoneInfo(home.time_zone), datetime.now(UTC)
    policy = await timebank.visit_policy_at(home.id, now)
    context = {
        "form": form,
        "home": home,
        "services": ask_form.kinds_of_help(
            await timebank.care_services(home.id), current_language()
        ),
        "days": ask_form.days(zone, now, policy),
        "times": ask_form.times(),
        "lengths": ask_form.lengths(policy),
        "balance": await timebank.my_balance(by),
    }
    return Template("timebank/ask.html", context=context, status_code=200 if form.ok else REFUSED)


@get("/time-bank/requests", name="visit.requests", opt=act("visit.requests.read"))
async def requests(request: AnyRequest) -> Template:
    """Show a volunteer who nearby needs help, soonest first."""
    by = await acting(request)
    home = await community.community(by.community_id)
    board = [
        (visit_page.shown(timebank.Seen(one.visit, one.elder_name, ""), by), one.free_then)
        for one in await timebank.open_requests(by)
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
    """Show a visit to whoever may see it, with what they can do next."""
    by = await acting(request)
    return page_or_fragment(request, "timebank/visit.html", await _context(visit_id, by))


async def _context(visit_id: UUID, by: Actor, form: Form | None = None) -> dict[str, Any]:
    try:
        page = await timebank.visit_page(visit_id, by)
    except timebank.UnknownVisit as error:
        raise NotFoundException from error
    except timebank.NotYours as error:
        raise PermissionDeniedException from error
    return await visit_page.context(page, by, form)


@post("/time-bank/visits/{visit_id:uuid}/accept", name="visit.accept", opt=act("visit.accept"))
async def accept(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect:
    """Take a visit on, or say who was quicker and show the board again."""
    by = await acting(request)
    try:
        taken = await timebank.accept(visit_id, by=by)
    except (timebank.AlreadyTaken, timebank.BusyThen, timebank.OwnVisit, timebank.TooLate) as no:
        home = await community.community(by.community_id)
        answer = Redirect("/time-bank/requests", status_code=303)
        return noticed(answer, refusal_words(no, ZoneInfo(home.time_zone)), "wrong")
    except TimebankError as error:
        raise _stopped(error) from error
    return _to(taken.id, _("The visit is yours. Thank you! The elder sees your name now."))


@post(
    "/time-bank/visits/{visit_id:uuid}/withdraw", name="visit.withdraw", opt=act("visit.withdraw")
)
async def withdraw(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect | Template:
    """Give a visit back to the board."""
    by = await acting(request)
    try:
        await timebank.withdraw(visit_id, by=by)
    except TimebankError as refusal:
        return await _refused(visit_id, by, refusal, Form())
    answer = Redirect("/time-bank/requests", status_code=303)
    return noticed(answer, _("The visit is open to others again. Thank you for saying so early."))


@post(
    "/time-bank/visits/{visit_id:uuid}/check-in", name="visit.check-in", opt=act("visit.check_in")
)
async def check_in(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect | Template:
    """Begin a visit with the number that the elder reads out."""
    by, form = await acting(request), await typed(request)
    try:
        begun = await timebank.check_in(visit_id, by=by, code=form.value("code").replace(" ", ""))
    except TimebankError as refusal:
        return await _refused(visit_id, by, refusal, form)
    return _to(begun.id, _("You are checked in. The clock is running; check out when you leave."))


@post(
    "/time-bank/visits/{visit_id:uuid}/check-out",
    name="visit.check-out",
    opt=act("visit.check_out"),
)
async def check_out(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect | Template:
    """End a visit by the clock, or by the fewer minutes that were typed."""
    by, form = await acting(request), await typed(request)
    stated = _whole(form.value("minutes"))
    if form.value("minutes") and stated is None:
        form.refuse("minutes", _("Type the minutes as a whole number, such as 95."))
        return await _again(visit_id, by, form)
    try:
        ended = await timebank.check_out(visit_id, by=by, stated=stated)
    except TimebankError as refusal:
        return await _refused(visit_id, by, refusal, form)
    told = _("Checked out after %(minutes)s. The elder is asked to confirm.") % {
        "minutes": duration(ended.minutes_measured or 0)
    }
    return _to(ended.id, told)


@post("/time-bank/visits/{visit_id:uuid}/confirm", name="visit.confirm", opt=act("visit.confirm"))
async def confirm(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect | Template:
    """Pass the minutes on. An answer for more than was set aside says so: that is the word."""
    by, form = await acting(request), await typed(request)
    minutes = _whole(form.value("minutes"))
    if minutes is None:
        form.refuse("minutes", _("Choose one of the lengths shown."))
        return await _again(visit_id, by, form)
    try:
        closed = await timebank.confirm(visit_id, by=by, minutes=minutes, word=True)
    except timebank.NotEnoughMinutes as short:
        told = _(
            "That is %(asked)s more than you had set aside, and you have %(available)s to use. "
            "Choose a shorter length."
        )
        figures = {"asked": duration(short.asked), "available": duration(short.available)}
        form.refuse("minutes", told % figures)
        return await _again(visit_id, by, form)
    except TimebankError as refusal:
        return await _refused(visit_id, by, refusal, form)
    return _to(closed.id, _confirmed_words(closed))


def _confirmed_words(closed: Visit) -> str:
    passed = closed.minutes_confirmed or 0
    back = max(0, closed.minutes_booked - passed)
    if back:
        return _("Confirmed. %(passed)s passed to the volunteer, %(back)s came back to you.") % {
            "passed": duration(passed),
            "back": duration(back),
        }
    return _("Confirmed. %(passed)s passed to the volunteer.") % {"passed": duration(passed)}


@get("/time-bank/visits/{visit_id:uuid}/cancel", name="visit.cancel.ask", opt=act("visit.cancel"))
async def cancel_page(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Ask once more before a visit is called off."""
    by = await acting(request)
    context = await _context(visit_id, by, Form())
    if not context["can_cancel"]:
        return Redirect(context["mine"].href, status_code=303)
    return Template("timebank/cancel.html", context=context)


@post("/time-bank/visits/{visit_id:uuid}/cancel", name="visit.cancel", opt=act("visit.cancel"))
async def cancel(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect | Template:
    """Call a visit off; all that was set aside returns."""
    by, form = await acting(request), await typed(request)
    try:
        gone = await timebank.cancel(visit_id, by=by, reason=form.value("reason")[:500])
    except TimebankError as refusal:
        return await _refused(visit_id, by, refusal, Form())
    told = _("The visit is called off. %(minutes)s are free again.") % {
        "minutes": duration(gone.minutes_booked)
    }
    return _to(gone.id, told)


def _to(visit_id: UUID, told: str, kind: NoticeKind = "done") -> Redirect:
    return noticed(Redirect(f"/time-bank/visits/{visit_id}", status_code=303), told, kind)


async def _refused(
    visit_id: UUID, by: Actor, refusal: TimebankError, form: Form
) -> Template | Redirect:
    """Show the visit's page again with the refusal at its field, or above everything."""
    if isinstance(refusal, timebank.NotYours | timebank.UnknownVisit):
        raise _stopped(refusal) from refusal
    field = wrong_field(refusal)
    if field is None:
        home = await community.community(by.community_id)
        return _to(visit_id, refusal_words(refusal, ZoneInfo(home.time_zone)), "wrong")
    form.refuse(*field)
    return await _again(visit_id, by, form)


async def _again(visit_id: UUID, by: Actor, form: Form) -> Template:
    context = await _context(visit_id, by, form)
    return Template("timebank/visit.html", context=context, status_code=REFUSED)


def _stopped(error: TimebankError) -> NotFoundException | PermissionDeniedException:
    if isinstance(error, timebank.UnknownVisit):
        return NotFoundException()
    return PermissionDeniedException()


def _whole(text: str) -> int | None:
    plain = text.replace(" ", "")
    usable = plain.isascii() and plain.isdigit() and len(plain) <= len("1440")
    return int(plain) if usable else None


handlers = [
    time_bank, ask_page, ask, requests, my_visits, visit, accept, withdraw, check_in, check_out,
    confirm, cancel_page, cancel,
]  # fmt: skip
