"""Who of whom voted, told so coarsely that nobody's staying away can be found out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

LEAST: Final = 10
"""No figure is about fewer people, neither of those who voted nor of those who did not."""


@dataclass(frozen=True, slots=True)
class Group:
    """Some of those who could vote. `names` are the parts that it is put together of."""

    names: tuple[str, ...]
    could: int
    voted: int

    @property
    def stayed(self) -> int:
        """How many of them did not vote."""
        return self.could - self.voted

    def fit(self, least: int = LEAST) -> bool:
        """Say whether it is large enough to be told."""
        return self.voted >= least and self.stayed >= least


def joined(groups: Iterable[Group]) -> Group:
    """Return several groups as one."""
    together = tuple(groups)
    return Group(
        names=tuple(name for one in together for name in one.names),
        could=sum(one.could for one in together),
        voted=sum(one.voted for one in together),
    )


# Both a group's voters and those of it who stayed away are people who could be pointed at, so both
# must be ten or more. What is too small goes into one group together; where that is too small
# itself, or leaves a gap that subtraction from the total would fill, the smallest of the others
# joins it. What is told is a partition of everybody, and from a partition nothing smaller than its
# parts can be computed.
def told_apart(groups: Sequence[Group], *, least: int = LEAST) -> tuple[Group, ...]:
    """Return groups that may be told, the largest first, the one of small ones last.

    Nothing where they could only be told all together.
    """
    large = sorted(
        (one for one in groups if one.fit(least)), key=lambda one: (one.could, one.names)
    )
    small = sorted((one for one in groups if not one.fit(least)), key=lambda one: one.names)
    while small and large and not joined(small).fit(least):
        small.append(large.pop(0))
    told = [*reversed(large), *([joined(small)] if small else [])]
    return tuple(told) if len(told) > 1 else ()


# Ages stand in an order, so a band that is too small joins its neighbour rather than a far one.
def told_in_order(groups: Sequence[Group], *, least: int = LEAST) -> tuple[Group, ...]:
    """Return groups that may be told, each of neighbours in the order given.

    Nothing where they could only be told all together.
    """
    told: list[Group] = []
    waiting: list[Group] = []
    for one in groups:
        waiting.append(one)
        if joined(waiting).fit(least):
            told.append(joined(waiting))
            waiting = []
    if waiting and told:
        told[-1] = joined((told[-1], *waiting))
    return tuple(told) if len(told) > 1 else ()
