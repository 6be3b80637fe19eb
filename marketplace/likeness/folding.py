"""Folds a text so that ways of writing do not count: script, width, case, marks and spaces."""

import re
import unicodedata
from functools import cache
from typing import Final

from opencc import OpenCC

_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_ANYTHING_ELSE: Final = re.compile(r"[^0-9a-z\u3400-\u9fff]+")


@cache
def _simplifier() -> OpenCC:
    """Return the converter of traditional characters; it loads its tables once a process."""
    return OpenCC("t2s")


def folded(text: str) -> str:
    """Return a text in simplified characters, half width, lower case, without accents and marks.

    What is neither a letter, a digit nor a Chinese character becomes one space.
    """
    plain = unicodedata.normalize("NFKC", text)
    if _HAN.search(plain):
        plain = _simplifier().convert(plain)
    else:
        apart = unicodedata.normalize("NFKD", plain)
        plain = "".join(one for one in apart if not unicodedata.combining(one))
    lower = plain.lower().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    return _ANYTHING_ELSE.sub(" ", lower).strip()
