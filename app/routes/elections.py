"""Published elections: the list, each one's result under both rules, and its file."""

from typing import Any
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response, Template

from app.acts import act
from app.i18n import gettext as _
from app.marketplace_words import BALLOT_KINDS, money_words
from app.neighbourhood import community_shown
from app.results.page import Around, as_page
from marketplace import ElectionId, result_reading
from marketplace.errors import UnknownElection

AnyRequest = Request[Any, Any, Any]


@get("/elections", name="elections", opt=act("election.read"))
async def election_list(request: AnyRequest) -> Template:
    """Show the published elections that were taken in."""
    home = await community_shown(request)
    found = await result_reading.elections(home.id)
    context = {
        "elections": [(one, money_words(one.budget, one.scale, one.currency)) for one in found]
    }
    return Template("marketplace/elections.html", context=context)


@get("/elections/{election_id:uuid}", name="election", opt=act("election.read"))
async def election_page(request: AnyRequest, election_id: FromPath[UUID]) -> Template:
    """Show an election's result; `rule` in the address chooses whose winners the bars mark."""
    home = await community_shown(request)
    try:
        election = await result_reading.election(ElectionId(election_id), community_id=home.id)
    except UnknownElection as error:
        raise NotFoundException from error
    around = Around({}, {}, {}, knapsack=election.knapsack)
    context = {
        "election": election,
        "kind_words": _(BALLOT_KINDS[election.kind]),
        "shown": as_page(election.result, request.query_params.get("rule"), around),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/election.html", context=context)


@get("/elections/{election_id:uuid}/file", opt=act("election.read"))
async def election_file(request: AnyRequest, election_id: FromPath[UUID]) -> Response[bytes]:
    """Give the file, byte for byte as it was published."""
    home = await community_shown(request)
    try:
        name, content = await result_reading.election_file(
            ElectionId(election_id), community_id=home.id
        )
    except UnknownElection as error:
        raise NotFoundException from error
    return Response(
        content,
        media_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )


handlers = [election_list, election_page, election_file]
