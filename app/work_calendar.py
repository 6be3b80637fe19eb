"""Times of helping a project as events of an iCalendar file (RFC 5545); they name nobody."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Event

from app import calendar_file
from app.i18n import gettext as _
from marketplace.work import Slot, SlotState, Turn, TurnState

_GONE = frozenset({TurnState.STEPPED_BACK, TurnState.CANCELLED})


def written(slots: Iterable[Slot], *, name: str, zone: ZoneInfo, site: str) -> bytes:
    """Return slots as a calendar in the language of the request."""
    events = [_event(one, zone, site, one.cancelled_at or one.offered_at) for one in slots]
    return calendar_file.written((), events=events, name=name, zone=zone, site=site)


def events(turns: Iterable[tuple[Slot, Turn]], *, zone: ZoneInfo, site: str) -> list[Event]:
    """Return what a member promised, for their own calendar; what they gave back is called off."""
    return [
        _event(slot, zone, site, turn.changed_at, off=turn.state in _GONE) for slot, turn in turns
    ]


def _event(
    slot: Slot, zone: ZoneInfo, site: str, changed_at: datetime, *, off: bool = False
) -> Event:
    off = off or slot.state is SlotState.CANCELLED
    event = Event()
    values: Mapping[str, object] = {
        "uid": f"{slot.id}@linli",
        "sequence": int(off),
        "dtstamp": changed_at.astimezone(UTC),
        "created": slot.offered_at.astimezone(UTC),
        "dtstart": slot.starts_at.astimezone(zone),
        "dtend": slot.ends_at.astimezone(zone),
        "summary": _("You help: %(help)s") % {"help": slot.title},
        "description": slot.about,
        "location": slot.place,
        "url": f"{site}/projects/{slot.project_id}/work/{slot.id}",
        "status": "CANCELLED" if off else "CONFIRMED",
    }
    for field, value in values.items():
        event.add(field, value)
    return event
