"""What a person or a program sees when a request cannot be answered: never a stack trace.

A person gets a page that says what happened, what was kept and what to do, with the next step as a
button; a program gets a problem (RFC 9457). Both get the number under which the log has the rest.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import asyncpg
import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.response.base import ASGIResponse
from litestar.types import ExceptionHandlersMap, Receive, Scope, Send

from app.arriving import desk_phone
from app.guards import SecondFactorWanted
from app.i18n import ngettext
from app.preferences import came_from, here
from app.templating import environment
from app.watching import SERVER_ERROR, request_id_of
from app.wording import duration

log = structlog.get_logger("linli.failure")

SIGN_IN: Final = "/sign-in"
SECOND_STEP: Final = "/sign-in/second-step"
STALE_FORM: Final = "CSRF token verification failed"
"""What Litestar says of a form without its token, or with one of an earlier sign-in."""

WAIT_SECONDS: Final = 10
"""When to try again while the database cannot be reached or is too busy."""
DESK_SECONDS_MAX: Final = 1
"""How long a page about a fault may look for the desk's telephone number."""

# The database is not there, not yet, no longer, or has no room or time for this request.
UNREACHABLE: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    ConnectionError,
    TimeoutError,
)

AnyRequest = Request[Any, Any, Any]


def refused(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Answer a request that the app itself turned down."""
    if error.status_code == HTTPStatus.UNAUTHORIZED and _opens_a_page(request):
        back = quote(here(request), safe="/")
        return Redirect(f"{SIGN_IN}?next={back}", status_code=303)
    if isinstance(error, SecondFactorWanted) and _opens_a_page(request):
        back = quote(here(request), safe="/")
        return Redirect(f"{SECOND_STEP}?next={back}", status_code=303)
    if error.status_code >= SERVER_ERROR:
        log.error("request failed", exc_info=error)
    headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
    told = error.extra.get("happened") if isinstance(error.extra, dict) else None
    trouble = Trouble.of(request, error.status_code, str(error.detail), headers)
    return _answer(request, replace(trouble, happened=told or ""), headers)


def failed(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answer a request that met a fault of ours; the log has the rest, under the same id."""
    log.error("request failed", exc_info=error)
    if isinstance(error, UNREACHABLE):
        headers = {"retry-after": str(WAIT_SECONDS)}
        unready = Trouble.of(request, HTTPStatus.SERVICE_UNAVAILABLE, "", headers)
        return _answer(request, unready, headers)
    return _answer(request, Trouble.of(request, SERVER_ERROR, "", {}), {})


handlers: ExceptionHandlersMap = {HTTPException: refused, Exception: failed}


def _answer(request: AnyRequest, trouble: "Trouble", headers: dict[str, str]) -> Response[Any]:
    if _reads_pages(request):
        return _TroublePage(request, trouble, headers)
    problem = {
        "type": "about:blank",
        "title": _title(trouble.status),
        "status": trouble.status,
        "request_id": request_id_of(request.scope),
    }
    if trouble.detail and trouble.status < SERVER_ERROR:
        problem["detail"] = trouble.detail
    return Response(
        problem,
        media_type="application/problem+json",
        status_code=trouble.status,
        headers=headers,
    )


def _reads_pages(request: AnyRequest) -> bool:
    headers = request.headers
    return "text/html" in headers.get("accept", "") or _by_htmx(request)


def _by_htmx(request: AnyRequest) -> bool:
    return request.headers.get("hx-request") == "true"


def _opens_a_page(request: AnyRequest) -> bool:
    """Whether a person opens a whole page, so that the way there can lead past the sign-in."""
    return request.method in {"GET", "HEAD"} and _reads_pages(request) and not _by_htmx(request)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is told of a refusal or a fault.

    `detail` is for programs. `happened` is what a route itself says of it to a person, in their
    language (`extra={"happened": ...}`), else empty. `stale` is a form that was open for too long.
    `back` is the page that one came from, empty where it is not known; `again` is this very
    address, where it can be opened once more. `wait` says in words after how long.
    """

    status: int
    detail: str = ""
    happened: str = ""
    stale: bool = False
    back: str = ""
    again: str = ""
    wait: str = ""

    @classmethod
    def of(
        cls, request: AnyRequest, status: int, detail: str, headers: Mapping[str, str]
    ) -> "Trouble":
        """Return what can be told of a refusal without looking anything up."""
        opened = request.method in {"GET", "HEAD"} and not _by_htmx(request)
        return cls(
            status,
            detail=detail,
            stale=status == HTTPStatus.FORBIDDEN and detail == STALE_FORM,
            back=came_from(request) or "",
            again=here(request) if opened else "",
            wait=_wait_words(headers.get("retry-after", "")),
        )


def _wait_words(seconds: str) -> str:
    """Return in words how long to wait; nothing where the answer does not say it in seconds."""
    if not (seconds.isascii() and seconds.isdecimal()):
        return ""
    count = max(1, int(seconds))
    if count < 60:  # noqa: PLR2004 (a minute)
        return ngettext("%(count)s second", "%(count)s seconds", count) % {"count": count}
    return duration(-(-count // 60))


class _TroublePage(Response[bytes]):
    """The page about a refusal or a fault, which looks up the desk's number while it answers."""

    def __init__(self, request: AnyRequest, trouble: Trouble, headers: dict[str, str]) -> None:
        super().__init__(b"", media_type=MediaType.HTML, status_code=trouble.status)
        self._request, self._trouble = request, trouble
        self._own_headers = headers | (_INTO_THE_PAGE if _by_htmx(request) else {})

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIResponse:
        """Return what sends the page."""
        return _Telling(self._request, self._trouble, self._own_headers)


# A fragment was asked for, and a whole page comes: its main part takes the place of the page's.
_INTO_THE_PAGE: Final = {
    "hx-retarget": "#main",
    "hx-reselect": "#main",
    "hx-reswap": "outerHTML show:#main:top",
}


class _Telling(ASGIResponse):
    """Makes the page and sends it."""

    def __init__(self, request: AnyRequest, trouble: Trouble, headers: dict[str, str]) -> None:
        super().__init__(status_code=trouble.status)
        self._request, self._trouble, self._own_headers = request, trouble, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the page."""
        phone = await _desk_phone(self._request)
        answer = ASGIResponse(
            body=_page(self._request, self._trouble, phone).encode(),
            media_type=MediaType.HTML,
            status_code=self._trouble.status,
            headers=self._own_headers,
        )
        await answer(scope, receive, send)


async def _desk_phone(request: AnyRequest) -> str:
    """Return whom to call; nothing where that cannot be found out just now."""
    try:
        async with asyncio.timeout(DESK_SECONDS_MAX):
            return await desk_phone(request)
    except Exception:  # the page about a fault must not be a second fault
        log.exception("the desk's number could not be looked up")
        return ""


def _page(request: AnyRequest, trouble: Trouble, phone: str) -> str:
    request_id = request_id_of(request.scope)
    try:
        template = environment.get_template("error.html")
        return template.render(
            request=request, trouble=trouble, desk_phone=phone, request_id=request_id
        )
    except Exception:  # the page about a fault must not be a second fault
        log.exception("the error page failed")
        title = _title(trouble.status)
        return f"<!doctype html><title>{trouble.status}</title><p>{title} ({request_id})"


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
