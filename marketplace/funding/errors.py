"""Why funding refuses: one exception for each refusal a person, or the card processor, can meet."""

from marketplace.errors import MarketplaceError


class FundingError(MarketplaceError):
    """Anything that funding refuses."""


class UnknownDrive(FundingError):
    """This community has no such drive."""


class UnknownContribution(FundingError):
    """There is no such gift here."""


class UnknownPledge(FundingError):
    """There is no such pledge here."""


class UnknownFund(FundingError):
    """This community has no such matching fund."""


class UnknownReceipt(FundingError):
    """This community keeps no such scanned paper."""


class NotForYou(FundingError):
    """`act` is not for this member: another role or another's hand is asked for."""

    def __init__(self, act: str) -> None:
        self.act = act
        super().__init__(f"not for this member: {act}")


class NotChosen(FundingError):
    """Only a project that a round chose can raise more."""


class DriveThere(FundingError):
    """The project has a drive already that is open or reached its goal."""


class DeliveryBegun(FundingError):
    """The project is being carried out: no drive can be opened for it any more."""


class InvalidDrive(FundingError):
    """Something asked for in a drive cannot be.

    `field` is `goal_fen`, `goal_minutes`, `deadline`, `words`, `part_goal_percent`, `matching_cap`,
    `matching_percent` or `why`; `reason` is `missing`, `too little`, `too much`, `too long`,
    `past`, `too far` or `not offered`; `bound` is the bound where there is one.
    """

    def __init__(self, field: str, reason: str, *, bound: int = 0) -> None:
        self.field, self.reason, self.bound = field, reason, bound
        super().__init__(f"{field}: {reason}")


class DriveMoved(FundingError):
    """The drive is `state`: it takes nothing more, and nothing of it can be taken back."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the drive is {state}")


class DeadlineOver(FundingError):
    """The drive's deadline is over; it is settled now."""


class TooEarly(FundingError):
    """Before its deadline a drive is settled only when its whole goal is reached."""


class InvalidGift(FundingError):
    """Something about a gift cannot be.

    `field` is `amount`, `source`, `receipt`, `received_on`, `giver`, `name`, `minutes` or `words`;
    `reason` and `bound` as in `InvalidDrive`, or `several`, `unknown`, `ahead`.
    """

    def __init__(self, field: str, reason: str, *, bound: int = 0) -> None:
        self.field, self.reason, self.bound = field, reason, bound
        super().__init__(f"{field}: {reason}")


class FileUnfit(FundingError):
    """A scanned paper of a kind, or of a size, that is not kept."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"unfit file: {why}")


class GiftMoved(FundingError):
    """The gift is `state` already: it cannot be cancelled, or there is nothing to hand back."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the gift is {state}")


class SentTwice(FundingError):
    """The same entry was made before, with other content. The first one stands."""


class PledgedAlready(FundingError):
    """This member has pledged for this drive already; they can withdraw it and pledge anew."""


class PledgeMoved(FundingError):
    """The pledge is `state` already."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the pledge is {state}")


class TooFewMinutes(FundingError):
    """The member has `available` minutes to pledge, and asked for more."""

    def __init__(self, available: int) -> None:
        self.available = available
        super().__init__(f"only {available} minutes can be pledged")


class FundTooSmall(FundingError):
    """The matching fund has `free_fen` left that no other drive reserved."""

    def __init__(self, free_fen: int) -> None:
        self.free_fen = free_fen
        super().__init__(f"only {free_fen} fen are free in the fund")


class PartsReserved(FundingError):
    """Some of the project's money or minutes is reserved for a payment that is not decided yet."""


class OtherPayment(FundingError):
    """The card processor tells of another payment, or another amount, than the gift's own."""


class FundNameTaken(FundingError):
    """Another matching fund of this community has this name."""


class NotPaidYet(FundingError):
    """The processor tells of something whose beginning it has not told yet: take it up later."""
