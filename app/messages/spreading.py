"""Finds out on which ways a message goes, and when: the step between telling and sending."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from app.database import Engine
from app.messages import rules
from app.messages.choices import choice_of, devices_of
from app.messages.queue import DELIVER, queue
from app.messages.rules import Choice, Sort, Way
from app.messages.tables import DeliveryRow
from community import Standing, Told
from community.values import new_id

# Nobody reads what is sent to these.
_UNREACHED = {Standing.ERASED, Standing.MERGED}

_DELIVERY = """
INSERT INTO message_delivery (id, message_id, community_id, member_id, way, due_at, expires_at)
VALUES ({}, {}, {}, {}, {}, {}, {})
ON CONFLICT ON CONSTRAINT one_delivery_per_way DO NOTHING RETURNING id
"""


async def spread(
    message_id: UUID, *, engine: Engine, ways: frozenset[Way], now: datetime | None = None
) -> None:
    """Write down a message's deliveries on the ways that are there, and queue them; once only.

    A private message that no way can carry loses its fill at once.
    """
    at = now or datetime.now(UTC)
    async with engine.transaction():
        found = await community.told([message_id], locked=True)
        if not found or found[0].spread:
            return
        [told] = found
        choice = await choice_of(told.member_id)
        sort = Sort(urgent=told.urgent, private=told.private)
        chosen = rules.ways(choice, await reachable(told, ways), sort)
        for way in chosen:
            await _deliver(told, way, choice, at)
        await community.mark_spread(message_id)
        if told.private and not chosen:
            await community.wipe_messages([message_id])


async def reachable(told: Told, ways: frozenset[Way]) -> frozenset[Way]:
    """Return on which of these ways the member can be reached now."""
    if told.standing in _UNREACHED:
        return frozenset()
    there = {
        Way.SMS: told.phone is not None,
        Way.MAIL: told.email is not None,
        Way.PUSH: Way.PUSH in ways and bool(await devices_of(told.member_id)),
    }
    return frozenset(way for way in ways if there[way])


async def _deliver(told: Told, way: Way, choice: Choice, at: datetime) -> None:
    sort = Sort(urgent=told.urgent, private=told.private)
    due_at = rules.due(max(at, told.created_at), choice, ZoneInfo(told.time_zone), sort)
    rows = await DeliveryRow.raw(
        _DELIVERY,
        new_id(),
        told.id,
        told.community_id,
        told.member_id,
        way.value,
        due_at,
        rules.expires(told.created_at, due_at, sort),
    )
    urgent = sort.urgent or sort.private
    await queue(DELIVER, [row["id"] for row in rows], due_at, urgent=urgent)
