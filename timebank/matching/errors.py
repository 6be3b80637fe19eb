"""Why matching refuses: one exception for each refusal that a person can meet."""

from uuid import UUID

from timebank.errors import TimebankError


class UnknownRun(TimebankError):
    """There is no such run in this community, or it was thrown away."""

    def __init__(self, run: UUID) -> None:
        self.run = run
        super().__init__(f"there is no run {run} in this community")


class InvalidLimits(TimebankError):
    """The limits of a run are not among those that may be chosen; `field` names the first."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"{field} is out of bounds")


class NothingChosen(TimebankError):
    """No line of the proposal was chosen."""
