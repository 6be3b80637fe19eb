"""Whatever is raised, seconded, joined and parted: nobody is lost and nobody counts twice.

`LINLI_STEPS=5000 pytest tests/marketplace/test_merging_properties.py` plays longer.
"""

import asyncio
import contextlib
import os
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
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
from marketplace.needs import Need, NeedMoved, NeedState, authors, read_need
from marketplace.needs.errors import OwnNeed
from marketplace.needs.merging import IntoItself, MergeState, answer_merge, ask_merge, undo_merge
from marketplace.needs.merging.errors import NotMerged
from marketplace.needs.reading import count_seconds, seconders
from marketplace.needs.seconding import second_need, take_back_second
from tests.marketplace.conftest import settle
from tests.marketplace.merging_examples import raised

STEPS = int(os.environ.get("LINLI_STEPS", "160"))
STEPS_A_RUN = 40
Result = TypeVar("Result")
few = st.integers(0, 11)


@dataclass
class Wish:
    """A need as the oracle sees it: its own people, and where it went on."""

    need: Need
    author: uuid.UUID
    seconds: set[uuid.UUID] = field(default_factory=set)
    into: "Wish | None" = None


class Lane(RuleBasedStateMachine):
    """Some needs of one community, played on the real tables and on the oracle."""

    loop: asyncio.AbstractEventLoop
    steps = 0

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        type(self).steps += 1
        return self.loop.run_until_complete(asyncio.wait_for(work, 20))

    @initialize()
    def begin(self) -> None:
        home = self.run(settle())
        self.boss, self.people = home.coordinator, home.residents
        self.wishes: list[Wish] = []
        for number in range(3):
            self.raise_one(number)

    def person(self, number: int) -> Actor:
        return self.people[number % len(self.people)]

    def wish(self, number: int) -> Wish:
        return self.wishes[number % len(self.wishes)]

    # --- what the oracle says ---------------------------------------------------------------------

    def below(self, wish: Wish) -> list[Wish]:
        return [one for one in self.wishes if one.into is wish]

    def authors(self, wish: Wish) -> set[uuid.UUID]:
        return {wish.author}.union(*(self.authors(one) for one in self.below(wish)))

    def behind(self, wish: Wish) -> set[uuid.UUID]:
        return wish.seconds.union(*(self.behind(one) for one in self.below(wish)))

    def forget(self, wish: Wish, who: uuid.UUID) -> None:
        wish.seconds.discard(who)
        for one in self.below(wish):
            self.forget(one, who)

    # --- steps ------------------------------------------------------------------------------------

    @rule(who=few)
    def raise_one(self, who: int) -> None:
        if len(self.wishes) < 6:
            by = self.person(who)
            need = self.run(raised(by, f"Wish {len(self.wishes)}"))
            self.wishes.append(Wish(need, by.member_id))

    @rule(who=few, which=few)
    def second(self, who: int, which: int) -> None:
        by, wish = self.person(who), self.wish(which)
        refusal: type[Exception] | None = None
        if wish.into is not None:
            refusal = NeedMoved
        elif by.member_id in self.authors(wish):
            refusal = OwnNeed
        with pytest.raises(refusal) if refusal else contextlib.nullcontext():
            self.run(second_need(wish.need.id, by=by))
        if refusal is None and by.member_id not in self.behind(wish):
            wish.seconds.add(by.member_id)

    @rule(who=few, which=few)
    def unsecond(self, who: int, which: int) -> None:
        by, wish = self.person(who), self.wish(which)
        with pytest.raises(NeedMoved) if wish.into else contextlib.nullcontext():
            self.run(take_back_second(wish.need.id, by=by))
        if wish.into is None:
            self.forget(wish, by.member_id)

    @rule(one=few, other=few)
    def merge(self, one: int, other: int) -> None:
        wish, into = self.wish(one), self.wish(other)
        refusal = IntoItself if wish is into else NeedMoved if wish.into or into.into else None
        with pytest.raises(refusal) if refusal else contextlib.nullcontext():
            self.run(self.joined(wish, into))
        if refusal is None:
            wish.into = into

    async def joined(self, wish: Wish, into: Wish) -> None:
        merge = await ask_merge(wish.need.id, into.need.id, "One", by=self.boss)
        for by in self.people:
            if by.member_id in self.authors(wish) | self.authors(into):
                merge = await answer_merge(merge.id, agrees=True, by=by)
        assert merge.state is MergeState.DONE

    @rule(which=few)
    def part(self, which: int) -> None:
        wish = self.wish(which)
        with contextlib.nullcontext() if wish.into else pytest.raises(NotMerged):
            self.run(undo_merge(wish.need.id, "Two after all", by=self.boss))
        wish.into = None

    @invariant()
    def as_the_oracle_says(self) -> None:
        for wish in getattr(self, "wishes", []):
            self.run(self.compare(wish))

    async def compare(self, wish: Wish) -> None:
        home = self.boss.community_id
        need = await read_need(wish.need.id, community_id=home)
        assert (need.state is NeedState.MERGED) == (wish.into is not None)
        assert need.merged_into == (wish.into.need.id if wish.into else None)
        found = await authors(need.id)
        assert len(found) == len(set(found))
        assert set(found) == self.authors(wish)
        standing = await seconders(need.id, community_id=home)
        assert len(standing) == len(set(standing)) == await count_seconds(need.id)
        assert set(standing) == self.behind(wish) - self.authors(wish)


@pytest.fixture
async def lane(database: object) -> None:  # noqa: ARG001 (must be migrated)
    """Let the machine know the loop that the pool lives in."""
    Lane.loop, Lane.steps = asyncio.get_running_loop(), 0


@pytest.mark.usefixtures("lane")
def test_nobody_is_lost_and_nobody_counts_twice(
    record_property: Callable[[str, object], None],
) -> None:
    play = settings(
        max_examples=max(1, STEPS // STEPS_A_RUN),
        stateful_step_count=STEPS_A_RUN,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Lane, settings=play)
    record_property("steps of merging played against the oracle", Lane.steps)
    assert Lane.steps >= STEPS // 4
