"""Cells as people type them, and columns as people name them."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.roster.cells import day_of, is_birth_date, text_of
from app.roster.columns import Columns, RowReader, column_of, shown
from app.roster.synonyms import COLUMNS
from app.roster.writing import guarded
from community import SealedIdentity


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, ""),
        ("  陈桂芳　", "陈桂芳"),
        ("１３８１２３４５６７８", "13812345678"),
        (13812345678.0, "13812345678"),
        (13812345678, "13812345678"),
        (1.5, "1.5"),
        (True, "1"),
        (datetime.fromisoformat("1943-05-06"), "1943-05-06"),
        (datetime.fromisoformat("1943-05-06T07:08"), "1943-05-06 07:08:00"),
        (date(1943, 5, 6), "1943-05-06"),
        ("a\x00\x07b", "ab"),
        ("two\r\nlines", "two lines"),
        ("'=1+1", "=1+1"),
        ("'tis", "'tis"),
    ],
)
def test_a_cell_becomes_text(typed: Any, kept: str) -> None:
    assert text_of(typed) == kept


@given(st.text(st.characters(codec="ascii", min_codepoint=33, max_codepoint=126)))
def test_the_guard_against_formulas_comes_off_again(text: str) -> None:
    assert text_of(guarded(text)) == text
    assert guarded(text)[:1] not in {"=", "+", "-", "@"}


@pytest.mark.parametrize(
    "typed",
    [
        "1950-03-07", "1950/3/7", "1950.3.7", "1950年3月7日", "1950 年 3 月 7 日", "19500307",
        19500307, 19500307.0, "１９５０-03-07", "1950-03-07 00:00:00", "1950/3/7 0:00",
        datetime.fromisoformat("1950-03-07"), date(1950, 3, 7),
    ],
)  # fmt: skip
def test_a_day_in_every_usual_form(typed: Any) -> None:
    assert day_of(typed) == date(1950, 3, 7)


@pytest.mark.parametrize("typed", ["", "7.3.1950", "1950-13-01", "1950-02-30", "18329", "三月", 1])
def test_what_is_no_day(typed: Any) -> None:
    assert day_of(typed) is None


def test_birth_dates_lie_in_living_memory() -> None:
    today = date(2026, 11, 22)
    assert is_birth_date(date(1890, 1, 1), today)
    assert is_birth_date(today, today)
    assert not is_birth_date(date(1889, 12, 31), today)
    assert not is_birth_date(date(2026, 11, 23), today)


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("姓名", "name"), ("*姓名（必填）", "name"), ("Full Name", "name"), ("姓名 Name", "name"),
        ("手机号码", "phone"), ("Telephone", "phone"), ("联系电话(手机)", "phone"),
        ("DATE OF BIRTH", "birth_date"), ("出生年月日", "birth_date"), ("身份证号", "identity"),
        ("户 号", "household"), ("e-mail", "email"), ("Roster_Number", "roster_number"),
        ("紧急联系电话", None), ("Emergency phone", None), ("序号", None), ("姓名 Phone", None),
        ("备注", None), ("", None),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_names(header: str, column: str | None) -> None:
    assert column_of(header) == column


def test_every_name_of_a_column_leads_to_it() -> None:
    for column, names in COLUMNS.items():
        for name in names:
            assert column_of(name) == column, name


def test_a_column_that_is_named_twice_is_read_once() -> None:
    columns = Columns.of(["姓名", "电话", "手机"])
    assert (columns.places["phone"], columns.twice) == (1, ("手机",))


def seal(number: str) -> tuple[SealedIdentity, date] | None:
    if number != "11010519491231002X":
        return None
    return SealedIdentity("sealed", b"found", frozenset({b"found"})), date(1949, 12, 31)


@pytest.mark.parametrize(
    ("cells", "faults"),
    [
        ({"phone": "12345"}, [("phone", "phone_form", "1****")]),
        ({"phone": "1381234567"}, [("phone", "phone_form", "13****67")]),
        ({"birth_date": "2050-01-01"}, [("birth_date", "birth_date_range", "2050")]),
        ({"email": "nobody"}, [("email", "email_form", "n****")]),
        ({"registration": "maybe"}, [("registration", "registration_unknown", "maybe")]),
        ({"language": "français"}, [("language", "language_unknown", "français")]),
        ({"linli_number": "7"}, [("linli_number", "linli_number_form", "7")]),
        ({"identity": "123"}, [("identity", "identity_form", "1****")]),
        ({"household": "x" * 41}, [("household", "too_long", "x" * 41)]),
        (
            {"identity": "11010519491231002X", "birth_date": "1950-01-01"},
            [("identity", "identity_birth_date", "1****X")],
        ),
        ({"identity": "11010519491231002X", "birth_date": "1949-12-31"}, []),
    ],
)
def test_faults_name_the_column_and_hide_what_is_sensitive(
    cells: dict[str, str], faults: list[tuple[str, str, str]]
) -> None:
    columns = Columns({"name": 0, **{column: at for at, column in enumerate(cells, 1)}})
    row = RowReader(columns, seal).read(2, ["陈桂芳", *cells.values()])
    assert row is not None
    assert [(one.column, one.code, one.value) for one in row.misread] == faults


def test_an_identity_number_gives_the_birth_date_and_is_passed_over_where_not_kept() -> None:
    columns = Columns({"name": 0, "identity": 1})
    row = RowReader(columns, seal).read(2, ["陈桂芳", "11010519491231002X"])
    assert row is not None
    assert (row.birth_date, row.identity_sealed) == (date(1949, 12, 31), "sealed")
    row = RowReader(columns).read(2, ["陈桂芳", "11010519491231002X"])
    assert row is not None
    assert (row.birth_date, row.identity_sealed, row.misread) == (None, None, [])


def test_a_faulty_value_is_never_shown_whole() -> None:
    for column in ("phone", "identity", "birth_date", "email", "address"):
        assert shown(column, "1381234567") != "1381234567"
