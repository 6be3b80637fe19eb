"""Why saved hours stay where they are: one exception for each refusal that a person can meet."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from timebank.errors import TimebankError


class HoursError(TimebankError):
    """Any refusal of a gift, a donation, a proposal, an estate. Nothing of it is stored."""


class UnknownHours(HoursError):
    """There is no such gift, donation, proposal, estate or needs profile that this member sees."""

    def __init__(self, what: str, key: UUID) -> None:
        self.what, self.key = what, key
        super().__init__(f"there is no {what} {key} here")


class InvalidHours(HoursError):
    """Something that was typed cannot be: `field` names it, `why` says it.

    `most` is the bound that was passed, in the field's unit; else 0.
    """

    def __init__(self, field: str, why: str, *, most: int = 0) -> None:
        self.field, self.why, self.most = field, why, most
        super().__init__(f"{field}: {why}")


class OwnHandOnly(HoursError):
    """Saved hours are given and accepted by their owner alone, never by somebody for them."""


class NotTheirAct(HoursError):
    """The act belongs to somebody else: only the receiver accepts, only a coordinator proposes."""

    def __init__(self, act: str) -> None:
        self.act = act
        super().__init__(f"this member may not {act}")


class SentBefore(HoursError):
    """This form was sent before with other content; what was stored then stands."""

    def __init__(self, key: UUID) -> None:
        self.key = key
        super().__init__(f"this form was sent before, for {key}")


class NoDonations(HoursError):
    """The community does not take donations of saved hours."""


class MayNotReceive(HoursError):
    """This member cannot be given hours: `why` is `oneself` or `gone`."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"cannot receive: {why}")


class GiftOver(HoursError):
    """The gift waits no more: it was answered, taken back or returned; `state` says which."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the gift is over: {state}")


class NotReversible(HoursError):
    """A donation cannot be given back: `why` is `too late` or `spent`."""

    def __init__(self, why: str, *, since: datetime | None = None) -> None:
        self.why, self.since = why, since
        super().__init__(f"cannot be reversed: {why}")


class NotThisHand(HoursError):
    """Who proposed it, receives of it, or is kin to whoever does, approves nothing of it.

    `why` is `role`, `proposer`, `receiver` or `kin`.
    """

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"may not approve: {why}")


class ProposalOver(HoursError):
    """The proposal waits no more: it was booked or declined."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the proposal is {state}")


class OverMonth(HoursError):
    """The grants of this month would pass what the community allows; figures are minutes."""

    def __init__(self, *, most: int, granted: int, asked: int) -> None:
        self.most, self.granted, self.asked = most, granted, asked
        super().__init__(f"{granted} of {most} minutes are granted this month, {asked} are asked")


class NotGrantable(HoursError):
    """Some of those named cannot be granted hours; `why` is `not a key elder`, `gone`, `before`."""

    def __init__(self, why: str, members: Sequence[UUID]) -> None:
        self.why, self.members = why, tuple(members)
        super().__init__(f"{why}: {len(self.members)} members")


class NotAnHeir(HoursError):
    """Somebody named is no verified kin of whoever left the estate, or no active member."""

    def __init__(self, member: UUID) -> None:
        self.member = member
        super().__init__(f"{member} is not an heir")


class HeirsFirst(HoursError):
    """Kin are on record, so the fund may not have it yet; it may from `from_` on."""

    def __init__(self, from_: datetime) -> None:
        self.from_ = from_
        super().__init__(f"heirs come first until {from_.isoformat()}")


class FundOnly(HoursError):
    """The community has decided that what somebody leaves passes to the relief fund."""


class NothingLeft(HoursError):
    """The estate holds no minutes to share out."""


class EstateWaits(HoursError):
    """A proposal for this estate waits already; it is approved or declined first."""

    def __init__(self, proposal: UUID) -> None:
        self.proposal = proposal
        super().__init__(f"proposal {proposal} waits")


class HoursOpen(HoursError):
    """A member's hours are still on their way: set aside, or an estate that nobody has yet."""
