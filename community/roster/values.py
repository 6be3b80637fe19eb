"""The values of a roster on its way: its rows, its faults, what it would do, how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from community.errors import CommunityError
from community.values import Registration, Role

ROSTER_COLUMNS: Final = (
    "roster_number",
    "name",
    "phone",
    "birth_date",
    "identity",
    "registration",
    "grid",
    "household",
    "address",
    "roles",
    "language",
    "email",
    "linli_number",
)
"""What a roster may say of a person, in the order in which it is written."""


class RosterStatus(StrEnum):
    """How far a roster has come; see the verbs of this package for what leads on."""

    UPLOADED = "uploaded"
    UNREADABLE = "unreadable"
    CHECKED = "checked"
    CONFIRMED = "confirmed"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"

    @property
    def working(self) -> bool:
        """Whether the next step is the machine's and not a person's."""
        return self in {RosterStatus.UPLOADED, RosterStatus.CONFIRMED}


class Outcome(StrEnum):
    """What a row would do to the register."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    FAULT = "fault"


class UnknownRoster(CommunityError):
    """There is no such roster, or not in this community."""

    def __init__(self, import_id: UUID) -> None:
        super().__init__(f"there is no roster {import_id} here")


class TooManyGrids(CommunityError):
    """The file names so many grids that do not exist yet that the column must be another."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"{count} new grids")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot be taken in: which column, what is wrong, and what stands there.

    `value` is masked where it is sensitive. `row` is the other row of the file that it clashes
    with.
    """

    column: str
    code: str
    value: str = ""
    row: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the fault as it is stored."""
        return {
            "column": self.column,
            "code": self.code,
            **({"value": self.value} if self.value else {}),
            **({"row": self.row} if self.row is not None else {}),
        }


@dataclass(slots=True)
class RosterRow:
    """A person as one row of a roster says; None is an empty cell, which changes nothing.

    `phone` is E.164. `grid` is a grid's name or code, `household` the roster's code for it.
    `linli_number` is the member's own id, which exports carry. `identity_lookups` are those under
    every key of the app, among which the register's is sought.
    """

    row_number: int
    name: str = ""
    phone: str | None = None
    email: str | None = None
    birth_date: date | None = None
    roster_number: str | None = None
    identity_sealed: str | None = None
    identity_lookup: bytes | None = None
    identity_lookups: frozenset[bytes] = frozenset()
    registration: Registration | None = None
    roles: list[Role] | None = None
    language: str | None = None
    grid: str | None = None
    household: str | None = None
    address: str | None = None
    linli_number: UUID | None = None
    misread: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is: `done` of `whole` rows (None where nobody knows yet)."""

    step: str
    done: int
    whole: int | None
    attempts: int
    at: datetime


@dataclass(frozen=True, slots=True)
class RosterImport:
    """One uploaded roster.

    `found` is what reading it found: matched and unknown columns, or why it cannot be read. The
    counts are those of the plan, and of what was done once it is done. `moved` says that the
    register changed after the plan was confirmed, so that a new plan waits for a new look.
    `leave_out` says that rows with faults were left out knowingly. `emptied_at` is when the file
    and its rows were thrown away.
    """

    id: UUID
    community_id: UUID
    status: RosterStatus
    file_name: str
    sha256: bytes
    bytes: int
    uploaded_by: UUID
    uploaded_at: datetime
    found: Mapping[str, Any]
    new_rows: int
    changed_rows: int
    same_rows: int
    fault_rows: int
    moved: bool
    leave_out: bool
    confirmed_by: UUID | None
    confirmed_at: datetime | None
    finished_at: datetime | None
    emptied_at: datetime | None
    progress: Progress | None = None

    @property
    def rows(self) -> int:
        """How many people it names."""
        return self.new_rows + self.changed_rows + self.same_rows + self.fault_rows

    def counted(self, outcome: Outcome) -> int:
        """Return how many rows have this outcome."""
        count: int = getattr(self, f"{outcome.value}_rows")
        return count


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What one row would do. `changes` are (field, before, after), sensitive values masked."""

    row_number: int
    name: str
    outcome: Outcome
    member_id: UUID | None
    changes: tuple[tuple[str, str, str], ...]
    faults: tuple[Fault, ...]
