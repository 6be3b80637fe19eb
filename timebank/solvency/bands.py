"""What a projection says in figures that people read: bands, the year the reserve is used up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from timebank.solvency.model import Figures, Projection

PERCENTILES: Final = (5, 25, 50, 75, 95)
MEASURES: Final = ("owed", "demanded", "supplied", "honoured", "shortfall", "reserve")
SMALL: Final = 1e-6
"""Hours and yuan below this are what is left of rounding."""


@dataclass(frozen=True, slots=True)
class Bands:
    """The figures of each year, for each measure five: 5, 25, 50, 75 and 95 of 100 paths lie below.

    `measures[name][percentile]` is a row of years: `owed` and `reserve` are at the end of each, and
    stand at its beginning in `owed_now` and `reserve_now`. `kept` is how many percent of the paths
    had no shortfall in any year up to each. `used_up` is the year, counted from 1, in which the
    reserve could no longer pay for all: for each percentile of paths, None where it lasts.
    """

    years: int
    owed_now: float
    reserve_now: float
    measures: Mapping[str, Mapping[int, tuple[float, ...]]]
    kept: tuple[float, ...]
    used_up: Mapping[int, int | None]
    used_up_share: float


def bands(projection: Projection) -> Bands:
    """Sum up a projection."""
    of_year = {
        name: getattr(projection, name)[:, -projection.demanded.shape[1] :] for name in MEASURES
    }
    measures = {
        name: {
            percentile: tuple(float(one) for one in row)
            for percentile, row in zip(
                PERCENTILES, np.percentile(figures, PERCENTILES, axis=0), strict=True
            )
        }
        for name, figures in of_year.items()
    }
    kept = ~np.maximum.accumulate(projection.shortfall > SMALL, axis=1)
    years = projection.demanded.shape[1]
    emptied = used_up(projection)
    return Bands(
        years,
        float(projection.owed[0, 0]),
        float(projection.reserve[0, 0]),
        measures,
        tuple(float(one) * 100 for one in kept.mean(axis=0)),
        {
            percentile: None if year > years else int(year)
            for percentile, year in zip(
                PERCENTILES,
                np.percentile(emptied, PERCENTILES, method="inverted_cdf"),
                strict=True,
            )
        },
        float((emptied <= years).mean() * 100),
    )


def used_up(projection: Projection) -> Figures:
    """Return for each path the year (from 1) whose shortfall the reserve could not pay for in full.

    One more than the years that were played where it lasts. Where there is no reserve, it is the
    first year in which hours that were saved are not honoured.
    """
    years = projection.demanded.shape[1]
    empty = (projection.reserve[:, 1:] <= SMALL) & (projection.unpaid > SMALL)
    first: Figures = np.where(empty.any(axis=1), empty.argmax(axis=1) + 1, years + 1).astype(float)
    return first
