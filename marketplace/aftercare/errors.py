"""Why aftercare refuses: one exception for each refusal that a person can meet."""

from uuid import UUID

from marketplace.errors import MarketplaceError


class AftercareError(MarketplaceError):
    """What can go wrong after a project is finished."""


class NotDelivered(AftercareError):
    """The project is not finished, so there is nothing to look after yet."""


class NotACustodian(AftercareError):
    """Only the project's custodians and coordinators may do this."""


class UnknownCovenant(AftercareError):
    """This covenant has no such version."""


class CovenantChanged(AftercareError):
    """Somebody else wrote a version meanwhile: `number` is the latest."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"version {number} came meanwhile")


class SameWords(AftercareError):
    """The words are those of the latest version."""


class NotToSign(AftercareError):
    """This version takes no signatures: another has taken its place."""


class SignsThemselves(AftercareError):
    """Whoever is at the desk signs on their own page, not by their own hand at the desk."""


class UnknownCustodian(AftercareError):
    """This project has no such custodian."""


class CustodianAlready(AftercareError):
    """They are a custodian of it already, or were asked."""


class CustodianMoved(AftercareError):
    """It was answered, or has ended, meanwhile."""


class NotYourAnswer(AftercareError):
    """The answer is somebody else's to give."""


class UnknownCheck(AftercareError):
    """This project has no such check."""


class CheckDone(AftercareError):
    """Somebody has written its result down already."""


class CheckTooEarly(AftercareError):
    """Its day is still far: results are taken from `days` before it."""

    def __init__(self, days: int) -> None:
        self.days = days
        super().__init__(f"from {days} days before it")


class UnknownAttention(AftercareError):
    """This project has nothing like that on its list."""


class AttentionMoved(AftercareError):
    """It was mended, joined or hidden meanwhile."""


class NotToJoin(AftercareError):
    """The two cannot be joined: they are the same, or the other is over."""


class TooManyPhotos(AftercareError):
    """More than `most` photographs at once."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"more than {most} photographs")


class UnknownAftercarePhoto(AftercareError):
    """There is no such photograph."""


class NotOver(AftercareError):
    """The project has not come to its end, so it does not begin anew."""


class StandsAsPlan(AftercareError):
    """Its plan stands and can enter another round: no new need is wanted."""

    def __init__(self, need_id: UUID) -> None:
        self.need_id = need_id
        super().__init__(f"the plan of need {need_id} stands")


class BegunAgain(AftercareError):
    """A need that came from this project is on its way."""

    def __init__(self, need_id: UUID) -> None:
        self.need_id = need_id
        super().__init__(f"need {need_id} came from it")
