"""The demo's meetings: a council of nine, one meeting held with its decisions, one to come."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from community import Actor, Community, grids
from marketplace import councils, meetings
from marketplace.councils import Council, CouncilDraft, CouncilKind, Entry, SeatRole
from marketplace.meetings import Access, Answer, Audience, Choice, ItemDraft, Kind, MeetingDraft

SEATS: Final = 9
PLACE: Final = "居委会二楼议事厅"
HELD_DAYS_AGO: Final = 24
EVERY_FOURTH: Final = 4  # takes part online
CALLED_DAYS_BEFORE: Final = 25
AHEAD_DAYS: Final = 16

ITEMS: Final = (
    (
        "晾衣架放在哪里",
        (
            "凤池弄东侧空地和 9 号楼前各有人主张。东侧日照好，9 号楼前离老人近。"
            "大家同意先在东侧装一组，留出轮椅通道。"
        ),
        "在凤池弄东侧空地装一组不锈钢晾衣架，留一米二的轮椅通道。",
    ),
    (
        "谁来保管议事亭的钥匙",
        "有人担心晚上吵。商定晚上九点锁门，由楼组长轮流保管，每月换一次。",
        "议事亭每天晚上九点锁门，钥匙由楼组长按月轮流保管。",
    ),
)
HEADING: Final = "扶手、晾衣架和夜灯：先做哪一样"


async def fill(community: Community, coordinator: Actor, residents: Sequence[Actor]) -> None:
    """Fill the community's meetings by the same verbs that everybody uses; needs ten residents."""
    noon = datetime.now(ZoneInfo(community.time_zone)).replace(
        hour=14, minute=0, second=0, microsecond=0
    )
    council = await _council(coordinator, residents[:SEATS], noon)
    await _held(council, coordinator, residents[:SEATS], noon - timedelta(days=HELD_DAYS_AGO))
    known = await grids(community.id)
    area_id = known[0].id if known else community.id
    await _ahead(coordinator, residents, noon + timedelta(days=AHEAD_DAYS), area_id=area_id)


async def _council(coordinator: Actor, people: Sequence[Actor], noon: datetime) -> Council:
    founded = (noon - timedelta(days=200)).astimezone(UTC)
    council = await councils.found_council(
        CouncilDraft(
            "八里社区居民议事会",
            CouncilKind.COUNCIL,
            SEATS,
            founded.date(),
            founded.date().replace(year=founded.year + 3, day=1),
        ),
        by=coordinator,
        at=founded,
    )
    for place, one in enumerate(people):
        await councils.seat_member(
            council.id,
            one.member_id,
            SeatRole.CHAIR if place == 0 else SeatRole.MEMBER,
            Entry.ELECTED,
            by=coordinator,
            words="楼组推选" if place else "全体成员推选",
            at=founded,
        )
    return council


async def _held(
    council: Council, coordinator: Actor, people: Sequence[Actor], noon: datetime
) -> None:
    start = noon.astimezone(UTC)
    called = start - timedelta(days=CALLED_DAYS_BEFORE)
    meeting = await meetings.call_meeting(
        MeetingDraft(
            kind=Kind.COUNCIL,
            title="秋季议事会",
            starts_at=start,
            length=90,
            place=PLACE,
            link="https://meeting.example/bali",
            chair_id=people[0].member_id,
            clerk_id=people[1].member_id,
            items=tuple(ItemDraft(title) for title, _said, _decided in ITEMS),
            access=frozenset({Access.LIFT, Access.DIALECT}),
            audience=Audience.COUNCIL,
            council_id=council.id,
        ),
        by=coordinator,
        at=called,
    )
    begun = start + timedelta(minutes=5)
    for one in people[1:7]:
        await meetings.tick(meeting.id, one.member_id, by=people[0], at=begun)
    for one in (people[0], people[7]):
        await meetings.say_online(meeting.id, by=one, at=begun)
    there = people[:8]
    seen = await meetings.meeting_page(meeting.id, community_id=meeting.community_id, by=people[0])
    for against, (item, (_title, _said, decided)) in enumerate(
        zip(seen.agenda, ITEMS, strict=True)
    ):
        motion = await meetings.put_motion(meeting.id, item.id, decided, by=people[0], at=begun)
        named = {
            one.member_id: Choice.NO if place < against * 2 else Choice.YES
            for place, one in enumerate(there)
        }
        await meetings.decide(meeting.id, motion.id, by=people[0], named=named, at=begun)
    ended = start + timedelta(minutes=95)
    await meetings.close_meeting(meeting.id, by=people[0], at=ended)
    words = {
        item.id: said for item, (_title, said, _decided) in zip(seen.agenda, ITEMS, strict=True)
    }
    await meetings.write_minutes(meeting.id, words, by=people[1], at=ended)
    await meetings.share_minutes(meeting.id, by=people[1], at=ended + timedelta(days=1))
    await meetings.publish_minutes()


async def _ahead(
    coordinator: Actor, residents: Sequence[Actor], noon: datetime, *, area_id: UUID
) -> None:
    """Announce an open talk, with answers and a proposed item."""
    meeting = await meetings.call_meeting(
        MeetingDraft(
            kind=Kind.OPEN_TALK,
            title=HEADING,
            about="春天的民生微实事投票之后，还有三件事没有钱做完。先做哪一样，请大家来说。",
            starts_at=noon.astimezone(UTC),
            length=90,
            place=PLACE,
            link="https://meeting.example/bali",
            phone="0512-6700 1234",
            chair_id=coordinator.member_id,
            clerk_id=residents[1].member_id,
            items=(ItemDraft("三件事各要多少钱"), ItemDraft("先做哪一样"), ItemDraft("谁来照看")),
            access=frozenset({Access.STEP_FREE, Access.LIFT, Access.DIALECT, Access.TELEPHONE}),
            access_words="电梯在 3 号门后面",
            seats=40,
            audience=Audience.AREA,
            area_id=area_id,
        ),
        by=coordinator,
    )
    for place, one in enumerate(residents[:12]):
        await meetings.answer_meeting(
            meeting.id, Answer.YES if place % EVERY_FOURTH else Answer.ONLINE, by=one
        )
    await meetings.propose_item(
        meeting.id, ItemDraft("晚上的路灯", "3 号楼到河边一段晚上看不清路。"), by=residents[4]
    )
