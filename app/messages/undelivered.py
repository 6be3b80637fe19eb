"""Whom messages could not reach: for the desk, which can call instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import community
from app.i18n import mark
from app.messages.rules import Way
from app.messages.tables import DeliveryRow
from app.messages.words import KINDS, UNKNOWN

SHOWN_MAX: Final = 100

# Newest first, and only while nothing got through on another way.
_GIVEN_UP: Final = """
SELECT delivery.member_id, delivery.way, delivery.trouble, delivery.ended_at, message.kind
FROM message_delivery AS delivery JOIN message ON message.id = delivery.message_id
WHERE delivery.community_id = {} AND delivery.state = 'given_up' AND NOT message.private
    AND NOT EXISTS (SELECT FROM message_delivery AS other
        WHERE other.message_id = delivery.message_id AND other.state = 'sent')
ORDER BY delivery.ended_at DESC, delivery.id LIMIT {}
"""

TROUBLES: Final[Mapping[str, str]] = {
    "refused": mark("the other side does not know this address or number"),
    "unreachable": mark("nobody could be reached for a day"),
    "busy": mark("the other side was too busy for a day"),
    "no_answer": mark("no answer came for a day"),
    "no_address": mark("there is no usable address or number"),
    "too_late": mark("it would have come too late"),
    "fault": mark("a fault of ours"),
}

WAYS: Final[Mapping[Way, str]] = {
    Way.SMS: mark("SMS"),
    Way.MAIL: mark("E-mail"),
    Way.PUSH: mark("On a device"),
}


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that did not arrive: whose, which, on which way, why and since when."""

    member_id: UUID
    name: str
    title: str
    way: str
    trouble: str
    at: datetime


async def undelivered(community_id: UUID) -> list[Undelivered]:
    """Return the latest hundred in a community, newest first; titles and reasons to translate."""
    rows = await DeliveryRow.raw(_GIVEN_UP, community_id, SHOWN_MAX)
    names = await community.named_members(
        {row["member_id"] for row in rows}, community_id=community_id
    )
    return [
        Undelivered(
            row["member_id"],
            names.get(row["member_id"], ""),
            KINDS.get(row["kind"], UNKNOWN).title,
            WAYS[Way(row["way"])],
            TROUBLES.get(row["trouble"] or "fault", TROUBLES["fault"]),
            row["ended_at"],
        )
        for row in rows
    ]
