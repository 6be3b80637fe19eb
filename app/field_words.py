"""What is kept, in words for people: the name of each field, and its value as a person says it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.i18n import gettext as _
from app.i18n import mark
from app.wording import duration, money, number, printed_day, spoken_time

LABELS: Final[Mapping[str, str]] = {
    "act": mark("What was done"),
    "acts": mark("What for"),
    "address": mark("Address"),
    "at": mark("When"),
    "balance": mark("Balance"),
    "birth_date": mark("Birth date"),
    "change": mark("Change"),
    "channel": mark("How"),
    "code": mark("Short name"),
    "community": mark("Community"),
    "consent": mark("Resting on the consent"),
    "email": mark("E-mail"),
    "grid_id": mark("Grid"),
    "household": mark("Household"),
    "identity": mark("Identity number"),
    "kind": mark("Kind"),
    "language": mark("Language"),
    "level": mark("Kind of area"),
    "lines": mark("Lines"),
    "minutes": mark("Minutes"),
    "name": mark("Name"),
    "note": mark("Note"),
    "on_roll": mark("On the voter roll"),
    "phone": mark("Phone"),
    "registration": mark("Household register"),
    "role": mark("Role"),
    "roster_number": mark("Number on the roster"),
    "sha256": mark("Fingerprint of the file"),
    "since": mark("Since"),
    "standing": mark("Standing"),
    "text_size": mark("Text size"),
    "terms_hash": mark("Fingerprint of the rules"),
    "until": mark("Until"),
    "votes": mark("Ballots"),
    "why": mark("Why"),
    "winners": mark("Projects chosen"),
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "role": {
        "resident": mark("resident"),
        "volunteer": mark("volunteer"),
        "elder": mark("elder"),
        "delegate": mark("delegate"),
        "coordinator": mark("coordinator"),
        "phone_operator": mark("phone operator"),
        "treasurer": mark("treasurer"),
        "auditor": mark("auditor"),
        "administrator": mark("administrator"),
    },
    "level": {
        "city": mark("city"),
        "district": mark("district"),
        "street": mark("street"),
        "community": mark("community"),
        "grid": mark("grid"),
    },
    "standing": {
        "applied": mark("has applied"),
        "invited": mark("is invited"),
        "active": mark("active"),
        "left": mark("has left"),
        "declined": mark("was declined"),
        "merged": mark("merged"),
        "erased": mark("erased"),
    },
    "registration": {
        "registered": mark("registered here"),
        "non_registered": mark("registered elsewhere"),
    },
    "how": {
        "identity_card": mark("identity card"),
        "household_register": mark("household register"),
        "home_visit": mark("a visit at home"),
        "known_in_person": mark("known in person"),
        "roster": mark("the roster"),
    },
    "channel": {
        "in_person": mark("in person"),
        "phone": mark("by telephone"),
        "paper": mark("on paper"),
        "online": mark("online"),
    },
}

_MINUTES: Final = {"minutes", "minutes_booked", "minutes_measured", "minutes_confirmed"}


def label(name: str) -> str:
    """Return a field's name in words; one without words is told as it is."""
    return _(LABELS[name]) if name in LABELS else name


def told(name: str, value: Any, zone: ZoneInfo) -> str:  # noqa: PLR0911 (one for each kind)
    """Return a field's value as a person says it; nothing at all is a dash."""
    match value:
        case None | "" | [] | {}:
            return "–"
        case bool():
            return _("yes") if value else _("no")
        case int() if name in _MINUTES:
            return duration(value)
        case int() if name.endswith("_fen"):
            return money(value)
        case int():
            return number(value)
        case datetime():
            return spoken_time(value, zone)
        case date():
            return printed_day(value)
        case list() | tuple():
            return _(", ").join(told(name, one, zone) for one in value)
        case dict():
            return "; ".join(f"{label(key)}: {told(key, one, zone)}" for key, one in value.items())
    words = WORDS.get(name, {}).get(str(value))
    if words is not None:
        return _(words)
    moment = _moment(str(value))
    return spoken_time(moment, zone) if moment else str(value)


def _moment(text: str) -> datetime | None:
    """Return the moment that a text from JSON is; None where it is any other text."""
    if "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
