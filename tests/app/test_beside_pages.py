"""Over HTTP: the safety note, saying how it was, a photograph at check-out, and their refusals."""

import io

import pytest
from PIL import Image

from app import pictures
from tests.app.test_time_bank import Site, asked, finished, site, under_way
from tests.app.walking import Walker
from tests.timebank.street import street
from timebank import beside

__all__ = ["site", "street"]

PLACE = 0x8825  # the part of a photograph in which a camera writes where it was


def picture(kind: str = "JPEG", size: tuple[int, int] = (400, 300)) -> bytes:
    """Make a photograph that says where it was taken, and lies on its side."""
    image, body = Image.new("RGB", size, "darkseagreen"), io.BytesIO()
    exif = image.getexif()
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(PLACE)[1] = "N"
    exif[0x010F] = "A maker of cameras"
    image.save(body, kind, exif=exif)
    return body.getvalue()


async def check_out(volunteer: Walker, path: str, image: bytes) -> int:
    await volunteer.open(path)
    answer = await volunteer.client.post(
        f"{path}/check-out",
        data={"_csrf_token": volunteer.hidden("_csrf_token"), "minutes": ""},
        files={"photo": ("room.jpg", image, "image/jpeg")},
    )
    volunteer.page = answer.text
    return answer.status_code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_photograph_is_written_anew(site: Site, kind: str) -> None:
    elder, volunteer, visit_id = await under_way(site)
    await site.move(visit_id, "checked_in_at", 50)
    path = f"/time-bank/visits/{visit_id}"
    assert await check_out(volunteer, path, picture(kind, (2400, 1200))) == 303
    await elder.open(path)
    assert f"{path}/photo" in elder.page
    answer = await elder.client.get(f"{path}/photo")
    assert answer.headers["content-type"] == "image/jpeg"
    assert "no-store" in answer.headers["cache-control"]
    kept = Image.open(io.BytesIO(answer.content))
    assert (kept.format, max(kept.size)) == ("JPEG", pictures.SIDE_MAX)
    assert kept.height > kept.width, "it stands upright"
    assert not kept.getexif()
    assert b"maker of cameras" not in answer.content
    for who, status in (
        (site.street.volunteer, 200),
        (site.street.coordinator, 200),
        (site.street.other_volunteer, 403),
        (site.street.poor_elder, 403),
    ):
        reader = await site.signed_in(who)
        assert (await reader.client.get(f"{path}/photo")).status_code == status


@pytest.mark.parametrize(
    "given",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + b"\0" * 40, b"\xff\xd8\xff not one"],
)
async def test_what_is_no_photograph_is_refused_and_nothing_is_stored(
    site: Site, given: bytes
) -> None:
    _, volunteer, visit_id = await under_way(site)
    path = f"/time-bank/visits/{visit_id}"
    assert await check_out(volunteer, path, given) == 422
    assert "This is no photograph that we can read." in volunteer.words
    assert not await beside.has_photo(visit_id, community_id=site.street.id)
    await volunteer.open(path)
    assert "Check out" in volunteer.words, "the visit is still under way"


async def test_an_elder_s_safety_note(site: Site) -> None:
    elder, visit_id = await asked(site)
    path = f"/time-bank/visits/{visit_id}"
    await elder.open("/time-bank/safety")
    fields = {"safety": "走路要拄拐", "contact_name": "陈晓东", "contact_phone": "139 1234 5678"}
    for wrong, words in (
        ({"safety": "长" * 501}, "Say it in at most 500 characters."),
        ({"contact_phone": "12"}, "Type the whole number"),
        ({"contact_name": ""}, "Type the name of whom to call."),
        ({"contact_phone": ""}, "Type the telephone number of whom to call."),
    ):
        answer = await elder.send("/time-bank/safety", **{**fields, **wrong})
        assert (answer.status_code, words in elder.words) == (422, True)
    await elder.send_and_follow("/time-bank/safety", **fields)
    assert "Saved." in elder.words
    volunteer = await site.signed_in(site.street.volunteer)
    await volunteer.open(path)
    assert "走路要拄拐" not in volunteer.page, "not before they are booked"
    await volunteer.send_and_follow(f"{path}/accept")
    for words in ("走路要拄拐", "In an emergency call 陈晓东", "+8613912345678"):
        assert words in volunteer.words
    desk = await site.signed_in(site.street.coordinator)
    await desk.open(path)
    assert "Change the safety note" in desk.words
    place = f"/members/{site.street.elder.member_id}/safety"
    await desk.open(place)
    await desk.send_and_follow(place, **{**fields, "safety": "听力不好"})
    await volunteer.open(path)
    assert "听力不好" in volunteer.words
    for who in (site.street.volunteer, site.street.other_volunteer):
        stranger = await site.signed_in(who)
        assert (await stranger.open(place)).status_code == 403
    assert (
        await desk.open(f"/members/{site.street.volunteer.member_id}/safety")
    ).status_code == 404


async def test_both_sides_say_how_it_was_and_only_the_desk_reads_it(site: Site) -> None:
    elder, volunteer, visit_id = await finished(site)
    path = f"/time-bank/visits/{visit_id}"
    assert (await elder.open(f"{path}/rate")).status_code == 303, "not before it is closed"
    await elder.open(path)
    await elder.send_and_follow(f"{path}/confirm", minutes="95")
    await elder.open(f"{path}/rate")
    assert "Only the desk reads this, never 李明." in elder.words
    for fields, words in (
        ({"stars": "", "words": ""}, "Choose how it was."),
        ({"stars": "9", "words": ""}, "Choose how it was."),
        ({"stars": "2", "words": "慢" * 301}, "Say it in at most 300 characters."),
    ):
        answer = await elder.send(f"{path}/rate", **fields)
        assert (answer.status_code, words in elder.words) == (422, True)
    await elder.send_and_follow(f"{path}/rate", stars="2", words="来晚了")
    assert "You said: Not so good." in elder.words
    await volunteer.open(path)
    assert "来晚了" not in volunteer.page
    assert "Not so good" not in volunteer.page
    await volunteer.open(f"{path}/rate")
    await volunteer.send_and_follow(f"{path}/rate", stars="5", words="")
    stranger = await site.signed_in(site.street.poor_elder)
    await stranger.open("/")
    assert (await stranger.send(f"{path}/rate", stars="1")).status_code == 403
    desk = await site.signed_in(site.street.coordinator)
    await desk.open("/")
    assert "Was not content with a visit: 李明" in desk.words
    await desk.open(path)
    assert "来晚了" in desk.words
    await desk.send_and_follow(f"{path}/ratings-seen")
    await desk.open("/")
    assert "Was not content with a visit" not in desk.words
    await elder.open(path)
    assert (await elder.send(f"{path}/ratings-seen")).status_code == 403
