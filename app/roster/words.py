"""A roster in words: its columns, its faults with what is allowed, why a file is unreadable."""

from collections.abc import Mapping
from typing import Any, Final

from app.i18n import gettext as _
from app.i18n import mark, ngettext
from app.roster.synonyms import header_of
from app.wording import number
from community.roster import Fault, Outcome, RosterStatus

OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.NEW: mark("New"),
    Outcome.CHANGED: mark("Change"),
    Outcome.SAME: mark("Same"),
    Outcome.FAULT: mark("Fault"),
}

STATUSES: Final[Mapping[RosterStatus, str]] = {
    RosterStatus.UPLOADED: mark("being read"),
    RosterStatus.UNREADABLE: mark("could not be read"),
    RosterStatus.CHECKED: mark("waits for your word"),
    RosterStatus.CONFIRMED: mark("being taken in"),
    RosterStatus.DONE: mark("taken in"),
    RosterStatus.FAILED: mark("not done"),
    RosterStatus.DROPPED: mark("let go"),
}

STEPS: Final[Mapping[str, str]] = {
    "wait": mark("Waiting for its turn"),
    "read": mark("Reading the file"),
    "plan": mark("Comparing it with the register"),
    "trace": mark("Writing down what changes"),
    "store": mark("Storing"),
}

# What is wrong with a cell, and then what is allowed. `row` is the other row of the file.
_FAULTS: Final[Mapping[str, str]] = {
    "name_missing": mark("There is no name. Write the person's name."),
    "too_long": mark("This is too long. At most %(most)s characters are kept."),
    "phone_form": mark("This is no telephone number. Write it as 13812345678 or 0512-67001234."),
    "email_form": mark("This is no e-mail address. Write it as name@example.org."),
    "birth_date_form": mark("This is no date. Write it as 1950-03-07 or 1950年3月7日."),
    "birth_date_range": mark("Nobody alive was born then. Allowed: from 1890 until today."),
    "identity_form": mark("This is no valid identity number. Check its 18 characters."),
    "identity_birth_date": mark("The identity number names another birth date than this row."),
    "registration_unknown": mark("Allowed: 户籍 (registered) or 非户籍 (non-registered)."),
    "role_unknown": mark("There is no such role. Allowed: 居民, 志愿者, 长者."),
    "language_unknown": mark("Allowed: 中文 or English."),
    "linli_number_form": mark("This is no Linli number. Leave the column as it was exported."),
    "linli_number_unknown": mark("Nobody active here has this Linli number. Empty the cell."),
    "no_key": mark(
        "Only a name: this person could not be known again. Add a roster number, telephone, "
        "birth date or household."
    ),
    "ambiguous": mark("Several members could be meant. Add the roster number or telephone."),
    "phone_twice": mark("Row %(row)s has the same telephone. One number belongs to one person."),
    "roster_number_twice": mark("Row %(row)s has the same roster number."),
    "identity_twice": mark("Row %(row)s has the same identity number."),
    "person_twice": mark(
        "Row %(row)s is perhaps the same person. Keep one, or give both a roster number."
    ),
    "member_twice": mark("Row %(row)s is of the same member. Keep one of the two."),
    "address_differs": mark("Row %(row)s gives the same household another address."),
    "phone_taken": mark("This telephone belongs to another member. Check name and number."),
    "phone_waiting": mark(
        "Somebody with this telephone waits to be accepted. Decide about them first."
    ),
    "roster_number_taken": mark("Another member has this roster number."),
    "identity_taken": mark("Another member has this identity number."),
    "has_left": mark("This member has left. Take them back on their own page first."),
    "contact_of_staff": mark(
        "This member works here, and codes for signing in go there. Leave the cell empty, or end "
        "their role first."
    ),
    "role_of_staff": mark("A roster gives no staff roles. Grant it on the member's page."),
}

_UNREADABLE: Final[Mapping[str, str]] = {
    "empty": mark("The file holds no people. Below the header there must be a row for each."),
    "no_name_column": mark(
        "No column is called 姓名 or Name in the first 20 rows. The first row says: %(seen)s. "
        "Name the columns as in the example file."
    ),
    "wrong_kind": mark(
        "This is a %(kind)s file, whatever its name says. Save the roster as an Excel workbook "
        "(.xlsx) or as CSV."
    ),
    "old_excel": mark(
        "This is an old Excel file (.xls), or one with a password. Open it and save it as an Excel "
        "workbook (.xlsx) without a password."
    ),
    "open_document": mark("This is an OpenDocument table. Save it as .xlsx or as CSV."),
    "locked": mark("This file has a password. Save it without one."),
    "broken": mark("The file is damaged. Open it, save it anew, and upload that."),
    "broken_row": mark("Row %(row)s cannot be read: perhaps a quotation mark is missing."),
    "no_text": mark("The letters of this file are unknown. Save it as CSV UTF-8."),
    "too_large": mark("The file is larger than %(megabytes)s MB. Split it into several."),
    "too_large_unpacked": mark(
        "Unpacked, the file would be larger than %(megabytes)s MB. Keep only the roster in it."
    ),
    "too_many_rows": mark("The file has more than %(rows)s rows. Split it into several."),
    "too_many_columns": mark("The file has more than %(columns)s columns. Keep the roster's own."),
    "too_many_grids": mark(
        "The file names %(count)s grids that do not exist yet. Is this the right column?"
    ),
}

_LENGTHS: Final = {"name": 80, "grid": 80, "household": 40, "address": 200, "roster_number": 40}
_LENGTH_MAX: Final = 500


def fault_words(fault: Fault) -> str:
    """Return what is wrong and what is allowed."""
    fill = {
        "row": number(fault.row) if fault.row is not None else "?",
        "most": number(_LENGTHS.get(fault.column, _LENGTH_MAX)),
    }
    return _(_FAULTS[fault.code]) % fill


def column_words(column: str, language: str) -> str:
    """Return a column's name."""
    return header_of(column, language)


def unreadable_words(found: Mapping[str, Any]) -> str:
    """Return why a file cannot be read and what to do."""
    fill = {name: number(told) if isinstance(told, int) else told for name, told in found.items()}
    if "seen" in fill:
        fill["seen"] = _(", ").join(one for one in found["seen"] if one) or "–"
    why = _UNREADABLE[str(found["code"])]
    return _(why) % fill


def people(count: int) -> str:
    """Return how many people."""
    return ngettext("%(num)s person", "%(num)s people", count) % {"num": number(count)}
