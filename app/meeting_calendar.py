"""Meetings as events of an iCalendar file (RFC 5545). A public file: it names no online address."""

from collections.abc import Iterable, Mapping
from datetime import UTC
from zoneinfo import ZoneInfo

from icalendar import Event

from app import calendar_file
from app.i18n import gettext as _
from app.meeting_words import KINDS
from marketplace.meetings import Meeting, MeetingState


def written(meetings: Iterable[Meeting], *, name: str, zone: ZoneInfo, site: str) -> bytes:
    """Return meetings as a calendar in the language of the request."""
    events = [_event(one, zone, site) for one in meetings]
    return calendar_file.written((), events=events, name=name, zone=zone, site=site)


def _event(meeting: Meeting, zone: ZoneInfo, site: str) -> Event:
    """Return an event; each announcement of another time or place counts its sequence up."""
    off = meeting.state is MeetingState.CANCELLED
    changed = (meeting.held_at or meeting.called_at).astimezone(UTC)
    event = Event()
    values: Mapping[str, object] = {
        "uid": f"{meeting.id}@linli",
        "sequence": meeting.notices - 1 + off,
        "dtstamp": changed,
        "created": meeting.called_at.astimezone(UTC),
        "dtstart": meeting.starts_at.astimezone(zone),
        "dtend": meeting.ends_at.astimezone(zone),
        "summary": f"{_(KINDS[meeting.kind])}: {meeting.title}",
        "description": meeting.about,
        "location": meeting.place,
        "url": f"{site}/meetings/{meeting.id}",
        "status": "CANCELLED" if off else "CONFIRMED",
    }
    for field, value in values.items():
        event.add(field, value)
    return event
