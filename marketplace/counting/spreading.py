"""Whose money decided: what each ballot's share paid for, and how evenly that was spread."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from marketplace.ballots import Ints
from marketplace.counting.profile import marks_of
from marketplace.counting.result import Count, Purchase
from marketplace.election import Election

FINE = 10**6
"""Amounts are told in this part of the smallest unit of money, rounded down."""


@dataclass(frozen=True)
class Spread:
    """How the money that was spent was spread over the voters, in the smallest unit of money.

    `tenths` begins with the tenth of the voters who had the least of it. `without` voters had
    nothing of what they voted for, `most` is what one voter at most decided about. `projects` says
    how many voters had part in none, in one, in two of the projects that were chosen, and so on.
    """

    tenths: tuple[int, ...]
    without: int
    most: int
    projects: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Given:
    """For each of an election's ballots what one voter with it gave, and for how many projects.

    Amounts are in 1 / `FINE` of the smallest unit of money.
    """

    amounts: Ints
    projects: Ints


def payments(count: Count) -> Iterator[tuple[str, dict[int, Fraction]]]:
    """Yield for each purchase of Equal Shares what one voter of each paying group paid.

    Amounts are exact, in the smallest unit of money; times the groups' sizes they sum to the
    project's cost. Groups are those of `count.group_of`. Nothing comes of a greedy count.
    """
    if count.share is None:
        return
    purses = [count.share] * len(count.group_sizes)
    for entry in count.rounds:
        if not isinstance(entry, Purchase):
            continue
        paid: dict[int, Fraction] = {}
        for group, weight in zip(entry.in_full, entry.weights, strict=True):
            paid[group] = entry.price * weight
            purses[group] -= paid[group]
        for group in entry.all_they_had:
            paid[group] = purses[group]
            purses[group] = Fraction(0)
        yield entry.project, paid


def contributions(election: Election, count: Count) -> Iterator[tuple[str, Ints]]:
    """Yield each winner with what one voter of each of the election's ballots gave for it.

    Equal Shares says so itself. What greedy chose was paid by all who wanted it, in proportion to
    the weight they gave it. Amounts are in 1 / `FINE` of the smallest unit of money, rounded down.
    """
    of_ballot = np.array(count.group_of, dtype=np.int64)
    bought = 0
    if count.share is not None:
        left = np.full(len(count.group_sizes), _fine(count.share), dtype=np.int64)
        for entry in count.rounds:
            if isinstance(entry, Purchase):
                paid = np.zeros(len(left), dtype=np.int64)
                weights = np.array(entry.weights, dtype=np.int64)
                # A purse is known to a millionth; nobody gives more than is in it.
                full = np.array(entry.in_full, dtype=np.int64)
                paid[full] = np.minimum(_fine(entry.price) * weights, left[full])
                rest = np.array(entry.all_they_had, dtype=np.int64)
                paid[rest] = left[rest]
                left -= paid
                bought += 1
                yield entry.project, paid[of_ballot]
    place = {name: at for at, name in enumerate(election.columns.ids)}
    marks = marks_of(election, place, count.rules.satisfaction)
    costs = {project.id: project.cost for project in election.projects}
    for winner in count.winners[bought:]:
        mine = marks.projects == place[winner]
        ballots, weights = marks.ballots[mine], marks.weights[mine].astype(np.int64)
        total = int((weights * election.columns.votes[ballots]).sum())
        paid = np.zeros(len(election.columns), dtype=np.int64)
        if total:
            paid[ballots] = _fine(Fraction(costs[winner], total)) * weights
        yield winner, paid


def paid_for(election: Election, count: Count, ballot: int) -> tuple[tuple[str, int], ...]:
    """Return what the share of one voter with this ballot paid for, in the order of choosing.

    Amounts are in the smallest unit of money, rounded to the nearest.
    """
    return tuple(
        (project, _rounded(int(paid[ballot])))
        for project, paid in contributions(election, count)
        if paid[ballot]
    )


def given(election: Election, count: Count) -> Given:
    """Return what each ballot's voter gave in all, and for how many of the chosen projects."""
    amounts = np.zeros(len(election.columns), dtype=np.int64)
    projects = np.zeros(len(election.columns), dtype=np.int64)
    for _, paid in contributions(election, count):
        amounts += paid
        projects += paid > 0
    return Given(amounts, projects)


def spread(election: Election, count: Count, by_ballot: Given | None = None) -> Spread:
    """Return how the money that was spent was spread over the voters.

    `by_ballot` is what `given` returned for the same count, where it is at hand.
    """
    by_ballot = by_ballot or given(election, count)
    votes = election.columns.votes
    voters = np.sort(np.repeat(by_ballot.amounts, votes))
    served = np.zeros(int(by_ballot.projects.max(initial=0)) + 1, dtype=np.int64)
    np.add.at(served, by_ballot.projects, votes)
    return Spread(
        tenths=tuple(_rounded(int(part.sum())) for part in np.array_split(voters, 10)),
        without=int((voters == 0).sum()),
        most=_rounded(int(voters.max(initial=0))),
        projects=tuple(served.tolist()),
    )


def _fine(amount: Fraction) -> int:
    return amount.numerator * FINE // amount.denominator


def _rounded(fine: int) -> int:
    return (2 * fine + FINE) // (2 * FINE)
