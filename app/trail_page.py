"""The audit trail for its page and its file: what the form asks for, and lines that can be read."""

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from app.audit_words import acts_of, name_of, sentence
from app.field_words import label, told
from app.forms import Form
from app.i18n import gettext as _
from community import SYSTEM, AuditEvent, TrailSearch

LINES_ON_A_PAGE: Final = 30
LINES_IN_A_FILE_MAX: Final = 50_000
LINES_AT_A_TIME: Final = 1_000

FILTERS: Final = ("since", "until", "act", "who", "about", "behalf")
NOBODY: Final = UUID(int=1)  # stands in a search for a name that no member has


@dataclass(frozen=True, slots=True)
class Changed:
    """A field of personal data before and after an act, masked."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """An event as the page shows it."""

    event: AuditEvent
    sentence: str
    actor_name: str
    behalf_name: str
    place: str
    details: tuple[tuple[str, str], ...]
    changes: tuple[Changed, ...]


async def search_of(form: Form, areas: Sequence[UUID], zone: ZoneInfo) -> TrailSearch:
    """Return what the form asks for; what cannot be is refused on the form by its field."""
    since, until = _day(form, "since"), _day(form, "until")
    if since and until and until < since:
        form.refuse("until", _("Choose a last day that is not before the first."))
    chosen = form.value("act")
    acts = acts_of(chosen)
    if chosen and not acts:
        form.refuse("act", _("Choose one of the acts in the list."))
    return TrailSearch(
        since=_midnight(since, zone),
        until=_midnight(until + timedelta(days=1) if until else None, zone),
        acts=acts,
        actors=await _people(form, "who", areas),
        subjects=await _people(form, "about", areas),
        principals=await _people(form, "behalf", areas),
    )


def _day(form: Form, field: str) -> date | None:
    typed = form.value(field)
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        form.refuse(field, _("Write the day as year-month-day, such as 2026-11-03."))
        return None
    if not 2000 <= day.year <= 2200:  # noqa: PLR2004 (years that a calendar here can mean)
        form.refuse(field, _("Choose a day in this century."))
        return None
    return day


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone).astimezone(UTC) if day else None


async def _people(form: Form, field: str, areas: Sequence[UUID]) -> tuple[UUID, ...]:
    """Return whom a field names: by the id that a link carries, or by the whole name."""
    typed = form.value(field)
    if not typed:
        return ()
    try:
        return (UUID(typed),)
    except ValueError:
        found = await community.members_called(typed, areas)
    if not found:
        form.refuse(
            field,
            _("Nobody here has the name %(name)s. Write the whole name as it is in the register.")
            % {"name": typed},
        )
        return (NOBODY,)
    return found


async def lines_of(events: Sequence[AuditEvent], zone: ZoneInfo) -> list[Line]:
    """Return events as lines that a person can read, with the names as they are now."""
    names = await community.trail_names(events)
    return [_line(event, names, zone) for event in events]


def _line(event: AuditEvent, names: Mapping[UUID, str], zone: ZoneInfo) -> Line:
    before, after = event.before or {}, event.after or {}
    return Line(
        event,
        sentence(event, names),
        actor_name="" if event.actor == SYSTEM else name_of(event.actor, names),
        behalf_name=name_of(event.on_behalf_of, names) if event.on_behalf_of else "",
        place=names.get(event.area_id, ""),
        details=tuple((label(name), told(name, one, zone)) for name, one in event.details.items()),
        changes=tuple(
            Changed(
                label(name), told(name, before.get(name), zone), told(name, after.get(name), zone)
            )
            for name in dict.fromkeys([*before, *after])
        ),
    )


COLUMNS: Final = (
    "seq", "at", "area", "act", "sentence", "actor", "actor_id", "on_behalf_of",
    "on_behalf_of_id", "consent_id", "subject_kind", "subject_id", "details", "before", "after",
    "address",
)  # fmt: skip


async def as_csv(
    areas: Sequence[UUID], search: TrailSearch, zone: ZoneInfo
) -> AsyncIterator[bytes]:
    """Yield the events that fit as CSV in UTF-8 with a byte order mark, newest first.

    At most `LINES_IN_A_FILE_MAX`; where there are more, the last line says so. Times are local,
    with their offset. Read in pages, so that a long file needs no more memory than a short one.
    """
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode() + rows_as_csv([COLUMNS])
    before, left = None, LINES_IN_A_FILE_MAX
    while left:
        size = min(LINES_AT_A_TIME, left)
        events = await community.search_trail(areas, search, before=before, size=size)
        if not events:
            return
        yield rows_as_csv([_cells(line, zone) for line in await lines_of(events, zone)])
        before, left = events[-1].seq, left - len(events)
    if await community.search_trail(areas, search, before=before, size=1):
        more = _("There is more: this file ends at %(lines)s lines. Search for a shorter time.")
        yield rows_as_csv([[more % {"lines": LINES_IN_A_FILE_MAX}]])


def _cells(line: Line, zone: ZoneInfo) -> list[str]:
    event = line.event
    return [
        str(event.seq),
        event.at.astimezone(zone).isoformat(timespec="seconds"),
        line.place,
        event.act,
        line.sentence,
        line.actor_name,
        str(event.actor),
        line.behalf_name,
        str(event.on_behalf_of or ""),
        str(event.consent_id or ""),
        event.subject_kind,
        str(event.subject_id),
        "; ".join(f"{name}: {value}" for name, value in line.details),
        "; ".join(f"{one.label}: {one.before}" for one in line.changes),
        "; ".join(f"{one.label}: {one.after}" for one in line.changes),
        event.address or "",
    ]


def rows_as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows as CSV. A cell that a spreadsheet would take for a formula gets an apostrophe."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(
        [[_plain(cell) for cell in row] for row in rows]
    )
    return written.getvalue().encode()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} else cell
