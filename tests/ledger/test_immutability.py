"""What was booked stays as it was, whoever asks: the app's own role, and the owner too."""

import json
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

import ledger
from app.database import connection_settings
from tests.ledger.small_book import SmallBook, book

__all__ = ["book"]

TRANSFER_COLUMNS = (
    "seq", "amount", "debit_posted", "debit_held", "credit_posted", "credit_held", "created_at",
    "effective_at", "expires_at", "booked_in", "id", "community_id", "debit_account",
    "credit_account", "event_id", "actor", "of", "journal_id", "leg",
    "on_behalf_of", "leg", "kind", "unit",
    "event_kind", "note",
)  # fmt: skip
IDENTITY = ("id", "community_id", "unit", "kind", "owner", "normal_side", "opened_at")
MAY_CHANGE = (
    "debits_posted", "credits_posted", "debits_pending", "credits_pending", "floor", "closed_at",
)  # fmt: skip


@pytest.fixture
async def app_role(database: object) -> AsyncIterator[asyncpg.Connection]:  # noqa: ARG001 (must be migrated)
    """Give a connection as the app makes them."""
    connection = await asyncpg.connect(**connection_settings())
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
async def booked(book: SmallBook) -> list[ledger.Transfer]:
    """Give a transfer with nothing left open, a hold, its post, and a reversal."""
    await book.give(100, "elder", "volunteer")
    moved = await book.book(book.move("elder", "volunteer", 5, note="visit"))
    held = book.hold("elder", "volunteer", 9)
    return [
        *moved,
        *await book.book(held),
        *await book.book(ledger.Leg.post(held.id, 8)),
        *await book.book(ledger.Leg.reverse(moved[0].id, reason="wrong elder")),
    ]


async def rows(connection: asyncpg.Connection, booked: list[ledger.Transfer]) -> list[object]:
    return await connection.fetch(
        "SELECT * FROM transfer WHERE id = ANY($1) ORDER BY seq", [one.id for one in booked]
    )


async def test_every_column_is_tried(owner: asyncpg.Connection) -> None:
    columns = "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0"
    found = {row["attname"] for row in await owner.fetch(columns, "transfer")}
    assert found == set(TRANSFER_COLUMNS)
    found = {row["attname"] for row in await owner.fetch(columns, "account")}
    assert found == {*IDENTITY, *MAY_CHANGE}


async def test_app_cannot_update_any_column(
    app_role: asyncpg.Connection, booked: list[ledger.Transfer]
) -> None:
    before = await rows(app_role, booked)
    for column in TRANSFER_COLUMNS:
        for value in ("DEFAULT",) if column == "seq" else ("DEFAULT", "NULL", f'"{column}"'):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app_role.execute(f'UPDATE transfer SET "{column}" = {value}')
    assert await rows(app_role, booked) == before


@pytest.mark.parametrize("replication", ["origin", "replica"])
async def test_owner_cannot_update_any_column(
    replication: str, owner: asyncpg.Connection, booked: list[ledger.Transfer]
) -> None:
    before = await rows(owner, booked)
    await owner.execute(f"SET session_replication_role = {replication}")
    for column in TRANSFER_COLUMNS:
        for value in ("DEFAULT",) if column == "seq" else ("DEFAULT", "NULL", f'"{column}"'):
            for one in booked:
                with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="is refused"):
                    await owner.execute(
                        f'UPDATE transfer SET "{column}" = {value} WHERE id = $1', one.id
                    )
    assert await rows(owner, booked) == before


REPLACE_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RETURN NEW; END $$
"""
ADD_TRIGGER = """
CREATE TRIGGER quietly BEFORE INSERT ON transfer FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""
UPSERT = """
INSERT INTO transfer (amount, debit_posted, debit_held, credit_posted, credit_held, id,
    community_id, debit_account, credit_account, event_id, actor, kind, unit, event_kind)
SELECT amount, debit_posted, debit_held, credit_posted, credit_held, id, community_id,
    debit_account, credit_account, event_id, actor, kind, unit, event_kind
FROM transfer WHERE community_id = $1 AND kind = 'transfer'
ON CONFLICT (id) DO UPDATE SET amount = 1
"""
MERGE = """
MERGE INTO transfer USING (SELECT 1) AS one ON community_id = $1
WHEN MATCHED THEN UPDATE SET note = 'mine'
"""


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM transfer",
        "TRUNCATE transfer",
        "TRUNCATE transfer CASCADE",
        "TRUNCATE account CASCADE",
        "DELETE FROM account",
        "DROP TRIGGER transfer_is_immutable ON transfer",
        "DROP TRIGGER transfer_is_not_truncated ON transfer",
        "DROP TRIGGER account_keeps_identity ON account",
        "DROP FUNCTION refuse_change() CASCADE",
        REPLACE_FUNCTION,
        "ALTER TABLE transfer DISABLE TRIGGER transfer_is_immutable",
        "ALTER TABLE transfer DISABLE TRIGGER ALL",
        "ALTER TABLE transfer DROP CONSTRAINT transfer_id_once",
        "ALTER TABLE transfer DROP COLUMN note",
        "ALTER TABLE transfer RENAME TO former",
        "ALTER TABLE transfer OWNER TO linli_app",
        "ALTER TABLE account DROP CONSTRAINT floor_kept",
        "ALTER DOMAIN amount DROP CONSTRAINT amount_positive",
        "ALTER TYPE transfer_kind ADD VALUE 'gift'",
        "DROP INDEX resolved_once",
        "DROP TABLE transfer CASCADE",
        "DROP SCHEMA public CASCADE",
        "CREATE TABLE public.mine (n int)",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE RULE quietly AS ON INSERT TO transfer DO INSTEAD NOTHING",
        ADD_TRIGGER,
        "SET session_replication_role = replica",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION postgres",
        "ALTER ROLE linli_app SUPERUSER",
        "ALTER SEQUENCE transfer_seq_seq RESTART",
        "LOCK TABLE transfer IN ACCESS EXCLUSIVE MODE",
        "UPDATE open_hold SET expires_at = NULL",
        "INSERT INTO transfer SELECT * FROM transfer ON CONFLICT (id) DO UPDATE SET amount = 1",
        "MERGE INTO transfer USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
        "COPY transfer TO PROGRAM 'true'",
    ],
)
async def test_app_has_no_right_to(
    attack: str, app_role: asyncpg.Connection, booked: list[ledger.Transfer]
) -> None:
    before = await rows(app_role, booked)
    if "postgres" in attack and await app_role.fetchval(
        "SELECT rolsuper FROM pg_roles WHERE rolname = session_user"
    ):
        pytest.skip("the given server's login is a superuser and may become anybody: deploy.md")
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.GeneratedAlwaysError)):
        async with app_role.transaction():
            await app_role.execute(attack)
    assert await rows(app_role, booked) == before


async def test_granting_oneself_a_right_leads_nowhere(
    app_role: asyncpg.Connection, booked: list[ledger.Transfer]
) -> None:
    before = await rows(app_role, booked)
    app_role.add_log_listener(lambda *_: None)  # the server only warns
    await app_role.execute("GRANT UPDATE, DELETE ON transfer TO linli_app")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app_role.execute("UPDATE transfer SET note = ''")
    assert await rows(app_role, booked) == before


async def test_no_way_up_by_resetting_the_role(
    server: object, app_role: asyncpg.Connection, booked: list[ledger.Transfer]
) -> None:
    if server is None:
        pytest.skip("the given server's login may be the owner")
    await app_role.execute("RESET ROLE")
    for attack in ("UPDATE transfer SET note = ''", "DELETE FROM transfer", "TRUNCATE transfer"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app_role.execute(attack)
    assert len(await rows(app_role, booked)) == 4


@pytest.mark.parametrize("column", IDENTITY)
async def test_account_keeps_its_identity(
    column: str, app_role: asyncpg.Connection, owner: asyncpg.Connection, book: SmallBook
) -> None:
    (account,) = await book.open("elder")
    for value in (f'"{column}"', "NULL", "DEFAULT"):
        change = f'UPDATE account SET "{column}" = {value}'
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app_role.execute(change)
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await owner.execute(f"{change} WHERE id = $1", account)


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM transfer WHERE community_id = $1",
        "DELETE FROM account WHERE community_id = $1",
        "UPDATE transfer SET note = note WHERE community_id = $1",
        UPSERT,
        MERGE,
        "WITH gone AS (DELETE FROM transfer WHERE community_id = $1 RETURNING 1) TABLE gone",
    ],
)
async def test_owner_is_refused_by_trigger(
    attack: str,
    owner: asyncpg.Connection,
    book: SmallBook,
    booked: list[ledger.Transfer],
) -> None:
    before = await rows(owner, booked)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="never edited"):
        await owner.execute(attack, book.community_id)
    assert await rows(owner, booked) == before


@pytest.mark.parametrize("table", ["transfer", "account"])
async def test_owner_cannot_truncate(
    table: str, owner: asyncpg.Connection, booked: list[ledger.Transfer]
) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="TRUNCATE"):
        await owner.execute(f"TRUNCATE {table} CASCADE")
    assert len(await rows(owner, booked)) == 4


@pytest.mark.parametrize("column", ["debits_posted", "credits_pending", "floor", "closed_at"])
async def test_app_may_change_what_follows_from_transfers(
    column: str, app_role: asyncpg.Connection, book: SmallBook
) -> None:
    (account,) = await book.open("elder")
    done = await app_role.execute(
        f'UPDATE account SET "{column}" = "{column}" WHERE id = $1', account
    )
    assert done == "UPDATE 1"


# --- what the database itself refuses to store ---------------------------------------------------

DRAFT = """
INSERT INTO transfer (id, community_id, debit_account, credit_account, event_id, actor, kind, unit,
    event_kind, amount, debit_posted, debit_held, credit_posted, credit_held, "of", note,
    expires_at)
SELECT id, community_id, debit_account, credit_account, event_id, actor, kind, unit, event_kind,
    amount, 0, 0, 0, 0, "of", note, expires_at
FROM jsonb_populate_record(NULL::transfer, $1)
"""


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"amount": 0}, asyncpg.CheckViolationError),
        ({"amount": -1}, asyncpg.CheckViolationError),
        ({"amount": None}, asyncpg.NotNullViolationError),
        ({"unit": "CNY"}, asyncpg.ForeignKeyViolationError),
        ({"unit": ""}, asyncpg.CheckViolationError),
        ({"community_id": str(uuid.UUID(int=7))}, asyncpg.ForeignKeyViolationError),
        ({"debit_account": str(uuid.UUID(int=7))}, asyncpg.ForeignKeyViolationError),
        ({"credit_account": str(uuid.UUID(int=7))}, asyncpg.ForeignKeyViolationError),
        ({"credit_account": "same"}, asyncpg.CheckViolationError),
        ({"id": "stored"}, asyncpg.UniqueViolationError),
        ({"kind": "void"}, asyncpg.CheckViolationError),
        ({"kind": "reversal"}, asyncpg.CheckViolationError),
        ({"of": "stored"}, asyncpg.CheckViolationError),
        ({"kind": "reversal", "of": "stored", "note": ""}, asyncpg.CheckViolationError),
        ({"kind": "void", "of": str(uuid.UUID(int=7))}, asyncpg.ForeignKeyViolationError),
        ({"kind": "post", "of": "settled"}, asyncpg.UniqueViolationError),
        ({"expires_at": "2026-01-01T00:00:00Z"}, asyncpg.CheckViolationError),
        ({"event_kind": ""}, asyncpg.CheckViolationError),
        ({"actor": None}, asyncpg.NotNullViolationError),
    ],
    ids=str,
)
async def test_database_refuses_a_transfer(
    change: dict[str, object],
    refusal: type[Exception],
    app_role: asyncpg.Connection,
    booked: list[ledger.Transfer],
) -> None:
    await app_role.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads
    )
    first = booked[0]
    meant = {"same": str(first.debit), "stored": str(first.id), "settled": str(booked[1].id)}
    row: dict[str, object] = {
        "id": str(uuid.uuid4()),
        "community_id": str(booked[0].community_id),
        "debit_account": str(first.debit),
        "credit_account": str(first.credit),
        "event_id": str(uuid.uuid4()),
        "actor": str(uuid.uuid4()),
        "kind": "transfer",
        "unit": "MINUTE",
        "event_kind": "visit",
        "amount": 1,
        "note": "",
    }
    row |= {name: meant.get(str(value), value) for name, value in change.items()}
    with pytest.raises(refusal):
        await app_role.execute(DRAFT, row)
