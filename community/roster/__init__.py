"""Rosters on their way into the register and out of it: kept, planned, carried out, written.

A roster is received (`receive_roster`), read into rows with a plan of what each would do
(`stage_roster`), looked at, confirmed (`confirm_roster`) and carried out (`carry_out_roster`), or
let go (`drop_roster`). Nothing reaches the register before it is carried out, and then all of it
does in one transaction, or nothing.
"""

from community.roster.carrying import carry_out_roster
from community.roster.export import RosterEntry, record_export, roster_entries
from community.roster.keeping import (
    ATTEMPTS_MAX,
    confirm_roster,
    drop_roster,
    empty_old_rosters,
    give_up_roster,
    next_roster,
    note_progress,
    receive_roster,
    refuse_roster,
    roster_pieces,
)
from community.roster.reading import (
    planned_rows,
    roster_faults,
    roster_import,
    roster_imports,
)
from community.roster.staging import stage_roster
from community.roster.values import (
    ROSTER_COLUMNS,
    Fault,
    Outcome,
    PlannedRow,
    Progress,
    RosterImport,
    RosterRow,
    RosterStatus,
    TooManyGrids,
    UnknownRoster,
)

__all__ = [
    "ATTEMPTS_MAX",
    "ROSTER_COLUMNS",
    "Fault",
    "Outcome",
    "PlannedRow",
    "Progress",
    "RosterEntry",
    "RosterImport",
    "RosterRow",
    "RosterStatus",
    "TooManyGrids",
    "UnknownRoster",
    "carry_out_roster",
    "confirm_roster",
    "drop_roster",
    "empty_old_rosters",
    "give_up_roster",
    "next_roster",
    "note_progress",
    "planned_rows",
    "receive_roster",
    "record_export",
    "refuse_roster",
    "roster_entries",
    "roster_faults",
    "roster_import",
    "roster_imports",
    "roster_pieces",
    "stage_roster",
]
