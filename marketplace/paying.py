"""What one ballot's share paid for, from the stored log of a count: for whoever holds a receipt."""

from dataclasses import dataclass
from fractions import Fraction

from marketplace.counting import Satisfaction
from marketplace.election import Ballot, BallotKind
from marketplace.results import Counted


@dataclass(frozen=True, slots=True)
class Paid:
    """What one voter's share gave for a chosen project, in the smallest unit of money."""

    project: str
    amount: int


def paid_by(counted: Counted, ballot: Ballot) -> tuple[Paid, ...]:
    """Return what the share of one voter with this ballot paid for, in the order of choosing.

    Under Equal Shares as the count's log has it: each purchase took its price, or all that was
    left. What greedy chose was paid by all who wanted it, in proportion to the weight they gave
    it. Amounts are rounded to the nearest. Nothing where the count was stored without its log.
    """
    log = counted.log
    if log is None:
        return ()
    weights = _weights(ballot, BallotKind(log["kind"]), counted.rules.satisfaction, log["ranks"])
    exact: list[tuple[str, Fraction]] = []
    left = Fraction(log["share"] or 0)
    for project, price in log["purchases"]:
        paid = min(Fraction(price) * weights.get(project, 0), left)
        left -= paid
        exact.append((project, paid))
    for project, total in log["picks"]:
        cost = counted.outcomes[project].cost
        weight = weights.get(project, 0)
        exact.append((project, Fraction(cost * weight, total) if total else Fraction(0)))
    return tuple(Paid(project, _rounded(paid)) for project, paid in exact if paid)


def _weights(
    ballot: Ballot, kind: BallotKind, satisfaction: Satisfaction, ranks: int
) -> dict[str, int]:
    """Return how much a count weighs each project that this ballot names."""
    if satisfaction is Satisfaction.BORDA:
        last = len(ballot.choices) - 1
        return {project: last - place for place, project in enumerate(ballot.choices)}
    scored = satisfaction in {Satisfaction.POINTS, Satisfaction.SCORE}
    if scored and kind is BallotKind.CUMULATIVE:
        return dict(zip(ballot.choices, ballot.points, strict=True))
    if scored and kind is BallotKind.ORDINAL:
        return {project: ranks - place for place, project in enumerate(ballot.choices)}
    return dict.fromkeys(ballot.choices, 1)


def _rounded(amount: Fraction) -> int:
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)
