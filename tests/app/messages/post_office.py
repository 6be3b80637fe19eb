"""A street whose members can be reached, and the servers that reach them, all real and local."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

import community
from app.database import Engine
from app.messages.delivering import Site
from app.messages.mail import Mail
from app.messages.parcels import Carrier
from app.messages.rules import Way
from app.messages.tables import DeliveryRow
from app.messages.worker import Postman
from app.ways import MailServer
from tests.faults.installation import free_port

SITE = Site("https://linli.test")


@dataclass
class Mailbox:
    """A real SMTP server: keeps what it takes, and answers as `answers` says, last one for ever."""

    answers: list[str] = field(default_factory=lambda: ["250 OK"])
    received: list[EmailMessage] = field(default_factory=list)
    tries: int = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        self.tries += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer.startswith("250"):
            content = envelope.original_content
            assert content is not None
            parsed = email.message_from_bytes(content, policy=email.policy.default)
            assert isinstance(parsed, EmailMessage)
            self.received.append(parsed)
        return answer

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.received if address in str(mail["To"])]


@asynccontextmanager
async def mail_server(
    *answers: str, box: Mailbox | None = None
) -> AsyncIterator[tuple[Mailbox, MailServer]]:
    """Run an SMTP server on a port of its own."""
    box = box or Mailbox(list(answers) or ["250 OK"])
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield box, MailServer("127.0.0.1", controller.port, tls=False)
    finally:
        controller.stop()


def mail_carrier(server: MailServer) -> dict[Way, Carrier]:
    return {Way.MAIL: Mail(server, ("Linli desk", "desk@linli.test"), SITE.address)}


@asynccontextmanager
async def working(
    database: Engine, carriers: dict[Way, Carrier], **more: timedelta
) -> AsyncIterator[Postman]:
    """Run a worker for as long as the block."""
    more.setdefault("look", timedelta(milliseconds=200))
    postman = Postman(database, carriers, SITE, **more)
    postman.start()
    try:
        yield postman
    finally:
        await postman.stop(10)


async def home() -> community.Community:
    """Give a fresh community on a clock without quiet hours around noon, wherever the test runs.

    What other tests told and nobody delivered is taken out of the queue: else a worker of the
    test's would begin with it.
    """
    await DeliveryRow.raw("DELETE FROM pgqueuer")
    return await community.add_community(code=f"m-{uuid4().hex[:12]}", name="八里")


async def reader(
    owner: asyncpg.Connection, home_id: UUID, *, name: str = "陈桂芳", **columns: Any
) -> community.Member:
    """Give a member with a mail address, and other columns as said; never in quiet hours."""
    added = await community.add_member(community_id=home_id, name=name)
    columns.setdefault("email", f"{added.id.hex}@reader.test")
    for column, value in columns.items():
        await owner.execute(f"UPDATE member SET {column} = $1 WHERE id = $2", value, added.id)
    await prefer(owner, added)
    return added


async def prefer(
    owner: asyncpg.Connection,
    member: community.Member,
    ways: tuple[str, ...] = ("mail", "push", "sms"),
    *,
    quiet: tuple[int, int] = (0, 0),
    daily: bool = False,
) -> None:
    await owner.execute(
        "INSERT INTO message_preference (member_id, community_id, ways, quiet_from, quiet_until,"
        " daily) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (member_id) DO UPDATE SET"
        " ways = $3, quiet_from = $4, quiet_until = $5, daily = $6",
        member.id,
        member.community_id,
        list(ways),
        *quiet,
        daily,
    )


async def deliveries(owner: asyncpg.Connection, member: community.Member) -> list[asyncpg.Record]:
    """Return a member's deliveries, oldest first."""
    found: list[asyncpg.Record] = await owner.fetch(
        "SELECT * FROM message_delivery WHERE member_id = $1 ORDER BY message_id, way", member.id
    )
    return found


async def settled(
    owner: asyncpg.Connection, member: community.Member, *states: str, seconds: float = 15
) -> None:
    """Wait until the member's deliveries are in these states."""
    for _ in range(int(seconds * 50)):
        found = [row["state"] for row in await deliveries(owner, member)]
        if found == list(states):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{found} instead of {list(states)}")
