"""Why delivery refuses: one exception for each refusal a person can meet."""

from marketplace.errors import MarketplaceError


class DeliveryError(MarketplaceError):
    """Anything that delivery refuses."""


class NotBegun(DeliveryError):
    """The work on this project has not begun."""


class Begun(DeliveryError):
    """The work on this project has begun already."""


class NotChosen(DeliveryError):
    """Only a project that residents chose is carried out."""


class NotFunded(DeliveryError):
    """The project's drive has not reached its goal: `state` is where the drive stands."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the drive is {state}")


class DeliveryMoved(DeliveryError):
    """The project stands where this is not done: `state` is where."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the delivery is {state}")


class NotYourProject(DeliveryError):
    """Only who undertakes the project may do this."""


class NotYoursToDecide(DeliveryError):
    """`act` is not for this member: another role or their own hand is asked for."""

    def __init__(self, act: str) -> None:
        self.act = act
        super().__init__(f"not for this member: {act}")


class InvalidDelivery(DeliveryError):
    """Something that was said cannot be.

    `field` names it. `why` is `missing`, `too long`, `too much`, `too early`, `future` or
    `unknown`; `most` is the bound where there is one.
    """

    def __init__(self, field: str, why: str, *, most: int = 0) -> None:
        self.field, self.why, self.most = field, why, most
        super().__init__(f"{field}: {why}")


class UnknownMilestone(DeliveryError):
    """This project has no such milestone."""


class ReportedAlready(DeliveryError):
    """This milestone was reported already; its report stands."""


class MilestonesOpen(DeliveryError):
    """A project is delivered when all its milestones are reported: `left` are not."""

    def __init__(self, left: int) -> None:
        self.left = left
        super().__init__(f"{left} milestones are not reported")


class TooManyPhotos(DeliveryError):
    """A report or an update has at most `most` photographs."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"at most {most} photographs")


class UnknownPhoto(DeliveryError):
    """This project has no such photograph."""


class UnknownDisbursement(DeliveryError):
    """This community has no such request for money."""


class UnknownReceipt(DeliveryError):
    """This request has no such paper, or it is not for this reader."""


class DisbursementMoved(DeliveryError):
    """The request has moved on meanwhile. `state` is where it stands now."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the request is {state}")


class BeyondBalance(DeliveryError):
    """A request asks for more than is free: `free_fen`.

    `kept_back_fen` is the last part that waits for the judgement and is not counted in.
    """

    def __init__(self, free_fen: int, kept_back_fen: int) -> None:
        self.free_fen, self.kept_back_fen = free_fen, kept_back_fen
        super().__init__(f"{free_fen} fen free, {kept_back_fen} kept back")


class TiedToIt(DeliveryError):
    """Somebody who is tied to who asks does not decide: `tie` is a value of `values.Tie`."""

    def __init__(self, tie: str) -> None:
        self.tie = tie
        super().__init__(f"may not decide: {tie}")


class Conflicted(DeliveryError):
    """An approval would carry a flag, and the community's rules allow none that does."""


class BeyondLine(DeliveryError):
    """A request asks for more than is left of its line of the budget: `free_fen`.

    `line` is empty where it names none: then only what no line has may be asked for.
    """

    def __init__(self, line: str, free_fen: int) -> None:
        self.line, self.free_fen = line, free_fen
        super().__init__(f"{free_fen} fen left of line {line!r}")


class ApprovedAlready(DeliveryError):
    """This member has approved the request already: the second one is another person."""


class ReceiptUnfit(DeliveryError):
    """A request's papers: `why` is `none`, `too many`, `kind`, `empty` or `too large`."""

    def __init__(self, why: str, *, most: int = 0) -> None:
        self.why, self.most = why, most
        super().__init__(why)
