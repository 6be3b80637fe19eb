"""The passbook: what a member saved, gave and received, with the balance after each line."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, get
from litestar.response import Template

import community
import timebank
from app.acts import act
from app.i18n import current_language
from app.neighbourhood import acting
from app.standing_in import acted_for, place_of
from community import Actor

LARGEST_PAGE = 2**63 - 1


@get("/time-bank/passbook", name="passbook", opt=act("passbook.read"))
async def passbook(request: Request[Any, Any, Any]) -> Template:
    """Show a member their own passbook, newest line first."""
    return await shown(request, await acting(request))


async def shown(request: Request[Any, Any, Any], by: Actor) -> Template:
    """Show the passbook of the member whose affair it is."""
    home = await community.community(by.community_id)
    wanted = request.query_params.get("before", "")
    page = int(wanted) if wanted.isascii() and wanted.isdigit() else None
    former = await _former(by)
    chosen = next(
        (one for one in former if str(one.id) == request.query_params.get("former")), None
    )
    of = replace(by, member_id=chosen.id) if chosen else by
    found = await timebank.passbook(of, page=min(page, LARGEST_PAGE) if page else None)
    return Template(
        "timebank/passbook.html",
        context={
            "me": await community.member(by.principal),
            "acted_for": await acted_for(by),
            "place": place_of(by),
            "home": home,
            "book": found,
            "former": former,
            "chosen": chosen,
            "first_page": page is None,
            "spoken": current_language(),
            "zone": ZoneInfo(home.time_zone),
        },
    )


async def _former(by: Actor) -> list[community.Former]:
    """Return the former memberships whose passbooks a member still reads; a delegate reads none."""
    if by.on_behalf_of is not None:
        return []
    return await community.former_memberships(by.member_id, community_id=by.community_id)


handlers = [passbook]
