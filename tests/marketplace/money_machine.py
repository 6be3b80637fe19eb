"""The machine of money's test: how it acts on the app, dies on the way, and looks at the book.

An act is one verb of the app, or one run of what it does by itself. It may be cut: a connection to
the database dies at some statement. Then the book and the rows show what the oracle has before the
act, or after one of its transactions, and the act done again ends where it would have without.
"""

import asyncio
import hashlib
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import asyncpg
import pytest
from hypothesis.stateful import RuleBasedStateMachine

from app.card_payments import calling, following, inbox
from app.card_payments.keys import Keys
from app.card_payments.stripe_client import processor
from community import Actor, Role
from marketplace.errors import MarketplaceError
from marketplace.funding.contributing import keep_paper
from marketplace.funding.values import Drive, Fund
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.conftest import settle as settle_neighbourhood
from tests.marketplace.dying import Cut, dying
from tests.marketplace.funding_examples import PAPER, fund_of, minutes_for, treasurer
from tests.marketplace.model_stripe import Stripe, Told
from tests.marketplace.money_oracle import Given, Money, Unfit
from tests.marketplace.plans_examples import member

SECONDS_MAX = 30
GIVERS = 4
SHARED = ("matching_fund", "processor_losses", "processor_fees", "card_processor", "cash_box",
          "bank", "public_budget")  # fmt: skip

Result = TypeVar("Result")
Work = Callable[[], Coroutine[Any, Any, Any]]
Effect = Callable[[Money], None]
Seen = dict[str, object]
Pair = tuple[int, int]

_ACCOUNTS = """
SELECT kind, unit, owner, credits_posted - debits_posted AS posted, debits_pending AS held,
    floor FROM account WHERE community_id = $1
"""
_GIFTS = """
SELECT id, state, escrow_fen, due_fen, refunded_fen, disputed_fen FROM contribution
WHERE drive_id = $1
"""
_CALLS = """
SELECT stripe_call.id, stripe_call.kind, contribution_id, stripe_call.state, answer
FROM stripe_call
JOIN contribution ON contribution.id = contribution_id
WHERE drive_id = $1 ORDER BY wanted_at, contribution_id, stripe_call.kind, stripe_call.id
"""


@dataclass
class Town:
    """A community in which one run after the other is played, each with a project of its own."""

    home: Neighbourhood
    keeper: Actor
    deciders: list[Actor]
    fund: Fund
    paper: str

    @property
    def undertaker(self) -> Actor:
        return self.home.residents[0]

    @property
    def givers(self) -> list[Actor]:
        return self.home.residents[1 : 1 + GIVERS]


async def found_town() -> Town:
    """Found a community with a treasurer, three who decide about money, and a full fund."""
    home = await settle_neighbourhood()
    keeper = await treasurer(home)
    second = await member(home, "Second", Role.TREASURER)
    for who in home.residents[1 : 1 + GIVERS]:
        await minutes_for(who, 100_000)
    fund = await fund_of(90_000_000, keeper)
    paper = await keep_paper(PAPER, "pdf", by=keeper)
    return Town(home, keeper, [keeper, home.coordinator, second], fund, paper)


@dataclass
class Played:
    """What was played: for the test to say that it was enough."""

    steps: int = 0
    seen: Counter[str] = field(default_factory=Counter)


class Acting(RuleBasedStateMachine):
    """Acts on the app and on the oracle, and compares them."""

    loop: asyncio.AbstractEventLoop
    owner: asyncpg.Connection
    bank: Stripe
    given: Keys
    town: Town
    played: Played

    drive: Drive
    lane: Money
    first_key: int
    base: dict[str, Pair]
    cut: Cut | None = None
    sound = False
    keys = 0

    def key(self) -> uuid.UUID:
        """Make an id whose place among those of this run follows from how many were made.

        Nothing that is played may hang on chance which Hypothesis has not drawn.
        """
        if not self.keys:
            self.first_key = uuid.uuid4().int >> 64 << 64
        self.keys += 1
        place = hashlib.sha256(str(self.keys).encode()).digest()[:8]
        return uuid.UUID(int=self.first_key + int.from_bytes(place))

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do all work in the loop that the pool and the servers live in."""
        self.played.steps += 1
        return self.loop.run_until_complete(asyncio.wait_for(work, SECONDS_MAX))

    # --- acting ---

    def refused(self, work: Work) -> None:
        """Want a refusal that changes nothing; the comparison says that it did not."""
        self.sound = False
        with pytest.raises(MarketplaceError):
            self.run(work())

    def act(self, work: Work, *effects: Effect) -> None:
        """Do something in one transaction, cut or whole."""
        self.sound = False
        if not self._died(work):
            self.lane = _after(self.lane, effects)
            return
        done = self._where(self.lane, effects)
        with suppress(MarketplaceError):  # it was done, and says so
            self.run(work())
        self.lane = _after(self.lane, effects[done:])

    def act_by_itself(self, work: Work, told: Callable[[], Sequence[Effect]]) -> None:
        """Let the app do something by itself, whose effects follow from what it was told."""
        self.sound = False
        self.bank.answered.clear()
        if self._died(work):
            self.lane = self._kept(told())
            self.bank.answered.clear()
            self.run(work())
        self.lane = _after(self.lane, told())

    def _kept(self, effects: Sequence[Effect]) -> Money:
        """Find out what an act kept that died on the way.

        It did so many things, or all but one: what fails about one payment stops no other.
        """
        seen = self.run(self.look())
        begun = [effects[:done] for done in range(len(effects) + 1)]
        missing_one = [[*effects[:n], *effects[n + 1 :]] for n in range(len(effects))]
        for ways in (*begun, *missing_one):
            reached = _after(self.lane, ways)
            if reached.shown() == seen:
                return reached
        raise AssertionError(f"half an act is stored: {_differences(self.lane.shown(), seen)}")

    def _died(self, work: Work) -> bool:
        cut, self.cut = self.cut, None
        if cut is None:
            self.run(work())
            return False
        with dying(cut):
            try:
                self.run(work())
            except Exception:
                if not cut.happened:
                    raise
        self.played.seen["cut"] += cut.happened
        return cut.happened

    def _where(self, lane: Money, effects: Sequence[Effect]) -> int:
        """Find out how far an act came before it died; keep the oracle there."""
        seen = self.run(self.look())
        for done in range(len(effects) + 1):
            reached = _after(lane, effects[:done])
            if reached.shown() == seen:
                self.lane = reached
                return done
        raise AssertionError(f"half an act is stored: {_differences(lane.shown(), seen)}")

    # --- what the app does by itself ---

    def calls(self, *states: str) -> list[asyncpg.Record]:
        """Return the calls about this drive's gifts, in the order in which they are made."""
        rows = self.run(self.owner.fetch(_CALLS, self.drive.id))
        return [row for row in rows if row["state"] in states]

    def make(self, call: asyncpg.Record) -> None:
        """Make a call that may have been made before, or was left for later."""

        async def work() -> None:
            await calling.make_call(call["id"])

        def told() -> list[Effect]:
            return self._of_call(call)

        self.run(self._due_now(call))
        gift = call["contribution_id"]
        died, due = self.cut is not None, self._not_on_its_way(gift)
        self.bank.asked_back.clear()
        self.act_by_itself(work, told)
        if died:
            self.run(self._due_now(call))
            self.act_by_itself(work, told)
        asked = max((fen for about, fen in self.bank.asked_back if about == str(gift)), default=0)
        assert asked <= due, f"{asked} fen asked back of a gift of which {due} are due"

    def _not_on_its_way(self, key: uuid.UUID) -> int:
        """Say how much of a gift is due and was not yet asked back."""
        return self.lane.given_by(key).due - sum(
            one["amount"]
            for name, one in self.bank.refunds.items()
            if one["gift"] == str(key)
            and one["metadata"]
            and one["status"] != "failed"
            and name not in self.lane.known
        )

    async def _due_now(self, call: asyncpg.Record) -> None:
        await self.owner.execute(
            "UPDATE stripe_call SET next_at = clock_timestamp() - interval '1 s' WHERE id = $1",
            call["id"],
        )

    def _of_call(self, call: asyncpg.Record) -> list[Effect]:
        if call["kind"] != "refund":
            return self.looked_at()
        told = self.bank.answered[-1][2] if self.bank.answered else frozenset()
        made = [
            one
            for name, one in self.bank.refunds.items()
            if one["metadata"].get("call") == str(call["id"])
            and one["status"] == "succeeded"
            and name in told
        ]
        return [lambda lane, one=one: _back(lane, one) for one in made]  # type: ignore[misc]

    def looked_at(self) -> list[Effect]:
        """Return what follows from the payments that the app has looked at meanwhile."""
        names = dict.fromkeys(
            name for kind, name, _ in self.bank.answered if kind == "payment_intent"
        )
        return [lambda lane, name=name: lane.learn(self.every(name)) for name in names]  # type: ignore[misc]

    def every(self, intent_id: str) -> Told:
        """Return a payment with all of its refunds."""
        told = self.bank.whole(intent_id)
        if told["latest_charge"]:
            told["latest_charge"]["refunds"]["data"] = self.bank.refunds_of(
                told["latest_charge"]["id"]
            )
        return told

    def deliver(self, event: Told) -> None:
        """Deliver a message of Stripe's, signed at this moment."""
        body, signature = self.bank.message(event)

        async def work() -> None:
            opened = inbox.opened(body, signature, self.given.webhook)
            await inbox.take_in(opened, self.given, processor(self.given))

        self.act_by_itself(work, lambda: self._of_event(event))

    def _of_event(self, event: Told) -> list[Effect]:
        about, kind = event["data"]["object"], event["type"]
        if kind == "payment_intent.succeeded":
            key = uuid.UUID(about["metadata"]["contribution"])
            return [lambda lane: lane.paid_now(lane.given_by(key), event["created"])]
        learned = self.looked_at()
        if not kind.startswith("charge.dispute.funds_"):
            return learned
        told = self.dispute_of(about)
        returned = kind.endswith("reinstated")

        def whole(lane: Money) -> None:
            for one in learned:
                one(lane)
            lane.taken_back(told, returned=returned)

        return [whole] if learned else []

    def dispute_of(self, about: Told) -> Told:
        """Return a dispute with the gift that it is about."""
        intent = self.bank.intents[about["payment_intent"]]
        return {**about, "gift": intent["metadata"]["contribution"]}

    def follow(self, intent_id: str) -> None:
        """Let the app ask after a payment."""

        async def work() -> None:
            await following.soon(intent_id)
            await following.follow_payments()

        self.act_by_itself(work, self.looked_at)

    # --- looking ---

    async def look(self) -> Seen:
        """Return what the book and the rows show, by queries of the test's own."""
        raw = await self.raw()
        for name, value in self.base.items():
            posted, held = cast("Pair", raw[name])
            raw[name] = (posted - value[0], held - value[1])
        return raw

    async def raw(self) -> Seen:
        """Return the same with what earlier runs in this town left."""
        owners = {self.drive.id, self.drive.project_id, self.town.fund.id, None}
        people = {one.member_id: n for n, one in enumerate(self.town.givers)}
        rows = await self.owner.fetch(_ACCOUNTS, self.town.home.id)
        for unit in ("CNY", "MINUTE"):
            assert sum(row["posted"] for row in rows if row["unit"] == unit) == 0
        seen: Seen = dict.fromkeys(self.lane.shown(), (0, 0))
        for row in rows:
            low = row["floor"]
            assert low is None or row["posted"] - row["held"] >= low, f"below its floor: {row}"
            lies = (row["posted"], row["held"])
            if row["unit"] == "MINUTE" and row["owner"] in people:
                seen[f"member {people[row['owner']]}"] = lies
            elif row["owner"] in owners and row["kind"] not in {"round", "issuance"}:
                seen[row["kind"] + " minutes" * (row["unit"] == "MINUTE")] = lies
        await self._rows(seen)
        return seen

    async def _rows(self, seen: Seen) -> None:
        project, drive = self.drive.project_id, self.drive.id
        told = await self.owner.fetchrow(
            "SELECT state, matched_fen FROM drive WHERE id = $1", drive
        )
        assert told is not None
        seen["drive"] = tuple(told)
        seen["delivery"] = await self.owner.fetchval(
            "SELECT coalesce((SELECT state FROM delivery WHERE project_id = $1), 'none')", project
        )
        for row in await self.owner.fetch(_GIFTS, drive):
            seen[f"gift {row['id']}"] = tuple(row)[1:]
        asked = await self.owner.fetch(
            "SELECT state FROM disbursement WHERE project_id = $1 ORDER BY asked_at, id", project
        )
        for n, row in enumerate(asked):
            seen[f"request {n}"] = row["state"]

    def compare(self) -> None:
        """Compare all of it, to the fen."""
        assert self.lane.balances(), "the oracle itself has to balance"
        assert self.bank.wrong == []
        seen = self.run(self.look())
        assert seen == self.lane.shown(), _differences(self.lane.shown(), seen)
        for gift in self.lane.every():
            back = self.bank.given_back(str(gift.key)) + gift.handed
            assert back <= gift.to_return, f"given back twice: {back} of {gift.to_return}"
        self.sound = True


def _back(lane: Money, refund: Told) -> None:
    for gift in lane.every():
        if str(gift.key) == refund["gift"]:
            lane.back_at_stripe(gift, refund)


def _after(lane: Money, effects: Sequence[Effect]) -> Money:
    """Return the oracle after these effects; one that is unfit has none."""
    for effect in effects:
        changed = deepcopy(lane)
        try:
            effect(changed)
        except Unfit:
            continue
        lane = changed
    return lane


def _differences(ought: Seen, seen: Seen) -> str:
    names = [name for name in ought.keys() | seen.keys() if ought.get(name) != seen.get(name)]
    return "; ".join(f"{one}: {ought.get(one)} ought to be, {seen.get(one)} is" for one in names)


def all_of(given: Sequence[Given], kind: str) -> list[Given]:
    """Return the gifts that came by card or another way online, or by hand."""
    online = {"card", "alipay", "wechat_pay"}
    return [one for one in given if (one.source in online) == (kind == "online")]
