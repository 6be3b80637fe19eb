"""Appeals against a refused need: making one, deciding it; and screenings for programs."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.acts import act
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.neighbourhood import acting, community_shown
from app.notices import noticed
from app.routes.typed import typed
from app.screening_form import read_council
from app.screening_page import need_shown
from app.screening_words import refusal_words, wrong_field
from community import Actor
from marketplace import screening
from marketplace.errors import MarketplaceError, NotACoordinator
from marketplace.needs import Need, authors, followers
from marketplace.screening import Appeal, Screening, UnknownScreening

AnyRequest = Request[Any, Any, Any]
REFUSED = 422


@get("/needs/{need_id:uuid}/screening/appeal", opt=act("screening.appeal"))
async def appeal_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template:
    """Show the form by which who raised a need appeals against its refusal."""
    by = await acting(request)
    need = await _need(request, need_id, by)
    if by.member_id not in await authors(need.id):
        raise PermissionDeniedException
    return await _appeal_form(need, Form())


@post("/needs/{need_id:uuid}/screening/appeal", opt=act("screening.appeal"), status_code=303)
async def appeal(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Appeal, once."""
    by, form = await acting(request), await typed(request)
    need = await _need(request, need_id, by)
    try:
        await screening.appeal(need.id, form.value("words"), by=by)
    except screening.NotItsAuthor as error:
        raise PermissionDeniedException from error
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _to(need.id, refusal_words(refusal), wrong=True)
        form.refuse(*field)
        return await _appeal_form(need, form)
    return _to(need.id, _("Your appeal is in. Another coordinator decides it."))


@get("/needs/{need_id:uuid}/screening/appeal/decide", opt=act("screening.screen"))
async def decision_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Show the form that decides an appeal."""
    by = await acting(request)
    return await _decision_form(await _need(request, need_id, by), Form(), by)


@post("/needs/{need_id:uuid}/screening/appeal/decide", opt=act("screening.screen"), status_code=303)
async def decide(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Decide an appeal."""
    by, form = await acting(request), await typed(request)
    need = await _need(request, need_id, by)
    council = read_council(form)
    wanted = form.value("granted")
    if wanted not in {"yes", "no"}:
        form.refuse("granted", _("Choose what becomes of the appeal."))
    if not form.ok:
        return await _decision_form(need, form, by)
    try:
        await screening.decide_appeal(
            need.id, form.value("reason"), granted=wanted == "yes", by=by, council=council
        )
    except NotACoordinator as error:
        raise PermissionDeniedException from error
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _to(need.id, refusal_words(refusal), wrong=True)
        form.refuse(*field)
        return await _decision_form(need, form, by)
    return _to(need.id, _("The appeal is decided, and those who support the need were told."))


@get("/api/needs/{need_id:uuid}/screening", name="api.screening", opt=act("screening.read"))
async def screening_data(request: AnyRequest, need_id: FromPath[UUID]) -> Response[dict[str, Any]]:
    """Give a need's screening as JSON: its term, then the checklist, outcome and appeal."""
    home = await community_shown(request)
    need = await need_shown(need_id, home, await actor_of(request))
    try:
        found = await screening.screening_of(need.id, community_id=home.id)
    except UnknownScreening as error:
        raise NotFoundException from error
    made = await screening.appeal_of(need.id, community_id=home.id)
    told = {**_screening(found), "appeal": _appeal(made) if made else None}
    return Response(told, headers={"Cache-Control": "no-store"})


def _screening(found: Screening) -> dict[str, Any]:
    """Return what is public: no answers before there is an outcome, and nobody's name."""
    band = found.draft.band
    return {
        "need": str(found.need_id),
        "seconded_at": found.seconded_at.isoformat(),
        "due_at": found.due_at.isoformat(),
        "outcome": found.outcome.value if found.outcome else None,
        "reason": found.reason,
        "decided_at": found.decided_at.isoformat() if found.decided_at else None,
        "appeal_until": found.appeal_until.isoformat() if found.appeal_until else None,
        "checklist": {
            point: {"answer": answer.verdict.value, "note": answer.note}
            for point, answer in found.draft.answers.items()
        }
        if found.decided
        else {},
        "cost_fen": [band.least_fen, band.most_fen] if band and found.decided else None,
        "alike": [str(one) for one in found.draft.alike] if found.decided else [],
    }


def _appeal(made: Appeal) -> dict[str, Any]:
    return {
        "words": made.words,
        "appealed_at": made.appealed_at.isoformat(),
        "due_at": made.due_at.isoformat(),
        "granted": made.granted,
        "reason": made.reason,
        "decided_at": made.decided_at.isoformat() if made.decided_at else None,
        "council_decision": str(made.council.decision_id) if made.council else None,
    }


async def _need(request: AnyRequest, need_id: UUID, by: Actor) -> Need:
    return await need_shown(need_id, await community_shown(request), by)


async def _appeal_form(need: Need, form: Form) -> Template:
    context = {"need": need, "form": form}
    return Template(
        "marketplace/screening/appeal.html",
        context=context,
        status_code=200 if form.ok else REFUSED,
    )


async def _decision_form(need: Need, form: Form, by: Actor) -> Template | Redirect:
    made = await screening.appeal_of(need.id, community_id=by.community_id)
    if made is None or made.decided or by.member_id in await followers(need.id, need.community_id):
        return Redirect(f"/needs/{need.id}/screening", status_code=303)
    found = await screening.screening_of(need.id, community_id=by.community_id)
    context = {
        "need": need,
        "form": form,
        "found": found,
        "appeal": made,
        "screened": found.decided_by == by.member_id,
        "answers": [
            ("yes", _("Grant it"), _("The need is accepted after all.")),
            ("no", _("Let the refusal stand"), _("That is final.")),
        ],
    }
    return Template(
        "marketplace/screening/decide_appeal.html",
        context=context,
        status_code=200 if form.ok else REFUSED,
    )


def _to(need_id: UUID, told: str, *, wrong: bool = False) -> Redirect:
    back = Redirect(f"/needs/{need_id}/screening", status_code=303)
    return noticed(back, told, "wrong" if wrong else "done")


handlers = [appeal_form, appeal, decision_form, decide, screening_data]
