"""Turnout of a round by grid and by age: worked out once, at closing, and read from then on."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from marketplace.result_tables import TurnoutRow
from marketplace.turnout_rules import Group, told_apart, told_in_order
from marketplace.values import Round, RoundId

AGES_FROM: Final = (0, 18, 35, 50, 65, 80)
"""The first year of each band; the last has no end."""

_GROUPED: Final = """
SELECT coalesce(grid.name, '') AS grid,
    CASE WHEN birth_date IS NULL THEN NULL
        ELSE width_bucket(date_part('year', age(birth_date))::int, {}::int[]) - 1 END AS band,
    count(*) AS could, count(*) FILTER (WHERE voted) AS voted
FROM voter_roll JOIN member ON member.id = member_id LEFT JOIN area AS grid ON grid.id = grid_id
WHERE round_id = {} GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Turnout:
    """Everybody on the roll, and groups of them that may be told apart.

    A grid's name is empty where it is not known. An age's name is the first year of its band, or
    empty where the age is not known. No groups where none could be told without naming somebody.
    """

    everybody: Group
    grids: tuple[Group, ...]
    ages: tuple[Group, ...]

    @classmethod
    def of(cls, told: str) -> Self:
        """Read a turnout back from its row."""

        def group(one: Mapping[str, Any]) -> Group:
            return Group(tuple(one["names"]), one["could"], one["voted"])

        stated = json.loads(told)
        return cls(
            everybody=group(stated["everybody"]),
            grids=tuple(group(one) for one in stated["grids"]),
            ages=tuple(group(one) for one in stated["ages"]),
        )


async def keep_turnout(current: Round) -> None:
    """Work out a round's turnout from its roll and keep it. Part of closing, after the roll."""
    rows = await TurnoutRow.raw(_GROUPED, list(AGES_FROM), current.id)
    bands = [*range(len(AGES_FROM)), None]
    grids = sorted({row["grid"] for row in rows})
    by_grid = [_group(name, (row for row in rows if row["grid"] == name)) for name in grids]
    by_age = [
        _group(
            "" if band is None else str(AGES_FROM[band]),
            (row for row in rows if row["band"] == band),
        )
        for band in bands
    ]
    found = Turnout(
        everybody=Group((), *_sums(rows)),
        grids=told_apart(by_grid),
        ages=told_in_order([one for one in by_age if one.could]),
    )
    await TurnoutRow.raw(
        "INSERT INTO round_turnout (round_id, told) VALUES ({}, {}::jsonb)",
        current.id,
        json.dumps(asdict(found), ensure_ascii=False),
    )


async def turnout(round_id: RoundId) -> Turnout | None:
    """Return a closed round's turnout; None where none was kept."""
    rows = await TurnoutRow.raw("SELECT told FROM round_turnout WHERE round_id = {}", round_id)
    return Turnout.of(rows[0]["told"]) if rows else None


def _group(name: str, rows: Iterable[Mapping[str, Any]]) -> Group:
    return Group((name,), *_sums(list(rows)))


def _sums(rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    return sum(row["could"] for row in rows), sum(row["voted"] for row in rows)
