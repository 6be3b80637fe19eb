"""Organisations: the register that anybody reads, and keeping it."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import ledger
from app.acts import act
from app.days import first_day
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.neighbourhood import acting, community_shown, roles_shown
from app.notices import noticed
from app.organisation_words import KIND_ICONS, KINDS, POSTS, organisation_refusal
from app.routes.typed import key_of, typed
from app.service_record import service_record
from community import (
    STAFF,
    Actor,
    Community,
    HeldPost,
    Organisation,
    OrganisationDraft,
    OrganisationError,
    OrganisationKind,
    Post,
    Role,
)

AnyRequest = Request[Any, Any, Any]


@get("/organisations", name="organisations", opt=act("organisation.read"))
async def register(request: AnyRequest) -> Template:
    """Show a community's organisations; their telephone numbers to staff alone."""
    home, roles = await community_shown(request), await roles_shown(request)
    found = await community.organisations_of(home.id)
    context = {
        "home": home,
        "kinds": [
            (_(words), KIND_ICONS[kind], [one for one in found if one.kind is kind])
            for kind, words in KINDS.items()
            if any(one.kind is kind and not one.closed for one in found)
        ],
        "closed": [one for one in found if one.closed],
        "words": KINDS,
        "keeps": community.keeps_organisations(roles),
        "staff": bool(roles & STAFF),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("community/organisations.html", context=context)


@get("/organisations/{organisation_id:uuid}", opt=act("organisation.read"))
async def page(request: AnyRequest, organisation_id: FromPath[UUID]) -> Template:
    """Show an organisation and its service record; its people to members of the community."""
    home, seen = await community_shown(request), await actor_of(request)
    found = await organisation_here(organisation_id, home)
    posts = await community.posts_in(found.id, community_id=home.id) if seen else []
    leads = seen is not None and await community.leads(seen.member_id, found.id)
    roles = seen.roles if seen else frozenset[Role]()

    def may_end(held: HeldPost) -> bool:
        mine = seen is not None and held.member_id == seen.member_id and held.post is Post.MEMBER
        return mine or community.may_give_post(held.post, roles=roles, leads=leads)

    keeps = community.keeps_organisations(roles)
    zone = ZoneInfo(home.time_zone)
    context = {
        "home": home,
        "organisation": found,
        "kind": _(KINDS[found.kind]),
        "since": first_day(found.since, zone),
        "record": await service_record(found.id, community_id=home.id),
        "people": [(one, may_end(one) and not found.closed) for one in posts if not one.over()],
        "past": [one for one in posts if one.over()] if keeps or leads else [],
        "posts": POSTS,
        "member": seen is not None,
        "staff": bool(roles & STAFF),
        "keeps": keeps and not found.closed,
        "adds": (keeps or leads) and not found.closed,
        "zone": zone,
    }
    return Template("community/organisation.html", context=context)


@get("/organisations/new", name="organisation.new", opt=act("organisation.add"))
async def new_form(request: AnyRequest) -> Template:
    """Show the form that enters an organisation in the register."""
    await acting(request)
    return _form(Form.of({"key": str(ledger.new_id())}), None)


@post("/organisations", opt=act("organisation.add"), status_code=303)
async def enter(request: AnyRequest) -> Template | Redirect:
    """Enter an organisation in the register, or show the form again with what is wrong."""
    actor, form = await acting(request), await typed(request)
    draft = _draft(form)
    if draft is None:
        return _form(form, None)
    try:
        added = await community.add_organisation(draft, by=actor, id=key_of(form))
    except OrganisationError as refusal:
        form.refuse(*organisation_refusal(refusal))
        return _form(form, None)
    return noticed(
        Redirect(f"/organisations/{added.id}", status_code=303),
        _("%(name)s stands in the register.") % {"name": added.name},
    )


@get("/organisations/{organisation_id:uuid}/amend", opt=act("organisation.amend"))
async def amend_form(request: AnyRequest, organisation_id: FromPath[UUID]) -> Template | Redirect:
    """Show the form that changes what the register says."""
    found = await own_organisation(await acting(request), organisation_id)
    if found.closed:
        return closed_already(found)
    first = {
        "kind": found.kind.value,
        "name": found.name,
        "purpose": found.purpose,
        "registration_number": found.registration_number or "",
        "phone": found.phone or "",
    }
    return _form(Form.of(first), found)


@post(
    "/organisations/{organisation_id:uuid}/amend",
    opt=act("organisation.amend"),
    status_code=303,
)
async def amend(request: AnyRequest, organisation_id: FromPath[UUID]) -> Template | Redirect:
    """Change what the register says, or show the form again with what is wrong."""
    actor, form = await acting(request), await typed(request)
    found = await own_organisation(actor, organisation_id)
    draft = _draft(form)
    if draft is None:
        return _form(form, found)
    try:
        await community.amend_organisation(found.id, draft, by=actor)
    except community.OrganisationClosed:
        return closed_already(found)
    except OrganisationError as refusal:
        form.refuse(*organisation_refusal(refusal))
        return _form(form, found)
    back = Redirect(f"/organisations/{found.id}", status_code=303)
    return noticed(back, _("The change is kept."))


@get("/organisations/{organisation_id:uuid}/close", opt=act("organisation.close"))
async def close_form(request: AnyRequest, organisation_id: FromPath[UUID]) -> Template | Redirect:
    """Ask why an organisation is closed, and say what that means."""
    found = await own_organisation(await acting(request), organisation_id)
    return closed_already(found) if found.closed else _close_form(Form(), found)


@post(
    "/organisations/{organisation_id:uuid}/close",
    opt=act("organisation.close"),
    status_code=303,
)
async def close(request: AnyRequest, organisation_id: FromPath[UUID]) -> Template | Redirect:
    """Close an organisation, or show the form again with what is wrong."""
    actor, form = await acting(request), await typed(request)
    found = await own_organisation(actor, organisation_id)
    try:
        await community.close_organisation(found.id, why=form.value("why"), by=actor)
    except community.OrganisationClosed:
        return closed_already(found)
    except community.BadReason as refusal:
        form.refuse(*organisation_refusal(refusal))
        return _close_form(form, found)
    return noticed(
        Redirect(f"/organisations/{found.id}", status_code=303),
        _("%(name)s is closed. Its record stays.") % {"name": found.name},
    )


async def organisation_here(organisation_id: UUID, home: Community) -> Organisation:
    """Return an organisation of the community shown; any other is not there."""
    try:
        return await community.organisation(organisation_id, community_id=home.id)
    except community.UnknownOrganisation as error:
        raise NotFoundException from error


async def own_organisation(actor: Actor, organisation_id: UUID) -> Organisation:
    """Return an organisation of the actor's community; any other is not there."""
    return await organisation_here(organisation_id, await community.community(actor.community_id))


def closed_already(found: Organisation) -> Redirect:
    """Lead back to an organisation that changes no more, and say so."""
    back = Redirect(f"/organisations/{found.id}", status_code=303)
    return noticed(back, organisation_refusal(community.OrganisationClosed())[1], "note")


def _draft(form: Form) -> OrganisationDraft | None:
    """Read the form; None where kind or name is missing, which the form then says."""
    kinds = {kind.value: kind for kind in OrganisationKind}
    kind = kinds.get(form.value("kind"))
    if kind is None:
        form.refuse("kind", _("Choose what sort of organisation it is."))
    if not form.value("name"):
        form.refuse("name", _("Give it a name of at most 80 characters."))
    if kind is None or not form.ok:
        return None
    return OrganisationDraft(
        kind,
        form.value("name"),
        form.value("purpose"),
        form.value("registration_number") or None,
        form.value("phone") or None,
    )


def _form(form: Form, found: Organisation | None) -> Template:
    kinds = [(kind.value, _(words), "", KIND_ICONS[kind]) for kind, words in KINDS.items()]
    context = {"form": form, "organisation": found, "kinds": kinds}
    status = 200 if form.ok else 422
    return Template("community/organisation_form.html", context=context, status_code=status)


def _close_form(form: Form, found: Organisation) -> Template:
    status = 200 if form.ok else 422
    context = {"form": form, "organisation": found}
    return Template("community/organisation_close.html", context=context, status_code=status)


handlers = [register, page, new_form, enter, amend_form, amend, close_form, close]
