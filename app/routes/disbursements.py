"""A request for a project's money: its page, its papers, and the decisions of two people."""

from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app import conflicts, delivery_page
from app.acts import act
from app.delivery_page import Place
from app.delivery_words import REQUEST_STATES, TIES, refusal_words, wrong_field
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.neighbourhood import acting, community_shown
from app.notices import NoticeKind, noticed
from app.plan_files import MEDIA
from app.routes.typed import typed
from app.watching import FILE_POLICY
from marketplace import delivery
from marketplace.delivery import Disbursement, DisbursementState, errors
from marketplace.delivery.rules import APPROVERS
from marketplace.delivery.values import FORBIDDEN
from marketplace.errors import MarketplaceError

AnyRequest = Request[Any, Any, Any]
OK: Final = 200
REFUSED: Final = 422


async def _request(request: AnyRequest, disbursement_id: UUID) -> tuple[Place, Disbursement]:
    home = await community_shown(request)
    try:
        found = await delivery.disbursement(disbursement_id, community_id=home.id)
    except errors.UnknownDisbursement as error:
        raise NotFoundException from error
    return await delivery_page.place_shown(request, found.project_id), found


def _back(found: Disbursement, sentence: str, kind: NoticeKind = "done") -> Redirect:
    return noticed(Redirect(f"/disbursements/{found.id}", status_code=303), sentence, kind)


@get("/disbursements/{disbursement_id:uuid}", name="disbursement", opt=act("disbursement.read"))
async def page(request: AnyRequest, disbursement_id: FromPath[UUID]) -> Template:
    """Show a request: what for, how much, which papers, and who decided what."""
    return await _page(request, disbursement_id, Form())


async def _page(request: AnyRequest, disbursement_id: UUID, form: Form) -> Template:
    place, found = await _request(request, disbursement_id)
    names = await delivery_page.names_of(place, delivery_page.people_of([found]))
    # Whoever decides about public money does it under their name, also before visitors.
    names |= await community.named_members(
        {one.by for one in found.decisions}, community_id=place.home.id
    )
    by = place.by
    decider = place.member and by is not None and bool(by.roles & APPROVERS)
    bound, flagged = None, ""
    lenient = (await delivery.delivery_policy_at(place.home.id)).tied_decide
    if decider and by is not None and found.state.open:
        bound = await delivery.tie(
            place.undertaking, found.asked_by, by.member_id, community_id=place.home.id
        )
        flagged = conflicts.in_words(await conflicts.of_approval(found, by.member_id))
    if lenient and bound not in FORBIDDEN:
        bound = None
    shown = await delivery.receipts_for(found, by)
    context = {
        **delivery_page.base(place),
        "request_": found,
        "state": _(REQUEST_STATES[found.state]),
        "names": names,
        "undertaker": await delivery_page.undertaker_name(place),
        "decisions": delivery_page.decisions_told(found, names, await conflicts.told_of(found)),
        "receipts": shown,
        "hidden_receipts": len(found.receipts) - len(shown),
        "may_decide": decider and found.state.open and bound is None,
        "approved": by is not None and by.member_id in found.approvers,
        "tie": _(TIES[bound]) if bound else "",
        "flagged": flagged if bound is None else "",
        "lenient": lenient,
        "may_withdraw": place.own and found.state.open,
        "form": form,
    }
    status = OK if form.ok else REFUSED
    return Template("marketplace/disbursement.html", context=context, status_code=status)


@post(
    "/disbursements/{disbursement_id:uuid}/approve",
    name="disbursement.approve",
    opt=act("disbursement.decide"),
    status_code=303,
)
async def approve(request: AnyRequest, disbursement_id: FromPath[UUID]) -> Redirect:
    """Approve a request; the second approval pays it."""
    _place, found = await _request(request, disbursement_id)
    try:
        after = await delivery.approve(found.id, by=await acting(request), watch=conflicts.watch)
    except MarketplaceError as refusal:
        return _back(found, refusal_words(refusal), "wrong")
    if after.state is DisbursementState.PAID:
        return _back(found, _("Approved by two people: the money is paid."))
    return _back(found, _("Approved. Somebody else has to approve it as well."))


@post(
    "/disbursements/{disbursement_id:uuid}/refuse",
    name="disbursement.refuse",
    opt=act("disbursement.decide"),
    status_code=303,
)
async def refuse(request: AnyRequest, disbursement_id: FromPath[UUID]) -> Template | Redirect:
    """Refuse a request with the reason, or show its page again with what is wrong."""
    _place, found = await _request(request, disbursement_id)
    form = await typed(request)
    try:
        await delivery.refuse(found.id, form.value("why"), by=await acting(request))
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _back(found, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _page(request, disbursement_id, form)
    return _back(found, _("Refused. Who asked was told why; the money is free again."))


@post(
    "/disbursements/{disbursement_id:uuid}/withdraw",
    name="disbursement.withdraw",
    opt=act("disbursement.ask"),
    status_code=303,
)
async def withdraw(request: AnyRequest, disbursement_id: FromPath[UUID]) -> Redirect:
    """Take a request back."""
    _place, found = await _request(request, disbursement_id)
    try:
        await delivery.withdraw(found.id, by=await acting(request))
    except MarketplaceError as refusal:
        return _back(found, refusal_words(refusal), "wrong")
    return _back(found, _("Taken back. The money is free again."))


@get(
    "/disbursements/{disbursement_id:uuid}/receipts/{receipt_id:uuid}",
    name="disbursement.receipt",
    opt=act("disbursement.read"),
)
async def receipt(
    request: AnyRequest, disbursement_id: FromPath[UUID], receipt_id: FromPath[UUID]
) -> Response[bytes]:
    """Give a paper of a request to whoever may read it, to be kept, not shown in the site."""
    home = await community_shown(request)
    try:
        paper = await delivery.receipt_file(
            disbursement_id, receipt_id, community_id=home.id, by=await actor_of(request)
        )
    except (errors.UnknownDisbursement, errors.UnknownReceipt) as error:
        raise NotFoundException from error
    return Response(
        paper.body,
        media_type=MEDIA[paper.kind],
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(paper.name)}",
            "Content-Security-Policy": FILE_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


handlers = [page, approve, refuse, withdraw, receipt]
