"""What every walk over the route table needs: its handlers, who is right for each, a way in."""

from types import SimpleNamespace
from typing import Any

import httpx
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from app import forgery, sessions
from app.acts import ACTS, Act, Who
from app.sessions import How
from community import Member, Role

MACHINES = ("/health/", "/metrics", "/static/", "/webhooks/")


def handlers(app: Litestar) -> dict[tuple[str, str], HTTPRouteHandler]:
    """Return every handler of the app by method and path, as `/visits/{visit_id:uuid}`."""
    found = {}
    for route in app.routes:
        assert isinstance(route, HTTPRoute), f"{route.path}: only HTTP routes are known here"
        for handler in route.route_handlers:
            for method in handler.http_methods:
                if method != "OPTIONS":  # Litestar's own: it tells the methods, nothing else
                    found[str(method), route.path] = handler
    return found


def act_of(handler: HTTPRouteHandler) -> Act:
    """Return the row of the table that a route names."""
    return ACTS[handler.opt["act"]]


def right_person(act: Act) -> Role | None:
    """Return a role that an act is for; None means a visitor. Any member will do as an elder."""
    if act.public:
        return None
    named = [who for who in act.who if not isinstance(who, Who)]
    return Role(named[0]) if named else Role.ELDER


async def signed_in_token(member: Member) -> str:
    """Return the session token of a member who has just signed in, second factor included."""
    return (await sessions.begin(member, How.DEMO, address=None)).token


def visiting(app: Litestar, cookies: httpx.Cookies) -> httpx.AsyncClient:
    """Return a client with these cookies.

    The app answers within the task of whoever asks, and so in the transaction that is open there.
    """
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 1))  # type: ignore[arg-type]  # ASGI, described in other words
    return httpx.AsyncClient(transport=transport, base_url="http://site.test", cookies=cookies)


async def signed_in_client(
    app: Litestar, member: Member | None
) -> tuple[httpx.AsyncClient, dict[str, str]]:
    """Return a client that is signed in as a member, or is a visitor's, and a form's token."""
    client = visiting(app, httpx.Cookies())
    if member is None:
        await client.get("/", headers={"accept": "text/html"})
        return client, {"_csrf_token": client.cookies.get(forgery.forms_cookie(), "")}
    token = await signed_in_token(member)
    client.cookies.set(forgery.session_cookie(), token)
    held: Any = SimpleNamespace(cookies={forgery.session_cookie(): token})
    return client, {"_csrf_token": forgery.bound_token(held) or ""}
