"""Whether our count of a published file agrees with the winners that the file records."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.i18n import gettext as _
from app.i18n import ngettext
from app.wording import number
from marketplace.results import Result


@dataclass(frozen=True, slots=True)
class Recorded:
    """One sentence, its tone (done, note, wrong), and the projects that differ, by name."""

    tone: str
    title: str
    told: str
    only_counted: tuple[str, ...] = ()
    only_recorded: tuple[str, ...] = ()
    doubtful: int = 0


def recorded_words(result: Result, names: Mapping[str, str]) -> Recorded | None:
    """Return what to say of the winners that a file records; nothing for a round of our own.

    Where its rule could not be followed, that is what is said.
    """
    if result.not_followed:
        return Recorded("note", _("The file’s own rule could not be counted"), result.not_followed)
    found = result.recorded
    if found is None:
        return None
    if found.recorded is None:
        return Recorded(
            "note",
            _("The file does not say who won"),
            _("So there is nothing to compare this count with."),
        )
    many = len(found.recorded)
    doubtful = len(found.doubtful)
    if found.same:
        return Recorded(
            "done",
            _("This count agrees with the file"),
            ngettext(
                "The winner that the file records is exactly the one counted here.",
                "The %(count)s winners that the file records are exactly those counted here.",
                many,
            )
            % {"count": number(many)},
            doubtful=doubtful,
        )
    return Recorded(
        "wrong",
        _("This count differs from the file"),
        _("The file records %(many)s winners. These are the differences:") % {"many": number(many)},
        only_counted=tuple(names.get(one, one) for one in found.only_counted),
        only_recorded=tuple(names.get(one, one) for one in found.only_recorded),
        doubtful=doubtful,
    )
