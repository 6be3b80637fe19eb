"""Ballots that meet: two tabs of one voter, votes and a closing, keys and those who tidy them."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

import asyncpg
import pytest

import community
import ledger
from app import merging
from app.database import Engine
from app.round_keys import KeyFolder, destroy_left_keys
from community import in_transaction
from marketplace import (
    BallotForm,
    Marks,
    RoundState,
    close_and_count,
    own_ballot,
    reading,
    rounds,
    turns,
    vote,
)
from marketplace.errors import BallotDamaged, KeyMissing, RoundMoved, VotingClosed
from marketplace.rules import voter_mark
from marketplace.secrecy import BallotSeal, packed, round_keys, unpacked
from marketplace.values import RoundId
from tests.marketplace.ballot_examples import open_poll

pytestmark = pytest.mark.usefixtures("database")


async def outcomes(*acts: Coroutine[Any, Any, Any]) -> list[Any]:
    return await asyncio.gather(*acts, return_exceptions=True)


async def test_two_tabs_of_one_voter_keep_one_ballot_of_theirs(owner: asyncpg.Connection) -> None:
    poll = await open_poll()
    voter = poll.voters[0]
    wishes = [(1,), (2, 3), (4,), (5, 6), (7,), ()] * 4
    told = await outcomes(*(vote(poll.round.id, one, by=voter) for one in wishes))
    assert told == list(wishes)
    count = "SELECT count(*) FROM ballot WHERE round_id = $1"
    assert await owner.fetchval(count, poll.round.id) <= 1
    own = await own_ballot(poll.round.id, by=voter)
    assert own is None or own.marks.choices in wishes


@pytest.mark.parametrize("closers", [1, 3])
async def test_votes_that_meet_the_closing_are_counted_or_refused(
    owner: asyncpg.Connection, closers: int
) -> None:
    poll = await open_poll(24)

    async def cast(place: int) -> tuple[int, ...]:
        await asyncio.sleep(place / 400)
        return await vote(poll.round.id, [place % 7 + 1], by=poll.voters[place])

    async def close() -> Any:
        await asyncio.sleep(0.03)
        return await close_and_count(poll.round.id, by=poll.coordinator)

    told = await outcomes(*(cast(place) for place in range(24)), *(close() for _ in range(closers)))
    votes, ends = told[:24], told[24:]
    assert sum(not isinstance(one, Exception) for one in ends) == 1, "one closing stands"
    assert all(isinstance(one, RoundMoved) for one in ends if isinstance(one, Exception))
    kept = sorted(one for one in votes if not isinstance(one, Exception))
    assert all(isinstance(one, VotingClosed) for one in votes if isinstance(one, Exception))
    cast_rows = await owner.fetch(
        "SELECT choices FROM cast_ballot WHERE round_id = $1", poll.round.id
    )
    assert sorted(tuple(row["choices"]) for row in cast_rows) == kept


async def test_a_closing_that_is_rolled_back_keeps_the_key_and_every_ballot() -> None:
    """As part of a greater transaction the key outlives it; the job takes it once it is over."""
    poll = await open_poll()
    await vote(poll.round.id, [1], by=poll.voters[0])

    async def close_and_fail() -> None:
        async with ledger.transaction():
            assert in_transaction()
            await close_and_count(poll.round.id, by=poll.coordinator)
            raise LookupError

    with pytest.raises(LookupError):
        await close_and_fail()
    assert poll.round.id in round_keys().held()
    own = await own_ballot(poll.round.id, by=poll.voters[0])
    assert own is not None
    assert own.marks == Marks((1,))
    async with ledger.transaction():
        await close_and_count(poll.round.id, by=poll.coordinator)
    assert poll.round.id in round_keys().held(), "not before the commit"
    assert await destroy_left_keys() >= 1
    assert poll.round.id not in round_keys().held()


async def test_the_job_leaves_keys_that_are_needed_and_those_of_other_installations() -> None:
    poll, other = await open_poll(), await open_poll(is_open=False)
    stranger = KeyFolder(round_keys().path)  # type: ignore[attr-defined]  # a folder here
    foreign = RoundId(UUID(int=1))  # a round that no database here knows
    stranger.make(foreign)
    stranger.make(other.round.id)
    await destroy_left_keys()
    held = set(round_keys().held())
    assert {poll.round.id, foreign} <= held
    assert other.round.id not in held, "its opening failed"
    stranger.destroy(foreign)


async def test_a_key_is_closed_to_others_whole_and_gone(tmp_path: Any) -> None:
    folder = KeyFolder(tmp_path / "keys")
    poll_id = (await open_poll(is_open=False)).round.id
    assert list(folder.held()) == []
    with pytest.raises(KeyMissing):
        folder.read(poll_id)
    first = folder.make(poll_id)
    (file,) = folder.path.iterdir()
    assert (len(first), file.stat().st_mode & 0o777) == (32, 0o600)
    assert folder.path.stat().st_mode & 0o077 == 0
    second = folder.make(poll_id)
    assert first != second == folder.read(poll_id)
    (tmp_path / "same").hardlink_to(file)
    folder.destroy(poll_id)
    folder.destroy(poll_id)
    assert (tmp_path / "same").read_bytes() != second, "it was overwritten before it was unlinked"
    file.write_bytes(b"torn")
    with pytest.raises(KeyMissing):
        folder.read(poll_id)


async def test_a_ballot_that_other_hands_changed_is_not_counted(owner: asyncpg.Connection) -> None:
    poll = await open_poll()
    for place in (0, 1):
        await vote(poll.round.id, [place + 1], by=poll.voters[place])
    swap = (
        "UPDATE ballot SET sealed = (SELECT sealed FROM ballot AS other WHERE other.round_id ="
        " ballot.round_id AND other.mark <> ballot.mark) WHERE round_id = $1"
    )
    await owner.execute(swap, poll.round.id)
    with pytest.raises(BallotDamaged):
        await close_and_count(poll.round.id, by=poll.coordinator)
    current = await reading.read_round(poll.round.id, community_id=poll.id)
    assert current.state is RoundState.VOTING
    await owner.execute(swap, poll.round.id)
    await close_and_count(poll.round.id, by=poll.coordinator)


@pytest.mark.parametrize(
    "marks",
    [Marks(), Marks((3, 1, 2)), Marks((1, 999), (4_294_967_295, 1)), Marks(tuple(range(1, 8)))],
)
def test_a_packed_ballot_has_one_length_and_comes_back(marks: Marks) -> None:
    assert len(packed(marks, 7)) == len(packed(Marks(), 7))
    assert unpacked(packed(marks, 7)) == marks


async def test_rounds_that_were_open_before_are_sealed_under_a_new_key(
    database: Engine, owner: asyncpg.Connection
) -> None:
    """The migration on a copy of the tables as they were."""
    from importlib import import_module  # noqa: PLC0415 (its name is no identifier)

    moved = import_module("marketplace.piccolo_migrations.marketplace_2026_11_22t20_15_00_000000")
    assert database
    poll = await open_poll(kind=BallotForm.CUMULATIVE, choices=7, points=5)
    await vote(poll.round.id, [2], points=[1], by=poll.voters[1])
    old = bytes(range(32))
    was = {0: ([1, 3], [2, 3]), 1: ([4], [5])}
    rows = [
        {"mark": voter_mark(old, poll.voters[one].member_id), "choices": c, "points": p}
        for one, (c, p) in was.items()
    ]
    answers: list[Callable[[], Any]] = [
        lambda: rows,
        lambda: [{"id": one.member_id} for one in poll.voters],
    ]

    class Before:
        @staticmethod
        async def raw(*_sql: Any) -> Any:
            return answers.pop(0)()

    held = moved.RoundRow
    moved.RoundRow = Before
    try:
        opened = {"id": poll.round.id, "community_id": poll.id, "key": old, "room": 7}
        anew = await moved._sealed_anew(opened)  # noqa: SLF001 (the migration's own step)
    finally:
        moved.RoundRow = held
    key = round_keys().read(poll.round.id)
    assert key != old
    seal = BallotSeal(poll.round.id, key)
    await owner.execute("DELETE FROM ballot WHERE round_id = $1", poll.round.id)
    await owner.executemany("INSERT INTO ballot VALUES ($1, $2, $3)", anew)
    for one, (choices, points) in was.items():
        own = await own_ballot(poll.round.id, by=poll.voters[one])
        assert own is not None
        assert own.marks == Marks(tuple(choices), tuple(points))
        assert own.receipt == seal.receipt(seal.mark(poll.voters[one].member_id))
    closed = await close_and_count(poll.round.id, by=poll.coordinator)
    assert json.loads(closed.terms_text)["ballot"] == "cumulative"


async def test_a_merge_and_a_closing_never_wait_for_one_another() -> None:
    """A closing has the ballots, then writes to members; a merge holds members and wants both."""
    poll = await open_poll(4)
    one, other = poll.voters[2:]
    await vote(poll.round.id, [1], by=other)
    begun = asyncio.Event()

    async def close() -> None:
        async with ledger.transaction():
            await rounds.locked(poll.round.id, community_id=poll.id)
            await turns.alone(poll.round.id)
            begun.set()
            await asyncio.sleep(0.5)
            await community.tell(
                one.member_id, "round.result", community_id=poll.id, fill={"name": "Autumn round"}
            )
            await close_and_count(poll.round.id, by=poll.coordinator)

    async def merge() -> None:
        await begun.wait()
        await merging.merge(one.member_id, other.member_id, by=poll.coordinator)

    assert await outcomes(close(), merge()) == [None, None]
