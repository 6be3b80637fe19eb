"""Money from the first gift to the last return, in any order, cut at any statement, to the fen.

Gifts, pledges, payments, messages (repeated, lost, late, in another order), refunds, disputes,
approvals, deadlines, lost answers and lost connections, from an open drive to a project that is
judged or stopped. What comes in is what goes out and what is held, for each source; nothing is paid
twice; and at the end, with what was lost never told, Stripe's list and the book agree.

`LINLI_STEPS=20000 pytest tests/marketplace/test_money_machine.py` plays longer than the suite.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import cast

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, run_state_machine_as_test

import ledger
from app.card_payments.keys import keys
from app.card_payments.reconciling import reconcile
from app.card_payments.standing_in import SETTINGS
from app.card_payments.stripe_client import close_processors
from app.settings import settings as our_settings
from marketplace.delivery import DeliveryState, DisbursementId
from marketplace.funding.drives import open_drive
from marketplace.funding.values import PledgeId, Source
from tests.marketplace.dying import Cut
from tests.marketplace.funding_examples import chosen, draft, ratio
from tests.marketplace.model_stripe import Trouble, serving
from tests.marketplace.money_machine import GIVERS, SHARED, Pair, Played, all_of, found_town
from tests.marketplace.money_oracle import OPEN, Money
from tests.marketplace.money_spending import Spending

STEPS = int(os.environ.get("LINLI_STEPS", "1500"))
STEPS_A_RUN = 30
RUNS_IN_A_TOWN = 30
CUT_AT_MAX = 30
GOAL, GOAL_MINUTES, CAP, PUBLIC_YUAN = 2_000, 10, 400, 30
ROUNDS_MAX = 40

STARTS = {
    "open": "cut",
    "nearly": "cut",
    "missed": "missed",
    "spending": "reached",
    "judged": "delivery closed",
    "spent": "delivery closed",
}
"""From where runs go on, and what they have to meet there, or else they show little."""


class Funding(Spending):
    """One project with its drive, its givers, Stripe, and those who decide about its money."""

    start: str
    runs = 0

    @initialize(at=st.integers(1, CUT_AT_MAX), after=st.booleans(), ends=st.booleans())
    def begin(self, *, at: int, after: bool, ends: bool) -> None:
        cls = type(self)
        if cls.runs % RUNS_IN_A_TOWN == 0:
            cls.town = self.run(found_town())
        cls.runs += 1
        self.bank.forget()
        self.pledges: dict[int, PledgeId] = {}
        self.asked: list[DisbursementId] = []
        self.over = False
        self.run(self._opened())
        self.ends = ends
        self.cut = Cut(at, after=after, commit=False)
        getattr(self, f"_{self.start}")()

    async def _opened(self) -> None:
        town, home = self.town, self.town.home
        project = await chosen(home, PUBLIC_YUAN)
        asked = draft(GOAL, goal_minutes=GOAL_MINUTES, matching=ratio(town.fund, CAP))
        self.drive = await open_drive(project.id, asked, by=home.coordinator)
        self.lane = Money(
            GOAL, GOAL_MINUTES, CAP, PUBLIC_YUAN * 100, 90_000_000,
            dict.fromkeys(range(GIVERS), 100_000), deadline=self.drive.deadline.timestamp(),
        )  # fmt: skip
        self.base = {}
        raw, ought = await self.raw(), self.lane.shown()
        for name in [*SHARED, *(f"member {who}" for who in range(GIVERS))]:
            lies, lay = cast("Pair", raw[name]), cast("Pair", ought[name])
            self.base[name] = (lies[0] - lay[0], lies[1] - lay[1])

    # --- where a run starts ---

    def _open(self) -> None:
        """Nothing was given yet."""

    def _nearly(self) -> None:
        """Let a little lack; one payment was made that nobody has told of."""
        self._given(0, 777, "card")
        self.receive(500, Source.CASH, again=False)
        self.pledge(1, 30)
        self._untold(2, 500, "alipay")
        self.begin_gift(3, 100, "card")
        self.bank.trouble = Trouble.LATE
        self.make(self.calls("wanted")[-1])
        self.make(self.calls("wanted", "sent")[-1])

    def _missed(self) -> None:
        """Let the goal be missed, and what was asked of Stripe first be on its way."""
        self._given(0, 777, "card")
        self._given(1, 333, "alipay")
        self.receive(101, Source.BANK, again=False)
        self._untold(2, 500, "card")
        self.begin_gift(3, 500, "card")
        self.deadline_passes()
        self.settle_at_last()
        self.bank.trouble = Trouble.LATE
        self.make(self.calls("wanted")[0])

    def _spending(self) -> None:
        """Let the goal be reached, the work begun, and money asked for."""
        self._given(0, 1_000, "card")
        self._given(1, 777, "alipay")
        self.receive(333, Source.CASH, again=False)
        self._untold(2, 101, "card")
        self.pledge(1, 30)
        self.pledge(3, 50)
        self.settle_early()
        self.begin_work()
        self.ask(1_000)

    def _judged(self) -> None:
        """Let the work be judged, and some of its money be left."""
        self._spending()
        self.approve(0, 0)
        self.approve(0, 1)
        self._move(DeliveryState.DELIVERED)
        self._move(DeliveryState.JUDGED)

    def _spent(self) -> None:
        """Let the work be judged, and all of its money be spent."""
        self._judged()
        self.ask(1, over=0)
        self.approve(1, 0)
        self.approve(1, 1)
        self.help_out(3, whole=True)

    def _given(self, who: int, fen: int, source: str) -> None:
        self._untold(who, fen, source)
        self.deliver(self.bank.events[-2])

    def _untold(self, who: int, fen: int, source: str) -> None:
        """Let a gift be paid that Linli has not heard of."""
        self.begin_gift(who, fen, source)
        self.make(self.calls("wanted")[-1])
        self.bank.pay(self._intents()[-1])

    # --- comparing ---

    @invariant()
    def as_the_oracle_says(self) -> None:
        if hasattr(self, "lane"):
            self.compare()

    def teardown(self) -> None:
        """Let the next runs do what is left: what was never told is found, and all agrees."""
        if not self.sound:
            return
        self.cut = None
        self._come_to_an_end()
        self.played.seen.update([self.lane.state, f"delivery {self.lane.delivery}"])
        self.bank.finish()
        for _ in range(ROUNDS_MAX):
            waiting = self.calls("wanted", "sent")
            if not waiting:
                break
            for call in waiting:
                self.make(call)
            self.bank.all_arrive()
            self._mend()
        else:
            raise AssertionError(f"calls never end: {waiting}")
        self._mend()
        for call in self.calls("wanted", "sent"):
            self.make(call)
        self.bank.all_arrive()
        self._mend()
        self.compare()
        self._agrees()
        self._nothing_is_left_over()
        self.run(self._leave_alone())

    def _come_to_an_end(self) -> None:
        """Let half of the runs end what they began: what was lost is told after all ended."""
        if self.lane.state == "open" and (self.over or self.ends):
            if not self.over:
                self.deadline_passes()
            self.settle_at_last()
        if self.lane.delivery in {"under_way", "delivered"} and self.ends:
            self.stop(0)
        elif self.lane.delivery == "judged":
            for n, one in enumerate(self.lane.requests):
                if one.state in OPEN:
                    self.withdraw(n)
            self.sum_it_up()

    def _agrees(self) -> None:
        result = self.run(reconcile(self.given))
        ours = {one.key for one in self.lane.every()}
        found = [one for one in result.differences if one.contribution_id in ours | {None}]
        assert found == []
        assert self.bank.balance() == self.lane.outside["card_processor"], "to the fen"

    def _nothing_is_left_over(self) -> None:
        """See that what is due went back, or that the treasurer can hand it back."""
        for gift in self.lane.every():
            if not gift.due:
                continue
            if gift in all_of(self.lane.every(), "online"):
                assert self._stuck(gift), f"nobody gives {gift} back"
            self._hand(self.lane.given_by(gift.key))
        if self.lane.state in {"missed", "cancelled"}:
            assert self.lane.escrow() == 0, "all of it went back"
        self.compare()

    async def _leave_alone(self) -> None:
        await self.owner.execute(
            "UPDATE stripe_payment SET look_at = NULL WHERE community_id = $1", self.town.home.id
        )


@pytest_asyncio.fixture(loop_scope="session")
async def ground(
    database: object,  # noqa: ARG001 (must be migrated)
    owner: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[None]:
    """Let the machine know the loop that the pool and the model of Stripe live in."""
    async with serving() as bank:
        for name, value in {
            **SETTINGS,
            "LINLI_STRIPE_API": f"http://127.0.0.1:{bank.port}",
        }.items():
            monkeypatch.setenv(name, value)
        our_settings.cache_clear()
        given = keys()
        assert given is not None
        Funding.loop, Funding.owner, Funding.bank = asyncio.get_running_loop(), owner, bank
        Funding.given, Funding.played, Funding.runs = given, Played(), 0
        yield
        await close_processors()
    our_settings.cache_clear()


@pytest.mark.usefixtures("ground")
@pytest.mark.parametrize("start", STARTS)
def test_money_in_is_money_out_and_money_held(
    start: str, record_property: Callable[[str, object], None]
) -> None:
    Funding.start = start
    play = settings(
        max_examples=max(1, STEPS // STEPS_A_RUN // len(STARTS)),
        stateful_step_count=STEPS_A_RUN,
        deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink takes minutes of acts
        derandomize="LINLI_STEPS" not in os.environ,  # what is played is known to show enough
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Funding, settings=play)
    seen: Counter[str] = Funding.played.seen
    record_property(f"acts and looks played from {start}", Funding.played.steps)
    record_property("what they met", dict(seen))
    assert (Funding.loop.run_until_complete(ledger.verify())).sound
    assert min(seen["cut"], seen[STARTS[start]]) > 0, seen
