"""Being there: checking in and out, by code, by the desk, or sent later; late; or not there.

What comes to nothing because nobody took it in time is here as well: a job sees to it.
"""

import dataclasses
from datetime import UTC, datetime
from uuid import UUID

import community
from community import Actor, DelegatedAct
from timebank import payers, rules, telling, visit_rows
from timebank.acting import at_the_desk, entitled, refuse_for_another
from timebank.errors import InvalidRequest
from timebank.policy import visit_policy_at
from timebank.refusals import one_transaction
from timebank.values import Side, State, Visit, VisitPolicy

LATE_MINUTES_MAX = 240


async def check_in(
    visit_id: UUID,
    *,
    by: Actor,
    code: str = "",
    happened_at: datetime | None = None,
    at: datetime | None = None,
) -> Visit:
    """Begin a visit with the code that the elder shows, or at the desk for who telephones.

    `happened_at` is when it was, where it was kept without a network and sent later. Raises
    `NotYours`, `WrongState`, `TooEarly`, `WrongCode`, `UnknownVisit`, and `InvalidRequest` or
    `TooLate` for a moment that cannot count.
    """
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "check in")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        own = visit.volunteer_id == by.member_id
        if visit.state is State.UNDER_WAY and (own or at_the_desk(by)):
            return visit
        policy = await visit_policy_at(by.community_id, moment)
        opens_at = rules.check_in_opens(visit, policy)
        begins = rules.happened(happened_at, at=moment, after=opens_at)
        if at_the_desk(by) and not own:
            rules.check_in_due(visit, at=begins, policy=policy)
        else:
            rules.check_in(visit, by=by.member_id, code=code, at=begins, policy=policy)
        begun = dataclasses.replace(visit, state=State.UNDER_WAY, checked_in_at=begins)
        await visit_rows.update(begun)
        await visit_rows.write_down(begun, "check_in", by=by, at=begins)
        return begun


async def check_out(
    visit_id: UUID,
    *,
    by: Actor,
    stated: int | None = None,
    happened_at: datetime | None = None,
    at: datetime | None = None,
) -> Visit:
    """End a visit: the clock measures its minutes, or the volunteer states fewer.

    At the desk for who telephones. Raises `NotYours`, `WrongState`, `TooManyStated`,
    `InvalidRequest`, `TooLate`, `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "check out")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        hand = visit.volunteer_id if at_the_desk(by) else by.member_id
        if visit.state is State.FINISHED and visit.volunteer_id == hand:
            return visit
        rules.check_out(visit, by=hand)
        begun = visit.checked_in_at or moment
        policy = await visit_policy_at(by.community_id, moment)
        ends = rules.happened(happened_at, at=max(moment, begun), after=begun)
        return await _finish(visit, ends, stated, policy, by=by)


async def _finish(
    visit: Visit, ends: datetime, stated: int | None, policy: VisitPolicy, *, by: Actor
) -> Visit:
    minutes = rules.measured(visit.checked_in_at or ends, ends, stated, policy)
    ended = dataclasses.replace(
        visit,
        state=State.FINISHED,
        checked_out_at=ends,
        minutes_measured=minutes,
        confirm_due_at=rules.confirms_itself_at(ends, policy),
    )
    await visit_rows.update(ended)
    await visit_rows.write_down(ended, "check_out", by=by, at=ends, minutes=minutes)
    await telling.tell_finished(ended)
    return ended


async def running_late(
    visit_id: UUID, minutes: int, *, by: Actor, at: datetime | None = None
) -> Visit:
    """Tell the elder that the volunteer will be some minutes late.

    Raises `NotYours`, `WrongState` once checked in, `InvalidRequest`, `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "be late for")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        rules.check_late(visit, by=by.member_id)
        if not 1 <= minutes <= LATE_MINUTES_MAX:
            raise InvalidRequest("minutes", "not offered")
        await visit_rows.write_down(visit, "late", by=by, at=moment, minutes=minutes)
        await telling.tell_late(visit, minutes)
        return visit


async def no_show(visit_id: UUID, absent: Side, *, by: Actor, at: datetime | None = None) -> Visit:
    """Say that one of the two was not there: the visit comes to nothing.

    What was set aside returns; where the elder was not there, less what a late cancelling costs.
    Raises `NotYours`, `WrongState`, `TooEarly`, `NotDelegated`, `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        by = await entitled(by, DelegatedAct.REQUEST, at)
        desk = at_the_desk(by)
        if (
            visit.state is State.NO_SHOW
            and visit.absent is absent
            and (desk or by.principal in {visit.elder_id, visit.volunteer_id})
        ):
            return visit
        rules.check_no_show(visit, absent, by=by.principal, desk=desk, at=moment)
        policy = await visit_policy_at(by.community_id, moment)
        cost = rules.late_cost(visit, at=moment, policy=policy) if absent is Side.ELDER else 0
        missed = dataclasses.replace(visit, state=State.NO_SHOW, absent=absent)
        await visit_rows.update(missed)
        await visit_rows.write_down(
            missed, "no_show", by=by, at=moment, minutes=cost or None, note=absent.value
        )
        await visit_rows.free_quarters(missed)
        await telling.tell_no_show(missed, by=by)
        if cost:
            await payers.pass_on(missed, cost, by=by, at=moment)
        else:
            await payers.let_go(missed, by=by, at=moment)
        return missed


async def expire_requests(*, at: datetime | None = None, most: int = 200) -> int:
    """Close requests that nobody took in time; their elders are told. Return how many. A job."""
    moment = at or datetime.now(UTC)
    expired = 0
    for one in await visit_rows.due(
        "visit.state IN ('requested', 'offered') AND coalesce(open_until, starts_at) <= {}"
        " ORDER BY coalesce(open_until, starts_at)",
        moment,
        most=most,
    ):
        async with one_transaction():
            visit = await visit_rows.locked(one.id, community_id=one.community_id)
            if rules.expires(visit, at=moment):
                over = dataclasses.replace(
                    visit, state=State.EXPIRED, volunteer_id=None, offered_until=None
                )
                nobody = community.system(one.community_id)
                await visit_rows.update(over)
                await visit_rows.write_down(over, "expire", by=nobody, at=moment)
                await telling.tell_expired(over)
                expired += 1
    return expired
