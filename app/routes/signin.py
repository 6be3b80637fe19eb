"""Signing in and out. In a demo anybody signs in as anybody, by choosing a name from a list.

Outside a demo this page does not exist yet, and answers 404.
"""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template

import community
from app.acts import act
from app.guards import MEMBER_KEY
from app.i18n import gettext as _
from app.neighbourhood import community_shown
from app.notices import noticed
from app.preferences import (
    LANGUAGE_COOKIE,
    TEXT_SIZE_COOKIE,
    preference_cookie,
    safe_return,
)
from app.routes.typed import typed
from app.settings import settings
from app.signin import groups

AnyRequest = Request[Any, Any, Any]
AFTER = "/time-bank"


@get("/sign-in", name="sign-in", opt=act("sign_in"))
async def sign_in_page(request: AnyRequest) -> Template:
    """List a community's members by role: of the one that is named, else of the first.

    Raises 404 where this is no demo, or the community is unknown.
    """
    _demo_only()
    home = await _community(request)
    return Template(
        "signin.html",
        context={
            "home": home,
            "groups": groups(await community.members(home.id)),
            "next": safe_return(request.query_params.get("next")),
        },
    )


@post("/sign-in", name="sign-in.as", opt=act("sign_in"))
async def sign_in(request: AnyRequest) -> Redirect:
    """Sign in as the chosen member, with a fresh session. Raises 404 where this is no demo."""
    _demo_only()
    form = await typed(request)
    try:
        member = await community.member(UUID(form.value("member")))
    except (ValueError, community.UnknownMember) as error:
        raise NotFoundException from error
    request.clear_session()
    request.set_session({MEMBER_KEY: str(member.id)})
    target = safe_return(form.value("next"))
    answer = Redirect(AFTER if urlsplit(target).path == "/" else target, status_code=303)
    # A choice made on this device goes before what the member likes elsewhere.
    kept = {LANGUAGE_COOKIE: member.language, TEXT_SIZE_COOKIE: member.text_size}
    for name, value in kept.items():
        if name not in request.cookies:
            secure = request.url.scheme == "https"
            answer.cookies.append(preference_cookie(name, value, secure=secure))
    return answer


@post("/sign-out", name="sign-out", opt=act("sign_out"))
async def sign_out(request: AnyRequest) -> Redirect:
    """Forget who signed in."""
    request.clear_session()
    return noticed(Redirect("/", status_code=303), _("You are signed out."))


async def _community(request: AnyRequest) -> community.Community:
    named = request.query_params.get("community")
    try:
        return await (community.community_by_code(named) if named else community_shown(request))
    except community.UnknownCommunity as error:
        raise NotFoundException from error


def _demo_only() -> None:
    if not settings().demo:
        raise NotFoundException


handlers = [sign_in_page, sign_in, sign_out]
