"""What the neighbourhood needs: the list, one need's page and photograph, and both as data."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app import need_form, need_page
from app.acts import act
from app.forms import Form
from app.guards import actor_of
from app.i18n import current_language, mark
from app.i18n import gettext as _
from app.member_form import uuid_or_none
from app.need_page import Named
from app.need_words import STATES
from app.neighbourhood import community_shown, roles_shown
from app.routes.typed import whole_number
from community import Actor, Community
from marketplace import needs
from marketplace.needs import PAGE, Need, NeedCard, NeedState, Order, Search
from marketplace.needs.policy import seconds_threshold_at

AnyRequest = Request[Any, Any, Any]
PAGES_MAX: Final = 10_000

ORDERS: Final = {Order.NEWEST: mark("Newest first"), Order.SECONDED: mark("Most support first")}
SHORT_STORY: Final = 140
WORDS_LENGTH_MAX: Final = 60


@get("/needs", name="need.list", opt=act("need.read"))
async def need_list(request: AnyRequest) -> Template:
    """Show a page of the community's needs, chosen and ordered as the address says."""
    home, roles = await community_shown(request), await roles_shown(request)
    by = await actor_of(request)
    search, page = _search(request), _page(request)
    count = await needs.count_needs(search, community_id=home.id)
    found = await needs.need_cards(search, community_id=home.id, page=page)
    known = await need_page.named(home)
    language = current_language()
    context = {
        "home": home,
        "cards": [await _card(one, by, known) for one in found],
        "count": count,
        "asked": Form.of(dict(request.query_params.items())),
        "states": [(one.value, _(words)) for one, words in STATES.items()],
        "categories": [(key, one.name(language)) for key, one in known.categories.items()],
        "places": await need_form.place_options(home.id),
        "orders": [(one.value, _(words)) for one, words in ORDERS.items()],
        "filtered": search != Search(),
        "first": _address(search) if page > 1 else "",
        "onward": _address(search, page + 1) if page * PAGE < count else "",
        "threshold": await seconds_threshold_at(home.id),
        "roles": roles,
        "is_member": by is not None,
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/needs/list.html", context=context)


def _search(request: AnyRequest) -> Search:
    """Return what the address asks for; what nobody can read asks for nothing."""
    asked = request.query_params
    state, order = asked.get("state", ""), asked.get("order", "")
    return Search(
        NeedState(state) if state in set(NeedState) else None,
        asked.get("category", "")[:40],
        uuid_or_none(asked.get("area", "")),
        asked.get("words", "").strip()[:WORDS_LENGTH_MAX],
        Order(order) if order in set(Order) else Order.NEWEST,
    )


def _page(request: AnyRequest) -> int:
    asked = whole_number(request.query_params.get("page", "1"), 1)
    return min(max(asked, 1), PAGES_MAX)


def _address(search: Search, page: int = 1) -> str:
    asked = {
        "state": search.state.value if search.state else "",
        "category": search.category,
        "area": str(search.area_id or ""),
        "words": search.words,
        "order": search.order.value if search.order is not Order.NEWEST else "",
        "page": str(page) if page > 1 else "",
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/needs?{query}" if query else "/needs"


async def _card(one: NeedCard, by: Actor | None, known: Named) -> dict[str, Any]:
    """Return a need as the list shows it; a hidden one without its words."""
    readable = await needs.sees_words(one.need, by)
    story = " ".join(one.need.story.split()) if readable else ""
    category = known.category(one.need.category)
    return {
        "need": one.need,
        "href": f"/needs/{one.need.id}",
        "title": need_page.title_of(one.need, readable=readable),
        "story": story if len(story) <= SHORT_STORY else f"{story[:SHORT_STORY].rstrip()}…",
        "spot": known.spot(one.need) if readable else "",
        "category": category.name(current_language()),
        "icon": category.icon,
        "state": _(STATES[one.need.state]),
        "seconds": one.seconds,
        "photo": one.has_photo and readable,
    }


@get("/needs/{need_id:uuid}", name="need", opt=act("need.read"))
async def need(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Show a need on its way; one that was joined with another leads there."""
    home, by = await community_shown(request), await actor_of(request)
    found = await need_here(need_id, home)
    if found.merged_into is not None and "alone" not in request.query_params:
        return Redirect(f"/needs/{found.merged_into}", status_code=303)
    context = await need_page.context(found, by, home)
    return Template("marketplace/needs/need.html", context=context)


async def need_here(need_id: UUID, home: Community) -> Need:
    """Return a need of the community whose pages are shown. Raises 404."""
    try:
        return await needs.read_need(need_id, community_id=home.id)
    except needs.UnknownNeed as error:
        raise NotFoundException from error


@get("/needs/{need_id:uuid}/photo", name="need.photo", opt=act("need.read"))
async def photo(request: AnyRequest, need_id: FromPath[UUID]) -> Response[bytes]:
    """Return the photograph of a need to whoever may read its words."""
    home, by = await community_shown(request), await actor_of(request)
    try:
        image = await needs.photo_of_need(await need_here(need_id, home), by)
    except needs.NoPhotoOfNeed as error:
        raise NotFoundException from error
    return Response(
        image,
        media_type="image/jpeg",
        headers={
            # Asked for anew each time: a photograph that was hidden is gone from then on.
            "Cache-Control": "private, no-store",
            "Content-Disposition": 'attachment; filename="need.jpg"',
        },
    )


@get("/api/needs", name="need.list.data", opt=act("need.read"))
async def list_data(request: AnyRequest) -> dict[str, Any]:
    """Give a page of needs as data, with the filters of the list; names are not among it."""
    home = await community_shown(request)
    search, page = _search(request), _page(request)
    count = await needs.count_needs(search, community_id=home.id)
    found = await needs.need_cards(search, community_id=home.id, page=page)
    more, known = page * PAGE < count, await need_page.named(home)
    return {
        "community": home.code,
        "count": count,
        "page": page,
        "next": f"/api{_address(search, page + 1)}" if more else None,
        "needs": [
            await _data(one.need, known, seconds=one.seconds, has_photo=one.has_photo)
            for one in found
        ],
    }


@get("/api/needs/{need_id:uuid}", name="need.data", opt=act("need.read"))
async def need_data(request: AnyRequest, need_id: FromPath[UUID]) -> dict[str, Any]:
    """Give a need as data with its history; names are not among it."""
    home = await community_shown(request)
    found = await need_here(need_id, home)
    seconds, has_photo = await needs.count_seconds(found.id), await needs.has_photo(found.id)
    history = await needs.moves(found.id, community_id=home.id)
    return {
        **await _data(found, await need_page.named(home), seconds=seconds, has_photo=has_photo),
        "threshold": await seconds_threshold_at(home.id),
        "history": [
            {"state": one.state.value, "at": one.at.isoformat(), "why": one.why} for one in history
        ],
    }


async def _data(one: Need, known: Named, *, seconds: int, has_photo: bool) -> dict[str, Any]:
    """Return a need as data, as a visitor may read it."""
    readable = await needs.sees_words(one, None)
    category = known.category(one.category)
    return {
        "id": str(one.id),
        "state": one.state.value,
        "step": await need_page.step_of(one),
        "title": one.title if readable else None,
        "story": one.story if readable else None,
        "place": one.place if readable else None,
        "area_id": str(one.area_id) if one.area_id else None,
        "category": {"key": category.key, "zh": category.name_zh, "en": category.name_en},
        "raised_at": one.raised_at.isoformat(),
        "seconds": seconds,
        "merged_into": str(one.merged_into) if one.merged_into else None,
        "photo": f"/needs/{one.id}/photo" if has_photo and readable else None,
    }


handlers = [need_list, need, photo, list_data, need_data]
