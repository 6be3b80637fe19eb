"""A page in large text is the same page: one class on its root, and the switch's own words."""

import re
from typing import Final

import httpx
from litestar import Litestar

from community import Role
from tests.journeys.sweeping import PAGES_MIN, READERS, shown_to_visitors
from tests.neighbourhood import Neighbourhood, open_neighbourhood
from tests.walks import MACHINES, act_of, handlers, right_person, signed_in_client, visiting

# What differs between any two answers, and what the switch in the header says.
_OWN: Final = re.compile(
    r'value="[^"]*"|nonce="[^"]*"| class="text-large"|<time[^>]*>.*?</time>|hx-headers=\'[^\']*\''
)
LOOKS_MAX: Final = 3
_SWITCH: Final = re.compile(r'<form method="post" action="/text-size">.*?</form>', re.DOTALL)


async def test_large_text_changes_one_class_and_nothing_else(app: Litestar) -> None:
    hood = await open_neighbourhood()
    async with shown_to_visitors(hood):
        assert await _same_pages(app, hood) > PAGES_MIN


async def _same_pages(app: Litestar, hood: Neighbourhood) -> int:
    """Compare each page with itself in large text; return how many there are."""
    pages = 0
    entered: dict[Role | None, httpx.Cookies] = {}
    for (method, path), handler in handlers(app).items():
        if method != "GET" or path.startswith(MACHINES):
            continue
        role = READERS.get(path, (right_person(act_of(handler)),))[-1]
        if role not in entered:
            person = hood.people[role] if role else None
            entered[role] = (await signed_in_client(app, person))[0].cookies
        async with visiting(app, httpx.Cookies(entered[role])) as client:
            pages += await _is_the_same(client, hood.address(path))
    return pages


async def _is_the_same(client: httpx.AsyncClient, address: str) -> bool:
    """Compare one page with itself in large text; say whether it is a page at all.

    A message may come in between the two: then the page is looked at once more.
    """
    normal = await _shown(client, address, "normal")
    if normal is None:
        return False
    for _look in range(LOOKS_MAX):
        large = await _shown(client, address, "large")
        if normal == large:
            return True
        normal = await _shown(client, address, "normal")
        if normal == large:
            return True
    assert normal == large, address
    return True


async def _shown(client: httpx.AsyncClient, address: str, size: str) -> str | None:
    """Return a page in a text size, without what differs between any two answers."""
    client.cookies.set("text-size", size, domain="site.test")
    answer = await client.get(address, headers={"accept": "text/html"})
    if "text/html" not in answer.headers.get("content-type", ""):
        return None
    assert answer.is_success, address
    assert (' class="text-large"' in answer.text) == (size == "large"), address
    return _OWN.sub("", _SWITCH.sub("", answer.text))
