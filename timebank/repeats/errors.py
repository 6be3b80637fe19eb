"""Why a repeating request is refused."""

from uuid import UUID

from timebank.errors import TimebankError


class UnknownRepeat(TimebankError):
    """There is no such repeating request in this community."""

    def __init__(self, repeat: UUID) -> None:
        self.repeat = repeat
        super().__init__(f"there is no repeating request {repeat} in this community")


class InvalidRepeat(TimebankError):
    """Something in what repeats cannot be; `field` is `last_day`."""

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__(f"{field}: {why}")
