"""What the desk does for a member who cannot sign in: waits, a code to read out, a card."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import segno
from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.typed import typed
from app.sign_in import helping
from app.sign_in.cards import Issued, issue_card, revoke_card, spaced
from app.sign_in.errors import FactorOff, NoCard, NoPhone, NotForYou, WeakSecret
from app.sign_in.people import person_of
from app.sign_in.words import CHECK_WORDS, device_words, pin_words, place_words, way_words
from community import Role

AnyRequest = Request[Any, Any, Any]

PAGE: Final = "/members/{member_id:uuid}/sign-in-help"
REFUSED: Final = 422
QR_SCALE: Final = 8


@get(PAGE, name="member.sign-in-help", opt=act("sign_in.help"))
async def help_page(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show how a member signs in, and what the desk can do."""
    return await _help_page(request, member_id, Form.of({}))


@post(PAGE + "/waits", opt=act("sign_in.help"), status_code=303)
async def end_waits(request: AnyRequest, member_id: FromPath[UUID]) -> Redirect:
    """Let the member's next try go on at once."""
    try:
        await helping.end_waits(member_id, by=await acting(request))
    except (NotForYou, community.UnknownMember) as refusal:
        raise _not_here(refusal) from refusal
    return _back(member_id, _("There is no wait any more: the next try counts at once."))


@post(PAGE + "/code", opt=act("sign_in.help"))
async def make_code(request: AnyRequest, member_id: FromPath[UUID]) -> Redirect | Template:
    """Make a code and show it this once, to be read out to the caller."""
    form = await typed(request)
    if form.value("checked") not in helping.CHECKS:
        form.refuse("checked", _("Say how you know that the caller is this member."))
        return await _help_page(request, member_id, form, status=REFUSED)
    try:
        code = await helping.make_read_out_code(
            member_id, checked=form.value("checked"), by=await acting(request)
        )
    except NoPhone:
        told = _("We have no telephone number of this member. Issue a card instead.")
        return _back(member_id, told, "wrong")
    except (NotForYou, community.UnknownMember) as refusal:
        raise _not_here(refusal) from refusal
    return Template(
        "sign_in/read_out.html",
        context={
            "member": await community.member(member_id),
            "code": f"{code[:4]} {code[4:]}",
            "minutes": int(helping.READ_OUT_LIFE.total_seconds()) // 60,
        },
        headers={"Cache-Control": "no-store"},
        status_code=200,
    )


@post(PAGE + "/sessions", opt=act("sign_in.help"), status_code=303)
async def end_sessions(request: AnyRequest, member_id: FromPath[UUID]) -> Redirect:
    """Sign the member out everywhere."""
    try:
        await helping.end_sessions(member_id, by=await acting(request))
    except (NotForYou, community.UnknownMember) as refusal:
        raise _not_here(refusal) from refusal
    return _back(member_id, _("This member is signed out on every device."))


@post(PAGE + "/second-step", opt=act("sign_in.reset_second_step"), status_code=303)
async def reset_second_step(request: AnyRequest, member_id: FromPath[UUID]) -> Redirect:
    """Remove the second step of a member who has lost app and codes."""
    try:
        await helping.reset_second_factor(member_id, by=await acting(request))
    except FactorOff:
        return _back(member_id, _("This member has no second step."), "note")
    except (NotForYou, community.UnknownMember) as refusal:
        raise _not_here(refusal) from refusal
    told = _("The second step is removed, and the member was told. They set it up anew.")
    return _back(member_id, told)


@get(PAGE + "/card", name="member.card", opt=act("card.issue"))
async def card_page(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Ask for the PIN of a new card, which the member types."""
    return await _card_page(request, member_id, Form.of({}))


@post(PAGE + "/card", opt=act("card.issue"))
async def issue(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Issue a card and show it this once, ready to print."""
    form, actor = await typed(request), await acting(request)
    if form.value("pin") != form.value("again"):
        form.refuse("again", _("The two are not the same. Type the PIN twice."))
        return await _card_page(request, member_id, form, status=REFUSED)
    try:
        member = await community.member(member_id)
        issued = await issue_card(
            member_id, form.value("pin"), person=await person_of(member), by=actor
        )
    except WeakSecret as weak:
        form.refuse("pin", pin_words(weak.weakness))
        return await _card_page(request, member_id, form, status=REFUSED)
    except (NotForYou, community.UnknownMember) as refusal:
        raise _not_here(refusal) from refusal
    return await _printed(member, issued)


@post(PAGE + "/card/revoke", opt=act("card.issue"), status_code=303)
async def revoke(request: AnyRequest, member_id: FromPath[UUID]) -> Redirect:
    """Let the member's card work no longer."""
    try:
        await revoke_card(member_id, by=await acting(request))
    except NoCard:
        return _back(member_id, _("This member has no card."), "note")
    except (NotForYou, community.UnknownMember) as refusal:
        raise _not_here(refusal) from refusal
    return _back(member_id, _("The card works no longer."))


async def _help_page(
    request: AnyRequest, member_id: UUID, form: Form, *, status: int = 200
) -> Template:
    actor = await acting(request)
    try:
        ways = await helping.ways_in(member_id, by=actor)
    except community.UnknownMember as refusal:
        raise NotFoundException from refusal
    home = await community.community(actor.community_id)
    return Template(
        "sign_in/help.html",
        context={
            "form": form,
            "member": ways.member,
            "ways": ways,
            "phone": community.mask_phone(ways.phone) if ways.phone else "",
            "card_number": spaced(ways.card.number) if ways.card else "",
            "sessions": [
                (device_words(one), way_words(one), place_words(one, here=None), one.seen_at)
                for one in ways.sessions
            ],
            "checks": [(name, _(words)) for name, words in CHECK_WORDS.items()],
            "resets": Role.ADMINISTRATOR in actor.roles,
            "oneself": actor.member_id == member_id,
            "zone": ZoneInfo(home.time_zone),
        },
        status_code=status,
    )


async def _card_page(
    request: AnyRequest, member_id: UUID, form: Form, *, status: int = 200
) -> Template:
    try:
        ways = await helping.ways_in(member_id, by=await acting(request))
    except community.UnknownMember as refusal:
        raise NotFoundException from refusal
    if not ways.may_help:
        raise _not_here(NotForYou())
    context = {"form": form, "member": ways.member, "has_card": ways.card is not None}
    return Template("sign_in/card_new.html", context=context, status_code=status)


async def _printed(member: community.Member, issued: Issued) -> Template:
    """Show the card: the only time that what its QR code says is known."""
    qr = segno.make(issued.qr, error="q").svg_data_uri(scale=QR_SCALE, border=4, light="#fff")
    return Template(
        "sign_in/card.html",
        context={
            "member": member,
            "home": await community.community(member.community_id),
            "number": spaced(issued.card.number),
            "issued_at": issued.card.issued_at,
            "qr": qr,
        },
        headers={"Cache-Control": "no-store"},
        status_code=200,
    )


def _back(member_id: UUID, told: str, kind: Any = "done") -> Redirect:
    page = PAGE.replace("{member_id:uuid}", str(member_id))
    return noticed(Redirect(page, status_code=303), told, kind)


def _not_here(refusal: Exception) -> Exception:
    if isinstance(refusal, NotForYou):
        return PermissionDeniedException("An administrator helps this member to sign in.")
    return NotFoundException()


handlers = [
    help_page,
    end_waits,
    make_code,
    end_sessions,
    reset_second_step,
    card_page,
    issue,
    revoke,
]
