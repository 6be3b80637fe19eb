"""Why a screening refuses: one exception for each refusal that a person can meet."""

from datetime import datetime

from marketplace.errors import MarketplaceError


class UnknownScreening(MarketplaceError):
    """This need has not reached its screening yet."""


class NotWaiting(MarketplaceError):
    """The need does not wait for screening any more. `state` is where it stands now."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the need is {state}")


class OwnNeed(MarketplaceError):
    """Nobody screens a need that they raised or seconded, or decides an appeal about it."""


class ChangedMeanwhile(MarketplaceError):
    """Another coordinator has saved this checklist since it was shown. Nothing was saved."""


class InvalidPoint(MarketplaceError):
    """A point of the checklist cannot be answered so: `why` is `unknown` or `note missing`."""

    def __init__(self, point: str, why: str) -> None:
        self.point, self.why = point, why
        super().__init__(f"{point}: {why}")


class PointsOpen(MarketplaceError):
    """Points of the checklist are not answered yet: `points` are their keys, in order."""

    def __init__(self, points: tuple[str, ...]) -> None:
        self.points = points
        super().__init__(f"not answered: {', '.join(points)}")


class InvalidBand(MarketplaceError):
    """An expected cost that is none: nothing, or least above most. `field` is where."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"{field} of the expected cost")


class BandOutside(MarketplaceError):
    """The expected cost does not lie within what a project here may cost, in fen."""

    def __init__(self, least_fen: int, most_fen: int) -> None:
        self.least_fen, self.most_fen = least_fen, most_fen
        super().__init__(f"a project costs {least_fen} to {most_fen} fen")


class NotAlike(MarketplaceError):
    """A need that was named as being like this one is this one, or is not there."""


class AgainstTheChecklist(MarketplaceError):
    """The outcome contradicts the answers. `outcome` is the one that was wanted."""

    def __init__(self, outcome: str) -> None:
        self.outcome = outcome
        super().__init__(f"the answers do not carry the outcome {outcome}")


class NotItsAuthor(MarketplaceError):
    """Only who raised a need appeals against its refusal."""


class NotRefused(MarketplaceError):
    """There is nothing to appeal against: the need was not refused."""


class AppealOver(MarketplaceError):
    """The time for an appeal was over at `until`."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"appeals were possible until {until.isoformat()}")


class AppealedAlready(MarketplaceError):
    """There is one appeal for each need, and it was made."""


class NoAppeal(MarketplaceError):
    """Nobody has appealed about this need."""


class AppealDecided(MarketplaceError):
    """The appeal was decided already; the first decision stands."""


class SameScreener(MarketplaceError):
    """Who screened a need does not decide the appeal, except as a council has decided."""


class InvalidList(MarketplaceError):
    """The duty list or a question is too long, or there are too many. `field` is where."""

    def __init__(self, field: str, *, most: int) -> None:
        self.field, self.most = field, most
        super().__init__(f"{field}: at most {most}")
