"""The verbs of the agenda: an item is brought in, and who chairs takes it up or says why not."""

from datetime import UTC, datetime
from uuid import UUID

import community
import ledger
from community import Actor, Role
from marketplace.meetings import rows, rules, telling
from marketplace.meetings.calling import require_need, require_runs, runs
from marketplace.meetings.errors import AgendaClosed, InvalidMeeting, MeetingOver, NotYourMeeting
from marketplace.meetings.policy import meeting_policy_at
from marketplace.meetings.tables import AgendaItemRow
from marketplace.meetings.values import Item, ItemDraft, ItemState, Meeting


async def propose_item(
    meeting_id: UUID,
    draft: ItemDraft,
    *,
    by: Actor,
    id: UUID | None = None,  # noqa: A002 (the row's name)
    at: datetime | None = None,
) -> Item:
    """Bring an item in: a resident proposes it, whoever runs the meeting puts it on the agenda.

    The same `id` again is answered with the first. Raises `NotYourMeeting`, `AgendaClosed`,
    `InvalidMeeting`, `MeetingOver`, `UnknownMeeting`.
    """
    moment = at or datetime.now(UTC)
    rules.check_words(title=draft.title, most=rules.LENGTHS_MAX["item"])
    rules.check_words(about=draft.about, most=rules.LENGTHS_MAX["item_about"], needed=False)
    async with ledger.transaction():
        meeting = await rows.announced(meeting_id, community_id=by.community_id)
        own = runs(meeting, by)
        if by.on_behalf_of is not None or not (own or Role.RESIDENT in by.roles):
            raise NotYourMeeting("propose")
        if not await community.keep_active(by.member_id, community_id=by.community_id):
            raise NotYourMeeting("propose")
        await _require_open(meeting, moment, own=own)
        if draft.need_id is not None:
            await require_need(draft.need_id, by, field="need")
        item = Item(
            id=id or ledger.new_id(),
            meeting_id=meeting.id,
            number=await _number(meeting) if own else None,
            title=draft.title.strip(),
            about=draft.about.strip(),
            need_id=draft.need_id,
            brought_by=by.member_id,
            brought_at=moment,
            state=ItemState.ACCEPTED if own else ItemState.PROPOSED,
            reason="",
            minutes="",
        )
        if not await rows.add_item(item, by=by):
            return await rows.item_of(meeting, item.id)
        if own and draft.need_id is not None:
            await rows.add_subjects(meeting.id, "need", [draft.need_id], by=by)
        await rows.note("bring_in", meeting, by=by, item=item.title)
        if not own:
            await telling.tell(
                meeting, {meeting.chair_id}, "meeting.item_proposed", {"item": item.title}
            )
        return item


async def _require_open(meeting: Meeting, moment: datetime, *, own: bool) -> None:
    if own:
        if moment >= meeting.starts_at:
            raise MeetingOver("begun")
        return
    policy = await meeting_policy_at(meeting.community_id, moment)
    until = rules.items_until(meeting, policy)
    if moment >= until:
        raise AgendaClosed(until)


async def _number(meeting: Meeting) -> int:
    number = await rows.next_number(meeting)
    if number > rules.ITEMS_MAX:
        raise InvalidMeeting("title", "agenda full")
    return number


async def decide_item(
    meeting_id: UUID,
    item_id: UUID,
    *,
    accept: bool,
    by: Actor,
    reason: str = "",
    at: datetime | None = None,
) -> Item:
    """Take a proposed item up, or decline it with a reason; who proposed it is told.

    What was decided stays. Raises `NotYourMeeting`, `InvalidMeeting`, `MeetingOver`,
    `UnknownMeeting`.
    """
    moment = at or datetime.now(UTC)
    rules.check_words(reason=reason, needed=not accept)
    async with ledger.transaction():
        meeting = await rows.announced(meeting_id, community_id=by.community_id)
        require_runs(meeting, by, "decide")
        item = await rows.item_of(meeting, item_id)
        if item.state is not ItemState.PROPOSED:
            return item
        if accept and moment >= meeting.starts_at:
            raise MeetingOver("begun")
        state = ItemState.ACCEPTED if accept else ItemState.DECLINED
        await AgendaItemRow.raw(
            "UPDATE agenda_item SET state = {}, number = {}, reason = {}, decided_by = {}"
            " WHERE community_id = {} AND id = {}",
            state.value,
            await _number(meeting) if accept else None,
            reason.strip(),
            by.member_id,
            by.community_id,
            item.id,
        )
        if accept and item.need_id is not None:
            await rows.add_subjects(meeting.id, "need", [item.need_id], by=by)
        await rows.note("take_up" if accept else "decline", meeting, by=by, item=item.title)
        fill = {"item": item.title} if accept else {"item": item.title, "why": reason.strip()}
        await telling.tell(
            meeting,
            {item.brought_by},
            "meeting.item_accepted" if accept else "meeting.item_declined",
            fill,
            but=by.member_id,
        )
        return await rows.item_of(meeting, item.id)
