"""What every voter has left, exactly, at the speed of machine integers.

Equal Shares divides, and each purchase multiplies the denominators: after fifty purchases a
balance may need a thousand bits. So a balance is kept twice:

- **exactly but unevaluated**: share - (rate of purchase 1) x (weight) - ..., or nothing once a
  voter paid all. The rates are integers over one common denominator, and a sum of balances over
  many groups needs one multiplication for each purchase;
- **roughly**: an integer number of grains (2 ** -`bits` of the smallest unit of money) that is
  never below the exact balance and less than `slack` above it.

The rough balance sorts out what cannot matter; whatever it leaves open is settled exactly. The
rough balances are int64 when `bits_for` proves that no sum can overflow, else Python integers in
an object array: the same code, the same result.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketplace.counting.profile import Profile

GRAINS_LEAST = 8
"""With fewer bits than this the rough balance would settle too little: use Python integers."""
GRAINS_MOST = 40
GRAINS_WIDE = 64
MACHINE = 62
"""Bits that a sum may need in int64, one kept in reserve."""


def bits_for(profile: Profile, share: int) -> int | None:
    """Return how fine a grain int64 allows, or None when it allows none that is fine enough.

    No intermediate value exceeds: all balances together plus one grain for each voter, a cost, a
    rate times a weight (a rate never exceeds the largest balance plus a grain), or the number of
    voters times the heaviest weight. `share` is a share rounded up to the smallest unit.
    """
    dearest = max((project.cost for project in profile.projects), default=0)
    largest = max(profile.voters * (share + 1), dearest, (share + 1) * profile.heaviest)
    if (profile.voters * profile.heaviest).bit_length() > MACHINE:
        return None
    bits = min(GRAINS_MOST, MACHINE - largest.bit_length())
    return bits if bits >= GRAINS_LEAST else None


@dataclass(frozen=True)
class Rate:
    """What one unit of weight pays, exactly: `numerator` / (denominator of the purses x `over`)."""

    numerator: int
    over: int
    poor: NDArray[np.int32]
    """Groups that pay all they have left, which is less than the rate times their weight."""
    rich: NDArray[np.int32]
    """Groups that pay the rate times their weight in full."""
    rich_weights: NDArray[Any]


class Purses:
    """The balances of all groups during one pass of Equal Shares."""

    def __init__(self, profile: Profile, share: tuple[int, int], *, wide: bool = False) -> None:
        """Give each voter `share` (numerator, denominator) in the smallest unit of money.

        `wide` asks for Python integers even where int64 would do.
        """
        groups = profile.groups
        bits = None if wide else bits_for(profile, -(-share[0] // share[1]))
        self.bits = GRAINS_WIDE if bits is None else bits
        self._dtype: type = object if bits is None else np.int64
        self._sizes: NDArray[Any] = groups.sizes.astype(self._dtype)
        self._members = list(groups.members)
        self._weights = [weights.astype(self._dtype) for weights in groups.weights]
        self._plain = profile.heaviest == 1
        self._heaviest = profile.heaviest
        self.denominator = share[1]
        self._share = share[0]
        self._rates: list[int] = []
        top = -(-(share[0] << self.bits) // share[1])
        self._top = top
        self._rough = np.full(len(groups.sizes), top, dtype=self._dtype)
        self._slack = 1
        paid = np.uint8 if profile.heaviest < 256 else self._dtype  # noqa: PLR2004 - a byte
        # A row for each purchase to come: one that never comes takes no memory.
        self._paid = np.zeros((len(profile.projects), len(groups.sizes)), dtype=paid)

    def least_rate(self, project: int, cost: int, start: int) -> int | None:
        """Return a rate in grains that the exact one is not below; None: they cannot afford it.

        `start` is an earlier answer for this project (balances only fall, so rates only rise).
        Newton's method from below on the concave sum of min(balance, rate x weight): whoever has
        less than a rate that is too low is poor for sure.
        """
        found = self._narrow(project, cost, start)
        return None if found is None else found[0]

    def _narrow(
        self, project: int, cost: int, start: int
    ) -> tuple[int, NDArray[Any], NDArray[Any], NDArray[Any]] | None:
        """Return a lower bound of the rate, then groups: surely poor, the others, their weights."""
        groups, weights = self._members[project], self._weights[project]
        rough = self._rough[groups]
        alive = rough > 0
        if not alive.all():
            groups, weights, rough = groups[alive], weights[alive], rough[alive]
            self._members[project], self._weights[project] = groups, weights
        sizes = self._sizes[groups]
        need = cost << self.bits
        if int(sizes @ rough) < need:
            return None
        poor_groups: list[NDArray[Any]] = []
        rate = start
        while len(groups):
            poor = rough < (rate if self._plain else rate * weights)
            if poor.any():
                poor_groups.append(groups[poor])
                need -= int(sizes[poor] @ rough[poor])
                rich = ~poor
                groups, weights, rough, sizes = (
                    groups[rich],
                    weights[rich],
                    rough[rich],
                    sizes[rich],
                )
                if not len(groups):
                    return None
            elif rate != start or poor_groups:
                break
            weight = int(sizes.sum() if self._plain else sizes @ weights)
            raised = max(need // weight, rate)
            if raised == rate:
                break
            rate = raised
        poor_all = np.concatenate(poor_groups) if poor_groups else groups[:0]
        return rate, poor_all, groups, weights

    def exact_rate(self, project: int, cost: int, start: int) -> Rate | None:
        """Return the exact rate at which its supporters can pay for a project; None if they cannot.

        The rate r solves: sum over supporters of min(balance, r x weight) = cost.
        """
        found = self._narrow(project, cost, start)
        if found is None:
            return None
        _, poor, rich, weights = found
        while len(rich):
            sizes = self._sizes[rich]
            over = int(sizes @ weights)
            numerator = cost * self.denominator - self.held(poor)
            in_grains = -(-(numerator << self.bits) // (self.denominator * over))
            # Beyond the largest balance all are doubtful, and a larger product might overflow.
            in_grains = min(in_grains, self._top + 1)
            doubtful = np.flatnonzero(self._rough[rich] - self._slack < in_grains * weights)
            poorer = [
                at
                for at in doubtful.tolist()
                if self._balance(int(rich[at])) * over < numerator * int(weights[at])
            ]
            if not poorer:
                return Rate(numerator, over, poor, rich, weights)
            stays = np.ones(len(rich), dtype=bool)
            stays[poorer] = False
            poor = np.concatenate([poor, rich[~stays]])
            rich, weights = rich[stays], weights[stays]
        return None

    def supporters_hold(self, project: int) -> int:
        """Return what a project's supporters have left together, times `denominator`."""
        return self.held(self._members[project])

    def held(self, groups: NDArray[np.int32]) -> int:
        """Return what the voters of these groups have left together, times `denominator`."""
        groups = groups[self._rough[groups] > 0]
        if not len(groups):
            return 0
        sizes = self._sizes[groups]
        total = int(sizes.sum()) * self._share
        if self._rates:
            paid = np.take(self._paid[: len(self._rates)], groups, axis=1) @ sizes
            total -= self._at_rates(paid.tolist())
        return total

    def _balance(self, group: int) -> int:
        """Return what one voter of a living group has left, times `denominator`."""
        return self._share - self._at_rates(self._paid[: len(self._rates), group].tolist())

    def _at_rates(self, weights: Iterable[int]) -> int:
        """Return what was paid with these weights, one for each purchase so far."""
        total = 0
        for weight, rate in zip(weights, self._rates, strict=True):
            if weight:
                total += weight * rate
        return total

    def pay(self, rate: Rate) -> None:
        """Take the payments of a purchase from the purses."""
        common = gcd(rate.numerator, rate.over)
        numerator, grow = rate.numerator // common, rate.over // common
        if grow != 1:
            self.denominator *= grow
            self._share *= grow
            self._rates = [earlier * grow for earlier in self._rates]
        self._rates.append(numerator)
        self._paid[len(self._rates) - 1, rate.rich] = rate.rich_weights
        floor = (numerator << self.bits) // self.denominator
        self._rough[rate.rich] -= floor if self._plain else floor * rate.rich_weights
        self._rough[rate.poor] = 0
        self._slack += self._heaviest
