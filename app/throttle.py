"""Slows down whoever asks too often or guesses: in the database, so that all workers count as one.

Two ways. A **pace** allows so many requests in a time and is then refused until the next is due: a
leaky bucket whose level is one moment (the generic cell rate algorithm). A **wait** follows tries
that failed: a few are free, then the next has to wait a second, then two, four, up to a quarter of
an hour. A try is counted before it is looked at and taken back when it was right, so a hundred at
once are no better than one.

Nobody is locked out for good: whoever waits and then knows the password gets in, and one person's
wait does not count for the browsers that they have used before (`app/known.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from app.keys import mac
from app.tables import RequestPaceRow, SignInWaitRow
from community.transactions import transaction

WAIT_SECONDS_MAX: Final = 900

_PACE = """
INSERT INTO request_pace (key, level_until) VALUES ({}, {}::timestamptz + {}::interval)
ON CONFLICT (key) DO UPDATE
SET level_until = greatest(request_pace.level_until, {}::timestamptz) + {}::interval
WHERE greatest(request_pace.level_until, {}::timestamptz) + {}::interval
    <= {}::timestamptz + {}::interval
RETURNING level_until
"""

_LOCK_WAIT = """
INSERT INTO sign_in_wait (key, about, failures, forget_at) VALUES ({}, {}, 0, {})
ON CONFLICT (key) DO UPDATE SET key = excluded.key
RETURNING failures, until, forget_at
"""


@dataclass(frozen=True, slots=True)
class Lane:
    """Where tries that fail are counted together: those at one name from one place, say.

    `free` tries may fail before the next has to wait. A lane that is `shared` by several people
    is not emptied when one of them gets in; only that one's try is taken back. It forgets after
    `forget` without a try. `about` says whose sign-in it slows down: a telephone number, or what
    else stands for one person.
    """

    name: str
    free: int
    about: str = ""
    shared: bool = False
    forget: timedelta = timedelta(days=1)

    @property
    def key(self) -> bytes:
        """What stands in the table: a keyed hash, so that no telephone number does."""
        return mac("throttle", self.name)

    @property
    def whose(self) -> bytes | None:
        """What stands in the table for the person."""
        return mac("throttle", f"about {self.about}") if self.about else None


class TrySlower(Exception):
    """The next try has to wait; this one was not looked at."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"wait {seconds} s")


def wait_seconds(failures: int, free: int) -> int:
    """Return how long the next try waits after so many that failed, in seconds."""
    if failures <= free:
        return 0
    doubled: int = 1 << min(failures - free - 1, WAIT_SECONDS_MAX.bit_length())
    return min(WAIT_SECONDS_MAX, doubled)


async def wait_in_pace(
    key: str, limit: int, per_seconds: int, *, at: datetime | None = None
) -> int:
    """Count a request and return 0 where it may go on; else the seconds until it may.

    At most `limit` go at once, and after that as many in each `per_seconds`, evenly. A refused
    request is not counted. `key` says who asks what (`search 0195…`); it is stored as a keyed hash.
    One statement of its own: it counts also when the request fails later.
    """
    now = at or datetime.now(UTC)
    step, whole = timedelta(seconds=per_seconds / limit), timedelta(seconds=per_seconds)
    hashed = mac("throttle", f"pace {key}")
    if await RequestPaceRow.raw(_PACE, hashed, now, step, now, step, now, step, now, whole):
        return 0
    rows = await RequestPaceRow.raw("SELECT level_until FROM request_pace WHERE key = {}", hashed)
    due = rows[0]["level_until"] + step - whole - now if rows else timedelta()
    return max(1, -(-due // timedelta(seconds=1)))


class PaceInMemory:
    """Counts as `wait_in_pace` does, and writes nothing: for what must leave no trace."""

    def __init__(self, most: int = 100_000) -> None:
        """Keep at most so many levels; then those that slow nobody down any more are dropped."""
        self._most = most
        self._levels: dict[str, datetime] = {}

    def wait(self, key: str, limit: int, per_seconds: int, at: datetime | None = None) -> int:
        """Count a request and return 0 where it may go on; else the seconds until it may."""
        now = at or datetime.now(UTC)
        step, whole = timedelta(seconds=per_seconds / limit), timedelta(seconds=per_seconds)
        if len(self._levels) >= self._most:
            self._levels = {one: until for one, until in self._levels.items() if until > now}
        level = max(self._levels.get(key, now), now) + step
        if level > now + whole:
            return max(1, -(-(level - whole - now) // timedelta(seconds=1)))
        self._levels[key] = level
        return 0


async def allow(key: str, limit: int, per_seconds: int, *, at: datetime | None = None) -> bool:
    """Count a request and say whether it may go on; as `wait_in_pace`."""
    return not await wait_in_pace(key, limit, per_seconds, at=at)


async def count_try(lanes: Sequence[Lane], *, at: datetime | None = None) -> int:
    """Count a try as failed in every lane; return how many failed in a row in the first lane.

    Raises `TrySlower` where a lane still waits; then nothing is counted.
    """
    now = at or datetime.now(UTC)
    counted: dict[Lane, int] = {}
    async with transaction():
        waits = [timedelta()]
        for lane in sorted(lanes, key=lambda one: one.key):  # one order, so that none deadlock
            (row,) = await SignInWaitRow.raw(_LOCK_WAIT, lane.key, lane.whose, now + lane.forget)
            forgotten = row["forget_at"] <= now
            if row["until"] is not None and not forgotten:
                waits.append(row["until"] - now)
            counted[lane] = 1 if forgotten else row["failures"] + 1
        # At most the longest wait there is, even where a clock was wrong for a while.
        longest = min(max(waits), timedelta(seconds=WAIT_SECONDS_MAX))
        if longest > timedelta():
            raise TrySlower(-(-longest // timedelta(seconds=1)))
        for lane, failures in counted.items():
            # No moment rather than now: clocks of several workers differ a little.
            wait = wait_seconds(failures, lane.free)
            await SignInWaitRow.raw(
                "UPDATE sign_in_wait SET failures = {}, until = {}, forget_at = {} WHERE key = {}",
                failures,
                now + timedelta(seconds=wait) if wait else None,
                now + lane.forget,
                lane.key,
            )
    return counted[lanes[0]]


async def was_right(lanes: Sequence[Lane]) -> None:
    """Take a try back that was right: its own lanes are emptied, shared ones count one less."""
    async with transaction():
        for lane in sorted(lanes, key=lambda one: one.key):
            if lane.shared:
                await SignInWaitRow.raw(
                    "UPDATE sign_in_wait SET failures = greatest(failures - 1, 0),"
                    " until = NULL WHERE key = {}",
                    lane.key,
                )
            else:
                await SignInWaitRow.raw("DELETE FROM sign_in_wait WHERE key = {}", lane.key)


async def forget_about(about: str) -> int:
    """Let a person's next try go on at once, from wherever; return how many waits ended."""
    now = datetime.now(UTC)
    rows = await SignInWaitRow.raw(
        "DELETE FROM sign_in_wait WHERE key IN"
        " (SELECT key FROM sign_in_wait WHERE about = {} ORDER BY key FOR UPDATE) RETURNING until",
        mac("throttle", f"about {about}"),
    )
    return sum(row["until"] is not None and row["until"] > now for row in rows)


async def clear_paces_and_waits(*, at: datetime | None = None) -> None:
    """Delete what no longer slows anybody down. A job: it may run again at any time."""
    now = at or datetime.now(UTC)
    await RequestPaceRow.raw("DELETE FROM request_pace WHERE level_until <= {}", now)
    await SignInWaitRow.raw(
        "DELETE FROM sign_in_wait WHERE key IN (SELECT key FROM sign_in_wait"
        " WHERE forget_at <= {} FOR UPDATE SKIP LOCKED)",
        now,
    )
