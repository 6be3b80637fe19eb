"""Reads a policy pack from its file, a TOML document, and names every fault by its line."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from enum import StrEnum
from typing import Any, Final

from community.policy.errors import PolicyError
from community.policy.pack import Pack
from community.policy.setting import WHOLE_NUMBER_MAX, Setting, Value
from community.policy.statements import Header, Path, Stated, Unreadable, place, statements

PACK_BYTES_MAX: Final = 64 * 1024
FAULTS_MAX: Final = 100
LENGTHS_MAX: Final = {"name": 80, "source": 500}
YEARS: Final = range(1950, 2200)

_TEXTS: Final = ("name", "source")
_MOMENT: Final = "holds_from"
_ABOUT: Final = (*_TEXTS, _MOMENT)


class Problem(StrEnum):
    """What can be wrong with a line of a pack."""

    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    UNREADABLE = "unreadable"
    UNCLOSED = "unclosed"
    UNKNOWN_TABLE = "unknown_table"
    UNKNOWN_KEY = "unknown_key"
    TWICE = "twice"
    MISSING = "missing"
    WRONG_TEXT = "wrong_text"
    WRONG_MOMENT = "wrong_moment"
    PAST = "past"
    WRONG_KIND = "wrong_kind"
    OUT_OF_BOUNDS = "out_of_bounds"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a pack's file, by its line (counted from 1).

    `key` is what the line states, `given` its value as a person would write it, `near` the known
    key that is most like it, `detail` what `tomllib` says, and `first` the line of the first of
    two. `setting` is there where the value breaks a setting's bounds.
    """

    line: int
    problem: Problem
    key: str = ""
    given: str = ""
    setting: Setting[Any] | None = None
    near: str = ""
    detail: str = ""
    first: int = 0


class BadPackFile(PolicyError):
    """A pack's file has faults; nothing of it was adopted. `more`: these are not all of them."""

    def __init__(self, faults: Iterable[Fault], *, more: bool = False) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line)
        self.more = more
        lines = ", ".join(str(fault.line) for fault in self.faults)
        super().__init__(f"faults in line {lines}")


def read_pack(
    content: bytes,
    *,
    settings: Iterable[Setting[Any]],
    zone: tzinfo,
    not_before: datetime | None = None,
) -> Pack:
    """Return the pack that a file states.

    A day, or a time without its offset, is one of `zone`. `not_before` is the moment before which
    the pack may not hold, if there is one. Raises `BadPackFile` with every fault.
    """
    if len(content) > PACK_BYTES_MAX:
        raise BadPackFile([Fault(1, Problem.TOO_LARGE)])
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadPackFile([Fault(line, Problem.NOT_UTF8)]) from error
    reading = _Reading(list(settings), zone, not_before)
    reading.read(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\r\n", "\n"))
    return reading.pack(text)


class _Reading:
    """One reading of one file: what was stated so far, and what was wrong with it."""

    def __init__(
        self, settings: list[Setting[Any]], zone: tzinfo, not_before: datetime | None
    ) -> None:
        self._settings: dict[Path, Setting[Any]] = {one.path: one for one in settings}
        self._tables = {setting.group for setting in settings}
        self._zone, self._not_before = zone, not_before
        self._faults: list[Fault] = []
        self._more = False
        self._seen: dict[Path, int] = {}
        self._headers: dict[Path, int] = {}
        self._values: dict[Setting[Any], Value] = {}
        self._about: dict[str, Any] = {}
        self._whole = True  # whether TOML could read every line

    def read(self, text: str) -> None:
        """Take in the statements; stop where there are too many faults to be of use."""
        table: Path | None = ()  # None: its header is at fault, and so is all below it
        for found in statements(text):
            if len(self._faults) >= FAULTS_MAX:
                self._more = True
                return
            if isinstance(found, Unreadable):
                self._whole = False
                problem = Problem.UNCLOSED if found.unclosed else Problem.UNREADABLE
                self._fault(found.line, problem, detail=found.why)
                table = None if found.header else table
                self._seen.setdefault((*(table or ()), *found.path), found.line)
            elif isinstance(found, Header):
                table = self._table(found)
            elif table is not None:
                self._state(found, (*table, *found.path))
        self._check_whole(text)
        for name in _TEXTS:
            if (name,) not in self._seen:
                self._fault(1, Problem.MISSING, key=name)

    def pack(self, text: str) -> Pack:
        """Return what was read. Raises `BadPackFile`."""
        if self._faults:
            raise BadPackFile(self._faults, more=self._more)
        usual = {setting: setting.default for setting in self._settings.values()}
        return Pack(
            self._about["name"],
            self._about["source"],
            self._about.get(_MOMENT),
            {**usual, **self._values},
            text,
        )

    def _fault(self, line: int, problem: Problem, **more: Any) -> None:
        self._faults.append(Fault(line, problem, **more))

    def _table(self, header: Header) -> Path | None:
        name = ".".join(header.path)
        if header.path in self._headers:
            first = self._headers[header.path]
            self._fault(header.line, Problem.TWICE, key=f"[{name}]", first=first)
            return None
        self._headers[header.path] = header.line
        if header.several or len(header.path) != 1 or name not in self._tables:
            near = _nearest(name, self._tables)
            self._fault(header.line, Problem.UNKNOWN_TABLE, key=name, near=near)
            return None
        return header.path

    def _state(self, found: Stated, path: Path) -> None:
        key = ".".join(path)
        if path in self._seen:
            self._fault(found.line, Problem.TWICE, key=key, first=self._seen[path])
            return
        self._seen[path] = found.line
        if len(path) == 1 and key in _TEXTS:
            self._text(found, key)
        elif path == (_MOMENT,):
            self._moment(found)
        elif path in self._settings:
            self._setting(found, self._settings[path])
        else:
            self._fault(found.line, Problem.UNKNOWN_KEY, key=key, near=self._near(path))

    def _near(self, path: Path) -> str:
        """Return the known key that was probably meant, first of all one of the same table."""
        if path[-1] in _ABOUT:
            return path[-1]
        if path[0] in self._tables:
            names = {known[1] for known in self._settings if known[0] == path[0]}
            name = _nearest(".".join(path[1:]), names)
            return f"{path[0]}.{name}" if name else ""
        keys = {".".join(known) for known in self._settings}
        return _nearest(".".join(path), keys | set(_ABOUT))

    def _text(self, found: Stated, name: str) -> None:
        text = found.value.strip() if isinstance(found.value, str) else ""
        if not 0 < len(text) <= LENGTHS_MAX[name]:
            self._fault(found.line, Problem.WRONG_TEXT, key=name, given=_written(found.value))
        else:
            self._about[name] = text

    def _moment(self, found: Stated) -> None:
        moment = _moment_of(found.value, self._zone)
        if moment is None:
            self._fault(found.line, Problem.WRONG_MOMENT, key=_MOMENT, given=_written(found.value))
        elif self._not_before is not None and moment < self._not_before:
            self._fault(found.line, Problem.PAST, key=_MOMENT, given=_written(found.value))
        else:
            self._about[_MOMENT] = moment

    def _setting(self, found: Stated, setting: Setting[Any]) -> None:
        if setting.allows(found.value):
            self._values[setting] = found.value
            return
        problem = Problem.OUT_OF_BOUNDS if setting.fits(found.value) else Problem.WRONG_KIND
        given = _written(found.value)
        self._fault(found.line, problem, key=setting.key, given=given, setting=setting)

    def _check_whole(self, text: str) -> None:
        """Ask TOML itself about the whole: statements that are sound alone may not go together."""
        if not self._whole:
            return
        try:
            tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            line, why = place(error, 1, text.count("\n") + 1)
            if all(fault.line != line for fault in self._faults):
                self._fault(line, Problem.UNREADABLE, detail=why)


def _moment_of(value: Any, zone: tzinfo) -> datetime | None:
    """Return the moment that a file names: a day begins at midnight."""
    if not isinstance(value, date) or value.year not in YEARS:
        return None
    moment = value if isinstance(value, datetime) else datetime.combine(value, time.min)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _nearest(name: str, known: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(name, sorted(known), n=1)), "")


def _written(value: Any) -> str:
    """Return a value as it would stand in the file, cut short where it is long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, date | time):
        text = value.isoformat()
    elif isinstance(value, Mapping):
        text = "{ ... }"
    elif isinstance(value, list):
        text = "[ ... ]"
    elif isinstance(value, int) and abs(value) > WHOLE_NUMBER_MAX:
        text = hex(value)  # thousands of digits, which Python refuses to write in tens
    else:
        text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 (a line's worth)
