"""The demo community, as large as a real one: its residents, their visits, what they decide.

Each part fills itself through the verbs of its wing. The whole is one transaction: a demo is there
in full or not at all, and filling it again changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

import community
import timebank
from app import policies
from app.demo_aftercare import fill_aftercare
from app.demo_cast import (
    ADMINISTRATOR,
    AUDITOR,
    COORDINATORS,
    DAUGHTER,
    ELDERS,
    NEIGHBOURS,
    OF_DISTRICT,
    OF_STREET,
    PHONE_OPERATOR,
    TREASURER,
    UNDERTAKER,
    VOLUNTEERS,
    Cast,
    cast,
)
from app.demo_classes import fill_classes
from app.demo_deliberation import fill_talk
from app.demo_delivery import fill_delivery
from app.demo_desk import fill_desk, fill_reports
from app.demo_evaluation import fill_evaluation
from app.demo_funding import fill_funding
from app.demo_hours import fill_hours
from app.demo_kin import fill_daughter, fill_families
from app.demo_marketplace import NOT_VOTED
from app.demo_marketplace import fill as fill_marketplace
from app.demo_matching import fill_matching
from app.demo_meetings import fill as fill_meetings
from app.demo_merging import fill_merging
from app.demo_moving import fill_moves
from app.demo_needs import fill_needs
from app.demo_organisations import fill_organisations
from app.demo_paper import fill as fill_paper
from app.demo_people import GRIDS, residents
from app.demo_places import CODE, fill_bali, fill_next_door
from app.demo_plans import fill_plans
from app.demo_project_work import fill_project_work
from app.demo_register import fill_waiting, verify_some
from app.demo_roster import bring_in, registration_of, roles_of
from app.demo_screening import fill_screening
from app.demo_timebank import WEEKS, fill_time_bank
from app.demo_volunteers import fill_volunteers
from community import Actor, Area, Community, Level, Member, Role
from community.roster import RosterEntry
from community.transactions import transaction

STAFF: Final = {
    **dict.fromkeys(COORDINATORS, Role.COORDINATOR),
    PHONE_OPERATOR: Role.PHONE_OPERATOR,
    TREASURER: Role.TREASURER,
    AUDITOR: Role.AUDITOR,
    ADMINISTRATOR: Role.ADMINISTRATOR,
}
# Whose role is held above the community, and at which level.
ABOVE: Final = {
    OF_DISTRICT: (Role.AUDITOR, Level.DISTRICT),
    OF_STREET: (Role.ADMINISTRATOR, Level.STREET),
}
LIVES_ALONE_MINUTES: Final = 300
RULES: Final = """\
name = "八里社区时间银行与微项目办法"
source = "八里社区居民代表会议通过（示例）"

[time_bank]
visit_minutes_min = 30
reserve_fen = 300000  # 3,000 yuan, for what the reserve's page and the projection show
days_ahead_max = 30
honour_1_minutes = 300
honour_2_minutes = 1200
unspent_minutes = 240
unspent_days = 30

[rounds]
choices_max = 5

[project_work]
grant_minutes_max = 2400
"""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Door:
    """Somebody to sign in as: which role, whose name, and what to look at first."""

    role: str
    name: str
    first: str


# One for each role, in the order of the sign-in page.
DOORS: Final = (
    Door("elder", ELDERS[0][0], "confirm yesterday's visit, ask for another"),
    Door("volunteer", VOLUNTEERS[0], "a visit under way, and who hopes for one"),
    Door("relative", DAUGHTER, "ask for her mother, and for a neighbour"),
    Door("coordinator", COORDINATORS[0], "what waits: who applied, who stands there twice"),
    Door("phone desk", PHONE_OPERATOR, "find who calls, by name or number"),
    Door("treasurer", TREASURER, "the money of the rounds"),
    Door("auditor", AUDITOR, "does the book balance, who did what"),
    Door("administrator", ADMINISTRATOR, "roles, places and the rules of the community"),
    Door("district's auditor", OF_DISTRICT, "choose in which community to work"),
    Door("street's administrator", OF_STREET, "both communities, and a third one"),
    Door("resident", NEIGHBOURS[0], "vote in the open round"),
    Door("undertaker", UNDERTAKER, "a project under way: report, ask for its money"),
)


async def fill(tell: Tell = lambda _words: None) -> bool:
    """Fill in the demo unless it is there, and say whether it was missing.

    `tell` hears what takes a while.
    """
    try:
        await community.community_by_code(CODE)
    except community.UnknownCommunity:
        async with transaction():
            await _fill(datetime.now(UTC), tell)
        return True
    return False


async def _fill(now: datetime, tell: Tell) -> None:
    since = now - timedelta(weeks=WEEKS + 1)
    home = await fill_bali(since)
    story = cast(residents(now.date()), now.date())
    known = await _join(home, story, since)
    above = {one.level: one for one in await community.area_path(home.id)}
    await _appoint(known, above)
    coordinator, administrator = _actor(known[COORDINATORS[0]]), _actor(known[ADMINISTRATOR])
    tell(f"bringing in {len(story.people):,} residents")
    entries = await bring_in(story.people, by=administrator)
    await verify_some(known, by=coordinator)
    households = [
        list(people)
        for _code, people in groupby(
            sorted(entries.values(), key=lambda one: (one.household or "", one.id)),
            key=lambda one: one.household,
        )
    ]
    await fill_organisations(
        [one for people in households for one in people], by=coordinator, since=since
    )
    tell("letting six weeks of visits happen")
    await _fill_time_bank(home, known, households, now)
    await fill_volunteers(home, known, now)
    await fill_matching(home, coordinator, now)
    await fill_daughter(
        home,
        daughter=known[DAUGHTER],
        phone=story.named[DAUGHTER].phone or "",
        mother=known[ELDERS[0][0]],
        neighbour=known[ELDERS[1][0]],
        desk=coordinator,
        now=now,
    )
    await fill_families(home, households, desk=coordinator, now=now)
    await fill_hours(home, known, now)
    await fill_desk(
        home,
        known,
        operator=_actor(known[PHONE_OPERATOR]),
        coordinator=coordinator,
        elders=(ELDERS[5][0], ELDERS[7][0], ELDERS[8][0], ELDERS[9][0]),
        volunteers=VOLUNTEERS[2:5],
        now=now,
    )
    await fill_reports(home, by=coordinator, now=now)
    await fill_classes(
        home,
        volunteers=[known[name] for name in VOLUNTEERS],
        neighbours=[known[name] for name in (*(one[0] for one in ELDERS), *NEIGHBOURS)],
        desk=coordinator,
        now=now,
    )
    tell("counting the votes of a round")
    await fill_marketplace(home, coordinator, _voters(home, known, households))
    await fill_funding(
        home,
        coordinator,
        _actor(known[TREASURER]),
        neighbours=_voters(home, known, households)[:40],
        helpers=[_actor(known[name]) for name in VOLUNTEERS],
    )
    await fill_paper(
        home,
        coordinator,
        _actor(known[PHONE_OPERATOR]),
        _voters(home, known, households)[NOT_VOTED:],
    )
    await fill_meetings(home, coordinator, _voters(home, known, households))
    neighbours = _voters(home, known, households)[:40]
    raised = await fill_needs(
        home,
        coordinator,
        neighbours,
        operator=_actor(known[PHONE_OPERATOR]),
        caller=_actor(known[ELDERS[1][0]]),
    )
    await fill_merging(neighbours[20:], coordinator)
    colleague = _actor(known[COORDINATORS[1]])
    talked_over = await fill_screening(raised, coordinator, neighbours, colleague=colleague)
    await fill_talk(talked_over, coordinator, neighbours)
    await fill_plans(home, talked_over, coordinator, neighbours)
    at_work = [neighbours[25], _actor(known[UNDERTAKER]), *neighbours[26:]]
    await fill_delivery(home, coordinator, _actor(known[TREASURER]), at_work)
    staff = (coordinator, _actor(known[TREASURER]), _actor(known[AUDITOR]))
    await fill_evaluation(home, staff, neighbours)
    await fill_aftercare(home, coordinator, neighbours)
    await fill_waiting(entries, known, by=coordinator)
    pack = await policies.read_for(home, RULES.encode(), now)
    await community.adopt_policy(pack, by=administrator)
    await fill_project_work(home, coordinator, at_work)
    next_door = await fill_next_door(above[Level.STREET], now)
    await fill_moves(home, next_door, known, above=known[OF_STREET], desk=coordinator)


async def _join(home: Community, story: Cast, since: datetime) -> dict[str, Member]:
    """Let the named people join before the roster comes; return them by name, with their roles."""
    grids = {one.name: one.id for one in await community.grids(home.id)}
    joined = {}
    for name, person in story.named.items():
        joined[name] = await community.add_member(
            community_id=home.id,
            name=name,
            phone=person.phone,
            birth_date=person.birth_date,
            grid_id=grids[GRIDS[person.grid]],
            household=person.household,
            address=person.address,
            registration=registration_of(person),
            roster_number=person.number,
            text_size="large" if name == ELDERS[2][0] else "normal",
            joined_at=since,
            roles=(*roles_of(person), *([STAFF[name]] if name in STAFF else [])),
        )
    return joined


async def _appoint(known: Mapping[str, Member], above: Mapping[Level, Area]) -> None:
    for name, (role, level) in ABOVE.items():
        await community.grant_role(known[name].id, role, at=above[level].id)


async def _fill_time_bank(
    home: Community,
    known: Mapping[str, Member],
    households: Sequence[Sequence[RosterEntry]],
    now: datetime,
) -> None:
    elders = [(known[name], minutes, flat) for name, minutes, flat in ELDERS]
    await fill_time_bank(home, elders, [known[name] for name in VOLUNTEERS], now)
    named = {one.id for one in known.values()}
    for people in households:
        alone = people[0]
        if len(people) == 1 and Role.ELDER in alone.roles and alone.id not in named:
            await timebank.opening_grant(alone.id, LIVES_ALONE_MINUTES, community_id=home.id)


def _voters(
    home: Community, known: Mapping[str, Member], households: Sequence[Sequence[RosterEntry]]
) -> list[Actor]:
    """Return who proposes and votes: the named neighbours, then one grown-up of each household."""
    named = {one.id for one in known.values()}
    speakers = [_actor(known[name]) for name in NEIGHBOURS]
    for people in households:
        grown = next((one for one in people if one.phone and one.id not in named), None)
        if grown:
            speakers.append(Actor(grown.id, home.id, frozenset(grown.roles)))
    return speakers


def _actor(member: Member) -> Actor:
    return Actor(member.id, member.community_id, member.roles)
