"""Asking for something regularly: the first visit with it, the coming ones right after."""

import dataclasses
from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import community
from community import Actor, DelegatedAct, Role
from timebank import visit_rows
from timebank.acting import entitled
from timebank.asking import ask_for
from timebank.errors import AlreadyAsked, NotYours
from timebank.policy import visit_policy_at
from timebank.refusals import one_transaction
from timebank.repeats import rows, rules
from timebank.repeats.planning import ask_coming
from timebank.repeats.reading import first_visit
from timebank.repeats.values import Repeat, RepeatDraft
from timebank.rules import check_request
from timebank.values import Request


async def ask_repeating(
    draft: RepeatDraft,
    *,
    by: Actor,
    id: UUID,  # noqa: A002 (the field's name)
    despite: Collection[UUID] | None = None,
    at: datetime | None = None,
) -> Repeat:
    """Ask for something regularly: the coming visits are asked for at once.

    `id` is the page's own: the same form again returns what it began, with other answers it raises
    `AlreadyAsked`. Raises as `timebank.ask` does for the first visit, and `InvalidRepeat`.
    """
    repeat = await begin_repeating(draft, by=by, id=id, despite=despite, at=at)
    await ask_coming(repeat, at=at)
    return repeat


async def begin_repeating(
    draft: RepeatDraft,
    *,
    by: Actor,
    id: UUID,  # noqa: A002 (the field's name)
    despite: Collection[UUID] | None = None,
    at: datetime | None = None,
) -> Repeat:
    """Ask for the first visit, and write down that it repeats; `ask_coming` does the rest.

    For whoever needs both in a transaction of their own. Raises as `ask_repeating`.
    """
    moment = at or datetime.now(UTC)
    async with one_transaction():
        if not await community.keep_active(by.principal, community_id=by.community_id, alone=True):
            raise NotYours("ask for")
        by = await entitled(by, DelegatedAct.REQUEST, at)
        if Role.ELDER not in by.roles:
            raise NotYours("ask for")
        before = await rows.find("repeat.id = {}", id)
        if before:
            if before[0].elder_id != by.principal:
                raise NotYours("ask for")
            if not await _same(before[0], draft):
                raise AlreadyAsked(await first_visit(before[0]))
            return before[0]
        return await _begin(id, draft, by=by, despite=despite, at=moment)


async def _begin(
    repeat_id: UUID,
    draft: RepeatDraft,
    *,
    by: Actor,
    despite: Collection[UUID] | None,
    at: datetime,
) -> Repeat:
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    check_request(draft.request, at=at, policy=await visit_policy_at(by.community_id, at))
    first = dataclasses.replace(draft.request, starts_at=rules.first_moment(draft, zone))
    await _refuse_second(first, by)
    visit = await ask_for(
        by.principal, first, by=by, form_key=uuid5(repeat_id, "first"), at=at, despite=despite
    )
    repeat = Repeat(
        id=repeat_id,
        community_id=by.community_id,
        care_service=visit.care_service,
        elder_id=by.principal,
        place=visit.place,
        wishes=visit.wishes,
        minutes=visit.minutes_booked,
        starts_at=first.starts_at,
        rule=rules.rule_of(draft.every, draft.request.starts_at.astimezone(zone).date()),
        skip_holidays=draft.skip_holidays,
        last_day=draft.last_day,
        preferred_id=first.preferred_id,
        same_person=draft.same_person,
        asked_by=by.member_id,
        asked_at=at,
    )
    await rows.insert(repeat)
    await rows.decide(repeat, first.starts_at, at=at, visit=visit, missed=None)
    await rows.note("ask", repeat, by=by, rule=repeat.rule, first=first.starts_at.isoformat())
    return repeat


async def _same(before: Repeat, draft: RepeatDraft) -> bool:
    """Whether it is what this very form began."""
    zone = ZoneInfo((await community.community(before.community_id)).time_zone)
    request = draft.request
    begun = (before.skip_holidays, before.same_person, before.last_day, before.rule)
    wished = (draft.skip_holidays, draft.same_person, draft.last_day)
    rule = rules.rule_of(draft.every, request.starts_at.astimezone(zone).date())
    if begun != (*wished, rule):
        return False
    asked = dataclasses.replace(
        request,
        starts_at=rules.first_moment(draft, zone),
        place=request.place.strip(),
        wishes=request.wishes.strip(),
    )
    return before.request(before.starts_at, before.preferred_id) == asked


async def _refuse_second(first: Request, by: Actor) -> None:
    """Raise `AlreadyAsked` where the elder has such an open visit, before the database refuses."""
    found = await visit_rows.find(
        "elder_id = {} AND care_service.code = {} AND starts_at = {}"
        " AND visit.state IN ('requested', 'offered', 'booked', 'under_way') LIMIT 1",
        by.principal,
        first.care_service,
        first.starts_at,
        community_id=by.community_id,
    )
    if found:
        raise AlreadyAsked(found[0].id)
