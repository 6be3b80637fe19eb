"""Amounts of money as text: exact integers in, the file's own decimals out."""

import re

_AMOUNT = re.compile(r"(\d+)(?:\.(\d*))?")


def decimals(text: str) -> int | None:
    """Return how many decimals an amount needs (`12.50` needs one); None when it is no amount."""
    match = _AMOUNT.fullmatch(text)
    if match is None or not text.isascii():
        return None
    return len((match[2] or "").rstrip("0"))


def in_smallest_unit(text: str, scale: int) -> int:
    """Return an amount that `decimals` accepts as an integer of 10 ** -`scale`."""
    whole, _, part = text.partition(".")
    return int(whole + part.rstrip("0").ljust(scale, "0"))


def as_text(amount: int, scale: int) -> str:
    """Show an integer amount with its decimals: 1250 at scale 2 is `12.50`."""
    if scale == 0:
        return str(amount)
    sign, digits = ("-" if amount < 0 else ""), str(abs(amount)).rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}"
