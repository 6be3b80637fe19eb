"""What is asked for regularly: by an elder, or for one; its next visits, and stopping it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import timebank
from app import repeat_words
from app.acts import act
from app.i18n import gettext as _
from app.i18n import ngettext
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.elder_acts import no_longer
from app.standing_in import acted_for, place_of, standing_in
from community import Actor
from timebank import repeats
from timebank.repeats import RepeatSeen, Stopped

AnyRequest = Request[Any, Any, Any]
OWN = "/time-bank/repeats"
FOR = "/for/{member_id:uuid}/repeats"
END = "/{repeat_id:uuid}/end"


@get(OWN, name="repeats", opt=act("repeat.read"))
async def own(request: AnyRequest) -> Template:
    """Show an elder what they ask for regularly, with the next visits."""
    return await _list(await acting(request))


@get(FOR, name="for.repeats", opt=act("repeat.read"))
async def for_another(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show what another asks for regularly."""
    return await _list(await standing_in(request, member_id))


async def _list(by: Actor) -> Template:
    home = await community.community(by.community_id)
    zone, now = ZoneInfo(home.time_zone), datetime.now(UTC)
    try:
        found = await repeats.repeats_of(by)
    except community.NotDelegated as error:
        raise NotFoundException from error
    context = {
        "repeats": [repeat_words.shown(one, place_of(by), zone, now) for one in found],
        "acted_for": await acted_for(by),
        "place": place_of(by),
    }
    return Template("timebank/repeats.html", context=context)


@get(OWN + END, name="repeat.end.ask", opt=act("repeat.end"))
async def end_page(request: AnyRequest, repeat_id: FromPath[UUID]) -> Template:
    """Ask once more before something is asked for no more; also a coordinator."""
    return await _end_page(repeat_id, await acting(request))


@get(FOR + END, name="for.repeat.end.ask", opt=act("repeat.end"))
async def end_page_for(
    request: AnyRequest, member_id: FromPath[UUID], repeat_id: FromPath[UUID]
) -> Template:
    """Ask once more before something is asked for no more for another."""
    return await _end_page(repeat_id, await standing_in(request, member_id))


async def _end_page(repeat_id: UUID, by: Actor) -> Template:
    home = await community.community(by.community_id)
    seen = await _seen(repeat_id, by)
    shown = repeat_words.shown(seen, place_of(by), ZoneInfo(home.time_zone), datetime.now(UTC))
    whom = await acted_for(by)
    context = {
        "one": shown,
        "acted_for": whom,
        "place": place_of(by),
        "own": seen.repeat.elder_id == by.member_id,
    }
    return Template("timebank/repeat_end.html", context=context)


async def _seen(repeat_id: UUID, by: Actor) -> RepeatSeen:
    try:
        seen = await repeats.repeat_seen(repeat_id, by)
    except (repeats.UnknownRepeat, community.NotDelegated) as error:
        raise NotFoundException from error
    except timebank.NotYours as error:
        raise PermissionDeniedException from error
    return seen


@post(OWN + END, name="repeat.end", opt=act("repeat.end"))
async def end(request: AnyRequest, repeat_id: FromPath[UUID]) -> Redirect:
    """Ask for nothing more of it."""
    return await _end(repeat_id, await acting(request))


@post(FOR + END, name="for.repeat.end", opt=act("repeat.end"))
async def end_for(
    request: AnyRequest, member_id: FromPath[UUID], repeat_id: FromPath[UUID]
) -> Redirect:
    """Ask for nothing more of it for another."""
    return await _end(repeat_id, await standing_in(request, member_id))


async def _end(repeat_id: UUID, by: Actor) -> Redirect:
    try:
        stopped = await repeats.end_repeating(repeat_id, by=by)
    except repeats.UnknownRepeat as error:
        raise NotFoundException from error
    except timebank.NotYours as error:
        raise PermissionDeniedException from error
    except community.NotDelegated:
        return no_longer()
    own_or_for = by.principal == stopped.repeat.elder_id
    back = f"{place_of(by)}/repeats" if own_or_for else f"/members/{stopped.repeat.elder_id}"
    return noticed(Redirect(back, status_code=303), stopped_words(stopped))


def stopped_words(stopped: Stopped) -> str:
    """Return what was called off, and what stays."""
    told = _("Stopped: it is not asked for any more.")
    if stopped.called_off:
        told += " " + ngettext(
            "%(num)s visit that nobody had taken is called off.",
            "%(num)s visits that nobody had taken are called off.",
            stopped.called_off,
        ) % {"num": stopped.called_off}
    if stopped.kept:
        told += " " + ngettext(
            "%(num)s visit that somebody has taken stays; it can be called off on its page.",
            "%(num)s visits that somebody has taken stay; each can be called off on its page.",
            len(stopped.kept),
        ) % {"num": len(stopped.kept)}
    return told


handlers = [own, for_another, end_page, end_page_for, end, end_for]
