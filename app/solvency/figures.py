"""A projection in words: its answer, its pictures, a row for each year, what it assumes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.i18n import gettext as _
from app.open_book import KINDS
from app.solvency import assumptions
from app.solvency.chart import Chart, chart
from app.wording import duration, money, number
from timebank.solvency import PERCENTILES, Bands, Inputs, Reserve, Scenario, Standing, Start

FEN = 100
HOUR = 60
LOWEST, MIDDLE, HIGHEST = PERCENTILES[0], 50, PERCENTILES[-1]


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart with its heading and what it says in a sentence, for those who cannot see it."""

    title: str
    told: str
    unit: str
    chart: Chart
    second: str = ""


def hours(value: float) -> str:
    """Return hours, rounded to whole ones: `1,234 h`."""
    return duration(round(value) * HOUR)


def yuan(value: float) -> str:
    """Return whole yuan."""
    return money(round(value) * FEN)


def has_reserve(found: Bands) -> bool:
    """Whether there is a reserve in any year."""
    return found.reserve_now > 0 or any(found.measures["reserve"][HIGHEST])


def answer(found: Bands, start: Start) -> tuple[str, str]:
    """Return the answer, and how it should look: `done`, `wait` or `wrong`."""
    years, kept = found.years, round(found.kept[-1])
    said = {"years": number(years), "kept": str(kept)}
    if not start.owed and not found.measures["demanded"][HIGHEST][-1]:
        return _("Nothing is owed yet, so there is nothing to honour."), "done"
    words = _(
        "In %(kept)s of 100 trials, every hour that is asked for in the next %(years)s years is"
        " given by volunteers or paid for by the reserve."
    )
    if kept >= 95:  # noqa: PLR2004 (as sure as the widest band)
        return words % said, "done"
    return words % said, "wait" if kept >= 50 else "wrong"  # noqa: PLR2004 (more likely than not)


def used_up_words(found: Bands, first_year: int) -> str:
    """Return when the reserve would be used up, or that it lasts."""
    if not has_reserve(found):
        return _("There is no reserve.")
    share = round(found.used_up_share)
    if share == 0:
        return _("The reserve lasts in every trial.")
    early, middle = found.used_up[LOWEST], found.used_up[MIDDLE]
    said = {"share": str(share)}
    if middle is not None:
        said["year"] = str(first_year + middle - 1)
        return (
            _("In %(share)s of 100 trials the reserve is used up, in half of all by %(year)s.")
            % said
        )
    if early is not None:
        said["year"] = str(first_year + early - 1)
        return (
            _("In %(share)s of 100 trials the reserve is used up, in the worst 5 by %(year)s.")
            % said
        )
    return _("In %(share)s of 100 trials the reserve is used up.") % said


def pictures(found: Bands, start: Start, first_year: int) -> list[Picture]:
    """Return the charts: what is owed; what is asked for and could be given; the reserve."""
    begins = first_year - 1
    owed = {one: (start.owed, *row) for one, row in found.measures["owed"].items()}
    shown = [
        Picture(
            _("Hours that are owed"),
            _owed_words(found, start, begins + found.years),
            _("hours"),
            chart(owed, begins=begins),
        ),
        Picture(
            _("Hours that are asked for in a year"),
            _("In %(year)s most likely %(middle)s; volunteers could give %(supplied)s.")
            % {
                "year": begins + found.years,
                "middle": hours(found.measures["demanded"][MIDDLE][-1]),
                "supplied": hours(found.measures["supplied"][MIDDLE][-1]),
            },
            _("hours"),
            chart(
                found.measures["demanded"],
                second=found.measures["supplied"][MIDDLE],
                begins=first_year,
            ),
            _("What volunteers could give"),
        ),
    ]
    if has_reserve(found):
        reserve = {one: (start.reserve, *row) for one, row in found.measures["reserve"].items()}
        shown.append(
            Picture(
                _("Money in the reserve"),
                used_up_words(found, first_year),
                _("yuan"),
                chart(reserve, begins=begins),
            )
        )
    return shown


def _owed_words(found: Bands, start: Start, year: int) -> str:
    measure = found.measures["owed"]
    low, middle, high = (hours(measure[one][-1]) for one in (LOWEST, MIDDLE, HIGHEST))
    said = {"now": hours(start.owed), "year": year, "middle": middle, "low": low, "high": high}
    if low == high:
        return _("Today %(now)s. In %(year)s as good as always %(middle)s.") % said
    words = _("Today %(now)s. In %(year)s most likely %(middle)s, between %(low)s and %(high)s.")
    return words % said


def rows(found: Bands, first_year: int) -> list[list[str]]:
    """Return one row for each year: the middle of all trials."""
    return [_row(found, first_year, index) for index in range(found.years)]


def bands_of(found: Bands, first_year: int) -> list[tuple[str, list[list[str]]]]:
    """Return for each measure its name and a row for each year with its five figures."""
    shown: list[tuple[str, str, Callable[[float], str]]] = [
        (_("Hours that are owed"), "owed", hours),
        (_("Hours that are asked for in a year"), "demanded", hours),
        (_("Hours that volunteers could give"), "supplied", hours),
        (_("Hours that nobody gives or pays for"), "shortfall", hours),
    ]
    if has_reserve(found):
        shown.append((_("Money in the reserve"), "reserve", yuan))
    return [
        (
            title,
            [
                [
                    str(first_year + index),
                    *(say(found.measures[name][one][index]) for one in PERCENTILES),
                ]
                for index in range(found.years)
            ],
        )
        for title, name, say in shown
    ]


def _row(found: Bands, first_year: int, index: int) -> list[str]:
    shown = [("owed", hours), ("demanded", hours), ("shortfall", hours)]
    if has_reserve(found):
        shown.append(("reserve", yuan))
    cells = [say(found.measures[name][MIDDLE][index]) for name, say in shown]
    return [str(first_year + index), *cells, f"{round(found.kept[index])} %"]


def assumed(
    scenario: Scenario, start: Start, usual: Scenario, stood: Standing
) -> list[tuple[str, str, str]]:
    """Return every assumption: what it means, its value, where it comes from."""
    seen = stood.last_year.givers > 0
    observed = {"giving_percent", "hours_each", "joining", "subsidised"} if seen else {"joining"}
    told = []
    for name, one in assumptions.EVERY.items():
        if name == assumptions.RESERVE:
            value, same = round(start.reserve), start.reserve == stood.start.reserve
        else:
            value = getattr(scenario, name)
            same = value == getattr(usual, name)
        if not same:
            source = _("tried here")
        elif name in {assumptions.RESERVE, "hour_cost"}:
            source = _("the rules in force")
        elif name in observed:
            source = _("the last twelve months")
        else:
            source = _("usual in Linli")
        told.append((_(one.label), assumptions.value_words(name, value), source))
    return told + _by_rule(scenario)


def _by_rule(scenario: Scenario) -> list[tuple[str, str, str]]:
    rule = _("the rules in force")
    oldest = _("no limit")
    if scenario.give_age_max:
        oldest = number(scenario.give_age_max)
    cap = hours(scenario.cap_hours) if scenario.cap_hours else _("no limit")
    heirs = _("relatives") if scenario.estate_to_kin else _("the relief fund")
    return [
        (_("Age from which help is received"), number(scenario.redeem_age), rule),
        (_("Age from which help is given"), number(scenario.give_age), rule),
        (_("Age up to which help is given"), oldest, rule),
        (_("What one member can save"), cap, rule),
        (_("Who has the hours of somebody who dies"), heirs, rule),
    ]


def tables(inputs: Inputs) -> list[tuple[str, str, list[list[str]]]]:
    """Return each table of the inputs: its caption, where it comes from, its rows."""
    return [
        (caption, table.about, _groups(table.groups))
        for caption, table in (
            (_("Of 1,000 people of an age, how many die in a year"), inputs.mortality),
            (_("Of 1,000 people of an age, how many need care"), inputs.care_need),
        )
    ]


def _groups(groups: Sequence[tuple[int, float]]) -> list[list[str]]:
    ends = [*[start for start, _rate in groups[1:]], None]
    found = []
    for (first, rate), following in zip(groups, ends, strict=True):
        if following is None:
            ages = _("%(first)s and older") % {"first": first}
        else:
            ages = _("%(first)s to %(last)s") % {"first": first, "last": following - 1}
        found.append([ages, f"{rate:g}"])
    return found


def kinds(found: Reserve) -> list[list[str]]:
    """Return what is owed by kind of account, as the open book names them, and their sum."""
    told = []
    for one in found.kinds:
        name, meaning = KINDS.get(one.kind, (one.kind, ""))
        told.append([_(name), _(meaning) if meaning else "", duration(one.posted)])
    told.append([_("Together"), "", duration(sum(one.posted for one in found.kinds))])
    return told
