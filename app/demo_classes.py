"""Weekly classes and teams of the demo: one that was held, one that is full, one that begins.

As everything in the demo they come about through the same verbs as in real life, at the moments
when they happened.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import uuid5
from zoneinfo import ZoneInfo

from community import Actor, Community, Member
from timebank import group_sessions, teams
from timebank.group_sessions import Course, CourseDraft, GroupSession

WEEKS_HELD: Final = 3
PHONES: Final = "智能手机夜校"
TAI_CHI: Final = "清晨太极"
FRAUD: Final = "防骗讲堂"
TEAM: Final = "凤池助老队"
CAME: Final = 9
FULL: Final = 8
MORNING, AFTERNOON, EVENING = time(9), time(14, 30), time(19)  # nobody has visits at seven


async def fill_classes(
    home: Community,
    *,
    volunteers: Sequence[Member],
    neighbours: Sequence[Member],
    desk: Actor,
    now: datetime,
) -> None:
    """Begin three classes and a team; the first volunteers lead, the neighbours come.

    At least four volunteers and twelve neighbours.
    """
    leaders = [_actor(one) for one in volunteers]
    people = [_actor(one) for one in neighbours]
    team = await _team(home, leaders, desk=desk, now=now)
    since = now - timedelta(weeks=WEEKS_HELD + 1)
    zone = ZoneInfo(home.time_zone)
    phones = await group_sessions.propose_course(
        CourseDraft(
            "digital",
            PHONES,
            "社区活动中心二楼",
            _at(now, zone, -7 * WEEKS_HELD + 2, EVENING),
            90,
            20,
            about="从开机、打电话到微信视频，一步一步慢慢学。带上自己的手机就行。",
            assistants=frozenset({leaders[1].member_id}),
        ),
        by=desk,
        leader_id=leaders[0].member_id,
        id=uuid5(home.id, PHONES),
        at=since,
    )
    await group_sessions.plan_ahead(at=now)
    await _held(phones, leaders[0], people, desk=desk, now=now)
    tai_chi = await group_sessions.propose_course(
        CourseDraft(
            "culture",
            TAI_CHI,
            "桃花坞小广场",
            _at(now, zone, 3, MORNING),
            60,
            FULL,
            about="二十四式太极拳，跟着音乐练，快慢随自己。",
            team_id=team.id,
        ),
        by=desk,
        leader_id=leaders[2].member_id,
        id=uuid5(home.id, TAI_CHI),
        at=since,
    )
    first, *_later = await _ahead(tai_chi, desk, now)
    for place, one in enumerate(people[: FULL + 3]):
        await group_sessions.sign_up(first.id, by=one, at=now - timedelta(days=2, minutes=-place))
    await group_sessions.propose_course(
        CourseDraft(
            "fraud",
            FRAUD,
            "居委会会议室",
            _at(now, zone, 6, AFTERNOON),
            60,
            30,
            about="讲讲最近的骗局：冒充熟人、保健品、养老投资，怎么一眼看穿。",
            every_weeks=2,
        ),
        by=leaders[3],
        id=uuid5(home.id, FRAUD),
        at=now - timedelta(days=1),
    )


async def _team(
    home: Community, leaders: Sequence[Actor], *, desk: Actor, now: datetime
) -> teams.Team:
    """Let a team be founded, with somebody in it and somebody who asks to join."""
    since = now - timedelta(weeks=WEEKS_HELD + 2)
    draft = teams.TeamDraft(TEAM, "一起去看望独居老人，也轮流带早上的太极。")
    team = await teams.found_team(
        draft, by=desk, leader_id=leaders[2].member_id, id=uuid5(home.id, TEAM), at=since
    )
    for one in leaders[:2]:
        await teams.invite_to_team(team.id, one.member_id, by=leaders[2], at=since)
        await teams.join_team(team.id, by=one, at=since)
    await teams.join_team(team.id, by=leaders[3], at=now - timedelta(hours=20))
    return team


async def _held(
    course: Course, leader: Actor, people: Sequence[Actor], *, desk: Actor, now: datetime
) -> None:
    """Let the sessions that are over be held; the last waits for the word of who came."""
    seen, past = await group_sessions.course_page(
        course.id, community_id=course.community_id, by=desk, at=now
    )
    held = sorted((one.session for one in past), key=lambda one: one.starts_at)
    for week, session in enumerate(held):
        came = people[: CAME + week]
        for one in came:
            await group_sessions.sign_up(session.id, by=one, at=session.starts_at)
        ids = {one.member_id for one in came}
        await group_sessions.take_attendance(
            session.id, ids, by=leader, at=session.starts_at + timedelta(minutes=10)
        )
        await group_sessions.close_session(session.id, by=leader, at=session.ends_at)
        after = session.ends_at + timedelta(hours=2)
        last = session is held[-1]
        for one in came[: 1 if last else 2]:
            await group_sessions.confirm_session(session.id, by=one, at=after)
    for one in people[:CAME]:
        await group_sessions.sign_up(seen.ahead[0].session.id, by=one, at=now - timedelta(days=1))


async def _ahead(course: Course, desk: Actor, now: datetime) -> list[GroupSession]:
    seen, _past = await group_sessions.course_page(
        course.id, community_id=course.community_id, by=desk, at=now
    )
    return [one.session for one in seen.ahead]


def _at(now: datetime, zone: ZoneInfo, days: int, clock: time) -> datetime:
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def _actor(member: Member) -> Actor:
    return Actor(member.id, member.community_id, member.roles)
