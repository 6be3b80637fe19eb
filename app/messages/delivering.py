"""Carries what is due: claims a parcel, hands it to its carrier, and writes down how that ended.

The claim and the outcome are a transaction each; the carrier works in between, in none. Who dies in
between leaves a lease behind: when it has run out, the same parcel is carried again, under the same
id. So nothing is lost, and only what nobody can know to have arrived is sent twice.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from app import metrics
from app.database import Engine
from app.i18n import DEFAULT_LANGUAGE, Language, is_language
from app.messages import rules
from app.messages.choices import choice_of, devices_of
from app.messages.parcels import Carrier, Later, Letter, Parcel, Refused
from app.messages.rules import Sort, Way
from app.messages.tables import DeliveryRow
from app.messages.words import speak
from community import Standing, Told

LEASE: Final = timedelta(seconds=120)
CARRYING_SHARE: Final = 0.75  # of the lease; the rest is for writing down how it ended
TOGETHER_MAX: Final = 50

# Two jobs for one member and way take turns, so that what waited together goes together.
_TURN: Final = "SELECT pg_advisory_xact_lock(hashtextextended({}::text || {}::text, 7046))"

_LOCK: Final = """
SELECT id, message_id, community_id, member_id, way, state, due_at, expires_at, parcel, attempts,
    leased_until
FROM message_delivery WHERE {} AND state = 'waiting' ORDER BY id FOR UPDATE
"""

_TAKE: Final = """
UPDATE message_delivery SET parcel = {}, attempts = {}, leased_until = {} WHERE id = ANY({})
"""

_END: Final = """
UPDATE message_delivery SET state = {}, trouble = {}, leased_until = NULL,
    ended_at = clock_timestamp()
WHERE id = ANY({}) AND state = 'waiting' RETURNING message_id
"""

_PUT_OFF: Final = """
UPDATE message_delivery SET due_at = {}, trouble = coalesce({}, trouble), leased_until = NULL
WHERE id = ANY({}) AND state = 'waiting'
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A parcel that is ours until its lease runs out, and the deliveries in it."""

    parcel: Parcel
    ids: tuple[UUID, ...]
    attempts: int
    sort: Sort


@dataclass(frozen=True, slots=True)
class Site:
    """What the words of a message need to know of this installation: where its pages are."""

    address: str


class Delivering:
    """Delivers with these carriers; `lease` is how long a carrier may take."""

    def __init__(
        self,
        engine: Engine,
        carriers: Mapping[Way, Carrier],
        site: Site,
        lease: timedelta = LEASE,
    ) -> None:
        self._engine, self._carriers, self._site, self._lease = engine, carriers, site, lease

    async def deliver(self, delivery_id: UUID, now: datetime | None = None) -> datetime | None:
        """Try a delivery that is due; return when to come back to it, None when it is over."""
        claimed = await self._claim(delivery_id, now or datetime.now(UTC))
        if not isinstance(claimed, Claimed):
            return claimed
        trouble, final = "", False
        try:
            async with asyncio.timeout(self._lease.total_seconds() * CARRYING_SHARE):
                await self._carriers[claimed.parcel.way].carry(claimed.parcel)
        except Refused as refused:
            trouble, final = refused.trouble, True
        except Later as later:
            trouble = later.trouble
        except TimeoutError:
            trouble = "no_answer"
        if not trouble:
            await self._end(claimed, "sent", None)
            return None
        return await self._failed(claimed, trouble, final=final, now=now or datetime.now(UTC))

    async def _failed(
        self, claimed: Claimed, trouble: str, *, final: bool, now: datetime
    ) -> datetime | None:
        again = now + rules.wait(claimed.attempts, secrets.randbelow(1000))
        if final or again >= claimed.parcel.expires_at:
            await self._end(claimed, "given_up", trouble)
            return None
        async with self._engine.transaction():
            await DeliveryRow.raw(_PUT_OFF, again, trouble, list(claimed.ids))
        metrics.messages.labels(claimed.parcel.way.value, "again").inc()
        return again

    async def _end(self, claimed: Claimed, state: str, trouble: str | None) -> None:
        async with self._engine.transaction():
            await _close(claimed.ids, state, trouble)
        metrics.messages.labels(claimed.parcel.way.value, state).inc()

    async def _claim(self, delivery_id: UUID, now: datetime) -> Claimed | datetime | None:
        """Return the parcel to carry now, or when to come back, or None where nothing is to do."""
        claimed: Claimed | datetime | None = None
        async with self._engine.transaction():
            rows = await DeliveryRow.raw(
                "SELECT member_id, way FROM message_delivery WHERE id = {} AND state = 'waiting'",
                delivery_id,
            )
            if rows:
                await DeliveryRow.raw(_TURN, str(rows[0]["member_id"]), rows[0]["way"])
                head = await _locked("id = {}", delivery_id)
                claimed = await self._ours(head[0], now) if head else None
        return claimed

    async def _ours(self, row: Mapping[str, Any], now: datetime) -> Claimed | datetime | None:
        """Claim a delivery, unless it is too early or goes along with another."""
        elsewhere = row["parcel"] not in {None, row["id"]}
        if elsewhere and await _locked("id = {}", row["parcel"]):
            return None  # the first of the parcel carries it
        later: datetime = max(row["due_at"], row["leased_until"] or row["due_at"])
        return later if later > now else await self._parcel(row, now)

    async def _parcel(self, row: Mapping[str, Any], now: datetime) -> Claimed | datetime | None:
        [told] = await community.told([row["message_id"]])
        sort = Sort(urgent=told.urgent, private=told.private)
        over = self._over(row, told, now)
        if over is not None:
            await _close([row["id"]], *over)
            metrics.messages.labels(row["way"], over[0]).inc()
            return None
        if sort.urgent or sort.private:
            return await self._taken(row, [row], sort, now)
        choice = await choice_of(told.member_id)
        free = rules.not_quiet(now, choice, ZoneInfo(told.time_zone))
        if free > now:
            await DeliveryRow.raw(_PUT_OFF, free, None, [row["id"]])
            return free
        return await self._taken(row, await _companions(row, now), sort, now)

    def _over(
        self, row: Mapping[str, Any], told: Told, now: datetime
    ) -> tuple[str, str | None] | None:
        """Return how a delivery ends without a try, and why; None where it is to be tried."""
        if row["expires_at"] <= now:
            return "given_up", "too_late"
        if told.standing in {Standing.ERASED, Standing.MERGED}:
            return "dropped", None
        return None if Way(row["way"]) in self._carriers else ("dropped", None)

    async def _taken(
        self, row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], sort: Sort, now: datetime
    ) -> Claimed:
        """Write down that these deliveries are ours and go together, and return their parcel."""
        ids = tuple(one["id"] for one in rows)
        attempts = row["attempts"] + 1
        await DeliveryRow.raw(_TAKE, row["id"], attempts, now + self._lease, list(ids))
        told = await community.told([one["message_id"] for one in rows])
        parcel = await self._packed(row, told, min(one["expires_at"] for one in rows))
        return Claimed(parcel, ids, attempts, sort)

    async def _packed(
        self, row: Mapping[str, Any], told: Sequence[Told], expires_at: datetime
    ) -> Parcel:
        first, way = told[0], Way(row["way"])
        home = await community.community(first.community_id)
        language = first.language if is_language(first.language) else DEFAULT_LANGUAGE
        zone = ZoneInfo(first.time_zone)
        return Parcel(
            id=row["id"],
            way=way,
            name=first.name,
            language=language,
            zone=zone,
            community=home.name,
            letters=tuple(self._letter(one, language, zone) for one in told),
            expires_at=expires_at,
            urgent=first.urgent or first.private,
            phone=first.phone,
            email=first.email,
            devices=await devices_of(first.member_id) if way is Way.PUSH else (),
        )

    def _letter(self, told: Told, language: Language, zone: ZoneInfo) -> Letter:
        spoken = speak(told.kind, told.fill, language=language, zone=zone, lasting=True)
        link = f"{self._site.address}{told.link}" if told.link else None
        return Letter(spoken, link, told.created_at)


async def _locked(condition: str, *values: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await DeliveryRow.raw(_LOCK.replace("{}", condition, 1), *values)
    return rows


async def _companions(row: Mapping[str, Any], now: datetime) -> list[Mapping[str, Any]]:
    """Return what goes with a delivery: its parcel of an earlier try, or what is due by now."""
    if row["parcel"] is not None:
        return [*await _locked("parcel = {}", row["parcel"])]
    due = await _locked(
        "member_id = {} AND way = {} AND parcel IS NULL AND due_at <= {}",
        row["member_id"],
        row["way"],
        now,
    )
    told = await community.told([one["message_id"] for one in due])
    apart = {one.id for one in told if one.urgent or one.private}
    together = [one for one in due if one["message_id"] not in apart and one["expires_at"] > now]
    others = [one for one in together if one["id"] != row["id"]]
    return sorted([row, *others[: TOGETHER_MAX - 1]], key=lambda one: one["id"])


async def _close(ids: Sequence[UUID], state: str, trouble: str | None) -> None:
    """End deliveries, and forget what was private in them, within the caller's transaction."""
    rows = await DeliveryRow.raw(_END, state, trouble, list(ids))
    await community.wipe_messages([row["message_id"] for row in rows])
