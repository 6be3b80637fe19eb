"""Signing in and out. In a demo anybody also signs in as anybody, by choosing a name."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template

import community
from app import sessions
from app.acts import act
from app.arriving import arrived, browser_of
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import community_shown
from app.notices import noticed
from app.preferences import safe_return
from app.routes.typed import typed
from app.sessions import How
from app.settings import settings
from app.sign_in import demo, entering

AnyRequest = Request[Any, Any, Any]


@get("/sign-in", name="sign-in", opt=act("sign_in"))
async def sign_in_page(request: AnyRequest) -> Template:
    """List a few of a community's members by role: of the one that is named, else of the first.

    Raises 404 where this is no demo, or the community is unknown.
    """
    _demo_only()
    home = await _community(request)
    sought = request.query_params.get("name", "").strip()
    return Template(
        "sign_in/demo.html",
        context={
            "home": home,
            "groups": [] if sought else await demo.groups(home.id),
            "found": await demo.named(home.id, sought) if sought else [],
            "form": Form.of({"name": sought}),
            "next": safe_return(request.query_params.get("next")),
        },
    )


@post("/sign-in/as", name="sign-in.as", opt=act("sign_in"))
async def sign_in_as(request: AnyRequest) -> Redirect:
    """Sign in as the chosen member, with a fresh session. Raises 404 where this is no demo."""
    _demo_only()
    form = await typed(request)
    try:
        member = await community.member(UUID(form.value("member")))
    except (ValueError, community.UnknownMember) as error:
        raise NotFoundException from error
    if member.standing is not community.Standing.ACTIVE:
        raise NotFoundException
    begun = await entering.enter(member, How.DEMO, browser=browser_of(request))
    return arrived(request, begun, member, form.value("next"))


@post("/sign-out", name="sign-out", opt=act("sign_out"))
async def sign_out(request: AnyRequest) -> Redirect:
    """End the session; also what another browser could do with its cookie ends with it."""
    if request.auth is not None:
        await entering.leave(request.auth)
    answer = noticed(Redirect("/", status_code=303), _("You are signed out."))
    answer.cookies.append(sessions.gone_cookie())
    return answer


async def _community(request: AnyRequest) -> community.Community:
    named = request.query_params.get("community")
    try:
        return await (community.community_by_code(named) if named else community_shown(request))
    except community.UnknownCommunity as error:
        raise NotFoundException from error


def _demo_only() -> None:
    if not settings().demo:
        raise NotFoundException


handlers = [sign_in_page, sign_in_as, sign_out]
