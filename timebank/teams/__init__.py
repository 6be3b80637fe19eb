"""Teams: named groups of volunteers with a leader, to which a request or a class may be offered."""

from timebank.teams.errors import (
    InvalidTeam,
    LeadsTeam,
    NotInTeam,
    TeamClosed,
    TeamNameTaken,
    UnknownTeam,
)
from timebank.teams.reading import (
    belonging_to_team,
    invitations,
    offered_to_team,
    people_of_team,
    team,
    teams,
    teams_of,
    teams_of_many,
    teams_offered,
)
from timebank.teams.values import Team, TeamDraft, TeamLine, TeamMember
from timebank.teams.verbs import (
    amend_team,
    close_team,
    found_team,
    hand_over_team,
    invite_to_team,
    join_team,
    leave_team,
    offer_to_team,
)

__all__ = [
    "InvalidTeam", "LeadsTeam", "NotInTeam", "Team", "TeamClosed", "TeamDraft", "TeamLine",
    "TeamMember", "TeamNameTaken", "UnknownTeam",
    "amend_team", "belonging_to_team", "close_team", "found_team", "hand_over_team", "invitations",
    "invite_to_team", "join_team", "leave_team", "offer_to_team", "offered_to_team",
    "people_of_team", "team", "teams", "teams_of", "teams_of_many", "teams_offered",
]  # fmt: skip
