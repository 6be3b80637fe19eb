"""Writes a trail as a file, line by line: Excel, CSV or JSON, with its sums above the lines.

A trail of 100,000 transfers needs no more memory than a short one: it is read page by page. Amounts
are whole fen or minutes, so that they can be added up; other cells are text that no spreadsheet
takes for a formula.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from app import money_trail
from app.i18n import Language, current_language, speaking
from app.i18n import gettext as _
from app.money_trail import Names, Shown
from app.passbook_file import Cell, csv_row, workbook_pieces
from community import Community
from marketplace.open_books.values import TrailPage

LINES: Final = 500
_WIDTHS: Final = (20, 24, 40, 26, 30, 30, 14, 10, 30, 38)

Pages = Callable[[int | None], Awaitable[TrailPage]]
"""Gives the page of a trail that comes after a place in it, the newest without one."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What a file is about: its title, whose book, its pages and sums, and who may see names."""

    title: str
    home: Community
    pages: Pages
    sums: list[list[str]]
    told: dict[str, Any]
    titles: dict[Any, str]
    named: bool

    @property
    def zone(self) -> ZoneInfo:
        """The community's own time."""
        return ZoneInfo(self.home.time_zone)


def pieces(paper: Paper, kind: str) -> AsyncIterator[bytes]:
    """Yield a file of this kind, piece by piece, in the language of the request."""
    made = {"xlsx": _workbook, "csv": _csv, "json": _json}[kind]
    return made(paper, current_language())


async def _lines(paper: Paper, language: Language) -> AsyncIterator[Shown]:
    """Yield every transfer; the language is set anew, as a stream runs after its request."""
    page: int | None = None
    while True:
        found = await paper.pages(page)
        names: Names = await money_trail.names_for(found.lines, paper.home, paper.titles)
        for one in found.lines:
            with speaking(language):
                told = money_trail.shown(one, names, named=paper.named)
            yield told
        page = found.older
        if page is None:
            return


def _header() -> list[Cell]:
    return [
        _("Entered in the book"),
        _("Kind of entry"),
        _("Document"),
        _("Who"),
        _("From"),
        _("To"),
        _("Amount, in fen or minutes"),
        _("Unit"),
        _("Project"),
        _("Number of the entry"),
    ]


def _cells(one: Shown, zone: ZoneInfo) -> list[Cell]:
    transfer = one.line.transfer
    return [
        f"{transfer.created_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        one.way,
        one.what,
        one.who,
        one.from_words,
        one.to_words,
        transfer.amount,
        str(transfer.unit),
        one.project,
        str(transfer.id),
    ]


async def _rows(paper: Paper, language: Language) -> AsyncIterator[list[Cell]]:
    with speaking(language):
        above: list[list[Cell]] = [[paper.home.name], [paper.title], []]
        above += [list(row) for row in paper.sums]
        above += [[], _header()]
    for row in above:
        yield row
    async for one in _lines(paper, language):
        yield _cells(one, paper.zone)


async def _csv(paper: Paper, language: Language) -> AsyncIterator[bytes]:
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
    async for row in _rows(paper, language):
        yield csv_row(row)


async def _workbook(paper: Paper, language: Language) -> AsyncIterator[bytes]:
    with speaking(language):
        title = _("Every transfer")
    async for piece in workbook_pieces(title, _WIDTHS, _rows(paper, language)):
        yield piece


async def _json(paper: Paper, language: Language) -> AsyncIterator[bytes]:
    head = {"community": paper.home.name, "title": paper.title, **paper.told}
    written = json.dumps(head, ensure_ascii=False, indent=1)
    yield (written[:-2] + ',\n "transfers": [').encode()
    first = True
    async for one in _lines(paper, language):
        said = json.dumps(as_data(one), ensure_ascii=False)
        yield (("\n  " if first else ",\n  ") + said).encode()
        first = False
    yield b"\n ]\n}\n"


def as_data(one: Shown) -> dict[str, Any]:
    """Return a transfer as programs read it; moments in UTC, amounts in fen or minutes."""
    transfer, document = one.line.transfer, one.line.document
    return {
        "id": str(transfer.id),
        "kind": transfer.kind.value,
        "booked_at": transfer.created_at.isoformat(),
        "unit": transfer.unit,
        "amount": transfer.amount,
        "from": one.line.from_kind,
        "to": one.line.to_kind,
        "project": str(one.line.project_id) if one.line.project_id else None,
        "document": {
            "kind": document.kind.value,
            "id": str(document.id),
            "source": document.source or None,
            "who": one.who or None,
            "what": document.words or None,
            "line": document.line or None,
            "papers": document.papers,
            "page": one.href or None,
        },
    }
