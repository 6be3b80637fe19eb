"""Refusals of the register in words: what happened, what was kept, what to do."""

from typing import Final

import community
import marketplace.errors
import timebank
from app.field_words import told
from app.i18n import gettext as _
from app.i18n import mark, ngettext
from app.templating import DEFAULT_ZONE
from timebank import hours, moving

_INVALID: Final = {
    "name": mark("Write the name in at most 80 characters."),
    "phone": mark("This is not a telephone number. Write it as 138 1234 5678 or 0512-6700 1234."),
    "email": mark("This is not an e-mail address. Write it as name@example.org."),
    "birth_date": mark("Nobody here was born then. Write year, month and day, as 1943-05-06."),
    "household": mark("Write the household in at most 40 characters, such as 12-3-402."),
    "address": mark("Say first which household this is, then its address, in 200 characters."),
    "roster_number": mark("Write the number in at most 40 characters."),
    "registration": mark("Choose one of the two."),
}

_TAKEN: Final = {
    "phone": mark("Another member has this telephone number. One number belongs to one person."),
    "roster_number": mark("Another member has this number on the roster."),
    "identity": mark("Another member has this identity number. Is it the same person?"),
}


def wrong_field(refusal: Exception) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    match refusal:
        case community.InvalidDetail(field=field) if field in _INVALID:
            return field, _(_INVALID[field])
        case community.Taken(field=field):
            return field, _(_TAKEN[field])
        case community.StaffContact():
            return "phone", _(
                "This member works here, and codes for signing in go to this number and this "
                "e-mail. They change them themselves, or an administrator ends their role first."
            )
        case community.UnknownArea():
            return "grid_id", _("Choose one of the grids in the list.")
    return None


def refusal_words(refusal: Exception) -> str:  # noqa: PLR0911 (one for each)
    """Return a refusal as one or two sentences for the person who met it."""
    match refusal:
        case community.StaffRoleHeld(roles=roles):
            held = _(", ").join(told("role", role, DEFAULT_ZONE) for role in roles)
            return _(
                "This membership is still %(roles)s. An administrator ends that role first; "
                "nothing was changed."
            ) % {"roles": held}
        case community.AlreadyMerged():
            return _(
                "One of the two was merged into another membership in the meantime. Nothing was "
                "changed; look at the list again."
            )
        case community.NotActive(standing=standing):
            where = told("standing", standing, DEFAULT_ZONE)
            return _("Nothing was changed: this member %(standing)s.") % {"standing": where}
        case community.NotForYou():
            return _(
                "Nobody does this with their own membership. Ask another coordinator; nothing was "
                "changed."
            )
        case timebank.OpenVisits(visits=visits):
            return ngettext(
                "Nothing was changed: %(num)s visit is not over. Let it be confirmed, or call it "
                "off, and come back.",
                "Nothing was changed: %(num)s visits are not over. Let them be confirmed, or call "
                "them off, and come back.",
                len(visits),
            ) % {"num": len(visits)}
        case hours.HoursOpen():
            return _(
                "Hours of this member are still on their way: a gift, a grant, or what is set "
                "aside. Settle that first; nothing was changed."
            )
        case moving.OpenMove():
            return _(
                "This member is about to move to another community. Decide on that first; nothing "
                "was changed."
            )
        case marketplace.errors.VotedTwice(round_name=name):
            return _(
                "Both memberships have voted in the round “%(name)s”, and nobody may choose which "
                "ballot counts. Merge them when the round is closed; nothing was changed."
            ) % {"name": name}
    told_of = wrong_field(refusal)
    return told_of[1] if told_of else _("Nothing was changed. Look at the page again.")
