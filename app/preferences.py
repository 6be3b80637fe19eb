"""What a visitor chose for every page: language and text size, kept in two cookies.

The cookies hold one word each and say nothing about the person, so they need no consent and work
before anyone signs in.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from app.i18n import Language, negotiate, speaking
from app.settings import settings

TextSize = Literal["normal", "large"]

TEXT_SIZES: Final[tuple[TextSize, ...]] = get_args(TextSize)
LANGUAGE_COOKIE: Final = "language"
TEXT_SIZE_COOKIE: Final = "text-size"

_YEAR_SECONDS: Final = 365 * 24 * 60 * 60
_RETURN_LENGTH_MAX: Final = 2000

AnyConnection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Preferences:
    """How this visitor reads: in which language, and how large."""

    language: Language
    text_size: TextSize


def preferences_of(connection: AnyConnection) -> Preferences:
    """Return what the visitor chose, or what the browser asks for, or the defaults."""
    cookies = connection.cookies
    size = cookies.get(TEXT_SIZE_COOKIE)
    return Preferences(
        language=negotiate(cookies.get(LANGUAGE_COOKIE), connection.headers.get("accept-language")),
        text_size=size if size in TEXT_SIZES else "normal",
    )


def preference_cookie(name: str, value: str) -> Cookie:
    """Return a cookie that keeps a choice for a year; scripts have no business reading it."""
    return Cookie(
        key=name,
        value=value,
        max_age=_YEAR_SECONDS,
        path="/",
        secure=settings().secure,
        httponly=True,
        samesite="lax",
    )


def safe_return(target: str | None) -> str:
    """Return the path to go back to, or the home page where the target is not a path of ours.

    A form field or a header decides where a redirect leads, so anything that a browser could read
    as another host is refused: a scheme, a host, `//host`, a backslash (browsers take it for a
    slash) and control characters (browsers drop them before they read the rest).
    """
    if not target or len(target) > _RETURN_LENGTH_MAX:
        return "/"
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        return "/"
    if any(ord(character) < 0x21 or ord(character) == 0x7F for character in target):  # noqa: PLR2004 (ASCII controls and space)
        return "/"
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    return target if not parts.scheme and not parts.netloc else "/"


def here(connection: AnyConnection) -> str:
    """Return the page to come back to after a switch: this one, or the page a form came from.

    The answer to a POST has no address that a browser could GET, so there the referring page is
    taken, if it is ours.
    """
    if connection.scope.get("method") in {"GET", "HEAD"}:
        url = connection.url
        return safe_return(f"{url.path}?{url.query}" if url.query else url.path)
    return came_from(connection) or "/"


def came_from(connection: AnyConnection) -> str | None:
    """Return the page of ours that led to this request; None where the browser names none."""
    referrer = connection.headers.get("referer")
    if not referrer:
        return None
    try:
        parts = urlsplit(referrer)
    except ValueError:
        return None
    if parts.netloc != connection.headers.get("host"):
        return None
    return safe_return(f"{parts.path}?{parts.query}" if parts.query else parts.path)


class SpeakingMiddleware(ASGIMiddleware):
    """Answer each request in the visitor's language, in routes and below as well as in pages."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Set the language for the rest of the request."""
        connection: AnyConnection = ASGIConnection(scope, receive, send)
        with speaking(preferences_of(connection).language):
            await next_app(scope, receive, send)
