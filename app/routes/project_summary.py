"""A project summed up: the page that its records compose, the same as data, and the last word."""

from collections import Counter
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.acts import act
from app.delivery_words import STATES
from app.evaluation_page import (
    Place,
    names_of,
    place_shown,
    summary_data,
    undertaker_name,
)
from app.evaluation_words import ASPECTS, IN_TEMPLATES, SOURCES, refusal_words, wrong_field
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.evaluations import REFUSED
from app.routes.typed import typed
from app.wording import duration, money
from marketplace import evaluation
from marketplace.delivery.errors import NotBegun, NotYourProject
from marketplace.delivery.values import DeliveryState
from marketplace.errors import MarketplaceError
from marketplace.evaluation import Summary
from marketplace.funding.values import Source

AnyRequest = Request[Any, Any, Any]


@get("/projects/{project_id:uuid}/summary", name="project.summary", opt=act("evaluation.read"))
async def page(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show a project from its promise to its end, as the records have it."""
    found, summary = await _composed(request, project_id)
    judged, result = summary.evaluation, summary.result
    context = {
        **IN_TEMPLATES,
        "project": found.project,
        "home": found.home,
        "zone": found.zone,
        "summary": summary,
        "state": _(STATES[summary.delivery.state][0]),
        "sources": [(_(SOURCES[one]), fen) for one, fen in summary.sources],
        "returned": _returned(summary),
        "aspects": [(_(ASPECTS[one]), score) for one, score in result.aspects.items()]
        if result
        else [],
        "undertaker": await undertaker_name(found, judged) if judged else "",
        "names": await names_of(
            found,
            [summary.words.summed_by if summary.words else None]
            + [one.inspector_id for one in summary.sign_offs],
        ),
        "may_sum_up": found.by is not None
        and found.is_home()
        and summary.delivery.state is DeliveryState.JUDGED
        and await evaluation.may_sum_up(found.project, by=found.by),
    }
    return Template("marketplace/summary.html", context=context)


def _returned(summary: Summary) -> list[tuple[str, str]]:
    """Return what went back by source: of many gifts or pledges together, as they were given."""
    sums = Counter[tuple[Source | None, bool]]()
    for one in summary.returned:
        sums[one.source, one.pledge_id is not None] += one.amount
    hours = {True: _("Pledged hours"), False: _("Hours given by the community")}
    return [
        (_(SOURCES[source]), money(amount, exact=True))
        if source
        else (hours[pledged], duration(amount))
        for (source, pledged), amount in sums.items()
    ]


@get("/api/projects/{project_id:uuid}/summary", name="api.summary", opt=act("evaluation.read"))
async def data(request: AnyRequest, project_id: FromPath[UUID]) -> dict[str, Any]:
    """Answer a project's summary as JSON; amounts in fen and minutes, nobody named."""
    _found, summary = await _composed(request, project_id)
    return summary_data(summary)


async def _composed(request: AnyRequest, project_id: UUID) -> tuple[Place, Summary]:
    found = await place_shown(request, project_id)
    try:
        summary = await evaluation.compose(found.project.id, community_id=found.home.id)
    except NotBegun as error:
        raise NotFoundException from error
    return found, summary


@get("/projects/{project_id:uuid}/summary/write", opt=act("project.sum_up"))
async def form_of(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Show the form that sums a judged project up; for others there is no such page."""
    found, summary = await _composed(request, project_id)
    if not await evaluation.may_sum_up(found.project, by=await acting(request)):
        raise NotFoundException
    if summary.delivery.state is not DeliveryState.JUDGED:
        return _to(found, refusal_words(evaluation.NotJudged(summary.delivery.state)), wrong=True)
    return _form(found, summary, Form())


def _form(found: Place, summary: Summary, form: Form) -> Template:
    context = {"project": found.project, "summary": summary, "form": form}
    status = 200 if form.ok else REFUSED
    return Template("marketplace/summary_write.html", context=context, status_code=status)


@post("/projects/{project_id:uuid}/summary/write", opt=act("project.sum_up"), status_code=303)
async def sum_up(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Sum a project up, and return what is left of it."""
    found, summary = await _composed(request, project_id)
    by, form = await acting(request), await typed(request)
    try:
        await evaluation.sum_up(found.project.id, form.value("summary"), by=by)
    except NotYourProject as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _to(found, refusal_words(refusal), wrong=True)
        form.refuse(*field)
        return _form(found, summary, form)
    return _to(found, _("Summed up. What was left is on its way back to its sources."))


def _to(found: Place, told: str, *, wrong: bool = False) -> Redirect:
    back = Redirect(f"/projects/{found.project.id}/summary", status_code=303)
    return noticed(back, told, "wrong" if wrong else "done")


handlers = [page, data, form_of, sum_up]
