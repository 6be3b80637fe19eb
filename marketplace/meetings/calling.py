"""The verbs that announce a meeting, change its time or place, and call it off."""

import secrets
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import ledger
from community import Actor, Role
from marketplace import councils
from marketplace.meetings import rows, rules, telling
from marketplace.meetings.errors import (
    InvalidMeeting,
    MeetingOver,
    NoticeTooShort,
    NotYourMeeting,
)
from marketplace.meetings.policy import meeting_policy_at
from marketplace.meetings.tables import MeetingRow
from marketplace.meetings.values import (
    Change,
    Item,
    ItemState,
    Meeting,
    MeetingDraft,
    MeetingState,
)
from marketplace.needs import UnknownNeed, read_need

SECRET_BYTES: Final = 32

_ADD: Final = """
INSERT INTO meeting (id, community_id, kind, council_id, title, about, starts_at, length, place,
    link, phone, access, access_words, seats, audience, area_id, chair_id, clerk_id, state, secret,
    called_by, called_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, 'announced', {},
    {}, {})
ON CONFLICT DO NOTHING RETURNING id
"""


def runs(meeting: Meeting, by: Actor) -> bool:
    """Whether somebody runs a meeting: a coordinator, who chairs, who writes the minutes."""
    if by.on_behalf_of is not None:
        return False
    return Role.COORDINATOR in by.roles or by.member_id in {meeting.chair_id, meeting.clerk_id}


def require_runs(meeting: Meeting, by: Actor, act: str) -> None:
    """Raise `NotYourMeeting` for whoever does not run the meeting."""
    if not runs(meeting, by):
        raise NotYourMeeting(act)


async def call_meeting(
    draft: MeetingDraft,
    *,
    by: Actor,
    id: UUID | None = None,  # noqa: A002 (the row's name)
    at: datetime | None = None,
) -> Meeting:
    """Announce a meeting with its agenda, and tell those whom it is for.

    The same `id` again is answered with the meeting that it made. Raises `NotYourMeeting`,
    `InvalidMeeting`, `NoticeTooShort`.
    """
    moment = at or datetime.now(UTC)
    if by.on_behalf_of is not None or Role.COORDINATOR not in by.roles:
        raise NotYourMeeting("call")
    rules.check_draft(draft, at=moment)
    async with ledger.transaction():
        policy = await meeting_policy_at(by.community_id, moment)
        await _require_notice(
            draft.starts_at,
            policy.notice[draft.kind],
            working=policy.working_days,
            community_id=by.community_id,
            at=moment,
        )
        await _require_known(draft, by)
        meeting_id = id or ledger.new_id()
        if not await _stored(meeting_id, draft, by, moment):
            return await rows.one(meeting_id, community_id=by.community_id)
        await rows.add_subjects(meeting_id, "need", draft.needs, by=by)
        await rows.add_subjects(
            meeting_id, "need", [item.need_id for item in draft.items if item.need_id], by=by
        )
        await rows.add_subjects(meeting_id, "round", draft.rounds, by=by)
        for number, said in enumerate(draft.items, start=1):
            item = Item(
                ledger.new_id(), meeting_id, number, said.title.strip(), said.about.strip(),
                said.need_id, by.member_id, moment, ItemState.ACCEPTED, "", "",
            )  # fmt: skip
            await rows.add_item(item, by=by)
        meeting = await rows.one(meeting_id, community_id=by.community_id)
        await rows.add_notice(meeting, "", by=by, at=moment)
        await rows.note("call", meeting, by=by)
        await telling.tell(
            meeting,
            await telling.invited(meeting),
            "meeting.called",
            telling.when_and_where(meeting),
            but=by.member_id,
        )
        return await rows.one(meeting_id, community_id=by.community_id)


async def _stored(meeting_id: UUID, draft: MeetingDraft, by: Actor, moment: datetime) -> bool:
    stored = await MeetingRow.raw(
        _ADD,
        meeting_id,
        by.community_id,
        draft.kind.value,
        draft.council_id,
        draft.title.strip(),
        draft.about.strip(),
        draft.starts_at,
        draft.length,
        draft.place.strip(),
        draft.link.strip(),
        draft.phone.strip(),
        sorted(one.value for one in draft.access),
        draft.access_words.strip(),
        draft.seats,
        draft.audience.value,
        draft.area_id,
        draft.chair_id,
        draft.clerk_id,
        secrets.token_bytes(SECRET_BYTES),
        by.member_id,
        moment,
    )
    return bool(stored)


async def change_meeting(
    meeting_id: UUID, change: Change, *, by: Actor, at: datetime | None = None
) -> Meeting:
    """Announce another time or place, and why; all who were told before are told again.

    The same once more changes nothing. Raises `NotYourMeeting`, `MeetingOver`, `InvalidMeeting`,
    `NoticeTooShort`, `UnknownMeeting`.
    """
    moment = at or datetime.now(UTC)
    rules.check_words(place=change.place, reason=change.why)
    rules.check_words(needed=False, link=change.link, phone=change.phone)
    rules.check_link(change.link)
    rules.check_length(change.length)
    async with ledger.transaction():
        meeting = await rows.announced(meeting_id, community_id=by.community_id)
        require_runs(meeting, by, "change")
        if meeting.starts_at <= moment:
            raise MeetingOver("begun")
        wanted = {
            "starts_at": change.starts_at,
            "length": change.length,
            "place": change.place.strip(),
            "link": change.link.strip(),
            "phone": change.phone.strip(),
        }
        if all(getattr(meeting, name) == value for name, value in wanted.items()):
            return meeting
        if change.starts_at != meeting.starts_at:
            await _require_new_time(meeting, change.starts_at, moment)
        await rows.set_meeting(meeting, **wanted, reminded_at=None)
        changed = await rows.one(meeting.id, community_id=by.community_id)
        await rows.add_notice(changed, change.why.strip(), by=by, at=moment)
        await rows.note("change", changed, by=by, why=change.why.strip())
        whom = {*await telling.invited(changed), *await rows.answered(changed, but_no=False)}
        await telling.tell(
            changed,
            whom,
            "meeting.changed",
            {**telling.when_and_where(changed), "why": change.why.strip()},
            but=by.member_id,
            urgent=telling.near(meeting, moment),
            settles=True,
        )
        return await rows.one(meeting.id, community_id=by.community_id)


async def cancel_meeting(
    meeting_id: UUID, reason: str, *, by: Actor, at: datetime | None = None
) -> Meeting:
    """Call a meeting off and say why; all are told. A second time changes nothing.

    Raises `NotYourMeeting`, `MeetingOver` for one that was held, `InvalidMeeting`,
    `UnknownMeeting`.
    """
    moment = at or datetime.now(UTC)
    rules.check_words(reason=reason)
    async with ledger.transaction():
        meeting = await rows.locked(meeting_id, community_id=by.community_id)
        require_runs(meeting, by, "cancel")
        if meeting.state is MeetingState.CANCELLED:
            return meeting
        if meeting.state is MeetingState.HELD:
            raise MeetingOver(meeting.state)
        await rows.set_meeting(meeting, state=MeetingState.CANCELLED.value, reason=reason.strip())
        await rows.note("cancel", meeting, by=by, why=reason.strip())
        whom = {*await telling.invited(meeting), *await rows.answered(meeting, but_no=False)}
        await telling.tell(
            meeting,
            whom,
            "meeting.cancelled",
            {"at": meeting.starts_at, "why": reason.strip()},
            but=by.member_id,
            urgent=telling.near(meeting, moment),
            settles=True,
        )
        return await rows.one(meeting.id, community_id=by.community_id)


async def _require_new_time(meeting: Meeting, starts_at: datetime, moment: datetime) -> None:
    if starts_at <= moment:
        raise InvalidMeeting("day", "past")
    policy = await meeting_policy_at(meeting.community_id, moment)
    await _require_notice(
        starts_at,
        min(policy.change_notice_days, policy.notice[meeting.kind]),
        working=policy.working_days,
        community_id=meeting.community_id,
        at=moment,
    )


async def _require_notice(
    starts_at: datetime, days: int, *, working: bool, community_id: UUID, at: datetime
) -> None:
    """Raise `NoticeTooShort` for a day that comes before its notice has stood long enough."""
    home = await community.community(community_id)
    zone = ZoneInfo(home.time_zone)
    earliest = rules.earliest_day(at.astimezone(zone).date(), days, working=working)
    if starts_at.astimezone(zone).date() < earliest:
        raise NoticeTooShort(earliest)


async def _require_known(draft: MeetingDraft, by: Actor) -> None:
    """Refuse a chair, a council, an area or a need that this community does not have."""
    for field, member_id in (("chair", draft.chair_id), ("clerk", draft.clerk_id)):
        if not await community.keep_active(member_id, community_id=by.community_id):
            raise InvalidMeeting(field, "nobody")
    if draft.council_id is not None:
        try:
            council = await councils.council(draft.council_id, community_id=by.community_id)
        except councils.UnknownCouncil:
            raise InvalidMeeting("council", "unknown") from None
        if council.kind.value != draft.kind.value:
            raise InvalidMeeting("council", "another kind")
        day = draft.starts_at.astimezone(
            ZoneInfo((await community.community(by.community_id)).time_zone)
        ).date()
        if not council.term_from <= day <= council.term_to:
            raise InvalidMeeting("council", "term over")
    if draft.area_id is not None:
        known = {by.community_id, *(one.id for one in await community.grids(by.community_id))}
        if draft.area_id not in known:
            raise InvalidMeeting("area", "unknown")
    for need_id in {*draft.needs, *(item.need_id for item in draft.items if item.need_id)}:
        await require_need(need_id, by, field="needs")


async def require_need(need_id: UUID, by: Actor, *, field: str) -> None:
    """Raise `InvalidMeeting` for a need that this community does not have."""
    try:
        await read_need(need_id, community_id=by.community_id)
    except UnknownNeed:
        raise InvalidMeeting(field, "unknown") from None
