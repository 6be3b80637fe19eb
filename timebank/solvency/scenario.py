"""What a projection starts from and what it takes for granted, each within its bounds."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from timebank.solvency.inputs import AGES, Inputs

Ages = NDArray[np.float64]

PATHS_MAX: Final = 5_000
YEARS_MIN: Final = 5
YEARS_MAX: Final = 30
PEOPLE_MAX: Final = 10_000_000


class InvalidScenario(ValueError):
    """An assumption lies outside its bounds: its field, and the least and most that it may be."""

    def __init__(self, field: str, least: int, most: int) -> None:
        self.field, self.least, self.most = field, least, most
        super().__init__(f"{field} lies from {least} to {most}")


@dataclass(frozen=True, slots=True)
class Start:
    """How the time bank stands now.

    `people` and `hours` are by age, 0 to 110: members, and the hours that they have saved. `pool`
    is what else is owed: the relief fund, hours without an owner of known age, hours on their way.
    `reserve` is in yuan.
    """

    people: NDArray[np.int64]
    hours: Ages
    pool: float
    reserve: float

    def __post_init__(self) -> None:
        """Raise `ValueError` for a start that no book can have."""
        if self.people.shape != (AGES,) or self.hours.shape != (AGES,):
            raise ValueError(f"people and hours are given for {AGES} ages")
        if min(self.people.min(), self.hours.min(), self.pool, self.reserve) < 0:
            raise ValueError("nobody owes hours to the time bank")
        if self.hours[self.people == 0].any():
            raise ValueError("hours at an age without people")

    @property
    def owed(self) -> float:
        """All hours that the time bank owes."""
        return float(self.hours.sum()) + self.pool


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the projection takes for granted. Percentages are whole; money is in yuan.

    `giving_percent` of the members of an age to give help, and in no need of care, give
    `hours_each` a year; `volunteers_growth` is by how many percent what volunteers can give changes
    a year. Elders call in `redeemed_need` percent of their hours a year where they need care, and
    `redeemed_well` where they do not. `joining` members a year come, `joining_growth` percent more
    each year. `subsidised` hours a year are given to elders who have none, and created for it.
    The reserve grows by `reserve_yearly`, an hour costs `hour_cost` and `hour_cost_growth` percent
    more each year. `cap_hours` is what one member can save (0: no limit), `redeem_age` from when
    on help is received, `give_age` to `give_age_max` (0: no limit) when it is given. Deaths are
    `mortality` percent of the table's. `estate_to_kin`: hours pass to kin, else to the fund.
    `uncertainty` is how many percent a year's supply and demand may typically be off.
    """

    years: int = 20
    paths: int = 1_000
    seed: int = 1
    giving_percent: int = 30
    hours_each: int = 60
    volunteers_growth: int = 0
    redeemed_need: int = 40
    redeemed_well: int = 10
    joining: int = 20
    joining_growth: int = 0
    subsidised: int = 0
    reserve_yearly: int = 0
    hour_cost: int = 40
    hour_cost_growth: int = 3
    cap_hours: int = 0
    redeem_age: int = 60
    give_age: int = 18
    give_age_max: int = 0
    mortality: int = 66
    estate_to_kin: bool = True
    uncertainty: int = 10

    def __post_init__(self) -> None:
        """Raise `InvalidScenario` for the first assumption outside its bounds."""
        for name, (least, most) in BOUNDS.items():
            if not least <= getattr(self, name) <= most:
                raise InvalidScenario(name, least, most)


BOUNDS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "years": (YEARS_MIN, YEARS_MAX),
        "paths": (100, PATHS_MAX),
        "seed": (0, 2**32 - 1),
        "giving_percent": (0, 100),
        "hours_each": (0, 2_000),
        "volunteers_growth": (-30, 30),
        "redeemed_need": (0, 100),
        "redeemed_well": (0, 100),
        "joining": (0, 100_000),
        "joining_growth": (-30, 30),
        "subsidised": (0, 10_000_000),
        "reserve_yearly": (0, 1_000_000_000),
        "hour_cost": (1, 10_000),
        "hour_cost_growth": (-10, 30),
        "cap_hours": (0, 100_000),
        "redeem_age": (0, 100),
        "give_age": (0, 100),
        "give_age_max": (0, 120),
        "mortality": (0, 200),
        "uncertainty": (0, 50),
    }
)
"""The least and the most of every assumption that is a number."""

NAMES: Final = frozenset(one.name for one in fields(Scenario))


@dataclass(frozen=True, slots=True)
class Rates:
    """What the tables and a scenario say of each age: fractions of its people, or of its hours."""

    deaths: Ages
    called_in: Ages
    giving: Ages
    joining: Ages


JOINING_AGES: Final = range(50, 70)
"""New members are spread evenly over these ages: most come when they stop working."""


def rates(scenario: Scenario, inputs: Inputs) -> Rates:
    """Return each age's rates under a scenario.

    Deaths follow from the table's yearly rate m as 1 - exp(-m); whoever is 110 dies in that year,
    unless nobody dies at all.
    """
    ages = np.arange(AGES)
    deaths = 1 - np.exp(-inputs.mortality.per_age() * scenario.mortality / 100)
    if scenario.mortality:
        deaths[-1] = 1.0
    need = inputs.care_need.per_age()
    called_in = (need * scenario.redeemed_need + (1 - need) * scenario.redeemed_well) / 100
    called_in[ages < scenario.redeem_age] = 0.0
    giving = (1 - need) * scenario.giving_percent / 100
    giving[ages < scenario.give_age] = 0.0
    if scenario.give_age_max:
        giving[ages > scenario.give_age_max] = 0.0
    joining = np.zeros(AGES)
    joining[list(JOINING_AGES)] = 1 / len(JOINING_AGES)
    return Rates(deaths, called_in, giving, joining)
