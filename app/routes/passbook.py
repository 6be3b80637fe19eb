"""The passbook: what a member saved, gave and received, on screen, on paper and as a file.

The same pages serve the member, who acts for them, and the staff who may see it; each has addresses
of its own, and `place` is where they begin.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.response import Stream, Template

import community
import timebank
from app import passbook_file, passbook_words
from app.acts import ACTS, act
from app.i18n import current_language
from app.neighbourhood import acting
from app.passbook_period import period_of, periods_offered
from app.standing_in import acted_for, place_of
from community import Actor
from timebank import passbooks

AnyRequest = Request[Any, Any, Any]
LARGEST_PAGE: Final = 2**63 - 1
KINDS: Final = tuple(passbook_file.MEDIA_TYPES)


@get("/time-bank/passbook", name="passbook", opt=act("passbook.read"))
async def passbook(request: AnyRequest) -> Template:
    """Show a member their own passbook, newest line first."""
    return await shown(request, await acting(request))


@get("/time-bank/passbook/print", name="passbook.print", opt=act("passbook.read"))
async def passbook_print(request: AnyRequest) -> Template:
    """Show a member their own passbook for paper, oldest line first."""
    return await on_paper(request, await acting(request))


@get("/time-bank/passbook/file", name="passbook.file", opt=act("passbook.read"))
async def passbook_as_file(request: AnyRequest) -> Stream:
    """Send a member their own passbook as Excel, CSV or JSON."""
    return await as_file(request, await acting(request))


async def shown(request: AnyRequest, by: Actor, of: UUID | None = None) -> Template:
    """Show the passbook of the member whose affair it is, or for staff that of the member `of`."""
    context = await _context(request, by, of)
    wanted = request.query_params.get("before", "")
    page = int(wanted) if wanted.isascii() and wanted.isdigit() else None
    found = await timebank.passbook(
        context["reader"],
        of=of,
        period=context["period"].book,
        page=min(page, LARGEST_PAGE) if page else None,
    )
    home = context["home"]
    offered = periods_offered(home.created_at, datetime.now(UTC), context["zone"])
    if context["period"].name not in {name for name, _title in offered}:
        offered.append((context["period"].name, context["period"].title))
    return Template(
        "timebank/passbook.html",
        context={**context, "book": found, "first_page": page is None, "periods": offered},
    )


async def on_paper(request: AnyRequest, by: Actor, of: UUID | None = None) -> Template:
    """Show a period's lines for paper, oldest first; of very many only the latest."""
    context = await _context(request, by, of)
    found = await timebank.passbook(
        context["reader"],
        of=of,
        period=context["period"].book,
        size=passbooks.LINES_ON_PAPER_MAX,
    )
    return Template(
        "timebank/passbook_print.html",
        context={
            **context,
            "book": found,
            "lines": found.lines[::-1],
            "printed_at": datetime.now(UTC),
        },
    )


async def as_file(request: AnyRequest, by: Actor, of: UUID | None = None, kind: str = "") -> Stream:
    """Send a period's lines as a file, oldest first; Excel where no kind is named."""
    context = await _context(request, by, of)
    kind = kind or request.query_params.get("kind", "") or KINDS[0]
    if kind not in KINDS:
        raise NotFoundException("There is no such file.")
    period = context["period"]
    found = await timebank.whole_passbook(context["reader"], of=of, period=period.book)
    paper = passbook_file.Paper(
        found,
        context["owner"].name,
        context["home"].name,
        period,
        context["zone"],
        own=context["own"],
    )
    name = "-".join(["passbook", context["home"].code, period.name or "all"])
    return Stream(
        passbook_file.pieces(paper, kind),
        media_type=passbook_file.MEDIA_TYPES[kind],
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{kind}"',
            "Cache-Control": "no-store",
        },
    )


async def _context(request: AnyRequest, by: Actor, of: UUID | None) -> dict[str, Any]:
    """Return what all three have in common: whose passbook, which period, where the pages are."""
    former = await _former(by) if of is None else []
    chosen = next(
        (one for one in former if str(one.id) == request.query_params.get("former")), None
    )
    reader = replace(by, member_id=chosen.id) if chosen else by
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    staff = of is not None and of != by.principal
    return {
        "owner": await community.member(of or reader.principal),
        "me": await community.member(of or by.principal),
        "reader": reader,
        "acted_for": await acted_for(by) if of is None else None,
        "place": f"/members/{of}" if of is not None else place_of(by),
        "home": home,
        "own": not staff and by.on_behalf_of is None,
        "staff": staff,
        "may_copy": not staff or bool(ACTS["passbook.copy"].reach(by.roles)),
        "former": former,
        "chosen": chosen,
        "period": period_of(request.query_params, zone),
        "told": passbook_words.sentence,
        "file_kinds": passbook_file.KIND_NAMES,
        "spoken": current_language(),
        "zone": zone,
    }


async def _former(by: Actor) -> list[community.Former]:
    """Return the former memberships whose passbooks a member still reads; a delegate reads none."""
    if by.on_behalf_of is not None:
        return []
    return await community.former_memberships(by.member_id, community_id=by.community_id)


handlers = [passbook, passbook_print, passbook_as_file]
