"""People who walk through the site over HTTP, each with cookies of their own."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self
from uuid import UUID

import httpx
from litestar import Litestar

HTML = {"accept": "text/html"}
TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')


class Walker:
    """A visitor or a member: opens pages, sends the forms on them."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.page = ""

    async def open(self, path: str) -> httpx.Response:
        """Open a page and remember what it says."""
        answer = await self.client.get(path, headers=HTML)
        self.page = answer.text
        return answer

    async def send(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form with the last page's anti-forgery token; redirects are not followed."""
        token = TOKEN.search(self.page)
        assert token, "the last page had no form"
        answer = await self.client.post(
            path, data={**fields, "_csrf_token": token[1]}, headers=HTML
        )
        if answer.status_code != httpx.codes.SEE_OTHER:
            self.page = answer.text
        return answer

    async def send_and_follow(self, path: str, **fields: Any) -> str:
        """Send a form, expect to be led on, and return where to."""
        answer = await self.send(path, **fields)
        assert answer.status_code == httpx.codes.SEE_OTHER, self.words[:600]
        await self.open(answer.headers["location"])
        return str(answer.headers["location"])

    async def sign_in(self, member_id: UUID) -> Self:
        """Sign in as a demo member."""
        await self.open("/sign-in")
        await self.send_and_follow("/sign-in/as", member=str(member_id))
        return self

    @property
    def words(self) -> str:
        """What the last page says, without its marks."""
        main = self.page[self.page.index("<main") : self.page.index("</main>")]
        notices = self.page[self.page.index('id="notices"') : self.page.index("<main")]
        return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", notices + main).split()))

    def hidden(self, name: str) -> str:
        """Return a hidden field's value in the last page's own forms."""
        main = self.page[self.page.index("<main") :]
        found = re.search(rf'name="{name}" value="([^"]*)"', main)
        assert found, f"no field {name}"
        return found[1]


@asynccontextmanager
async def walker(app: Litestar, language: str = "en") -> AsyncIterator[Walker]:
    """Give a fresh visitor who reads this language."""
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))  # type: ignore[arg-type]  # ASGI, described in other words
    async with httpx.AsyncClient(transport=transport, base_url="http://site.test") as client:
        client.cookies.set("language", language, domain="site.test")
        yield Walker(client)
