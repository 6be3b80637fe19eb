"""Raising needs, mending and withdrawing them, standing behind them, reporting and moderating."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import ledger
from app import need_alike, need_form, need_page
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.need_alike import Found
from app.need_words import refusal_words, wrong_field
from app.neighbourhood import acting
from app.notices import noticed
from app.pictures import PHOTO_BYTES_MAX, photo_of
from app.routes.typed import key_of, typed, whole_number
from app.uploads import AROUND_BYTES, Unfit
from community import Actor
from marketplace import needs
from marketplace.errors import MarketplaceError
from marketplace.needs import Need, NeedState

AnyRequest = Request[Any, Any, Any]
REFUSED = 422
PHOTO_FORM_BYTES_MAX = PHOTO_BYTES_MAX + AROUND_BYTES


@get("/needs/new", name="need.new", opt=act("need.raise"))
async def new_form(request: AnyRequest) -> Template:
    """Show the form that raises a need, with the words of the address in it."""
    by = await acting(request)
    typed_before = {name: request.query_params.get(name, "") for name in ("title", "story")}
    return await _raise_form(by, Form.of({"key": str(ledger.new_id()), **typed_before}))


async def _raise_form(
    by: Actor, form: Form, found: Found | None = None, *, photo_again: bool = False
) -> Template:
    context = {
        "form": form,
        "found": found,
        "photo_again": photo_again,
        "in_form": True,
        "categories": await need_form.category_options(by.community_id),
        "places": await need_form.place_options(by.community_id),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/needs/new.html", context=context, status_code=status)


@post(
    "/needs",
    name="need.raise",
    opt=act("need.raise"),
    status_code=303,
    request_max_body_size=PHOTO_FORM_BYTES_MAX,
)
async def raise_one(request: AnyRequest) -> Template | Redirect:
    """Raise a need, or show the form again with everything that was typed."""
    by, form = await acting(request), await typed(request)
    draft, image = need_form.read(form), await photo_in(request, form)
    if draft is None or not form.ok:
        return await _raise_form(by, form)
    home, key = await community.community(by.community_id), key_of(form)
    before = key is not None and await needs.was_raised(key, by.member_id)
    found = None if before else await need_alike.before_raising(draft, form, by, home)
    if found is not None:
        return await _raise_form(by, form, found, photo_again=image is not None)
    try:
        raised = await needs.raise_need(draft, by=by, id=key, photo=image)
    except MarketplaceError as refusal:
        return await _raise_form(by, _refused(form, refusal))
    return noticed(
        _to(raised.id), _("Your need is raised. Tell your neighbours, so that they support it.")
    )


async def photo_in(request: AnyRequest, form: Form) -> bytes | None:
    """Return the photograph that was handed in, written anew; a refused one is said in the form."""
    try:
        return await photo_of(await request.form(), "photo")
    except Unfit as refusal:
        form.refuse("photo", refusal.why)
        return None


def _refused(form: Form, refusal: MarketplaceError) -> Form:
    """Return the form with a refusal at its field, or at the first where it is about none."""
    field = wrong_field(refusal)
    form.refuse(*(field or ("title", refusal_words(refusal))))
    return form


@get("/needs/{need_id:uuid}/edit", name="need.edit.form", opt=act("need.edit"))
async def edit_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Show the form that mends a need's words."""
    by = await acting(request)
    need = await _own(need_id, by)
    if need.state not in needs.EDITABLE:
        return _stopped(need.id, needs.NeedMoved(need.state))
    return await _edit_form(need, by, need_form.filled(need))


async def _edit_form(need: Need, by: Actor, form: Form) -> Template:
    context = {
        "need": need,
        "form": form,
        "has_photo": await needs.has_photo(need.id),
        "categories": await need_form.category_options(by.community_id, kept=need.category),
        "places": await need_form.place_options(by.community_id),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/needs/edit.html", context=context, status_code=status)


@post(
    "/needs/{need_id:uuid}/edit",
    name="need.edit",
    opt=act("need.edit"),
    request_max_body_size=PHOTO_FORM_BYTES_MAX,
)
async def edit(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Change a need's words, or show the form again with what is wrong."""
    by, form = await acting(request), await typed(request)
    need = await _own(need_id, by)
    draft, image = need_form.read(form), await photo_in(request, form)
    if draft is None or not form.ok:
        return await _edit_form(need, by, form)
    try:
        changed = await needs.edit_need(
            need.id,
            draft,
            by=by,
            version=whole_number(form.value("version"), 0),
            photo=image,
            remove_photo=form.value("remove_photo") == "yes",
        )
    except needs.NeedMoved as refusal:
        return _stopped(need.id, refusal)
    except MarketplaceError as refusal:
        return await _edit_form(need, by, _refused(form, refusal))
    return noticed(_to(changed.id), _("Changed. What it said before is kept and can be read."))


@get("/needs/{need_id:uuid}/withdraw", name="need.withdraw.form", opt=act("need.withdraw"))
async def withdraw_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Ask for the reason before a need is withdrawn."""
    by = await acting(request)
    need = await _own(need_id, by)
    if NeedState.WITHDRAWN not in needs.MOVES[need.state]:
        return _stopped(need.id, needs.NeedMoved(need.state))
    return await _why(need, by, "withdraw", Form())


@post("/needs/{need_id:uuid}/withdraw", name="need.withdraw", opt=act("need.withdraw"))
async def withdraw(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Withdraw a need with its reason; where others raised it too, leave it to them."""
    by, form = await acting(request), await typed(request)
    need = await need_of(need_id, by)
    try:
        left = await needs.withdraw_need(need.id, form.value("why"), by=by)
    except MarketplaceError as refusal:
        return await _again(need, by, "withdraw", form=form, refusal=refusal)
    if left.state is NeedState.WITHDRAWN:
        return noticed(_to(need.id), _("Withdrawn. Everybody who supported it is told."))
    return noticed(_to(need.id), _("You no longer stand by it. It goes on with the others."))


@get("/needs/{need_id:uuid}/report", name="need.report.form", opt=act("need.report"))
async def report_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template:
    """Ask what is wrong with a need."""
    by = await acting(request)
    return await _why(await need_of(need_id, by), by, "report", Form())


@post("/needs/{need_id:uuid}/report", name="need.report", opt=act("need.report"))
async def report(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Report that a need breaks the rules."""
    by, form = await acting(request), await typed(request)
    need = await need_of(need_id, by)
    try:
        await needs.report_need(need.id, form.value("reason"), by=by)
    except MarketplaceError as refusal:
        return await _again(need, by, "report", form=form, refusal=refusal)
    return noticed(_to(need.id), _("Thank you. A coordinator looks at it and tells you."))


@get("/needs/{need_id:uuid}/hide", name="need.hide.form", opt=act("need.moderate"))
async def hide_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template:
    """Ask for the public reason before a need is hidden."""
    by = await acting(request)
    return await _why(await need_of(need_id, by), by, "hide", Form())


@post("/needs/{need_id:uuid}/hide", name="need.hide", opt=act("need.moderate"))
async def hide(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Hide a need with a reason that everybody reads."""
    by, form = await acting(request), await typed(request)
    need = await need_of(need_id, by)
    try:
        await needs.hide_need(need.id, form.value("why"), by=by)
    except MarketplaceError as refusal:
        return await _again(need, by, "hide", form=form, refusal=refusal)
    return noticed(
        _to(need.id), _("Hidden. Everybody reads why, and those who raised it are told.")
    )


@get("/needs/{need_id:uuid}/show", name="need.show.form", opt=act("need.moderate"))
async def show_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template:
    """Ask for the reason before a hidden need is shown again."""
    by = await acting(request)
    return await _why(await need_of(need_id, by), by, "show", Form())


@post("/needs/{need_id:uuid}/show", name="need.show", opt=act("need.moderate"))
async def show(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Show a hidden need again."""
    by, form = await acting(request), await typed(request)
    need = await need_of(need_id, by)
    try:
        await needs.show_need(need.id, form.value("why"), by=by)
    except MarketplaceError as refusal:
        return await _again(need, by, "show", form=form, refusal=refusal)
    return noticed(_to(need.id), _("It can be read again and goes on where it stood."))


@post("/needs/{need_id:uuid}/keep", name="need.keep", opt=act("need.moderate"))
async def keep(request: AnyRequest, need_id: FromPath[UUID]) -> Redirect:
    """Find that a reported need breaks no rule."""
    by = await acting(request)
    done = needs.dismiss_reports(need_id, by=by)
    return await _done(need_id, done, _("The need stays. Whoever reported it is told."))


@post("/needs/{need_id:uuid}/second", name="need.second", opt=act("need.second"))
async def second(request: AnyRequest, need_id: FromPath[UUID]) -> Redirect:
    """Stand behind a need."""
    by = await acting(request)
    done = needs.second_need(need_id, by=by)
    return await _done(need_id, done, _("You stand behind it. You are told how it goes on."))


@post("/needs/{need_id:uuid}/unsecond", name="need.unsecond", opt=act("need.unsecond"))
async def unsecond(request: AnyRequest, need_id: FromPath[UUID]) -> Redirect:
    """Stand behind a need no more."""
    by = await acting(request)
    done = needs.take_back_second(need_id, by=by)
    return await _done(need_id, done, _("You no longer stand behind it."))


async def _done(need_id: UUID, done: Awaitable[object], told: str) -> Redirect:
    try:
        await done
    except needs.UnknownNeed as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        return _stopped(need_id, refusal)
    return noticed(_to(need_id), told)


async def need_of(need_id: UUID, by: Actor) -> Need:
    """Return a need of the member's own community. Raises 404."""
    try:
        return await needs.read_need(need_id, community_id=by.community_id)
    except needs.UnknownNeed as error:
        raise NotFoundException from error


async def _own(need_id: UUID, by: Actor) -> Need:
    """Return a need that the member raised; for others there is no such page."""
    need = await need_of(need_id, by)
    if by.member_id not in await needs.authors(need.id):
        raise NotFoundException
    return need


async def _again(
    need: Need, by: Actor, what: str, *, form: Form, refusal: MarketplaceError
) -> Template | Redirect:
    field = wrong_field(refusal)
    if field is None:
        return _stopped(need.id, refusal)
    form.refuse(*field)
    return await _why(need, by, what, form)


async def _why(need: Need, by: Actor, what: str, form: Form) -> Template:
    """Show the page that asks for a reason; `what` is withdraw, report, hide or show."""
    readable = await needs.sees_words(need, by)
    context = {
        "need": need,
        "title": need_page.title_of(need, readable=readable),
        "what": what,
        "form": form,
        "others": len(await needs.authors(need.id)) - 1,
        "home": await community.community(by.community_id),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/needs/why.html", context=context, status_code=status)


def _to(need_id: UUID) -> Redirect:
    return Redirect(f"/needs/{need_id}", status_code=303)


def _stopped(need_id: UUID, refusal: MarketplaceError) -> Redirect:
    return noticed(_to(need_id), refusal_words(refusal), "wrong")


handlers = [
    new_form, raise_one, edit_form, edit, withdraw_form, withdraw, report_form, report, hide_form,
    hide, show_form, show, keep, second, unsecond,
]  # fmt: skip
