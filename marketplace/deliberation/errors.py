"""Why a deliberation refuses: one exception for each refusal that a person can meet."""

from datetime import datetime

from marketplace.errors import MarketplaceError


class UnknownArgument(MarketplaceError):
    """This community has no such argument."""


class NotOpen(MarketplaceError):
    """Nothing new can be said about this need: `why` is its state, or `voting` or `counted`."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"not open: {why}")


class NotAgreed(MarketplaceError):
    """Whoever speaks for the first time agrees to the neighbourly rules."""


class TooFast(MarketplaceError):
    """Somebody said `most` things within an hour; they may speak again at `again_at`."""

    def __init__(self, most: int, again_at: datetime) -> None:
        self.most, self.again_at = most, again_at
        super().__init__(f"at most {most} an hour")


class NotYourWords(MarketplaceError):
    """Only whoever said something changes it or takes it back."""


class OwnWords(MarketplaceError):
    """Nobody marks or reports their own words."""


class AmendOver(MarketplaceError):
    """Words could be amended until `until`; from then on something is added to them."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"amendable until {until.isoformat()}")


class GoneWords(MarketplaceError):
    """The words were taken back or hidden, so nothing more is done with them."""


class TooManyAdded(MarketplaceError):
    """Something was added to these words `most` times already."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"at most {most} additions")


class ReportedAlready(MarketplaceError):
    """This member has reported these words before."""


class BadReportReason(MarketplaceError):
    """A report names none of the reasons there are."""


class NothingToRule(MarketplaceError):
    """No report and no wish for a second look waits here: somebody was faster."""


class NotImpartial(MarketplaceError):
    """The words concern whoever would judge them, and another coordinator can."""


class SameModerator(MarketplaceError):
    """A second look is taken by another coordinator than the one who hid the words."""


class NotHidden(MarketplaceError):
    """Only words that were hidden are looked at again."""


class AskedAlready(MarketplaceError):
    """A second look is asked for once."""


class Lopsided(MarketplaceError):
    """The two sides of a summary do not get equal space. `field` is the one that is too short."""

    def __init__(self, field: str, *, least: int) -> None:
        self.field, self.least = field, least
        super().__init__(f"{field} needs at least {least} characters")


class SummaryChanged(MarketplaceError):
    """Somebody has written another version meanwhile. Nothing was saved."""


class NotAMember(MarketplaceError):
    """Whoever is said to have spoken is no active member of this community."""


class RulesChanged(MarketplaceError):
    """Somebody has changed the neighbourly rules meanwhile. Nothing was saved."""
