"""The outermost layer of every answer: its id, its log line, its figures and its safety headers.

It stands outside the router, so that an address that no route knows is seen as well. What it
writes down is the route's template, never the address: an address can name a person.
"""

import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from litestar.connection import ASGIConnection
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.types import Message, Receive, Scope, Send

from app import metrics
from app.forgery import session_cookie

log = structlog.get_logger("linli.request")

SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
STATIC_ROUTE = "/static/{file_path}"
QUIET_ROUTES = {"/health/live", "/health/ready", "/metrics", STATIC_ROUTE}  # logged at debug
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
SERVER_ERROR = 500
NOT_FOUND = 404

# All that a page may load is ours; a QR code comes as `data:` in the page itself.
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# A file that somebody handed in loads nothing and runs nothing, wherever it is opened.
FILE_POLICY = (
    "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
# What a page of ours may ask of the browser: of all this, nothing.
DENIED = (
    "accelerometer",
    "bluetooth",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
)
SAFETY = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": ", ".join(f"{feature}=()" for feature in DENIED),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"
CACHE_FOR_EVER = "public, max-age=31536000, immutable"  # its address changes with its content
CACHE_A_WHILE = "public, max-age=300"
CACHE_NEVER_UNASKED = "private, no-cache"
KEEP_NOTHING = "no-store"  # nor does the back button bring it back after signing out

App = Callable[[Scope, Receive, Send], Awaitable[None]]


def with_sources(sources: Mapping[str, str]) -> str:
    """Return the policy of a page that must also load from elsewhere, and only what is named."""
    more = (f"; {directive} 'self' {hosts}" for directive, hosts in sources.items())
    return CONTENT_POLICY + "".join(more)


def request_id_of(scope: Scope) -> str:
    """Return the id under which this request is logged."""
    return str(scope["state"].get("request_id", ""))


async def watched(
    answer: App, scope: Scope, receive: Receive, send: Send, *, over_tls: bool
) -> None:
    """Answer one request, and see to its id, headers, log line and figures."""
    given = Headers.from_scope(scope).get("x-request-id", "")
    request_id = given if SANE_ID.fullmatch(given) else uuid.uuid4().hex
    scope.setdefault("state", {})
    scope["state"]["request_id"] = request_id
    status = SERVER_ERROR

    async def sending(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            _add_headers(message, scope, request_id, over_tls=over_tls)
        await send(message)

    began = time.perf_counter()
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        metrics.requests_running.inc()
        try:
            await answer(scope, receive, sending)
        except Exception:
            log.exception("request failed", route=_route(scope, status), method=_method(scope))
            raise
        finally:
            metrics.requests_running.dec()
            _write_down(scope, status, time.perf_counter() - began)


def _add_headers(message: Any, scope: Scope, request_id: str, *, over_tls: bool) -> None:
    headers = MutableScopeHeaders.from_message(message)
    headers["x-request-id"] = request_id
    for name, value in SAFETY.items():
        headers.setdefault(name, value)
    if over_tls:
        headers.setdefault("strict-transport-security", STRICT_TRANSPORT)
    if scope.get("path_template") == STATIC_ROUTE:
        versioned = b"v=" in scope.get("query_string", b"")
        kept = message["status"] < NOT_FOUND and versioned
        headers.setdefault("cache-control", CACHE_FOR_EVER if kept else CACHE_A_WHILE)
    elif _personal(scope):
        headers["cache-control"] = KEEP_NOTHING
    else:
        headers.setdefault("cache-control", CACHE_NEVER_UNASKED)


def _personal(scope: Scope) -> bool:
    """Whether an answer may show what is not for everybody: to a session, or to what was typed.

    The cookie is asked as well: who came with one that has just ended may be told of it.
    """
    if scope.get("auth") is not None or _method(scope) not in {"GET", "HEAD"}:
        return True
    return session_cookie() in ASGIConnection[Any, Any, Any, Any](scope).cookies


def _write_down(scope: Scope, status: int, seconds: float) -> None:
    method, route = _method(scope), _route(scope, status)
    metrics.requests_answered.labels(method, route, str(status)).inc()
    metrics.request_seconds.labels(method, route).observe(seconds)
    tell = log.debug if route in QUIET_ROUTES and status < SERVER_ERROR else log.info
    milliseconds = round(seconds * 1000, 1)
    tell("answered", route=route, method=method, status=status, milliseconds=milliseconds)


def _method(scope: Scope) -> str:
    method = str(scope.get("method", ""))
    return method if method in METHODS else "OTHER"


def _route(scope: Scope, status: int) -> str:
    template = scope.get("path_template")
    if template:
        return str(template)
    return "(no such address)" if status == NOT_FOUND else "(before routing)"
