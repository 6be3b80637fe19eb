"""One hour of one person goes to a visit or to a project, never to both, whoever is faster."""

import asyncio
import random
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

import community
import timebank
from app.project_hours import at_a_project, on_a_visit
from community import Actor, Role
from marketplace import work
from marketplace.work import BusyThen
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.work_examples import BEGINS, NOW, offered, with_hours
from tests.timebank.street import Street, open_street
from timebank import Request, Visit

TIMES = 4


@pytest.fixture
async def both(database: object) -> tuple[Street, Neighbourhood]:  # noqa: ARG001 (must be migrated)
    """Give a community with a time bank and with residents who choose projects."""
    street = await open_street()
    residents = []
    for number in range(4):
        found = await community.add_member(
            community_id=street.id, name=f"Resident {number}", roles=(Role.RESIDENT,)
        )
        residents.append(Actor(found.id, street.id, found.roles))
    home = Neighbourhood(street.id, street.coordinator, residents, street.volunteer)
    return street, home


async def asked(street: Street, starts_at: datetime, minutes: int = 60) -> Visit:
    request = Request("companionship", starts_at, minutes, "梧桐里 12 号 302 室", "")
    return await timebank.ask(request, by=street.elder, form_key=uuid.uuid4(), at=NOW)


@pytest.mark.parametrize("seed", range(TIMES))
@pytest.mark.parametrize("way", ["accept", "assign"])
async def test_a_visit_and_a_project_at_once(
    both: tuple[Street, Neighbourhood], way: str, seed: int
) -> None:
    street, home = both
    slot = await offered(home, await with_hours(home), minutes=90)
    visit = await asked(street, BEGINS + timedelta(minutes=75))
    one = street.volunteer
    taking: Any = (
        timebank.accept(visit.id, by=one, elsewhere=at_a_project, at=NOW)
        if way == "accept"
        else timebank.assign(
            visit.id, one.member_id, by=street.coordinator, elsewhere=at_a_project, at=NOW
        )
    )
    acts = [taking, work.sign_up(slot.id, by=one, elsewhere=on_a_visit, at=NOW)]
    random.Random(seed).shuffle(acts)  # noqa: S311 (an order, no secret)
    ended = await asyncio.gather(*acts, return_exceptions=True)
    refused = [one for one in ended if isinstance(one, BaseException)]
    assert len(refused) == 1
    assert isinstance(refused[0], BusyThen | timebank.BusyThen)


async def test_what_only_touches_does_not_overlap(both: tuple[Street, Neighbourhood]) -> None:
    street, home = both
    slot = await offered(home, await with_hours(home))
    one = street.volunteer
    await work.sign_up(slot.id, by=one, elsewhere=on_a_visit, at=NOW)
    after = await asked(street, slot.ends_at)
    await timebank.accept(after.id, by=one, elsewhere=at_a_project, at=NOW)
    within = await asked(street, BEGINS + timedelta(minutes=45), 15)
    with pytest.raises(timebank.BusyThen):
        await timebank.accept(within.id, by=one, elsewhere=at_a_project, at=NOW)
    next_one = await offered(home, await with_hours(home), starts_at=slot.ends_at)
    with pytest.raises(BusyThen) as refused:
        await work.sign_up(next_one.id, by=one, elsewhere=on_a_visit, at=NOW)
    assert refused.value.elsewhere


async def test_a_place_that_was_given_back_frees_the_time(
    both: tuple[Street, Neighbourhood],
) -> None:
    street, home = both
    slot = await offered(home, await with_hours(home))
    visit = await asked(street, BEGINS)
    one = street.volunteer
    await work.sign_up(slot.id, by=one, elsewhere=on_a_visit, at=NOW)
    with pytest.raises(timebank.BusyThen):
        await timebank.accept(visit.id, by=one, elsewhere=at_a_project, at=NOW)
    await work.step_back(slot.id, by=one, at=NOW)
    await timebank.accept(visit.id, by=one, elsewhere=at_a_project, at=NOW)
    await timebank.withdraw(visit.id, by=one, at=NOW)
    again = await offered(home, await with_hours(home))
    await work.sign_up(again.id, by=one, elsewhere=on_a_visit, at=NOW)
