"""A simple oracle for roles: one holds at an area iff held there or above, in its dates."""

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import community
from community import STAFF, Level, Role
from tests.community.places import Tree, code

LEVELS = tuple(Level)
MINUTES = st.integers(-30, 30).filter(bool)  # to either side of now, by minutes


@st.composite
def towns(draw: st.DrawFn) -> tuple[list[int | None], list[tuple[int, Role, int, int | None]]]:
    """Draw a tree (each area's parent, the first being the city) and roles at its areas."""
    parents: list[int | None] = [None]
    depth = [0]
    for _ in range(draw(st.integers(1, 7))):
        up = draw(st.sampled_from([i for i, d in enumerate(depth) if d < len(LEVELS) - 1]))
        parents.append(up)
        depth.append(depth[up] + 1)
    areas = st.integers(0, len(parents) - 1)
    roles = st.tuples(areas, st.sampled_from(sorted(STAFF)), MINUTES, st.none() | MINUTES).filter(
        lambda one: one[3] is None or one[3] > one[2]
    )
    return parents, draw(st.lists(roles, max_size=6))


@given(towns())
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_a_role_holds_iff_held_there_or_above_in_its_dates(
    database: object,  # noqa: ARG001 (must be migrated)
    town: tuple[list[int | None], list[tuple[int, Role, int, int | None]]],
) -> None:
    parents, roles = town
    ids, levels = await _built(parents)
    tree = Tree({"home": (await community.add_community(code=code(), name="home")).id})
    member = await tree.settle("周敏", "home")
    start = datetime.now(UTC)

    def at(minutes: int | None) -> datetime | None:
        return None if minutes is None else start + timedelta(minutes=minutes)

    given_: list[tuple[int, Role, datetime, datetime | None]] = []
    for area, role, since, until in roles:
        first, last = at(since), at(until)
        assert first
        try:
            await community.grant_role(member, role, at=ids[area], since=first, until=last)
        except community.RoleHeld:
            assert any(
                (a, r) == (area, role) and (last is None or s < last) and (u is None or first < u)
                for a, r, s, u in given_
            )
        else:
            given_.append((area, role, first, last))
    moment = datetime.now(UTC)
    for index, area_id in enumerate(ids):
        expected = {
            role
            for area, role, since, until in given_
            if area in _above(index, parents) and since <= moment and (not until or until > moment)
        }
        assert await community.roles_over(member, area_id) == expected
        if levels[index] is Level.COMMUNITY:
            actor = await community.actor(member, area_id)
            assert (actor.roles if actor else set()) == expected


async def _built(parents: list[int | None]) -> tuple[list[uuid.UUID], list[Level]]:
    """Build the tree through the verbs; an area's level is how deep it lies."""
    ids: list[uuid.UUID] = []
    levels: list[Level] = []
    for up in parents:
        level = LEVELS[0] if up is None else LEVELS[LEVELS.index(levels[up]) + 1]
        below = None if up is None else ids[up]
        if level is Level.COMMUNITY:
            ids.append((await community.add_community(code=code(), name="c", below=below)).id)
        else:
            added = await community.add_area(level=level, code=code(), name="a", below=below)
            ids.append(added.id)
        levels.append(level)
    return ids, levels


def _above(index: int, parents: list[int | None]) -> set[int]:
    """Return an area and all above it, by following its parents."""
    found, here = set(), index
    while True:
        found.add(here)
        up = parents[here]
        if up is None:
            return found
        here = up
