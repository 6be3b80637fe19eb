"""One sentence that survives a redirect: what was just done, shown once on the next page.

It travels in a cookie, and a cookie is the browser's word: somebody who could plant one (a
neighbouring host name, an old network) could put words of their own on a page of ours. And it may
say somebody's name. So it is sealed, with the moment at which it was said, and counts for two
minutes.
"""

import base64
import binascii
import json
import time
from dataclasses import dataclass
from typing import Any, Final, Literal

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.response import Redirect
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from app.keys import Unreadable, seal, unseal
from app.settings import settings

NoticeKind = Literal["done", "note", "wait", "wrong"]

NOTICE_COOKIE: Final = "notice"
_SHOWN: Final = "linli.notice_shown"
_SENTENCE_LENGTH_MAX: Final = 400
_LIFE_SECONDS: Final = 120
_PURPOSE: Final = "notices"


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence and its tone: done, note, wait or wrong."""

    kind: NoticeKind
    sentence: str


def noticed(answer: Redirect, sentence: str, kind: NoticeKind = "done") -> Redirect:
    """Return the redirect with a sentence for the page it leads to."""
    answer.cookies.append(
        Cookie(
            key=NOTICE_COOKIE,
            value=_sealed(Notice(kind, sentence[:_SENTENCE_LENGTH_MAX])),
            max_age=_LIFE_SECONDS,
            path="/",
            secure=settings().secure,
            httponly=True,
            samesite="lax",
        )
    )
    return answer


def _sealed(notice: Notice) -> str:
    said = json.dumps([notice.kind, notice.sentence, int(time.time())], ensure_ascii=False)
    return base64.urlsafe_b64encode(seal(_PURPOSE, said, owner="")).decode()


def _opened(raw: str) -> Notice | None:
    """Return what was said; None for anything that was not, or too long ago."""
    try:
        said = unseal(_PURPOSE, base64.urlsafe_b64decode(raw), owner="")
    except (binascii.Error, ValueError, Unreadable):
        return None
    kind, sentence, at = json.loads(said)
    return Notice(kind, sentence) if time.time() - at <= _LIFE_SECONDS else None


def waiting_notice(connection: ASGIConnection[Any, Any, Any, Any]) -> Notice | None:
    """Return the sentence that waits for this page and take note that it is being shown."""
    raw = connection.cookies.get(NOTICE_COOKIE)
    if not raw:
        return None
    connection.scope["state"][_SHOWN] = True
    return _opened(raw)


class NoticeMiddleware(ASGIMiddleware):
    """Forget a notice once a page has shown it."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Expire the notice's cookie in the answer that carries the notice."""

        async def forgetting(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["state"].get(_SHOWN):
                gone = Cookie(
                    key=NOTICE_COOKIE,
                    value="",
                    max_age=0,
                    path="/",
                    secure=settings().secure,
                    httponly=True,
                    samesite="lax",
                )
                MutableScopeHeaders.from_message(message).add(
                    "set-cookie", gone.to_header(header="")
                )
            await send(message)

        await next_app(scope, receive, forgetting)
