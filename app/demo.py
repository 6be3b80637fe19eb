"""The demo community: a few dozen made-up neighbours, their visits, and what they decide together.

Each part fills itself through the verbs of its wing. The whole is one transaction: a demo is there
in full or not at all, and filling it again changes nothing.
"""

from datetime import UTC, datetime
from typing import Final

import community
import ledger
from app.demo_kin import fill_kin
from app.demo_marketplace import fill as fill_marketplace
from app.demo_timebank import fill_time_bank
from community import Community, Role

CODE: Final = "fengchi"
STAFF: Final = (
    ("沈洁", (Role.COORDINATOR, Role.RESIDENT)),
    ("马国强", (Role.TREASURER, Role.RESIDENT)),
    ("唐雅琴", (Role.AUDITOR, Role.RESIDENT)),
)
RESIDENTS: Final = (
    "丁一凡", "方小雨", "冯志远", "郭彩霞", "韩冬", "胡蓉", "金鑫", "林清", "罗敏", "倪娟",
    "秦川", "宋婷", "田野", "魏莉", "谢军", "杨帆", "姚芳", "叶青",
)  # fmt: skip


async def fill() -> list[str]:
    """Fill in the demo unless it is there; return a line for each person worth signing in as."""
    try:
        home = await community.community_by_code(CODE)
    except community.UnknownCommunity:
        async with ledger.transaction():
            home = await _fill(datetime.now(UTC))
    return await _people(home)


async def _fill(now: datetime) -> Community:
    home = await community.add_community(code=CODE, name="凤池社区", desk_phone="0512-6700 1234")
    for name, roles in (*STAFF, *((name, (Role.RESIDENT,)) for name in RESIDENTS)):
        await community.add_member(community_id=home.id, name=name, roles=roles)
    await fill_time_bank(home, now)
    known = {one.name: one for one in await community.members(home.id)}
    mother, neighbour, coordinator = (known[name] for name in ("陈桂芳", "吴德明", "沈洁"))
    await fill_kin(home, mother=mother, neighbour=neighbour, coordinator=coordinator, now=now)
    await fill_marketplace(home, await community.members(home.id))
    return home


async def _people(home: Community) -> list[str]:
    """Return who can sign in: the first of each role, and how many more there are."""
    told = []
    for role in (
        Role.ELDER,
        Role.VOLUNTEER,
        Role.DELEGATE,
        Role.COORDINATOR,
        Role.TREASURER,
        Role.AUDITOR,
        Role.RESIDENT,
    ):
        found = await community.members(home.id, role)
        names = "、".join(one.name for one in found[:3])
        if found:
            more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""  # noqa: PLR2004 (a few)
            told.append(f"{role.value.replace('_', ' ')}: {names}{more}")
    return told
