"""What waits: quiet hours, once a day, codes, ways that somebody chose, and what is told anew."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

import community
from app.database import Engine
from app.messages.delivering import Delivering
from app.messages.parcels import Carrier, Later, Parcel
from app.messages.rules import Way
from app.messages.spreading import spread
from app.messages.worker import sweep
from tests.app.messages import post_office
from tests.app.messages.post_office import SITE, deliveries, prefer, reader

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROLE = {"role": "volunteer", "area": "八里", "since": datetime(2026, 11, 22, tzinfo=UTC)}


class Bag:
    """Keeps what it is given to carry; fails as long as it is told to."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self.failing = False

    async def carry(self, parcel: Parcel) -> None:
        if self.failing:
            raise Later("busy")
        self.parcels.append(parcel)


class Clockwork:
    """The two steps of a message, run by hand at a moment of one's own choosing."""

    def __init__(self, database: Engine, owner: asyncpg.Connection) -> None:
        self.database, self.owner = database, owner
        self.bag = Bag()
        self.carriers: dict[Way, Carrier] = dict.fromkeys(Way, self.bag)
        self.delivering = Delivering(database, self.carriers, SITE)

    async def tell(self, to: community.Member, at: datetime, **more: Any) -> None:
        """Tell something at a moment, and find out where it goes."""
        kind, fill = more.pop("kind", "role.granted"), more.pop("fill", ROLE)
        told = await community.tell(to.id, kind, community_id=to.community_id, fill=fill, **more)
        await self.owner.execute("UPDATE message SET created_at = $1 WHERE id = $2", at, told)
        assert told is not None
        await spread(told, engine=self.database, ways=frozenset(Way), now=at)

    async def deliver(self, to: community.Member, at: datetime) -> list[datetime | None]:
        """Try all of a member's deliveries at a moment; return when each is to be tried again."""
        rows = await deliveries(self.owner, to)
        return [await self.delivering.deliver(row["id"], at) for row in rows]


@pytest.fixture
def clockwork(database: Engine, owner: asyncpg.Connection) -> Clockwork:
    return Clockwork(database, owner)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


async def someone(owner: asyncpg.Connection, **columns: Any) -> community.Member:
    home = await post_office.home()
    found = await reader(owner, home.id, **columns)
    await owner.execute("DELETE FROM message_preference WHERE member_id = $1", found.id)
    return found


async def test_quiet_hours_hold_and_what_waited_goes_together(
    clockwork: Clockwork, owner: asyncpg.Connection
) -> None:
    elder = await someone(owner)
    evening, morning = at("2026-11-22 21:30"), at("2026-11-23 08:00")
    await clockwork.tell(elder, evening)
    await clockwork.tell(elder, evening + timedelta(hours=2))
    assert await clockwork.deliver(elder, evening + timedelta(hours=3)) == [morning, morning]
    assert clockwork.bag.parcels == []
    assert await clockwork.deliver(elder, morning) == [None, None]
    [parcel] = clockwork.bag.parcels
    assert len(parcel.letters) == 2
    assert [row["state"] for row in await deliveries(owner, elder)] == ["sent", "sent"]


async def test_urgent_goes_through_and_alone(
    clockwork: Clockwork, owner: asyncpg.Connection
) -> None:
    elder = await someone(owner)
    night = at("2026-11-22 23:00")
    await clockwork.tell(elder, night)
    await clockwork.tell(elder, night, urgent=True)
    await clockwork.deliver(elder, night)
    [parcel] = clockwork.bag.parcels
    assert len(parcel.letters) == 1
    assert parcel.urgent


async def test_a_second_try_waits_for_the_morning_too(
    clockwork: Clockwork, owner: asyncpg.Connection
) -> None:
    elder = await someone(owner)
    late = at("2026-11-22 20:59")
    clockwork.bag.failing = True
    await clockwork.tell(elder, late)
    [again] = await clockwork.deliver(elder, late)
    assert again is not None
    assert late < again <= late + timedelta(seconds=30)
    clockwork.bag.failing = False
    assert await clockwork.deliver(elder, late + timedelta(minutes=2)) == [at("2026-11-23 08:00")]
    assert clockwork.bag.parcels == []
    assert await clockwork.deliver(elder, at("2026-11-23 08:00")) == [None]
    assert len(clockwork.bag.parcels) == 1


async def test_once_a_day_is_one_mail_with_the_same_letters_on_each_try(
    clockwork: Clockwork, owner: asyncpg.Connection
) -> None:
    elder = await someone(owner)
    await prefer(owner, elder, ("mail",), quiet=(0, 0), daily=True)
    day, next_day = at("2026-11-22 10:00"), at("2026-11-23 08:00")
    for hour in range(3):
        await clockwork.tell(elder, day + timedelta(hours=hour))
    clockwork.bag.failing = True
    tries = await clockwork.deliver(elder, next_day)
    assert sum(again is not None for again in tries) == 1, "the first carries them all"
    clockwork.bag.failing = False
    await clockwork.tell(elder, next_day + timedelta(seconds=1))
    await clockwork.deliver(elder, next_day + timedelta(minutes=5))
    [parcel] = clockwork.bag.parcels
    assert len(parcel.letters) == 3
    states = [row["state"] for row in await deliveries(owner, elder)]
    assert states == ["sent", "sent", "sent", "waiting"]


async def test_a_code_goes_to_the_telephone_and_is_forgotten(
    clockwork: Clockwork, owner: asyncpg.Connection
) -> None:
    elder = await someone(owner, phone="+8613800138000")
    await prefer(owner, elder, ("push",), quiet=(0, 1439), daily=True)
    night = at("2026-11-22 23:00")
    fill = {"code": "483920", "minutes": 10}
    await clockwork.tell(elder, night, kind="sign_in.code", fill=fill, private=True)
    assert await clockwork.deliver(elder, night) == [None]
    [parcel] = clockwork.bag.parcels
    assert (parcel.way, "483920" in parcel.letters[0].spoken.sentence) == (Way.SMS, True)
    kept = "SELECT fill FROM message WHERE member_id = $1"
    assert await owner.fetchval(kept, elder.id) == "{}"
    assert await community.inbox(elder.id, community_id=elder.community_id) == []


async def test_a_code_that_cannot_be_sent_is_given_up_and_forgotten(
    clockwork: Clockwork, owner: asyncpg.Connection
) -> None:
    elder = await someone(owner, phone="+8613800138001")
    now = at("2026-11-22 12:00")
    clockwork.bag.failing = True
    fill = {"code": "483920", "minutes": 10}
    await clockwork.tell(elder, now, kind="sign_in.code", fill=fill, private=True)
    [again] = await clockwork.deliver(elder, now)
    assert again is not None
    assert await clockwork.deliver(elder, now + timedelta(minutes=10)) == [None]
    [row] = await deliveries(owner, elder)
    assert (row["state"], row["trouble"]) == ("given_up", "too_late")
    kept = "SELECT fill FROM message WHERE member_id = $1"
    assert await owner.fetchval(kept, elder.id) == "{}"


async def test_a_code_that_no_way_carries_is_forgotten_at_once(
    database: Engine, owner: asyncpg.Connection
) -> None:
    elder = await someone(owner)
    told = await community.tell(
        elder.id, "sign_in.code", community_id=elder.community_id, private=True,
        fill={"code": "483920", "minutes": 10},
    )  # fmt: skip
    assert told is not None
    await spread(told, engine=database, ways=frozenset())
    assert await owner.fetchval("SELECT fill FROM message WHERE id = $1", told) == "{}"
    assert await deliveries(owner, elder) == []


async def test_spreading_twice_is_once(clockwork: Clockwork, owner: asyncpg.Connection) -> None:
    elder = await someone(owner)
    now = at("2026-11-22 12:00")
    await clockwork.tell(elder, now)
    [row] = await deliveries(owner, elder)
    await prefer(owner, elder, ("sms", "mail", "push"))
    await spread(row["message_id"], engine=clockwork.database, ways=frozenset(Way), now=now)
    assert len(await deliveries(owner, elder)) == 1


async def test_a_lease_keeps_others_away_until_it_runs_out(
    clockwork: Clockwork, owner: asyncpg.Connection
) -> None:
    elder = await someone(owner)
    now = at("2026-11-22 12:00")
    await clockwork.tell(elder, now)
    until = now + timedelta(minutes=2)
    await owner.execute(
        "UPDATE message_delivery SET parcel = id, attempts = 1, leased_until = $1"
        " WHERE member_id = $2", until, elder.id,
    )  # fmt: skip
    assert await clockwork.deliver(elder, now + timedelta(minutes=1)) == [until]
    assert clockwork.bag.parcels == []
    assert await clockwork.deliver(elder, until) == [None]
    assert len(clockwork.bag.parcels) == 1


@pytest.mark.parametrize("standing", ["erased"])
async def test_nobody_writes_to_whom_is_gone(
    clockwork: Clockwork, owner: asyncpg.Connection, standing: str
) -> None:
    elder = await someone(owner)
    now = at("2026-11-22 12:00")
    await clockwork.tell(elder, now)
    await owner.execute("UPDATE member SET standing = $1 WHERE id = $2", standing, elder.id)
    assert await clockwork.deliver(elder, now) == [None]
    assert clockwork.bag.parcels == []
    assert [row["state"] for row in await deliveries(owner, elder)] == ["dropped"]
    await clockwork.tell(elder, now)
    assert len(await deliveries(owner, elder)) == 1


async def test_the_sweep_finds_what_lost_its_job(
    clockwork: Clockwork, owner: asyncpg.Connection
) -> None:
    elder = await someone(owner)
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    await clockwork.tell(elder, long_ago)
    forgotten = await community.tell(
        elder.id, "role.granted", community_id=elder.community_id, fill=ROLE
    )
    [row] = await deliveries(owner, elder)
    await owner.execute(
        "UPDATE message_delivery SET due_at = $1 WHERE id = $2", long_ago, row["id"]
    )
    await owner.execute("UPDATE message SET created_at = $1 WHERE id = $2", long_ago, forgotten)
    keys = [f"deliver:{row['id']}", f"spread:{forgotten}"]
    await owner.execute("DELETE FROM pgqueuer WHERE dedupe_key = ANY($1)", keys)
    for _ in range(2):
        await sweep()
        found = await owner.fetch(
            "SELECT dedupe_key FROM pgqueuer WHERE dedupe_key = ANY($1)", keys
        )
        assert sorted(one["dedupe_key"] for one in found) == keys
