"""Needs that are like others: suggested while one is typed, and pairs that may be one."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app import need_alike
from app.acts import act
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.neighbourhood import acting, community_shown
from app.notices import noticed
from app.templating import page_or_fragment
from community import Role, community
from marketplace import needs
from marketplace.needs.alike import alike_needs, likely_pairs, not_the_same_need
from marketplace.needs.alike.pairs import PAIRS_ON_A_PAGE

AnyRequest = Request[Any, Any, Any]
LIKELY = "/needs/likely"


@get("/needs/similar", name="need.similar", opt=act("need.similar"))
async def similar(request: AnyRequest) -> Template:
    """Show needs that are like some words; as a fragment beside the form that is being typed."""
    home, by = await community_shown(request), await actor_of(request)
    words = need_alike.sought(request.query_params)
    typed = {name: request.query_params.get(name, "") for name in ("title", "story")}
    context = {
        "form": Form.of(typed),
        "found": await need_alike.found(words, by, home),
        "in_form": True,
        "may_raise": by is not None and Role.RESIDENT in by.roles,
        "raise_href": f"/needs/new?{urlencode(typed)}",
    }
    return page_or_fragment(request, "marketplace/needs/similar.html", context)


@get("/api/needs/similar", name="need.similar.data", opt=act("need.similar"))
async def similar_data(request: AnyRequest) -> dict[str, Any]:
    """Give open needs that are like some words, the most alike first; likeness is at most 1."""
    home = await community_shown(request)
    words = need_alike.sought(request.query_params)
    return {
        "community": home.code,
        "needs": [
            {
                "id": str(one.need_id),
                "title": one.title,
                "state": one.state.value,
                "likeness": round(one.likeness, 3),
                "href": f"/needs/{one.need_id}",
            }
            for one in await alike_needs(words, community_id=home.id)
        ],
    }


@get(LIKELY, name="need.likely", opt=act("need.likely"))
async def likely(request: AnyRequest) -> Template:
    """Show pairs of open needs that may be one, the newest first."""
    by = await acting(request)
    home = await community(by.community_id)
    pairs = await likely_pairs(by.community_id)
    context = {
        "pairs": [
            (
                pair,
                await need_alike.line(pair.later, by, home),
                await need_alike.line(pair.earlier, by, home),
            )
            for pair in pairs
        ],
        "more": len(pairs) == PAIRS_ON_A_PAGE,
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/needs/likely.html", context=context)


@post(
    "/needs/{need_id:uuid}/not-the-same/{twin_id:uuid}",
    name="need.not-the-same",
    opt=act("need.likely"),
)
async def not_the_same(
    request: AnyRequest, need_id: FromPath[UUID], twin_id: FromPath[UUID]
) -> Redirect:
    """Remember that two needs are not one."""
    by = await acting(request)
    try:
        await not_the_same_need(need_id, twin_id, by=by)
    except needs.UnknownNeed as error:
        raise NotFoundException from error
    answer = Redirect(LIKELY, status_code=303)
    return noticed(answer, _("Remembered: these are two needs. Nobody asks about them again."))


handlers = [similar, similar_data, likely, not_the_same]
