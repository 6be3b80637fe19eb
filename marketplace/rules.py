"""What the marketplace allows, as pure functions; each policy stands in words above its code."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from uuid import UUID

from marketplace.errors import (
    BadRules,
    BudgetOutOfBounds,
    CeilingOutOfBounds,
    ChoicesLimitOutOfBounds,
    CostOutOfBounds,
    DatesWrong,
    ElectorateWrong,
    GroupTooSmall,
    NamedTwice,
    NotACoordinator,
    NotACorrection,
    NotAResident,
    NotAtTheDesk,
    NothingToVoteOn,
    NotLonger,
    NotOnTheBallot,
    OverBudget,
    PointsOutOfBounds,
    PointsWrong,
    ProposalsClosed,
    QuorumOutOfBounds,
    RoundMoved,
    ThresholdOutOfBounds,
    TooDear,
    TooLong,
    TooManyChoices,
    TooManyExtensions,
    TooManyPoints,
    TooManyProjects,
    VotesAlone,
    VotingClosed,
    WordsMissing,
)
from marketplace.values import BallotForm, Marks, Round, RoundPolicy, Setup, Terms

PROPOSING, VOTING, CLOSED = "proposing", "voting", "closed"

LENGTHS_MAX = {"name": 80, "title": 80, "purpose": 2000, "place": 120, "why": 300}
"""The most characters that each text may have."""

RULES = ("greedy", "mes")
SATISFACTIONS = {
    BallotForm.APPROVAL: ("cost", "cardinality"),
    BallotForm.KNAPSACK: ("cost", "cardinality"),
    BallotForm.CUMULATIVE: ("cost", "cardinality", "score", "points"),
    BallotForm.ORDINAL: ("cost", "cardinality", "score", "borda"),
}
"""What a round with ballots of each form can be counted by."""

POINTS_MAX = 1000
"""The most points that one ballot can hand out."""

KEY_BYTES = 32

NUMBER_MAX = 999
VOTING_MIN = timedelta(hours=1)
EXTENSION_MAX = timedelta(days=14)
AGE_MIN_MAX = 120
ELECTORATE_ROLES = frozenset({"resident", "elder"})
"""Who can be asked to vote: roles that people have because they live here."""
ALIKE_MIN = 0.6
"""The least likeness of a corrected title to the one before, as difflib has it."""


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
# votes or by equal shares, by what its ballots say: terms that could not be counted at the end must
# not begin. Points are given where ballots hand them out, and only there. A part of the budget that
# is kept for a category or an area is no more than the whole. And what nobody votes for is never
# chosen, however much money is left.
def terms(given: Terms, *, policy: RoundPolicy) -> None:
    """Refuse a budget, a limit or a way of counting that no round could work with.

    Raises `BadRules`, `BudgetOutOfBounds`, `ChoicesLimitOutOfBounds`, `PointsOutOfBounds`,
    `ThresholdOutOfBounds`, `QuorumOutOfBounds`, `CeilingOutOfBounds`.
    """
    if given.rule not in RULES or given.satisfaction not in SATISFACTIONS[given.kind]:
        raise BadRules(f"a round is not counted by {given.rule} with {given.satisfaction}")
    given.count_rules.canonical()
    if not 1 <= given.budget_fen <= policy.budget_fen_max:
        raise BudgetOutOfBounds(policy.budget_fen_max)
    if not 1 <= given.choices_max <= policy.choices_max:
        raise ChoicesLimitOutOfBounds(policy.choices_max)
    pointed = given.kind is BallotForm.CUMULATIVE
    if not (1 <= given.points <= POINTS_MAX if pointed else given.points == 0):
        raise PointsOutOfBounds(POINTS_MAX)
    if not 0 <= given.points_each_max <= given.points:
        raise PointsOutOfBounds(POINTS_MAX)
    if given.threshold < 1:
        raise ThresholdOutOfBounds
    if not 0 <= given.quorum <= 100:  # noqa: PLR2004 (per cent)
        raise QuorumOutOfBounds
    _ceilings(given)


def _ceilings(given: Terms) -> None:
    bounded = [(one.grouping, one.name) for one in given.ceilings]
    for one in given.ceilings:
        twice = bounded.count((one.grouping, one.name)) > 1
        if twice or not 1 <= one.amount <= given.budget_fen:
            raise CeilingOutOfBounds(one.name, most=given.budget_fen)


# Projects are proposed until the ballot opens; from then on the list is frozen. A project costs
# something, and no more than the round has: one that can never win would only waste votes. There
# are no more of them than the community finds a voter can look through, and than three digits can
# number: one that has left again keeps its number (`last` is the highest).
def proposal(
    state: str, *, cost_fen: int, budget_fen: int, projects: int, last: int, policy: RoundPolicy
) -> None:
    """Refuse a proposal that comes too late, costs nothing, is too dear, or has no room."""
    if state != PROPOSING:
        raise ProposalsClosed
    if cost_fen < 1:
        raise CostOutOfBounds
    if cost_fen > budget_fen:
        raise TooDear(budget_fen)
    if projects >= policy.projects_max or last >= NUMBER_MAX:
        raise TooManyProjects(policy.projects_max)


# A ballot opens once, when there is something to choose between, and before it would have to close.
def opening_of_ballot(current: Round, *, projects: int, at: datetime) -> None:
    """Refuse to open a ballot twice, after closing, with nothing on it, or too late."""
    still_proposing(current.state)
    if not projects:
        raise NothingToVoteOn
    if current.voting_closes_at is not None and current.voting_closes_at <= at:
        raise DatesWrong("closes")


# What a round is set up with may change until its ballot opens; then all of it is frozen.
def still_proposing(state: str) -> None:
    """Refuse a change to a round whose ballot has opened with `RoundMoved`."""
    if state != PROPOSING:
        raise RoundMoved(state)


# Dates lie ahead, and a ballot that opens and closes by itself is open for at least an hour. An age
# is one that people have, and somebody may vote.
def setup(given: Setup, *, at: datetime) -> None:
    """Refuse dates or an electorate that no round can have: `DatesWrong`, `ElectorateWrong`."""
    dates(given.voting_opens_at, given.voting_closes_at, at=at)
    asked = given.electorate
    if not 0 <= asked.age_min <= AGE_MIN_MAX or not asked.roles <= ELECTORATE_ROLES:
        raise ElectorateWrong(AGE_MIN_MAX)
    if not asked.roles and asked.council_id is None:
        raise ElectorateWrong(AGE_MIN_MAX)


def dates(opens: datetime | None, closes: datetime | None, *, at: datetime) -> None:
    """Refuse dates that have passed or stand in the wrong order with `DatesWrong`."""
    if opens is not None and opens <= at:
        raise DatesWrong("opens")
    if closes is not None and closes < (opens or at) + VOTING_MIN:
        raise DatesWrong("closes")


# Projects exclude one another in groups of two or more; a project may stand in several groups.
def incompatible(
    groups: Iterable[Collection[int]], *, on_ballot: Collection[int]
) -> tuple[tuple[int, ...], ...]:
    """Return the groups as they are stored. Raises `NotOnTheBallot`, `GroupTooSmall`."""
    wanted = sorted({tuple(sorted(set(group))) for group in groups if group})
    for group in wanted:
        if not set(group) <= set(on_ballot):
            raise NotOnTheBallot
        if len(group) == 1:
            raise GroupTooSmall
    return tuple(wanted)


# A ballot that is open only ever lasts longer, so often as the community allows, and not for ever:
# whoever is behind must not be able to wait until they are ahead.
def extension(
    current: Round, until: datetime, *, at: datetime, times: int, policy: RoundPolicy
) -> None:
    """Refuse to move the closing time of an open ballot where that may not be.

    Raises `RoundMoved`, `TooManyExtensions`, `NotLonger`.
    """
    closing(current.state)
    ends = current.voting_closes_at
    if ends is None or ends <= at:
        raise RoundMoved(CLOSED)
    if times >= policy.extensions_max:
        raise TooManyExtensions(policy.extensions_max)
    if not ends < until <= ends + EXTENSION_MAX:
        raise NotLonger(EXTENSION_MAX.days)


# A title is corrected where it was mistyped: most of it stays as it stood when the ballot opened.
def correction(state: str, before: str, after: str) -> None:
    """Refuse another title under the name of a correction: `RoundMoved`, `NotACorrection`."""
    closing(state)
    if SequenceMatcher(None, before, after, autojunk=False).ratio() < ALIKE_MIN:
        raise NotACorrection


# A round is closed once, and only while its ballot is open. Who comes second is told that it was
# closed and finds the result.
def closing(state: str) -> None:
    """Refuse to close a round whose ballot is not open with `RoundMoved`."""
    if state != VOTING:
        raise RoundMoved(state)


# A ballot names projects of this round, each once, at most as many as the terms say. Where it is
# filled like a bag, they fit into the budget together. Where it hands out points, a project that
# gets none is not named, and not all points need be used. Only an order of preference is kept as it
# was given. An empty ballot is a ballot withdrawn.
def ballot(state: str, marks: Marks, *, terms: Terms, costs: Mapping[int, int]) -> Marks:
    """Return a ballot as it is stored; `costs` has the fen of each project on the ballot.

    Raises `VotingClosed`, `NotOnTheBallot`, `NamedTwice`, `TooManyChoices`, `OverBudget`,
    `TooManyPoints` or `PointsWrong`.
    """
    if state != VOTING:
        raise VotingClosed
    if not set(marks.choices) <= set(costs):
        raise NotOnTheBallot
    if terms.kind is BallotForm.CUMULATIVE:
        kept = _points_kept(marks, terms)
    elif marks.points:
        raise PointsWrong
    elif terms.kind is BallotForm.ORDINAL:
        _refuse_twice(marks.choices)
        kept = marks
    else:
        kept = Marks(tuple(sorted(set(marks.choices))))
    if len(kept.choices) > terms.choices_max:
        raise TooManyChoices(terms.choices_max, given=len(kept.choices))
    over = sum(costs[number] for number in kept.choices) - terms.budget_fen
    if terms.kind is BallotForm.KNAPSACK and over > 0:
        raise OverBudget(over)
    return kept


def _points_kept(marks: Marks, terms: Terms) -> Marks:
    """Return choices ascending with their points, without those that get none."""
    if len(marks.points) != len(marks.choices):
        raise PointsWrong
    _refuse_twice(marks.choices)
    given = {n: many for n, many in sorted(zip(marks.choices, marks.points, strict=True)) if many}
    most = terms.points_each_max or terms.points
    for number, many in given.items():
        if not 1 <= many <= most:
            raise PointsWrong(number, most=most)
    if sum(given.values()) > terms.points:
        raise TooManyPoints(terms.points, given=sum(given.values()))
    return Marks(tuple(given), tuple(given.values()))


def _refuse_twice(choices: Sequence[int]) -> None:
    seen: set[int] = set()
    for number in choices:
        if number in seen:
            raise NamedTwice(number)
        seen.add(number)


# Nobody votes for anybody else, whatever else was delegated to them: a ballot is one's own.
def votes_alone(acting_for: UUID | None) -> None:
    """Refuse whoever acts for another with `VotesAlone`."""
    if acting_for is not None:
        raise VotesAlone


# A coordinator or an operator opens a ballot at the desk for a resident who came; never for
# themselves, for nobody else would have seen who voted.
def serves_at_desk(roles: Collection[str], *, own: bool) -> None:
    """Refuse whoever may not open this ballot at the desk with `NotAtTheDesk`."""
    if own or not {"coordinator", "phone_operator"} & set(roles):
        raise NotAtTheDesk


# A ballot is stored under a mark that only the round's key can lead back to a resident. When the
# key is destroyed at closing, no one can.
def voter_mark(key: bytes, resident: UUID) -> bytes:
    """Return HMAC-SHA256(round key, resident): where this resident's ballot is kept."""
    return hmac.digest(key, resident.bytes, "sha256")


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
