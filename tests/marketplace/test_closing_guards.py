"""What the database refuses of a closing's rows, however many are written in one statement."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from app.database import Engine
from marketplace import close_and_count

CAST = "INSERT INTO cast_ballot (round_id, number, choices) VALUES ('{}', 7, '{{1}}')"
ROLL = "INSERT INTO voter_roll VALUES ('{}', '{}', true), ('{}', '{}', false)"


async def refused(database: Engine, change: str, *, constraint: str) -> None:
    """Try a change as the app, and expect this constraint to refuse it."""
    assert database.pool is not None
    async with database.pool.acquire() as connection:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as told:
            await connection.execute(change)
    assert told.value.constraint_name == constraint


async def test_rows_of_a_count_come_only_while_voting(
    neighbourhood: Any, database: Engine, owner: Any
) -> None:
    proposing = await neighbourhood.round()
    closed = await neighbourhood.round()
    voting = await neighbourhood.round()
    for one in (closed, voting):
        await neighbourhood.project(one, "Lamp", 100)
        await neighbourhood.voted(one, [(1,)])
    await close_and_count(closed.id, by=neighbourhood.coordinator)
    for late in (proposing.id, closed.id, uuid4()):
        for change in (
            CAST.format(late),
            f"{CAST.format(voting.id)}, ('{late}', 9, '{{1}}')",
            ROLL.format(late, uuid4(), late, uuid4()),
            ROLL.format(voting.id, uuid4(), late, uuid4()),
        ):
            await refused(database, change, constraint="voting_is_open")
    for table in ("cast_ballot", "voter_roll"):
        for one in (voting, proposing):
            rows = await owner.fetch(f"SELECT FROM {table} WHERE round_id = $1", one.id)
            assert rows == [], "what was written beside what was refused went with it"


async def test_one_ballot_too_long_takes_all_of_them_back(
    neighbourhood: Any, database: Engine, owner: Any
) -> None:
    voting = await neighbourhood.round(choices=2)
    await neighbourhood.project(voting, "Lamp", 100)
    await neighbourhood.voted(voting, [(1,)])
    await refused(
        database,
        f"{CAST.format(voting.id)}, ('{voting.id}', 2, '{{1,2}}'), ('{voting.id}', 3, '{{1,2,3}}')",
        constraint="choices_within_limit",
    )
    assert await owner.fetch("SELECT FROM cast_ballot WHERE round_id = $1", voting.id) == []


async def test_sealed_ballots_go_only_while_voting(neighbourhood: Any, owner: Any) -> None:
    """Nor by the owner's hand: those of a closed round are put back as a restored copy would be."""
    closed = await neighbourhood.round()
    await neighbourhood.project(closed, "Lamp", 100)
    await neighbourhood.voted(closed, [(1,), (1,)])
    kept = await owner.fetch("SELECT * FROM ballot WHERE round_id = $1", closed.id)
    assert len(kept) == 2
    await close_and_count(closed.id, by=neighbourhood.coordinator)
    async with owner.transaction():
        await owner.execute("ALTER TABLE ballot DISABLE TRIGGER USER")
        await owner.copy_records_to_table("ballot", records=[tuple(row) for row in kept])
        await owner.execute("ALTER TABLE ballot ENABLE TRIGGER USER")
    delete = f"DELETE FROM ballot WHERE round_id = '{closed.id}'"
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as told:
        await owner.execute(delete)
    assert told.value.constraint_name == "voting_is_open"
    assert len(await owner.fetch("SELECT FROM ballot WHERE round_id = $1", closed.id)) == 2
    async with owner.transaction():
        await owner.execute("ALTER TABLE ballot DISABLE TRIGGER USER")
        await owner.execute(delete)
        await owner.execute("ALTER TABLE ballot ENABLE TRIGGER USER")
