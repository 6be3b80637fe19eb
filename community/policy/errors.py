"""Why a policy pack is refused: one exception for each refusal."""

from datetime import datetime

from community.errors import CommunityError


class PolicyError(CommunityError):
    """Any refusal about policy. What was in force stays in force."""


class NotAnAdministrator(PolicyError):
    """Only an administrator of the community decides its rules."""


class NotRetroactive(PolicyError):
    """A pack would hold from a moment that is over: what was done then was done by other rules."""

    def __init__(self, holds_from: datetime) -> None:
        self.holds_from = holds_from
        super().__init__(f"{holds_from.isoformat()} is over")


class MomentTaken(PolicyError):
    """Another pack holds from the same moment already."""

    def __init__(self, holds_from: datetime) -> None:
        self.holds_from = holds_from
        super().__init__(f"another pack holds from {holds_from.isoformat()}")


class InvalidPack(PolicyError):
    """A name or a source that no pack can have; a pack read from a file never has one."""
