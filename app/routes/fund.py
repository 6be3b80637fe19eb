"""The relief fund: figures for everybody, and for the community's own people who donated what."""

from dataclasses import asdict
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app.acts import ACTS, act
from app.forms import Form
from app.guards import actor_of
from app.hours_words import people_words, refusal_words, wrong_field
from app.i18n import gettext as _
from app.neighbourhood import acting, community_shown
from app.notices import noticed
from app.routes.typed import typed
from community import Actor
from timebank import TimebankError, hours

AnyRequest = Request[Any, Any, Any]
REFUSED = 422
DONATIONS = "/time-bank/donations"


@get("/time-bank/fund", name="fund", opt=act("fund.read"))
async def fund(request: AnyRequest) -> Template:
    """Show anybody what the relief fund has, and what became of it."""
    home = await community_shown(request)
    context = {
        "fund": await hours.fund(home.id),
        "home": home,
        "people_words": people_words,
        "may_donate": await actor_of(request) is not None,
    }
    return Template("timebank/hours/fund.html", context=context)


@get("/api/time-bank/fund", name="fund.data", opt=act("fund.read"))
async def fund_data(request: AnyRequest) -> dict[str, Any]:
    """Give the relief fund's figures as data, in minutes."""
    home = await community_shown(request)
    figures = asdict(await hours.fund(home.id))
    donors = figures.pop("donors")
    in_minutes = {f"{name}_minutes": value for name, value in figures.items()}
    return {"community": home.code, "donors": donors, **in_minutes}


@get("/time-bank/donations", name="donations", opt=act("donation.read"))
async def donations(request: AnyRequest) -> Template:
    """List a community's donations, newest first."""
    by = await acting(request)
    home = await community.community(by.community_id)
    found, names = await hours.donations_here(by)
    context = {
        "donations": found,
        "names": names,
        "may_reverse": bool(ACTS["donation.reverse"].reach(by.roles)),
        "by": by,
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("timebank/hours/donations.html", context=context)


@get(
    "/time-bank/donations/{donation_id:uuid}/reverse",
    name="donation.reverse.ask",
    opt=act("donation.reverse"),
)
async def reverse_page(request: AnyRequest, donation_id: FromPath[UUID]) -> Template:
    """Ask for the reason before a donation is given back."""
    return await _reverse_page(await acting(request), donation_id, Form())


@post(
    "/time-bank/donations/{donation_id:uuid}/reverse",
    name="donation.reverse",
    opt=act("donation.reverse"),
)
async def reverse(request: AnyRequest, donation_id: FromPath[UUID]) -> Template | Redirect:
    """Give a mistaken donation back."""
    by, form = await acting(request), await typed(request)
    back = Redirect(DONATIONS, status_code=303)
    try:
        await hours.reverse_donation(donation_id, why=form.value("why"), by=by)
    except hours.UnknownHours as error:
        raise NotFoundException from error
    except hours.NotTheirAct:
        return noticed(back, _("This is your own donation. A colleague gives it back."), "wrong")
    except TimebankError as refusal:
        field = wrong_field(refusal)
        if field is None:
            home = await community.community(by.community_id)
            return noticed(back, refusal_words(refusal, ZoneInfo(home.time_zone)), "wrong")
        form.refuse(*field)
        return await _reverse_page(by, donation_id, form)
    return noticed(back, _("Given back. The member is told."))


async def _reverse_page(by: Actor, donation_id: UUID, form: Form) -> Template:
    try:
        found, name = await hours.donation_seen(donation_id, by)
    except hours.UnknownHours as error:
        raise NotFoundException from error
    home = await community.community(by.community_id)
    return Template(
        "timebank/hours/donation_reverse.html",
        context={
            "form": form,
            "donation": found,
            "name": name,
            "zone": ZoneInfo(home.time_zone),
        },
        status_code=200 if form.ok else REFUSED,
    )


handlers = [fund, fund_data, donations, reverse_page, reverse]
