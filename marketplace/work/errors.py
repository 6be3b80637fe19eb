"""What work for a project refuses: one exception for each, with what a person can act on."""

from datetime import datetime

from marketplace.errors import MarketplaceError


class UnknownSlot(MarketplaceError):
    """This community has no such slot."""


class InvalidSlot(MarketplaceError):
    """No slot can be like this. `field` names what is wrong, `reason` how, `most` the limit."""

    def __init__(self, field: str, reason: str, *, most: int = 0) -> None:
        self.field, self.reason, self.most = field, reason, most
        super().__init__(f"{field}: {reason}")


class NotYourWork(MarketplaceError):
    """Only who undertakes the project, or a coordinator, may do this. `act` is what."""

    def __init__(self, act: str) -> None:
        self.act = act
        super().__init__(f"not yours to {act}")


class NoWorkNow(MarketplaceError):
    """The project is not being carried out: not yet, or no longer."""


class SlotOver(MarketplaceError):
    """The slot has begun, or was called off: nobody signs up or steps back any more."""


class SlotNotBegun(MarketplaceError):
    """Nobody can have been there before the slot begins, at `starts_at`."""

    def __init__(self, starts_at: datetime) -> None:
        self.starts_at = starts_at
        super().__init__(f"begins {starts_at}")


class SlotFull(MarketplaceError):
    """Every place is taken."""


class BusyThen(MarketplaceError):
    """Who signs up helps elsewhere at that time; `elsewhere` says that it is not for a project."""

    def __init__(self, *, elsewhere: bool = False) -> None:
        self.elsewhere = elsewhere
        super().__init__("busy elsewhere" if elsewhere else "busy for a project")


class NotSignedUp(MarketplaceError):
    """This member has no turn in the slot."""


class NoMinutesLeft(MarketplaceError):
    """The project cannot promise `asked` minutes: `available` are left."""

    def __init__(self, *, available: int, asked: int) -> None:
        self.available, self.asked = available, asked
        super().__init__(f"{available} minutes are left, not {asked}")


class OwnHours(MarketplaceError):
    """Nobody confirms their own hours."""


class TooLongStated(MarketplaceError):
    """A slot counts at most as long as it was planned: `most` minutes; at least one."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"1 to {most} minutes")


class SettledOtherwise(MarketplaceError):
    """Somebody has written down something else about this turn already; that stands."""


class NothingToCorrect(MarketplaceError):
    """Nobody has written down yet whether this member came, or it says that already."""


class SpentAlready(MarketplaceError):
    """Who helped has spent what should go back: `available` minutes are left to them."""

    def __init__(self, available: int) -> None:
        self.available = available
        super().__init__(f"{available} minutes are left")


class PlacesSettled(MarketplaceError):
    """Somebody was written down as having been there: the slot cannot be called off any more."""


class GrantRefused(MarketplaceError):
    """The community grants a project at most `most` minutes in all; 0 is none at all."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"at most {most} minutes for a project")
