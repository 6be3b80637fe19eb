"""The votes of a `.pb` file: each line read once, like ballots put together."""

from marketplace.ballots import Ballots, Gathered, Voters
from marketplace.election import BallotKind, FileWarning, Project
from marketplace.errors import BadElectionFile
from marketplace.pabulib.amounts import decimals, in_smallest_unit
from marketplace.pabulib.rows import Rows

_POINTS_MOST = 10**9
"""More points than this on one mark could be beyond what machine integers add up exactly."""


def read_votes(
    rows: Rows, kind: BallotKind, projects: tuple[Project, ...], warnings: list[FileWarning]
) -> tuple[Ballots, Voters, tuple[str, ...]]:
    """Return the ballots, the lines they stand on, and the names of the lines' further columns."""
    section = rows.section("VOTES")
    id_at, vote_at = section.needed("voter_id"), section.needed("vote")
    points_at = section.needed("points") if kind is BallotKind.CUMULATIVE else None
    read = {id_at, vote_at, points_at}
    others = [at for at in range(len(section.header)) if at not in read]
    known = {project.id for project in projects}
    gathered = Gathered([project.id for project in projects])
    voters = Voters(len(others))
    places: dict[str | tuple[str, ...], int] = {}
    for line, row in rows.of(section):
        text = row[vote_at] if points_at is None else (row[vote_at], row[points_at])
        place = places.get(text)
        if place is None:
            vote, points = (text, "") if isinstance(text, str) else text
            marks = _marks((vote, points), kind, known, (line, warnings))
            plain = _spelt(*marks)
            place = places.get(plain)
            if place is None:
                place = places[plain] = gathered.add(*marks, votes=0)
            if text != plain:
                places[text] = place
        gathered.again(place)
        voters.add(row[id_at], place, [row[at] for at in others])
    return gathered.ballots(), voters, tuple(section.header[at] for at in others)


def _spelt(choices: tuple[str, ...], points: tuple[int, ...]) -> str | tuple[str, ...]:
    """Return a ballot in its plainest spelling, as it stands in most lines."""
    text = ",".join(choices)
    return (text, ",".join(map(str, points))) if points else text


def _marks(
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
    if kind is BallotKind.CUMULATIVE:
        return choices, _points(text[1], len(choices), line)
    # Where the order says nothing, ballots that differ only in it are one.
    return choices if kind is BallotKind.ORDINAL else tuple(sorted(choices)), ()


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
        if in_smallest_unit(part, 0) > _POINTS_MOST:
            raise BadElectionFile(
                f"{part} points are more than can be counted",
                advice=f"A project may get up to {_POINTS_MOST} points on a ballot.",
                line=line,
            )
    return tuple(in_smallest_unit(part, 0) for part in parts)
