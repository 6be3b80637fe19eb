"""Two people at one screening, one appeal, one reported word at once: one outcome each time."""

import asyncio
import contextvars
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest_asyncio

import community
from app.database import Engine
from community import Actor, Role, add_community, add_member
from marketplace import deliberation, entering, needs, rounds, screening
from marketplace.deliberation import (
    Channel,
    NothingToRule,
    ReportReason,
    Side,
    SummaryChanged,
)
from marketplace.needs import NeedState
from marketplace.refusals import verb
from marketplace.screening import (
    AppealDecided,
    AppealedAlready,
    ChangedMeanwhile,
    NotWaiting,
    Outcome,
)
from tests.marketplace.conftest import settle
from tests.marketplace.plans_examples import planned_need
from tests.marketplace.screening_examples import FINE, accepted, seconded
from tests.marketplace.test_deliberation import EQUAL
from tests.marketplace.test_screening import NO

TIMES = 5


@dataclass
class Lane:
    """Who lives here, and two coordinators."""

    id: uuid.UUID
    coordinator: Actor
    other: Actor
    residents: list[Actor]


@pytest_asyncio.fixture(loop_scope="session")
async def lane(database: Engine) -> Lane:  # noqa: ARG001 (must be migrated)
    home = await add_community(code=f"talk-{uuid.uuid4().hex[:12]}", name="Lane")

    async def person(role: Role, name: str) -> Actor:
        member = await add_member(community_id=home.id, name=name, roles=(role,))
        return Actor(member.id, home.id, member.roles)

    return Lane(
        home.id,
        await person(Role.COORDINATOR, "Zhou"),
        await person(Role.COORDINATOR, "Qian"),
        [await person(Role.RESIDENT, f"Resident {n}") for n in range(6)],
    )


async def at_once(*asked: Any) -> Counter[str]:
    async with asyncio.timeout(30):
        found = await asyncio.gather(*asked, return_exceptions=True)
    return Counter(type(one).__name__ for one in found)


async def test_two_screeners_give_one_outcome(lane: Lane) -> None:
    for _ in range(TIMES):
        need = await seconded(lane)
        await screening.save_screening(need.id, FINE, revision=0, by=lane.coordinator)
        found = await at_once(
            *(
                screening.decide_screening(
                    need.id, Outcome.ACCEPTED, "All is well.", revision=1, by=by
                )
                for by in (lane.coordinator, lane.other, lane.coordinator, lane.other)
            )
        )
        assert found == {"Screening": 1, NotWaiting.__name__: 3}
        steps = await needs.moves(need.id, community_id=lane.id)
        assert [one.state for one in steps].count(NeedState.ACCEPTED) == 1


async def test_two_screeners_save_and_one_is_told(lane: Lane) -> None:
    for _ in range(TIMES):
        need = await seconded(lane)
        found = await at_once(
            screening.save_screening(need.id, FINE, revision=0, by=lane.coordinator),
            screening.save_screening(need.id, NO, revision=0, by=lane.other),
        )
        assert found == {"Screening": 1, ChangedMeanwhile.__name__: 1}
        kept = await screening.screening_of(need.id, community_id=lane.id)
        assert kept.revision == 1


async def test_one_appeal_and_one_decision(lane: Lane) -> None:
    for _ in range(TIMES):
        need = await seconded(lane)
        await screening.save_screening(need.id, NO, revision=0, by=lane.coordinator)
        await screening.decide_screening(
            need.id, Outcome.REFUSED, "A duty of others.", revision=1, by=lane.coordinator
        )
        made = await at_once(
            *(screening.appeal(need.id, f"Look {n}", by=lane.residents[0]) for n in range(3))
        )
        assert made == {"Appeal": 1, AppealedAlready.__name__: 2}
        decided = await at_once(
            *(
                screening.decide_appeal(need.id, "A reason", granted=granted, by=lane.other)
                for granted in (True, False, True)
            )
        )
        assert decided == {"Appeal": 1, AppealDecided.__name__: 2}


async def test_two_workers_remind_once(lane: Lane) -> None:
    need = await seconded(lane)
    due = (await screening.screening_of(need.id, community_id=lane.id)).due_at
    await at_once(*(screening.remind_of_screenings(due) for _ in range(3)))
    for who in (lane.coordinator, lane.other):
        inbox = await community.inbox(who.member_id, community_id=lane.id)
        assert [one.kind for one in inbox].count("screening.due") == 1


async def test_two_coordinators_judge_once(lane: Lane) -> None:
    need = await accepted(lane)
    for _ in range(TIMES):
        said = await deliberation.argue(
            need.id, Side.FOR, "Rails help.", by=lane.residents[2], agreed=True
        )
        await deliberation.report(said.id, ReportReason.OTHER, by=lane.residents[3])
        found = await at_once(
            *(
                deliberation.rule_on(said.id, "A reason", hidden=hidden, number=1, by=by)
                for hidden, by in ((True, lane.coordinator), (False, lane.other))
            )
        )
        assert found == {"Case": 1, NothingToRule.__name__: 1}


async def test_marks_summaries_and_paces_hold_under_haste(lane: Lane) -> None:
    need = await accepted(lane)
    said = await deliberation.argue(
        need.id, Side.FOR, "Rails help.", by=lane.residents[2], agreed=True
    )
    await at_once(*(deliberation.find_helpful(said.id, by=lane.residents[3]) for _ in range(5)))
    assert (await deliberation.argument(said.id, community_id=lane.id)).marks == 1
    found = await at_once(
        deliberation.sum_up(need.id, *EQUAL, number=0, by=lane.coordinator),
        deliberation.sum_up(need.id, *reversed(EQUAL), number=0, by=lane.other),
    )
    assert found == {"TwoSides": 1, SummaryChanged.__name__: 1}
    spoken = await at_once(
        *(
            deliberation.argue(need.id, Side.FOR, f"Reason {n}", by=lane.residents[4], agreed=True)
            for n in range(14)
        )
    )
    assert spoken == {"Argument": 10, "TooFast": 4}


async def test_a_withdrawn_need_is_not_argued_about(lane: Lane) -> None:
    for _ in range(TIMES):
        need = await accepted(lane)

        async def withdrawn(need: needs.Need = need) -> None:
            async with verb():
                found = await needs.locked(need.id, community_id=lane.id)
                await needs.move(found, NeedState.WITHDRAWN, by=lane.residents[0])

        found = await at_once(
            withdrawn(),
            deliberation.argue(need.id, Side.FOR, "Yes", by=lane.residents[5], agreed=True),
        )
        now = await needs.read_need(need.id, community_id=lane.id)
        told = (await deliberation.deliberation_of(now)).talk.sides
        assert len(told) == found["Argument"]
        if not found["Argument"]:
            assert found["NotOpen"] == 1


async def test_a_word_said_while_its_round_moves_on_does_not_stop_the_round(
    database: Engine,  # noqa: ARG001 (must be migrated)
    owner: asyncpg.Connection,
) -> None:
    """A round that opens or closes holds itself, then its needs: so does whoever speaks."""
    home = await settle()
    need, version = await planned_need(home)
    said = await deliberation.argue(
        need.id, Side.FOR, "We need it.", by=home.residents[1], agreed=True
    )
    opened = await home.round(budget_yuan=30_000)
    await entering.enter(opened.id, version.plan_id, by=home.coordinator)
    speaking = (
        deliberation.argue(need.id, Side.FOR, "Yes.", by=home.residents[2], agreed=True),
        deliberation.enter_spoken(
            need.id, Side.AGAINST, "No.", Channel.MEETING, by=home.coordinator
        ),
        deliberation.add_to(said.id, "And soon.", by=home.residents[1]),
        deliberation.find_helpful(said.id, by=home.residents[3]),
        deliberation.sum_up(need.id, *EQUAL, number=0, by=home.coordinator),
    )
    async with asyncio.timeout(60):
        for one in speaking:
            async with verb():
                await rounds.locked(opened.id, community_id=home.id)
                # Its own context: a transaction of its own, not this one.
                waiting = asyncio.create_task(one, context=contextvars.Context())
                while not await owner.fetchval(
                    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    " AND datname = current_database())"
                ):
                    assert not waiting.done(), waiting.result()
                    await asyncio.sleep(0.01)
                await needs.locked(need.id, community_id=home.id)
            await waiting
