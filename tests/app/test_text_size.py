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
        client = visiting(app, httpx.Cookies(entered[role]))
        seen = []
        for size in ("normal", "large"):
            client.cookies.set("text-size", size, domain="site.test")
            answer = await client.get(hood.address(path), headers={"accept": "text/html"})
            if "text/html" not in answer.headers.get("content-type", ""):
                break
            assert answer.is_success, path
            assert (' class="text-large"' in answer.text) == (size == "large"), path
            seen.append(_OWN.sub("", _SWITCH.sub("", answer.text)))
        await client.aclose()
        if len(seen) > 1:
            pages += 1
            assert seen[0] == seen[1], path
    return pages
