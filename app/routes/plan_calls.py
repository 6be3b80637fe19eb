"""Calls for undertakers: opened, answered, ended, decided; and an undertaker who steps back."""

from collections.abc import Awaitable
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import ledger
from app import plan_form, plan_page
from app.acts import act
from app.amounts import fen_of_yuan
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.member_form import day, uuid_or_none
from app.plan_page import Place
from app.plan_words import CALL_STATES, refusal_words, wrong_field
from app.routes.plans import REFUSED, to
from app.routes.typed import key_of, typed
from community import Actor, Role
from marketplace import needs, plans
from marketplace.errors import MarketplaceError
from marketplace.plans import Call, CallId, CallState, OfferDraft, OfferId
from marketplace.plans.errors import UnknownCall, UnknownOffer
from marketplace.plans.rules import may_choose

AnyRequest = Request[Any, Any, Any]
USUAL_DAYS: Final = 14
YES, NO = "yes", "no"
ALONE: Final = "alone"


@get("/needs/{need_id:uuid}/plan/call", name="undertaking.call.form", opt=act("undertaking.call"))
async def call_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template:
    """Show the form that opens a call for undertakers."""
    found, _by = await plan_page.place_of(request, need_id)
    now = datetime.now(ZoneInfo(found.home.time_zone))
    usual = {
        "key": str(ledger.new_id()),
        "closes_on": (now.date() + timedelta(days=USUAL_DAYS)).isoformat(),
    }
    return await _call_form(found, Form.of(usual))


async def _call_form(found: Place, form: Form) -> Template:
    policy = await plans.plan_policy_at(found.home.id)
    context = {**await plan_page.base(found), "form": form, "policy": policy}
    status = 200 if form.ok else REFUSED
    return Template("marketplace/plans/call_form.html", context=context, status_code=status)


@post("/needs/{need_id:uuid}/plan/call", opt=act("undertaking.call"), status_code=303)
async def open_call(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Open a call; it closes at the end of the day that was chosen."""
    found, by = await plan_page.place_of(request, need_id)
    form = await typed(request)
    last_day = day(form.value("closes_on"))
    if last_day is None:
        form.refuse("closes_on", _("Write year, month and day, as 2027-05-06."))
        return await _call_form(found, form)
    closes = datetime.combine(last_day, time(23, 59), ZoneInfo(found.home.time_zone))
    key = key_of(form)
    try:
        await plans.open_call(
            found.need.id,
            form.value("seeking"),
            closes,
            by=by,
            id=CallId(key) if key else None,
        )
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _call_form(found, form)
    return to(found, _("The call is open. Groups and followers of the need are told."))


@get(
    "/needs/{need_id:uuid}/plan/calls/{call_id:uuid}", name="undertaking.page", opt=act("plan.read")
)
async def call(request: AnyRequest, need_id: FromPath[UUID], call_id: FromPath[UUID]) -> Template:
    """Show a call: what is looked for, who answered, who was chosen and why."""
    found = await plan_page.place_shown(request, need_id, await actor_of(request))
    shown = await _call(found, call_id)
    offers = await plan_page.offers_shown(found, shown)
    standing = [one for one in offers if one["offer"].withdrawn_at is None]
    every = await plans.offers(shown.id, community_id=found.home.id)
    held = await plans.undertakers(shown.plan_id, community_id=found.home.id)
    by = found.by
    roles = by.roles if by is not None and by.community_id == found.home.id else frozenset()
    chooses = by is not None and may_choose(
        by,
        authors=await needs.authors(found.need.id),
        policy=await plans.plan_policy_at(found.home.id),
    )
    context = {
        **await plan_page.base(found),
        "call": shown,
        "state": _(CALL_STATES[shown.state]),
        "offers": offers,
        "count": sum(one.withdrawn_at is None for one in every),
        "chosen": {one.offer_id: one for one in held},
        "names": await plan_page.names_of(found, [one.chosen_by for one in held]),
        "answered": any(one["mine"] for one in standing),
        "may_offer": by is not None and bool(roles) and shown.state is CallState.OPEN,
        "may_choose": chooses
        and shown.state is CallState.CLOSED
        and not any(one["mine"] for one in standing),
        "may_end": Role.COORDINATOR in roles and shown.state in {CallState.OPEN, CallState.CLOSED},
        "is_member": by is not None,
    }
    return Template("marketplace/plans/call.html", context=context)


async def _call(found: Place, call_id: UUID) -> Call:
    try:
        shown = await plans.call(call_id, community_id=found.home.id)
    except UnknownCall as error:
        raise NotFoundException from error
    if shown.need_id != found.need.id:
        raise NotFoundException
    return shown


# Answering


@get(
    "/needs/{need_id:uuid}/plan/calls/{call_id:uuid}/offer",
    name="undertaking.offer.form",
    opt=act("undertaking.offer"),
)
async def offer_form(
    request: AnyRequest, need_id: FromPath[UUID], call_id: FromPath[UUID]
) -> Template | Redirect:
    """Show the form that answers a call."""
    found, by = await plan_page.place_of(request, need_id)
    shown = await _call(found, call_id)
    if shown.state is not CallState.OPEN:
        told = _("This call takes no more answers.")
        return to(found, told, "wrong", f"/calls/{shown.id}")
    return await _offer_form(found, shown, by, Form.of({"key": str(ledger.new_id())}))


async def _offer_form(found: Place, shown: Call, by: Actor, form: Form) -> Template:
    options = [
        (str(one.id), one.name)
        for one in await community.organisations_of(found.home.id)
        if not one.closed
        and by.member_id in await plans.speaking_for(one.id, community_id=found.home.id)
    ]
    if Role.RESIDENT in by.roles:
        options.append((ALONE, _("I myself, with neighbours")))
    context = {
        **await plan_page.base(found),
        "call": shown,
        "form": form,
        "groups": options,
        "answers": [(NO, _("No")), (YES, _("Yes, and I say which"))],
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/plans/offer_form.html", context=context, status_code=status)


@post(
    "/needs/{need_id:uuid}/plan/calls/{call_id:uuid}/offer",
    opt=act("undertaking.offer"),
    status_code=303,
)
async def offer(
    request: AnyRequest, need_id: FromPath[UUID], call_id: FromPath[UUID]
) -> Template | Redirect:
    """Answer a call, or show the form again with what is wrong."""
    found, by = await plan_page.place_of(request, need_id)
    shown, form = await _call(found, call_id), await typed(request)
    draft, key = _draft(form), key_of(form)
    if draft is None:
        return await _offer_form(found, shown, by, form)
    try:
        await plans.offer_to_undertake(shown.id, draft, by=by, id=OfferId(key) if key else None)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong", f"/calls/{shown.id}")
        form.refuse(*field)
        return await _offer_form(found, shown, by, form)
    told = _("Your offer is in. You are told who is chosen.")
    return to(found, told, page=f"/calls/{shown.id}")


def _draft(form: Form) -> OfferDraft | None:
    cost = fen_of_yuan(form.value("cost")) if form.value("cost") else 0
    if cost is None:
        form.refuse("cost", _("Write an amount in yuan, such as 1200 or 1200.50."))
    hours, minutes = plan_form.whole(form, "hours"), plan_form.whole(form, "minutes")
    organisation = uuid_or_none(form.value("organisation"))
    if organisation is None and form.value("organisation") != ALONE:
        form.refuse("organisation", _("Choose for whom you answer."))
    if form.value("close") not in {YES, NO}:
        form.refuse("close", _("Say yes or no."))
    conflict = form.value("conflict") if form.value("close") == YES else ""
    if form.value("close") == YES and not conflict:
        form.refuse("conflict", _("Say which, in a sentence. Everybody can read it."))
    if cost is None or not form.ok:
        return None
    return OfferDraft(
        form.value("words"),
        form.value("brings"),
        cost,
        hours * 60 + minutes,
        form.value("reference"),
        conflict,
        organisation,
    )


@post(
    "/needs/{need_id:uuid}/plan/calls/{call_id:uuid}/offers/{offer_id:uuid}/withdraw",
    opt=act("undertaking.withdraw"),
    status_code=303,
)
async def withdraw(
    request: AnyRequest,
    need_id: FromPath[UUID],
    call_id: FromPath[UUID],
    offer_id: FromPath[UUID],
) -> Redirect:
    """Take an offer back."""
    found, by = await plan_page.place_of(request, need_id)
    shown = await _call(found, call_id)
    offers = await plans.offers(shown.id, community_id=found.home.id)
    given = [one for one in offers if one.id == offer_id]
    if by.member_id not in await plans.behind(given, community_id=found.home.id):
        raise NotFoundException
    done = plans.withdraw_offer(shown.id, offer_id, by=by)
    return await _done(found, done, _("Your offer is taken back."), f"/calls/{shown.id}")


async def _done(found: Place, done: Awaitable[object], told: str, page: str) -> Redirect:
    try:
        await done
    except UnknownOffer as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        return to(found, refusal_words(refusal), "wrong", page)
    return to(found, told, page=page)


# Deciding


@get(
    "/needs/{need_id:uuid}/plan/calls/{call_id:uuid}/offers/{offer_id:uuid}/choose",
    name="undertaking.choose.form",
    opt=act("undertaking.choose"),
)
async def choose_form(
    request: AnyRequest,
    need_id: FromPath[UUID],
    call_id: FromPath[UUID],
    offer_id: FromPath[UUID],
) -> Template | Redirect:
    """Ask for the public reason before somebody is chosen."""
    return await _choose_form(request, need_id, (call_id, offer_id), Form())


async def _choose_form(
    request: AnyRequest, need_id: UUID, which: tuple[UUID, UUID], form: Form
) -> Template | Redirect:
    found, _by = await _chooser(request, need_id)
    shown = await _call(found, which[0])
    offers = await plan_page.offers_shown(found, shown)
    given = next((one for one in offers if one["offer"].id == which[1]), None)
    if shown.state is not CallState.CLOSED:
        told = _("You can choose once the call has closed, and only once.")
        return to(found, told, "wrong", f"/calls/{shown.id}")
    if given is None:
        raise NotFoundException
    context = {**await plan_page.base(found), "call": shown, "given": given, "form": form}
    status = 200 if form.ok else REFUSED
    return Template("marketplace/plans/choose.html", context=context, status_code=status)


async def _chooser(request: AnyRequest, need_id: UUID) -> tuple[Place, Actor]:
    """Return a need to whoever might choose for it; for others there is no such page."""
    found, by = await plan_page.place_of(request, need_id)
    if Role.COORDINATOR not in by.roles and by.member_id not in await needs.authors(found.need.id):
        raise NotFoundException
    return found, by


@post(
    "/needs/{need_id:uuid}/plan/calls/{call_id:uuid}/offers/{offer_id:uuid}/choose",
    opt=act("undertaking.choose"),
    status_code=303,
)
async def choose(
    request: AnyRequest,
    need_id: FromPath[UUID],
    call_id: FromPath[UUID],
    offer_id: FromPath[UUID],
) -> Template | Redirect:
    """Choose who carries the plan out."""
    found, by = await _chooser(request, need_id)
    shown, form = await _call(found, call_id), await typed(request)
    try:
        await plans.choose(shown.id, offer_id, by=by, reason=form.value("reason"))
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong", f"/calls/{shown.id}")
        form.refuse(*field)
        return await _choose_form(request, need_id, (call_id, offer_id), form)
    return to(found, _("Chosen. All who answered are told, with your reason."))


@get(
    "/needs/{need_id:uuid}/plan/calls/{call_id:uuid}/end",
    name="undertaking.end.form",
    opt=act("undertaking.call"),
)
async def end_form(
    request: AnyRequest, need_id: FromPath[UUID], call_id: FromPath[UUID]
) -> Template:
    """Ask for the public reason before a call ends without a choice."""
    found, _by = await plan_page.place_of(request, need_id)
    return await _end_form(found, await _call(found, call_id), Form())


async def _end_form(found: Place, shown: Call, form: Form) -> Template:
    context = {**await plan_page.base(found), "call": shown, "form": form}
    status = 200 if form.ok else REFUSED
    return Template("marketplace/plans/end_call.html", context=context, status_code=status)


@post(
    "/needs/{need_id:uuid}/plan/calls/{call_id:uuid}/end",
    opt=act("undertaking.call"),
    status_code=303,
)
async def end(
    request: AnyRequest, need_id: FromPath[UUID], call_id: FromPath[UUID]
) -> Template | Redirect:
    """End a call without choosing anybody."""
    found, by = await plan_page.place_of(request, need_id)
    shown, form = await _call(found, call_id), await typed(request)
    try:
        await plans.end_call(shown.id, by=by, why=form.value("why"))
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong", f"/calls/{shown.id}")
        form.refuse(*field)
        return await _end_form(found, shown, form)
    return to(found, _("The call has ended. All who answered are told why."))


@get(
    "/needs/{need_id:uuid}/plan/step-back",
    name="undertaking.step_back.form",
    opt=act("undertaking.step_back"),
)
async def step_back_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template:
    """Ask for the reason before an undertaker steps back."""
    found, _by = await _undertaking(request, need_id)
    return await _step_back_form(found, Form())


async def _undertaking(request: AnyRequest, need_id: UUID) -> tuple[Place, Actor]:
    """Return a plan to whoever carries it out, or a coordinator; for others there is none."""
    found, by = await plan_page.place_of(request, need_id)
    holder = found.plan.undertaker if found.plan else None
    hands = await plans.hands_of(holder, community_id=found.home.id)
    if holder is None or (by.member_id not in hands and Role.COORDINATOR not in by.roles):
        raise NotFoundException
    return found, by


async def _step_back_form(found: Place, form: Form) -> Template:
    context = {**await plan_page.base(found), "form": form}
    status = 200 if form.ok else REFUSED
    return Template("marketplace/plans/step_back.html", context=context, status_code=status)


@post("/needs/{need_id:uuid}/plan/step-back", opt=act("undertaking.step_back"), status_code=303)
async def step_back(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Let an undertaker go, with a reason."""
    found, by = await _undertaking(request, need_id)
    form = await typed(request)
    try:
        await plans.step_back(found.need.id, by=by, why=form.value("why"))
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _step_back_form(found, form)
    return to(found, _("Another is looked for now. What was written stays."))


handlers = [
    call_form, open_call, call, offer_form, offer, withdraw, choose_form, choose, end_form, end,
    step_back_form, step_back,
]  # fmt: skip
