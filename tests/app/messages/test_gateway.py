"""SMS through a gateway that speaks HTTP: the right number, one text, again while it refuses."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import asyncpg
import pytest

import community
from app.database import Engine
from app.messages.gateway import Sms
from app.messages.parcels import Later, Letter, Parcel, Refused
from app.messages.rules import Way
from app.messages.words import Spoken
from app.ways import Chat, Gateways, MailServer, WrongWay, gateways, mail_server, sender
from community.values import new_id
from tests.app.messages import post_office
from tests.app.messages.post_office import reader, settled, working

NOW = datetime.now(UTC)


@dataclass
class HttpServer:
    """A real server on a port of its own: keeps what is posted, and answers with `status`."""

    port: int = 0
    status: int = 200
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    async def answer(self, read: asyncio.StreamReader, write: asyncio.StreamWriter) -> None:
        head = (await read.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _colon, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await read.readexactly(int(headers.get("content-length", "0")))
        self.got.append((head[0].split(" ")[1], headers, body))
        write.write(
            f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        await write.drain()
        write.close()


@asynccontextmanager
async def http_server(status: int = 200) -> AsyncIterator[HttpServer]:
    made = HttpServer(status=status)
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()


def parcel(*sentences: str, phone: str | None = "+8613800138000") -> Parcel:
    letters = tuple(Letter(Spoken("题目", one), None, NOW) for one in sentences)
    zone = ZoneInfo("Asia/Shanghai")
    return Parcel(new_id(), Way.SMS, "陈桂芳", "zh", zone, "八里", letters, NOW, phone=phone)


async def test_one_text_to_the_number() -> None:
    async with http_server() as server:
        address = f"json://127.0.0.1:{server.port}/send?:to={{phone}}&:short={{number}}"
        await Sms((address,)).carry(parcel("李明将于明天来您家。"))
    [(_path, _headers, body)] = server.got
    said = json.loads(body)
    assert said["message"] == "【邻里】李明将于明天来您家。"
    assert (said["to"], said["short"]) == ("+8613800138000", "13800138000")


async def test_many_messages_are_one_text() -> None:
    async with http_server() as server:
        await Sms((f"json://127.0.0.1:{server.port}/{{number}}",)).carry(parcel("一。", "二。"))
    [(path, _headers, body)] = server.got
    assert path == "/13800138000"
    assert json.loads(body)["message"] == "【邻里】您有 2 条新消息，请打开邻里查看。"


async def test_the_second_gateway_takes_what_the_first_refuses() -> None:
    async with http_server(500) as first, http_server() as second:
        addresses = tuple(f"json://127.0.0.1:{one.port}/{{phone}}" for one in (first, second))
        await Sms(addresses).carry(parcel("一。"))
        assert (len(first.got), len(second.got)) == (1, 1)
        second.status = 503
        with pytest.raises(Later):
            await Sms(addresses).carry(parcel("二。"))


async def test_no_number_is_no_use_trying() -> None:
    with pytest.raises(Refused):
        await Sms(("json://127.0.0.1:9/{phone}",)).carry(parcel("一。", phone=None))


async def test_a_code_reaches_the_telephone_only(
    database: Engine, owner: asyncpg.Connection
) -> None:
    home = await post_office.home()
    elder = await reader(owner, home.id, phone="+8613800138777")
    async with (
        http_server() as server,
        post_office.mail_server() as (box, mail),
        working(
            database,
            {
                **post_office.mail_carrier(mail),
                Way.SMS: Sms((f"json://127.0.0.1:{server.port}/{{phone}}",)),
            },
        ),
    ):
        fill = {"code": "483920", "minutes": 10}
        await community.tell(
            elder.id, "sign_in.code", community_id=home.id, fill=fill, private=True
        )
        await settled(owner, elder, "sent")
    assert len(server.got) == 1
    assert "483920" in json.loads(server.got[0][2])["message"]
    assert box.received == []


def test_ways_are_read_as_they_are_written() -> None:
    chat = "wecombot://693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"
    read = gateways(f"json://sms.test/{{phone}}\n bali={chat} {chat}")
    assert read == Gateways(("json://sms.test/{phone}",), (Chat(chat, "bali"), Chat(chat)))
    assert chat[12:] not in Chat(chat).name
    assert mail_server("smtp://mail.test") == MailServer("mail.test", 587, tls=False)
    read_back = mail_server("smtps://a%40b:p%2Fw@mail.test:4650")
    assert (read_back.host, read_back.port, read_back.tls) == ("mail.test", 4650, True)
    assert (read_back.login, read_back.password) == ("a@b", "p/w")
    assert sender("邻里 <desk@linli.test>") == ("邻里", "desk@linli.test")


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("hello", "the first address is none"),
        ("json://sms.test/{phone} nope://x", "the second address (nope://...)"),
        ("bali=json://sms.test/{phone}", "the first address reaches phones"),
        ("twilio://x", "the first address (twilio://...) is not complete"),
    ],
)
def test_a_wrong_way_is_named_by_its_place(written: str, why: str) -> None:
    with pytest.raises(WrongWay) as wrong:
        gateways(written)
    assert str(wrong.value).startswith(why)


@pytest.mark.parametrize(
    "written",
    [
        "imap://x",
        "smtp://",
        "smtp://mail.test/x",
        "smtp://a@mail.test",
        "smtp://x:y:z",
        "smtp://h:0x",
    ],
)
def test_a_wrong_mail_server_is_named(written: str) -> None:
    with pytest.raises(WrongWay):
        mail_server(written)


@pytest.mark.parametrize("written", ["", "desk", "@x", "a@", "a\r\nb: c <a@b.test>"])
def test_a_wrong_sender_is_named(written: str) -> None:
    with pytest.raises(WrongWay):
        sender(written)
