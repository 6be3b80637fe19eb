"""What is refused about needs."""

from uuid import UUID

from marketplace.errors import MarketplaceError


class NeedError(MarketplaceError):
    """Anything refused about a need."""


class UnknownNeed(NeedError):
    """This community has no such need."""


class NeedMoved(NeedError):
    """The need stands where this cannot be done. `state` is where it stands now."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the need is {state}")


class NeedChanged(NeedError):
    """Another author changed the words meanwhile."""


class UnknownCategory(NeedError):
    """This community has no such category, or it is retired. `key` names it."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"no category {key!r}")


class BadCategory(NeedError):
    """A category's field is empty, too long or taken. `field` names it, `why` says which."""

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__(f"{field} of a category: {why}")


class UnknownPlace(NeedError):
    """The area is not one of this community's."""


class NotAnAuthor(NeedError):
    """Only those who raised the need may do this."""


class OwnNeed(NeedError):
    """Whoever raised a need does not second it: they count as raising it already."""


class NotImpartial(NeedError):
    """A coordinator judges no need that they raised, while there is another coordinator."""


class NotForAnother(NeedError):
    """This is not among what one may do for another.

    A delegation covers visits and hours; needs are raised in one's own name, or by telephone in
    one's own words.
    """


class NoWordGiven(NeedError):
    """The caller's own word for this call is missing or over."""


class NotYourDesk(NeedError):
    """Only phone operators and coordinators write a need down for somebody else."""


class ReportedAlready(NeedError):
    """This member has reported the need before."""


class NothingReported(NeedError):
    """No report of this need waits."""


class BadPhoto(NeedError):
    """A photograph is empty or larger than `most` bytes once it is stored."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"a photograph has 1 to {most} bytes")


class NoPhotoOfNeed(NeedError):
    """There is no photograph of this need to be seen."""


class FormReused(NeedError):
    """The form's key belongs to another's need. `key` is that key."""

    def __init__(self, key: UUID) -> None:
        self.key = key
        super().__init__(f"the key {key} is taken")
