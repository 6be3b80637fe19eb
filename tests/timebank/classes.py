"""A street with weekly classes: what the tests of classes and teams begin with."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import community
import timebank
from community import Actor, Role
from community.policy import read_pack
from tests.timebank.street import NOON, Street
from timebank import group_sessions
from timebank.group_sessions import Course, CourseDraft, GroupSession
from timebank.policy import SETTINGS

TUESDAY = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # 9 am in Shanghai
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


def draft(**more: Any) -> CourseDraft:
    """Return a class on phones on Tuesdays at nine, an hour long, for two people."""
    given = {
        "care_service": "digital",
        "title": "智能手机课堂",
        "place": "社区活动室",
        "starts_at": TUESDAY,
        "minutes": 60,
        "capacity": 2,
    }
    return CourseDraft(**{**given, **more})


async def begun(street: Street, **more: Any) -> tuple[Course, GroupSession]:
    """Let the coordinator begin a class that the volunteer leads; return its first session."""
    course = await group_sessions.propose_course(
        draft(**more), by=street.coordinator, leader_id=street.volunteer.member_id, at=NOON
    )
    return course, await first(course, street)


async def first(course: Course, street: Street) -> GroupSession:
    """Return the first session that is planned."""
    return (await ahead(course, street))[0]


async def ahead(course: Course, street: Street) -> list[GroupSession]:
    """Return the sessions of a class, as the coordinator sees them at the beginning."""
    seen, _past = await group_sessions.course_page(
        course.id, community_id=street.id, by=street.coordinator, at=NOON
    )
    return [one.session for one in seen.ahead]


async def stands(session: GroupSession, street: Street) -> GroupSession:
    """Return a session as it stands now."""
    seen = await group_sessions.session_page(
        session.id, community_id=street.id, by=street.coordinator
    )
    return seen.session


async def neighbours(street: Street, number: int, *, minutes: int = 0) -> list[Actor]:
    """Let so many residents join, each with minutes saved."""
    found = []
    for place in range(number):
        member = await community.add_member(
            community_id=street.id,
            name=f"邻居{place}",
            roles=(Role.RESIDENT,),
        )
        one = Actor(member.id, street.id, member.roles)
        if minutes:
            await street.grant(one, minutes)
        found.append(one)
    return found


async def held(street: Street, came: list[Actor], **more: Any) -> GroupSession:
    """Let a session be held to which these came, and close it for its whole time."""
    _course, session = await begun(street, **{"capacity": max(len(came), 2), **more})
    for one in came:
        await group_sessions.sign_up(session.id, by=one, at=NOON)
    await group_sessions.take_attendance(
        session.id, {one.member_id for one in came}, by=street.volunteer, at=session.starts_at
    )
    return await group_sessions.close_session(session.id, by=street.volunteer, at=session.ends_at)


async def kinds(who: Actor, street: Street) -> list[str]:
    """Return the kinds of messages in a member's inbox that are unread, the newest first."""
    found = await community.inbox(who.member_id, community_id=street.id)
    return [one.kind for one in found if one.read_at is None]


async def posted(*who: Actor) -> list[int]:
    """Return what each has saved."""
    return [(await timebank.my_balance(one)).posted for one in who]


async def adopt_payer(street: Street, payer: str) -> None:
    """Let the community decide who gives the hours of classes."""
    text = f"""
        name = "N"
        source = "S"
        holds_from = {(NOON - 10 * DAY).isoformat()}
        [time_bank]
        group_payer = "{payer}"
    """
    pack = read_pack(text.encode(), settings=SETTINGS, zone=ZoneInfo("Asia/Shanghai"))
    await community.adopt_policy(pack, by=community.system(street.id), at=NOON - 30 * DAY)
