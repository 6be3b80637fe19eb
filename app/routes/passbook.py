"""The passbook: what a member saved, gave and received, with the balance after each line."""

from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, get
from litestar.response import Template

import community
import timebank
from app.acts import act
from app.i18n import current_language
from app.neighbourhood import acting

LARGEST_PAGE = 2**63 - 1


@get("/time-bank/passbook", name="passbook", opt=act("passbook.read"))
async def passbook(request: Request[Any, Any, Any]) -> Template:
    """Show a member their own passbook, newest line first."""
    by = await acting(request)
    home = await community.community(by.community_id)
    wanted = request.query_params.get("before", "")
    page = int(wanted) if wanted.isascii() and wanted.isdigit() else None
    found = await timebank.passbook(by, page=min(page, LARGEST_PAGE) if page else None)
    return Template(
        "timebank/passbook.html",
        context={
            "me": await community.member(by.member_id),
            "home": home,
            "book": found,
            "first_page": page is None,
            "spoken": current_language(),
            "zone": ZoneInfo(home.time_zone),
        },
    )


handlers = [passbook]
