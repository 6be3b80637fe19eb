"""A slow, plain second opinion on counts: one voter at a time, fractions throughout."""

from dataclasses import dataclass
from fractions import Fraction

from hypothesis import strategies as st

from marketplace.counting import Rule, Satisfaction
from marketplace.election import Ballot, BallotKind, Election, Project

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


def greedy(election: Election, satisfaction: Satisfaction, rule: Rule) -> list[str]:
    """Pick again and again the best of what is left, comparing every pair."""
    votes = votes_of(election, satisfaction)
    costs = {project.id: project.cost for project in election.projects}
    totals = {name: sum(vote.worth.get(name, 0) for vote in votes) for name in costs}

    def better(one: str, other: str) -> bool:
        left, right = totals[one], totals[other]
        if not by_cost(satisfaction):
            if costs[one] == 0 or costs[other] == 0:
                free_one, free_other = costs[one] == 0 < left, costs[other] == 0 < right
                if free_one != free_other:
                    return free_one
                if free_one:
                    return one < other
                # A free project without support is worth nothing.
                left, right = (0 if costs[one] == 0 else left), (0 if costs[other] == 0 else right)
                return one < other if left == right else left > right
            left, right = left * costs[other], right * costs[one]
        return one < other if left == right else left > right

    open_, money, winners = set(costs), election.budget, []
    while open_:
        best = next(name for name in open_ if all(name == o or better(name, o) for o in open_))
        open_.remove(best)
        if costs[best] <= money:
            winners.append(best)
            money -= costs[best]
        elif rule is Rule.GREEDY_NO_SKIP:
            break
    return winners


def shares(
    election: Election, satisfaction: Satisfaction, share: Fraction
) -> list[tuple[str, Fraction]]:
    """One pass of Equal Shares: pairs of a project and its rate, in order."""
    votes = votes_of(election, satisfaction)
    purses = [share for _ in votes]
    open_ = sorted(election.projects, key=lambda project: project.id)
    bought = []
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
    election: Election, satisfaction: Satisfaction, *, step: int, stop_when_exhaustive: bool
) -> list[str]:
    """Equal Shares whose shares grow step by step, by the book."""
    voters = max(election.votes, 1)
    costs = {project.id: project.cost for project in election.projects}
    votes = votes_of(election, satisfaction)
    wanted = {name for name in costs if any(vote.worth.get(name) for vote in votes)}
    share, kept = Fraction(election.budget, voters), None
    while True:
        outcome = [name for name, _ in shares(election, satisfaction, share)]
        spent = sum(costs[name] for name in outcome)
        if spent > election.budget:
            assert kept is not None
            return kept
        fits = any(
            name not in outcome and cost <= election.budget - spent for name, cost in costs.items()
        )
        if set(outcome) == wanted or (stop_when_exhaustive and not fits):
            return outcome
        kept = outcome
        share += step


@st.composite
def elections(draw: st.DrawFn, *, kinds: tuple[BallotKind, ...] = tuple(BallotKind)) -> Election:
    """Small elections full of ties: few distinct costs, many like ballots, odd ids."""
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
    ballots: dict[tuple[tuple[str, ...], tuple[int, ...]], int] = {}
    for _ in range(draw(st.integers(0, 8))):
        longest = 1 if kind is BallotKind.CHOOSE_ONE else len(ids)
        choices = tuple(draw(st.lists(st.sampled_from(ids), max_size=longest, unique=True)))
        points: tuple[int, ...] = ()
        if kind is BallotKind.CUMULATIVE:
            points = tuple(draw(st.integers(0, 4)) for _ in choices)
        ballots[choices, points] = draw(st.integers(1, 3))
    return Election(
        kind=kind,
        budget=draw(st.integers(1, 40)),
        projects=projects,
        ballots=tuple(Ballot(*marks, votes) for marks, votes in ballots.items()),
    )
