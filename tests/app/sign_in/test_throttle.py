"""Waits that grow and end, and paces that hold, at their very moment."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.throttle import (
    WAIT_SECONDS_MAX,
    Lane,
    TrySlower,
    allow,
    clear_paces_and_waits,
    count_try,
    forget_about,
    wait_seconds,
    was_right,
)

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def lane(free: int = 2, **more: object) -> Lane:
    return Lane(f"test {uuid4()}", free, **more)  # type: ignore[arg-type]  # what a test varies


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    waits = [wait_seconds(failures, 5) for failures in range(20)]
    assert waits == [0] * 6 + [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] + [900] * 4


@given(st.integers(0, 10**9), st.integers(0, 100))
def test_a_wait_never_shrinks_and_never_locks_out(failures: int, free: int) -> None:
    wait = wait_seconds(failures, free)
    assert 0 <= wait <= WAIT_SECONDS_MAX
    assert wait <= wait_seconds(failures + 1, free)


@pytest.mark.usefixtures("database")
class TestOnTheDatabase:
    async def test_the_next_try_waits_to_the_moment(self) -> None:
        one = lane(free=2)
        for failures in (1, 2, 3):
            assert await count_try([one], at=NOW) == failures
        with pytest.raises(TrySlower) as slower:
            await count_try([one], at=later(0.999))
        assert slower.value.seconds == 1
        assert await count_try([one], at=later(1)) == 4
        with pytest.raises(TrySlower) as slower:
            await count_try([one], at=later(1))
        assert slower.value.seconds == 2
        assert await count_try([one], at=later(3)) == 5

    async def test_a_refused_try_makes_nothing_longer(self) -> None:
        one, other = lane(free=0), lane()
        await count_try([one], at=NOW)
        for _ in range(20):
            with pytest.raises(TrySlower):
                await count_try([one, other], at=NOW)
        assert await count_try([one, other], at=later(1)) == 2
        assert await count_try([other], at=later(1)) == 2, "refused tries were not counted there"

    async def test_a_right_try_empties_its_own_lane_and_no_shared_one(self) -> None:
        own, shared = lane(free=3), lane(free=3, shared=True)
        for _ in range(3):
            await count_try([own, shared], at=NOW)
        await was_right([own, shared])
        assert await count_try([own, shared], at=NOW) == 1
        assert await count_try([shared], at=NOW) == 4, "three, one taken back, and two since"

    async def test_a_day_without_a_try_forgets(self) -> None:
        one = lane(free=0)
        for seconds in (0, 1, 3, 7):
            await count_try([one], at=later(seconds))
        assert await count_try([one], at=later(7) + one.forget - timedelta(seconds=1)) == 5
        assert await count_try([one], at=later(7) + 3 * one.forget) == 1

    async def test_the_desk_ends_the_waits_of_one_person(self) -> None:
        mine, other = lane(free=0, about="+861"), lane(free=0, about="+862")
        real = datetime.now(UTC)
        await count_try([mine], at=real + timedelta(seconds=60))
        await count_try([other], at=real + timedelta(seconds=60))
        assert await forget_about("+861") >= 1
        assert await count_try([mine], at=real) == 1
        with pytest.raises(TrySlower):
            await count_try([other], at=real)

    async def test_a_pace_lets_a_few_through_at_once_and_then_evenly(self) -> None:
        key = f"search {uuid4()}"
        assert [await allow(key, 3, 60, at=NOW) for _ in range(5)] == [True] * 3 + [False] * 2
        assert not await allow(key, 3, 60, at=later(19.99))
        assert await allow(key, 3, 60, at=later(20))
        assert not await allow(key, 3, 60, at=later(20))
        assert [await allow(key, 3, 60, at=later(200)) for _ in range(4)] == [True] * 3 + [False]
        assert await allow(f"{key} of another", 3, 60, at=later(200))

    async def test_nothing_tells_whose_number_it_is(self, owner: asyncpg.Connection) -> None:
        await count_try([Lane("pair +8613800001111", 5, "+8613800001111")], at=NOW)
        await allow("codes for +8613800001111", 5, 60, at=NOW)
        for table in ("sign_in_wait", "request_pace"):
            for row in await owner.fetch(f"SELECT * FROM {table}"):
                assert "13800001111" not in str(dict(row))

    async def test_what_slows_nobody_down_is_deleted(self, owner: asyncpg.Connection) -> None:
        one, key = lane(), f"search {uuid4()}"
        await count_try([one], at=NOW)
        await allow(key, 1, 60, at=NOW)
        await clear_paces_and_waits(at=NOW + one.forget - timedelta(seconds=1))
        kept = "SELECT count(*) FROM sign_in_wait WHERE key = $1"
        assert await owner.fetchval(kept, one.key) == 1
        await clear_paces_and_waits(at=NOW + one.forget)
        assert await owner.fetchval(kept, one.key) == 0
        assert await allow(key, 1, 60, at=NOW), "its row is gone, or this would have to wait"
