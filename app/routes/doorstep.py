"""The elder's card for the door, to print, and where the QR of a card leads a volunteer."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import timebank
from app import doorstep, visit_page
from app.acts import act
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.settings import settings
from app.standing_in import acted_for, standing_in
from community import Actor
from timebank import State

AnyRequest = Request[Any, Any, Any]
VISITS_MOST: Final = 4
"""How many visits to come stand on a card's sheet."""
AT_THE_DOOR: Final = (State.UNDER_WAY, State.BOOKED, State.FINISHED)


@get("/time-bank/door-card", name="door-card", opt=act("door_card.print"))
async def own_card(request: AnyRequest) -> Template:
    """Show an elder their card for the door, with the numbers of the visits to come."""
    by = await acting(request)
    return await _card(request, by, by.member_id, numbers=True)


@get("/for/{member_id:uuid}/door-card", name="for.door-card", opt=act("door_card.print"))
async def card_for(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show the card to who acts for an elder, with the numbers that they may see."""
    by = await standing_in(request, member_id)
    return await _card(request, by, member_id, numbers=True)


@get("/members/{member_id:uuid}/door-card", name="members.door-card", opt=act("door_card.print"))
async def card_at_the_desk(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show the desk an elder's card, for who has no printer: without any number."""
    return await _card(request, await acting(request), member_id, numbers=False)


async def _card(request: AnyRequest, by: Actor, member_id: UUID, *, numbers: bool) -> Template:
    home = await community.community(by.community_id)
    elder = await community.member(member_id)
    if elder.community_id != home.id:
        raise NotFoundException
    whom = await acted_for(by)
    visits = await _coming(by, whom) if numbers else []
    return Template(
        "timebank/door_card.html",
        context={
            "elder": elder,
            "home": home,
            "zone": ZoneInfo(home.time_zone),
            "acted_for": whom,
            "visits": visits,
            "numbers": numbers,
            "qr": doorstep.picture(doorstep.standing_address(_site(request), elder.id)),
        },
    )


async def _coming(by: Actor, whom: Any) -> list[visit_page.ShownVisit]:
    try:
        seen = await timebank.my_visits(by)
    except community.NotDelegated as error:
        raise NotFoundException from error
    now = datetime.now(UTC)
    coming = [
        visit_page.shown(one, by, whom)
        for one in reversed(seen)
        if one.visit.elder_id == by.principal
        and one.visit.state is State.BOOKED
        and one.visit.code
        and one.visit.ends_at > now
    ]
    return coming[:VISITS_MOST]


@get("/time-bank/with/{elder_id:uuid}", name="visit.with", opt=act("visit.read"))
async def with_elder(request: AnyRequest, elder_id: FromPath[UUID]) -> Redirect:
    """Lead a volunteer to their visit of today with this elder; others learn nothing of anybody."""
    by = await acting(request)
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    today = datetime.now(UTC).astimezone(zone).date()
    found = [
        one.visit
        for one in await timebank.my_visits(by)
        if one.visit.volunteer_id == by.member_id
        and one.visit.elder_id == elder_id
        and one.visit.state in AT_THE_DOOR
        and (
            one.visit.starts_at.astimezone(zone).date() == today
            or one.visit.state is State.UNDER_WAY
        )
    ]
    if not found:
        told = _("You have no visit here today. These are your visits.")
        return noticed(Redirect("/time-bank/visits", status_code=303), told, "note")
    first = min(found, key=lambda one: (AT_THE_DOOR.index(one.state), one.starts_at))
    return Redirect(f"/time-bank/visits/{first.id}", status_code=303)


def _site(request: AnyRequest) -> str:
    return settings().public_address or str(request.base_url).rstrip("/")


handlers = [own_card, card_for, card_at_the_desk, with_elder]
