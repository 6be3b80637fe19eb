"""What comes after a project: its page, its custodians, and the checks on their days."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import ledger
from app import aftercare_page
from app.acts import act
from app.aftercare_page import FORM_BYTES_MAX, REFUSED, Place, to
from app.aftercare_words import OUTCOME_HINTS, OUTCOMES, refusal_words, wrong_field
from app.forms import Form
from app.i18n import gettext as _
from app.meeting_form import read_member
from app.member_form import uuid_or_none
from app.pictures import photos_of
from app.routes.typed import key_of, typed
from app.uploads import Unfit
from community import Actor
from marketplace import aftercare
from marketplace.aftercare import Check, Outcome
from marketplace.aftercare.errors import (
    UnknownAftercarePhoto,
    UnknownCheck,
    UnknownCustodian,
)
from marketplace.errors import MarketplaceError

AnyRequest = Request[Any, Any, Any]
YES, NO = "yes", "no"
PAGE = "/projects/{project_id:uuid}"
PHOTO_HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": 'attachment; filename="project.jpg"',
}


@get(f"{PAGE}/aftercare", name="aftercare", opt=act("aftercare.read"))
async def page(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show everybody what was agreed for a finished project, who looks after it, what is broken."""
    found = await aftercare_page.place_shown(request, project_id)
    return Template("marketplace/aftercare/page.html", context=await aftercare_page.context(found))


@get(f"{PAGE}/aftercare/photos/{{photo_id:uuid}}", opt=act("aftercare.read"))
async def photo(
    request: AnyRequest, project_id: FromPath[UUID], photo_id: FromPath[UUID]
) -> Response[bytes]:
    """Give a photograph of a check or of what needs attention."""
    found = await aftercare_page.place_shown(request, project_id)
    try:
        image = await aftercare.aftercare_photo(
            found.project.id, photo_id, found.by, community_id=found.home.id
        )
    except UnknownAftercarePhoto as error:
        raise NotFoundException from error
    return Response(image, media_type="image/jpeg", headers=PHOTO_HEADERS)


# Custodians


@post(f"{PAGE}/custodians/volunteer", opt=act("custodian.volunteer"), status_code=303)
async def volunteer(request: AnyRequest, project_id: FromPath[UUID]) -> Redirect:
    """Offer to look after a project."""
    found, by = await aftercare_page.place_of(request, project_id)
    form = await typed(request)
    try:
        await aftercare.volunteer(found.project.id, by=by, id=key_of(form))
    except MarketplaceError as refusal:
        return to(found, refusal_words(refusal), "wrong")
    return to(found, _("Thank you! A coordinator or a custodian answers you."))


@get(f"{PAGE}/custodians/name", opt=act("custodian.name"))
async def name_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show the form that asks somebody to look after a project."""
    found, _by = await _keeper(request, project_id)
    return _name_form(found, Form.of({"key": str(ledger.new_id())}), [])


def _name_form(found: Place, form: Form, people: list[tuple[str, str, str]]) -> Template:
    context = {**aftercare_page.base(found), "form": form, "candidates": people}
    status = 200 if form.ok else REFUSED
    return Template("marketplace/aftercare/name.html", context=context, status_code=status)


async def _keeper(request: AnyRequest, project_id: UUID) -> tuple[Place, Actor]:
    """Return a project to whoever looks after it; for others there is no such page."""
    found, by = await aftercare_page.place_of(request, project_id)
    if not await aftercare_page.looks_after(found):
        raise NotFoundException
    return found, by


@post(f"{PAGE}/custodians/name", opt=act("custodian.name"), status_code=303)
async def name(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Ask somebody to look after a project; they say yes or no themselves."""
    found, by = await _keeper(request, project_id)
    form = await typed(request)
    member_id, people = await read_member(form, "name", by)
    if member_id is None:
        return _name_form(found, form, people)
    try:
        await aftercare.name_custodian(found.project.id, member_id, by=by, id=key_of(form))
    except MarketplaceError as refusal:
        form.refuse("name", refusal_words(refusal))
        return _name_form(found, form, people)
    return to(found, _("They are asked. You are told what they answer."))


@post(
    f"{PAGE}/custodians/{{custodian_id:uuid}}/answer", opt=act("custodian.answer"), status_code=303
)
async def answer(
    request: AnyRequest, project_id: FromPath[UUID], custodian_id: FromPath[UUID]
) -> Redirect:
    """Say yes or no to somebody who looks after a project, or for oneself."""
    found, by = await aftercare_page.place_of(request, project_id)
    people = await aftercare.custodians(found.project.id, community_id=found.home.id)
    asked = any(one.id == custodian_id and one.member_id == by.member_id for one in people)
    if not asked and not await aftercare_page.looks_after(found):
        raise NotFoundException
    said = (await typed(request)).value("answer")
    if said not in {YES, NO}:
        return to(found, _("Say yes or no."), "wrong")
    try:
        await aftercare.answer_custodian(found.project.id, custodian_id, yes=said == YES, by=by)
    except UnknownCustodian as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        return to(found, refusal_words(refusal), "wrong")
    return to(found, _("Your answer is kept, and they are told."))


@get(f"{PAGE}/custodians/{{custodian_id:uuid}}/step-back", opt=act("custodian.step_back"))
async def step_back_form(
    request: AnyRequest, project_id: FromPath[UUID], custodian_id: FromPath[UUID]
) -> Template:
    """Ask for the reason before somebody no longer looks after a project."""
    found, by = await aftercare_page.place_of(request, project_id)
    return await _step_back_form(found, custodian_id, by, Form())


async def _step_back_form(found: Place, custodian_id: UUID, by: Actor, form: Form) -> Template:
    people = await aftercare.custodians(found.project.id, community_id=found.home.id)
    one = next((each for each in people if each.id == custodian_id), None)
    if one is None or (one.member_id != by.member_id and "coordinator" not in found.roles):
        raise NotFoundException
    names = await aftercare_page.names_of(found, [one.member_id])
    context = {
        **aftercare_page.base(found),
        "form": form,
        "one": one,
        "mine": one.member_id == by.member_id,
        "name": names.get(one.member_id, ""),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/aftercare/step_back.html", context=context, status_code=status)


@post(
    f"{PAGE}/custodians/{{custodian_id:uuid}}/step-back",
    opt=act("custodian.step_back"),
    status_code=303,
)
async def step_back(
    request: AnyRequest, project_id: FromPath[UUID], custodian_id: FromPath[UUID]
) -> Template | Redirect:
    """Look after a project no longer."""
    found, by = await aftercare_page.place_of(request, project_id)
    form = await typed(request)
    try:
        await aftercare.step_back(found.project.id, custodian_id, form.value("why"), by=by)
    except UnknownCustodian as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _step_back_form(found, custodian_id, by, form)
    return to(found, _("That is kept, and the coordinators are told."))


# Checks


@get(f"{PAGE}/checks/{{check_id:uuid}}", name="check", opt=act("aftercare.read"))
async def check(
    request: AnyRequest, project_id: FromPath[UUID], check_id: FromPath[UUID]
) -> Template:
    """Show a check: its day, whose it is, and what was found."""
    found = await aftercare_page.place_shown(request, project_id)
    return await _check_page(found, await _check(found, check_id), Form())


async def _check(found: Place, check_id: UUID) -> Check:
    try:
        return await aftercare.check(
            check_id, project_id=found.project.id, community_id=found.home.id
        )
    except UnknownCheck as error:
        raise NotFoundException from error


async def _check_page(found: Place, one: Check, form: Form) -> Template:
    keeper = await aftercare_page.looks_after(found)
    people = await aftercare.custodians(found.project.id, community_id=found.home.id)
    serving = [each for each in people if each.serves(max(one.due_on, found.today))]
    names = await aftercare_page.names_of(
        found, [one.custodian_id, one.done_by, *(each.member_id for each in serving)]
    )
    said = await aftercare.attentions(found.project.id, community_id=found.home.id)
    days = (await aftercare.aftercare_policy_at(found.home.id)).remind_days
    opens = one.due_on - timedelta(days=days)
    context = {
        **aftercare_page.base(found),
        "shown": aftercare_page.check_shown(one, names, found.today),
        "form": form,
        "keeper": keeper,
        "may_assign": keeper and one.done_at is None,
        "may_report": keeper and one.done_at is None and found.today >= opens,
        "opens": opens if one.done_at is None and found.today < opens else None,
        "outcomes": [
            (each.value, _(words), _(OUTCOME_HINTS[each])) for each, words in OUTCOMES.items()
        ],
        "serving": [(str(each.member_id), names.get(each.member_id, "")) for each in serving],
        "opened": next((each for each in said if each.check_id == one.id), None),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/aftercare/check.html", context=context, status_code=status)


@post(
    f"{PAGE}/checks/{{check_id:uuid}}/result",
    opt=act("check.report"),
    status_code=303,
    request_max_body_size=FORM_BYTES_MAX,
)
async def report(
    request: AnyRequest, project_id: FromPath[UUID], check_id: FromPath[UUID]
) -> Template | Redirect:
    """Write down what a check found."""
    found, by = await _keeper(request, project_id)
    one, form = await _check(found, check_id), await typed(request)
    images: list[bytes] = []
    try:
        images = await photos_of(await request.form(), "photos", most=aftercare.PHOTOS_MAX)
    except Unfit as unfit:
        form.refuse("photos", unfit.why)
    if form.value("outcome") not in set(Outcome):
        form.refuse("outcome", _("Say how it is."))
    if not form.ok:
        return await _check_page(found, one, form)
    try:
        await aftercare.report_check(
            found.project.id,
            one.id,
            Outcome(form.value("outcome")),
            form.value("words"),
            by=by,
            images=images,
        )
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _check_page(found, one, form)
    return to(found, _("Thank you! The result is kept, and everybody can read it."))


@post(f"{PAGE}/checks/{{check_id:uuid}}/assign", opt=act("check.assign"), status_code=303)
async def assign(
    request: AnyRequest, project_id: FromPath[UUID], check_id: FromPath[UUID]
) -> Redirect:
    """Give a check to one of the custodians."""
    found, by = await _keeper(request, project_id)
    one, form = await _check(found, check_id), await typed(request)
    whose = uuid_or_none(form.value("custodian"))
    if whose is None:
        return to(found, _("Choose one of the custodians."), "wrong", f"/checks/{one.id}")
    try:
        await aftercare.assign_check(found.project.id, one.id, whose, by=by)
    except MarketplaceError as refusal:
        return to(found, refusal_words(refusal), "wrong", f"/checks/{one.id}")
    return to(found, _("That is theirs now, and they are told."), page=f"/checks/{one.id}")


handlers = [
    page, photo, volunteer, name_form, name, answer, step_back_form, step_back, check, report,
    assign,
]  # fmt: skip
