"""The treasurer's page of card payments: does Stripe's list agree with the book, what is stuck."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app import funding_page
from app.acts import act
from app.card_payments import calling, inbox, reconciling, stuck
from app.card_payments.differences import Difference
from app.card_payments.keys import keys, why_none
from app.card_payments.processor import Trouble
from app.card_payments.stuck import Stuck
from app.card_words import why_not_returned
from app.funding_words import SOURCES
from app.i18n import gettext as _
from app.i18n import ngettext
from app.neighbourhood import acting
from app.notices import noticed
from app.reconcile_words import mending_words, message_words, what_differs
from app.templating import when
from app.wording import money, number
from community import Role
from marketplace import reading as projects

AnyRequest = Request[Any, Any, Any]
HERE: Final = "/funding/card-payments"
DAYS: Final = 120


@get(HERE, name="payment.reconciliation", opt=act("payment.reconcile"))
async def page(request: AnyRequest) -> Template:
    """Show the community's own part of the last comparison, refusals, and messages of no effect."""
    by = await acting(request)
    here = by.community_id
    found = await reconciling.last_result(here)
    context = {
        "closed": why_none(),
        "found": found,
        "rows": [_row(one) for one in (found.differences if found else ())],
        "looked": _looked(found.compared) if found else [],
        "stuck": await _stuck_shown(here),
        "messages": [
            [
                one["kind"],
                one["about"] or "–",
                message_words(one["outcome"]),
                when(one["received_at"]),
            ]
            for one in await inbox.unread(here, with_nobodys=await reconciling.only_one_here(here))
        ],
        "runs": Role.TREASURER in by.roles,
    }
    return Template("marketplace/funding/card_payments.html", context=context)


async def _stuck_shown(community_id: UUID) -> list[dict[str, Any]]:
    """Return the refunds that did not go through: whose, why, and what to do."""
    found = await stuck.stuck_refunds(community_id)
    gifts = [one.gift for one in found]
    names = await funding_page.givers_named(gifts, community_id=community_id)
    titles = await projects.titles({one.project_id for one in gifts}, community_id=community_id)
    shown = []
    for one in found:
        why, remedy = why_not_returned(one.problem)
        shown.append(
            {
                "giver": funding_page.giver_words(one.gift, names),
                "project": titles[one.gift.project_id],
                "amount": money(one.gift.due_fen),
                "source": _(SOURCES[one.gift.source]),
                "since": one.since,
                "why": why,
                "remedy": remedy,
                "problem": one.problem,
                "gift": one.gift.id,
                "call": one.call_id,
            }
        )
    return shown


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


@get(f"/api{HERE}", name="payment.reconciliation.data", opt=act("payment.reconcile"))
async def data(request: AnyRequest) -> dict[str, Any]:
    """Give the last comparison and the refunds that did not go through."""
    by = await acting(request)
    found = await reconciling.last_result(by.community_id)
    return {
        "compared": None
        if found is None
        else {
            "ran_at": found.ran_at.isoformat(),
            "since": found.since.isoformat(),
            "mode": found.mode.value,
            "agree": not found.differences,
            "counted": found.compared,
            "differences": reconciling.shown(found.differences),
        },
        "stuck_refunds": [_stuck_data(one) for one in await stuck.stuck_refunds(by.community_id)],
    }


def _stuck_data(one: Stuck) -> dict[str, Any]:
    why, remedy = why_not_returned(one.problem)
    return {
        "contribution_id": str(one.gift.id),
        "project_id": str(one.gift.project_id),
        "source": one.gift.source.value,
        "due_fen": one.gift.due_fen,
        "since": one.since.isoformat(),
        "problem": one.problem,
        "why": why,
        "what_to_do": remedy,
        "ask_again": None if one.call_id is None else f"{HERE}/calls/{one.call_id}/again",
        "hand_back": f"/contributions/{one.gift.id}",
    }


@post(HERE + "/calls/again", opt=act("payment.try_again"), status_code=303)
async def all_again(request: AnyRequest) -> Redirect:
    """Ask once more for every refund that was refused."""
    asked = await stuck.ask_for_all_again(by=await acting(request))
    told = ngettext(
        "%(num)s refund is being asked for once more.",
        "%(num)s refunds are being asked for once more.",
        asked,
    )
    return noticed(Redirect(HERE, status_code=303), told % {"num": asked})


@post(HERE + "/calls/{call_id:uuid}/again", opt=act("payment.try_again"), status_code=303)
async def again(request: AnyRequest, call_id: FromPath[UUID]) -> Redirect:
    """Ask once more for a refund that was refused."""
    by = await acting(request)
    if not await calling.want_again(call_id, by=by):
        raise NotFoundException
    answer = Redirect(HERE, status_code=303)
    return noticed(answer, _("It is being asked for once more."))


handlers = (page, data, compare, all_again, again)
