"""Answers about visits for an elder or who acts for them: to look, confirm, call off, renew.

`by.principal` is the elder whose affair it is. The routes of the elder's own pages and those of a
delegate's share everything here; only words and addresses differ.
"""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.response import Redirect, Template

import community
import timebank
from app import visit_page
from app.forms import Form
from app.i18n import gettext as _
from app.notices import NoticeKind, noticed
from app.routes.typed import typed
from app.standing_in import place_of
from app.visit_words import refusal_words, wrong_field
from app.wording import duration
from community import Actor
from timebank import TimebankError, Visit

AnyRequest = Request[Any, Any, Any]
REFUSED = 422


async def confirm(request: AnyRequest, visit_id: UUID, by: Actor) -> Redirect | Template:
    """Pass the minutes on. An answer for more than was set aside says so: that is the word."""
    form = await typed(request)
    minutes = whole(form.value("minutes"))
    if minutes is None:
        form.refuse("minutes", _("Choose one of the lengths shown."))
        return await again(visit_id, by, form)
    try:
        closed = await timebank.confirm(visit_id, by=by, minutes=minutes, word=True)
    except timebank.NotEnoughMinutes as short:
        form.refuse("minutes", _short_words(by, short))
        return await again(visit_id, by, form)
    except community.NotDelegated:
        return no_longer()
    except TimebankError as refusal:
        return await refused(visit_id, by, refusal, form)
    return to_visit(by, closed.id, _confirmed_words(by, closed))


def _short_words(by: Actor, short: timebank.NotEnoughMinutes) -> str:
    told = _(
        "That is %(asked)s more than you had set aside, and you have %(available)s to use. "
        "Choose a shorter length."
    )
    if by.on_behalf_of is not None:
        told = _(
            "That is %(asked)s more than was set aside, and there are %(available)s left to use. "
            "Choose a shorter length."
        )
    return told % {"asked": duration(short.asked), "available": duration(short.available)}


def _confirmed_words(by: Actor, closed: Visit) -> str:
    passed = timebank.credit(closed.minutes_confirmed or 0, closed.credit_per_hour)
    figures = {
        "passed": duration(passed),
        "back": duration(max(0, closed.credit_booked - passed)),
    }
    if closed.credit_booked <= passed:
        return _("Confirmed. %(passed)s passed to the volunteer.") % figures
    if by.on_behalf_of is not None:
        return _("Confirmed. %(passed)s passed to the volunteer, %(back)s came back.") % figures
    return _("Confirmed. %(passed)s passed to the volunteer, %(back)s came back to you.") % figures


async def cancel_page(visit_id: UUID, by: Actor) -> Template | Redirect:
    """Ask once more before a visit is called off."""
    context = await visit_context(visit_id, by, Form())
    if not context["can_cancel"]:
        return Redirect(context["mine"].href, status_code=303)
    return Template("timebank/cancel.html", context=context)


async def cancel(request: AnyRequest, visit_id: UUID, by: Actor) -> Redirect | Template:
    """Call a visit off; what was set aside returns."""
    form = await typed(request)
    try:
        gone = await timebank.cancel(visit_id, by=by, reason=form.value("reason")[:500])
    except community.NotDelegated:
        return no_longer()
    except TimebankError as refusal:
        return await refused(visit_id, by, refusal, Form())
    told = _("The visit is called off. Nothing is taken for it.")
    passed = sum(one.passed or 0 for one in await timebank.paid_by(gone))
    if passed:
        told = _("The visit is called off. As it was so late, the volunteer keeps %(minutes)s.")
    return to_visit(by, gone.id, told % {"minutes": duration(passed)})


async def visit_context(visit_id: UUID, by: Actor, form: Form | None = None) -> dict[str, Any]:
    """Return what a visit's page needs. Raises 404 and 403 for whoever may not see it."""
    try:
        page = await timebank.visit_page(visit_id, by)
    except (timebank.UnknownVisit, community.NotDelegated) as error:
        raise NotFoundException from error
    except timebank.NotYours as error:
        raise PermissionDeniedException from error
    return await visit_page.context(page, by, form)


def to_visit(by: Actor, visit_id: UUID, told: str, kind: NoticeKind = "done") -> Redirect:
    """Lead to a visit's page, with a sentence at its top."""
    answer = Redirect(f"{place_of(by)}/visits/{visit_id}", status_code=303)
    return noticed(answer, told, kind)


def no_longer() -> Redirect:
    """Lead a delegate home whose delegation ended while the page was open."""
    told = _("You can no longer do this for them: it was ended meanwhile. Nothing was changed.")
    return noticed(Redirect("/for", status_code=303), told, "wrong")


async def refused(
    visit_id: UUID, by: Actor, refusal: TimebankError, form: Form
) -> Template | Redirect:
    """Show the visit's page again with the refusal at its field, or above everything."""
    if isinstance(refusal, timebank.NotYours | timebank.UnknownVisit):
        raise stopped(refusal) from refusal
    field = wrong_field(refusal)
    if field is None:
        home = await community.community(by.community_id)
        words = refusal_words(refusal, ZoneInfo(home.time_zone))
        return to_visit(by, visit_id, words, "wrong")
    form.refuse(*field)
    return await again(visit_id, by, form)


def at_field(refusal: TimebankError) -> tuple[str, str]:
    """Return the field that a refusal is about with what to do there."""
    field = wrong_field(refusal)
    if field is None:
        raise refusal
    return field


async def again(visit_id: UUID, by: Actor, form: Form) -> Template:
    """Show the visit's page again, with what was typed."""
    context = await visit_context(visit_id, by, form)
    return Template("timebank/visit.html", context=context, status_code=REFUSED)


def stopped(error: TimebankError) -> NotFoundException | PermissionDeniedException:
    """Return the answer to whoever has no business with a visit."""
    if isinstance(error, timebank.UnknownVisit):
        return NotFoundException()
    return PermissionDeniedException()


def whole(text: str) -> int | None:
    """Return typed minutes as a whole number; None for what is none."""
    plain = text.replace(" ", "")
    usable = plain.isascii() and plain.isdigit() and len(plain) <= len("1440")
    return int(plain) if usable else None
