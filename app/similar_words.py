"""Visits that are like what is asked for: shown before it is asked for all the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from app.forms import Form
from app.i18n import current_language
from app.i18n import gettext as _
from app.member_form import uuid_or_none
from app.visit_words import STATES
from app.wording import spoken_span
from community import Actor
from timebank import SimilarOpen


@dataclass(frozen=True, slots=True)
class Alike:
    """What stands already: lines of (what and when, where it stands, its page); `ids` in one."""

    lines: Sequence[tuple[str, str, str]]
    ids: str


def despite(form: Form) -> frozenset[UUID]:
    """Return the visits that whoever asks has been shown, and asks all the same."""
    given = (uuid_or_none(one) for one in form.value("despite").split(","))
    return frozenset(one for one in given if one is not None)


def similar_words(by: Actor) -> str:
    """Return what to do about them."""
    if by.on_behalf_of is not None:
        return _("Something like this is asked for already. Look below, and ask all the same.")
    return _("You have asked for something like this. Look below, and ask all the same.")


def similar_lines(alike: SimilarOpen | None, place: str, zone: ZoneInfo) -> Alike | None:
    """Return what stands already, in words; None where nothing does."""
    if alike is None:
        return None
    return Alike(
        [
            (
                ", ".join(
                    (
                        one.care_service.name(current_language()),
                        spoken_span(one.starts_at, one.ends_at, zone),
                    )
                ),
                _(STATES[one.state]),
                f"{place}/visits/{one.id}",
            )
            for one in alike.visits
        ],
        ",".join(str(one.id) for one in alike.visits),
    )
