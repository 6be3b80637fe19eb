"""The match board: open requests with the best volunteers for each, and a whole week at once."""

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import ledger
import timebank
from app import match_page
from app.acts import act
from app.forms import Form
from app.i18n import current_language, ngettext
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.project_hours import at_a_project
from app.routes.typed import key_of, typed
from app.templating import page_or_fragment
from app.visit_words import refusal_words
from community import Actor, Role
from timebank import TimebankError, matching

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
BOARD: Final = "/match"
WEEK: Final = "/match/week"
RUN: Final = "/match/runs/{run_id:uuid}"


@get(BOARD, name="match", opt=act("match.read"))
async def board_page(request: AnyRequest) -> Template:
    """Show who needs help, each with the volunteers who fit best and why."""
    by = await acting(request)
    home = await community.community(by.community_id)
    chosen = match_page.chosen(request.query_params)
    services = await timebank.care_services(home.id)
    page = await matching.match_board(by, **match_page.filters(chosen))
    language = current_language()
    context = {
        "form": Form.of({"week": "0", "order": "soonest", **chosen}),
        "page": page,
        "lines": [match_page.line(one) for one in page.lines],
        "services": [(str(one.id), one.name(language)) for one in services],
        "grids": [(str(one.id), one.name) for one in await community.grids(home.id)],
        "weeks": match_page.weeks(),
        "orders": match_page.orders(),
        "filtered": bool(chosen.keys() - {"page"}),
        "query": urlencode(chosen),
        "base": f"{BOARD}?{urlencode({**chosen, 'page': ''})}".removesuffix("page=").rstrip("?&"),
        "coordinator": Role.COORDINATOR in by.roles,
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("timebank/match.html", context=context)


@get("/api/match", name="api.match", opt=act("match.read"))
async def board_data(request: AnyRequest) -> Response[dict[str, Any]]:
    """Give the board to a program: requests with volunteers, points and reasons by name."""
    by = await acting(request)
    page = await matching.match_board(
        by, **match_page.filters(match_page.chosen(request.query_params))
    )
    return Response(match_page.as_data(page), headers={"Cache-Control": "no-store"})


@post(
    ["/match/visits/{visit_id:uuid}/offer", "/match/visits/{visit_id:uuid}/book"],
    opt=act("match.offer"),
    status_code=303,
)
async def offer_or_book(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect:
    """Offer a request to a volunteer, or book the one who said yes on the telephone."""
    by, form = await acting(request), await typed(request)
    home = await community.community(by.community_id)
    books = request.url.path.endswith("/book")
    back = match_page.back_to(BOARD, form.value("query"))
    try:
        volunteer = UUID(form.value("volunteer"))
        if books:
            await timebank.assign(visit_id, volunteer, by=by, elsewhere=at_a_project)
        else:
            await timebank.offer(visit_id, volunteer, by=by)
    except (timebank.UnknownVisit, ValueError) as refusal:
        raise NotFoundException from refusal
    except timebank.NotEnoughMinutes:
        told = _(
            "The hours set aside for this elder do not cover it any more. Nothing was changed."
        )
        return noticed(Redirect(back, status_code=303), told, "wrong")
    except timebank.NotYours:
        told = _("This member gives no help here any more. Nothing was changed.")
        return noticed(Redirect(back, status_code=303), told, "wrong")
    except TimebankError as refusal:
        words = refusal_words(refusal, ZoneInfo(home.time_zone))
        return noticed(Redirect(back, status_code=303), words, "wrong")
    told = (
        _("Booked. Both were told.")
        if books
        else _("Offered. The volunteer was asked, and has it alone until the offer ends.")
    )
    return noticed(Redirect(back, status_code=303), told)


@get(WEEK, name="match.week", opt=act("match.run"))
async def week_page(request: AnyRequest) -> Template:
    """Ask how the week shall be matched, and show what was proposed before."""
    usual = matching.Limits()
    form = Form.of(
        {
            "key": str(ledger.new_id()),
            "availability": usual.availability.value,
            "day_most": str(usual.day_most),
            "week_most": str(usual.week_most),
        }
    )
    return await _week_page(await acting(request), form)


async def _week_page(by: Actor, form: Form) -> Template:
    home = await community.community(by.community_id)
    runs = await matching.match_runs(by)
    context = {
        "form": form,
        "runs": [(one, match_page.state_words(one)) for one in runs],
        "names": await community.named_members(
            {one.asked_by for one in runs}, community_id=home.id
        ),
        "zone": ZoneInfo(home.time_zone),
    }
    status = 200 if form.ok else REFUSED
    return Template("timebank/match_week.html", context=context, status_code=status)


@post(WEEK, opt=act("match.run"), status_code=303)
async def match_the_week(request: AnyRequest) -> Redirect | Template:
    """Have a worker match the week; the page of the run says when it is done."""
    by, form = await acting(request), await typed(request)
    try:
        limits = match_page.limits(form)
        run = await matching.match_week(limits, by=by, key=key_of(form) or ledger.new_id())
    except matching.InvalidLimits as wrong:
        form.refuse(wrong.field, match_page.limit_words(wrong.field))
        return await _week_page(by, form)
    return Redirect(f"/match/runs/{run.id}", status_code=303)


@get(RUN, name="match.run", opt=act("match.run"))
async def run_page(request: AnyRequest, run_id: FromPath[UUID]) -> Template:
    """Show what a run proposes; nobody has heard of it yet."""
    by = await acting(request)
    home = await community.community(by.community_id)
    try:
        run, lines, names = await matching.match_run(run_id, by)
    except matching.UnknownRun as error:
        raise NotFoundException from error
    now = datetime.now(UTC)
    shown = [match_page.proposed(line, visit, names, now) for line, visit in lines]
    context = {
        "run": run,
        "lines": shown,
        "open": sum(one["open"] for one in shown),
        "zone": ZoneInfo(home.time_zone),
    }
    return page_or_fragment(request, "timebank/match_run.html", context)


@post(RUN + "/offer", opt=act("match.run"), status_code=303)
async def offer_lines(request: AnyRequest, run_id: FromPath[UUID]) -> Redirect:
    """Send the offers of the chosen lines out, each on its own."""
    by, form = await acting(request), await typed(request)
    back = Redirect(f"/match/runs/{run_id}", status_code=303)
    try:
        offered, gone = await matching.accept_lines(run_id, match_page.visits(form), by=by)
    except matching.UnknownRun as error:
        raise NotFoundException from error
    except matching.NothingChosen:
        return noticed(back, _("Nothing was chosen, so nobody was asked."), "note")
    told = ngettext("%(num)s offer went out.", "%(num)s offers went out.", offered) % {
        "num": offered
    }
    if gone:
        told += " " + ngettext(
            "%(num)s was not possible any more; its line says why.",
            "%(num)s were not possible any more; their lines say why.",
            gone,
        ) % {"num": gone}
    return noticed(back, told, "done" if offered else "wrong")


handlers = [
    board_page,
    board_data,
    offer_or_book,
    week_page,
    match_the_week,
    run_page,
    offer_lines,
]
