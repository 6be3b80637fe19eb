"""How drives end and what projects spend, in the machine of money's test."""

import asyncio
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

import ledger
from marketplace import delivery
from marketplace.delivery import DeliveryState, DisbursementDraft, DisbursementId
from marketplace.errors import MarketplaceError
from marketplace.evaluation.stopping import stop_project
from marketplace.evaluation.summing import sum_up
from marketplace.funding.contributing import hand_back
from marketplace.funding.drives import cancel_drive
from marketplace.funding.settling import settle, settle_due
from marketplace.funding.values import ContributionId, LiesIn
from marketplace.money import minute_account, origin
from tests.marketplace.delivery_examples import PAPER
from tests.marketplace.money_giving import Giving, chance, number, who_gives
from tests.marketplace.money_oracle import OPEN, Given, Money, Request

ELEVEN_DAYS = timedelta(days=11)
OLDER = {
    "drive": "UPDATE drive SET opened_at = opened_at - $2::interval,"
    " deadline = deadline - $2::interval WHERE id = $1",
    "contribution": "UPDATE contribution SET paid_at = paid_at - $2::interval,"
    " made_at = made_at - $2::interval WHERE drive_id = $1",
    "stripe_call": "UPDATE stripe_call SET wanted_at = wanted_at - $2::interval"
    " WHERE contribution_id IN (SELECT id FROM contribution WHERE drive_id = $1)",
}


class Spending(Giving):
    """The ends of a drive, the requests for a project's money, and the ends of the project."""

    asked: list[DisbursementId]

    # --- ending the drive ---

    @precondition(lambda self: self.lane.state == "open")
    @rule()
    def settle_early(self) -> None:
        done = lambda: settle(self.drive.id, by=self.town.home.coordinator)  # noqa: E731 (the same)
        if self.lane.whole() or self.over:
            state = "reached" if self.lane.whole() else "missed"
            self.act(done, lambda lane: lane.end(state))
        else:
            self.refused(done)

    @precondition(lambda self: self.lane.state == "open" and not self.over)
    @rule(n=chance)
    def time_passes(self, n: int) -> None:
        if n < 3:
            self.deadline_passes()

    def deadline_passes(self) -> None:
        """Let all that was done be eleven days ago, and the deadline be over."""
        self.over = True
        self.run(self._grow_older())
        self.bank.grow_older(int(ELEVEN_DAYS.total_seconds()))
        self.lane.deadline -= ELEVEN_DAYS.total_seconds()

    async def _grow_older(self) -> None:
        for told in OLDER.values():
            await self.owner.execute(told, self.drive.id, ELEVEN_DAYS)

    @precondition(lambda self: self.over and self.lane.state == "open")
    @rule()
    def settle_at_last(self) -> None:
        """Let two workers settle what is due at once."""
        state = "reached" if self.lane.whole() else "missed"
        self.act(_settle_twice, lambda lane: lane.end(state))

    @precondition(lambda self: self.lane.state == "open")
    @rule(n=chance)
    def call_off(self, n: int) -> None:
        done = lambda: cancel_drive(self.drive.id, by=self.town.home.coordinator, why="It fell")  # noqa: E731 (the same)
        if n == 0:
            self.act(done, lambda lane: lane.end("cancelled"))

    @rule(n=number, kind=st.sampled_from(["online", "by hand"]))
    def hand_it_back(self, n: int, kind: str) -> None:
        """Let the treasurer hand back what is due, once, and say so twice."""
        gift = self._gift(n, kind)
        if gift is None:
            return
        if gift.due and (kind == "by hand" or self._stuck(gift)):
            self._hand(gift)
        else:
            self.refused(
                lambda: hand_back(
                    ContributionId(gift.key), by=self.town.keeper, through=LiesIn.CASH_BOX
                )
            )

    def _hand(self, gift: Given) -> None:
        key, through = self.key(), LiesIn.CASH_BOX
        work = lambda: hand_back(  # noqa: E731 (the same)
            ContributionId(gift.key), by=self.town.keeper, through=through, id=key
        )
        self.act(work, lambda lane: lane.hand(lane.given_by(gift.key), through.value))
        self.act(work)

    def _stuck(self, gift: Given) -> bool:
        """Say whether a gift cannot go back online: Stripe refused it, or it came back."""
        calls = [
            call
            for call in self.calls("wanted", "sent", "done", "failed")
            if call["contribution_id"] == gift.key and call["kind"] == "refund"
        ]
        under_way = [
            one
            for one in self.bank.refunds.values()
            if one["gift"] == str(gift.key) and one["metadata"] and one["id"] not in self.lane.known
            and any(one["id"] == call["answer"] for call in calls if call["state"] == "done")
        ]  # fmt: skip
        bounced = any(
            f"no {one['id']}" in self.lane.known
            for one in self.bank.refunds.values()
            if one["gift"] == str(gift.key)
        )
        waits = any(call["state"] in {"wanted", "sent"} for call in calls) or bool(under_way)
        return not waits and (bounced or any(call["state"] == "failed" for call in calls))

    # --- the work and its money ---

    @precondition(lambda self: self.lane.delivery == "none" and self.lane.state != "open")
    @rule()
    def begin_work(self) -> None:
        work = lambda: delivery.begin(self.drive.project_id, by=self.town.undertaker)  # noqa: E731 (the same)
        if self.lane.state == "missed":
            self.refused(work)
        else:
            self.act(work, lambda lane: lane.move("under_way"))

    @precondition(lambda self: self.lane.delivery in {"under_way", "delivered", "judged"})
    @rule(fen=st.integers(1, 2_500), over=st.sampled_from([None, None, 0, 1]))
    def ask(self, fen: int, over: int | None = None) -> None:
        """Ask for some of the project's money, for all that may be asked for, or a fen more."""
        fen = fen if over is None else max(1, self.lane.free() + over)
        key = DisbursementId(self.key())
        work = lambda: delivery.ask(  # noqa: E731 (the same)
            self.drive.project_id, DisbursementDraft(fen, "Rails"), [PAPER],
            by=self.town.undertaker, id=key,
        )  # fmt: skip
        if fen > self.lane.free():
            self.refused(work)
        else:
            self.asked.append(key)
            self.act(work, lambda lane: lane.requests.append(Request(fen)))

    @precondition(lambda self: self.lane.project_minutes)
    @rule(who=who_gives, whole=st.booleans())
    def help_out(self, who: int, whole: bool) -> None:  # noqa: FBT001 (drawn)
        """Let somebody's help be paid from the project's minutes."""
        minutes = self.lane.project_minutes if whole else 1
        key = self.key()

        async def work() -> None:
            here = self.town.home.id
            helper = self.town.givers[who].member_id
            await ledger.transfer(
                debit=await minute_account("project", self.drive.project_id, community_id=here),
                credit=await minute_account("member", helper, community_id=here),
                amount=ledger.Minutes(minutes),
                unit=ledger.MINUTE,
                id=ledger.TransferId(key),
                origin=origin(self.town.undertaker, "project_work", key),
            )

        self.act(work, lambda lane: lane.help_out(who, minutes))

    def _request(self, n: int) -> int:
        waiting = [m for m, one in enumerate(self.lane.requests) if one.state in OPEN]
        return waiting[n % len(waiting)] if waiting and n % 4 else n % len(self.asked)

    @precondition(lambda self: self.asked)
    @rule(n=number, who=st.integers(0, 2))
    def approve(self, n: int, who: int) -> None:
        """Let somebody approve, and try to once more."""
        at = self._request(n)
        request = self.lane.requests[at]
        work = lambda: delivery.approve(self.asked[at], by=self.town.deciders[who])  # noqa: E731 (the same)
        if request.state not in OPEN or who in request.approvers:
            self.refused(work)
        else:
            self.act(work, lambda lane: lane.approve(lane.requests[at], who))
            self.refused(work)

    @precondition(lambda self: self.asked)
    @rule(n=number)
    def two_approve_at_once(self, n: int) -> None:
        """Let three press the button in the same moment: two count, the third comes too late."""
        at = self._request(n)
        request = self.lane.requests[at]
        if request.state != "asked":
            return
        self.cut = None

        async def work() -> None:
            said = [delivery.approve(self.asked[at], by=who) for who in self.town.deciders]
            done = await asyncio.gather(*said, return_exceptions=True)
            failed = [one for one in done if isinstance(one, BaseException)]
            assert len(failed) == 1, done
            assert isinstance(failed[0], MarketplaceError), failed

        def both(lane: Money) -> None:
            lane.approve(lane.requests[at], 0)
            lane.approve(lane.requests[at], 1)

        self.act(work, both)

    @precondition(lambda self: self.asked)
    @rule(n=number, who=st.integers(0, 2))
    def refuse(self, n: int, who: int) -> None:
        """Let anybody who decides refuse, also who approved before."""
        at = self._request(n)
        request = self.lane.requests[at]
        work = lambda: delivery.refuse(self.asked[at], "Too dear", by=self.town.deciders[who])  # noqa: E731 (the same)
        if request.state not in OPEN:
            self.refused(work)
        else:
            self.act(work, lambda lane: lane.close(at, "refused"))

    @precondition(lambda self: self.asked)
    @rule(n=number)
    def withdraw_a_request(self, n: int) -> None:
        self.withdraw(self._request(n))

    def withdraw(self, at: int) -> None:
        """Let the undertaker take a request back."""
        state = self.lane.requests[at].state
        work = lambda: delivery.withdraw(self.asked[at], by=self.town.undertaker)  # noqa: E731 (the same)
        if state in OPEN:
            self.act(work, lambda lane: lane.close(at, "withdrawn"))
        elif state == "withdrawn":
            self.act(work)
        else:
            self.refused(work)

    @precondition(lambda self: self.lane.delivery in {"under_way", "delivered"})
    @rule(n=chance)
    def move_on(self, n: int) -> None:
        if n < 6:
            self._move(
                DeliveryState.DELIVERED
                if self.lane.delivery == "under_way"
                else DeliveryState.JUDGED
            )

    def _move(self, state: DeliveryState) -> None:
        """Move the delivery on, as the verbs do whose own tests these steps are."""

        async def work() -> None:
            here = self.town.home
            async with ledger.transaction():
                found = await delivery.locked(self.drive.project_id, community_id=here.id)
                await delivery.move(found, state, by=here.coordinator)

        self.act(work, lambda lane: lane.move(state.value))

    @precondition(lambda self: self.lane.delivery in {"under_way", "delivered", "stopped"})
    @rule(n=chance)
    def stop(self, n: int) -> None:
        work = lambda: stop_project(  # noqa: E731 (the same)
            self.drive.project_id, "It is dug up", by=self.town.home.coordinator
        )
        if self.lane.delivery == "stopped":
            self.refused(work)
        elif n < 4:
            self.act(work, lambda lane: lane.stop())

    @precondition(lambda self: self.lane.delivery == "judged")
    @rule()
    def sum_it_up(self) -> None:
        work = lambda: sum_up(  # noqa: E731 (the same)
            self.drive.project_id, "It stands.", by=self.town.home.coordinator
        )
        if self.lane.held:
            self.refused(work)
        else:
            self.act(work, lambda lane: lane.close_up())


async def _settle_twice() -> None:
    await asyncio.gather(settle_due(), settle_due())
