"""Why kinship, consent and delegation are refused: one exception for each refusal."""

from datetime import datetime
from uuid import UUID

from community.bonds import Missing
from community.errors import CommunityError


class InvalidBond(CommunityError):
    """Something in a kinship, consent or delegation cannot be: `field` says what, `why` how.

    The fields: `relative`, `kind`, `evidence`, `why`, `delegate`, `acts`, `until`, `words`,
    `language`, `channel`, `witness`, `given_at`.
    """

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__(f"{field}: {why}")


class AlreadyKin(CommunityError):
    """The two are on record as kin; `kinship` is the one that stands."""

    def __init__(self, kinship: UUID) -> None:
        self.kinship = kinship
        super().__init__(f"the two are kin already: {kinship}")


class AlreadyMarried(CommunityError):
    """One of the two has a spouse on record; `member` says which."""

    def __init__(self, member: UUID) -> None:
        self.member = member
        super().__init__(f"member {member} has a spouse on record")


class OwnKin(CommunityError):
    """Nobody records or ends their own kinship."""


class UnknownKinship(CommunityError):
    """There is no such kinship, or not in this community."""

    def __init__(self, kinship: UUID) -> None:
        self.kinship = kinship
        super().__init__(f"there is no kinship {kinship} here")


class UnknownDelegation(CommunityError):
    """There is no such delegation, or not within reach of who asks."""

    def __init__(self, delegation: UUID) -> None:
        self.delegation = delegation
        super().__init__(f"there is no delegation {delegation} here")


class OwnDelegation(CommunityError):
    """Nobody of the staff records a delegation to themselves, or their own as a member's."""


class AlreadyGranted(CommunityError):
    """A delegation with other terms was granted with the same form; that one stands."""

    def __init__(self, delegation: UUID) -> None:
        self.delegation = delegation
        super().__init__(f"delegation {delegation} was granted with the same form")


class NotDelegated(CommunityError):
    """This member may not do this for that one: `missing` says what is missing.

    `since` is the moment at which it ended, where there was one.
    """

    def __init__(self, member: UUID, missing: Missing, since: datetime | None = None) -> None:
        self.member, self.missing, self.since = member, missing, since
        super().__init__(f"not delegated by {member}: {missing.value}")
