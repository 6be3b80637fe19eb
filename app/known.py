"""Browsers in which somebody has signed in before: strangers' guesses do not slow those down.

The cookie holds a random mark of the browser, and for each number that signed in there a keyed hash
of mark and number. It signs nobody in. It only gives whoever has it a lane of their own when
passwords are tried (OWASP calls such a thing a device cookie).
"""

import hmac
import secrets
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from app.forgery import cookie_name
from app.keys import mac
from app.settings import settings

YEAR_SECONDS: Final = 365 * 24 * 60 * 60
NUMBERS_MAX: Final = 8  # a family's computer; the oldest is forgotten first
_PROOF_CHARACTERS: Final = 32

AnyConnection = ASGIConnection[Any, Any, Any, Any]


def known_as(connection: AnyConnection, phone: str) -> str | None:
    """Return the browser's mark if somebody with this number has signed in in it before."""
    mark, *proofs = _held(connection)
    proof = _proof(mark, phone)
    found = any(hmac.compare_digest(proof.encode(), held.encode()) for held in proofs)
    return mark if found else None


def knowing_cookie(connection: AnyConnection, phone: str) -> Cookie:
    """Return the cookie by which the browser is known for this number from now on."""
    mark, *proofs = _held(connection)
    mark = mark or secrets.token_urlsafe(16)
    proof = _proof(mark, phone)
    kept = [*(one for one in proofs if one != proof), proof][-NUMBERS_MAX:]
    return Cookie(
        key=cookie_name("known"),
        value=".".join([mark, *kept]),
        max_age=YEAR_SECONDS,
        path="/",
        secure=settings().secure,
        httponly=True,
        samesite="lax",
    )


def _held(connection: AnyConnection) -> list[str]:
    return connection.cookies.get(cookie_name("known"), "")[:1000].split(".")


def _proof(mark: str, phone: str) -> str:
    return mac("known browser", f"{mark} {phone}").hex()[:_PROOF_CHARACTERS]
