"""What one does about words: amend, add, take back, find helpful, report, ask to look again."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.acts import act
from app.deliberation_words import REASONS, refusal_words, wrong_field
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting, community_shown
from app.notices import noticed
from app.routes.typed import typed
from app.screening_page import need_shown
from community import Actor
from marketplace import deliberation
from marketplace.deliberation import Argument, NotYourWords, ReportReason, UnknownArgument
from marketplace.errors import MarketplaceError, NotAResident
from marketplace.needs.errors import NotForAnother

AnyRequest = Request[Any, Any, Any]
REFUSED = 422
_BARRED = (NotAResident, NotForAnother, NotYourWords)


@get("/arguments/{argument_id:uuid}/amend", opt=act("argument.own"))
async def amend_form(request: AnyRequest, argument_id: FromPath[UUID]) -> Template:
    """Show the form that puts one's own words right."""
    by = await acting(request)
    found = await _own(request, argument_id, by)
    return await _words_form(found, Form.of({"words": found.words}), adds=False)


@post("/arguments/{argument_id:uuid}/amend", opt=act("argument.own"), status_code=303)
async def amend(request: AnyRequest, argument_id: FromPath[UUID]) -> Template | Redirect:
    """Put one's own words right."""
    by, form = await acting(request), await typed(request)
    found = await _own(request, argument_id, by)
    try:
        await deliberation.amend(found.id, form.value("words"), by=by)
    except MarketplaceError as refusal:
        return await _words_again(found, form, refusal, adds=False)
    return _to(found, _("Changed. What you wrote before can still be read."))


@get("/arguments/{argument_id:uuid}/add", opt=act("argument.own"))
async def add_form(request: AnyRequest, argument_id: FromPath[UUID]) -> Template:
    """Show the form that adds to one's own words."""
    by = await acting(request)
    return await _words_form(await _own(request, argument_id, by), Form(), adds=True)


@post("/arguments/{argument_id:uuid}/add", opt=act("argument.own"), status_code=303)
async def add(request: AnyRequest, argument_id: FromPath[UUID]) -> Template | Redirect:
    """Add to one's own words."""
    by, form = await acting(request), await typed(request)
    found = await _own(request, argument_id, by)
    try:
        await deliberation.add_to(found.id, form.value("words"), by=by)
    except MarketplaceError as refusal:
        return await _words_again(found, form, refusal, adds=True)
    return _to(found, _("Added, with the day on which you did."))


@post("/arguments/{argument_id:uuid}/take-back", opt=act("argument.own"), status_code=303)
async def take_back(request: AnyRequest, argument_id: FromPath[UUID]) -> Redirect:
    """Take one's own words back; a mark stays."""
    by = await acting(request)
    found = await _shown(request, argument_id, by)
    try:
        await deliberation.take_back(found.id, by=by)
    except MarketplaceError as refusal:
        return _refused(found, refusal)
    return _to(found, _("Taken back. A mark stays in its place, and the answers stay too."))


@post("/arguments/{argument_id:uuid}/helpful", opt=act("argument.mark"), status_code=303)
async def helpful(request: AnyRequest, argument_id: FromPath[UUID]) -> Redirect:
    """Find words helpful, or take that back."""
    by, form = await acting(request), await typed(request)
    found = await _shown(request, argument_id, by)
    wanted = form.value("off") != "yes"
    try:
        await deliberation.find_helpful(found.id, by=by, helpful=wanted)
    except MarketplaceError as refusal:
        return _refused(found, refusal)
    return _to(found, _("Thank you: marked as helpful.") if wanted else _("Your mark is gone."))


@get("/arguments/{argument_id:uuid}/report", opt=act("argument.report"))
async def report_form(request: AnyRequest, argument_id: FromPath[UUID]) -> Template:
    """Show the form that reports words."""
    by = await acting(request)
    return _report_form(await _shown(request, argument_id, by), Form())


@post("/arguments/{argument_id:uuid}/report", opt=act("argument.report"), status_code=303)
async def report(request: AnyRequest, argument_id: FromPath[UUID]) -> Template | Redirect:
    """Report words to the coordinators."""
    by, form = await acting(request), await typed(request)
    found = await _shown(request, argument_id, by)
    if form.value("reason") not in set(ReportReason):
        form.refuse("reason", _("Choose what is wrong with it."))
        return _report_form(found, form)
    try:
        await deliberation.report(
            found.id, ReportReason(form.value("reason")), form.value("words"), by=by
        )
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _refused(found, refusal)
        form.refuse(*field)
        return _report_form(found, form)
    return _to(found, _("A coordinator looks at it. Nobody else learns that you reported it."))


@get("/arguments/{argument_id:uuid}/again", opt=act("argument.own"))
async def again_form(request: AnyRequest, argument_id: FromPath[UUID]) -> Template:
    """Show why one's words were hidden, and the form that asks for a second look."""
    by = await acting(request)
    return await _again_form(await _own(request, argument_id, by), Form())


@post("/arguments/{argument_id:uuid}/again", opt=act("argument.own"), status_code=303)
async def ask_again(request: AnyRequest, argument_id: FromPath[UUID]) -> Template | Redirect:
    """Ask another coordinator to look again."""
    by, form = await acting(request), await typed(request)
    found = await _own(request, argument_id, by)
    try:
        await deliberation.ask_second_look(found.id, form.value("words"), by=by)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _refused(found, refusal)
        form.refuse(*field)
        return await _again_form(found, form)
    return _to(found, _("Another coordinator will look at it again, and tell you."))


async def _shown(request: AnyRequest, argument_id: UUID, by: Actor) -> Argument:
    """Return words about a need that whoever looks may read. Raises 404 for any other."""
    try:
        found = await deliberation.argument(argument_id, community_id=by.community_id)
    except UnknownArgument as error:
        raise NotFoundException from error
    await need_shown(found.need_id, await community_shown(request), by)
    return found


async def _own(request: AnyRequest, argument_id: UUID, by: Actor) -> Argument:
    found = await _shown(request, argument_id, by)
    if found.speaker != by.member_id:
        raise PermissionDeniedException
    return found


async def _words_again(
    found: Argument, form: Form, refusal: MarketplaceError, *, adds: bool
) -> Template | Redirect:
    field = wrong_field(refusal)
    if field is None:
        return _refused(found, refusal)
    form.refuse(*field)
    return await _words_form(found, form, adds=adds)


async def _words_form(found: Argument, form: Form, *, adds: bool) -> Template:
    context = {
        "argument": found,
        "form": form,
        "adds": adds,
        "policy": await deliberation.deliberation_policy(found.community_id),
    }
    return Template(
        "marketplace/deliberation/words.html",
        context=context,
        status_code=200 if form.ok else REFUSED,
    )


def _report_form(found: Argument, form: Form) -> Template:
    context = {
        "argument": found,
        "form": form,
        "reasons": [(one.value, _(words)) for one, words in REASONS.items()],
    }
    return Template(
        "marketplace/deliberation/report.html",
        context=context,
        status_code=200 if form.ok else REFUSED,
    )


async def _again_form(found: Argument, form: Form) -> Template:
    context = {"argument": found, "form": form}
    return Template(
        "marketplace/deliberation/again.html",
        context=context,
        status_code=200 if form.ok else REFUSED,
    )


def _refused(found: Argument, refusal: MarketplaceError) -> Redirect:
    """Lead to the talk with why not; 403 for whoever has no business with it."""
    if isinstance(refusal, _BARRED):
        raise PermissionDeniedException from refusal
    back = Redirect(f"/needs/{found.need_id}/arguments", status_code=303)
    return noticed(back, refusal_words(refusal), "wrong")


def _to(found: Argument, told: str) -> Redirect:
    back = Redirect(f"/needs/{found.need_id}/arguments#a-{found.id}", status_code=303)
    return noticed(back, told)


handlers = [
    amend_form, amend, add_form, add, take_back, helpful, report_form, report, again_form,
    ask_again,
]  # fmt: skip
