"""Tells the two sides of a visit what happened to it, within the verb's transaction.

What either was told of the same visit before is no news any more, and marked as read.
A visit near enough to disturb somebody for (withdrawn or called off within a day) does not wait
for the end of quiet hours.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import community
from community import Actor, Fill
from timebank.values import Side, Visit, credit

NEAR: Final = timedelta(days=1)

_MISSED: Final = {
    Side.ELDER: "visit.no_show_elder",
    Side.VOLUNTEER: "visit.no_show_volunteer",
}


async def tell_offered(visit: Visit) -> None:
    """Ask the volunteer to whom a request is offered."""
    if visit.volunteer_id is not None:
        fill = {"elder": await _name(visit, visit.elder_id), **_what_and_when(visit)}
        await _tell(visit, visit.volunteer_id, "visit.offered", fill)


async def tell_accepted(visit: Visit, *, by: Actor) -> None:
    """Tell the elder who comes, and when; and the volunteer whom the desk has booked."""
    await _tell(
        visit,
        visit.elder_id,
        "visit.accepted",
        {"volunteer": await _name(visit, visit.volunteer_id), **_what_and_when(visit)},
    )
    if visit.volunteer_id is not None and visit.volunteer_id != by.member_id:
        fill = {"elder": await _name(visit, visit.elder_id), **_what_and_when(visit)}
        await _tell(visit, visit.volunteer_id, "visit.assigned", fill)


async def tell_late(visit: Visit, minutes: int) -> None:
    """Tell the elder at once that the volunteer will be late."""
    fill = {
        "volunteer": await _name(visit, visit.volunteer_id),
        "minutes": minutes,
        **_what_and_when(visit),
    }
    await _tell(visit, visit.elder_id, "visit.late", fill, urgent=True)


async def tell_no_show(visit: Visit, *, by: Actor) -> None:
    """Tell both sides, but for who said so, that one of them was not there."""
    for side in (visit.elder_id, visit.volunteer_id):
        if visit.absent is not None and side is not None and side != by.member_id:
            await _tell(visit, side, _MISSED[visit.absent], _what_and_when(visit))


async def tell_expired(visit: Visit) -> None:
    """Tell the elder that nobody could come; the page offers to ask anew with one tap."""
    await _tell(visit, visit.elder_id, "visit.expired", _what_and_when(visit))


async def tell_ending(visit: Visit, *, delegate: UUID | None) -> None:
    """Tell who asked that nobody has taken a request that ends soon; its page renews it."""
    await _tell(visit, visit.elder_id, "visit.ending", _what_and_when(visit))
    if delegate is not None:
        await community.tell(
            delegate,
            "visit.ending_for",
            community_id=visit.community_id,
            fill={"elder": await _name(visit, visit.elder_id), **_what_and_when(visit)},
            link=f"/for/{visit.elder_id}/visits/{visit.id}",
        )


async def settle_ending(visit: Visit) -> None:
    """Ask the elder nothing more about a request that stays open."""
    await _settle(visit, visit.elder_id)


async def tell_disputed(visit: Visit, *, by: Actor) -> None:
    """Tell the other side that a visit is disputed; coordinators find it in their inbox."""
    await _settle(visit, visit.elder_id)
    for side in (visit.elder_id, visit.volunteer_id):
        if side is not None and side != by.principal:
            await _tell(visit, side, "visit.disputed", _what_and_when(visit))


async def tell_uncovered(visit: Visit, coordinators: Iterable[UUID]) -> None:
    """Tell coordinators who have not heard of it that a volunteer is there and hours lack."""
    fill = {"elder": await _name(visit, visit.elder_id), **_what_and_when(visit)}
    for one in coordinators:
        known = {
            (told.kind, told.link)
            for told in await community.inbox(one, community_id=visit.community_id)
            if told.read_at is None
        }
        if ("visit.uncovered", _page(visit)) not in known:
            await _tell(visit, one, "visit.uncovered", fill)


async def tell_resolved(visit: Visit) -> None:
    """Tell both sides what a coordinator decided."""
    fill = {"minutes": visit.minutes_confirmed or 0, **_what_and_when(visit)}
    for side in (visit.elder_id, visit.volunteer_id):
        if side is not None:
            await _tell(visit, side, "visit.resolved", fill)


async def tell_withdrawn(visit: Visit, *, at: datetime) -> None:
    """Tell the elder that the volunteer gave the visit back; `visit` is as it was before."""
    await _tell(
        visit,
        visit.elder_id,
        "visit.withdrawn",
        {"volunteer": await _name(visit, visit.volunteer_id), **_what_and_when(visit)},
        urgent=_near(visit, at),
    )


async def tell_finished(visit: Visit) -> None:
    """Ask the elder to confirm what the clock or the volunteer said."""
    await _tell(
        visit,
        visit.elder_id,
        "visit.finished",
        {
            "volunteer": await _name(visit, visit.volunteer_id),
            "minutes": visit.minutes_measured or 0,
            **_what(visit),
        },
    )


async def tell_confirmed(visit: Visit) -> None:
    """Tell the volunteer how many minutes are theirs; the elder need not be asked any more."""
    await _settle(visit, visit.elder_id)
    if visit.volunteer_id is not None:
        await _tell(
            visit,
            visit.volunteer_id,
            "visit.confirmed",
            {
                "elder": await _name(visit, visit.elder_id),
                "minutes": credit(visit.minutes_confirmed or 0, visit.credit_per_hour),
            },
        )


async def tell_cancelled(visit: Visit, *, by: Actor, at: datetime) -> None:
    """Tell both sides, but for the one who called it off, that nobody comes."""
    await _settle(visit, visit.elder_id)
    urgent = _near(visit, at)
    if visit.volunteer_id is None:
        if visit.elder_id != by.member_id:
            what = _what_and_when(visit)
            await _tell(visit, visit.elder_id, "visit.called_off", what, urgent=urgent)
        return
    sides = (visit.elder_id, visit.volunteer_id), (visit.volunteer_id, visit.elder_id)
    for side, other in sides:
        if side != by.member_id:
            fill = {"other": await _name(visit, other), **_what_and_when(visit)}
            await _tell(visit, side, "visit.cancelled", fill, urgent=urgent)


async def _tell(
    visit: Visit, member_id: UUID, kind: str, fill: Fill, *, urgent: bool = False
) -> None:
    """Tell one side; with a link to the visit's page."""
    await _settle(visit, member_id)
    await community.tell(
        member_id,
        kind,
        community_id=visit.community_id,
        fill=fill,
        link=_page(visit),
        urgent=urgent,
    )


async def _settle(visit: Visit, member_id: UUID) -> None:
    await community.settle_messages(member_id, _page(visit), community_id=visit.community_id)


def _page(visit: Visit) -> str:
    return f"/time-bank/visits/{visit.id}"


def _near(visit: Visit, at: datetime) -> bool:
    return visit.starts_at - at < NEAR


async def _name(visit: Visit, member_id: UUID | None) -> str:
    found = await community.named_members(
        {member_id} if member_id else set(), community_id=visit.community_id
    )
    return next(iter(found.values()), "")


def _what(visit: Visit) -> dict[str, str]:
    return {"help_zh": visit.care_service.name_zh, "help_en": visit.care_service.name_en}


def _what_and_when(visit: Visit) -> dict[str, str | datetime]:
    return {**_what(visit), "at": visit.starts_at}
