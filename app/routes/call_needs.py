"""Needs on the telephone: an operator writes one down, or counts a caller in, on their own word."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import ledger
from app import need_form
from app.acts import act
from app.forms import Form
from app.i18n import HTML_LANG, speaking
from app.i18n import gettext as _
from app.need_words import refusal_words, wrong_field
from app.neighbourhood import acting
from app.notices import noticed
from app.phone_desk import call_page
from app.routes.calls import DESK, to_call
from app.routes.typed import key_of, typed
from marketplace import needs
from marketplace.errors import MarketplaceError
from marketplace.needs import Order, Search
from marketplace.needs.rules import SECONDABLE
from timebank import desk

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
SHOWN: Final = 12
WORDS_LENGTH_MAX: Final = 60


@get(f"{DESK}/{{call_id:uuid}}/needs", name="call.needs", opt=act("call.answer"))
async def needs_of_caller(request: AnyRequest, call_id: FromPath[UUID]) -> Template | Redirect:
    """Show what an operator says and writes where a caller has a need, or supports another's."""
    one = await _on_the_phone(request, call_id)
    if one.word is None:
        return _stopped(call_id, needs.NoWordGiven())
    words = request.query_params.get("words", "").strip()[:WORDS_LENGTH_MAX]
    return await _shown(one, Form.of({"key": str(ledger.new_id()), "words": words}))


@post(f"{DESK}/{{call_id:uuid}}/needs", name="call.need.raise", opt=act("call.answer"))
async def raise_for_caller(request: AnyRequest, call_id: FromPath[UUID]) -> Template | Redirect:
    """Write a need down in the caller's name; what was kept comes back to be read out."""
    one, form = await _on_the_phone(request, call_id), await typed(request)
    draft = need_form.read(form)
    if draft is None:
        return await _shown(one, form)
    try:
        raised = await needs.raise_need(draft, by=one.by, id=key_of(form), call_id=call_id)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _stopped(call_id, refusal)
        form.refuse(*field)
        return await _shown(one, form)
    told = _("Read this out: your need “%(title)s” is raised. Neighbours can support it now.")
    back = Redirect(f"{DESK}/{call_id}/needs", status_code=303)
    return noticed(back, told % {"title": raised.title})


@post(
    f"{DESK}/{{call_id:uuid}}/needs/{{need_id:uuid}}/second",
    name="call.need.second",
    opt=act("call.answer"),
)
async def second_for_caller(
    request: AnyRequest, call_id: FromPath[UUID], need_id: FromPath[UUID]
) -> Redirect:
    """Count the caller among those who stand behind a need."""
    by = (await _on_the_phone(request, call_id)).by
    try:
        kept = await needs.second_need(need_id, by=by, call_id=call_id)
    except needs.UnknownNeed as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        return _stopped(call_id, refusal)
    told = _("Read this out: you stand behind “%(title)s”.") % {"title": kept.title}
    return noticed(Redirect(f"{DESK}/{call_id}/needs", status_code=303), told)


async def _on_the_phone(request: AnyRequest, call_id: UUID) -> call_page.OnThePhone:
    """Return a call of the operator's own. Raises 404."""
    try:
        return await call_page.on_the_phone(call_id, await acting(request))
    except desk.UnknownCall as error:
        raise NotFoundException from error


async def _shown(one: call_page.OnThePhone, form: Form) -> Template:
    call, home = one.seen.call, one.home
    found = await needs.need_cards(
        Search(words=form.value("words"), order=Order.SECONDED), community_id=home.id, size=SHOWN
    )
    with speaking(one.language):
        says = (
            _("What is missing, where is it, and whom would it help?"),
            _("I write it down in your name, and your neighbours can read it. Is that right?"),
        )
    caller = call.member_id
    context = {
        "call": call,
        "seen": one.seen,
        "own": one.seen.call.by_oneself,
        "form": form,
        "says": says,
        "says_lang": HTML_LANG[one.language],
        "categories": [
            (key, name) for key, name, *_rest in await need_form.category_options(home.id)
        ],
        "places": await need_form.place_options(home.id),
        "raised": await needs.needs_of_call(call.id, community_id=home.id),
        "others": [
            (each, caller is not None and await needs.seconded_by(each.need.id, caller))
            for each in found
            if each.need.state in SECONDABLE and each.need.raised_by != caller
        ],
    }
    status = 200 if form.ok else REFUSED
    return Template("desk/needs.html", context=context, status_code=status)


def _stopped(call_id: UUID, refusal: MarketplaceError) -> Redirect:
    return to_call(call_id, refusal_words(refusal), "wrong")


handlers = [needs_of_caller, raise_for_caller, second_for_caller]
