"""When a check-in or check-out was, where it is written down later: by the desk, or by a page.

The desk types a time of day. A page that was without a network sends the moment itself, as
`happened_at` in ISO 8601 with its offset. The time bank's rules say how far either is believed.
"""

from datetime import UTC, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import timebank
from app.forms import Form
from app.i18n import gettext as _
from community import Actor


async def read(form: Form, visit_id: UUID, by: Actor) -> datetime | None:
    """Return the moment that a form names; None where it names none, or with the field refused.

    A visit that this member may not see gives none: the verb says so.
    """
    sent, typed = form.value("happened_at"), form.value("moment")
    if sent:
        return _sent(form, sent)
    if not typed:
        return None
    clock = _clock(typed)
    if clock is None:
        form.refuse("moment", _("Type the time like 14:05."))
        return None
    try:
        seen, _steps = await timebank.visit_page(visit_id, by)
    except timebank.TimebankError:
        return None
    zone = ZoneInfo((await community.community(by.community_id)).time_zone)
    begun = seen.visit.checked_in_at or seen.visit.starts_at
    day = begun.astimezone(zone).date()
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def too_long_ago(form: Form) -> Form:
    """Return the form with its moment refused: it lies too far back to be believed."""
    form.refuse(
        "moment",
        _("That was more than a day ago. A coordinator can write down what should count."),
    )
    return form


def _sent(form: Form, text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        form.refuse("moment", _("Type the time like 14:05."))
        return None
    return moment


def _clock(text: str) -> time | None:
    plain = text.replace("：", ":").replace(" ", "").zfill(len("00:00"))
    try:
        return datetime.strptime(plain, "%H:%M").time()  # noqa: DTZ007 (a clock has no zone)
    except ValueError:
        return None
