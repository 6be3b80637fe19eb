"""Papers and pictures that are handed in with a plan, a gift, or a request for money."""

import io

import pytest
from litestar.datastructures import FormMultiDict, UploadFile
from PIL import Image

from app.plan_files import handed_in
from app.uploads import Unfit


def photograph(kind: str, *, camera: bool) -> bytes:
    """Return a picture; a camera's begins with what the camera noted of itself."""
    image, body = Image.effect_noise((1200, 800), 60).convert("RGB"), io.BytesIO()
    notes = image.getexif()
    notes[0x010F] = "A maker of cameras"
    image.save(body, kind, exif=notes)
    found = body.getvalue()
    if camera and kind == "JPEG":
        return found[:2] + found[found.index(b"\xff\xe1") :]
    return found


async def taken(name: str, body: bytes) -> list[tuple[str, str, bytes]]:
    given = UploadFile("application/octet-stream", name, body)
    try:
        return await handed_in(FormMultiDict([("paper", given)]), "paper")
    finally:
        await given.close()


@pytest.mark.parametrize("camera", [True, False])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_photograph_of_a_paper_is_taken(kind: str, camera: bool) -> None:  # noqa: FBT001 (pytest gives it)
    ((name, kept_as, body),) = await taken("IMG_2041.HEIC", photograph(kind, camera=camera))
    assert (name, kept_as) == ("IMG_2041.jpg", "jpg")
    assert body.startswith(b"\xff\xd8\xff")
    assert b"maker of cameras" not in body


@pytest.mark.parametrize("body", [b"\xff\xd8\xff broken", b"RIFF\0\0\0\0WAVE", b"MZ", b"PK\3\4"])
async def test_what_only_begins_like_one_is_refused(body: bytes) -> None:
    with pytest.raises(Unfit) as refusal:
        await taken("photo.jpg", body)
    assert "photo.jpg" in refusal.value.why
