"""Matching funds: read by everybody, founded and filled by the treasurer."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import ledger
from app import receipt_form
from app.acts import act
from app.forms import Form
from app.funding_form import yuan
from app.funding_words import refusal_words, wrong_field
from app.i18n import gettext as _
from app.neighbourhood import acting, community_shown, roles_shown
from app.notices import noticed
from app.receipt_form import FORM_BYTES_MAX
from app.routes.typed import key_of, typed
from app.wording import money
from community import Actor, Role
from marketplace.errors import MarketplaceError
from marketplace.funding import contributing, matching, reading
from marketplace.funding.errors import UnknownFund
from marketplace.funding.values import Fund, FundId
from marketplace.money import BANK, CASH_BOX, PUBLIC_BUDGET

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
FUNDS: Final = "/funding/funds"


def _to_funds(sentence: str) -> Redirect:
    return noticed(Redirect(FUNDS, status_code=303), sentence)


@get(FUNDS, name="funding.funds", opt=act("funding.read"))
async def funds(request: AnyRequest) -> Template:
    """Show the matching funds with what lies in them and what is promised."""
    home = await community_shown(request)
    context = {
        "funds": await reading.funds(home.id),
        "keeps": Role.TREASURER in await roles_shown(request),
    }
    return Template("marketplace/funding/funds.html", context=context)


@get("/api/funding/funds", name="funding.funds.data", opt=act("funding.read"))
async def funds_data(request: AnyRequest) -> dict[str, Any]:
    """Give the matching funds, in fen."""
    home = await community_shown(request)
    return {
        "community": home.code,
        "funds": [
            {
                "id": str(one.id),
                "name": one.name,
                "balance_fen": one.balance_fen,
                "reserved_fen": one.reserved_fen,
                "free_fen": one.free_fen,
            }
            for one in await reading.funds(home.id)
        ],
    }


@get(f"{FUNDS}/new", name="funding.fund.form", opt=act("matching_fund.keep"))
async def new_form(request: AnyRequest) -> Template:
    """Show the form that founds a fund."""
    await acting(request)
    return _form(None, Form.of({"key": str(ledger.new_id())}))


def _form(fund: Fund | None, form: Form) -> Template:
    context = {
        "fund": fund,
        "form": form,
        "origins": [
            (BANK, _("By bank"), _("With its paper.")),
            (CASH_BOX, _("In cash"), _("With its paper.")),
            (PUBLIC_BUDGET, _("From the public budget"), ""),
        ],
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/funding/fund_form.html", context=context, status_code=status)


@post(f"{FUNDS}/new", name="funding.fund.found", opt=act("matching_fund.keep"))
async def found(request: AnyRequest) -> Template | Redirect:
    """Found a fund."""
    by, form = await acting(request), await typed(request)
    key = key_of(form)
    try:
        made = await matching.found_fund(form.value("name"), by=by, id=FundId(key) if key else None)
    except UnknownFund as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        form.refuse(*(wrong_field(refusal) or ("name", refusal_words(refusal))))
        return _form(None, form)
    told = _("“%(name)s” is founded. Now put money into it.") % {"name": made.name}
    return _to_funds(told)


@get(
    f"{FUNDS}/{{fund_id:uuid}}/top-up", name="funding.fund.fill.form", opt=act("matching_fund.keep")
)
async def fill_form(request: AnyRequest, fund_id: FromPath[UUID]) -> Template:
    """Show the form that puts money into a fund."""
    by = await acting(request)
    return _form(await _fund(fund_id, by), Form.of({"key": str(ledger.new_id())}))


async def _fund(fund_id: UUID, by: Actor) -> Fund:
    try:
        return await reading.read_fund(fund_id, community_id=by.community_id)
    except UnknownFund as error:
        raise NotFoundException from error


@post(
    f"{FUNDS}/{{fund_id:uuid}}/top-up",
    name="funding.fund.fill",
    opt=act("matching_fund.keep"),
    request_max_body_size=FORM_BYTES_MAX,
)
async def fill(request: AnyRequest, fund_id: FromPath[UUID]) -> Template | Redirect:
    """Enter money that was put into a fund, or show the form again with what is wrong."""
    by, form = await acting(request), await typed(request)
    fund = await _fund(fund_id, by)
    given = await receipt_form.paper(await request.form(), form)
    fen, came_from = yuan(form, "amount"), form.value("came_from")
    if came_from not in matching.CAME_FROM:
        form.refuse("came_from", _("Choose one of these."))
    if fen is None or not form.ok:
        return _form(fund, form)
    try:
        receipt = await contributing.keep_paper(given[1], given[0], by=by) if given else None
        await matching.add_to_fund(
            fund.id,
            fen,
            by=by,
            came_from=came_from,
            id=key_of(form) or ledger.new_id(),
            words=form.value("words"),
            receipt=receipt,
        )
    except MarketplaceError as refusal:
        form.refuse(*(wrong_field(refusal) or ("amount", refusal_words(refusal))))
        return _form(fund, form)
    told = _("%(money)s more in “%(name)s”.") % {"money": money(fen), "name": fund.name}
    return _to_funds(told)


handlers = [funds, funds_data, new_form, found, fill_form, fill]
