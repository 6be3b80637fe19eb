"""Giving to a drive: money through the card processor, hours from one's own passbook."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import ledger
from app import funding_page
from app.acts import act
from app.card_payments import paying
from app.card_payments.keys import offered, why_none
from app.forms import Form
from app.funding_form import yuan
from app.funding_page import Place
from app.funding_words import SOURCE_ICONS, SOURCES, refusal_words, wrong_field
from app.hours_form import read_amount
from app.i18n import gettext as _
from app.member_form import uuid_or_none
from app.notices import noticed
from app.receipt_form import NO, YES
from app.routes.funding_drives import to
from app.routes.typed import key_of, typed
from app.wording import duration
from community import Actor
from marketplace import plans
from marketplace.errors import MarketplaceError
from marketplace.funding import contributing, pledging, reading
from marketplace.funding.errors import SentTwice
from marketplace.funding.policy import funding_policy_at
from marketplace.funding.values import (
    ONLINE,
    Contribution,
    ContributionId,
    ContributionState,
    Drive,
    PledgeId,
    Source,
)

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
MYSELF: Final = "myself"


def _over(drive: Drive) -> Redirect | None:
    """Lead back where the drive takes nothing more."""
    if funding_page.takes_more(drive):
        return None
    return to(drive.project_id, _("This drive takes nothing more."), "note")


@get(
    "/projects/{project_id:uuid}/funding/give",
    name="contribution.give.form",
    opt=act("contribution.give"),
)
async def give_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Show the form that gives money, with the ways that are open and why others are not."""
    found, by, drive = await funding_page.driven_place(request, project_id)
    usual = {"key": str(ledger.new_id()), "organisation": MYSELF}
    ways = offered()
    if len(ways) == 1:
        usual["way"] = ways[0]
    return _over(drive) or await _give_form(found, by, Form.of(usual))


async def _give_form(found: Place, by: Actor, form: Form) -> Template:
    policy = await funding_policy_at(found.home.id)
    ways = [Source(one) for one in offered()]
    context = {
        "project": found.project,
        "home": found.home,
        "shown": await funding_page.shown_of(found),
        "form": form,
        "least_fen": policy.gift_fen_least,
        "most_fen": policy.gift_fen_max,
        "ways": [(one.value, _(SOURCES[one]), "", SOURCE_ICONS[one]) for one in ways],
        "closed": _closed(ways),
        "why_none": why_none(),
        "named_options": named_options(),
        "organisations": await _spoken_for(by),
        "begun": await _begun(found, by),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/funding/give.html", context=context, status_code=status)


async def _begun(found: Place, by: Actor) -> list[Contribution]:
    """Return the gifts to this drive that a member began and has not paid, the newest first."""
    return [
        one
        for one in await reading.own_contributions(by.member_id, community_id=found.home.id)
        if found.drive is not None
        and one.drive_id == found.drive.id
        and one.state is ContributionState.STARTED
        and one.online
    ]


def _closed(ways: list[Source]) -> list[tuple[str, str]]:
    """Return the ways to pay online that are not offered beside others, each with the reason."""
    if not ways:
        return []
    why = _("This neighbourhood has not switched it on.")
    return [
        (_(SOURCES[one]), why)
        for one in (Source.CARD, Source.ALIPAY, Source.WECHAT_PAY)
        if one not in ways
    ]


def named_options() -> list[tuple[str, str]]:
    """Return the two answers to whether a name may stand in public."""
    return [(YES, _("Yes")), (NO, _("No, I wish no name"))]


async def _spoken_for(by: Actor) -> list[tuple[str, str]]:
    """Return for whom a member may give: oneself, and the organisations they speak for."""
    found = [
        (str(one.id), one.name)
        for one in await community.organisations_of(by.community_id)
        if not one.closed
        and by.member_id in await plans.speaking_for(one.id, community_id=by.community_id)
    ]
    return [(MYSELF, _("For myself")), *found] if found else []


@post(
    "/projects/{project_id:uuid}/funding/give",
    name="contribution.give",
    opt=act("contribution.give"),
)
async def give(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Begin a gift, and lead on to where it is paid; or show the form with what is wrong."""
    found, by, drive = await funding_page.driven_place(request, project_id)
    form = await typed(request)
    fen, way = yuan(form, "amount"), form.value("way")
    if fen == 0:
        form.refuse("amount", _("Say how much, in yuan."))
    if way not in offered() or way not in ONLINE:
        form.refuse("way", why_none() or _("Choose how you want to pay."))
    if form.value("named") not in {YES, NO}:
        form.refuse("named", _("Say yes or no."))
    chosen = form.value("organisation")
    organisation_id = uuid_or_none(chosen)
    if chosen not in {"", MYSELF} and organisation_id is None:
        form.refuse("organisation", _("Choose for whom you give."))
    if fen is None or not form.ok:
        return await _give_form(found, by, form)
    key = key_of(form)
    try:
        gift = await contributing.start_contribution(
            drive.id,
            amount_fen=fen,
            source=Source(way),
            by=by,
            anonymous=form.value("named") == NO,
            organisation_id=organisation_id,
            id=ContributionId(key) if key else None,
        )
    except SentTwice:  # back from the payment, and another amount
        told = _("You have begun this gift before, otherwise. Pay it as it is, or cancel it here.")
        return noticed(Redirect("/me/contributions", status_code=303), told, "wrong")
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(project_id, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _give_form(found, by, form)
    await paying.begin(gift.id)
    return Redirect(f"/contributions/{gift.id}/pay", status_code=303)


# Hours


@get("/projects/{project_id:uuid}/funding/pledge", name="pledge.form", opt=act("pledge.own"))
async def pledge_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Show the form that pledges hours, with what is free in one's passbook."""
    found, by, drive = await funding_page.driven_place(request, project_id)
    return _over(drive) or await _pledge_form(found, by, Form.of({"key": str(ledger.new_id())}))


async def _pledge_form(found: Place, by: Actor, form: Form) -> Template:
    context = {
        "project": found.project,
        "shown": await funding_page.shown_of(found),
        "form": form,
        "free": await pledging.pledgeable(by.member_id, community_id=by.community_id),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/funding/pledge.html", context=context, status_code=status)


@post("/projects/{project_id:uuid}/funding/pledge", name="pledge.make", opt=act("pledge.own"))
async def pledge(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Pledge hours, or show the form again with what is wrong."""
    found, by, drive = await funding_page.driven_place(request, project_id)
    form = await typed(request)
    minutes, key = read_amount(form), key_of(form)
    if minutes is None:
        return await _pledge_form(found, by, form)
    try:
        made = await pledging.pledge_minutes(
            drive.id, minutes, by=by, id=PledgeId(key) if key else None
        )
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(project_id, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _pledge_form(found, by, form)
    told = _("Thank you! %(minutes)s of yours are set aside for the project.")
    back = Redirect(funding_page.address_of(project_id), status_code=303)
    return noticed(back, told % {"minutes": duration(made.minutes)})


handlers = [give_form, give, pledge_form, pledge]
