"""Tells the staff's chats each morning what waits in their community: numbers, and nobody's name.

Robots of WeCom, DingTalk, Feishu and the like reach a chat whose readers we do not know.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import community
import timebank
from app.i18n import DEFAULT_LANGUAGE, ngettext, speaking
from app.i18n import gettext as _
from app.messages import post
from app.messages.gateway import notified
from app.messages.tables import StaffDigestRow
from app.messages.undelivered import undelivered
from app.settings import settings
from app.ways import Chat
from app.wording import number
from community import Community

FROM: Final = time(8, 30)
TRIES_MAX: Final = 8
RETRY: Final = timedelta(minutes=15)

# The first to claim a try has it; the next try waits as long as one of a message would.
_CLAIM: Final = """
INSERT INTO staff_digest AS digest (community_id, chat, day, attempts, next_try_at)
VALUES ({}, {}, {}, 1, {})
ON CONFLICT (community_id, chat, day) DO UPDATE SET attempts = digest.attempts + 1,
    next_try_at = excluded.next_try_at
WHERE digest.sent_at IS NULL AND digest.next_try_at <= {} AND digest.attempts < {}
RETURNING attempts
"""

_SENT: Final = """
UPDATE staff_digest SET sent_at = clock_timestamp()
WHERE community_id = {} AND chat = {} AND day = {}
"""


async def tell_staff(now: datetime | None = None) -> None:
    """Tell each chat of each community, once a day after half past eight; a job."""
    chats = post.gateways(settings()).chats
    if not chats:
        return
    at = now or datetime.now(UTC)
    for home in await community.communities():
        local = at.astimezone(ZoneInfo(home.time_zone))
        if local.time() >= FROM:
            for chat in chats:
                if chat.community_code in {None, home.code}:
                    await _tell(chat, home, local.date(), at)


async def _tell(chat: Chat, home: Community, day: date, at: datetime) -> None:
    next_try = at + RETRY
    claimed = await StaffDigestRow.raw(_CLAIM, home.id, chat.name, day, next_try, at, TRIES_MAX)
    if not claimed:
        return
    lines = await waiting(home)
    if not lines or await notified(chat.address, "\n".join(lines), home.name):
        await StaffDigestRow.raw(_SENT, home.id, chat.name, day)


async def waiting(home: Community) -> list[str]:
    """Return what waits in a community, a line for each sort of thing; none where nothing does."""
    _given, _minutes, requests = await timebank.given_and_waiting(home.id)
    applied = await community.count_applicants(home.id)
    erasures = len(await community.waiting_erasures(home.id))
    lost = len(await undelivered(home.id))
    with speaking(DEFAULT_LANGUAGE):
        counted = (
            (requests, ngettext("%(num)s request without a volunteer",
                                "%(num)s requests without a volunteer", requests)),
            (applied, ngettext("%(num)s application to join",
                               "%(num)s applications to join", applied)),
            (erasures, ngettext("%(num)s wish to be erased",
                                "%(num)s wishes to be erased", erasures)),
            (lost, ngettext("%(num)s message that did not arrive",
                            "%(num)s messages that did not arrive", lost)),
        )  # fmt: skip
        lines = [words % {"num": number(count)} for count, words in counted if count]
        return [_("Waiting this morning:"), *lines] if lines else []
