"""The way back in for whoever cannot sign in: what the desk may do for a caller.

Every act is written down with who helped. Nobody helps themselves, and only an administrator over
all of their roles helps somebody of staff.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import community
from app import sessions
from app.sessions import Session
from app.sign_in import second_factor
from app.sign_in.cards import Card, card_of
from app.sign_in.codes import forget_tries, put_read_out_code
from app.sign_in.errors import FactorOff, NoPhone, NotForYou
from app.sign_in.passwords import has_password
from app.sign_in.staff import may_help, member_here, want_help_allowed
from app.throttle import forget_about
from community import SYSTEM, Actor, Member, Role
from community.transactions import transaction

READ_OUT_LIFE: Final = timedelta(minutes=15)
CHECKS: Final = ("birth_date", "household", "called_back", "known_voice")
"""How the desk knew that the caller is the member."""


@dataclass(frozen=True, slots=True)
class WaysIn:
    """How a member can sign in now, for the desk: without any secret."""

    member: Member
    phone: str | None
    has_password: bool
    has_second_factor: bool
    card: Card | None
    sessions: tuple[Session, ...]
    may_help: bool


async def ways_in(member_id: UUID, *, by: Actor) -> WaysIn:
    """Return how a member of the actor's community can sign in. Raises `UnknownMember`."""
    member = await member_here(member_id, by=by)
    return WaysIn(
        member,
        await community.phone_of(member.id, community_id=member.community_id),
        await has_password(member.id),
        await second_factor.is_on(member.id),
        await card_of(member.id),
        tuple(await sessions.sessions_of(member.id)),
        await may_help(member.id, by=by),
    )


async def end_waits(member_id: UUID, *, by: Actor) -> int:
    """Let the member's next try go on at once; return how many waits ended.

    Raises `NotForYou`, `UnknownMember`.
    """
    await want_help_allowed(member_id, by=by)
    member = await member_here(member_id, by=by)
    phone = await community.phone_of(member.id, community_id=member.community_id)
    async with transaction():
        ended = await forget_about(str(member.id))
        if phone is not None:
            ended += await forget_about(phone) + await forget_tries(phone)
        await community.record(
            "sign_in.end_waits", by=by, subject_kind="member", subject_id=member.id
        )
    return ended


async def make_read_out_code(
    member_id: UUID,
    *,
    checked: str,
    by: Actor,
    life: timedelta = READ_OUT_LIFE,
    at: datetime | None = None,
) -> str:
    """Make a code to read out to the caller, and return it; the trail keeps how they were checked.

    `checked` is one of `CHECKS`. The member is told by message that it was made. Raises `NoPhone`,
    `NotForYou`, `UnknownMember`.
    """
    if checked not in CHECKS:
        raise ValueError(checked)
    await want_help_allowed(member_id, by=by)
    member = await member_here(member_id, by=by)
    phone = await community.phone_of(member.id, community_id=member.community_id)
    if phone is None:
        raise NoPhone
    async with transaction():
        code = await put_read_out_code(phone, member.id, life=life, at=at)
        await community.record(
            "sign_in.read_out_code",
            by=by,
            subject_kind="member",
            subject_id=member.id,
            details={"checked": checked},
        )
        await community.tell(
            member.id, "sign_in.helped", community_id=member.community_id, urgent=True
        )
    return code


async def end_sessions(member_id: UUID, *, by: Actor) -> int:
    """Sign a member out everywhere; return how many sessions ended.

    Raises `NotForYou`, `UnknownMember`.
    """
    await want_help_allowed(member_id, by=by)
    await member_here(member_id, by=by)
    async with transaction():
        ended = await sessions.end_all(member_id)
        await community.record(
            "session.end_all",
            by=by,
            subject_kind="member",
            subject_id=member_id,
            details={"ended": ended},
        )
    return ended


async def reset_second_factor(member_id: UUID, *, by: Actor, at: datetime | None = None) -> None:
    """Remove the second step of a member who has lost app and codes, and sign them out everywhere.

    An administrator's to do, never for oneself, or the installation's; the member is told by
    message. Raises `NotForYou`, `FactorOff`, `UnknownMember`.
    """
    if by.member_id != SYSTEM:
        if Role.ADMINISTRATOR not in by.roles:
            raise NotForYou
        await want_help_allowed(member_id, by=by)
    member = await member_here(member_id, by=by)
    now = at or datetime.now(UTC)
    async with transaction():
        if not await second_factor.remove(member.id):
            raise FactorOff
        await sessions.end_all(member.id)
        await forget_about(str(member.id))
        await community.record(
            "second_factor.reset", by=by, subject_kind="member", subject_id=member.id
        )
        await community.tell(
            member.id,
            "second_factor.reset",
            community_id=member.community_id,
            fill={"at": now},
            urgent=True,
        )
