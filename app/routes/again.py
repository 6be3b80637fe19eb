"""The same visit once more, with one tap: for an elder, and for who may ask for them."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from litestar import Request, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect

import community
import timebank
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.routes import elder_acts
from app.routes.typed import key_of, typed
from app.standing_in import place_of, standing_in
from app.visit_words import refusal_words, wrong_field
from app.wording import duration
from community import Actor
from timebank import TimebankError

AnyRequest = Request[Any, Any, Any]


@post("/time-bank/again", name="visit.again", opt=act("visit.ask"))
async def again(request: AnyRequest) -> Redirect:
    """Ask for one's last visit once more."""
    return await _again(await acting(request), await typed(request))


@post("/for/{member_id:uuid}/again", name="for.visit.again", opt=act("visit.ask"))
async def again_for(request: AnyRequest, member_id: FromPath[UUID]) -> Redirect:
    """Ask for another's last visit once more."""
    return await _again(await standing_in(request, member_id), await typed(request))


async def _again(by: Actor, form: Form) -> Redirect:
    read = _read(form)
    if read is None:
        return _to_form(by, _("Choose what you need; nothing was asked for yet."))
    try:
        request = await timebank.request_again(*read, by=by)
        visit = await timebank.ask(request, by=by, form_key=key_of(form) or uuid4(), despite=())
    except timebank.UnknownVisit as error:
        raise NotFoundException from error
    except timebank.NotYours as error:
        raise PermissionDeniedException from error
    except community.NotDelegated:
        return elder_acts.no_longer()
    except timebank.AlreadyAsked as before:
        told = _("This had been asked for before; here it stands. Nothing was booked twice.")
        return elder_acts.to_visit(by, before.visit, told, "note")
    except timebank.SimilarOpen as alike:
        told = _("Something like it is asked for then; here it stands. Nothing was asked twice.")
        return elder_acts.to_visit(by, alike.visits[0].id, told, "note")
    except TimebankError as refusal:
        home = await community.community(by.community_id)
        field = wrong_field(refusal)
        return _to_form(by, field[1] if field else refusal_words(refusal, ZoneInfo(home.time_zone)))
    told = _("Asked for again. Once somebody comes, %(minutes)s are set aside.")
    return elder_acts.to_visit(by, visit.id, told % {"minutes": duration(visit.credit_booked)})


def _read(form: Form) -> tuple[UUID, datetime] | None:
    """Return which visit is wanted again, and when, as the button said; None where it is torn."""
    try:
        visit_id, starts_at = UUID(form.value("visit")), datetime.fromisoformat(form.value("when"))
    except ValueError:
        return None
    return (visit_id, starts_at) if starts_at.tzinfo else None


def _to_form(by: Actor, told: str) -> Redirect:
    """Lead to the form where everything can be chosen, with what stood in the way."""
    return noticed(Redirect(f"{place_of(by)}/ask", status_code=303), told, "wrong")


handlers = [again, again_for]
