"""What a person or a program sees when a request cannot be answered: never a stack trace."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap

from app.preferences import here
from app.templating import environment
from app.watching import SERVER_ERROR, request_id_of

log = structlog.get_logger("linli.failure")

SIGN_IN = "/sign-in"

AnyRequest = Request[Any, Any, Any]


def refused(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Answer a request that the app itself turned down."""
    if error.status_code == HTTPStatus.UNAUTHORIZED and _opens_a_page(request):
        back = quote(here(request), safe="/")
        return Redirect(f"{SIGN_IN}?next={back}", status_code=303)
    if error.status_code >= SERVER_ERROR:
        log.error("request failed", exc_info=error)
    return _answer(request, error.status_code, str(error.detail), dict(error.headers or {}))


def failed(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answer a request that met a fault of ours; the log has the rest, under the same id."""
    log.error("request failed", exc_info=error)
    return _answer(request, SERVER_ERROR, "", {})


handlers: ExceptionHandlersMap = {HTTPException: refused, Exception: failed}


def _answer(
    request: AnyRequest, status: int, detail: str, headers: dict[str, str]
) -> Response[Any]:
    if _reads_pages(request):
        return Response(
            _page(request, status), media_type=MediaType.HTML, status_code=status, headers=headers
        )
    problem = {
        "type": "about:blank",
        "title": _title(status),
        "status": status,
        "request_id": request_id_of(request.scope),
    }
    if detail and status < SERVER_ERROR:
        problem["detail"] = detail
    return Response(
        problem, media_type="application/problem+json", status_code=status, headers=headers
    )


def _reads_pages(request: AnyRequest) -> bool:
    headers = request.headers
    return "text/html" in headers.get("accept", "") or headers.get("hx-request") == "true"


def _opens_a_page(request: AnyRequest) -> bool:
    """Whether a person opens a whole page, so that the way there can lead past the sign-in."""
    fragment = request.headers.get("hx-request") == "true"
    return request.method in {"GET", "HEAD"} and _reads_pages(request) and not fragment


def _page(request: AnyRequest, status: int) -> str:
    request_id = request_id_of(request.scope)
    try:
        template = environment.get_template("error.html")
        return template.render(request=request, status=status, request_id=request_id)
    except Exception:  # the page about a fault must not be a second fault
        log.exception("the error page failed")
        return f"<!doctype html><title>{status}</title><p>{_title(status)} ({request_id})"


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
