"""add1: raise every share step by step, and keep the last outcome within the budget."""

from collections.abc import Set as AbstractSet
from fractions import Fraction

from marketplace.counting.profile import Profile
from marketplace.counting.room import Room
from marketplace.counting.rules import CountRules
from marketplace.counting.shares import Pass, buy


def equal_shares(
    profile: Profile, rules: CountRules, step: int, *, wide: bool
) -> tuple[Pass, Fraction, int]:
    """Return the pass that decides, the share it began with, and how many passes there are.

    Without add1 that is the first pass. With it, shares grow by `step` until the outcome would
    overspend (then the outcome before decides), or is exhaustive where that stops it, or leaves
    nothing that has support and a place to be bought. Passes that are proven to change nothing are
    counted but not made.
    """
    voters = max(profile.voters, 1)
    total = profile.budget
    current = buy(profile, (total, voters), wide=wide)
    passes = 1
    while rules.completion.raises_shares and (wanting := _wanting(profile, current)):
        fulfilled = exhaustive(profile, current.room, current.projects)
        if rules.completion.stops_when_exhaustive and fulfilled:
            break
        idle = _idle_steps(profile, current, wanting, step)
        total += step * voters * idle
        passes += idle
        raised = buy(profile, (total + step * voters, voters), within_budget=True, wide=wide)
        passes += 1
        if raised.room.left < 0:
            break
        total += step * voters
        current = raised
    return current, Fraction(total, voters), passes


def _wanting(profile: Profile, outcome: Pass) -> list[int]:
    """Return the projects that larger shares could still add to this outcome."""
    return [
        project
        for project, total in enumerate(profile.totals)
        if total
        and profile.eligible[project]
        and project not in outcome.projects
        and outcome.room.allows(project)
    ]


def exhaustive(profile: Profile, room: Room, taken: AbstractSet[int]) -> bool:
    """Whether no eligible project beside those taken would still fit into the room they left."""
    return not any(
        fit and project not in taken and room.fits(project)
        for project, fit in enumerate(profile.eligible)
    )


def _idle_steps(profile: Profile, outcome: Pass, wanting: list[int], step: int) -> int:
    """Return how many of the next steps are proven to give the same outcome.

    Suppose that every purchase was paid by all supporters in full. Then each rate was the lowest
    that its project can ever have, cost / weight of all supporters. Suppose also that they are the
    first purchases of a market without want, where the lowest of these rates that still has a
    place always comes next. Then larger shares only add to what everybody has left, until the
    supporters of one of the `wanting` can pay: each step adds one step for each of them.
    """
    bought = [entry.project for entry in outcome.bought]
    if any(entry.rate.over != profile.totals[entry.project] for entry in outcome.bought):
        return 0
    if bought != _without_want(profile, len(bought)):
        return 0
    purses = outcome.purses
    waits = []
    for project in wanting:
        supporters = int(profile.groups.sizes[profile.groups.members[project]].sum())
        missing = profile.projects[project].cost * purses.denominator
        missing -= purses.supporters_hold(project)
        waits.append(-(-missing // (supporters * step * purses.denominator)))
    return max(min(waits) - 1, 0)


def _without_want(profile: Profile, first: int) -> list[int]:
    """Return the first purchases if everybody could always pay in full."""
    room = Room.of(profile)
    bought: list[int] = []
    wanted = [
        project
        for project, total in enumerate(profile.totals)
        if total and profile.eligible[project]
    ]
    for project in sorted(wanted, key=lambda project: _lowest_rate(profile, project)):
        if len(bought) == first:
            break
        if room.allows(project):
            bought.append(project)
            room.take(project)
    return bought


def _lowest_rate(profile: Profile, project: int) -> tuple[Fraction, int]:
    """Return the rate when all supporters pay in full, then the place in the tie order."""
    cost = profile.projects[project].cost
    per = (cost or 1) if profile.by_cost else 1
    return Fraction(cost, profile.totals[project] * per), project
