"""The form that opens a round: what it offers, and the terms and the set-up that it says."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import ledger
from app.amounts import fen_of_yuan
from app.forms import Form
from app.i18n import current_language
from app.i18n import gettext as _
from app.marketplace_words import COMPLETIONS, RULE_HINTS, RULES
from app.round_words import ENTRIES, ENTRY_HINTS, FORM_HINTS, FORMS, WEIGHTS
from community import Community, Level
from marketplace import BallotForm, Electorate, Entry, Setup, Terms, councils, round_policy_at
from marketplace.counting import Completion, Rule
from marketplace.election import Ceiling, Grouping
from marketplace.needs.categories import categories

OFFERED_RULES: Final = (Rule.GREEDY, Rule.MES)
DIGITS_MAX: Final = 6
PART: Final = "part_"
"""Before a category's key or an area's id: the field of its part of the budget."""
OPENS_AT, CLOSES_AT = "09:00", "18:00"
DAYS_TO_VOTE: Final = 14
COUNCIL: Final = "council:"

Bounds = list[tuple[Grouping, str, str]]


def first_form() -> Form:
    """Return the form as it is shown first: what suits most neighbourhoods."""
    return Form.of(
        {
            "key": str(ledger.new_id()),
            "kind": BallotForm.APPROVAL.value,
            "choices_max": "3",
            "points": "10",
            "points_each_max": "5",
            "rule": Rule.GREEDY.value,
            "satisfaction": "cost",
            "completion": Completion.NONE.value,
            "step": "1",
            "threshold": "1",
            "quorum": "0",
            "age_min": "0",
            "voters": "resident",
            "entry": Entry.OPEN.value,
            "opens_time": OPENS_AT,
            "closes_time": CLOSES_AT,
        }
    )


async def offered(home: Community) -> dict[str, Any]:
    """Return what can be chosen on the form."""
    return {
        "kinds": [(one.value, _(FORMS[one]), _(FORM_HINTS[one])) for one in BallotForm],
        "entries": [(one.value, _(ENTRIES[one]), _(ENTRY_HINTS[one])) for one in Entry],
        "rules": [(rule.value, _(RULES[rule]), _(RULE_HINTS[rule])) for rule in OFFERED_RULES],
        "satisfactions": [(name, _(words)) for name, words in WEIGHTS.items()],
        "completions": [(one.value, _(told)) for one, told in COMPLETIONS.items()],
        "choices_most": (await round_policy_at(home.id)).choices_max,
        "areas": await _areas(home),
        "voters": await _voters(home),
        "parts": [(PART + name, words) for _grouping, name, words in await _bounds(home)],
        "today": datetime.now(UTC).astimezone(ZoneInfo(home.time_zone)).date().isoformat(),
    }


async def _areas(home: Community) -> list[tuple[str, str]]:
    below = await community.areas_below(home.id, levels=[Level.GRID])
    return [(str(one.id), one.name) for one in below]


async def _voters(home: Community) -> list[tuple[str, str]]:
    """Return who can be asked to vote: all residents, elders alone, or a council."""
    sitting = [(f"{COUNCIL}{one.id}", one.name) for one in await councils.councils(home.id)]
    return [
        ("resident", _("Everybody who lives here")),
        ("elder", _("Elders alone")),
        *sitting,
    ]


async def _bounds(home: Community) -> Bounds:
    """Return what can have a part of the budget: each category, and each grid."""
    kinds = [
        (Grouping.CATEGORY, one.key, one.name(current_language()))
        for one in await categories(home.id)
    ]
    grids = [(Grouping.NEIGHBOURHOOD, *area) for area in await _areas(home)]
    return [*kinds, *grids]


async def terms_of(form: Form, home: Community) -> Terms | None:
    """Read a round's terms; None where a field cannot be read, which the form then says."""
    budget = fen_of_yuan(form.value("budget"))
    if budget is None:
        form.refuse("budget", _("Write an amount in yuan, such as 50000 or 1200.50."))
    kind = _option(form, "kind", [one.value for one in BallotForm], usual="approval")
    pointed = kind == BallotForm.CUMULATIVE
    most = _whole(form, "choices_max", usual=None, sentence=_("Write a whole number, such as 3."))
    points = _whole(form, "points") if pointed else 0
    each = _whole(form, "points_each_max") if pointed else 0
    rule = _option(form, "rule", [one.value for one in OFFERED_RULES])
    weight = _option(form, "satisfaction", list(WEIGHTS))
    completion = _option(form, "completion", [one.value for one in COMPLETIONS])
    step = _whole(form, "step", usual=1)
    threshold, quorum = _whole(form, "threshold", usual=1), _whole(form, "quorum")
    ceilings = await _ceilings(form, home)
    if budget is None or not form.ok:
        return None
    form_of = BallotForm(kind)
    return Terms(
        budget,
        most,
        Rule(rule),
        form_of.satisfactions[list(WEIGHTS).index(weight)],
        Completion(completion),
        kind=form_of,
        points=points,
        points_each_max=each,
        step=step if rule == Rule.MES else 1,
        threshold=threshold,
        quorum=quorum,
        ceilings=ceilings,
    )


async def _ceilings(form: Form, home: Community) -> tuple[Ceiling, ...]:
    found = []
    for grouping, name, _words in await _bounds(home):
        typed = form.value(PART + name)
        if not typed:
            continue
        amount = fen_of_yuan(typed)
        if amount is None:
            form.refuse(PART + name, _("Write an amount in yuan, such as 50000 or 1200.50."))
        else:
            found.append(Ceiling(grouping, name, amount))
    return tuple(found)


async def setup_of(form: Form, home: Community) -> Setup | None:
    """Read where, when and by whom is voted; None where a field cannot be read."""
    zone = ZoneInfo(home.time_zone)
    opens, closes = moment_of(form, "opens", zone), moment_of(form, "closes", zone)
    areas = ["", *(name for name, _words in await _areas(home))]
    area = _option(form, "area", areas, usual="")
    voters = _option(form, "voters", [one for one, _words in await _voters(home)], usual="resident")
    entry = _option(form, "entry", [one.value for one in Entry], usual=Entry.OPEN.value)
    age_min = _whole(form, "age_min")
    if not form.ok:
        return None
    council = UUID(voters.removeprefix(COUNCIL)) if voters.startswith(COUNCIL) else None
    return Setup(
        area_id=UUID(area) if area else None,
        voting_opens_at=opens,
        voting_closes_at=closes,
        electorate=Electorate(
            age_min=age_min,
            verified=bool(form.value("verified")),
            roles=frozenset({"resident"} if council else {voters}),
            council_id=council,
        ),
        entry=Entry(entry),
    )


def moment_of(form: Form, name: str, zone: ZoneInfo) -> datetime | None:
    """Read a day and a time of day; None where no day is written, or none can be read."""
    day = form.value(f"{name}_day")
    if not day:
        return None
    usual = OPENS_AT if name == "opens" else CLOSES_AT
    try:
        at = time.fromisoformat(form.value(f"{name}_time") or usual)
        found = datetime.combine(date.fromisoformat(day), at.replace(tzinfo=None), tzinfo=zone)
    except ValueError:
        form.refuse(f"{name}_day", _("Write a day and a time that a calendar has."))
        return None
    return found.astimezone(UTC)


def dates_typed(opens: datetime | None, closes: datetime | None, zone: ZoneInfo) -> dict[str, str]:
    """Return dates as the fields of a form hold them."""
    typed: dict[str, str] = {"opens_time": OPENS_AT, "closes_time": CLOSES_AT}
    for name, moment in (("opens", opens), ("closes", closes)):
        if moment is not None:
            here = moment.astimezone(zone)
            typed |= {f"{name}_day": here.date().isoformat(), f"{name}_time": f"{here:%H:%M}"}
    return typed


def suggested_end(closes: datetime, zone: ZoneInfo) -> dict[str, str]:
    """Return an end three days after another, as the fields of a form hold it."""
    return dates_typed(None, closes + timedelta(days=3), zone)


def _whole(form: Form, name: str, *, usual: int | None = 0, sentence: str = "") -> int:
    """Read a whole number; `usual` where nothing is written, and None where it is needed."""
    text = form.value(name)
    if not text and usual is not None:
        return usual
    if text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX:
        return int(text)
    form.refuse(name, sentence or _("Write a whole number, such as 10."))
    return 0


def _option(form: Form, name: str, offered_here: list[str], *, usual: str | None = None) -> str:
    """Read which of the options was chosen; `usual` where nothing was sent."""
    given = form.value(name)
    if not given and usual is not None:
        return usual
    if given not in offered_here:
        form.refuse(name, _("Choose one of these."))
        return offered_here[0]
    return given
