"""What the reader makes of files: sheets, text in several writings, and what is no roster."""

import io
import tracemalloc
import zipfile
from datetime import date, datetime

import pytest

from app.roster import reading
from app.roster.reading import open_sheet
from app.roster.unreadable import Unreadable
from app.roster.words import unreadable_words
from community import Registration, Role
from tests.app.roster.making import package, read, text, workbook

HEADER = ["姓名", "手机", "出生日期"]
CHEN = ["陈桂芳", "13812345678", "1943-05-06"]


def refused(file: io.BytesIO) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(file)
    found = {"code": caught.value.code, **caught.value.fill}
    assert "%(" not in unreadable_words(found), "every gap of the sentence is filled"
    return caught.value


def test_a_workbook_with_a_title_above_its_header() -> None:
    sheet, rows = read(
        workbook(
            [
                ["八里社区居民花名册"],
                [],
                ["序号", "姓名", "手机号码", "出生年月日", "户籍", "所属网格", "备注"],
                [
                    1,
                    "陈桂芳",
                    13812345678,
                    datetime.fromisoformat("1943-05-06"),
                    "户籍",
                    "一网格",
                    "x",
                ],
                [None, None, None, None, None, None, None],
                [2, "李　明", 13812345679.0, "1988/12/1", "非户籍", "一网格", ""],
            ]
        )
    )
    assert sheet.told["columns"] == ["name", "phone", "birth_date", "registration", "grid"]
    assert sheet.told["unknown"] == ["序号", "备注"]
    assert [row.row_number for row in rows] == [4, 6], "as the spreadsheet counts them"
    assert rows[0].birth_date == date(1943, 5, 6)
    assert [row.phone for row in rows] == ["+8613812345678", "+8613812345679"]
    assert rows[1].name == "李明", "a name that was spread to fill the cell"
    assert rows[1].registration is Registration.NON_REGISTERED
    assert [row.misread for row in rows] == [[], []]


def test_the_first_sheet_with_rows_is_read_and_the_others_are_told() -> None:
    sheet, rows = read(workbook([], ("People", [HEADER, CHEN]), ("More", [["x"]])))
    assert (sheet.told["sheet"], sheet.told["other_sheets"]) == ("People", 2)
    assert len(rows) == 1


def test_a_formula_counts_for_the_value_that_was_kept_with_it() -> None:
    book = workbook([HEADER, ["=1+1", "13812345678", "1943-05-06"]])
    _sheet, rows = read(book)
    assert rows[0].name == "", "no value was kept, and nothing is computed"
    assert [fault.code for fault in rows[0].misread] == ["name_missing"]


def test_a_sheet_that_lies_about_its_size_is_read_in_full() -> None:
    made = workbook([HEADER, *[[f"人{n}", None, "1950-01-01"] for n in range(20)]])
    lied = io.BytesIO()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(lied, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(b'ref="A1:C21"', b'ref="A1"'))
    assert len(read(lied)[1]) == 20


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_in_every_writing_and_with_every_sign(encoding: str, delimiter: str) -> None:
    sheet, rows = read(text([HEADER, CHEN, ["李明", "", ""]], encoding, delimiter))
    assert sheet.told["delimiter"] == delimiter
    assert [row.name for row in rows] == ["陈桂芳", "李明"]


def test_a_quoted_cell_may_hold_signs_and_line_ends() -> None:
    _sheet, rows = read(
        io.BytesIO('姓名,地址,户号\r\n陈桂芳,"八里新村\n12幢,301",1\r\n李明,,2\r\n'.encode())
    )
    assert rows[0].address == "八里新村 12幢,301"
    assert rows[1].row_number == 3, "a record counts once, as in a spreadsheet"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n\n \n", "empty"),
        ("姓名,手机\n".encode(), "empty"),
        (b"%PDF-1.7 something", "wrong_kind"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 50, "wrong_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 50, "old_excel"),
        (b"PK\x03\x04 and then nothing of a zip", "broken"),
        (bytes(range(256)) * 4, "no_text"),
        (b"\xff\xfe\x00", "no_text"),
        (b"first,last\nGui,Chen\n", "no_name_column"),
        (('姓名,手机\n陈,"' + "x" * 200_000 + '"\n').encode(), "broken_row"),
    ],
)
def test_what_is_no_roster_is_refused_by_its_content(content: bytes, code: str) -> None:
    assert refused(io.BytesIO(content)).code == code


def test_packages_that_are_no_workbook() -> None:
    assert refused(package(word__document_dot_xml=b"<w/>")).code == "wrong_kind"
    assert refused(package(content_dot_xml=b"<o/>")).code == "open_document"
    assert refused(package(xl__workbook_dot_xml=b"<broken")).code == "broken"
    book = bytearray(workbook([HEADER, CHEN]).getvalue())  # type: ignore[attr-defined]  # a BytesIO
    middle = book.index(b"xl/worksheets/sheet1.xml") + 60
    book[middle : middle + 40] = b"\x00" * 40
    assert refused(io.BytesIO(bytes(book))).code == "broken"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", b"<workbook/>")
        with made.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(300):
                part.write(b" " * 1024 * 1024)
    assert bomb.tell() < 1024 * 1024
    tracemalloc.start()
    assert refused(bomb).code == "too_large_unpacked"
    assert tracemalloc.get_traced_memory()[1] < 16 * 1024 * 1024
    tracemalloc.stop()


def test_too_many_rows_and_columns_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = [["姓名", *[f"c{n}" for n in range(120)]], ["陈", *["x"] * 120]]
    assert refused(text(wide)).code == "too_many_columns"  # type: ignore[arg-type]  # a BytesIO
    monkeypatch.setattr(reading, "ROWS_MAX", 1200)
    rows = [["姓名", "户号"], *[[f"人{n}", str(n)] for n in range(1200)]]
    assert len(read(text(rows))[1]) == 1200
    assert refused(text([*rows, ["一人", "1"]])).code == "too_many_rows"  # type: ignore[arg-type]  # a BytesIO


def test_reading_needs_no_more_memory_for_more_rows() -> None:
    def peak(count: int) -> int:
        file = text([HEADER, *[[f"人{n}", "", "1950-01-01"] for n in range(count)]])
        tracemalloc.start()
        sheet = open_sheet(file)
        assert sum(len(batch) for batch in sheet.batches(None)) == count
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(500)  # what is imported and cached once
    assert peak(30_000) < peak(3_000) + 500_000


def test_roles_are_read_in_both_languages() -> None:
    _sheet, rows = read(
        text(
            [
                ["Name", "Roles", "Household"],
                ["A", "长者、Volunteer; resident", "1"],
                ["B", "captain", "2"],
            ]
        )
    )
    assert rows[0].roles == [Role.ELDER, Role.RESIDENT, Role.VOLUNTEER]
    assert [(one.column, one.code, one.value) for one in rows[1].misread] == [
        ("roles", "role_unknown", "captain")
    ]
