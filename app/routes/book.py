"""The open book of a community: anyone may see that it balances."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

import community
import ledger
from app import open_book
from app.acts import act
from app.neighbourhood import community_shown
from community import Community


@get("/book", name="book", opt=act("book.read"))
async def book(request: Request[Any, Any, Any]) -> Template:
    """Show the book of the visitor's own community, or of the first one."""
    return await _book(await community_shown(request))


@get("/book/{code:str}", name="book.of", opt=act("book.read"))
async def book_of(code: FromPath[str]) -> Template:
    """Show the book of the community with this code."""
    try:
        return await _book(await community.community_by_code(code))
    except community.UnknownCommunity as error:
        raise NotFoundException from error


async def _book(home: Community) -> Template:
    found = await ledger.trial_balance(ledger.CommunityId(home.id))
    context = {
        "home": home,
        "others": [one for one in await community.communities() if one.id != home.id],
        "balanced": found.balanced,
        "units": open_book.units(found),
        "accounts": len(found.lines),
        "seen_at": datetime.now(UTC),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("timebank/book.html", context=context)


handlers = [book, book_of]
