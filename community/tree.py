"""Reads the tree of areas: what lies where, below what, and how many live there. Never writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from community.errors import UnknownArea
from community.tables import AreaRow
from community.values import Area, Level

_AREA: Final = "SELECT id, parent_id, level, code, name, time_zone, lineage FROM area"


@dataclass(frozen=True, slots=True)
class Counts:
    """What lies at an area and below it: communities, grids, and the active members who live there.

    A community counts itself.
    """

    communities: int = 0
    grids: int = 0
    members: int = 0


async def area(area_id: UUID) -> Area:
    """Return an area. Raises `UnknownArea`."""
    rows = await AreaRow.raw(f"{_AREA} WHERE id = {{}}", area_id)
    if not rows:
        raise UnknownArea(area_id)
    return _area(rows[0])


async def area_by_code(code: str, *, below: UUID | None) -> Area | None:
    """Return the area with this code right below another, or at the top; None where none is."""
    rows = await AreaRow.raw(
        f"{_AREA} WHERE code = {{}} AND parent_id IS NOT DISTINCT FROM {{}}::uuid", code, below
    )
    return _area(rows[0]) if rows else None


async def area_path(area_id: UUID) -> list[Area]:
    """Return the areas from the top of the tree down to this one. Raises `UnknownArea`."""
    here = await area(area_id)
    rows = await AreaRow.raw(f"{_AREA} WHERE id = ANY({{}})", list(here.lineage))
    above = {row["id"]: _area(row) for row in rows}
    return [above[one] for one in reversed(here.lineage)]


async def areas_below(
    area_id: UUID, *, levels: Iterable[Level] = tuple(Level), steps: int | None = None
) -> list[Area]:
    """Return what lies below an area, each area before those in it, siblings by their codes.

    `levels` are those to return, `steps` how many steps down to go.
    """
    rows = await AreaRow.raw(
        f"{_AREA} WHERE lineage @> ARRAY[{{}}]::uuid[] AND id <> {{}}"
        " AND ({}::int IS NULL OR array_position(lineage, {}) <= {} + 1)",
        area_id,
        area_id,
        steps,
        area_id,
        steps,
    )
    wanted = set(levels)
    return [one for one in in_order(map(_area, rows)) if one.level in wanted]


async def grids(community_id: UUID) -> list[Area]:
    """Return a community's grids by their codes."""
    return await areas_below(community_id, levels=[Level.GRID])


async def communities_below(area_id: UUID) -> list[Area]:
    """Return the communities at an area and below it, in the order of the tree."""
    here = await area(area_id)
    below = await areas_below(area_id, levels=[Level.COMMUNITY])
    return [here, *below] if here.level is Level.COMMUNITY else below


async def area_counts(area_ids: Sequence[UUID]) -> dict[UUID, Counts]:
    """Return for each of these areas what lies at it and below it."""
    rows = await AreaRow.raw(
        """
        WITH place AS (SELECT unnest({}::uuid[]) AS id),
        below AS (
            SELECT place.id AS at, area.id, area.level
            FROM place JOIN area ON area.lineage @> ARRAY[place.id]
        )
        SELECT at,
            count(*) FILTER (WHERE level = 'community') AS communities,
            count(*) FILTER (WHERE level = 'grid') AS grids,
            coalesce(sum(CASE
                WHEN level = 'community' THEN (SELECT count(*) FROM member
                    WHERE community_id = below.id AND standing = 'active')
                WHEN level = 'grid' AND at = below.id THEN (SELECT count(*) FROM member
                    WHERE grid_id = below.id AND standing = 'active')
                ELSE 0 END), 0)::bigint AS members
        FROM below GROUP BY at
        """,
        list(area_ids),
    )
    return {row.pop("at"): Counts(**row) for row in rows}


def in_order(areas: Iterable[Area]) -> list[Area]:
    """Return the areas as a tree is read: each before those in it, siblings by their codes."""
    every = {one.id: one for one in areas}

    def key(one: Area) -> list[tuple[bool, int, str]]:
        known = (every[up] for up in reversed(one.lineage) if up in every)
        return [_code_key(up.code) for up in known]

    return sorted(every.values(), key=key)


def _code_key(code: str) -> tuple[bool, int, str]:
    """Order `2` before `10`, and numbers before words."""
    number = int(code) if code.isdecimal() else 0
    return not code.isdecimal(), number, code


def _area(row: dict[str, Any]) -> Area:
    return Area(**{**row, "level": Level(row["level"]), "lineage": tuple(row["lineage"])})
