"""Every route behind its fences: headers, forged forms, methods, redirects, cookies.

The list of routes is the router's, so that a new one cannot be forgotten.
"""

import base64
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pyotp
import pytest
import pytest_asyncio
from litestar import get

from app import forgery
from app.acts import act
from app.database import Engine
from app.settings import settings
from app.sign_in.cards import issue_card
from app.sign_in.weak_secrets import Person
from app.watching import CACHE_FOR_EVER
from community import Role
from tests.app.attacking import Door, Site, open_site
from tests.app.sign_in.neighbours import PHRASE, fresh_phone, neighbour
from tests.walks import signed_in_client

HTML = {"accept": "text/html"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


@get("/test/fault", opt=act("home.read"))
async def broken() -> None:
    raise RuntimeError


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: Engine) -> Site:
    return await open_site(database, more_routes=[broken])


def policy_faults(told: str, *, of_file: bool = False) -> Iterator[str]:
    """Yield what is wrong with a content security policy: of a page, or of a file handed in."""
    policy = {
        directive.split()[0]: directive.split()[1:]
        for directive in told.split(";")
        if directive.strip()
    }
    strict = {
        "default-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    if of_file:
        strict |= {"default-src": ["'none'"], "form-action": ["'none'"], "sandbox": []}
    for directive, allowed in strict.items():
        if policy.get(directive) != allowed:
            yield f"{directive} is {policy.get(directive)}"
    for directive, allowed in policy.items():
        for source in allowed:
            if source not in {"'self'", "'none'", "data:"} or (
                source == "data:" and directive != "img-src"
            ):
                yield f"{directive} allows {source}"


def fence_faults(answer: httpx.Response, *, signed_in: bool) -> Iterator[str]:
    """Yield what is missing around an answer."""
    headers = answer.headers
    policy = headers.get("content-security-policy", "")
    handed_in = "sandbox" in policy and "attachment" in headers.get("content-disposition", "")
    yield from policy_faults(policy, of_file=handed_in)
    expected = {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
    }
    for name, value in expected.items():
        if headers.get_list(name) != [value]:
            yield f"{name} is {headers.get_list(name)}"
    if headers.get("referrer-policy") not in {"same-origin", "no-referrer"}:
        yield f"referrer-policy is {headers.get('referrer-policy')}"
    if "camera=()" not in headers.get("permissions-policy", ""):
        yield "permissions"
    if "strict-transport-security" in headers:
        yield "strict transport, though nothing is over TLS here"
    if "x-request-id" not in headers or "server" in headers or "x-powered-by" in headers:
        yield "says too little or too much of the server"
    kept = headers.get("cache-control", "")
    if "no-store" not in kept if signed_in else ("private" not in kept and "no-store" not in kept):
        yield f"cache-control is {kept}"


class TestHeaders:
    async def test_every_route_is_fenced_in(
        self, site: Site, record_property: Callable[[str, object], None]
    ) -> None:
        """As the right person, as a visitor, and sent without a token."""
        faults, tried = [], 0
        for door in site.doors("GET", "POST"):
            for person in {door.person, None}:
                asked = Door(door.method, door.route, door.address, person)
                answer, _stored = await site.send(asked, headers=HTML)
                unsigned, _stored = await site.send(asked, content=b"x", headers=HTML)
                for one in (answer, unsigned):
                    tried += 1
                    told = fence_faults(one, signed_in=person is not None)
                    faults += [f"{asked} {one.status_code}: {fault}" for fault in told]
        record_property("answers whose headers were checked", tried)
        assert not faults, "\n".join(faults)

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/nowhere", 404),
            ("/test/fault", 500),
            ("/health/live", 200),
            ("/health/ready", 200),
            ("/metrics", 200),
            ("/static/nothing.css", 404),
        ],
    )
    async def test_what_no_page_answers_is_fenced_in(
        self, site: Site, path: str, status: int
    ) -> None:
        for method in METHODS:
            answer, _stored = await site.send(Door(method, path, path, None), headers=HTML)
            told = list(fence_faults(answer, signed_in=False))
            if path.startswith("/static/") and method in {"GET", "HEAD"}:
                told = [one for one in told if not one.startswith("cache-control")]
            assert not told, method
            if method == "GET":
                assert answer.status_code == status

    async def test_static_files_may_be_kept_and_stay_ours(self, site: Site) -> None:
        page, _stored = await site.send(Door("GET", "/", "/", None), headers=HTML)
        named = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page.text))
        assert len(named) > 2
        for path in named:
            answer, _stored = await site.send(Door("GET", path, path, None))
            told = fence_faults(answer, signed_in=False)
            assert [one for one in told if not one.startswith("cache-control")] == []
            assert answer.headers["cache-control"] == CACHE_FOR_EVER
            assert "set-cookie" not in answer.headers

    async def test_no_page_has_a_script_or_style_that_the_policy_would_stop(
        self, site: Site
    ) -> None:
        for door in site.doors("GET"):
            page, _stored = await site.send(door, headers=HTML)
            if page.headers.get("content-type", "").startswith("text/html"):
                inline = re.findall(
                    r"<script(?![^>]*\bsrc=)[^>]*>|<style\b|\sstyle=|\son\w+=|javascript:",
                    page.text,
                )
                assert not inline, f"{door}: {inline}"
                elsewhere = re.findall(r'(?:src|href|action)="((?:https?:)?//[^"]+)', page.text)
                assert not elsewhere, f"{door}: {elsewhere}"

    async def test_over_tls_browsers_are_told_to_insist(self, over_tls: Site) -> None:
        for path in ("/", "/nowhere", "/static/linli.css", "/health/live", "/me/security"):
            answer, _stored = await over_tls.send(Door("GET", path, path, None), headers=HTML)
            told = answer.headers["strict-transport-security"]
            assert int(re.findall(r"max-age=(\d+)", told)[0]) >= 31_536_000


@pytest_asyncio.fixture(loop_scope="session")
async def over_tls(database: Engine, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setenv("LINLI_PUBLIC_ADDRESS", "https://site.test")
    settings.cache_clear()
    yield await open_site(database)
    monkeypatch.undo()
    settings.cache_clear()


class TestForgery:
    async def test_no_form_is_taken_without_its_own_token(
        self, site: Site, record_property: Callable[[str, object], None]
    ) -> None:
        """Without one, with another session's, with a visitor's planted, in field and header."""
        neighbour = site.hood.people[Role.RESIDENT]
        async with site.undone():
            _client, theirs = await signed_in_client(site.app, neighbour)
        _client, planted = await signed_in_client(site.app, None)
        tried, taken = 0, []
        for door in site.doors("POST"):
            for forged in _forgeries(theirs, planted):
                if door.person is None and forged.name == "a visitor's, planted":
                    continue  # for a visitor that is the right one
                status = await _sent(site, door, forged)
                tried += 1
                if status != 403:
                    taken.append(f"{door}: {forged.name}: {status}")
        record_property("forged forms", tried)
        assert not taken, "\n".join(taken)
        assert tried > 600

    async def test_the_right_token_is_taken(self, site: Site) -> None:
        """Else the test above would pass for a site that refuses everything."""
        refused = []
        for door in site.doors("POST"):
            answer, _stored = await site.send(door)
            if answer.status_code == 403 and "CSRF" in answer.text:
                refused.append(str(door))
        assert refused == []

    async def test_no_reading_changes_anything_by_another_method(self, site: Site) -> None:
        """What is not a route's method is answered 405 or 404, and never taken for another."""
        override = {"x-http-method-override": "POST"}
        for door in site.doors("GET", "POST"):
            for method, headers in (
                ("PUT", HTML),
                *((one, override) for one in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "X")),
            ):
                wrong = Door(method, door.route, door.address, door.person)
                answer, _stored = await site.send(wrong, headers=headers)
                assert answer.status_code in {404, 405}, f"{wrong}: {answer.status_code}"
                assert answer.status_code != 405 or answer.headers.get("allow"), wrong


@dataclass(frozen=True)
class Forged:
    """A request that somebody else made up: its fields, headers, and cookies that they planted."""

    name: str
    fields: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)


def _forgeries(theirs: dict[str, str], planted: dict[str, str]) -> Iterator[Forged]:
    cookie = forgery.forms_cookie()
    yield Forged("without one")
    yield Forged("another session's", theirs)
    yield Forged("another session's, in the header", {}, {"x-csrftoken": theirs["_csrf_token"]})
    yield Forged("a visitor's, planted", planted, {}, {cookie: planted["_csrf_token"]})
    yield Forged("made up", {"_csrf_token": "0" * 128}, {}, {cookie: "0" * 128})
    yield Forged("no ASCII", {"_csrf_token": "é" * 128})
    yield Forged("no ASCII in the header", {}, {"x-csrftoken": "é" * 128})
    yield Forged("empty", {"_csrf_token": ""}, {"x-csrftoken": ""}, {cookie: ""})


async def _sent(site: Site, door: Door, forged: Forged) -> int:
    """Send a forged form from the browser of the right person, undo it, and return the status."""
    found = []
    await site.enter(door.person)
    async with site.undone():
        client, _form = await site.client(door.person)
        for name, value in forged.cookies.items():
            client.cookies.delete(name) if name in client.cookies else None
            client.cookies.set(name, value)
        encoded: dict[Any, Any] = {name: told.encode() for name, told in forged.headers.items()}
        answer = await client.post(door.address, data=forged.fields, headers=encoded)
        await client.aclose()
        found.append(answer.status_code)
    return found[0]


def cookies_set(answer: httpx.Response) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield each cookie that an answer sets: its name, its value, and its attributes."""
    for line in answer.headers.get_list("set-cookie"):
        first, *rest = line.split("; ")
        name, _, value = first.partition("=")
        pairs = (one.partition("=") for one in rest)
        yield name, value, {name.lower(): given for name, _, given in pairs}


class Browser:
    """Somebody at a browser over TLS, who keeps all cookies that were ever set."""

    def __init__(self, site: Site) -> None:
        transport = httpx.ASGITransport(site.app, client=("10.9.8.7", 1))  # type: ignore[arg-type]  # ASGI, described in other words
        self.client = httpx.AsyncClient(transport=transport, base_url="https://site.test")
        self.seen: Cookies = {}

    async def go(self, path: str, **fields: str) -> httpx.Response:
        """Open a page; with fields, send a form with the token of the page before."""
        if fields:
            fields["_csrf_token"] = self.token
            answer = await self.client.post(path, data=fields, headers=HTML)
        else:
            answer = await self.client.get(path, headers=HTML)
        for name, value, attributes in cookies_set(answer):
            self.seen.setdefault(name, []).append((value, attributes))
        if found := re.search(r'name="_csrf_token" value="([^"]+)"', answer.text):
            self.token = found[1]
        return answer


def test_a_cookie_is_taken_apart() -> None:
    """Else a name that is only wrapped would pass for one that is hidden."""
    for wrapped in (
        base64.urlsafe_b64encode(b"x" * 32 + '["欧阳"]'.encode()).decode(),
        base64.urlsafe_b64encode(b"x" * 32 + b'["\\u6b27\\u9633"]').decode(),
        quote("欧阳"),
        "%22a%22.%E6%AC%A7%E9%98%B3",
    ):
        assert "欧阳" in _decoded(wrapped)


class TestCookies:
    async def test_over_tls_every_cookie_is_this_host_s_alone(self, over_tls: Site) -> None:
        seen = await long_journey(over_tls)
        own = {f"__Host-{one}" for one in ("csrftoken", "session", "asked", "known", "desk")}
        assert set(seen) == own | {"language", "text-size", "notice"}
        for name, kept in seen.items():
            for _value, attributes in kept:
                assert "secure" in attributes, name

    async def test_without_it_they_are_sent_nevertheless(self, site: Site) -> None:
        seen = await long_journey(site)
        assert {"csrftoken", "session", "asked", "known", "desk", "notice"} <= set(seen)
        assert not any("secure" in given for kept in seen.values() for _value, given in kept)


Cookies = dict[str, list[tuple[str, dict[str, str]]]]


async def long_journey(site: Site) -> Cookies:
    """Sign in by code and by password, with a second step, and at a desk; add a member.

    Return every cookie that was set, once it is sure that none tells of anybody.
    """
    keeper = await neighbour(Role.COORDINATOR, password=PHRASE)
    elder = await neighbour(Role.ELDER, home=keeper.home)
    begun = await keeper.signed_in()
    secret, _codes, _begun = await keeper.set_up_second_step(begun.session)
    issued = await issue_card(elder.member.id, "7391", person=Person(), by=keeper.actor)
    staff = Browser(site)
    await staff.go("/sign-in")
    await staff.go("/language", language="en", next="/")
    await staff.go("/text-size", size="large", next="/")
    await staff.go("/sign-in/code", phone=elder.phone)
    await staff.go("/sign-in", phone=keeper.phone, password=PHRASE)
    await staff.go("/sign-in/second-step")
    later = datetime.now(UTC) + timedelta(seconds=30)
    await staff.go("/sign-in/second-step", code=pyotp.TOTP(secret).at(later), next="/")
    await staff.go("/members/new")
    name, phone = "欧阳" + "晓岚", fresh_phone()
    answer = await staff.go("/members/new", name=name, phone=phone, language="zh", roles="resident")
    assert answer.status_code == 303, answer.text[-3000:]
    shown = await staff.go(answer.headers["location"])
    assert name in shown.text
    await staff.go("/desk")
    await staff.go("/desk/open", x="")
    await staff.go("/desk")
    await staff.go("/desk/card", card=issued.card.number, pin="7391")
    await staff.go("/time-bank")
    await staff.go("/sign-out", x="")
    await staff.go("/desk")
    await staff.go("/desk/close", x="")
    await staff.client.aclose()
    personal = (name, elder.phone[3:], keeper.phone[3:], phone[3:], PHRASE, str(keeper.member.id),
                str(elder.member.id), keeper.member.name, issued.card.number)  # fmt: skip
    for cookie, kept in staff.seen.items():
        for value, attributes in kept:
            assert attributes["path"] == "/", cookie
            assert attributes["samesite"].lower() == "lax", cookie
            assert "httponly" in attributes, cookie
            assert "domain" not in attributes, cookie
            held = value + _decoded(value)
            assert not [one for one in personal if one in held], f"{cookie} tells of somebody"
    return staff.seen


def _decoded(value: str) -> str:
    """Return what a cookie's value says to whoever takes it apart."""
    told = unquote(value.strip('"'))
    for part in re.split(r"[^\w=-]", told):
        with suppress(ValueError):
            told += base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode(errors="replace")
    return told + re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), told)
