"""Adds and renames areas and communities: the tree of city, district, street, community, grid."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from community.audit import record
from community.errors import CodeTaken, InvalidArea, InvalidCommunity, UnknownArea
from community.holding import wielded
from community.tables import AreaRow, CommunityRow
from community.transactions import refusing
from community.tree import area
from community.values import SYSTEM, Actor, Area, Community, Level, Role, new_id, system

DEFAULT_TIME_ZONE: Final = "Asia/Shanghai"

_ORDER: Final = tuple(Level)


def levels_below(level: Level) -> tuple[Level, ...]:
    """Return the levels of what may lie right below an area of this level, the highest first.

    A grid lies in a community, and in nothing else.
    """
    lower = _ORDER[_ORDER.index(level) + 1 :]
    return lower if level is Level.COMMUNITY else tuple(one for one in lower if one != Level.GRID)


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

    Whoever administers the other may; without `by` it is the set-up, which alone adds at the top.
    A community is added with `add_community`, for it owns more than a place. Raises `CodeTaken`
    where a sibling has the code, `InvalidArea`, and `UnknownArea` also for what is out of reach.
    """
    if level is Level.COMMUNITY:
        raise InvalidArea("level", "a community is added with its book")
    async with _storing(code, InvalidArea):
        added = await _insert(_Place(level, code, name, below, time_zone), by, InvalidArea)
        await _record_area("area.add", added, by, area_id=added.parent_id or added.id)
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
    installation. Who may add it is as with `add_area`. Raises `CodeTaken`, `InvalidCommunity`,
    `UnknownArea`.
    """
    async with _storing(code, InvalidCommunity):
        wanted = _Place(Level.COMMUNITY, code, name, below, time_zone)
        place = await _insert(wanted, by, InvalidCommunity)
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


async def rename_area(
    area_id: UUID,
    *,
    name: str,
    time_zone: str,
    desk_phone: str | None = None,
    by: Actor | None = None,
) -> Area:
    """Give an area another name or time zone, and a community another telephone of its desk.

    Whoever administers the area may. A community's grids keep its time; what lies below a higher
    area keeps its own. Codes stay, for addresses rest on them. Raises `InvalidArea`,
    `InvalidCommunity`, and `UnknownArea` also for what is out of reach.
    """
    async with _storing("", InvalidArea):
        await _refuse_out_of_reach(area_id, by)
        before = await area(area_id)
        after = replace(before, name=name.strip(), time_zone=_known_zone(time_zone, InvalidArea))
        await AreaRow.raw("UPDATE area SET name = {} WHERE id = {}", after.name, area_id)
        await AreaRow.raw(
            "UPDATE area SET time_zone = {} WHERE id = {} OR (parent_id = {} AND level = 'grid')",
            after.time_zone,
            area_id,
            area_id,
        )
        if desk_phone is not None:
            await CommunityRow.raw(
                "UPDATE community SET desk_phone = {} WHERE id = {}", desk_phone, area_id
            )
        await _record_area("area.rename", after, by, area_id=area_id)
    return after


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
        area_code_form=invalid("code", f"{code!r} is not 1 to 40 of a-z, 0-9 and hyphens"),
        community_code_form=invalid("code", f"{code!r} is not 2 to 40 of a-z, 0-9 and hyphens"),
        area_named=invalid("name", "an area has a name of at most 80 characters"),
        community_desk_phone_form=InvalidCommunity(
            "desk_phone", "the desk's is not a telephone number"
        ),
    )


async def _insert(wanted: _Place, by: Actor | None, invalid: type[InvalidArea]) -> Area:
    await _refuse_out_of_reach(wanted.below, by)
    level, above = wanted.level, await area(wanted.below) if wanted.below else None
    if above and _ORDER.index(above.level) >= _ORDER.index(level):
        raise invalid("level", f"a {level} does not lie in a {above.level}")
    if level is Level.GRID and (above is None or above.level is not Level.COMMUNITY):
        raise invalid("level", "a grid lies in a community")
    zone = wanted.time_zone or (above.time_zone if above else DEFAULT_TIME_ZONE)
    made = new_id()
    lineage = (made, *(above.lineage if above else ()))
    added = Area(
        made,
        wanted.below,
        level,
        wanted.code,
        wanted.name.strip(),
        _known_zone(zone, invalid),
        lineage,
    )
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


async def _refuse_out_of_reach(area_id: UUID | None, by: Actor | None) -> None:
    """Refuse whoever does not administer the area. Raises `UnknownArea`: it says no more."""
    if by is None or by.member_id == SYSTEM:
        return
    if area_id is None:
        raise UnknownArea(SYSTEM)
    reach = {one.area_id for one in await wielded(by) if one.role is Role.ADMINISTRATOR}
    if reach.isdisjoint((await area(area_id)).lineage):
        raise UnknownArea(area_id)


def _known_zone(zone: str, invalid: type[InvalidArea]) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise invalid("time_zone", f"there is no time zone {zone!r}") from error
    return zone


async def _record_area(act: str, stored: Area, by: Actor | None, *, area_id: UUID) -> None:
    details = {"level": stored.level.value, "code": stored.code, "name": stored.name}
    await record(
        act,
        by=by or Actor(SYSTEM, stored.id),
        area_id=area_id,
        subject_kind="area",
        subject_id=stored.id,
        details={**details, **({"time_zone": stored.time_zone} if act == "area.rename" else {})},
    )
