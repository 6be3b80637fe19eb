"""The safety note of an elder: for the elder, for who may ask for them, and for the desk."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import timebank
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.phones import e164
from app.routes import elder_acts
from app.routes.typed import typed
from app.standing_in import acted_for, standing_in
from app.visit_words import wrong_field
from community import Actor, Role
from timebank import beside
from timebank.beside import SafetyNote

AnyRequest = Request[Any, Any, Any]
REFUSED = 422


@get("/time-bank/safety", name="safety", opt=act("safety.change"))
async def own_page(request: AnyRequest) -> Template:
    """Show an elder what volunteers are told for their safety."""
    by = await acting(request)
    return await _page(by, by.member_id, "/time-bank")


@post("/time-bank/safety", name="safety.save", opt=act("safety.change"))
async def own(request: AnyRequest) -> Template | Redirect:
    """Write an elder's own safety note down."""
    by = await acting(request)
    return await _save(request, by, by.member_id, "/time-bank")


@get("/for/{member_id:uuid}/safety", name="for.safety", opt=act("safety.change"))
async def page_for(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show a delegate what volunteers are told for another's safety."""
    by = await standing_in(request, member_id)
    return await _page(by, member_id, f"/for/{member_id}")


@post("/for/{member_id:uuid}/safety", name="for.safety.save", opt=act("safety.change"))
async def save_for(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Write another's safety note down for them."""
    by = await standing_in(request, member_id)
    return await _save(request, by, member_id, f"/for/{member_id}")


@get("/members/{member_id:uuid}/safety", name="member.safety", opt=act("safety.keep"))
async def desk_page(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show the desk an elder's safety note."""
    return await _page(await acting(request), member_id, f"/members/{member_id}")


@post("/members/{member_id:uuid}/safety", name="member.safety.save", opt=act("safety.keep"))
async def desk_save(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Write an elder's safety note down at the desk."""
    return await _save(request, await acting(request), member_id, f"/members/{member_id}")


async def _page(by: Actor, member_id: UUID, place: str, form: Form | None = None) -> Template:
    await _elder_here(by, member_id)
    try:
        note = await beside.safety_note(member_id, by=by)
    except community.NotDelegated as error:
        raise NotFoundException from error
    except timebank.NotYours as error:
        raise PermissionDeniedException from error
    member = await community.member(member_id)
    first = {
        "safety": note.words,
        "contact_name": note.contact_name,
        "contact_phone": note.contact_phone,
    }
    context = {
        "form": form or Form.of(first),
        "member": member,
        "mine": member_id == by.member_id,
        "acted_for": await acted_for(by),
        "place": place,
        "note": note,
    }
    status = 200 if form is None or form.ok else REFUSED
    return Template("timebank/safety.html", context=context, status_code=status)


async def _elder_here(by: Actor, member_id: UUID) -> None:
    """Raise 404 where there is no such elder in this community."""
    try:
        member = await community.member(member_id)
    except community.CommunityError as error:
        raise NotFoundException from error
    if member.community_id != by.community_id or Role.ELDER not in member.roles:
        raise NotFoundException


async def _save(request: AnyRequest, by: Actor, member_id: UUID, place: str) -> Template | Redirect:
    form = await typed(request)
    await _elder_here(by, member_id)
    phone = form.value("contact_phone")
    number = e164(phone) if phone else ""
    if number is None:
        form.refuse("contact_phone", _("Type the whole number, such as 138 1234 5678."))
        return await _page(by, member_id, place, form)
    note = SafetyNote(form.value("safety"), form.value("contact_name"), number)
    try:
        await beside.save_safety_note(note, member_id, by=by)
    except community.NotDelegated:
        return elder_acts.no_longer()
    except timebank.InvalidRequest as refusal:
        form.refuse(*(wrong_field(refusal) or ("safety", "")))
        return await _page(by, member_id, place, form)
    except timebank.NotYours as error:
        raise PermissionDeniedException from error
    told = _("Saved. Whoever is booked for a visit sees it until the visit is closed.")
    return noticed(Redirect(f"{place}/safety", status_code=303), told)


handlers = [own_page, own, page_for, save_for, desk_page, desk_save]
