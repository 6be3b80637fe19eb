"""What a stranger learns or gets at the door: nothing of who is a member, and no way elsewhere."""

import difflib
import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

import community
from app.database import Engine
from app.preferences import safe_return
from app.sign_in import hashing
from community import Role
from tests.app.attacking import Door, Site, open_site
from tests.app.sign_in.neighbours import PHRASE, fresh_address, fresh_phone, neighbour
from tests.walks import signed_in_client

HTML = {"accept": "text/html", "accept-language": "en"}
TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
WRONG = "wrong wrong wrong"
ELSEWHERE = "evil.example"
TRICKS = [
    f"https://{ELSEWHERE}/",
    f"//{ELSEWHERE}/",
    f"///{ELSEWHERE}/",
    f"/\\{ELSEWHERE}/",
    f"\\\\{ELSEWHERE}/",
    f"/\t/{ELSEWHERE}/",
    f"\t//{ELSEWHERE}/",
    f" //{ELSEWHERE}/",
    f"/\n/{ELSEWHERE}/",
    f"https:{ELSEWHERE}",
    f"https:/{ELSEWHERE}",
    f"/%0d%0aLocation:%20https://{ELSEWHERE}/",
    f"/\r\nLocation: https://{ELSEWHERE}/",
    f"/%2f%2f{ELSEWHERE}/",
    f"/%5c{ELSEWHERE}/",
    f"/\u2044{ELSEWHERE}/",
    f"\uff0f\uff0f{ELSEWHERE}/",
    f"/.//{ELSEWHERE}/",
    f"/..//{ELSEWHERE}/",
    f"//site.test@{ELSEWHERE}/",
    f"//{ELSEWHERE}%23.site.test/",
    f"javascript:alert('{ELSEWHERE}')",
    f"data:text/html,{ELSEWHERE}",
    "//\u3002example/",
    "//[",
]
RETURNING = ("/sign-in", "/sign-out", "/language", "/text-size", "/me/security/second", "/desk")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: Engine) -> Site:
    return await open_site(database)


def leads_elsewhere(location: str) -> bool:
    """Say whether a browser at the site, which is generous, would leave it."""
    seen = re.sub(r"[\t\r\n]", "", location.strip(" \x00")).replace("\\", "/")
    there = httpx.URL("http://site.test/a/b").join(seen) if not seen.startswith("//") else None
    return there is None or there.host != "site.test" or there.scheme != "http"


def test_what_leads_elsewhere_is_told() -> None:
    for trick in TRICKS[:9]:
        assert leads_elsewhere(trick), trick
    for ours in ("/", "/a?b=//c", "/%2f%2fx/", "b"):
        assert not leads_elsewhere(ours), ours


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_passes_for_a_page_of_ours(trick: str) -> None:
    assert not leads_elsewhere(safe_return(trick))


async def test_no_redirect_and_no_link_leads_elsewhere(
    site: Site, record_property: Callable[[str, object], None]
) -> None:
    """Whatever stands in `next`, in the address or the form, and in the referring page's."""
    tried, faults = 0, []
    for door in site.doors("GET", "POST"):
        for trick in TRICKS if door.route.startswith(RETURNING) else TRICKS[:2]:
            for person in {door.person, None}:
                asked = Door(door.method, door.route, door.address, person)
                answer = await _tricked(site, asked, trick)
                tried += 1
                location = answer.headers.get("location")
                if location is not None and leads_elsewhere(location):
                    faults.append(f"{asked} by {trick!r} leads to {location!r}")
                shown = re.findall(r'(?:href|action|src|value)="([^"]*)"', answer.text)
                faults += [
                    f"{asked} by {trick!r} shows {one!r}"
                    for one in shown
                    if ELSEWHERE in one and leads_elsewhere(one)
                ]
    record_property("redirects tricked", tried)
    assert not faults, "\n".join(faults)
    assert tried > 1000


async def _tricked(site: Site, door: Door, trick: str) -> httpx.Response:
    referrer = re.sub(r"[\r\n]", "", f"http://site.test{trick}").encode()
    headers: dict[Any, Any] = {**HTML, "referer": referrer}
    fields = {"next": trick, "language": "en", "size": "large"}
    by_form = door.method == "POST"
    found, _stored = await site.send(
        door,
        fields if by_form else None,
        headers=headers,
        params=None if by_form else {"next": trick},
    )
    return found


class Stranger:
    """Somebody at a browser of their own, at an address of their own."""

    def __init__(self, site: Site) -> None:
        transport = httpx.ASGITransport(site.app, client=(fresh_address(), 1))  # type: ignore[arg-type]  # ASGI, described in other words
        self.client = httpx.AsyncClient(transport=transport, base_url="http://site.test")

    async def answer(self, page: str, path: str, **fields: str) -> tuple[Any, ...]:
        """Open a page, send its form, and return all that one could tell answers apart by."""
        opened = await self.client.get(page, headers=HTML)
        token = TOKEN.search(opened.text)
        assert token, opened.text
        data = {**fields, "_csrf_token": token[1]}
        answer = await self.client.post(path, data=data, headers=HTML)
        cookies = sorted(line.partition("=")[0] for line in answer.headers.get_list("set-cookie"))
        location = re.sub(r"[0-9a-f-]{36}", "", answer.headers.get("location", ""))
        names = sorted(name for name in answer.headers if name != "content-length")
        return answer.status_code, location, cookies, names, _plain(answer.text, fields)


def _plain(page: str, fields: dict[str, str]) -> str:
    """Return what a page says, but for what was typed and what is different each time."""
    for typed in fields.values():
        page = page.replace(typed, "…") if len(typed) > 1 else page
    return re.sub(r'value="[^"]{30,}"|request-id">[^<]*|[0-9a-f]{32,}', "", page)


def assert_same(told: Mapping[str, object]) -> None:
    """Fail with the first difference between two answers."""
    (first, one), *others = told.items()
    for name, other in others:
        lines = difflib.unified_diff(
            str(one).split("\\n"), str(other).split("\\n"), first, name, lineterm="", n=0
        )
        assert str(one) == str(other), "\n".join(lines)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the list of passwords that were worked out."""
    done: list[str] = []
    real = hashing._verify  # noqa: SLF001 (the work itself is counted)

    def counting(kept: str, secret: str) -> bool:
        done.append(secret)
        return real(kept, secret)

    monkeypatch.setattr(hashing, "_verify", counting)
    return done


class TestWhoIsAMember:
    """Each door answers for a member's number as for nobody's, and works as hard."""

    async def numbers(self) -> dict[str, str]:
        """Return a number for every way of being known, and one that nobody has."""
        member = await neighbour(Role.ELDER, password=PHRASE)
        without = await neighbour(Role.ELDER)
        staff = await neighbour(Role.ADMINISTRATOR, password=PHRASE)
        left = await neighbour(Role.ELDER, password=PHRASE)
        await community.member_left(left.member.id, by=community.system(left.home.id))
        return {
            "nobody": fresh_phone(),
            "a member": member.phone,
            "one without a password": without.phone,
            "staff": staff.phone,
            "one who left": left.phone,
        }

    async def test_a_wrong_password(self, site: Site, hashes: list[str]) -> None:
        told = {}
        for who, phone in (await self.numbers()).items():
            hashes.clear()
            told[who] = await Stranger(site).answer(
                "/sign-in", "/sign-in", phone=phone, password=WRONG
            )
            assert len(hashes) == 1, who
        assert told["nobody"][0] == 422
        assert_same(told)

    async def test_a_password_wrong_so_often_that_one_waits(self, site: Site) -> None:
        told = {}
        for who, phone in (await self.numbers()).items():
            stranger = Stranger(site)
            found: tuple[Any, ...] = ()
            for _ in range(8):
                found = await stranger.answer("/sign-in", "/sign-in", phone=phone, password=WRONG)
            told[who] = re.sub(r"\d+ seconds?", "", str(found))
        assert "429" in told["nobody"]
        assert_same(told)

    async def test_a_code_by_message(self, site: Site) -> None:
        told = {}
        for who, phone in (await self.numbers()).items():
            stranger = Stranger(site)
            asked = await stranger.answer("/sign-in/code", "/sign-in/code", phone=phone)
            enter = "/sign-in/code/enter"
            tried = [await stranger.answer(enter, enter, code="no digits") for _ in range(6)]
            told[who] = (asked, tried)
        assert told["nobody"][0][0] == 303
        assert_same(told)

    async def test_a_code_from_the_desk(self, site: Site) -> None:
        told = {}
        for who, phone in (await self.numbers()).items():
            told[who] = await Stranger(site).answer(
                "/sign-in/code/enter?read-out=yes", "/sign-in/code/enter",
                phone=phone, code="00000000", read_out="yes",
            )  # fmt: skip
        assert told["nobody"][0] == 422
        assert_same(told)

    async def test_asking_to_join(self, site: Site) -> None:
        told = {}
        for who, phone in (await self.numbers()).items():
            told[who] = await Stranger(site).answer(
                "/join", "/join", community=site.hood.home.code, key=str(uuid4()), phone=phone,
                name="欧阳晓岚", birth_date="1950-05-06", registration="registered", agree="yes",
            )  # fmt: skip
        assert told["nobody"][0] == 303
        assert_same(told)

    async def test_an_invitation_s_code(self, site: Site) -> None:
        told = [
            await Stranger(site).answer("/join/invited", "/join/invited", code=code)
            for code in ("8HJKM-PQRST", "x", "长" * 40)
        ]
        assert {one[0] for one in told} == {422}
        assert_same({str(n): re.sub(r'value="[^"]*"', "", str(one)) for n, one in enumerate(told)})

    async def test_naming_a_delegate_by_number(self, site: Site) -> None:
        """Name and number both have to be right; which is wrong is not told."""
        elder, known = site.hood.people[Role.ELDER], site.hood.people[Role.VOLUNTEER]
        phone = await community.phone_of(known.id, community_id=site.hood.home.id)
        far = fresh_phone()
        elsewhere = (await neighbour(Role.RESIDENT)).home.id
        await community.add_member(community_id=elsewhere, name="远方人", phone=far)
        told = {}
        for who, name, number in (
            ("nobody", "某人甲", fresh_phone()),
            ("the number alone", "某人甲", phone or ""),
            ("the name alone", known.name, fresh_phone()),
            ("of another community", "远方人", far),
        ):
            door = Door("POST", "/me/delegations/new", "/me/delegations/new", elder)
            fields = {"person": "another", "name": name, "phone": number, "acts": "request"}
            answer, _stored = await site.send(door, fields, headers=HTML)
            typed = {"name": name, "phone": number}
            told[who] = (answer.status_code, _plain(answer.text, typed))
        assert told["nobody"][0] == 422
        assert_same(told)

    async def test_an_address_of_a_member_out_of_reach(self, site: Site) -> None:
        """As one that nobody has: ids cannot be tried."""
        foreign = await neighbour(Role.RESIDENT)
        clerk = site.hood.people[Role.COORDINATOR]
        tried = 0
        for door in list(site.doors("GET")):
            if not door.route.startswith("/members/{member_id:uuid}"):
                continue
            told = []
            for member_id in (foreign.member.id, uuid4()):
                address = re.sub("^/members/[0-9a-f-]{36}", f"/members/{member_id}", door.address)
                asked = Door("GET", door.route, address, clerk)
                answer, _stored = await site.send(asked, headers=HTML)
                plain = _plain(answer.text, {"id": str(member_id)})
                told.append((answer.status_code, plain))
            tried += 1
            assert told[0] == told[1], door
            assert told[0][0] in {403, 404}, door
        assert tried > 10


async def test_a_session_is_new_at_every_step_of_signing_in(site: Site) -> None:
    """Nobody can give somebody a session and then share it: an id from before is worth nothing."""
    elder = await neighbour(Role.ELDER, password=PHRASE)
    async with site.undone():
        client, _form = await signed_in_client(site.app, None)
        client.cookies.set("session", "planted-by-somebody-else")
        page = await client.get("/sign-in", headers=HTML)
        token = TOKEN.search(page.text)
        assert token
        answer = await client.post(
            "/sign-in",
            data={"phone": elder.phone, "password": PHRASE, "_csrf_token": token[1]},
            headers=HTML,
        )
        assert answer.status_code == 303
        set_cookies = answer.headers.get_list("set-cookie")
        assert "planted" not in str(set_cookies)
        assert any(one.startswith("session=") for one in set_cookies)
        await client.aclose()
