"""What still has to be done with paper ballots before a round is counted, in words."""

from app.i18n import gettext as _
from app.i18n import ngettext
from app.wording import number
from marketplace.paper.errors import PaperUnfinished


def unfinished_words(refusal: PaperUnfinished) -> str:
    """Return what still has to be done with paper ballots before a round is counted."""
    parts = [
        ngettext(
            "%(num)s paper ballot waits for its second reading.",
            "%(num)s paper ballots wait for their second reading.",
            refusal.once,
        )
        % {"num": number(refusal.once)}
        if refusal.once
        else "",
        ngettext(
            "%(num)s was read differently and waits for a third person.",
            "%(num)s were read differently and wait for a third person.",
            refusal.differing,
        )
        % {"num": number(refusal.differing)}
        if refusal.differing
        else "",
        _("The sample has not been drawn yet.") if refusal.undrawn else "",
        ngettext(
            "%(num)s drawn ballot has not been looked at.",
            "%(num)s drawn ballots have not been looked at.",
            refusal.unchecked,
        )
        % {"num": number(refusal.unchecked)}
        if refusal.unchecked
        else "",
    ]
    begun = _("The round was not closed; nothing was changed.")
    return " ".join([begun, *(one for one in parts if one)])
