"""Asking for a visit, and calling one off. One verb is one transaction.

Each verb of a visit locks the visit, asks `rules`, writes the visit's row, its history and the
audit trail, and touches the book last, so that account rows are locked for the shortest time. The
same act sent twice is done once: the second call returns what the first one left.

`by` who acts for another (`by.on_behalf_of`) asks for, confirms or calls off the visits of that
elder: `by.principal` is whose affair it is. The verb asks `community.acting_for` anew, within its
own transaction, and raises `community.NotDelegated` where the consent does not hold any more.
"""

import dataclasses
import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import ledger
from community import Actor, DelegatedAct, Role
from timebank import payers, rules, telling, visit_rows
from timebank.acting import entitled
from timebank.catalogue import care_service
from timebank.eligibility import redeeming
from timebank.errors import (
    AlreadyAsked,
    InvalidRequest,
    NotEnoughMinutes,
    NotYours,
    SimilarOpen,
)
from timebank.hours import in_hardship
from timebank.policy import visit_policy_at
from timebank.refusals import AskedBefore, one_transaction
from timebank.request_rules import check_renew, similar, term
from timebank.values import Request, State, Visit, VisitPolicy, credit

ABOUT: Final = timedelta(days=1)
"""How far from a request whatever is like it may begin: on the same day, or some hours before."""


async def ask(
    request: Request,
    *,
    by: Actor,
    form_key: UUID,
    at: datetime | None = None,
    despite: Collection[UUID] | None = None,
    instead_of: UUID | None = None,
) -> Visit:
    """Ask for a visit. Its minutes are set aside once a volunteer is booked.

    That they could be is looked at now: an elder asks for no more than what could be covered.
    With a `preferred_id` it is offered to that volunteer first. `form_key` is the id of the page's
    form: the same form again returns the visit it asked for. `despite` are visits like it that the
    elder was shown; any other is a `SimilarOpen`, and with None nobody looks. It may be asked for
    `instead_of` a visit that found nobody, which is called off if it still waits. Raises `NotYours`
    where the affair is no elder's, `NotEligible`, `InvalidRequest`, `UnknownCareService`,
    `NotEnoughMinutes`, `NotDelegated`, `UnknownVisit` and `WrongState` for the other visit, and
    `AlreadyAsked` for the same form with other answers, or where the elder has an open visit of
    that care service at that moment.
    """
    moment = at or datetime.now(UTC)
    try:
        async with one_transaction():
            # First, as who books a visit locks it before its elder.
            other = None
            if instead_of is not None:
                other = await visit_rows.locked(instead_of, community_id=by.community_id)
            # Merged or gone at this moment; before the delegation, in the order of a merge's locks.
            # Alone, so that two requests at once do not both count the same minutes.
            if not await community.keep_active(
                by.principal, community_id=by.community_id, alone=True
            ):
                raise NotYours("ask for")
            by = await entitled(by, DelegatedAct.REQUEST, at)
            if Role.ELDER not in by.roles:
                raise NotYours("ask for")
            before = await _asked_with(form_key, by)
            if before is None:
                if other is not None and not await _makes_room(other, by, moment):
                    other = None
                return await ask_for(
                    by.principal,
                    request,
                    by=by,
                    form_key=form_key,
                    at=moment,
                    despite=despite,
                    renews=other.id if other else None,
                )
    except AskedBefore:
        before = await _asked_with(form_key, by)
        if before is None:
            raise AlreadyAsked((await _asked_at(request, by)).id) from None
    if not _same(before, request):
        raise AlreadyAsked(before.id)
    return before


async def _makes_room(other: Visit, by: Actor, at: datetime) -> bool:
    """Call a locked visit off that is asked for at another time; whether this is the first one."""
    check_renew(other, by=by.principal)
    if other.state in rules.WAITING:
        await _call_off(other, by=by, at=at)
    found = await visit_rows.find("renews = {}", other.id, community_id=by.community_id)
    return not found


async def ask_for(  # noqa: PLR0913 (what asking takes)
    elder_id: UUID,
    request: Request,
    *,
    by: Actor,
    form_key: UUID,
    at: datetime,
    despite: Collection[UUID] | None = None,
    renews: UUID | None = None,
) -> Visit:
    """Ask for a visit to an elder who is kept active alone, within the caller's transaction.

    Raises as `ask` does, and `refusals.AskedBefore`, which ends the transaction.
    """
    hardship = await in_hardship(elder_id, community_id=by.community_id)
    await redeeming(elder_id, community_id=by.community_id, at=at, hardship=hardship)
    policy = await visit_policy_at(by.community_id, at)
    rules.check_request(request, at=at, policy=policy)
    service = await care_service(request.care_service, community_id=by.community_id)
    if despite is not None:
        await _refuse_similar(request, elder_id, despite, by)
    asked = Visit(
        id=ledger.new_id(),
        community_id=by.community_id,
        care_service=service,
        elder_id=elder_id,
        volunteer_id=None,
        state=State.REQUESTED,
        place=request.place.strip(),
        wishes=request.wishes.strip(),
        starts_at=request.starts_at,
        minutes_booked=request.minutes,
        code=f"{secrets.randbelow(10_000):04d}",
        post_id=ledger.new_id(),
        asked_at=at,
        credit_per_hour=service.credit_per_hour,
        renews=renews,
    )
    visit = term(asked, at=at, policy=policy)
    if request.preferred_id is not None:
        visit = await _preferring(visit, request.preferred_id, at, policy)
    await visit_rows.insert(visit, form_key=form_key)  # one asked for before shows here
    await _require_cover(visit, at, policy)
    await visit_rows.write_down(visit, "ask", by=by, at=at, minutes=visit.minutes_booked)
    if visit.state is State.OFFERED:
        await telling.tell_offered(visit)
    return visit


async def _refuse_similar(
    request: Request, elder_id: UUID, despite: Collection[UUID], by: Actor
) -> None:
    """Raise `SimilarOpen` for visits like it, but for the very same one: that is `AlreadyAsked`."""
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    found = await visit_rows.find(
        "elder_id = {} AND starts_at BETWEEN {} AND {}"
        " AND visit.state IN ('requested', 'offered', 'booked', 'under_way')"
        " ORDER BY starts_at, visit.id",
        elder_id,
        request.starts_at - ABOUT,
        request.starts_at + ABOUT,
        community_id=by.community_id,
    )
    alike = [
        one
        for one in found
        if similar(one, request, zone)
        and one.id not in despite
        and (one.care_service.code, one.starts_at) != (request.care_service, request.starts_at)
    ]
    if alike:
        raise SimilarOpen(alike)


async def _preferring(visit: Visit, volunteer_id: UUID, at: datetime, policy: VisitPolicy) -> Visit:
    """Return the visit as one that is offered to whom the elder would like. `InvalidRequest`."""
    if volunteer_id == visit.elder_id or not await community.keep_active(
        volunteer_id, community_id=visit.community_id
    ):
        raise InvalidRequest("preferred", "unknown")
    if Role.VOLUNTEER not in (await community.member(volunteer_id)).roles:
        raise InvalidRequest("preferred", "unknown")
    return dataclasses.replace(
        visit,
        state=State.OFFERED,
        volunteer_id=volunteer_id,
        preferred_id=volunteer_id,
        offered_until=rules.offer_ends(visit, at=at, policy=policy),
    )


async def _require_cover(visit: Visit, at: datetime, policy: VisitPolicy) -> None:
    """Raise `NotEnoughMinutes` where this and what is asked for already could not be covered."""
    elder, home = visit.elder_id, visit.community_id
    asked = await visit_rows.minutes_asked_for(elder, community_id=home, at=at)
    covered = await payers.covered(elder, community_id=home, at=at, policy=policy)
    if asked > covered:
        needed = credit(visit.minutes_booked, visit.credit_per_hour)
        raise NotEnoughMinutes(available=max(covered - (asked - needed), 0), asked=needed)


async def cancel(
    visit_id: UUID, *, by: Actor, reason: str = "", at: datetime | None = None
) -> Visit:
    """Call a visit off: what was set aside returns to its payers.

    Less than the policy's notice before a booked visit begins, some of it may pass to the
    volunteer (`rules.late_cost`; usually nothing). Who may ask for an elder may also call off for
    them. Raises `NotYours`, `WrongState`, `NotDelegated`, `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        by = await entitled(by, DelegatedAct.REQUEST, at)
        coordinator = Role.COORDINATOR in by.roles
        if visit.state is State.CANCELLED and (coordinator or by.principal == visit.elder_id):
            return visit
        rules.check_cancel(visit, by=by.principal, coordinator=coordinator)
        policy = await visit_policy_at(by.community_id, moment)
        by_elder = by.principal == visit.elder_id
        cost = rules.late_cost(visit, at=moment, policy=policy) if by_elder else 0
        return await _call_off(visit, by=by, at=moment, cost=cost, reason=reason.strip())


async def call_off_untaken(visit: Visit, *, by: Actor, at: datetime) -> bool:
    """Call off a visit that nobody has taken, within the caller's transaction; whether it was.

    For what ends all of an elder's requests of a kind; whose word that is, the caller has asked.
    """
    found = await visit_rows.locked(visit.id, community_id=visit.community_id)
    if found.state in rules.WAITING:
        await _call_off(found, by=by, at=at)
    return found.state in rules.WAITING


async def _call_off(
    visit: Visit, *, by: Actor, at: datetime, cost: int = 0, reason: str = ""
) -> Visit:
    called_off = dataclasses.replace(visit, state=State.CANCELLED, offered_until=None)
    await visit_rows.update(called_off)
    await visit_rows.write_down(
        called_off, "cancel", by=by, at=at, minutes=cost or None, note=reason
    )
    await visit_rows.free_quarters(called_off)
    await telling.tell_cancelled(called_off, by=by, at=at)
    if cost:
        await payers.pass_on(called_off, cost, by=by, at=at)
    else:
        await payers.let_go(called_off, by=by, at=at)
    return called_off


async def _asked_with(form_key: UUID, by: Actor) -> Visit | None:
    found = await visit_rows.find(
        "elder_id = {} AND form_key = {}", by.principal, form_key, community_id=by.community_id
    )
    return found[0] if found else None


async def _asked_at(request: Request, by: Actor) -> Visit:
    """Return the elder's visit of that care service at that moment: the latest, if it is over."""
    (found,) = await visit_rows.find(
        "elder_id = {} AND care_service.code = {} AND starts_at = {} ORDER BY state IN"
        " ('requested', 'offered', 'booked', 'under_way') DESC, asked_at DESC LIMIT 1",
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
        preferred_id=visit.preferred_id,
    ) and (visit.place, visit.wishes) == (request.place.strip(), request.wishes.strip())
