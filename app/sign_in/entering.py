"""Begins and ends what a browser may do in somebody's name; the trail keeps every time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import community
from app import sessions
from app.sessions import Begun, How, Session
from app.sign_in import second_factor
from community import Actor, Member
from community.transactions import transaction


@dataclass(frozen=True, slots=True)
class Browser:
    """What a request tells of the browser: its address, what it calls itself, its session."""

    address: str | None
    agent: str = ""
    session: Session | None = None


async def enter(
    member: Member,
    how: How,
    *,
    browser: Browser,
    desk_id: UUID | None = None,
    at: datetime | None = None,
) -> Begun:
    """Begin a session for a member who has shown who they are; the browser's former one ends.

    A member with a second factor has still to give it (`second_factor.confirm`), but for a card,
    which is two things already and opens no role of staff, and in a demo.
    """
    wanted = how in {How.PASSWORD, How.CODE} and await second_factor.is_on(member.id)
    async with transaction():
        if browser.session is not None:
            await sessions.end(browser.session.id, member_id=browser.session.member_id)
        begun = await sessions.begin(
            member,
            how,
            address=browser.address,
            agent=browser.agent,
            second_factor_wanted=wanted,
            desk_id=desk_id,
            at=at,
        )
        await community.record(
            "sign_in",
            by=actor_in(member, browser),
            subject_kind="member",
            subject_id=member.id,
            details={"how": how.value, "second_factor_wanted": wanted},
        )
    return begun


async def leave(session: Session) -> None:
    """End the session of a browser whose member signs out."""
    await sessions.end(session.id, member_id=session.member_id)


async def end_session(session_id: UUID, *, by: Actor) -> bool:
    """End one of one's own sessions, perhaps on another device; return whether there was one."""
    async with transaction():
        ended = await sessions.end(session_id, member_id=by.member_id)
        if ended:
            await community.record(
                "session.end", by=by, subject_kind="member", subject_id=by.member_id
            )
    return ended


async def end_other_sessions(member_id: UUID, *, by: Actor, but: UUID | None = None) -> int:
    """End a member's sessions everywhere, but for the one in which it is asked; return how many."""
    async with transaction():
        ended = await sessions.end_all(member_id, but=but)
        await community.record(
            "session.end_all",
            by=by,
            subject_kind="member",
            subject_id=member_id,
            details={"ended": ended},
        )
    return ended


def actor_in(member: Member, browser: Browser) -> Actor:
    """Return a member as who acts on themselves while signing in."""
    return Actor(member.id, member.community_id, member.roles, browser.address)
