"""add1: raise every share step by step, and keep the last outcome within the budget."""

from fractions import Fraction

from marketplace.counting.profile import Profile
from marketplace.counting.rules import CountRules
from marketplace.counting.shares import Pass, buy


def equal_shares(
    profile: Profile, rules: CountRules, step: int, *, wide: bool
) -> tuple[Pass, Fraction, int]:
    """Return the pass that decides, the share it began with, and how many passes there are.

    Without add1 that is the first pass. With it, shares grow by `step` until the outcome would
    overspend (then the outcome before decides), or is exhaustive where that stops it, or every
    project that could ever be bought was bought. Passes that are proven to change nothing are
    counted but not made.
    """
    voters = max(profile.voters, 1)
    total = profile.budget
    current = buy(profile, (total, voters), wide=wide)
    passes = 1
    while rules.completion.raises_shares and (unbought := _unbought(profile, current)):
        if rules.completion.stops_when_exhaustive and _exhaustive(profile, current):
            break
        idle = _idle_steps(profile, current, unbought, step)
        total += step * voters * idle
        passes += idle
        raised = buy(profile, (total + step * voters, voters), stop_above=profile.budget, wide=wide)
        passes += 1
        if raised.overspent:
            break
        total += step * voters
        current = raised
    return current, Fraction(total, voters), passes


def _unbought(profile: Profile, outcome: Pass) -> list[int]:
    """Return the projects that larger shares could still buy."""
    taken = {bought.project for bought in outcome.bought}
    return [
        project
        for project, total in enumerate(profile.totals)
        if total and profile.eligible[project] and project not in taken
    ]


def _exhaustive(profile: Profile, outcome: Pass) -> bool:
    """Whether no eligible project that was not bought fits into what is left of the budget."""
    taken = {bought.project for bought in outcome.bought}
    left = profile.budget - outcome.cost
    return not any(
        fit and project.cost <= left and index not in taken
        for index, (project, fit) in enumerate(zip(profile.projects, profile.eligible, strict=True))
    )


def _idle_steps(profile: Profile, outcome: Pass, unbought: list[int], step: int) -> int:
    """Return how many of the next steps are proven to give the same outcome.

    Suppose that every purchase was paid by all supporters in full. Then each rate was the lowest
    that its project can ever have, cost / weight of all supporters; and when the lowest rates of
    all unbought projects are behind these, they are never bought before. Larger shares then
    change nothing until the supporters of one of them can pay for it out of what is left: each
    step adds one step for each of them.
    """
    if any(bought.rate.over != profile.totals[bought.project] for bought in outcome.bought):
        return 0
    last = max((_lowest_rate(profile, bought.project) for bought in outcome.bought), default=None)
    if last is not None and last > min(_lowest_rate(profile, project) for project in unbought):
        return 0
    purses = outcome.purses
    waits = []
    for project in unbought:
        supporters = int(profile.sizes[profile.members[project]].sum())
        missing = profile.projects[project].cost * purses.denominator
        missing -= purses.supporters_hold(project)
        waits.append(-(-missing // (supporters * step * purses.denominator)))
    return max(min(waits) - 1, 0)


def _lowest_rate(profile: Profile, project: int) -> tuple[Fraction, int]:
    """Return the rate when all supporters pay in full, then the place in the tie order."""
    cost = profile.projects[project].cost
    per = (cost or 1) if profile.by_cost else 1
    return Fraction(cost, profile.totals[project] * per), project
