"""Why the time bank refuses: one exception for each refusal that a person can meet."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from timebank.values import Visit


class TimebankError(Exception):
    """Any refusal of the time bank. Nothing of the refused act is stored."""


class UnknownVisit(TimebankError):
    """There is no such visit in this community."""

    def __init__(self, visit: UUID) -> None:
        self.visit = visit
        super().__init__(f"there is no visit {visit} in this community")


class UnknownCareService(TimebankError):
    """The community's catalogue has no such care service."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"the catalogue has no care service {code!r}")


class NotYours(TimebankError):
    """The act belongs to somebody else: only the elder confirms, only the volunteer checks in."""

    def __init__(self, act: str) -> None:
        self.act = act
        super().__init__(f"this member may not {act} this visit")


class OwnVisit(TimebankError):
    """Nobody is their own volunteer."""


class OpenVisits(TimebankError):
    """A member who is merged or leaves has visits that are not over; `visits` are their ids."""

    def __init__(self, visits: Sequence[UUID]) -> None:
        self.visits = tuple(visits)
        super().__init__(f"{len(self.visits)} visits are not over")


class OwnHours(TimebankError):
    """The volunteer never confirms own hours, not even as the elder's delegate."""


class NotEnoughMinutes(TimebankError):
    """The elder's available minutes do not cover what the visit needs."""

    def __init__(self, *, available: int, asked: int) -> None:
        self.available, self.asked = available, asked
        super().__init__(f"{available} minutes are available, {asked} are needed")


class InvalidRequest(TimebankError):
    """Something in the request cannot be.

    `field` is `starts_at`, `minutes`, `place`, `wishes`, `moment`, `reason` or `preferred`. `most`
    is the bound that was passed where the community chose it, in days; else 0.
    """

    def __init__(self, field: str, why: str, *, most: int = 0) -> None:
        self.field, self.why, self.most = field, why, most
        super().__init__(f"{field}: {why}")


class AlreadyAsked(TimebankError):
    """The same was asked for before, or with this form other things; the first visit stands."""

    def __init__(self, visit: UUID) -> None:
        self.visit = visit
        super().__init__(f"visit {visit} was asked for already")


class SimilarOpen(TimebankError):
    """The elder has asked for something like it, or for that time; nobody said "all the same".

    `visits` are those that stand.
    """

    def __init__(self, visits: Sequence[Visit]) -> None:
        self.visits = tuple(visits)
        super().__init__(f"{len(self.visits)} visits are like it")


class AlreadyTaken(TimebankError):
    """Another volunteer was quicker, or the visit was cancelled."""


class Paused(TimebankError):
    """A volunteer who did not come to `missed` visits of late accepts no more for now."""

    def __init__(self, missed: int) -> None:
        self.missed = missed
        super().__init__(f"did not come to {missed} visits of late")


class BusyThen(TimebankError):
    """The volunteer has another visit in these quarter-hours."""


class TooLate(TimebankError):
    """The time for this act is over."""

    def __init__(self, since: datetime) -> None:
        self.since = since
        super().__init__(f"too late since {since.isoformat()}")


class TooEarly(TimebankError):
    """The time for this act has not come."""

    def __init__(self, opens_at: datetime) -> None:
        self.opens_at = opens_at
        super().__init__(f"possible from {opens_at.isoformat()}")


class WrongCode(TimebankError):
    """The check-in code is not the one on the elder's page."""


class WrongState(TimebankError):
    """The visit has moved on, or has not come so far: the act does not fit where it stands."""

    def __init__(self, state: str, act: str) -> None:
        self.state, self.act = state, act
        super().__init__(f"a visit that is {state} cannot {act}")


class TooManyStated(TimebankError):
    """A volunteer may state fewer minutes than the clock measured, never more."""

    def __init__(self, *, measured: int, stated: int) -> None:
        self.measured, self.stated = measured, stated
        super().__init__(f"{stated} minutes stated, the clock measured {measured}")


class NeedsWord(TimebankError):
    """More minutes than were set aside pass only on the elder's explicit word."""

    def __init__(self, *, booked: int, minutes: int) -> None:
        self.booked, self.minutes = booked, minutes
        super().__init__(f"{minutes} minutes are more than the {booked} set aside")


class OutOfRange(TimebankError):
    """The elder confirms what was measured; less is a matter for a dispute, more is not due."""

    def __init__(self, *, least: int, most: int, minutes: int) -> None:
        self.least, self.most, self.minutes = least, most, minutes
        super().__init__(f"{minutes} minutes are not between {least} and {most}")
