"""Drives for everybody to read: the list, a drive's own page, and both as data."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app import funding_page
from app.acts import act
from app.days import last_day
from app.funding_matching import matching_shown
from app.funding_page import Place, Shown
from app.funding_words import GIFT_STATES, SOURCES, gift_more
from app.i18n import gettext as _
from app.neighbourhood import community_shown
from app.routes.typed import whole_number
from app.templating import when, when_day
from app.wording import number
from community import Community, Role
from marketplace import reading as projects
from marketplace.funding import reading, sums
from marketplace.funding.errors import UnknownDrive
from marketplace.funding.values import Contribution, ContributionState, Drive, DriveState

AnyRequest = Request[Any, Any, Any]
PAGE: Final = 30
DATA_PAGE: Final = 500
PAGES_MAX: Final = 10_000


@get("/funding", name="funding", opt=act("funding.read"))
async def front(request: AnyRequest) -> Template:
    """Show every drive of the community, those that are open first."""
    home = await community_shown(request)
    found = await _shown_all(await reading.drives(home.id), home)
    return Template("marketplace/funding/list.html", context={"home": home, "drives": found})


async def _shown_all(drives: list[Drive], home: Community) -> list[Shown]:
    titles = await projects.titles({one.project_id for one in drives}, community_id=home.id)
    raised, zone = await sums.raised(drives), ZoneInfo(home.time_zone)
    return [Shown(one, titles[one.project_id], raised[one.id].progress, zone) for one in drives]


@get("/projects/{project_id:uuid}/funding", name="funding.drive", opt=act("funding.read"))
async def drive_page(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show a project's latest drive: how far it has come, who gave, how giving works."""
    found = await funding_page.place_shown(request, project_id)
    if found.drive is None:
        return await _none(found)
    context = await _context(found, found.drive, _page(request))
    return Template("marketplace/funding/drive.html", context=context)


def _page(request: AnyRequest) -> int:
    """Return which page of a list is asked for."""
    return max(1, min(whole_number(request.query_params.get("page", ""), 1), PAGES_MAX))


@get("/drives/{drive_id:uuid}", name="funding.earlier", opt=act("funding.read"))
async def one_drive(request: AnyRequest, drive_id: FromPath[UUID]) -> Template | Redirect:
    """Show any drive, also one that another has followed; the latest is on its project's page."""
    home = await community_shown(request)
    try:
        drive = await reading.read_drive(drive_id, community_id=home.id)
    except UnknownDrive as error:
        raise NotFoundException from error
    found = await funding_page.place_shown(request, drive.project_id)
    if found.drive is None or found.drive.id == drive.id:
        return Redirect(funding_page.address_of(drive.project_id), status_code=303)
    context = await _context(found, drive, _page(request))
    return Template("marketplace/funding/drive.html", context=context)


async def _none(found: Place) -> Template:
    chosen = found.project.state == "chosen"
    context = {
        "project": found.project,
        "may_open": chosen and await funding_page.leads(found),
        "sentence": _("The round paid what its plan costs.")
        if chosen
        else _("Only a project that a round chose can raise more."),
    }
    return Template("marketplace/funding/none.html", context=context)


async def _context(found: Place, drive: Drive, page: int) -> dict[str, Any]:
    here = found.home.id
    raised = (await sums.raised([drive]))[drive.id]
    shown = Shown(drive, found.project.title, raised.progress, found.zone)
    by_source = await sums.by_source(drive)
    gifts = await reading.contributions_shown(
        drive.id, community_id=here, page=page, size=PAGE, newest=True
    )
    roles = found.by.roles if found.by is not None and found.member else frozenset()
    leads = await funding_page.leads(found)
    every = await reading.drives_of_project(found.project.id, community_id=here)
    fund = None
    if drive.matching is not None:
        fund = await reading.read_fund(drive.matching.fund_id, community_id=here)
    return {
        "project": found.project,
        "shown": shown,
        "home": found.home,
        "is_member": found.member,
        "may_give": shown.is_open and found.member and drive.goal_fen > 0,
        "may_pledge": shown.is_open and found.member and drive.goal_minutes > 0,
        "may_enter": shown.is_open and Role.TREASURER in roles,
        "may_settle": shown.is_open and leads and funding_page.whole_goal(shown),
        "may_cancel": shown.is_open and leads,
        "may_open": not shown.is_open and leads and not _standing(every),
        "earlier": [one for one in every if one.id != drive.id],
        "mine": await _mine(found, shown),
        "matching": matching_shown(drive, raised, fund.name if fund else ""),
        "went_back": drive.state in {DriveState.MISSED, DriveState.CANCELLED},
        "returned_rows": funding_page.returned_rows(by_source),
        "source_rows": funding_page.source_rows(shown, by_source, found.project),
        "givers": await _givers(gifts, found),
        "givers_address": shown.address if drive == found.drive else f"/drives/{drive.id}",
        "page": page,
        "pages": max(1, -(-sum(one.gifts for one in by_source.values()) // PAGE)),
        "course": _course(found, shown),
    }


def _standing(drives: list[Drive]) -> bool:
    """Say whether a project has a drive that is open or reached its goal."""
    return any(one.state in {DriveState.OPEN, DriveState.REACHED} for one in drives)


async def _mine(found: Place, shown: Shown) -> list[tuple[str, str]]:
    if found.by is None or not found.member:
        return []
    me, here = found.by.member_id, found.home.id
    return funding_page.own_lines(
        await reading.own_contributions(me, community_id=here),
        await reading.own_pledges(me, community_id=here),
        shown.drive,
    )


async def _givers(gifts: list[Contribution], found: Place) -> list[dict[str, Any]]:
    names = await funding_page.givers_named(gifts, community_id=found.home.id)
    return [
        {
            "who": funding_page.giver_words(one, names),
            "source": _(SOURCES[one.source]),
            "at": one.paid_at,
            "amount": funding_page.amount_words(one),
            "state": "" if one.state is ContributionState.PAID else _(GIFT_STATES[one.state]),
            "more": gift_more(one),
        }
        for one in gifts
    ]


def _course(found: Place, shown: Shown) -> list[tuple[str, Any]]:
    drive, zone = shown.drive, found.zone
    lines: list[tuple[str, Any]] = [
        (_("Opened"), when(drive.opened_at)),
        (_("Last day"), when_day(last_day(drive.deadline, zone))),
        (_("Givers"), number(shown.progress.givers)),
        (_("Neighbours who pledged hours"), number(shown.progress.pledgers)),
    ]
    if drive.settled_at is not None:
        lines.append((shown.state_words, when(drive.settled_at)))
    if drive.words:
        lines.insert(0, (_("What it is raised for"), drive.words))
    return lines


# As data


@get("/api/funding", name="funding.list.data", opt=act("funding.read"))
async def list_data(request: AnyRequest) -> dict[str, Any]:
    """Give every drive of the community, those that are open first."""
    home = await community_shown(request)
    found = await _shown_all(await reading.drives(home.id), home)
    return {"community": home.code, "drives": [drive_data(one) for one in found]}


@get("/api/projects/{project_id:uuid}/funding", name="funding.data", opt=act("funding.read"))
async def data(request: AnyRequest, project_id: FromPath[UUID]) -> dict[str, Any]:
    """Give a project's drives, the newest first, with what was pledged to each in all."""
    found = await funding_page.place_shown(request, project_id)
    drives = await reading.drives_of_project(found.project.id, community_id=found.home.id)
    shown = await _shown_all(drives, found.home)
    return {
        "project_id": str(found.project.id),
        "public_budget_fen": found.project.cost_fen if found.project.state == "chosen" else 0,
        "drives": [drive_data(one) for one in shown],
    }


@get(
    "/api/projects/{project_id:uuid}/contributions",
    name="funding.gifts.data",
    opt=act("funding.read"),
)
async def gifts_data(request: AnyRequest, project_id: FromPath[UUID]) -> dict[str, Any]:
    """Give a page of the paid gifts of a project's drives, oldest first, named as givers wish.

    `next` is the number of the page that follows, and null at the end.
    """
    found = await funding_page.place_shown(request, project_id)
    here, page = found.home.id, _page(request)
    gifts, more = await reading.project_contributions_shown(
        found.project.id, community_id=here, page=page, size=DATA_PAGE
    )
    names = await funding_page.givers_named(gifts, community_id=here)
    return {
        "project_id": str(found.project.id),
        "page": page,
        "next": page + 1 if more else None,
        "contributions": [
            {
                "id": str(one.id),
                "drive_id": str(one.drive_id),
                "source": one.source.value,
                "state": one.state.value,
                "amount_fen": one.amount_fen,
                "refunded_fen": one.refunded_fen,
                "disputed_fen": one.disputed_fen,
                "net_fen": one.net_fen,
                "giver": None if one.anonymous else funding_page.giver_words(one, names),
                "paid_at": one.paid_at.isoformat() if one.paid_at else None,
            }
            for one in gifts
        ],
    }


def drive_data(shown: Shown) -> dict[str, Any]:
    """Return a drive as data: goals, what is raised and pledged, matching, and how it ended."""
    drive, progress, matching = shown.drive, shown.progress, shown.drive.matching
    return {
        "id": str(drive.id),
        "project_id": str(drive.project_id),
        "state": drive.state.value,
        "goal_fen": drive.goal_fen,
        "goal_minutes": drive.goal_minutes,
        "part_goal_percent": drive.part_goal_percent,
        "opened_at": drive.opened_at.isoformat(),
        "deadline": drive.deadline.isoformat(),
        "settled_at": drive.settled_at.isoformat() if drive.settled_at else None,
        "why": drive.why,
        "given_fen": progress.given_fen,
        "matched_fen": progress.matched_fen,
        "pledged_minutes": progress.pledged_minutes,
        "givers": progress.givers,
        "pledgers": progress.pledgers,
        "matching": {
            "kind": matching.kind.value,
            "percent": matching.percent,
            "cap_fen": matching.cap_fen,
        }
        if matching
        else None,
    }


handlers = [front, drive_page, one_drive, list_data, data, gifts_data]
