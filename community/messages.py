"""Tells members what happened: a row in the verb's own transaction, delivered after it commits.

The row is the message in the member's inbox. The app's worker reads the same row to deliver it in
the ways that the member chose; nothing is sent from within a verb.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from community.tables import MessageRow
from community.transactions import transaction
from community.values import Standing, new_id

Fill = Mapping[str, str | int | datetime | date | UUID]
"""What stands in the gaps of a message's words: text, whole numbers, moments, days."""

_TELL = """
INSERT INTO message (id, community_id, member_id, kind, fill, link, urgent, private, once)
VALUES ({}, {}, {}, {}, {}::jsonb, {}, {}, {}, {})
ON CONFLICT ON CONSTRAINT message_told_once DO NOTHING
RETURNING id
"""

# One statement for a whole electorate. The ids come from here, so that they sort by time as all do.
_TELL_ALL = """
WITH told AS (
    INSERT INTO message (id, community_id, member_id, kind, fill, link, urgent, once)
    SELECT told.id, {}, told.member_id, {}, {}::jsonb, {}, {}, {}
    FROM unnest({}::uuid[], {}::uuid[]) AS told (id, member_id)
    ON CONFLICT ON CONSTRAINT message_told_once DO NOTHING
    RETURNING 1
)
SELECT count(*) AS told FROM told
"""

# Unread ones first, then the newest: both descend, so one comparison of rows finds the next page.
_INBOX = """
SELECT id, kind, fill, link, urgent, created_at, read_at FROM message
WHERE member_id = {} AND community_id = {} AND NOT private
    AND ((read_at IS NULL), id) < ({}::boolean, {}::uuid)
ORDER BY (read_at IS NULL) DESC, id DESC LIMIT {}
"""

_TOLD = """
SELECT message.id, message.community_id, member_id, kind, fill, link, urgent, private,
    message.created_at, spread_at IS NOT NULL AS spread, member.name, language, phone, email,
    standing, area.time_zone
FROM message JOIN member ON member.id = member_id JOIN area ON area.id = message.community_id
WHERE message.id = ANY({}) ORDER BY message.id
"""

_WIPE = """
UPDATE message SET fill = {}::jsonb WHERE id = ANY({}) AND private RETURNING id
"""

_LAST_ID = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a member's inbox; moments and days in `fill` are ISO 8601 text."""

    id: UUID
    kind: str
    fill: Mapping[str, Any]
    link: str | None
    urgent: bool
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """A message together with whom it is to, as the app's worker needs them to deliver it.

    `phone` is E.164; `time_zone` is the community's. `spread` is whether its deliveries are known.
    """

    id: UUID
    community_id: UUID
    member_id: UUID
    kind: str
    fill: Mapping[str, Any]
    link: str | None
    urgent: bool
    private: bool
    created_at: datetime
    spread: bool
    name: str
    language: str
    phone: str | None
    email: str | None
    standing: Standing
    time_zone: str


async def tell(  # noqa: PLR0913 (a message has these parts)
    member_id: UUID,
    kind: str,
    *,
    community_id: UUID,
    fill: Fill | None = None,
    link: str | None = None,
    urgent: bool = False,
    private: bool = False,
    once: str | None = None,
) -> UUID | None:
    """Tell a member something, within the caller's transaction: it stands or falls with the act.

    `kind` names the words in `app/messages/words.py`, and `fill` what stands in their gaps. `link`
    is the page that it is about, a path of this site. `urgent` is not held back by quiet hours.
    `private` goes to the member's own phone or mail alone, is not shown in the inbox, and loses its
    fill once sent: for codes. With `once`, the same kind is told this member once for that key; a
    repeat tells nothing and returns None. Else returns the message's id.
    """
    written = json.dumps(
        {name: _plain(value) for name, value in (fill or {}).items()}, ensure_ascii=False
    )
    rows = await MessageRow.raw(
        _TELL,
        new_id(),
        community_id,
        member_id,
        kind,
        written,
        link,
        urgent,
        private,
        once,
    )
    return rows[0]["id"] if rows else None


async def tell_all(  # noqa: PLR0913 (a message has these parts)
    member_ids: Collection[UUID],
    kind: str,
    *,
    community_id: UUID,
    fill: Fill | None = None,
    link: str | None = None,
    urgent: bool = False,
    once: str | None = None,
) -> int:
    """Tell many members the same, within the caller's transaction; return how many were told.

    As `tell` does for one, in one statement however many there are.
    """
    written = json.dumps(
        {name: _plain(value) for name, value in (fill or {}).items()}, ensure_ascii=False
    )
    told_to = list(member_ids)
    (row,) = await MessageRow.raw(
        _TELL_ALL,
        community_id,
        kind,
        written,
        link,
        urgent,
        once,
        [new_id() for _ in told_to],
        told_to,
    )
    return int(row["told"])


async def inbox(
    member_id: UUID, *, community_id: UUID, after: tuple[bool, UUID] | None = None, size: int = 20
) -> list[Message]:
    """Return a member's messages, unread ones first, then the newest.

    `after` is whether the last message already seen was unread, and its id.
    """
    unread, last_id = after or (True, _LAST_ID)
    rows = await MessageRow.raw(_INBOX, member_id, community_id, unread, last_id, size)
    return [Message(**{**row, "fill": json.loads(row["fill"])}) for row in rows]


async def unread_messages(member_id: UUID) -> int:
    """Return how many messages in the member's inbox are unread."""
    (row,) = await MessageRow.raw(
        "SELECT count(*) AS unread FROM message"
        " WHERE member_id = {} AND read_at IS NULL AND NOT private",
        member_id,
    )
    return int(row["unread"])


async def read_message(message_id: UUID, *, member_id: UUID, community_id: UUID) -> str | None:
    """Mark one of a member's messages as read; return where it leads, None where nowhere.

    A second reading, or the id of somebody else's message, changes nothing.
    """
    async with transaction():
        rows = await MessageRow.raw(
            "UPDATE message SET read_at = coalesce(read_at, clock_timestamp())"
            " WHERE id = {} AND member_id = {} AND community_id = {} AND NOT private"
            " RETURNING link",
            message_id,
            member_id,
            community_id,
        )
    return rows[0]["link"] if rows else None


async def read_all_messages(member_id: UUID, *, community_id: UUID) -> int:
    """Mark all of a member's messages as read; return how many were not."""
    async with transaction():
        rows = await MessageRow.raw(
            "UPDATE message SET read_at = clock_timestamp()"
            " WHERE member_id = {} AND community_id = {} AND read_at IS NULL AND NOT private"
            " RETURNING id",
            member_id,
            community_id,
        )
    return len(rows)


async def settle_messages(member_id: UUID, link: str, *, community_id: UUID) -> None:
    """Mark as read what a member was told of a page, within the caller's transaction.

    For an act after which it is no news any more: nobody should be asked to confirm twice.
    """
    await settle_messages_of([member_id], link, community_id=community_id)


async def settle_messages_of(
    member_ids: Collection[UUID], link: str, *, community_id: UUID
) -> None:
    """Mark as read what these members were told of a page, as `settle_messages` does for one."""
    await MessageRow.raw(
        "UPDATE message SET read_at = clock_timestamp()"
        " WHERE member_id = ANY({}) AND community_id = {} AND link = {} AND read_at IS NULL",
        list(member_ids),
        community_id,
        link,
    )


async def told(message_ids: Collection[UUID], *, locked: bool = False) -> list[Told]:
    """Return messages with whom they are to, in the order they were told; unknown ids are left out.

    With `locked`, nobody else can change them until the caller's transaction ends.
    """
    lock = " FOR NO KEY UPDATE OF message" if locked else ""
    rows = await MessageRow.raw(_TOLD + lock, list(message_ids))
    return [
        Told(
            **{**row, "fill": json.loads(row["fill"]), "standing": Standing(row["standing"])},
        )
        for row in rows
    ]


async def mark_spread(message_id: UUID) -> None:
    """Note that a message's deliveries are known, within the caller's transaction."""
    await MessageRow.raw(
        "UPDATE message SET spread_at = clock_timestamp() WHERE id = {}", message_id
    )


async def unspread_messages(before: datetime, size: int = 500) -> list[UUID]:
    """Return messages told before a moment whose deliveries are not known yet, oldest first."""
    rows = await MessageRow.raw(
        "SELECT id FROM message WHERE spread_at IS NULL AND created_at < {}"
        " ORDER BY created_at LIMIT {}",
        before,
        size,
    )
    return [row["id"] for row in rows]


async def wipe_messages(message_ids: Collection[UUID]) -> int:
    """Forget what filled the gaps of private messages, within the caller's transaction."""
    return len(await MessageRow.raw(_WIPE, "{}", list(message_ids)))


def _plain(value: str | int | datetime | date | UUID) -> str | int:
    if isinstance(value, bool):
        raise TypeError("a gap is filled with text, a whole number, a moment or a day")
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)
