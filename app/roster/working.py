"""The work on uploaded rosters, outside any request: reading, planning, carrying out.

Each step is one transaction that holds the roster's row locked: that is the claim. A worker that is
killed lets go of it, nothing of its step is stored, and the next look finds the roster waiting. One
that ends its worker time after time is given up, and the page says so.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg
import structlog

from app import identity
from app.roster.reading import open_sheet
from app.roster.report import kept_file
from app.roster.unreadable import Unreadable
from community import SealedIdentity
from community.roster import (
    ATTEMPTS_MAX,
    RosterImport,
    RosterRow,
    RosterStatus,
    TooManyGrids,
    carry_out_roster,
    give_up_roster,
    next_roster,
    note_progress,
    refuse_roster,
    roster_import,
    stage_roster,
)

log = structlog.get_logger("linli.roster")

Tell = Callable[[str, int, int | None], Awaitable[Any]]

# The register was changed by somebody else in the same moment; the next try plans on that.
_AGAIN: Final = (asyncpg.IntegrityConstraintViolationError, asyncpg.TransactionRollbackError)


async def work() -> None:
    """Take every roster that waits one step on. A job: it may run again at any time."""
    while (waiting := await next_roster()) is not None:
        await step(waiting)


async def step(waiting: RosterImport, tell: Tell | None = None) -> RosterImport:
    """Take one roster one step on, and return where it stands then.

    `tell` hears of progress besides the page. Where another worker has it in hand, it is returned
    as it stands.
    """
    attempts = await note_progress(waiting.id, "wait", 0, attempt=waiting.progress is not None)
    if attempts > ATTEMPTS_MAX:
        await give_up_roster(waiting.id, community_id=waiting.community_id)
        log.error("roster given up", roster=str(waiting.id), attempts=attempts)
        return await _as_it_stands(waiting)
    try:
        if waiting.status is RosterStatus.UPLOADED:
            await _read(waiting, _Teller(waiting.id, tell))
        else:
            await carry_out_roster(waiting.id, tell=_Teller(waiting.id, tell))
    except Unreadable as error:
        await refuse_roster(waiting.id, error.code, error.fill, community_id=waiting.community_id)
    except TooManyGrids as error:
        await refuse_roster(
            waiting.id, "too_many_grids", {"count": error.count}, community_id=waiting.community_id
        )
    except _AGAIN as error:
        log.warning("roster tried again", roster=str(waiting.id), why=type(error).__name__)
    return await _as_it_stands(waiting)


async def _as_it_stands(waiting: RosterImport) -> RosterImport:
    return await roster_import(waiting.id, community_id=waiting.community_id)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Writes progress down for the page, and tells whoever else wants to hear."""

    import_id: UUID
    tell: Tell | None

    async def __call__(self, name: str, done: int, whole: int | None) -> None:
        await note_progress(self.import_id, name, done, whole)
        if self.tell is not None:
            await self.tell(name, done, whole)


async def _read(waiting: RosterImport, tell: Tell) -> None:
    file = await kept_file(waiting.id)
    if file is None:
        raise Unreadable("empty")
    try:
        keeps = identity.kept()
        sheet = await asyncio.to_thread(open_sheet, file, keeps_identity=keeps)
        batches = sheet.batches(_seal if keeps else None)
        await stage_roster(waiting.id, _in_a_thread(batches), found=lambda: sheet.told, tell=tell)
    finally:
        file.close()


async def _in_a_thread(batches: Iterator[list[RosterRow]]) -> AsyncIterator[list[RosterRow]]:
    """Yield batches that are read off the event loop, one at a time."""
    while (batch := await asyncio.to_thread(next, batches, None)) is not None:
        yield batch


def _seal(written: str) -> tuple[SealedIdentity, date] | None:
    number = identity.compact(written)
    return (identity.seal(number), identity.birth_date_in(number)) if number else None
