"""A project's work for everybody to read: the list, its page, its photographs, and all as data."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

from app import delivery_page
from app.acts import act
from app.delivery_words import REQUEST_STATES, STATES
from app.neighbourhood import community_shown, roles_shown
from marketplace import delivery, reading
from marketplace.delivery import Delivery, Milestone, errors

AnyRequest = Request[Any, Any, Any]


@get("/deliveries", name="deliveries", opt=act("delivery.read"))
async def front(request: AnyRequest) -> Template:
    """Show every project whose work has begun, those under way first."""
    home = await community_shown(request)
    rows = []
    for one in await delivery.deliveries(home.id):
        project = await reading.read_project(one.project_id, community_id=home.id)
        milestones = await delivery.milestones(project.id, community_id=home.id)
        rows.append((one, project, milestones))
    rows.sort(key=lambda row: row[0].state is not delivery.DeliveryState.UNDER_WAY)
    context = {
        "home": home,
        "rows": rows,
        "states": STATES,
        "roles": await roles_shown(request),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/deliveries.html", context=context)


@get("/projects/{project_id:uuid}/delivery", name="delivery", opt=act("delivery.read"))
async def page(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show a project's work: what is promised and done, what was paid for what, its news."""
    found = await delivery_page.place_shown(request, project_id)
    return Template("marketplace/delivery.html", context=await delivery_page.context(found))


@get(
    "/projects/{project_id:uuid}/delivery/photos/{photo_id:uuid}",
    name="delivery.photo",
    opt=act("delivery.read"),
)
async def photo(
    request: AnyRequest, project_id: FromPath[UUID], photo_id: FromPath[UUID]
) -> Response[bytes]:
    """Give a photograph of a milestone or of news."""
    home = await community_shown(request)
    try:
        image = await delivery.photo(project_id, photo_id, community_id=home.id)
    except errors.UnknownPhoto as error:
        raise NotFoundException from error
    return Response(
        image,
        media_type="image/jpeg",
        headers={
            "Cache-Control": "private, max-age=3600",
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": 'attachment; filename="project.jpg"',
        },
    )


@get("/api/deliveries", name="api.deliveries", opt=act("delivery.read"))
async def list_data(request: AnyRequest) -> dict[str, Any]:
    """Give every project whose work has begun as data; names are not among it."""
    home = await community_shown(request)
    return {
        "community": home.code,
        "deliveries": [_data(one) for one in await delivery.deliveries(home.id)],
    }


@get("/api/projects/{project_id:uuid}/delivery", name="api.delivery", opt=act("delivery.read"))
async def data(request: AnyRequest, project_id: FromPath[UUID]) -> dict[str, Any]:
    """Give a project's work and what it was paid as data; names are not among it."""
    found = await delivery_page.place_shown(request, project_id)
    if found.delivery is None:
        raise NotFoundException
    here = found.home.id
    purse = await delivery.purse(found.delivery)
    return {
        **_data(found.delivery),
        "title": found.project.title,
        "milestones": [
            _milestone(one, found)
            for one in await delivery.milestones(found.project.id, community_id=here)
        ],
        "money": {
            "received_fen": purse.received_fen,
            "paid_fen": purse.paid_fen,
            "asked_fen": purse.held_fen,
            "kept_back_fen": purse.kept_back_fen,
            "free_fen": purse.free_fen,
        },
        "disbursements": [
            {
                "id": str(one.id),
                "amount_fen": one.amount_fen,
                "purpose": one.purpose,
                "line": one.line or None,
                "state": one.state.value,
                "asked_at": one.asked_at.isoformat(),
                "closed_at": one.closed_at.isoformat() if one.closed_at else None,
                "approvals": len(one.approvers),
            }
            for one in await delivery.disbursements(found.project.id, community_id=here)
        ],
        "history": [
            {"state": one.state.value, "at": one.at.isoformat(), "why": one.why}
            for one in await delivery.delivery_moves(found.project.id, community_id=here)
        ],
    }


def _data(one: Delivery) -> dict[str, Any]:
    return {
        "project": str(one.project_id),
        "state": one.state.value,
        "began_at": one.began_at.isoformat(),
        "last_part_percent": one.last_part_percent,
    }


def _milestone(one: Milestone, found: delivery_page.Place) -> dict[str, Any]:
    return {
        "number": one.number,
        "title": one.title,
        "promised_on": one.promised_on.isoformat(),
        "due_on": one.due_on.isoformat(),
        "done_on": one.report.done_on.isoformat() if one.report else None,
        "days_late": one.days_late(found.today),
        "report": one.report.words if one.report else None,
    }


@get("/disbursements", name="disbursements", opt=act("disbursement.read"))
async def waiting(request: AnyRequest) -> Template:
    """Show the requests for money that wait for a decision, the oldest first."""
    home = await community_shown(request)
    found = await delivery.waiting_disbursements(home.id)
    titles = {
        one.project_id: (await reading.read_project(one.project_id, community_id=home.id)).title
        for one in found
    }
    context = {
        "home": home,
        "requests": found,
        "titles": titles,
        "request_states": REQUEST_STATES,
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/disbursements.html", context=context)


handlers = [front, page, photo, list_data, data, waiting]
