"""Who may act for a member: the member's own pages, and those of the desk that was told.

Letting somebody act takes two steps: the form, then the sentence that is agreed to. The sentence is
made anew when it comes back; where it is not the one that was shown, it is shown again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app import delegation_form
from app.acts import ACTS, act
from app.delegation_words import (
    CHANNELS,
    OTHER,
    WHYS_OF_DELEGATE,
    WHYS_OF_MEMBER,
    acts_listed,
    why_words,
    whys,
    wrong_field,
)
from app.forms import Form
from app.i18n import HTML_LANG, current_language, is_language
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.typed import key_of, typed
from community import Actor, CommunityError, Delegation, Member

AnyRequest = Request[Any, Any, Any]
REFUSED = 422


@dataclass(frozen=True, slots=True)
class Place:
    """Whose delegations a page is about, where its pages are, and who looks."""

    member: Member
    by: Actor
    zone: ZoneInfo

    @property
    def own(self) -> bool:
        """Whether the member looks at their own."""
        return self.by.member_id == self.member.id

    @property
    def href(self) -> str:
        """Where the list is."""
        return "/me/delegations" if self.own else f"/members/{self.member.id}/delegations"

    @property
    def grants(self) -> bool:
        """Whether the one who looks can let somebody act from here."""
        named = "delegation.grant" if self.own else "delegation.record"
        return bool(ACTS[named].reach(self.by.roles))


@get("/me/delegations", name="delegation.mine", opt=act("delegation.read_own"))
async def mine(request: AnyRequest) -> Template:
    """Show members who may act for them, and who might once."""
    return await _list(await _own(request))


@get("/me/delegations/new", name="delegation.new", opt=act("delegation.grant"))
async def new(request: AnyRequest) -> Template:
    """Show the form that lets somebody act for oneself."""
    return await _first_form(await _own(request))


@post("/me/delegations/new", name="delegation.read", opt=act("delegation.grant"))
async def read(request: AnyRequest) -> Template:
    """Show the sentence that oneself agrees to; nothing is stored yet."""
    return await _read(request, await _own(request))


@post("/me/delegations", name="delegation.grant", opt=act("delegation.grant"))
async def grant(request: AnyRequest) -> Template | Redirect:
    """Let somebody act for oneself, in the words that were shown."""
    return await _grant(request, await _own(request))


@get(
    "/me/delegations/{delegation_id:uuid}/revoke",
    name="delegation.revoke.ask",
    opt=act("delegation.revoke"),
)
async def revoke_page(request: AnyRequest, delegation_id: FromPath[UUID]) -> Template | Redirect:
    """Ask once more before somebody no longer acts; also for the delegate, who may lay it down."""
    place = await _own(request)
    one = await _one(place, delegation_id)
    usual = WHYS_OF_DELEGATE if one.delegate_id == place.by.member_id else WHYS_OF_MEMBER
    return await _revoke_page(place, one, Form.of({"reason": usual[0]}))


@post(
    "/me/delegations/{delegation_id:uuid}/revoke",
    name="delegation.revoke",
    opt=act("delegation.revoke"),
)
async def revoke(request: AnyRequest, delegation_id: FromPath[UUID]) -> Template | Redirect:
    """End a delegation at once: by the member, or by the delegate."""
    place = await _own(request)
    return await _revoke(request, place, await _one(place, delegation_id))


@get(
    "/members/{member_id:uuid}/delegations",
    name="member.delegations",
    opt=act("delegation.read"),
)
async def theirs(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show the desk who may act for a member."""
    return await _list(await _of(request, member_id))


@get(
    "/members/{member_id:uuid}/delegations/new",
    name="member.delegation.new",
    opt=act("delegation.record"),
)
async def new_theirs(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Show the form that records what a member told the desk."""
    place = await _of(request, member_id)
    return Redirect(f"{place.href}/new", status_code=303) if place.own else await _first_form(place)


@post(
    "/members/{member_id:uuid}/delegations/new",
    name="member.delegation.read",
    opt=act("delegation.record"),
)
async def read_theirs(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show the words to read out to the member; nothing is stored yet."""
    return await _read(request, await _of(request, member_id))


@post(
    "/members/{member_id:uuid}/delegations",
    name="member.delegation.grant",
    opt=act("delegation.record"),
)
async def grant_theirs(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Record that a member lets somebody act, in the words that were read out."""
    return await _grant(request, await _of(request, member_id))


@get(
    "/members/{member_id:uuid}/delegations/{delegation_id:uuid}/revoke",
    name="member.delegation.revoke.ask",
    opt=act("delegation.revoke_at_desk"),
)
async def revoke_page_theirs(
    request: AnyRequest, member_id: FromPath[UUID], delegation_id: FromPath[UUID]
) -> Template | Redirect:
    """Ask the desk once more, and for the reason, before somebody no longer acts."""
    place = await _of(request, member_id)
    return await _revoke_page(place, await _one(place, delegation_id), Form())


@post(
    "/members/{member_id:uuid}/delegations/{delegation_id:uuid}/revoke",
    name="member.delegation.revoke",
    opt=act("delegation.revoke_at_desk"),
)
async def revoke_theirs(
    request: AnyRequest, member_id: FromPath[UUID], delegation_id: FromPath[UUID]
) -> Template | Redirect:
    """End a delegation at once, as the desk was told."""
    place = await _of(request, member_id)
    return await _revoke(request, place, await _one(place, delegation_id))


async def _own(request: AnyRequest) -> Place:
    by = await acting(request)
    return await _place(by, by.member_id)


async def _of(request: AnyRequest, member_id: UUID) -> Place:
    return await _place(await acting(request), member_id)


async def _place(by: Actor, member_id: UUID) -> Place:
    found = await community.member(member_id)
    home = await community.community(found.community_id)
    return Place(found, by, ZoneInfo(home.time_zone))


async def _one(place: Place, delegation_id: UUID) -> Delegation:
    """Return a delegation of the page's member, or on one's own pages also to oneself."""
    try:
        found = await community.delegation(delegation_id, place.by)
    except community.UnknownDelegation as error:
        raise NotFoundException from error
    two = {found.member_id, found.delegate_id} if place.own else {found.member_id}
    if place.member.id not in two:
        raise NotFoundException
    return found


async def _list(place: Place) -> Template:
    found = await community.delegations_of(place.member.id, place.by)
    people = {one.delegate_id for one in found}
    for one in found:
        people |= {one.consent.recorded_by, one.revoked_by or one.granted_by}
        people |= {one.consent.witness_id} if one.consent.witness_id else set()
    names = await community.named_members(people, community_id=place.member.community_id)
    lines = [_line(one, names, place.zone) for one in found]
    context = {
        "place": place,
        "live": [one for one in lines if one["live"]],
        "over": [one for one in lines if not one["live"]],
        "zone": place.zone,
    }
    return Template("community/delegations.html", context=context)


def _line(one: Delegation, names: dict[UUID, str], zone: ZoneInfo) -> dict[str, Any]:
    consent = one.consent
    return {
        "id": one.id,
        "name": names.get(one.delegate_id, ""),
        "acts": acts_listed(one.acts),
        "live": one.in_force(datetime.now(UTC)),
        "last_day": one.last_day(zone),
        "revoked_at": one.revoked_at,
        "revoked_by": names.get(one.revoked_by, "") if one.revoked_by else "",
        "why": why_words(one.revoked_why),
        "channel": _(CHANNELS[consent.channel]),
        "given_at": consent.given_at,
        "witness": names.get(consent.witness_id, "") if consent.witness_id else "",
        "words": consent.words,
        "words_lang": HTML_LANG[consent.language] if is_language(consent.language) else "zh",
    }


async def _first_form(place: Place) -> Template:
    first = delegation_form.first_answers(current_language(), uuid4(), place.member, place.by)
    return await _form(place, Form.of(first))


async def _form(place: Place, form: Form) -> Template:
    context = {
        "place": place,
        "form": form,
        "offered": await delegation_form.offered(place.member, place.by, place.zone),
    }
    status = 200 if form.ok else REFUSED
    return Template("community/delegation_form.html", context=context, status_code=status)


async def _read(request: AnyRequest, place: Place) -> Template:
    form = await typed(request)
    if form.value("change"):
        return await _form(place, form)
    draft = await delegation_form.read(form, place.member, place.by, place.zone)
    return await _form(place, form) if draft is None else await _sentence(place, form, draft)


async def _sentence(place: Place, form: Form, draft: delegation_form.Draft) -> Template:
    before = [
        one
        for one in await community.delegations_of(place.member.id, place.by)
        if one.delegate_id == draft.delegate.id and one.in_force(datetime.now(UTC))
    ]
    context = {
        "place": place,
        "form": form,
        "draft": draft,
        "acts": acts_listed(draft.terms.acts),
        "before": acts_listed(before[0].acts) if before else [],
        "before_day": before[0].last_day(place.zone) if before else None,
        "carried": delegation_form.carried(form),
        "words_lang": HTML_LANG[draft.agreed.language]
        if is_language(draft.agreed.language)
        else "zh",
    }
    status = 200 if form.ok else REFUSED
    return Template("community/consent.html", context=context, status_code=status)


async def _grant(request: AnyRequest, place: Place) -> Template | Redirect:
    form = await typed(request)
    draft = await delegation_form.read(form, place.member, place.by, place.zone)
    if draft is None:
        return await _form(place, form)
    if form.value("words") != draft.agreed.words:
        form.refuse("agreed", _("The words have changed. Please read them once more."))
    elif not form.value("agreed"):
        form.refuse("agreed", _("Tick this once the words were read and agreed to."))
    if not form.ok:
        return await _sentence(place, form, draft)
    try:
        await community.grant_delegation(
            draft.terms, draft.agreed, by=place.by, key=key_of(form) or uuid4()
        )
    except community.AlreadyGranted:
        told = _("This form was sent before. Nothing was changed; this is how it stands.")
        return noticed(Redirect(place.href, status_code=303), told, "note")
    except CommunityError as refusal:
        field = wrong_field(refusal)
        if field is None:
            raise
        at, words = field
        kin = at == "person" and await community.kin_of(place.member.id, place.by)
        form.refuse("name" if at == "person" and not kin else at, words)
        return await _form(place, form)
    told = _("%(delegate)s can now act for %(member)s.")
    if place.own:
        told = _("%(delegate)s can now act for you. You can end it at any time.")
    names = {"delegate": draft.delegate.name, "member": draft.member.name}
    return noticed(Redirect(place.href, status_code=303), told % names)


async def _revoke_page(place: Place, one: Delegation, form: Form) -> Template | Redirect:
    back = _back(place, one)
    if not one.in_force(datetime.now(UTC)):
        return Redirect(back, status_code=303)
    names = await community.named_members(
        {one.member_id, one.delegate_id}, community_id=one.community_id
    )
    laid_down = one.delegate_id == place.by.member_id
    context = {
        "place": place,
        "form": form,
        "back": back,
        "action": f"{place.href}/{one.id}/revoke",
        "delegate": names[one.delegate_id],
        "member": names[one.member_id],
        "laid_down": laid_down,
        "acts": acts_listed(one.acts),
        "last_day": one.last_day(place.zone),
        "whys": whys(WHYS_OF_DELEGATE if laid_down else WHYS_OF_MEMBER),
    }
    status = 200 if form.ok else REFUSED
    return Template("community/delegation_end.html", context=context, status_code=status)


async def _revoke(request: AnyRequest, place: Place, one: Delegation) -> Template | Redirect:
    form = await typed(request)
    chosen = form.value("reason")
    why = form.value("why") if chosen in {"", OTHER} else chosen
    known = {name for name, _words in whys((*WHYS_OF_MEMBER, *WHYS_OF_DELEGATE))}
    if chosen and chosen not in known:
        form.refuse("reason", _("Choose one of the reasons shown."))
        return await _revoke_page(place, one, form)
    try:
        await community.revoke_delegation(one.id, why=why, by=place.by)
    except CommunityError as refusal:
        field = wrong_field(refusal)
        if field is None:
            raise
        form.refuse(*field)
        return await _revoke_page(place, one, form)
    told = _("It is ended. From now on nobody does anything on it.")
    return noticed(Redirect(_back(place, one), status_code=303), told)


def _back(place: Place, one: Delegation) -> str:
    """Return where to go after: a delegate sees at home for whom they act."""
    return "/for" if one.delegate_id == place.by.member_id and place.own else place.href


handlers = [
    mine, new, read, grant, revoke_page, revoke, theirs, new_theirs, read_theirs, grant_theirs,
    revoke_page_theirs, revoke_theirs,
]  # fmt: skip
