"""What a visit comes to: confirmed by the elder or by itself, disputed and resolved, corrected.

Each lets minutes pass once, in the transaction that closes the visit.
"""

import dataclasses
from datetime import UTC, datetime
from uuid import UUID

import community
import ledger
from community import Actor, DelegatedAct
from ledger import JournalId
from timebank import payers, rules, telling, visit_rows
from timebank.acting import entitled, require_coordinator
from timebank.refusals import one_transaction
from timebank.values import State, Visit


async def confirm(
    visit_id: UUID, *, by: Actor, minutes: int, word: bool = False, at: datetime | None = None
) -> Visit:
    """Close a visit: the confirmed minutes pass to the volunteer, the rest returns to its payers.

    `word` is the elder's explicit word for more minutes than were set aside. Raises `NotYours`,
    `OwnHours`, `WrongState`, `OutOfRange`, `NeedsWord`, `NotEnoughMinutes`, `NotDelegated`,
    `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        by = await entitled(by, DelegatedAct.CONFIRM, at)
        confirmed = visit.state is State.CONFIRMED and visit.minutes_confirmed == minutes
        if by.principal == visit.elder_id and confirmed:
            return visit
        rules.check_confirm(visit, by=by.principal, hand=by.member_id, minutes=minutes, word=word)
        return await _close(visit, State.CONFIRMED, minutes, "confirm", by=by, at=moment)


async def confirm_by_themselves(*, at: datetime | None = None, most: int = 200) -> int:
    """Confirm the visits about which their elders said nothing in time; return how many. A job.

    To what was measured, at most what was set aside. Each is a transaction of its own, under the
    visit's lock: with the elder's own confirmation or a dispute at the same moment, one is first.
    """
    moment = at or datetime.now(UTC)
    closed = 0
    for one in await visit_rows.due(
        "visit.state = 'finished' AND confirm_due_at <= {} ORDER BY confirm_due_at",
        moment,
        most=most,
    ):
        async with one_transaction():
            visit = await visit_rows.locked(one.id, community_id=one.community_id)
            due = visit.confirm_due_at
            if visit.state is not State.FINISHED or due is None or due > moment:
                continue
            nobody = community.system(one.community_id)
            minutes = visit.minutes_due or 0
            await _close(visit, State.CONFIRMED, minutes, "confirm_itself", by=nobody, at=moment)
            closed += 1
    return closed


async def dispute(visit_id: UUID, *, by: Actor, reason: str, at: datetime | None = None) -> Visit:
    """Say that a finished visit was not as it stands: all stays set aside until it is resolved.

    By either side, or a delegate who may confirm. Raises `NotYours`, `WrongState`,
    `InvalidRequest`, `NotDelegated`, `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        by = await entitled(by, DelegatedAct.CONFIRM, at)
        if visit.state is State.DISPUTED and by.principal in {visit.elder_id, visit.volunteer_id}:
            return visit
        rules.check_dispute(visit, by=by.principal, reason=reason)
        disputed = dataclasses.replace(visit, state=State.DISPUTED)
        await visit_rows.update(disputed)
        await visit_rows.write_down(disputed, "dispute", by=by, at=moment, note=reason.strip())
        await telling.tell_disputed(disputed, by=by)
        return disputed


async def resolve(
    visit_id: UUID, *, by: Actor, minutes: int, reason: str, at: datetime | None = None
) -> Visit:
    """End a dispute: so many minutes of help pass, none at all or some, the rest returns.

    Raises `NotYours` for whoever is no coordinator or is one of the two, `WrongState`,
    `OutOfRange`, `InvalidRequest`, `NotEnoughMinutes`, `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    require_coordinator(by, "resolve")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        if visit.state is State.RESOLVED and visit.minutes_confirmed == minutes:
            return visit
        rules.check_resolve(visit, by=by.member_id, minutes=minutes, reason=reason)
        return await _close(
            visit, State.RESOLVED, minutes, "resolve", by=by, at=moment, note=reason.strip()
        )


async def correct(
    visit_id: UUID, *, by: Actor, minutes: int, reason: str, at: datetime | None = None
) -> Visit:
    """Mend a mistake found later: the settlement is reversed, and the right minutes pass.

    Raises `NotYours` for whoever is no coordinator or is one of the two, `WrongState`,
    `OutOfRange`, `InvalidRequest`, `UnknownVisit`, and `NotEnoughMinutes` where the volunteer has
    spent what should go back, or the elder cannot pay what is missing.
    """
    moment = at or datetime.now(UTC)
    require_coordinator(by, "correct")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        if visit.state is State.RESOLVED and visit.minutes_confirmed == minutes:
            return visit
        rules.check_correct(visit, by=by.member_id, minutes=minutes, reason=reason)
        was = JournalId(visit.post_id)
        corrected = dataclasses.replace(
            visit, state=State.RESOLVED, minutes_confirmed=minutes, post_id=ledger.new_id()
        )
        await visit_rows.update(corrected)
        await visit_rows.write_down(
            corrected, "correct", by=by, at=moment, minutes=minutes, note=reason.strip()
        )
        await telling.tell_resolved(corrected)
        await payers.pass_again(
            corrected, minutes, was=was, reason=reason.strip(), by=by, at=moment
        )
        return corrected


async def _close(  # noqa: PLR0913 (what closing a visit takes)
    visit: Visit,
    state: State,
    minutes: int,
    act: str,
    *,
    by: Actor,
    at: datetime,
    note: str = "",
) -> Visit:
    closed = dataclasses.replace(visit, state=state, minutes_confirmed=minutes)
    await visit_rows.update(closed)
    await visit_rows.write_down(closed, act, by=by, at=at, minutes=minutes, note=note)
    if state is State.CONFIRMED:
        await telling.tell_confirmed(closed)
    else:
        await telling.tell_resolved(closed)
    await payers.pass_on(closed, minutes, by=by, at=at)
    return closed
