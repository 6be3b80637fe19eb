"""Who comes: offering a request, booking a volunteer in one transaction, and giving it back.

Booking takes what the payers set aside, the volunteer's quarter-hours and the message together, or
none of them.
"""

import dataclasses
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

import community
from community import Actor, Role
from timebank import payers, rules, telling, visit_rows
from timebank.acting import refuse_for_another, require_desk
from timebank.care import refuse_unfit
from timebank.errors import BusyThen, NotYours
from timebank.policy import visit_policy_at
from timebank.refusals import one_transaction
from timebank.request_rules import term
from timebank.values import State, Visit


class Elsewhere(Protocol):
    """Says whether somebody has promised a stretch of time outside of the time bank."""

    async def __call__(
        self, member_id: UUID, starts_at: datetime, minutes: int, /, *, community_id: UUID
    ) -> bool:
        """Return whether any of that time is taken."""


async def nowhere_else(
    _member_id: UUID,
    _starts_at: datetime,
    _minutes: int,
    /,
    *,
    community_id: UUID,  # noqa: ARG001 (the protocol's own)
) -> bool:
    """Know of nothing that takes somebody's time but visits."""
    return False


async def accept(
    visit_id: UUID, *, by: Actor, elsewhere: Elsewhere = nowhere_else, at: datetime | None = None
) -> Visit:
    """Take on a visit oneself; `elsewhere` knows what else takes somebody's time.

    Raises `NotYours` for whoever is no volunteer, `OwnVisit`, `AlreadyTaken`, `BusyThen`,
    `TooLate`, `Paused`, `care.NotFit`, `NotEnoughMinutes` where the elder's payers do not cover it
    any more, and `UnknownVisit`.
    """
    refuse_for_another(by, "accept")
    if Role.VOLUNTEER not in by.roles:
        raise NotYours("accept")
    return await _book(visit_id, by.member_id, "accept", by=by, elsewhere=elsewhere, at=at)


async def assign(
    visit_id: UUID,
    volunteer_id: UUID,
    *,
    by: Actor,
    elsewhere: Elsewhere = nowhere_else,
    at: datetime | None = None,
) -> Visit:
    """Book a volunteer who said yes to the desk: on the telephone, say. Both sides are told.

    Raises as `accept`, and `NotYours` for whoever is not at the desk.
    """
    require_desk(by, "book")
    if volunteer_id == by.member_id and Role.VOLUNTEER not in by.roles:
        raise NotYours("book")
    return await _book(visit_id, volunteer_id, "assign", by=by, elsewhere=elsewhere, at=at)


async def _book(
    visit_id: UUID,
    volunteer_id: UUID,
    act: str,
    *,
    by: Actor,
    elsewhere: Elsewhere,
    at: datetime | None,
) -> Visit:
    moment = at or datetime.now(UTC)
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        if visit.state is State.BOOKED and visit.volunteer_id == volunteer_id:
            return visit
        if not await community.keep_active(volunteer_id, community_id=by.community_id):
            raise NotYours("accept")  # merged or gone at this moment
        if volunteer_id != by.member_id:
            volunteer = await community.member(volunteer_id)
            if Role.VOLUNTEER not in volunteer.roles:
                raise NotYours("accept")
        rules.check_accept(visit, volunteer=volunteer_id, at=moment)
        await refuse_unfit(
            volunteer_id,
            visit.care_service,
            at=visit.starts_at,
            until=visit.ends_at,
            community_id=by.community_id,
        )
        policy = await visit_policy_at(by.community_id, moment)
        missed = await visit_rows.missed_since(
            volunteer_id, moment - rules.MISSED_WITHIN, community_id=by.community_id
        )
        rules.check_reliable(missed, policy)
        await community.keep_active(visit.elder_id, community_id=by.community_id, alone=True)
        booked = dataclasses.replace(
            visit, state=State.BOOKED, volunteer_id=volunteer_id, offered_until=None
        )
        await visit_rows.update(booked)
        await visit_rows.write_down(booked, act, by=by, at=moment)
        await community.keep_time(volunteer_id)
        if await elsewhere(
            volunteer_id, visit.starts_at, visit.minutes_booked, community_id=by.community_id
        ):
            raise BusyThen
        await visit_rows.take_quarters(booked, volunteer_id)
        await telling.tell_accepted(booked, by=by)
        await payers.set_aside(booked, by=by, at=moment, policy=policy)
        return booked


async def offer(
    visit_id: UUID, volunteer_id: UUID, *, by: Actor, at: datetime | None = None
) -> Visit:
    """Offer a request to one volunteer, who has it alone until the offer ends.

    Raises `NotYours` for whoever is not at the desk or offers it to no volunteer, `OwnVisit`,
    `AlreadyTaken`, `TooLate`, `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    require_desk(by, "offer")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        if visit.state is State.OFFERED and visit.volunteer_id == volunteer_id:
            return visit
        rules.check_offer(visit, volunteer=volunteer_id, at=moment)
        if not await community.keep_active(volunteer_id, community_id=by.community_id):
            raise NotYours("offer")
        if Role.VOLUNTEER not in (await community.member(volunteer_id)).roles:
            raise NotYours("offer")
        policy = await visit_policy_at(by.community_id, moment)
        offered = dataclasses.replace(
            visit,
            state=State.OFFERED,
            volunteer_id=volunteer_id,
            offered_until=rules.offer_ends(visit, at=moment, policy=policy),
        )
        await visit_rows.update(offered)
        await visit_rows.write_down(offered, "offer", by=by, at=moment)
        await telling.tell_offered(offered)
        return offered


async def decline(visit_id: UUID, *, by: Actor, at: datetime | None = None) -> Visit:
    """Say no to an offer: the request is open to all again.

    Raises `NotYours`, `WrongState`, `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "decline")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        rules.check_decline(visit, by=by.member_id)
        return await _open_again(visit, "decline", by=by, at=moment)


async def withdraw(visit_id: UUID, *, by: Actor, at: datetime | None = None) -> Visit:
    """Give an accepted visit back, so that another volunteer can take it.

    What was set aside returns to its payers until then. Raises `NotYours`, `WrongState`,
    `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "withdraw")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        rules.check_withdraw(visit, by=by.member_id)
        policy = await visit_policy_at(by.community_id, moment)
        anew = term(visit, at=moment, policy=policy)
        opened = await _open_again(anew, "withdraw", by=by, at=moment)
        await visit_rows.free_quarters(opened)
        await telling.tell_withdrawn(visit, at=moment)
        await payers.let_go(opened, by=by, at=moment)
        return opened


async def lapse_offers(*, at: datetime | None = None, most: int = 200) -> int:
    """Open again what was offered to somebody who did not answer; return how many. A job."""
    moment = at or datetime.now(UTC)
    lapsed = 0
    for one in await visit_rows.due(
        "visit.state = 'offered' AND offered_until <= {} ORDER BY offered_until",
        moment,
        most=most,
    ):
        async with one_transaction():
            visit = await visit_rows.locked(one.id, community_id=one.community_id)
            until = visit.offered_until
            if until is not None and until <= moment:
                nobody = community.system(one.community_id)
                await _open_again(visit, "lapse", by=nobody, at=moment)
                lapsed += 1
    return lapsed


async def _open_again(visit: Visit, act: str, *, by: Actor, at: datetime) -> Visit:
    opened = dataclasses.replace(
        visit, state=State.REQUESTED, volunteer_id=None, offered_until=None
    )
    await visit_rows.update(opened)
    await visit_rows.write_down(opened, act, by=by, at=at)
    return opened
