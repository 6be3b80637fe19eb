"""What a mask lets through: enough to tell two people apart, never the whole."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import Registration
from community.masking import (
    HIDDEN,
    mask_address,
    mask_birth_date,
    mask_email,
    mask_identity,
    mask_phone,
    masked,
)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+8613812345678", "+86 138****5678"),
        ("+8651267001234", "+86 512****1234"),
        ("+447400123456", "+447****3456"),
        ("+6591234567", "+****67"),
        ("+3281234", "+****34"),
        ("13812345678", HIDDEN),
        ("+", HIDDEN),
        ("", HIDDEN),
    ],
)
def test_a_phone_number_keeps_three_first_and_four_last_digits(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@given(st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z"))
def test_at_least_four_digits_of_a_phone_number_are_hidden(phone: str) -> None:
    shown = [sign for sign in mask_phone(phone) if sign.isdigit()]
    assert len(phone) - 1 - len(shown) >= 4


@pytest.mark.parametrize(
    ("born", "shown"),
    [(date(1943, 5, 6), "1943"), ("1943-05-06", "1943"), ("6 May 1943", HIDDEN)],
)
def test_a_birth_date_keeps_the_year(born: date | str, shown: str) -> None:
    assert mask_birth_date(born) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [("11010519491231002X", "1****X"), ("320", HIDDEN), ("", HIDDEN)],
)
def test_an_identity_number_keeps_its_ends(number: str, shown: str) -> None:
    assert mask_identity(number) == shown


@pytest.mark.parametrize(
    ("email", "shown"),
    [("wang@example.org", "w****@example.org"), ("wang", HIDDEN), ("@example.org", HIDDEN)],
)
def test_an_email_address_keeps_a_letter_and_the_domain(email: str, shown: str) -> None:
    assert mask_email(email) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("八里新村12幢402室", "八里新村****"),
        ("八里新村十二幢", "八里新****"),
        ("八里新村１２幢４０２室", "八里新村****"),
        ("12 Mill Lane", HIDDEN),
        ("Mill Lane", "Mill****"),
        ("", HIDDEN),
    ],
)
def test_an_address_keeps_the_street(address: str, shown: str) -> None:
    assert mask_address(address) == shown


def test_of_details_the_sensitive_fields_are_masked_and_the_rest_is_json() -> None:
    household = UUID(int=7)
    assert masked(
        {
            "name": "王秀英",
            "phone": "+8613812345678",
            "email": None,
            "birth_date": date(1943, 5, 6),
            "identity": "11010519491231002X",
            "identity_sealed": "gAAAA",
            "identity_lookup": b"\x01",
            "roster_number": "0017",
            "address": "八里新村12幢402室",
            "household_id": household,
            "registration": Registration.REGISTERED,
            "verified_at": datetime(2026, 3, 2, 4, 0, tzinfo=UTC),
        }
    ) == {
        "name": "王****",
        "phone": "+86 138****5678",
        "email": None,
        "birth_date": "1943",
        "identity": "1****X",
        "identity_sealed": HIDDEN,
        "identity_lookup": HIDDEN,
        "roster_number": HIDDEN,
        "address": "八里新村****",
        "household_id": str(household),
        "registration": "registered",
        "verified_at": "2026-03-02T04:00:00+00:00",
    }
