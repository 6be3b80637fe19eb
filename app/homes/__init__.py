"""What a member's home shows, part by part: only what their roles ask for, in few queries.

`parts_of` gathers it. The parts that are about the member come from `personal`, what waits at the
desk from `inbox`, and what treasurer, auditor and administrator look after from `oversight`.
"""

from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.homes import inbox, oversight, personal
from community import STAFF, Actor, Community, Role

__all__ = ["parts_of"]

PARTS: Final = (
    "visits", "delegate", "resident", "projects", "needs", "meeting", "inbox", "book", "treasurer",
    "auditor", "administrator",
)  # fmt: skip


async def parts_of(by: Actor, home: Community, *, at: datetime | None = None) -> dict[str, Any]:
    """Return each part of a member's home by its name; None where the part is not for them."""
    now = at or datetime.now(UTC)
    zone = ZoneInfo(home.time_zone)
    roles = by.roles
    parts: dict[str, Any] = dict.fromkeys(PARTS)
    if roles & {Role.ELDER, Role.VOLUNTEER} or not roles & STAFF:
        parts["visits"] = await personal.visits(by, now, zone)
    if Role.DELEGATE in roles:
        parts["delegate"] = await personal.acted_for(by, now)
    if Role.RESIDENT in roles:
        parts["resident"] = await personal.rounds(by)
        parts["projects"] = await personal.projects(by, zone)
        parts["needs"] = await personal.needs_here(by)
        parts["meeting"] = await personal.next_meeting(by)
    if inbox.is_for(by):
        parts["inbox"] = await inbox.waiting(by, now)
    if roles & {Role.TREASURER, Role.AUDITOR}:
        parts["book"] = await oversight.book(home)
    if Role.TREASURER in roles:
        parts["treasurer"] = await oversight.money(home)
    if Role.AUDITOR in roles:
        parts["auditor"] = await oversight.trail(by, zone)
    if Role.ADMINISTRATOR in roles:
        parts["administrator"] = await oversight.house(by, home, now)
    return parts
