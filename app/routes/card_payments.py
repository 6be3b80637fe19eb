"""Paying a gift online, and the address that Stripe tells of payments at."""

from typing import Any, Final
from uuid import UUID

import segno
from litestar import MediaType, Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.acts import act
from app.card_payments import inbox, paying
from app.card_payments.keys import keys, why_none
from app.card_payments.paying import Next, Step
from app.card_payments.processor import Trouble
from app.card_payments.stripe_client import processor
from app.card_words import why_not_paid
from app.i18n import gettext as _
from app.messages import post as mail
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.health import A_MACHINE
from app.routes.typed import typed
from app.settings import settings
from app.watching import with_sources
from app.wording import money
from marketplace import ProjectId
from marketplace import reading as projects
from marketplace.funding import reading
from marketplace.funding.errors import UnknownContribution
from marketplace.funding.values import Contribution, ContributionState, Source

AnyRequest = Request[Any, Any, Any]
MESSAGE_BYTES_MAX: Final = 1024 * 1024
QR_SCALE: Final = 6
AWAY: Final = {"came": "back"}


@post(
    "/webhooks/stripe",
    opt={**A_MACHINE, **act("payment.told")},
    status_code=200,
    media_type=MediaType.TEXT,
    request_max_body_size=MESSAGE_BYTES_MAX,
)
async def told(request: AnyRequest) -> Response[str]:
    """Take a message of Stripe's in. Anything but 200 lets Stripe send it again.

    400 for what Stripe did not sign, 404 where no keys are set, 503 where Stripe had to be asked
    and did not answer.
    """
    given = keys()
    if given is None:
        raise NotFoundException
    body = await request.body()
    try:
        event = inbox.opened(body, request.headers.get("stripe-signature"), given.webhook)
    except inbox.NotFromStripe:
        return Response("not signed by Stripe\n", status_code=400, media_type=MediaType.TEXT)
    try:
        outcome = await inbox.take_in(event, given, processor(given))
    except Trouble:
        return Response("not now\n", status_code=503, media_type=MediaType.TEXT)
    return Response(f"{outcome.value}\n", media_type=MediaType.TEXT)


@get("/contributions/{contribution_id:uuid}/pay", name="payment", opt=act("payment.make"))
async def pay(request: AnyRequest, contribution_id: FromPath[UUID]) -> Template:
    """Show how to pay a gift, or what became of its payment."""
    gift = await _own(request, contribution_id)
    return await _page(gift, waiting="came" in request.query_params)


async def _page(gift: Contribution, *, waiting: bool = False, **more: Any) -> Template:
    given = keys()
    project = await projects.read_project(
        ProjectId(gift.project_id), community_id=gift.community_id
    )
    is_open = gift.state is ContributionState.STARTED and given is not None
    card = is_open and gift.source is Source.CARD and gift.intent_id is not None and not waiting
    context = {
        "gift": gift,
        "project": project,
        "amount": money(gift.amount_fen),
        "state": gift.state.value,
        "ready": gift.intent_id is not None,
        "card": card,
        "waiting": waiting and is_open,
        "elsewhere": is_open and gift.source is not Source.CARD and not waiting,
        "way": gift.source.value,
        "why_not": why_not_paid(gift.why, by_card=gift.source is Source.CARD) if gift.why else "",
        "closed": why_none(),
        "keys": given,
        "onward": None,
        "qr": None,
        **more,
    }
    headers = {}
    if card and given is not None:
        # The one page that loads anything from elsewhere: the processor's field for the card.
        policy = with_sources(given.sources)
        headers = {"content-security-policy": policy, "cross-origin-embedder-policy": "unsafe-none"}
    return Template("marketplace/funding/pay.html", context=context, headers=headers)


@get(
    "/contributions/{contribution_id:uuid}/pay/state",
    name="payment.state",
    opt=act("payment.make"),
)
async def state(request: AnyRequest, contribution_id: FromPath[UUID]) -> dict[str, str]:
    """Say how far a gift's payment has come, for the page that waits."""
    gift = await _own(request, contribution_id)
    return {"state": gift.state.value}


@post("/contributions/{contribution_id:uuid}/pay/begin", opt=act("payment.make"), status_code=303)
async def begin(request: AnyRequest, contribution_id: FromPath[UUID]) -> Redirect:
    """Try once more to reach Stripe for a gift that has no payment there yet."""
    gift = await _own(request, contribution_id)
    await paying.begin(gift.id)
    return _to(gift)


@post("/contributions/{contribution_id:uuid}/pay/card", opt=act("payment.make"), status_code=200)
async def by_card(request: AnyRequest, contribution_id: FromPath[UUID]) -> dict[str, Any]:
    """Pay with the card that the browser's field handed to Stripe; answers the page's script."""
    gift = await _own(request, contribution_id)
    form = await typed(request)
    return _told(await paying.pay_by_card(gift, form.value("method")))


@post("/contributions/{contribution_id:uuid}/pay/checked", opt=act("payment.make"), status_code=200)
async def checked(request: AnyRequest, contribution_id: FromPath[UUID]) -> dict[str, Any]:
    """Look what became of a payment that the giver's bank asked about."""
    return _told(await paying.look(await _own(request, contribution_id)))


@post(
    "/contributions/{contribution_id:uuid}/pay/elsewhere", opt=act("payment.make"), status_code=200
)
async def elsewhere(request: AnyRequest, contribution_id: FromPath[UUID]) -> Template | Redirect:
    """Begin a payment by Alipay or WeChat Pay, and show the way there."""
    gift = await _own(request, contribution_id)
    site = mail.site(settings()).address
    step = await paying.pay_elsewhere(gift, f"{site}/contributions/{gift.id}/pay?came=back")
    if step.next is Next.REFUSED:
        told = _(
            "The payment service did not begin it. Nothing was taken. Try again, or give otherwise."
        )
        return noticed(_to(gift), told, "wrong")
    if step.next is not Next.ELSEWHERE:
        return _to(gift, **AWAY)
    onward, code = paying.way_on(step.action)
    picture = segno.make(code, error="m") if code else None
    qr = picture.svg_data_uri(scale=QR_SCALE, border=4, light="#fff") if picture else None
    return await _page(gift, onward=onward, qr=qr)


def _told(step: Step) -> dict[str, Any]:
    found: dict[str, Any] = {"next": step.next.value}
    if step.next is Next.CONFIRM:
        found["client_secret"] = step.client_secret
    return found


def _to(gift: Contribution, **query: str) -> Redirect:
    return Redirect(f"/contributions/{gift.id}/pay", query_params=query, status_code=303)


async def _own(request: AnyRequest, contribution_id: UUID) -> Contribution:
    """Return a member's own gift that is paid online. Raises 404 for any other."""
    by = await acting(request)
    try:
        found = await reading.read_contribution(contribution_id, community_id=by.community_id)
    except UnknownContribution as error:
        raise NotFoundException from error
    if not found.online or by.member_id not in {found.member_id, found.made_by}:
        raise NotFoundException
    return found


handlers = (told, pay, state, begin, by_card, checked, elsewhere)
