"""Why a move between communities is refused: one exception for each refusal."""

from uuid import UUID

from timebank.errors import TimebankError


class UnknownMove(TimebankError):
    """There is no such move, or it is none of this community's."""

    def __init__(self, move: UUID) -> None:
        self.move = move
        super().__init__(f"there is no move {move} here")


class NoClearing(TimebankError):
    """The two communities have no agreement, or one of them lets no hours come and go."""


class ClearingFull(TimebankError):
    """The move would pass what the two communities may owe: `left` minutes are still free."""

    def __init__(self, *, left: int, asked: int) -> None:
        self.left, self.asked = left, asked
        super().__init__(f"{asked} minutes would go along, {left} are left of what was agreed")


class NothingToTake(TimebankError):
    """There are no saved hours to take along: leaving and joining are enough."""


class HoursSetAside(TimebankError):
    """Some of the hours are set aside for something that is not over; `held` minutes."""

    def __init__(self, held: int) -> None:
        self.held = held
        super().__init__(f"{held} minutes are set aside")


class AlreadyMoving(TimebankError):
    """The member's move to another community is open; one at a time."""


class OpenMove(TimebankError):
    """A member who is merged or erased is about to move: that is decided first."""


class NotReleased(TimebankError):
    """The old community has not let the member go yet."""


class MoveOver(TimebankError):
    """Nothing is left to decide: the move was done, declined or taken back."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the move is {state}")


class SameHand(TimebankError):
    """A move is agreed by two people, one of each side, and neither is the one who moves."""


class NoReason(TimebankError):
    """Whoever declines says why, in at most 500 characters."""


class InvalidAgreement(TimebankError):
    """No two communities can agree on this: `field` is `other` or `limit`."""

    def __init__(self, field: str, why: str) -> None:
        self.field = field
        super().__init__(why)


class NotAboveBoth(TimebankError):
    """Only an administrator over both communities says what they may owe one another."""
