"""Answers about asking for a visit, once or regularly: for an elder, or who may ask for them.

`by.principal` is the elder whose affair it is; only words and addresses differ for a delegate.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template

import community
import timebank
from app import ask_form, repeat_form, repeat_words
from app.forms import Form
from app.i18n import current_language
from app.i18n import gettext as _
from app.member_form import uuid_or_none
from app.notices import noticed
from app.routes.elder_acts import REFUSED, no_longer, stopped, to_visit
from app.routes.typed import key_of, typed
from app.similar_words import despite, similar_lines, similar_words
from app.standing_in import acted_for, place_of
from app.visit_words import refusal_words, wrong_field
from app.wording import duration, spoken_time
from community import Actor
from timebank import Request as Wanted
from timebank import TimebankError, Visit, repeats
from timebank.repeats import Repeat, RepeatDraft

AnyRequest = Request[Any, Any, Any]


async def ask_page(request: AnyRequest, by: Actor) -> Template:
    """Show the form that asks for a visit; the place of the last one is filled in.

    `service` names a kind of help; `instead` a visit that nobody took, which it shall replace.
    """
    first: dict[str, object] = {
        **repeat_form.FIRST_ANSWERS,
        "minutes": "60",
        "preferred": "",
        "place": await timebank.last_place(by),
        "key": str(uuid4()),
    }
    instead = uuid_or_none(request.query_params.get("instead", ""))
    if instead is not None:
        first |= await _instead(instead, by)
    elif request.query_params.get("service"):
        first["service"] = request.query_params["service"]
    return await _template(by, Form.of(first))


async def _instead(visit_id: UUID, by: Actor) -> dict[str, object]:
    """Return the answers of a visit that nobody took. Raises 404 where it is none of theirs."""
    try:
        seen, _steps = await timebank.visit_page(visit_id, by)
    except (timebank.UnknownVisit, timebank.NotYours, community.NotDelegated) as error:
        raise NotFoundException from error
    visit = seen.visit
    if visit.elder_id != by.principal:
        raise NotFoundException
    return {
        "instead": str(visit.id),
        "service": visit.care_service.code,
        "minutes": str(visit.minutes_booked),
        "place": visit.place,
        "wishes": visit.wishes,
        "preferred": str(visit.preferred_id or ""),
    }


async def ask(request: AnyRequest, by: Actor) -> Template | Redirect:
    """Ask for a visit, or for one regularly; a refused form comes back as it was typed."""
    form = await typed(request)
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    wanted = ask_form.read(form, zone)
    draft = repeat_form.read(form, wanted, zone) if wanted is not None else None
    if wanted is None or not form.ok:
        return await _template(by, form)
    try:
        if draft is not None:
            return await _regularly(draft, form, by, zone)
        return await _once(wanted, form, by)
    except timebank.AlreadyAsked as again:
        return to_visit(by, again.visit, _asked_before(by), "note")
    except (timebank.NotYours, timebank.UnknownVisit) as error:
        raise stopped(error) from error
    except community.NotDelegated:
        return no_longer()
    except TimebankError as refusal:
        form.refuse(*_at_field(refusal, by, zone))
        alike = refusal if isinstance(refusal, timebank.SimilarOpen) else None
        return await _template(by, form, alike)


async def _once(wanted: Wanted, form: Form, by: Actor) -> Redirect:
    visit = await timebank.ask(
        wanted,
        by=by,
        form_key=key_of(form) or uuid4(),
        despite=despite(form),
        instead_of=uuid_or_none(form.value("instead")),
    )
    return to_visit(by, visit.id, _asked_words(by, visit))


async def _regularly(draft: RepeatDraft, form: Form, by: Actor, zone: ZoneInfo) -> Redirect:
    repeat = await repeats.ask_repeating(
        draft, by=by, id=key_of(form) or uuid4(), despite=despite(form)
    )
    answer = Redirect(f"{place_of(by)}/repeats", status_code=303)
    return noticed(answer, _regularly_words(repeat, zone))


def _regularly_words(repeat: Repeat, zone: ZoneInfo) -> str:
    return _("Asked for %(often)s. The first visit is %(when)s.") % {
        "often": repeat_words.how_often(repeat, zone),
        "when": spoken_time(repeat.starts_at, zone),
    }


def _at_field(refusal: TimebankError, by: Actor, zone: ZoneInfo) -> tuple[str, str]:
    if isinstance(refusal, timebank.SimilarOpen):
        return "despite", similar_words(by)
    return wrong_field(refusal) or ("service", refusal_words(refusal, zone))


def _asked_before(by: Actor) -> str:
    if by.on_behalf_of is not None:
        return _(
            "This had been asked for before; here it stands. Nothing was booked twice. To ask "
            "for another visit, begin with a new form."
        )
    return _(
        "You had asked for this before; here it stands. Nothing was booked twice. To ask for "
        "another visit, begin with a new form."
    )


def _asked_words(by: Actor, visit: Visit) -> str:
    told = _("Your wish is on the board. Once somebody comes, %(minutes)s are set aside.")
    if by.on_behalf_of is not None:
        told = _("The wish is on the board. Once somebody comes, %(minutes)s are set aside.")
    return told % {"minutes": duration(visit.credit_booked)}


async def _template(by: Actor, form: Form, alike: timebank.SimilarOpen | None = None) -> Template:
    home = await community.community(by.community_id)
    zone, now = ZoneInfo(home.time_zone), datetime.now(UTC)
    policy = await timebank.visit_policy_at(home.id, now)
    context = {
        "form": form,
        "home": home,
        "acted_for": await acted_for(by),
        "place": place_of(by),
        "services": ask_form.kinds_of_help(
            await timebank.care_services(home.id), current_language()
        ),
        "days": ask_form.days(zone, now, policy),
        "times": ask_form.times(),
        "lengths": ask_form.lengths(policy),
        "known": await timebank.came_before(by.principal, by=by),
        "left": await timebank.left_to_ask(by, at=now),
        "own": (await timebank.my_balance(by)).available,
        "every": repeat_form.every_choices(),
        "until": repeat_form.until_choices(),
        "how": repeat_form.how_choices(),
        "alike": similar_lines(alike, place_of(by), zone),
    }
    return Template("timebank/ask.html", context=context, status_code=200 if form.ok else REFUSED)
