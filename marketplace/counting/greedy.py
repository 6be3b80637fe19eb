"""Utilitarian greedy: the largest satisfaction per cost first, as long as it fits."""

from dataclasses import dataclass
from fractions import Fraction

from marketplace.counting.profile import Profile


@dataclass(frozen=True)
class Choice:
    """A project that greedy took, and the money that was left before it."""

    project: int
    left: int


@dataclass(frozen=True)
class GreedyRun:
    """What greedy took, in order, and the project at which it ended when it does not skip."""

    chosen: tuple[Choice, ...]
    left: int
    ended_at: int | None


def merit(profile: Profile, project: int) -> tuple[bool, Fraction]:
    """Return how much satisfaction a project gives per cost; the larger, the better.

    Satisfaction that grows with the cost leaves the plain total (by votes or points). What costs
    nothing and has support is better than anything.
    """
    total, cost = profile.totals[project], profile.projects[project].cost
    if profile.by_cost:
        return False, Fraction(total)
    if cost == 0:
        return total > 0, Fraction(0)
    return False, Fraction(total, cost)


def ranking(profile: Profile) -> list[int]:
    """Return the eligible projects from best to worst; equals in tie order."""
    eligible = [project for project, fit in enumerate(profile.eligible) if fit]
    return sorted(eligible, key=lambda project: merit(profile, project), reverse=True)


def choose(profile: Profile, order: list[int], budget: int, *, skip: bool = True) -> GreedyRun:
    """Take projects in this order as long as they fit; end at the first misfit unless `skip`."""
    chosen: list[Choice] = []
    left = budget
    for project in order:
        cost = profile.projects[project].cost
        if cost <= left:
            chosen.append(Choice(project, left))
            left -= cost
        elif not skip:
            return GreedyRun(tuple(chosen), left, ended_at=project)
    return GreedyRun(tuple(chosen), left, ended_at=None)
