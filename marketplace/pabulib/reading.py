"""Read a `.pb` file: strict where a slip could change a result, tolerant and frank elsewhere."""

from dataclasses import replace

from marketplace.election import BallotKind, Election, FileWarning, Project
from marketplace.errors import BadElectionFile
from marketplace.pabulib.amounts import decimals, in_smallest_unit
from marketplace.pabulib.bounds import Bounds
from marketplace.pabulib.checking import remarks
from marketplace.pabulib.marks import read_votes
from marketplace.pabulib.rows import Rows, Section
from marketplace.pabulib.writing import COLUMNS, DERIVED

_PROJECT_KNOWN = {"project_id", "cost", "votes", "score", *COLUMNS}


def read_election(source: str | bytes) -> Election:
    """Return the election in a `.pb` file, with warnings for whatever a reader should know.

    Bytes are read as UTF-8. Raises BadElectionFile, with the line and what to do, where the file
    could give a wrong result: a missing section or column, an amount that is none, a project
    listed twice, a vote for a project that is not listed, points that do not fit.
    """
    warnings: list[FileWarning] = []
    rows = Rows(source, warnings)
    stated = rows.section("META")
    stated.rows = list(rows.of(stated))
    meta = _meta(stated, warnings)
    kind = _kind(meta)
    listed = rows.section("PROJECTS")
    listed.rows = list(rows.of(listed))
    bounds = Bounds.of(meta)
    scale, budget, costs = _money(meta, listed, bounds)
    projects = _projects(listed, costs)
    ballots, voters, columns = read_votes(rows, kind, projects, warnings)
    rows.end()
    taken = {*DERIVED, *bounds.keys}
    election = Election(
        kind=kind,
        budget=budget,
        projects=projects,
        ballots=ballots,
        scale=scale,
        meta=tuple((key, value) for key, (_, value) in meta.items() if key not in taken),
        voter_columns=columns,
        voters=voters,
        ceilings=bounds.ceilings(scale),
        incompatible=bounds.incompatible(projects),
    )
    warnings += remarks(election, meta, _stated(listed))
    return replace(election, warnings=tuple(sorted(warnings, key=lambda warning: warning.line)))


def _meta(section: Section, warnings: list[FileWarning]) -> dict[str, tuple[int, str]]:
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


def _money(
    meta: dict[str, tuple[int, str]], section: Section, bounds: Bounds
) -> tuple[int, int, dict[int, int]]:
    """Return the scale, the budget and each project row's cost by its line."""
    cost_at = section.needed("cost")
    amounts = {line: row[cost_at].strip() for line, row in section.rows}
    line, stated = meta["budget"]
    amounts[line] = stated
    scale = bounds.decimals
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


def _projects(section: Section, costs: dict[int, int]) -> tuple[Project, ...]:
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
            attribute: row[at]
            for column, attribute in COLUMNS.items()
            if (at := section.column(column)) is not None
        }
        more = tuple((column, row[at]) for at, column in others if row[at])
        projects.append(Project(id=name, cost=costs[line], more=more, **texts))
    return tuple(projects)


def _stated(section: Section) -> list[tuple[int, str, dict[str, str]]]:
    """Return what the file states of each project's totals: line, id, votes and score."""
    id_at = section.needed("project_id")
    columns = [(n, at) for n in ("votes", "score") if (at := section.column(n)) is not None]
    return [
        (line, row[id_at].strip(), {name: row[at].strip() for name, at in columns})
        for line, row in section.rows
    ]
