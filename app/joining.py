"""Codes and words for joining: what stands on an invitation's slip, and what people agree to."""

import secrets
import unicodedata
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark
from app.keys import mac
from app.messages.post import gateways
from app.settings import settings
from app.sign_in.policy import patience
from community.applications import JoiningCode

# Without letters and digits that are taken for one another, nor vowels that would spell a word.
SIGNS: Final = "23456789BCDFGHJKMNPQRSTVWXZ"
LENGTH: Final = 10  # 47 bits: nobody guesses one, at the pace that the page allows
DIGITS_SENT: Final = 6

RULES: Final = (
    mark("I join under my own name, and I live, work or volunteer here."),
    mark("I treat neighbours with respect, and keep to what we agreed."),
    mark(
        "The community desk keeps my name, telephone, birth date and address, to know who I am and "
        "to reach me. It shows them to nobody who does not need them for that."
    ),
    mark("I may see at any time what is kept of me, have it corrected, and leave."),
)


def new_invitation_code() -> str:
    """Return a code to be printed, in two groups: `7KQ2M-XHWPD`."""
    code = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    return f"{code[:5]}-{code[5:]}"


def invitation_digest(typed: str) -> bytes:
    """Return what the register keeps of a code, however it was typed: small, with spaces."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    return mac("invitation", "".join(one for one in plain if one.isalnum()))


async def new_joining_code() -> JoiningCode | None:
    """Return a code to confirm a telephone with; None where this installation sends no SMS."""
    if not gateways(settings()).sms:
        return None
    rule = await patience()
    digits = "".join(secrets.choice("0123456789") for _ in range(DIGITS_SENT))
    return JoiningCode(digits, joining_digest(digits), rule.code_tries, rule.code_minutes)


def joining_digest(typed: str) -> bytes:
    """Return what the register keeps of a joining code, however it was typed."""
    return mac("joining", "".join(one for one in typed if one.isdigit()))


def agreed_words() -> str:
    """Return what somebody agrees to, in the language in which they read it."""
    return "\n".join(_(sentence) for sentence in RULES)
