"""The acts of who carries a project out, and of the coordinator who begins or stops it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import ledger
from app import delivery_page
from app.acts import act
from app.days import typed_day
from app.delivery_form import PHOTOS_BYTES_MAX, draft_of, look_at, papers_of, photos_of
from app.delivery_page import Place
from app.delivery_words import refusal_words, wrong_field
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import NoticeKind, noticed
from app.plan_files import FILES_AT_ONCE, PICTURE_BYTES_MAX
from app.routes.typed import key_of, typed
from app.uploads import AROUND_BYTES, Unfit
from app.wording import money
from marketplace import delivery, evaluation
from marketplace.delivery import DisbursementId, Milestone, UpdateId, errors
from marketplace.delivery.rules import PHOTOS_MAX
from marketplace.errors import MarketplaceError

AnyRequest = Request[Any, Any, Any]
OK: Final = 200
REFUSED: Final = 422
PHOTO_FORM_BYTES_MAX: Final = PHOTOS_BYTES_MAX + AROUND_BYTES
PAPER_FORM_BYTES_MAX: Final = FILES_AT_ONCE * PICTURE_BYTES_MAX + AROUND_BYTES


def to(found: Place, sentence: str, kind: NoticeKind = "done") -> Redirect:
    """Lead back to the project's work, and say what happened."""
    return noticed(Redirect(found.address, status_code=303), sentence, kind)


def _keyed() -> Form:
    return Form.of({"key": str(ledger.new_id())})


def _template(name: str, found: Place, form: Form, more: Mapping[str, Any] = {}) -> Template:
    context = {**delivery_page.base(found), "form": form, "photos_max": PHOTOS_MAX, **more}
    status = OK if form.ok else REFUSED
    return Template(f"marketplace/{name}.html", context=context, status_code=status)


def _refused(found: Place, form: Form, refusal: MarketplaceError) -> Redirect | None:
    """Say in the form what is wrong; where it is about no field, lead back and say it there."""
    field = wrong_field(refusal)
    if field is None:
        return to(found, refusal_words(refusal), "wrong")
    form.refuse(*field)
    return None


@post(
    "/projects/{project_id:uuid}/delivery/begin",
    name="delivery.begin",
    opt=act("delivery.begin"),
    status_code=303,
)
async def begin(request: AnyRequest, project_id: FromPath[UUID]) -> Redirect:
    """Begin the work on a project."""
    by = await acting(request)
    found = await delivery_page.place_shown(request, project_id)
    try:
        await delivery.begin(found.project.id, by=by)
    except MarketplaceError as refusal:
        return to(found, refusal_words(refusal), "wrong")
    return to(found, _("The work has begun. Everybody who follows the project was told."))


# Milestones and news


@get(
    "/projects/{project_id:uuid}/delivery/milestones/{number:int}/report",
    name="delivery.report.form",
    opt=act("delivery.report"),
)
async def report_form(
    request: AnyRequest, project_id: FromPath[UUID], number: FromPath[int]
) -> Template | Redirect:
    """Show the form in which a milestone is reported."""
    found, one = await _milestone(request, project_id, number)
    if one.report is not None:
        return to(found, _("This milestone was reported already. The report stands."), "wrong")
    form = Form.of({"done_on": found.today.isoformat()})
    return _template("delivery_report", found, form, {"milestone": one})


@post(
    "/projects/{project_id:uuid}/delivery/milestones/{number:int}/report",
    name="delivery.report",
    opt=act("delivery.report"),
    status_code=303,
    request_max_body_size=PHOTO_FORM_BYTES_MAX,
)
async def report(
    request: AnyRequest, project_id: FromPath[UUID], number: FromPath[int]
) -> Template | Redirect:
    """Report a milestone, or show the form again with what is wrong."""
    found, one = await _milestone(request, project_id, number)
    form, by = await typed(request), await acting(request)
    photos = await _photos(request, form)
    day = typed_day(form, "done_on")
    if day is None:
        form.refuse("done_on", _("Say on which day it was done."))
    if form.ok and day is not None:
        try:
            words = form.value("words")
            await delivery.report(
                found.project.id, number, done_on=day, words=words, photos=photos, by=by
            )
            return to(found, _("Reported. Everybody who follows the project was told."))
        except MarketplaceError as refusal:
            back = _refused(found, form, refusal)
            if back is not None:
                return back
    return _template("delivery_report", found, form, {"milestone": one})


async def _milestone(request: AnyRequest, project_id: UUID, number: int) -> tuple[Place, Milestone]:
    found, _by = await delivery_page.undertakers_place(request, project_id)
    try:
        one = await delivery.milestone(found.project.id, number, community_id=found.home.id)
    except errors.UnknownMilestone as error:
        raise NotFoundException from error
    return found, one


async def _photos(request: AnyRequest, form: Form) -> list[bytes]:
    try:
        return await photos_of(await request.form(), "photos")
    except Unfit as unfit:
        form.refuse("photos", unfit.why)
        return []


@get("/projects/{project_id:uuid}/delivery/news", opt=act("delivery.report"))
async def news_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show the form in which news is told."""
    found, _by = await delivery_page.undertakers_place(request, project_id)
    return _template("delivery_news", found, _keyed())


@post(
    "/projects/{project_id:uuid}/delivery/news",
    name="delivery.news",
    opt=act("delivery.report"),
    status_code=303,
    request_max_body_size=PHOTO_FORM_BYTES_MAX,
)
async def news(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Tell news of a project, or show the form again with what is wrong."""
    found, by = await delivery_page.undertakers_place(request, project_id)
    form = await typed(request)
    photos = await _photos(request, form)
    key = key_of(form)
    if form.ok:
        try:
            await delivery.write_update(
                found.project.id,
                form.value("words"),
                photos=photos,
                by=by,
                id=UpdateId(key) if key else None,
            )
            return to(found, _("Told. Everybody who follows the project gets a message."))
        except MarketplaceError as refusal:
            back = _refused(found, form, refusal)
            if back is not None:
                return back
    return _template("delivery_news", found, form)


@get("/projects/{project_id:uuid}/delivery/finish", opt=act("delivery.report"))
async def finish_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Ask whether all of a project is done; with a milestone open, say so at once."""
    found, _by = await delivery_page.undertakers_place(request, project_id)
    every = await delivery.milestones(found.project.id, community_id=found.home.id)
    left = sum(one.report is None for one in every)
    if left:
        return to(found, refusal_words(errors.MilestonesOpen(left)), "note")
    return _template("delivery_finish", found, Form())


@post(
    "/projects/{project_id:uuid}/delivery/finish",
    name="delivery.finish",
    opt=act("delivery.report"),
    status_code=303,
)
async def finish(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Say that all of a project is done."""
    found, by = await delivery_page.undertakers_place(request, project_id)
    form = await typed(request)
    try:
        await delivery.declare_delivered(found.project.id, words=form.value("words"), by=by)
    except MarketplaceError as refusal:
        back = _refused(found, form, refusal)
        return back or _template("delivery_finish", found, form)
    return to(found, _("The project is finished. Now the residents judge it."))


@get("/projects/{project_id:uuid}/delivery/stop", opt=act("delivery.stop"))
async def stop_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Ask a coordinator why a project is stopped, and say what happens then."""
    found = await _stoppable(request, project_id)
    return await _stopping(found, Form())


async def _stoppable(request: AnyRequest, project_id: UUID) -> Place:
    found = await delivery_page.place_shown(request, project_id)
    if found.delivery is None:
        raise NotFoundException
    return found


async def _stopping(found: Place, form: Form) -> Template:
    if found.delivery is None:
        raise NotFoundException
    purse = await delivery.purse(found.delivery)
    return _template("delivery_stop", found, form, {"purse": purse})


@post(
    "/projects/{project_id:uuid}/delivery/stop",
    name="delivery.stop",
    opt=act("delivery.stop"),
    status_code=303,
)
async def stop(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Stop a project in public; what is left goes back."""
    found, form = await _stoppable(request, project_id), await typed(request)
    try:
        await evaluation.stop_project(found.project.id, form.value("why"), by=await acting(request))
    except MarketplaceError as refusal:
        back = _refused(found, form, refusal)
        return back or await _stopping(found, form)
    return to(found, _("The project is stopped. What was left goes back to where it came from."))


# Money


@get("/projects/{project_id:uuid}/delivery/ask", opt=act("disbursement.ask"))
async def ask_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show the form in which money is asked for."""
    found, _by = await delivery_page.undertakers_place(request, project_id)
    return await _asking(found, _keyed())


async def _asking(found: Place, form: Form) -> Template:
    if found.delivery is None:
        raise NotFoundException
    lines = await delivery.lines_of(found.project)
    left = _("%(free)s left")
    more = {
        "purse": await delivery.purse(found.delivery),
        "lines": [
            (one.label, f"{one.label} · {left % {'free': money(one.free_fen)}}") for one in lines
        ],
        "without_line": await delivery.unplanned_fen(found.delivery, lines) > 0,
        "files_max": FILES_AT_ONCE,
    }
    return _template("disbursement_ask", found, form, more)


@post(
    "/projects/{project_id:uuid}/delivery/ask",
    name="disbursement.ask",
    opt=act("disbursement.ask"),
    status_code=303,
    request_max_body_size=PAPER_FORM_BYTES_MAX,
)
async def ask(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Ask for money, or show the form again with what is wrong."""
    found, by = await delivery_page.undertakers_place(request, project_id)
    form = await typed(request)
    key = key_of(form)
    try:
        papers = await papers_of(await request.form(), form)
        look_at(form, papers)
        if not form.ok:
            return await _asking(found, form)
        await delivery.ask(
            found.project.id,
            draft_of(form),
            papers,
            by=by,
            id=DisbursementId(key) if key else None,
        )
    except Unfit as unfit:
        form.refuse("receipts", unfit.why)
    except MarketplaceError as refusal:
        back = _refused(found, form, refusal)
        if back is not None:
            return back
    else:
        return to(found, _("Asked. Two people look at it; the money is kept for it until then."))
    return await _asking(found, form)


handlers = [
    begin, report_form, report, news_form, news, finish_form, finish, stop_form, stop, ask_form,
    ask,
]  # fmt: skip
