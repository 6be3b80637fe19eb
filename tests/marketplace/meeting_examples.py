"""What tests of meetings begin with: a council, and meetings as somebody announces them."""

import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import community
from community import Actor, Role
from community.policy import read_pack
from marketplace import councils, meetings
from marketplace.councils import Council, CouncilDraft, CouncilKind, Entry, SeatRole
from marketplace.meeting_settings import SETTINGS
from marketplace.meetings import ItemDraft, Kind, Meeting, MeetingDraft
from tests.marketplace.conftest import Neighbourhood

NOW = datetime.now(UTC).replace(microsecond=0)
SOON = NOW + timedelta(days=40)
THERE = SOON + timedelta(minutes=5)
HALL = "Lane hall, ground floor"


def draft(here: Neighbourhood, **how: object) -> MeetingDraft:
    """Return an open talk in forty days, chaired by the coordinator."""
    said: dict[str, object] = {
        "kind": Kind.OPEN_TALK,
        "title": "Where to dry the washing",
        "starts_at": SOON,
        "length": 90,
        "place": HALL,
        "link": "https://talk.example/lane",
        "chair_id": here.coordinator.member_id,
        "clerk_id": here.residents[0].member_id,
        "items": (ItemDraft("A rack in the yard"), ItemDraft("Who keeps the key")),
        "audience": meetings.Audience.EVERYONE,
        **how,
    }
    return MeetingDraft(**said)  # type: ignore[arg-type]  # a test's own


async def called(here: Neighbourhood, **how: object) -> Meeting:
    """Announce a meeting."""
    return await meetings.call_meeting(draft(here, **how), by=here.coordinator)


async def council_of(
    here: Neighbourhood, members: int, *, alternates: int = 0, public: bool = True
) -> Council:
    """Enter a council: its first resident chairs it, then come members, then alternates."""
    council = await councils.found_council(
        CouncilDraft(
            "Lane council",
            CouncilKind.COUNCIL,
            max(3, members),
            date(2020, 1, 1),
            date(2029, 12, 31),
            votes_public=public,
        ),
        by=here.coordinator,
    )
    for place, resident in enumerate(here.residents[: members + alternates]):
        role = SeatRole.CHAIR if place == 0 else SeatRole.MEMBER
        await councils.seat_member(
            council.id,
            resident.member_id,
            SeatRole.ALTERNATE if place >= members else role,
            Entry.ELECTED,
            by=here.coordinator,
        )
    return council


async def council_meeting(here: Neighbourhood, council: Council, **how: object) -> Meeting:
    """Announce a meeting of a council."""
    return await called(
        here,
        **{
            "kind": Kind.COUNCIL,
            "council_id": council.id,
            "audience": meetings.Audience.COUNCIL,
            **how,
        },
    )


async def come(meeting: Meeting, *people: Actor, by: Actor) -> None:
    """Tick people on the list a little after the beginning."""
    for one in people:
        await meetings.tick(meeting.id, one.member_id, by=by, at=THERE)


async def first_item(meeting: Meeting) -> meetings.Item:
    """Return the first item of the agenda."""
    seen = await meetings.meeting_page(meeting.id, community_id=meeting.community_id, by=None)
    return seen.agenda[0]


async def adopt(here: Neighbourhood, **settings: object) -> None:
    """Let the community decide about its meetings."""
    lines = [f"{name} = {str(value).lower()}" for name, value in settings.items()]
    text = 'name = "N"\nsource = "S"\n[meetings]\n' + "\n".join(lines)
    pack = read_pack(text.encode(), settings=SETTINGS, zone=ZoneInfo("Asia/Shanghai"))
    await community.adopt_policy(pack, by=community.system(here.id))


async def newcomer(here: Neighbourhood, name: str = "New") -> Actor:
    """Add another resident."""
    found = await community.add_member(
        community_id=here.id, name=f"{name} {uuid.uuid4().hex[:6]}", roles=(Role.RESIDENT,)
    )
    return Actor(found.id, here.id, found.roles)


Told = Callable[[Actor], Awaitable[list[str]]]


async def kinds_told(who: Actor) -> list[str]:
    """Return the kinds of messages in somebody's inbox, the newest first among the unread."""
    inbox = await community.inbox(who.member_id, community_id=who.community_id, size=100)
    return [one.kind for one in inbox]
