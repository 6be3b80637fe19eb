"""Why an evaluation refuses: one exception for each refusal that a person can meet."""

from datetime import date

from marketplace.errors import MarketplaceError


class UnknownEvaluation(MarketplaceError):
    """This community has no such evaluation, rating, sign-off or photograph."""


class NotDelivered(MarketplaceError):
    """Only a delivered project is judged. `state` is where its delivery stands."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the delivery is {state}")


class EvaluationOver(MarketplaceError):
    """The time for ratings is over. What was given before stands."""


class NotARater(MarketplaceError):
    """Whoever asks does not rate this project; `reason` is a value of `WhyNot`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"does not rate: {reason}")


class MarksMissing(MarketplaceError):
    """Every aspect gets a mark or "I cannot say", and at least one a mark. `field` names one."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"{field} has no mark")


class NotAnInspector(MarketplaceError):
    """Only a coordinator, an auditor, or a resident named for this project signs off."""


class CloseToUndertaker(MarketplaceError):
    """Who undertook the project, belongs to its organisation or is their kin does not inspect."""


class ApprovedItsMoney(MarketplaceError):
    """Who approved a project's money does not inspect it, where the community's rules say so."""


class SignedAlready(MarketplaceError):
    """This inspector has signed in this evaluation."""


class FindingsWrong(MarketplaceError):
    """A point of the checklist has no answer, or one that is not so has no words. `field`: it."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"{field} is not answered")


class TermWrong(MarketplaceError):
    """A project that is sent back gets a day from `first` to `last` to be mended by."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        super().__init__(f"from {first} to {last}")


class PhotosWrong(MarketplaceError):
    """A sign-off has at most `most` photographs, each of a bounded size, with words beside it."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"at most {most} photographs")


class NotTheUndertaker(MarketplaceError):
    """Only who undertook the project replies to its score."""


class RepliedAlready(MarketplaceError):
    """The undertaker replies once."""


class NotYetClosed(MarketplaceError):
    """The evaluation is still open: the score is not there yet."""


class SummedUpAlready(MarketplaceError):
    """The project is summed up, and what was left has been returned."""


class NotJudged(MarketplaceError):
    """Only a project that was judged, or stopped, is summed up. `state` is its delivery's."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the delivery is {state}")


class MoneyOnItsWay(MarketplaceError):
    """A disbursement still waits: it is approved or refused before the project is summed up."""


class NamedAlready(MarketplaceError):
    """This member is named as an inspector of the project already."""


class GoneComment(MarketplaceError):
    """The words are hidden or gone, so nothing more is done with them."""


class OwnComment(MarketplaceError):
    """Nobody reports their own words."""


class NotYourComment(MarketplaceError):
    """Only whoever wrote the words asks for a second look."""


class CommentReported(MarketplaceError):
    """This member has reported these words before."""


class NothingToRule(MarketplaceError):
    """No report and no wish for a second look waits here: somebody was faster."""


class LookAsked(MarketplaceError):
    """A second look is asked for once, and only for words that were hidden."""
