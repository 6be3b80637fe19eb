"""Screening: its public page, the checklist, the outcome, and what a community screens by."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app import need_page, screening_page
from app.acts import act
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.neighbourhood import acting, community_shown, roles_shown
from app.notices import noticed
from app.routes.typed import typed
from app.screening_form import (
    filled,
    list_filled,
    new_keys,
    read_draft,
    read_list,
    revision,
)
from app.screening_page import alike_to, checklist, need_shown, page_context
from app.screening_words import (
    OUTCOMES,
    POINTS,
    VERDICTS,
    question,
    refusal_words,
    wrong_field,
)
from community import Actor, Role
from marketplace import screening
from marketplace.errors import MarketplaceError, NotACoordinator
from marketplace.needs import Need, followers
from marketplace.screening import Outcome, Screening, UnknownScreening

AnyRequest = Request[Any, Any, Any]
REFUSED = 422
_INCOMPLETE = (
    screening.PointsOpen,
    screening.InvalidPoint,
    screening.InvalidBand,
    screening.BandOutside,
)

need_page.SECTIONS[need_page.Place.SCREENING] = screening_page.section


@get("/needs/{need_id:uuid}/screening", name="screening", opt=act("screening.read"))
async def page(request: AnyRequest, need_id: FromPath[UUID]) -> Template:
    """Show a need's screening: its term, then the checklist and the outcome with its reason."""
    home = await community_shown(request)
    by = await actor_of(request)
    need = await need_shown(need_id, home, by)
    return Template("marketplace/screening/page.html", context=await page_context(need, by, home))


@get("/screenings", name="screenings", opt=act("screening.screen"))
async def queue(request: AnyRequest) -> Template:
    """List what waits for screening or for the decision of an appeal, the first due first."""
    by = await acting(request)
    home = await community_shown(request)
    context = {
        "waiting": await screening.waiting_screenings(by.community_id),
        "policy": await screening.screening_policy(by.community_id),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/screening/queue.html", context=context)


@get("/needs/{need_id:uuid}/screening/checklist", opt=act("screening.screen"))
async def form_page(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Show the checklist with what was answered so far."""
    by = await acting(request)
    need = await _need(request, need_id, by)
    try:
        found = await screening.screening_of(need.id, community_id=by.community_id)
    except UnknownScreening as refusal:
        return _refused(need.id, refusal)
    if found.decided or by.member_id in await followers(need.id, need.community_id):
        return Redirect(f"/needs/{need.id}/screening", status_code=303)
    return await _form(need, filled(found))


@post("/needs/{need_id:uuid}/screening/checklist", opt=act("screening.screen"), status_code=303)
async def save(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Save the checklist; a refused form comes back as it was typed."""
    by, form = await acting(request), await typed(request)
    need = await _need(request, need_id, by)
    draft = read_draft(form, await screening.screening_list(by.community_id))
    if draft is None:
        return await _form(need, form)
    try:
        saved = await screening.save_screening(need.id, draft, revision=revision(form), by=by)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _refused(need.id, refusal)
        form.refuse(*field)
        return await _form(need, form)
    if form.value("then") == "outcome":
        return await _on_to_outcome(need, saved)
    back = Redirect("/screenings", status_code=303)
    return noticed(back, _("Saved. You or a colleague can go on with it."))


@get("/needs/{need_id:uuid}/screening/outcome", opt=act("screening.screen"))
async def outcome_page(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Show the answers once more, and ask for the outcome that they allow."""
    by = await acting(request)
    return await _outcome(await _need(request, need_id, by), Form(), by)


@post("/needs/{need_id:uuid}/screening/outcome", opt=act("screening.screen"), status_code=303)
async def decide(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Give the screening its outcome."""
    by, form = await acting(request), await typed(request)
    need = await _need(request, need_id, by)
    wanted = form.value("outcome")
    if wanted not in set(Outcome):
        form.refuse("outcome", _("Choose the outcome."))
        return await _outcome(need, form, by)
    try:
        await screening.decide_screening(
            need.id, Outcome(wanted), form.value("reason"), revision=revision(form), by=by
        )
    except _INCOMPLETE as refusal:
        return _back_to_checklist(need, refusal)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _refused(need.id, refusal)
        form.refuse(*field)
        return await _outcome(need, form, by)
    back = Redirect(f"/needs/{need.id}/screening", status_code=303)
    return noticed(back, _("The outcome is public, and those who support the need were told."))


@get("/screening/list", name="screening.list", opt=act("screening.read"))
async def list_page(request: AnyRequest) -> Template:
    """Show what this community screens by: the duty list and all questions."""
    home = await community_shown(request)
    now = await screening.screening_list(home.id)
    context = {
        "listed": now,
        "points": [question(one, now.questions) for one in now.points],
        "policy": await screening.screening_policy(home.id),
        "edits": Role.COORDINATOR in await roles_shown(request),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/screening/list.html", context=context)


@get("/screening/list/edit", opt=act("screening.change_list"))
async def list_form(request: AnyRequest) -> Template:
    """Show the form that changes what a community screens by."""
    by = await acting(request)
    return await _list_form(by, list_filled(await screening.screening_list(by.community_id)))


@post("/screening/list/edit", opt=act("screening.change_list"), status_code=303)
async def change_list(request: AnyRequest) -> Template | Redirect:
    """Change what a community screens by, from now on."""
    by, form = await acting(request), await typed(request)
    duties, questions = read_list(form, await screening.screening_list(by.community_id))
    back = Redirect("/screening/list", status_code=303)
    try:
        await screening.change_list(duties, questions, number=revision(form, "number"), by=by)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return noticed(back, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _list_form(by, form)
    return noticed(back, _("Saved. It holds for every screening from now on."))


async def _need(request: AnyRequest, need_id: UUID, by: Actor) -> Need:
    return await need_shown(need_id, await community_shown(request), by)


async def _form(need: Need, form: Form) -> Template:
    asked = await screening.screening_list(need.community_id)
    points = [
        (
            one,
            question(one, asked.questions),
            _(POINTS[one][1]) if one in POINTS else "",
        )
        for one in asked.points
    ]
    context = {
        "need": need,
        "form": form,
        "points": points,
        "verdicts": [(value.value, _(words)) for value, words in VERDICTS.items()],
        "duties": asked.duties,
        "alike": await alike_to(need, form.values.get("alike", ())),
        "policy": await screening.screening_policy(need.community_id),
    }
    return Template(
        "marketplace/screening/checklist.html",
        context=context,
        status_code=200 if form.ok else REFUSED,
    )


def _back_to_checklist(need: Need, refusal: MarketplaceError) -> Redirect:
    """Lead back to the saved checklist with what keeps it from an outcome."""
    back = Redirect(f"/needs/{need.id}/screening/checklist", status_code=303)
    return noticed(back, refusal_words(refusal), "wrong")


async def _on_to_outcome(need: Need, saved: Screening) -> Template | Redirect:
    """Lead to the outcome, or show the saved checklist with the field that is still missing."""
    asked = await screening.screening_list(need.community_id)
    policy = await screening.screening_policy(need.community_id)
    try:
        screening.complete(saved.draft, asked.points, policy)
    except _INCOMPLETE as refusal:
        form = filled(saved)
        form.refuse(*(wrong_field(refusal) or ("point_duty", refusal_words(refusal))))
        return await _form(need, form)
    return Redirect(f"/needs/{need.id}/screening/outcome", status_code=303)


async def _outcome(need: Need, form: Form, by: Actor) -> Template | Redirect:
    try:
        found = await screening.screening_of(need.id, community_id=by.community_id)
    except UnknownScreening as refusal:
        return _refused(need.id, refusal)
    if found.decided or by.member_id in await followers(need.id, need.community_id):
        return Redirect(f"/needs/{need.id}/screening", status_code=303)
    asked = await screening.screening_list(need.community_id)
    try:
        screening.complete(
            found.draft, asked.points, await screening.screening_policy(need.community_id)
        )
    except _INCOMPLETE as refusal:
        return _back_to_checklist(need, refusal)
    allowed = screening.may_be(found.draft)
    context = {
        "need": need,
        "form": form,
        "found": found,
        "lines": checklist(found, asked),
        "outcomes": [
            (one.value, _(words), _(hint))
            for one, (words, hint) in OUTCOMES.items()
            if one in allowed
        ],
    }
    return Template(
        "marketplace/screening/outcome.html",
        context=context,
        status_code=200 if form.ok else REFUSED,
    )


async def _list_form(by: Actor, form: Form) -> Template:
    now = await screening.screening_list(by.community_id)
    keys = [one.key for one in now.questions]
    context = {"form": form, "keys": keys, "new_keys": new_keys(now)}
    return Template(
        "marketplace/screening/list_form.html",
        context=context,
        status_code=200 if form.ok else REFUSED,
    )


def _refused(need_id: UUID, refusal: MarketplaceError) -> Redirect:
    """Lead to the screening's page with why not; 403 for whoever has no business with it."""
    if isinstance(refusal, NotACoordinator):
        raise PermissionDeniedException from refusal
    if isinstance(refusal, UnknownScreening):
        raise NotFoundException from refusal
    back = Redirect(f"/needs/{need_id}/screening", status_code=303)
    return noticed(back, refusal_words(refusal), "wrong")


handlers = [
    page, queue, form_page, save, outcome_page, decide, list_page, list_form, change_list,
]  # fmt: skip
