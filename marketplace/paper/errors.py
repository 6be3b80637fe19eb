"""Why a paper ballot is refused: one exception for each refusal that a person can meet."""

from marketplace.errors import MarketplaceError


class NotOnPaper(MarketplaceError):
    """Paper ballots are printed, handed out and keyed in while the round is not counted yet."""


class NotForPaper(MarketplaceError):
    """Coordinators, phone operators and auditors of the round's community handle paper ballots."""


class TooManyPapers(MarketplaceError):
    """One print has 1 to `most` ballots, and a round has so many prints."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"a print has 1 to {most} ballots")


class UnknownPaper(MarketplaceError):
    """No ballot of this round was printed with that serial number."""


class SerialMistyped(MarketplaceError):
    """The last digit of a serial number does not go with the others: one was mistyped."""


class PaperSpoiled(MarketplaceError):
    """The ballot was spoiled before and does not count."""


class OwnPaper(MarketplaceError):
    """Nobody hands a paper ballot to themselves: somebody else has to see who voted."""


class HandedOutBefore(MarketplaceError):
    """The resident has been given a paper ballot in this round already."""


class VotedOnline(MarketplaceError):
    """The resident has a ballot online; it has to be withdrawn before they get one of paper."""


class VotesOnPaper(MarketplaceError):
    """The voter was given a paper ballot in this round; nobody votes twice."""


class KeyedByYou(MarketplaceError):
    """Each reading of a paper ballot is keyed in by another person."""


class KeyedTwice(MarketplaceError):
    """The ballot was keyed in by two people already."""


class NoDifference(MarketplaceError):
    """The two readings of this ballot do not differ, or a third person has decided already."""


class MarksUnreadable(MarketplaceError):
    """What was keyed in is no list of project numbers. `part` is what could not be read."""

    def __init__(self, part: str) -> None:
        self.part = part
        super().__init__(f"{part!r} is no project number")


class PaperUnfinished(MarketplaceError):
    """Paper ballots still wait: keyed in once, read differently, or drawn and not looked at."""

    def __init__(self, once: int, differing: int, unchecked: int, *, undrawn: bool) -> None:
        self.once, self.differing, self.unchecked = once, differing, unchecked
        self.undrawn = undrawn
        super().__init__(
            f"{once} keyed once, {differing} differing, {unchecked} not checked, undrawn={undrawn}"
        )


class MoreThanHandedOut(MarketplaceError):
    """As many ballots were keyed in as residents were given one: this one is nobody's."""


class KeyingOver(MarketplaceError):
    """The sample was drawn, so nothing more is handed out, keyed in or spoiled."""


class NothingToDraw(MarketplaceError):
    """No paper ballot was keyed in, or some are not settled yet: there is no sample to draw."""


class DrawnBefore(MarketplaceError):
    """The sample of this round was drawn already; it is drawn once."""


class SeedTooShort(MarketplaceError):
    """A draw needs at least `least` digits thrown in front of people."""

    def __init__(self, least: int) -> None:
        self.least = least
        super().__init__(f"at least {least} digits")


class NotInTheSample(MarketplaceError):
    """This ballot was not drawn, or was looked at already."""
