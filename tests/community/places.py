"""A small tree of places for tests: a city, two districts, a street, communities and grids."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import community
from community import Actor, Level, Role


def code() -> str:
    """Return a code that no other test uses."""
    return f"t-{uuid.uuid4().hex[:12]}"


@dataclass
class Tree:
    """The city, and the ids of its areas by name."""

    ids: dict[str, uuid.UUID] = field(default_factory=dict)

    def __getitem__(self, name: str) -> uuid.UUID:
        return self.ids[name]

    async def grow(self, name: str, level: Level, below: str | None = None) -> None:
        """Add an area under its name, as the set-up does."""
        up = self.ids[below] if below else None
        if level is Level.COMMUNITY:
            added = await community.add_community(code=code(), name=name, below=up)
            self.ids[name] = added.id
        else:
            area = await community.add_area(level=level, code=code(), name=name, below=up)
            self.ids[name] = area.id

    async def settle(
        self, name: str, home: str, *roles: tuple[Role, str], grid: str | None = None
    ) -> uuid.UUID:
        """Let a member join at home, with roles at areas; return the member's id."""
        since = datetime.now(UTC) - timedelta(days=1)
        added = await community.add_member(community_id=self[home], name=name, joined_at=since)
        if grid:
            await community.tables.MemberRow.raw(
                "UPDATE member SET grid_id = {} WHERE id = {}", self[grid], added.id
            )
        for role, at in roles:
            await community.grant_role(added.id, role, at=self[at], since=since)
        return added.id

    async def acting(self, member_id: uuid.UUID, where: str | None = None) -> Actor:
        """Return the member as who acts, at home or elsewhere."""
        actor = await community.actor(member_id, self[where] if where else None)
        assert actor
        return actor


async def grown() -> Tree:
    """Grow a city: two districts, a street with two communities, one of them with two grids."""
    tree = Tree()
    await tree.grow("city", Level.CITY)
    await tree.grow("east", Level.DISTRICT, "city")
    await tree.grow("west", Level.DISTRICT, "city")
    await tree.grow("street", Level.STREET, "east")
    await tree.grow("bali", Level.COMMUNITY, "street")
    await tree.grow("wutong", Level.COMMUNITY, "street")
    await tree.grow("shan", Level.COMMUNITY, "west")
    await tree.grow("grid 1", Level.GRID, "bali")
    await tree.grow("grid 2", Level.GRID, "bali")
    return tree
