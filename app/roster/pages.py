"""What the roster's pages show: rows and what they would do, progress, and what a file holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.i18n import current_language, mark
from app.i18n import gettext as _
from app.roster.synonyms import header_of, in_words
from app.roster.words import (
    OUTCOMES,
    STATUSES,
    STEPS,
    column_words,
    fault_words,
    unreadable_words,
)
from app.wording import number
from community import STAFF, Registration, Role
from community.roster import ROSTER_COLUMNS, Outcome, PlannedRow, RosterImport, RosterStatus

ROWS_ON_A_PAGE: Final = 50

_HINTS: Final = {
    "roster_number": mark("The surest way to know a person again"),
    "name": mark("Must be there"),
    "phone": mark("13812345678 or 0512-67001234"),
    "birth_date": mark("1950-03-07, 1950/3/7, 1950年3月7日 or 19500307"),
    "identity": mark("18 characters; kept only where this installation keeps them, and sealed"),
    "registration": mark("户籍 or 非户籍"),
    "grid": mark("Its name; a new one is made"),
    "household": mark("The same number for all who live together"),
    "address": mark("Street, house and flat"),
    "roles": mark("居民, 志愿者, 长者; nothing means resident"),
    "language": mark("中文 or English"),
    "email": mark("name@example.org"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file in words: what it does, and what changes or is wrong, one point each."""

    row: str
    name: str
    outcome: str
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportPage:
    """One file in words."""

    status: str
    step: str
    done: str
    why: str
    columns: str
    passed_over: tuple[str, ...]
    counts: tuple[tuple[Outcome, str, int], ...]
    lines: tuple[Line, ...]


def import_page(found: RosterImport, rows: Sequence[PlannedRow]) -> ImportPage:
    """Return one file as its page shows it."""
    told_of = found.found
    progress = found.progress
    done = ""
    if progress is not None and progress.done:
        done = (
            _("%(done)s of %(whole)s rows") if progress.whole else _("%(done)s rows so far")
        ) % {"done": number(progress.done), "whole": number(progress.whole or 0)}
    step = STEPS[progress.step if progress else "wait"]
    unreadable = found.status is RosterStatus.UNREADABLE
    return ImportPage(
        status=status_words(found),
        step=_(step),
        done=done,
        why=unreadable_words(told_of) if unreadable else "",
        columns=_joined([column_words(one, current_language()) for one in told_of["columns"]])
        if "columns" in told_of
        else "",
        passed_over=_passed_over(found),
        counts=tuple((one, _(OUTCOMES[one]), found.counted(one)) for one in Outcome),
        lines=tuple(_line(row) for row in rows),
    )


def status_words(found: RosterImport) -> str:
    """Return where a file stands."""
    return _(STATUSES[found.status])


def shown_outcome(asked: str | None, found: RosterImport) -> Outcome | None:
    """Return which rows to show: those asked for, else the faults if there are any, else all."""
    if asked in {one.value for one in Outcome}:
        return Outcome(asked)
    return Outcome.FAULT if asked is None and found.fault_rows else None


def example_columns() -> list[tuple[str, str, str]]:
    """Return the columns that a file may have: name in the code, both headers, what goes in."""
    return [
        (column, f"{header_of(column, 'zh')} / {header_of(column, 'en')}", _(_HINTS[column]))
        for column in ROSTER_COLUMNS
        if column in _HINTS
    ]


def role_options() -> list[tuple[str, str]]:
    """Return the roles by which an export can be narrowed."""
    return [
        (role.value, in_words(role, current_language()))
        for role in Role
        if role is not Role.DELEGATE and role not in STAFF
    ]


def _passed_over(found: RosterImport) -> tuple[str, ...]:
    told_of = found.found
    said = []
    if told_of.get("unknown"):
        said.append(
            _("Not read, because a roster has no such column: %(names)s.")
            % {"names": _joined(told_of["unknown"])}
        )
    if told_of.get("twice"):
        said.append(
            _("Not read, because another column says the same: %(names)s.")
            % {"names": _joined(told_of["twice"])}
        )
    if told_of.get("ignored"):
        said.append(_("Identity numbers are not kept here, so that column is passed over."))
    if told_of.get("other_sheets"):
        said.append(_("Only the sheet “%(sheet)s” is read.") % {"sheet": told_of.get("sheet", "")})
    if told_of.get("new_grids"):
        said.append(
            _("Grids that will be made: %(names)s.") % {"names": _joined(told_of["new_grids"])}
        )
    return tuple(said)


def _line(row: PlannedRow) -> Line:
    language = current_language()
    if row.outcome is Outcome.FAULT:
        points = tuple(
            f"{column_words(fault.column, language)}{_quoted(fault.value)}: {fault_words(fault)}"
            for fault in row.faults
        )
    elif row.outcome is Outcome.NEW:
        given = [
            f"{column_words(field, language)} {_value(field, after)}"
            for field, _before, after in row.changes
        ]
        points = (_joined(given),) if given else ()
    else:
        points = tuple(
            f"{column_words(field, language)}: {_value(field, before)} → {_value(field, after)}"
            for field, before, after in row.changes
        )
    return Line(number(row.row_number), row.name or "–", _(OUTCOMES[row.outcome]), points)


def _quoted(value: str) -> str:
    return f" “{value}”" if value else ""


def _value(field: str, value: str) -> str:
    """Return a value of the register in words; nothing is a dash."""
    if not value:
        return "–"
    language = current_language()
    if field == "roles":
        roles = [in_words(Role(one.strip()), language) for one in value.split(",")]
        return _joined(roles)
    if field == "registration":
        return in_words(Registration(value), language)
    if field == "language":
        return in_words(value, language)
    return value


def _joined(words: Sequence[str]) -> str:
    return _(", ").join(words)
