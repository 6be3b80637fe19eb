"""Estates: what former members left, who shall have it, and a statement for the family."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app.acts import ACTS, act
from app.field_words import told as in_words
from app.forms import Form
from app.hours_words import refusal_words, wrong_field
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.typed import key_of, typed
from app.wording import duration
from community import Actor
from timebank import TimebankError, hours
from timebank.hours import Leaving, SeenEstate
from timebank.policy import ESTATE_TO_KIN

AnyRequest = Request[Any, Any, Any]
REFUSED = 422
LIST = "/time-bank/estates"
FUND = "fund"
PART_DIGITS_MAX = 6


@get("/time-bank/estates", name="estates", opt=act("estate.read"))
async def estates(request: AnyRequest) -> Template:
    """List what former members left, those with something left first."""
    by = await acting(request)
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    found = await hours.estates(by)
    context = {
        "estates": [(one, in_words("why", one.estate.why.value, zone)) for one in found],
        "zone": zone,
    }
    return Template("timebank/hours/estates.html", context=context)


@get("/time-bank/estates/{member_id:uuid}", name="estate", opt=act("estate.read"))
async def estate(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show one estate: what is left, who can have it, what was passed on."""
    form = Form.of({"key": str(uuid4())})
    return await _page(await acting(request), member_id, form)


@post("/time-bank/estates/{member_id:uuid}", name="estate.propose", opt=act("estate.propose"))
async def propose(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Propose who has which part; two others approve it."""
    by, form = await acting(request), await typed(request)
    seen = await _found(member_id, by)
    parts = _parts(form, seen)
    if parts is None:
        return await _page(by, member_id, form)
    try:
        proposal = await hours.propose_parts(
            member_id,
            parts,
            reason=form.value("reason"),
            by=by,
            form_key=key_of(form) or uuid4(),
            family_agrees=form.chosen("family_agrees", "yes"),
        )
    except TimebankError as refusal:
        field = wrong_field(refusal)
        if field is None:
            home = await community.community(by.community_id)
            field = ("parts", refusal_words(refusal, ZoneInfo(home.time_zone)))
        form.refuse(*field)
        return await _page(by, member_id, form)
    told = _("Proposed. It is booked when two other people have agreed.")
    return noticed(Redirect(f"/time-bank/grants/{proposal.id}", status_code=303), told)


@post("/time-bank/estates/{member_id:uuid}/return", name="estate.return", opt=act("estate.propose"))
async def give_back(request: AnyRequest, member_id: FromPath[UUID]) -> Redirect:
    """Give somebody their own hours back, who came back or takes them along."""
    by = await acting(request)
    back = Redirect(f"{LIST}/{member_id}", status_code=303)
    await _found(member_id, by)
    try:
        minutes = await hours.return_estate(member_id, by=by)
    except hours.NotTheirAct:
        told = _("Only who came back, or moved away, has their own hours again.")
        return noticed(back, told, "wrong")
    except TimebankError as refusal:
        home = await community.community(by.community_id)
        return noticed(back, refusal_words(refusal, ZoneInfo(home.time_zone)), "wrong")
    return noticed(back, _("%(minutes)s are theirs again.") % {"minutes": duration(minutes)})


@get(
    "/time-bank/estates/{member_id:uuid}/statement",
    name="estate.statement",
    opt=act("estate.read"),
)
async def statement(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show a statement in large print that the family can take away."""
    by = await acting(request)
    seen = await _found(member_id, by)
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    context = {
        "seen": seen,
        "why": in_words("why", seen.estate.why.value, zone),
        "left_behind": seen.left + sum(one.minutes for one in seen.settled),
        "home": home,
        "printed_at": datetime.now(UTC),
        "zone": zone,
        **await _names(seen, by),
    }
    return Template("timebank/hours/estate_statement.html", context=context)


def _parts(form: Form, seen: SeenEstate) -> dict[UUID | None, int] | None:
    """Return the part of each who is given one, None with the field refused."""
    parts: dict[UUID | None, int] = {}
    for one in [*seen.heirs, None]:
        text = form.value(f"part-{one or FUND}")
        if not text or text == "0":
            continue
        if not (text.isascii() and text.isdigit() and len(text) <= PART_DIGITS_MAX):
            form.refuse("parts", _("A part is a whole number, such as 1 or 2."))
            return None
        parts[one] = int(text)
    return parts


async def _names(seen: SeenEstate, by: Actor) -> dict[str, Any]:
    people = {line.receiver_id for one in seen.settled for line in one.lines if line.receiver_id}
    names = await community.named_members(people, community_id=by.community_id)
    return {
        "passed_on": [
            (one.ended_at, names.get(line.receiver_id) if line.receiver_id else None, line.minutes)
            for one in seen.settled
            for line in one.lines
        ]
    }


async def _found(member_id: UUID, by: Actor) -> SeenEstate:
    try:
        return await hours.seen_estate(member_id, by=by)
    except hours.UnknownHours as error:
        raise NotFoundException from error


async def _page(by: Actor, member_id: UUID, form: Form) -> Template:
    seen = await _found(member_id, by)
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    policy = await community.policy_in_force(by.community_id)
    proposes = bool(ACTS["estate.propose"].reach(by.roles))
    back = member_id in seen.heirs
    context = {
        "form": form,
        "seen": seen,
        "why": in_words("why", seen.estate.why.value, zone),
        "fund": FUND,
        "to_kin": policy[ESTATE_TO_KIN],
        "may_propose": proposes and seen.left and seen.waiting is None,
        "may_return": proposes
        and seen.left
        and seen.waiting is None
        and (back or seen.estate.why is Leaving.MOVED),
        "zone": zone,
        **await _names(seen, by),
    }
    status = 200 if form.ok else REFUSED
    return Template("timebank/hours/estate.html", context=context, status_code=status)


handlers = [estates, estate, propose, give_back, statement]
