"""Carries a confirmed plan out: the whole of it in one transaction, or nothing of it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Final
from uuid import UUID

from community.areas import add_area
from community.audit import Change, record, record_many
from community.roster.planning import grids_to_make, plan, whole_sets
from community.roster.reading import PLANNED, before_and_after, roster_import
from community.roster.staging import CLAIM, SECONDS_MAX, Tell, keep_plan
from community.roster.values import ROSTER_COLUMNS, Outcome, RosterImport
from community.transactions import transaction
from community.values import Actor, Level, Role

BATCH_ROWS: Final = 2000

# Each part of the storing reads the register whole, as the plan does, so the parts are few.
STORE_PARTS: Final = 20

# Two imports into one community take turns: each plans on what the other has done.
_TURN: Final = "SELECT pg_advisory_xact_lock(7047, hashtext($1))"

_LOCK_MEMBERS: Final = """
SELECT count(*) FROM (SELECT id FROM member WHERE id IN (
    SELECT member_id FROM roster_row WHERE import_id = $1) ORDER BY id FOR NO KEY UPDATE) AS locked
"""

_GRIDS: Final = """
UPDATE roster_row AS row SET grid_id = made.id
FROM unnest($2::text[], $3::uuid[]) AS made (name, id)
WHERE row.import_id = $1 AND row.grid = made.name
"""

_HOUSEHOLDS: Final = """
INSERT INTO household (id, community_id, code, address, grid_id)
SELECT DISTINCT ON (household_code) gen_random_uuid(), $2, household_code, coalesce(address, ''),
    grid_id
FROM roster_row WHERE import_id = $1 AND household_code IS NOT NULL
    AND outcome IN ('new', 'changed')
ORDER BY household_code, address NULLS LAST, row_number
ON CONFLICT ON CONSTRAINT household_code_once DO NOTHING
"""

_ADDRESSES: Final = """
UPDATE household SET address = row.address
FROM roster_row AS row
WHERE row.import_id = $1 AND row.outcome IN ('new', 'changed') AND row.address IS NOT NULL
    AND household.community_id = $2 AND household.code = row.household_code
    AND household.address <> row.address
"""

_NEW: Final = """
INSERT INTO member (id, community_id, name, language, phone, email, birth_date, grid_id,
    household_id, registration, roster_number, identity_sealed, identity_lookup, standing,
    verified_at, verified_by, verified_how)
SELECT row.new_id, $2, row.name, coalesce(row.language, 'zh'), row.phone, row.email,
    row.birth_date, row.grid_id, household.id, row.registration, row.roster_number,
    row.identity_sealed, row.identity_lookup, 'active', clock_timestamp(), $3, 'roster'
FROM roster_row AS row
LEFT JOIN household ON household.community_id = $2 AND household.code = row.household_code
WHERE row.import_id = $1 AND row.outcome = 'new' AND row.row_number > $4 AND row.row_number <= $5
"""

# A telephone that passes from one to another is let go first.
_LET_GO: Final = """
UPDATE member SET phone = NULL FROM roster_row AS row
WHERE row.import_id = $1 AND row.outcome = 'changed' AND 'phone' = ANY(row.changed)
    AND member.id = row.member_id AND member.phone IS NOT NULL
"""

_CHANGED: Final = """
UPDATE member SET
    name = row.name,
    language = coalesce(row.language, member.language),
    phone = coalesce(row.phone, member.phone),
    email = coalesce(row.email, member.email),
    birth_date = coalesce(row.birth_date, member.birth_date),
    grid_id = coalesce(row.grid_id, member.grid_id),
    household_id = coalesce(household.id, member.household_id),
    registration = coalesce(row.registration, member.registration),
    roster_number = CASE WHEN 'roster_number' = ANY(row.changed) THEN row.roster_number
        ELSE member.roster_number END,
    identity_sealed = CASE WHEN 'identity' = ANY(row.changed) THEN row.identity_sealed
        ELSE member.identity_sealed END,
    identity_lookup = CASE WHEN 'identity' = ANY(row.changed) THEN row.identity_lookup
        ELSE member.identity_lookup END
FROM roster_row AS row
LEFT JOIN household ON household.community_id = $2 AND household.code = row.household_code
WHERE row.import_id = $1 AND row.outcome = 'changed' AND member.id = row.member_id
    AND row.row_number > $3 AND row.row_number <= $4
"""

# A new member without a word about roles is a resident.
_ROLES: Final = """
WITH asked AS MATERIALIZED (
    SELECT DISTINCT row.member_id, coalesce(row.member_id, row.new_id) AS whose,
        unnest(coalesce(nullif(row.roles, '{}'),
            CASE WHEN row.outcome = 'new' THEN ARRAY['resident'] ELSE '{}' END)) AS role
    FROM roster_row AS row
    WHERE row.import_id = $1
        AND (row.outcome = 'new' OR (row.outcome = 'changed' AND 'roles' = ANY(row.changed)))
        AND row.row_number > $4 AND row.row_number <= $5)
INSERT INTO member_role (id, community_id, member_id, role, area_id, since, granted_by)
SELECT gen_random_uuid(), $2, asked.whose, asked.role, $2, clock_timestamp(), $3
FROM asked
WHERE NOT EXISTS (SELECT FROM member_role AS held WHERE held.member_id = asked.member_id
    AND held.role = asked.role AND (held.until IS NULL OR held.until > clock_timestamp()))
"""


@dataclass(frozen=True, slots=True)
class _Work:
    """One plan in hand: the connection of its transaction, whose it is, who confirmed it."""

    connection: Any
    import_id: UUID
    by: Actor
    rows: int
    tell: Tell


async def carry_out_roster(import_id: UUID, *, tell: Tell) -> RosterImport | None:
    """Carry a confirmed plan out, in one transaction: killed at any moment, nothing is stored.

    The plan is made anew first, with its members locked. Where it differs from the one that was
    confirmed, because the register changed meanwhile, nothing is carried out: the new plan waits
    for a new look (`moved`). Returns None where another worker has it in hand, or it is not
    confirmed.
    """
    async with transaction() as running:
        connection = running.connection
        claimed = await connection.fetchrow(CLAIM, import_id, "confirmed")
        if claimed is None:
            return None
        community_id: UUID = claimed["community_id"]
        await connection.execute(f"SET LOCAL statement_timeout = '{SECONDS_MAX}s'")
        await connection.execute(_TURN, str(community_id))
        await tell("plan", 0, None)
        await connection.fetchval(_LOCK_MEMBERS, import_id)
        digest = await plan(connection, import_id, community_id)
        if digest != claimed["digest"]:
            await keep_plan(connection, import_id, digest)
            await connection.execute(
                "UPDATE roster_import SET status = 'checked', moved = true, confirmed_by = NULL,"
                " confirmed_from = NULL, confirmed_at = NULL WHERE id = $1",
                import_id,
            )
        else:
            rows = await connection.fetchval(
                "SELECT coalesce(max(row_number), 0) FROM roster_row WHERE import_id = $1",
                import_id,
            )
            by = Actor(claimed["confirmed_by"], community_id, address=claimed["address"])
            await _carry(_Work(connection, import_id, by, rows, tell), claimed)
    return await roster_import(import_id, community_id=community_id)


async def _carry(work: _Work, claimed: Mapping[str, Any]) -> None:
    connection, here = work.connection, work.by.community_id
    grids = await _make_grids(work)
    await _trace(work)  # before the members change: it tells what they were
    async with whole_sets(connection), keys_by_index(connection):
        await connection.execute(_HOUSEHOLDS, work.import_id, here)
        await connection.execute(_ADDRESSES, work.import_id, here)
        await connection.execute(_LET_GO, work.import_id)
        size = max(BATCH_ROWS, -(-work.rows // STORE_PARTS))
        for after in range(0, work.rows, size):
            part = (after, after + size)
            await connection.execute(_NEW, work.import_id, here, work.by.member_id, *part)
            await connection.execute(_CHANGED, work.import_id, here, *part)
            await connection.execute(_ROLES, work.import_id, here, work.by.member_id, *part)
            await work.tell("store", min(part[1], work.rows), work.rows)
    counts = await connection.fetchrow(
        "UPDATE roster_import SET status = 'done', finished_at = clock_timestamp()"
        " WHERE id = $1 RETURNING new_rows, changed_rows, same_rows, fault_rows",
        work.import_id,
    )
    await record(
        "roster.import",
        by=work.by,
        subject_kind="roster_import",
        subject_id=work.import_id,
        details={"file": claimed["file_name"], **dict(counts), "new_grids": grids},
    )


@asynccontextmanager
async def keys_by_index(connection: Any) -> AsyncIterator[None]:
    """Have the rows stored inside checked against what they refer to by index, each by itself.

    PostgreSQL plans such a check once for a connection. Planned while the table fitted a page, it
    reads the table whole: for 30,000 members, 30,000 times all the households stored before them.
    """
    await connection.execute("DISCARD PLANS; SET LOCAL enable_seqscan = off")
    yield  # where it fails, the transaction ends, and the setting with it
    await connection.execute("SET LOCAL enable_seqscan = on")


async def _make_grids(work: _Work) -> list[str]:
    """Make the grids that the file names and nobody made yet; return their names.

    Adding areas is an administrator's work, and the roster's is the word of an authority: so they
    are made in the name of the set-up, and the import's own event tells which.
    """
    here = work.by.community_id
    names = await grids_to_make(work.connection, work.import_id)
    taken = {
        row["code"]
        for row in await work.connection.fetch("SELECT code FROM area WHERE parent_id = $1", here)
    }
    made = []
    for name in names:
        code = next(code for n in count(1) if (code := f"grid-{n}") not in taken)
        taken.add(code)
        made.append(await add_area(level=Level.GRID, code=code, name=name, below=here))
    await work.connection.execute(_GRIDS, work.import_id, names, [area.id for area in made])
    return names


async def _trace(work: _Work) -> None:
    """Write one audit event for each member that is made or changed, sensitive values masked."""
    after = 0
    while True:
        rows = await work.connection.fetch(
            f"{PLANNED} WHERE row.import_id = $1 AND row.row_number > $2"
            " AND outcome IN ('new', 'changed') ORDER BY row.row_number LIMIT $3",
            work.import_id,
            after,
            BATCH_ROWS,
        )
        if not rows:
            return
        after = rows[-1]["row_number"]
        changes = [_change(work, row) for row in rows]
        await record_many("member.import", changes, by=work.by, connection=work.connection)
        await work.tell("trace", min(after, work.rows), work.rows)


def _change(work: _Work, row: Mapping[str, Any]) -> Change:
    told = {"import": str(work.import_id), "row": row["row_number"]}
    if row["outcome"] != Outcome.NEW:
        before, after = before_and_after(row, tuple(row["changed"]))
        return Change(row["member_id"], told, before, after)
    given = tuple(name for name in _TOLD if row[name] is not None)
    _none, after = before_and_after(row, given)
    after["roles"] = row["roles"] or Role.RESIDENT.value
    return Change(row["new_id"], told, None, after)


_TOLD: Final = tuple(set(ROSTER_COLUMNS) - {"identity", "linli_number", "roles"})
