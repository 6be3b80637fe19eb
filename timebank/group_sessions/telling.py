"""Tells the people of a class what happened to it, within the verb's transaction."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import community
from community import Fill
from timebank.group_sessions.values import Course, GroupSession

NEAR: Final = timedelta(days=1)


def page(session: GroupSession) -> str:
    """Return where a session's page is."""
    return f"/classes/sessions/{session.id}"


async def tell_decided(course: Course, *, running: bool) -> None:
    """Tell who leads a class that it begins, or why not."""
    await community.tell(
        course.leader_id,
        "class.approved" if running else "class.declined",
        community_id=course.community_id,
        fill={"title": course.title} if running else {"title": course.title, "why": course.reason},
        link=f"/classes/{course.id}",
    )


async def tell_placed(session: GroupSession, member_id: UUID) -> None:
    """Tell somebody for whom another signed up that they have a place."""
    await _tell(session, [member_id], "class.placed", _when(session))


async def tell_waiting(session: GroupSession, member_id: UUID) -> None:
    """Tell somebody for whom another signed up that they wait for a place."""
    await _tell(session, [member_id], "class.waiting", _what(session))


async def tell_moved_up(session: GroupSession, member_id: UUID, *, at: datetime) -> None:
    """Tell who waited longest that a place is theirs."""
    await _tell(session, [member_id], "class.moved_up", _when(session), urgent=_near(session, at))


async def tell_given_up(session: GroupSession, member_id: UUID) -> None:
    """Tell somebody that another took them off the list."""
    await _tell(session, [member_id], "class.given_up", _what(session))


async def tell_cancelled(session: GroupSession, members: Iterable[UUID], *, at: datetime) -> None:
    """Tell everybody on the list, and who gives it, that the session does not take place."""
    fill = {**_what(session), "why": session.reason}
    kind = "class.cancelled_why" if session.reason else "class.cancelled"
    if not session.reason:
        del fill["why"]
    await _tell(session, members, kind, fill, urgent=_near(session, at))


async def tell_led(session: GroupSession, member_id: UUID) -> None:
    """Tell a volunteer that they lead a session."""
    await _tell(session, [member_id], "class.lead", _when(session))


async def tell_soon(session: GroupSession, members: Iterable[UUID]) -> None:
    """Remind who comes to a session or gives it, the day before."""
    await _tell(session, members, "class.soon", _when(session))


async def tell_held(session: GroupSession, members: Iterable[UUID]) -> None:
    """Ask those who came to confirm that the session took place."""
    fill: Fill = {"title": session.title, "minutes": session.minutes_held or 0}
    await _tell(session, members, "class.held", fill)


async def tell_confirmed(session: GroupSession) -> None:
    """Tell who gave the session how many minutes are theirs."""
    fill: Fill = {"title": session.title, "minutes": session.minutes_each or 0}
    await _tell(session, session.givers, "class.confirmed", fill)


async def settle(session: GroupSession, members: Iterable[UUID]) -> None:
    """Mark as read what these were told of the session: it is no news any more."""
    for member_id in members:
        await community.settle_messages(member_id, page(session), community_id=session.community_id)


async def _tell(
    session: GroupSession, members: Iterable[UUID], kind: str, fill: Fill, *, urgent: bool = False
) -> None:
    for member_id in members:
        await settle(session, [member_id])
        await community.tell(
            member_id,
            kind,
            community_id=session.community_id,
            fill=fill,
            link=page(session),
            urgent=urgent,
        )


def _near(session: GroupSession, at: datetime) -> bool:
    return session.starts_at - at < NEAR


def _what(session: GroupSession) -> dict[str, str | int | datetime]:
    return {"title": session.title, "at": session.starts_at}


def _when(session: GroupSession) -> dict[str, str | int | datetime]:
    return {**_what(session), "place": session.place}
