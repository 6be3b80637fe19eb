"""The form that begins a class: what it offers, and what it reads."""

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.ask_form import lengths, times
from app.class_words import REPEATS
from app.days import typed_day
from app.forms import Form
from app.i18n import current_language
from app.i18n import gettext as _
from app.visit_words import icon_of
from timebank import VisitPolicy
from timebank.group_sessions import CourseDraft, GroupService

CAPACITIES: Final = (8, 12, 20, 30, 50)
Options = list[tuple[str, str]]


def offered(services: Iterable[GroupService], policy: VisitPolicy) -> dict[str, object]:
    """Return what the form offers to choose from."""
    return {
        "services": [
            (one.code, one.name(current_language()), "", icon_of(one.code)) for one in services
        ],
        "times": times(),
        "lengths": lengths(policy),
        "repeats": [(str(weeks), _(words)) for weeks, words in REPEATS.items()],
    }


def read(form: Form, zone: ZoneInfo) -> CourseDraft | None:
    """Return the class that is wanted, or None with every unanswered field refused."""
    if not form.value("service"):
        form.refuse("service", _("Choose one of the kinds of class shown."))
    if not form.value("title"):
        form.refuse("title", _("Give the class a name."))
    day = typed_day(form, "day")
    if day is None:
        form.refuse("day", _("Choose the first day."))
    clock = _clock(form.value("time"))
    if clock is None:
        form.refuse("time", _("Choose the time of day."))
    minutes = _whole(form, "minutes", _("Choose about how long it will take."))
    capacity = _whole(form, "capacity", _("Choose between 2 and 200 places."))
    every = _whole(form, "every", _("Choose how often it repeats."))
    if not form.value("place"):
        form.refuse("place", _("Say where the class is."))
    until = typed_day(form, "until")
    if not form.ok or day is None or clock is None:
        return None
    return CourseDraft(
        care_service=form.value("service"),
        title=form.value("title"),
        place=form.value("place"),
        starts_at=datetime.combine(day, clock, tzinfo=zone).astimezone(UTC),
        minutes=minutes,
        capacity=capacity,
        about=form.value("about"),
        every_weeks=every,
        skip_holidays=form.value("holidays") == "skip",
        until=until,
        team_id=next(iter(_ids(form, "team")), None),
    )


def id_of(form: Form, name: str) -> UUID | None:
    """Return the id that was chosen, None where nothing or no id was."""
    return next(iter(_ids(form, name)), None)


def _ids(form: Form, name: str) -> list[UUID]:
    found = []
    for text in form.values.get(name, ()):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def ids_of(form: Form, name: str) -> frozenset[UUID]:
    """Return the ids of the boxes that were ticked."""
    return frozenset(_ids(form, name))


def _whole(form: Form, name: str, sentence: str) -> int:
    text = form.value(name)
    if text.isascii() and text.isdigit() and len(text) <= len("1440"):
        return int(text)
    form.refuse(name, sentence)
    return 0


def _clock(text: str) -> time | None:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo else found
