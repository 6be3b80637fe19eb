"""The phone desk: who calls is found, the call opened, their word taken down, the call ended."""

from typing import Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app import member_form
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.i18n import is_language
from app.neighbourhood import acting
from app.notices import noticed
from app.phone_desk import call_page, callers, words
from app.phone_desk.alone import alone
from app.phones import e164, spoken
from app.routes.typed import key_of, typed
from app.wording import duration
from community import Actor, Agreement, Channel, CommunityError, DelegatedAct
from timebank import SimilarOpen, TimebankError, desk
from timebank.desk import Check, Did, Outcome

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
DESK: Final = "/calls"
UNKNOWN: Final = "unknown"


@get(DESK, name="calls", opt=act("call.answer"))
async def front(request: AnyRequest) -> Template:
    """Show the desk: find who calls; below, everything that waits, the longest waiting first."""
    return await _front(await acting(request), Form())


async def _front(by: Actor, form: Form) -> Template:
    home = await community.community(by.community_id)
    waiting = await desk.waiting_for_word(by.community_id)
    elders = await alone({one.elder_id for one in waiting})
    context = {
        "form": form,
        "call_backs": await desk.call_backs(by, elders),
        "open_calls": await desk.open_calls(by),
        "matters": await desk.matters(by),
        "topics": {one: _(told) for one, told in words.TOPICS.items()},
        "by": by,
        "zone": ZoneInfo(home.time_zone),
        "spoken_phone": spoken,
    }
    return Template("desk/calls.html", context=context, status_code=200 if form.ok else REFUSED)


@post(f"{DESK}/find", name="call.find", opt=act("call.answer"))
async def find(request: AnyRequest) -> Template:
    """Show who may be calling: in the form's answer, so that no number stands in an address."""
    by, form = await acting(request), await typed(request)
    found, phone = await _found(form, by)
    if not form.ok:
        return await _front(by, form)
    return await _choose(form, found, phone)


async def _choose(
    form: Form,
    found: list[callers.Candidate],
    phone: str | None,
    call_id: UUID | None = None,
) -> Template:
    first = Form.of({"who": found[0].value} if found else {})
    context = {
        "form": first if form.ok else form,
        "found": found,
        "phone": phone or "",
        "phone_words": spoken(phone) if phone else "",
        "typed_name": form.value("name"),
        "call_id": call_id,
        "key": str(uuid4()),
        "action": f"{DESK}/{call_id}/people" if call_id else DESK,
    }
    return Template("desk/callers.html", context=context, status_code=200 if form.ok else REFUSED)


async def _found(form: Form, by: Actor) -> tuple[list[callers.Candidate], str | None]:
    """Return who may be calling, by what was typed, and the number; refuses what cannot be one."""
    typed_phone, name = form.value("phone"), form.value("name")
    born = member_form.day(form.value("born")) if form.value("born") else None
    phone = e164(typed_phone) if typed_phone else None
    if typed_phone and phone is None:
        form.refuse("phone", _("Type the whole number, such as 138 1234 5678 or 0512 6700 1234."))
    if form.value("born") and born is None:
        form.refuse("born", _("Type the birth date as 1943-05-06."))
    if not (typed_phone or name or born):
        form.refuse("phone", _("Type the number that is calling, or a name."))
    if not form.ok:
        return [], phone
    found = await callers.by_number(phone, by) if phone else []
    if name or born:
        seen = {one.value for one in found}
        more = await callers.by_name(name, born, by)
        found += [one for one in more if one.value not in seen]
    return found, phone


@post(DESK, name="call.open", opt=act("call.answer"))
async def open_call(request: AnyRequest) -> Redirect | Template:
    """Open the call of whoever was chosen, or of somebody whom nobody knows yet."""
    by, form = await acting(request), await typed(request)
    chosen = form.value("who")
    speakers = callers.read_choice(chosen)
    if speakers is None and chosen != UNKNOWN:
        form.refuse("phone", _("Choose who is calling."))
        return await _front(by, form)
    try:
        call = await desk.open_call(
            speakers, by=by, key=key_of(form) or uuid4(), phone=e164(form.value("phone"))
        )
    except (TimebankError, CommunityError) as refusal:
        return await _to_front(by, refusal)
    return Redirect(f"{DESK}/{call.id}", status_code=303)


async def _to_front(by: Actor, refusal: Exception) -> Redirect:
    home = await community.community(by.community_id)
    told = words.refusal_words(refusal, ZoneInfo(home.time_zone))
    return noticed(Redirect(DESK, status_code=303), told, "wrong")


@get(f"{DESK}/{{call_id:uuid}}", name="call", opt=act("call.read"))
async def call(request: AnyRequest, call_id: FromPath[UUID]) -> Template:
    """Show a call: to its operator the script beside the forms, to others what was done."""
    by = await acting(request)
    return await shown(call_id, by, spoken_in=request.query_params.get("read", ""))


async def shown(
    call_id: UUID,
    by: Actor,
    form: Form | None = None,
    *,
    at: str = "",
    spoken_in: str = "",
    alike: SimilarOpen | None = None,
) -> Template:
    """Show the page of a call, with a refused form in its part. Raises 404."""
    try:
        one = await call_page.on_the_phone(call_id, by, spoken_in)
    except desk.UnknownCall as error:
        raise NotFoundException from error
    return Template(
        "desk/call.html",
        context=await call_page.context(one, form, at, alike),
        status_code=REFUSED if form is not None and not form.ok else 200,
    )


async def refused(
    call_id: UUID, by: Actor, refusal: Exception, form: Form, *, at: str = ""
) -> Template | Redirect:
    """Show the call again with the refusal at its field, or above everything."""
    if isinstance(refusal, desk.UnknownCall):
        raise NotFoundException from refusal
    field = words.wrong_field(refusal)
    if field is not None and at:
        form.refuse(*field)
        return await shown(call_id, by, form, at=at)
    home = await community.community(by.community_id)
    told = words.refusal_words(refusal, ZoneInfo(home.time_zone))
    return to_call(call_id, told, "wrong")


def to_call(call_id: UUID, told: str, kind: Any = "done") -> Redirect:
    """Lead back to the call, with a sentence at its top."""
    return noticed(Redirect(f"{DESK}/{call_id}", status_code=303), told, kind)


@post(f"{DESK}/{{call_id:uuid}}/find", name="call.find_again", opt=act("call.answer"))
async def find_again(request: AnyRequest, call_id: FromPath[UUID]) -> Template:
    """Show who may be speaking on a call that is open."""
    by, form = await acting(request), await typed(request)
    found, phone = await _found(form, by)
    if not form.ok:
        return await shown(call_id, by, form, at="find")
    return await _choose(form, found, phone, call_id)


@post(f"{DESK}/{{call_id:uuid}}/people", name="call.name", opt=act("call.answer"))
async def name_speakers(request: AnyRequest, call_id: FromPath[UUID]) -> Redirect | Template:
    """Write down who speaks on an open call, and for whom."""
    by, form = await acting(request), await typed(request)
    speakers = callers.read_choice(form.value("who"))
    if speakers is None:
        return to_call(call_id, _("Choose who is calling."), "wrong")
    try:
        await desk.name_speakers(call_id, speakers, by=by)
    except (TimebankError, CommunityError) as refusal:
        return await refused(call_id, by, refusal, form)
    return Redirect(f"{DESK}/{call_id}", status_code=303)


@post(f"{DESK}/{{call_id:uuid}}/word", name="call.word", opt=act("call.answer"))
async def take_word(request: AnyRequest, call_id: FromPath[UUID]) -> Redirect | Template:
    """Take down the caller's word: the very sentence that was shown and read back."""
    by, form = await acting(request), await typed(request)
    spoken_in = form.value("language")
    try:
        one = await call_page.on_the_phone(call_id, by, spoken_in)
        language = spoken_in if is_language(spoken_in) else one.language
        agreed = Agreement(one.agreed_words, language, Channel.PHONE, by.member_id)
        checked = {check for check in Check if form.chosen("checked", check.value)}
        await desk.take_word(
            call_id,
            checked,
            one.acts or frozenset(DelegatedAct),
            agreed,
            by=by,
            key=key_of(form) or uuid4(),
        )
    except (TimebankError, CommunityError) as refusal:
        return await refused(call_id, by, refusal, form, at="word")
    told = _("Taken down. Until the call ends you can do this for them.")
    return to_call(call_id, told)


@post(f"{DESK}/{{call_id:uuid}}/told", name="call.told", opt=act("call.answer"))
async def told(request: AnyRequest, call_id: FromPath[UUID]) -> Redirect | Template:
    """Write down what the caller was told: their hours, or their next visits."""
    by, form = await acting(request), await typed(request)
    what = Did.BALANCE if form.value("what") == Did.BALANCE else Did.VISITS
    try:
        await desk.told(call_id, what, by=by)
    except (TimebankError, CommunityError) as refusal:
        return await refused(call_id, by, refusal, form)
    return to_call(call_id, _("Written down."))


@post(f"{DESK}/{{call_id:uuid}}/end", name="call.end", opt=act("call.answer"))
async def end(request: AnyRequest, call_id: FromPath[UUID]) -> Redirect | Template:
    """End a call with how it ended; the word that was given in it is over."""
    by, form = await acting(request), await typed(request)
    chosen = form.value("outcome")
    if chosen not in set(Outcome):
        return to_call(call_id, _("Choose how the call ended."), "wrong")
    try:
        over = await desk.end_call(call_id, Outcome(chosen), by=by, note=form.value("note"))
    except (TimebankError, CommunityError) as refusal:
        return await refused(call_id, by, refusal, form, at="end")
    minutes = round(((over.ended_at or over.opened_at) - over.opened_at).total_seconds() / 60)
    said = _("The call is over, after %(minutes)s.") % {"minutes": duration(max(1, minutes))}
    return noticed(Redirect(DESK, status_code=303), said)


handlers = [
    front, find, open_call, call, find_again, name_speakers, take_word, told, end,
]  # fmt: skip
