"""Plays the years ahead many times over: people age and die, hours are given, redeemed, passed on.

Pure: a start, a scenario and tables in, figures out; the same seed gives the same figures. Every
path is a row of the arrays and every age a column; a year is a dozen array operations. The order
of a year, and the formulas, stand in docs/solvency.md.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from timebank.solvency.inputs import AGES, Inputs
from timebank.solvency.scenario import Rates, Scenario, Start, rates

Figures = NDArray[np.float64]
"""One figure for each path (rows) and year (columns)."""

GENERATION: Final = 28
"""Heirs are this many years younger: the age of mothers and fathers at a child's birth."""


@dataclass(frozen=True, slots=True)
class Projection:
    """What every path came to. All in hours, but `reserve` (yuan) and people.

    `owed`, `reserve` and `people` are at the beginning of the first year and the end of each: one
    column more than the flows of the years. `demanded` is what elders call in, `supplied` what
    volunteers could give, `honoured` what they gave of it, `bought` what the reserve paid for,
    `shortfall` what nobody gave, `unpaid` the part of it that hours had been saved for, and
    `created` what was owed anew for subsidised help.
    """

    owed: Figures
    reserve: Figures
    people: Figures
    died: Figures
    joined: Figures
    demanded: Figures
    supplied: Figures
    honoured: Figures
    bought: Figures
    shortfall: Figures
    unpaid: Figures
    created: Figures


def project(start: Start, scenario: Scenario, inputs: Inputs) -> Projection:
    """Play a scenario's years from a start; as many paths as it says."""
    town = _Town(start, scenario, rates(scenario, inputs))
    for year in range(scenario.years):
        town.live(year)
    return town.figures()


class _Town:
    """All paths at one moment, and what was noted of the years so far."""

    def __init__(self, start: Start, scenario: Scenario, of_age: Rates) -> None:
        self._scenario, self._rates = scenario, of_age
        paths, years = scenario.paths, scenario.years
        self._people = np.tile(start.people, (paths, 1))
        self._hours = np.tile(start.hours, (paths, 1)).astype(float)
        self._pool = np.full(paths, float(start.pool))
        self._reserve = np.full(paths, float(start.reserve))
        # People and chance have a generator each: who lives does not hang on what is assumed of
        # hours and money, so that two scenarios are compared on the same lives.
        lives, years_off = np.random.SeedSequence(scenario.seed).spawn(2)
        self._lives = np.random.default_rng(lives)
        self._off = _deviations(np.random.default_rng(years_off), scenario)
        stocks, flows = (paths, years + 1), (paths, years)
        self._notes = {
            name: np.zeros(stocks if name in {"owed", "reserve", "people"} else flows)
            for name in Projection.__annotations__
        }
        self._note_stocks(0)

    def live(self, year: int) -> None:
        """Let one year pass: help is given, then people die, grow older and join."""
        self._give(year)
        self._die(year)
        self._grow_older()
        self._join(year)
        self._keep_to_cap()
        self._note_stocks(year + 1)

    def figures(self) -> Projection:
        """Return what was noted."""
        return Projection(**self._notes)

    def _give(self, year: int) -> None:
        """Let elders call in hours, volunteers give, the reserve buy what it can of the rest."""
        scenario, notes = self._scenario, self._notes
        demand_off, supply_off = self._off[0][:, year], self._off[1][:, year]
        wanted = self._hours * np.minimum(self._rates.called_in * demand_off[:, None], 1.0)
        of_pool = self._pool * np.minimum(scenario.redeemed_need / 100 * demand_off, 1.0)
        saved = wanted.sum(axis=1) + of_pool
        demanded = saved + scenario.subsidised * demand_off
        givers = self._people * self._rates.giving
        growth = (1 + scenario.volunteers_growth / 100) ** year
        supplied = givers.sum(axis=1) * scenario.hours_each * growth * supply_off
        honoured = np.minimum(demanded, supplied)
        part = _ratio(honoured, demanded)
        missing = saved * (1 - part)
        price = scenario.hour_cost * (1 + scenario.hour_cost_growth / 100) ** year
        self._reserve += scenario.reserve_yearly
        bought = np.minimum(missing, self._reserve / price)
        self._reserve = np.maximum(self._reserve - bought * price, 0.0)
        settled = part + (1 - part) * _ratio(bought, missing)
        # What elders redeem leaves them; what volunteers gave is theirs, each age by its givers.
        self._hours -= wanted * settled[:, None]
        self._pool -= of_pool * settled
        shares = _ratio(givers, givers.sum(axis=1, keepdims=True))
        self._hours += shares * honoured[:, None]
        notes["demanded"][:, year] = demanded
        notes["supplied"][:, year] = supplied
        notes["honoured"][:, year] = honoured
        notes["bought"][:, year] = bought
        notes["shortfall"][:, year] = demanded - honoured - bought
        notes["unpaid"][:, year] = missing - bought
        notes["created"][:, year] = scenario.subsidised * demand_off * part

    def _die(self, year: int) -> None:
        """Let people die by their age's rate; their hours pass to kin or to the fund."""
        died = self._lives.binomial(self._people, self._rates.deaths)
        left = self._hours * _ratio(died, self._people)
        self._people = self._people - died
        self._hours -= left
        self._notes["died"][:, year] = died.sum(axis=1)
        if not self._scenario.estate_to_kin:
            self._pool += left.sum(axis=1)
            return
        heirs = np.zeros_like(left)
        heirs[:, : AGES - GENERATION] = left[:, GENERATION:]
        heirs[self._people == 0] = 0.0
        self._hours += heirs
        self._pool += left.sum(axis=1) - heirs.sum(axis=1)

    def _grow_older(self) -> None:
        """Make everybody a year older; the oldest age keeps whoever is in it."""
        for stock in (self._people, self._hours):
            oldest = stock[:, -1] + stock[:, -2]
            stock[:, 1:] = stock[:, :-1].copy()
            stock[:, -1] = oldest
            stock[:, 0] = 0

    def _join(self, year: int) -> None:
        """Let new members come, with nothing saved."""
        expected = self._scenario.joining * (1 + self._scenario.joining_growth / 100) ** year
        came = self._lives.poisson(
            expected * self._rates.joining, size=(self._scenario.paths, AGES)
        )
        self._people = self._people + came
        self._notes["joined"][:, year] = came.sum(axis=1)

    def _keep_to_cap(self) -> None:
        """Pass to the fund what the members of an age have above the cap, on the average."""
        if self._scenario.cap_hours:
            room = self._people * float(self._scenario.cap_hours)
            above = np.maximum(self._hours - room, 0.0)
            self._hours -= above
            self._pool += above.sum(axis=1)

    def _note_stocks(self, column: int) -> None:
        self._notes["owed"][:, column] = self._hours.sum(axis=1) + self._pool
        self._notes["reserve"][:, column] = self._reserve
        self._notes["people"][:, column] = self._people.sum(axis=1)


def _deviations(chance: np.random.Generator, scenario: Scenario) -> tuple[Figures, Figures]:
    """Return by what factor demand and supply are off, for each path and year; 1 is as assumed.

    Half of it, in variance, stays with a path for all its years, because an assumption may be wrong
    for good; half is new each year. The mean is 1.
    """
    paths, years = scenario.paths, scenario.years
    size = scenario.uncertainty / 100
    found = []
    for _side in range(2):
        lasting = chance.standard_normal((paths, 1))
        yearly = chance.standard_normal((paths, years))
        found.append(np.exp(size * (lasting + yearly) / np.sqrt(2) - size**2 / 2))
    demand, supply = found
    return demand, supply


def _ratio(part: NDArray[np.generic], whole: NDArray[np.generic]) -> Figures:
    """Divide; nothing of nothing is nothing."""
    divided: Figures = np.divide(
        part, whole, out=np.zeros(np.broadcast_shapes(part.shape, whole.shape)), where=whole != 0
    )
    return divided
