"""The demo's places: a city, a district and a street with two communities, one of them in grids."""

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid5

import community
import timebank
from app.demo_people import GRIDS, PHONE_PREFIX
from app.founding import Above, areas_above, found_community
from community import Actor, Community, Level, Role
from timebank import Request

CODE: Final = "bali"
NAME: Final = "八里社区"
ABOVE: Final = (
    Above(Level.CITY, "320500", "苏州市"),
    Above(Level.DISTRICT, "320508", "姑苏区"),
    Above(Level.STREET, "jinchang", "金阊街道"),
)
NEXT_DOOR: Final = "meiyuan"
NEXT_DOOR_NAME: Final = "梅园社区"

# Name, roles, minutes to begin with; those of the community next door.
PEOPLE: Final = (
    ("季芳", (Role.COORDINATOR,), 0),
    ("倪娟", (Role.ELDER,), 300),
    ("秦川", (Role.ELDER,), 240),
    ("罗敏", (Role.VOLUNTEER,), 0),
    ("金鑫", (Role.VOLUNTEER,), 0),
    ("林清", (), 0), ("韩冬", (), 0), ("胡蓉", (), 0), ("宋婷", (), 0), ("田野", (), 0),
    ("魏莉", (), 0), ("谢军", (), 0), ("杨帆", (), 0), ("姚芳", (), 0), ("叶青", (), 0),
)  # fmt: skip


async def fill_bali(since: datetime) -> Community:
    """Make the areas above, the community with its time bank and rules, and its nine grids."""
    street = await areas_above(list(ABOVE))
    home = await found_community(
        code=CODE, name=NAME, below=street, desk_phone="0512-6700 1234", at=since
    )
    for number, name in enumerate(GRIDS, 1):
        await community.add_area(level=Level.GRID, code=f"grid-{number}", name=name, below=home.id)
    return home


async def fill_next_door(street: community.Area, now: datetime) -> Community:
    """Make a small community in the same street, where two elders hope for a visit."""
    home = await found_community(
        code=NEXT_DOOR,
        name=NEXT_DOOR_NAME,
        below=street.id,
        desk_phone="0512-6700 5678",
        at=now - timedelta(weeks=2),
    )
    for number, (name, roles, minutes) in enumerate(PEOPLE, 1):
        one = await community.add_member(
            community_id=home.id,
            name=name,
            phone=f"{PHONE_PREFIX}9{number:07d}",
            roles=(*roles, Role.RESIDENT),
            joined_at=now - timedelta(weeks=2),
        )
        if not minutes:
            continue
        await timebank.opening_grant(one.id, minutes, community_id=home.id)
        starts_at = (now + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
        wish = Request("companionship", starts_at, 60, f"梅园里 {number} 号")
        await timebank.ask(
            wish,
            by=Actor(one.id, home.id, one.roles),
            form_key=uuid5(home.id, f"visit of {number}"),
        )
    return home
