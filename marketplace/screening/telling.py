"""Tells coordinators of what waits: an appeal, a term that ends soon, a term that is over."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from community import SYSTEM, Actor, Role
from marketplace.needs import Need
from marketplace.needs.tables import NeedRow
from marketplace.refusals import verb
from marketplace.screening import rows, rules
from marketplace.screening.policy import screening_policy
from marketplace.screening.tables import ScreeningRow

_UNOPENED: Final = """
SELECT id FROM need WHERE community_id = {} AND state = 'seconded'
    AND NOT EXISTS (SELECT FROM screening WHERE need_id = need.id)
ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""

_SCREENINGS: Final = """
SELECT screening.need_id, title, due_at, reminded_at, overdue_at
FROM screening JOIN need ON need.id = need_id
WHERE screening.community_id = {} AND outcome IS NULL AND need.state = 'seconded'
    AND overdue_at IS NULL
ORDER BY screening.need_id FOR NO KEY UPDATE OF screening SKIP LOCKED
"""

_APPEALS: Final = """
SELECT appeal.need_id, title, due_at, reminded_at, overdue_at
FROM screening_appeal AS appeal JOIN need ON need.id = need_id
WHERE appeal.community_id = {} AND granted IS NULL AND need.state = 'refused'
    AND overdue_at IS NULL
ORDER BY appeal.need_id FOR NO KEY UPDATE OF appeal SKIP LOCKED
"""

_MARK: Final = {
    "screening": "UPDATE screening SET reminded_at = {}, overdue_at = {}"
    " WHERE community_id = {} AND need_id = {}",
    "appeal": "UPDATE screening_appeal SET reminded_at = {}, overdue_at = {}"
    " WHERE community_id = {} AND need_id = {}",
}


_KINDS: Final = {
    ("screening", False): "screening.due",
    ("screening", True): "screening.overdue",
    ("appeal", False): "appeal.due",
    ("appeal", True): "appeal.overdue",
}


async def coordinators(community_id: UUID) -> list[UUID]:
    """Return who is a coordinator at this very community now, each once."""
    held = await community.staff_at(community_id)
    return sorted({one.member_id for one in held if one.role is Role.COORDINATOR})


async def tell_coordinators(
    need: Need, kind: str, *, but: Collection[UUID | None] = (), day: date | None = None
) -> None:
    """Tell a community's coordinators about a need, within the caller's transaction."""
    for member_id in await coordinators(need.community_id):
        if member_id not in but:
            await _tell(member_id, kind, (need.community_id, need.id, need.title), day)


async def remind_of_screenings(at: datetime | None = None) -> int:
    """Give waiting needs their term, and tell coordinators of terms that end soon or are over.

    Each once, with two workers too; a job, which may be repeated safely. Returns how many
    screenings and appeals coordinators were told of.
    """
    moment = at or datetime.now(UTC)
    told = 0
    for home in await community.communities():
        zone = ZoneInfo(home.time_zone)
        async with verb():
            await _give_terms(home.id)
            for sort, found in (
                ("screening", await ScreeningRow.raw(_SCREENINGS, home.id)),
                ("appeal", await ScreeningRow.raw(_APPEALS, home.id)),
            ):
                days = (await screening_policy(home.id, moment)).remind_days if found else 0
                for row in found:
                    told += await _remind(sort, row, (home.id, days, zone), moment)
    return told


async def _give_terms(community_id: UUID) -> None:
    """Write down until when needs that wait should be screened."""
    for row in await NeedRow.raw(_UNOPENED, community_id):
        await rows.opened(row["id"], community_id=community_id)
        await community.record(
            "screening.open",
            by=Actor(SYSTEM, community_id),
            subject_kind="need",
            subject_id=row["id"],
        )


async def _remind(
    sort: str, row: Mapping[str, Any], home: tuple[UUID, int, ZoneInfo], moment: datetime
) -> bool:
    """Tell of one term if it is time, and mark it as told; return whether."""
    community_id, days, zone = home
    over = moment > row["due_at"]
    soon = row["reminded_at"] is None and moment >= rules.remind_from(row["due_at"], days, zone)
    if not (over or soon):
        return False
    kind = _KINDS[sort, over]
    for member_id in await coordinators(community_id):
        day = row["due_at"].astimezone(zone).date()
        await _tell(member_id, kind, (community_id, row["need_id"], row["title"]), day)
    await ScreeningRow.raw(
        _MARK[sort],
        row["reminded_at"] or moment,
        moment if over else None,
        community_id,
        row["need_id"],
    )
    await community.record(
        "screening.remind",
        by=Actor(SYSTEM, community_id),
        subject_kind="need",
        subject_id=row["need_id"],
        details={"kind": kind},
    )
    return True


async def _tell(member_id: UUID, kind: str, need: tuple[UUID, UUID, str], day: date | None) -> None:
    community_id, need_id, title = need
    await community.tell(
        member_id,
        kind,
        community_id=community_id,
        fill={"title": title, "day": day or ""},
        link=f"/needs/{need_id}/screening",
    )
