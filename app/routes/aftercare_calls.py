"""Finished projects on the telephone: a caller says what is broken, or signs, on their own word."""

from collections.abc import Awaitable
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import ledger
from app.acts import act
from app.aftercare_words import refusal_words, wrong_field
from app.forms import Form
from app.i18n import HTML_LANG, speaking
from app.i18n import gettext as _
from app.member_form import uuid_or_none
from app.neighbourhood import acting
from app.notices import noticed
from app.phone_desk import call_page
from app.routes.calls import DESK, to_call
from app.routes.typed import key_of, typed, whole_number
from marketplace import aftercare
from marketplace.aftercare.errors import UnknownAttention, UnknownCovenant
from marketplace.errors import MarketplaceError, UnknownProject
from marketplace.needs import NoWordGiven
from timebank import desk

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
SHOWN: Final = 30
PAGE = f"{DESK}/{{call_id:uuid}}/aftercare"


@get(PAGE, name="call.aftercare", opt=act("call.answer"))
async def of_caller(request: AnyRequest, call_id: FromPath[UUID]) -> Template | Redirect:
    """Show what an operator says and writes where something of a finished project is broken."""
    one = await _on_the_phone(request, call_id)
    if one.word is None:
        return to_call(call_id, refusal_words(NoWordGiven()), "wrong")
    return await _shown(one, Form.of({"key": str(ledger.new_id())}))


@post(PAGE, opt=act("call.answer"), status_code=303)
async def say_for_caller(request: AnyRequest, call_id: FromPath[UUID]) -> Template | Redirect:
    """Write down what the caller says is broken."""
    one, form = await _on_the_phone(request, call_id), await typed(request)
    project_id = uuid_or_none(form.value("project"))
    if project_id is None:
        form.refuse("project", _("Choose which project it is about."))
        return await _shown(one, form)
    try:
        said = await aftercare.raise_attention(
            project_id, form.value("words"), by=one.by, id=key_of(form), call_id=call_id
        )
    except (UnknownProject, UnknownAttention, UnknownCovenant) as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to_call(call_id, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _shown(one, form)
    told = _("Read this out: “%(words)s”. The custodians are told.") % {"words": said.words}
    return _back(call_id, told)


@post(f"{PAGE}/{{project_id:uuid}}/sign", opt=act("call.answer"), status_code=303)
async def sign_for_caller(
    request: AnyRequest, call_id: FromPath[UUID], project_id: FromPath[UUID]
) -> Redirect:
    """Sign a covenant in the caller's name, after it was read out to them."""
    one, form = await _on_the_phone(request, call_id), await typed(request)
    done = aftercare.sign_covenant(
        project_id, whole_number(form.value("version"), 0), by=one.by, call_id=call_id
    )
    return await _done(call_id, done, _("Read this out: you have signed the covenant."))


@post(f"{PAGE}/{{project_id:uuid}}/volunteer", opt=act("call.answer"), status_code=303)
async def volunteer_for_caller(
    request: AnyRequest, call_id: FromPath[UUID], project_id: FromPath[UUID]
) -> Redirect:
    """Write down that the caller offers to look after a project."""
    one = await _on_the_phone(request, call_id)
    done = aftercare.volunteer(project_id, by=one.by, call_id=call_id)
    told = _("Read this out: you offer to look after it, and are told who says yes.")
    return await _done(call_id, done, told)


async def _done(call_id: UUID, done: Awaitable[object], told: str) -> Redirect:
    try:
        await done
    except (UnknownProject, UnknownAttention, UnknownCovenant) as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        return to_call(call_id, refusal_words(refusal), "wrong")
    return _back(call_id, told)


def _back(call_id: UUID, told: str) -> Redirect:
    return noticed(Redirect(f"{DESK}/{call_id}/aftercare", status_code=303), told)


async def _on_the_phone(request: AnyRequest, call_id: UUID) -> call_page.OnThePhone:
    """Return a call of the operator's own. Raises 404."""
    try:
        return await call_page.on_the_phone(call_id, await acting(request))
    except desk.UnknownCall as error:
        raise NotFoundException from error


async def _shown(one: call_page.OnThePhone, form: Form) -> Template:
    call, home = one.seen.call, one.home
    found = await aftercare.looked_after(home.id, most=SHOWN)
    with speaking(one.language):
        says = (
            _("What is broken, and at which project?"),
            _("I write it down in your name, and those who look after it are told. Is that right?"),
            _("Shall I read the covenant to you? If you agree with it, I sign it in your name."),
        )
    covenants = []
    for care in found:
        versions = await aftercare.covenant_versions(care.project_id, community_id=home.id)
        if versions:
            signed = await aftercare.signatures(care.project_id, community_id=home.id)
            own = any(
                each.member_id == call.member_id and each.number == versions[0].number
                for each in signed
            )
            covenants.append((care, versions[0], own))
    context = {
        "call": call,
        "seen": one.seen,
        "own": call.by_oneself,
        "form": form,
        "says": says,
        "says_lang": HTML_LANG[one.language],
        "projects": [(str(care.project_id), care.title) for care in found],
        "cared": found,
        "covenants": covenants,
        "said": await aftercare.attentions_of_call(call.id, community_id=home.id),
    }
    status = 200 if form.ok else REFUSED
    return Template("desk/aftercare.html", context=context, status_code=status)


handlers = [of_caller, say_for_caller, sign_for_caller, volunteer_for_caller]
