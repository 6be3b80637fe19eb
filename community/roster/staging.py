"""Takes the rows of a file in and plans what each would do; the register is only read."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from community.roster.planning import grids_to_make, plan
from community.roster.reading import roster_import
from community.roster.values import RosterImport, RosterRow, TooManyGrids
from community.transactions import transaction
from community.values import new_id

Tell = Callable[[str, int, int | None], Awaitable[Any]]
"""Hears of progress: the step, rows done, rows in all (None where nobody knows yet)."""

SECONDS_MAX: Final = 1800
"""How long one statement on a whole roster may take; a request's limit would be too short."""

NEW_GRIDS_MAX: Final = 500

# The lock is the claim: it lasts as long as the worker and its transaction live, and no longer.
CLAIM: Final = """
SELECT community_id, fault_rows, digest, leave_out, confirmed_by, host(confirmed_from) AS address,
    file_name
FROM roster_import WHERE id = $1 AND status = $2 FOR NO KEY UPDATE SKIP LOCKED
"""

_COLUMNS: Final = (
    "import_id",
    "row_number",
    "new_id",
    "name",
    "phone",
    "email",
    "birth_date",
    "roster_number",
    "identity_sealed",
    "identity_lookup",
    "identity_lookups",
    "registration",
    "roles",
    "language",
    "grid",
    "household",
    "address",
    "linli_number",
    "misread",
)


async def stage_roster(
    import_id: UUID,
    batches: AsyncIterator[Sequence[RosterRow]],
    *,
    found: Callable[[], Mapping[str, Any]],
    tell: Tell,
) -> RosterImport | None:
    """Take the rows of an uploaded file in, batch by batch, and plan what each would do.

    One transaction: killed at any moment, the roster is as it was, and the next worker begins
    anew. `found` is asked at the end what the reading found out. Returns None where another worker
    has it in hand, or it is past this step. Raises `TooManyGrids`, and whatever `batches` raises.
    """
    async with transaction() as running:
        connection = running.connection
        claimed = await connection.fetchrow(CLAIM, import_id, "uploaded")
        if claimed is None:
            return None
        await connection.execute(f"SET LOCAL statement_timeout = '{SECONDS_MAX}s'")
        count = 0
        async for batch in batches:
            await connection.copy_records_to_table(
                "roster_row",
                records=[_record(import_id, row) for row in batch],
                columns=_COLUMNS,
            )
            count += len(batch)
            await tell("read", count, None)
        await tell("plan", 0, count)
        digest = await plan(connection, import_id, claimed["community_id"])
        await keep_plan(connection, import_id, digest)
        grids = await grids_to_make(connection, import_id)
        if len(grids) > NEW_GRIDS_MAX:
            raise TooManyGrids(len(grids))
        await connection.execute(
            "UPDATE roster_import SET status = 'checked', found = $2 WHERE id = $1",
            import_id,
            json.dumps({**found(), "new_grids": grids}, ensure_ascii=False),
        )
    return await roster_import(import_id, community_id=claimed["community_id"])


async def keep_plan(connection: Any, import_id: UUID, digest: bytes) -> None:
    """Write the plan's digest down, with how many rows would do what."""
    await connection.execute(
        """
        UPDATE roster_import SET digest = $2, new_rows = counted.new_rows,
            changed_rows = counted.changed_rows, same_rows = counted.same_rows,
            fault_rows = counted.fault_rows
        FROM (SELECT count(*) FILTER (WHERE outcome = 'new') AS new_rows,
                count(*) FILTER (WHERE outcome = 'changed') AS changed_rows,
                count(*) FILTER (WHERE outcome = 'same') AS same_rows,
                count(*) FILTER (WHERE outcome = 'fault') AS fault_rows
              FROM roster_row WHERE import_id = $1) AS counted
        WHERE id = $1
        """,
        import_id,
        digest,
    )


def _record(import_id: UUID, row: RosterRow) -> tuple[Any, ...]:
    return (
        import_id,
        row.row_number,
        new_id(),
        row.name,
        row.phone,
        row.email,
        row.birth_date,
        row.roster_number,
        row.identity_sealed,
        row.identity_lookup,
        sorted(row.identity_lookups) or None,
        row.registration and row.registration.value,
        None if row.roles is None else [role.value for role in row.roles],
        row.language,
        row.grid,
        row.household,
        row.address,
        row.linli_number,
        json.dumps([fault.as_json() for fault in row.misread], ensure_ascii=False),
    )
