"""What whoever owns the database can find out after a round is closed: who voted, never what.

The attacker here has everything but the key: a dump, the data files, the write-ahead log, a copy of
the open round's table after each single vote, and the true order in which people voted. Each attack
tries to give every voter their ballot; it may do no better than guessing. The same attacks must
succeed on a copy that leaks, else they would prove nothing.
"""

import asyncio
import base64
import itertools
import os
import random
import statistics
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from app.database import DATABASE, Engine
from app.postgres import BINARIES, Postgres
from marketplace import close_and_count, own_ballot, vote
from marketplace.errors import BallotDamaged
from marketplace.secrecy import BallotSeal, round_keys
from marketplace.tables import RoundRow
from tests.marketplace.ballot_examples import Poll, open_poll

VOTERS = 48
LUCKY_MAX = 9
"""Of 48 guesses one is right by chance; ten or more are in one of ten million tries."""
ORDERLY_MAX = 0.7
"""A rank correlation by chance is within 0.7 but for one of a hundred million tries."""

CHANCE = random.SystemRandom()
Choices = tuple[int, ...]


@dataclass
class Seen:
    """What the attacker has: the truth of who voted when, and copies of the open round's table."""

    poll: Poll
    key: bytes
    last_vote: list[UUID]
    first_vote: list[UUID]
    truth: dict[UUID, Choices]
    receipts: dict[UUID, str]
    copies: list[list[tuple[bytes, bytes]]] = field(default_factory=list)

    @property
    def orders(self) -> dict[str, list[UUID]]:
        """Return every order of voters that somebody could know, and each backwards."""
        known = {
            "last vote": self.last_vote,
            "first vote": self.first_vote,
            "joining": [one.member_id for one in self.poll.voters if one.member_id in self.truth],
            "id": sorted(self.truth),
        }
        return known | {f"{name}, backwards": order[::-1] for name, order in known.items()}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seen(database: Engine) -> Seen:  # noqa: ARG001 (must be migrated)
    """Let 48 people vote in an order of their own, many with changes of mind, and close."""
    poll = await open_poll(VOTERS, choices=3)
    different = [c for n in (1, 2, 3) for c in itertools.combinations(range(1, 8), n)]
    wishes = dict(
        zip(
            (one.member_id for one in poll.voters),
            CHANCE.sample(different, VOTERS),
            strict=True,
        )
    )
    turns = [one for one in poll.voters for _ in range(CHANCE.choice((1, 1, 2, 3)))]
    CHANCE.shuffle(turns)
    told = Seen(poll, round_keys().read(poll.round.id), [], [], wishes, {})
    rest = {one.member_id: turns.count(one) for one in poll.voters}
    for voter in turns:
        rest[voter.member_id] -= 1
        again = rest[voter.member_id]
        chosen = CHANCE.choice(different) if again else wishes[voter.member_id]
        if again and CHANCE.random() < 0.2:
            chosen = ()
        await vote(poll.round.id, chosen, by=voter)
        if voter.member_id not in told.first_vote:
            told.first_vote.append(voter.member_id)
        if not again:
            told.last_vote.append(voter.member_id)
            own = await own_ballot(poll.round.id, by=voter)
            assert own is not None
            told.receipts[voter.member_id] = own.receipt
        rows = await RoundRow.raw(
            "SELECT mark, sealed FROM ballot WHERE round_id = {}", poll.round.id
        )
        told.copies.append([(row["mark"], row["sealed"]) for row in rows])
    await close_and_count(poll.round.id, by=poll.coordinator)
    return told


def hits(order: Sequence[UUID], ballots: Sequence[Choices], truth: Mapping[UUID, Choices]) -> int:
    """Return how many voters get their own ballot when the two orders are laid side by side."""
    return sum(truth[who] == what for who, what in zip(order, ballots, strict=True))


def likeness(
    order: Sequence[UUID], ballots: Sequence[Choices], truth: Mapping[UUID, Choices]
) -> float:
    """Return the rank correlation of an order of ballots with the order of their voters."""
    places = {truth[who]: place for place, who in enumerate(order)}
    return abs(statistics.correlation(range(len(ballots)), [places[one] for one in ballots]))


_ROWS = "SELECT *, ctid, xmin::text::bigint AS xmin, xmax::text::bigint AS xmax FROM {table}"


async def columns_as_orders(
    owner: asyncpg.Connection, table: str, where: str, round_id: UUID
) -> dict[str, list[Choices]]:
    """Return the ballots of a table in every order that one of its columns gives them."""
    rows = await owner.fetch(f"{_ROWS.format(table=table)} {where}", round_id)
    found = {"as they come": [tuple(row["choices"]) for row in rows]}
    for name, one in rows[0].items():
        if one is not None:
            keyed = sorted(rows, key=itemgetter(name))
            found[name] = [tuple(row["choices"]) for row in keyed]
    return found


async def test_no_order_that_the_database_keeps_is_the_order_of_voting(
    seen: Seen, owner: asyncpg.Connection
) -> None:
    orders = await columns_as_orders(
        owner, "cast_ballot", "WHERE round_id = $1", seen.poll.round.id
    )
    assert {"number", "ctid", "xmin", "receipt", "as they come"} <= set(orders)
    for (column, ballots), (when, voters) in itertools.product(orders.items(), seen.orders.items()):
        if column in {"choices", "points"}:
            continue  # the attacker would have to know the choices to sort by them
        assert hits(voters, ballots, seen.truth) <= LUCKY_MAX, (column, when)
        assert likeness(voters, ballots, seen.truth) < ORDERLY_MAX, (column, when)


@pytest.mark.parametrize("leak", ["number", "ctid", "xmin", "at"])
async def test_the_same_attack_finds_everybody_where_a_table_leaks(
    seen: Seen, owner: asyncpg.Connection, leak: str
) -> None:
    """The control: ballots in a table as careless programs keep it."""
    await owner.execute("DROP TABLE IF EXISTS leaky")
    await owner.execute(
        "CREATE TABLE leaky (round_id uuid, number integer, choices integer[], at timestamptz)"
    )
    try:
        voters = list(enumerate(seen.last_vote))
        if leak in {"number", "at"}:
            CHANCE.shuffle(voters)  # only the column tells
        for place, who in voters:
            await owner.execute(
                "INSERT INTO leaky VALUES ($1, $2, $3,"
                " CASE WHEN $4 THEN now() + make_interval(secs => $5) END)",
                seen.poll.round.id,
                place if leak == "number" else 0,
                list(seen.truth[who]),
                leak == "at",
                float(place),
            )
        orders = await columns_as_orders(owner, "leaky", "WHERE round_id = $1", seen.poll.round.id)
        assert hits(seen.last_vote, orders[leak], seen.truth) == VOTERS
        assert likeness(seen.last_vote, orders[leak], seen.truth) > 0.99
        backwards = seen.last_vote[::-1]
        assert likeness(backwards, orders[leak], seen.truth) > 0.99
    finally:
        await owner.execute("DROP TABLE leaky")


def owners_of_marks(copies: Iterable[list[tuple[bytes, bytes]]]) -> list[bytes]:
    """Return the mark that changed with each vote: copies made between two votes tell it."""
    changed = []
    before: dict[bytes, bytes] = {}
    for copy in copies:
        now = dict(copy)
        touched = {one for one in now.keys() | before.keys() if now.get(one) != before.get(one)}
        changed += sorted(touched)
        before = now
    return changed


def test_copies_made_while_it_was_open_say_who_voted_when_and_nothing_more(seen: Seen) -> None:
    """A backup before and after a vote tells whose the mark is; what is under it stays sealed."""
    marks = owners_of_marks(seen.copies)
    assert len(marks) >= VOTERS, "the attacker does find each voter's mark"
    sealed = [one for copy in seen.copies for _mark, one in copy]
    assert len({len(one) for one in sealed}) == 1, "a longer ballot would say more"
    changed = len({one for copy in seen.copies for one in copy})
    assert len(set(sealed)) == changed, "no two ballots look alike, whatever they say"
    seal = BallotSeal(seen.poll.round.id, seen.key)
    last = dict(seen.copies[-1])
    opened = {mark: seal.open(one, mark).choices for mark, one in last.items()}
    assert sorted(opened.values()) == sorted(seen.truth.values()), "the control: with the key"
    guessed = BallotSeal(seen.poll.round.id, os.urandom(32))
    for mark, one in last.items():
        with pytest.raises(BallotDamaged):
            guessed.open(one, mark)
        assert not _says(one, opened[mark])


def _says(sealed: bytes, choices: Choices) -> bool:
    """Say whether a ballot can be read without a key: as numbers of two or four bytes, or text."""
    plain = (
        b"".join(one.to_bytes(2, "big") for one in choices),
        b"".join(one.to_bytes(4, "big") for one in choices),
        b"".join(one.to_bytes(4, "little") for one in choices),
        ",".join(map(str, choices)).encode(),
    )
    return any(one in sealed for one in plain if len(one) > 4)


def key_forms(key: bytes) -> list[bytes]:
    """Return the ways in which a key could be written down."""
    return [
        key,
        key.hex().encode(),
        key.hex().upper().encode(),
        base64.b64encode(key),
        base64.urlsafe_b64encode(key),
        key[::-1],
        key[:16],
        key[16:],
    ]


def test_what_finds_keys_would_find_one(tmp_path: Path) -> None:
    """The control of the next two tests."""
    key = os.urandom(32)
    for form in key_forms(key):
        (tmp_path / "leak").write_bytes(os.urandom(99) + form + os.urandom(99))
        assert any(one in (tmp_path / "leak").read_bytes() for one in key_forms(key))


async def test_a_dump_holds_no_key_no_mark_and_no_sealed_ballot(
    seen: Seen, server: Postgres | None
) -> None:
    if server is None:
        pytest.skip("the dump is taken of the embedded server")
    dump = await asyncio.to_thread(_dumped, server)
    assert str(seen.poll.round.id).encode() in dump
    some = next(iter(seen.receipts.values()))
    assert some.encode() in dump, "the receipts are published"
    for form in key_forms(seen.key):
        assert form not in dump
    for mark, sealed in {one for copy in seen.copies for one in copy}:
        assert mark.hex().encode() not in dump
        assert sealed.hex().encode() not in dump


def _dumped(server: Postgres) -> bytes:
    command = [str(BINARIES / "pg_dump"), "--inserts", server.address(database=DATABASE)]
    return subprocess.run(command, check=True, capture_output=True).stdout


async def test_files_and_log_of_the_database_hold_no_key(
    seen: Seen, server: Postgres | None, owner: asyncpg.Connection
) -> None:
    if server is None:
        pytest.skip("only the embedded server's files are at hand")
    folder = Path(await _as_superuser(server, "SHOW data_directory"))
    await _as_superuser(server, "CHECKPOINT")
    log_files = [one for one in (folder / "pg_wal").iterdir() if one.is_file()]
    data_files = [one for one in (folder / "base").rglob("*") if one.is_file()]
    mark = seen.copies[-1][0][0]
    assert any(mark in one.read_bytes() for one in log_files), "the control: this is the right log"
    for form in key_forms(seen.key):
        for one in (*log_files, *data_files):
            if one.exists():
                assert form not in one.read_bytes(), one.name
    where = await owner.fetchval("SELECT pg_relation_filepath('cast_ballot')")
    cast = (folder / where).read_bytes()
    physical = sorted(seen.receipts, key=lambda who: cast.find(seen.receipts[who].encode()))
    ballots = [seen.truth[who] for who in physical]
    assert all(one.encode() in cast for one in seen.receipts.values())
    for name, order in seen.orders.items():
        assert hits(order, ballots, seen.truth) <= LUCKY_MAX, name
        assert likeness(order, ballots, seen.truth) < ORDERLY_MAX, name


async def _as_superuser(server: Postgres, sql: str) -> Any:
    connection = await asyncpg.connect(server.address(database=DATABASE))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_no_other_table_has_a_row_of_the_transactions_that_voted(
    database: Engine,  # noqa: ARG001 (must be migrated)
    owner: asyncpg.Connection,
    locks_of: Callable[[], Any],
) -> None:
    """What a vote wrote or locked shows its transaction in xmin or xmax: the ballot alone."""
    poll = await open_poll(2)
    before = await locks_of()
    await vote(poll.round.id, [1, 2], by=poll.voters[0])
    await vote(poll.round.id, [3], by=poll.voters[0])
    await vote(poll.round.id, [], by=poll.voters[0])
    await vote(poll.round.id, [3], by=poll.voters[1])
    after = await locks_of()
    assert {name for name in after if after[name] != before[name]} == {"ballot"}
    await owner.execute(
        "SELECT 1 FROM member WHERE id = $1 FOR KEY SHARE", poll.voters[0].member_id
    )
    assert (await locks_of())["member"] != after["member"], "the control: a lock is seen"


async def test_after_closing_nothing_is_left_to_open(seen: Seen, owner: asyncpg.Connection) -> None:
    round_id = seen.poll.round.id
    assert await owner.fetchval("SELECT count(*) FROM ballot WHERE round_id = $1", round_id) == 0
    assert round_id not in round_keys().held()
    cast = await owner.fetch("SELECT * FROM cast_ballot WHERE round_id = $1", round_id)
    assert {row["receipt"]: tuple(row["choices"]) for row in cast} == {
        seen.receipts[who]: chosen for who, chosen in seen.truth.items()
    }
    assert {row["number"] for row in cast} == set(range(1, VOTERS + 1))
    times = await owner.fetch(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_name IN ('ballot', 'cast_ballot', 'voter_roll')"
        " AND data_type LIKE 'time%'"
    )
    assert times == []
