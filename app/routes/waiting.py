"""Whom coordinators expect and who waits for them: invitations, applications, and the decision."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import segno
from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import ledger
from app import member_page
from app.acts import act
from app.field_words import told as in_words
from app.forms import Form
from app.i18n import LANGUAGES, OWN_NAMES, current_language, is_language
from app.i18n import gettext as _
from app.joining import invitation_digest, new_invitation_code
from app.member_form import AT_HOME
from app.neighbourhood import acting
from app.notices import noticed
from app.phones import e164, spoken
from app.routes.typed import key_of, typed
from app.settings import settings
from app.templating import DEFAULT_ZONE
from community import Actor, Role, Verified
from community.applications import (
    REASON_LENGTH_MAX,
    Application,
    ApplicationOver,
    accept_applicant,
    application_of,
    decline_applicant,
    waiting_applications,
)
from community.errors import InvalidMember, NotForYou, PhoneTaken, UnknownMember
from community.invitations import (
    LASTS_DAYS,
    Guest,
    Invitation,
    InvitationOver,
    invite,
    open_invitations,
    renew_invitation,
    revoke_invitation,
)

AnyRequest = Request[Any, Any, Any]

REFUSED: Final = 422
LIST: Final = "/members/waiting"
ONE: Final = "/members/{member_id:uuid}/application"
INVITATION: Final = "/members/{member_id:uuid}/invitation"
QR_SCALE: Final = 6
USUAL_DAYS: Final = 14
WAYS: Final = tuple(one for one in Verified if one is not Verified.ROSTER)


@get(LIST, name="waiting", opt=act("member.accept"))
async def waiting_page(request: AnyRequest) -> Template:
    """List who waits to be accepted, the oldest first, and who is invited."""
    by = await acting(request)
    home = await community.community(by.community_id)
    context = {
        "applications": [_application_words(one) for one in await waiting_applications(home.id)],
        "invitations": await open_invitations(home.id),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("joining/waiting.html", context=context)


@get(ONE, name="member.application", opt=act("member.accept"))
async def application_page(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show one application beside members who may be the same person."""
    return await _application_page(member_id, await acting(request), Form.of({}))


@post(ONE + "/accept", opt=act("member.accept"), status_code=303)
async def accept(request: AnyRequest, member_id: FromPath[UUID]) -> Redirect | Template:
    """Make somebody who waits a member."""
    by, form = await acting(request), await typed(request)
    ways = {one.value: one for one in WAYS}
    if form.value("how") not in ways:
        form.refuse("how", _("Say how you know that this person is who they say."))
        return await _application_page(member_id, by, form)
    try:
        await accept_applicant(member_id, ways[form.value("how")], by=by)
    except (ApplicationOver, NotForYou) as refusal:
        return _decided(refusal)
    except UnknownMember as refusal:
        raise NotFoundException from refusal
    return noticed(
        Redirect(LIST, status_code=303), _("Accepted. They were told, and can sign in now.")
    )


@post(ONE + "/decline", opt=act("member.accept"), status_code=303)
async def decline(request: AnyRequest, member_id: FromPath[UUID]) -> Redirect | Template:
    """Turn somebody down who waits, with a reason."""
    by, form = await acting(request), await typed(request)
    try:
        await decline_applicant(member_id, form.value("reason"), by=by)
    except InvalidMember:
        form.refuse("reason", _("Write the reason: they will read it. At most 300 characters."))
        return await _application_page(member_id, by, form)
    except (ApplicationOver, NotForYou) as refusal:
        return _decided(refusal)
    except UnknownMember as refusal:
        raise NotFoundException from refusal
    return noticed(Redirect(LIST, status_code=303), _("Declined. They were told your reason."))


def _decided(refusal: Exception) -> Redirect:
    if isinstance(refusal, NotForYou):
        raise PermissionDeniedException("A coordinator decides who joins.") from refusal
    told = _("Somebody else has decided this in the meantime. Nothing was changed.")
    return noticed(Redirect(LIST, status_code=303), told, "note")


async def _application_page(member_id: UUID, by: Actor, form: Form) -> Template:
    try:
        found = await application_of(member_id, community_id=by.community_id)
    except ApplicationOver as refusal:
        raise NotFoundException from refusal
    alike = await community.listed(list(found.alike), community_id=by.community_id)
    home = await community.community(by.community_id)
    context = {
        "form": form,
        "application": found,
        "words": _application_words(found),
        "alike": [member_page.line(alike[one], by.roles) for one in found.alike if one in alike],
        "ways": [(one.value, in_words("verified_how", one.value, DEFAULT_ZONE)) for one in WAYS],
        "reason_length": REASON_LENGTH_MAX,
        "zone": ZoneInfo(home.time_zone),
    }
    return Template(
        "joining/application.html", context=context, status_code=200 if form.ok else REFUSED
    )


def _application_words(one: Application) -> dict[str, Any]:
    """Return an application as its pages show it."""
    return {
        "member_id": one.member_id,
        "name": one.name,
        "phone": spoken(one.phone) if one.phone else "–",
        "confirmed": one.phone_verified_at is not None,
        "born": one.birth_date,
        "kind": in_words("registration", one.registration, DEFAULT_ZONE),
        "grid": one.grid or "",
        "address": one.address,
        "applied_at": one.applied_at,
        "alike": len(one.alike),
    }


@get("/members/invite", name="member.invite", opt=act("member.invite"))
async def invite_page(request: AnyRequest) -> Template:
    """Ask whom to invite."""
    await acting(request)
    first = {
        "key": str(ledger.new_id()),
        "days": str(USUAL_DAYS),
        "role": Role.RESIDENT.value,
        "language": current_language(),
    }
    return _invite_page(Form.of(first))


def _invite_page(form: Form) -> Template:
    context = {
        "form": form,
        "roles": [(one.value, in_words("role", one.value, DEFAULT_ZONE)) for one in AT_HOME],
        "ways": [(one.value, in_words("verified_how", one.value, DEFAULT_ZONE)) for one in WAYS],
        "days": [(str(one), _("%(days)s days") % {"days": one}) for one in LASTS_DAYS],
        "languages_offered": [(one, OWN_NAMES[one]) for one in LANGUAGES],
    }
    return Template("joining/invite.html", context=context, status_code=200 if form.ok else REFUSED)


@post("/members/invite", opt=act("member.invite"), status_code=200)
async def send_invitation(request: AnyRequest) -> Template | Redirect:
    """Invite somebody, and show the slip with the code this once."""
    by, form = await acting(request), await typed(request)
    guest = _guest(form)
    if guest is None:
        return _invite_page(form)
    code = new_invitation_code()
    try:
        made = await invite(
            key_of(form) or ledger.new_id(),
            guest,
            code_digest=invitation_digest(code),
            days=int(form.value("days")),
            by=by,
        )
    except PhoneTaken:
        form.refuse(
            "phone", _("Somebody has this number already. Look for them among the members.")
        )
        return _invite_page(form)
    except InvalidMember:
        form.refuse("name", _("Write the name in at most 80 characters."))
        return _invite_page(form)
    if made is None:
        told = _("This invitation was made already. If its slip is lost, make a new one.")
        return noticed(Redirect(LIST, status_code=303), told, "note")
    return await _slip(request, made, code)


def _guest(form: Form) -> Guest | None:
    """Read whom to invite; None where a field cannot be read, which the form then says."""
    name = form.value("name")
    if not name:
        form.refuse("name", _("Write the person's name."))
    phone = e164(form.value("phone")) if form.value("phone") else None
    if form.value("phone") and phone is None:
        form.refuse("phone", _("This is not a telephone number. Write it as 138 1234 5678."))
    offered = {one.value: one for one in AT_HOME}
    chosen = [offered[one] for one in form.values.get("role", ()) if one in offered]
    if not chosen:
        form.refuse("role", _("Choose at least one."))
    ways = {one.value: one for one in WAYS}
    if form.value("how") not in ways:
        form.refuse("how", _("Say how you know that this person is who they say."))
    if form.value("days") not in {str(one) for one in LASTS_DAYS}:
        form.refuse("days", _("Choose one of these."))
    if not is_language(form.value("language")):
        form.refuse("language", _("Choose one of the two."))
    if not form.ok:
        return None
    return Guest(name, phone, tuple(chosen), ways[form.value("how")], form.value("language"))


@post(INVITATION + "/renew", opt=act("member.invite"), status_code=200)
async def renew(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Make a new slip; the one from before opens nothing any more."""
    by, code = await acting(request), new_invitation_code()
    try:
        made = await renew_invitation(
            member_id, code_digest=invitation_digest(code), days=USUAL_DAYS, by=by
        )
    except InvitationOver:
        return _no_longer_invited()
    except UnknownMember as refusal:
        raise NotFoundException from refusal
    return await _slip(request, made, code)


@post(INVITATION + "/revoke", opt=act("member.invite"), status_code=303)
async def revoke(request: AnyRequest, member_id: FromPath[UUID]) -> Redirect:
    """Take an invitation back."""
    try:
        await revoke_invitation(member_id, by=await acting(request))
    except InvitationOver:
        return _no_longer_invited()
    except UnknownMember as refusal:
        raise NotFoundException from refusal
    told = _("The invitation is taken back: its slip opens nothing any more.")
    return noticed(Redirect(LIST, status_code=303), told)


def _no_longer_invited() -> Redirect:
    told = _("This person is not invited any more: they came in, or somebody took it back.")
    return noticed(Redirect(LIST, status_code=303), told, "note")


async def _slip(request: AnyRequest, made: Invitation, code: str) -> Template:
    """Show the slip: the only time that its code is known."""
    home = await community.community(made.community_id)
    site = settings().public_address or str(request.base_url).rstrip("/")
    address = f"{site}/join/invited"
    qr = segno.make(f"{address}?code={code}", error="m")
    return Template(
        "joining/slip.html",
        context={
            "invitation": made,
            "home": home,
            "code": code,
            "site": address.partition("://")[2],
            "qr": qr.svg_data_uri(scale=QR_SCALE, border=4, light="#fff"),
            "zone": ZoneInfo(home.time_zone),
        },
        headers={"Cache-Control": "no-store"},
        status_code=200,
    )


handlers = [
    waiting_page,
    application_page,
    accept,
    decline,
    invite_page,
    send_invitation,
    renew,
    revoke,
]
