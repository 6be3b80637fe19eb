"""A town behind the site for tests of places, roles and organisations, and people who sign in."""

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from litestar import Litestar

import community
from community import Role
from tests.app.walking import Walker, walker
from tests.community.places import Tree, grown


@dataclass
class Town:
    """The site with a city behind it; `people` are the members whom a test settles, by name."""

    app: Litestar
    tree: Tree
    stack: AsyncExitStack
    people: dict[str, uuid.UUID] = field(default_factory=dict)

    async def settle(
        self, name: str, home: str, *roles: tuple[Role, str], grid: str | None = None
    ) -> uuid.UUID:
        """Let a member join, with roles at areas."""
        self.people[name] = await self.tree.settle(name, home, *roles, grid=grid)
        return self.people[name]

    async def signed_in(
        self, name: str, home: str = "bali", *roles: tuple[Role, str], language: str = "en"
    ) -> Walker:
        """Return a member at a browser; one who is not settled yet joins first."""
        if name not in self.people:
            await self.settle(name, home, *roles)
        return await (await self.visitor(language)).sign_in(self.people[name])

    async def visitor(self, language: str = "en") -> Walker:
        """Return somebody at a browser who has not signed in."""
        return await self.stack.enter_async_context(walker(self.app, language))

    async def roles(self, name: str, where: str) -> frozenset[Role]:
        """Return which roles of a member hold at an area."""
        return await community.roles_over(self.people[name], self.tree[where])


@asynccontextmanager
async def opened_town(app: Litestar) -> AsyncIterator[Town]:
    """Give a town of its own to a test."""
    async with AsyncExitStack() as stack:
        yield Town(app, await grown(), stack)
