"""Answers what no route takes as it stands: HEAD, OPTIONS, a form's address, an unknown address.

A route names its methods and nothing else, and a request that finds no route never meets the
layers that routes stand behind. So here, before any route is looked for:

- HEAD is answered as GET is, without the body (RFC 9110, 9.3.2);
- OPTIONS tells the methods of an address;
- a person who opens an address that only takes a form (by reloading, or from the history) is led
  to the page that the form belongs to, the nearest one above it;
- for all other strays it is found out who asks and which notice waits, so that the page that says
  "there is no such page" knows its reader as every other page does.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import quote

import structlog
from litestar import Litestar
from litestar.datastructures import Headers
from litestar.exceptions import HTTPException
from litestar.types import Message, Receive, Scope, Send
from litestar.utils import normalize_path

from app.guards import MemberMiddleware
from app.notices import NoticeMiddleware

log = structlog.get_logger("linli.unrouted")

App = Callable[[Scope, Receive, Send], Awaitable[None]]

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


def takes(app: Litestar, path: str, method: str) -> bool:
    """Say whether a route takes this method at this address."""
    try:
        app.asgi_router.handle_routing(path=normalize_path(path), method=method)
    except HTTPException:
        return False
    return True


class Unrouted:
    """The layer before the routes of an app; `by_route` answers what has one."""

    def __init__(self, app: Litestar, by_route: App) -> None:
        self._app, self._by_route = app, by_route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request: by its route, or as said above."""
        path, method = scope["path"], str(scope.get("method", ""))
        if takes(self._app, path, method) and method != "OPTIONS":
            await self._by_route(scope, receive, send)
            return
        allowed = [one for one in METHODS if takes(self._app, path, one)]
        if method == "OPTIONS" and allowed:
            await _tell_methods(allowed, send)
        elif method == "HEAD":
            await self._as_get(scope, receive, send)
        elif method == "GET" and allowed and _reads_pages(scope):
            await _send_empty(303, "location", quote(page_above(self._app, path), safe="/"), send)
        else:
            await self._stray(scope, receive, send)

    async def _as_get(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer as GET is answered, and keep the body back."""
        ended = False

        async def without_body(message: Message) -> None:
            nonlocal ended
            if message["type"] != "http.response.body":
                await send(message)
            elif not ended:
                ended = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        scope["method"] = "GET"
        try:
            await self(scope, receive, without_body)
        finally:
            scope["method"] = "HEAD"  # what the log tells

    async def _stray(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the router refuse, with all known of who asks."""
        scope["user"], scope["auth"] = None, None
        try:
            await MemberMiddleware().handle(scope, receive, send, _nothing)
        except Exception:  # the answer is a refusal either way, and the page about it must stand
            log.exception("who asks could not be looked up")
        await NoticeMiddleware().handle(scope, receive, send, self._by_route)


def page_above(app: Litestar, path: str) -> str:
    """Return the nearest address above this one that is a page."""
    parts = [part for part in path.split("/") if part]
    above = ("/" + "/".join(parts[:count]) for count in range(len(parts) - 1, 0, -1))
    return next((one for one in above if takes(app, one, "GET")), "/")


async def _nothing(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Answer nothing."""


async def _tell_methods(allowed: list[str], send: Send) -> None:
    told = ["OPTIONS", *allowed, *(["HEAD"] if "GET" in allowed else [])]
    await _send_empty(204, "allow", ", ".join(sorted(told)), send)


async def _send_empty(status: int, name: str, value: str, send: Send) -> None:
    headers = [(name.encode(), value.encode()), (b"content-length", b"0")]
    if status == 204:  # noqa: PLR2004 (no content has no length)
        headers.pop()
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _reads_pages(scope: Scope) -> bool:
    headers = Headers.from_scope(scope)
    return "text/html" in headers.get("accept", "") and headers.get("hx-request") != "true"
