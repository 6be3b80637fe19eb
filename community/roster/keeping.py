"""Keeps an uploaded roster and leads it on: receive, refuse, confirm, drop, forget.

The file is kept with its rows until it is carried out or dropped, and `empty_old_rosters` throws
both away after a while: what is left is who imported what, when, and how many rows did what.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextvars import Context
from datetime import timedelta
from typing import IO, Any, Final
from uuid import UUID

from community.audit import record
from community.errors import UnknownCommunity
from community.roster.reading import roster_import
from community.roster.values import RosterImport
from community.tables import RosterImportRow, RosterProgressRow
from community.transactions import refusing, transaction
from community.values import Actor

PIECE_BYTES: Final = 1024 * 1024
ATTEMPTS_MAX: Final = 3
KEPT: Final = timedelta(days=7)

_RECEIVE: Final = """
INSERT INTO roster_import (id, community_id, file_name, sha256, bytes, uploaded_by)
VALUES ({}, {}, {}, {}, {}, {}) ON CONFLICT (id) DO NOTHING RETURNING id
"""

# The one who takes it keeps it locked for the whole work; see `stage_roster`.
_NEXT: Final = """
SELECT id, community_id FROM roster_import
WHERE status IN ('uploaded', 'confirmed') AND ({}::uuid IS NULL OR id = {})
ORDER BY uploaded_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
"""

_PROGRESS: Final = """
INSERT INTO roster_progress (import_id, step, done, whole) VALUES ({}, {}, {}, {})
ON CONFLICT (import_id) DO UPDATE SET step = excluded.step, done = excluded.done,
    whole = excluded.whole, at = clock_timestamp(),
    attempts = roster_progress.attempts + {}
RETURNING attempts
"""

_TO_EMPTY: Final = """
SELECT id FROM roster_import WHERE emptied_at IS NULL AND status <> 'confirmed'
    AND coalesce(finished_at, uploaded_at) < clock_timestamp() - {}::interval
ORDER BY uploaded_at LIMIT 50 FOR NO KEY UPDATE SKIP LOCKED
"""


async def receive_roster(
    import_id: UUID, content: IO[bytes], *, file_name: str, by: Actor
) -> RosterImport:
    """Keep an uploaded file, to be read by a worker. It must not be empty.

    The caller makes the id; the same id again changes nothing. Raises `UnknownCommunity`, and
    `UnknownRoster` where the id is another community's.
    """
    digest, size = hashlib.sha256(), 0
    content.seek(0)
    while piece := content.read(PIECE_BYTES):
        digest.update(piece)
        size += len(piece)
    content.seek(0)
    async with refusing(roster_of_known_community=UnknownCommunity(by.community_id)):
        added = await RosterImportRow.raw(
            _RECEIVE,
            import_id,
            by.community_id,
            _shortened(file_name),
            digest.digest(),
            size,
            by.member_id,
        )
        number = 0
        while added and (piece := content.read(PIECE_BYTES)):
            await RosterImportRow.raw(
                "INSERT INTO roster_piece (import_id, number, piece) VALUES ({}, {}, {})",
                import_id,
                number,
                piece,
            )
            number += 1
    return await roster_import(import_id, community_id=by.community_id)


def _shortened(file_name: str) -> str:
    """Return the name without folders and control characters, its end kept."""
    bare = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in bare if one.isprintable()).strip()[-200:] or "?"


async def roster_pieces(import_id: UUID) -> AsyncIterator[bytes]:
    """Yield the kept file, piece by piece; nothing where it was thrown away."""
    number = 0
    while True:
        rows = await RosterImportRow.raw(
            "SELECT piece FROM roster_piece WHERE import_id = {} AND number = {}",
            import_id,
            number,
        )
        if not rows:
            return
        yield bytes(rows[0]["piece"])
        number += 1


async def next_roster(import_id: UUID | None = None) -> RosterImport | None:
    """Return the oldest roster that waits for a worker and that none has in hand now.

    With an id, that one or none.
    """
    async with transaction():
        rows = await RosterImportRow.raw(_NEXT, import_id, import_id)
    if not rows:
        return None
    return await roster_import(rows[0]["id"], community_id=rows[0]["community_id"])


async def note_progress(
    import_id: UUID, step: str, done: int, whole: int | None = None, *, attempt: bool = False
) -> int:
    """Write down how far the work is, at once and whatever becomes of the open transaction.

    `attempt` counts one more beginning. Returns how many there were: a roster that ends its worker
    each time is given up after `ATTEMPTS_MAX`.
    """
    rows = await asyncio.create_task(
        RosterProgressRow.raw(_PROGRESS, import_id, step, done, whole, 1 if attempt else 0).run(),
        context=Context(),  # without the transaction that may be open here
    )
    return int(rows[0]["attempts"])


async def refuse_roster(
    import_id: UUID, code: str, fill: Mapping[str, Any], *, community_id: UUID
) -> None:
    """Write down that the file cannot be read, and why; a person uploads a mended one."""
    async with transaction():
        await RosterImportRow.raw(
            "UPDATE roster_import SET status = 'unreadable', found = {}::jsonb,"
            " finished_at = clock_timestamp()"
            " WHERE id = {} AND community_id = {} AND status = 'uploaded'",
            json.dumps({"code": code, **fill}, ensure_ascii=False),
            import_id,
            community_id,
        )


async def give_up_roster(import_id: UUID, *, community_id: UUID) -> None:
    """Write down that the work failed each time it was tried. Nothing of it is in the register."""
    async with transaction():
        await RosterImportRow.raw(
            "UPDATE roster_import SET status = 'failed', finished_at = clock_timestamp()"
            " WHERE id = {} AND community_id = {} AND status IN ('uploaded', 'confirmed')",
            import_id,
            community_id,
        )


async def confirm_roster(import_id: UUID, *, leave_out: bool, by: Actor) -> RosterImport:
    """Have the plan carried out as it was shown; `leave_out` says: without the rows with faults.

    A plan with faults that are not to be left out, one without a change, and one that is confirmed
    or done already stay as they are: the returned import says where it stands. Raises
    `UnknownRoster`.
    """
    async with transaction():
        await RosterImportRow.raw(
            "UPDATE roster_import SET status = 'confirmed', leave_out = {},"
            " moved = false, confirmed_by = {}, confirmed_from = {}::text::inet,"
            " confirmed_at = clock_timestamp()"
            " WHERE id = {} AND community_id = {} AND status = 'checked'"
            " AND (fault_rows = 0 OR {}) AND new_rows + changed_rows > 0",
            leave_out,
            by.member_id,
            by.address,
            import_id,
            by.community_id,
            leave_out,
        )
        await RosterProgressRow.raw("DELETE FROM roster_progress WHERE import_id = {}", import_id)
    return await roster_import(import_id, community_id=by.community_id)


async def drop_roster(import_id: UUID, *, by: Actor) -> RosterImport:
    """Let a roster go that was not confirmed; its file and rows are thrown away with it.

    One that is confirmed or finished stays as it is. Raises `UnknownRoster`.
    """
    async with transaction():
        rows = await RosterImportRow.raw(
            "UPDATE roster_import SET status = 'dropped', finished_at = clock_timestamp(),"
            " emptied_at = clock_timestamp()"
            " WHERE id = {} AND community_id = {} AND status IN ('checked', 'unreadable')"
            " RETURNING id",
            import_id,
            by.community_id,
        )
        if rows:
            await _empty(import_id)
            await record("roster.drop", by=by, subject_kind="roster_import", subject_id=import_id)
    return await roster_import(import_id, community_id=by.community_id)


async def empty_old_rosters() -> int:
    """Throw away the files and rows of rosters that are over, or were left lying for a week."""
    async with transaction():
        rows = await RosterImportRow.raw(_TO_EMPTY, KEPT)
        for row in rows:
            await _empty(row["id"])
            await RosterImportRow.raw(
                "UPDATE roster_import SET emptied_at = clock_timestamp(),"
                " status = CASE WHEN status IN ('checked', 'uploaded') THEN 'dropped'"
                " ELSE status END, finished_at = coalesce(finished_at, clock_timestamp())"
                " WHERE id = {}",
                row["id"],
            )
    return len(rows)


async def _empty(import_id: UUID) -> None:
    for table in ("roster_piece", "roster_row", "roster_progress"):
        await RosterImportRow.raw(f"DELETE FROM {table} WHERE import_id = {{}}", import_id)  # noqa: S608 (one of three names)
