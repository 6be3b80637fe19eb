"""The values of teams: a named group of volunteers, and who belongs to it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TeamDraft:
    """What somebody says of a team; it may belong to an organisation."""

    name: str
    about: str = ""
    organisation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """A named group of volunteers with a leader; `people` is how many belong to it now."""

    id: UUID
    community_id: UUID
    organisation_id: UUID | None
    name: str
    about: str
    leader_id: UUID
    founded_at: datetime
    closed_at: datetime | None
    people: int

    @property
    def closed(self) -> bool:
        """Whether it changes no more."""
        return self.closed_at is not None


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody's line in a team: invited, asking to join, belonging since a moment, or gone.

    They belong once they were invited and came, or asked and were admitted.
    """

    id: UUID
    team_id: UUID
    member_id: UUID
    invited_at: datetime | None
    asked_at: datetime | None
    since: datetime | None
    until: datetime | None

    @property
    def belongs(self) -> bool:
        """Whether they belong to it now."""
        return self.since is not None and self.until is None


@dataclass(frozen=True, slots=True)
class TeamLine:
    """Somebody's line in a team, with their name."""

    line: TeamMember
    name: str
