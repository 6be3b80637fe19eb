"""The treasurer's page of card payments: does Stripe's list agree with the book, and what waits."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.acts import act
from app.card_payments import calling, inbox, reconciling
from app.card_payments.differences import Difference
from app.card_payments.keys import keys, why_none
from app.card_payments.processor import Trouble
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.reconcile_words import call_words, mending_words, message_words, what_differs
from app.templating import when
from app.wording import number
from community import Role

AnyRequest = Request[Any, Any, Any]
HERE: Final = "/funding/card-payments"
DAYS: Final = 120


@get(HERE, name="payment.reconciliation", opt=act("payment.reconcile"))
async def page(request: AnyRequest) -> Template:
    """Show the last comparison, refunds that were refused, and messages that changed nothing."""
    by = await acting(request)
    found = await reconciling.last_result()
    here = by.community_id
    context = {
        "closed": why_none(),
        "found": found,
        "rows": [_row(one) for one in (found.differences if found else ()) if _shown(one, here)],
        "looked": _looked(found.compared) if found else [],
        "calls": [
            (one.id, call_words(one.kind, one.amount_fen), one.problem, one.kind == "refund")
            for one in await calling.refused_calls(here)
        ],
        "messages": [
            [
                one["kind"],
                one["about"] or "–",
                message_words(one["outcome"]),
                when(one["received_at"]),
            ]
            for one in await inbox.unread(here)
        ],
        "runs": Role.TREASURER in by.roles,
    }
    return Template("marketplace/funding/card_payments.html", context=context)


def _shown(one: Difference, community_id: UUID) -> bool:
    """Say whether a difference is this community's, or nobody's."""
    return one.community_id in {None, community_id}


def _row(one: Difference) -> list[str]:
    return [one.about, what_differs(one), mending_words(one)]


def _looked(compared: dict[str, int]) -> list[tuple[str, str]]:
    names = {
        "payments": _("Payments"),
        "refunds": _("Given back"),
        "disputes": _("Taken back by banks"),
        "movements": _("Lines of the payment service's own book"),
        "gifts": _("Gifts in our book"),
    }
    return [(name, number(compared[key])) for key, name in names.items() if key in compared]


@post(HERE, opt=act("payment.compare"), status_code=303)
async def compare(request: AnyRequest) -> Redirect:
    """Compare the last months now, and book what was never told."""
    by, given = await acting(request), keys()
    if given is None:
        raise NotFoundException
    since = datetime.now(UTC) - timedelta(days=DAYS)
    answer = Redirect(HERE, status_code=303)
    try:
        found = await reconciling.reconcile(given, since=since, mend=True, by=by)
    except Trouble:
        told = _("The payment service did not answer. Nothing was changed. Try again later.")
        return noticed(answer, told, "wrong")
    if found.differences:
        return noticed(answer, _("They differ. Each difference stands below."), "wrong")
    return noticed(answer, _("The payment service and the book agree."))


@post(HERE + "/calls/{call_id:uuid}/again", opt=act("payment.try_again"), status_code=303)
async def again(request: AnyRequest, call_id: FromPath[UUID]) -> Redirect:
    """Ask once more for a refund that was refused."""
    by = await acting(request)
    if not await calling.want_again(call_id, by=by):
        raise NotFoundException
    answer = Redirect(HERE, status_code=303)
    return noticed(answer, _("It is being asked for once more."))


handlers = (page, compare, again)
