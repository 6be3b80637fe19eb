"""Figures of the time bank: the dashboard with its charts, monthly reports, reminders."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Stream, Template

import community
import timebank
from app.acts import ACTS, act
from app.figures import gathering, words, workbook
from app.i18n import current_language
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.typed import typed
from app.wording import spoken_period
from community import Actor
from timebank import figures
from timebank.figures import MonthReport
from timebank.figures.months import after, first_of
from timebank.policy import UNSPENT_DAYS, UNSPENT_MINUTES

AnyRequest = Request[Any, Any, Any]
WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLACE: Final = "/time-bank/reports"
_MONTH: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
MONTHS_OFFERED: Final = 12


@get("/time-bank/figures", name="figures", opt=act("figures.read"))
async def dashboard(request: AnyRequest) -> Template:
    """Show supply and demand, hours, answers and what waits; each chart has its table."""
    by = await acting(request)
    found = await gathering.dashboard(by.community_id, datetime.now(UTC))
    context = {
        "found": found,
        "zone": found.zone,
        "may_reckon": bool(ACTS["solvency.read"].reach(by.roles)),
        "few": gathering.FEW,
    }
    return Template("figures/dashboard.html", context=context)


@get("/time-bank/figures/unspent", name="figures.unspent", opt=act("figures.read"))
async def unspent(request: AnyRequest) -> Template:
    """Show who has saved much and has long used nothing, the most first."""
    by = await acting(request)
    now = datetime.now(UTC)
    policy = await community.policy_in_force(by.community_id, now)
    least, days = policy[UNSPENT_MINUTES], policy[UNSPENT_DAYS]
    found, members, minutes = await figures.unspent(
        by.community_id, least=max(least, 1), since=now - timedelta(days=days)
    )
    context = {
        "found": found,
        "members": members,
        "minutes": minutes,
        "least": least,
        "days": days,
        "may_see_members": bool(ACTS["member.read"].reach(by.roles)),
    }
    return Template("figures/unspent.html", context=context)


@get("/api/time-bank/figures", name="figures.data", opt=act("figures.read"))
async def data(request: AnyRequest) -> dict[str, Any]:
    """Give the dashboard's charts as data: names in the reader's language, hours, counts."""
    by = await acting(request)
    found = await gathering.dashboard(by.community_id, datetime.now(UTC))
    return {
        "community": found.home.code,
        "seen_at": found.now.isoformat(),
        **gathering.charts(found),
        "answering": {
            "visits": found.answering.visits,
            "median_minutes": found.answering.median_minutes,
            "ninety_percent_minutes": found.answering.slow_minutes,
        },
        "waiting_confirmations": found.waiting.visits,
        "not_taken_ahead": len(found.not_taken),
    }


@get(PLACE, name="reports", opt=act("figures.read"))
async def reports(request: AnyRequest) -> Template:
    """List the months, with what each report says, and which has none yet."""
    by = await acting(request)
    home = await community.community(by.community_id)
    this = first_of(datetime.now(UTC), ZoneInfo(home.time_zone))
    made = {one.month: one for one in await figures.month_reports(home.id, until=this)}
    offered = sorted({*made, *(after(this, -back) for back in range(1, MONTHS_OFFERED + 1))})
    context = {
        "home": home,
        "months": [(one, made.get(one)) for one in reversed(offered)],
        "may_make": bool(ACTS["report.make"].reach(by.roles)),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("figures/reports.html", context=context)


@get(f"{PLACE}/{{month:str}}", name="report", opt=act("figures.read"))
async def report(request: AnyRequest, month: FromPath[str]) -> Template:
    """Show a month's report: on screen and printed alike."""
    by = await acting(request)
    found, services = await _report(month, by)
    home = await community.community(by.community_id)
    last = after(found.month).toordinal() - 1
    context = {
        "home": home,
        "report": found,
        "period": spoken_period(found.month, date.fromordinal(last)),
        "services": services,
        "account": words.account,
        "event": words.event,
        "kinds": sorted(found.opening.keys() | found.closing.keys()),
        "may_make": bool(ACTS["report.make"].reach(by.roles)),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("figures/report.html", context=context)


@get(f"{PLACE}/{{month:str}}/excel", name="report.workbook", opt=act("figures.read"))
async def report_workbook(request: AnyRequest, month: FromPath[str]) -> Stream:
    """Give a month's report as a workbook."""
    by = await acting(request)
    found, services = await _report(month, by)
    home = await community.community(by.community_id)
    name = f"{home.code}-{found.month:%Y-%m}-v{found.version}.xlsx"
    return Stream(
        workbook.pieces(found, home.name, services, current_language()),
        media_type=WORKBOOK,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@get("/api/time-bank/reports/{month:str}", name="report.data", opt=act("figures.read"))
async def report_data(request: AnyRequest, month: FromPath[str]) -> dict[str, Any]:
    """Give a month's report as data: minutes by kind of account and event."""
    by = await acting(request)
    found, services = await _report(month, by)
    return {
        "month": f"{found.month:%Y-%m}",
        "version": found.version,
        "made_at": found.made_at.isoformat(),
        "agrees_with_the_book": found.balanced,
        "opening_minutes": dict(found.opening),
        "closing_minutes": dict(found.closing),
        "flows": [
            {
                "event": one.event_kind,
                "from": one.debit_kind,
                "to": one.credit_kind,
                "minutes": one.amount,
                "entries": one.transfers,
            }
            for one in found.flows
        ],
        "visits": [
            {"care_service": services.get(one.care_service_id, ""), "asked": one.asked,
             "given": one.given, "minutes": one.minutes}
            for one in found.visits
        ],
    }  # fmt: skip


@post(f"{PLACE}/{{month:str}}", name="report.make", opt=act("report.make"))
async def make(request: AnyRequest, month: FromPath[str]) -> Redirect:
    """Make a month's report, or make it anew; the same figures make no new version."""
    by = await acting(request)
    try:
        made = await figures.make_report(_month(month), by=by)
    except figures.ReportTooEarly:
        told = _("That month is not over yet. Its report can be made on the first of the next.")
        return noticed(Redirect(PLACE, status_code=303), told, "wrong")
    told = _("The report is made, and agrees with the book.")
    if not made.balanced:
        told = _("The report is made, but it differs from the book: tell the auditor at once.")
    answer = Redirect(f"{PLACE}/{made.month:%Y-%m}", status_code=303)
    return noticed(answer, told, "done" if made.balanced else "wrong")


async def _report(month: str, by: Actor) -> tuple[MonthReport, dict[Any, str]]:
    """Return a month's report and its care services by name. Raises 404."""
    try:
        found = await figures.month_report(_month(month), community_id=by.community_id)
    except figures.UnknownReport as error:
        raise NotFoundException from error
    catalogue = await timebank.care_services(by.community_id)
    return found, {one.id: one.name(current_language()) for one in catalogue}


def _month(text: str) -> date:
    found = _MONTH.fullmatch(text)
    if found is None:
        raise NotFoundException
    return date(int(found[1]), int(found[2]), 1)


@get("/me/reminders", name="reminders", opt=act("prompt.choose"))
async def reminders(request: AnyRequest) -> Template:
    """Say what one has to use, and ask whether to be reminded of it."""
    by = await acting(request)
    context = {
        "wanted": await figures.wants_prompts(by.member_id),
        "balance": await timebank.my_balance(by),
        "elder": community.Role.ELDER in by.roles,
    }
    return Template("figures/reminders.html", context=context)


@post("/me/reminders", name="reminders.choose", opt=act("prompt.choose"))
async def choose_reminders(request: AnyRequest) -> Redirect:
    """Keep whether to be reminded of unused hours."""
    by, form = await acting(request), await typed(request)
    wanted = form.value("wanted") == "yes"
    await figures.choose_prompts(wanted=wanted, by=by)
    told = _("You will be reminded, at most once in three months.")
    if not wanted:
        told = _("You get no more such reminders.")
    return noticed(Redirect("/me/reminders", status_code=303), told)


handlers = [
    dashboard, unspent, data, reports, report, report_workbook, report_data, make, reminders,
    choose_reminders,
]  # fmt: skip
