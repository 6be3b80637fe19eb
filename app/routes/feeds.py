"""Feeds: what moved in the marketplace, for readers that ask by themselves."""

from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.acts import act
from app.i18n import current_language
from app.i18n import gettext as _
from app.neighbourhood import community_shown
from app.results.feed import MEDIA_TYPE, atom
from app.settings import settings
from marketplace import RoundId, reading
from marketplace.errors import UnknownRound
from marketplace.news import News, news

AnyRequest = Request[Any, Any, Any]


@get("/feed.xml", name="feed", opt=act("project.read"))
async def feed(request: AnyRequest) -> Response[bytes]:
    """Give a community's rounds, results and needs that moved."""
    home = await community_shown(request)
    title = _("Projects of %(community)s") % {"community": home.name}
    return _answer(request, await news(home.id), title=title, owner=home.id)


@get("/rounds/{round_id:uuid}/feed.xml", name="round.feed", opt=act("round.read"))
async def round_feed(request: AnyRequest, round_id: FromPath[UUID]) -> Response[bytes]:
    """Give the steps of one round."""
    home = await community_shown(request)
    try:
        current = await reading.read_round(RoundId(round_id), community_id=home.id)
    except UnknownRound as error:
        raise NotFoundException from error
    found = await news(home.id, round_id=current.id)
    return _answer(request, found, title=current.name, owner=current.id)


def _answer(request: AnyRequest, found: list[News], *, title: str, owner: UUID) -> Response[bytes]:
    content = atom(
        found,
        title=title,
        owner=owner,
        site=settings().public_address or str(request.base_url).rstrip("/"),
        here=request.url.path,
        language=current_language(),
    )
    return Response(content, media_type=MEDIA_TYPE)


handlers = [feed, round_feed]
