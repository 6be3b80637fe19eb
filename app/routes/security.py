"""My sign-in: where I am signed in, my password, my second step, my card."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import segno
from litestar import Request, get, post
from litestar.exceptions import ServiceUnavailableException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app import sessions
from app.acts import act
from app.addresses import address_of
from app.arriving import desk_phone, leads_to
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.preferences import safe_return
from app.routes.typed import typed
from app.sessions import How
from app.sign_in import entering, passwords, second_factor
from app.sign_in.cards import card_of, revoke_card, spaced
from app.sign_in.errors import (
    ChangedMeanwhile,
    FactorOff,
    FactorOn,
    NoCard,
    NotForYou,
    NotFresh,
    NotThese,
    WeakSecret,
)
from app.sign_in.freshness import is_fresh
from app.sign_in.hashing import TooBusy
from app.sign_in.people import person_of
from app.sign_in.staff import staff_roles
from app.sign_in.words import device_words, password_words, place_words, wait_words, way_words
from app.throttle import TrySlower

AnyRequest = Request[Any, Any, Any]

HERE: Final = "/me/security"
PASSWORD: Final = f"{HERE}/password"
SECOND_STEP: Final = f"{HERE}/second-step"
REFUSED: Final = 422
SLOWER: Final = 429


@get(HERE, name="security", opt=act("security.read"))
async def security_page(request: AnyRequest) -> Template:
    """Show how and where I sign in, and lead to each change."""
    actor = await acting(request)
    member, session = request.user, request.auth
    home = await community.community(member.community_id)
    here = address_of(request)
    listed = [
        {
            "id": one.id,
            "this": one.id == session.id,
            "device": device_words(one),
            "place": place_words(one, here=here),
            "way": way_words(one),
            "desk": one.how is How.DESK,
            "seen_at": one.seen_at,
            "begun_at": one.begun_at,
        }
        for one in await sessions.sessions_of(actor.member_id)
    ]
    listed.sort(key=lambda one: not one["this"])
    card = await card_of(actor.member_id)
    return Template(
        "me/security.html",
        context={
            "sessions": listed,
            "has_password": await passwords.has_password(actor.member_id),
            "has_second_step": await second_factor.is_on(actor.member_id),
            "codes_left": await second_factor.recovery_codes_left(actor.member_id),
            "staff": bool(await staff_roles(actor.member_id)),
            "card": {"number": spaced(card.number), "since": card.issued_at} if card else None,
            "shared": session.how is How.CARD,
            "desk_phone": home.desk_phone,
            "zone": ZoneInfo(home.time_zone),
        },
    )


@post(HERE + "/sessions/{session_id:uuid}/end", opt=act("security.change"), status_code=303)
async def end_session(request: AnyRequest, session_id: FromPath[UUID]) -> Redirect:
    """End one of my sessions; ending an ended one changes nothing."""
    await entering.end_session(session_id, by=await acting(request))
    return noticed(Redirect(HERE, status_code=303), _("That device is signed out."))


@post(f"{HERE}/sessions/end-others", opt=act("security.change"), status_code=303)
async def end_other_sessions(request: AnyRequest) -> Redirect:
    """End all of my sessions but this one."""
    actor = await acting(request)
    await entering.end_other_sessions(actor.member_id, by=actor, but=request.auth.id)
    told = _("You are signed out everywhere but here.")
    return noticed(Redirect(HERE, status_code=303), told)


@post(f"{HERE}/card/revoke", opt=act("security.change"), status_code=303)
async def lose_card(request: AnyRequest) -> Redirect:
    """Let my card work no longer."""
    actor = await acting(request)
    try:
        await revoke_card(actor.member_id, by=actor)
    except NoCard:
        return noticed(Redirect(HERE, status_code=303), _("You have no card."), "note")
    told = _("Your card works no longer. The desk makes you a new one.")
    return noticed(Redirect(HERE, status_code=303), told)


@get(PASSWORD, name="security.password", opt=act("security.change"))
async def password_page(request: AnyRequest) -> Template:
    """Ask for a new password, and for the old one unless I have just signed in with a code."""
    return await _password_page(request, Form.of({}))


@post(PASSWORD, name="security.password.set", opt=act("security.change"), status_code=303)
async def set_password(request: AnyRequest) -> Redirect | Template:
    """Set my password; I stay signed in here and nowhere else."""
    form, actor = await typed(request), await acting(request)
    if form.value("new") != form.value("again"):
        form.refuse("again", _("The two are not the same. Type the new password twice."))
        return await _password_page(request, form, status=REFUSED)
    try:
        await passwords.set_password(
            form.value("new"),
            old=form.value("old"),
            session=request.auth,
            person=await person_of(request.user),
            by=actor,
        )
    except WeakSecret as weak:
        form.refuse("new", password_words(weak.weakness))
    except NotThese:
        form.refuse("old", _("That is not your password of now."))
    except TrySlower as slower:
        form.refuse("old", wait_words(slower.seconds))
        return await _password_page(request, form, status=SLOWER)
    except ChangedMeanwhile:
        told = _("Your password was changed a moment ago, on another page. That one holds.")
        return noticed(Redirect(HERE, status_code=303), told, "wrong")
    except NotFresh:
        return Redirect(PASSWORD, status_code=303)
    except TooBusy as error:
        raise ServiceUnavailableException(headers={"Retry-After": "5"}) from error
    if not form.ok:
        return await _password_page(request, form, status=REFUSED)
    told = _("Your new password holds. You are signed out on all other devices.")
    return noticed(Redirect(HERE, status_code=303), told)


@get(SECOND_STEP, name="security.second-step", opt=act("security.change"))
async def second_step_page(request: AnyRequest) -> Template:
    """Say what the second step is; once begun, show what the authenticator app has to scan."""
    return await _second_step_page(request, Form.of({}), request.query_params.get("next"))


@post(f"{SECOND_STEP}/begin", opt=act("security.change"), status_code=303)
async def begin_second_step(request: AnyRequest) -> Redirect:
    """Make a secret for the authenticator app."""
    form, actor = await typed(request), await acting(request)
    try:
        await second_factor.begin_set_up(session=request.auth, by=actor)
    except FactorOn:
        return noticed(Redirect(HERE, status_code=303), _("The second step is on already."), "note")
    except NotFresh:
        pass  # the page asks to sign in again
    return Redirect(leads_to(SECOND_STEP, form.value("next")), status_code=303)


@post(SECOND_STEP, opt=act("security.change"))
async def finish_second_step(request: AnyRequest) -> Redirect | Template:
    """Switch the second step on with a first code, and show the recovery codes this once."""
    form, actor = await typed(request), await acting(request)
    target = form.value("next")
    try:
        begun, codes = await second_factor.finish_set_up(
            form.value("code"), session=request.auth, member=request.user, by=actor
        )
    except NotThese:
        form.refuse("code", _("That is not the code. Wait for the next one in the app and try it."))
        return await _second_step_page(request, form, target, status=REFUSED)
    except TrySlower as slower:
        form.refuse("code", wait_words(slower.seconds))
        return await _second_step_page(request, form, target, status=SLOWER)
    except (FactorOff, NotFresh):
        return Redirect(leads_to(SECOND_STEP, target), status_code=303)
    page = _codes_page(codes, target, first=True)
    page.cookies.append(sessions.cookie(begun))
    return page


@post(f"{SECOND_STEP}/new-codes", opt=act("security.change"))
async def renew_codes(request: AnyRequest) -> Redirect | Template:
    """Make new recovery codes and show them this once; the old ones work no longer."""
    form, actor = await typed(request), await acting(request)
    try:
        codes = await second_factor.renew_recovery_codes(form.value("code"), by=actor)
    except (NotThese, TrySlower, FactorOff) as refusal:
        return _not_proven(refusal)
    return _codes_page(codes, HERE, first=False)


@post(f"{SECOND_STEP}/off", opt=act("security.change"), status_code=303)
async def second_step_off(request: AnyRequest) -> Redirect:
    """Switch my second step off, on a code of the app."""
    form, actor = await typed(request), await acting(request)
    try:
        await second_factor.turn_off(form.value("code"), by=actor)
    except NotForYou:
        told = _("Whoever works with other people's data needs the second step.")
        return noticed(Redirect(HERE, status_code=303), told, "wrong")
    except (NotThese, TrySlower, FactorOff) as refusal:
        return _not_proven(refusal)
    told = _("The second step is off. From now on one step signs you in.")
    return noticed(Redirect(HERE, status_code=303), told)


def _not_proven(refusal: Exception) -> Redirect:
    told = _("That is not the code. Nothing was changed.")
    if isinstance(refusal, TrySlower):
        told = wait_words(refusal.seconds)
    elif isinstance(refusal, FactorOff):
        told = _("The second step is not on.")
    return noticed(Redirect(HERE, status_code=303), told, "wrong")


async def _password_page(request: AnyRequest, form: Form, *, status: int = 200) -> Template:
    session = request.auth
    has_one = await passwords.has_password(session.member_id)
    asks = passwords.asks_for_old(session, has_one=has_one)
    return Template(
        "me/security_password.html",
        context={
            "form": form,
            "has_one": has_one,
            "asks_for_old": asks,
            "again": not asks and not is_fresh(session),
            "shared": session.how is How.CARD,
            "desk_phone": await desk_phone(request),
        },
        status_code=status,
    )


async def _second_step_page(
    request: AnyRequest, form: Form, next_page: str | None, *, status: int = 200
) -> Template:
    session, member = request.auth, request.user
    fresh = is_fresh(session)
    secret = await second_factor.pending_secret(member.id) if fresh else None
    qr = ""
    if secret:
        home = await community.community(member.community_id)
        address = second_factor.address_for_app(secret, name=f"{member.name} · {home.name}")
        qr = segno.make(address, error="m").svg_data_uri(scale=6, border=4, light="#fff")
    return Template(
        "me/security_second_step.html",
        context={
            "form": form,
            "is_on": await second_factor.is_on(member.id),
            "fresh": fresh,
            "shared": session.how is How.CARD,
            "staff": bool(await staff_roles(member.id)),
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
            if secret
            else "",
            "qr": qr,
            "next": safe_return(next_page),
        },
        status_code=status,
    )


def _codes_page(codes: list[str], next_page: str, *, first: bool) -> Template:
    return Template(
        "me/security_codes.html",
        context={"codes": codes, "first": first, "next": safe_return(next_page)},
        headers={"Cache-Control": "no-store"},
        status_code=200,
    )


handlers = [
    security_page,
    end_session,
    end_other_sessions,
    lose_card,
    password_page,
    set_password,
    second_step_page,
    begin_second_step,
    finish_second_step,
    renew_codes,
    second_step_off,
]
