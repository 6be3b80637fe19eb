"""Why each project won or lost, and who paid for it: read off the count, never recomputed."""

from collections.abc import Iterator
from fractions import Fraction

from marketplace.counting.greedy import GreedyRun, ranking
from marketplace.counting.profile import Profile
from marketplace.counting.result import Count, Outcome, Purchase, Reason
from marketplace.counting.rules import CountRules
from marketplace.counting.shares import Pass
from marketplace.election import Election


def greedy_outcomes(
    election: Election, profile: Profile, rules: CountRules, run: GreedyRun
) -> tuple[Outcome, ...]:
    """Return what became of each project, winners first in order, then losers by rank."""
    chosen = {taken.project: taken for taken in run.chosen}
    left = profile.budget
    reached = True
    losers: list[Outcome] = []
    for project in ranking(profile):
        if project in chosen:
            left = chosen[project].left - profile.projects[project].cost
        else:
            losers.append(
                _greedy_loser(election, profile, project, (run, left if reached else None))
            )
            reached = reached and project != run.ended_at
    return (
        *(_outcome(election, profile, project, Reason.CHOSEN) for project in chosen),
        *losers,
        *_below_threshold(election, profile, rules),
    )


def _greedy_loser(
    election: Election, profile: Profile, project: int, turn: tuple[GreedyRun, int | None]
) -> Outcome:
    """Say what was missing at a project's turn, and how far it was behind a place that fits.

    `turn` is the run and the money left at its turn, None when that never came. Whatever ranks
    above a winner is chosen whatever comes after, so it is enough to overtake the last winner
    before which the project would have fitted, or the project at which the count ended.
    """
    run, left = turn
    cost = profile.projects[project].cost
    rivals = [taken.project for taken in run.chosen if cost <= taken.left]
    if left is None and run.ended_at is not None and cost <= run.left:
        rivals.append(run.ended_at)
    return _outcome(
        election,
        profile,
        project,
        Reason.NOT_REACHED if left is None else Reason.NO_MONEY,
        money_short=None if left is None else cost - left,
        votes_short=_to_overtake(profile, project, rivals[-1]) if rivals else None,
    )


def _to_overtake(profile: Profile, project: int, rival: int) -> int | None:
    """Return by how much a total must grow to rank above the rival's."""
    mine, theirs = profile.totals[project], profile.totals[rival]
    if profile.by_cost:
        return theirs - mine + (project > rival)
    cost, rival_cost = profile.projects[project].cost, profile.projects[rival].cost
    if cost == 0:
        return 1  # a free project with any support goes first, so this one has none
    if rival_cost == 0:
        return None
    needed = -(-theirs * cost // rival_cost)
    equal = needed * rival_cost == theirs * cost
    return needed - mine + (equal and project > rival)


def shares_outcomes(
    election: Election,
    profile: Profile,
    rules: CountRules,
    decided: tuple[Pass, Fraction, GreedyRun | None],
) -> tuple[Outcome, ...]:
    """Return what became of each project, winners first, then losers by rank.

    `decided` is the pass that decided, the share it began with and the greedy completion.
    """
    final, share, completion = decided
    reasons = {bought.project: Reason.CHOSEN for bought in final.bought}
    if completion is not None:
        reasons |= {taken.project: Reason.COMPLETED for taken in completion.chosen}
    losers = [project for project in ranking(profile) if project not in reasons]
    return (
        *(_outcome(election, profile, project, why) for project, why in reasons.items()),
        *(_shares_loser(election, profile, project, (final, share)) for project in losers),
        *_below_threshold(election, profile, rules),
    )


def _shares_loser(
    election: Election, profile: Profile, project: int, decided: tuple[Pass, Fraction]
) -> Outcome:
    """Say how much its supporters lacked, and how many untouched shares that is."""
    final, share = decided
    held = Fraction(final.purses.supporters_hold(project), final.purses.denominator)
    short = profile.projects[project].cost - held
    return _outcome(
        election,
        profile,
        project,
        Reason.NO_MONEY if profile.totals[project] else Reason.NO_SUPPORT,
        money_short=-(-short.numerator // short.denominator),
        votes_short=-(-short // share) if share else None,
    )


def _below_threshold(election: Election, profile: Profile, rules: CountRules) -> Iterator[Outcome]:
    for index, fit in enumerate(profile.eligible):
        if not fit:
            short = rules.threshold - election.scores[profile.projects[index].id]
            yield _outcome(election, profile, index, Reason.BELOW_THRESHOLD, votes_short=short)


def _outcome(
    election: Election,
    profile: Profile,
    project: int,
    reason: Reason,
    *,
    money_short: int | None = None,
    votes_short: int | None = None,
) -> Outcome:
    entry = profile.projects[project]
    return Outcome(
        project=entry.id,
        cost=entry.cost,
        votes=election.supporters[entry.id],
        score=election.scores[entry.id],
        won=reason in {Reason.CHOSEN, Reason.COMPLETED},
        reason=reason,
        money_short=money_short,
        votes_short=votes_short,
    )


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
        for group, weight in entry.in_full:
            paid[group] = entry.price * weight
            purses[group] -= paid[group]
        for group in entry.all_they_had:
            paid[group] = purses[group]
            purses[group] = Fraction(0)
        yield entry.project, paid
