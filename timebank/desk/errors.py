"""Why the phone desk refuses: one exception for each refusal that an operator can meet."""

from uuid import UUID

from timebank.errors import TimebankError


class UnknownCall(TimebankError):
    """There is no such call in this community."""

    def __init__(self, call: UUID) -> None:
        self.call = call
        super().__init__(f"there is no call {call} in this community")


class NotAtTheDesk(TimebankError):
    """Only a phone operator or a coordinator works at the desk, and never on behalf of another."""


class NotYourCall(TimebankError):
    """A colleague answered this call; who goes on with it opens one of their own."""


class OwnCall(TimebankError):
    """Nobody answers their own call at the desk: a colleague does."""


class CallEnded(TimebankError):
    """The call is over, and nothing more is done in it."""


class CallReused(TimebankError):
    """The same form opened a call with other people; that one stands."""

    def __init__(self, call: UUID) -> None:
        self.call = call
        super().__init__(f"call {call} was opened with the same form")


class CallerUnknown(TimebankError):
    """Nobody knows who speaks yet, so nothing is done for them."""


class NotChecked(TimebankError):
    """It was not made sure enough who speaks: `needed` checks are."""

    def __init__(self, needed: int) -> None:
        self.needed = needed
        super().__init__(f"{needed} checks are needed")


class NoWord(TimebankError):
    """The caller's word is not there or does not cover this: read back what is to be done first."""


class ForTheElderOnly(TimebankError):
    """This is read to the elder and to nobody else, such as the number for the door."""


class NotWaiting(TimebankError):
    """The visit does not wait for its elder's word any more."""


class CalledAlready(TimebankError):
    """A colleague calls about this visit at this moment."""


class UnknownHandOver(TimebankError):
    """There is no such matter in this community."""

    def __init__(self, matter: UUID) -> None:
        self.matter = matter
        super().__init__(f"there is no matter {matter} in this community")


class TakenAlready(TimebankError):
    """A colleague was quicker and looks after this matter; `by` is who."""

    def __init__(self, by: UUID) -> None:
        self.by = by
        super().__init__(f"taken by {by}")


class NotTaken(TimebankError):
    """Who closes a matter took it on first."""


class Closed(TimebankError):
    """The matter is settled."""


class InvalidNote(TimebankError):
    """What was typed cannot be: `field` is `note`, `topic`, `outcome`; `why` missing, too long."""

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__(f"{field}: {why}")
