"""Utilitarian greedy: the largest satisfaction per cost first, as long as it fits."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from marketplace.counting.profile import Profile
from marketplace.counting.result import Reason
from marketplace.counting.room import Room


@dataclass(frozen=True)
class Step:
    """A project that changed what others could get, and the room there was before it.

    It was taken, or without skipping it ended the count or closed a ceiling.
    """

    project: int
    left: int
    under: tuple[int, ...]
    closed: frozenset[int]
    taken: bool


@dataclass(frozen=True)
class Missed:
    """A project that was not taken at its turn, why, and how much money was missing then."""

    project: int
    reason: Reason
    money_short: int | None = None


@dataclass(frozen=True)
class GreedyRun:
    """What greedy did, in order; `room` is what was left at the end."""

    steps: tuple[Step, ...]
    missed: tuple[Missed, ...]
    room: Room

    @property
    def chosen(self) -> list[Step]:
        """The projects that were taken."""
        return [step for step in self.steps if step.taken]

    def last_chance(self, project: int) -> int | None:
        """Return the last step's project that this one would have to overtake to be chosen.

        Whatever ranks above a step is decided whatever comes after, and room only shrinks: so it
        is enough, and needed, to come before the last step at which there was still room. None
        where there was none from the beginning, or is none to overtake.
        """
        profile, excluder = self.room.profile, self.room.shut_out.get(project)
        cost, under = profile.projects[project].cost, profile.under[project]

        def too_late(at: int) -> bool:
            step = self.steps[at]
            return (
                cost > step.left
                or any(cost > step.under[over] or over in step.closed for over in under)
                or (excluder is not None and at > self._place(excluder))
            )

        at = bisect_left(range(len(self.steps)), True, key=too_late)  # noqa: FBT003 - what is sought
        return self.steps[at - 1].project if at else None

    def _place(self, project: int) -> int:
        """Return at which step a project was taken, before all of them if it was not here."""
        return next((at for at, step in enumerate(self.steps) if step.project == project), -1)


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


def choose(order: Iterable[int], room: Room, *, skip: bool = True) -> GreedyRun:
    """Take projects in this order as long as they fit into `room`, which shrinks.

    Unless `skip`, a misfit closes what it did not fit into: the whole count where the budget
    cannot pay it, else its ceiling, under which nothing more is chosen then. A project that a
    chosen one excludes closes nothing.
    """
    profile = room.profile
    steps: list[Step] = []
    missed: list[Missed] = []
    closed: frozenset[int] = frozenset()
    ended = False
    for project in order:
        cost, under = profile.projects[project].cost, profile.under[project]
        step = Step(project, room.left, tuple(room.under), closed, taken=room.fits(project))
        if ended or any(at in closed for at in under):
            missed.append(Missed(project, Reason.NOT_REACHED))
        elif project in room.shut_out:
            missed.append(Missed(project, Reason.INCOMPATIBLE))
        elif step.taken:
            steps.append(step)
            room.take(project)
        else:
            short = cost - room.left
            reason = Reason.NO_MONEY if short > 0 else Reason.NO_ROOM
            missed.append(Missed(project, reason, max(short, room.ceiling_short(project))))
            if not skip:
                steps.append(step)
                ended = short > 0
                closed |= {at for at in under if cost > room.under[at]}
    return GreedyRun(tuple(steps), tuple(missed), room)
