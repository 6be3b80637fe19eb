"""Reads, locks and writes the rows of meetings: the only place that knows most of their columns."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import community
from community import Actor
from marketplace.meetings.errors import MeetingOver, UnknownMeeting
from marketplace.meetings.tables import (
    AgendaItemRow,
    MeetingAnswerRow,
    MeetingNoticeRow,
    MeetingPresenceRow,
    MeetingRow,
    MeetingSubjectRow,
)
from marketplace.meetings.values import (
    Access,
    Audience,
    How,
    Item,
    ItemState,
    Kind,
    Meeting,
    MeetingState,
    MinutesState,
    Presence,
    Way,
)

_MEETING: Final = """
SELECT id, community_id, kind, council_id, title, about, starts_at, length, place, link, phone,
    access, access_words, seats, audience, area_id, chair_id, clerk_id, state, reason, secret,
    guests, called_at, held_at, minutes_state, objections_until, published_at,
    (SELECT count(*)::int FROM meeting_answer WHERE meeting_id = one.id AND placed_at IS NOT NULL)
        AS coming,
    (SELECT count(*)::int FROM meeting_answer WHERE meeting_id = one.id AND answer = 'yes'
        AND placed_at IS NULL) AS waiting,
    (SELECT count(*)::int FROM meeting_answer WHERE meeting_id = one.id AND answer = 'online')
        AS online,
    (SELECT count(*)::int FROM meeting_notice WHERE meeting_id = one.id) AS notices
FROM meeting AS one WHERE community_id = {} AND """

_ITEM: Final = """
SELECT id, item.meeting_id, number, title, about, need_id, brought_by, brought_at, state, reason,
    coalesce(written.words, '') AS minutes
FROM agenda_item AS item LEFT JOIN item_minutes AS written ON written.item_id = item.id
WHERE item.community_id = {} AND """

_ADD_ITEM: Final = """
INSERT INTO agenda_item (id, community_id, meeting_id, number, title, about, need_id, brought_by,
    brought_at, state)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT (id) DO NOTHING RETURNING id
"""

_ADD_NOTICE: Final = """
INSERT INTO meeting_notice (community_id, meeting_id, starts_at, length, place, link, phone, why,
    announced_by, announced_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {})
"""


async def meetings(condition: str, *values: Any, community_id: UUID) -> list[Meeting]:
    """Return a community's meetings that fit a condition written in this package."""
    return [
        _meeting(row) for row in await MeetingRow.raw(_MEETING + condition, community_id, *values)
    ]


def _meeting(row: dict[str, Any]) -> Meeting:
    return Meeting(
        **{
            **row,
            "kind": Kind(row["kind"]),
            "access": frozenset(Access(one) for one in row["access"]),
            "audience": Audience(row["audience"]),
            "state": MeetingState(row["state"]),
            "minutes_state": MinutesState(row["minutes_state"]),
            "secret": bytes(row["secret"]),
        }
    )


async def one(meeting_id: UUID, *, community_id: UUID) -> Meeting:
    """Return a meeting. Raises `UnknownMeeting`."""
    found = await meetings("one.id = {}", meeting_id, community_id=community_id)
    if not found:
        raise UnknownMeeting
    return found[0]


async def locked(meeting_id: UUID, *, community_id: UUID) -> Meeting:
    """Return a meeting and keep others from changing it until the transaction ends.

    Raises `UnknownMeeting`.
    """
    await MeetingRow.raw(
        "SELECT id FROM meeting WHERE community_id = {} AND id = {} FOR NO KEY UPDATE",
        community_id,
        meeting_id,
    )
    return await one(meeting_id, community_id=community_id)


async def announced(meeting_id: UUID, *, community_id: UUID) -> Meeting:
    """Return a meeting that is still to be held, locked. Raises `MeetingOver`, `UnknownMeeting`."""
    meeting = await locked(meeting_id, community_id=community_id)
    if meeting.state is not MeetingState.ANNOUNCED:
        raise MeetingOver(meeting.state)
    return meeting


async def set_meeting(meeting: Meeting, **fields: Any) -> None:
    """Change fields of a meeting; their names are this package's own."""
    names = ", ".join(f"{name} = {{}}" for name in fields)
    await MeetingRow.raw(
        f"UPDATE meeting SET {names} WHERE community_id = {{}} AND id = {{}}",  # noqa: S608 (names of ours)
        *fields.values(),
        meeting.community_id,
        meeting.id,
    )


async def add_notice(meeting: Meeting, why: str, *, by: Actor, at: datetime) -> None:
    """Write down what is announced of a meeting as it stands."""
    await MeetingNoticeRow.raw(
        _ADD_NOTICE,
        meeting.community_id,
        meeting.id,
        meeting.starts_at,
        meeting.length,
        meeting.place,
        meeting.link,
        meeting.phone,
        why,
        by.member_id,
        at,
    )


async def add_subjects(meeting_id: UUID, kind: str, ids: Collection[UUID], *, by: Actor) -> None:
    """Write down what a meeting is about: needs, or rounds."""
    for subject_id in dict.fromkeys(ids):
        await MeetingSubjectRow.raw(
            "INSERT INTO meeting_subject (community_id, meeting_id, kind, subject_id)"
            " VALUES ({}, {}, {}, {}) ON CONFLICT ON CONSTRAINT about_it_once DO NOTHING",
            by.community_id,
            meeting_id,
            kind,
            subject_id,
        )


async def subjects(meeting: Meeting) -> dict[str, list[UUID]]:
    """Return the ids of what a meeting is about: `need`, `round`."""
    found: dict[str, list[UUID]] = {"need": [], "round": []}
    for row in await MeetingSubjectRow.raw(
        "SELECT kind, subject_id FROM meeting_subject WHERE community_id = {} AND meeting_id = {}"
        " ORDER BY subject_id",
        meeting.community_id,
        meeting.id,
    ):
        found[row["kind"]].append(row["subject_id"])
    return found


async def items(condition: str, *values: Any, community_id: UUID) -> list[Item]:
    """Return items of agendas that fit a condition written in this package."""
    rows = await AgendaItemRow.raw(_ITEM + condition, community_id, *values)
    return [Item(**{**row, "state": ItemState(row["state"])}) for row in rows]


async def agenda(meeting: Meeting) -> list[Item]:
    """Return a meeting's accepted items in their order."""
    return await items(
        "item.meeting_id = {} AND state = 'accepted' ORDER BY number",
        meeting.id,
        community_id=meeting.community_id,
    )


async def item_of(meeting: Meeting, item_id: UUID) -> Item:
    """Return an item of a meeting. Raises `UnknownMeeting`."""
    found = await items(
        "item.meeting_id = {} AND id = {}", meeting.id, item_id, community_id=meeting.community_id
    )
    if not found:
        raise UnknownMeeting
    return found[0]


async def add_item(item: Item, *, by: Actor) -> bool:
    """Store a new item; return False where it is there already."""
    stored = await AgendaItemRow.raw(
        _ADD_ITEM,
        item.id,
        by.community_id,
        item.meeting_id,
        item.number,
        item.title,
        item.about,
        item.need_id,
        item.brought_by,
        item.brought_at,
        item.state.value,
    )
    return bool(stored)


async def next_number(meeting: Meeting) -> int:
    """Return the place of the next item, under the meeting's lock."""
    (row,) = await AgendaItemRow.raw(
        "SELECT coalesce(max(number), 0) + 1 AS number FROM agenda_item WHERE meeting_id = {}",
        meeting.id,
    )
    return int(row["number"])


async def answered(meeting: Meeting, *, but_no: bool = True) -> list[UUID]:
    """Return who answered, the earliest first; without those who do not come."""
    found = await _answers(meeting)
    return [member_id for member_id, answer in found if not (but_no and answer == "no")]


async def declined(meeting: Meeting) -> list[UUID]:
    """Return who said that they do not come."""
    return [member_id for member_id, answer in await _answers(meeting) if answer == "no"]


async def _answers(meeting: Meeting) -> list[tuple[UUID, str]]:
    found = await MeetingAnswerRow.raw(
        "SELECT member_id, answer FROM meeting_answer WHERE community_id = {} AND meeting_id = {}"
        " ORDER BY answered_at, member_id",
        meeting.community_id,
        meeting.id,
    )
    return [(row["member_id"], row["answer"]) for row in found]


async def present(meeting: Meeting) -> list[Presence]:
    """Return who is written down as present, in the order in which they came."""
    rows = await MeetingPresenceRow.raw(
        "SELECT member_id, way, how, came_at FROM meeting_presence"
        " WHERE community_id = {} AND meeting_id = {} ORDER BY came_at, member_id",
        meeting.community_id,
        meeting.id,
    )
    return [
        Presence(row["member_id"], Way(row["way"]), How(row["how"]), row["came_at"]) for row in rows
    ]


async def note(act: str, meeting: Meeting, *, by: Actor, **details: Any) -> None:
    """Add what was done to the community's audit trail."""
    await community.record(
        f"meeting.{act}",
        by=by,
        subject_kind="meeting",
        subject_id=meeting.id,
        details=details or None,
    )
