"""Which column is which, by its name in either language, and what a row of cells says."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from app.phones import e164
from app.roster.cells import (
    CELL_CHARACTERS_MAX,
    day_of,
    digits_of,
    is_birth_date,
    is_home_mobile,
    text_of,
)
from app.roster.synonyms import COLUMNS, LANGUAGES, REGISTRATIONS, ROLES
from community import Registration, Role, SealedIdentity
from community.masking import HIDDEN, masked
from community.roster import Fault, RosterRow

LENGTHS_MAX: Final = {
    "name": 80,
    "grid": 80,
    "household": 40,
    "address": 200,
    "roster_number": 40,
    "email": 254,
}
_SEPARATORS: Final = re.compile(r"[,;、/|，；\n]+")
_NOT_LETTERS: Final = re.compile(r"[\W_]+")
_BRACKETED: Final = re.compile(r"[(（\[【].*?[)）\]】]")
_RUNS: Final = re.compile("[\u4e00-\u9fff]+|[^\u4e00-\u9fff]+")  # of one writing each
_SPREAD: Final = re.compile("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_SENSITIVE: Final = {"phone", "identity", "birth_date", "email", "address"}

Seal = Callable[[str], tuple[SealedIdentity, date] | None]
"""Seals an identity number and reads its birth date; None where it is no valid one."""


def _plain(word: str) -> str:
    """Return a word as names are compared: small letters, no spaces, signs or brackets."""
    normal = unicodedata.normalize("NFKC", word).casefold()
    return _NOT_LETTERS.sub("", _BRACKETED.sub("", normal)) or _NOT_LETTERS.sub("", normal)


def _by_word(names: Mapping[Any, Sequence[str]]) -> dict[str, Any]:
    return {_plain(word): meant for meant, words in names.items() for word in words}


_COLUMN_OF: Final[Mapping[str, str]] = _by_word(COLUMNS)
_REGISTRATION_OF: Final[Mapping[str, Registration]] = _by_word(REGISTRATIONS)
_ROLE_OF: Final[Mapping[str, Role]] = {
    **_by_word(ROLES),
    **{_plain(role.value): role for role in ROLES},
}
_LANGUAGE_OF: Final[Mapping[str, str]] = _by_word(LANGUAGES)


def column_of(header: Any) -> str | None:
    """Return which column a header names, None for one that a roster does not have.

    Case, spaces, signs, stars and remarks in brackets do not matter, and a header in both
    languages, `姓名 Name`, is one of either.
    """
    said = text_of(header)
    found = _COLUMN_OF.get(_plain(said))
    if found:
        return found
    both = {_COLUMN_OF.get(_plain(part)) for part in _RUNS.findall(said)}
    return both.pop() if len(both) == 1 else None


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each column stands in a file, and what else stands there.

    `unknown` are the headers that a roster does not have, `twice` those that name a column that
    another header before them names; neither is read.
    """

    places: Mapping[str, int]
    unknown: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()

    @classmethod
    def of(cls, header: Sequence[Any]) -> "Columns":
        """Return the columns that a header row names."""
        places: dict[str, int] = {}
        unknown, twice = [], []
        for place, cell in enumerate(header):
            said = text_of(cell)
            if not said:
                continue
            column = column_of(said)
            if column is None:
                unknown.append(said[:60])
            elif column in places:
                twice.append(said[:60])
            else:
                places[column] = place
        return cls(places, tuple(unknown), tuple(twice))


@dataclass(slots=True)
class RowReader:
    """Reads rows of cells under known columns. Without `seal` identity numbers are passed over."""

    columns: Columns
    seal: Seal | None = None
    _row: RosterRow = field(default_factory=lambda: RosterRow(0))
    _born: date | None = None

    def read(self, row_number: int, cells: Sequence[Any]) -> RosterRow | None:
        """Return what a row says with every fault of its own; None for an empty row."""
        given: dict[str, str] = {}
        for column, place in self.columns.places.items():
            text = text_of(cells[place]) if place < len(cells) else ""
            if text:
                given[column] = text
        if not given:
            return None
        self._row, self._born = RosterRow(row_number), None
        if "name" not in given:
            self._refuse("name", "name_missing")
        for column, text in given.items():
            if len(text) > LENGTHS_MAX.get(column, CELL_CHARACTERS_MAX):
                self._refuse(column, "too_long", text)
                continue
            value = cells[self.columns.places[column]] if column == "birth_date" else text
            getattr(self, f"_read_{column}")(value)
        self._compare_births(given)
        return self._row

    def _compare_births(self, given: Mapping[str, str]) -> None:
        """Take the birth date from the identity number where the row says none of its own."""
        if self._born is None:
            return
        if "birth_date" not in given:
            self._row.birth_date = self._born
        elif self._row.birth_date not in {None, self._born}:
            self._refuse("identity", "identity_birth_date", given["identity"])

    def _refuse(self, column: str, code: str, text: str = "") -> None:
        self._row.misread.append(Fault(column, code, shown(column, text)))

    def _read_name(self, text: str) -> None:
        # Names of two characters are often spread to the width of three.
        self._row.name = _SPREAD.sub("", text)

    def _read_phone(self, text: str) -> None:
        written = digits_of(text)
        phone = f"+86{written}" if is_home_mobile(written) else e164(written)
        if phone is None:
            self._refuse("phone", "phone_form", text)
        self._row.phone = phone

    def _read_email(self, text: str) -> None:
        if _EMAIL.fullmatch(text):
            self._row.email = text
        else:
            self._refuse("email", "email_form", text)

    def _read_birth_date(self, value: Any) -> None:
        day = day_of(value)
        if day is None:
            self._refuse("birth_date", "birth_date_form", text_of(value))
        elif not is_birth_date(day):
            self._refuse("birth_date", "birth_date_range", day.isoformat())
        else:
            self._row.birth_date = day

    def _read_roster_number(self, text: str) -> None:
        self._row.roster_number = digits_of(text)

    def _read_identity(self, text: str) -> None:
        if self.seal is None:
            return
        found = self.seal(text)
        if found is None:
            self._refuse("identity", "identity_form", text)
        else:
            sealed, self._born = found
            self._row.identity_sealed = sealed.sealed
            self._row.identity_lookup = sealed.lookup
            self._row.identity_lookups = sealed.lookups

    def _read_registration(self, text: str) -> None:
        self._row.registration = _REGISTRATION_OF.get(_plain(text))
        if self._row.registration is None:
            self._refuse("registration", "registration_unknown", text)

    def _read_grid(self, text: str) -> None:
        self._row.grid = digits_of(text)

    def _read_household(self, text: str) -> None:
        self._row.household = digits_of(text)

    def _read_address(self, text: str) -> None:
        self._row.address = text

    def _read_roles(self, text: str) -> None:
        asked = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
        roles = [_ROLE_OF.get(_plain(part)) for part in asked]
        for part, role in zip(asked, roles, strict=True):
            if role is None:
                self._refuse("roles", "role_unknown", part)
        self._row.roles = sorted({role for role in roles if role is not None})

    def _read_language(self, text: str) -> None:
        self._row.language = _LANGUAGE_OF.get(_plain(text))
        if self._row.language is None:
            self._refuse("language", "language_unknown", text)

    def _read_linli_number(self, text: str) -> None:
        try:
            self._row.linli_number = UUID(text)
        except ValueError:
            self._refuse("linli_number", "linli_number_form", text)


def shown(column: str, text: str) -> str:
    """Return what stands in a cell as a report may show it: masked where it is sensitive."""
    if column not in _SENSITIVE or not text:
        return text[:60]
    hidden: str = masked({column: text})[column]
    if hidden != HIDDEN:
        return hidden
    # Its shape is what is wrong, so the usual mask does not know it: show its ends.
    return f"{text[:2]}{HIDDEN}{text[-2:]}" if len(text) > 6 else f"{text[:1]}{HIDDEN}"  # noqa: PLR2004 (half of it stays hidden)
