"""The work on a large roster grows with its rows, not with their square, whatever is analysed.

Counted are the rows that PostgreSQL reads, joins and throws away again, not seconds. Each statement
of the plan and of the storing is explained right before it runs. The statistics are the worst ones:
they know the register as it was before the community of the roster was there.
"""

import io
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any, Final

import asyncpg
import pytest

import community
from community import Community, Registration, Role, system
from community.roster import (
    RosterImport,
    RosterRow,
    RosterStatus,
    carry_out_roster,
    carrying,
    confirm_roster,
    receive_roster,
    stage_roster,
    staging,
)
from community.transactions import transaction

pytestmark = pytest.mark.usefixtures("database")

ROWS: Final = 2000
# The largest statement touches each row some 150 times on its way through its joins, and the
# people of all communities some times; one that reads a register of as many for each row touches
# each row two thousand times.
TOUCHED_MAX: Final = 300
REGISTER_READS_MAX: Final = 10
_TABLES: Final = ("member", "household", "member_role", "roster_row")


async def quiet(_step: str, _done: int, _whole: int | None) -> None:
    return None


def people(street: str, phone: Callable[[int], str | None], **more: Any) -> list[RosterRow]:
    """Make the rows of families of four, each with every key that a row can have."""
    return [
        RosterRow(
            number + 2,
            f"{street}{number % 97}",
            roster_number=f"{street}{number}",
            phone=phone(number),
            birth_date=date.fromordinal(date(1940, 1, 1).toordinal() + number),
            registration=Registration.REGISTERED,
            grid=f"第{number % 7}网格",
            household=f"{number // 4}",
            address=f"{street}{number // 4}号",
            roles=[Role.RESIDENT, Role.ELDER] if number % 4 == 0 else [Role.RESIDENT],
            identity_sealed="sealed",
            identity_lookup=f"{street}{number}".encode(),
            identity_lookups=frozenset({f"{street}{number}".encode()}),
            **more,
        )
        for number in range(ROWS)
    ]


def counted(node: dict[str, Any]) -> float:
    """Return how many rows a plan's node and those below it gave or threw away."""
    names = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter")
    own: float = node["Actual Loops"] * sum(node.get(name, 0) for name in names)
    return own + sum(counted(below) for below in node.get("Plans", ()))


@dataclass
class Explained:
    """A connection that explains each statement on the roster before it runs."""

    connection: Any
    touched: dict[str, float] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    async def execute(self, sql: str, *values: Any) -> Any:
        await self._explain(sql, values)
        return await self.connection.execute(sql, *values)

    async def fetch(self, sql: str, *values: Any) -> Any:
        await self._explain(sql, values)
        return await self.connection.fetch(sql, *values)

    async def fetchval(self, sql: str, *values: Any) -> Any:
        await self._explain(sql, values)
        return await self.connection.fetchval(sql, *values)

    async def _explain(self, sql: str, values: tuple[Any, ...]) -> None:
        if "roster_row" not in sql:
            return
        trial = self.connection.transaction()
        await trial.start()
        try:
            found = await self.connection.fetchval(
                f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF, FORMAT JSON) {sql}", *values
            )
        finally:
            await trial.rollback()
        told = " ".join(sql.split())
        self.asked[told] += 1
        [explained] = json.loads(found)
        touched = counted(explained["Plan"])
        self.touched[told] = max(touched, self.touched.get(told, 0))


class Growth:
    """What the transactions of the roster's verbs touched: by statement, and in tables at all."""

    def __init__(self) -> None:
        self.statements: dict[str, float] = {}
        self.asked: Counter[str] = Counter()
        self.read = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """Open a transaction as the verbs do, watched. Its checks of keys count among `read`."""
        async with transaction() as running:
            before = await self._read(running.connection)
            explained = Explained(running.connection)
            yield SimpleNamespace(connection=explained)
            self.statements |= explained.touched
            self.asked = explained.asked
            self.read = max(self.read, await self._read(running.connection) - before)

    @staticmethod
    async def _read(connection: Any) -> int:
        return int(
            await connection.fetchval(
                "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))"
                " FROM pg_stat_xact_user_tables WHERE relname = ANY($1)",
                _TABLES,
            )
        )

    def is_near_linear(self, everybody: int) -> None:
        """Fail where a statement or a transaction read too much for so many people in all."""
        assert self.statements, "nothing was watched"
        most = TOUCHED_MAX * ROWS + REGISTER_READS_MAX * everybody
        worst, touched = max(self.statements.items(), key=lambda one: one[1])
        assert touched < most, f"{worst[:60]} … {worst[-60:]}"
        assert self.read < most, "with the checks of keys"


@pytest.fixture
def growth(monkeypatch: pytest.MonkeyPatch) -> Growth:
    watched = Growth()
    monkeypatch.setattr(staging, "transaction", watched.transaction)
    monkeypatch.setattr(carrying, "transaction", watched.transaction)
    return watched


@pytest.fixture
def phones() -> Callable[[int], str]:
    """Give numbers that nobody else in the tests has."""
    fresh = uuid.uuid4().int % 10**5
    return lambda number: f"+8618{fresh:05d}{number:04d}"


async def one_household_each(owner: asyncpg.Connection) -> None:
    """Have the statistics take a community for one household, of which so few are on one page.

    What each connection planned for the checks of keys by then is good for such a table alone.
    """
    for _ in range(40):
        lane = await community.add_community(code=f"g-{uuid.uuid4().hex[:12]}", name="Other")
        await owner.execute(
            "INSERT INTO household (id, community_id, code) VALUES (gen_random_uuid(), $1, '1')",
            lane.id,
        )
    living = await community.add_member(community_id=lane.id, name="Member")
    await owner.execute(
        "UPDATE member SET household_id = household.id FROM household"
        " WHERE member.id = $1 AND household.community_id = $2",
        living.id,
        lane.id,
    )


async def unknown_to_statistics(owner: asyncpg.Connection) -> Community:
    """Give a community that came after the last look at a register of others."""
    other = await community.add_community(code=f"g-{uuid.uuid4().hex[:12]}", name="Other")
    for number in range(20):
        await community.add_member(community_id=other.id, name=f"Member {number}")
    await one_household_each(owner)
    await owner.execute("ANALYZE")
    return await community.add_community(code=f"g-{uuid.uuid4().hex[:12]}", name="Lane")


async def batches(rows: list[RosterRow]) -> AsyncIterator[list[RosterRow]]:
    for at in range(0, len(rows), 500):
        yield rows[at : at + 500]


async def upload(home: Community, rows: list[RosterRow]) -> RosterImport:
    import_id = uuid.uuid4()
    await receive_roster(import_id, io.BytesIO(b"file"), file_name="a.csv", by=system(home.id))
    staged = await stage_roster(import_id, batches(rows), found=dict, tell=quiet)
    assert staged is not None
    return staged


async def store(staged: RosterImport) -> None:
    await confirm_roster(staged.id, leave_out=False, by=system(staged.community_id))
    done = await carry_out_roster(staged.id, tell=quiet)
    assert done is not None
    assert done.status is RosterStatus.DONE


async def everybody(owner: asyncpg.Connection) -> int:
    return int(await owner.fetchval("SELECT count(*) FROM member"))


async def test_each_import_reads_the_register_some_times_and_not_for_each_row(
    owner: asyncpg.Connection, growth: Growth, phones: Callable[[int], str]
) -> None:
    home = await unknown_to_statistics(owner)

    first = await upload(home, people("东街", phones))
    assert first.new_rows == ROWS
    await store(first)
    growth.is_near_linear(await everybody(owner))

    again = await upload(home, people("东街", phones))
    assert again.same_rows == ROWS
    growth.is_near_linear(await everybody(owner))

    # Everybody's telephone moves to the next one, and everybody speaks English.
    moved = people("东街", lambda number: phones((number + 1) % ROWS), language="en")
    changed = await upload(home, moved)
    assert changed.changed_rows == ROWS
    await store(changed)
    growth.is_near_linear(await everybody(owner))


async def test_names_and_homes_are_compared_as_sets_too(
    owner: asyncpg.Connection, growth: Growth, phones: Callable[[int], str]
) -> None:
    """Where no number tells who a row is of, and a household is known by its address alone."""
    home = await unknown_to_statistics(owner)
    await store(await upload(home, people("西街", phones)))
    by_birth, by_door = people("西街", lambda _: None), people("西街", lambda _: None)
    for one, other in zip(by_birth, by_door, strict=True):
        for row in (one, other):
            row.roster_number = row.identity_sealed = row.identity_lookup = None
            row.identity_lookups = frozenset()
        other.birth_date = other.household = None
    assert (await upload(home, by_birth)).same_rows == ROWS
    assert (await upload(home, by_door)).same_rows == ROWS
    growth.is_near_linear(await everybody(owner))


async def test_a_long_queue_for_telephones_is_followed_in_one_go(
    owner: asyncpg.Connection, growth: Growth, phones: Callable[[int], str]
) -> None:
    """Each wants the telephone of the one before, and the first of them keeps the own one."""
    home = await unknown_to_statistics(owner)
    await store(await upload(home, people("南街", phones)))
    growth.statements.clear()
    moved = people("南街", lambda number: phones(number - 1) if number else None)
    stuck = await upload(home, moved)
    assert (stuck.fault_rows, stuck.same_rows) == (ROWS - 1, 1)
    growth.is_near_linear(await everybody(owner))
    assert sum(growth.asked.values()) < 20, "as many statements as people in the queue"
