"""An organisation's people: finding a member by name, giving a post and ending one."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app.acts import act
from app.days import first_moment, last_moment
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.organisation_words import POST_HINTS, POSTS, organisation_refusal
from app.routes.organisations import closed_already, own_organisation
from app.routes.typed import typed
from app.wording import printed_day
from community import Actor, Candidate, CommunityError, HeldPost, Organisation, Post

AnyRequest = Request[Any, Any, Any]


@get("/organisations/{organisation_id:uuid}/people/add", opt=act("post.give"))
async def give_form(request: AnyRequest, organisation_id: FromPath[UUID]) -> Template | Redirect:
    """Find members by their whole name, and offer them a post.

    Raises 403 for who neither keeps the register nor leads the organisation.
    """
    actor = await acting(request)
    found = await own_organisation(actor, organisation_id)
    if found.closed:
        return closed_already(found)
    form = Form.of({"name": request.query_params.get("name", ""), "post": Post.MEMBER.value})
    return await _give_form(actor, found, form)


@post("/organisations/{organisation_id:uuid}/people/add", opt=act("post.give"), status_code=303)
async def give(request: AnyRequest, organisation_id: FromPath[UUID]) -> Template | Redirect:
    """Give a member a post, or show the form again with what is wrong."""
    actor, form = await acting(request), await typed(request)
    found = await own_organisation(actor, organisation_id)
    zone = await _zone(actor)
    since, until = first_moment(form, "since", zone), last_moment(form, "until", zone)
    member_id, wanted = _uuid(form.value("member")), _post(form)
    if member_id is None:
        form.refuse("member", _("Choose one of the people found."))
    if wanted is None:
        form.refuse("post", _("Choose a post."))
    if member_id is None or wanted is None or not form.ok:
        return await _give_form(actor, found, form)
    try:
        await community.give_post(found.id, member_id, wanted, since=since, until=until, by=actor)
    except community.OrganisationClosed:
        return closed_already(found)
    except CommunityError as refusal:
        form.refuse(*organisation_refusal(refusal))
        return await _give_form(actor, found, form)
    named = await community.named_members({member_id}, community_id=actor.community_id)
    return noticed(
        Redirect(f"/organisations/{found.id}", status_code=303),
        _("%(name)s now belongs to %(organisation)s.")
        % {"name": named[member_id], "organisation": found.name},
    )


@get(
    "/organisations/{organisation_id:uuid}/people/{post_id:uuid}/end",
    opt=act("post.end"),
)
async def end_form(
    request: AnyRequest, organisation_id: FromPath[UUID], post_id: FromPath[UUID]
) -> Template | Redirect:
    """Ask whether a post shall end, and why."""
    actor = await acting(request)
    found = await own_organisation(actor, organisation_id)
    if found.closed:
        return closed_already(found)
    return _end_form(actor, found, await _held(found, post_id, actor), Form())


@post(
    "/organisations/{organisation_id:uuid}/people/{post_id:uuid}/end",
    opt=act("post.end"),
    status_code=303,
)
async def end(
    request: AnyRequest, organisation_id: FromPath[UUID], post_id: FromPath[UUID]
) -> Template | Redirect:
    """End a post, or show the form again with what is wrong."""
    actor, form = await acting(request), await typed(request)
    found = await own_organisation(actor, organisation_id)
    held = await _held(found, post_id, actor)
    back = Redirect(f"/organisations/{found.id}", status_code=303)
    try:
        await community.end_post(held.id, organisation_id=found.id, why=form.value("why"), by=actor)
    except community.OrganisationClosed:
        return closed_already(found)
    except community.PostEnded as refusal:
        return noticed(back, organisation_refusal(refusal)[1], "note")
    except community.BadReason as refusal:
        form.refuse(*organisation_refusal(refusal))
        return _end_form(actor, found, held, form)
    words = {"name": held.name, "organisation": found.name, "post": _(POSTS[held.post])}
    return noticed(back, _("%(name)s is no longer %(post)s of %(organisation)s.") % words)


async def _held(found: Organisation, post_id: UUID, actor: Actor) -> HeldPost:
    """Return a post that the actor may end. Raises 404 for none, 403 for one of others."""
    posts = await community.posts_in(found.id, community_id=actor.community_id)
    held = next((one for one in posts if one.id == post_id), None)
    if held is None:
        raise NotFoundException
    leads = await community.leads(actor.member_id, found.id)
    own = held.member_id == actor.member_id and held.post is Post.MEMBER
    if not own and not community.may_give_post(held.post, roles=actor.roles, leads=leads):
        raise PermissionDeniedException("This post is for the desk or the leader to end.")
    return held


async def _zone(actor: Actor) -> ZoneInfo:
    return ZoneInfo((await community.community(actor.community_id)).time_zone)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _post(form: Form) -> Post | None:
    try:
        return Post(form.value("post"))
    except ValueError:
        return None


async def _give_form(actor: Actor, found: Organisation, form: Form) -> Template:
    leads = await community.leads(actor.member_id, found.id)
    posts = [
        (one.value, _(POSTS[one]), _(POST_HINTS[one]))
        for one in Post
        if community.may_give_post(one, roles=actor.roles, leads=leads)
    ]
    if not posts:
        raise PermissionDeniedException("This page is for the desk and the leader.")
    zone, name = await _zone(actor), form.value("name")
    people = await community.candidates(name, community_id=actor.community_id) if name else []
    context = {
        "form": form,
        "organisation": found,
        "people": [_option(one, zone) for one in people],
        "posts": posts,
        "keeps": community.keeps_organisations(actor.roles),
        "zone": zone,
    }
    status = 200 if form.ok else 422
    return Template("community/organisation_people.html", context=context, status_code=status)


def _option(one: Candidate, zone: ZoneInfo) -> tuple[str, str, str]:
    """Return a person to choose; grid and day of joining tell namesakes apart."""
    joined = _("here since %(day)s") % {"day": printed_day(one.joined_at.astimezone(zone).date())}
    return str(one.id), one.name, " · ".join(part for part in (one.grid, joined) if part)


def _end_form(actor: Actor, found: Organisation, held: HeldPost, form: Form) -> Template:
    context = {
        "form": form,
        "organisation": found,
        "held": held,
        "post": _(POSTS[held.post]),
        "own": held.member_id == actor.member_id,
    }
    status = 200 if form.ok else 422
    return Template("community/post_end.html", context=context, status_code=status)


handlers = [give_form, give, end_form, end]
