"""Signing in and out: with a password, a code by message, a code from the desk, in two steps.

In a demo anybody also signs in as anybody, by choosing a name. What the pages answer is the same
whether a telephone number is a member's or nobody's.
"""

from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException, ServiceUnavailableException
from litestar.response import Redirect, Template

import community
from app import sessions
from app.acts import act
from app.arriving import SECOND_STEP, SET_UP, arrived, browser_of, desk_phone, leads_to
from app.forgery import cookie_name
from app.forms import Form
from app.i18n import gettext as _
from app.known import knowing_cookie, known_as
from app.neighbourhood import community_shown
from app.notices import noticed
from app.phones import e164
from app.preferences import safe_return
from app.routes.typed import typed
from app.sessions import How
from app.settings import settings
from app.sign_in import codes, demo, desks, entering, second_factor
from app.sign_in.errors import CodeOver, FactorOff, NotFresh, NotThese, TooManyCodes, WrongCode
from app.sign_in.hashing import TooBusy
from app.sign_in.passwords import try_password
from app.sign_in.policy import patience
from app.sign_in.words import tries_words, wait_words
from app.throttle import TrySlower

AnyRequest = Request[Any, Any, Any]

REFUSED: Final = 422
SLOWER: Final = 429
ENTER: Final = "/sign-in/code/enter"


@get("/sign-in", name="sign-in", opt=act("sign_in"))
async def sign_in_page(request: AnyRequest) -> Template | Redirect:
    """Ask for number and password; in a demo also show whom one can be.

    A device that is a desk leads to the desk's page. Raises 404 for an unknown community.
    """
    if request.user is None and await desks.desk_of(request.cookies.get(cookie_name("desk"))):
        return Redirect("/desk", status_code=303)
    return await _sign_in(request, Form.of({}), next_page=request.query_params.get("next"))


@post("/sign-in", name="sign-in.password", opt=act("sign_in"))
async def sign_in(request: AnyRequest) -> Redirect | Template:
    """Sign in with number and password."""
    form = await typed(request)
    phone, password = _phone(form), form.value("password")
    if not password:
        form.refuse("password", _("Type your password."))
    if not form.ok or phone is None:
        return await _sign_in(request, form, next_page=form.value("next"), status=REFUSED)
    browser = browser_of(request)
    try:
        member = await try_password(
            phone, password, address=browser.address, mark=known_as(request, phone)
        )
    except NotThese:
        form.refuse(
            "password",
            _("Number and password do not go together. Check both, or get a code by message."),
        )
        return await _sign_in(request, form, next_page=form.value("next"), status=REFUSED)
    except TrySlower as slower:
        form.refuse("password", wait_words(slower.seconds))
        return _slow(await _sign_in(request, form, next_page=form.value("next")), slower.seconds)
    except TooBusy as error:
        raise ServiceUnavailableException(headers={"Retry-After": "5"}) from error
    begun = await entering.enter(member, How.PASSWORD, browser=browser)
    answer = arrived(request, begun, member, form.value("next"))
    answer.cookies.append(knowing_cookie(request, phone))
    return answer


@post("/sign-in/as", name="sign-in.as", opt=act("sign_in"))
async def sign_in_as(request: AnyRequest) -> Redirect:
    """Sign in as the chosen member. Raises 404 where this is no demo."""
    if not settings().demo:
        raise NotFoundException
    form = await typed(request)
    try:
        member = await community.member(UUID(form.value("member")))
    except (ValueError, community.UnknownMember) as error:
        raise NotFoundException from error
    if member.standing is not community.Standing.ACTIVE:
        raise NotFoundException
    begun = await entering.enter(member, How.DEMO, browser=browser_of(request))
    return arrived(request, begun, member, form.value("next"))


@get("/sign-in/code", name="sign-in.code", opt=act("sign_in"))
async def code_page(request: AnyRequest) -> Template:
    """Ask for the number that a code shall be sent to."""
    return await _code_page(request, Form.of({}), next_page=request.query_params.get("next"))


@post("/sign-in/code", name="sign-in.code.send", opt=act("sign_in"))
async def send_code(request: AnyRequest) -> Redirect | Template:
    """Send a code, if the number is a member's; the answer is the same if it is not."""
    form = await typed(request)
    phone = _phone(form)
    if phone is None:
        return await _code_page(request, form, next_page=form.value("next"), status=REFUSED)
    try:
        asked = await codes.send_code(
            phone,
            address=browser_of(request).address,
            mark=known_as(request, phone),
            before=request.cookies.get(cookie_name("asked"), ""),
        )
    except TooManyCodes as many:
        form.refuse(
            "phone",
            _("Several codes were asked for already. Use the last one, or ask again later."),
        )
        page = await _code_page(request, form, next_page=form.value("next"))
        return _slow(page, many.seconds)
    answer = Redirect(leads_to(ENTER, form.value("next")), status_code=303)
    answer.cookies.append(_asked_cookie(asked, (await patience()).code_minutes * 60))
    return answer


@get(ENTER, name="sign-in.code.enter", opt=act("sign_in"))
async def enter_code_page(request: AnyRequest) -> Template:
    """Ask for the code that was sent; without having asked for one, for one that was read out."""
    return await _enter_page(request, Form.of({}), next_page=request.query_params.get("next"))


@post(ENTER, name="sign-in.code.entered", opt=act("sign_in"))
async def enter_code(request: AnyRequest) -> Redirect | Template:
    """Sign in with a code that was sent, or that the desk has read out."""
    form, asked = await typed(request), request.cookies.get(cookie_name("asked"))
    by_phone = form.value("read_out") == "yes" or not asked
    phone = _phone(form) if by_phone else None
    if not form.value("code"):
        form.refuse("code", _("Type the digits of the code."))
    if not form.ok:
        return await _enter_page(request, form, next_page=form.value("next"), status=REFUSED)
    browser = browser_of(request)
    try:
        if phone is not None:
            member = await codes.enter_read_out_code(
                phone, form.value("code"), address=browser.address
            )
        else:
            member = await codes.enter_sent_code(
                asked or "", form.value("code"), address=browser.address
            )
    except WrongCode as wrong:
        form.refuse("code", tries_words(wrong.tries_left))
        return await _enter_page(request, form, next_page=form.value("next"), status=REFUSED)
    except CodeOver:
        form.refuse("code", _("That is not the code, or it works no longer. Ask for a new one."))
        return await _enter_page(request, form, next_page=form.value("next"), status=REFUSED)
    except TrySlower as slower:
        form.refuse("code", wait_words(slower.seconds))
        return _slow(await _enter_page(request, form, next_page=form.value("next")), slower.seconds)
    begun = await entering.enter(member, How.CODE, browser=browser)
    answer = arrived(request, begun, member, form.value("next"))
    answer.cookies.append(_asked_cookie("", 0))
    known = phone or await community.phone_of(member.id, community_id=member.community_id)
    if known:
        answer.cookies.append(knowing_cookie(request, known))
    return answer


@get(SECOND_STEP, name="sign-in.second-step", opt=act("sign_in"))
async def second_step_page(request: AnyRequest) -> Template | Redirect:
    """Ask for the code of the authenticator app; lead on whoever need not give one here."""
    session, target = request.auth, safe_return(request.query_params.get("next"))
    if session is None:
        return Redirect(leads_to("/sign-in", target), status_code=303)
    if not session.waits_for_second_factor:
        if session.opens_staff_roles:
            return Redirect(target, status_code=303)
        return Redirect(leads_to(SET_UP, target), status_code=303)
    return await _second_step(request, Form.of({}), next_page=target)


@post(SECOND_STEP, name="sign-in.second-step.taken", opt=act("sign_in"))
async def take_second_step(request: AnyRequest) -> Redirect | Template:
    """Take the second step with a code of the app, or with a recovery code."""
    form, session = await typed(request), request.auth
    target = form.value("next")
    if session is None or not session.waits_for_second_factor:
        return Redirect(leads_to(SECOND_STEP, target), status_code=303)
    member = await community.member(session.member_id)
    try:
        begun = await second_factor.confirm(
            form.value("code"),
            session=session,
            member=member,
            by=entering.actor_in(member, browser_of(request)),
        )
    except NotThese:
        form.refuse("code", _("That is not the code. Wait for the next one in the app and try it."))
        return await _second_step(request, form, next_page=target, status=REFUSED)
    except TrySlower as slower:
        form.refuse("code", wait_words(slower.seconds))
        return _slow(await _second_step(request, form, next_page=target), slower.seconds)
    except (FactorOff, NotFresh):
        return Redirect(leads_to("/sign-in", target), status_code=303)
    return arrived(request, begun, member, target)


@post("/sign-in/again", name="sign-in.again", opt=act("sign_in"))
async def sign_in_again(request: AnyRequest) -> Redirect:
    """End this session and lead to the sign-in page, and from there back to where one was."""
    form = await typed(request)
    if request.auth is not None:
        await entering.leave(request.auth)
    answer = Redirect(leads_to("/sign-in", form.value("next")), status_code=303)
    answer.cookies.append(sessions.gone_cookie())
    return answer


@post("/sign-out", name="sign-out", opt=act("sign_out"))
async def sign_out(request: AnyRequest) -> Redirect:
    """End the session; at a desk, make room for the next who has a card."""
    session = request.auth
    if session is not None:
        await entering.leave(session)
    at_desk = session is not None and session.how is How.CARD
    answer = Redirect("/desk" if at_desk else "/", status_code=303)
    answer.cookies.append(sessions.gone_cookie())
    return noticed(answer, _("You are signed out."))


async def _sign_in(
    request: AnyRequest, form: Form, *, next_page: str | None, status: int = 200
) -> Template:
    context: dict[str, Any] = {"home": None, "groups": [], "found": [], "search": Form.of({})}
    if settings().demo:
        home, sought = await _community(request), request.query_params.get("name", "").strip()
        found, more = await demo.named(home, sought) if sought else ([], False)
        context = {
            "home": home,
            "groups": [] if sought else await demo.groups(home),
            "found": found,
            "found_more": more,
            "communities": await community.communities(),
            "search": Form.of({"name": sought}),
        }
    name = "sign_in/demo.html" if settings().demo else "sign_in/sign_in.html"
    return await _page(request, name, form, next_page, status=status, **context)


async def _code_page(
    request: AnyRequest, form: Form, *, next_page: str | None, status: int = 200
) -> Template:
    forgotten = safe_return(next_page) == "/me/security/password"
    return await _page(
        request, "sign_in/code.html", form, next_page, status=status, forgotten=forgotten
    )


async def _enter_page(
    request: AnyRequest, form: Form, *, next_page: str | None, status: int = 200
) -> Template:
    read_out = request.query_params.get("read-out") == "yes" or form.value("read_out") == "yes"
    return await _page(
        request,
        "sign_in/enter_code.html",
        form,
        next_page,
        status=status,
        read_out=read_out or not request.cookies.get(cookie_name("asked")),
        minutes=(await patience()).code_minutes,
    )


async def _second_step(
    request: AnyRequest, form: Form, *, next_page: str, status: int = 200
) -> Template:
    return await _page(request, "sign_in/second_step.html", form, next_page, status=status)


async def _page(
    request: AnyRequest, name: str, form: Form, next_page: str | None, **context: Any
) -> Template:
    target = safe_return(next_page)
    context |= {
        "form": form,
        "next": target,
        "onward": "" if target == "/" else f"?next={quote(target, safe='/')}",
        "desk_phone": await desk_phone(request),
    }
    return Template(name, context=context, status_code=context.pop("status", 200))


def _slow(page: Template, seconds: int) -> Template:
    page.status_code = SLOWER
    page.headers["Retry-After"] = str(seconds)
    return page


def _phone(form: Form) -> str | None:
    phone = e164(form.value("phone"))
    if phone is None:
        form.refuse(
            "phone", _("Type your telephone number, such as 138 1234 5678; with + for abroad.")
        )
    return phone


def _asked_cookie(asked: str, seconds: int) -> Cookie:
    return Cookie(
        key=cookie_name("asked"),
        value=asked,
        max_age=seconds,
        path="/",
        secure=settings().secure,
        httponly=True,
        samesite="lax",
    )


async def _community(request: AnyRequest) -> community.Community:
    named = request.query_params.get("community")
    try:
        return await (community.community_by_code(named) if named else community_shown(request))
    except community.UnknownCommunity as error:
        raise NotFoundException from error


handlers = [
    sign_in_page,
    sign_in,
    sign_in_as,
    code_page,
    send_code,
    enter_code_page,
    enter_code,
    second_step_page,
    take_second_step,
    sign_in_again,
    sign_out,
]
