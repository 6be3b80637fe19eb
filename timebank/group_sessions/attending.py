"""Who came to a session: by the list, or by the number that the leader shows. One transaction."""

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

import ledger
from community import Actor, keep_active
from timebank.acting import at_the_desk, refuse_for_another
from timebank.errors import NotYours
from timebank.group_sessions import rows, rules
from timebank.group_sessions.values import Came, GroupSession, SignUp
from timebank.policy import visit_policy_at
from timebank.refusals import one_transaction


async def take_attendance(
    session_id: UUID, came: Collection[UUID], *, by: Actor, at: datetime | None = None
) -> GroupSession:
    """Write down which of the people on the list came; whoever else is on it did not.

    Who waited and came gets the chair of somebody who stayed away. Raises `NotYours`,
    `SessionOver`, `TooEarly`, `NotOnTheList`, `NoPlaceLeft`, `UnknownSession`.
    """
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "take attendance of")
    async with one_transaction():
        session = await rows.locked(session_id, community_id=by.community_id)
        policy = await visit_policy_at(by.community_id, moment)
        desk = at_the_desk(by)
        rules.check_list(session, by=by.member_id, desk=desk, at=moment, policy=policy)
        listed = await rows.listed(session)
        rules.check_present(session, {one.member_id for one in listed}, came)
        changed = [one for one in listed if one.attended != (one.member_id in came)]
        for one in changed:
            await _mark(one, by, Came.LIST, moment if one.member_id in came else None)
        if changed:
            await rows.note_session("attendance", session, by=by, came=len(set(came)))
        return await rows.one_session(session.id, community_id=by.community_id)


async def say_here(session_id: UUID, *, by: Actor, code: str, at: datetime | None = None) -> SignUp:
    """Say that one is there, with the number that the leader shows.

    Who has not signed up gets a place with it, while one is free. Raises `NotYours` for who acts
    for another, `SessionOver`, `TooEarly`, `WrongCode`, `NoPlaceLeft`, `OwnClass`,
    `UnknownSession`.
    """
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "be at")
    async with one_transaction():
        session = await rows.locked(session_id, community_id=by.community_id)
        if not await keep_active(by.member_id, community_id=by.community_id):
            raise NotYours("be at")
        policy = await visit_policy_at(by.community_id, moment)
        signed = await rows.signed_up(session, by.member_id)
        rules.check_sign_up(session, member=by.member_id, at=min(moment, session.starts_at))
        rules.check_here(session, signed, code=code, at=moment, policy=policy)
        if signed is None:
            signed = await rows.add_sign_up(
                SignUp(
                    id=ledger.new_id(),
                    number=0,
                    group_session_id=session.id,
                    member_id=by.member_id,
                    signed_up_at=moment,
                    signed_up_by=by.member_id,
                    placed_at=moment,
                ),
                community_id=by.community_id,
            )
        if not signed.attended:
            await _mark(signed, by, Came.CODE, moment)
            await rows.note_session("here", session, by=by)
        found = await rows.signed_up(session, by.member_id)
        return found or signed


async def _mark(signed: SignUp, by: Actor, how: Came, at: datetime | None) -> None:
    fields: dict[str, object] = {"attended_at": at, "attended_how": how.value if at else None}
    if at is not None and not signed.placed:
        fields["placed_at"] = at
    await rows.set_sign_up(signed, community_id=by.community_id, **fields)
