"""The verbs of a move: ask, let go, take in, decline, take back. One verb is one transaction.

The same act sent twice is done once. What becomes of sessions is the app's to see to.
"""

import dataclasses
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime
from uuid import UUID

import community
from community import Actor, Role
from ledger import new_id
from timebank.errors import NotYours
from timebank.merging import refuse_open_visits
from timebank.moving import agreeing, clearing, rows, rules, telling
from timebank.moving.errors import AlreadyMoving, NoClearing, OpenMove
from timebank.moving.values import Move, MoveState
from timebank.refusals import one_transaction


async def ask_move(
    member_id: UUID, to_community_id: UUID, *, by: Actor, at: datetime | None = None
) -> Move:
    """Ask that a member moves and takes all saved hours along.

    The member asks, or a coordinator for them; a coordinator's word lets them go as well, and
    whoever has left already is asked for by a coordinator alone. The same once more returns the
    open move. Raises `NotYours`, `NoClearing`, `ClearingFull`, `NothingToTake`, `AlreadyMoving`,
    and `community.NotActive`, `UnknownMember`, `UnknownCommunity`.
    """
    moment = at or datetime.now(UTC)
    own = by.member_id == member_id
    if by.on_behalf_of is not None or not (own or Role.COORDINATOR in by.roles):
        raise NotYours("move")
    if to_community_id == by.community_id:
        raise NoClearing
    try:
        async with one_transaction():
            await _keep(member_id, by, own=own)
            before = await rows.open_move(member_id, community_id=by.community_id)
            if before is None:
                return await _ask(member_id, to_community_id, by=by, at=moment, own=own)
    except AlreadyMoving:
        before = await rows.open_move(member_id, community_id=by.community_id)
    if before is None or before.to_community_id != to_community_id:
        raise AlreadyMoving
    return before


async def _keep(member_id: UUID, by: Actor, *, own: bool) -> None:
    """Refuse who is no member any more; an active one stays so until the transaction ends."""
    if await community.keep_active(member_id, community_id=by.community_id):
        return
    member = await community.member(member_id)
    if member.community_id != by.community_id:
        raise community.UnknownMember(member_id)
    if own or member.standing is not community.Standing.LEFT:
        raise community.NotActive(member_id, member.standing)


async def _ask(
    member_id: UUID, to_community_id: UUID, *, by: Actor, at: datetime, own: bool
) -> Move:
    luggage = await clearing.luggage_of(member_id, community_id=by.community_id)
    rules.check_luggage(dataclasses.replace(luggage, held=0))
    await agreeing.check_room(by.community_id, to_community_id, luggage.minutes, at=at)
    move = Move(
        new_id(),
        by.community_id,
        to_community_id,
        member_id,
        MoveState.ASKED if own else MoveState.RELEASED,
        at,
        by.member_id,
        None if own else at,
        None if own else by.member_id,
    )
    await rows.insert(move)
    await _write_down("ask", move, by=by)
    if not own:
        await telling.tell_asked_for(move)
    return move


async def release_move(move_id: UUID, *, by: Actor, at: datetime | None = None) -> Move:
    """Let a member go, as a coordinator of the old community; the new one decides next.

    Raises `NotYours`, `UnknownMove`, `MoveOver`, `SameHand`.
    """
    _refuse_unless_coordinator(by)
    moment = at or datetime.now(UTC)
    async with one_transaction():
        move = await rows.locked(move_id, community_id=by.community_id)
        if by.community_id != move.community_id:
            raise NotYours("let go")
        if move.state is MoveState.RELEASED and move.released_by == by.member_id:
            return move
        rules.check_release(move, by=by.member_id)
        released = dataclasses.replace(
            move, state=MoveState.RELEASED, released_at=moment, released_by=by.member_id
        )
        await rows.update(released)
        await _write_down("release", released, by=by)
        await telling.tell_released(released)
        return released


Leaving = Callable[[UUID, Actor], Awaitable[None]]
"""What else ends in the house when a member goes: whose, and who let them go."""


async def receive_move(
    move_id: UUID,
    *,
    by: Actor,
    into: UUID | None = None,
    roles: Collection[Role] = (),
    leaving: Leaving | None = None,
    at: datetime | None = None,
) -> Move:
    """Take a member in, as a coordinator of the new community: hours and membership pass on.

    `into` is the membership that they have here already; without it one is added with `roles`.
    `leaving` ends what else they had in the old community. All of it happens, or nothing. Raises
    `NotYours`, `UnknownMove`, `NotReleased`, `MoveOver`, `SameHand`, `OpenVisits`, `HoursSetAside`,
    `NothingToTake`, `NoClearing`, `ClearingFull`, and what `community.move_member` raises.
    """
    _refuse_unless_coordinator(by)
    moment = at or datetime.now(UTC)
    async with one_transaction():
        move = await rows.locked(move_id, community_id=by.community_id)
        if by.community_id != move.to_community_id:
            raise NotYours("take in")
        if move.state is MoveState.DONE and into in {None, move.new_member_id}:
            return move
        rules.check_receive(move, by=by.member_id, into=into)
        sender = Actor(move.released_by or by.member_id, move.community_id)
        if leaving is not None:
            await leaving(move.member_id, sender)
        joined = await community.move_member(
            move.member_id, sent_by=sender, by=by, into=into, roles=roles
        )
        await refuse_open_visits(move.member_id, community_id=move.community_id)
        luggage = await clearing.luggage_of(move.member_id, community_id=move.community_id)
        rules.check_luggage(luggage)
        await agreeing.hold_room(
            move.community_id, move.to_community_id, luggage.minutes, at=moment
        )
        done = dataclasses.replace(
            move,
            state=MoveState.DONE,
            received_at=moment,
            received_by=by.member_id,
            new_member_id=joined,
            minutes=luggage.saved,
            gift_minutes=luggage.gifts,
        )
        await rows.update(done)
        await _write_down("receive", done, by=by)
        await telling.tell_done(done)
        await clearing.book_move(done, luggage, into=joined, by=by, at=moment)
        return done


async def decline_move(move_id: UUID, why: str, *, by: Actor, at: datetime | None = None) -> Move:
    """Turn a move down with a reason, as a coordinator of either side; everything stays.

    Raises `NotYours`, `UnknownMove`, `MoveOver`, `SameHand`, `NoReason`.
    """
    _refuse_unless_coordinator(by)
    async with one_transaction():
        move = await rows.locked(move_id, community_id=by.community_id)
        if move.state is MoveState.DECLINED and move.ended_by == by.member_id:
            return move
        rules.check_decline(move, by=by.member_id, why=why)
        ended = _ended(move, MoveState.DECLINED, by=by, at=at, why=why)
        await rows.update(ended)
        await _write_down("decline", ended, by=by)
        await telling.tell_declined(ended)
        return ended


async def withdraw_move(*, by: Actor, at: datetime | None = None) -> Move | None:
    """Take the own open move back; None where there is none any more. Raises `NotYours`."""
    if by.on_behalf_of is not None:
        raise NotYours("move")
    async with one_transaction():
        move = await rows.open_move(by.member_id, community_id=by.community_id, lock=True)
        if move is None:
            return None
        ended = _ended(move, MoveState.WITHDRAWN, by=by, at=at, why="")
        await rows.update(ended)
        await _write_down("withdraw", ended, by=by)
        return ended


async def move_seen(move_id: UUID, *, by: Actor) -> Move:
    """Return a move to a coordinator of either side. Raises `NotYours`, `UnknownMove`."""
    _refuse_unless_coordinator(by)
    return await rows.one(move_id, community_id=by.community_id)


async def moves_of(by: Actor, *, only_open: bool = False) -> list[Move]:
    """Return a community's moves, out and in, to its coordinator. Raises `NotYours`."""
    _refuse_unless_coordinator(by)
    return await rows.of_community(by.community_id, only_open=only_open)


async def own_move(by: Actor) -> Move | None:
    """Return the latest move of whoever asks, away from here or to here."""
    return await rows.latest_of(by.member_id, community_id=by.community_id)


async def moves_here(member_id: UUID, *, community_id: UUID) -> list[Move]:
    """Return the moves by which somebody became this member, oldest first."""
    return await rows.came_from(member_id, community_id=community_id)


async def refuse_open_move(member_id: UUID, *, community_id: UUID) -> None:
    """Raise `OpenMove` where a member's move is still to be decided."""
    if await rows.open_move(member_id, community_id=community_id) is not None:
        raise OpenMove


async def forget_moves(members: Collection[UUID], *, community_id: UUID) -> None:
    """Take the typed reasons out of moves; within the transaction that erases these members.

    Raises `OpenMove`.
    """
    for member_id in members:
        await refuse_open_move(member_id, community_id=community_id)
    await rows.forget_reasons(list(members))


def _ended(move: Move, state: MoveState, *, by: Actor, at: datetime | None, why: str) -> Move:
    return dataclasses.replace(
        move,
        state=state,
        ended_at=at or datetime.now(UTC),
        ended_by=by.member_id,
        ended_why=why.strip(),
    )


def _refuse_unless_coordinator(by: Actor) -> None:
    if by.on_behalf_of is not None or Role.COORDINATOR not in by.roles:
        raise NotYours("decide on")


async def _write_down(act: str, move: Move, *, by: Actor) -> None:
    """Write it into the trail of the community that acts; a move that is done, into both."""
    details: dict[str, object] = {"move": str(move.id), "to": str(move.to_community_id)}
    if move.state is MoveState.DONE:
        details |= {"minutes": move.taken_along, "member": str(move.new_member_id)}
    if move.ended_why:
        details["reason"] = move.ended_why
    places = {by.community_id, move.community_id}
    for place in sorted(places):
        await community.record(
            f"move.{act}",
            by=by,
            area_id=place,
            subject_kind="member",
            subject_id=move.member_id,
            details=details,
        )
