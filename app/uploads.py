"""Files that people hand in: how large, of which kind by their content, and under which name.

Neither the name nor the type that a browser declares is believed. How large a request may be is
refused before it is read (`request_max_body_size` of the route); what is left to say here is said
in the form, where people can choose another file.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Final

import puremagic
from litestar.datastructures import FormMultiDict, UploadFile

from app.i18n import gettext as _
from app.wording import number

AROUND_BYTES: Final = 64 * 1024
"""What stands around a file in its form: the other fields, and the marks between them."""

_START_BYTES: Final = 8192
_NAME_LENGTH_MAX: Final = 100
_SURE_ENOUGH: Final = 0.4  # puremagic's own measure: a signature of its own reaches it
_TEXTS: Final = frozenset({"", ".csv", ".txt", ".tsv", ".ini", ".toml"})
_ZIP: Final = b"PK\x03\x04"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WIDE_TEXT: Final = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, as a spreadsheet writes it
_BREAKS: Final = frozenset("\t\r\n\u2028\u2029")
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")


class Kind(StrEnum):
    """What a file is, by its content."""

    TEXT = "text"
    WORKBOOK = "workbook"
    OLD_WORKBOOK = "old_workbook"
    OTHER = "other"


class Unfit(Exception):
    """No file was chosen, or not such a one; `why` is a sentence for the form.

    `kind` is the usual end of such files' names where it is of another kind, and which is known.
    """

    def __init__(self, why: str, kind: str = "") -> None:
        self.why, self.kind = why, kind
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in, at its beginning; `name` is safe to show, store and send back."""

    name: str
    file: IO[bytes]
    size: int
    kind: Kind


def chosen(form: FormMultiDict, field: str) -> UploadFile | None:
    """Return the file of a field; None where nobody chose one."""
    return next(iter(all_chosen(form, field)), None)


def all_chosen(form: FormMultiDict, field: str) -> list[UploadFile]:
    """Return the files of a field; a browser that chose nothing sends one without a name."""
    files = [one for one in form.getall(field, []) if isinstance(one, UploadFile)]
    return [one for one in files if one.filename]


def taken(form: FormMultiDict, field: str, *, kinds: Collection[Kind], bytes_max: int) -> Upload:
    """Return the file of a field. Raises `Unfit` with what to do."""
    given = chosen(form, field)
    if given is None:
        raise Unfit(_("Choose the file first."))
    size = given.file.seek(0, 2)
    given.file.seek(0)
    start = given.file.read(_START_BYTES)
    given.file.seek(0)
    if not size:
        raise Unfit(_("This file is empty. Choose another."))
    if size > bytes_max:
        most = number(max(1, bytes_max // 1024))
        raise Unfit(_("This file is larger than %(most)s kilobytes.") % {"most": most})
    kind = kind_of(start)
    if kind not in kinds:
        why = _("This is another kind of file, whatever its name says. Choose another.")
        raise Unfit(why, mark_of(start).lstrip("."))
    return Upload(safe_name(given.filename), given.file, size, kind)


def kind_of(start: bytes) -> Kind:
    """Return what a file is, from its first bytes."""
    if start.startswith(_ZIP):
        return Kind.WORKBOOK  # or any other archive: whoever reads it looks inside
    if start.startswith(_OLD_OFFICE):
        return Kind.OLD_WORKBOOK
    if start.startswith(_WIDE_TEXT):
        plain = start[: len(start) // 2 * 2].decode("utf-16", errors="ignore").encode()
    else:
        plain = start
    if _NO_TEXT.search(plain) or mark_of(start) not in _TEXTS:
        return Kind.OTHER
    return Kind.TEXT


def safe_name(given: str) -> str:
    """Return a file's name without its folders, and without what would mislead or break a line."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    plain = "".join(
        " " if one in _BREAKS else one
        for one in last
        if one in _BREAKS or (unicodedata.category(one)[0] != "C" and one not in '"<>|:*?;')
    )
    words = " ".join(plain.split()).strip(". ")
    stem, dot, end = words.rpartition(".")
    if len(words) > _NAME_LENGTH_MAX:
        kept = dot + end if dot and len(end) <= 10 else ""  # noqa: PLR2004 (the longest usual end)
        words = (stem if kept else words)[: _NAME_LENGTH_MAX - len(kept)] + kept
    return words or "file"


def mark_of(start: bytes) -> str:
    """Return the usual end of such files' names; nothing for what has no mark of its own."""
    try:
        found = puremagic.magic_string(start)
    except (puremagic.PureError, ValueError):
        return ""
    sure = [one.extension for one in found if one.confidence >= _SURE_ENOUGH]
    return sure[0] if sure else ""
