"""Why a plan, a call or an amendment refuses: one exception for each refusal a person can meet."""

from marketplace.errors import MarketplaceError


class PlanError(MarketplaceError):
    """Anything that plans refuse."""


class UnknownPlan(PlanError):
    """This community has no such plan, or the plan no such version."""


class UnknownCall(PlanError):
    """This need has no such call for undertakers."""


class UnknownOffer(PlanError):
    """This call has no such offer."""


class UnknownAmendment(PlanError):
    """This plan has no such amendment."""


class UnknownFile(PlanError):
    """This community keeps no such file."""


class NotYourPlan(PlanError):
    """Only who raised the need, and who undertakes it, may do this."""


class NotForYou(PlanError):
    """`act` is not for this member: another role or another's hand is asked for."""

    def __init__(self, act: str) -> None:
        self.act = act
        super().__init__(f"not for this member: {act}")


class InvalidPlan(PlanError):
    """Something in a plan cannot be.

    `field` names it, with a number for a line: `title`, `line-2-label`. `why` is `missing`,
    `too long`, `too much`, `too many`, `twice`, `negative`, `nothing`, `past`, or `unknown`;
    `most` is the bound where there is one.
    """

    def __init__(self, field: str, why: str, *, most: int = 0) -> None:
        self.field, self.why, self.most = field, why, most
        super().__init__(f"{field}: {why}")


class StaleVersion(PlanError):
    """The plan has a newer version than the one that was started from: `latest`."""

    def __init__(self, latest: int) -> None:
        self.latest = latest
        super().__init__(f"the plan is at version {latest}")


class NothingChanged(PlanError):
    """What was sent says nothing new."""


class PlanFrozen(PlanError):
    """The plan stands on an open ballot: it changes no more."""


class NotWanted(PlanError):
    """The need waits for no plan now. `state` is where it stands."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the need is {state}")


class CallOpen(PlanError):
    """There is a call already whose undertaker is not chosen yet."""


class CallMoved(PlanError):
    """The call has moved on meanwhile. `state` is where it stands now."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the call is {state}")


class HasUndertaker(PlanError):
    """Somebody undertakes this plan already."""


class OfferedAlready(PlanError):
    """This group, or this member, has answered this call already."""


class OwnOffer(PlanError):
    """Who has an offer in a call does not choose in it."""


class NotUndertaking(PlanError):
    """This member does not undertake this plan."""


class AmendmentMoved(PlanError):
    """The amendment was answered or taken back meanwhile. `state` is where it stands now."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the amendment is {state}")


class OwnAmendment(PlanError):
    """Nobody supports an amendment of their own: it has their support already."""


class TooManyAmendments(PlanError):
    """One resident has at most `most` open amendments to a plan at a time."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"at most {most} open amendments at a time")


class AmendmentConflicts(PlanError):
    """What an amendment changes was changed since: `parts` names what. Someone has to look."""

    def __init__(self, parts: tuple[str, ...]) -> None:
        self.parts = parts
        super().__init__(f"changed since: {', '.join(parts)}")


class FileUnfit(PlanError):
    """A file is empty or too large, or a version has more of them than `most`."""

    def __init__(self, why: str, *, most: int = 0) -> None:
        self.why, self.most = why, most
        super().__init__(why)
