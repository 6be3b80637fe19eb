"""Funding against an oracle: gifts, pledges, payments and refunds in any order, to the fen.

`LINLI_STEPS=20000 pytest tests/marketplace/test_funding_machine.py` plays longer than the suite.
"""

import asyncio
import os
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import ledger
from community import Actor
from marketplace.funding import payments
from marketplace.funding.contributing import (
    give_up_contribution,
    hand_back,
    keep_paper,
    receive_gift,
    start_contribution,
)
from marketplace.funding.drives import cancel_drive, open_drive
from marketplace.funding.errors import FundingError, NotPaidYet
from marketplace.funding.pledging import pledge_minutes, withdraw_pledge
from marketplace.funding.reading import contributions, read_contribution, read_drive
from marketplace.funding.returning import give_back
from marketplace.funding.settling import settle, settle_due
from marketplace.funding.values import (
    Contribution,
    ContributionId,
    Drive,
    Fund,
    Gift,
    PledgeId,
    Source,
)
from marketplace.money import fen_account, origin
from tests.marketplace import funding_oracle
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.conftest import settle as settle_neighbourhood
from tests.marketplace.funding_examples import (
    PAPER,
    chosen,
    draft,
    fund_of,
    intent_of,
    minutes_for,
    past_deadline,
    ratio,
    treasurer,
)

STEPS = int(os.environ.get("LINLI_STEPS", "1500"))
STEPS_A_RUN = 45
SECONDS_MAX = 20
GOAL, GOAL_MINUTES, CAP = 400, 10, 200

Result = TypeVar("Result")
number = st.integers(0, 255)
amounts = st.sampled_from([100, 100, 101, 333, 500, 777, 1_000, 2_000])


class Funding(RuleBasedStateMachine):
    """One project with a drive, its fund, four givers and a treasurer."""

    loop: asyncio.AbstractEventLoop
    owner: asyncpg.Connection
    steps = 0
    ends: Counter[str]
    """How the drives that were played ended, and how many projects were wound up."""

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        type(self).steps += 1
        return self.loop.run_until_complete(asyncio.wait_for(work, SECONDS_MAX))

    def refused(self, work: Coroutine[Any, Any, Any]) -> None:
        """Want a refusal that changes nothing; the invariants say that it did not."""
        with pytest.raises(FundingError):
            self.run(work)

    @initialize(nearly=st.booleans())
    def begin(self, nearly: bool) -> None:  # noqa: FBT001 (drawn)
        """Begin with an empty drive, or with one that lacks a little to its goal."""
        self.run(self._begin())
        self.tale: list[Callable[[], Coroutine[Any, Any, Any]]] = []
        """Everything that the processor told, to be told again."""
        self.ids: list[ContributionId] = []
        self.pledges: dict[int, PledgeId] = {}
        self.withdrawn: set[PledgeId] = set()
        if nearly:
            self.receive(fen=333, source=Source.CASH, again=False)
            self.pledge(who=3, minutes=10)

    async def _begin(self) -> None:
        self.home: Neighbourhood = await settle_neighbourhood()
        self.keeper: Actor = await treasurer(self.home)
        self.givers = self.home.residents[:4]
        for who in self.givers:
            await minutes_for(who, 50)
        self.fund: Fund = await fund_of(3_000, self.keeper)
        self.paper = await keep_paper(PAPER, "pdf", by=self.keeper)
        project = await chosen(self.home, 30)
        asked = draft(GOAL, goal_minutes=GOAL_MINUTES, matching=ratio(self.fund, CAP))
        self.drive: Drive = await open_drive(project.id, asked, by=self.home.coordinator)
        self.lane = funding_oracle.Lane(
            GOAL, GOAL_MINUTES, CAP, 3_000, 3_000, dict.fromkeys(range(4), 50)
        )

    # --- giving -------------------------------------------------------------------------------

    def gift(self, n: int) -> tuple[ContributionId, funding_oracle.Gift] | None:
        if not self.ids:
            return None
        at = n % len(self.ids)
        return self.ids[at], self.lane.gifts[at]

    def _add(self, gift: Contribution, giver: int) -> None:
        self.ids.append(gift.id)
        self.lane.gifts.append(funding_oracle.Gift(gift.source.value, gift.amount_fen, giver))

    @rule(who=st.integers(0, 3), fen=amounts, source=st.sampled_from(["card", "alipay"]))
    def begin_gift(self, who: int, fen: int, source: str) -> None:
        begun = start_contribution(
            self.drive.id, amount_fen=fen, source=Source(source), by=self.givers[who]
        )
        if self.lane.state != "open":
            self.refused(begun)
        else:
            self._add(self.run(begun), who)

    @rule(fen=amounts, source=st.sampled_from([Source.CASH, Source.BANK]), again=st.booleans())
    def receive(self, fen: int, source: Source, again: bool) -> None:  # noqa: FBT001 (drawn)
        yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
        key = ContributionId(uuid.uuid4())
        entered = Gift(key, source, fen, self.paper, yesterday, name="Lao Wang")
        if self.lane.state != "open":
            self.refused(receive_gift(self.drive.id, entered, by=self.keeper))
            return
        self._add(self.run(receive_gift(self.drive.id, entered, by=self.keeper)), -1)
        self.lane.pay(self.lane.gifts[-1])
        if again:
            self.run(receive_gift(self.drive.id, entered, by=self.keeper))

    @rule(n=number)
    def give_up(self, n: int) -> None:
        found = self.gift(n)
        if found is None:
            return
        key, gift = found
        by = self.givers[max(0, gift.giver)]
        if gift.state in {"started", "failed"}:
            gift.state, gift.given_up = "cancelled", True
            self.run(give_up_contribution(key, by=by))
        elif gift.state == "cancelled" and gift.giver >= 0:
            self.run(give_up_contribution(key, by=by))
        else:
            self.refused(give_up_contribution(key, by=by))

    @rule(who=st.integers(0, 3), minutes=st.sampled_from([10, 30, 50, 51]))
    def pledge(self, who: int, minutes: int) -> None:
        made = pledge_minutes(self.drive.id, minutes, by=self.givers[who])
        if self.lane.state != "open" or who in self.lane.pledges or minutes > 50:
            self.refused(made)
            return
        self.pledges[who] = self.run(made).id
        self.lane.pledges[who] = minutes

    @rule(who=st.integers(0, 3))
    def withdraw(self, who: int) -> None:
        if who not in self.pledges:
            return
        back = withdraw_pledge(self.pledges[who], by=self.givers[who])
        if who in self.lane.pledges or self.pledges[who] in self.withdrawn:
            self.lane.pledges.pop(who, None)  # a second time changes nothing
            self.withdrawn.add(self.pledges[who])
            self.run(back)
        else:
            self.refused(back)

    # --- what the processor tells ---------------------------------------------------------------

    def _tell(self, told: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self.tale.append(told)
        self.run(told())

    def _online(self, n: int) -> tuple[Contribution, funding_oracle.Gift] | None:
        found = self.gift(n)
        if found is None or found[1].source in {"cash", "bank"}:
            return None
        return self.run(read_contribution(found[0], community_id=self.home.id)), found[1]

    @rule(n=number)
    def pay(self, n: int) -> None:
        found = self._online(n)
        if found is None or found[1].paid:
            return
        row, gift = found
        at = datetime.now(UTC) - timedelta(days=500)  # in time, whenever it is told
        self.lane.pay(gift)
        self._tell(
            lambda: payments.payment_succeeded(
                row.id, intent_of(row), f"ch_{row.id.hex}", amount_fen=row.amount_fen, at=at
            )
        )

    @rule(n=number)
    def fail(self, n: int) -> None:
        found = self._online(n)
        if found is None:
            return
        row, gift = found
        if gift.state == "started":
            gift.state = "failed"
        self._tell(lambda: payments.payment_failed(row.id, intent_of(row), "declined"))

    @rule(n=number, whole=st.booleans(), part=st.integers(1, 400))
    def refund(self, n: int, whole: bool, part: int) -> None:  # noqa: FBT001 (drawn)
        found = self._online(n)
        if found is None:
            return
        row, gift = found
        key = f"re_{uuid.uuid4().hex}"
        if not gift.paid:
            self.refused(payments.refund_confirmed(row.id, key, 1))
            return
        room = gift.amount - gift.refunded - gift.disputed
        fen = min(gift.due or room if whole else part, room)
        if fen < 1:
            self.refused(payments.refund_confirmed(row.id, key, gift.amount - gift.refunded + 1))
            return
        self.lane.refund(gift, fen)
        self._tell(lambda: payments.refund_confirmed(row.id, key, fen))

    @rule(n=number, part=st.integers(1, 2_000))
    def dispute(self, n: int, part: int) -> None:
        found = self._online(n)
        if found is None or not found[1].paid:
            return
        row, gift = found
        fen = min(part, gift.amount - gift.disputed)
        key = f"dp_{uuid.uuid4().hex}"
        if fen < 1:
            self.refused(payments.dispute_withdrawn(row.id, key, 1))
            return
        self.lane.dispute(gift, key, fen)
        self._tell(lambda: payments.dispute_withdrawn(row.id, key, fen))

    @rule(n=number)
    def win_dispute(self, n: int) -> None:
        found = self._online(n)
        if found is None or not found[1].disputes:
            return
        row, gift = found
        key = next(iter(gift.disputes))
        fen = gift.disputes[key][0]
        self.lane.reinstate(gift, key)
        self._tell(lambda: payments.dispute_reinstated(row.id, key, fen))

    @rule(n=number)
    def lose_news(self, n: int) -> None:
        """Tell of the end of something whose beginning was never told."""
        found = self._online(n)
        if found is not None:
            with pytest.raises(NotPaidYet):
                self.run(payments.dispute_reinstated(found[0].id, f"dp_{uuid.uuid4().hex}", 1))

    @rule(n=number)
    def tell_again(self, n: int) -> None:
        """Tell once more what was told at any time before: it changes nothing."""
        if self.tale:
            told = self.tale[n % len(self.tale)]
            self.run(told())

    # --- ending ---------------------------------------------------------------------------------

    @rule(n=number)
    def settle_early(self, n: int) -> None:
        if n % 3:
            return
        done = settle(self.drive.id, by=self.home.coordinator)
        if self.lane.state == "open" and self.lane.whole():
            self.lane.end("reached")
            self.run(done)
        else:
            self.refused(done)

    @rule(n=number)
    def deadline(self, n: int) -> None:
        if n % 12 or self.lane.state != "open":
            return
        self.lane.end("reached" if self.lane.whole() else "missed")
        self.run(past_deadline(self.owner, self.drive))
        self.run(self._settle_twice())

    async def _settle_twice(self) -> None:
        """Let two workers settle at once."""
        await asyncio.gather(settle_due(), settle_due())

    @rule(n=number)
    def call_off(self, n: int) -> None:
        if n % 16:
            return
        done = cancel_drive(self.drive.id, by=self.home.coordinator, why="The wall fell down")
        if self.lane.state != "open":
            self.refused(done)
        else:
            self.lane.end("cancelled")
            self.run(done)

    @rule(n=number)
    def hand_back(self, n: int) -> None:
        found = self.gift(n)
        if found is None:
            return
        key, gift = found
        if gift.source in {"cash", "bank"} and gift.due:
            self.lane.hand_back(gift)
            self.run(hand_back(key, by=self.keeper))
        else:
            self.refused(hand_back(key, by=self.keeper))

    @rule(fen=st.integers(1, 3_000))
    def spend(self, fen: int) -> None:
        if fen <= self.lane.project:
            self.lane.spend(fen)
            self.run(self._spend(fen))

    async def _spend(self, fen: int) -> None:
        here = self.home.id
        await ledger.transfer(
            debit=await fen_account("project", self.drive.project_id, community_id=here),
            credit=await fen_account("paid_out", self.drive.project_id, community_id=here),
            amount=fen,
            unit=ledger.CNY,
            origin=origin(self.keeper, "disbursement", uuid.uuid4()),
        )

    @precondition(lambda self: self.lane.state != "open")
    @rule(n=number)
    def wind_up(self, n: int) -> None:
        if n % 4 == 3:
            return
        order = sorted(range(len(self.ids)), key=lambda n: self.ids[n])
        gifts = self.lane.gifts
        self.lane.by_id = lambda: [gifts[n] for n in order]  # type: ignore[method-assign] # in the order of their ids
        self.lane.wind_up()
        self.run(give_back(self.drive.project_id, by=self.home.coordinator))

    # --- comparing ------------------------------------------------------------------------------

    @invariant()
    def as_the_oracle_says(self) -> None:
        if not hasattr(self, "lane"):
            return
        assert self.lane.balances(), "the oracle itself has to balance"
        self.run(self._compare())

    async def _compare(self) -> None:
        lane = self.lane
        trial = await ledger.trial_balance(ledger.CommunityId(self.home.id))
        assert trial.balanced
        lies = {
            (one.account.kind, one.account.unit, one.account.owner): one.balance
            for one in trial.lines
        }

        def at(kind: str, owner: uuid.UUID | None = None, unit: ledger.Unit = ledger.CNY) -> int:
            found = lies.get((kind, unit, owner))
            return found.posted if found else 0

        project = self.drive.project_id
        assert at("escrow", self.drive.id) == lane.escrow()
        assert at("project", project) == lane.project
        assert at("project", project, ledger.MINUTE) == lane.project_minutes
        assert at("paid_out", project) == lane.spent
        assert at("matching_fund", self.fund.id) == lane.fund
        fund = lies["matching_fund", ledger.CNY, self.fund.id]
        assert fund.held == (CAP if lane.state == "open" else 0)
        assert at("processor_losses") == -lane.lost
        for kind in ("card_processor", "cash_box", "bank"):
            assert at(kind) == -lane.outside[kind]
        for who, giver in enumerate(self.givers):
            found = lies["member", ledger.MINUTE, giver.member_id]
            assert (found.posted, found.held) == (lane.minutes[who], lane.pledges.get(who, 0))
        await self._compare_rows()

    async def _compare_rows(self) -> None:
        drive = await read_drive(self.drive.id, community_id=self.home.id)
        assert (drive.state.value, drive.matched_fen) == (self.lane.state, self.lane.matched)
        rows = {
            one.id: one for one in await contributions(self.drive.id, community_id=self.home.id)
        }
        for key, gift in zip(self.ids, self.lane.gifts, strict=True):
            row = rows[key]
            assert row.state.value == gift.state
            assert (row.escrow_fen, row.due_fen) == (gift.escrow, gift.due)
            assert (row.refunded_fen, row.disputed_fen) == (gift.refunded, gift.disputed)

    def teardown(self) -> None:
        """Nothing that the processor is asked to give back is asked for beyond the gift."""
        if hasattr(self, "lane"):
            self.ends[self.lane.state] += 1
            self.ends["wound up"] += self.lane.wound_up
            self.run(self._asked())

    async def _asked(self) -> None:
        rows = await self.owner.fetch(
            "SELECT contribution_id, sum(stripe_call.amount_fen)::bigint AS asked,"
            " max(contribution.amount_fen) AS gift, count(*) FILTER (WHERE disputed_fen > 0) AS odd"
            " FROM stripe_call JOIN contribution ON contribution.id = contribution_id"
            " WHERE kind = 'refund' AND drive_id = $1"
            " AND NOT EXISTS (SELECT FROM card_entry WHERE kind = 'dispute'"
            "  AND card_entry.contribution_id = contribution.id) GROUP BY contribution_id",
            self.drive.id,
        )
        assert all(row["asked"] <= row["gift"] for row in rows)


@pytest.fixture
async def ground(
    database: object,  # noqa: ARG001 (must be migrated)
    owner: asyncpg.Connection,
) -> None:
    """Let the machine know the loop that the pool lives in."""
    Funding.loop, Funding.owner, Funding.steps = asyncio.get_running_loop(), owner, 0
    Funding.ends = Counter()


@pytest.mark.usefixtures("ground")
def test_money_is_where_the_oracle_says(record_property: Callable[[str, object], None]) -> None:
    play = settings(
        max_examples=max(1, STEPS // STEPS_A_RUN),
        stateful_step_count=STEPS_A_RUN,
        deadline=None,
        derandomize="LINLI_STEPS" not in os.environ,  # what is played is known to show enough
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Funding, settings=play)
    record_property("calls played against the oracle", Funding.steps)
    assert Funding.steps >= STEPS
    assert Funding.ends["reached"], "a play in which no drive reaches its goal shows little"
    assert Funding.ends["wound up"], Funding.ends
