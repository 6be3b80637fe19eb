"""Read a `.pb` file: strict where a slip could change a result, tolerant and frank elsewhere."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from marketplace.election import Ballot, BallotKind, Election, FileWarning, Project, Voter
from marketplace.errors import BadElectionFile
from marketplace.pabulib.amounts import decimals, in_smallest_unit
from marketplace.pabulib.checking import remarks
from marketplace.pabulib.writing import DERIVED

SECTIONS = ("META", "PROJECTS", "VOTES")
_PROJECT_KNOWN = {"project_id", "cost", "votes", "score", "name", "category", "target", "selected"}

Row = tuple[int, list[str]]


@dataclass
class _Section:
    """One section as it stands in the file: its header, then its rows with their lines."""

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


def read_election(source: str | bytes) -> Election:
    """Return the election in a `.pb` file, with warnings for whatever a reader should know.

    Bytes are read as UTF-8. Raises BadElectionFile, with the line and what to do, where the file
    could give a wrong result: a missing section or column, an amount that is none, a project
    listed twice, a vote for a project that is not listed, points that do not fit.
    """
    warnings: list[FileWarning] = []
    text = _decoded(source) if isinstance(source, bytes) else source
    if text.startswith("\ufeff"):
        warnings.append(FileWarning(1, "the file begins with a byte-order mark; it was skipped"))
        text = text[1:]
    sections = _sections(text, warnings)
    meta = _meta(sections["META"], warnings)
    kind = _kind(meta)
    scale, budget, costs = _money(meta, sections["PROJECTS"])
    projects = _projects(sections["PROJECTS"], costs)
    ballots, voters, columns = _votes(sections["VOTES"], kind, projects, warnings)
    election = Election(
        kind=kind,
        budget=budget,
        projects=projects,
        ballots=ballots,
        scale=scale,
        meta=tuple((key, value) for key, (_, value) in meta.items() if key not in DERIVED),
        voter_columns=columns,
        voters=voters,
    )
    warnings += remarks(election, meta, _stated(sections["PROJECTS"]))
    return replace(election, warnings=tuple(sorted(warnings, key=lambda warning: warning.line)))


def _decoded(source: bytes) -> str:
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadElectionFile(
            f"byte {source[error.start]:#04x} is not UTF-8",
            advice="Save the file as UTF-8 and try again.",
            line=source.count(b"\n", 0, error.start) + 1,
        ) from error


def _rows(text: str) -> Iterator[Row]:
    """Yield each row that is not blank with the line on which it begins."""
    table = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
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


def _sections(text: str, warnings: list[FileWarning]) -> dict[str, _Section]:
    found: dict[str, _Section] = {}
    current: _Section | None = None
    for line, row in _rows(text):
        name = row[0].strip()
        if name.upper() in SECTIONS and not any(row[1:]):
            if name.upper() in found:
                raise BadElectionFile(
                    f"the section {name} begins a second time",
                    advice="Keep one of each section in a file.",
                    line=line,
                )
            current = found[name.upper()] = _Section(line)
        elif current is None:
            raise BadElectionFile(
                f"the file does not begin with a section but with {name!r}",
                advice="Begin it with the line META.",
                line=line,
            )
        elif not current.header:
            current.header = [cell.strip() for cell in row]
            while current.header and not current.header[-1]:
                current.header.pop()
            _refuse_twins(current, line)
        else:
            current.rows.append((line, _fitted(row, current, line, warnings)))
    for name in SECTIONS:
        if name not in found or not found[name].header:
            raise BadElectionFile(
                f"the section {name} is missing or has no header line",
                advice="A .pb file has META, PROJECTS and VOTES, each followed by its header.",
            )
    return found


def _refuse_twins(section: _Section, line: int) -> None:
    if len(set(section.header)) < len(section.header):
        raise BadElectionFile(
            f"the header {';'.join(section.header)!r} names a column twice",
            advice="Keep the right one of the two.",
            line=line,
        )


def _fitted(row: list[str], section: _Section, line: int, warnings: list[FileWarning]) -> list[str]:
    """Return a row with as many cells as the header; refuse cells that have no column."""
    width = len(section.header)
    if len(row) == width:
        return row
    if any(cell.strip() for cell in row[width:]):
        raise BadElectionFile(
            f"the row has {len(row)} cells, its header {width}",
            advice='A cell that holds ; must stand in quotes: "a; b".',
            line=line,
        )
    if len(row) < width:
        missing = ", ".join(section.header[len(row) :])
        warnings.append(FileWarning(line, f"the row ends early; read as empty: {missing}"))
        return row + [""] * (width - len(row))
    return row[:width]


def _meta(section: _Section, warnings: list[FileWarning]) -> dict[str, tuple[int, str]]:
    key_at, value_at = section.needed("key"), section.needed("value")
    meta: dict[str, tuple[int, str]] = {}
    for line, row in section.rows:
        key, value = row[key_at].strip(), row[value_at]
        if key in meta and meta[key][1] != value:
            raise BadElectionFile(
                f"{key!r} is stated twice, as {meta[key][1]!r} and as {value!r}",
                advice="Keep the right one.",
                line=line,
            )
        if key in meta:
            warnings.append(FileWarning(line, f"{key!r} is stated twice, alike"))
        meta[key] = (line, value.strip() if key in DERIVED else value)
    for key in ("budget", "vote_type"):
        if key not in meta:
            raise BadElectionFile(
                f"META does not state {key!r}",
                advice=f"Add a line {key};… to META.",
                line=section.line,
            )
    return meta


def _kind(meta: dict[str, tuple[int, str]]) -> BallotKind:
    line, stated = meta["vote_type"]
    try:
        return BallotKind(stated)
    except ValueError:
        raise BadElectionFile(
            f"ballots of the type {stated!r} cannot be counted",
            advice=f"Known types are {', '.join(BallotKind)}.",
            line=line,
        ) from None


def _money(meta: dict[str, tuple[int, str]], section: _Section) -> tuple[int, int, dict[int, int]]:
    """Return the scale, the budget and each project row's cost by its line."""
    cost_at = section.needed("cost")
    amounts = {line: row[cost_at].strip() for line, row in section.rows}
    line, stated = meta["budget"]
    amounts[line] = stated
    scale = 0
    for at, text in amounts.items():
        needed = decimals(text)
        if needed is None:
            raise BadElectionFile(
                f"{text!r} is not an amount of money",
                advice="Write digits with a point before decimals: 1250 or 1250.50.",
                line=at,
            )
        scale = max(scale, needed)
    exact = {at: in_smallest_unit(text, scale) for at, text in amounts.items()}
    budget = exact.pop(line)
    if budget == 0:
        raise BadElectionFile(
            "the budget is 0", advice="State the amount to be shared out.", line=line
        )
    return scale, budget, exact


def _projects(section: _Section, costs: dict[int, int]) -> tuple[Project, ...]:
    id_at = section.needed("project_id")
    others = [(at, name) for at, name in enumerate(section.header) if name not in _PROJECT_KNOWN]
    seen: dict[str, int] = {}
    projects = []
    for line, row in section.rows:
        name = row[id_at].strip()
        if not name or "," in name:
            raise BadElectionFile(
                f"{name!r} cannot be a project's id",
                advice="An id is not empty and holds no comma, since votes list ids by commas.",
                line=line,
            )
        if name in seen:
            raise BadElectionFile(
                f"project {name!r} stands on line {seen[name]} already",
                advice="Give each project an id of its own, or delete the second line.",
                line=line,
            )
        seen[name] = line
        texts = {
            column: row[at]
            for column in ("name", "category", "target", "selected")
            if (at := section.column(column)) is not None
        }
        more = tuple((column, row[at]) for at, column in others if row[at])
        projects.append(Project(id=name, cost=costs[line], more=more, **texts))
    return tuple(projects)


def _stated(section: _Section) -> list[tuple[int, str, dict[str, str]]]:
    """Return what the file states of each project's totals: line, id, votes and score."""
    id_at = section.needed("project_id")
    columns = [(n, at) for n in ("votes", "score") if (at := section.column(n)) is not None]
    return [
        (line, row[id_at].strip(), {name: row[at].strip() for name, at in columns})
        for line, row in section.rows
    ]


def _votes(
    section: _Section,
    kind: BallotKind,
    projects: tuple[Project, ...],
    warnings: list[FileWarning],
) -> tuple[tuple[Ballot, ...], tuple[Voter, ...], tuple[str, ...]]:
    id_at, vote_at = section.needed("voter_id"), section.needed("vote")
    points_at = section.needed("points") if kind is BallotKind.CUMULATIVE else None
    read = {id_at, vote_at, points_at}
    others = [at for at in range(len(section.header)) if at not in read]
    known = {project.id for project in projects}
    by_text: dict[tuple[str, str], int] = {}
    by_ballot: dict[tuple[tuple[str, ...], tuple[int, ...]], int] = {}
    counts: list[int] = []
    voters: list[Voter] = []
    for line, row in section.rows:
        text = (row[vote_at], row[points_at] if points_at is not None else "")
        place = by_text.get(text)
        if place is None:
            ballot = _ballot(text, kind, known, (line, warnings))
            place = by_text[text] = by_ballot.setdefault(ballot, len(counts))
            if place == len(counts):
                counts.append(0)
        counts[place] += 1
        voters.append(Voter(row[id_at], place, tuple([row[at] for at in others])))
    ballots = tuple(Ballot(*ballot, counts[place]) for ballot, place in by_ballot.items())
    return ballots, tuple(voters), tuple(section.header[at] for at in others)


def _ballot(
    text: tuple[str, str],
    kind: BallotKind,
    known: set[str],
    report: tuple[int, list[FileWarning]],
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return a ballot's choices and points, or refuse what could be counted in two ways.

    `report` is the line on which the ballot first stands, and where warnings go.
    """
    line, warnings = report
    choices = tuple(part.strip() for part in text[0].split(",")) if text[0].strip() else ()
    for choice in choices:
        if choice not in known:
            raise BadElectionFile(
                f"the vote names project {choice!r}, which PROJECTS does not list",
                advice="Correct the id or add the project.",
                line=line,
            )
    if kind is BallotKind.CHOOSE_ONE and len(choices) > 1:
        raise BadElectionFile(
            f"the vote names {len(choices)} projects where one may be chosen",
            advice="Correct the vote, or state vote_type;approval.",
            line=line,
        )
    if len(set(choices)) < len(choices):
        if kind in {BallotKind.CUMULATIVE, BallotKind.ORDINAL}:
            raise BadElectionFile(
                "the vote names a project twice",
                advice="Its rank or points are not clear: keep one of the two.",
                line=line,
            )
        warnings.append(FileWarning(line, "the vote names a project twice; it counts once"))
        choices = tuple(dict.fromkeys(choices))
    return choices, _points(text[1], len(choices), line) if kind is BallotKind.CUMULATIVE else ()


def _points(text: str, wanted: int, line: int) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    if len(parts) != wanted:
        raise BadElectionFile(
            f"the vote names {wanted} projects but gives {len(parts)} numbers of points",
            advice="Give each project of the vote its points, in the same order.",
            line=line,
        )
    for part in parts:
        if decimals(part) != 0:
            raise BadElectionFile(
                f"{part!r} is not a whole number of points",
                advice="Points are 0 or more and whole; multiply all of them to get there.",
                line=line,
            )
    return tuple(in_smallest_unit(part, 0) for part in parts)
