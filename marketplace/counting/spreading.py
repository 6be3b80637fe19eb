"""Whose money decided: what each ballot's share paid for, and how evenly that was spread."""

from collections.abc import Iterator
from fractions import Fraction

from marketplace.counting.result import Count, Purchase


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
        for group, weight in zip(entry.in_full, entry.weights, strict=True):
            paid[group] = entry.price * weight
            purses[group] -= paid[group]
        for group in entry.all_they_had:
            paid[group] = purses[group]
            purses[group] = Fraction(0)
        yield entry.project, paid
