"""Photographs that people hand in: read by their content, made small, and written anew.

What is kept is a JPEG of our own making: turned upright, at most 1,600 pixels wide or high, and
without what the camera wrote into it of place, time and maker.
"""

import asyncio
import io
import warnings
from typing import IO, Final

from litestar.datastructures import FormMultiDict
from PIL import Image, ImageOps, UnidentifiedImageError

from app.i18n import gettext as _
from app.uploads import Unfit, all_chosen
from app.wording import number

PHOTO_BYTES_MAX: Final = 12 * 1024 * 1024
SIDE_MAX: Final = 1600
PIXELS_MAX: Final = 60_000_000
KEPT_BYTES_MAX: Final = 1024 * 1024
QUALITIES: Final = (82, 70, 55, 40)
FORMATS: Final = ("JPEG", "PNG", "WEBP")


async def photo_of(form: FormMultiDict, field: str) -> bytes | None:
    """Return the photograph of a field as JPEG; None where nobody chose one. Raises `Unfit`."""
    given = all_chosen(form, field)
    return await _kept(given[0].file) if given else None


async def photos_of(form: FormMultiDict, field: str, *, most: int) -> list[bytes]:
    """Return the photographs of a field, each as JPEG. Raises `Unfit`, as for too many."""
    given = all_chosen(form, field)
    if len(given) > most:
        raise Unfit(_("At most %(most)s photographs.") % {"most": number(most)})
    return [await _kept(one.file) for one in given]


async def _kept(given: IO[bytes]) -> bytes:
    size = given.seek(0, 2)
    given.seek(0)
    if size > PHOTO_BYTES_MAX:
        most = number(PHOTO_BYTES_MAX // 1024 // 1024)
        raise Unfit(_("This photograph is larger than %(most)s megabytes.") % {"most": most})
    found = await asyncio.to_thread(written_anew, given.read())
    if found is None:
        raise Unfit(_("This is no photograph that we can read. Choose a JPEG, PNG or WebP."))
    return found


def written_anew(given: bytes) -> bytes | None:
    """Return the picture as a small JPEG; None for what is none, or too large to look at."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(given), formats=FORMATS)
            if opened.width * opened.height > PIXELS_MAX:
                return None
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (
        UnidentifiedImageError, Image.DecompressionBombWarning, Image.DecompressionBombError,
        OSError, SyntaxError, ValueError, EOFError,
    ):  # fmt: skip
        return None
    upright.thumbnail((SIDE_MAX, SIDE_MAX))
    plain = Image.new("RGB", upright.size)
    plain.paste(upright)
    for quality in QUALITIES:
        body = io.BytesIO()
        plain.save(body, "JPEG", quality=quality, optimize=True)
        if body.tell() <= KEPT_BYTES_MAX:
            return body.getvalue()
    return None
