"""Killed while a mail is handed over: it is sent again, as the same mail, and only then."""

import asyncio
import signal
import threading
from email.message import EmailMessage
from uuid import uuid4

import psutil
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.app.messages.post_office import Mailbox, mail_server
from tests.faults.installation import Installation

MEMBER, HOME = uuid4(), uuid4()

TELL = f"""
WITH place AS (
    INSERT INTO area (id, level, code, name, time_zone, lineage)
    VALUES ('{HOME}', 'community', 'bali', '八里', 'Asia/Shanghai', ARRAY['{HOME}'::uuid])
), home AS (
    INSERT INTO community (id, code, desk_phone) VALUES ('{HOME}', 'bali', '')
), elder AS (
    INSERT INTO member (id, community_id, name, language, text_size, joined_at, email)
    VALUES ('{MEMBER}', '{HOME}', '陈桂芳', 'zh', 'normal', now(), 'chen@reader.test')
), awake AS (
    INSERT INTO message_preference (member_id, community_id, ways, quiet_from, quiet_until, daily)
    VALUES ('{MEMBER}', '{HOME}', ARRAY['mail'], 0, 0, false)
)
INSERT INTO message (id, community_id, member_id, kind)
VALUES (gen_random_uuid(), '{HOME}', '{MEMBER}', 'password.changed')
"""

# What a dead worker leaves behind runs out with time; the test does not wait for it.
TIME_PASSES = (
    "UPDATE message_delivery SET leased_until = now()",
    "UPDATE pgqueuer SET heartbeat = now() - interval '1 hour' WHERE status = 'picked'",
)


class Deadly(Mailbox):
    """Takes a mail, and kills who hands it over before they hear so."""

    def __init__(self) -> None:
        super().__init__()
        self.victims: list[psutil.Process] = []
        self.killed = threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        answer = await super().handle_DATA(server, session, envelope)
        for victim in self.victims:
            victim.send_signal(signal.SIGKILL)
            self.killed.set()
        self.victims.clear()
        return answer


async def arrived(box: Mailbox, count: int) -> list[EmailMessage]:
    for _ in range(1500):
        if len(box.received) >= count:
            return box.received
        await asyncio.sleep(0.02)
    raise AssertionError(f"{len(box.received)} mails")


async def test_a_mail_that_nobody_knows_to_have_arrived_is_sent_again_as_the_same(
    installation: Installation,
) -> None:
    box = Deadly()
    async with mail_server(box=box) as (_box, server):
        installation.settings = {
            "LINLI_MAIL_URL": f"smtp://127.0.0.1:{server.port}",
            "LINLI_MAIL_FROM": "Desk <desk@linli.test>",
        }
        first = installation.serve("--workers", "2")
        box.victims = [psutil.Process(first.pid), *psutil.Process(first.pid).children()]
        await installation.sql(TELL)
        assert await asyncio.to_thread(box.killed.wait, 30)
        await asyncio.to_thread(first.communicate, timeout=30)
        second = installation.serve("--workers", "2")
        [left] = await installation.sql("SELECT state, attempts FROM message_delivery")
        assert (left["state"], left["attempts"]) == ("waiting", 1), "nobody wrote it down"
        for statement in TIME_PASSES:
            await installation.sql(statement)
        mails = await arrived(box, 2)
        assert mails[0]["Message-ID"] == mails[1]["Message-ID"]
        assert mails[0].as_string() == mails[1].as_string()
        for _ in range(500):
            [left] = await installation.sql("SELECT state, attempts FROM message_delivery")
            if left["state"] == "sent":
                break
            await asyncio.sleep(0.02)
        assert (left["state"], left["attempts"]) == ("sent", 2)
        assert installation.end(second, signal.SIGTERM)[0] == 0
        assert len(box.received) == 2
