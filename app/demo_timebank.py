"""The time bank of the demo: elders and volunteers of one lane, and their visits of six weeks.

Everything goes through the same verbs as in real life, at the moments when it happened, so the
demo's book balances for the same reason that a real one does.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import uuid5
from zoneinfo import ZoneInfo

import timebank
from community import Actor, Community, Member
from timebank import Request, State, Visit
from timebank.beside import SafetyNote, rate, save_safety_note
from timebank.repeats import Every, RepeatDraft, ask_repeating

HELP: Final = (
    ("companionship", 60), ("cleaning", 120), ("meals", 60), ("hospital", 180), ("digital", 60),
    ("outings", 120), ("culture", 90), ("fraud", 60),
)  # fmt: skip
WISHES: Final = (
    "",
    "请按两次门铃，我耳朵不太好。",
    "",
    "想一起读读报纸。",
    "",
    "家里有一只猫，不咬人。",
)
WEEKS: Final = 6
VISITS_A_WEEK: Final = 9
HOUR: Final = 60


@dataclass(frozen=True, slots=True)
class Lane:
    """The demo's people: elders with their flats, and volunteers."""

    home: Community
    elders: tuple[tuple[Actor, str], ...]
    volunteers: tuple[Actor, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The lane's time zone."""
        return ZoneInfo(self.home.time_zone)

    def moment(self, now: datetime, days: int, hour: int, minute: int = 0) -> datetime:
        """Return a time of day so many days from today, in UTC."""
        day = now.astimezone(self.zone).date() + timedelta(days=days)
        return datetime.combine(day, time(hour, minute), tzinfo=self.zone).astimezone(UTC)


async def fill_time_bank(
    home: Community,
    elders: Sequence[tuple[Member, int, str]],
    volunteers: Sequence[Member],
    now: datetime,
) -> None:
    """Give the elders, each with the flat, their minutes to begin with, and let six weeks happen.

    The community's time bank is open, and everybody is a member since before those weeks.
    """
    for elder, minutes, _flat in elders:
        await timebank.opening_grant(
            elder.id, minutes, community_id=home.id, at=now - timedelta(weeks=WEEKS + 1)
        )
    lane = Lane(
        home,
        tuple((_actor(elder), flat) for elder, _minutes, flat in elders),
        tuple(_actor(one) for one in volunteers),
    )
    await _weeks_past(lane, now)
    await _this_week(lane, now)


async def _weeks_past(lane: Lane, now: datetime) -> None:
    """Let visits be asked for, given and confirmed; the same ones in every demo.

    Within a week each volunteer has one visit at most, so that nobody is in two places.
    """
    chance = random.Random(20_151_101)  # noqa: S311 (a story to tell, no secret to keep)
    for number in range(WEEKS * VISITS_A_WEEK):
        week, place = divmod(number, VISITS_A_WEEK)
        days = -7 * (WEEKS - week) + place * 7 // VISITS_A_WEEK
        elder, flat = lane.elders[number % len(lane.elders)]
        volunteer = lane.volunteers[(3 * number + week) % len(lane.volunteers)]
        code, minutes = HELP[chance.randrange(len(HELP))]
        starts_at = lane.moment(now, days, 8 + number % 9)
        wishes = WISHES[number % len(WISHES)]
        request = Request(code, starts_at, minutes, flat, wishes)
        key = uuid5(lane.home.id, f"past visit {number}")
        if (await timebank.my_balance(elder)).available < minutes + 15:
            continue
        asked_at = starts_at - timedelta(days=1, hours=2)
        visit = await timebank.ask(request, by=elder, form_key=key, at=asked_at)
        if number % 11 == 5:  # noqa: PLR2004 (now and then something comes between)
            await timebank.cancel(
                visit.id, by=elder, reason="女儿来看我了", at=asked_at + timedelta(hours=5)
            )
            continue
        await timebank.accept(visit.id, by=volunteer, at=asked_at + timedelta(hours=3))
        taken = minutes - 5 * chance.randrange(6)
        ended = await _give(visit, elder, volunteer, taken)
        after = starts_at + timedelta(minutes=taken + 40)
        await timebank.confirm(visit.id, by=elder, minutes=ended.minutes_due or 5, at=after)


async def _give(visit: Visit, elder: Actor, volunteer: Actor, minutes: int) -> Visit:
    seen, _ = await timebank.visit_page(visit.id, elder)
    begins = visit.starts_at
    await timebank.check_in(visit.id, by=volunteer, code=seen.visit.code, at=begins)
    end = begins + timedelta(minutes=minutes)
    return await timebank.check_out(visit.id, by=volunteer, at=end)


async def _this_week(lane: Lane, now: datetime) -> None:
    """Leave one visit in each state, so that every page has something to show."""

    async def asked(
        who: int, code: str, starts_at: datetime, minutes: int, *, wishes: str = ""
    ) -> Visit:
        elder, flat = lane.elders[who]
        key = uuid5(lane.home.id, f"visit of {elder.member_id} at {starts_at.isoformat()}")
        request = Request(code, starts_at, minutes, flat, wishes)
        at = min(now, starts_at) - timedelta(hours=6)
        return await timebank.ask(request, by=elder, form_key=key, at=at)

    (chen, _), (li, zhou) = lane.elders[0], lane.volunteers[:2]
    before = now - timedelta(hours=5)
    booked = await asked(
        0, "hospital", lane.moment(now, 1, 9), 180, wishes="去市立医院复诊，走得慢。"
    )
    await timebank.accept(booked.id, by=li, at=before)
    finished = await asked(0, "companionship", lane.moment(now, -1, 15), 120)
    await timebank.accept(finished.id, by=zhou, at=finished.starts_at - timedelta(hours=2))
    await _give(finished, chen, zhou, 95)
    quarter = now - timedelta(minutes=95)
    quarter -= timedelta(minutes=quarter.minute % 15, seconds=quarter.second)
    under_way = await asked(2, "cleaning", quarter.replace(microsecond=0), 120)
    await timebank.accept(under_way.id, by=li, at=under_way.starts_at - timedelta(hours=1))
    seen, _ = await timebank.visit_page(under_way.id, lane.elders[2][0])
    begun = now - timedelta(minutes=94)
    await timebank.check_in(under_way.id, by=li, code=seen.visit.code, at=begun)
    await asked(3, "digital", lane.moment(now, 1, 14), 60, wishes="手机总是没有声音，想学会调。")
    await asked(4, "meals", lane.moment(now, 2, 11), 60)
    await asked(6, "outings", lane.moment(now, 3, 9), 120, wishes="想去桃花坞看看老邻居。")
    await asked(9, "culture", lane.moment(now, 4, 14), 90)
    off = await asked(5, "cleaning", lane.moment(now, 2, 9), 120)
    await timebank.cancel(off.id, by=lane.elders[5][0], reason="改到下周", at=before)
    await _other_ways(lane, now)
    await _regularly(lane, now)


async def _other_ways(lane: Lane, now: datetime) -> None:
    """Leave a visit that is disputed, and what is kept beside visits."""
    chen, _ = lane.elders[0]
    richer = [one for one in lane.elders[1:] if await timebank.left_to_ask(one[0]) >= HOUR]
    (wu, flat), wang = richer[0], lane.volunteers[2]
    begins = lane.moment(now, -2, 15, 30)
    request = Request("cleaning", begins, HOUR, flat, "")
    asked_at = begins - timedelta(days=1)
    key = uuid5(lane.home.id, "disputed visit")
    visit = await timebank.ask(request, by=wu, form_key=key, at=asked_at)
    await timebank.accept(visit.id, by=wang, at=asked_at + timedelta(hours=1))
    ended = await _give(visit, wu, wang, HOUR)
    said_at = begins + timedelta(hours=3)
    await timebank.dispute(ended.id, by=wu, reason="只待了半个小时，窗户没有擦。", at=said_at)
    note = SafetyNote("走路要拄拐，怕摔；降压药在床头柜里。", "陈晓东（儿子）", "+8613900001111")
    await save_safety_note(note, chen.member_id, by=chen, at=now - timedelta(days=20))
    await _said(lane, now)


async def _regularly(lane: Lane, now: datetime) -> None:
    """Leave what an elder asks for every week, and a request that ends soon and nobody took."""
    elder, flat = lane.elders[0]
    tuesday = 1 + (lane.moment(now, 0, 12).astimezone(lane.zone).weekday() * -1) % 7
    request = Request("culture", lane.moment(now, tuesday, 10), HOUR // 2, flat, "想学学拉二胡。")
    draft = RepeatDraft(request, Every.WEEK, same_person=True)
    await ask_repeating(draft, by=elder, id=uuid5(lane.home.id, "every Tuesday"), at=now)
    begins = lane.moment(now, 1, 16, 30)
    unanswered = Request("digital", begins, HOUR // 2, flat, "想学会用手机挂号。")
    key = uuid5(lane.home.id, "a request that nobody took")
    await timebank.ask(unanswered, by=elder, form_key=key, at=now - timedelta(days=3))
    await timebank.remind_of_ending(at=begins - timedelta(hours=23))


async def _said(lane: Lane, now: datetime) -> None:
    """Let both sides say how the visits of the last weeks were, most of them very good."""
    for number, (elder, _flat) in enumerate(lane.elders):
        for one in await timebank.my_visits(elder):
            visit = one.visit
            ended = visit.checked_out_at
            recent = ended is not None and now - timedelta(days=25) < ended
            if visit.state is not State.CONFIRMED or ended is None or not recent:
                continue
            if visit.elder_id != elder.member_id or (number + visit.starts_at.day) % 3 == 0:
                continue
            stars = 4 if visit.starts_at.day % 4 == 0 else 5
            await rate(visit.id, stars, by=elder, at=ended + timedelta(hours=1))


def _actor(member: Member) -> Actor:
    return Actor(member.id, member.community_id, member.roles)
