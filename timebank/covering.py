"""Whether a visit is covered, who paid for it, and what happens where hours do not suffice."""

from datetime import UTC, datetime
from uuid import UUID

import community
from community import Actor, DelegatedAct, Role
from timebank import payers, telling, visit_rows
from timebank.acting import refuse_for_another
from timebank.errors import NotYours
from timebank.policy import visit_policy_at
from timebank.refusals import one_transaction
from timebank.values import Hold, State, Visit

_MAY_LOOK = frozenset({DelegatedAct.REQUEST, DelegatedAct.PASSBOOK})


async def left_to_ask(by: Actor, *, at: datetime | None = None) -> int:
    """Return for how many minutes more an elder could ask now, whoever would pay for them.

    What is asked for and not booked yet counts as spoken for. Raises `NotDelegated`.
    """
    moment = at or datetime.now(UTC)
    if by.on_behalf_of is not None:
        await community.delegated(by, by.on_behalf_of, _MAY_LOOK)
    policy = await visit_policy_at(by.community_id, moment)
    covered = await payers.covered(
        by.principal, community_id=by.community_id, at=moment, policy=policy
    )
    asked = await visit_rows.minutes_asked_for(
        by.principal, community_id=by.community_id, at=moment
    )
    return max(covered - asked, 0)


async def paid_by(visit: Visit) -> list[Hold]:
    """Return what each payer set aside for a visit, and what of it passed; nothing if not booked.

    For whoever may see the visit.
    """
    return await payers.holds(visit)


async def report_uncovered(visit_id: UUID, *, by: Actor) -> None:
    """Tell the coordinators that a volunteer would come, and that the elder's hours lack.

    To be called after `accept` raised `NotEnoughMinutes`: nothing of that was stored. Each of them
    is told once until they have read it. Raises `NotYours`, `UnknownVisit`.
    """
    refuse_for_another(by, "accept")
    if Role.VOLUNTEER not in by.roles:
        raise NotYours("accept")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        if visit.state not in {State.REQUESTED, State.OFFERED}:
            return
        await community.record("visit.uncovered", by=by, subject_kind="visit", subject_id=visit.id)
        coordinators = await community.members(by.community_id, Role.COORDINATOR)
        await telling.tell_uncovered(visit, [one.id for one in coordinators])
