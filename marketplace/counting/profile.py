"""An election laid out for counting: projects in tie order, voters grouped by what counts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketplace.counting.rules import ID_TEXT, CountRules, Satisfaction
from marketplace.election import BallotKind, Election, Project
from marketplace.errors import BadRules

Ints = NDArray[np.int64]
_NEEDS = {
    Satisfaction.POINTS: BallotKind.CUMULATIVE,
    Satisfaction.BORDA: BallotKind.ORDINAL,
}


@dataclass(frozen=True, eq=False)
class Profile:
    """What a counting rule sees. A project is its place in the tie order, a group its index.

    Voters whose ballots weigh the same projects alike are one group of `sizes[group]` voters, so
    neither the order of ballots nor how they were grouped in the file can matter.
    """

    projects: tuple[Project, ...]
    """In tie order: of two equals the earlier wins."""
    eligible: tuple[bool, ...]
    """Whether a project's score reaches the threshold."""
    budget: int
    voters: int
    by_cost: bool
    """Whether satisfaction is the weight times the project's cost, not the weight alone."""
    sizes: Ints
    members: tuple[Ints, ...]
    """For each project the groups that support it, ascending."""
    weights: tuple[Ints, ...]
    """Beside `members`: how much each of these groups' voters weigh the project."""
    totals: tuple[int, ...]
    """For each project the sum of its weights over all voters."""
    heaviest: int
    """The greatest weight, at least 1."""
    group_of: tuple[int, ...]
    """For each of the election's ballots its group."""


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
    keys = _keys(election, place, rules.satisfaction)
    sizes_by_key: dict[tuple[tuple[int, int], ...], int] = {}
    for key, ballot in zip(keys, election.ballots, strict=True):
        sizes_by_key[key] = sizes_by_key.get(key, 0) + ballot.votes
    ordered = sorted(sizes_by_key)
    index_of = {key: index for index, key in enumerate(ordered)}
    members: list[list[int]] = [[] for _ in projects]
    weights: list[list[int]] = [[] for _ in projects]
    for group, key in enumerate(ordered):
        for project, weight in key:
            members[project].append(group)
            weights[project].append(weight)
    sizes = [sizes_by_key[key] for key in ordered]
    totals = [
        sum(sizes[group] * weight for group, weight in zip(groups, beside, strict=True))
        for groups, beside in zip(members, weights, strict=True)
    ]
    return Profile(
        projects=projects,
        eligible=tuple(election.scores[p.id] >= rules.threshold for p in projects),
        budget=election.budget,
        voters=election.votes,
        by_cost=rules.satisfaction.by_cost,
        sizes=np.array(sizes, dtype=np.int64),
        members=tuple(np.array(groups, dtype=np.int64) for groups in members),
        weights=tuple(np.array(beside, dtype=np.int64) for beside in weights),
        totals=tuple(totals),
        heaviest=max((max(beside) for beside in weights if beside), default=1),
        group_of=tuple(index_of[key] for key in keys),
    )


def _in_tie_order(election: Election, rules: CountRules) -> tuple[Project, ...]:
    if rules.ties == ID_TEXT:
        return tuple(sorted(election.projects, key=lambda project: project.id))
    by_id = {project.id: project for project in election.projects}
    if sorted(rules.ties) != sorted(by_id):
        strangers = sorted(set(rules.ties) ^ set(by_id)) or "one is named twice"
        raise BadRules(f"the tie order is not an order of this election's projects: {strangers}")
    return tuple(by_id[name] for name in rules.ties)


def _keys(
    election: Election, place: dict[str, int], satisfaction: Satisfaction
) -> list[tuple[tuple[int, int], ...]]:
    """Return for each ballot the projects that it supports, in order, with their weights."""
    keys = []
    for ballot in election.ballots:
        if satisfaction is Satisfaction.BORDA:
            last = len(ballot.choices) - 1
            pairs = [(place[name], last - rank) for rank, name in enumerate(ballot.choices)]
        elif satisfaction in {Satisfaction.POINTS, Satisfaction.SCORE}:
            pairs = [(place[name], weight) for name, weight in election.weighted(ballot)]
        else:
            pairs = [(place[name], 1) for name in ballot.choices]
        keys.append(tuple(sorted([pair for pair in pairs if pair[1]])))
    return keys
