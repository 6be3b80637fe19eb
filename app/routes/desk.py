"""The desk: a device at which a member of staff lets members with a card sign in."""

from typing import Any, Final

from litestar import Request, get, post
from litestar.exceptions import PermissionDeniedException, ServiceUnavailableException
from litestar.response import Redirect, Template

from app import sessions
from app.acts import act
from app.arriving import arrived, browser_of
from app.forgery import cookie_name
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting, roles_shown
from app.notices import noticed
from app.routes.typed import typed
from app.sessions import How
from app.sign_in import desks
from app.sign_in.cards import looks_like_a_number
from app.sign_in.desks import OPENERS, Desk
from app.sign_in.errors import NoDesk, NotThese
from app.sign_in.hashing import TooBusy
from app.sign_in.words import wait_words
from app.throttle import TrySlower

AnyRequest = Request[Any, Any, Any]

DESK: Final = "/desk"
REFUSED: Final = 422
SLOWER: Final = 429


@get(DESK, name="desk", opt=act("desk.use"))
async def desk_page(request: AnyRequest) -> Template:
    """Ask for card and PIN where this device is a desk; else let staff open one."""
    return await _page(request, await _desk(request), Form.of({}))


@post(f"{DESK}/open", opt=act("desk.open"), status_code=303)
async def open_desk(request: AnyRequest) -> Redirect:
    """Make this device a desk; whoever opens it is signed out here."""
    try:
        begun = await desks.open_desk(browser=browser_of(request), by=await acting(request))
    except NoDesk as refusal:
        raise PermissionDeniedException from refusal
    answer = Redirect(DESK, status_code=303)
    answer.cookies.append(desks.desk_cookie(begun))
    answer.cookies.append(sessions.gone_cookie())
    return noticed(answer, _("This device is a desk now. You are signed out here."))


@post(f"{DESK}/card", opt=act("desk.use"))
async def card_shown(request: AnyRequest) -> Redirect | Template:
    """Sign a member in by card and PIN, for a short while."""
    desk, form = await _desk(request), await typed(request)
    if desk is None:
        return Redirect(DESK, status_code=303)
    shown = form.value("card")
    if not shown:
        form.refuse("card", _("Scan the card, or type the number on it."))
    elif shown.replace(" ", "").isdigit() and not looks_like_a_number(shown):
        form.refuse("card", _("That is no card's number. Look again: it has ten digits."))
    if not form.value("pin"):
        form.refuse("pin", _("Type the PIN."))
    if not form.ok:
        return await _page(request, desk, form, status=REFUSED)
    try:
        begun, member = await desks.enter_with_card(
            shown, form.value("pin"), desk=desk, browser=browser_of(request)
        )
    except NotThese:
        form.refuse("pin", _("Card and PIN do not go together. Try again; the desk can help."))
        return await _page(request, desk, form, status=REFUSED)
    except TrySlower as slower:
        form.refuse("pin", wait_words(slower.seconds))
        return await _page(request, desk, form, status=SLOWER)
    except TooBusy as error:
        raise ServiceUnavailableException(headers={"Retry-After": "5"}) from error
    return arrived(request, begun, member, "/")


@post(f"{DESK}/close", opt=act("desk.use"), status_code=303)
async def close_desk(request: AnyRequest) -> Redirect:
    """Let this device be a desk no longer; a member still signed in by card is signed out."""
    desk = await _desk(request)
    if desk is not None:
        await desks.close_desk(desk)
    answer = Redirect("/sign-in", status_code=303)
    answer.cookies.append(desks.desk_cookie(None))
    if request.auth is not None and request.auth.how is How.CARD:
        answer.cookies.append(sessions.gone_cookie())
    return noticed(answer, _("This device is no desk any more."))


async def _desk(request: AnyRequest) -> Desk | None:
    return await desks.desk_of(request.cookies.get(cookie_name("desk")))


async def _page(
    request: AnyRequest, desk: Desk | None, form: Form, *, status: int = 200
) -> Template:
    return Template(
        "sign_in/desk.html",
        context={
            "form": form,
            "desk": desk,
            "may_open": bool(await roles_shown(request) & OPENERS),
        },
        status_code=status,
    )


handlers = [desk_page, open_desk, card_shown, close_desk]
