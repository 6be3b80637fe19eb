"""What each member chose about messages, and the browsers that may show them."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import community
from app.database import Engine
from app.devices import device_of
from app.messages.parcels import Device
from app.messages.rules import DAY_MINUTES, Choice, Way
from app.messages.tables import DeviceRow, PreferenceRow
from community import Actor

DEVICES_MAX: Final = 10

_CHOOSE: Final = """
INSERT INTO message_preference (member_id, community_id, ways, quiet_from, quiet_until, daily)
VALUES ({}, {}, {}, {}, {}, {})
ON CONFLICT (member_id) DO UPDATE SET ways = excluded.ways, quiet_from = excluded.quiet_from,
    quiet_until = excluded.quiet_until, daily = excluded.daily, changed_at = clock_timestamp()
"""

_ADD: Final = """
INSERT INTO push_device (id, community_id, member_id, endpoint, public_key, auth, name)
VALUES ({}, {}, {}, {}, {}, {}, {})
ON CONFLICT ON CONSTRAINT one_device_per_endpoint DO UPDATE SET
    community_id = excluded.community_id, member_id = excluded.member_id,
    public_key = excluded.public_key, auth = excluded.auth, name = excluded.name
"""

# Beyond the newest ten: a browser that is set up anew leaves an old row behind.
_DROP_OLDEST: Final = """
DELETE FROM push_device WHERE id IN (
    SELECT id FROM push_device WHERE member_id = {} ORDER BY made_at DESC, id DESC OFFSET {})
"""


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A member's browser as the page lists it: `name` is `browser/system`."""

    id: UUID
    name: str


class BadChoice(ValueError):
    """A choice that no form of ours offers."""


async def choice_of(member_id: UUID) -> Choice:
    """Return how a member likes to get messages; the usual where they never said."""
    rows = await PreferenceRow.raw(
        "SELECT ways, quiet_from, quiet_until, daily FROM message_preference WHERE member_id = {}",
        member_id,
    )
    if not rows:
        return Choice()
    [row] = rows
    return Choice(
        frozenset(Way(way) for way in row["ways"]),
        row["quiet_from"],
        row["quiet_until"],
        row["daily"],
    )


async def choose(choice: Choice, *, by: Actor) -> None:
    """Keep how a member likes to get messages. Raises `BadChoice`."""
    times = (choice.quiet_from, choice.quiet_until)
    if choice.ways is None or not all(0 <= minute < DAY_MINUTES for minute in times):
        raise BadChoice
    ways = sorted(way.value for way in choice.ways)
    async with _engine().transaction():
        await PreferenceRow.raw(_CHOOSE, by.member_id, by.community_id, ways, *times, choice.daily)
        await community.record(
            "message.choose",
            by=by,
            subject_kind="member",
            subject_id=by.member_id,
            details={"ways": ways, "quiet": list(times), "daily": choice.daily},
        )


async def devices_of(member_id: UUID) -> tuple[Device, ...]:
    """Return the browsers that a member lets show messages."""
    rows = await DeviceRow.raw(
        "SELECT id, endpoint, public_key, auth FROM push_device WHERE member_id = {} ORDER BY id",
        member_id,
    )
    return tuple(Device(**row) for row in rows)


async def known_devices(member_id: UUID) -> list[KnownDevice]:
    """Return the same for the page, without what nobody needs to read."""
    rows = await DeviceRow.raw(
        "SELECT id, name FROM push_device WHERE member_id = {} ORDER BY made_at, id", member_id
    )
    return [KnownDevice(**row) for row in rows]


async def add_device(device: Device, *, by: Actor, agent: str) -> None:
    """Let a browser show the member's messages; the same browser again stays one.

    Whoever signs in on a shared computer and asks for messages there takes the place of the last.
    """
    async with _engine().transaction():
        await DeviceRow.raw(
            _ADD,
            device.id,
            by.community_id,
            by.member_id,
            device.endpoint,
            device.public_key,
            device.auth,
            device_of(agent),
        )
        await DeviceRow.raw(_DROP_OLDEST, by.member_id, DEVICES_MAX)
        await community.record(
            "message.device_add", by=by, subject_kind="member", subject_id=by.member_id
        )


async def remove_device(device_id: UUID, *, by: Actor) -> bool:
    """Stop messages on one of the member's browsers; return whether there was one."""
    async with _engine().transaction():
        rows = await DeviceRow.raw(
            "DELETE FROM push_device WHERE id = {} AND member_id = {} RETURNING id",
            device_id,
            by.member_id,
        )
        if rows:
            await community.record(
                "message.device_remove", by=by, subject_kind="member", subject_id=by.member_id
            )
    return bool(rows)


async def forget_device(device_id: UUID) -> None:
    """Forget a browser that its push service says is gone."""
    await DeviceRow.raw("DELETE FROM push_device WHERE id = {}", device_id)


def _engine() -> Engine:
    from piccolo_conf import DB  # noqa: PLC0415 (it reads the settings when it is imported)

    return DB
