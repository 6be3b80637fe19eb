"""Whether the hours saved can be honoured: a projection over the next 5 to 30 years.

`project` plays a scenario thousands of times from where the book stands now, by tables of deaths
and care need that a community may replace; `bands` sums it up. `standing` reads the book: what is
owed now, to people of which age, and what stands behind it.
"""

from timebank.solvency.bands import MEASURES, PERCENTILES, Bands, bands, used_up
from timebank.solvency.inputs import AgeTable, BadTable, Inputs, read_inputs, read_table
from timebank.solvency.model import Projection, project
from timebank.solvency.scenario import BOUNDS, InvalidScenario, Scenario, Start
from timebank.solvency.standing import (
    LastYear,
    Reserve,
    Standing,
    reserve_now,
    standing,
    start_of,
)

__all__ = [
    "BOUNDS",
    "MEASURES",
    "PERCENTILES",
    "AgeTable",
    "BadTable",
    "Bands",
    "Inputs",
    "InvalidScenario",
    "LastYear",
    "Projection",
    "Reserve",
    "Scenario",
    "Standing",
    "Start",
    "bands",
    "project",
    "read_inputs",
    "read_table",
    "reserve_now",
    "standing",
    "start_of",
    "used_up",
]
