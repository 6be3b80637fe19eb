"""One small neighbourhood with somebody of every role and one example of whatever pages show.

The walks over every route (who may enter, what a stranger sees, how each page looks) share it. What
a new route needs in its address is added to `examples`, or for one route alone to `by_route`; a
walk fails on a route whose address it cannot fill, so no page is forgotten.
"""

import dataclasses
import io
import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image

import community
import marketplace
import timebank
from app import calendar_file, policies, sessions
from app.joining import invitation_digest, new_invitation_code
from app.messages.choices import add_device
from app.messages.parcels import Device
from app.roster.working import step
from community import (
    Actor,
    Community,
    DelegatedAct,
    Level,
    Member,
    Registration,
    Role,
    Verified,
)
from community.applications import Applicant, apply_to_join, waiting_applications
from community.invitations import Guest, invite
from community.roster import receive_roster
from marketplace import councils, meetings
from marketplace.counting import Rule
from marketplace.needs.merging import ask_merge
from marketplace.paper.values import Reading
from marketplace.uploading import receive_election, take_in
from tests.care_walks import leave_aftercare
from tests.delivery_walks import leave_delivery
from tests.funding_walks import leave_funding
from tests.hours_examples import leave_hours
from tests.judged_examples import leave_judged
from tests.plan_walks import leave_plans
from tests.talk_examples import leave_talk
from tests.work_walks import leave_work
from timebank import beside, care, desk, figures, group_sessions, matching, moving, repeats, teams
from timebank.care import Extra, Hours, Profile, Speech

DEFAULT_PACK = Path(__file__).parent.parent / "docs" / "policy" / "default.toml"
PAPER_ROUTES = (
    "",
    "/print",
    "/prints/{batch:int}",
    "/hand-out",
    "/spoil",
    "/key",
    "/differences",
    "/differences/{serial:str}",
    "/audit",
    "/draw",
)
ELECTION = b"""META
key;value
description;A made-up vote about two things for a lane
unit;Plum Lane
instance;2026
budget;1000
vote_type;approval
num_votes;3
PROJECTS
project_id;cost;name
lamp;400;A lamp on the stairs
stage;900;A stage
VOTES
voter_id;vote
1;lamp
2;lamp
3;stage
"""
PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
NAMES = {
    Role.RESIDENT: "丁一凡",
    Role.VOLUNTEER: "李明",
    Role.ELDER: "陈桂芳",
    Role.DELEGATE: "陈晓东",
    Role.COORDINATOR: "沈洁",
    Role.PHONE_OPERATOR: "孙丽",
    Role.TREASURER: "马国强",
    Role.AUDITOR: "唐雅琴",
    Role.ADMINISTRATOR: "周正",
}


def photo() -> bytes:
    """Make a small photograph."""
    body = io.BytesIO()
    Image.new("RGB", (64, 48), "darkseagreen").save(body, "JPEG")
    return body.getvalue()


@dataclass
class Neighbourhood:
    """A community, one person per role, and values for the addresses of pages.

    `examples` are by the name of a path parameter; `by_route` overrides them for one route.
    `related` says whose affair an example is, where it is not everybody's: by the same name.
    `fields` are what a form needs, by route, where an empty one says nothing about who may send it.
    `further` are addresses, with who opens each, that show a page as its example does not.
    """

    home: Community
    people: dict[Role, Member]
    examples: dict[str, object] = field(default_factory=dict)
    related: dict[str, frozenset[Role]] = field(default_factory=dict)
    by_route: dict[str, dict[str, object]] = field(default_factory=dict)
    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    further: list[tuple[str, Role | None]] = field(default_factory=list)

    def actor(self, role: Role) -> Actor:
        """Return the person of a role as the verbs see them."""
        person = self.people[role]
        return Actor(person.id, self.home.id, person.roles)

    def address(self, route: str) -> str:
        """Return a route's address with an example for each parameter.

        Raises `LookupError` for a parameter that nobody gave an example for.
        """
        known = {**self.examples, **self.by_route.get(route, {})}

        def filled(found: re.Match[str]) -> str:
            if found[1] not in known:
                raise LookupError(f"{route}: the neighbourhood has no example of {found[1]}")
            return str(known[found[1]])

        return PARAMETER.sub(filled, route)


async def open_neighbourhood(mark: str = "") -> Neighbourhood:
    """Fill a fresh community with people, places, visits, a delegation and three rounds.

    `mark` is added to every name, so that a page which shows one of them gives itself away.
    """
    city = await community.add_area(
        level=Level.CITY, code=f"c-{uuid.uuid4().hex[:12]}", name="苏州市"
    )
    home = await community.add_community(
        code=f"n-{uuid.uuid4().hex[:12]}",
        name=f"梧桐社区{mark}",
        below=city.id,
        desk_phone="0512-67001234",
    )
    grid = await community.add_area(
        level=Level.GRID, code="g1", name=f"梧桐里{mark}", below=home.id
    )
    people = {role: await _person(home, role, mark) for role in NAMES}
    hood = Neighbourhood(home, people)
    await timebank.open_time_bank(home.id)
    await timebank.opening_grant(people[Role.ELDER].id, 900, community_id=home.id)
    delegation = await _delegate(hood)
    people[Role.DELEGATE] = await community.member(people[Role.DELEGATE].id)
    await _visits(hood)
    await _classes(hood)
    await _rounds(hood)
    await _meetings(hood)
    pack = await policies.read_for(home, DEFAULT_PACK.read_bytes(), datetime.now(UTC))
    adopted = await community.adopt_policy(pack, by=hood.actor(Role.ADMINISTRATOR))
    imported = await marketplace.import_election(
        ELECTION, community_id=home.id, file_name="lane.pb"
    )
    handed_in = await receive_election(
        uuid.uuid4(),
        ELECTION.replace(b"3;stage", b"3;stairs"),
        file_name="lane-2.pb",
        by=hood.actor(Role.COORDINATOR),
    )
    await take_in(handed_in)
    hood.examples |= {
        "election_id": imported.id,
        "upload_id": handed_in.id,
        "pack_id": adopted.id,
        "consent_id": delegation.consent.id,
        "code": home.code,
        "example": "nanjing-2019",
        "area_id": grid.id,
        "community_id": home.id,
        "member_id": people[Role.ELDER].id,
        "delegation_id": delegation.id,
        "file_path": "linli.css",
        "elder_id": people[Role.ELDER].id,
    }
    await _papers(hood)
    await leave_hours(hood)
    await leave_talk(hood)
    await leave_plans(hood)
    await leave_judged(hood, photo())
    await leave_funding(hood)
    await leave_delivery(hood)
    await leave_work(hood)
    await _volunteers(hood)
    await _waiting(hood)
    await _other_ways(hood)
    await _roster(hood)
    await _regularly(hood)
    await _matched(hood)
    await _calls(hood)
    await leave_aftercare(hood)
    await _move(hood, city.id)
    hood.related |= {
        "visit_id": frozenset({Role.ELDER, Role.VOLUNTEER, Role.DELEGATE, Role.COORDINATOR}),
        "delegation_id": frozenset({Role.ELDER, Role.DELEGATE}),
        "message_id": frozenset({Role.ELDER}),
        "device_id": frozenset({Role.ELDER}),
        "certificate_id": frozenset({Role.VOLUNTEER}),
        "exception_id": frozenset({Role.VOLUNTEER}),
        "session_id": frozenset({Role.ELDER}),
        "role_id": frozenset({Role.RESIDENT}),
        "organisation_id": frozenset({Role.RESIDENT}),
        "post_id": frozenset({Role.RESIDENT, Role.VOLUNTEER}),
    }
    hood.fields["/time-bank/visits/{visit_id:uuid}/confirm"] = {"minutes": "60"}
    for part in ("offer", "book"):
        hood.fields[f"/match/visits/{{visit_id:uuid}}/{part}"] = {
            "volunteer": str(people[Role.VOLUNTEER].id)
        }
    return hood


async def _papers(hood: Neighbourhood) -> None:
    """Leave an organisation with its people, a namesake, a message, a device and a session."""
    coordinator, elder = hood.actor(Role.COORDINATOR), hood.people[Role.ELDER]
    resident = hood.people[Role.RESIDENT]
    twin = await community.add_member(community_id=hood.home.id, name=elder.name)
    draft = community.OrganisationDraft(
        community.OrganisationKind.RESIDENTS_GROUP, "梧桐里合唱队", "每周二下午唱歌。"
    )
    choir = await community.add_organisation(draft, by=coordinator)
    await community.give_post(choir.id, resident.id, community.Post.LEADER, by=coordinator)
    post = await community.give_post(
        choir.id, hood.people[Role.VOLUNTEER].id, community.Post.MEMBER, by=coordinator
    )
    (role,) = await community.roles_held(resident.id)
    (kin,) = await community.kin_of(elder.id, coordinator)
    device = Device(uuid.uuid4(), f"https://push.test/{uuid.uuid4()}", "key", "auth")
    await add_device(device, by=hood.actor(Role.ELDER), agent="")
    session = await sessions.begin(elder, sessions.How.DEMO, address=None)
    unread = await community.inbox(elder.id, community_id=hood.home.id)
    hood.examples |= {
        "other_id": twin.id,
        "organisation_id": choir.id,
        "post_id": post,
        "role_id": role.id,
        "kinship_id": kin.id,
        "message_id": unread[0].id,
        "device_id": device.id,
        "session_id": session.session.id,
    }


async def _volunteers(hood: Neighbourhood) -> None:
    """Leave a volunteer with a profile, times, a claim and a calendar; somebody asks to help."""
    volunteer, home = hood.actor(Role.VOLUNTEER), hood.home.id
    services = await timebank.care_services(home)
    profile = Profile(
        "当过护士", frozenset({services[0].id}), languages=frozenset(Speech), honours_public=True
    )
    await care.save_profile(profile, by=volunteer)
    await care.save_profile(profile, by=hood.actor(Role.RESIDENT))
    week = [Hours(2, 480, 720), Hours(4, 545 // 15 * 15, 615)]
    await care.save_hours(week, by=volunteer)
    today = await care.today_in(home, datetime.now(UTC))
    away, claim = uuid.uuid4(), uuid.uuid4()
    await care.add_away(away, today, today + timedelta(days=2), by=volunteer)
    await care.add_extra(uuid.uuid4(), Extra(today + timedelta(days=9), 540, 600), by=volunteer)
    (training, *_kinds) = await care.certificate_kinds(home)
    await care.claim_certificate(care.Claim(claim, training.id, today), by=volunteer)
    feed = await care.renew_feed(by=volunteer)
    hood.examples |= {
        "care_service_id": services[0].id,
        "kind_id": training.id,
        "certificate_id": claim,
        "exception_id": away,
        "feed_id": feed,
        "feed_key": calendar_file.feed_key(feed) + ".ics",
    }
    member = {"member_id": volunteer.member_id}
    hood.by_route["/desk/volunteers/{member_id:uuid}"] = member


async def _waiting(hood: Neighbourhood) -> None:
    """Leave the desk something of each sort: a visit stands still, a wish, a likely pair."""
    home, elder, volunteer = hood.home, hood.actor(Role.ELDER), hood.actor(Role.VOLUNTEER)
    begun = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=4)
    request = timebank.Request("meals", begun, 60, "梧桐里 12 号 302 室")
    asked = begun - timedelta(days=1)
    visit = await timebank.ask(request, by=elder, form_key=uuid.uuid4(), at=asked)
    await timebank.accept(visit.id, by=volunteer, at=asked)
    seen, _steps = await timebank.visit_page(visit.id, elder)
    await timebank.check_in(visit.id, by=volunteer, code=seen.visit.code, at=begun)
    await timebank.check_out(visit.id, by=volunteer, at=begun + timedelta(minutes=45))
    mark = home.name.removeprefix("梧桐社区")
    for _of_two in range(2):
        member = await community.add_member(
            community_id=home.id, name=f"周小妹{mark}", birth_date=date(1951, 3, 8)
        )
    await community.ask_erasure(member.id, by=Actor(member.id, home.id, member.roles))
    await _newcomers(hood, mark)


async def _regularly(hood: Neighbourhood) -> None:
    """Leave what the elder asks for each week, once as an example and once to be stopped."""
    elder = hood.actor(Role.ELDER)
    begins = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=6)
    draft = repeats.RepeatDraft(
        timebank.Request("companionship", begins, 30, "梧桐里 12 号 302 室"), repeats.Every.WEEK
    )
    repeat = await repeats.ask_repeating(draft, by=elder, id=uuid.uuid4())
    hood.examples["repeat_id"] = repeat.id
    hood.related["repeat_id"] = frozenset({Role.ELDER, Role.DELEGATE, Role.COORDINATOR})


async def _other_ways(hood: Neighbourhood) -> None:
    """Leave a visit that nobody came to yet, one that is disputed, and one that is closed."""
    elder, volunteer = hood.actor(Role.ELDER), hood.actor(Role.VOLUNTEER)
    now = datetime.now(UTC)
    hour = now.replace(minute=0, second=0, microsecond=0)

    async def booked(service: str, begins: datetime, minutes: int = 30) -> timebank.Visit:
        request = timebank.Request(service, begins, minutes, "梧桐里 12 号 302 室")
        asked = begins - timedelta(days=1)
        visit = await timebank.ask(request, by=elder, form_key=uuid.uuid4(), at=asked)
        return await timebank.accept(visit.id, by=volunteer, at=asked)

    async def finished(service: str, begins: datetime) -> timebank.Visit:
        visit = await booked(service, begins)
        await timebank.check_in(visit.id, by=volunteer, code=await _code(visit, elder), at=begins)
        return await timebank.check_out(visit.id, by=volunteer, at=begins + timedelta(minutes=25))

    missed = await booked("digital", hour - timedelta(hours=2))
    disputed = await finished("cleaning", hour - timedelta(days=3))
    # A week later there is nothing else: at noon, two and three days from now, there would be.
    closed = await finished("culture", hour - timedelta(days=6))
    waiting = await finished("outings", hour - timedelta(days=2))
    await timebank.dispute(disputed.id, by=elder, reason="只待了十分钟。")
    await timebank.confirm(closed.id, by=elder, minutes=25)
    asked = [
        one.visit
        for one in await timebank.my_visits(elder)
        if one.visit.state is timebank.State.REQUESTED
    ]
    place = "/time-bank/visits/{visit_id:uuid}"
    other = "/for/{member_id:uuid}/visits/{visit_id:uuid}"
    for act, visit in (("no-show", missed), ("dispute", waiting)):
        hood.by_route[f"{place}/{act}"] = {"visit_id": visit.id}
        hood.by_route[f"{other}/{act}"] = {"visit_id": visit.id}
    for act in ("offer", "assign"):
        hood.by_route[f"{place}/{act}"] = {"visit_id": asked[0].id}
    hood.by_route[f"{place}/resolve"] = {"visit_id": disputed.id}
    hood.by_route[f"{place}/correct"] = {"visit_id": closed.id}
    note = beside.SafetyNote("走路要拄拐，怕摔。", "陈晓东", "+8613912345678")
    await beside.save_safety_note(note, elder.member_id, by=elder)
    await beside.rate(closed.id, 2, "来晚了。", by=elder)
    await beside.add_photo(waiting.id, photo(), by=volunteer)
    for act, visit in (("rate", closed), ("ratings-seen", closed), ("photo", waiting)):
        hood.by_route[f"{place}/{act}"] = {"visit_id": visit.id}
        hood.by_route[f"{other}/{act}"] = {"visit_id": visit.id}


async def _code(visit: timebank.Visit, elder: Actor) -> str:
    seen, _steps = await timebank.visit_page(visit.id, elder)
    return seen.visit.code


async def _newcomers(hood: Neighbourhood, mark: str) -> None:
    """Leave somebody who asked to join, and somebody who is invited."""

    def phone() -> str:
        return f"+86154{uuid.uuid4().int % 10**8:08d}"

    await apply_to_join(
        uuid.uuid4(),
        Applicant(f"许新来{mark}", phone(), date(1990, 4, 1), Registration.NON_REGISTERED),
        community_id=hood.home.id,
        words="我同意社区保存这些信息。",
        code=None,
    )
    guest = Guest(f"邀小请{mark}", phone(), (Role.RESIDENT,), Verified.HOME_VISIT, "zh")
    digest = invitation_digest(new_invitation_code())
    invited = await invite(
        uuid.uuid4(), guest, code_digest=digest, days=14, by=hood.actor(Role.COORDINATOR)
    )
    assert invited is not None
    (applied,) = await waiting_applications(hood.home.id)
    for part in ("", "/accept", "/decline"):
        known = {"member_id": applied.member_id}
        hood.by_route["/members/{member_id:uuid}/application" + part] = known
    for part in ("/renew", "/revoke"):
        known = {"member_id": invited.member_id}
        hood.by_route["/members/{member_id:uuid}/invitation" + part] = known


async def _move(hood: Neighbourhood, city: uuid.UUID) -> None:
    """Leave a move to another community that both sides agreed to clear with."""
    mark = hood.home.name.removeprefix("梧桐社区")
    other = await community.add_community(
        code=f"o-{uuid.uuid4().hex[:12]}", name=f"荷花社区{mark}", below=city
    )
    await timebank.open_time_bank(other.id)
    above = await community.add_member(community_id=hood.home.id, name=f"市里{mark}")
    await community.grant_role(above.id, Role.ADMINISTRATOR, at=city)
    hand = await community.actor(above.id, hood.home.id)
    assert hand is not None
    await moving.agree_clearing(hood.home.id, other.id, 6_000, by=hand)
    mover = hood.actor(Role.RESIDENT)
    await timebank.opening_grant(mover.member_id, 120, community_id=hood.home.id)
    move = await moving.ask_move(mover.member_id, other.id, by=mover)
    hood.examples["move_id"] = move.id


async def _calls(hood: Neighbourhood) -> None:
    """Leave a call of the elder's in which a word was given, and a matter that was handed over."""
    operator, elder = hood.actor(Role.PHONE_OPERATOR), hood.people[Role.ELDER]
    call = await desk.open_call(desk.Speakers(elder.id, elder.id), by=operator, key=uuid.uuid4())
    await desk.take_word(
        call.id,
        (desk.Check.NAME, desk.Check.BIRTH_DATE),
        frozenset(DelegatedAct),
        community.Agreement("请您替我办。", "zh", community.Channel.PHONE, operator.member_id),
        by=operator,
        key=uuid.uuid4(),
    )
    matter = desk.Matter(desk.Topic.OTHER, "想换一个时间，请社区工作者回电话。")
    left = await desk.hand_over(call.id, matter, by=operator, key=uuid.uuid4())
    hood.examples |= {"call_id": call.id, "matter_id": left.id}
    today = datetime.now(ZoneInfo(hood.home.time_zone)).date()
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    await figures.make_report(month, by=hood.actor(Role.COORDINATOR))
    hood.examples["month"] = f"{month:%Y-%m}"


async def _roster(hood: Neighbourhood) -> None:
    """Leave a roster that was read and waits for somebody's word; one of its rows has a fault."""
    rows = "姓名,手机,出生日期\n周大明,15400000001,1950-02-30\n周小明,,1980-05-01\n"
    received = await receive_roster(
        uuid.uuid4(),
        io.BytesIO(rows.encode()),
        file_name="梧桐里.csv",
        by=hood.actor(Role.COORDINATOR),
    )
    hood.examples["import_id"] = (await step(received)).id


async def _matched(hood: Neighbourhood) -> None:
    """Leave a week that was matched, with a line to offer."""
    run = await matching.match_week(
        matching.Limits(matching.Availability.PREFER),
        by=hood.actor(Role.COORDINATOR),
        key=uuid.uuid4(),
    )
    await matching.match_waiting()
    hood.examples["run_id"] = run.id


async def _person(home: Community, role: Role, mark: str) -> Member:
    """Add somebody with this role alone; a delegate is made by a delegation."""
    roles = () if role is Role.DELEGATE else (role,)
    return await community.add_member(
        community_id=home.id,
        name=NAMES[role] + mark,
        phone=f"+86154{uuid.uuid4().int % 10**8:08d}",
        roles=roles,
    )


async def _delegate(hood: Neighbourhood) -> community.Delegation:
    elder, delegate = hood.people[Role.ELDER], hood.people[Role.DELEGATE]
    await community.record_kinship(
        elder.id,
        delegate.id,
        community.KinKind.LINEAL,
        evidence="户口簿，在居委会看过原件",
        by=hood.actor(Role.COORDINATOR),
    )
    return await community.grant_delegation(
        community.Terms(
            elder.id, delegate.id, frozenset(DelegatedAct), datetime.now(UTC) + timedelta(days=365)
        ),
        community.Agreement(
            "我同意陈晓东替我提需求、确认、看存折。", "zh", community.Channel.ONLINE
        ),
        by=hood.actor(Role.ELDER),
        key=uuid.uuid4(),
    )


async def _visits(hood: Neighbourhood) -> None:
    """Leave one visit asked for and one booked; the booked one is the example."""
    elder, volunteer = hood.actor(Role.ELDER), hood.actor(Role.VOLUNTEER)
    noon = datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0)
    for days in (2, 3):
        request = timebank.Request(
            "companionship", noon + timedelta(days=days), 60, "梧桐里 12 号 302 室", ""
        )
        visit = await timebank.ask(request, by=elder, form_key=uuid.uuid4())
        hood.examples["visit_id"] = visit.id
    await timebank.accept(visit.id, by=volunteer)


async def _classes(hood: Neighbourhood) -> None:
    """Leave a class with people on its list, one that waits for a word, and a team."""
    coordinator, volunteer = hood.actor(Role.COORDINATOR), hood.actor(Role.VOLUNTEER)
    team = await teams.found_team(
        teams.TeamDraft(f"银铃队{hood.home.name}", "一起教手机。"), by=volunteer
    )
    for place in range(2):
        member = await community.add_member(
            community_id=hood.home.id,
            name=f"何静{place}{hood.home.name}",
            roles=(Role.VOLUNTEER,),
        )
        other = Actor(member.id, hood.home.id, member.roles)
        await teams.join_team(team.id, by=other)
        if place:
            await teams.invite_to_team(team.id, member.id, by=volunteer)
    noon = datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0)
    draft = group_sessions.CourseDraft(
        "digital",
        f"智能手机课堂{hood.home.name}",
        "社区活动室",
        noon + timedelta(days=5),
        60,
        2,
        team_id=team.id,
    )
    course = await group_sessions.propose_course(
        draft, by=coordinator, leader_id=volunteer.member_id
    )
    ahead, _past = await group_sessions.course_page(course.id, community_id=hood.home.id)
    session = ahead.ahead[0].session
    for role in (Role.ELDER, Role.RESIDENT, Role.AUDITOR):
        await group_sessions.sign_up(session.id, by=hood.actor(role))
    later = dataclasses.replace(draft, title="太极课", starts_at=noon + timedelta(days=6))
    proposed = await group_sessions.propose_course(later, by=volunteer)
    hood.examples |= {
        "course_id": course.id,
        "group_session_id": session.id,
        "team_id": team.id,
    }
    hood.by_route["/classes/{course_id:uuid}/decide"] = {"course_id": proposed.id}


async def _paper_ballots(hood: Neighbourhood, round_id: marketplace.RoundId) -> None:
    """Leave paper ballots of an open round: some settled, and one that two read differently."""
    operator, auditor = hood.actor(Role.PHONE_OPERATOR), hood.actor(Role.AUDITOR)
    printer = hood.actor(Role.COORDINATOR)
    await marketplace.paper.print_ballots(round_id, 4, by=printer, number=1)
    first, second, *_rest = await marketplace.paper.papers_of(round_id, 1)
    for name in ("纸一", "纸二"):
        voter = await community.add_member(
            community_id=hood.home.id, name=name, roles=(Role.RESIDENT,)
        )
        await marketplace.paper.hand_out(round_id, voter.id, by=printer)
    ticked, blank = Reading(marketplace.Marks((1,))), Reading()
    for serial, readings in ((first.serial, (ticked, ticked)), (second.serial, (ticked, blank))):
        for reader, read in zip((operator, auditor), readings, strict=True):
            await marketplace.paper.key_in(round_id, serial, read, by=reader)
    for route in PAPER_ROUTES:
        hood.by_route[f"/rounds/{{round_id:uuid}}/paper{route}"] = {"round_id": round_id}
    hood.examples |= {"batch": 1, "serial": second.serial}


async def _merging(hood: Neighbourhood, coordinator: Actor, resident: Actor) -> None:
    """Leave a need that goes on in another, and two of which the author is asked."""
    one, two, three = [
        await marketplace.needs.raise_need(
            marketplace.needs.NeedDraft(title, "没有地方歇脚。", "environment"), by=resident
        )
        for title in ("花园添长椅", "花园里多放凳子", "河边放几把椅子")
    ]
    await ask_merge(one.id, two.id, "都在花园", by=resident)
    asked = await ask_merge(two.id, three.id, "都是长椅", by=coordinator)
    hood.examples |= {"merge_id": asked.id, "twin_id": three.id}
    hood.related["merge_id"] = frozenset({Role.RESIDENT, Role.COORDINATOR, Role.AUDITOR})
    hood.by_route["/needs/{need_id:uuid}/unmerge"] = {"need_id": one.id}


async def _rounds(hood: Neighbourhood) -> None:
    """Leave one round closed, one with an open ballot, and one that takes proposals."""
    coordinator, resident = hood.actor(Role.COORDINATOR), hood.actor(Role.RESIDENT)
    terms = marketplace.Terms(budget_fen=2_000_000, choices_max=2, rule=Rule.MES)
    rounds = []
    for name in ("去年", "今年", "明年"):
        opened = await marketplace.open_round(by=coordinator, name=name, terms=terms)
        draft = marketplace.Draft(
            "楼道扶手", "每层装扶手。", "3 号楼", marketplace.Category.ELDER_CARE, 900_000
        )
        project = await marketplace.propose(opened.id, draft, by=resident)
        rounds.append((opened, project))
    (last, winner), (this, _), (coming, _) = rounds
    for one in (last, this):
        await marketplace.open_ballot(one.id, by=coordinator)
    await marketplace.vote(last.id, [1], by=resident)
    await _paper_ballots(hood, this.id)
    await marketplace.close_and_count(last.id, by=coordinator)
    need = await marketplace.needs.raise_need(
        marketplace.needs.NeedDraft("弄口的灯", "晚上太暗。", "environment", "3 号楼前"),
        by=resident,
        photo=photo(),
    )
    hood.examples |= {"need_id": need.id, "key": "culture"}
    await _merging(hood, coordinator, resident)
    hood.examples |= {"round_id": last.id, "project_id": winner.id}
    hood.examples |= {"undertaker_id": resident.member_id, "file": "transfers.csv"}
    hood.by_route["/places/{area_id:uuid}/add"] = {"area_id": hood.home.id}
    for route in ("/rounds/{round_id:uuid}/ballot", "/rounds/{round_id:uuid}/close"):
        hood.by_route[route] = {"round_id": this.id}
    for route in ("/rounds/{round_id:uuid}/propose", "/rounds/{round_id:uuid}/open-ballot"):
        hood.by_route[route] = {"round_id": coming.id}


async def _meetings(hood: Neighbourhood) -> None:
    """Leave a council with a seat, and a meeting of it under way with an item and a vote."""
    coordinator, resident = hood.actor(Role.COORDINATOR), hood.actor(Role.RESIDENT)
    now = datetime.now(UTC).replace(microsecond=0)
    council = await councils.found_council(
        councils.CouncilDraft(
            f"议事会{hood.home.name}",
            councils.CouncilKind.COUNCIL,
            3,
            now.date() - timedelta(days=100),
            now.date() + timedelta(days=900),
        ),
        by=coordinator,
        at=now - timedelta(days=90),
    )
    seat = await councils.seat_member(
        council.id,
        resident.member_id,
        councils.SeatRole.CHAIR,
        councils.Entry.ELECTED,
        by=coordinator,
        at=now - timedelta(days=90),
    )
    draft = meetings.MeetingDraft(
        kind=meetings.Kind.COUNCIL,
        title=f"晾衣架放在哪里{hood.home.name}",
        starts_at=now - timedelta(minutes=20),
        length=90,
        place="居委会二楼",
        link="https://talk.example/lane",
        chair_id=coordinator.member_id,
        clerk_id=coordinator.member_id,
        items=(meetings.ItemDraft("地点"), meetings.ItemDraft("钥匙")),
        audience=meetings.Audience.COUNCIL,
        council_id=council.id,
    )
    called = now - timedelta(days=60)
    meeting = await meetings.call_meeting(draft, by=coordinator, at=called)
    item = await meetings.propose_item(
        meeting.id, meetings.ItemDraft("路灯"), by=hood.actor(Role.RESIDENT), at=called
    )
    await meetings.say_online(meeting.id, by=resident, at=now)
    seen = await meetings.meeting_page(meeting.id, community_id=hood.home.id, by=coordinator)
    motion = await meetings.put_motion(
        meeting.id, seen.agenda[0].id, "在东侧装一组晾衣架。", by=coordinator, at=now
    )
    later = await meetings.call_meeting(
        dataclasses.replace(draft, title="下一次", starts_at=now + timedelta(days=60)),
        by=coordinator,
    )
    hood.examples |= {
        "council_id": council.id,
        "seat_id": seat.id,
        "meeting_id": meeting.id,
        "item_id": item.id,
        "motion_id": motion.id,
    }
    for part in ("answer", "items", "change", "cancel"):
        hood.by_route[f"/meetings/{{meeting_id:uuid}}/{part}"] = {"meeting_id": later.id}
