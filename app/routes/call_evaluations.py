"""Ratings on the telephone: an operator writes down how a caller finds a project, on their word."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.acts import act
from app.evaluation_words import WHY_NOT, refusal_words, wrong_field
from app.forms import Form
from app.i18n import HTML_LANG, speaking
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.phone_desk import call_page
from app.routes.calls import DESK, to_call
from app.routes.evaluations import marks_in, questions
from app.routes.typed import typed
from marketplace import evaluation, needs, reading
from marketplace.errors import MarketplaceError, UnknownProject
from marketplace.evaluation import Evaluation, EvaluationState
from marketplace.values import Project, ProjectId
from timebank import desk

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422


@get(f"{DESK}/{{call_id:uuid}}/evaluations", name="call.evaluations", opt=act("call.answer"))
async def projects_to_rate(request: AnyRequest, call_id: FromPath[UUID]) -> Template | Redirect:
    """Show an operator which projects can be rated now."""
    one = await _on_the_phone(request, call_id)
    if one.word is None:
        return _stopped(call_id, needs.NoWordGiven())
    member = one.seen.call.member_id
    found = [
        (
            await reading.read_project(each.project_id, community_id=one.home.id),
            member is not None and await evaluation.own_rating(each, member) is not None,
        )
        for each in await evaluation.evaluations_shown(one.home.id)
        if each.state is EvaluationState.OPEN
    ]
    context = {
        "call": one.seen.call,
        "seen": one.seen,
        "own": one.seen.call.by_oneself,
        "projects": found,
    }
    return Template("desk/evaluations.html", context=context)


@get(
    f"{DESK}/{{call_id:uuid}}/evaluations/{{project_id:uuid}}",
    name="call.evaluation",
    opt=act("call.answer"),
)
async def rate_form(
    request: AnyRequest, call_id: FromPath[UUID], project_id: FromPath[UUID]
) -> Template | Redirect:
    """Show an operator the questions to read out, with what the caller gave before."""
    one, project, judged = await _asked(request, call_id, project_id)
    member = one.seen.call.member_id
    if one.word is None or member is None:
        return _stopped(call_id, needs.NoWordGiven())
    reason = await evaluation.why_not(project, member)
    if reason is not None:
        return to_call(call_id, _(WHY_NOT[reason]), "wrong")
    given = await evaluation.own_rating(judged, member)
    values: dict[str, str] = {}
    if given is not None:
        marks = zip(judged.aspects, given.marks, strict=True)
        values = {aspect.value: str(mark) for aspect, mark in marks} | {"comment": given.words}
    return _form(one, project, judged, Form.of(values))


@post(
    f"{DESK}/{{call_id:uuid}}/evaluations/{{project_id:uuid}}",
    name="call.evaluation.rate",
    opt=act("call.answer"),
    status_code=303,
)
async def rate_for_caller(
    request: AnyRequest, call_id: FromPath[UUID], project_id: FromPath[UUID]
) -> Template | Redirect:
    """Write down how the caller finds a project, on their own word."""
    one, project, judged = await _asked(request, call_id, project_id)
    form = await typed(request)
    try:
        await evaluation.rate(
            project.id, marks_in(form, judged), form.value("comment"), by=one.by, call_id=call_id
        )
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _stopped(call_id, refusal)
        form.refuse(*field)
        return _form(one, project, judged, form)
    told = _("Read this out: how you find “%(title)s” is written down. Nobody sees your name.")
    back = Redirect(f"{DESK}/{call_id}/evaluations", status_code=303)
    return noticed(back, told % {"title": project.title})


async def _asked(
    request: AnyRequest, call_id: UUID, project_id: UUID
) -> tuple[call_page.OnThePhone, Project, Evaluation]:
    one = await _on_the_phone(request, call_id)
    try:
        project = await reading.read_project(ProjectId(project_id), community_id=one.home.id)
    except UnknownProject as error:
        raise NotFoundException from error
    judged = await evaluation.evaluation_of(project.id, community_id=one.home.id)
    if judged is None:
        raise NotFoundException
    return one, project, judged


async def _on_the_phone(request: AnyRequest, call_id: UUID) -> call_page.OnThePhone:
    """Return a call of the operator's own. Raises 404."""
    try:
        return await call_page.on_the_phone(call_id, await acting(request))
    except desk.UnknownCall as error:
        raise NotFoundException from error


def _form(one: call_page.OnThePhone, project: Project, judged: Evaluation, form: Form) -> Template:
    with speaking(one.language):
        says = (
            _("From 1 to 5, where 5 is very content: how do you find it?"),
            _("I write it down for you. Nobody sees your name. Is that right?"),
        )
        asked = questions(judged)
    context = {
        "call": one.seen.call,
        "seen": one.seen,
        "project": project,
        "form": form,
        "questions": asked,
        "says": says,
        "says_lang": HTML_LANG[one.language],
    }
    status = 200 if form.ok else REFUSED
    return Template("desk/evaluation.html", context=context, status_code=status)


def _stopped(call_id: UUID, refusal: MarketplaceError) -> Redirect:
    return to_call(call_id, refusal_words(refusal), "wrong")


handlers = [projects_to_rate, rate_form, rate_for_caller]
