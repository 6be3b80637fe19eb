"""Adds areas and communities: the tree of city, district, street, community and grid."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from community.audit import record
from community.errors import CodeTaken, InvalidArea, InvalidCommunity, UnknownArea
from community.tables import AreaRow, CommunityRow
from community.transactions import refusing
from community.values import SYSTEM, Actor, Area, Community, Level, new_id, system

DEFAULT_TIME_ZONE: Final = "Asia/Shanghai"

_ORDER: Final = tuple(Level)

_AREAS = "SELECT id, parent_id, level, code, name, time_zone, lineage FROM area"


async def area(area_id: UUID) -> Area:
    """Return an area. Raises `UnknownArea`."""
    rows = await AreaRow.raw(f"{_AREAS} WHERE id = {{}}", area_id)
    if not rows:
        raise UnknownArea(area_id)
    return Area(
        **{**rows[0], "level": Level(rows[0]["level"]), "lineage": tuple(rows[0]["lineage"])}
    )


async def add_area(
    *,
    level: Level,
    code: str,
    name: str,
    below: UUID | None = None,
    time_zone: str | None = None,
    by: Actor | None = None,
) -> Area:
    """Add an area below another one, or at the top; its time zone is the other's unless given.

    A community is added with `add_community`, for it owns more than a place. Raises `CodeTaken`
    where a sibling has the code, `InvalidArea`, `UnknownArea`.
    """
    if level is Level.COMMUNITY:
        raise InvalidArea("a community is added with its book")
    async with _storing(code, InvalidArea):
        added = await _insert(_Place(level, code, name, below, time_zone), InvalidArea)
        await _record_area(added, by)
    return added


async def add_community(
    *,
    code: str,
    name: str,
    below: UUID | None = None,
    time_zone: str | None = None,
    desk_phone: str = "",
    by: Actor | None = None,
) -> Community:
    """Add a community, in a street or on its own.

    Its code is its short name in addresses: 2 to 40 of `a-z`, `0-9`, hyphens; once in the whole
    installation. Raises `CodeTaken`, `InvalidCommunity`, `UnknownArea`.
    """
    async with _storing(code, InvalidCommunity):
        wanted = _Place(Level.COMMUNITY, code, name, below, time_zone)
        place = await _insert(wanted, InvalidCommunity)
        added = Community(
            place.id, code, place.name, place.time_zone, datetime.now(UTC), desk_phone
        )
        await CommunityRow.raw(
            "INSERT INTO community (id, code, created_at, desk_phone) VALUES ({}, {}, {}, {})",
            added.id,
            added.code,
            added.created_at,
            added.desk_phone,
        )
        await record(
            "community.add",
            by=by or system(added.id),
            area_id=added.id,
            subject_kind="community",
            subject_id=added.id,
        )
    return added


@dataclass(frozen=True, slots=True)
class _Place:
    """An area that somebody wants to add."""

    level: Level
    code: str
    name: str
    below: UUID | None
    time_zone: str | None


def _storing(code: str, invalid: type[InvalidArea]) -> AbstractAsyncContextManager[None]:
    return refusing(
        area_code_once=CodeTaken(code),
        community_code_once=CodeTaken(code),
        area_code_form=invalid(f"{code!r} is not 1 to 40 of a-z, 0-9 and hyphens"),
        community_code_form=invalid(f"{code!r} is not 2 to 40 of a-z, 0-9 and hyphens"),
        area_named=invalid("an area has a name of at most 80 characters"),
        community_desk_phone_form=invalid("the desk's is not a telephone number"),
    )


async def _insert(wanted: _Place, invalid: type[InvalidArea]) -> Area:
    level, above = wanted.level, await area(wanted.below) if wanted.below else None
    if above and _ORDER.index(above.level) >= _ORDER.index(level):
        raise invalid(f"a {level} does not lie in a {above.level}")
    if level is Level.GRID and (above is None or above.level is not Level.COMMUNITY):
        raise invalid("a grid lies in a community")
    zone = wanted.time_zone or (above.time_zone if above else DEFAULT_TIME_ZONE)
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise invalid(f"there is no time zone {zone!r}") from error
    made = new_id()
    lineage = (made, *(above.lineage if above else ()))
    added = Area(made, wanted.below, level, wanted.code, wanted.name.strip(), zone, lineage)
    await AreaRow.raw(
        "INSERT INTO area (id, parent_id, level, code, name, time_zone, lineage)"
        " VALUES ({}, {}, {}, {}, {}, {}, {})",
        added.id,
        added.parent_id,
        added.level.value,
        added.code,
        added.name,
        added.time_zone,
        list(added.lineage),
    )
    return added


async def _record_area(added: Area, by: Actor | None) -> None:
    await record(
        "area.add",
        by=by or Actor(SYSTEM, added.id),
        area_id=added.parent_id or added.id,
        subject_kind="area",
        subject_id=added.id,
        details={"level": added.level.value, "code": added.code, "name": added.name},
    )
