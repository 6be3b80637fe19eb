"""Why a team refuses: one exception for each refusal that a person can meet."""

from uuid import UUID

from timebank.errors import TimebankError


class UnknownTeam(TimebankError):
    """There is no such team in this community."""

    def __init__(self, team: UUID) -> None:
        self.team = team
        super().__init__(f"there is no team {team} in this community")


class InvalidTeam(TimebankError):
    """Something in a team cannot be: `field` is `name`, `about`, `organisation` or `member`."""

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__(f"{field}: {why}")


class TeamNameTaken(TimebankError):
    """Another team of the community has this name."""


class TeamClosed(TimebankError):
    """The team is closed and changes no more."""


class NotInTeam(TimebankError):
    """The member neither belongs to the team, nor asked to, nor was invited."""


class LeadsTeam(TimebankError):
    """Who leads a team hands it over before leaving it."""
