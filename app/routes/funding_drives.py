"""Drives from the side of those who lead them: opening, settling early, cancelling."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import ledger
from app import funding_form, funding_page
from app.acts import act
from app.amounts import yuan_of_fen
from app.forms import Form
from app.funding_form import NONE, PART, WHOLE
from app.funding_page import Place, address_of
from app.funding_words import refusal_words, wrong_field
from app.i18n import gettext as _
from app.notices import NoticeKind, noticed
from app.routes.typed import key_of, typed
from app.wording import money
from community import Actor
from marketplace.errors import MarketplaceError
from marketplace.funding import drives, reading, settling
from marketplace.funding.policy import funding_policy_at
from marketplace.funding.values import DriveId, DriveState, MatchingKind

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
USUAL_DAYS: Final = 30
STANDING: Final = frozenset({DriveState.OPEN, DriveState.REACHED})


def to(project_id: UUID, sentence: str, kind: NoticeKind = "done") -> Redirect:
    """Lead to the page of a project's drive, and say what happened."""
    return noticed(Redirect(address_of(project_id), status_code=303), sentence, kind)


async def _leading(request: AnyRequest, project_id: UUID) -> tuple[Place, Actor]:
    """Return a project to whoever leads its drives; for others there is no such page."""
    found, by = await funding_page.place_of(request, project_id)
    if not await funding_page.leads(found):
        raise NotFoundException
    return found, by


@get("/projects/{project_id:uuid}/funding/open", name="drive.open.form", opt=act("drive.lead"))
async def open_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Show the form that opens a drive."""
    found, _by = await _leading(request, project_id)
    if found.drive is not None and found.drive.state in STANDING:
        return Redirect(address_of(project_id), status_code=303)
    if found.project.state != "chosen":
        words = _("Only a project that a round chose can raise more. Nothing was opened.")
        return to(project_id, words, "wrong")
    last = datetime.now(UTC).astimezone(found.zone).date() + timedelta(days=USUAL_DAYS)
    usual = {
        "key": str(ledger.new_id()),
        "deadline": last.isoformat(),
        "part": WHOLE,
        "matching": NONE,
    }
    return await _open_form(found, Form.of(usual))


async def _open_form(found: Place, form: Form) -> Template:
    policy = await funding_policy_at(found.home.id)
    funds = [one for one in await reading.funds(found.home.id) if one.free_fen > 0]
    least = policy.part_goal_least_percent
    context = {
        "project": found.project,
        "form": form,
        "deadline_hint": _("At most %(days)s days from now. The drive ends at the end of that day.")
        % {"days": policy.days_max},
        "part_options": _part_options(least),
        "part_hint": _("From %(least)s to 99.") % {"least": least},
        "parts": least < 100,  # noqa: PLR2004 (per cent)
        "funds": [
            (
                str(one.id),
                _("%(name)s: %(free)s free") % {"name": one.name, "free": money(one.free_fen)},
            )
            for one in funds
        ],
        "matching_options": [
            (NONE, _("No")),
            (
                MatchingKind.RATIO.value,
                _("Yes, a fixed share"),
                _("So much is added to each yuan, whoever gives it."),
            ),
            (
                MatchingKind.QUADRATIC.value,
                _("Yes, by how many give"),
                _("Many small gifts are matched more than one large one."),
            ),
        ],
        "least": yuan_of_fen(policy.gift_fen_least),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/funding/open.html", context=context, status_code=status)


def _part_options(least: int) -> list[tuple[str, str, str]]:
    found = [(WHOLE, _("All of it goes back"), _("All or nothing: the usual way."))]
    if least < 100:  # noqa: PLR2004 (per cent)
        words = _("The project can begin smaller. Say from which share on.")
        found.append((PART, _("A part is enough"), words))
    return found


@post("/projects/{project_id:uuid}/funding/open", name="drive.open", opt=act("drive.lead"))
async def open_one(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Open a drive, or show the form again with what is wrong."""
    found, by = await _leading(request, project_id)
    form = await typed(request)
    asked = funding_form.draft(form, found.zone)
    if asked is None:
        return await _open_form(found, form)
    key = key_of(form)
    try:
        await drives.open_drive(
            found.project.id, asked, by=by, id=DriveId(key) if key is not None else None
        )
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(project_id, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _open_form(found, form)
    return to(project_id, _("The drive is open. Whoever follows the project is told."))


@get("/projects/{project_id:uuid}/funding/cancel", name="drive.cancel.form", opt=act("drive.lead"))
async def cancel_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Ask for the public reason before a drive is cancelled."""
    found, _by = await _leading(request, project_id)
    return await _cancel_form(found, Form())


async def _cancel_form(found: Place, form: Form) -> Template:
    shown = await funding_page.shown_of(found)
    context = {"project": found.project, "shown": shown, "form": form}
    status = 200 if form.ok else REFUSED
    return Template("marketplace/funding/cancel.html", context=context, status_code=status)


@post("/projects/{project_id:uuid}/funding/cancel", name="drive.cancel", opt=act("drive.lead"))
async def cancel(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Cancel a drive: everything that was given goes back."""
    found, by = await _leading(request, project_id)
    shown, form = await funding_page.shown_of(found), await typed(request)
    try:
        await drives.cancel_drive(shown.drive.id, by=by, why=form.value("why"))
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(project_id, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _cancel_form(found, form)
    return to(project_id, _("Cancelled. Everything goes back, and all who gave are told."))


@post("/projects/{project_id:uuid}/funding/settle", name="drive.settle", opt=act("drive.lead"))
async def settle(request: AnyRequest, project_id: FromPath[UUID]) -> Redirect:
    """End a drive whose goal is reached, before its last day."""
    found, by = await _leading(request, project_id)
    shown = await funding_page.shown_of(found)
    try:
        await settling.settle(shown.drive.id, by=by)
    except MarketplaceError as refusal:
        return to(project_id, refusal_words(refusal), "wrong")
    return to(project_id, _("The drive has ended: money and hours are the project's now."))


handlers = [open_form, open_one, cancel_form, cancel, settle]
