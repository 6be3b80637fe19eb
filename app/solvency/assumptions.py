"""The assumptions of a projection: what last year and the policy say, and what somebody tries."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.forms import Form
from app.i18n import gettext as _
from app.i18n import mark
from app.wording import money, number
from community import Policy
from timebank.policy import (
    CAP_MINUTES,
    ESTATE_TO_KIN,
    GIVE_AGE_MAX,
    GIVE_AGE_MIN,
    REDEEM_AGE_MIN,
)
from timebank.solvency import BOUNDS, Inputs, Scenario, Standing, Start

HOUR: Final = 60
FEN: Final = 100
RESERVE: Final = "reserve"
RESERVE_MAX: Final = 10**11


@dataclass(frozen=True, slots=True)
class Assumption:
    """One field of the form: its name, what it means, what it counts."""

    name: str
    label: str
    unit: str
    least: int
    most: int


def _of(name: str, label: str, unit: str) -> Assumption:
    return Assumption(name, label, unit, *BOUNDS[name])


_PEOPLE, _HOURS, _PERCENT, _YUAN, _YEARS = "people", "hours", "percent", "yuan", "years"
_UNITS: Final = {
    _PEOPLE: mark("people"),
    _HOURS: mark("hours"),
    _YUAN: mark("yuan"),
    _YEARS: mark("years"),
}

GROUPS: Final[Sequence[tuple[str, Sequence[Assumption]]]] = (
    (mark("How far to look"), (_of("years", mark("Years to come"), _YEARS),)),
    (
        mark("Who gives"),
        (
            _of("giving_percent", mark("Of 100 members who could give help, how many do"), _PEOPLE),
            _of("hours_each", mark("Hours that each of them gives in a year"), _HOURS),
            _of("volunteers_growth", mark("How that changes each year"), _PERCENT),
            _of("joining", mark("New members in a year"), _PEOPLE),
            _of("joining_growth", mark("How that number changes each year"), _PERCENT),
        ),
    ),
    (
        mark("Who receives"),
        (
            _of(
                "redeemed_need",
                mark("Of 100 saved hours, how many do elders who need care use in a year"),
                _HOURS,
            ),
            _of("redeemed_well", mark("And elders who need none"), _HOURS),
            _of(
                "subsidised",
                mark("Hours in a year that the community gives to elders who have none"),
                _HOURS,
            ),
        ),
    ),
    (
        mark("The reserve"),
        (
            Assumption(RESERVE, mark("Money in the reserve now"), _YUAN, 0, RESERVE_MAX),
            _of("reserve_yearly", mark("What is paid into it each year"), _YUAN),
            _of("hour_cost", mark("What an hour of help costs where it has to be paid for"), _YUAN),
            _of("hour_cost_growth", mark("How that changes each year"), _PERCENT),
        ),
    ),
    (
        mark("What nobody knows"),
        (
            _of(
                "mortality",
                mark("Deaths, compared with the table below (100: as in the table)"),
                _PERCENT,
            ),
            _of("uncertainty", mark("By how much a year may turn out otherwise"), _PERCENT),
        ),
    ),
)
"""The fields of the form, in the order in which they are asked."""

EVERY: Final = {one.name: one for _heading, group in GROUPS for one in group}

# Other turns that things may take: what each changes of the usual assumptions.
TURNS: Final[Mapping[str, tuple[str, Mapping[str, int]]]] = {
    "fewer": (mark("Every year 5 % fewer volunteers"), {"volunteers_growth": -5}),
    "nobody_joins": (mark("Nobody new joins"), {"joining": 0}),
    "more_called_in": (mark("Elders use their hours twice as fast"), {}),
    "longer_lives": (mark("People live longer: a fifth fewer deaths"), {}),
}


def usual(standing: Standing, policy: Policy, inputs: Inputs) -> Scenario:
    """Return the assumptions to begin with: as in the last twelve months, by the rules in force.

    Where nothing was given in that time, what is usual in Linli.
    """
    plain = Scenario(
        cap_hours=min(policy[CAP_MINUTES] // HOUR, BOUNDS["cap_hours"][1]),
        redeem_age=policy[REDEEM_AGE_MIN],
        give_age=policy[GIVE_AGE_MIN],
        give_age_max=policy[GIVE_AGE_MAX],
        estate_to_kin=policy[ESTATE_TO_KIN],
        hour_cost=_within("hour_cost", round(standing.reserve.hour_cost_fen / FEN)),
    )
    seen = standing.last_year
    if not seen.givers:
        return dataclasses.replace(plain, joining=_within("joining", seen.came or plain.joining))
    able = could_give(standing.start, plain, inputs)
    return dataclasses.replace(
        plain,
        giving_percent=_within("giving_percent", max(round(100 * seen.givers / max(able, 1)), 1)),
        hours_each=_within("hours_each", max(round(seen.hours_given / seen.givers), 1)),
        joining=_within("joining", seen.came),
        subsidised=_within("subsidised", seen.hours_created),
    )


def could_give(start: Start, scenario: Scenario, inputs: Inputs) -> float:
    """Return how many members are of an age to give help, and in no need of care."""
    need = inputs.care_need.per_age()
    oldest = scenario.give_age_max or len(need)
    ages = slice(scenario.give_age, oldest + 1)
    return float((start.people * (1 - need))[ages].sum())


def turned(scenario: Scenario, turn: str) -> Scenario:
    """Return the assumptions as they would be if things took another turn."""
    changes: dict[str, Any] = dict(TURNS[turn][1])
    if turn == "more_called_in":
        for name in ("redeemed_need", "redeemed_well"):
            changes[name] = _within(name, getattr(scenario, name) * 2)
    if turn == "longer_lives":
        changes["mortality"] = _within("mortality", scenario.mortality * 4 // 5)
    return dataclasses.replace(scenario, **changes)


def form_of(scenario: Scenario, start: Start) -> Form:
    """Return the form with these assumptions."""
    values: dict[str, object] = {
        name: str(getattr(scenario, name)) for name in EVERY if name != RESERVE
    }
    return Form.of({**values, RESERVE: str(round(start.reserve))})


def tried(form: Form, plain: Scenario, start: Start) -> tuple[Scenario, Start]:
    """Return what a form asks for, with what it leaves out as usual; refuses what cannot be.

    A refused field stands in the form's errors, and the usual value is used for it.
    """
    said: dict[str, Any] = {}
    for name, one in EVERY.items():
        text = form.value(name).replace(",", "").replace("\N{MINUS SIGN}", "-")
        if not text:
            continue
        value = _whole(text)
        if value is None or not one.least <= value <= one.most:
            form.refuse(name, bounds_words(one))
        else:
            said[name] = value
    reserve = said.pop(RESERVE, None)
    if reserve is not None and reserve != round(start.reserve):
        start = dataclasses.replace(start, reserve=float(reserve))
    return dataclasses.replace(plain, **said), start


def bounds_words(one: Assumption) -> str:
    """Return what may be written into a field."""
    return _("Write a whole number from %(least)s to %(most)s.") % {
        "least": number(one.least),
        "most": number(one.most),
    }


def value_words(name: str, value: int) -> str:
    """Return an assumption with its unit, as the page lists it."""
    unit = EVERY[name].unit
    if unit == _YUAN:
        return money(value * FEN)
    return f"{number(value)} {_unit(unit)}"


def unit_words(one: Assumption) -> str:
    """Return the unit of a field."""
    return _unit(one.unit)


def _unit(unit: str) -> str:
    return "%" if unit == _PERCENT else _(_UNITS[unit])


def _within(name: str, value: int) -> int:
    least, most = BOUNDS[name]
    return min(max(value, least), most)


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
