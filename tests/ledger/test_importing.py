"""Journals from a file: read by line, refused by line, and run again after a stop."""

import csv
import io
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice

import pytest

import ledger
from ledger import BadJournalFile, Kind
from ledger.importing import read_journals
from tests.ledger.small_book import SmallBook, book

__all__ = ["book"]

COLUMNS = (
    "journal", "id", "kind", "community", "unit", "debit", "credit", "amount", "of",
    "event_kind", "event_id", "actor", "on_behalf_of", "effective_at", "expires_at", "note",
)  # fmt: skip


class File:
    """Writes a file's lines in words that a test can read."""

    def __init__(self, book: SmallBook) -> None:
        self.book = book
        self.origin = {
            "community": str(book.community_id),
            "event_kind": "opening",
            "event_id": str(uuid.uuid4()),
            "actor": str(uuid.uuid4()),
        }
        self.rows: list[dict[str, str]] = []

    def move(self, debit: str, credit: str, amount: int, /, **more: str) -> str:
        """Add a transfer (or a hold, if `more` says so) and return its id."""
        return self.add(
            **{
                "kind": "transfer",
                "unit": "MINUTE",
                "debit": str(self.book.accounts[debit]),
                "credit": str(self.book.accounts[credit]),
                "amount": str(amount),
                **more,
            }
        )

    def add(self, **row: str) -> str:
        full = {"id": str(ledger.new_id()), **self.origin, **row}
        self.rows.append(full)
        return full["id"]

    def text(self, columns: Iterable[str] = COLUMNS) -> str:
        out = io.StringIO()
        writer = csv.DictWriter(out, list(columns), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(self.rows)
        return out.getvalue()

    def lines(self) -> Iterator[str]:
        return iter(self.text().splitlines(keepends=True))


@pytest.fixture
async def file(book: SmallBook) -> File:
    await book.give(1000, "elder")
    await book.open("volunteer", "relief")
    return File(book)


async def test_good_file_of_every_kind(file: File, book: SmallBook) -> None:
    file.move("elder", "volunteer", 95, note="visit, with a comma")
    held = file.move("elder", "relief", 50, kind="hold", expires_at="2099-01-01T08:00:00+08:00")
    file.add(kind="post", of=held, amount="45")
    full = file.move("elder", "relief", 5, kind="hold")
    file.add(kind="post", of=full)
    let_go = file.move("elder", "relief", 7, kind="hold")
    file.add(kind="void", of=let_go, note="lapsed")
    wrong = file.move("elder", "volunteer", 3)
    file.add(kind="reversal", of=wrong, note="wrong elder")
    group = str(uuid.uuid4())
    file.move("volunteer", "relief", 60, journal=group, effective_at="2020-02-29T12:00:00Z")
    file.move("relief", "elder", 60, journal=group, effective_at="2020-02-29T12:00:00Z")
    told: list[int] = []
    report = await ledger.import_journals(file.lines(), progress=told.append)
    assert (report.journals, report.legs, report.refused) == (10, 11, [])
    assert told == [1, 2, 3, 4, 5, 6, 7, 8, 9, 11]
    assert await book.posted("elder", "volunteer", "relief") == [915, 35, 50]
    first, *_ = await ledger.journal(ledger.TransferId(uuid.UUID(file.rows[0]["id"])))
    assert first.note == "visit, with a comma"
    assert first.event == ledger.Event("opening", uuid.UUID(file.origin["event_id"]))
    (hold,) = await ledger.journal(ledger.TransferId(uuid.UUID(held)))
    assert hold.expires_at == datetime(2099, 1, 1, tzinfo=UTC)
    together = await ledger.journal(ledger.JournalId(uuid.UUID(group)))
    assert [one.amount for one in together] == [60, 60]
    assert {one.effective_at for one in together} == {datetime(2020, 2, 29, 12, tzinfo=UTC)}


async def test_run_again_books_nothing_twice(file: File, book: SmallBook) -> None:
    for _ in range(30):
        file.move("elder", "volunteer", 1)
        group = str(uuid.uuid4())
        file.move("elder", "relief", 1, journal=group)
        file.move("relief", "volunteer", 1, journal=group)
    first = await ledger.import_journals(file.lines())
    again = await ledger.import_journals(file.lines())
    assert (first.journals, first.legs) == (again.journals, again.legs) == (60, 90)
    assert await book.posted("elder", "volunteer") == [940, 60]
    assert await book.count() == 91


async def test_run_again_after_a_stop(file: File, book: SmallBook) -> None:
    """Stopped in the middle by what the reader of the file meets, then run as a whole."""
    for _ in range(50):
        file.move("elder", "volunteer", 1)

    def cut_short() -> Iterator[str]:
        yield from islice(file.lines(), 31)
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="went away"):
        await ledger.import_journals(cut_short())
    booked = await book.count() - 1
    assert 0 < booked <= 30, "what was handed in before the stop is booked"
    report = await ledger.import_journals(file.lines())
    assert (report.journals, report.refused) == (50, [])
    assert await book.count() == 51


async def test_refused_journals_are_told_by_line(file: File, book: SmallBook) -> None:
    file.move("elder", "volunteer", 900)
    file.move("elder", "volunteer", 101)
    group = str(uuid.uuid4())
    file.move("elder", "volunteer", 50, journal=group, note="two\nlines")
    file.move("volunteer", "relief", 951, journal=group)
    file.move("elder", "volunteer", 1, unit="CNY")
    file.add(kind="void", of=str(uuid.uuid4()))
    file.move("elder", "volunteer", 100)
    report = await ledger.import_journals(file.lines())
    assert [(line, type(refusal)) for line, refusal in report.refused] == [
        (3, ledger.NotEnough), (4, ledger.NotEnough), (7, ledger.UnitMismatch),
        (8, ledger.UnknownTransfer),
    ]  # fmt: skip
    assert (report.journals, report.legs) == (2, 2)
    assert await book.posted("elder", "volunteer") == [0, 1000]


async def test_journal_that_comes_apart_is_refused(file: File, book: SmallBook) -> None:
    """Its second part is another journal with the same id."""
    group = str(uuid.uuid4())
    await book.give(5, "donated")
    await book.open("estate")
    file.move("elder", "volunteer", 1, journal=group)
    file.move("elder", "relief", 1)
    file.move("donated", "estate", 1, journal=group)
    report = await ledger.import_journals(file.lines())
    assert [(line, type(refusal)) for line, refusal in report.refused] == [(4, ledger.KeyReused)]


BAD = {
    "kind": ({"kind": "gift"}, "gift"),
    "no id": ({"id": ""}, "id is not an id"),
    "id": ({"id": "95"}, "id is not an id: '95'"),
    "community": ({"community": "wutong"}, "community is not an id"),
    "event id": ({"event_id": "x"}, "event_id is not an id"),
    "event kind": ({"event_kind": ""}, "event_kind is empty"),
    "actor": ({"actor": ""}, "actor is not an id"),
    "on behalf of": ({"on_behalf_of": "x"}, "on_behalf_of is not an id"),
    "debit": ({"debit": "elder"}, "debit is not an id: 'elder'"),
    "credit": ({"credit": ""}, "credit is not an id"),
    "unit": ({"unit": ""}, "needs a unit"),
    "no amount": ({"amount": ""}, "needs an amount"),
    "amount of nothing": ({"amount": "0"}, "1 to 2^63 - 1"),
    "amount below nothing": ({"amount": "-1"}, "1 to 2^63 - 1"),
    "amount too large": ({"amount": str(2**63)}, "1 to 2^63 - 1"),
    "amount in part": ({"amount": "1.5"}, "1.5"),
    "amount in words": ({"amount": "ten"}, "ten"),
    "moment": ({"effective_at": "yesterday"}, "yesterday"),
    "moment without offset": ({"effective_at": "2026-01-01T00:00:00"}, "no offset"),
    "expiry without offset": (
        {"kind": "hold", "expires_at": "2026-01-01T00:00:00"}, "no offset",
    ),
    "post of nothing": ({"kind": "post"}, "of is not an id"),
    "void of nothing": ({"kind": "void", "of": "visit"}, "of is not an id"),
    "reversal of nothing": ({"kind": "reversal", "note": "wrong"}, "of is not an id"),
    "reversal without reason": (
        {"kind": "reversal", "of": str(uuid.UUID(int=7))}, "needs a reason",
    ),
    "journal": ({"journal": "first"}, "first|badly formed"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
async def test_bad_line_is_named(case: str, file: File, book: SmallBook) -> None:
    change, words = BAD[case]
    file.move("elder", "volunteer", 1, note="a note\nof two lines")
    file.move("elder", "volunteer", 1, **change)
    file.move("elder", "volunteer", 1)
    with pytest.raises(BadJournalFile, match=words.replace("^", "\\^")) as told:
        await ledger.import_journals(file.lines())
    assert told.value.line == 4
    assert str(told.value).startswith("line 4: ")
    assert (await book.posted("volunteer"))[0] <= 1, "nothing after it was booked"
    file.rows[1] = {**file.rows[2], "id": str(ledger.new_id())}
    assert (await ledger.import_journals(file.lines())).journals == 3, "mended and run again"
    assert await book.posted("volunteer") == [3]


def same_account_twice(file: File) -> None:
    file.move("elder", "elder", 1)


def same_id_twice(file: File) -> None:
    group = str(uuid.uuid4())
    key = file.move("elder", "volunteer", 1, journal=group)
    file.move("elder", "relief", 1, journal=group, id=key)


def another_origin(file: File) -> None:
    group = str(uuid.uuid4())
    file.move("elder", "volunteer", 1, journal=group)
    file.move("elder", "relief", 1, journal=group, actor=str(uuid.uuid4()))


@pytest.mark.parametrize(
    ("make", "line", "words"),
    [
        (same_account_twice, 2, "two different accounts"),
        (same_id_twice, 2, "two legs of a journal have one id"),
        (another_origin, 3, "another origin"),
    ],
)
async def test_bad_journal_is_named(make: object, line: int, words: str, file: File) -> None:
    assert callable(make)
    make(file)
    with pytest.raises(BadJournalFile, match=words) as told:
        await ledger.import_journals(file.lines())
    assert told.value.line == line


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "lacks id, kind, community, event_kind, event_id, actor"),
        ("id,kind,community,event_kind,event_id\n", 1, "lacks actor"),
        (
            "id,kind,community,event_kind,event_id,actor,expire_at\n",
            1,
            "unknown columns: expire_at",
        ),
        ("id,kind,community,event_kind,event_id,actor,actor\n", 1, "twice"),
        ("id,kind,community,event_kind,event_id,actor\n\n\n1,2,3\n", 4, "3 values for 6 columns"),
        ("id,kind,community,event_kind,event_id,actor\n" + "x" * 200_000, 2, "field larger"),
    ],
)
def test_bad_file_is_named(text: str, line: int, words: str) -> None:
    with pytest.raises(BadJournalFile, match=words) as told:
        list(read_journals(text.splitlines(keepends=True)))
    assert told.value.line == line


async def test_columns_that_no_line_needs_may_be_missing(file: File) -> None:
    file.move("elder", "volunteer", 1)
    short = [
        "id",
        "kind",
        "community",
        "unit",
        "debit",
        "credit",
        "amount",
        "event_kind",
        "event_id",
        "actor",
    ]
    ((line, journal),) = read_journals(file.text(short).splitlines(keepends=True))
    assert line == 2
    assert journal.legs[0].kind is Kind.TRANSFER
    without = [name for name in short if name != "debit"]
    with pytest.raises(BadJournalFile, match="debit is not an id"):
        list(read_journals(file.text(without).splitlines(keepends=True)))


async def test_mark_at_the_start_and_empty_lines_are_passed_over(file: File) -> None:
    """Spreadsheets write the one, editors the other."""
    file.move("elder", "volunteer", 1)
    text = "\ufeff" + file.text().replace("\r\n", "\r\n\r\n") + "\r\n\r\n"
    ((line, _),) = read_journals(text.splitlines(keepends=True))
    assert line == 3


async def test_more_journals_than_wait_at_once(
    file: File, book: SmallBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.importing.JOURNALS_AT_ONCE", 7)
    for _ in range(100):
        file.move("elder", "volunteer", 1)
    report = await ledger.import_journals(file.lines())
    assert report.journals == 100
    assert await book.posted("volunteer") == [100]
