"""Every form of the route table, filled in as nobody means it: no fault of ours, nothing stored.

Each form is sent by the person whom it is for, with a right token, so that what is refused is
refused for its content. The fields are all that any module of the app reads.
"""

import uuid
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio

from app.database import Engine
from community import Role
from tests.app.attacking import Door, Site, open_site
from tests.app.forms_on_pages import Filled, forms_of
from tests.app.test_two_communities import field_names

LONG = 1024 * 1024
ADDRESS_MAX = 60_000
"""As long an address as the tests' client sends, roughly."""
ODD = {
    "nothing": "",
    "spaces": " \t\u3000 ",
    "NUL": "a\0b",
    "right to left": "\u202eabc\u2066\u200f\u0301\ufeff",
    "markup": "<script>alert(1)</script>'\";--{{7*7}}%s%(x)s\\",
    "lines": "a\r\nSet-Cookie: b=c\r\n\r\nd",
    "huge number": "9" * 400,
    "more digits than Python reads": "9" * 5000,
    "negative": "-1",
    "beyond 64 bits": str(2**63),
    "not a number": "1e309",
    "other digits": "٣²③",
    "wrong id": "00000000-0000-0000-0000-00000000000g",
    "nobody's id": str(uuid.UUID(int=7)),
    "early day": "0001-01-01",
    "late day": "9999-12-31",
    "no day": "2026-02-30T25:61",
    "long": "长" * 20_000,
    "emoji": "👵🏽" * 50,
    "half an escape": "%&%=%zz%u0000",
}
QUERY_NAMES = {"after", "before", "community", "former", "next", "read-out", "rule", "show"}
ODD_PATHS = [
    "//book",
    "/%00",
    "/book/%00",
    "/book/%ff",
    "/book/%e2%80%ae",
    "/book/" + "x" * 5000,
    "/members/%00",
    "/roster/example.%00",
    "/static/%00",
    "/static/..%5c..%5cpyproject.toml",
]
ALWAYS = (
    "nothing", "NUL", "markup", "huge number", "beyond 64 bits", "nobody's id", "early day",
    "late day", "long",
)  # fmt: skip
OFTEN = sorted(set(ODD) - set(ALWAYS))
"""Each of these is tried in one field after the other."""
REFUSED_AS = {
    "half a surrogate": 400,
    "not UTF-8": 400,
    "raw bytes": 400,
    "too many fields": 413,
    "too large": 413,
}
BROKEN = {
    "half a surrogate": b"name=%ED%A0%80",
    "not UTF-8": b"name=%FF%FE",
    "raw bytes": b"\xff\xfe\x00",
    "too many fields": b"a=&" * 2000,
    "too large": b"name=" + b"x" * LONG,
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: Engine) -> Site:
    return await open_site(database)


def fault(answer: httpx.Response, stored: bool) -> str:  # noqa: FBT001 (one of two results of a request)
    """Return what is wrong with an answer; nothing where all is well."""
    if answer.status_code >= 500:
        return f"answered {answer.status_code}"
    if answer.status_code >= 400 and stored:
        return f"refused with {answer.status_code}, and stored something"
    return ""


@pytest.mark.parametrize(
    "kind", ["nothing", "NUL", "markup", "huge number", "nobody's id", "late day", "arrays"]
)
async def test_no_form_falls_over_whatever_is_in_it(site: Site, kind: str) -> None:
    names = sorted(field_names())
    given = ["x", "", str(uuid.uuid4())] if kind == "arrays" else ODD[kind]
    faults, tried = [], 0
    for door in site.doors("POST"):
        answer, stored = await site.send(door, dict.fromkeys(names, given))
        tried += 1
        if wrong := fault(answer, stored):
            faults.append(f"{door}: {wrong}")
    assert not faults, "\n".join(faults)
    assert tried > 80


@pytest.mark.parametrize("kind", BROKEN)
async def test_no_form_falls_over_that_is_none(site: Site, kind: str) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    read = 0
    for door in site.doors("POST"):
        answer, stored = await site.send(door, content=BROKEN[kind], headers=form)
        assert not fault(answer, stored), door
        read += answer.status_code == REFUSED_AS[kind]
    assert read > 50, "a form that is read at all is refused for what it is"


@pytest.mark.parametrize(
    "kind", ["NUL", "markup", "huge number", "nobody's id", "late day", "half an escape", "arrays"]
)
async def test_no_page_falls_over_whatever_stands_in_its_address(site: Site, kind: str) -> None:
    names = QUERY_NAMES | field_names()
    room = ADDRESS_MAX // len(names)  # all of them go into one address
    given = ["x", "", "-1"] if kind == "arrays" else ODD[kind][: room - max(map(len, names))]
    for door in site.doors("GET"):
        for asked in ("text/html", "application/json"):
            answer, stored = await site.send(
                door, params=dict.fromkeys(names, given), headers={"accept": asked}
            )
            assert not fault(answer, stored), (door, asked)


@pytest.mark.parametrize("path", ODD_PATHS)
async def test_no_address_falls_over(site: Site, path: str) -> None:
    for person in (None, site.hood.people[Role.COORDINATOR]):
        for method in ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PROPFIND"):
            door = Door(method, path, path, person)
            answer, stored = await site.send(door, headers={"accept": "text/html"})
            assert not fault(answer, stored), method


async def test_no_form_of_any_page_falls_over_with_one_odd_answer(
    site: Site, record_property: Callable[[str, object], None]
) -> None:
    """The forms as the pages show them, filled in well, but for one field at a time."""
    found: dict[tuple[str, frozenset[str]], tuple[Door, Filled]] = {}
    for door in site.doors("GET"):
        page, _stored = await site.send(door, headers={"accept": "text/html"})
        for form in forms_of(page.text):
            sent = replace(door, method="POST", address=form.action or door.address)
            found.setdefault((sent.address, frozenset(form.fields)), (sent, form))
    tried, accepted, faults = 0, 0, []
    for door, form in found.values():
        good = form.filled()
        answer, _stored = await site.send(door, good)
        accepted += answer.status_code < 400
        for name in form.fields:
            for kind in (*ALWAYS, OFTEN[tried % len(OFTEN)]):
                answer, stored = await site.send(door, {**good, name: ODD[kind]})
                tried += 1
                if wrong := fault(answer, stored):
                    faults.append(f"{door.address}, {name}: {kind}: {wrong}")
    record_property("forms filled in oddly", f"{tried} times, {len(found)} forms")
    assert not faults, "\n".join(faults)
    assert tried > 1000
    assert accepted > len(found) // 2, "most are accepted when they are filled in well"
