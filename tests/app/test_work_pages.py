"""Help for a project and its changes, over HTTP: pages, forms, refusals, data, calendar, inbox."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio
from litestar import Litestar

import community
import timebank
from app.project_hours import within_the_caps
from community import Actor, Role
from marketplace import work
from marketplace.delivery import changes
from marketplace.delivery.changes import MoveMoney, NewDate, NewScope
from marketplace.values import Project
from marketplace.work import Slot, SlotDraft
from tests.app.walking import walker
from tests.marketplace.conftest import Neighbourhood, settle
from tests.marketplace.work_examples import (
    NOW,
    THERE,
    adopt,
    offered,
    planned_under_way,
    saved,
    signed,
    with_hours,
)
from timebank.policy import SETTINGS as TIME_BANK

DAY = (NOW + timedelta(days=3)).date().isoformat()
WANTED = {
    "title": "Carry the seats",
    "about": "Bring gloves",
    "place": "Lane 3",
    "day": DAY,
    "time": "14:00",
    "minutes": "90",
    "people": "2",
}


@pytest_asyncio.fixture(loop_scope="session")
async def here(app: Litestar) -> Neighbourhood:  # noqa: ARG001 (the app needs its database first)
    return await settle()


async def over(
    owner: asyncpg.Connection, home: Neighbourhood, project: Project, *people: Actor
) -> Slot:
    """Give a slot that is over, to which these had signed up."""
    slot = await offered(home, project, people=4)
    await signed(slot, *people)
    begun = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    await owner.execute("UPDATE work_slot SET starts_at = $1 WHERE id = $2", begun, slot.id)
    return slot


# --- help -----------------------------------------------------------------------------------------


async def test_looking_for_hands_and_calling_it_off(app: Litestar, here: Neighbourhood) -> None:
    project = await with_hours(here, 120)
    board = f"/projects/{project.id}/work"
    async with walker(app) as undertaker, walker(app) as helper:
        await undertaker.sign_in(here.residents[0].member_id)
        await undertaker.open(board)
        assert "Nobody is looked for just now." in undertaker.words
        await undertaker.open(f"{board}/new")
        assert "The project has 2 h left to promise." in undertaker.words
        key = undertaker.hidden("key")
        refused = await undertaker.send(board, **(WANTED | {"key": key, "title": "", "day": ""}))
        assert refused.status_code == 422
        assert "Say what is to be done" in undertaker.words
        assert "Choose the day." in undertaker.words
        assert "Bring gloves" in undertaker.page
        await undertaker.send(board, **(WANTED | {"key": key, "day": "2020-01-01"}))
        assert "Choose a time that lies ahead." in undertaker.words
        await undertaker.send(board, **(WANTED | {"key": key, "people": "900"}))
        assert "Write a number of people from 1 to 50." in undertaker.words
        page = await undertaker.send_and_follow(board, **(WANTED | {"key": key}))
        again = await undertaker.send_and_follow(board, **(WANTED | {"key": key}))
        assert page == again
        await helper.sign_in(here.residents[1].member_id)
        await helper.open("/projects/work")
        assert "Carry the seats" in helper.words
        await helper.open(page)
        assert "2 of 2 places are free" in helper.words
        await helper.send_and_follow(f"{page}/sign-up")
        assert "You have a place. Thank you for helping!" in helper.words
        await helper.open(board)
        assert "You help" in helper.words
        assert "Set aside for those who signed up 1 h 30 min" in helper.words
        assert (await helper.open(f"{board}/new")).status_code == 403
        assert (await helper.open(f"{page}/cancel")).status_code == 403
        await undertaker.open(page)
        assert "Resident 2 has signed up" in undertaker.words
        await undertaker.open(f"{page}/cancel")
        assert "1 person has signed up and is told." in undertaker.words
        await undertaker.send(f"{page}/cancel", reason="")
        assert "Say why, in at most 300 characters." in undertaker.words
        await undertaker.send_and_follow(f"{page}/cancel", reason="Rain.")
        assert "It is called off." in undertaker.words
        await helper.open("/messages")
        assert "does not take place. The reason: Rain." in helper.words
        await helper.open(page)
        assert "This is called off" in helper.words


async def test_who_came_is_written_down_once(
    app: Litestar, here: Neighbourhood, owner: asyncpg.Connection
) -> None:
    project = await with_hours(here)
    one, two, undertaker = here.residents[1], here.residents[2], here.residents[0]
    slot = await over(owner, here, project, one, two, undertaker)
    page = f"/projects/{project.id}/work/{slot.id}"
    async with walker(app) as desk, walker(app) as own, walker(app) as helper:
        await desk.sign_in(here.coordinator.member_id)
        await desk.open("/")
        assert "is over: 3 people wait to be written down" in desk.words
        await desk.open(page)
        assert "Somebody who carries the project out helps here as well." in desk.words
        await desk.send(f"{page}/came", member=str(one.member_id), minutes="ninety", answer="came")
        assert "Write the minutes as a whole number." in desk.words
        await desk.send(f"{page}/came", member=str(one.member_id), minutes="61", answer="came")
        assert "Write a number of minutes from 1 to 60." in desk.words
        said = {"member": str(one.member_id), "minutes": "42", "answer": "came"}
        for _ in range(2):
            await desk.send_and_follow(f"{page}/came", **said)
            assert "45 min have passed to them." in desk.words
        await desk.send_and_follow(f"{page}/came", **(said | {"minutes": "60"}))
        assert "Somebody has written down something else already" in desk.words
        await desk.send_and_follow(f"{page}/came", member=str(two.member_id), answer="missed")
        assert "Resident 3 did not come" in desk.words
        await own.sign_in(undertaker.member_id)
        await own.open(page)
        mine = {"member": str(undertaker.member_id), "minutes": "60", "answer": "came"}
        await own.send_and_follow(f"{page}/came", **mine)
        assert "Nobody writes down their own hours." in own.words
        await helper.sign_in(one.member_id)
        await helper.open(page)
        assert "You helped: 45 min are in your passbook." in helper.words
        refused = await helper.send(f"{page}/came", **said)
        assert refused.status_code == 403
        await helper.open("/time-bank/passbook")
        assert "For helping a project" in helper.words
        await helper.open("/me/data")
    assert await saved(one) == 45


async def test_a_coordinator_corrects_what_was_written_down(
    app: Litestar, here: Neighbourhood, owner: asyncpg.Connection
) -> None:
    project = await with_hours(here)
    one, undertaker = here.residents[1], here.residents[0]
    slot = await over(owner, here, project, one)
    page = f"/projects/{project.id}/work/{slot.id}"
    form = f"{page}/correct/{one.member_id}"
    async with walker(app) as desk, walker(app) as doer, walker(app) as helper:
        await desk.sign_in(here.coordinator.member_id)
        assert (await desk.open(form)).status_code == 404  # nothing is written down yet
        said = {"member": str(one.member_id), "minutes": "60", "answer": "came"}
        await desk.send_and_follow(f"{page}/came", **said)
        assert "Correct what was written down of Resident 2" in desk.words
        await desk.open(form)
        assert "the auditor" in desk.words
        right = {"minutes": "30", "reason": "She left early.", "answer": "came"}
        await desk.send(form, **(right | {"reason": " "}))
        assert "Say why, in at most 300 characters." in desk.words
        await desk.send(form, **(right | {"minutes": "61"}))
        assert "Write a number of minutes from 1 to 60." in desk.words
        for _ in range(2):
            await desk.send_and_follow(form, **right)
            assert "Corrected: 30 min are theirs now." in desk.words
        assert "30 min instead of 1 h" in desk.words
        assert "She left early." in desk.words
        await desk.send_and_follow(form, **(right | {"reason": "Again."}))
        assert "There is nothing to correct" in desk.words
        await doer.sign_in(undertaker.member_id)
        assert (await doer.open(form)).status_code == 403
        assert (await doer.send(form, **right)).status_code == 403
        await doer.open(page)
        assert "Correct what was written down" not in doer.words
        await helper.sign_in(one.member_id)
        await helper.open("/messages")
        assert "30 min are yours now. The reason: She left early." in helper.words
    assert await saved(one) == 30


async def test_who_has_promised_a_visit_is_told_so(app: Litestar, here: Neighbourhood) -> None:
    """The page asks both wings, so that nobody promises one hour twice."""
    project = await with_hours(here)
    slot = await offered(here, project)
    await timebank.open_time_bank(here.id)
    elder = await community.add_member(community_id=here.id, name="Chen", roles=(Role.ELDER,))
    one = await community.add_member(
        community_id=here.id, name="Li", roles=(Role.RESIDENT, Role.VOLUNTEER)
    )
    await timebank.opening_grant(elder.id, 120, community_id=here.id)
    visit = await timebank.ask(
        timebank.Request("companionship", slot.starts_at, 60, "Lane 3", ""),
        by=Actor(elder.id, here.id, elder.roles),
        form_key=uuid4(),
    )
    await timebank.accept(visit.id, by=Actor(one.id, here.id, one.roles))
    async with walker(app) as helper:
        await helper.sign_in(one.id)
        await helper.send_and_follow(f"/projects/{project.id}/work/{slot.id}/sign-up")
        assert "You have promised a visit at that time." in helper.words


async def test_hours_above_the_limit_are_a_donation(
    app: Litestar, here: Neighbourhood, owner: asyncpg.Connection
) -> None:
    """The time bank's own limit counts for a project's hours too."""
    assert app
    await adopt(here, "time_bank", settings_of=TIME_BANK, cap_minutes=40)
    project = await with_hours(here)
    slot = await offered(here, project)
    await signed(slot, here.residents[1])
    await work.confirm(
        slot.id,
        here.residents[1].member_id,
        60,
        by=here.coordinator,
        beyond=within_the_caps,
        at=THERE,
    )
    assert await saved(here.residents[1]) == 40
    relief = await owner.fetchval(
        "SELECT credits_posted - debits_posted FROM account WHERE community_id = $1"
        " AND kind = 'relief'",
        here.id,
    )
    assert relief == 20


async def test_a_full_slot_and_a_project_without_hours(app: Litestar, here: Neighbourhood) -> None:
    project = await with_hours(here, 60)
    slot = await offered(here, project, people=2)
    page = f"/projects/{project.id}/work/{slot.id}"
    await signed(slot, here.residents[1])
    async with walker(app) as late:
        await late.sign_in(here.residents[2].member_id)
        await late.open(page)
        await late.send_and_follow(f"{page}/sign-up")
        assert "The project has 0 min left to promise, and this needs 1 h." in late.words
        await late.open(f"/projects/{project.id}/work")
        unknown = await late.open(f"/projects/{project.id}/work/{uuid4()}")
        assert unknown.status_code == 404
        elsewhere = await late.open(f"/projects/{uuid4()}/work")
        assert elsewhere.status_code == 404
    async with walker(app) as helper:
        await helper.sign_in(here.residents[1].member_id)
        await helper.open(page)
        await helper.send_and_follow(f"{page}/step-back")
        assert "Your place is free again." in helper.words


async def test_a_coordinator_gives_hours_within_the_rules(
    app: Litestar, here: Neighbourhood
) -> None:
    project = await with_hours(here)
    board = f"/projects/{project.id}/work"
    async with walker(app) as desk:
        await desk.sign_in(here.coordinator.member_id)
        await desk.open(board)
        assert "Give the project hours of the community" not in desk.words
        await adopt(here, grant_minutes_max=120)
        await desk.open(board)
        key = desk.hidden("key")
        await desk.send(f"{board}/grant", key=key, minutes="50", reason="More.")
        assert "Choose one of the lengths shown." in desk.words
        await desk.send(f"{board}/grant", key=key, minutes="135", reason="More.")
        assert "give a project at most 2 h in all." in desk.words
        for _ in range(2):
            await desk.send_and_follow(f"{board}/grant", key=key, minutes="90", reason="More.")
        assert "1 h 30 min More. Zhou" in desk.words
        assert "Came in: pledged and granted 11 h 30 min" in desk.words


async def test_help_as_data_and_in_a_calendar(app: Litestar, here: Neighbourhood) -> None:
    project = await with_hours(here)
    slot = await offered(here, project)
    await signed(slot, here.residents[1])
    async with walker(app) as visitor:
        await visitor.sign_in(here.residents[3].member_id)
        told = (await visitor.client.get(f"/api/projects/{project.id}/work")).json()
        assert told["minutes"] == {
            "received": 600,
            "granted": 0,
            "paid": 0,
            "held": 60,
            "left": 540,
            "paid_to_undertaker": 0,
        }
        assert [(one["id"], one["free"]) for one in told["slots"]] == [(str(slot.id), 1)]
        answer = await visitor.client.get(f"/projects/{project.id}/work/{slot.id}/help.ics")
        assert answer.headers["content-type"].startswith("text/calendar")
        assert "STATUS:CONFIRMED" in answer.text
        assert "Resident" not in answer.text
    async with walker(app) as helper:
        await helper.sign_in(here.residents[1].member_id)
        await helper.open("/time-bank/calendar")
        await helper.send_and_follow("/time-bank/calendar/feed")
        feed = helper.page.split("/time-bank/calendar/", 2)[-1]
        address = feed[: feed.index(".ics") + 4].rsplit("/time-bank/calendar/", 1)[-1]
        content = (await helper.client.get(f"/time-bank/calendar/{address}")).text
        assert str(slot.id) in content.replace("\r\n ", "")


async def test_pages_speak_chinese(app: Litestar, here: Neighbourhood) -> None:
    project = await with_hours(here)
    slot = await offered(here, project)
    async with walker(app, "zh") as visitor:
        await visitor.sign_in(here.residents[1].member_id)
        for page in ("", f"/{slot.id}"):
            await visitor.open(f"/projects/{project.id}/work{page}")
            assert "Hands wanted" not in visitor.words
            assert "I will help" not in visitor.words


# --- changes --------------------------------------------------------------------------------------


async def asked(home: Neighbourhood, project: Project, what: changes.What) -> UUID:
    change = await changes.ask_change(project.id, what, "It comes late.", by=home.residents[1])
    return change.id


async def ended(owner: asyncpg.Connection, change_id: UUID) -> None:
    """Let the time for objections be over."""
    await owner.execute(
        "UPDATE project_change SET asked_at = asked_at - interval '9 days',"
        " objections_until = objections_until - interval '9 days' WHERE id = $1",
        change_id,
    )


async def test_asking_objecting_and_deciding(
    app: Litestar, here: Neighbourhood, owner: asyncpg.Connection
) -> None:
    project = await planned_under_way(here)
    listed = f"/projects/{project.id}/changes"
    async with walker(app) as asker, walker(app) as neighbour, walker(app) as desk:
        await asker.sign_in(here.residents[1].member_id)
        await asker.open(listed)
        assert "Nothing was changed" in asker.words
        await asker.open(f"{listed}/new")
        key = asker.hidden("key")
        await asker.send(listed, key=key, kind="", reason="")
        assert "Choose what is to be otherwise." in asker.words
        await asker.send(
            listed, key=key, kind="date", milestone="2", due_on="2027-04-15", reason="x"
        )
        assert "That is the day that holds already." in asker.words
        await asker.send(
            listed,
            key=key,
            kind="money",
            from_line="折叠座椅",
            to_line="不锈钢扶手",
            amount="99999",
            reason="x",
        )
        assert "Of this line ¥3,600 can be moved" in asker.words
        given = {"key": key, "kind": "date", "milestone": "2", "due_on": "2027-05-20"}
        page = await asker.send_and_follow(listed, **given, reason="It comes late.")
        assert "It is asked for, in public." in asker.words
        await neighbour.sign_in(here.residents[3].member_id)
        assert (await neighbour.open(f"{listed}/new")).status_code == 403
        await neighbour.open(page)
        assert "装好" in neighbour.words
        await neighbour.send(f"{page}/object", words="")
        assert "Say what you have against it" in neighbour.words
        await neighbour.send_and_follow(f"{page}/object", words="My mother waits.")
        assert "My mother waits." in neighbour.words
        await desk.sign_in(here.coordinator.member_id)
        await desk.open(page)
        assert "You can decide it once the time for objections is over." in desk.words
        await desk.send_and_follow(f"{page}/decide", verdict="accept", answer="Yes.")
        assert "Residents can still object until" in desk.words
        await ended(owner, UUID(page.rsplit("/", 1)[1]))
        await desk.open("/")
        assert "A change is asked for: decide it" in desk.words
        await desk.open(page)
        await desk.send(f"{page}/decide", verdict="accept", answer="")
        assert "Say why, in at most 1,000 characters." in desk.words
        await desk.send(f"{page}/decide", answer="Yes.")
        assert "Choose whether it is done so." in desk.words
        await desk.send_and_follow(f"{page}/decide", verdict="accept", answer="Nobody can help it.")
        assert "Nobody can help it." in desk.words
        await desk.open(listed)
        assert "15 April 2027 20 May 2027" in desk.words
        refused = await neighbour.send(f"{page}/decide", verdict="accept", answer="Yes.")
        assert refused.status_code == 403
        await neighbour.open("/messages")
        assert "For “楼道扶手和折叠座椅” a change holds from now on." in neighbour.words


async def test_taking_a_change_back_and_data(app: Litestar, here: Neighbourhood) -> None:
    project = await planned_under_way(here)
    first = await asked(here, project, MoveMoney("不锈钢扶手", "折叠座椅", 200_000))
    await asked(here, project, NewScope("Only houses 3 and 5."))
    await asked(here, project, NewDate(1, (NOW + timedelta(days=400)).date()))
    page = f"/projects/{project.id}/changes/{first}"
    async with walker(app) as asker:
        await asker.sign_in(here.residents[1].member_id)
        await asker.open(page)
        assert "¥2,000 from “不锈钢扶手” to “折叠座椅”" in asker.words
        await asker.send_and_follow(f"{page}/withdraw")
        assert "It is taken back. What was promised holds." in asker.words
        told = (await asker.client.get(f"/api/projects/{project.id}/changes")).json()
        assert [(one["number"], one["kind"], one["state"]) for one in told["changes"]] == [
            (3, "date", "open"),
            (2, "scope", "open"),
            (1, "money", "withdrawn"),
        ]
        assert told["budget"][0] == {
            "line": "不锈钢扶手",
            "promised_fen": 1_200_000,
            "now_fen": 1_200_000,
            "used_fen": 0,
        }
        wrong = await asker.open(f"/projects/{project.id}/changes/{uuid4()}")
        assert wrong.status_code == 404


async def test_the_way_leads_to_both(app: Litestar, here: Neighbourhood) -> None:
    project = await planned_under_way(here)
    await asked(here, project, NewScope("Only houses 3 and 5."))
    await work.offer_slot(
        project.id,
        SlotDraft("Carry", "Lane 3", NOW + timedelta(days=2), 60, 2),
        by=here.coordinator,
    )
    async with walker(app) as visitor:
        await visitor.sign_in(here.residents[4].member_id)
        await visitor.open(f"/projects/{project.id}/delivery")
        assert "2 people can still sign up to help." in visitor.words
        assert "1 change is asked for" in visitor.words
