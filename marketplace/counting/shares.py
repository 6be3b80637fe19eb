"""One pass of the Method of Equal Shares (Peters, Pierczyński and Skowron, NeurIPS 2021).

Every voter starts with the same share. In each round the project is bought whose supporters can
pay for it at the lowest rate: the price of one unit of satisfaction for those who pay in full;
supporters with less left pay all they have. It ends when no supporters can pay for a project.
A project that a ceiling or a bought one leaves no place is passed over, for good.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from heapq import heapify, heappop, heappush, heapreplace

from marketplace.counting.profile import Profile
from marketplace.counting.purses import Purses, Rate
from marketplace.counting.room import Room

_FINE = 64
"""Bits by which a lower bound of a rate is refined before it is divided by a cost."""


@dataclass(frozen=True)
class Bought:
    """A purchase during a pass: the exact rate, and what a weight of one paid."""

    project: int
    price: tuple[int, int]
    """Numerator and denominator of what one unit of weight pays, in the smallest unit."""
    rate: Rate


@dataclass(frozen=True)
class Pass:
    """The outcome of one pass, and what it left in the purses and of the room.

    Where shares were raised it may have cost more than the budget.
    """

    bought: tuple[Bought, ...]
    purses: Purses
    room: Room

    @cached_property
    def projects(self) -> frozenset[int]:
        """What was bought."""
        return frozenset(entry.project for entry in self.bought)


def buy(
    profile: Profile, share: tuple[int, int], *, within_budget: bool = False, wide: bool = False
) -> Pass:
    """Run one pass in which every voter starts with `share` (numerator, denominator).

    With `within_budget` the pass breaks off as soon as it has spent more than the budget, since it
    will be thrown away. `wide` counts in Python integers throughout.
    """
    purses = Purses(profile, share, wide=wide)
    room = Room.of(profile)
    market = _Market(profile, purses, room)
    bought: list[Bought] = []
    while (best := market.cheapest()) is not None:
        project, rate = best
        price = (rate.numerator, purses.denominator * rate.over)
        bought.append(Bought(project, price, rate))
        purses.pay(rate)
        room.take(project)
        if within_budget and room.left < 0:
            break
    return Pass(tuple(bought), purses, room)


class _Market:
    """The projects that may still be bought, each under a lower bound of its rate.

    Balances only fall, so an old bound stays a bound: a project is looked at again only when its
    bound comes up, and exactly only when its fresh bound is still the lowest.
    """

    def __init__(self, profile: Profile, purses: Purses, room: Room) -> None:
        self._profile = profile
        self._purses = purses
        self._room = room
        self._starts: dict[int, int] = {}
        self._queue: list[tuple[int, int]] = []
        for project, total in enumerate(profile.totals):
            if total and profile.eligible[project]:
                start = (profile.projects[project].cost << purses.bits) // total
                self._starts[project] = start
                self._queue.append((self._bound(project, start), project))
        heapify(self._queue)

    def _per_satisfaction(self, project: int) -> int:
        """Return what divides the price of a weight to give the rate (1 when a cost is 0)."""
        return (self._profile.projects[project].cost or 1) if self._profile.by_cost else 1

    def _bound(self, project: int, start: int) -> int:
        return (start << _FINE) // self._per_satisfaction(project)

    def cheapest(self) -> tuple[int, Rate] | None:
        """Take out the project with the lowest rate, of equals the first in tie order."""
        queue, fresh = self._queue, set[int]()
        best: tuple[int, Rate] | None = None
        best_bound = 0
        beaten: list[int] = []
        while queue and (best is None or queue[0][0] <= best_bound):
            project = queue[0][1]
            cost = self._profile.projects[project].cost
            if not self._room.allows(project):
                heappop(queue)
                continue
            if project not in fresh:
                start = self._purses.least_rate(project, cost, self._starts[project])
                if start is None:
                    heappop(queue)
                    continue
                fresh.add(project)
                self._starts[project] = start
                heapreplace(queue, (self._bound(project, start), project))
                continue
            heappop(queue)
            rate = self._purses.exact_rate(project, cost, self._starts[project])
            if rate is None:
                continue
            if best is None or self._cheaper((project, rate), best):
                if best is not None:
                    beaten.append(best[0])
                best = (project, rate)
                best_bound = self._exact_bound(project, rate)
            else:
                beaten.append(project)
        for project in beaten:
            heappush(queue, (self._bound(project, self._starts[project]), project))
        return best

    def _exact_bound(self, project: int, rate: Rate) -> int:
        over = self._purses.denominator * rate.over * self._per_satisfaction(project)
        return (rate.numerator << (self._purses.bits + _FINE)) // over

    def _cheaper(self, one: tuple[int, Rate], other: tuple[int, Rate]) -> bool:
        """Compare two exact rates by cross-multiplication, then by tie order."""
        left = one[1].numerator * other[1].over * self._per_satisfaction(other[0])
        right = other[1].numerator * one[1].over * self._per_satisfaction(one[0])
        return (left, one[0]) < (right, other[0])


def price_of(bought: Bought) -> Fraction:
    """Return what one unit of weight paid for a purchase, in the smallest unit of money."""
    return Fraction(*bought.price)
