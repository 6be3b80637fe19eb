"""The demo's volunteers: what they like to give and when, their certificates, who asks to help."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import community
import timebank
from app.demo_cast import COORDINATORS, NEIGHBOURS, VOLUNTEERS
from community import Actor, Community, Member
from timebank import care
from timebank.care import Claim, Extra, Hours, Profile, Speech

# What each likes to give, in which languages besides Mandarin, when, and what others should know.
# Mornings, afternoons and evenings as the form has them.
MORNING: Final = (480, 720)
AFTERNOON: Final = (780, 1020)
EVENING: Final = (1080, 1200)
WORKDAYS: Final = range(1, 6)
WEEKEND: Final = (6, 7)

Week = Sequence[tuple[int, tuple[int, int]]]


def _days(days: Sequence[int] | range, *parts: tuple[int, int]) -> Week:
    return [(day, part) for day in days for part in parts]


PROFILES: Final[Sequence[tuple[tuple[str, ...], tuple[Speech, ...], Week, str]]] = (
    (("hospital", "cleaning", "companionship"), (Speech.DIALECT,), _days(WORKDAYS, MORNING),
     "退休前在医院工作，熟悉挂号流程。"),
    (("companionship", "meals", "bathing"), (Speech.DIALECT,), _days(WORKDAYS, MORNING, AFTERNOON),
     "照顾过母亲，会做清淡的菜。"),
    (("digital", "fraud"), (Speech.ENGLISH,), _days(range(1, 8), EVENING), "做软件的，有耐心。"),
    (("cleaning", "outings"), (Speech.DIALECT,), _days(WEEKEND, MORNING, AFTERNOON), ""),
    (("legal", "fraud"), (Speech.ENGLISH,), _days(WEEKEND, MORNING), "执业律师。"),
    (("culture", "companionship"), (Speech.DIALECT,), _days((2, 4), AFTERNOON), "会书法和评弹。"),
    (("outings", "hospital", "urgent"), (), _days(WORKDAYS, AFTERNOON), ""),
    (("meals", "health"), (Speech.DIALECT, Speech.SIGN), _days((1, 3, 5), MORNING), "懂一点手语。"),
    (("digital", "culture"), (Speech.CANTONESE,), _days(WEEKEND, AFTERNOON), ""),
)  # fmt: skip
"""The last of the volunteers has told nothing yet: that has to be looked at as well."""


async def fill_volunteers(home: Community, known: Mapping[str, Member], now: datetime) -> None:
    """Let the volunteers say what they like to give, check their certificates, and two apply."""
    services = {one.code: one.id for one in await timebank.care_services(home.id)}
    kinds = {one.code: one.id for one in await care.certificate_kinds(home.id)}
    grids = [one.id for one in await community.grids(home.id)]
    today = now.astimezone(ZoneInfo(home.time_zone)).date()
    for number, (codes, speeches, week, words) in enumerate(PROFILES):
        by = _actor(known[VOLUNTEERS[number]])
        profile = Profile(
            words,
            frozenset(services[code] for code in codes),
            frozenset(grids[number % len(grids) :][:2]),
            frozenset({Speech.MANDARIN, *speeches}),
            honours_public=number % 2 == 0,
        )
        await care.save_profile(profile, by=by, at=now)
        await care.save_hours([Hours(day, *part) for day, part in week], by=by)
    li, zhou, wang, zhang = (_actor(known[name]) for name in VOLUNTEERS[:4])
    await care.add_away(
        uuid5(home.id, "away"), today + timedelta(days=9), today + timedelta(days=12), by=wang
    )
    free = Extra(today + timedelta(days=6), *AFTERNOON)
    await care.add_extra(uuid5(home.id, "extra"), free, by=li)
    desk = _actor(known[COORDINATORS[0]])
    years = timedelta(days=700)
    await _checked(home, kinds["first_aid"], today - years, today + timedelta(days=24), li, desk)
    await _checked(home, kinds["bathing_care"], today - years, None, zhou, desk)
    claim = Claim(uuid5(home.id, "claim"), kinds["first_aid"], today - timedelta(days=20), None)
    await care.claim_certificate(claim, by=zhang)
    for name, words in ((NEIGHBOURS[1], "周末有空，想陪老人聊天。"), (NEIGHBOURS[2], "")):
        profile = Profile(
            words, frozenset({services["companionship"]}), languages=frozenset({Speech.MANDARIN})
        )
        await care.save_profile(profile, by=_actor(known[name]), at=now - timedelta(hours=30))


async def _checked(  # noqa: PLR0917 (a certificate has these parts)
    home: Community, kind: UUID, issued: date, expires: date | None, of: Actor, desk: Actor
) -> None:
    key = uuid5(home.id, f"certificate {kind} of {of.member_id}")
    claim = Claim(key, kind, issued, expires, f"苏红 {issued:%Y}-{key.int % 10_000:04d}")
    one = await care.claim_certificate(claim, by=of)
    await care.verify_certificate(
        one.id, of=of.member_id, evidence="原件，在社区服务站看过", by=desk, at=datetime.now(UTC)
    )


def _actor(member: Member) -> Actor:
    return Actor(member.id, member.community_id, member.roles)
