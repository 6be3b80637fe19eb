"""Files that are added to a plan: of which kind by their content, pictures written anew."""

import asyncio
import io
import zipfile
from typing import Final

from litestar.datastructures import FormMultiDict, UploadFile

from app.i18n import gettext as _
from app.pictures import written_anew
from app.uploads import Unfit, mark_of, safe_name
from app.wording import number
from marketplace.plans.rules import FILE_BYTES_MAX

PICTURE_BYTES_MAX: Final = 12 * 1024 * 1024
FILES_AT_ONCE: Final = 5
PARTS_MAX: Final = 2000

MEDIA: Final = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""The kinds of file that a plan keeps, each with its media type."""

# JPEG, PNG, WebP. Their own first bytes: a JPEG's mark is too short for the measure of `mark_of`.
_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF")
_INSIDE: Final = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}


async def handed_in(form: FormMultiDict, field: str) -> list[tuple[str, str, bytes]]:
    """Return the name, kind and content of each file of a field. Raises `Unfit` for the first.

    A browser that chose nothing sends one without a name, which is left out.
    """
    given = [one for one in form.getall(field, []) if isinstance(one, UploadFile) and one.filename]
    if len(given) > FILES_AT_ONCE:
        raise Unfit(_("At most %(most)s files at once.") % {"most": number(FILES_AT_ONCE)})
    return [await _one(one) for one in given]


async def _one(given: UploadFile) -> tuple[str, str, bytes]:
    name = safe_name(given.filename)
    size = given.file.seek(0, 2)
    given.file.seek(0)
    if not size:
        raise Unfit(_("“%(name)s” is empty. Choose another.") % {"name": name})
    if size > PICTURE_BYTES_MAX:
        raise _too_large(name, PICTURE_BYTES_MAX)
    body = given.file.read()
    found = await asyncio.to_thread(_looked_at, body)
    if found is None:
        words = _("“%(name)s”: choose a PDF, a picture, or a file of Word or Excel without macros.")
        raise Unfit(words % {"name": name})
    kind, kept = found
    if len(kept) > FILE_BYTES_MAX:
        raise _too_large(name, FILE_BYTES_MAX)
    stem = name.rpartition(".")[0] or name
    return f"{stem}.{kind}", kind, kept


def _too_large(name: str, most: int) -> Unfit:
    words = _("“%(name)s” is larger than %(most)s megabytes.")
    return Unfit(words % {"name": name, "most": number(most // 1024 // 1024)})


def _looked_at(body: bytes) -> tuple[str, bytes] | None:
    """Return a file's kind and what is kept of it; None for one of another kind."""
    if body.startswith(_PICTURES):
        picture = written_anew(body)
        return ("jpg", picture) if picture is not None else None
    if mark_of(body[:8192]) == ".pdf":
        return "pdf", body
    kind = _office(body)
    return (kind, body) if kind else None


def _office(body: bytes) -> str:
    """Return `docx` or `xlsx` for a sound file of Word or Excel without macros, else nothing."""
    if not body.startswith(b"PK\x03\x04"):
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ""
    if len(names) > PARTS_MAX or "[Content_Types].xml" not in names:
        return ""
    if any("vba" in one.lower() for one in names):
        return ""
    return next((kind for part, kind in _INSIDE.items() if part in names), "")
