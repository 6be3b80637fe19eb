"""Leads somebody on who has just signed in: with the cookie, and how they like to read."""

from typing import Any, Final
from urllib.parse import quote

from litestar import Request
from litestar.response import Redirect

import community
from app import sessions
from app.addresses import address_of
from app.preferences import (
    LANGUAGE_COOKIE,
    TEXT_SIZE_COOKIE,
    preference_cookie,
    safe_return,
)
from app.sessions import Begun, How
from app.sign_in.entering import Browser
from community import STAFF, Member

SECOND_STEP: Final = "/sign-in/second-step"
SET_UP: Final = "/me/security/second-step"

AnyRequest = Request[Any, Any, Any]


def browser_of(request: AnyRequest) -> Browser:
    """Return what the request tells of its browser."""
    return Browser(
        address_of(request), request.headers.get("user-agent", ""), request.scope.get("auth")
    )


def leads_to(page: str, target: str | None) -> str:
    """Return the address of a page on the way to another one of ours."""
    wanted = safe_return(target)
    return page if wanted == "/" else f"{page}?next={quote(wanted, safe='/')}"


async def desk_phone(request: AnyRequest) -> str:
    """Return the desk's telephone number for whoever cannot get in; nothing where it is not sure.

    A visitor says nothing of their community, so with several communities there is no one number.
    """
    member: Member | None = request.scope.get("user")
    if member is not None:
        return (await community.community(member.community_id)).desk_phone
    known = await community.communities()
    return known[0].desk_phone if len(known) == 1 else ""


def arrived(request: AnyRequest, begun: Begun, member: Member, target: str | None) -> Redirect:
    """Lead on to the wanted page, or first to the second step where that is still to come.

    Staff who have no second step yet are led to set it up: without it their roles rest.
    """
    wanted = safe_return(target)
    session = begun.session
    if session.waits_for_second_factor:
        wanted = leads_to(SECOND_STEP, wanted)
    elif member.roles & STAFF and session.how is not How.CARD and not session.opens_staff_roles:
        wanted = leads_to(SET_UP, wanted)
    answer = Redirect(wanted, status_code=303)
    answer.cookies.append(sessions.cookie(begun))
    # A choice made on this device goes before what the member likes elsewhere.
    kept = {LANGUAGE_COOKIE: member.language, TEXT_SIZE_COOKIE: member.text_size}
    for name, value in kept.items():
        if name not in request.cookies:
            answer.cookies.append(preference_cookie(name, value))
    return answer
