"""The lines of a passbook in words: what happened, with whom, how much was given or received.

The page, the print and the files say the same. A line of a kind that this program does not know,
such as one of a newer program's, still says which way the minutes went.
"""

from collections.abc import Mapping
from typing import Final

from app.i18n import current_language, mark
from app.i18n import gettext as _
from app.wording import duration
from timebank.accounts import DONATED
from timebank.earning import FOR_THE_COMMUNITY
from timebank.passbooks import PassbookLine, Purse

EARNED: Final = frozenset({"visit", "group_session", "project_work"})

# For each kind of event: what is said when minutes came, and when they went. `%(who)s` is the
# person or community on the other side; where there is none, the words after it are said.
_CAME_WENT: Final[Mapping[str, tuple[str, str]]] = {
    "opening_grant": (
        mark("To begin with, from your community"),
        mark("Returned to your community"),
    ),
    "grant": (mark("Granted by your community"), mark("A grant, given back")),
    "merge": (
        mark("Taken over from a former passbook of the same person"),
        mark("Passed to the passbook of today"),
    ),
    "relief": (mark("From the relief fund"), mark("To the relief fund")),
    "donation": (mark("A donation, come back"), mark("Donated to the relief fund")),
    "cap": (mark("Above the limit, come back"), mark("Above the limit: donated, not lost")),
    "team": (
        mark("Given by your team for the community, come back"),
        mark("Given by your team for the community"),
    ),
    "gift": (mark("A gift"), mark("A gift to somebody")),
    "estate": (mark("Left to you"), mark("Passed on to heirs or the relief fund")),
    "move": (
        mark("Taken along from another community"),
        mark("Taken along to another community"),
    ),
    "project": (mark("Hours back from a project"), mark("Hours pledged to a project")),
    "pledge": (mark("Hours back from a project"), mark("Hours pledged to a project")),
    "group_session": (mark("For a group class"), mark("A group class")),
    "project_work": (mark("For helping a project"), mark("Put right")),
    "correction": (mark("Put right"), mark("Put right")),
    "reversal": (mark("Put right"), mark("Put right")),
}
_WITH_NAME: Final[Mapping[str, tuple[str, str]]] = {
    "gift": (mark("A gift from %(who)s"), mark("A gift to %(who)s")),
    "estate": (mark("Left by %(who)s"), mark("Passed on to %(who)s")),
    "move": (mark("Taken along from %(who)s"), mark("Taken along to %(who)s")),
}
_UNKNOWN: Final = (mark("Came in: %(kind)s"), mark("Went out: %(kind)s"))

_GAVE_RECEIVED: Final[Mapping[tuple[bool, bool], tuple[str, str]]] = {
    # (gave, the reader's own): with the other's name, and without.
    (True, True): (
        mark("%(service)s: you gave %(minutes)s to %(who)s"),
        mark("%(service)s: you gave %(minutes)s"),
    ),
    (False, True): (
        mark("%(service)s: you received %(minutes)s from %(who)s"),
        mark("%(service)s: you received %(minutes)s"),
    ),
    (True, False): (
        mark("%(service)s: gave %(minutes)s to %(who)s"),
        mark("%(service)s: gave %(minutes)s"),
    ),
    (False, False): (
        mark("%(service)s: received %(minutes)s from %(who)s"),
        mark("%(service)s: received %(minutes)s"),
    ),
}


def sentence(line: PassbookLine, *, own: bool) -> str:
    """Return what a line tells, in the language of the request; `own` where its owner reads it."""
    if line.reversal:
        told = _("Put right: %(what)s") % {"what": _what(line, own=own)}
        return f"{told} ({line.note})" if line.note else told
    return _what(line, own=own)


def _what(line: PassbookLine, *, own: bool) -> str:
    way = 0 if line.change > 0 else 1
    if line.kind in EARNED and line.other_kind == DONATED:  # a second leg of what was earned
        why = "team" if line.note == FOR_THE_COMMUNITY else "cap"
        return _(_CAME_WENT[why][way])
    if line.visit is not None:
        with_name, without = _GAVE_RECEIVED[line.gave, own]
        return _(with_name if line.other_name else without) % {
            "service": line.visit.care_service.name(current_language()),
            "minutes": duration(abs(line.change)),
            "who": line.other_name,
        }
    if line.other_name and line.kind in _WITH_NAME:
        return _(_WITH_NAME[line.kind][way]) % {"who": line.other_name}
    if line.kind in _CAME_WENT:
        return _(_CAME_WENT[line.kind][way])
    kind = line.kind.replace("_", " ")
    return _(_UNKNOWN[way]) % {"kind": f"{kind}, {line.other_name}" if line.other_name else kind}


def purse_words(purse: Purse) -> str:
    """Return which purse it is."""
    return _("Gifts") if purse is Purse.GIFTS else _("Saved hours")
