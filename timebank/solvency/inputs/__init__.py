"""The tables that the projection goes by: deaths and care need by age, each with its source."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

AGES: Final = 111
"""Ages 0 to 110; whoever reaches 110 stays there for their last year."""

FOLDER: Final = Path(__file__).parent
FILES: Final = ("mortality.csv", "care_need.csv")
COLUMNS: Final = ["from_age", "per_thousand"]
THOUSAND: Final = 1_000.0


class BadTable(ValueError):
    """A file is no table of rates by age: `file` and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class AgeTable:
    """A rate for each year of age, out of a file: `about` is what its first lines say.

    `groups` are the rows as they stand in the file: from which age on, and how many in a thousand.
    """

    about: str
    groups: tuple[tuple[int, float], ...]

    def per_age(self) -> NDArray[np.float64]:
        """Return the rate, as a fraction, of each age from 0 to 110."""
        starts = [age for age, _rate in self.groups]
        rates = np.array([rate for _age, rate in self.groups])
        found: NDArray[np.float64] = (
            rates[np.searchsorted(starts, np.arange(AGES), side="right") - 1] / THOUSAND
        )
        return found


@dataclass(frozen=True, slots=True)
class Inputs:
    """Both tables: deaths in a year, and people who need care, each per thousand of an age."""

    mortality: AgeTable
    care_need: AgeTable


def read_inputs(folder: Path | None = None) -> Inputs:
    """Return the tables of a folder; where it has none of a name, the one that comes with Linli.

    Raises `BadTable`.
    """
    found = []
    for name in FILES:
        own = folder / name if folder is not None else None
        found.append(read_table(own if own is not None and own.exists() else FOLDER / name))
    mortality, care_need = found
    return Inputs(mortality, care_need)


def read_table(path: Path) -> AgeTable:
    """Read a table: lines that begin with `#` say where it comes from, then a row for each group.

    The first group begins at age 0, each one later than the one before; a rate lies from 0 to
    1,000. Raises `BadTable`.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    about = " ".join(line.lstrip("# ").strip() for line in lines if line.startswith("#"))
    rows = csv.reader(line for line in lines if line.strip() and not line.startswith("#"))
    if next(rows, None) != COLUMNS:
        raise BadTable(f"{path.name}: the first row must be {','.join(COLUMNS)}")
    try:
        groups = tuple((int(age), float(rate)) for age, rate in rows)
    except ValueError as wrong:
        raise BadTable(f"{path.name}: {wrong}") from wrong
    ages = [age for age, _rate in groups]
    if not groups or ages[0] != 0 or ages != sorted(set(ages)) or ages[-1] >= AGES:
        raise BadTable(f"{path.name}: ages must begin at 0 and rise to at most {AGES - 1}")
    if not about:
        raise BadTable(f"{path.name}: it must say where its figures come from")
    if not all(0 <= rate <= THOUSAND for _age, rate in groups):
        raise BadTable(f"{path.name}: a rate lies from 0 to 1,000")
    return AgeTable(about, groups)
