"""One tap for a request that nobody takes: open longer, or the same a week later."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import timebank
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.routes import elder_acts
from app.routes.typed import typed
from app.standing_in import standing_in
from app.visit_words import refusal_words
from app.wording import spoken_time
from community import Actor
from timebank import TimebankError

AnyRequest = Request[Any, Any, Any]
PAGE = "/time-bank/visits/{visit_id:uuid}"
FOR_PAGE = "/for/{member_id:uuid}/visits/{visit_id:uuid}"


@post(f"{PAGE}/renew", name="visit.renew", opt=act("visit.renew"))
async def renew(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect | Template:
    """Ask for the same a week later."""
    return await _renew(visit_id, await acting(request))


@post(f"{FOR_PAGE}/renew", name="for.visit.renew", opt=act("visit.renew"))
async def renew_for(
    request: AnyRequest, member_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Redirect | Template:
    """Ask for the same a week later, for another."""
    return await _renew(visit_id, await standing_in(request, member_id))


async def _renew(visit_id: UUID, by: Actor) -> Redirect | Template:
    try:
        new = await timebank.renew(visit_id, by=by)
    except timebank.AlreadyAsked as before:
        told = _("This had been asked for before; here it stands. Nothing was booked twice.")
        return elder_acts.to_visit(by, before.visit, told, "note")
    except timebank.SimilarOpen as alike:
        told = _("Something like it is asked for then; here it stands. Nothing was asked twice.")
        return elder_acts.to_visit(by, alike.visits[0].id, told, "note")
    except community.NotDelegated:
        return elder_acts.no_longer()
    except TimebankError as refusal:
        return await _refused(visit_id, by, refusal)
    home = await community.community(by.community_id)
    told = _("Asked for again: %(when)s.") % {
        "when": spoken_time(new.starts_at, ZoneInfo(home.time_zone))
    }
    return elder_acts.to_visit(by, new.id, told)


@post(f"{PAGE}/extend", name="visit.extend", opt=act("visit.renew"))
async def extend(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect | Template:
    """Let a request stay open longer."""
    return await _extend(visit_id, await acting(request), await typed(request))


@post(f"{FOR_PAGE}/extend", name="for.visit.extend", opt=act("visit.renew"))
async def extend_for(
    request: AnyRequest, member_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Redirect | Template:
    """Let another's request stay open longer."""
    return await _extend(visit_id, await standing_in(request, member_id), await typed(request))


async def _extend(visit_id: UUID, by: Actor, form: Form) -> Redirect | Template:
    until = _moment(form.value("until"))
    if until is None:
        told = _("Nothing was changed: this page was too old. Here is how it stands now.")
        return elder_acts.to_visit(by, visit_id, told, "wrong")
    try:
        longer = await timebank.extend(visit_id, until=until, by=by)
    except community.NotDelegated:
        return elder_acts.no_longer()
    except TimebankError as refusal:
        return await _refused(visit_id, by, refusal)
    home = await community.community(by.community_id)
    told = _("It stays open until %(when)s.") % {
        "when": spoken_time(longer.waits_until, ZoneInfo(home.time_zone))
    }
    return elder_acts.to_visit(by, visit_id, told)


async def _refused(visit_id: UUID, by: Actor, refusal: TimebankError) -> Redirect | Template:
    """Lead back to the visit with what is wrong: its page has no form of these fields."""
    if isinstance(refusal, timebank.NotYours | timebank.UnknownVisit):
        raise elder_acts.stopped(refusal) from refusal
    home = await community.community(by.community_id)
    told = refusal_words(refusal, ZoneInfo(home.time_zone))
    return elder_acts.to_visit(by, visit_id, told, "wrong")


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


handlers = [renew, renew_for, extend, extend_for]
