"""Amendments to a plan: proposed part by part, supported, taken back, accepted, declined."""

from collections.abc import Awaitable
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import ledger
from app import need_form, plan_form, plan_page
from app.acts import act
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.plan_page import Place
from app.plan_words import PART_HINTS, PARTS, refusal_words, wrong_field
from app.routes.plans import REFUSED, to
from app.routes.typed import key_of, typed
from community import Actor
from marketplace import plans
from marketplace.errors import MarketplaceError
from marketplace.plans import Amendment, AmendmentId, Version
from marketplace.plans.errors import AmendmentConflicts, UnknownAmendment, UnknownPlan

AnyRequest = Request[Any, Any, Any]
AMENDABLE: Final = ("lines", "summary", "milestones", "maintenance", "place", "title")


@get(
    "/needs/{need_id:uuid}/plan/amendments/new",
    name="amendment.propose.form",
    opt=act("amendment.propose"),
)
async def propose_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Ask which part should change, then show that part to be changed."""
    found, _by = await plan_page.place_of(request, need_id)
    if found.plan is None or not found.version:
        return to(found, _("There is no plan yet that could be changed."), "wrong")
    if found.plan.frozen:
        return to(found, _("The ballot on this plan is open, so it changes no more."), "wrong")
    part = request.query_params.get("part", "")
    if part not in AMENDABLE:
        context = {
            **await plan_page.base(found),
            "parts": [(name, _(PARTS[name]), _(PART_HINTS[name])) for name in AMENDABLE],
        }
        return Template("marketplace/plans/amend_choose.html", context=context)
    latest = await plans.version(found.plan.id, found.version, community_id=found.home.id)
    filled = plan_form.filled(latest.content)
    values = {
        **filled.values,
        "base": (str(found.version),),
        "part": (part,),
        "key": (str(ledger.new_id()),),
    }
    return await _form(found, Form(values), part)


async def _form(found: Place, form: Form, part: str) -> Template:
    context = {
        **await plan_page.base(found),
        "form": form,
        "part": part,
        "part_name": _(PARTS[part]),
        "places": await need_form.place_options(found.home.id),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/plans/amend.html", context=context, status_code=status)


@post(
    "/needs/{need_id:uuid}/plan/amendments/new",
    opt=act("amendment.propose"),
    status_code=303,
)
async def propose(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Propose a change to one part of a plan, or show the form again with what is wrong."""
    found, by = await plan_page.place_of(request, need_id)
    form = plan_form.tidied(await typed(request))
    part = form.value("part")
    start = await _start(found, form)
    if part not in AMENDABLE or start is None:
        return to(found, _("Choose first which part should change."), "wrong")
    if form.value("more"):
        return await _form(found, form, part)
    content = plan_form.read(form, start.content, (part,))
    if content is None:
        return await _form(found, form, part)
    key = key_of(form)
    try:
        made = await plans.propose_amendment(
            found.need.id,
            content,
            by=by,
            base=start.number,
            reason=form.value("reason"),
            id=AmendmentId(key) if key else None,
        )
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None and isinstance(refusal, plans.errors.NothingChanged):
            field = "reason", refusal_words(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _form(found, form, part)
    told = _("Your change is proposed. Who writes the plan answers it, and you are told.")
    return to(found, told, page=f"/amendments/{made.id}")


async def _start(found: Place, form: Form) -> Version | None:
    """Return the version that a form started from."""
    number = form.value("base")
    if found.plan is None or not (number.isascii() and number.isdigit()) or len(number) > 6:  # noqa: PLR2004 (digits)
        return None
    try:
        return await plans.version(found.plan.id, int(number), community_id=found.home.id)
    except UnknownPlan:
        return None


@get(
    "/needs/{need_id:uuid}/plan/amendments/{amendment_id:uuid}",
    name="amendment",
    opt=act("plan.read"),
)
async def amendment(
    request: AnyRequest, need_id: FromPath[UUID], amendment_id: FromPath[UUID]
) -> Template:
    """Show an amendment: what it changes, why, who wants it, and what became of it."""
    found = await plan_page.place_shown(request, need_id, await actor_of(request))
    one = await _amendment(found, amendment_id)
    return await _page(found, one, Form())


async def _page(found: Place, one: Amendment, form: Form) -> Template:
    context = {
        **await plan_page.base(found),
        **await plan_page.amendment_shown(found, one),
        "form": form,
        "is_member": found.by is not None,
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/plans/amendment.html", context=context, status_code=status)


async def _amendment(found: Place, amendment_id: UUID) -> Amendment:
    try:
        one = await plans.amendment(amendment_id, community_id=found.home.id)
    except UnknownAmendment as error:
        raise NotFoundException from error
    if found.plan is None or one.plan_id != found.plan.id:
        raise NotFoundException
    return one


async def _done(found: Place, one: Amendment, done: Awaitable[object], told: str) -> Redirect:
    page = f"/amendments/{one.id}"
    try:
        await done
    except MarketplaceError as refusal:
        return to(found, refusal_words(refusal), "wrong", page)
    return to(found, told, page=page)


@post(
    "/needs/{need_id:uuid}/plan/amendments/{amendment_id:uuid}/support",
    opt=act("amendment.support"),
    status_code=303,
)
async def support(
    request: AnyRequest, need_id: FromPath[UUID], amendment_id: FromPath[UUID]
) -> Redirect:
    """Support an amendment, or stop to where the form says so."""
    found, by = await plan_page.place_of(request, need_id)
    one, form = await _amendment(found, amendment_id), await typed(request)
    wanted = form.value("wanted") != "no"
    done = plans.support_amendment(one.id, by=by, wanted=wanted)
    told = _("You support this change.") if wanted else _("You no longer support this change.")
    return await _done(found, one, done, told)


@post(
    "/needs/{need_id:uuid}/plan/amendments/{amendment_id:uuid}/withdraw",
    opt=act("amendment.withdraw"),
    status_code=303,
)
async def withdraw(
    request: AnyRequest, need_id: FromPath[UUID], amendment_id: FromPath[UUID]
) -> Redirect:
    """Take back an amendment of one's own."""
    found, by = await plan_page.place_of(request, need_id)
    one = await _amendment(found, amendment_id)
    if one.proposed_by != by.member_id:
        raise NotFoundException
    done = plans.withdraw_amendment(one.id, by=by)
    return await _done(found, one, done, _("Your change is taken back."))


async def _answering(
    request: AnyRequest, need_id: UUID, amendment_id: UUID
) -> tuple[Place, Amendment, Actor]:
    """Return an amendment to whoever writes the plan; for others there is nothing to answer."""
    found, by = await plan_page.writers_place(request, need_id)
    return found, await _amendment(found, amendment_id), by


@post(
    "/needs/{need_id:uuid}/plan/amendments/{amendment_id:uuid}/accept",
    opt=act("amendment.answer"),
    status_code=303,
)
async def accept(
    request: AnyRequest, need_id: FromPath[UUID], amendment_id: FromPath[UUID]
) -> Redirect:
    """Accept an amendment; where it clashes with a later version, lead to where that is mended."""
    found, one, by = await _answering(request, need_id, amendment_id)
    try:
        written = await plans.accept_amendment(one.id, by=by)
    except AmendmentConflicts:
        told = _("The plan has changed in the same place since. Bring both together and save.")
        return to(found, told, "note", f"/edit?amendment={one.id}")
    except MarketplaceError as refusal:
        return to(found, refusal_words(refusal), "wrong", f"/amendments/{one.id}")
    told = _("Accepted: version %(number)s takes it in.") % {"number": written.number}
    return to(found, told)


@post(
    "/needs/{need_id:uuid}/plan/amendments/{amendment_id:uuid}/decline",
    opt=act("amendment.answer"),
    status_code=303,
)
async def decline(
    request: AnyRequest, need_id: FromPath[UUID], amendment_id: FromPath[UUID]
) -> Template | Redirect:
    """Decline an amendment with a reason."""
    found, one, by = await _answering(request, need_id, amendment_id)
    form = await typed(request)
    try:
        await plans.decline_amendment(one.id, by=by, reason=form.value("reason"))
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong", f"/amendments/{one.id}")
        form.refuse(*field)
        return await _page(found, one, form)
    return to(found, _("Declined. Whoever proposed it is told why."))


handlers = [propose_form, propose, amendment, support, withdraw, accept, decline]
