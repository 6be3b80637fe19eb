"""What a change of what was promised is refused for: one exception for each refusal."""

from datetime import datetime

from marketplace.delivery.errors import DeliveryError


class UnknownChange(DeliveryError):
    """This project has no such change."""


class InvalidChange(DeliveryError):
    """No change can be like this. `field` names what is wrong, `why` how; `most` is a limit."""

    def __init__(self, field: str, why: str, *, most: int = 0) -> None:
        self.field, self.why, self.most = field, why, most
        super().__init__(f"{field}: {why}")


class AskedAlready(DeliveryError):
    """Another day for this milestone is asked for already; that is decided first."""


class ChangeDecided(DeliveryError):
    """The change was decided or withdrawn. `state` is what it became."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the change is {state}")


class ObjectionsOpen(DeliveryError):
    """Residents may still object, until `until`; nobody decides before."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"open until {until}")


class ObjectionsClosed(DeliveryError):
    """The time for objections is over."""


class NotAResidentHere(DeliveryError):
    """Only residents of the community object, and not those who carry the project out."""
