"""Random lives of a project's minutes: granted and pledged is paid, held and left at every step.

`LINLI_STEPS=5000 pytest tests/marketplace/test_work_properties.py` plays longer.
"""

import asyncio
import os
import uuid
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from community import Actor
from marketplace import work
from marketplace.errors import MarketplaceError
from marketplace.values import Project
from tests.marketplace.conftest import Neighbourhood, settle
from tests.marketplace.work_examples import (
    BEGINS,
    NOW,
    THERE,
    adopt,
    offered,
    pledged,
    saved,
    under_way,
)

STEPS = int(os.environ.get("LINLI_STEPS", "600"))
STEPS_A_RUN = 30
T = TypeVar("T")
WHO = st.integers(0, 3)
WHICH = st.integers(0, 3)
GRANTS_MAX = 240
SLOTS_MAX = 8


class Minutes(RuleBasedStateMachine):
    """A project and four neighbours who pledge, grant, sign up, come, stay away and call off."""

    loop: asyncio.AbstractEventLoop
    steps = paid = 0

    def run(self, act: Coroutine[Any, Any, T]) -> T:
        Minutes.steps += 1
        return self.loop.run_until_complete(asyncio.wait_for(act, 20))

    def tried(self, act: Coroutine[Any, Any, Any]) -> None:
        """Do something that may be refused; a refusal leaves everything as it was."""
        try:
            self.run(act)
        except MarketplaceError:
            assert self.run(self.books()) == self.before

    @initialize()
    def begin(self) -> None:
        self.home: Neighbourhood = self.run(settle())
        self.run(adopt(self.home, grant_minutes_max=GRANTS_MAX, round_up_minutes=1))
        self.project: Project = self.run(under_way(self.home))
        self.slots: list[work.Slot] = []
        self.given = 0
        self.before: tuple[int, ...] = ()
        self.waiting: list[tuple[uuid.UUID, uuid.UUID]] = []
        self.pledge(16)
        for later in range(3):
            self.offer(quarters=4, people=2, later=later)

    def slot(self, which: int) -> uuid.UUID:
        return self.slots[which % len(self.slots)].id

    def person(self, who: int) -> Actor:
        return self.home.residents[who]

    @rule(quarters=st.integers(1, 8))
    def pledge(self, quarters: int) -> None:
        self.run(pledged(self.home, self.project, quarters * 15))
        self.given += quarters * 15

    @rule(quarters=st.integers(1, 8))
    def grant(self, quarters: int) -> None:
        before = self.run(work.hours_of(self.project.id, community_id=self.home.id)).granted
        self.tried(
            work.grant_minutes(
                self.project.id, quarters * 15, "For help.", by=self.home.coordinator
            )
        )
        after = self.run(work.hours_of(self.project.id, community_id=self.home.id)).granted
        assert after in {before, before + quarters * 15}
        assert after <= GRANTS_MAX
        self.given += after - before

    @rule(quarters=st.integers(1, 6), people=st.integers(1, 3), later=st.integers(0, 3))
    def offer(self, quarters: int, people: int, later: int) -> None:
        if len(self.slots) < SLOTS_MAX:
            starts_at = BEGINS + timedelta(minutes=30 * later)
            self.slots.append(
                self.run(
                    offered(
                        self.home,
                        self.project,
                        minutes=quarters * 15,
                        people=people,
                        starts_at=starts_at,
                    )
                )
            )

    @rule(which=WHICH, who=WHO)
    def sign_up(self, which: int, who: int) -> None:
        if self.slots:
            self.tried(work.sign_up(self.slot(which), by=self.person(who), at=NOW))

    @rule(which=WHICH, who=WHO)
    def step_back(self, which: int, who: int) -> None:
        if self.slots:
            self.tried(work.step_back(self.slot(which), by=self.person(who), at=NOW))

    @rule(which=WHICH, who=WHO, minutes=st.integers(1, 90))
    def came(self, which: int, who: int, minutes: int) -> None:
        if self.slots:
            self.tried(
                work.confirm(
                    self.slot(which),
                    self.person(who).member_id,
                    minutes,
                    by=self.home.coordinator,
                    at=THERE + timedelta(hours=2),
                )
            )

    @rule(pick=WHICH, minutes=st.integers(1, 90))
    def came_as_signed_up(self, pick: int, minutes: int) -> None:
        if self.waiting:
            slot_id, member_id = self.waiting[pick % len(self.waiting)]
            self.tried(
                work.confirm(
                    slot_id,
                    member_id,
                    minutes,
                    by=self.home.coordinator,
                    at=THERE + timedelta(hours=2),
                )
            )

    @rule(which=WHICH, who=WHO)
    def missed(self, which: int, who: int) -> None:
        if self.slots:
            self.tried(
                work.not_there(
                    self.slot(which),
                    self.person(who).member_id,
                    by=self.home.coordinator,
                    at=THERE + timedelta(hours=2),
                )
            )

    @rule(which=WHICH)
    def call_off(self, which: int) -> None:
        if self.slots:
            self.tried(
                work.cancel_slot(self.slot(which), "Rain.", by=self.home.coordinator, at=NOW)
            )

    async def books(self) -> tuple[int, ...]:
        """Return what the project has, and what everybody saved."""
        now = await work.hours_of(self.project.id, community_id=self.home.id)
        own = [await saved(one) for one in self.home.residents]
        return (now.received, now.paid, now.held, now.left, *own)

    @invariant()
    def nothing_is_lost(self) -> None:
        if not hasattr(self, "given"):
            return
        received, paid, held, left, *own = self.run(self.books())
        assert received == self.given == paid + held + left
        assert min(paid, held, left) >= 0
        assert sum(own) == paid
        turns = [
            self.run(
                work.slot_page(
                    one.id,
                    project_id=self.project.id,
                    community_id=self.home.id,
                    by=self.home.coordinator,
                )
            )
            for one in self.slots
        ]
        unpaid = [turn for seen in turns for turn, _name in seen.turns if turn.paid is None]
        signed = [one for one in unpaid if one.state is work.TurnState.SIGNED]
        assert held == sum(one.held for one in signed)
        self.waiting = [(one.slot_id, one.member_id) for one in signed]
        assert all(seen.slot.taken <= seen.slot.people for seen in turns)
        self.before = (received, paid, held, left, *own)
        Minutes.paid = max(Minutes.paid, paid)


@pytest.fixture
async def minutes(database: object) -> None:  # noqa: ARG001 (must be migrated)
    """Let the machine know the loop that the pool lives in."""
    Minutes.loop, Minutes.steps, Minutes.paid = asyncio.get_running_loop(), 0, 0


@pytest.mark.usefixtures("minutes")
def test_minutes_in_are_minutes_out_held_and_left(
    record_property: Callable[[str, object], None],
) -> None:
    play = settings(
        max_examples=max(1, STEPS // STEPS_A_RUN),
        stateful_step_count=STEPS_A_RUN,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Minutes, settings=play)
    record_property("steps of work for projects played", Minutes.steps)
    assert Minutes.steps >= STEPS
    # The first runs are the simplest that there are: such in which nobody comes to help.
    assert Minutes.paid > 0
