"""What the pages of matching show: lines in words, filters read from the address, limits typed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from app import matching_words
from app.forms import Form
from app.i18n import current_language, mark
from app.i18n import gettext as _
from app.visit_words import icon_of
from timebank import Visit, matching
from timebank.matching import (
    DAY_MOST,
    WEEK_MOST,
    Availability,
    BoardPage,
    Limits,
    Order,
    Outcome,
    Proposed,
    Run,
    RunState,
)

WEEKS_AHEAD: Final = 4
_KNOWN: Final = ("service", "grid", "week", "order", "page")

_STATES: Final[Mapping[RunState, str]] = {
    RunState.ASKED: mark("Waiting for its turn"),
    RunState.SOLVING: mark("Being matched"),
    RunState.DONE: mark("Done"),
    RunState.FAILED: mark("Failed"),
}
_OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.OPEN: mark("Not offered yet"),
    Outcome.OFFERED: mark("Offered"),
    Outcome.GONE: mark("Not possible any more"),
}


def chosen(query: Mapping[str, Any]) -> dict[str, str]:
    """Return the known filters of an address, those alone that mean anything."""
    found = {name: str(query[name]) for name in _KNOWN if query.get(name)}
    for name in ("service", "grid"):
        if name in found and _uuid(found[name]) is None:
            del found[name]
    for name, most in (("week", WEEKS_AHEAD), ("page", 9999)):
        if name in found and not (found[name].isdecimal() and int(found[name][:5]) <= most):
            del found[name]
    if found.get("order") not in {None, *(one.value for one in Order)}:
        del found["order"]
    return found


def filters(found: Mapping[str, str]) -> dict[str, Any]:
    """Return the filters as the board's reading takes them."""
    return {
        "week": int(found.get("week", "0")),
        "page": int(found.get("page", "1")),
        "order": Order(found.get("order", "soonest")),
        "care_service": _uuid(found.get("service", "")),
        "grid": _uuid(found.get("grid", "")),
    }


def back_to(address: str, query: str) -> str:
    """Return the board's address with the filters of before."""
    known = chosen(dict(parse_qsl(query)))
    return f"{address}?{urlencode(known)}" if known else address


def weeks() -> list[tuple[str, str]]:
    """Return the weeks to choose from."""
    names = [_("The next seven days"), _("The week after")]
    names += [_("In %(num)s weeks") % {"num": number} for number in range(2, WEEKS_AHEAD + 1)]
    return [(str(number), name) for number, name in enumerate(names)]


def orders() -> list[tuple[str, str]]:
    """Return the orders to choose from."""
    return [("soonest", _("Soonest first")), ("oldest", _("Longest waiting first"))]


def line(one: matching.Line) -> dict[str, Any]:
    """Return a request of the board in words."""
    best = []
    for suggestion in one.best:
        speaks, to_ask = matching_words.for_the_desk(suggestion.why)
        best.append(
            {
                "id": suggestion.volunteer_id,
                "name": one.names[suggestion.volunteer_id],
                "fit": matching_words.how_well(suggestion.points),
                "why": speaks,
                "ask": to_ask,
            }
        )
    return {**_request(one.visit, one.elder_name), "best": best}


def proposed(
    one: Proposed, visit: Visit, names: Mapping[UUID, str], at: datetime
) -> dict[str, Any]:
    """Return a line of a proposal in words."""
    speaks, to_ask = matching_words.for_the_desk(one.why)
    is_open = matching.still_open(one, visit, at)
    words = _(_OUTCOMES[one.outcome])
    if one.outcome is Outcome.GONE:
        words = matching_words.gone(one)
    elif one.outcome is Outcome.OPEN and not is_open:
        words = _("Taken or called off meanwhile")
    return {
        **_request(visit, names.get(visit.elder_id, "")),
        "volunteer": names.get(one.volunteer_id, ""),
        "why": speaks + to_ask,
        "open": is_open,
        "outcome": words,
        "offered": one.outcome is Outcome.OFFERED,
    }


def _request(visit: Visit, elder: str) -> dict[str, Any]:
    return {
        "visit": visit,
        "elder": elder,
        "service": visit.care_service.name(current_language()),
        "icon": icon_of(visit.care_service.code),
    }


def as_data(page: BoardPage) -> dict[str, Any]:
    """Return a page of the board as plain data."""
    return {
        "requests": page.requests,
        "page": page.page,
        "pages": page.pages,
        "lines": [
            {
                "visit": str(one.visit.id),
                "care_service": one.visit.care_service.code,
                "starts_at": one.visit.starts_at.isoformat(),
                "minutes": one.visit.minutes_booked,
                "elder": {"id": str(one.visit.elder_id), "name": one.elder_name},
                "volunteers": [
                    {
                        "id": str(best.volunteer_id),
                        "name": one.names[best.volunteer_id],
                        "points": best.points,
                        "why": {why.about.value: why.figure for why in best.why},
                    }
                    for best in one.best
                ],
            }
            for one in page.lines
        ],
    }


def limits(form: Form) -> Limits:
    """Return the limits that were typed. Raises `InvalidLimits` for what is none."""
    try:
        availability = Availability(form.value("availability"))
    except ValueError:
        raise matching.InvalidLimits("availability") from None
    found = {}
    for name in ("day_most", "week_most"):
        text = form.value(name)
        if not (text.isdecimal() and len(text) < 3):  # noqa: PLR2004 (two digits)
            raise matching.InvalidLimits(name)
        found[name] = int(text)
    return Limits(availability, **found)


def limit_words(field: str) -> str:
    """Return what to do about a limit that cannot be."""
    if field == "availability":
        return _("Choose one of these.")
    bounds = DAY_MOST if field == "day_most" else WEEK_MOST
    return _("Type a whole number from %(least)s to %(most)s.") % {
        "least": bounds.start,
        "most": bounds.stop - 1,
    }


def visits(form: Form) -> list[UUID] | None:
    """Return the visits that were ticked; None for all that are open."""
    if form.value("which") == "all":
        return None
    found = (_uuid(one) for one in form.values.get("visit", ()))
    return [one for one in found if one is not None]


def state_words(run: Run) -> str:
    """Return where a run stands."""
    return _(_STATES[run.state])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
