"""The residents' judgement of a project: its page, rating it, and the undertaker's reply."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.acts import act
from app.evaluation_page import (
    Place,
    evaluation_context,
    evaluation_data,
    place_judged,
    place_shown,
)
from app.evaluation_words import IN_TEMPLATES, MARKS, QUESTIONS, WHY_NOT, refusal_words, wrong_field
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting, community_shown
from app.notices import NoticeKind, noticed
from app.routes.typed import typed, whole_number
from marketplace import evaluation, reading
from marketplace.errors import MarketplaceError
from marketplace.evaluation import Aspect, Evaluation, EvaluationState, UnknownEvaluation

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
NO_MARK: Final = -1


@get("/evaluations", name="evaluations", opt=act("evaluation.read"))
async def evaluation_list(request: AnyRequest) -> Template:
    """Show what is being judged now, and how finished projects were judged."""
    home = await community_shown(request)
    shown = [
        (
            await reading.read_project(one.project_id, community_id=home.id),
            one,
            await evaluation.counted(one),
            await evaluation.result_of(one),
        )
        for one in await evaluation.evaluations_shown(home.id)
    ]
    context = {
        **IN_TEMPLATES,
        "open": [one for one in shown if one[1].state is EvaluationState.OPEN],
        "closed": [one for one in shown if one[1].state is EvaluationState.CLOSED],
        "home": home,
    }
    return Template("marketplace/evaluations.html", context=context)


@get("/projects/{project_id:uuid}/evaluation", name="evaluation", opt=act("evaluation.read"))
async def page(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show how a project is judged: the score once it is closed, inspectors, the reply."""
    found = await place_shown(request, project_id)
    judged = await evaluation.evaluation_of(found.project.id, community_id=found.home.id)
    context = await evaluation_context(found, judged)
    return Template("marketplace/evaluation.html", context=context)


@get(
    "/api/projects/{project_id:uuid}/evaluation", name="api.evaluation", opt=act("evaluation.read")
)
async def data(request: AnyRequest, project_id: FromPath[UUID]) -> dict[str, Any]:
    """Answer a project's evaluation as JSON: exact scores, nobody named."""
    _found, judged = await place_judged(request, project_id)
    return await evaluation_data(judged)


@get(
    "/projects/{project_id:uuid}/evaluation/photos/{sign_off_id:uuid}/{number:int}",
    name="evaluation.photo",
    opt=act("evaluation.read"),
)
async def photo(
    request: AnyRequest,
    project_id: FromPath[UUID],
    sign_off_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """Return a photograph of an inspection."""
    found = await place_shown(request, project_id)
    try:
        image = await evaluation.sign_off_photo(
            sign_off_id, number, project_id=found.project.id, community_id=found.home.id
        )
    except UnknownEvaluation as error:
        raise NotFoundException from error
    return Response(
        image,
        media_type="image/jpeg",
        headers={
            "Cache-Control": "private, no-store",
            "Content-Disposition": 'attachment; filename="inspection.jpg"',
        },
    )


@get("/projects/{project_id:uuid}/evaluation/rate", opt=act("evaluation.rate"))
async def rate_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Show the form that rates a project, with what one gave before."""
    found, judged = await place_judged(request, project_id)
    by = await acting(request)
    reason = await evaluation.why_not(found.project, by.member_id)
    if reason is not None:
        return to(found, _(WHY_NOT[reason]), "wrong")
    given = await evaluation.own_rating(judged, by.member_id)
    values: dict[str, str] = {}
    if given is not None:
        marks = zip(judged.aspects, given.marks, strict=True)
        values = {aspect.value: str(mark) for aspect, mark in marks} | {"comment": given.words}
    return rating_form(found, judged, Form.of(values))


def rating_form(found: Place, judged: Evaluation, form: Form) -> Template:
    """Return the form, with what is wrong in it."""
    context = {
        "project": found.project,
        "evaluation": judged,
        "href": found.address,
        "form": form,
        "questions": questions(judged),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/evaluation_rate.html", context=context, status_code=status)


def questions(judged: Evaluation) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return each aspect asked: its field, its question, and the marks to choose from."""
    marks = [(str(mark), _(words)) for mark, words in MARKS.items()]
    return [(one.value, _(QUESTIONS[one]), marks) for one in judged.aspects]


def marks_in(form: Form, judged: Evaluation) -> dict[Aspect, int]:
    """Return the marks that were chosen; one that was not is none that there is."""
    return {one: whole_number(form.value(one.value), NO_MARK) for one in judged.aspects}


@post("/projects/{project_id:uuid}/evaluation/rate", opt=act("evaluation.rate"), status_code=303)
async def rate(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Rate a project, or change what one gave."""
    found, judged = await place_judged(request, project_id)
    by, form = await acting(request), await typed(request)
    try:
        await evaluation.rate(
            found.project.id, marks_in(form, judged), form.value("comment"), by=by
        )
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return rating_form(found, judged, form)
    return to(found, _("Thank you. You can change it until the time is over."))


@get("/projects/{project_id:uuid}/evaluation/reply", opt=act("evaluation.reply"))
async def reply_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show the form of the undertaker's one reply; for others there is no such page."""
    found, judged = await place_judged(request, project_id)
    if not await evaluation.may_reply(judged, by=await acting(request)):
        raise NotFoundException
    return _reply_form(found, Form())


def _reply_form(found: Place, form: Form) -> Template:
    context = {"project": found.project, "href": found.address, "form": form}
    status = 200 if form.ok else REFUSED
    return Template("marketplace/evaluation_reply.html", context=context, status_code=status)


@post("/projects/{project_id:uuid}/evaluation/reply", opt=act("evaluation.reply"), status_code=303)
async def reply(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Reply to the score, once."""
    found, _judged = await place_judged(request, project_id)
    by, form = await acting(request), await typed(request)
    try:
        await evaluation.reply(found.project.id, form.value("reply"), by=by)
    except evaluation.NotTheUndertaker as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return _reply_form(found, form)
    return to(found, _("Your reply stands beside the score."))


def to(found: Place, told: str, kind: NoticeKind = "done", page_of: str = "") -> Redirect:
    """Lead back to the page of the evaluation, and say what happened."""
    return noticed(Redirect(f"{found.address}{page_of}", status_code=303), told, kind)


handlers = [evaluation_list, page, data, photo, rate_form, rate, reply_form, reply]
