"""What a telephone asks for over HTTP: the app's manifest and worker, kept moments, the door."""

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image

import community
import timebank
from app import sessions
from app.doorstep import picture, standing_address, visit_address
from app.sessions import How, on_own_device
from community import Role
from tests.app.test_time_bank import Site, finished, site
from tests.app.test_visit_life import booked
from tests.app.walking import Walker
from tests.timebank.street import street
from timebank import State, Visit

__all__ = ["site", "street"]

JSON = {"accept": "application/json"}


async def now_due(site: Site) -> tuple[Walker, Walker, Visit]:
    """Give the elder and the volunteer of a visit whose hour has come, and the visit."""
    elder, volunteer, _path, visit_id = await booked(site)
    await site.move(visit_id, "starts_at", 0)
    return elder, volunteer, await seen(site, visit_id)


async def seen(site: Site, visit_id: UUID) -> Visit:
    return (await timebank.visit_page(visit_id, site.street.elder))[0].visit


async def today(who: Walker) -> dict[str, Any]:
    answer = await who.client.get("/time-bank/today", headers=JSON)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return dict(answer.json())


async def send(
    who: Walker, visit: Visit, act: str, *, ago: float = 0, **more: str
) -> tuple[int, str]:
    """Send a moment that was kept, as the device does; return the status and what was said."""
    moment = datetime.now(UTC) - timedelta(minutes=ago)
    fields = {
        "act": act,
        "happened_at": moment.isoformat(),
        "_csrf_token": (await today(who))["token"],
        **more,
    }
    path = f"/time-bank/visits/{visit.id}/kept"
    answer = await who.client.post(path, data=fields, headers=JSON)
    return answer.status_code, str(answer.json().get("words", ""))


@pytest.mark.parametrize(("language", "name"), [("zh", "邻里"), ("en", "Linli"), ("xx", "邻里")])
async def test_the_manifest_speaks_the_page_s_language(
    site: Site, language: str, name: str
) -> None:
    visitor = await site.visitor("en")
    answer = await visitor.client.get(f"/manifest.webmanifest?language={language}")
    assert answer.headers["content-type"].startswith("application/manifest+json")
    told = json.loads(answer.text)
    assert told["name"] == name
    assert (told["id"], told["scope"], told["start_url"], told["display"]) == (
        *("/", "/", "/"),
        "standalone",
    )
    found = {(one["sizes"], one["purpose"]) for one in told["icons"]}
    assert found == {
        *{("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"), ("any", "any")}
    }
    for one in told["icons"]:
        drawn = await visitor.client.get(one["src"])
        assert drawn.headers["content-type"] == one["type"]
        if one["type"] == "image/png":
            width, height = Image.open(io.BytesIO(drawn.content)).size
            assert one["sizes"] == f"{width}x{height}"
    for one in told["shortcuts"]:
        assert (await visitor.open(one["url"])).status_code in {200, 303}


async def test_every_page_names_the_manifest_of_its_language(site: Site) -> None:
    for language in ("zh", "en"):
        visitor = await site.visitor(language)
        await visitor.open("/")
        assert f'rel="manifest" href="/manifest.webmanifest?language={language}"' in visitor.page
        assert 'data-keeps=""' in visitor.page


async def test_the_worker_may_have_the_whole_site_and_is_asked_for_anew(site: Site) -> None:
    visitor = await site.visitor()
    answer = await visitor.client.get("/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["service-worker-allowed"] == "/"
    assert answer.headers["cache-control"] == "private, no-cache"
    first = answer.text.splitlines()[0]
    told = json.loads(first.removeprefix("const LINLI = ").removesuffix(";"))
    for address in [*told["files"], told["kept"], told["icon"], told["page"]]:
        assert (await visitor.open(address)).status_code == 200, address
    assert re.fullmatch(r"[0-9a-f]{10}", told["version"])
    assert 'addEventListener("push"' in answer.text, "it shows messages as well"
    needed = re.findall(r'(?:src|href)="(/static/[^"#]+)', (await visitor.open("/offline")).text)
    icons = {one for one in needed if "/icons/" in one}
    assert set(needed) - icons <= set(told["files"]), "the page without a network has all it needs"


async def test_the_page_without_a_network_knows_nobody(site: Site) -> None:
    """The worker keeps it: nothing of whoever was signed in may stand in it."""
    visitor, volunteer = await site.visitor(), await site.signed_in(site.street.volunteer)
    await volunteer.open("/")
    assert f'data-keeps="{site.street.volunteer.member_id}"' in volunteer.page
    await visitor.open("/offline")
    await volunteer.open("/offline")
    own = re.sub(r'<p class="actions">.*?</p>', "", volunteer.page, flags=re.DOTALL)
    assert own == re.sub(r'<p class="actions">.*?</p>', "", visitor.page, flags=re.DOTALL)
    for word in ("李明", "_csrf_token", "data-keeps"):
        assert word not in volunteer.page


async def test_a_volunteer_s_own_device_is_told_today(site: Site) -> None:
    elder, volunteer, visit = await now_due(site)
    told = await today(volunteer)
    (one,) = told["visits"]
    assert (one["id"], one["elder"], one["state"]) == (str(visit.id), "陈桂芳", "booked")
    assert set(one) == {"id", "service", "elder", "place", "when", "state", "opens_at", "opens"}
    assert told["member"] == str(site.street.volunteer.member_id)
    told = await today(elder)
    assert (told["keeps"], told["visits"]) == (False, [])
    visitor = await site.visitor()
    assert (await visitor.client.get("/time-bank/today", headers=JSON)).status_code == 401
    await site.move(visit.id, "starts_at", 60 * 36)
    assert (await today(volunteer))["visits"] == []


async def test_at_a_shared_device_nothing_is_kept(site: Site) -> None:
    member = await community.member(site.street.volunteer.member_id)
    session = (await sessions.begin(member, How.CODE, address=None)).session
    roles = frozenset({Role.VOLUNTEER, Role.ELDER})
    assert on_own_device(session, roles)
    assert not on_own_device(session, roles - {Role.VOLUNTEER})
    assert not on_own_device(session, roles | {Role.PHONE_OPERATOR}), "perhaps the desk's computer"
    assert not on_own_device(replace(session, how=How.CARD), roles)
    desk = await site.signed_in(site.street.coordinator)
    await desk.open("/")
    assert 'data-keeps=""' in desk.page
    told = await today(desk)
    assert (told["keeps"], told["visits"]) == (False, [])


async def test_a_kept_moment_counts_once_however_often_it_comes(site: Site) -> None:
    _, volunteer, visit = await now_due(site)
    status, words = await send(volunteer, visit, "check_in", ago=9, code=visit.code)
    assert (status, words.startswith("Sent. You are checked in since")) == (200, True)
    begun = (await seen(site, visit.id)).checked_in_at
    assert begun is not None
    assert timedelta(minutes=9) <= datetime.now(UTC) - begun < timedelta(minutes=10)
    assert (await send(volunteer, visit, "check_in", ago=5, code="none"))[0] == 200
    assert (await seen(site, visit.id)).checked_in_at == begun, "the first moment stands"
    left = datetime.now(UTC) - timedelta(minutes=2)
    for _again in range(2):
        status, words = await send(volunteer, visit, "check_out", happened_at=left.isoformat())
        assert (status, words) == (
            200,
            "Sent. Checked out after 10 min; the elder is asked to confirm.",
        )
    await timebank.confirm(visit.id, by=site.street.elder, minutes=10)
    # The answer never came back to the device, which sends both once more.
    status, _words = await send(volunteer, visit, "check_out", happened_at=left.isoformat())
    assert status == 200
    status, _words = await send(volunteer, visit, "check_in", happened_at=begun.isoformat())
    assert status == 200
    status, words = await send(volunteer, visit, "check_out", ago=-1)
    assert (status, "confirmed" in words) == (422, True), "another moment is another matter"
    assert await site.street.minutes(site.street.volunteer) == [(10, 0)]


async def test_what_is_refused_says_why(site: Site) -> None:
    _, volunteer, visit = await now_due(site)
    wrong = "0000" if visit.code != "0000" else "1111"
    for act, more, words in (
        ("check_in", {"code": wrong}, "not the number"),
        ("check_in", {"code": visit.code, "ago": 60.0 * 30}, "cannot be right"),
        ("check_in", {"code": visit.code, "ago": -10.0}, "cannot be right"),
        ("check_in", {"code": visit.code, "happened_at": "soon"}, "like 14:05"),
        ("check_in", {"code": visit.code, "happened_at": ""}, "could not be read"),
        ("dance", {}, "could not be read"),
        ("check_out", {}, "moved on"),
    ):
        assert await _refused(volunteer, visit, act, words, **more), (act, more)
    assert (await seen(site, visit.id)).state is State.BOOKED
    await timebank.cancel(visit.id, by=site.street.elder, reason="")
    assert await _refused(volunteer, visit, "check_in", "called off", code=visit.code)
    other = await site.signed_in(site.street.other_volunteer)
    assert (await send(other, visit, "check_in", code=visit.code))[0] == 404


async def _refused(who: Walker, visit: Visit, act: str, told: str, **more: Any) -> bool:
    status, words = await send(who, visit, act, **more)
    assert status == 422, words
    return told in words


async def test_a_moment_of_more_than_a_day_ago_is_for_a_coordinator(site: Site) -> None:
    _, volunteer, visit = await now_due(site)
    await site.move(visit.id, "starts_at", 60 * 26)
    await site.owner.execute(
        "UPDATE visit SET asked_at = asked_at - interval '3 days' WHERE id = $1", visit.id
    )
    assert await _refused(
        volunteer, visit, "check_in", "A coordinator can write down", code=visit.code, ago=60 * 25
    )


async def test_a_moment_without_a_token_of_this_sign_in_waits(site: Site) -> None:
    """Nothing is refused for good then: the device asks for a new token, or to sign in."""
    _, volunteer, visit = await now_due(site)
    status, _ = await send(volunteer, visit, "check_in", code=visit.code, _csrf_token="old")  # noqa: S106 (a form's token)
    assert status == 403
    visitor = await site.visitor()
    path = f"/time-bank/visits/{visit.id}/kept"
    assert (await visitor.client.post(path, headers=JSON)).status_code in {401, 403}
    assert (await seen(site, visit.id)).state is State.BOOKED


async def test_the_pattern_fills_the_number_in(site: Site) -> None:
    elder, volunteer, visit = await now_due(site)
    await elder.open(f"/time-bank/visits/{visit.id}")
    assert picture(visit_address("http://site.test", visit)) in elder.page
    await volunteer.open(f"/time-bank/visits/{visit.id}?code={visit.code}")
    assert f'name="code" type="text" value="{visit.code}"' in volunteer.page
    for odd in ("12345", "１２３４", "<b>", ""):
        await volunteer.open(f"/time-bank/visits/{visit.id}?code={odd}")
        assert 'name="code" type="text" value=""' in volunteer.page
    other = await site.signed_in(site.street.other_volunteer)
    answer = await other.open(f"/time-bank/visits/{visit.id}?code={visit.code}")
    assert answer.status_code == httpx.codes.FORBIDDEN


async def test_the_card_at_the_door_leads_to_today_s_visit_alone(site: Site) -> None:
    elder, volunteer, visit = await now_due(site)
    elder_id = site.street.elder.member_id
    standing = picture(standing_address("http://site.test", elder_id))
    await elder.open("/time-bank/door-card")
    assert standing in elder.page
    assert visit.code in elder.words
    assert picture(visit_address("http://site.test", visit)) in elder.page
    desk = await site.signed_in(site.street.coordinator)
    await desk.open(f"/members/{elder_id}/door-card")
    assert standing in desk.page
    assert visit.code not in desk.words, "the number is for the elder alone"

    path = f"/time-bank/with/{elder_id}"
    answer = await volunteer.open(path)
    assert answer.headers["location"] == f"/time-bank/visits/{visit.id}"
    for who in (site.street.other_volunteer, site.street.elder, site.street.coordinator):
        other = await site.signed_in(who)
        answer = await other.open(path)
        assert answer.headers["location"] == "/time-bank/visits"
        await other.open("/time-bank/visits")
        assert "You have no visit here today" in other.words
    await site.move(visit.id, "starts_at", -60 * 36)
    answer = await volunteer.open(path)
    assert answer.headers["location"] == "/time-bank/visits", "it is not today"


async def test_an_elder_confirms_or_objects_from_home(site: Site) -> None:
    elder, _, visit_id = await finished(site)
    path = f"/time-bank/visits/{visit_id}"
    await elder.open("/")
    assert [elder.page.count(f'href="{one}"') > 0 for one in (path, f"{path}/dispute")] == [
        True
    ] * 2
    assert "This is not right" in elder.words
    assert (await elder.open(f"{path}/dispute")).status_code == 200
