"""Ties a form's anti-forgery token to the session it is sent in.

Litestar's own check compares the form's token with one in a cookie. Somebody who can plant a cookie
(a neighbouring host name, an old network) could plant one whose token they know. So a browser with
a session has no say in it: its token follows from the session's cookie by a keyed hash, and changes
whenever that does, at sign-in and after the second factor. A visitor without a session keeps the
cookie, whose name (`__Host-`) no other host can set where the site is reached over TLS.
"""

import hmac
from typing import Any

from litestar.connection import ASGIConnection
from litestar.middleware.csrf import generate_csrf_hash

from app.keys import key
from app.settings import settings

AnyConnection = ASGIConnection[Any, Any, Any, Any]


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
