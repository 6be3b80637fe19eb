"""Meetings and councils over HTTP: what each sees and does, and how each refusal is said."""

import json
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest_asyncio
from litestar import Litestar

from community import Actor
from marketplace import councils, meetings, needs
from marketplace.meetings import rules
from tests.app.walking import walker
from tests.marketplace.conftest import Neighbourhood, settle
from tests.marketplace.meeting_examples import SOON, called, council_meeting, council_of, first_item


@pytest_asyncio.fixture(loop_scope="session")
async def here(app: Litestar) -> Neighbourhood:  # noqa: ARG001 (the app needs its database first)
    return await settle()


async def begin(owner: asyncpg.Connection, meeting: meetings.Meeting) -> datetime:
    """Let a meeting have begun a while ago."""
    begun = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=10)
    await owner.execute("UPDATE meeting SET starts_at = $1 WHERE id = $2", begun, meeting.id)
    return begun


def announcement(by: str, **how: str) -> dict[str, str]:
    day = (SOON + timedelta(days=1)).date().isoformat()
    return {
        "kind": "open_talk",
        "title": "Where to dry the washing",
        "items": "A rack\n\nThe key",
        "day": day,
        "time": "14:00",
        "length": "90",
        "place": "Lane hall",
        "audience": "everyone",
        "chair": by,
        "clerk": "Resident 1",
        **how,
    }


async def test_announcing_changing_and_calling_off(app: Litestar, here: Neighbourhood) -> None:
    async with walker(app) as visitor:
        await visitor.sign_in(here.coordinator.member_id)
        await visitor.open("/meetings/new")
        await visitor.send("/meetings", **announcement("Nobody", title="", items=""))
        assert "No active member here has exactly this name." in visitor.words
        await visitor.send("/meetings", **announcement("Zhou", title="", items="The key"))
        assert "Say what it is about." in visitor.words
        assert "The key" in visitor.page
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
        await visitor.send("/meetings", **announcement("Zhou", day=tomorrow))
        assert "People need time to know of it." in visitor.words
        page = await visitor.send_and_follow("/meetings", **announcement("Zhou"))
        assert "The meeting is announced." in visitor.words
        assert "A rack" in visitor.words
        await visitor.open(f"{page}/change")
        again = {"day": announcement("")["day"], "time": "15:00", "length": "90"}
        await visitor.send(f"{page}/change", **again, place="School", reason="")
        assert "Say why" in visitor.words
        await visitor.send_and_follow(f"{page}/change", **again, place="School", reason="Paint")
        assert "What was announced before" in visitor.words
        await visitor.open(f"{page}/cancel")
        await visitor.send(f"{page}/cancel", reason="")
        assert "Say why" in visitor.words
        await visitor.send_and_follow(f"{page}/cancel", reason="Typhoon")
        await visitor.open(page)
        assert "Typhoon" in visitor.words
        assert "Announce a meeting" not in visitor.words


async def test_answering_and_proposing(app: Litestar, here: Neighbourhood) -> None:
    meeting = await called(here, seats=1)
    page = f"/meetings/{meeting.id}"
    first, second = here.residents[1:3]
    await meetings.answer_meeting(meeting.id, meetings.Answer.YES, by=first)
    async with walker(app) as visitor:
        await visitor.sign_in(second.member_id)
        await visitor.open(page)
        await visitor.send_and_follow(f"{page}/answer", answer="perhaps")
        assert "Choose one of the three answers." in visitor.words
        await visitor.send_and_follow(f"{page}/answer", answer="yes")
        assert "You are number 1 on the waiting list" in visitor.words
        await visitor.open(f"{page}/items")
        await visitor.send(f"{page}/items", title="")
        assert "Say what it is about." in visitor.words
        await visitor.send_and_follow(f"{page}/items", title="Lamps at night")
        assert "It is proposed." in visitor.words
    async with walker(app) as chair:
        await chair.sign_in(here.coordinator.member_id)
        await chair.open(page)
        assert "Lamps at night" in chair.words
        item = (
            await meetings.meeting_page(meeting.id, community_id=here.id, by=here.coordinator)
        ).proposed[0]
        await chair.send_and_follow(f"{page}/items/{item.id}/decide", answer="decline")
        assert "Say why" in chair.words
        await chair.send_and_follow(f"{page}/items/{item.id}/decide", answer="accept")
        assert "It is on the agenda." in chair.words


async def test_an_evening_with_and_without_telephones(  # noqa: PLR0915 (one evening, in its order)
    app: Litestar, here: Neighbourhood, owner: asyncpg.Connection
) -> None:
    council = await council_of(here, 3)
    meeting = await council_meeting(here, council)
    begun = await begin(owner, meeting)
    await owner.execute("UPDATE council_seat SET since = $1", begun - timedelta(days=1))
    page = f"/meetings/{meeting.id}"
    chair, one, other = here.residents[:3]
    async with walker(app) as phone:
        await phone.sign_in(one.member_id)
        code = rules.room_code(meeting.secret, datetime.now(UTC))
        await phone.open(f"{page}/here?code={code}")
        assert "No telephone?" in phone.words
        await phone.send_and_follow(f"{page}/here", code=code)
        assert "It is written down that you are in the room." in phone.words
        await phone.open(f"{page}/here")
        await phone.send(f"{page}/here", code="12")
        assert "That is not the number shown in the room now." in phone.words
        assert (await phone.open(f"{page}/room")).status_code == 403
        async with walker(app) as desk:
            await desk.sign_in(here.coordinator.member_id)
            await desk.open(f"{page}/room")
            assert "1 of the council's 3 are here; 2 are needed to decide." in desk.words
            people = [here.coordinator, chair, one]
            shown = [str(found.member_id) for found in people]
            await desk.send(f"{page}/list", came=shown[1:], shown=shown, guests="x")
            assert "Write a whole number" in desk.words
            await desk.send_and_follow(f"{page}/list", came=shown[1:], shown=shown, guests="12")
            item = await first_item(meeting)
            await desk.send(f"{page}/motions", item="", words="A rack")
            assert "Choose the item that is voted on." in desk.words
            await desk.send_and_follow(f"{page}/motions", item=str(item.id), words="Build a rack")
            await phone.open(page)
            assert "everybody can read how you voted" in phone.words
            motion = (await meetings.meeting_page(meeting.id, community_id=here.id, by=one)).motion
            assert motion is not None
            await phone.send_and_follow(f"{page}/motions/{motion.id}/vote", choice="yes")
            assert "Your vote is in." in phone.words
            decide = f"{page}/motions/{motion.id}/decide"
            voice = {f"voice-{chair.member_id}": "yes"}
            await desk.open(f"{page}/room")
            await desk.send_and_follow(decide, answer="decide", **voice)
            assert "Decision 1 of" in desk.words
            assert "2 for, 0 against, 0 abstained" in desk.words
            await desk.send_and_follow(f"{page}/close")
            assert "What was said on each item?" in desk.words
            seen = await meetings.meeting_page(meeting.id, community_id=here.id, by=None)
            words = {f"minutes-{found.id}": f"On {found.title}" for found in seen.agenda}
            first = dict(list(words.items())[:1])
            await desk.send_and_follow(f"{page}/minutes", answer="share", **first)
            assert "This item has no minutes yet: 2." in desk.words
            await desk.send_and_follow(f"{page}/minutes", answer="share", **words)
        await phone.open(page)
        assert "On A rack in the yard" in phone.words
        await phone.send_and_follow(f"{page}/object", words="It was bamboo")
        assert "It was bamboo" in phone.words
    async with walker(app) as absent:
        await absent.sign_in(other.member_id)
        await absent.open(page)
        assert "On A rack in the yard" not in absent.words


async def test_councils_and_their_seats(app: Litestar, here: Neighbourhood) -> None:
    async with walker(app) as visitor:
        await visitor.sign_in(here.coordinator.member_id)
        await visitor.open("/councils/new")
        said = {"name": "Lane council", "kind": "council", "seats": "3", "votes": "names"}
        term = {"term_from": "2026-01-01", "term_to": "2025-01-01"}
        await visitor.send("/councils", **said, **term)
        assert "The term ends after it begins." in visitor.words
        term["term_to"] = "2030-12-31"
        page = await visitor.send_and_follow("/councils", **said, **term)
        seat = {"role": "chair", "entry": "elected"}
        await visitor.send(f"{page}/seats", **seat, member="Nobody")
        assert "No active member here has exactly this name." in visitor.words
        await visitor.send_and_follow(f"{page}/seats", **seat, member="Resident 1")
        await visitor.send(f"{page}/seats", **seat, member="Resident 2")
        assert "or somebody else chairs it" in visitor.words
        council_id = page.removeprefix("/councils/")
        (held,) = await councils.seats_of_member(here.residents[0].member_id, community_id=here.id)
        await visitor.send_and_follow(f"{page}/seats/{held.id}/end")
        assert "Who sat on it before" in visitor.words
        assert str(held.council_id) == council_id
        assert (await visitor.open(f"/councils/{here.id}")).status_code == 404


async def test_programs_and_calendars_read_them(app: Litestar, here: Neighbourhood) -> None:
    meeting = await called(here)
    council = await council_of(here, 3)
    reader: Actor = here.residents[4]
    async with walker(app) as visitor:
        await visitor.sign_in(reader.member_id)
        data = json.loads((await visitor.open("/api/meetings")).text)
        assert [one["id"] for one in data["ahead"]] == [str(meeting.id)]
        assert "talk.example" not in json.dumps(data)
        found = json.loads((await visitor.open("/api/councils")).text)
        assert [(one["id"], one["seated"]) for one in found["councils"]] == [(str(council.id), 3)]
        for address in ("/meetings/calendar.ics", f"/meetings/{meeting.id}/meeting.ics"):
            answer = await visitor.open(address)
            assert answer.headers["content-type"].startswith("text/calendar")
            assert f"UID:{meeting.id}@linli" in answer.text
            assert "talk.example" not in answer.text
        await visitor.open(f"/meetings/{meeting.id}")
        assert "talk.example" in visitor.page
    async with walker(app) as stranger:
        await stranger.open("/meetings")
        assert "talk.example" not in stranger.page


async def test_a_hidden_need_says_nothing_of_its_meetings(
    app: Litestar, here: Neighbourhood
) -> None:
    said = needs.NeedDraft("A rack in the yard", "There is nowhere to dry.", "environment")
    need = await needs.raise_need(said, by=here.residents[1])
    await called(here, title="About A. Li's washing", needs=(need.id,))
    async with walker(app) as visitor:
        await visitor.sign_in(here.residents[2].member_id)
        await visitor.open(f"/needs/{need.id}")
        assert "A. Li" in visitor.words
        await needs.hide_need(need.id, "It names a person", by=here.coordinator)
        await visitor.open(f"/needs/{need.id}")
        assert "It names a person" in visitor.words
        assert "A. Li" not in visitor.words
