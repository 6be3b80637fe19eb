"""Write an election as a `.pb` file; totals are computed, never copied."""

import csv
import io
from collections.abc import Iterator

from marketplace.election import BallotKind, Election, Project, Voter
from marketplace.pabulib.amounts import as_text
from marketplace.pabulib.bounds import stated_bounds

DERIVED = ("num_projects", "num_votes", "budget", "vote_type")
COLUMNS = {
    "name": "name",
    "category": "category",
    "target": "target",
    "selected": "selected",
    "neighborhood": "neighbourhood",
}
"""Columns of PROJECTS, each with the attribute of a project that it holds."""


def write_election(election: Election) -> str:
    """Return the election as `.pb` text that `read_election` reads back as an equal value.

    Voters keep their order, ids and columns; an election without voters gets lines numbered
    from 1, ballot by ballot, which say nothing about anyone.
    """
    out = io.StringIO()
    # CR LF, as in RFC 4180: csv quotes a cell that holds either only when both end a line.
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow(["META"])
    table.writerow(["key", "value"])
    table.writerows(election.meta)
    table.writerows(stated_bounds(election))
    table.writerow(["num_projects", len(election.projects)])
    table.writerow(["num_votes", election.votes])
    table.writerow(["budget", as_text(election.budget, election.scale)])
    table.writerow(["vote_type", election.kind.value])
    table.writerow(["PROJECTS"])
    table.writerows(_project_rows(election))
    table.writerow(["VOTES"])
    table.writerows(_vote_rows(election))
    return out.getvalue()


def _project_rows(election: Election) -> Iterator[list[str]]:
    used = [name for name in COLUMNS if any(getattr(p, COLUMNS[name]) for p in election.projects)]
    more = list(dict.fromkeys(key for project in election.projects for key, _ in project.more))
    scored = ["score"] if election.kind in {BallotKind.CUMULATIVE, BallotKind.ORDINAL} else []
    yield ["project_id", "cost", "votes", *scored, *used, *more]
    for project in election.projects:
        yield [
            project.id,
            as_text(project.cost, election.scale),
            str(election.supporters[project.id]),
            *(str(election.scores[project.id]) for _ in scored),
            *(str(getattr(project, COLUMNS[name])) for name in used),
            *_more_cells(project, more),
        ]


def _more_cells(project: Project, columns: list[str]) -> list[str]:
    cells = dict(project.more)
    return [cells.get(column, "") for column in columns]


def _vote_rows(election: Election) -> Iterator[list[str]]:
    pointed = election.kind is BallotKind.CUMULATIVE
    yield ["voter_id", "vote", *(["points"] if pointed else []), *election.voter_columns]
    marks = [
        [",".join(ballot.choices), *([",".join(map(str, ballot.points))] if pointed else [])]
        for ballot in election.ballots
    ]
    for voter in election.voters or _numbered(election):
        yield [voter.id, *marks[voter.ballot], *voter.cells]


def _numbered(election: Election) -> Iterator[Voter]:
    blank = ("",) * len(election.voter_columns)
    number = 0
    for place, ballot in enumerate(election.ballots):
        for _ in range(ballot.votes):
            number += 1
            yield Voter(str(number), place, blank)
