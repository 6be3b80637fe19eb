"""Telephone numbers: what people type becomes one form, and comes back in groups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.phones import e164, spoken


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("138 1234 5678", "+8613812345678"),
        ("138-1234-5678", "+8613812345678"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("+86 138 1234 5678", "+8613812345678"),
        ("0086 13812345678", "+8613812345678"),
        (" 154 0000 0001 ", "+8615400000001"),
        ("0512-6700 1234", "+8651267001234"),
        ("(0512) 67001234", "+8651267001234"),
        ("+44 7400 123456", "+447400123456"),
    ],
)
def test_a_number_is_read_as_people_write_it(written: str, kept: str) -> None:
    assert e164(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        "me",
        "138 1234 567",
        "138 1234 56789",
        "67001234",
        "110",
        "0512-6700 1234 ext. 8",
        "13812345678/13912345678",
        "+999 123456",
    ],
)
def test_what_cannot_be_a_number_is_none(written: str) -> None:
    assert e164(written) is None


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("+8613812345678", "138 1234 5678"),
        ("+8615400000001", "154 0000 0001"),
        ("+8651267001234", "0512 6700 1234"),
        ("+447400123456", "+44 7400 123456"),
        ("nonsense", "nonsense"),
    ],
)
def test_a_number_is_shown_in_groups(kept: str, shown: str) -> None:
    assert spoken(kept) == shown


@given(st.from_regex(r"\A\+861[3-9][0-9]{9}\Z"))
def test_what_is_shown_is_read_back(kept: str) -> None:
    assert e164(spoken(kept)) == kept


@given(st.text(max_size=60))
def test_no_text_breaks_it(written: str) -> None:
    found = e164(written)
    assert found is None or found.startswith("+")
