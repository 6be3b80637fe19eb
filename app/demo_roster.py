"""The demo's residents come in as in real life: from a roster, by the verbs that the page uses."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, Final
from uuid import uuid5

from app.demo_people import GRIDS, Person
from app.roster.reading import open_sheet
from app.roster.synonyms import header_of, in_words
from app.roster.writing import csv_line
from community import Actor, Registration, Role
from community.roster import (
    RosterEntry,
    RosterImport,
    RosterRow,
    RosterStatus,
    carry_out_roster,
    confirm_roster,
    receive_roster,
    roster_entries,
    stage_roster,
)

FILE_NAME: Final = "八里社区花名册.csv"
COLUMNS: Final = (
    "roster_number", "name", "phone", "birth_date", "registration", "grid", "household", "address",
    "roles",
)  # fmt: skip


async def bring_in(people: Iterable[Person], *, by: Actor) -> dict[str, RosterEntry]:
    """Import everybody, and return the members by their roster numbers.

    Whoever is a member already stays as they are. All of it joins the caller's transaction.
    """
    number = uuid5(by.community_id, "the roster")
    file = io.BytesIO(roster_file(people))
    await receive_roster(number, file, file_name=FILE_NAME, by=by)
    sheet = open_sheet(file)
    await stage_roster(
        number, _batches(sheet.batches(None)), found=lambda: sheet.told, tell=_quietly
    )
    await confirm_roster(number, leave_out=False, by=by)
    done = await carry_out_roster(number, tell=_quietly)
    _want_done(done)
    entries = [one async for one in roster_entries(by.community_id)]
    return {one.roster_number: one for one in entries if one.roster_number}


def roster_file(people: Iterable[Person]) -> bytes:
    """Return the people as the CSV that an office would hand in."""
    lines = [csv_line(header_of(column, "zh") for column in COLUMNS)]
    lines += [csv_line(_cells(one)) for one in people]
    return b"".join(lines)


def _cells(one: Person) -> tuple[str, ...]:
    return (
        one.number,
        one.name,
        (one.phone or "").removeprefix("+86"),
        one.birth_date.isoformat(),
        in_words(registration_of(one), "zh"),
        GRIDS[one.grid],
        one.household,
        one.address,
        "、".join(in_words(role, "zh") for role in roles_of(one)),
    )


def registration_of(one: Person) -> Registration:
    """Return whether the household register of a person is here."""
    return Registration.REGISTERED if one.registered else Registration.NON_REGISTERED


def roles_of(one: Person) -> tuple[Role, ...]:
    """Return what a person is at home."""
    return (
        Role.RESIDENT,
        *([Role.ELDER] if one.elder else []),
        *([Role.VOLUNTEER] if one.volunteer else []),
    )


async def _batches(batches: Iterator[list[RosterRow]]) -> AsyncIterator[list[RosterRow]]:
    while (batch := await asyncio.to_thread(next, batches, None)) is not None:
        yield batch


async def _quietly(*_progress: Any) -> None:
    """Hear of progress and say nothing: nobody can look before all is there."""


def _want_done(done: RosterImport | None) -> None:
    """Refuse a demo whose roster was not taken in whole."""
    if done is None or done.status is not RosterStatus.DONE or done.fault_rows:
        raise RuntimeError(f"the demo's roster was not taken in: {done}")
