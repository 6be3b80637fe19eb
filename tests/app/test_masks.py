"""The whole table of who sees how much of what is known of a member."""

from datetime import date
from itertools import product

import pytest

from app.masks import FULL, HIDDEN, MASKED, SIGHT, Sight, seen, sight
from app.phones import spoken
from community import Role

VALUES = {
    "phone": "+8613812345678",
    "address": "八里新村12幢402室",
    "email": "wang@example.org",
    "birth_date": date(1943, 5, 6),
    "roster_number": "0017",
    "identity": "11010519491231002X",
    "needs": "独居，低保",
}

# Written out once more, by hand: a change to the table is a change here as well.
EXPECTED = {
    #                coordinator operator auditor administrator
    "phone": (FULL, FULL, MASKED, MASKED),
    "address": (FULL, FULL, MASKED, MASKED),
    "email": (FULL, MASKED, MASKED, MASKED),
    "birth_date": (FULL, MASKED, MASKED, MASKED),
    "roster_number": (FULL, HIDDEN, MASKED, MASKED),
    "identity": (MASKED, HIDDEN, MASKED, HIDDEN),
    "needs": (FULL, MASKED, MASKED, HIDDEN),
}
STAFF = (Role.COORDINATOR, Role.PHONE_OPERATOR, Role.AUDITOR, Role.ADMINISTRATOR)


@pytest.mark.parametrize(("field", "role"), list(product(EXPECTED, Role)))
def test_each_cell(field: str, role: Role) -> None:
    expected = EXPECTED[field][STAFF.index(role)] if role in STAFF else HIDDEN
    assert sight(field, {role}) is expected
    shown = seen(field, VALUES[field], {role})
    whole = spoken(VALUES["phone"]) if field == "phone" else VALUES[field]
    assert (shown is None) == (expected is HIDDEN)
    assert (shown == whole) == (expected is FULL)
    in_a_list = seen(field, VALUES[field], {role}, listed=True)
    assert in_a_list != whole
    assert (in_a_list is None) == (expected is HIDDEN)


def test_the_table_names_every_field_and_nothing_else() -> None:
    assert set(SIGHT) == set(EXPECTED)


def test_of_several_roles_the_widest_counts_and_none_sees_nothing() -> None:
    assert sight("phone", {Role.AUDITOR, Role.PHONE_OPERATOR}) is Sight.FULL
    assert sight("phone", set()) is Sight.HIDDEN
    assert sight("shoe_size", set(Role)) is Sight.HIDDEN
    assert seen("phone", None, {Role.COORDINATOR}) == ""
    assert seen("phone", None, {Role.TREASURER}) is None
