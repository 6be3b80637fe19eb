"""Teams in words for people: what to tell those whom a rule refuses."""

from typing import Final

from app.i18n import gettext as _
from app.i18n import mark
from timebank import TimebankError, WrongState
from timebank.teams import InvalidTeam, LeadsTeam, NotInTeam, TeamClosed, TeamNameTaken

_TEAM: Final = {
    ("name", "missing"): mark("Give the team a name."),
    ("name", "too long"): mark("Say the name in at most 40 characters."),
    ("about", "too long"): mark("Say it in at most 500 characters."),
    ("organisation", "unknown"): mark("Choose one of the organisations shown."),
    ("organisation", "closed"): mark("Choose one of the organisations shown."),
    ("member", "no volunteer"): mark("Choose somebody who is a volunteer here."),
}
# The form asks who leads the team, or who is invited, by name.
_FIELDS: Final = {"member": "leader"}


def wrong_field(refusal: TimebankError) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    match refusal:
        case InvalidTeam(field=field, why=why):
            return _FIELDS.get(field, field), _(_TEAM[field, why])
        case TeamNameTaken():
            return "name", _("Another team here has this name. Choose a different one.")
    return None


def refusal_words(refusal: TimebankError) -> str:
    """Return what happened, what was kept and what to do, in one or two sentences."""
    match refusal:
        case TeamClosed():
            return _("This team is closed, so nothing about it changes any more.")
        case NotInTeam():
            return _("They do not belong to this team. Nothing was changed.")
        case LeadsTeam():
            return _("Whoever leads the team first hands it over to somebody else in it.")
        case WrongState():
            return _("Somebody comes to this visit already. Nothing was changed.")
    told = wrong_field(refusal)
    return told[1] if told else str(refusal)
