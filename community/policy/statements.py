"""Splits a TOML document into its statements, each with the line it begins on.

`tomllib` reads a document as a whole: it names the line of the first mistake in the writing, and
of no value at all. Whoever corrects a file wants every mistake by its line, so each statement is
read by `tomllib` on its own here: a table's header, or a key with its value, which may go on over
several lines.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

STATEMENT_LINES_MAX: Final = 100
"""The most lines that one value may take; more of a broken file is not looked through."""

_PLACE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_OPENINGS: Final = ("[", '"""', "'''")
_NEXT: Final = re.compile(
    r"""\s*(?:[A-Za-z0-9_.\s"'-]+=|\[{1,2}[A-Za-z0-9_.\s"'-]+\]{1,2}\s*(?:\#.*)?$)"""
)
_PLAIN_KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=")

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """`[table]`, or `[[table]]` for one of several."""

    line: int
    path: Path
    several: bool


@dataclass(frozen=True, slots=True)
class Stated:
    """A key with its value; an inline table states several, all on this line."""

    line: int
    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that TOML cannot read: what `tomllib` says, and the key that it seems to state.

    `unclosed`: a long text or a list begins here whose end never comes.
    """

    line: int
    why: str
    unclosed: bool
    header: bool
    path: Path


Statement = Header | Stated | Unreadable


def statements(text: str) -> Iterator[Statement]:
    """Yield the statements of a document, in their order.

    Lines end in a line feed alone. A key's path is within its table, which the last header named.
    """
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        if not lines[at].strip(" \t") or lines[at].lstrip(" \t").startswith("#"):
            at += 1
            continue
        found, taken = _statement(lines, at)
        yield from found
        at += taken


def place(error: Exception, first: int, last: int) -> tuple[int, str]:
    """Return the line of a mistake in the lines from `first` to `last`, and what is wrong."""
    if isinstance(error, RecursionError):
        return first, "Too many brackets within brackets"
    if not isinstance(error, tomllib.TOMLDecodeError):
        return first, "A number with too many digits"
    said = _PLACE.search(str(error))
    if said is None:
        return first, str(error)
    line = first + int(said.group(1)) - 1 if said.group(1) else last
    return line, str(error)[: said.start()]


def _statement(lines: list[str], at: int) -> tuple[list[Statement], int]:
    """Read the statement that begins here: as many lines as it needs, if any number will do."""
    line, why, wants_more = at + 1, "", False
    for end in range(at + 1, min(at + STATEMENT_LINES_MAX, len(lines)) + 1):
        text = "\n".join(lines[at:end])
        try:
            read = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            line, why = place(error, at + 1, end)
            wants_more = _goes_on(text, error)
            if not wants_more:
                break
        else:
            return _as_statements(text, read, at + 1), end - at
    # A value that is never closed swallows what follows, and TOML finds the fault in a sound line.
    unclosed = wants_more or (line > at + 1 and _NEXT.match(lines[line - 1]) is not None)
    key = _PLAIN_KEY.match(lines[at])
    path = tuple(re.split(r"\s*\.\s*", key.group(1))) if key else ()
    header = lines[at].lstrip(" \t").startswith("[")
    found = Unreadable(at + 1 if unclosed else line, why, unclosed, header, path)
    return [found], _up_to_next(lines, at) if unclosed or line > at + 1 else 1


def _goes_on(text: str, error: Exception) -> bool:
    """Say whether the text might be the beginning of a longer value: an array or a long string."""
    if text.lstrip(" \t").startswith("[") or not any(one in text for one in _OPENINGS):
        return False
    said = _PLACE.search(str(error))
    return said is not None and said.group(1) is None


def _up_to_next(lines: list[str], at: int) -> int:
    """Return how many lines it is from here to the next that looks like a statement's first."""
    for number in range(at + 1, len(lines)):
        if _NEXT.match(lines[number]):
            return number - at
    return len(lines) - at


def _as_statements(text: str, read: dict[str, Any], line: int) -> list[Statement]:
    stripped = text.lstrip(" \t")
    if stripped.startswith("["):
        path, value = _only_way(read)
        return [Header(line, path, isinstance(value, list))]
    return [Stated(line, path, value) for path, value in _leaves((), read)]


def _only_way(read: dict[str, Any]) -> tuple[Path, Any]:
    path: Path = ()
    value: Any = read
    while isinstance(value, dict) and value:
        (name, value), *_ = value.items()
        path = (*path, name)
    return path, value


def _leaves(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and (value or not path):
        for name, inner in value.items():
            yield from _leaves((*path, name), inner)
    else:
        yield path, value
