"""Classes and teams over HTTP: what each sees and does, and how each refusal is said."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest_asyncio
from litestar import Litestar

import community
import timebank
from community import Actor, Role
from tests.app.walking import Walker, walker
from tests.timebank.classes import draft, neighbours, posted
from tests.timebank.street import Street, street
from timebank import group_sessions, teams
from timebank.group_sessions import CourseState, GroupSession

__all__ = ["street"]

SOON = (datetime.now(UTC) + timedelta(days=3)).replace(hour=1, minute=0, second=0, microsecond=0)


@dataclass
class House:
    """A street, the app, and a class for two that begins in three days."""

    app: Litestar
    street: Street
    owner: asyncpg.Connection
    session: GroupSession
    open_walkers: list[Walker] = field(default_factory=list)

    @property
    def here(self) -> str:
        return f"/classes/sessions/{self.session.id}"

    async def begin(self) -> None:
        """Let the session have begun a while ago."""
        begun = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=15)
        begun -= timedelta(minutes=begun.minute % 15)
        await self.owner.execute(
            "UPDATE group_session SET starts_at = $1 WHERE id = $2", begun, self.session.id
        )

    async def now(self) -> GroupSession:
        seen = await group_sessions.session_page(
            self.session.id, community_id=self.street.id, by=self.street.coordinator
        )
        return seen.session


@pytest_asyncio.fixture(loop_scope="session")
async def house(app: Litestar, street: Street, owner: asyncpg.Connection) -> AsyncIterator[House]:
    course = await group_sessions.propose_course(
        draft(starts_at=SOON), by=street.coordinator, leader_id=street.volunteer.member_id
    )
    seen, _past = await group_sessions.course_page(
        course.id, community_id=street.id, by=street.coordinator
    )
    yield House(app, street, owner, seen.ahead[0].session)


async def test_signing_up_waiting_and_giving_up(house: House) -> None:
    first, second, third = await neighbours(house.street, 3)
    for one in (first, second):
        await group_sessions.sign_up(house.session.id, by=one)
    async with walker(house.app) as visitor:
        await visitor.sign_in(third.member_id)
        await visitor.open("/classes")
        assert "智能手机课堂" in visitor.words
        assert "All 2 places are taken" in visitor.words
        await visitor.open(house.here)
        assert house.session.code not in visitor.words
        await visitor.send_and_follow(f"{house.here}/sign-up")
        assert "You are on the waiting list" in visitor.words
        assert "You are number 1 on the waiting list" in visitor.words
        await group_sessions.give_up(house.session.id, by=first)
        await visitor.open("/messages")
        assert "A place is yours now" in visitor.words
        await visitor.open(house.here)
        assert "You have a place" in visitor.words
        await visitor.send_and_follow(f"{house.here}/give-up")
        assert "You are off the list" in visitor.words


async def test_the_timetable_is_public_and_names_nobody_who_comes(house: House) -> None:
    await group_sessions.sign_up(house.session.id, by=house.street.elder)
    async with walker(house.app) as visitor:
        for path in (f"/classes/{house.session.course_id}", house.here):
            answer = await visitor.open(path)
            # A visitor sees the oldest community; this one is another's.
            assert answer.status_code == httpx.codes.NOT_FOUND
        found = await visitor.client.get("/api/classes")
        assert set(found.json()) == {"community", "time_zone", "sessions"}
    async with walker(house.app) as member:
        await member.sign_in(house.street.poor_elder.member_id)
        found = await member.client.get("/api/classes")
        first = found.json()["sessions"][0]
        assert (first["title"], first["places_free"], first["waiting"]) == ("智能手机课堂", 1, 0)
        await member.open(house.here)
        assert "陈桂芳" not in member.words
        assert (await member.open(f"{house.here}/list")).status_code == httpx.codes.FORBIDDEN


async def test_a_class_from_the_form_to_the_hours(house: House) -> None:
    people = await neighbours(house.street, 2)
    for one in people:
        await group_sessions.sign_up(house.session.id, by=one)
    await house.begin()
    async with walker(house.app) as leader:
        await leader.sign_in(house.street.volunteer.member_id)
        await leader.open(f"{house.here}/list")
        assert house.session.code in leader.words
        await leader.send_and_follow(
            f"{house.here}/attendance", came=[str(one.member_id) for one in people]
        )
        assert "2 people came." in leader.words
        answer = await leader.send(f"{house.here}/close", minutes="61")
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert "at most 1 h" in leader.words
        await leader.send_and_follow(f"{house.here}/close", minutes="45")
        assert "Those who came are asked to confirm it." in leader.words
        await leader.send_and_follow(f"{house.here}/confirm")
        assert "Others confirm your hours." in leader.words
    for one, said in zip(people, ("Once somebody else says so", "45 min are saved"), strict=True):
        async with walker(house.app) as visitor:
            await visitor.sign_in(one.member_id)
            await visitor.open(house.here)
            await visitor.send_and_follow(f"{house.here}/confirm")
            assert said in visitor.words
    assert await posted(house.street.volunteer) == [45]
    house.street.granted += 45


async def test_being_there_by_the_number(house: House) -> None:
    (one,) = await neighbours(house.street, 1)
    async with walker(house.app) as visitor:
        await visitor.sign_in(one.member_id)
        await visitor.open(f"{house.here}/here?code={house.session.code}")
        assert f'value="{house.session.code}"' in visitor.page
        await visitor.send_and_follow(f"{house.here}/here", code=house.session.code)
        assert "That is possible from" in visitor.words
        await house.begin()
        await visitor.open(f"{house.here}/here?code=<b>")
        assert 'value=""' in visitor.page
        wrong = f"{(int(house.session.code) + 1) % 10_000:04d}"
        answer = await visitor.send(f"{house.here}/here", code=wrong)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert "not the number of this session" in visitor.words
        spaced = " ".join(house.session.code)
        await visitor.send_and_follow(f"{house.here}/here", code=spaced)
        assert "It is written down that you are here." in visitor.words
    assert (await house.now()).attended == 1


async def test_more_than_there_are_places_cannot_have_come(house: House) -> None:
    people = await neighbours(house.street, 3)
    for one in people:
        await group_sessions.sign_up(house.session.id, by=one)
    await house.begin()
    async with walker(house.app) as leader:
        await leader.sign_in(house.street.volunteer.member_id)
        await leader.open(f"{house.here}/list")
        answer = await leader.send(
            f"{house.here}/attendance", came=[str(one.member_id) for one in people]
        )
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert leader.page.count(" checked") == 3, "what was ticked is kept"
        assert "Every place is taken." in leader.words


FORM = {
    "title": "书法入门", "service": "culture", "time": "09:00", "every": "2", "minutes": "90",
    "capacity": "12", "place": "社区书房", "holidays": "skip",
}  # fmt: skip


async def test_proposing_deciding_and_ending(house: House) -> None:
    day = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    async with walker(house.app) as volunteer, walker(house.app) as desk:
        await volunteer.sign_in(house.street.other_volunteer.member_id)
        await volunteer.open("/classes/new")
        answer = await volunteer.send("/classes", **{**FORM, "title": "", "capacity": "many"})
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        for said in ("Give the class a name.", "Choose the first day.", "between 2 and 200"):
            assert said in volunteer.words
        assert "社区书房" in volunteer.page
        answer = await volunteer.send("/classes", **FORM, day=day, helpers="没有这个人")
        assert "not exactly one volunteer here called 没有这个人" in volunteer.words
        key = volunteer.hidden("key")
        where = await volunteer.send_and_follow(
            "/classes", **FORM, day=day, key=key, helpers="李明"
        )
        assert "A coordinator looks at it" in volunteer.words
        await desk.sign_in(house.street.coordinator.member_id)
        await desk.open("/")
        assert "Would like to begin the class “书法入门”" in desk.words
        await desk.open(where)
        answer = await desk.send(f"{where}/decide", answer="decline")
        assert "Say in a few words why." in desk.words
        await desk.send_and_follow(f"{where}/decide", answer="approve")
        assert "The class begins." in desk.words
        course_id = UUID(where.removeprefix("/classes/"))
        seen, _past = await group_sessions.course_page(
            course_id, community_id=house.street.id, by=house.street.coordinator
        )
        assert seen.course.rule.startswith("FREQ=WEEKLY;INTERVAL=2")
        assert seen.ahead[0].assistant_names == ("李明",)
        await volunteer.open(f"{where}/end")
        await volunteer.send_and_follow(f"{where}/end", reason="搬家")
        assert "The class has ended." in volunteer.words
    seen, _past = await group_sessions.course_page(
        course_id, community_id=house.street.id, by=house.street.coordinator
    )
    assert seen.course.state is CourseState.ENDED


async def test_a_coordinator_names_who_leads(house: House) -> None:
    async with walker(house.app) as desk:
        await desk.sign_in(house.street.coordinator.member_id)
        await desk.open(house.here)
        answer = await desk.send(f"{house.here}/lead", leader="陈桂芳")
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert "No volunteer here has exactly this name." in desk.words
        await desk.send_and_follow(f"{house.here}/lead", leader="周敏")
        assert (await house.now()).leader_id == house.street.other_volunteer.member_id
        await desk.open(f"{house.here}/cancel")
        await desk.send_and_follow(f"{house.here}/cancel", reason="停电")
        assert "This session is called off" in desk.words
        assert "停电" in desk.words


async def test_the_desk_and_a_delegate_sign_somebody_up(house: House) -> None:
    elder = house.street.elder
    async with walker(house.app) as desk:
        await desk.sign_in(house.street.coordinator.member_id)
        place = f"/members/{elder.member_id}/classes"
        await desk.open(place)
        assert "Classes for 陈桂芳" in desk.words
        await desk.send_and_follow(f"{place}/{house.session.id}/sign-up")
        assert "There is a place." in desk.words
        assert "Has a place" in desk.words
        await desk.send_and_follow(f"{place}/{house.session.id}/give-up")
        assert "They are off the list" in desk.words
    (daughter,) = await neighbours(house.street, 1)
    terms = community.Terms(
        elder.member_id,
        daughter.member_id,
        frozenset({community.DelegatedAct.REQUEST}),
        datetime.now(UTC) + timedelta(days=90),
    )
    agreed = community.Agreement("我同意。", "zh", community.Channel.ONLINE)
    await community.grant_delegation(terms, agreed, by=elder, key=house.session.id)
    async with walker(house.app) as visitor:
        await visitor.sign_in(daughter.member_id)
        place = f"/for/{elder.member_id}/classes"
        await visitor.open(place)
        await visitor.send_and_follow(f"{place}/{house.session.id}/sign-up")
        assert "Has a place" in visitor.words
        stranger = house.street.poor_elder.member_id
        answer = await visitor.send(f"/for/{stranger}/classes/{house.session.id}/sign-up")
        assert answer.status_code == httpx.codes.NOT_FOUND
    lines = await group_sessions.session_list(house.session.id, house.street.coordinator)
    assert [one.signed.member_id for one in lines] == [elder.member_id]


async def test_a_team_from_founding_to_closing(house: House) -> None:
    async with walker(house.app) as leader, walker(house.app) as other:
        await leader.sign_in(house.street.volunteer.member_id)
        await leader.open("/teams/new")
        answer = await leader.send("/teams", name="", key=leader.hidden("key"))
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert "Give the team a name." in leader.words
        where = await leader.send_and_follow(
            "/teams", name="银铃队", about="一起唱歌", key=leader.hidden("key")
        )
        await other.sign_in(house.street.other_volunteer.member_id)
        await other.open(where)
        await other.send_and_follow(f"{where}/join")
        assert "Your wish is sent." in other.words
        await leader.open(where)
        assert "周敏" in leader.words
        await leader.send_and_follow(
            f"{where}/invite", member=str(house.street.other_volunteer.member_id)
        )
        assert "They belong to the team now." in leader.words
        await leader.send_and_follow(f"{where}/leave")
        assert "first hands it over" in leader.words
        await other.open(where)
        answer = await other.send(f"{where}/close")
        assert answer.status_code == httpx.codes.FORBIDDEN
        answer = await leader.send(f"{where}/invite", leader="陈桂芳")
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        await leader.send_and_follow(
            f"{where}/hand-over", member=str(house.street.other_volunteer.member_id)
        )
        await leader.send_and_follow(f"{where}/leave")
        await other.open(where)
        await other.send_and_follow(f"{where}/close")
        assert "The team is closed." in other.words


async def test_a_request_is_offered_to_a_team(house: House) -> None:
    team = await teams.found_team(teams.TeamDraft("银铃队"), by=house.street.volunteer)
    visit = await _asked(house.street)
    async with walker(house.app) as desk:
        await desk.sign_in(house.street.coordinator.member_id)
        path = f"/time-bank/visits/{visit}/team"
        await desk.open(path)
        answer = await desk.send(path)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        await desk.send_and_follow(path, team=str(team.id))
        assert "The team is asked." in desk.words
        await desk.open(path)
        assert "asked already" in desk.words
    async with walker(house.app) as volunteer:
        await volunteer.sign_in(house.street.volunteer.member_id)
        await volunteer.open(f"/teams/{team.id}")
        assert "Who of you can go?" in volunteer.words


async def _asked(street: Street) -> UUID:
    request = timebank.Request("companionship", SOON + timedelta(hours=2), 60, "梧桐里 12 号")
    return (await timebank.ask(request, by=street.elder, form_key=uuid4())).id


async def test_whoever_is_no_volunteer_founds_and_proposes_nothing(house: House) -> None:
    resident: Actor = (await neighbours(house.street, 1))[0]
    assert resident.roles == {Role.RESIDENT}
    async with walker(house.app) as visitor:
        await visitor.sign_in(resident.member_id)
        for path in ("/classes/new", "/teams/new"):
            assert (await visitor.open(path)).status_code == httpx.codes.FORBIDDEN
        await visitor.open("/classes")
        assert "Begin a class" not in visitor.words
