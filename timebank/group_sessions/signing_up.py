"""Signing up for a session and giving a place up: who comes next has the place. One transaction."""

from datetime import UTC, datetime
from uuid import UUID

import community
import ledger
from community import Actor, DelegatedAct
from timebank.acting import at_the_desk, entitled
from timebank.errors import NotYours
from timebank.group_sessions import rows, rules, telling
from timebank.group_sessions.errors import NotOnTheList
from timebank.group_sessions.leading import move_up
from timebank.group_sessions.values import GroupSession, SessionState, SignUp
from timebank.refusals import one_transaction


async def sign_up(
    session_id: UUID, *, by: Actor, member_id: UUID | None = None, at: datetime | None = None
) -> SignUp:
    """Sign up for a session: with a place while one is free, else at the end of those who wait.

    Also for another: as their delegate, on their word in a call, or at the desk for `member_id`.
    Who is on the list stays where they are. Raises `NotYours`, `SessionOver`, `OwnClass`,
    `NotDelegated`, `UnknownSession`.
    """
    moment = at or datetime.now(UTC)
    async with one_transaction():
        session = await rows.locked(session_id, community_id=by.community_id)
        member, by = await _for_whom(by, member_id, "sign up for", at)
        before = await rows.signed_up(session, member)
        if before is not None and session.state is SessionState.PLANNED:
            return before
        rules.check_sign_up(session, member=member, at=moment)
        signed = await rows.add_sign_up(
            SignUp(
                id=ledger.new_id(),
                number=0,
                group_session_id=session.id,
                member_id=member,
                signed_up_at=moment,
                signed_up_by=by.member_id,
                placed_at=moment if session.free else None,
            ),
            community_id=by.community_id,
        )
        await rows.note_session("sign_up", session, by=by, member=str(member), placed=signed.placed)
        if member != by.member_id:
            await _tell(session, signed)
        return signed


async def _tell(session: GroupSession, signed: SignUp) -> None:
    if signed.placed:
        await telling.tell_placed(session, signed.member_id)
    else:
        await telling.tell_waiting(session, signed.member_id)


async def give_up(
    session_id: UUID, *, by: Actor, member_id: UUID | None = None, at: datetime | None = None
) -> None:
    """Take oneself off a session's list, or another; who has waited longest gets the place.

    Doing it again changes nothing. Raises `NotYours`, `SessionOver`, `NotOnTheList` for somebody
    who never was on it, `NotDelegated`, `UnknownSession`.
    """
    moment = at or datetime.now(UTC)
    async with one_transaction():
        session = await rows.locked(session_id, community_id=by.community_id)
        member, by = await _for_whom(by, member_id, "give up a place in", at)
        signed = await rows.signed_up(session, member)
        if signed is None:
            await _require_listed_before(session, member)
            return
        rules.check_give_up(session, signed)
        await rows.set_sign_up(signed, community_id=by.community_id, gave_up_at=moment)
        await rows.note_session("give_up", session, by=by, member=str(member))
        if member != by.member_id:
            await telling.tell_given_up(session, member)
        else:
            await telling.settle(session, [member])
        if signed.placed:
            await move_up(session.id, by=by, at=moment)


async def _require_listed_before(session: GroupSession, member_id: UUID) -> None:
    before = await rows.sign_ups(
        "group_session_id = {} AND member_id = {} LIMIT 1",
        session.id,
        member_id,
        community_id=session.community_id,
    )
    if not before:
        raise NotOnTheList


async def _for_whom(
    by: Actor, member_id: UUID | None, act: str, at: datetime | None
) -> tuple[UUID, Actor]:
    """Return whose place it is, kept active meanwhile, and who acts, sure of the consent."""
    member = member_id or by.principal
    if member != by.principal and not at_the_desk(by):
        raise NotYours(act)
    # The member before the delegation, in the order of a merge's locks.
    if not await community.keep_active(member, community_id=by.community_id):
        raise NotYours(act)
    return member, await entitled(by, DelegatedAct.REQUEST, at)
