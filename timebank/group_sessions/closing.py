"""A session's hours: written down when it was held, confirmed by others, booked exactly once."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor, DelegatedAct, Role
from ledger import MINUTE, AccountId, CommunityId, Event, Journal, JournalId, Leg, Origin
from timebank.accounts import (
    DONATED,
    ESCROW,
    ISSUANCE,
    RELIEF,
    member_account,
    own_account,
)
from timebank.acting import at_the_desk, entitled, refuse_for_another
from timebank.earning import earned_legs
from timebank.errors import NotEnoughMinutes
from timebank.group_sessions import rows, rules, telling
from timebank.group_sessions.errors import InvalidCourse, NotOnTheList
from timebank.group_sessions.rules import Shares
from timebank.group_sessions.values import GroupPayer, GroupSession, SessionState, SignUp
from timebank.policy import GROUP_PAYER, TEAM_HOURS_DONATED
from timebank.policy.groups import GROUP_CONFIRMERS
from timebank.refusals import one_transaction

_TRIES: Final = 5
"""How often a booking is tried while those who came spend their minutes elsewhere meanwhile."""


async def close_session(
    session_id: UUID,
    *,
    by: Actor,
    minutes: int | None = None,
    helped: Collection[UUID] | None = None,
    at: datetime | None = None,
) -> GroupSession:
    """Write down that a session was held, for the planned minutes or fewer, and ask who came.

    `helped` are the assistants who were there, all of them unless given. Raises `NotYours`,
    `WithoutLeader`, `WrongState`, `TooEarly`, `TooManyStated`, `InvalidCourse`, `UnknownSession`.
    """
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "close")
    async with one_transaction():
        session = await rows.locked(session_id, community_id=by.community_id)
        stated = session.minutes if minutes is None else minutes
        if session.state is SessionState.HELD and session.minutes_held == stated:
            return session
        desk = at_the_desk(by)
        rules.check_close(session, by=by.member_id, desk=desk, minutes=stated, at=moment)
        if helped is not None:
            if not set(helped) <= session.assistants:
                raise InvalidCourse("assistants", "not offered")
            await rows.drop_assistants(session, session.assistants - set(helped))
        await rows.set_session(
            session, state=SessionState.HELD.value, held_at=moment, minutes_held=stated
        )
        held = await rows.one_session(session.id, community_id=by.community_id)
        await rows.note_session("close", held, by=by, minutes=stated, came=held.attended)
        came = [one.member_id for one in await rows.listed(held) if one.attended]
        await telling.tell_held(held, came)
        return held


async def confirm_session(
    session_id: UUID, *, by: Actor, at: datetime | None = None
) -> GroupSession:
    """Say that a session took place as it was written down.

    A coordinator's word is enough; else the hours pass once as many of those who came have said so
    as the community asks for. Also as a delegate of somebody who came. Who said so before is
    answered the same. Raises `OwnClass`, `NotOnTheList`, `WrongState`, `NotDelegated`,
    `UnknownSession`.
    """
    moment = at or datetime.now(UTC)
    for left in reversed(range(_TRIES)):
        try:
            return await _confirm(session_id, by=by, at=moment, given=at, free=not left)
        except NotEnoughMinutes:
            # Somebody who came has spent their minutes since they were looked at; look again, and
            # in the end ask nothing of them: nobody's hours wait for that.
            if not left:
                raise
    raise AssertionError("one of the tries returns or raises")


async def _confirm(
    session_id: UUID, *, by: Actor, at: datetime, given: datetime | None, free: bool
) -> GroupSession:
    async with one_transaction():
        session = await rows.locked(session_id, community_id=by.community_id)
        by = await entitled(by, DelegatedAct.CONFIRM, given)
        coordinator = by.on_behalf_of is None and Role.COORDINATOR in by.roles
        signed = await rows.signed_up(session, by.principal)
        if session.state is SessionState.CONFIRMED and (
            coordinator or (signed is not None and signed.attended)
        ):
            return session
        rules.check_confirm(session, hand=by.member_id)
        if not coordinator:
            if signed is None or not signed.attended:
                raise NotOnTheList
            await _give_word(session, signed, by=by, at=at)
        session = await rows.one_session(session.id, community_id=by.community_id)
        policy = await community.policy_in_force(by.community_id, session.starts_at)
        if not coordinator and session.words < policy[GROUP_CONFIRMERS]:
            return session
        return await _pass_on(session, policy, by=by, at=at, free=free)


async def _give_word(session: GroupSession, signed: SignUp, *, by: Actor, at: datetime) -> None:
    if signed.confirmed_at is None:
        await rows.set_sign_up(
            signed, community_id=by.community_id, confirmed_at=at, confirmed_by=by.member_id
        )
        await rows.note_session("word", session, by=by, member=str(signed.member_id))
    await telling.settle(session, [signed.member_id])


async def _pass_on(
    session: GroupSession, policy: community.Policy, *, by: Actor, at: datetime, free: bool
) -> GroupSession:
    """Book a session's hours: one journal, whose id is the session's own."""
    each = session.credit_each
    came = [one for one in await rows.listed(session) if one.attended]
    payer = GroupPayer.COMMUNITY if free else GroupPayer(policy[GROUP_PAYER])
    split = await _shares(session, each, payer, came)
    await rows.set_session(
        session, state=SessionState.CONFIRMED.value, confirmed_at=at, minutes_each=each
    )
    for one in came:
        await rows.set_sign_up(
            one, community_id=by.community_id, share_minutes=split.members.get(one.member_id, 0)
        )
    done = await rows.one_session(session.id, community_id=by.community_id)
    await rows.note_session("confirm", done, by=by, minutes=each, came=len(came), payer=payer.value)
    await telling.settle(done, [one.member_id for one in came])
    await telling.tell_confirmed(done)
    donated = session.team_id is not None and policy[TEAM_HOURS_DONATED]
    legs = [
        *await _given(split, session.community_id),
        *await _earned(done, each, donated=donated),
        *await _surplus(split.surplus, session.community_id),
    ]
    origin = Origin(
        CommunityId(session.community_id),
        Event("group_session", session.id),
        by.member_id,
        on_behalf_of=by.on_behalf_of,
        effective_at=session.starts_at,
    )
    await ledger.book(Journal(tuple(legs), origin, JournalId(session.post_id)))
    return done


async def _shares(
    session: GroupSession, each: int, payer: GroupPayer, came: Sequence[SignUp]
) -> Shares:
    available = []
    for one in came:
        minutes = 0
        if payer in {GroupPayer.EACH, GroupPayer.SHARED}:
            account = await member_account(one.member_id, community_id=session.community_id)
            minutes = (await ledger.balance(account)).available
        available.append((one.member_id, minutes))
    relief = await own_account(RELIEF, community_id=session.community_id)
    fund = (await ledger.balance(relief)).available
    due = each * len(session.givers)
    return rules.shares(due, each=each, payer=payer, came=available, fund=fund)


async def _given(split: Shares, community_id: UUID) -> list[Leg]:
    """Return the legs by which everybody's part comes together."""
    escrow = await own_account(ESCROW, community_id=community_id)
    parts: list[tuple[AccountId, int]] = [
        (await member_account(member_id, community_id=community_id), minutes)
        for member_id, minutes in sorted(split.members.items())
    ]
    parts.append((await own_account(RELIEF, community_id=community_id), split.relief))
    parts.append((await own_account(ISSUANCE, community_id=community_id), split.issuance))
    return [
        Leg.transfer(debit=account, credit=escrow, amount=minutes, unit=MINUTE)
        for account, minutes in parts
        if minutes
    ]


async def _earned(session: GroupSession, each: int, *, donated: bool) -> list[Leg]:
    """Return the legs by which each who gave the session earns it once, in the order of ids."""
    escrow = await own_account(ESCROW, community_id=session.community_id)
    legs: list[Leg] = []
    for member_id in sorted(session.givers):
        legs += await earned_legs(
            member_id,
            each,
            source=escrow,
            community_id=session.community_id,
            at=session.starts_at,
            donated=donated,
        )
    return legs


async def _surplus(minutes: int, community_id: UUID) -> list[Leg]:
    """Return the legs by which what was given beyond what is earned goes to the relief fund."""
    if not minutes:
        return []
    escrow = await own_account(ESCROW, community_id=community_id)
    fund = await own_account(DONATED, community_id=community_id)
    relief = await own_account(RELIEF, community_id=community_id)
    return [
        Leg.transfer(debit=escrow, credit=fund, amount=minutes, unit=MINUTE, note="class"),
        Leg.transfer(debit=fund, credit=relief, amount=minutes, unit=MINUTE, note="class"),
    ]
