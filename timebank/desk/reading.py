"""Reads the desk for pages: open calls, one call, histories, matters. Never writes."""

from typing import Final
from uuid import UUID

import community
from community import Actor, Role
from timebank.desk import rows
from timebank.desk.errors import NotAtTheDesk
from timebank.desk.rules import AT_THE_DESK
from timebank.desk.values import Call, CallSeen, HandOver, HandOverSeen

CALLS_MAX: Final = 50
SEES_CALLS: Final = AT_THE_DESK | {Role.AUDITOR}


async def call_seen(call_id: UUID, by: Actor) -> CallSeen:
    """Return a call as those at the desk see it. Raises `NotAtTheDesk`, `UnknownCall`."""
    _refuse_unless_seeing(by)
    found = await rows.call(call_id, community_id=by.community_id)
    (seen,) = await _seen([found], by)
    return seen


async def open_calls(by: Actor) -> list[CallSeen]:
    """Return the calls that nobody has ended, the longest going on first. `NotAtTheDesk`."""
    _refuse_unless_seeing(by)
    found = await rows.calls(
        "ended_at IS NULL ORDER BY opened_at, id LIMIT {}", CALLS_MAX, community_id=by.community_id
    )
    return await _seen(found, by)


async def calls_about(member_id: UUID, by: Actor) -> list[CallSeen]:
    """Return the last calls by a member or for them, former memberships included, newest first.

    To the desk and the auditor. Raises `NotAtTheDesk`.
    """
    _refuse_unless_seeing(by)
    who = list(await community.memberships(member_id, community_id=by.community_id))
    found = await rows.calls(
        "id IN (SELECT id FROM desk_call WHERE caller_id = ANY({})"
        " UNION SELECT id FROM desk_call WHERE member_id = ANY({}))"
        " ORDER BY opened_at DESC, id DESC LIMIT {}",
        who,
        who,
        CALLS_MAX,
        community_id=by.community_id,
    )
    return await _seen(found, by)


async def matters(by: Actor, *, closed: bool = False) -> list[HandOverSeen]:
    """Return what was handed over: open ones, urgent first, then the longest waiting.

    With `closed` the last that were closed, newest first. Raises `NotAtTheDesk`.
    """
    _refuse_unless_seeing(by)
    condition = (
        "closed_at IS NOT NULL ORDER BY closed_at DESC, id DESC LIMIT {}"
        if closed
        else "closed_at IS NULL ORDER BY urgent DESC, handed_at, id LIMIT {}"
    )
    found = await rows.hand_overs(condition, CALLS_MAX, community_id=by.community_id)
    return await _matters_seen(found, by)


async def matter_seen(matter_id: UUID, by: Actor) -> HandOverSeen:
    """Return a matter as those at the desk see it. Raises `NotAtTheDesk`, `UnknownHandOver`."""
    _refuse_unless_seeing(by)
    found = await rows.hand_over(matter_id, community_id=by.community_id)
    (seen,) = await _matters_seen([found], by)
    return seen


async def matters_of(call: Call) -> list[HandOver]:
    """Return what was handed over in a call."""
    return await rows.hand_overs(
        "call_id = {} ORDER BY handed_at", call.id, community_id=call.community_id
    )


def _refuse_unless_seeing(by: Actor) -> None:
    if by.on_behalf_of is not None or SEES_CALLS.isdisjoint(by.roles):
        raise NotAtTheDesk


async def _seen(found: list[Call], by: Actor) -> list[CallSeen]:
    names = await rows.names_of(
        one for call in found for one in (call.operator_id, call.caller_id, call.member_id)
    )
    steps = await rows.steps((call.id for call in found), community_id=by.community_id)
    return [
        CallSeen(
            call,
            names.get(call.operator_id, ""),
            names.get(call.caller_id, "") if call.caller_id else "",
            names.get(call.member_id, "") if call.member_id else "",
            steps.get(call.id, ()),
        )
        for call in found
    ]


async def _matters_seen(found: list[HandOver], by: Actor) -> list[HandOverSeen]:
    names = await rows.names_of(
        one for matter in found for one in (matter.member_id, matter.handed_by, matter.taken_by)
    )
    ids = list({matter.call_id for matter in found})
    of_call = {
        one.id: one for one in await rows.calls("id = ANY({})", ids, community_id=by.community_id)
    }
    return [
        HandOverSeen(
            matter,
            names.get(matter.member_id, "") if matter.member_id else "",
            names.get(matter.handed_by, ""),
            names.get(matter.taken_by, "") if matter.taken_by else "",
            of_call[matter.call_id].phone,
        )
        for matter in found
    ]
