"""What a count says: winners in order, a reason for each project, and the log of its rounds."""

from collections.abc import Sequence
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
    """Greedy without skipping: the count, or its ceiling, ended at a project before it."""
    NO_ROOM = "no-room"
    """It no longer fitted under the ceiling of its category or neighbourhood."""
    INCOMPATIBLE = "incompatible"
    """A project was chosen beside which it cannot win."""
    BELOW_QUORUM = "below-quorum"
    """Too few residents voted for anything to be chosen."""


@dataclass(frozen=True)
class Outcome:
    """What became of one project, and what it lacked.

    `score` is its votes, points or rank points. With a contribution of `money_short` (rounded up
    to the smallest unit) a loser would have won, all else as it was. So it would have with
    `votes_short`: under greedy by how much its total (votes or points) fell short; under Equal
    Shares how many more supporters with untouched shares it takes. Below the threshold it says
    how much score was missing to take part, below the quorum how many ballots. None where no
    number helps or none is known. `rival` is the chosen project that excludes it, `ceiling` the
    name of the category or neighbourhood under whose ceiling it did not fit.
    """

    project: str
    cost: int
    votes: int
    score: int
    won: bool
    reason: Reason
    money_short: int | None = None
    votes_short: int | None = None
    rival: str | None = None
    ceiling: str | None = None


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
    weight; voters in `all_they_had` paid the rest of their shares. `payments` gives each amount.
    """

    project: str
    rate: Fraction
    price: Fraction
    in_full: Sequence[int]
    """Groups, ascending."""
    weights: Sequence[int]
    """Beside `in_full`: how much each group weighs the project, 1 but for points and ranks."""
    all_they_had: Sequence[int]
    """Groups, ascending."""


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
    """Whether no losing project that may win would still fit."""
    group_sizes: Sequence[int]
    """How many voters each group has that the rounds name; none under greedy."""
    group_of: Sequence[int]
    """For each of the election's ballots its group; none under greedy."""
