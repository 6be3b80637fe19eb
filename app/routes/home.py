"""The house's front door: for a visitor what Linli is for, for a member their own home and page."""

from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Request, get
from litestar.response import Template

import community
import timebank
from app import homes
from app.acts import ACTS, act
from app.guards import actor_of, resting_roles
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.place_words import ROLES
from community import Actor, Community
from marketplace import round_summaries

AnyRequest = Request[Any, Any, Any]
ROUNDS_SHOWN: Final = 3


@get("/", name="home", opt=act("home.read"))
async def home(request: AnyRequest) -> Template:
    """Show a member their home, and a visitor what Linli is for, with figures of this moment."""
    by = await actor_of(request)
    if by is not None:
        return await _own(request, by)
    known = await community.communities()
    return Template("home/home.html", context=await _live(known[0]) if known else {"live": None})


async def _live(place: Community) -> dict[str, Any]:
    visits, minutes, waiting = await timebank.given_and_waiting(place.id)
    live = {
        "place": place,
        "visits": visits,
        "minutes": minutes,
        "waiting": waiting,
        "rounds": await round_summaries(place.id, most=ROUNDS_SHOWN),
    }
    return {"live": live, "zone": ZoneInfo(place.time_zone)}


async def _own(request: AnyRequest, by: Actor) -> Template:
    place, now = await community.community(by.community_id), datetime.now(UTC)
    context = {
        "me": request.user,
        "home": place,
        "resting": _role_words(await resting_roles(request)),
        "by_card": request.auth.how == "card",
        "may": lambda name: bool(ACTS[name].reach(by.roles)),
        "zone": ZoneInfo(place.time_zone),
        **await homes.parts_of(by, place, at=now),
    }
    return Template("home/own.html", context=context)


@get("/me", name="me", opt=act("me.read"))
async def my_page(request: AnyRequest) -> Template:
    """Show a member who they are here, and lead to all that is theirs to decide."""
    by = await acting(request)
    place = await community.community(request.user.community_id)
    context = {
        "me": request.user,
        "home": place,
        "roles": _role_words(request.user.roles),
        "resting": _role_words(await resting_roles(request)),
        "delegate": community.Role.DELEGATE in by.roles,
        "helps": community.Role.VOLUNTEER in by.roles,
        "since": request.user.joined_at.astimezone(ZoneInfo(place.time_zone)).date(),
    }
    return Template("me/me.html", context=context)


def _role_words(roles: frozenset[community.Role]) -> list[str]:
    """Return roles in words, in the order of the glossary."""
    return [_(words) for role, words in ROLES.items() if role in roles]


handlers = [home, my_page]
