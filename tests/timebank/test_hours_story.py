"""Random days of saved hours against the oracle: every result, every refusal, the book after each.

`LINLI_STEPS=5000 pytest tests/timebank/test_hours_story.py` plays longer than the suite does.
"""

import os
import random
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

import ledger
from tests.timebank.hours_oracle import ELDERS, KIN, Donation, Gift, Oracle, Proposal, Refusal
from tests.timebank.hours_town import NOON, Town, open_town, town_is_sound
from timebank import hours
from timebank.hours import Leaving, Source

SEEDS = range(3)
STEPS = int(os.environ.get("LINLI_STEPS", "250"))
PEOPLE = ("volunteer", "mother", "husband", "cousin", "son", "neighbour")
EVERYBODY = (*PEOPLE, "coordinator", "colleague", "treasurer", "administrator", "auditor")
MINUTES = (14, 15, 30, 60, 95, 240, 600)
RULES: dict[str, tuple[Any, ...]] = {
    "gifts_to": ("none", "lineal", "kin", "anyone"),
    "gift_days": (1, 14),
    "donations": (True, True, False),
    "donation_reversal_days": (0, 3, 14),
    "grant_minutes_max": (60, 600),
    "grant_month_minutes_max": (0, 300, 1000),
}


class Story:
    """A town, its oracle, and the ids of what was stored for each thing that the oracle knows."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town, self.chance = town, random.Random(seed)  # noqa: S311 (a story, no secret)
        self.oracle = Oracle(NOON, dict.fromkeys(PEOPLE, 900) | {"volunteer": 3000}, relief=2000)
        self.gifts: list[uuid.UUID] = []
        self.donations: list[uuid.UUID] = []
        self.proposals: list[uuid.UUID] = []
        self.done: dict[str, int] = {}
        self.refused: dict[str, int] = {}

    async def begin(self) -> None:
        """Give everybody what the oracle says they have."""
        for name in PEOPLE:
            held = 600 if name == "volunteer" else 0
            await self.town.give(self.actor(name), self.oracle.saved[name] - held)
        await self.town.fill(self.oracle.relief)

    def one(self, of: tuple[str, ...] = PEOPLE) -> str:
        return self.chance.choice(of)

    def actor(self, name: str) -> Any:
        return getattr(self.town, name)

    async def step(self) -> None:
        """Let something happen in the oracle and in the town, and compare."""
        kinds = (
            self.offer, self.offer, self.answer, self.answer, self.donate, self.reverse,
            self.grant, self.decide, self.decide, self.decide, self.share, self.give_back,
            self.later, self.rule, self.leave,
        )  # fmt: skip
        weights = (6, 6, 7, 7, 4, 4, 6, 6, 6, 6, 6, 1, 4, 1.5, 0.7)
        await self.chance.choices(kinds, weights)[0]()
        await self.compare()

    async def play(self, name: str, expected: Refusal | None, act: Awaitable[Any]) -> Any:
        """Do in the town what the oracle did, and expect the same refusal or none."""
        counted = self.refused if expected else self.done
        counted[name] = counted.get(name, 0) + 1
        if expected is None:
            return await act
        with pytest.raises(expected):
            await act
        return None

    async def offer(self) -> None:
        giver, receiver = self.one(), self.one()
        if self.chance.random() < 0.7:
            giver, receiver = "volunteer", self.one(("mother", "husband", "cousin"))
        minutes = self.chance.choice(MINUTES)
        expected = self.oracle.offer(giver, receiver, minutes)
        act = self.town.offered(
            minutes, by=self.actor(giver), to=self.actor(receiver), at=self.oracle.now
        )
        made = await self.play("offer", expected, act)
        if made is not None:
            self.gifts.append(made.id)

    async def answer(self) -> None:
        if not self.gifts:
            return
        place = self.chance.randrange(max(0, len(self.gifts) - 5), len(self.gifts))
        gift: Gift = self.oracle.gifts[place]
        to = self.chance.choice(("accepted", "accepted", "declined", "withdrawn"))
        by = self.chance.choice((gift.receiver, gift.giver, "coordinator", self.one(EVERYBODY)))
        verb = {
            "accepted": hours.accept_gift,
            "declined": hours.decline_gift,
            "withdrawn": hours.withdraw_gift,
        }[to]
        expected = self.oracle.answer(gift, to, by)
        act = verb(self.gifts[place], by=self.actor(by), at=self.oracle.now)
        await self.play(to, expected, act)

    async def donate(self) -> None:
        who, minutes = self.chance.choice(("volunteer", self.one())), self.chance.choice(MINUTES)
        expected = self.oracle.donate(who, minutes)
        act = hours.donate(minutes, by=self.actor(who), form_key=uuid.uuid4(), at=self.oracle.now)
        made = await self.play("donate", expected, act)
        if made is not None:
            self.donations.append(made.id)

    async def reverse(self) -> None:
        if not self.donations:
            return
        place = self.chance.randrange(len(self.donations))
        given: Donation = self.oracle.donations[place]
        by = self.chance.choice(("coordinator", "colleague", self.one(EVERYBODY)))
        expected = self.oracle.reverse(given, by)
        act = hours.reverse_donation(
            self.donations[place], why="捐错了", by=self.actor(by), at=self.oracle.now
        )
        await self.play("reverse", expected, act)

    async def grant(self) -> None:
        receiver, minutes = self.one((*sorted(ELDERS), *PEOPLE)), self.chance.choice(MINUTES)
        by = self.chance.choice(("coordinator", "colleague", self.one(EVERYBODY)))
        source = self.chance.choice((Source.RELIEF, Source.ISSUANCE))
        expected = self.oracle.grant(receiver, minutes, source.value, by)
        act = self.town.granted(
            self.actor(receiver), minutes, source=source, by=self.actor(by), at=self.oracle.now
        )
        made = await self.play("grant", expected, act)
        if made is not None:
            self.proposals.append(made.id)

    async def decide(self) -> None:
        if not self.proposals:
            return
        place = self.chance.randrange(max(0, len(self.proposals) - 6), len(self.proposals))
        proposal: Proposal = self.oracle.proposals[place]
        by = self.chance.choice(("treasurer", "administrator", "colleague", self.one(EVERYBODY)))
        key, at = self.proposals[place], self.oracle.now
        if self.chance.random() < 0.15:
            expected = self.oracle.decline(proposal, by)
            act = hours.decline_proposal(key, why="不合适", by=self.actor(by), at=at)
            await self.play("decline", expected, act)
        else:
            expected = self.oracle.approve(proposal, by)
            act = hours.approve_proposal(key, by=self.actor(by), at=at)
            await self.play("approve", expected, act)

    async def share(self) -> None:
        who = self.chance.choice((*self.oracle.estate, self.one()))
        names: list[str | None] = self.chance.sample([*PEOPLE, None], self.chance.randint(1, 3))
        heirs = [one for one in KIN.get(who, {}) if one not in self.oracle.left]
        if heirs and self.chance.random() < 0.7:
            names = [*self.chance.sample(heirs, self.chance.randint(1, len(heirs)))]
        parts = {name: self.chance.randint(1, 5) for name in names}
        by = self.chance.choice(("coordinator", "coordinator", "colleague", self.one(EVERYBODY)))
        expected = self.oracle.share(who, parts, by)
        ids = {(self.actor(one).member_id if one else None): part for one, part in parts.items()}
        act = hours.propose_parts(
            self.actor(who).member_id,
            ids,
            reason="家属商定",
            by=self.actor(by),
            form_key=uuid.uuid4(),
            at=self.oracle.now,
        )
        made = await self.play("share", expected, act)
        if made is not None:
            self.proposals.append(made.id)

    async def give_back(self) -> None:
        who = self.chance.choice((*self.oracle.estate, self.one()))
        by = self.chance.choice(("coordinator", "treasurer"))
        expected = self.oracle.give_back(who, by)
        act = hours.return_estate(self.actor(who).member_id, by=self.actor(by), at=self.oracle.now)
        await self.play("give back", expected, act)

    async def later(self) -> None:
        """Let days pass; the job comes round more often than not."""
        self.oracle.now += timedelta(days=self.chance.choice((1, 1, 3, 9)), hours=5)
        if self.chance.random() < 0.8:
            self.oracle.lapse()
            await hours.lapse_gifts(at=self.oracle.now)

    async def rule(self) -> None:
        """Let another policy hold from this moment on."""
        name = self.chance.choice(tuple(RULES))
        self.oracle.now += timedelta(seconds=1)
        self.oracle.policy[name] = self.chance.choice(RULES[name])
        await self.town.policy(self.oracle.now, **self.oracle.policy)

    async def leave(self) -> None:
        who = self.one()
        if len(self.oracle.left) < 2:
            self.oracle.leave(who)
            await self.town.leave(self.actor(who), Leaving.MOVED)

    async def compare(self) -> None:
        """Expect every account of the book to stand as the oracle says."""
        oracle = self.oracle
        found = await ledger.trial_balance(ledger.CommunityId(self.town.id))
        stands = {(line.account.kind, line.account.owner): line.balance for line in found.lines}
        assert set(found.sums().values()) == {0}
        assert all(
            line.balance.available >= (line.account.floor or 0)
            for line in found.lines
            if line.account.floor is not None
        )

        def minutes(kind: str, name: str | None = None) -> tuple[int, int]:
            balance = stands.get((kind, self.actor(name).member_id if name else None))
            return (balance.posted, balance.held) if balance else (0, 0)

        for name in PEOPLE:
            assert minutes("member", name) == (oracle.saved[name], oracle.held.get(name, 0)), name
            assert minutes("gifts", name) == (oracle.received.get(name, 0), 0), name
            assert minutes("estate", name) == (oracle.estate.get(name, 0), 0), name
        assert (minutes("relief"), minutes("donated")) == ((oracle.relief, 0), (0, 0))


@pytest.mark.parametrize("seed", SEEDS)
async def test_random_days_end_as_the_oracle_says(
    database: object,  # noqa: ARG001 (must be migrated)
    seed: int,
    record_property: Callable[[str, object], None],
) -> None:
    story = Story(await open_town(), seed)
    await story.begin()
    for _ in range(STEPS):
        await story.step()
    await town_is_sound(story.town)
    record_property(f"steps of saved hours, seed {seed}", f"{story.done}, {story.refused} refused")
    if STEPS >= 250:
        assert sum(story.done.values()) > STEPS // 8
        assert sum(story.refused.values()) > STEPS // 8
