"""The marketplace's refusals: one exception for each, with words a person can act on."""


class MarketplaceError(Exception):
    """Anything the marketplace refuses."""


class BadElectionFile(MarketplaceError):
    """A `.pb` file that could give a wrong result if it were counted.

    `line` is the line in the file, 0 where the fault lies in the whole. Nothing was counted.
    """

    def __init__(self, problem: str, *, advice: str, line: int = 0) -> None:
        self.line = line
        self.problem = problem
        self.advice = advice
        where = f"line {line}: " if line else ""
        super().__init__(f"{where}{problem}. {advice}")


class BadRules(MarketplaceError):
    """Counting rules that contradict themselves or do not fit the election."""


class NotACoordinator(MarketplaceError):
    """Only a coordinator of the round's community may do this."""


class NotAResident(MarketplaceError):
    """Only a resident of the round's community may do this."""


class UnknownRound(MarketplaceError):
    """This community has no such round."""


class UnknownProject(MarketplaceError):
    """This community has no such project."""


class UnknownElection(MarketplaceError):
    """This community has no such election."""


class WordsMissing(MarketplaceError):
    """A text that is needed was left empty. `field` names it."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"{field} is empty")


class TooLong(MarketplaceError):
    """A text has more than `most` characters. `field` names it."""

    def __init__(self, field: str, *, most: int) -> None:
        self.field, self.most = field, most
        super().__init__(f"{field} has more than {most} characters")


class BudgetOutOfBounds(MarketplaceError):
    """A round's budget is 1 fen to `most` fen."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"a budget is 1 to {most} fen")


class ChoicesLimitOutOfBounds(MarketplaceError):
    """A ballot approves up to 1 to `most` projects."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"a ballot's limit is 1 to {most} projects")


class PointsOutOfBounds(MarketplaceError):
    """A ballot with points hands out 1 to `most`, on one project at most all; others none."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"a ballot hands out 1 to {most} points")


class ThresholdOutOfBounds(MarketplaceError):
    """What nobody wants is never chosen: a project needs a score of at least 1."""


class QuorumOutOfBounds(MarketplaceError):
    """A quorum is 0 to 100 per cent of those who may vote."""


class CeilingOutOfBounds(MarketplaceError):
    """The part for `name` (a category's key or an area's id) is 1 fen to the budget, `most`."""

    def __init__(self, name: str, *, most: int) -> None:
        self.name, self.most = name, most
        super().__init__(f"the part for {name} is 1 to {most} fen")


class CostOutOfBounds(MarketplaceError):
    """A project costs at least one fen."""


class TooDear(MarketplaceError):
    """A project costs more than the whole round has: `budget_fen`."""

    def __init__(self, budget_fen: int) -> None:
        self.budget_fen = budget_fen
        super().__init__(f"the round has {budget_fen} fen")


class TooManyProjects(MarketplaceError):
    """A round has room for `most` projects."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"a round has room for {most} projects")


class ProposalsClosed(MarketplaceError):
    """The ballot has opened: the list of projects is frozen."""


class NothingToVoteOn(MarketplaceError):
    """A ballot cannot open before a project was proposed."""


class RoundMoved(MarketplaceError):
    """The round has moved on meanwhile. `state` is where it stands now."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the round is {state}")


class VotingClosed(MarketplaceError):
    """The round's ballot is not open: not yet, or no longer."""


class VotedTwice(MarketplaceError):
    """Two memberships of one person have both voted in a round that is still open."""

    def __init__(self, round_name: str) -> None:
        self.round_name = round_name
        super().__init__(f"both have voted in {round_name}")


class NotOnTheBallot(MarketplaceError):
    """A choice names a project that is not on this round's ballot."""


class TooManyChoices(MarketplaceError):
    """A ballot approves at most `most` projects; `given` were chosen. The ballot before stands."""

    def __init__(self, most: int, *, given: int) -> None:
        self.most, self.given = most, given
        super().__init__(f"{given} chosen, at most {most}")


class GroupTooSmall(MarketplaceError):
    """Projects that exclude one another are at least two."""


class NotInTheElectorate(MarketplaceError):
    """Whoever asks may not vote in this round; `reason` is a value of `electorate.WhyNot`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"may not vote: {reason}")


class DatesWrong(MarketplaceError):
    """A round's ballot opens in the future, closes after it opens, and lasts at least a while.

    `field` names the date: `opens` or `closes`.
    """

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"{field}: not a date that a round can have")


class ElectorateWrong(MarketplaceError):
    """An electorate has an age of 0 to `most` and at least one role, or a council."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"an age of 0 to {most}, and a role")


class BadArea(MarketplaceError):
    """A round's area, or one that a part of the budget is for, lies in the round's community."""


class ByPlansOnly(MarketplaceError):
    """This round takes plans of needs; nothing is proposed for it straight away."""


class NotYoursToEnter(MarketplaceError):
    """Only who raised the need, who undertakes its plan, or a coordinator enters or takes out."""


class PlanEmpty(MarketplaceError):
    """The plan has no version yet, so nothing can stand on a ballot."""


class PlanEntered(MarketplaceError):
    """The plan stands in a round already."""


class OutsideArea(MarketplaceError):
    """The project is not in the round's area."""


class NotLonger(MarketplaceError):
    """A ballot that is open only lasts longer, and at most `days` days more."""

    def __init__(self, days: int) -> None:
        self.days = days
        super().__init__(f"a ballot is extended by at most {days} days")


class TooManyExtensions(MarketplaceError):
    """A ballot that is open is extended at most `most` times; this community's policy says so."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"extended at most {most} times")


class NotACorrection(MarketplaceError):
    """A title on an open ballot is corrected where it was mistyped, not given another meaning."""


class NamedTwice(MarketplaceError):
    """A ballot names project `number` twice. The ballot before stands."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"project {number} is named twice")


class OverBudget(MarketplaceError):
    """What a knapsack ballot names costs `over_fen` more than the round has."""

    def __init__(self, over_fen: int) -> None:
        self.over_fen = over_fen
        super().__init__(f"{over_fen} fen over the budget")


class TooManyPoints(MarketplaceError):
    """A ballot hands out at most `most` points; `given` were. The ballot before stands."""

    def __init__(self, most: int, *, given: int) -> None:
        self.most, self.given = most, given
        super().__init__(f"{given} points handed out, at most {most}")


class PointsWrong(MarketplaceError):
    """Project `number` gets points that no ballot of this round can give: 1 to `most`.

    `number` is 0 and `most` 0 where the ballot has no points, or not one beside each choice.
    """

    def __init__(self, number: int = 0, *, most: int = 0) -> None:
        self.number, self.most = number, most
        super().__init__(f"project {number} gets 1 to {most} points")


class NotYetCounted(MarketplaceError):
    """There is no result before the round was closed and counted."""


class KeyMissing(MarketplaceError):
    """The key of a round whose ballot is open is not where keys are kept. No ballot is lost."""


class BallotDamaged(MarketplaceError):
    """A sealed ballot does not open: it was changed by other hands than this program's."""


class VotesAlone(MarketplaceError):
    """Nobody votes for somebody else, whatever else they may do for them."""


class DeskCodeWrong(MarketplaceError):
    """No ballot waits at a desk for this code: it was mistyped, used, replaced, or is too old."""


class NotAtTheDesk(MarketplaceError):
    """Only coordinators and operators open ballots at the desk, and not their own."""


class UnknownReceipt(MarketplaceError):
    """No ballot of this round has such a receipt."""
