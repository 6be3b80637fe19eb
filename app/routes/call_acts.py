"""What is done in a call on the caller's word: asking, confirming, calling off, the number."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from litestar import Request, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import timebank
from app import repeat_form, repeat_words
from app.acts import act
from app.forms import Form
from app.i18n import current_language
from app.i18n import gettext as _
from app.member_form import uuid_or_none
from app.neighbourhood import acting
from app.notices import noticed
from app.phone_desk import call_page, request_form, words
from app.routes.calls import DESK, refused, shown, to_call
from app.routes.elder_acts import whole
from app.routes.repeats import stopped_words
from app.routes.typed import key_of, typed
from app.similar_words import despite
from app.wording import duration, spoken_span, spoken_time
from community import Actor, CommunityError
from timebank import TimebankError, Visit, desk, repeats
from timebank.desk import Matter, Topic
from timebank.repeats import Repeat

AnyRequest = Request[Any, Any, Any]
REASON_LENGTH_MAX = 500


@post(f"{DESK}/{{call_id:uuid}}/ask", name="call.ask", opt=act("call.answer"))
async def ask(request: AnyRequest, call_id: FromPath[UUID]) -> Redirect | Template:
    """Ask for a visit; what was asked for comes back as a sentence to read to the caller."""
    by, form = await acting(request), await typed(request)
    try:
        one = await call_page.on_the_phone(call_id, by)
        told = await _asked(one, form)
    except timebank.SimilarOpen as alike:
        form.refuse("despite", _("Something like this is asked for already. Ask them about it."))
        return await shown(call_id, by, form, at="request", alike=alike)
    except timebank.AlreadyAsked:
        return to_call(
            call_id, _("This had been asked for before. Nothing was booked twice."), "note"
        )
    except (TimebankError, CommunityError) as refusal:
        return await refused(call_id, by, refusal, form, at="request")
    if told is None:
        return await shown(call_id, by, form, at="request")
    return to_call(call_id, told)


async def _asked(one: call_page.OnThePhone, form: Form) -> str | None:
    """Return what was asked for, to be read out; None where a field is refused."""
    catalogue = await timebank.care_services(one.by.community_id)
    wanted = request_form.read(form, one.zone, catalogue)
    draft = repeat_form.read(form, wanted, one.zone) if wanted is not None else None
    if wanted is None or not form.ok:
        return None
    call_id, key, known = one.seen.call.id, key_of(form) or uuid4(), despite(form)
    if draft is not None:
        repeat = await desk.repeat_on_word(call_id, draft, by=one.by, key=key, despite=known)
        return _read_out_regular(repeat, one)
    visit = await desk.ask_on_word(call_id, wanted, by=one.by, form_key=key, despite=known)
    return _read_out(visit, one)


def _read_out(visit: Visit, one: call_page.OnThePhone) -> str:
    """Return what was asked for as one sentence, to be read to the caller."""
    return _("Read this out: %(when)s, %(help)s, at %(place)s.") % {
        "when": spoken_span(visit.starts_at, visit.ends_at, one.zone),
        "help": visit.care_service.name(current_language()),
        "place": visit.place,
    }


def _read_out_regular(repeat: Repeat, one: call_page.OnThePhone) -> str:
    return _("Read this out: %(help)s, %(often)s, at %(place)s. The first is %(when)s.") % {
        "help": repeat.care_service.name(current_language()),
        "often": repeat_words.how_often(repeat, one.zone),
        "place": repeat.place,
        "when": spoken_time(repeat.starts_at, one.zone),
    }


@post(
    f"{DESK}/{{call_id:uuid}}/repeats/{{repeat_id:uuid}}/end",
    name="call.repeat.end",
    opt=act("call.answer"),
)
async def end_repeat(
    request: AnyRequest, call_id: FromPath[UUID], repeat_id: FromPath[UUID]
) -> Redirect | Template:
    """Stop what is asked for regularly on the caller's word."""
    by = await acting(request)
    try:
        stopped = await desk.end_repeat_on_word(call_id, repeat_id, by=by)
    except repeats.UnknownRepeat as error:
        raise NotFoundException from error
    except (TimebankError, CommunityError) as refusal:
        return await refused(call_id, by, refusal, Form())
    return to_call(call_id, stopped_words(stopped))


@post(
    f"{DESK}/{{call_id:uuid}}/visits/{{visit_id:uuid}}/confirm",
    name="call.confirm",
    opt=act("call.answer"),
)
async def confirm(
    request: AnyRequest, call_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Redirect | Template:
    """Confirm a finished visit on the caller's word."""
    by, form = await acting(request), await typed(request)
    minutes = whole(form.value("minutes"))
    if minutes is None:
        return to_call(call_id, _("Choose one of the lengths shown."), "wrong")
    done = desk.confirm_on_word(call_id, visit_id, minutes, by=by)
    told = _("Confirmed: %(minutes)s passed on. Tell them so.") % {"minutes": duration(minutes)}
    return await _done(call_id, by, done, told)


@post(
    f"{DESK}/{{call_id:uuid}}/visits/{{visit_id:uuid}}/cancel",
    name="call.cancel",
    opt=act("call.answer"),
)
async def cancel(
    request: AnyRequest, call_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Redirect | Template:
    """Call a visit off on the caller's word."""
    by, form = await acting(request), await typed(request)
    reason = form.value("reason")[:REASON_LENGTH_MAX]
    done = desk.cancel_on_word(call_id, visit_id, by=by, reason=reason)
    return await _done(call_id, by, done, _("The visit is called off. Tell them so."))


@post(
    f"{DESK}/{{call_id:uuid}}/visits/{{visit_id:uuid}}/not-right",
    name="call.not_right",
    opt=act("call.answer"),
)
async def not_right(
    request: AnyRequest, call_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Redirect | Template:
    """Write down that a visit was not as it stands; a coordinator settles it."""
    by, form = await acting(request), await typed(request)
    reason = form.value("reason")[:REASON_LENGTH_MAX]
    if not reason:
        return to_call(call_id, _("Write down what they say was not right."), "wrong")
    done = desk.dispute_on_word(call_id, visit_id, reason, by=by)
    told = _("Written down. A coordinator looks into it; until then nothing passes on.")
    return await _done(call_id, by, done, told)


async def _done(call_id: UUID, by: Actor, done: Awaitable[Visit], told: str) -> Redirect | Template:
    try:
        await done
    except timebank.UnknownVisit as error:
        raise NotFoundException from error
    except (TimebankError, CommunityError) as refusal:
        return await refused(call_id, by, refusal, Form())
    return to_call(call_id, told)


@post(
    f"{DESK}/{{call_id:uuid}}/visits/{{visit_id:uuid}}/code",
    name="call.code",
    opt=act("call.answer"),
)
async def code(
    request: AnyRequest, call_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Redirect | Template:
    """Show the number for the door once, to be read to the elder; that is written down."""
    by = await acting(request)
    try:
        number = await desk.read_code(call_id, visit_id, by=by)
    except timebank.UnknownVisit as error:
        raise NotFoundException from error
    except timebank.NotYours:
        return to_call(call_id, _("Nobody is to come yet, so there is no number."), "wrong")
    except (TimebankError, CommunityError) as refusal:
        return await refused(call_id, by, refusal, Form())
    seen, _steps = await timebank.visit_page(visit_id, by)
    home = await community.community(by.community_id)
    context = {
        "code": number,
        "seen": seen,
        "call_id": call_id,
        "spoken": current_language(),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("desk/code.html", context=context)


@post(f"{DESK}/{{call_id:uuid}}/hand-over", name="call.hand_over", opt=act("call.answer"))
async def hand_over(request: AnyRequest, call_id: FromPath[UUID]) -> Redirect | Template:
    """Leave a matter to the coordinators, with a note; it stands in their inbox."""
    by, form = await acting(request), await typed(request)
    topic = form.value("topic")
    if topic not in set(Topic):
        form.refuse("topic", _("Choose what it is about."))
        return await shown(call_id, by, form, at="hand_over")
    about = uuid_or_none(form.value("visit"))
    matter = Matter(Topic(topic), form.value("note"), form.value("urgent") == "yes", about)
    try:
        await desk.hand_over(call_id, matter, by=by, key=key_of(form) or uuid4())
    except (TimebankError, CommunityError) as refusal:
        return await refused(call_id, by, refusal, form, at="hand_over")
    return to_call(call_id, _("Handed over. A coordinator sees it at once."))


@post("/call-backs/{visit_id:uuid}", name="call_back.begin", opt=act("call.answer"))
async def begin_call_back(request: AnyRequest, visit_id: FromPath[UUID]) -> Redirect | Template:
    """Begin to call about a finished visit."""
    by, form = await acting(request), await typed(request)
    try:
        call = await desk.begin_call_back(visit_id, by=by, key=key_of(form) or uuid4())
    except timebank.UnknownVisit as error:
        raise NotFoundException from error
    except (TimebankError, CommunityError) as refusal:
        home = await community.community(by.community_id)
        told = words.refusal_words(refusal, ZoneInfo(home.time_zone))
        return noticed(Redirect(DESK, status_code=303), told, "wrong")
    return Redirect(f"{DESK}/{call.id}", status_code=303)


handlers = [
    ask, end_repeat, confirm, cancel, not_right, code, hand_over, begin_call_back,
]  # fmt: skip
