"""A slow, plain second opinion on counts: one voter at a time, fractions throughout.

Written from the published definitions: utilitarian greedy (Talmon and Faliszewski, AAAI 2019), the
Method of Equal Shares and its add1 (Peters, Pierczynski and Skowron, NeurIPS 2021; Faliszewski and
others, IJCAI 2023), and, for what these leave open, docs/counting.md.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

from hypothesis import strategies as st

from marketplace.counting import Completion, CountRules, Rule, Satisfaction
from marketplace.election import Ballot, BallotKind, Ceiling, Election, Grouping, Project

FITTING = {
    BallotKind.APPROVAL: (Satisfaction.COST, Satisfaction.CARDINALITY, Satisfaction.SCORE),
    BallotKind.CHOOSE_ONE: (Satisfaction.COST, Satisfaction.CARDINALITY, Satisfaction.SCORE),
    BallotKind.CUMULATIVE: (
        Satisfaction.COST,
        Satisfaction.CARDINALITY,
        Satisfaction.POINTS,
        Satisfaction.SCORE,
    ),
    BallotKind.ORDINAL: (
        Satisfaction.COST,
        Satisfaction.CARDINALITY,
        Satisfaction.BORDA,
        Satisfaction.SCORE,
    ),
}
"""Which satisfactions each kind of ballot can be counted with."""


@dataclass
class PlainVote:
    """What each project is worth to one voter, before its cost comes in."""

    worth: dict[str, int]


def votes_of(election: Election, satisfaction: Satisfaction) -> list[PlainVote]:
    """Spell the ballots out, voter by voter."""
    longest = max((len(ballot.choices) for ballot in election.ballots), default=0)
    places = max(longest, int(election.fact("max_length") or 0))
    votes = []
    for ballot in election.ballots:
        worth = {}
        for rank, choice in enumerate(ballot.choices):
            worth[choice] = 1
            if satisfaction is Satisfaction.BORDA:
                worth[choice] = len(ballot.choices) - rank - 1
            elif election.kind is BallotKind.CUMULATIVE and satisfaction in {
                Satisfaction.POINTS,
                Satisfaction.SCORE,
            }:
                worth[choice] = ballot.points[rank]
            elif election.kind is BallotKind.ORDINAL and satisfaction is Satisfaction.SCORE:
                worth[choice] = places - rank
        votes += [PlainVote(worth)] * ballot.votes
    return votes


def by_cost(satisfaction: Satisfaction) -> bool:
    return satisfaction in {Satisfaction.COST, Satisfaction.SCORE}


def fitting(election: Election, threshold: int) -> set[str]:
    """Return the projects whose score, as cities count it, reaches the threshold."""
    votes = votes_of(election, Satisfaction.SCORE)
    return {
        project.id
        for project in election.projects
        if sum(vote.worth.get(project.id, 0) for vote in votes) >= threshold
    }


def has_place(election: Election, winners: list[str], project: str) -> bool:
    """Look at ceilings and exclusions afresh: could it stand beside these, money aside."""
    return not too_dear_for(election, winners, project) and not excluded(election, winners, project)


def excluded(election: Election, winners: list[str], project: str) -> bool:
    return any(project in group and set(group) & set(winners) for group in election.incompatible)


def too_dear_for(election: Election, winners: list[str], project: str) -> list[Ceiling]:
    """Return the ceilings that a project would break beside these."""
    by_id = {entry.id: entry for entry in election.projects}
    broken = []
    for ceiling in election.ceilings:
        inside = [by_id[name] for name in [*winners, project] if under(ceiling, by_id[name])]
        if by_id[project] in inside and sum(one.cost for one in inside) > ceiling.amount:
            broken.append(ceiling)
    return broken


def under(ceiling: Ceiling, project: Project) -> bool:
    if ceiling.grouping is Grouping.CATEGORY:
        return ceiling.name in project.category.split(",")
    return project.neighbourhood == ceiling.name


def winners(election: Election, rules: CountRules) -> list[str]:
    """Count by the book, whatever the rules."""
    if election.votes < rules.quorum:
        return []
    fit = fitting(election, rules.threshold)
    if rules.rule is not Rule.MES:
        return greedy(election, rules.satisfaction, rules.rule, among=fit)
    if rules.completion.raises_shares:
        bought = raised_shares(
            election,
            rules.satisfaction,
            step=rules.step,
            stop_when_exhaustive=rules.completion in {Completion.ADD1, Completion.ADD1_GREEDY},
            among=fit,
        )
    else:
        share = Fraction(election.budget, max(election.votes, 1))
        bought = [name for name, _ in shares(election, rules.satisfaction, share, among=fit)]
    if rules.completion.then_greedy:
        return greedy(election, rules.satisfaction, Rule.GREEDY, among=fit, already=bought)
    return bought


def greedy(
    election: Election,
    satisfaction: Satisfaction,
    rule: Rule,
    *,
    among: set[str],
    already: list[str] | None = None,
) -> list[str]:
    """Pick again and again the best of what is left, comparing every pair."""
    votes = votes_of(election, satisfaction)
    costs = {project.id: project.cost for project in election.projects}
    totals = {name: sum(vote.worth.get(name, 0) for vote in votes) for name in costs}
    prices = dict.fromkeys(costs, 1) if by_cost(satisfaction) else costs

    won = list(already or [])
    open_ = among - set(won)
    closed: list[Ceiling] = []
    by_id = {project.id: project for project in election.projects}
    while open_:
        best = next(
            name
            for name in open_
            if all(name == o or _better(name, o, totals, prices) for o in open_)
        )
        open_.remove(best)
        left = election.budget - sum(costs[name] for name in won)
        broken = too_dear_for(election, won, best)
        if any(under(ceiling, by_id[best]) for ceiling in closed):
            continue
        if excluded(election, won, best):
            continue
        if costs[best] <= left and not broken:
            won.append(best)
        elif rule is Rule.GREEDY_NO_SKIP:
            if costs[best] > left:
                break
            closed += broken
    return won


def _better(one: str, other: str, totals: dict[str, int], prices: dict[str, int]) -> bool:
    """Compare totals per price; what is free and wanted beats all, free and unwanted is worth 0."""

    def free_and_wanted(name: str) -> bool:
        return prices[name] == 0 < totals[name]

    if free_and_wanted(one) or free_and_wanted(other):
        if free_and_wanted(one) and free_and_wanted(other):
            return one < other
        return free_and_wanted(one)
    left, right = (
        Fraction(totals[name], prices[name]) if prices[name] else Fraction(0)
        for name in (one, other)
    )
    return one < other if left == right else left > right


def shares(
    election: Election,
    satisfaction: Satisfaction,
    share: Fraction,
    *,
    among: set[str] | None = None,
) -> list[tuple[str, Fraction]]:
    """One pass of Equal Shares: pairs of a project and its rate, in order."""
    votes = votes_of(election, satisfaction)
    purses = [share for _ in votes]
    open_ = [p for p in election.projects if among is None or p.id in among]
    bought: list[tuple[str, Fraction]] = []
    while True:
        offers = []
        for project in open_:
            gain = {
                voter: vote.worth[project.id] * (project.cost if by_cost(satisfaction) else 1)
                for voter, vote in enumerate(votes)
                if vote.worth.get(project.id)
            }
            if not gain or sum(purses[voter] for voter in gain) < project.cost:
                continue
            if not has_place(election, [name for name, _ in bought], project.id):
                continue
            offers.append((_rate(project.cost, gain, purses), project.id, project, gain))
        if not offers:
            return bought
        rate, _, project, gain = min(offers, key=lambda offer: offer[:2])
        for voter, worth in gain.items():
            purses[voter] -= min(purses[voter], rate * worth)
        open_.remove(project)
        bought.append((project.id, rate))


def _rate(cost: int, gain: dict[int, int], purses: list[Fraction]) -> Fraction:
    """Try each supporter as the first, poorest first, who can pay in full."""
    if cost == 0:
        return Fraction(0)
    order = sorted(gain, key=lambda voter: purses[voter] / gain[voter])
    for at, voter in enumerate(order):
        missing = cost - sum(purses[poor] for poor in order[:at])
        rate = missing / Fraction(sum(gain[rich] for rich in order[at:]))
        if rate * gain[voter] <= purses[voter]:
            return rate
    raise AssertionError("supporters who have enough can pay")


def raised_shares(
    election: Election,
    satisfaction: Satisfaction,
    *,
    step: int,
    stop_when_exhaustive: bool,
    among: set[str],
) -> list[str]:
    """Equal Shares whose shares grow step by step, by the book."""
    voters = max(election.votes, 1)
    costs = {project.id: project.cost for project in election.projects}
    votes = votes_of(election, satisfaction)
    wanted = {name for name in among if any(vote.worth.get(name) for vote in votes)}
    share, kept = Fraction(election.budget, voters), None
    while True:
        outcome = [name for name, _ in shares(election, satisfaction, share, among=among)]
        left = election.budget - sum(costs[name] for name in outcome)
        if left < 0:
            assert kept is not None
            return kept
        placed = {n for n in among - set(outcome) if has_place(election, outcome, n)}
        fits = any(costs[name] <= left for name in placed)
        if not wanted & placed or (stop_when_exhaustive and not fits):
            return outcome
        kept = outcome
        share += step


@st.composite
def elections(draw: st.DrawFn, *, kinds: tuple[BallotKind, ...] = tuple(BallotKind)) -> Election:
    """Small elections full of ties: few distinct costs, many like ballots, odd ids.

    Of the approval ballots some are knapsacks; some elections have ceilings, some exclusions.
    """
    kind = draw(st.sampled_from(kinds))
    ids = draw(
        st.lists(
            st.sampled_from(["1", "2", "9", "10", "11", "A", "a", "Ż", "居1"]),
            min_size=1,
            max_size=6,
            unique=True,
        )
    )
    costs = st.sampled_from([0, 1, 2, 3, 3, 5, 6, 6, 7, 10, 12, 30])
    projects = tuple(Project(name, draw(costs)) for name in ids)
    budget = draw(st.integers(1, 40))
    knapsack = kind is BallotKind.APPROVAL and draw(st.booleans())
    ballots: dict[tuple[tuple[str, ...], tuple[int, ...]], int] = {}
    for _ in range(draw(st.integers(0, 8))):
        longest = 1 if kind is BallotKind.CHOOSE_ONE else len(ids)
        choices = tuple(draw(st.lists(st.sampled_from(ids), max_size=longest, unique=True)))
        points: tuple[int, ...] = ()
        if kind is BallotKind.CUMULATIVE:
            points = tuple(draw(st.integers(0, 4)) for _ in choices)
        elif kind is not BallotKind.ORDINAL:
            choices = tuple(sorted(choices))
        if knapsack:
            choices = _packed(choices, {p.id: p.cost for p in projects}, budget)
        ballots[choices, points] = draw(st.integers(1, 3))
    election = Election(
        kind=kind,
        budget=budget,
        projects=projects,
        ballots=tuple(Ballot(*marks, votes) for marks, votes in ballots.items()),
        meta=(("max_sum_cost", str(budget)),) if knapsack else (),
    )
    return draw(bounded(election)) if draw(st.booleans()) else election


def _packed(choices: tuple[str, ...], costs: dict[str, int], budget: int) -> tuple[str, ...]:
    """Leave out of a knapsack what no longer fits into it."""
    kept: list[str] = []
    for choice in choices:
        if sum(costs[one] for one in [*kept, choice]) <= budget:
            kept.append(choice)
    return tuple(kept)


@st.composite
def bounded(draw: st.DrawFn, election: Election) -> Election:
    """Sort projects into categories and neighbourhoods with ceilings, and let some exclude some."""
    projects = tuple(
        replace(
            project,
            category=draw(st.sampled_from(["", "a", "b", "a,b"])),
            neighbourhood=draw(st.sampled_from(["", "north", "south"])),
        )
        for project in election.projects
    )
    amounts = st.integers(0, election.budget)
    ceilings = [Ceiling(Grouping.CATEGORY, name, draw(amounts)) for name in ("a", "b")]
    ceilings.append(Ceiling(Grouping.NEIGHBOURHOOD, "north", draw(amounts)))
    ids = [project.id for project in projects]
    groups = st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True).map(tuple)
    return replace(
        election,
        projects=projects,
        ceilings=tuple(ceiling for ceiling in ceilings if draw(st.booleans())),
        incompatible=tuple(draw(st.lists(groups, max_size=2))),
    )
