"""Calling back about finished visits whose elders have not confirmed: begun, and how it ended.

A call-back is a call that the desk makes. The elder's word, and what is done on it, are as in any
other call (`calls.take_word`, `acting.confirm_on_word`).
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import community
from community import Actor
from timebank import visit_rows
from timebank.desk import rows, rules
from timebank.desk.calls import begun
from timebank.desk.tables import CallRow
from timebank.desk.values import Call, CallBack
from timebank.policy import CALL_BACK_PAUSE_MINUTES
from timebank.refusals import one_transaction
from timebank.values import Visit

WAITING_MAX: Final = 200

_PHONES: Final = """
SELECT id, phone FROM member WHERE community_id = {} AND id = ANY({}) AND phone IS NOT NULL
"""


async def begin_call_back(
    visit_id: UUID, *, by: Actor, key: UUID, at: datetime | None = None
) -> Call:
    """Write down that the elder is called about a finished visit; the same key again finds it.

    One operator at a time. Raises `NotAtTheDesk`, `UnknownVisit`, `NotWaiting`, `OwnCall`,
    `CalledAlready`.
    """
    rules.refuse_stranger(by)
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        before = await rows.calls("id = {}", key, community_id=by.community_id)
        if not before:
            rules.refuse_call_back(visit, by)
            rules.refuse_second_call(await rows.calling_about(visit_id, by))
            mine = await rows.calls(
                "visit_id = {} AND outgoing AND ended_at IS NULL",
                visit_id,
                community_id=by.community_id,
            )
            if mine:
                return mine[0]
        opened = Call(
            id=key,
            community_id=by.community_id,
            outgoing=True,
            operator_id=by.member_id,
            caller_id=visit.elder_id,
            member_id=visit.elder_id,
            visit_id=visit.id,
            phone=None,
            checked=(),
            note="",
            opened_at=at or datetime.now(UTC),
            ended_at=None,
            outcome=None,
        )
        return await begun(opened, by=by)


async def waiting_for_word(community_id: UUID, *, most: int = WAITING_MAX) -> list[Visit]:
    """Return the finished visits that nobody has confirmed, the longest over first."""
    return await visit_rows.find(
        "visit.state = 'finished' ORDER BY checked_out_at, visit.id LIMIT {}",
        most,
        community_id=community_id,
    )


async def call_backs(
    by: Actor, alone: Collection[UUID], *, at: datetime | None = None
) -> list[CallBack]:
    """Return the visits to call about, the longest waiting first; those due later stand behind.

    `alone` are the elders who have no other way to say their word. Those who have one are called
    once two days are over. Who was tried often enough is a coordinator's. Raises `NotAtTheDesk`.
    """
    rules.refuse_stranger(by)
    now = at or datetime.now(UTC)
    visits = await waiting_for_word(by.community_id)
    ids = [visit.id for visit in visits]
    tried, given_up = await rows.tries(ids), await rows.searched_for(ids)
    visits = [visit for visit in visits if visit.id not in given_up]
    policy = await community.policy_in_force(by.community_id, now)
    pause = timedelta(minutes=policy[CALL_BACK_PAUSE_MINUTES])
    names = await _names(visits, tried, by)
    phones = await _phones(visits, by)
    found = []
    for visit in visits:
        of = tried.get(visit.id, {})
        due = rules.call_back_from(
            visit.checked_out_at or visit.ends_at,
            of.get("last_try_at"),
            alone=visit.elder_id in alone,
            pause=pause,
        )
        if visit.elder_id not in alone and due > now and not of:
            continue
        found.append(
            CallBack(
                visit=visit,
                elder_name=names[visit.elder_id],
                volunteer_name=names[visit.volunteer_id] if visit.volunteer_id else "",
                phone=phones.get(visit.elder_id),
                tries=of.get("tries", 0),
                last_try_at=of.get("last_try_at"),
                due_from=due,
                calling=names.get(of["calling"], "") if of.get("calling") else "",
            )
        )
    return sorted(found, key=lambda one: (one.due_from > now, one.due_from, one.visit.id))


async def failed_tries(visit_id: UUID, *, community_id: UUID) -> int:
    """Return how many call-backs about a visit nobody answered, or somebody else did."""
    visit = await visit_rows.one(visit_id, community_id=community_id)
    return int((await rows.tries([visit.id])).get(visit.id, {}).get("tries", 0))


async def _names(
    visits: Collection[Visit], tried: dict[UUID, dict[str, Any]], by: Actor
) -> dict[UUID, str]:
    wanted = {visit.elder_id for visit in visits}
    wanted |= {visit.volunteer_id for visit in visits if visit.volunteer_id}
    wanted |= {row["calling"] for row in tried.values() if row["calling"]}
    return await community.named_members(wanted, community_id=by.community_id)


async def _phones(visits: Collection[Visit], by: Actor) -> dict[UUID, str]:
    elders = list({visit.elder_id for visit in visits})
    found = await CallRow.raw(_PHONES, by.community_id, elders)
    return {row["id"]: row["phone"] for row in found}
