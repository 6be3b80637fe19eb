"""What the marketplace allows, as pure functions; each policy stands in words above its code."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from marketplace.errors import (
    BadRules,
    BudgetOutOfBounds,
    ChoicesLimitOutOfBounds,
    CostOutOfBounds,
    NotACoordinator,
    NotAResident,
    NothingToVoteOn,
    NotOnTheBallot,
    ProposalsClosed,
    RoundMoved,
    TooDear,
    TooLong,
    TooManyChoices,
    TooManyProjects,
    VotingClosed,
    WordsMissing,
)
from marketplace.values import RoundPolicy

PROPOSING, VOTING, CLOSED = "proposing", "voting", "closed"

LENGTHS_MAX = {"name": 80, "title": 80, "purpose": 2000, "place": 120}
"""The most characters that each text may have."""

RULES = ("greedy", "mes")
SATISFACTIONS = ("cost", "cardinality")
"""What a round with approval ballots can be counted by."""

KEY_BYTES = 32


# A coordinator opens a round, opens its ballot, and closes it; nobody else does. (A round is looked
# up in the actor's own community, so a coordinator of one is nobody in the next.)
def coordinates(roles: Collection[str]) -> None:
    """Refuse whoever is no coordinator with `NotACoordinator`."""
    if "coordinator" not in roles:
        raise NotACoordinator


# Residents propose and vote. A coordinator who lives here is a resident too; one who only works
# here is not.
def resides(roles: Collection[str]) -> None:
    """Refuse whoever is no resident with `NotAResident`."""
    if "resident" not in roles:
        raise NotAResident


# Every text is needed, and short enough to be read on a phone.
def words(**texts: str) -> None:
    """Refuse a text that is empty (`WordsMissing`) or longer than its limit (`TooLong`)."""
    for field, text in texts.items():
        if not text.strip():
            raise WordsMissing(field)
        if len(text) > LENGTHS_MAX[field]:
            raise TooLong(field, most=LENGTHS_MAX[field])


# A round has money to give and lets everybody choose at least one project. It is counted by most
# votes or by equal shares, and a ballot that only approves has no points to weigh: terms that could
# not be counted at the end must not begin.
def terms(
    budget_fen: int, choices_max: int, *, rule: str, satisfaction: str, policy: RoundPolicy
) -> None:
    """Refuse a budget, a limit of choices or a way of counting that no round could work with."""
    if rule not in RULES or satisfaction not in SATISFACTIONS:
        raise BadRules(f"a round is not counted by {rule} with {satisfaction}")
    if not 1 <= budget_fen <= policy.budget_fen_max:
        raise BudgetOutOfBounds(policy.budget_fen_max)
    if not 1 <= choices_max <= policy.choices_max:
        raise ChoicesLimitOutOfBounds(policy.choices_max)


# Projects are proposed until the ballot opens; from then on the list is frozen. A project costs
# something, and no more than the round has: one that can never win would only waste votes. There
# are no more of them than the community finds a voter can look through.
def proposal(
    state: str, *, cost_fen: int, budget_fen: int, projects: int, policy: RoundPolicy
) -> None:
    """Refuse a proposal that comes too late, costs nothing, is too dear, or has no room."""
    if state != PROPOSING:
        raise ProposalsClosed
    if cost_fen < 1:
        raise CostOutOfBounds
    if cost_fen > budget_fen:
        raise TooDear(budget_fen)
    if projects >= policy.projects_max:
        raise TooManyProjects(policy.projects_max)


# A ballot opens once, and only when there is something to choose between.
def opening_of_ballot(state: str, *, projects: int) -> None:
    """Refuse to open a ballot twice, after closing, or with nothing on it."""
    if state != PROPOSING:
        raise RoundMoved(state)
    if not projects:
        raise NothingToVoteOn


# A round is closed once, and only while its ballot is open. Who comes second is told that it was
# closed and finds the result.
def closing(state: str) -> None:
    """Refuse to close a round whose ballot is not open with `RoundMoved`."""
    if state != VOTING:
        raise RoundMoved(state)


# A ballot approves some projects of this round, each once, at most as many as the terms say. An
# empty ballot is a ballot withdrawn.
def ballot(
    state: str, choices: Iterable[int], *, on_ballot: Collection[int], most: int
) -> tuple[int, ...]:
    """Return the choices as they are stored: project numbers, each once, ascending.

    Raises `VotingClosed`, `NotOnTheBallot` or `TooManyChoices`.
    """
    if state != VOTING:
        raise VotingClosed
    chosen = sorted(set(choices))
    if not set(chosen) <= set(on_ballot):
        raise NotOnTheBallot
    if len(chosen) > most:
        raise TooManyChoices(most, given=len(chosen))
    return tuple(chosen)


# A ballot is stored under a mark that only the round's key can lead back to a resident. When the
# key is destroyed at closing, no one can.
def voter_mark(key: bytes, resident: UUID) -> bytes:
    """Return HMAC-SHA256(round key, resident): where this resident's ballot is kept."""
    return hmac.new(key, resident.bytes, hashlib.sha256).digest()


# Who stands first on a list gets more votes, so each voter sees an order of their own. It is
# always the same for the same voter, or the page would jump about between two visits.
def ballot_order(round_id: UUID, voter: UUID, numbers: Iterable[int]) -> list[int]:
    """Return the project numbers in the order in which this voter sees them."""

    def place(number: int) -> bytes:
        seed = round_id.bytes + voter.bytes + number.to_bytes(4, "big")
        return hashlib.sha256(seed).digest()

    return sorted(numbers, key=place)


# The winners get exactly their cost; what is left goes back to the public budget, where it came
# from: no verb could ever spend it in a round that is over.
def leftover(budget_fen: int, winners: Sequence[str], costs: Mapping[str, int]) -> int:
    """Return what is left of the budget in fen after paying the winners.

    Raises ValueError if a count chose more than the budget, which no correct count can.
    """
    left = budget_fen - sum(costs[winner] for winner in winners)
    if left < 0 or len(set(winners)) < len(winners):
        raise ValueError("the count chose more than the budget holds")
    return left
