"""The pages of messages: the inbox, what one chooses, one's devices, and what the desk sees."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from litestar import Litestar

import community
from app.main import create_app, running
from app.messages.choices import choice_of
from app.messages.push import public_key, site_key
from app.messages.rules import Choice, Way
from app.settings import settings
from community import Role
from tests.app.messages import post_office
from tests.app.messages.test_push import AUTH, b64
from tests.app.walking import Walker, walker

FILL = {"elder": "陈桂芳", "minutes": 95}
PUSHED = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/abc",
    "keys": {"p256dh": public_key(site_key(b"9" * 32)), "auth": b64(AUTH)},
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(database: object) -> AsyncIterator[Litestar]:  # noqa: ARG001 (the app needs it)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINLI_DEMO", "true")
        patch.setenv("LINLI_PUBLIC_ADDRESS", "https://site.test")
        patch.setenv("LINLI_MAIL_URL", "smtp://127.0.0.1:9")
        patch.setenv("LINLI_MAIL_FROM", "Desk <desk@site.test>")
        settings.cache_clear()
        made = create_app()
        async with running(made):
            yield made


@pytest_asyncio.fixture(loop_scope="session")
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as made:
        yield made


class Place:
    """A community, and people of it who walk through the site."""

    def __init__(self, app: Litestar, stack: AsyncExitStack, home: community.Community) -> None:
        self.app, self.stack, self.home = app, stack, home

    async def member(self, *roles: Role) -> community.Member:
        return await community.add_member(community_id=self.home.id, name="李明", roles=roles)

    async def walker(self, who: community.Member, language: str = "en") -> Walker:
        made = await self.stack.enter_async_context(walker(self.app, language))
        made.client.base_url = made.client.base_url.copy_with(scheme="https")
        return await made.sign_in(who.id)

    async def tell(self, who: community.Member, link: str | None = None) -> UUID:
        told = await community.tell(
            who.id, "visit.confirmed", community_id=self.home.id, fill=FILL, link=link
        )
        assert told is not None
        return told


@pytest_asyncio.fixture(loop_scope="session")
async def place(app: Litestar, stack: AsyncExitStack) -> Place:
    return Place(app, stack, await post_office.home())


async def test_an_empty_inbox_teaches(place: Place) -> None:
    page = await place.walker(await place.member())
    await page.open("/messages")
    assert "No messages yet" in page.words
    assert "1 new" not in page.page


async def test_reading_a_message_leads_to_what_it_is_about(place: Place) -> None:
    member = await place.member()
    told = await place.tell(member, "/time-bank")
    page = await place.walker(member)
    await page.open("/time-bank")
    assert "1 new" in page.page
    await page.open("/messages")
    assert "陈桂芳 confirmed your visit: 1 h 35 min are in your passbook" in page.words
    assert await page.send_and_follow(f"/messages/{told}/read") == "/time-bank"
    assert "1 new" not in page.page
    await page.open("/messages")
    assert "New" not in page.words
    assert 'href="/time-bank"' in page.page


async def test_in_chinese(place: Place) -> None:
    member = await place.member()
    await place.tell(member)
    page = await place.walker(member, "zh")
    await page.open("/messages")
    assert "陈桂芳确认了您的服务：1 小时 35 分 已存入您的时间存折" in page.words
    assert "1 条新消息" in page.page


async def test_all_are_read_at_once_and_pages_go_on(place: Place) -> None:
    member = await place.member()
    for _ in range(23):
        await place.tell(member)
    page = await place.walker(member)
    await page.open("/messages")
    assert page.page.count('class="letter letter-new"') == 20
    older = page.page.split('href="/messages?after=')[1].split('"')[0]
    await page.open(f"/messages?after={older}")
    assert page.page.count('class="letter letter-new"') == 3
    await page.send_and_follow("/messages/read-all")
    assert "All messages are marked as read." in page.words
    assert "letter-new" not in page.page


@pytest.mark.parametrize(
    "after", ["", "new", "new.x", f"odd.{UUID(int=7)}", "old.", "%00", "new." * 99]
)
async def test_an_odd_page_is_the_first(place: Place, after: str) -> None:
    page = await place.walker(await place.member())
    assert (await page.open(f"/messages?after={after}")).status_code == 200


async def test_nobody_reads_for_another(place: Place) -> None:
    member, other = await place.member(), await place.member()
    told = await place.tell(member, "/time-bank")
    page = await place.walker(other)
    await page.open("/messages")
    assert "No messages yet" in page.words
    answer = await page.send(f"/messages/{told}/read")
    assert answer.headers["location"] == "/messages"
    assert await community.unread_messages(member.id) == 1
    visitor = await place.stack.enter_async_context(walker(place.app))
    assert (await visitor.open("/messages")).status_code == 303


async def test_choosing(place: Place, owner: asyncpg.Connection) -> None:
    member = await place.member()
    await owner.execute("UPDATE member SET email = 'li@site.test' WHERE id = $1", member.id)
    page = await place.walker(member)
    await page.open("/me/messages")
    assert "By e-mail" in page.words
    assert "By SMS" not in page.words
    assert await choice_of(member.id) == Choice()
    fields = {"ways": ["mail", "push"], "pace": "daily", "quiet_from": "1320", "quiet_until": "420"}
    await page.send_and_follow("/me/messages", **fields)
    assert "Saved." in page.words
    wanted = Choice(frozenset({Way.MAIL, Way.PUSH}), 1320, 420, daily=True)
    assert await choice_of(member.id) == wanted
    for name in ('value="mail" checked', 'value="daily" checked', 'value="1320" selected'):
        assert name in " ".join(page.page.split())
    await page.send_and_follow("/me/messages", pace="at_once", quiet_from="0", quiet_until="0")
    assert await choice_of(member.id) == Choice(frozenset(), 0, 0)


@pytest.mark.parametrize("odd", ["", "7", "-30", "1440", "²", "nine"])
async def test_a_time_that_is_not_offered_is_refused(place: Place, odd: str) -> None:
    member = await place.member()
    page = await place.walker(member)
    await page.open("/me/messages")
    answer = await page.send("/me/messages", pace="daily", quiet_from=odd, quiet_until="480")
    assert answer.status_code == 422
    assert "Choose the times from the list." in page.words
    assert 'value="daily" checked' in " ".join(page.page.split())
    assert await choice_of(member.id) == Choice()


async def test_a_way_that_does_not_exist_is_refused(place: Place) -> None:
    page = await place.walker(await place.member())
    await page.open("/me/messages")
    answer = await page.send("/me/messages", ways="pigeon", quiet_from="0", quiet_until="0")
    assert answer.status_code == 422


async def test_a_browser_is_added_once_and_removed(place: Place, owner: asyncpg.Connection) -> None:
    member, other = await place.member(), await place.member()
    page = await place.walker(member)
    for _ in range(2):
        await page.open("/me/messages")
        assert "data-key=" in page.page
        answer = await page.send("/me/messages/devices", subscription=json.dumps(PUSHED))
        assert answer.status_code == 201
    rows = await owner.fetch("SELECT id, member_id FROM push_device WHERE endpoint = $1",
                             PUSHED["endpoint"])  # fmt: skip
    assert [row["member_id"] for row in rows] == [member.id]
    stranger = await place.walker(other)
    await stranger.open("/me/messages")
    remove = f"/me/messages/devices/{rows[0]['id']}/remove"
    await stranger.send_and_follow(remove)
    assert await owner.fetchval("SELECT count(*) FROM push_device WHERE member_id = $1",
                                member.id) == 1  # fmt: skip
    await page.open("/me/messages")
    await page.send_and_follow(remove)
    assert "That device shows no more messages." in page.words
    assert await owner.fetchval("SELECT count(*) FROM push_device WHERE member_id = $1",
                                member.id) == 0  # fmt: skip


@pytest.mark.parametrize(
    "said",
    ["", "[]", "null", "{}", '{"endpoint": 1, "keys": []}',
     json.dumps({**PUSHED, "endpoint": "https://169.254.169.254/latest"}),
     json.dumps({**PUSHED, "keys": {"p256dh": "x", "auth": "y"}})],
)  # fmt: skip
async def test_what_no_browser_says_is_refused(place: Place, said: str) -> None:
    page = await place.walker(await place.member())
    await page.open("/me/messages")
    assert (await page.send("/me/messages/devices", subscription=said)).status_code == 422


async def test_the_desk_sees_whom_nothing_reached(place: Place, owner: asyncpg.Connection) -> None:
    member = await place.member()
    told = await place.tell(member)
    for community_id in (place.home.id, (await post_office.home()).id):
        await owner.execute(
            "INSERT INTO message_delivery (id, message_id, community_id, member_id, way, state,"
            " due_at, expires_at, ended_at, trouble) VALUES ($1, $2, $3, $4, $5, 'given_up',"
            " now(), now(), $6, 'refused')",
            uuid4(), told, community_id, member.id,
            "mail" if community_id == place.home.id else "sms", datetime.now(UTC),
        )  # fmt: skip
    desk = await place.walker(await place.member(Role.COORDINATOR))
    assert (await desk.open("/desk/undelivered")).status_code == 200
    assert desk.words.count("the other side does not know this address or number") == 1
    assert "李明" in desk.words
    assert (await (await place.walker(member)).open("/desk/undelivered")).status_code == 403
    other = Place(place.app, place.stack, await post_office.home())
    empty = await other.walker(await other.member(Role.COORDINATOR))
    await empty.open("/desk/undelivered")
    assert "Everything arrived" in empty.words
