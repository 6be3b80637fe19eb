"""Why something beside a visit is refused."""

from datetime import datetime
from uuid import UUID

from timebank.errors import TimebankError


class RatingOver(TimebankError):
    """A rating cannot be given or changed any more."""

    def __init__(self, since: datetime) -> None:
        self.since = since
        super().__init__(f"rating was possible until {since.isoformat()}")


class NoPhoto(TimebankError):
    """There is no photograph of this visit."""

    def __init__(self, visit: UUID) -> None:
        self.visit = visit
        super().__init__(f"there is no photograph of visit {visit}")
