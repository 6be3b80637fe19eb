"""Roles of a member: which they hold where, granting one, and ending one with a reason."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app.acts import act
from app.days import first_day, first_moment, last_day, last_moment
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.place_words import LEVELS, ROLE_HINTS, ROLE_ICONS, ROLES, role_refusal
from app.routes.typed import typed
from community import Actor, CommunityError, HeldRole, Member, Offer, Role

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A held role as a page shows it; `may_end` says whether the one who looks may end it."""

    held: HeldRole
    role: str
    where: str
    first: date
    last: date | None
    may_end: bool


@get("/members/{member_id:uuid}/roles", name="member.roles", opt=act("role.read"))
async def roles_page(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show which roles a member holds, will hold and held: where, when, and who granted them."""
    actor = await acting(request)
    member = await _member(member_id)
    zone = await _zone(member)
    held = await community.roles_held(member_id)
    ends = await community.ends_open(held, by=actor)
    context = {
        "member": member,
        "own": member_id == actor.member_id,
        "present": [_line(one, zone, ends) for one in held if one.holds()],
        "future": [_line(one, zone, ends) for one in held if not one.holds() and not one.over()],
        "past": [_line(one, zone, ends) for one in held if one.over()],
        "may_grant": bool(await community.grants_open(member_id, by=actor)),
        "zone": zone,
    }
    return Template("community/roles.html", context=context)


@get("/members/{member_id:uuid}/roles/grant", opt=act("role.grant"))
async def grant_form(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show the form that grants a role: only what would pass is offered."""
    return await _grant_form(await acting(request), await _member(member_id), Form())


@post("/members/{member_id:uuid}/roles/grant", opt=act("role.grant"), status_code=303)
async def grant(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Grant a role, or show the form again with what is wrong."""
    actor, member = await acting(request), await _member(member_id)
    form = await typed(request)
    zone = await _zone(member)
    since, until = first_moment(form, "since", zone), last_moment(form, "until", zone)
    role, at = _role(form), _uuid(form.value("at"))
    if role is None:
        form.refuse("role", _("Choose a role."))
    if at is None:
        form.refuse("at", _("Choose where the role holds."))
    if role is None or at is None or not form.ok:
        return await _grant_form(actor, member, form)
    try:
        await community.grant_role(member_id, role, at=at, since=since, until=until, by=actor)
    except CommunityError as refusal:
        form.refuse(*role_refusal(refusal))
        return await _grant_form(actor, member, form)
    told = (
        _("%(name)s now has the role: %(role)s.")
        if since is None
        else _("%(name)s will have the role: %(role)s.")
    )
    return noticed(
        Redirect(f"/members/{member_id}/roles", status_code=303),
        told % {"name": member.name, "role": _(ROLES[role])},
    )


@get("/roles/{role_id:uuid}/end", opt=act("role.end"))
async def end_form(request: AnyRequest, role_id: FromPath[UUID]) -> Template:
    """Show the form that ends a role. Raises 404 for one that the member may not end."""
    actor = await acting(request)
    return await _end_form(actor, await _endable(actor, role_id), Form())


@post("/roles/{role_id:uuid}/end", opt=act("role.end"), status_code=303)
async def end(request: AnyRequest, role_id: FromPath[UUID]) -> Template | Redirect:
    """End a role with a reason, or show the form again with what is wrong."""
    actor = await acting(request)
    held = await _known(role_id)
    form = await typed(request)
    back = Redirect(await _back(actor, held), status_code=303)
    try:
        await community.end_role(role_id, why=form.value("why"), by=actor)
    except community.RoleEnded as refusal:
        return noticed(back, role_refusal(refusal)[1], "note")
    except community.MayNotGrant as error:
        raise NotFoundException from error
    except CommunityError as refusal:
        form.refuse("why", role_refusal(refusal)[1])
        return await _end_form(actor, await _endable(actor, role_id), form)
    words = {"name": held.member_name, "role": _(ROLES[held.role])}
    return noticed(back, _("%(name)s no longer has the role: %(role)s.") % words)


async def _member(member_id: UUID) -> Member:
    try:
        return await community.member(member_id)
    except community.UnknownMember as error:
        raise NotFoundException from error


async def _zone(member: Member) -> ZoneInfo:
    return ZoneInfo((await community.community(member.community_id)).time_zone)


async def _known(role_id: UUID) -> HeldRole:
    held = await community.held_role(role_id)
    if held is None:
        raise NotFoundException
    return held


async def _endable(actor: Actor, role_id: UUID) -> HeldRole:
    """Return a role that the actor may end; any other is not there for them."""
    held = await _known(role_id)
    if held.id not in await community.ends_open([held], by=actor):
        raise NotFoundException
    return held


async def _back(actor: Actor, held: HeldRole) -> str:
    """Return where the actor sees what became of the role: its holder's page, else the place's."""
    member = await _member(held.member_id)
    if actor.member_id == held.member_id or actor.community_id == member.community_id:
        return f"/members/{held.member_id}/roles"
    return f"/places/{held.area_id}"


def _line(held: HeldRole, zone: ZoneInfo, ends: set[UUID]) -> Line:
    first = first_day(held.since, zone)
    return Line(
        held,
        _(ROLES[held.role]),
        f"{_(LEVELS[held.level])} · {held.area_name}",
        first,
        max(first, last_day(held.until, zone)) if held.until else None,
        held.id in ends,
    )


def _role(form: Form) -> Role | None:
    try:
        return Role(form.value("role"))
    except ValueError:
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _grant_form(actor: Actor, member: Member, form: Form) -> Template:
    offers = await community.grants_open(member.id, by=actor)
    if not offers:
        raise NotFoundException
    roles = [
        (one.role.value, _(ROLES[one.role]), _(ROLE_HINTS[one.role]), ROLE_ICONS[one.role])
        for one in offers
    ]
    context = {
        "form": form,
        "member": member,
        "roles": roles,
        "places": _places(offers, member),
        "zone": await _zone(member),
    }
    status = 200 if form.ok else 422
    return Template("community/role_grant.html", context=context, status_code=status)


def _places(offers: list[Offer], member: Member) -> list[tuple[str, str]]:
    """Return every place of the offers once: the member's community first."""
    every = {area.id: area for offer in offers for area in offer.areas}
    first = [area for area in every.values() if area.id == member.community_id]
    rest = [area for area in every.values() if area.id != member.community_id]
    return [(str(area.id), f"{area.name} · {_(LEVELS[area.level])}") for area in (*first, *rest)]


async def _end_form(actor: Actor, held: HeldRole, form: Form) -> Template:
    zone = await _zone(await _member(held.member_id))
    context = {
        "form": form,
        "line": _line(held, zone, {held.id}),
        "own": held.member_id == actor.member_id,
        "back_to": await _back(actor, held),
        "zone": zone,
    }
    status = 200 if form.ok else 422
    return Template("community/role_end.html", context=context, status_code=status)


handlers = [roles_page, grant_form, grant, end_form, end]
