"""The form of a request on the telephone: answered beforehand with what is most likely.

The help asked for last, the place of last time, the usual length, the next free half day: the
operator changes what the caller says otherwise.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app import ask_form
from app.forms import Form
from app.i18n import gettext as _
from timebank import CareService, Request, Visit, VisitPolicy
from timebank.values import State

USUAL: Final = "usual"
NOTICE: Final = timedelta(hours=2)
HALF_DAYS: Final = (time(9), time(14))
NOON: Final = 12
AHEAD: Final = frozenset({State.REQUESTED, State.OFFERED, State.BOOKED, State.UNDER_WAY})


def next_free_half_day(
    now: datetime, busy: Iterable[datetime], *, days_max: int
) -> tuple[date, time]:
    """Return the next morning (9) or afternoon (2) at least two hours off without a visit.

    `now` and `busy`, the beginnings of visits ahead, are local. Where every half day is taken, the
    first one that is not over.
    """
    taken = {(one.date(), one.hour >= NOON) for one in busy}
    coming = [
        (day, clock)
        for ahead in range(days_max + 1)
        for clock in HALF_DAYS
        if datetime.combine(day := now.date() + timedelta(days=ahead), clock, now.tzinfo)
        >= now + NOTICE
    ]
    free = (one for one in coming if (one[0], one[1].hour >= NOON) not in taken)
    return next(free, coming[0] if coming else (now.date() + timedelta(days=1), HALF_DAYS[0]))


def first_answers(
    visits: Iterable[Visit], place: str, zone: ZoneInfo, now: datetime, *, days_max: int
) -> Mapping[str, object]:
    """Return what the form holds when it is first shown; `visits` are the elder's, latest first."""
    received = list(visits)
    busy = [one.starts_at.astimezone(zone) for one in received if one.state in AHEAD]
    day, clock = next_free_half_day(now.astimezone(zone), busy, days_max=days_max)
    last = max(received, key=lambda one: one.asked_at, default=None)
    return {
        "service": last.care_service.code if last else "",
        "place": place,
        "minutes": USUAL,
        "day": day.isoformat(),
        "time": clock.strftime("%H:%M"),
    }


def services(catalogue: Iterable[CareService], language: str) -> list[tuple[str, str]]:
    """Return the kinds of help, numbered: typing the number chooses one in any language."""
    return [(one.code, f"{place} {one.name(language)}") for place, one in enumerate(catalogue, 1)]


def lengths(policy: VisitPolicy) -> list[tuple[str, str]]:
    """Return the lengths, the usual one of each kind of help first."""
    return [
        (USUAL, _("The usual length")),
        *((str(minutes), words) for minutes, words in ask_form.lengths(policy)),
    ]


def read(form: Form, zone: ZoneInfo, catalogue: Iterable[CareService]) -> Request | None:
    """Return what is asked for, or None with every unanswered field refused."""
    usual = {one.code: one.usual_minutes for one in catalogue}
    if form.value("minutes") == USUAL:
        minutes = usual.get(form.value("service"), 60)
        form = _with_minutes(form, str(minutes))
    return ask_form.read(form, zone)


def _with_minutes(form: Form, minutes: str) -> Form:
    """Return the form with that length, sharing what is refused with the one that is shown."""
    return Form({**form.values, "minutes": (minutes,)}, form.errors)
