"""Somebody's visits and classes as an iCalendar file (RFC 5545), for their calendar program.

The file leaves the house: it says when, what and where, and neither names, nor wishes, nor codes.
"""

import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from app import keys
from app.i18n import current_language
from app.i18n import gettext as _
from timebank import State
from timebank.care import CalendarEntry
from timebank.group_sessions import CalendarSession, SessionState

PURPOSE: Final = "calendar feed"
REFRESH: Final = timedelta(hours=1)

_TENTATIVE: Final = frozenset({State.REQUESTED, State.OFFERED})
_OFF: Final = frozenset({State.CANCELLED, State.EXPIRED, State.NO_SHOW})


def feed_key(feed_id: UUID) -> str:
    """Return the secret half of a feed's address."""
    return keys.mac(PURPOSE, str(feed_id)).hex()


def opens(feed_id: UUID, key: str) -> bool:
    """Say whether a key opens a feed; it takes the same time whatever is wrong with it."""
    return hmac.compare_digest(feed_key(feed_id).encode(), key.encode())


def written(
    entries: Iterable[CalendarEntry],
    classes: Iterable[CalendarSession] = (),
    *,
    events: Iterable[Event] = (),
    name: str,
    zone: ZoneInfo,
    site: str,
) -> bytes:
    """Return visits, sessions of classes and other events, in the language of the request."""
    calendar = Calendar()
    calendar.add("prodid", "-//Linli//Time bank//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, zone, site))
    for one in classes:
        calendar.add_component(_session(one, zone, site))
    for event in events:
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, zone: ZoneInfo, site: str) -> Event:
    visit = entry.visit
    help_name = visit.care_service.name(current_language())
    told = _("You help: %(help)s") if entry.gives else _("You are helped: %(help)s")
    event = Event()
    values: Mapping[str, object] = {
        "uid": f"{visit.id}@linli",
        "sequence": max(0, entry.steps - 1),
        "dtstamp": entry.changed_at.astimezone(UTC),
        "created": visit.asked_at.astimezone(UTC),
        "last-modified": entry.changed_at.astimezone(UTC),
        "dtstart": _local(visit.starts_at, zone),
        "dtend": _local(visit.ends_at, zone),
        "summary": told % {"help": help_name},
        "location": visit.place,
        "url": f"{site}/time-bank/visits/{visit.id}",
        "status": _status(visit.state),
    }
    for name, value in values.items():
        event.add(name, value)
    return event


def _session(one: CalendarSession, zone: ZoneInfo, site: str) -> Event:
    session = one.session
    told = _("You give a class: %(title)s") if one.gives else _("Class: %(title)s")
    status = "TENTATIVE" if one.waits else "CONFIRMED"
    event = Event()
    values: Mapping[str, object] = {
        "uid": f"{session.id}@linli",
        "sequence": list(SessionState).index(session.state),
        "dtstamp": one.changed_at.astimezone(UTC),
        "last-modified": one.changed_at.astimezone(UTC),
        "dtstart": _local(session.starts_at, zone),
        "dtend": _local(session.ends_at, zone),
        "summary": told % {"title": session.title},
        "location": session.place,
        "url": f"{site}/classes/sessions/{session.id}",
        "status": "CANCELLED" if session.state is SessionState.CANCELLED else status,
    }
    for name, value in values.items():
        event.add(name, value)
    return event


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone)


def _status(state: State) -> str:
    if state in _TENTATIVE:
        return "TENTATIVE"
    return "CANCELLED" if state in _OFF else "CONFIRMED"
