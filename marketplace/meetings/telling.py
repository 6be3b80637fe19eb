"""Tells people of meetings, within the verb's transaction."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import community
from community import Fill, Role, Standing
from marketplace.councils import seats_at
from marketplace.meetings import rows
from marketplace.meetings.values import Audience, Meeting
from marketplace.needs.reading import followers

NEAR: Final = timedelta(days=1)


def page(meeting: Meeting) -> str:
    """Return where a meeting's page is."""
    return f"/meetings/{meeting.id}"


async def invited(meeting: Meeting) -> set[UUID]:
    """Return who is told of a meeting: its council, and those whom its notice is for."""
    found = {meeting.chair_id, meeting.clerk_id}
    if meeting.council_id is not None:
        seats = await seats_at(
            meeting.council_id, at=meeting.called_at, community_id=meeting.community_id
        )
        found |= {seat.member_id for seat in seats}
    for need_id in (await rows.subjects(meeting))["need"]:
        found |= set(await followers(need_id, community_id=meeting.community_id))
    if meeting.audience is Audience.EVERYONE:
        found |= await _residents(meeting.community_id)
    elif meeting.audience is Audience.AREA and meeting.area_id is not None:
        found |= await _residents_of(meeting.area_id, meeting.community_id)
    return found


async def _residents(community_id: UUID) -> set[UUID]:
    found = await community.members(community_id, Role.RESIDENT)
    return {one.id for one in found if one.standing is Standing.ACTIVE}


async def _residents_of(area_id: UUID, community_id: UUID) -> set[UUID]:
    """Return the residents of a grid, or of the whole community."""
    if area_id == community_id:
        return await _residents(community_id)
    found: set[UUID] = set()
    after = None
    while True:
        page_of = await community.directory_page(
            community_id, role=Role.RESIDENT, grid_id=area_id, after=after
        )
        found |= {one.id for one in page_of.members}
        after = page_of.next
        if after is None:
            return found


async def tell(  # noqa: PLR0913 (a message has these parts)
    meeting: Meeting,
    members: Iterable[UUID],
    kind: str,
    fill: Fill | None = None,
    *,
    but: UUID | None = None,
    urgent: bool = False,
    settles: bool = False,
    link: str | None = None,
) -> None:
    """Tell these members; with `settles`, what they were told of the meeting before is no news."""
    whom = sorted(one for one in set(members) if one != but)
    if settles:
        await community.settle_messages_of(whom, page(meeting), community_id=meeting.community_id)
    await community.tell_all(
        whom,
        kind,
        community_id=meeting.community_id,
        fill={"title": meeting.title, **(fill or {})},
        link=link or page(meeting),
        urgent=urgent,
    )


def when_and_where(meeting: Meeting) -> Fill:
    """Return the gaps for time and place."""
    return {"at": meeting.starts_at, "place": meeting.place}


def near(meeting: Meeting, at: datetime) -> bool:
    """Whether the meeting is so near that the news cannot wait."""
    return meeting.starts_at - at < NEAR
