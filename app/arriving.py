"""Leads somebody on who has just signed in: with the cookie, and how they like to read."""

from typing import Any, Final
from urllib.parse import quote, urlsplit

from litestar import Request
from litestar.response import Redirect

from app import sessions
from app.addresses import address_of
from app.preferences import (
    LANGUAGE_COOKIE,
    TEXT_SIZE_COOKIE,
    preference_cookie,
    safe_return,
)
from app.sessions import Begun
from app.sign_in.entering import Browser
from community import Member

AFTER: Final = "/time-bank"
SECOND_STEP: Final = "/sign-in/second-step"

AnyRequest = Request[Any, Any, Any]


def browser_of(request: AnyRequest) -> Browser:
    """Return what the request tells of its browser."""
    return Browser(
        address_of(request), request.headers.get("user-agent", ""), request.scope.get("auth")
    )


def arrived(request: AnyRequest, begun: Begun, member: Member, target: str | None) -> Redirect:
    """Lead on to the wanted page, or first to the second step where that is still to come."""
    wanted = safe_return(target)
    wanted = AFTER if urlsplit(wanted).path == "/" else wanted
    if begun.session.waits_for_second_factor:
        wanted = f"{SECOND_STEP}?next={quote(wanted, safe='/')}"
    answer = Redirect(wanted, status_code=303)
    answer.cookies.append(sessions.cookie(begun))
    # A choice made on this device goes before what the member likes elsewhere.
    kept = {LANGUAGE_COOKIE: member.language, TEXT_SIZE_COOKIE: member.text_size}
    for name, value in kept.items():
        if name not in request.cookies:
            secure = request.url.scheme == "https"
            answer.cookies.append(preference_cookie(name, value, secure=secure))
    return answer
