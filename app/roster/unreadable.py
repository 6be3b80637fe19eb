"""Why a file is no roster that could be read: one exception, with a code and what is told."""

from typing import Any


class Unreadable(Exception):
    """The file cannot be read as a roster. `code` names the words in `app/roster/words.py`."""

    def __init__(self, code: str, **fill: Any) -> None:
        self.code, self.fill = code, fill
        super().__init__(f"{code} {fill}" if fill else code)
