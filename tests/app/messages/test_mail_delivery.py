"""From a verb's transaction to a mailbox: once, after the commit, again after a failure."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

import community
from app.database import Engine
from app.messages import rules, worker
from tests.app.messages import post_office
from tests.app.messages.post_office import (
    deliveries,
    mail_carrier,
    mail_server,
    reader,
    settled,
    working,
)

ROLE = {"role": "volunteer", "area": "八里"}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let failed tries come again at once."""
    monkeypatch.setattr(rules, "WAIT_MIN", timedelta(milliseconds=20))


async def test_told_after_the_commit_and_read_as_it_was_told(
    database: Engine, owner: asyncpg.Connection
) -> None:
    home = await post_office.home()
    elder = await reader(owner, home.id)
    async with mail_server() as (box, server), working(database, mail_carrier(server)):
        await community.tell(
            elder.id, "role.granted", community_id=home.id, fill=ROLE, link="/messages"
        )
        await settled(owner, elder, "sent")
    [mail] = box.received
    assert mail["Subject"] == "您有了新的角色"
    assert mail["To"].addresses[0].display_name == "陈桂芳"
    text = mail.get_body(("plain",))
    html = mail.get_body(("html",))
    assert text is not None
    assert html is not None
    for words in ("志愿者", "八里", "https://linli.test/messages"):
        assert words in text.get_content()
        assert words in html.get_content()
    [row] = await deliveries(owner, elder)
    assert mail["Message-ID"] == f"<{row['id']}@linli.test>"
    assert mail["List-Unsubscribe"] == "<https://linli.test/me/messages>"
    assert (row["attempts"], row["trouble"], row["leased_until"]) == (1, None, None)


async def test_what_is_rolled_back_is_never_told(
    database: Engine, owner: asyncpg.Connection
) -> None:
    home = await post_office.home()
    elder = await reader(owner, home.id)

    async def half_a_verb() -> None:
        async with database.transaction():
            await community.tell(elder.id, "role.granted", community_id=home.id, fill=ROLE)
            raise LookupError("the verb failed")

    async with mail_server() as (box, server), working(database, mail_carrier(server)):
        with pytest.raises(LookupError):
            await half_a_verb()
        await community.tell(elder.id, "password.changed", community_id=home.id)
        await settled(owner, elder, "sent")
    assert [mail["Subject"] for mail in box.received] == ["您的密码已更改"]
    assert await owner.fetchval("SELECT count(*) FROM message WHERE member_id = $1", elder.id) == 1


@pytest.mark.usefixtures("quick")
async def test_a_server_that_is_busy_is_asked_again(
    database: Engine, owner: asyncpg.Connection
) -> None:
    home = await post_office.home()
    elder = await reader(owner, home.id)
    async with (
        mail_server("451 later", "452 full", "250 OK") as (box, server),
        working(database, mail_carrier(server)),
    ):
        await community.tell(elder.id, "role.granted", community_id=home.id, fill=ROLE)
        await settled(owner, elder, "sent")
    assert (box.tries, len(box.received)) == (3, 1)
    [row] = await deliveries(owner, elder)
    assert (row["attempts"], row["trouble"]) == (3, None)


async def test_a_server_that_refuses_for_good_is_not_asked_again(
    database: Engine, owner: asyncpg.Connection
) -> None:
    home = await post_office.home()
    elder = await reader(owner, home.id)
    async with mail_server("550 no") as (box, server), working(database, mail_carrier(server)):
        await community.tell(elder.id, "role.granted", community_id=home.id, fill=ROLE)
        await settled(owner, elder, "given_up")
    assert box.tries == 1
    [row] = await deliveries(owner, elder)
    assert (row["attempts"], row["trouble"]) == (1, "refused")


@pytest.mark.usefixtures("quick")
async def test_no_server_at_all_is_given_up_after_a_day(
    database: Engine, owner: asyncpg.Connection
) -> None:
    home = await post_office.home()
    elder = await reader(owner, home.id)
    async with mail_server() as (_box, server):
        gone = server
    async with working(database, mail_carrier(gone)):
        await community.tell(elder.id, "role.granted", community_id=home.id, fill=ROLE)
        for _ in range(500):
            rows = await deliveries(owner, elder)
            if rows and rows[0]["attempts"] > 1:
                break
            await asyncio.sleep(0.02)
        assert (rows[0]["state"], rows[0]["trouble"]) == ("waiting", "unreachable")
        await owner.execute(
            "UPDATE message_delivery SET expires_at = now() WHERE member_id = $1", elder.id
        )
        await settled(owner, elder, "given_up")


async def test_two_workers_send_each_message_once(
    database: Engine, owner: asyncpg.Connection
) -> None:
    home = await post_office.home()
    people = [await reader(owner, home.id, name=f"邻居{n}") for n in range(40)]
    async with (
        mail_server() as (box, server),
        working(database, mail_carrier(server)),
        working(database, mail_carrier(server)),
    ):
        for one in people:
            await community.tell(one.id, "role.granted", community_id=home.id, fill=ROLE)
        for one in people:
            await settled(owner, one, "sent")
    sent = [str(mail["To"]) for mail in box.received]
    assert len(sent) == len(set(sent)) == len(people)


async def test_a_name_cannot_smuggle_in_a_header(
    database: Engine, owner: asyncpg.Connection
) -> None:
    home = await post_office.home()
    name = "Chen\r\nBcc: all@reader.test\r\n\r\nHello"
    elder = await reader(owner, home.id, name=name, language="en")
    fill = {"role": "volunteer", "area": "Bali\r\nBcc: all@reader.test"}
    async with mail_server() as (box, server), working(database, mail_carrier(server)):
        await community.tell(elder.id, "role.granted", community_id=home.id, fill=fill)
        await settled(owner, elder, "sent")
    [mail] = box.received
    assert "Bcc" not in mail
    assert mail["To"].addresses[0].display_name == "Chen Bcc: all@reader.test Hello"
    assert len(mail["To"].addresses) == 1


@pytest.mark.parametrize("address", ["a\r\nbcc:x@y.test", "a@b@c.test", "陈@reader.test"])
async def test_an_address_that_mail_cannot_have_is_given_up(
    database: Engine, owner: asyncpg.Connection, address: str
) -> None:
    home = await post_office.home()
    elder = await reader(owner, home.id)
    await owner.execute("ALTER TABLE member DROP CONSTRAINT member_email_form")
    try:
        await owner.execute("UPDATE member SET email = $1 WHERE id = $2", address, elder.id)
        async with mail_server() as (box, server), working(database, mail_carrier(server)):
            await community.tell(elder.id, "role.granted", community_id=home.id, fill=ROLE)
            await settled(owner, elder, "given_up")
        assert box.received == []
        [row] = await deliveries(owner, elder)
        assert row["trouble"] == "no_address"
    finally:
        await owner.execute("UPDATE member SET email = NULL WHERE id = $1", elder.id)
        await owner.execute(
            "ALTER TABLE member ADD CONSTRAINT member_email_form CHECK (email ~"
            " '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 254)"
        )


async def test_a_worker_that_loses_its_connection_comes_back(
    database: Engine, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "BACK_SECONDS", 0.1)
    home = await post_office.home()
    elder = await reader(owner, home.id)
    async with mail_server() as (box, server), working(database, mail_carrier(server)):
        await community.tell(elder.id, "role.granted", community_id=home.id, fill=ROLE)
        await settled(owner, elder, "sent")
        cut = await owner.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = $1 AND datname = current_database()",
            worker.CONNECTION,
        )
        assert cut == 1
        await community.tell(elder.id, "role.granted", community_id=home.id, fill=ROLE)
        await settled(owner, elder, "sent", "sent")
    assert len(box.received) == 2
