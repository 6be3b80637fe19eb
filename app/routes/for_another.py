"""Acting for another: the delegate's home, and for each member acted for what was agreed to.

Every address names the member. The guard lets nobody in without a live delegation, and each verb
asks for it once more in its own transaction.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import timebank
from app import visit_page
from app.acts import act
from app.delegation_words import CHANNELS, acts_listed, why_words
from app.i18n import HTML_LANG, is_language
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.routes import asking, elder_acts, passbook
from app.standing_in import OWN_PLACE, ActedFor, acted_for, standing_in
from app.templating import page_or_fragment
from community import Actor, DelegatedAct, Delegation, Role
from timebank import State

AnyRequest = Request[Any, Any, Any]
SOON: Final = timedelta(days=30)
REMEMBERED: Final = timedelta(days=90)
VISITS: Final = frozenset({DelegatedAct.REQUEST, DelegatedAct.CONFIRM})
FEW: Final = 10


@get("/for", name="for", opt=act("acted_for.list"))
async def home(request: AnyRequest) -> Template:
    """Show a delegate for whom they act, what is due for each, and what was agreed to."""
    by, now = await acting(request), datetime.now(UTC)
    place = await community.community(by.community_id)
    zone = ZoneInfo(place.time_zone)
    found = await community.delegations_to(by)
    names = await community.named_members(
        {one.member_id for one in found}, community_id=by.community_id
    )
    live = {one.member_id: one for one in reversed(found) if one.in_force(now)}
    cards = [await _card(by, one, zone, now) for one in live.values()]
    over = {
        one.member_id: one
        for one in reversed(found)
        if one.member_id not in live and _ended_at(one) > now - REMEMBERED
    }
    context = {
        "cards": [one for one in cards if one is not None],
        "over": [
            {
                "name": names.get(one.member_id, ""),
                "ended_at": _ended_at(one),
                "revoked": one.revoked_at is not None,
                "why": why_words(one.revoked_why),
            }
            for one in over.values()
        ],
        "zone": zone,
    }
    return Template("community/acted_for.html", context=context)


def _ended_at(one: Delegation) -> datetime:
    return one.revoked_at or one.until


async def _card(by: Actor, one: Delegation, zone: ZoneInfo, now: datetime) -> dict[str, Any] | None:
    """Return what the delegate's home shows of one member; None where it has just ended."""
    try:
        actor = await community.delegated(by, one.member_id, frozenset(DelegatedAct))
    except community.NotDelegated:
        return None
    whom = ActedFor(await community.member(one.member_id), one, one.last_day(zone))
    return {"whom": whom, "ends_soon": one.until - now < SOON, **await _due(actor, whom)}


async def _due(actor: Actor, whom: ActedFor) -> dict[str, Any]:
    """Return the member's visits: what waits to be confirmed, what comes, what is over."""
    visits: list[visit_page.ShownVisit] = []
    again = None
    if whom.delegation.acts & VISITS:
        found = await timebank.my_visits(actor)
        if whom.may("request") and Role.ELDER in actor.roles:
            home = await community.community(actor.community_id)
            saved = (await timebank.my_balance(actor)).available
            again = await visit_page.again(
                found, actor, datetime.now(UTC), zone=ZoneInfo(home.time_zone), saved=saved
            )
        visits = [visit_page.shown(one, actor, whom) for one in found]
    waiting = [one for one in visits if one.waits_for_me]
    return {
        "waiting": waiting,
        "coming": [one for one in reversed(visits) if one.ahead],
        "over": [
            one
            for one in visits
            if one not in waiting and not one.ahead and one.visit.state is not State.CANCELLED
        ][:FEW],
        "elder": Role.ELDER in actor.roles,
        "again": again,
    }


@get("/for/{member_id:uuid}", name="for.member", opt=act("acted_for.read"))
async def member(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Show what there is to do for one member, and what they agreed to."""
    actor = await standing_in(request, member_id)
    whom = await acted_for(actor)
    if whom is None:
        return Redirect(OWN_PLACE, status_code=303)
    place = await community.community(actor.community_id)
    language = whom.consent.language
    context = {
        "acted_for": whom,
        "acts": acts_listed(whom.delegation.acts),
        "channel": _(CHANNELS[whom.consent.channel]),
        "words_lang": HTML_LANG[language] if is_language(language) else "zh",
        "zone": ZoneInfo(place.time_zone),
        **await _due(actor, whom),
    }
    return Template("timebank/for.html", context=context)


@get("/for/{member_id:uuid}/ask", name="for.visit.ask", opt=act("visit.ask"))
async def ask_page(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show the form that asks for a visit to another."""
    return await asking.ask_page(request, await standing_in(request, member_id))


@post("/for/{member_id:uuid}/ask", name="for.visit.ask.send", opt=act("visit.ask"))
async def ask(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Ask for a visit to another."""
    return await asking.ask(request, await standing_in(request, member_id))


@get("/for/{member_id:uuid}/visits/{visit_id:uuid}", name="for.visit", opt=act("visit.read"))
async def visit(
    request: AnyRequest, member_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Template:
    """Show another's visit, with what can be done for them."""
    by = await standing_in(request, member_id)
    context = await elder_acts.visit_context(visit_id, by)
    return page_or_fragment(request, "timebank/visit.html", context)


@post(
    "/for/{member_id:uuid}/visits/{visit_id:uuid}/confirm",
    name="for.visit.confirm",
    opt=act("visit.confirm"),
)
async def confirm(
    request: AnyRequest, member_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Template | Redirect:
    """Confirm another's visit: their minutes pass on."""
    by = await standing_in(request, member_id)
    return await elder_acts.confirm(request, visit_id, by)


@get(
    "/for/{member_id:uuid}/visits/{visit_id:uuid}/cancel",
    name="for.visit.cancel.ask",
    opt=act("visit.cancel"),
)
async def cancel_page(
    request: AnyRequest, member_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Template | Redirect:
    """Ask once more before another's visit is called off."""
    return await elder_acts.cancel_page(visit_id, await standing_in(request, member_id))


@post(
    "/for/{member_id:uuid}/visits/{visit_id:uuid}/cancel",
    name="for.visit.cancel",
    opt=act("visit.cancel"),
)
async def cancel(
    request: AnyRequest, member_id: FromPath[UUID], visit_id: FromPath[UUID]
) -> Template | Redirect:
    """Call another's visit off."""
    return await elder_acts.cancel(request, visit_id, await standing_in(request, member_id))


@get("/for/{member_id:uuid}/passbook", name="for.passbook", opt=act("passbook.read"))
async def their_passbook(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show another's passbook."""
    return await passbook.shown(request, await standing_in(request, member_id))


handlers = [
    home, member, ask_page, ask, visit, confirm, cancel_page, cancel, their_passbook,
]  # fmt: skip
