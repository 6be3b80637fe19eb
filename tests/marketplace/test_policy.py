"""A community's own bounds are what its rounds go by, from the moment it decided them."""

from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest

import community
from community.policy import read_pack
from marketplace.errors import BudgetOutOfBounds, ChoicesLimitOutOfBounds, TooManyProjects
from marketplace.policy import SETTINGS, round_policy
from marketplace.values import RoundPolicy
from tests.marketplace.conftest import Neighbourhood


async def adopt(place: UUID, **settings: int) -> None:
    lines = [f"{name} = {value}" for name, value in settings.items()]
    text = 'name = "N"\nsource = "S"\n[rounds]\n' + "\n".join(lines)
    pack = read_pack(text.encode(), settings=SETTINGS, zone=ZoneInfo("Asia/Shanghai"))
    await community.adopt_policy(pack, by=community.system(place))


def test_what_a_community_did_not_decide_is_what_the_rules_take_for_usual() -> None:
    assert round_policy(community.Policy()) == RoundPolicy()


async def test_a_round_keeps_to_the_community_s_bounds(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    await adopt(neighbourhood.id, budget_fen_max=50_000_00, choices_max=3, projects_max=2)
    with pytest.raises(BudgetOutOfBounds) as dear:
        await neighbourhood.round(50_001, 3)
    assert dear.value.most == 50_000_00
    with pytest.raises(ChoicesLimitOutOfBounds):
        await neighbourhood.round(50_000, 4)
    opened = await neighbourhood.round(50_000, 3)
    for title in ("A lamp", "A bench"):
        await neighbourhood.project(opened, title, 100)
    with pytest.raises(TooManyProjects):
        await neighbourhood.project(opened, "A tree", 100)
    assert (await elsewhere.round(50_001, 4)).terms.choices_max == 4


async def test_numbers_that_projects_took_with_them_run_out(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    """One that has left keeps its number, and a ballot has room for three digits."""
    opened = await neighbourhood.round()
    lamp = await neighbourhood.project(opened, "A lamp", 100)
    await owner.execute(
        "INSERT INTO project (id, community_id, round_id, number, title, purpose, place, category,"
        " cost_fen, proposed_by, left_at) SELECT gen_random_uuid(), community_id, round_id, 999,"
        " title, purpose, place, category, cost_fen, proposed_by, now() FROM project WHERE id = $1",
        lamp.id,
    )
    with pytest.raises(TooManyProjects):
        await neighbourhood.project(opened, "A bench", 100)


async def test_what_was_opened_before_stays_as_it_was(neighbourhood: Neighbourhood) -> None:
    opened = await neighbourhood.round(1000, 5)
    await adopt(neighbourhood.id, budget_fen_max=100_00, choices_max=1)
    project = await neighbourhood.project(opened, "A lamp", 900)
    assert project.cost_fen == 900_00
