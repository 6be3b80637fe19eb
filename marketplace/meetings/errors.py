"""Why a meeting refuses: one exception for each refusal that a person can meet."""

from datetime import date, datetime
from uuid import UUID

from marketplace.errors import MarketplaceError


class UnknownMeeting(MarketplaceError):
    """This community has no such meeting, item, motion or decision."""


class NotYourMeeting(MarketplaceError):
    """Only others may do this: a coordinator, who chairs, who writes the minutes, who is there."""

    def __init__(self, act: str) -> None:
        self.act = act
        super().__init__(f"may not {act}")


class InvalidMeeting(MarketplaceError):
    """Something in a meeting cannot be: `field` is the form's name for it."""

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__(f"{field}: {why}")


class NoticeTooShort(MarketplaceError):
    """The meeting would begin too soon after its notice; `earliest` is the first day it may."""

    def __init__(self, earliest: date) -> None:
        self.earliest = earliest
        super().__init__(f"not before {earliest}")


class MeetingOver(MarketplaceError):
    """The meeting has been held or called off: `state` says which."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the meeting is {state}")


class NotNow(MarketplaceError):
    """It is too early or too late for this; it can be done from `opens` until `closes`."""

    def __init__(self, opens: datetime, closes: datetime | None) -> None:
        self.opens, self.closes = opens, closes
        super().__init__(f"from {opens} until {closes}")


class AgendaClosed(MarketplaceError):
    """Items could be proposed until `until`."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"items were proposed until {until}")


class WrongRoomCode(MarketplaceError):
    """The number typed is not the one shown in the room now."""


class NotThere(MarketplaceError):
    """Only who is written down as present may do this."""


class RaiseYourHand(MarketplaceError):
    """Votes are counted without names, and who is in the room is counted there."""


class VotedAlready(MarketplaceError):
    """The member has voted on this already."""


class NoQuorum(MarketplaceError):
    """Too few are there to decide: `present` of the `needed`."""

    def __init__(self, present: int, needed: int) -> None:
        self.present, self.needed = present, needed
        super().__init__(f"{present} of {needed}")


class TooManyVotes(MarketplaceError):
    """More votes than people who may still vote: `given` of at most `most`."""

    def __init__(self, given: int, most: int) -> None:
        self.given, self.most = given, most
        super().__init__(f"{given} of {most}")


class VoteOpen(MarketplaceError):
    """Another vote is still open."""


class VoteOver(MarketplaceError):
    """The vote is counted, or was taken back."""


class ReplacedAlready(MarketplaceError):
    """Another decision has taken the place of this one."""


class MinutesMissing(MarketplaceError):
    """Some items have no minutes yet: `items` are their numbers."""

    def __init__(self, items: tuple[int, ...]) -> None:
        self.items = items
        super().__init__(f"no minutes of {items}")


class MinutesClosed(MarketplaceError):
    """The minutes are published, or not yet shared: `state` says how far they are."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the minutes are {state}")


class PeopleThere(MarketplaceError):
    """Somebody to be taken off the list has voted already."""

    def __init__(self, members: tuple[UUID, ...] = ()) -> None:
        self.members = members
        super().__init__("somebody has voted")
