"""The forms of work for a project and of its changes: what they offer, and what they read."""

from datetime import UTC, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from app.amounts import fen_of_yuan
from app.ask_form import times
from app.days import typed_day
from app.forms import Form
from app.i18n import gettext as _
from app.project_work_words import CHANGE_ICONS, CHANGE_KINDS
from app.wording import duration, money, printed_day
from marketplace.delivery.changes import (
    ChangeKind,
    MoveMoney,
    NewDate,
    NewScope,
    Standing,
    What,
)
from marketplace.work import SlotDraft, WorkPolicy

LENGTHS: Final = (30, 60, 90, 120, 180, 240, 360, 480)
Options = list[tuple[str, str]]


def lengths(policy: WorkPolicy) -> Options:
    """Return the lengths to choose from, in minutes, with words."""
    return [(str(one), duration(one)) for one in LENGTHS if one <= policy.minutes_max]


def offered(policy: WorkPolicy) -> dict[str, object]:
    """Return what the form of a slot offers to choose from."""
    return {"times": times(), "lengths": lengths(policy)}


def read_slot(form: Form, zone: ZoneInfo) -> SlotDraft | None:
    """Return the slot that is wanted, or None with every unanswered field refused."""
    if not form.value("title"):
        form.refuse("title", _("Say what is to be done, in at most 60 characters."))
    day = typed_day(form, "day")
    if day is None:
        form.refuse("day", _("Choose the day."))
    clock = _clock(form.value("time"))
    if clock is None:
        form.refuse("time", _("Choose the time of day."))
    minutes = whole(form, "minutes", _("Choose one of the lengths shown."))
    people = whole(form, "people", _("Write how many people are needed."))
    if not form.value("place"):
        form.refuse("place", _("Say where people meet, in at most 120 characters."))
    if not form.ok or day is None or clock is None:
        return None
    return SlotDraft(
        title=form.value("title"),
        place=form.value("place"),
        starts_at=datetime.combine(day, clock, tzinfo=zone).astimezone(UTC),
        minutes=minutes,
        people=people,
        about=form.value("about"),
    )


def _clock(text: str) -> time | None:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo else found


def whole(form: Form, name: str, sentence: str) -> int:
    """Return a typed whole number; 0 with the field refused where it is none."""
    text = form.value(name)
    if text.isascii() and text.isdigit() and len(text) <= len("600000"):
        return int(text)
    form.refuse(name, sentence)
    return 0


def kinds(standing: Standing) -> list[tuple[str, str, str, str]]:
    """Return the kinds of change that a project can ask for."""
    fits = {
        ChangeKind.DATE: any(not one.done for one in standing.milestones),
        ChangeKind.MONEY: len(standing.lines) > 1,
        ChangeKind.SCOPE: True,
    }
    return [
        (kind.value, _(words), "", CHANGE_ICONS[kind])
        for kind, words in CHANGE_KINDS.items()
        if fits[kind]
    ]


def asked_for(standing: Standing) -> dict[str, object]:
    """Return what the form of a change offers to choose from."""
    return {
        "kinds": kinds(standing),
        "milestones": [
            (str(one.number), f"{one.title} · {printed_day(one.due_on)}")
            for one in standing.milestones
            if not one.done
        ],
        "lines": [(one.label, f"{one.label} · {money(one.now_fen)}") for one in standing.lines],
    }


def read_change(form: Form) -> What | None:
    """Return the change that is wanted, or None with every unanswered field refused."""
    what: What | None = None
    match form.value("kind"):
        case ChangeKind.DATE:
            what = _new_date(form)
        case ChangeKind.MONEY:
            what = _move_money(form)
        case ChangeKind.SCOPE:
            if not form.value("scope"):
                form.refuse("scope", _("Say what is done instead, in at most 2,000 characters."))
            what = NewScope(form.value("scope"))
        case _:
            form.refuse("kind", _("Choose what is to be otherwise."))
    if not form.value("reason"):
        form.refuse("reason", _("Say why, in at most 1,000 characters. Everybody can read it."))
    return what if form.ok else None


def _new_date(form: Form) -> NewDate | None:
    milestone = whole(form, "milestone", _("Choose a milestone that is not done yet."))
    day = typed_day(form, "due_on")
    if day is None:
        form.refuse("due_on", _("Choose the new day."))
        return None
    return NewDate(milestone, day)


def _move_money(form: Form) -> MoveMoney | None:
    for name, sentence in (
        ("from_line", _("Choose the line that the money comes from.")),
        ("to_line", _("Choose another line that the money goes to.")),
    ):
        if not form.value(name):
            form.refuse(name, sentence)
    amount = fen_of_yuan(form.value("amount"))
    if amount is None:
        form.refuse("amount", _("Write an amount in yuan, such as 50000 or 1200.50."))
        return None
    return MoveMoney(form.value("from_line"), form.value("to_line"), amount)
