"""An election laid out for counting: projects in tie order, voters grouped by what counts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketplace.ballots import Ints
from marketplace.counting.rules import ID_TEXT, CountRules, Rule, Satisfaction
from marketplace.election import BallotKind, Election, Project
from marketplace.errors import BadRules

_NEEDS = {
    Satisfaction.POINTS: BallotKind.CUMULATIVE,
    Satisfaction.BORDA: BallotKind.ORDINAL,
}


@dataclass(frozen=True, eq=False)
class Groups:
    """Voters whose ballots weigh the same projects alike, `sizes[group]` of them in each.

    Groups are in the order of what their ballots say, so neither the order of ballots nor how they
    were grouped in the file can matter.
    """

    sizes: Ints
    members: tuple[NDArray[np.int32], ...]
    """For each project the groups that support it, ascending."""
    weights: tuple[NDArray[np.signedinteger], ...]
    """Beside `members`: how much each of these groups' voters weigh the project."""
    of_ballot: Ints
    """For each of the election's ballots its group."""


@dataclass(frozen=True, eq=False)
class Profile:
    """What a counting rule sees. A project is its place in the tie order, a group its index."""

    projects: tuple[Project, ...]
    """In tie order: of two equals the earlier wins."""
    eligible: tuple[bool, ...]
    """Whether a project's score reaches the threshold."""
    budget: int
    voters: int
    by_cost: bool
    """Whether satisfaction is the weight times the project's cost, not the weight alone."""
    totals: tuple[int, ...]
    """For each project the sum of its weights over all voters."""
    heaviest: int
    """The greatest weight, at least 1."""
    groups: Groups
    """No groups under greedy, which goes by totals alone."""
    ceilings: tuple[int, ...]
    """The most that the winners under each ceiling may cost together."""
    under: tuple[tuple[int, ...], ...]
    """For each project the ceilings that it counts towards."""
    rivals: tuple[frozenset[int], ...]
    """For each project those that cannot win beside it."""


@dataclass(frozen=True, eq=False)
class Marks:
    """Each mark that has a weight: its ballot, its project's place in the tie order, its weight."""

    ballots: NDArray[np.int32]
    projects: NDArray[np.int32]
    weights: NDArray[np.signedinteger]


def lay_out(election: Election, rules: CountRules) -> Profile:
    """Return the election as a count under these rules sees it.

    Raises BadRules where the satisfaction needs another kind of ballot, or where the tie order is
    not an order of exactly this election's projects.
    """
    needed = _NEEDS.get(rules.satisfaction)
    if needed is not None and election.kind is not needed:
        raise BadRules(
            f"the satisfaction {rules.satisfaction} needs {needed} ballots, these are "
            f"{election.kind}: choose cost or cardinality"
        )
    projects = _in_tie_order(election, rules)
    place = {project.id: index for index, project in enumerate(projects)}
    marks = marks_of(election, place, rules.satisfaction)
    totals = np.zeros(len(projects), dtype=np.int64)
    np.add.at(totals, marks.projects, marks.weights * election.columns.votes[marks.ballots])
    return Profile(
        projects=projects,
        eligible=tuple(election.scores[p.id] >= rules.threshold for p in projects),
        budget=election.budget,
        voters=election.votes,
        by_cost=rules.satisfaction.by_cost,
        totals=tuple(totals.tolist()),
        heaviest=int(marks.weights.max(initial=1)),
        groups=_grouped(election, marks, len(projects)) if rules.rule is Rule.MES else _UNGROUPED,
        ceilings=tuple(ceiling.amount for ceiling in election.ceilings),
        under=tuple(
            tuple(at for at, ceiling in enumerate(election.ceilings) if ceiling.holds(project))
            for project in projects
        ),
        rivals=_rivals(election, place),
    )


_NONE = np.zeros(0, dtype=np.int64)
_UNGROUPED = Groups(sizes=_NONE, members=(), weights=(), of_ballot=_NONE)


def _in_tie_order(election: Election, rules: CountRules) -> tuple[Project, ...]:
    if rules.ties == ID_TEXT:
        return tuple(sorted(election.projects, key=lambda project: project.id))
    by_id = {project.id: project for project in election.projects}
    if sorted(rules.ties) != sorted(by_id):
        strangers = sorted(set(rules.ties) ^ set(by_id)) or "one is named twice"
        raise BadRules(f"the tie order is not an order of this election's projects: {strangers}")
    return tuple(by_id[name] for name in rules.ties)


def _rivals(election: Election, place: dict[str, int]) -> tuple[frozenset[int], ...]:
    """Return for each project the others of all its groups. Raises BadRules for a stranger."""
    rivals: list[set[int]] = [set() for _ in place]
    for group in election.incompatible:
        strangers = sorted(set(group) - set(place))
        if strangers:
            raise BadRules(f"no project of this election can be incompatible: {strangers}")
        for name in group:
            rivals[place[name]] |= {place[other] for other in group if other != name}
    return tuple(frozenset(others) for others in rivals)


def marks_of(election: Election, place: dict[str, int], satisfaction: Satisfaction) -> Marks:
    """Return the marks that weigh something, ballot by ballot, each in the order of `place`."""
    columns = election.columns
    weights: NDArray[np.signedinteger]
    if satisfaction is Satisfaction.BORDA:
        weights = np.repeat(election.lengths, election.lengths) - 1 - election.places
    elif satisfaction in {Satisfaction.POINTS, Satisfaction.SCORE}:
        weights = election.weights
    else:
        weights = np.ones(len(columns.marks), dtype=np.int8)
    ballots = np.repeat(np.arange(len(columns), dtype=np.int32), election.lengths)
    places = np.array([place[name] for name in columns.ids], dtype=np.int32)[columns.marks]
    kept = slice(None) if weights.all() else np.flatnonzero(weights)
    ballots, places, weights = ballots[kept], places[kept], weights[kept]
    order = np.lexsort((places, ballots))
    return Marks(ballots, places[order], weights[order])


def _grouped(election: Election, marks: Marks, projects: int) -> Groups:
    """Put ballots of one meaning together: equal marks, written as bytes, make one group."""
    many = len(election.columns)
    ends = np.searchsorted(marks.ballots, np.arange(many + 1))
    lengths = np.diff(ends)
    of_ballot = np.zeros(many, dtype=np.int64)
    speakers: list[Ints] = []
    codes = _codes(marks, projects)
    for length in np.unique(lengths).tolist():
        ballots = np.flatnonzero(lengths == length)
        rows = codes[ends[ballots][:, None] + np.arange(length)]
        _, first, group = _like(rows)
        of_ballot[ballots] = group + sum(map(len, speakers))
        speakers.append(ballots[first])
    # One ballot of each group speaks for it; their marks, group by group, then project by project.
    speaker = np.concatenate(speakers) if speakers else np.zeros(0, dtype=np.int64)
    sizes = np.zeros(len(speaker), dtype=np.int64)
    np.add.at(sizes, of_ballot, election.columns.votes)
    each = lengths[speaker]
    members = np.repeat(np.arange(len(sizes), dtype=np.int32), each)
    skipped = np.repeat(ends[:-1][speaker] - (np.cumsum(each) - each), each)
    mark = (np.arange(len(members), dtype=np.int64) + skipped).astype(np.int32)
    del skipped
    narrow = np.uint16 if projects < 1 << 16 else np.int32  # numpy sorts 16 bits by their digits
    order = np.argsort(marks.projects[mark].astype(narrow), kind="stable")
    members, mark = members[order], mark[order]
    cuts = np.searchsorted(marks.projects[mark], np.arange(1, projects))
    return Groups(
        sizes=sizes,
        members=tuple(np.split(members, cuts)),
        weights=tuple(np.split(marks.weights[mark], cuts)),
        of_ballot=of_ballot,
    )


def _codes(marks: Marks, projects: int) -> NDArray[np.unsignedinteger]:
    """Return one number for each mark, in the narrowest type, largest byte first."""
    heaviest = int(marks.weights.max(initial=1))
    bits = (projects * (heaviest + 1)).bit_length()
    kind = next(kind for kind, holds in ((">u2", 16), (">u4", 32), (">u8", 64)) if bits <= holds)
    return (marks.projects.astype(np.int64) * (heaviest + 1) + marks.weights).astype(kind)


def _like(rows: NDArray[np.unsignedinteger]) -> tuple[NDArray[np.void], Ints, Ints]:
    """Return the distinct rows in order, the first place of each, and which each row is."""
    if not rows.shape[1]:
        return np.zeros(1, np.void), np.zeros(1, np.int64), np.zeros(len(rows), np.int64)
    width = rows.itemsize * rows.shape[1]
    as_bytes = np.ascontiguousarray(rows).view(np.dtype((np.void, width))).ravel()
    return np.unique(as_bytes, return_index=True, return_inverse=True)
