"""Reads rosters on their way: how far each is, what its rows would do, what is wrong with them."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from uuid import UUID

from community.masking import HIDDEN, masked
from community.roster.values import (
    ROSTER_COLUMNS,
    Fault,
    Outcome,
    PlannedRow,
    Progress,
    RosterImport,
    RosterStatus,
    UnknownRoster,
)
from community.tables import RosterImportRow

_IMPORT: Final = """
SELECT roster_import.id, community_id, status, file_name, sha256, bytes, uploaded_by, uploaded_at,
    found, new_rows, changed_rows, same_rows, fault_rows, moved, leave_out, confirmed_by,
    confirmed_at, finished_at, emptied_at, step, done, whole, attempts, at
FROM roster_import LEFT JOIN roster_progress ON import_id = roster_import.id
"""

# The row beside what the register says now; `roles` are those that the member has not yet.
PLANNED: Final = """
SELECT row.row_number, row.new_id, row.member_id, row.outcome, row.changed, row.misread,
    row.conflicts, row.name, row.phone, row.email, row.birth_date, row.roster_number,
    row.identity_lookup, row.registration, row.language, row.address, row.grid,
    row.household_code AS household, array_to_string(row.roles, ', ') AS roles,
    member.name AS name_before, member.phone AS phone_before, member.email AS email_before,
    member.birth_date AS birth_date_before, member.roster_number AS roster_number_before,
    member.identity_lookup AS identity_lookup_before, member.registration AS registration_before,
    member.language AS language_before, household.address AS address_before,
    area.name AS grid_before, household.code AS household_before,
    (SELECT string_agg(DISTINCT role, ', ') FROM member_role
     WHERE member_role.member_id = member.id AND (until IS NULL OR until > clock_timestamp())
    ) AS roles_before
FROM roster_row AS row
LEFT JOIN member ON member.id = row.member_id
LEFT JOIN household ON household.id = member.household_id
LEFT JOIN area ON area.id = member.grid_id
"""


_STORED: Final = {"identity": "identity_lookup"}
_GIVEN: Final = tuple(one for one in ROSTER_COLUMNS if one not in {"name", "linli_number"})

# What the trail hides and who checks a roster must see, to know who and what is meant.
_SEEN: Final = frozenset({"name", "roster_number", "household"})


# Of what clashes with another row or the register, these are shown beside the fault.
_VALUES: Final = frozenset({"phone", "roster_number", "address"})


async def roster_import(import_id: UUID, *, community_id: UUID) -> RosterImport:
    """Return one roster of this community. Raises `UnknownRoster`."""
    rows = await RosterImportRow.raw(
        f"{_IMPORT} WHERE roster_import.id = {{}} AND community_id = {{}}", import_id, community_id
    )
    if not rows:
        raise UnknownRoster(import_id)
    return _import(rows[0])


async def roster_imports(community_id: UUID, *, size: int = 20) -> list[RosterImport]:
    """Return a community's latest rosters, newest first, without those that were let go."""
    rows = await RosterImportRow.raw(
        f"{_IMPORT} WHERE community_id = {{}} AND status <> 'dropped'"
        " ORDER BY uploaded_at DESC, roster_import.id LIMIT {}",
        community_id,
        size,
    )
    return [_import(row) for row in rows]


async def planned_rows(
    import_id: UUID, *, outcome: Outcome | None = None, after: int = 0, size: int = 50
) -> list[PlannedRow]:
    """Return what the rows of a roster would do, by row number; `after` is the last one seen."""
    rows = await RosterImportRow.raw(
        f"{PLANNED} WHERE import_id = {{}} AND row.row_number > {{}}"
        " AND ({}::text IS NULL OR outcome = {}) ORDER BY row.row_number LIMIT {}",
        import_id,
        after,
        outcome,
        outcome,
        size,
    )
    return [_planned(row) for row in rows]


async def roster_faults(import_id: UUID) -> AsyncIterator[tuple[int, tuple[Fault, ...]]]:
    """Yield each row that has faults, with all of them, in the order of the file."""
    after = 0
    while True:
        rows = await RosterImportRow.raw(
            "SELECT row_number, misread, conflicts, phone, roster_number, address FROM roster_row"
            " WHERE import_id = {} AND outcome = 'fault' AND row_number > {}"
            " ORDER BY row_number LIMIT 1000",
            import_id,
            after,
        )
        for row in rows:
            yield row["row_number"], _faults(row)
        if not rows:
            return
        after = rows[-1]["row_number"]


def before_and_after(
    row: Mapping[str, Any], fields: tuple[str, ...]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return these fields of a row of `PLANNED` as they are and as they would be, masked."""
    known = [field for field in fields if field != "identity"]
    before = masked({field: row[f"{field}_before"] for field in known})
    after = masked({field: row[field] for field in known})
    if "household" in fields:  # its code may be its address
        for told, name in ((before, "household_before"), (after, "household")):
            told["household"] = masked({"address": row[name]})["address"]
    if "identity" in fields:  # nothing of it can be read here
        before["identity"] = HIDDEN if row["identity_lookup_before"] else None
        after["identity"] = HIDDEN
    return before, after


def _import(row: Mapping[str, Any]) -> RosterImport:
    names = ("step", "done", "whole", "attempts", "at")
    progress = Progress(*(row[name] for name in names)) if row["step"] is not None else None
    rest = {name: value for name, value in row.items() if name not in names}
    return RosterImport(
        **{
            **rest,
            "status": RosterStatus(row["status"]),
            "found": json.loads(row["found"]),
            "sha256": bytes(row["sha256"]),
            "progress": progress,
        }
    )


def _planned(row: Mapping[str, Any]) -> PlannedRow:
    match row["outcome"]:
        case Outcome.CHANGED:
            fields = tuple(row["changed"])
        case Outcome.NEW:
            fields = tuple(name for name in _GIVEN if row[_STORED.get(name, name)] is not None)
        case _:
            fields = ()
    before, after = before_and_after(row, fields)
    for field in _SEEN.intersection(fields):
        before[field], after[field] = row[f"{field}_before"], row[field]
    return PlannedRow(
        row["row_number"],
        row["name"],
        Outcome(row["outcome"]),
        row["member_id"],
        tuple((field, before[field] or "", after[field] or "") for field in fields),
        _faults(row) if row["outcome"] == Outcome.FAULT else (),
    )


def _faults(row: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Return the row's own faults as they were read, and the others with what stands there."""
    found = [Fault(**fault) for fault in json.loads(row["misread"])]
    for fault in json.loads(row["conflicts"]):
        column = fault["column"]
        value = row[column] if column in _VALUES else None
        shown = value if column in _SEEN else masked({column: value})[column]
        found.append(Fault(**fault, value=str(shown or "")))
    return tuple(found)
