"""What givers, Stripe and its messages do in the machine of money's test."""

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app.card_payments import calling
from app.card_payments.reconciling import reconcile
from marketplace.funding.contributing import (
    give_up_contribution,
    receive_gift,
    start_contribution,
)
from marketplace.funding.pledging import pledge_minutes, withdraw_pledge
from marketplace.funding.values import ContributionId, Gift, PledgeId, Source
from tests.marketplace.dying import Cut
from tests.marketplace.model_stripe import Told, Trouble
from tests.marketplace.money_machine import GIVERS, Acting, all_of
from tests.marketplace.money_oracle import Given, Money

number = st.integers(0, 255)
who_gives = st.integers(0, GIVERS - 1)
amounts = st.sampled_from([100, 101, 333, 500, 777, 1_000])
ways = st.sampled_from(["card", "card", "alipay"])
chance = st.integers(0, 9)


class Giving(Acting):
    """Gifts and pledges, what becomes of them at Stripe, and how Linli hears of it."""

    pledges: dict[int, PledgeId]
    over: bool
    """Whether the drive's deadline is over."""

    # --- whom and what the rules draw ---

    def _intents(self) -> list[str]:
        return list(self.bank.intents)

    def _gift(self, n: int, kind: str = "") -> Given | None:
        every = self.lane.every()
        among = all_of(every, kind) if kind else every
        return among[n % len(among)] if among else None

    def _of(self, intent_id: str) -> Given:
        return self.lane.given_by(
            uuid.UUID(self.bank.intents[intent_id]["metadata"]["contribution"])
        )

    @rule(at=st.integers(1, 40), after=st.booleans())
    def cut_the_next(self, at: int, after: bool) -> None:  # noqa: FBT001 (drawn)
        """Let a connection die at a statement of the next act."""
        self.cut = Cut(at, after, commit=False)

    @rule(at=st.integers(1, 2), after=st.booleans())
    def cut_the_next_commit(self, at: int, after: bool) -> None:  # noqa: FBT001 (drawn)
        """Let a connection die right before the next act is stored, or right after it was."""
        self.cut = Cut(at, after, commit=True)

    # --- giving ---

    @rule(who=who_gives, fen=amounts, source=ways)
    def begin_gift(self, who: int, fen: int, source: str) -> None:
        key = ContributionId(self.key())
        begun = lambda: start_contribution(  # noqa: E731 (done again after a cut)
            self.drive.id, amount_fen=fen, source=Source(source), by=self.town.givers[who], id=key
        )
        if self.lane.state != "open" or self.over:
            self.refused(begun)
        else:
            self.act(begun, lambda lane: lane.gifts.append(Given(source, fen, who, key=key)))

    @rule(fen=amounts, source=st.sampled_from([Source.CASH, Source.BANK]), again=st.booleans())
    def receive(self, fen: int, source: Source, again: bool) -> None:  # noqa: FBT001 (drawn)
        yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
        key = ContributionId(self.key())
        entered = Gift(key, source, fen, self.town.paper, yesterday, name="Lao Wang")
        work = lambda: receive_gift(self.drive.id, entered, by=self.town.keeper)  # noqa: E731 (the same)

        def received(lane: Money) -> None:
            lane.gifts.append(Given(source.value, fen, -1, key=key))
            lane.pay(lane.gifts[-1])

        if self.lane.state != "open" or self.over:
            self.refused(work)
            return
        self.act(work, received)
        if again:
            self.act(work)

    @rule(n=number)
    def give_up(self, n: int) -> None:
        gift = self._gift(n, "online")
        if gift is None:
            return
        work = lambda: give_up_contribution(  # noqa: E731 (the same)
            ContributionId(gift.key), by=self.town.givers[gift.giver]
        )
        if gift.state in {"started", "failed"}:
            self.act(work, lambda lane: lane.give_up(gift.key))
        elif gift.state == "cancelled":
            self.act(work)
        else:
            self.refused(work)

    @rule(who=who_gives, minutes=st.sampled_from([10, 30, 50]))
    def pledge(self, who: int, minutes: int) -> None:
        key = PledgeId(self.key())
        made = lambda: pledge_minutes(self.drive.id, minutes, by=self.town.givers[who], id=key)  # noqa: E731 (the same)
        if self.lane.state != "open" or self.over or who in self.lane.pledges:
            self.refused(made)
            return
        self.pledges[who] = key
        self.act(made, lambda lane: lane.pledge(who, minutes, key))

    @precondition(lambda self: self.lane.pledges and not self.over)
    @rule(n=number)
    def withdraw_the_pledge(self, n: int) -> None:
        who = sorted(self.lane.pledges)[n % len(self.lane.pledges)]
        back = lambda: withdraw_pledge(self.pledges[who], by=self.town.givers[who])  # noqa: E731 (the same)
        self.act(back, lambda lane: lane.forget_pledge(who))

    # --- what happens at Stripe ---

    @precondition(lambda self: self._unpaid())
    @rule(n=number, well=chance)
    def pay(self, n: int, well: int) -> None:
        """Let a giver pay, or try to."""
        waiting = self._unpaid()
        intent = waiting[n % len(waiting)]
        if well < 8:
            self.bank.pay(intent)
        else:
            self.bank.decline(intent)

    def _unpaid(self) -> list[str]:
        return [
            name
            for name, one in self.bank.intents.items()
            if one["status"] == "requires_payment_method"
        ]

    def _paid(self) -> list[str]:
        return [name for name, one in self.bank.intents.items() if one["status"] == "succeeded"]

    @precondition(lambda self: self._paid())
    @rule(n=number, part=st.integers(1, 1_000))
    def give_back_at_stripe(self, n: int, part: int) -> None:
        """Let somebody give a payment back in Stripe's own pages: what Linli is not giving back."""
        intent = self._paid()[n % len(self._paid())]
        room = self.bank.left(self.bank.intents[intent]["latest_charge"])
        gift = self._of(intent)
        if room > 0 and not gift.handed:
            self.bank.refund(intent, min(part, room))

    @rule(n=number, well=st.booleans())
    def refund_ends(self, n: int, well: bool) -> None:  # noqa: FBT001 (drawn)
        waiting = [one for one, it in self.bank.refunds.items() if it["status"] == "pending"]
        if waiting:
            (self.bank.arrive if well else self.bank.bounce)(waiting[n % len(waiting)])

    @precondition(lambda self: self._paid())
    @rule(n=number, part=st.integers(1, 1_500))
    def dispute(self, n: int, part: int) -> None:
        intent = self._paid()[n % len(self._paid())]
        charge = self.bank.intents[intent]["latest_charge"]
        room = self.bank.left(charge)
        about = [one for one in self.bank.disputes.values() if one["charge"] == charge]
        if room > 0 and all(one["status"] == "won" for one in about):
            self.bank.dispute(intent, min(part, room))

    @rule(n=number, well=st.booleans())
    def dispute_ends(self, n: int, well: bool) -> None:  # noqa: FBT001 (drawn)
        going = [one for one, it in self.bank.disputes.items() if it["status"] == "needs_response"]
        if going:
            (self.bank.win if well else self.bank.lose)(going[n % len(going)])

    # --- what Linli hears and asks ---

    @precondition(lambda self: self.bank.events)
    @rule(n=number)
    def hear(self, n: int) -> None:
        """Deliver any message: for the first time or again, in any order."""
        self.deliver(self.bank.events[n % len(self.bank.events)])

    @precondition(lambda self: self.bank.events)
    @rule(n=st.integers(0, 3))
    def hear_the_latest(self, n: int) -> None:
        self.deliver(self.bank.events[-1 - n % len(self.bank.events)])

    @precondition(lambda self: self._intents())
    @rule(n=number)
    def ask_after(self, n: int) -> None:
        self.follow(self._intents()[n % len(self._intents())])

    @rule(n=number, trouble=st.sampled_from([None, None, None, *Trouble]))
    def make_a_call(self, n: int, trouble: Trouble | None) -> None:
        """Let Linli ask Stripe for what it wants; the question or the answer may get lost."""
        due = self.calls("wanted", "sent")
        if due:
            self.bank.trouble = trouble
            self.make(due[n % len(due)])
            self.bank.trouble = None

    @rule()
    def make_every_call(self) -> None:
        for call in self.calls("wanted", "sent"):
            self.make(call)

    @rule(n=number)
    def try_again(self, n: int) -> None:
        """Let the treasurer ask once more for what was refused."""
        failed = [call for call in self.calls("failed") if call["kind"] == "refund"]
        if failed:
            call = failed[n % len(failed)]
            self.act(lambda: calling.want_again(call["id"], by=self.town.keeper))

    @rule()
    def compare_and_mend(self) -> None:
        """Compare Stripe's list with the book and book what was not told."""
        self._mend()

    def _mend(self) -> None:
        listed = [self.every(name) for name in reversed(self.bank.intents)]
        disputes = sorted(self.bank.disputes.values(), key=lambda one: one["number"])

        def of(lane: Money, payment: Told) -> None:
            lane.learn(payment)
            for one in disputes:
                if one["payment_intent"] == payment["id"]:
                    lane.taken_back(self.dispute_of(one), returned=one["status"] == "won")

        self.act(
            lambda: reconcile(self.given, mend=True),
            *(lambda lane, one=one: of(lane, one) for one in listed),
        )
