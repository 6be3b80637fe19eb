"""A neighbourhood of its own for each test: a coordinator, residents, and a volunteer from afar."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg
import pytest_asyncio

from app.database import Engine
from community import Actor, Member, Role, add_community, add_member
from marketplace import (
    Category,
    Draft,
    Project,
    Round,
    Terms,
    open_ballot,
    open_round,
    propose,
    vote,
)
from marketplace.counting import Rule

YUAN = 100


@dataclass(frozen=True)
class Neighbourhood:
    """Who lives and works here."""

    id: uuid.UUID
    coordinator: Actor
    residents: list[Actor]
    outsider: Actor

    async def round(self, budget_yuan: int = 1000, choices: int = 2, **how: object) -> Round:
        """Open a round; a budget in yuan."""
        given = {"rule": Rule.GREEDY, **how}
        terms = Terms(budget_yuan * YUAN, choices, **given)  # type: ignore[arg-type] # a test's own
        return await open_round(by=self.coordinator, name="Autumn round", terms=terms)

    async def project(self, opened: Round, title: str, yuan: int) -> Project:
        """Let the first resident propose a project; a cost in yuan."""
        draft = Draft(title, f"{title}, for all", "Lane 3", Category.ENVIRONMENT, yuan * YUAN)
        return await propose(opened.id, draft, by=self.residents[0])

    async def voted(self, opened: Round, ballots: list[tuple[int, ...]]) -> None:
        """Open the ballot and let one resident after the other cast one of these."""
        await open_ballot(opened.id, by=self.coordinator)
        for resident, choices in zip(self.residents, ballots, strict=False):
            await vote(opened.id, choices, by=resident)


def actor(member: Member) -> Actor:
    return Actor(member.id, member.community_id, member.roles)


@pytest_asyncio.fixture(loop_scope="session")
async def neighbourhood(database: Engine) -> Neighbourhood:  # noqa: ARG001 (must be migrated)
    """Give a new community with a coordinator, six residents and a volunteer who is none."""
    return await settle()


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere(database: Engine) -> Neighbourhood:  # noqa: ARG001 (must be migrated)
    """Give a second community, to see that one never reaches into the other."""
    return await settle()


@pytest_asyncio.fixture(loop_scope="session")
async def settled(database: Engine) -> Callable[[], Awaitable[Neighbourhood]]:  # noqa: ARG001
    """Give a way to found as many communities as a test needs."""
    return settle


async def settle() -> Neighbourhood:
    home = await add_community(code=f"lane-{uuid.uuid4().hex[:12]}", name="Lane")
    coordinator = await add_member(community_id=home.id, name="Zhou", roles=(Role.COORDINATOR,))
    residents = [
        await add_member(community_id=home.id, name=f"Resident {n}", roles=(Role.RESIDENT,))
        for n in range(1, 7)
    ]
    outsider = await add_member(community_id=home.id, name="Visitor", roles=(Role.VOLUNTEER,))
    return Neighbourhood(
        home.id, actor(coordinator), [actor(one) for one in residents], actor(outsider)
    )


@pytest_asyncio.fixture(loop_scope="session")
async def locks_of(owner: asyncpg.Connection) -> Callable[[], Awaitable[dict[str, str]]]:
    """Give a look at which rows of each table were written or locked, by which transactions."""

    async def look() -> dict[str, str]:
        names = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {
            name: await owner.fetchval(
                "SELECT coalesce(md5(string_agg(ctid::text || ' ' || xmin || ' ' || xmax, ','"
                f" ORDER BY ctid)), '') FROM {name}"
            )
            for (name,) in names
        }

    return look
