"""Random days of two communities, played on the real time bank and on the oracle beside it.

After each step: what the verb answered or refused is what the oracle says, with its figures; both
books sum to zero; nobody is under their floor; what accounts reserve is what holds say; no
volunteer is in two places; each closed visit's minutes are those of its transfers; and everybody
has what the oracle says. The tables are read past the program. Of two acts at once the oracle says
what either order would have brought: it has to be one of them.

`LINLI_STEPS=100000 pytest tests/timebank/test_random_days.py` plays longer.
"""

import asyncio
import copy
import dataclasses
import os
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

import timebank
from community import CommunityError
from tests.timebank.days import comparing, hour_acts, visit_acts
from tests.timebank.days.acts import Act, Draw, Scene
from tests.timebank.days.hour_acts import HOUR_ACTS, LEAVING_ACTS
from tests.timebank.days.town import Town, moment, open_town, read
from tests.timebank.days.values import TAKES_TIME, Move, No, Rules, Stay, Thing
from tests.timebank.days.visit_acts import VISIT_ACTS
from tests.timebank.days.world import BEGINS, CAST, World
from timebank import TimebankError, Visit, hours
from timebank.moving import Move as Moved

STEPS = int(os.environ.get("LINLI_STEPS", "1000"))
STEPS_A_PLAY = 125

RACES = (
    ("accept", "accept"), ("accept", "cancel"), ("accept", "donate"), ("accept", "offer_gift"),
    ("accept", "accept"), ("ask", "ask"), ("ask", "donate"),
    ("confirm", "dispute"), ("confirm", "by_itself"),
    ("confirm", "confirm"), ("confirm", "donate"), ("resolve", "resolve"), ("correct", "donate"),
    ("correct", "correct"), ("answer", "answer"), ("answer", "lapse"), ("offer_gift", "donate"),
    ("offer_gift", "offer_gift"), ("approve", "approve"), ("approve", "turn_down"),
    ("approve", "accept"), ("reverse", "accept"), ("reverse", "reverse"), ("share", "share"),
    ("share", "return_estate"), ("leave", "accept"), ("leave", "answer"), ("leave", "approve"),
    ("leave", "donate"), ("receive", "donate"), ("receive", "answer"), ("receive", "receive"),
    ("receive", "approve"), ("release", "decline_move"), ("receive", "withdraw_move"),
)  # fmt: skip
MEETS = {
    "accept": {"requested", "offered"}, "confirm": {"finished"}, "resolve": {"disputed"},
    "correct": {"confirmed", "resolved"},
}  # fmt: skip
MAKERS = {
    **VISIT_ACTS,
    **HOUR_ACTS,
    **LEAVING_ACTS,
    "lapse": hour_acts.lapse,
    "by_itself": visit_acts.by_itself,
}

WAITS = (0, 1, 1, 2, 5, 12, 24, 80, 400)
OFTEN = {
    "ask": 9, "accept": 9, "a whole visit": 8, "confirm": 4, "dispute": 2, "resolve": 2,
    "correct": 3, "two at once": 14, "another pack": 5, "wait": 3, "offer_gift": 4, "answer": 4,
    "donate": 2, "approve": 8, "share": 2, "ask_move": 2, "release": 3, "receive": 4, "grant": 4,
}  # fmt: skip
KINDS = [
    kind
    for kind in (*OFTEN, *(one for one in MAKERS if one not in OFTEN))
    for _time in range(OFTEN.get(kind, 1))
]

MINUTES = (60, 60, 30, 120, 15, 14, 0, 5, 45, 90, 130, 240, 600)
CHOICES: dict[str, tuple[Any, ...]] = {
    "cap_minutes": (0, 100, 240),
    "day_cap_minutes": (0, 60),
    "first_use_minutes": (0, 90),
    "late_cancel_minutes": (0, 15),
    "cancel_notice_hours": (12, 0, 48),
    "confirm_hours": (72, 0, 24),
    "no_show_limit": (3, 1, 0),
    "offer_hours": (24, 2),
    "round_up_minutes": (5, 1, 30),
    "flat_minutes": (0, 60),
    "redeem_after_minutes": (0, 60),
    "gifts_to": ("kin", "lineal", "none", "anyone"),
    "gift_days": (14, 1),
    "donations": (True, False),
    "donation_reversal_days": (14, 0),
    "grant_minutes_max": (600, 60),
    "grant_month_minutes_max": (0, 150),
    "estate_to_kin": (True, False),
    "relief_month_minutes_first": (240, 60),
    "relief_month_minutes_second": (120, 0, 240),
    "relief_reserve_minutes": (100, 0),
    "clearing_limit_minutes": (600_000, 150, 0),
}


class Days:
    """Two communities: ten people in the first and three in the other, for a few weeks."""

    def __init__(self, seed: int, owner: asyncpg.Connection) -> None:
        self.chance = random.Random(seed)  # noqa: S311 (a play, no secret)
        self.owner, self.now = owner, 0
        self.played: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.told: list[str] = []

    async def open(self) -> None:
        rules = Rules(
            cap_minutes=self.chance.choice((0, 0, 100)),
            first_use_minutes=self.chance.choice((0, 0, 90)),
        )
        self.world = World([copy.deepcopy(one) for one in CAST], rules)
        self.town: Town = await open_town(self.owner, self.world)

    def draw(self) -> Draw:
        chance = self.chance
        return Draw(
            n=chance.randrange(30),
            who=chance.randrange(30),
            by=chance.randrange(30),
            minutes=chance.choice(MINUTES),
            flag=chance.randrange(10),
            right=chance.random() < 0.75,
        )

    # --- steps ------------------------------------------------------------------------------------

    async def step(self) -> None:
        """Let something happen, on the time bank and in the oracle, and compare."""
        kind, first, second = self.chance.choice(KINDS), self.draw(), self.draw()
        match kind:
            case "a whole visit":
                await self._whole_visit(first)
            case "two at once":
                await self._two_at_once(self.chance.choice(RACES), first, second)
            case "another pack":
                await self._another_pack(self.chance.choice([*CHOICES]), first)
            case "wait":
                await self._wait_until(self.now + self.chance.choice(WAITS) * 60 + 15)
            case _:
                await self._do(kind, self._scene(first))

    def _scene(self, draw: Draw, about: Stay | None = None) -> Scene:
        return Scene(self.town, self.world, self.now, draw, about)

    async def _whole_visit(self, draw: Draw) -> None:
        """Let a booked visit happen as it should: chance alone seldom gets so far."""
        booked = [one for one in self.world.of_kind(Stay) if one.state == "booked"]
        if not booked:
            return
        stay, right = booked[draw.n % len(booked)], Draw(0, 0, 0, 0, 9, right=True)
        await self._wait_until(stay.start)
        if stay.state == "booked":
            await self._do("check_in", self._scene(right, stay))
            await self._wait_until(self.now + stay.minutes + 20 * (draw.flag % 4 - 2))
        if stay.state == "under_way":
            await self._do("check_out", self._scene(right, stay))

    async def _two_at_once(self, race: tuple[str, str], first: Draw, second: Draw) -> None:
        """Two act in the same moment: as if one had been first, either of them."""
        scenes = (self._scene(first), self._scene(second))
        if first.flag:
            scenes = self._meeting(race, first, second)
        pair = [MAKERS[kind](scene) for kind, scene in zip(race, scenes, strict=True)]
        acts = [one for one in pair if one is not None]
        if len(acts) == 2:
            name = f"{race[0]} and {race[1]} at once"
            self.played[name] += 1
            await self._both(name, acts)

    def _meeting(self, race: tuple[str, str], first: Draw, second: Draw) -> tuple[Scene, Scene]:
        """Let two acts be about the same visit, the same member or the same proposal."""
        first = dataclasses.replace(first, right=True)
        second = dataclasses.replace(second, n=first.n, right=True)
        states = MEETS.get(race[0], set())
        fitting = [one for one in self.world.of_kind(Stay) if one.state in states]
        stay = self.chance.choice(fitting) if fitting else None
        movers = [one.member for one in self.world.of_kind(Move) if one.state == "released"]
        whom = self.chance.choice([*BEGINS])
        if "receive" in race and movers:
            whom = self.chance.choice(movers)
        elif stay and race[1] in {"donate", "offer_gift"}:
            whom = stay.volunteer or "" if race[0] == "correct" else stay.elder
        other = stay
        if race == ("accept", "accept") and self.chance.random() < 0.5:
            same = [one for one in fitting if stay and one.elder == stay.elder]
            other = self.chance.choice(same or [stay])
        return (
            Scene(self.town, self.world, self.now, first, stay, whom),
            Scene(self.town, self.world, self.now, second, other, whom),
        )

    async def _another_pack(self, name: str, draw: Draw) -> None:
        """Let other rules hold from a moment on, now or later."""
        place = ("old", "old", "new")[draw.who % 3]
        here = self.world.places[place]
        latest = max(begins for begins, _ in here.packs)
        since = max(self.now + (0, 0, 60, 1800)[draw.by % 4], latest + 1)
        values = CHOICES[name]
        rules = copy.copy(here.rules(since))
        setattr(rules, name, values[draw.n % len(values)])
        await self.town.adopt(place, rules, since=since, at=self.now)
        here.packs.append((since, rules))
        self.told.append(f"{self.now}: {place} from {since}: {name} {getattr(rules, name)}")
        self.played["another pack"] += 1
        await self._sound()

    # --- comparing --------------------------------------------------------------------------------

    async def _wait_until(self, later: int) -> None:
        self.now = max(self.now, later)
        await self._jobs()
        self.world.later(self.now)
        self.played["time passes"] += 1
        await self._sound()

    async def _jobs(self) -> None:
        at = moment(self.now)
        for job in (
            timebank.lapse_offers, timebank.expire_requests, timebank.confirm_by_themselves,
            hours.lapse_gifts,
        ):  # fmt: skip
            while await job(at=at):
                pass

    async def _do(self, kind: str, scene: Scene) -> None:
        act = MAKERS[kind](scene)
        if act is None:
            return
        self.played[kind] += 1
        answer = await _settled(act)
        self.told.append(f"{self.now}: {kind} {scene.draw}: {str(answer)[:90]}")
        expected = self.world.attempt(act.expected)
        self._agree(answer, expected, self.world)
        self._count(kind, expected, self.done, self.refused)
        await self._sound()

    def _agree(self, answer: Any, expected: Any, world: World) -> None:
        comparing.check_answer(answer, expected)
        if isinstance(answer, Visit):
            self.town.codes[answer.id] = answer.code
        if isinstance(expected, Thing) and expected.id is None:
            expected.id = answer.id
        if isinstance(expected, Move) and isinstance(answer, Moved) and answer.new_member_id:
            joined = [one for one in world.people.values() if one.id is None]
            for one in joined:
                one.id = answer.new_member_id

    async def _both(self, name: str, acts: list[Act]) -> None:
        answers = await asyncio.gather(*(_settled(one) for one in acts))
        self.told.append(f"{self.now}: {name}: {[str(one)[:90] for one in answers]}")
        found = await read(self.town, TAKES_TIME)
        comparing.check_book(found)
        wrong = []
        for order in ((0, 1), (1, 0)):
            world, done, refused = copy.deepcopy(self.world), Counter[str](), Counter[str]()
            try:
                for number in order:
                    expected = world.attempt(acts[number].expected)
                    self._agree(answers[number], expected, world)
                    self._count(name, expected, done, refused)
                comparing.check_world(found, world, self.town)
            except AssertionError as why:
                wrong.append(f"{order}: {why}")
            else:
                self.world = world
                self.done += done
                self.refused += refused
                return
        raise AssertionError(f"no order brings {answers}: " + "\n".join(wrong))

    @staticmethod
    def _count(kind: str, expected: object, done: Counter[str], refused: Counter[str]) -> None:
        if isinstance(expected, No):
            refused[expected.name] += 1
        else:
            done[kind] += 1

    async def _sound(self) -> None:
        found = await read(self.town, TAKES_TIME)
        comparing.check_book(found)
        comparing.check_world(found, self.world, self.town)


async def _settled(act: Act) -> object:
    try:
        return await act.verb()
    except (TimebankError, CommunityError) as refusal:
        return refusal


@pytest.mark.usefixtures("database")
async def test_random_days_go_as_the_oracle_says(
    owner: asyncpg.Connection, record_property: Callable[[str, object], None]
) -> None:
    played: Counter[str] = Counter()
    done: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    first = int(os.environ.get("LINLI_SEED") or random.SystemRandom().randrange(10**6))
    for seed in range(first, first + max(STEPS // STEPS_A_PLAY, 1)):
        days = Days(seed, owner)
        await days.open()
        try:
            while days.played.total() < STEPS_A_PLAY:
                await days.step()
        except BaseException as wrong:
            wrong.add_note(f"LINLI_SEED={seed} plays it again:\n" + "\n".join(days.told[-12:]))
            raise
        played += days.played
        done += days.done
        refused += days.refused
    record_property(f"steps against the oracle, from seed {first}", played.total())
    record_property("done", f"{done.total()}: {dict(done.most_common())}")
    record_property("refused as predicted", f"{refused.total()}: {dict(refused.most_common())}")
    assert min(done.total(), refused.total()) > played.total() // 10
