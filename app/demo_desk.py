"""The demo's phone desk: a call going on, call-backs waiting, matters handed over, months reported.

Everything goes through the same verbs as at a real desk, at the moments when it happened.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import community
import timebank
from app.phone_desk.script import OnTheLine, read_back
from community import Actor, Agreement, Channel, Community, DelegatedAct, Member
from timebank import Request, desk, figures
from timebank.desk import Check, Did, Matter, Outcome, Settled, Speakers, Topic
from timebank.figures.months import after, first_of

EVERYTHING: Final = frozenset(DelegatedAct)
TWO_CHECKS: Final = (Check.NAME, Check.BIRTH_DATE)
MONTHS: Final = 6


async def fill_desk(  # noqa: PLR0913 (who takes part, and when)
    home: Community,
    known: Mapping[str, Member],
    *,
    operator: Actor,
    coordinator: Actor,
    elders: tuple[str, ...],
    volunteers: tuple[str, ...],
    now: datetime,
) -> None:
    """Let the desk's last days happen: four elders by name, and three who were with them."""
    one, two, three, _four = (known[name] for name in elders)
    line = _Line(home, operator)
    await line.request(one, now - timedelta(days=2, hours=3), Request(
        "digital", _at(home, now, 5, 10), 60, "梧桐里 9 号 102 室", "手机字太小，想调大。"
    ))  # fmt: skip
    asked = await line.open(two, now - timedelta(days=1, hours=4))
    await line.word(asked, two, now - timedelta(days=1, hours=4))
    await desk.told(asked.id, Did.BALANCE, by=operator, at=now - timedelta(days=1, hours=4))
    matter = await line.matter(
        asked.id,
        Matter(Topic.HOURS, "他说上个月有一次上门没有记进存折，请查一查。"),
        now - timedelta(days=1, hours=4),
    )
    await _end(
        asked.id, Outcome.HANDED_OVER, operator, now - timedelta(days=1, hours=3, minutes=52)
    )
    await desk.take_hand_over(matter, by=coordinator, at=now - timedelta(days=1))
    await desk.close_hand_over(
        matter,
        Settled.SETTLED,
        by=coordinator,
        note="那一次还没有确认，已经请他在电话里确认。",
        at=now - timedelta(hours=22),
    )
    for number, name in enumerate((elders[0], elders[1], elders[3])):
        await _waits_for_word(home, known[name], known[volunteers[number]], operator, now, number)
    missed = await desk.call_backs(operator, {one.id}, at=now)
    called = await desk.begin_call_back(
        missed[0].visit.id,
        by=operator,
        key=uuid5(home.id, "nobody answered"),
        at=now - timedelta(hours=1),
    )
    await _end(called.id, Outcome.NO_ANSWER, operator, now - timedelta(minutes=58))
    going_on = await line.open(three, now - timedelta(minutes=4))
    await line.matter(
        going_on.id,
        Matter(Topic.SAFETY, "说话有点喘，家里只有她一个人，请尽快去看一下。", urgent=True),
        now - timedelta(minutes=2),
    )


async def fill_reports(home: Community, *, by: Actor, now: datetime) -> None:
    """Make the reports of the months that are over, the earliest first."""
    this = first_of(now, ZoneInfo(home.time_zone))
    for back in range(MONTHS, 0, -1):
        await figures.make_report(after(this, -back), by=by, at=now)


class _Line:
    """The operator's telephone."""

    def __init__(self, home: Community, operator: Actor) -> None:
        self._home = home
        self._operator = operator

    async def open(self, caller: Member, at: datetime) -> desk.Call:
        """Answer somebody who calls for themselves."""
        return await desk.open_call(
            Speakers(caller.id, caller.id), by=self._operator, key=self._key("call", at), at=at
        )

    async def word(self, call: desk.Call, caller: Member, at: datetime) -> None:
        """Make sure who it is, read back, and hear a yes."""
        me = await community.member(self._operator.member_id)
        words = read_back(OnTheLine(me.name, caller.name, caller.name, EVERYTHING), "zh")
        agreed = Agreement(words, "zh", Channel.PHONE, self._operator.member_id)
        key = self._key("word", at)
        await desk.take_word(
            call.id, TWO_CHECKS, EVERYTHING, agreed, by=self._operator, key=key, at=at
        )

    async def request(self, caller: Member, at: datetime, request: Request) -> None:
        """Answer, take down the word, ask for a visit, and end the call."""
        call = await self.open(caller, at)
        await self.word(call, caller, at + timedelta(minutes=1))
        key = self._key("request", at)
        await desk.ask_on_word(
            call.id, request, by=self._operator, form_key=key, at=at + timedelta(minutes=2)
        )
        await _end(call.id, Outcome.DONE, self._operator, at + timedelta(minutes=3))

    async def matter(self, call_id: UUID, matter: Matter, at: datetime) -> UUID:
        """Hand something over."""
        key = self._key("matter", at)
        left = await desk.hand_over(call_id, matter, by=self._operator, key=key, at=at)
        return left.id

    def _key(self, what: str, at: datetime) -> UUID:
        return uuid5(self._home.id, f"{what} of the desk at {at.isoformat()}")


async def _waits_for_word(  # noqa: PLR0917 (both sides, the desk, and when)
    home: Community,
    elder: Member,
    volunteer: Member,
    operator: Actor,
    now: datetime,
    number: int,
) -> None:
    """Let a visit happen whose volunteer telephoned, and whose elder has no browser."""
    begins = _at(home, now, number - 2, 9 + number)
    begins = min(begins, now - timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    asked = begins - timedelta(days=1)
    request = Request("companionship", begins, 60, "凤池弄 4 号")
    one, other = (Actor(who.id, home.id, who.roles) for who in (elder, volunteer))
    key = uuid5(home.id, f"waits for the word of {elder.id}")
    visit = await timebank.ask(request, by=one, form_key=key, at=asked)
    await timebank.accept(visit.id, by=other, at=asked + timedelta(hours=2))
    await timebank.check_in(visit.id, by=operator, at=begins)
    await timebank.check_out(visit.id, by=operator, at=begins + timedelta(minutes=45 + 5 * number))


async def _end(call_id: UUID, outcome: Outcome, by: Actor, at: datetime) -> None:
    await desk.end_call(call_id, outcome, by=by, at=at)


def _at(home: Community, now: datetime, days: int, hour: int) -> datetime:
    local = now.astimezone(ZoneInfo(home.time_zone)) + timedelta(days=days)
    return local.replace(hour=hour, minute=0, second=0, microsecond=0)
