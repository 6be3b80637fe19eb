"""Count an election under frozen rules: the same input always gives the same result."""

from fractions import Fraction

from marketplace.counting.explaining import greedy_outcomes, shares_outcomes
from marketplace.counting.greedy import GreedyRun, choose, ranking
from marketplace.counting.profile import Profile, lay_out
from marketplace.counting.raising import equal_shares
from marketplace.counting.result import Count, Outcome, Pick, Purchase
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
    if rules.rule is not Rule.MES:
        run = choose(profile, ranking(profile), profile.budget, skip=rules.rule is Rule.GREEDY)
        rounds = tuple(_pick(profile, run))
        outcomes = greedy_outcomes(election, profile, rules, run)
        return _result(election, rules, profile, outcomes=outcomes, rounds=rounds)
    step = rules.step * 10**election.scale
    final, share, passes = equal_shares(profile, rules, step, wide=wide)
    purchases = tuple(_purchase(profile, bought) for bought in final.bought)
    completion: GreedyRun | None = None
    if rules.completion.then_greedy:
        taken = {bought.project for bought in final.bought}
        rest = [project for project in ranking(profile) if project not in taken]
        completion = choose(profile, rest, profile.budget - final.cost)
    return _result(
        election,
        rules,
        profile,
        outcomes=shares_outcomes(election, profile, rules, (final, share, completion)),
        rounds=(*purchases, *(_pick(profile, completion) if completion else ())),
        share=share,
        passes=passes,
    )


def _pick(profile: Profile, run: GreedyRun) -> list[Pick]:
    return [
        Pick(profile.projects[taken.project].id, profile.totals[taken.project], taken.left)
        for taken in run.chosen
    ]


def _purchase(profile: Profile, bought: Bought) -> Purchase:
    project = profile.projects[bought.project]
    price = price_of(bought)
    rich = zip(bought.rate.rich.tolist(), bought.rate.rich_weights.tolist(), strict=True)
    return Purchase(
        project=project.id,
        rate=price / project.cost if profile.by_cost and project.cost else price,
        price=price,
        in_full=tuple(sorted(rich)),
        all_they_had=tuple(sorted(bought.rate.poor.tolist())),
    )


def _result(  # noqa: PLR0913 - the parts of a Count, each named
    election: Election,
    rules: CountRules,
    profile: Profile,
    *,
    outcomes: tuple[Outcome, ...],
    rounds: tuple[Pick | Purchase, ...],
    share: Fraction | None = None,
    passes: int = 0,
) -> Count:
    winners = tuple(entry.project for entry in rounds)
    total_cost = sum(outcome.cost for outcome in outcomes if outcome.won)
    left = election.budget - total_cost
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
        exhaustive=not any(not outcome.won and outcome.cost <= left for outcome in outcomes),
        group_sizes=tuple(profile.sizes.tolist()),
        group_of=profile.group_of,
    )
