"""What a count says: winners in order, a reason for each project, and the log of its rounds."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from marketplace.counting.rules import CountRules


class Reason(StrEnum):
    """Why a project won or lost."""

    CHOSEN = "chosen"
    COMPLETED = "completed"
    """Chosen by the greedy completion from the money that Equal Shares left."""
    BELOW_THRESHOLD = "below-threshold"
    NO_SUPPORT = "no-support"
    NO_MONEY = "no-money"
    """Greedy: it no longer fitted. Equal Shares: its supporters could not pay for it."""
    NOT_REACHED = "not-reached"
    """Greedy without skipping: the count ended at a project before it."""


@dataclass(frozen=True)
class Outcome:
    """What became of one project, and what it lacked.

    `score` is its votes, points or rank points. With a contribution of `money_short` (rounded up
    to the smallest unit) a loser would have won, all else as it was. So it would have with
    `votes_short`: under greedy by how much its total (votes or points) fell short; under Equal
    Shares how many more supporters with untouched shares it takes. Below the threshold it says
    how much score was missing to take part. None where no number helps or none is known.
    """

    project: str
    cost: int
    votes: int
    score: int
    won: bool
    reason: Reason
    money_short: int | None = None
    votes_short: int | None = None


@dataclass(frozen=True)
class Pick:
    """A round of greedy: what was chosen, on which total, with how much money before it."""

    project: str
    total: int
    left: int


@dataclass(frozen=True)
class Purchase:
    """A round of Equal Shares: who paid for a project, by ballot group.

    `rate` is paid per unit of satisfaction; `price` is what a voter in `in_full` paid per unit of
    weight (weights are 1 but for points and Borda); voters in `all_they_had` paid the rest of
    their shares. `marketplace.counting.payments` gives each amount.
    """

    project: str
    rate: Fraction
    price: Fraction
    in_full: tuple[tuple[int, int], ...]
    """Pairs of a group and the weight it gives the project."""
    all_they_had: tuple[int, ...]


@dataclass(frozen=True)
class Count:
    """A finished count. Money is in 10 ** -`scale` of the currency, shares may be fractions."""

    rules: CountRules
    rules_sha256: str
    winners: tuple[str, ...]
    total_cost: int
    budget: int
    votes: int
    scale: int
    outcomes: tuple[Outcome, ...]
    rounds: tuple[Pick | Purchase, ...]
    share: Fraction | None
    """What each voter had to begin with in the pass that decided; None under greedy."""
    passes: int
    """How many passes Equal Shares has, one for each raised share; 0 under greedy."""
    exhaustive: bool
    """Whether no losing project would still fit into the budget."""
    group_sizes: tuple[int, ...]
    group_of: tuple[int, ...]
    """For each of the election's ballots the group that the rounds name."""
