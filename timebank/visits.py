"""The verbs of a visit, from the asking to the minutes that pass. One verb is one transaction.

Each locks the visit, asks `rules`, writes the visit's row, its history and the audit trail, and
touches the book last, so that account rows are locked for the shortest time. The same act sent
twice is done once: the second call returns what the first one left.

`by` who acts for another (`by.on_behalf_of`) asks for, confirms or calls off the visits of that
elder: `by.principal` is whose affair it is. The verb asks `community.acting_for` anew, within its
own transaction, and raises `community.NotDelegated` where the consent does not hold any more.
"""

import dataclasses
import secrets
from datetime import UTC, datetime
from uuid import UUID

import community
import ledger
from community import Actor, DelegatedAct, Role
from ledger import MINUTE, CommunityId, Event, Leg, Origin, TransferId
from timebank import rules, telling, visit_rows
from timebank.accounts import ESCROW, member_account, own_account
from timebank.catalogue import care_service
from timebank.errors import AlreadyAsked, NotYours
from timebank.policy import visit_policy_at
from timebank.refusals import AskedBefore, one_transaction
from timebank.values import Request, Settlement, State, Visit


async def ask(request: Request, *, by: Actor, form_key: UUID, at: datetime | None = None) -> Visit:
    """Ask for a visit: its minutes are held from the elder's account from now on.

    `form_key` is the id of the page's form: the same form again returns the visit it asked for.
    Raises `NotYours` where the affair is no elder's, `InvalidRequest`, `UnknownCareService`,
    `NotEnoughMinutes`, `NotDelegated`, and `AlreadyAsked` for the same form with other answers, or
    where the elder has an open visit of that care service at that moment.
    """
    moment = at or datetime.now(UTC)
    try:
        async with one_transaction():
            # Merged or gone at this moment; before the delegation, in the order of a merge's locks.
            if not await community.keep_active(by.principal, community_id=by.community_id):
                raise NotYours("ask for")
            by = await _entitled(by, DelegatedAct.REQUEST, at)
            if Role.ELDER not in by.roles:
                raise NotYours("ask for")
            before = await _asked_with(form_key, by)
            if before is None:
                return await _ask(request, by, form_key, moment)
    except AskedBefore:
        before = await _asked_with(form_key, by)
        if before is None:
            raise AlreadyAsked((await _asked_at(request, by)).id) from None
    if not _same(before, request):
        raise AlreadyAsked(before.id)
    return before


async def _ask(request: Request, by: Actor, form_key: UUID, at: datetime) -> Visit:
    rules.check_request(request, at=at, policy=await visit_policy_at(by.community_id, at))
    visit = Visit(
        id=ledger.new_id(),
        community_id=by.community_id,
        care_service=await care_service(request.care_service, community_id=by.community_id),
        elder_id=by.principal,
        volunteer_id=None,
        state=State.REQUESTED,
        place=request.place.strip(),
        wishes=request.wishes.strip(),
        starts_at=request.starts_at,
        minutes_booked=request.minutes,
        code=f"{secrets.randbelow(10_000):04d}",
        hold_id=ledger.new_id(),
        post_id=ledger.new_id(),
        asked_at=at,
        checked_in_at=None,
        checked_out_at=None,
        minutes_measured=None,
        minutes_confirmed=None,
    )
    await visit_rows.insert(visit, form_key=form_key)
    await visit_rows.write_down(visit, "ask", by=by, at=at, minutes=visit.minutes_booked)
    await ledger.hold(
        debit=await member_account(by.principal, community_id=by.community_id),
        credit=await own_account(ESCROW, community_id=by.community_id),
        amount=visit.minutes_booked,
        unit=MINUTE,
        id=TransferId(visit.hold_id),
        origin=_origin(visit, by, at),
        note=visit.care_service.code,
    )
    return visit


async def accept(visit_id: UUID, *, by: Actor, at: datetime | None = None) -> Visit:
    """Take on a visit: the volunteer's quarter-hours are taken with it, or it is refused.

    Raises `NotYours` for whoever is no volunteer, `OwnVisit`, `AlreadyTaken`, `BusyThen`,
    `TooLate`, `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    _refuse_for_another(by, "accept")
    if Role.VOLUNTEER not in by.roles:
        raise NotYours("accept")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        if visit.state is State.BOOKED and visit.volunteer_id == by.member_id:
            return visit
        if not await community.keep_active(by.member_id, community_id=by.community_id):
            raise NotYours("accept")  # merged or gone at this moment
        rules.check_accept(visit, volunteer=by.member_id, at=moment)
        booked = dataclasses.replace(visit, state=State.BOOKED, volunteer_id=by.member_id)
        await visit_rows.update(booked)
        await visit_rows.write_down(booked, "accept", by=by, at=moment)
        await visit_rows.take_quarters(booked, by.member_id)
        await telling.tell_accepted(booked)
        return booked


async def withdraw(visit_id: UUID, *, by: Actor, at: datetime | None = None) -> Visit:
    """Give an accepted visit back, so that another volunteer can take it; the hold stays.

    Raises `NotYours`, `WrongState`, `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    _refuse_for_another(by, "withdraw")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        rules.check_withdraw(visit, by=by.member_id)
        opened = dataclasses.replace(visit, state=State.REQUESTED, volunteer_id=None)
        await visit_rows.update(opened)
        await visit_rows.write_down(opened, "withdraw", by=by, at=moment)
        await visit_rows.free_quarters(opened)
        await telling.tell_withdrawn(visit, at=moment)
        return opened


async def check_in(visit_id: UUID, *, by: Actor, code: str, at: datetime | None = None) -> Visit:
    """Begin a visit with the code that the elder shows.

    Raises `NotYours`, `WrongState`, `TooEarly`, `WrongCode`, `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    _refuse_for_another(by, "check in")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        if visit.state is State.UNDER_WAY and visit.volunteer_id == by.member_id:
            return visit
        policy = await visit_policy_at(by.community_id, moment)
        rules.check_in(visit, by=by.member_id, code=code, at=moment, policy=policy)
        begun = dataclasses.replace(visit, state=State.UNDER_WAY, checked_in_at=moment)
        await visit_rows.update(begun)
        await visit_rows.write_down(begun, "check_in", by=by, at=moment)
        return begun


async def check_out(
    visit_id: UUID, *, by: Actor, stated: int | None = None, at: datetime | None = None
) -> Visit:
    """End a visit: the clock measures its minutes, or the volunteer states fewer.

    Raises `NotYours`, `WrongState`, `TooManyStated`, `InvalidRequest`, `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    _refuse_for_another(by, "check out")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        if visit.state is State.FINISHED and visit.volunteer_id == by.member_id:
            return visit
        rules.check_out(visit, by=by.member_id)
        policy = await visit_policy_at(by.community_id, moment)
        minutes = rules.measured(visit.checked_in_at or moment, moment, stated, policy)
        ended = dataclasses.replace(
            visit, state=State.FINISHED, checked_out_at=moment, minutes_measured=minutes
        )
        await visit_rows.update(ended)
        await visit_rows.write_down(ended, "check_out", by=by, at=moment, minutes=minutes)
        await telling.tell_finished(ended)
        return ended


async def confirm(
    visit_id: UUID, *, by: Actor, minutes: int, word: bool = False, at: datetime | None = None
) -> Visit:
    """Close a visit: the confirmed minutes pass to the volunteer, the rest returns to the elder.

    `word` is the elder's explicit word for more minutes than were set aside. Raises `NotYours`,
    `OwnHours`, `WrongState`, `OutOfRange`, `NeedsWord`, `NotEnoughMinutes`, `NotDelegated`,
    `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        by = await _entitled(by, DelegatedAct.CONFIRM, at)
        if by.principal == visit.elder_id and visit.minutes_confirmed == minutes:
            return visit
        split = rules.settle(visit, by=by.principal, hand=by.member_id, minutes=minutes, word=word)
        closed = dataclasses.replace(visit, state=State.CONFIRMED, minutes_confirmed=minutes)
        await visit_rows.update(closed)
        await visit_rows.write_down(closed, "confirm", by=by, at=moment, minutes=minutes)
        await telling.tell_confirmed(closed)
        await _pass_on(closed, split, by=by, at=moment)
        return closed


async def _pass_on(visit: Visit, split: Settlement, *, by: Actor, at: datetime) -> None:
    """Post the hold, add what is beyond it, and pay the volunteer: one journal."""
    if visit.volunteer_id is None:
        raise LookupError(f"visit {visit.id} is closed and has no volunteer")
    escrow = await own_account(ESCROW, community_id=visit.community_id)
    elder = await member_account(visit.elder_id, community_id=visit.community_id)
    volunteer = await member_account(visit.volunteer_id, community_id=visit.community_id)
    then = [Leg.transfer(debit=escrow, credit=volunteer, amount=split.passed, unit=MINUTE)]
    if split.beyond_hold:
        beyond = Leg.transfer(debit=elder, credit=escrow, amount=split.beyond_hold, unit=MINUTE)
        then.insert(0, beyond)
    await ledger.post(
        TransferId(visit.hold_id),
        split.from_hold,
        id=TransferId(visit.post_id),
        origin=_origin(visit, by, at),
        then=then,
    )


async def cancel(
    visit_id: UUID, *, by: Actor, reason: str = "", at: datetime | None = None
) -> Visit:
    """Call a visit off: all that was set aside returns to the elder.

    Who may ask for an elder may also call off for them. Raises `NotYours`, `WrongState`,
    `NotDelegated`, `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        by = await _entitled(by, DelegatedAct.REQUEST, at)
        coordinator = Role.COORDINATOR in by.roles
        if visit.state is State.CANCELLED and (coordinator or by.principal == visit.elder_id):
            return visit
        rules.check_cancel(visit, by=by.principal, coordinator=coordinator)
        called_off = dataclasses.replace(visit, state=State.CANCELLED)
        await visit_rows.update(called_off)
        await visit_rows.write_down(called_off, "cancel", by=by, at=moment, note=reason.strip())
        await visit_rows.free_quarters(called_off)
        await telling.tell_cancelled(called_off, by=by, at=moment)
        await ledger.void(TransferId(visit.hold_id), origin=_origin(visit, by, moment))
        return called_off


async def _entitled(by: Actor, act: DelegatedAct, at: datetime | None) -> Actor:
    """Return who acts, once more sure of the consent where it is for another."""
    if by.on_behalf_of is None:
        return by
    return await community.acting_for(by, by.on_behalf_of, act, at=at)


def _refuse_for_another(by: Actor, act: str) -> None:
    """Refuse what only volunteers do: nobody's hours are given by another."""
    if by.on_behalf_of is not None:
        raise NotYours(act)


async def _asked_with(form_key: UUID, by: Actor) -> Visit | None:
    found = await visit_rows.find(
        "elder_id = {} AND form_key = {}", by.principal, form_key, community_id=by.community_id
    )
    return found[0] if found else None


async def _asked_at(request: Request, by: Actor) -> Visit:
    """Return the elder's visit of that care service at that moment: the latest, if it is over."""
    (found,) = await visit_rows.find(
        "elder_id = {} AND care_service.code = {} AND starts_at = {}"
        " ORDER BY state IN ('requested', 'booked', 'under_way') DESC, asked_at DESC LIMIT 1",
        by.principal,
        request.care_service,
        request.starts_at,
        community_id=by.community_id,
    )
    return found


def _same(visit: Visit, request: Request) -> bool:
    return request == dataclasses.replace(
        request,
        care_service=visit.care_service.code,
        starts_at=visit.starts_at,
        minutes=visit.minutes_booked,
    ) and (visit.place, visit.wishes) == (request.place.strip(), request.wishes.strip())


def _origin(visit: Visit, by: Actor, at: datetime) -> Origin:
    """Return who booked it and for whom; the consent stands in the history of the same visit."""
    return Origin(
        CommunityId(visit.community_id),
        Event("visit", visit.id),
        by.member_id,
        on_behalf_of=by.on_behalf_of,
        effective_at=at,
    )
