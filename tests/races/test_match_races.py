"""Two coordinators at one proposal of matches in the same moment: each line is offered once."""

import asyncio
import uuid
from datetime import timedelta

import pytest

import community
import timebank
from community import Actor, Role
from tests.timebank.street import NOON, Street, street
from timebank import State, matching
from timebank.matching import Limits, NothingChosen, Outcome

__all__ = ["street"]

TIMES = 4
"""How often each race is run: a lock that is missing shows within a few."""


@pytest.mark.parametrize("_time", range(TIMES))
async def test_the_same_lines_are_accepted_once_and_the_other_is_told(
    street: Street, _time: int
) -> None:
    for number in (1, 2, 3):
        starts_at = NOON + timedelta(days=number)
        await street.asked(60, starts_at=starts_at)
    member = await community.add_member(
        community_id=street.id, name="陆雯", roles=(Role.COORDINATOR,)
    )
    colleague = Actor(member.id, street.id, member.roles)
    run = await matching.match_week(Limits(), by=street.coordinator, key=uuid.uuid4(), at=NOON)
    await matching.match_waiting(at=NOON)
    ended = await asyncio.gather(
        *(
            matching.accept_lines(run.id, None, by=one, at=NOON)
            for one in (street.coordinator, colleague)
        ),
        return_exceptions=True,
    )
    counts = [one for one in ended if not isinstance(one, BaseException)]
    late = [one for one in ended if isinstance(one, BaseException)]
    assert all(isinstance(one, NothingChosen) for one in late), late
    _run, lines, _names = await matching.match_run(run.id, street.coordinator)
    assert {line.outcome for line, _visit in lines} == {Outcome.OFFERED}
    assert sum(offered for offered, _gone in counts) == len(lines) == 3
    assert late or sum(gone for _offered, gone in counts) == 3, "the other is told"
    for _line, visit in lines:
        assert visit.state is State.OFFERED
        steps = (await timebank.visit_page(visit.id, street.coordinator))[1]
        assert [step.state for step in steps] == ["requested", "offered"]
