"""The minutes: written item by item, shared for objections, published for good, then added to."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import ledger
from community import Actor, system
from marketplace.meetings import rows, rules, telling
from marketplace.meetings.calling import require_runs
from marketplace.meetings.errors import (
    InvalidMeeting,
    MeetingOver,
    MinutesClosed,
    MinutesMissing,
    NotNow,
    NotYourMeeting,
)
from marketplace.meetings.policy import meeting_policy_at
from marketplace.meetings.tables import ItemMinutesRow, MeetingRow, MinutesNoteRow
from marketplace.meetings.values import Meeting, MeetingState, MinutesNote, MinutesState

_WRITE: Final = """
INSERT INTO item_minutes (community_id, meeting_id, item_id, words, written_by, written_at)
VALUES ({}, {}, {}, {}, {}, {})
ON CONFLICT ON CONSTRAINT minutes_of_an_item DO UPDATE
SET words = excluded.words, written_by = excluded.written_by, written_at = excluded.written_at
"""

_NOTE: Final = """
INSERT INTO minutes_note (id, community_id, meeting_id, kind, words, written_by, written_at)
VALUES ({}, {}, {}, {}, {}, {}, {}) ON CONFLICT (id) DO NOTHING RETURNING id
"""

_DUE: Final = """
SELECT id, community_id FROM meeting WHERE minutes_state = 'shared' AND objections_until <= {}
ORDER BY objections_until, id
"""


async def write_minutes(
    meeting_id: UUID, words: Mapping[UUID, str], *, by: Actor, at: datetime | None = None
) -> Meeting:
    """Write what was said on each item; until they are published the last word counts.

    An empty text leaves an item as it is. Raises `NotYourMeeting`, `NotNow`, `InvalidMeeting`,
    `MinutesClosed`, `MeetingOver` for a meeting called off, `UnknownMeeting`.
    """
    moment = at or datetime.now(UTC)
    async with ledger.transaction():
        meeting = await rows.locked(meeting_id, community_id=by.community_id)
        require_runs(meeting, by, "write")
        if meeting.state is MeetingState.CANCELLED:
            raise MeetingOver(meeting.state)
        if moment < meeting.starts_at:
            raise NotNow(meeting.starts_at, None)
        if meeting.minutes_state is MinutesState.PUBLISHED:
            raise MinutesClosed(meeting.minutes_state)
        written = []
        for item in await rows.agenda(meeting):
            said = words.get(item.id, "").strip()
            if not said or said == item.minutes:
                continue
            rules.check_minutes(item.id, said)
            await ItemMinutesRow.raw(
                _WRITE, by.community_id, meeting.id, item.id, said, by.member_id, moment
            )
            written.append(item.number)
        if written:
            await rows.note("write", meeting, by=by, items=written)
        return await rows.one(meeting.id, community_id=by.community_id)


async def share_minutes(meeting_id: UUID, *, by: Actor, at: datetime | None = None) -> Meeting:
    """Show the minutes to those who were there, for objections; after some days they are published.

    The last day for objections counts to its end. A second time changes nothing. Raises
    `NotYourMeeting`, `NotNow` for a meeting not yet held, `MinutesMissing`, `UnknownMeeting`.
    """
    moment = at or datetime.now(UTC)
    async with ledger.transaction():
        meeting = await rows.locked(meeting_id, community_id=by.community_id)
        require_runs(meeting, by, "share")
        if meeting.state is not MeetingState.HELD:
            raise NotNow(meeting.ends_at, None)
        if meeting.minutes_state is not MinutesState.OPEN:
            return meeting
        missing = [item.number or 0 for item in await rows.agenda(meeting) if not item.minutes]
        if missing:
            raise MinutesMissing(tuple(missing))
        policy = await meeting_policy_at(by.community_id, moment)
        home = await community.community(by.community_id)
        zone = ZoneInfo(home.time_zone)
        last = moment.astimezone(zone).date() + timedelta(days=policy.objection_days + 1)
        until = datetime.combine(last, time(), zone)
        await rows.set_meeting(
            meeting, minutes_state=MinutesState.SHARED.value, objections_until=until
        )
        await rows.note("share", meeting, by=by)
        there = [one.member_id for one in await rows.present(meeting)]
        fill = {"day": until.astimezone(zone).date() - timedelta(days=1)}
        await telling.tell(meeting, there, "meeting.minutes_shared", fill, but=by.member_id)
        return await rows.one(meeting.id, community_id=by.community_id)


async def object_to_minutes(
    meeting_id: UUID,
    words: str,
    *,
    by: Actor,
    id: UUID | None = None,  # noqa: A002 (the row's name)
    at: datetime | None = None,
) -> MinutesNote:
    """Say what the minutes got wrong, as somebody who was there; who writes them is told.

    Raises `NotYourMeeting`, `InvalidMeeting`, `MinutesClosed`, `UnknownMeeting`.
    """
    moment = at or datetime.now(UTC)
    rules.check_words(words=words)
    async with ledger.transaction():
        meeting = await rows.locked(meeting_id, community_id=by.community_id)
        there = {one.member_id for one in await rows.present(meeting)}
        if by.on_behalf_of is not None or by.member_id not in there:
            raise NotYourMeeting("object")
        if meeting.minutes_state is not MinutesState.SHARED or (
            meeting.objections_until is not None and moment >= meeting.objections_until
        ):
            raise MinutesClosed(meeting.minutes_state)
        written, new = await _add(meeting, "objection", words, by=by, key=id, moment=moment)
        if new:
            await telling.tell(meeting, {meeting.clerk_id}, "meeting.objection", but=by.member_id)
        return written


async def add_to_minutes(
    meeting_id: UUID,
    words: str,
    *,
    by: Actor,
    id: UUID | None = None,  # noqa: A002 (the row's name)
    at: datetime | None = None,
) -> MinutesNote:
    """Correct published minutes by an addition with its author and date.

    Raises `NotYourMeeting`, `InvalidMeeting`, `MinutesClosed`, `UnknownMeeting`.
    """
    moment = at or datetime.now(UTC)
    rules.check_words(words=words)
    async with ledger.transaction():
        meeting = await rows.locked(meeting_id, community_id=by.community_id)
        require_runs(meeting, by, "write")
        if meeting.minutes_state is not MinutesState.PUBLISHED:
            raise MinutesClosed(meeting.minutes_state)
        written, _new = await _add(meeting, "addition", words, by=by, key=id, moment=moment)
        return written


async def _add(
    meeting: Meeting, kind: str, words: str, *, by: Actor, key: UUID | None, moment: datetime
) -> tuple[MinutesNote, bool]:
    written = MinutesNote(key or ledger.new_id(), kind, words.strip(), by.member_id, moment)
    stored = await MinutesNoteRow.raw(
        _NOTE,
        written.id,
        meeting.community_id,
        meeting.id,
        kind,
        written.words,
        by.member_id,
        moment,
    )
    if stored:
        await rows.note("object" if kind == "objection" else "add", meeting, by=by)
        return written, True
    for one in await notes(meeting):
        if (one.id, one.kind, one.written_by) == (written.id, kind, by.member_id):
            return one, False
    raise InvalidMeeting("words", "sent before")


async def notes(meeting: Meeting) -> list[MinutesNote]:
    """Return objections and additions, the earliest first."""
    found = await MinutesNoteRow.raw(
        "SELECT id, kind, words, written_by, written_at FROM minutes_note"
        " WHERE community_id = {} AND meeting_id = {} ORDER BY written_at, id",
        meeting.community_id,
        meeting.id,
    )
    return [MinutesNote(**row) for row in found]


async def publish_minutes(*, at: datetime | None = None) -> int:
    """Publish minutes whose time for objections is over, once each; a job.

    Each meeting is a transaction of its own. Return how many were published.
    """
    moment = at or datetime.now(UTC)
    published = 0
    for due in await MeetingRow.raw(_DUE, moment):
        async with ledger.transaction():
            claimed = await MeetingRow.raw(
                "SELECT id FROM meeting WHERE id = {} AND minutes_state = 'shared'"
                " AND objections_until <= {} FOR NO KEY UPDATE SKIP LOCKED",
                due["id"],
                moment,
            )
            if not claimed:
                continue
            meeting = await rows.one(due["id"], community_id=due["community_id"])
            await rows.set_meeting(
                meeting, minutes_state=MinutesState.PUBLISHED.value, published_at=moment
            )
            await rows.note("publish", meeting, by=system(meeting.community_id))
            there = {one.member_id for one in await rows.present(meeting)}
            await telling.tell(
                meeting, there | {meeting.chair_id}, "meeting.minutes_published", settles=True
            )
            published += 1
    return published
