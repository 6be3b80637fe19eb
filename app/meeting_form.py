"""The forms of meetings and councils: what they offer, and what they read."""

from datetime import UTC, date, datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.ask_form import times
from app.days import typed_day
from app.forms import Form
from app.i18n import gettext as _
from app.meeting_words import (
    ACCESS,
    AUDIENCES,
    COUNCIL_KINDS,
    KIND_HINTS,
    KIND_ICONS,
    KINDS,
)
from app.named_field import Asked, Candidates, read_named
from app.wording import duration
from community import Actor
from marketplace.councils import Council, CouncilDraft, CouncilKind
from marketplace.meetings import (
    Access,
    Audience,
    Change,
    ItemDraft,
    Kind,
    MeetingDraft,
)

LENGTHS: Final = (30, 60, 90, 120, 180, 240)
DIGITS_MAX: Final = 4
Options = list[tuple[str, str]]


def offered(councils: list[Council], areas: Options, needs: Options) -> dict[str, object]:
    """Return what the form that announces a meeting offers to choose from."""
    return {
        "kinds": [
            (one.value, _(words), _(KIND_HINTS[one]), KIND_ICONS[one])
            for one, words in KINDS.items()
        ],
        "councils": [(str(one.id), one.name) for one in councils],
        "areas": areas,
        "needs": needs,
        "audiences": [(one.value, _(words)) for one, words in AUDIENCES.items()],
        "accesses": [(one.value, _(words)) for one, words in ACCESS.items()],
        **when_offered(),
    }


def when_offered() -> dict[str, object]:
    """Return the times and lengths to choose from."""
    return {"times": times(), "lengths": [(str(one), duration(one)) for one in LENGTHS]}


def with_own(offered: dict[str, object], clock: str, length: int) -> dict[str, object]:
    """Return the times and lengths to choose from, with those that a meeting has now."""
    found: dict[str, list[tuple[str, str]]] = {
        "times": times(),
        "lengths": [(str(one), duration(one)) for one in sorted({*LENGTHS, length})],
    }
    if clock not in {value for value, _words in found["times"]}:
        found["times"] = sorted([*found["times"], (clock, clock)])
    return {**offered, **found}


async def read_member(form: Form, name: str, by: Actor) -> tuple[UUID | None, Candidates]:
    """Return the active member whose full name stands in a field, None with it refused.

    A name that several have is refused once, and `<name>_person` chooses among them.
    """
    asked = Asked(
        field=name,
        chooser=f"{name}_person",
        missing=_("Type the full name."),
        nobody=_("No active member here has exactly this name."),
        several=_("Several members have this name. Choose which one."),
    )
    return await read_named(form, asked, community_id=by.community_id)


def read_meeting(form: Form, zone: ZoneInfo, chair: UUID, clerk: UUID) -> MeetingDraft | None:
    """Return the meeting to be announced, None with every unanswered field refused."""
    starts_at, length = read_when(form, zone)
    if form.value("kind") not in set(Kind):
        form.refuse("kind", _("Choose what kind of meeting it is."))
    if form.value("audience") not in set(Audience):
        form.refuse("audience", _("Choose who is told."))
    seats = _number(form, "seats") if form.value("seats") else None
    if not form.ok or starts_at is None:
        return None
    kind, audience = Kind(form.value("kind")), Audience(form.value("audience"))
    return MeetingDraft(
        kind=kind,
        title=form.value("title"),
        about=form.value("about"),
        starts_at=starts_at,
        length=length,
        place=form.value("place"),
        link=form.value("link"),
        phone=form.value("phone"),
        access=frozenset(
            Access(one) for one in form.values.get("access", ()) if one in set(Access)
        ),
        access_words=form.value("access_words"),
        seats=seats,
        audience=audience,
        area_id=id_of(form, "area") if audience is Audience.AREA else None,
        council_id=id_of(form, "council") if kind.of_council else None,
        chair_id=chair,
        clerk_id=clerk,
        items=tuple(
            ItemDraft(line.strip()) for line in form.value("items").splitlines() if line.strip()
        ),
        needs=tuple(ids_of(form, "needs")),
    )


def _access(form: Form) -> frozenset[Access]:
    ticked = form.values.get("access", ())
    return frozenset(one for one in Access if one.value in ticked)


def read_change(form: Form, zone: ZoneInfo) -> Change | None:
    """Return a new time or place, None with every unanswered field refused."""
    starts_at, length = read_when(form, zone)
    if not form.ok or starts_at is None:
        return None
    return Change(
        starts_at,
        length,
        form.value("place"),
        form.value("reason"),
        form.value("link"),
        form.value("phone"),
    )


def read_when(form: Form, zone: ZoneInfo) -> tuple[datetime | None, int]:
    """Return when something begins and how long it takes; what is not answered is refused."""
    day = typed_day(form, "day")
    if day is None:
        form.refuse("day", _("Choose the day."))
    clock = _clock(form.value("time"))
    if clock is None:
        form.refuse("time", _("Choose the time of day."))
    length = _number(form, "length", _("Choose about how long it will take."))
    if day is None or clock is None:
        return None, length
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC), length


def read_council(form: Form) -> CouncilDraft | None:
    """Return the council to be entered, None with every unanswered field refused."""
    if form.value("kind") not in set(CouncilKind):
        form.refuse("kind", _("Choose what kind of council it is."))
    seats = _number(form, "seats", _("A council has 3 to 500 seats."))
    first, last = (_required_day(form, name) for name in ("term_from", "term_to"))
    if not form.ok or first is None or last is None:
        return None
    return CouncilDraft(
        name=form.value("name"),
        kind=CouncilKind(form.value("kind")),
        seats=seats,
        term_from=first,
        term_to=last,
        area_id=id_of(form, "area"),
        votes_public=form.value("votes") != "counts",
    )


def council_kinds() -> Options:
    """Return the kinds of council to choose from."""
    return [(one.value, _(words)) for one, words in COUNCIL_KINDS.items()]


def _required_day(form: Form, name: str) -> date | None:
    day = typed_day(form, name)
    if day is None:
        form.refuse(name, _("Choose the day."))
    return day


def count_of(form: Form, name: str) -> int:
    """Return a typed count; nothing typed is 0, and what is no count is refused."""
    return _number(form, name) if form.value(name) else 0


def _number(form: Form, name: str, sentence: str = "") -> int:
    text = form.value(name).replace(" ", "")
    if text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX:
        return int(text)
    form.refuse(name, sentence or _("Write a whole number, such as 30."))
    return 0


def id_of(form: Form, name: str) -> UUID | None:
    """Return the id that was chosen, None where nothing or no id was."""
    return next(iter(ids_of(form, name)), None)


def ids_of(form: Form, name: str) -> list[UUID]:
    """Return the ids of what was chosen, each once, in their order."""
    found = []
    for text in form.values.get(name, ()):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _clock(text: str) -> time | None:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo else found
