"""Telephone number and password: trying one, setting one, changing one."""

from datetime import UTC, datetime
from uuid import UUID

import community
from app import sessions
from app.sessions import How, Session
from app.sign_in import hashing
from app.sign_in.errors import ChangedMeanwhile, NotFresh, NotThese, WeakSecret
from app.sign_in.freshness import is_fresh
from app.sign_in.lanes import STREAKS, password_lanes
from app.sign_in.policy import patience
from app.sign_in.weak_secrets import Person, normal, password_weakness
from app.tables import MemberPasswordRow
from app.throttle import Lane, count_try, was_right
from community import SYSTEM, Actor, Member
from community.transactions import transaction


async def try_password(
    phone: str,
    password: str,
    *,
    address: str | None,
    mark: str | None = None,
    at: datetime | None = None,
) -> Member:
    """Return the active member whose number and password these are.

    A try does the same for every number: it is counted, one member is looked for, one hash is
    worked out. `mark` is the browser's, where it is known for this number. Raises `NotThese`,
    `TrySlower`, `TooBusy`.
    """
    lanes = password_lanes(phone, address, mark, free=(await patience()).free_tries)
    failures = await count_try(lanes, at=at)
    member = await community.active_member_by_phone(phone)
    kept = await _kept(member.id if member else SYSTEM)
    if not await hashing.fits(kept, normal(password)) or member is None:
        if member is not None and failures in STREAKS:
            await _note_streak(member, failures, address)
        raise NotThese
    await was_right(lanes)
    if kept is not None and hashing.is_outdated(kept):
        await _rehash(member.id, kept, normal(password))
    return member


async def has_password(member_id: UUID) -> bool:
    """Say whether a member has a password."""
    return await _kept(member_id) is not None


async def set_password(
    new: str,
    *,
    old: str | None,
    session: Session,
    person: Person,
    by: Actor,
    at: datetime | None = None,
) -> int:
    """Give the actor a password; every other session of theirs ends. Returns how many did.

    The old one has to be given, but for whoever has none yet or has just signed in with a code
    (that is how a forgotten one is replaced). The member is told by message. Raises `WeakSecret`,
    `NotThese` where the old one is wrong, `NotFresh`, `ChangedMeanwhile`, `TrySlower`, `TooBusy`.
    """
    now = at or datetime.now(UTC)
    kept = await _kept(by.member_id)
    if asks_for_old(session, has_one=kept is not None, at=now):
        lane = Lane(f"old password {by.member_id}", (await patience()).free_tries)
        await count_try([lane], at=at)
        if not await hashing.fits(kept, normal(old or "")):
            raise NotThese
        await was_right([lane])
    elif not is_fresh(session, at=now):
        raise NotFresh
    weakness = password_weakness(new, person)
    if weakness is not None:
        raise WeakSecret(weakness)
    made = await hashing.hashed(normal(new))
    async with transaction():
        await _store(by.member_id, made, before=kept, at=now)
        ended = await sessions.end_all(by.member_id, but=session.id)
        await community.record(
            "password.change",
            by=by,
            subject_kind="member",
            subject_id=by.member_id,
            details={"first": kept is None, "sessions_ended": ended},
        )
        home = (await community.member(by.member_id)).community_id
        await community.tell(
            by.member_id, "password.changed", community_id=home, fill={"at": now}, urgent=True
        )
    return ended


def asks_for_old(session: Session, *, has_one: bool, at: datetime | None = None) -> bool:
    """Say whether a change has to show the old password."""
    by_code = session.how is How.CODE and is_fresh(session, at=at)
    return has_one and not by_code


async def _kept(member_id: UUID) -> str | None:
    rows = await MemberPasswordRow.raw(
        "SELECT hash FROM member_password WHERE member_id = {}", member_id
    )
    return rows[0]["hash"] if rows else None


async def _store(member_id: UUID, made: str, *, before: str | None, at: datetime) -> None:
    """Keep a hash in place of the one that was there, or of none; else `ChangedMeanwhile`."""
    if before is None:
        rows = await MemberPasswordRow.raw(
            "INSERT INTO member_password (member_id, hash, changed_at) VALUES ({}, {}, {})"
            " ON CONFLICT (member_id) DO NOTHING RETURNING member_id",
            member_id,
            made,
            at,
        )
    else:
        rows = await MemberPasswordRow.raw(
            "UPDATE member_password SET hash = {}, changed_at = {}"
            " WHERE member_id = {} AND hash = {} RETURNING member_id",
            made,
            at,
            member_id,
            before,
        )
    if not rows:
        raise ChangedMeanwhile


async def _rehash(member_id: UUID, kept: str, password: str) -> None:
    """Keep the same password hashed with today's parameters, unless it was changed meanwhile."""
    await MemberPasswordRow.raw(
        "UPDATE member_password SET hash = {} WHERE member_id = {} AND hash = {}",
        await hashing.hashed(password),
        member_id,
        kept,
    )


async def _note_streak(member: Member, failures: int, address: str | None) -> None:
    await community.record(
        "sign_in.failures",
        by=Actor(SYSTEM, member.community_id, address=address),
        subject_kind="member",
        subject_id=member.id,
        details={"in_a_row": failures},
    )
