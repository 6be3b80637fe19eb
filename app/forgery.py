"""Ties a form's anti-forgery token to the session it is sent in.

Litestar's own check compares the form's token with one in a cookie. Somebody who can plant a cookie
(a neighbouring host name, an old network) could plant one whose token they know. So a browser with
a session has no say in it: its token follows from the session's cookie by a keyed hash, and changes
whenever that does, at sign-in and after the second factor. A visitor without a session keeps the
cookie, whose name (`__Host-`) no other host can set where the site is reached over TLS.
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.middleware.csrf import generate_csrf_hash, generate_csrf_token
from litestar.types import Message, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from app.keys import key
from app.settings import settings

AnyConnection = ASGIConnection[Any, Any, Any, Any]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN_HEADER: Final = b"x-csrftoken"
_FRESH: Final = "linli.fresh_token"


def cookie_name(name: str) -> str:
    """Return a cookie's name; over TLS with the prefix that lets only this very host set it."""
    return f"__Host-{name}" if settings().secure else name


def forms_cookie() -> str:
    """Return the name of the cookie with a visitor's token."""
    return cookie_name("csrftoken")


def session_cookie() -> str:
    """Return the name of the cookie with a session's token."""
    return cookie_name("session")


def forms_secret() -> str:
    """Return the key under which tokens are signed."""
    return key("forms").hex()


def bind(connection: AnyConnection) -> None:
    """Let Litestar's check see the session's own token instead of the visitor's cookie."""
    token = bound_token(connection)
    if token is not None:
        connection.cookies[forms_cookie()] = token


def bound_token(connection: AnyConnection) -> str | None:
    """Return the token of the session that the browser has; None for a browser without one."""
    held = connection.cookies.get(session_cookie())
    if not held:
        return None
    secret = forms_secret()
    token = hmac.new(secret.encode(), held.encode(), "sha256").hexdigest()
    return token + generate_csrf_hash(token=token, secret=secret)


def fresh_token(connection: AnyConnection) -> str:
    """Make a token for a visitor whose request never met Litestar's check.

    An unknown address, or a form that the check itself refused: without this the switches on the
    page that says so would be refused as well. `keeping` sends the cookie that goes with it.
    """
    token = generate_csrf_token(secret=forms_secret())
    ScopeState.from_scope(connection.scope).csrf_token = token
    connection.scope["state"][_FRESH] = token
    return token


async def keeping(answer: App, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request; where a page made a token for a visitor, send its cookie along.

    A cookie that we did not sign (the secret has changed, or somebody made it up) counts as none:
    the visitor gets a new one instead of being refused for ever.
    """
    connection: AnyConnection = ASGIConnection(scope, receive, send)
    if not _signed(connection.cookies.get(forms_cookie(), "")):
        connection.cookies.pop(forms_cookie(), None)

    async def with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start" and _FRESH in scope["state"]:
            kept = Cookie(
                key=forms_cookie(),
                value=scope["state"].pop(_FRESH),
                path="/",
                secure=settings().secure,
                httponly=True,
                samesite="lax",
            )
            MutableScopeHeaders.from_message(message).add("set-cookie", kept.to_header(header=""))
        await send(message)

    await answer(scope, receive, with_cookie)


def drop_odd_tokens(scope: Scope) -> None:
    """Take a token in a header for none where it is no plain text: comparing it would fail.

    Before anybody reads the headers, for they are read only once.
    """
    scope["headers"] = [
        (name, value)
        for name, value in scope["headers"]
        if name.lower() != TOKEN_HEADER or value.isascii()
    ]


def _signed(token: str) -> bool:
    half = len(token) // 2
    signature = generate_csrf_hash(token=token[:half], secret=forms_secret())
    return hmac.compare_digest(signature.encode(), token[half:].encode())
