"""The reserve beside what is owed, for everybody; and the projection, for those who answer for it.

The projection is a form that is sent by its address, so that what somebody tried can be kept as a
bookmark and shown to others. Nothing is written.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Request, get
from litestar.response import Stream, Template

from app.acts import ACTS, act
from app.i18n import current_language
from app.neighbourhood import acting, community_shown, roles_shown
from app.solvency import figures, trying, workbook
from timebank.solvency import reserve_now

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOW: Final = "solvency.read"


@get("/time-bank/reserve", name="reserve", opt=act("reserve.read"))
async def reserve_page(request: AnyRequest) -> Template:
    """Show what is owed now, what stands behind it, and that the parts add up in the book."""
    home = await community_shown(request)
    now = datetime.now(UTC)
    found = await reserve_now(home.id, now)
    context = {
        "home": home,
        "reserve": found,
        "kinds": figures.kinds(found),
        "seen_at": now,
        "zone": ZoneInfo(home.time_zone),
        "may_project": not ACTS[SHOW].who.keys().isdisjoint(await roles_shown(request)),
    }
    return Template("timebank/reserve.html", context=context)


@get("/api/time-bank/reserve", name="reserve.data", opt=act("reserve.read"))
async def reserve_data(request: AnyRequest) -> dict[str, Any]:
    """Give what is owed now and the reserve as data: minutes, and fen."""
    home = await community_shown(request)
    now = datetime.now(UTC)
    found = await reserve_now(home.id, now)
    return {
        "community": home.code,
        "seen_at": now.isoformat(),
        "owed_minutes": found.owed,
        "issued_minutes": found.issued,
        "owed_by_other_communities_minutes": found.claims,
        "by_kind_of_account": {one.kind: one.posted for one in found.kinds},
        "reconciles_with_the_book": found.reconciles,
        "reserve_fen": found.reserve_fen,
        "hour_cost_fen": found.hour_cost_fen,
        "covered_minutes": found.covered,
    }


@get("/time-bank/solvency", name="solvency", opt=act(SHOW))
async def solvency_page(request: AnyRequest) -> Template:
    """Show the projection under the assumptions of the address, or the usual ones."""
    tried = await trying.tried(await acting(request), request.query_params)
    return Template(
        "timebank/solvency.html",
        context=trying.context(tried),
        status_code=200 if tried.form.ok else REFUSED,
    )


@get("/time-bank/solvency.xlsx", name="solvency.workbook", opt=act(SHOW))
async def solvency_workbook(request: AnyRequest) -> Stream:
    """Give the projection as a workbook: its assumptions, its figures for each year, its tables."""
    tried = await trying.tried(await acting(request), request.query_params)
    name = f"{tried.home.code}-solvency-{tried.now:%Y-%m-%d}.xlsx"
    return Stream(
        workbook.pieces(tried, current_language()),
        media_type=WORKBOOK,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@get("/api/time-bank/solvency", name="solvency.data", opt=act(SHOW))
async def solvency_data(request: AnyRequest) -> dict[str, Any]:
    """Give the projection as data: assumptions, and five figures for each measure and year."""
    tried = await trying.tried(await acting(request), request.query_params)
    found = tried.bands
    return {
        "community": tried.home.code,
        "seen_at": tried.now.isoformat(),
        "assumptions": {**asdict(tried.scenario), "reserve": tried.start.reserve},
        "refused": dict(tried.form.errors),
        "first_year": tried.first_year,
        "owed_hours_now": found.owed_now,
        "percentiles": {
            name: {str(one): list(row) for one, row in rows.items()}
            for name, rows in found.measures.items()
        },
        "paths_without_shortfall_percent": list(found.kept),
        "reserve_used_up_in_year": {str(one): year for one, year in found.used_up.items()},
        "sources": [tried.inputs.mortality.about, tried.inputs.care_need.about],
    }


handlers = [reserve_page, reserve_data, solvency_page, solvency_workbook, solvency_data]
