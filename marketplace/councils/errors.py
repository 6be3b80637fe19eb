"""Why a council refuses: one exception for each refusal that a person can meet."""

from marketplace.errors import MarketplaceError


class UnknownCouncil(MarketplaceError):
    """This community has no such council."""


class UnknownSeat(MarketplaceError):
    """The council has no such seat that is still held."""


class NoPlaceForYou(MarketplaceError):
    """Only staff of the community keep its councils, and nobody does so for another."""


class InvalidCouncil(MarketplaceError):
    """Something in a council cannot be: `field` is the form's name for it."""

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__(f"{field}: {why}")


class CouncilFull(MarketplaceError):
    """Every seat of the council is taken."""


class SeatedAlready(MarketplaceError):
    """The member has a seat on this council already, or another chairs it."""


class TermOver(MarketplaceError):
    """The council's term is over; it changes no more."""
