"""Reads amounts of money as people type them, exactly."""

import re
import unicodedata
from typing import Final

_YUAN: Final = re.compile(r"(\d{1,12})(?:\.(\d{1,2}))?")


def fen_of_yuan(text: str) -> int | None:
    """Return an amount typed in yuan as fen; None where it is no amount of at most two decimals.

    Full-width digits, spaces, a sign of the yuan and commas between groups of three are read too:
    `¥1,200.50`, `１２００元`.
    """
    plain = unicodedata.normalize("NFKC", text).strip().strip("¥元").strip()
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?", plain):
        plain = plain.replace(",", "")
    matched = _YUAN.fullmatch(plain)
    if matched is None:
        return None
    whole, part = matched[1], matched[2] or ""
    return int(whole) * 100 + int(part.ljust(2, "0"))


def yuan_of_fen(fen: int) -> str:
    """Return an amount in fen as one would type it in yuan: `1200.50`, `1200`."""
    whole, part = divmod(fen, 100)
    return f"{whole}.{part:02d}" if part else str(whole)
