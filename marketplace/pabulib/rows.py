"""The rows of a `.pb` file, section by section, each with the line on which it begins."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from marketplace.election import FileWarning
from marketplace.errors import BadElectionFile

SECTIONS = ("META", "PROJECTS", "VOTES")

Row = tuple[int, list[str]]


@dataclass
class Section:
    """One section's header, and its rows where they are kept, each with its line."""

    line: int
    header: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def column(self, name: str) -> int | None:
        """Return the place of a column in this section; None where there is none."""
        return self.header.index(name) if name in self.header else None

    def needed(self, name: str) -> int:
        """Return the place of a column that the count cannot do without."""
        place = self.column(name)
        if place is None:
            raise BadElectionFile(
                f"the header has no column {name!r}",
                advice=f"Name it in the header line: it reads {';'.join(self.header)!r}.",
                line=self.line + 1,
            )
        return place


class Rows:
    """A file that is read from top to bottom, once, so that votes need not be kept as text."""

    def __init__(self, source: str | bytes, warnings: list[FileWarning]) -> None:
        """Begin at the top; what a reader should know is added to `warnings`."""
        self._rows = _rows(source, warnings)
        self._warnings = warnings
        self._title: Row | None = next(self._rows, None)
        if self._title is not None and _title(self._title[1]) is None:
            line, row = self._title
            raise BadElectionFile(
                f"the file does not begin with a section but with {row[0].strip()!r}",
                advice="Begin it with the line META.",
                line=line,
            )

    def section(self, name: str) -> Section:
        """Return the next section, which must be this one, with its header and no rows yet."""
        line, row = self._title or (0, [""])
        found = _title(row)
        header = next(self._rows, None) if found == name else None
        if header is None or _title(header[1]) is not None:
            where = f" before {found}" if found is not None and found != name else ""
            if found is not None and SECTIONS.index(found) < SECTIONS.index(name):
                raise _twice(found, line)
            raise BadElectionFile(
                f"the section {name} is missing{where} or has no header line",
                advice="A .pb file has META, PROJECTS and VOTES, in this order, each followed by "
                "its header.",
                line=line if where else 0,
            )
        section = Section(line, [cell.strip() for cell in header[1]])
        while section.header and not section.header[-1]:
            section.header.pop()
        if len(set(section.header)) < len(section.header):
            raise BadElectionFile(
                f"the header {';'.join(section.header)!r} names a column twice",
                advice="Keep the right one of the two.",
                line=header[0],
            )
        return section

    def of(self, section: Section) -> Iterator[Row]:
        """Yield the section's rows, each with a cell for every column of its header."""
        width = len(section.header)
        for line, row in self._rows:
            if row[0][:1] in "MPVmpv \t" and _title(row) is not None:
                self._title = line, row
                return
            yield line, row if len(row) == width else self._fitted(row, section, line)
        self._title = None

    def end(self) -> None:
        """Refuse whatever begins after the last section."""
        if self._title is not None:
            raise _twice(_title(self._title[1]) or "", self._title[0])

    def _fitted(self, row: list[str], section: Section, line: int) -> list[str]:
        """Return a row with as many cells as the header; refuse cells that have no column."""
        width = len(section.header)
        if any(cell.strip() for cell in row[width:]):
            raise BadElectionFile(
                f"the row has {len(row)} cells, its header {width}",
                advice='A cell that holds ; must stand in quotes: "a; b".',
                line=line,
            )
        if len(row) < width:
            missing = ", ".join(section.header[len(row) :])
            self._warnings.append(
                FileWarning(line, f"the row ends early; read as empty: {missing}")
            )
            return row + [""] * (width - len(row))
        return row[:width]


def _title(row: list[str]) -> str | None:
    """Return the section that a row begins; None for any other row."""
    name = row[0].strip().upper()
    return name if name in SECTIONS and not any(row[1:]) else None


def _twice(name: str, line: int) -> BadElectionFile:
    return BadElectionFile(
        f"the section {name} begins a second time",
        advice="Keep one of each section in a file.",
        line=line,
    )


def _rows(source: str | bytes, warnings: list[FileWarning]) -> Iterator[Row]:
    """Yield each row that is not blank with the line on which it begins."""
    table = csv.reader(_lines(source, warnings), delimiter=";", strict=True)
    begins = 1
    try:
        for row in table:
            if row and (len(row) > 1 or row[0].strip()):
                yield begins, row
            begins = table.line_num + 1
    except csv.Error as error:
        raise BadElectionFile(
            f"the quotes do not close or are out of place ({error})",
            advice='Put a cell that holds ; or " in quotes and double the quotes inside it.',
            line=begins,
        ) from error


def _lines(source: str | bytes, warnings: list[FileWarning]) -> Iterator[str]:
    """Yield the lines of a file without holding all of it as text."""
    skipped = FileWarning(1, "the file begins with a byte-order mark; it was skipped")
    if isinstance(source, str):
        if source.startswith("\ufeff"):
            warnings.append(skipped)
            source = source[1:]
        yield from io.StringIO(source, newline="")
        return
    raw = io.BytesIO(source)
    if source.startswith(codecs.BOM_UTF8):
        warnings.append(skipped)
        raw.seek(len(codecs.BOM_UTF8))
    try:
        yield from io.TextIOWrapper(raw, encoding="utf-8", newline="")
    except UnicodeDecodeError:
        raise _not_utf8(source) from None


def _not_utf8(source: bytes) -> BadElectionFile:
    """Name the first byte at fault in the whole file, which was decoded piece by piece."""
    try:
        source.decode("utf-8")
    except UnicodeDecodeError as fault:
        at = fault.start
    return BadElectionFile(
        f"byte {source[at]:#04x} is not UTF-8",
        advice="Save the file as UTF-8 and try again.",
        line=source.count(b"\n", 0, at) + 1,
    )
