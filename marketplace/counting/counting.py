"""Count an election under frozen rules: the same input always gives the same result."""

from array import array
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketplace.counting.explaining import Explainer
from marketplace.counting.greedy import GreedyRun, choose, ranking
from marketplace.counting.profile import Profile, lay_out
from marketplace.counting.raising import equal_shares, exhaustive
from marketplace.counting.result import Count, Outcome, Pick, Purchase
from marketplace.counting.room import Room
from marketplace.counting.rules import CountRules, Rule
from marketplace.counting.shares import Bought, price_of
from marketplace.election import Election


def count(election: Election, rules: CountRules, *, wide: bool = False) -> Count:
    """Return the winners of an election under these rules, with reasons and every round.

    Pure and deterministic: neither the order of ballots, voters or projects nor how ballots are
    grouped changes the result. `wide` counts in Python integers throughout, as it does by itself
    where int64 could overflow. Raises BadRules where the rules do not fit the election.
    """
    profile = lay_out(election, rules)
    explainer = Explainer(election, profile, rules)
    if profile.voters < rules.quorum:
        return _result(election, rules, profile, explainer.no_quorum())
    if rules.rule is not Rule.MES:
        skip = rules.rule is Rule.GREEDY
        run = choose(ranking(profile), Room.of(profile), skip=skip)
        return _result(
            election, rules, profile, explainer.greedy(run), rounds=tuple(_picks(profile, run))
        )
    step = rules.step * 10**election.scale
    final, share, passes = equal_shares(profile, rules, step, wide=wide)
    purchases = tuple(_purchase(profile, bought) for bought in final.bought)
    completion: GreedyRun | None = None
    if rules.completion.then_greedy:
        rest = [project for project in ranking(profile) if project not in final.projects]
        completion = choose(rest, final.room)
    return _result(
        election,
        rules,
        profile,
        explainer.shares(final, share, completion),
        rounds=(*purchases, *(_picks(profile, completion) if completion else ())),
        share=share,
        passes=passes,
    )


def _picks(profile: Profile, run: GreedyRun) -> list[Pick]:
    return [
        Pick(profile.projects[step.project].id, profile.totals[step.project], step.left)
        for step in run.chosen
    ]


def _purchase(profile: Profile, bought: Bought) -> Purchase:
    project = profile.projects[bought.project]
    price = price_of(bought)
    order = np.argsort(bought.rate.rich)
    return Purchase(
        project=project.id,
        rate=price / project.cost if profile.by_cost and project.cost else price,
        price=price,
        in_full=_column(bought.rate.rich[order]),
        weights=_column(bought.rate.rich_weights[order]),
        all_they_had=_column(np.sort(bought.rate.poor)),
    )


def _column(numbers: NDArray[Any]) -> "array[int]":
    """Return numbers that take little room and are compared one by one."""
    column: array[int] = array("q")
    column.frombytes(numbers.astype(np.int64).tobytes())
    return column


def _result(  # noqa: PLR0913 - the parts of a Count, each named
    election: Election,
    rules: CountRules,
    profile: Profile,
    outcomes: tuple[Outcome, ...],
    *,
    rounds: tuple[Pick | Purchase, ...] = (),
    share: Fraction | None = None,
    passes: int = 0,
) -> Count:
    winners = tuple(entry.project for entry in rounds)
    total_cost = sum(outcome.cost for outcome in outcomes if outcome.won)
    return Count(
        rules=rules,
        rules_sha256=rules.sha256(),
        winners=winners,
        total_cost=total_cost,
        budget=election.budget,
        votes=election.votes,
        scale=election.scale,
        outcomes=outcomes,
        rounds=rounds,
        share=share,
        passes=passes,
        exhaustive=_exhaustive(profile, set(winners)),
        group_sizes=_column(profile.groups.sizes),
        group_of=_column(profile.groups.of_ballot),
    )


def _exhaustive(profile: Profile, winners: set[str]) -> bool:
    """Whether no eligible project would still fit beside the winners."""
    room = Room.of(profile)
    taken = {at for at, project in enumerate(profile.projects) if project.id in winners}
    for project in taken:
        room.take(project)
    return exhaustive(profile, room, taken)
