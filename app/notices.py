"""One sentence that survives a redirect: what was just done, shown once on the next page."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.response import Redirect
from litestar.types import ASGIApp, Message, Receive, Scope, Send

NoticeKind = Literal["done", "note", "wait", "wrong"]

NOTICE_COOKIE: Final = "notice"
_SHOWN: Final = "linli.notice_shown"
_SENTENCE_LENGTH_MAX: Final = 400
_LIFE_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence and its tone: done, note, wait or wrong."""

    kind: NoticeKind
    sentence: str


def noticed(answer: Redirect, sentence: str, kind: NoticeKind = "done") -> Redirect:
    """Return the redirect with a sentence for the page it leads to."""
    written = json.dumps([kind, sentence[:_SENTENCE_LENGTH_MAX]]).encode()
    answer.cookies.append(
        Cookie(
            key=NOTICE_COOKIE,
            value=base64.urlsafe_b64encode(written).decode(),
            max_age=_LIFE_SECONDS,
            path="/",
            httponly=True,
            samesite="lax",
        )
    )
    return answer


def waiting_notice(connection: ASGIConnection[Any, Any, Any, Any]) -> Notice | None:
    """Return the sentence that waits for this page and take note that it is being shown.

    A cookie is the browser's word, so anything unreadable is simply no notice.
    """
    raw = connection.cookies.get(NOTICE_COOKIE)
    if not raw:
        return None
    connection.scope["state"][_SHOWN] = True
    try:
        kind, sentence = json.loads(base64.urlsafe_b64decode(raw))
    except (binascii.Error, ValueError, TypeError):
        return None
    if kind not in get_args(NoticeKind) or not isinstance(sentence, str):
        return None
    return Notice(cast("NoticeKind", kind), sentence[:_SENTENCE_LENGTH_MAX])


class NoticeMiddleware(ASGIMiddleware):
    """Forget a notice once a page has shown it."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Expire the notice's cookie in the answer that carries the notice."""

        async def forgetting(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["state"].get(_SHOWN):
                gone = Cookie(key=NOTICE_COOKIE, value="", max_age=0, path="/", samesite="lax")
                MutableScopeHeaders.from_message(message).add(
                    "set-cookie", gone.to_header(header="")
                )
            await send(message)

        await next_app(scope, receive, forgetting)
