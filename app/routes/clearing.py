"""What communities owe one another in hours: the report, its files, and what two agree on."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Response, Stream, Template

import community
from app import clearing_page
from app.acts import ACTS, act
from app.clearing_page import Report
from app.forms import Form
from app.i18n import gettext as _
from app.move_words import refusal_words
from app.neighbourhood import acting
from app.notices import noticed
from app.passbook_file import KIND_NAMES, MEDIA_TYPES
from app.passbook_period import period_of, periods_offered
from app.routes.typed import typed
from community import Actor
from timebank import moving

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
HOURS_MAX: Final = moving.LIMIT_MINUTES_MAX // 60


@get("/clearing", name="clearing", opt=act("clearing.read"))
async def clearing(request: AnyRequest) -> Template:
    """Show what the communities that one watches owe one another, and how they would be even."""
    return await _page(request, await acting(request), Form())


@get("/clearing/file", name="clearing.file", opt=act("clearing.read"))
async def as_file(request: AnyRequest) -> Stream | Response[dict[str, Any]]:
    """Send the report as Excel, CSV or JSON."""
    by = await acting(request)
    kind = request.query_params.get("kind", "") or "xlsx"
    if kind not in MEDIA_TYPES:
        raise NotFoundException("There is no such file.")
    report = await _report(request, by)
    name = f"clearing-{report.period.name or 'all'}.{kind}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    if kind == "json":
        return Response(clearing_page.as_object(report), headers=headers)
    made = clearing_page.rows(report)
    pieces = (
        clearing_page.as_csv(made)
        if kind == "csv"
        else clearing_page.as_workbook(_("Hours between communities"), made)
    )
    return Stream(pieces, media_type=MEDIA_TYPES[kind], headers=headers)


@post("/clearing", name="clearing.agree", opt=act("clearing.agree"))
async def agree(request: AnyRequest) -> Template | Redirect:
    """Say how much two communities may owe each other from now on."""
    by, form = await acting(request), await typed(request)
    places = {value for value, _name in await _places(by)}
    for field in ("one_side", "other_side"):
        if form.value(field) not in places:
            form.refuse(field, _("Choose one of these communities."))
    hours = form.value("limit_hours")
    if not (hours.isascii() and hours.isdigit() and int(hours[:9]) <= HOURS_MAX):
        form.refuse("limit_hours", _("Type whole hours from 0 to %(most)s.") % {"most": HOURS_MAX})
    if form.ok and form.value("one_side") == form.value("other_side"):
        form.refuse("other_side", _("Choose two different communities."))
    if not form.ok:
        return await _page(request, by, form)
    one, other = UUID(form.value("one_side")), UUID(form.value("other_side"))
    try:
        await moving.agree_clearing(one, other, int(hours) * 60, by=by)
    except (moving.NotAboveBoth, moving.InvalidAgreement) as refusal:
        form.refuse("one_side", refusal_words(refusal))
        return await _page(request, by, form)
    return noticed(
        Redirect("/clearing", status_code=303),
        _("Agreed. It holds from now on, for moves to come."),
    )


async def _page(request: AnyRequest, by: Actor, form: Form) -> Template:
    report = await _report(request, by)
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    places = await _places(by) if ACTS["clearing.agree"].reach(by.roles) else []
    context = {
        "form": form,
        "report": report,
        "found": report.found,
        "trouble": clearing_page.trouble,
        "home": home,
        "period": report.period,
        "periods": periods_offered(home.created_at, datetime.now(UTC), zone),
        "places": places if len(places) > 1 else [],
        "agrees": bool(ACTS["clearing.agree"].reach(by.roles)),
        "file_kinds": KIND_NAMES,
        "printed_at": datetime.now(UTC),
        "zone": zone,
    }
    return Template(
        "timebank/clearing.html", context=context, status_code=200 if form.ok else REFUSED
    )


async def _report(request: AnyRequest, by: Actor) -> Report:
    home = await community.community(by.community_id)
    period = period_of(request.query_params, ZoneInfo(home.time_zone))
    found = await moving.net_settlement(by, since=period.book.since, until=period.book.last_moment)
    return await clearing_page.report_of(found, period)


async def _places(by: Actor) -> list[tuple[str, str]]:
    """Return the communities over which the actor is an administrator, by name."""
    areas = await community.areas_held(by, frozenset({community.Role.ADMINISTRATOR}))
    found = {
        str(one.id): one.name
        for area in areas
        for one in await community.communities_below(area.id)
    }
    return sorted(found.items(), key=lambda one: one[1])


handlers = [clearing, as_file, agree]
