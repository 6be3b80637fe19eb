"""The catalogue's, the volunteers' and the calendar's pages over HTTP, with their refusals."""

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from icalendar import Calendar
from litestar import Litestar

import community
import timebank
from app import calendar_file, times_form
from app.forms import Form
from community import Actor, Role
from tests.app.walking import Walker, walker
from tests.timebank.classes import draft, neighbours
from tests.timebank.street import Street, open_street
from timebank import care, group_sessions
from timebank.care import Hours, Profile, Speech

PROFILE = Profile("会做饭", languages=frozenset({Speech.MANDARIN}))


@dataclass
class Site:
    """The site with a street behind it."""

    app: Litestar
    street: Street
    stack: AsyncExitStack

    async def visitor(self, language: str = "en") -> Walker:
        return await self.stack.enter_async_context(walker(self.app, language))

    async def signed_in(self, who: Actor, language: str = "en") -> Walker:
        return await (await self.visitor(language)).sign_in(who.member_id)

    async def joined(self, name: str, *roles: Role) -> Actor:
        added = await community.add_member(community_id=self.street.id, name=name, roles=roles)
        return Actor(added.id, self.street.id, added.roles)


@pytest_asyncio.fixture(loop_scope="session")
async def site(app: Litestar) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        yield Site(app, await open_street(), stack)


def service(**changes: str) -> dict[str, str]:
    return {
        "name_zh": "理发", "name_en": "Haircuts", "words_zh": "上门理发。", "words_en": "At home.",
        "usual_minutes": "30", "credit_per_hour": "60", "certificate": "none", "low_risk": "yes",
        "place_in_list": "3", **changes,
    }  # fmt: skip


async def test_the_desk_keeps_the_catalogue_that_everybody_reads(site: Site) -> None:
    desk = await site.signed_in(site.street.coordinator)
    await desk.open("/desk/services/new")
    await desk.send_and_follow("/desk/services", **service(key=desk.hidden("key")))
    assert "Haircuts is in the catalogue." in desk.words
    added = (await timebank.care_services(site.street.id))[-1]
    await desk.open(f"/desk/services/{added.id}/change")
    assert 'value="理发"' in desk.page
    changed = service(version=desk.hidden("version"), credit_per_hour="90")
    await desk.send_and_follow(f"/desk/services/{added.id}/change", **changed)
    await desk.open("/time-bank/services")
    assert "an hour counts as 1 h 30 min" in desk.words
    await desk.open(f"/desk/services/{added.id}/change")
    await desk.send_and_follow(f"/desk/services/{added.id}/retire")
    assert "Not offered any more" in desk.words
    answer = await desk.client.get("/api/care-services")
    assert "haircuts" not in answer.text.lower()
    await desk.send_and_follow(f"/desk/services/{added.id}/resume")
    found = (await desk.client.get("/api/care-services")).json()["care_services"]
    one = next(one for one in found if one["name"]["en"] == "Haircuts")
    assert (one["credit_per_hour"], one["certificate"], one["minors"]) == (90, None, False)


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"name_zh": ""}, "name_zh", "Give it a Chinese name"),
        ({"name_zh": "助餐"}, "name_zh", "has this name already"),
        ({"name_en": "Meals"}, "name_en", "has this name already"),
        ({"words_zh": "字" * 201}, "words_zh", "at most 200"),
        ({"usual_minutes": "soon"}, "usual_minutes", "Choose one of the lengths"),
        ({"credit_per_hour": "9"}, "credit_per_hour", "from 15 to 240"),
        ({"credit_per_hour": "1e3"}, "credit_per_hour", "from 15 to 240"),
        ({"certificate": "x"}, "certificate", "Choose one of the certificates"),
        ({"certificate": str(uuid.uuid4())}, "certificate", "is not in use"),
        ({"low_risk": "no", "more": "minors"}, "more", "only help of low risk"),
    ],
)
async def test_a_care_service_that_cannot_be_keeps_what_was_typed(
    site: Site, wrong: dict[str, str], field: str, sentence: str
) -> None:
    desk = await site.signed_in(site.street.coordinator)
    await desk.open("/desk/services/new")
    answer = await desk.send("/desk/services", **service(**wrong))
    assert answer.status_code == 422
    assert sentence in desk.words
    assert f'href="#field-{field}"' in desk.page
    assert "At home." in desk.page
    assert len(await timebank.care_services(site.street.id)) == 12


async def test_a_change_that_came_second_is_told_so(site: Site) -> None:
    desk = await site.signed_in(site.street.coordinator)
    meals = (await timebank.care_services(site.street.id))[0]
    page = f"/desk/services/{meals.id}/change"
    await desk.open(page)
    old = desk.hidden("version")
    await desk.send_and_follow(page, **service(version=old))
    await desk.open(page)
    await desk.send_and_follow(page, **service(version=old, name_en="Barber"))
    assert "Somebody else changed this" in desk.words


async def test_kinds_of_certificate_come_and_go(site: Site) -> None:
    desk = await site.signed_in(site.street.coordinator)
    await desk.open("/desk/certificate-kinds")
    key = desk.hidden("key")
    await desk.send_and_follow("/desk/certificate-kinds", key=key, name_zh="理发证", name_en="Hair")
    answer = await desk.send("/desk/certificate-kinds", name_zh="理发证", name_en="")
    assert answer.status_code == 422
    assert "Give it an English name" in desk.words
    kinds = {one.name_en: one for one in await care.certificate_kinds(site.street.id)}
    await desk.send_and_follow(f"/desk/certificate-kinds/{kinds['Hair'].id}/retire")
    assert "Not in use any more" in desk.words
    await desk.send_and_follow(f"/desk/certificate-kinds/{kinds['Bathing care'].id}/retire")
    assert "still needed for: 助浴" in desk.words


async def test_from_the_wish_to_help_to_the_desk_s_yes(site: Site) -> None:
    wang = await site.joined("王晓燕", Role.RESIDENT)
    she = await site.signed_in(wang)
    await she.open("/me/volunteering/times")
    await she.open("/me/volunteering")
    assert "First say what you like to do" in she.words
    answer = await she.send("/me/volunteering", words="会做饭")
    assert answer.status_code == 422
    assert "Choose at least one language." in she.words
    assert "会做饭" in she.page
    meals = (await timebank.care_services(site.street.id))[0]
    fields = {"languages": ["mandarin", "dialect"], "skills": str(meals.id), "words": "会做饭"}
    await she.send_and_follow("/me/volunteering", **fields)
    assert "The desk reads your answers" in she.words
    desk = await site.signed_in(site.street.coordinator)
    await desk.open("/desk/volunteers")
    assert "王晓燕" in desk.words
    page = f"/desk/volunteers/{wang.member_id}"
    await desk.open(page)
    assert "Meals" in desk.words
    answer = await desk.send(f"{page}/decline", why="")
    assert answer.status_code == 422
    assert "Say why." in desk.words
    await desk.send_and_follow(f"{page}/approve")
    assert "王晓燕 can accept visits now." in desk.words
    await she.open("/time-bank/requests")
    assert she.page.count("<h1") == 1
    await desk.send_and_follow(f"{page}/pause", why="腿伤了")
    assert "Accepts no visits for now." in desk.words
    await she.open("/me/volunteering")
    assert "腿伤了" in she.words


async def test_nobody_vets_themselves_and_strangers_are_not_there(site: Site) -> None:
    desk = await site.signed_in(site.street.coordinator)
    own = f"/desk/volunteers/{site.street.coordinator.member_id}"
    await desk.open(own)
    assert "/approve" not in desk.page
    await desk.open("/desk/services/new")
    there = await open_street()
    answer = await desk.open(f"/desk/volunteers/{there.volunteer.member_id}")
    assert answer.status_code == 404
    await desk.open("/desk/services/new")
    answer = await desk.send(f"/desk/volunteers/{site.street.elder.member_id}/approve")
    assert answer.status_code == 404, "an elder who never asked to help"


async def test_a_week_is_ticked_and_other_hours_are_chosen(site: Site) -> None:
    await care.save_profile(PROFILE, by=site.street.volunteer)
    he = await site.signed_in(site.street.volunteer)
    await he.open("/me/volunteering/times")
    fields = {"weekly": ["1-morning", "3-evening"], "day_0": "6", "from_0": "540", "until_0": "570"}
    await he.send_and_follow("/me/volunteering/times", **fields)
    times = await care.times_of(site.street.volunteer.member_id)
    assert times.weekly == (Hours(1, 480, 720), Hours(3, 1080, 1200), Hours(6, 540, 570))
    await he.open("/me/volunteering/times")
    assert he.page.count(" checked") == 2
    for wrong, sentence in (
        ({"until_0": "540"}, "must end after it begins"),
        ({"until_0": ""}, "Choose the day, from when"),
        ({"from_0": "x"}, "Choose the day, from when"),
        ({"day_0": "9"}, "Choose a day from the list"),
    ):
        answer = await he.send("/me/volunteering/times", **{**fields, **wrong})
        assert answer.status_code == 422
        assert sentence in he.words
        assert he.page.count(" checked") == 2
    assert await care.times_of(site.street.volunteer.member_id) == times


def test_what_is_kept_comes_back_from_the_form_as_it_was() -> None:
    hours = [Hours(1, 480, 720), Hours(1, 780, 1020), Hours(2, 0, 1440), Hours(7, 615, 630)]
    assert times_form.read(times_form.filled(hours)) == hours
    assert times_form.rows(times_form.filled(hours)) == [0, 1, 2, 3]
    assert times_form.read(Form()) == []


async def test_days_that_differ(site: Site) -> None:
    await care.save_profile(PROFILE, by=site.street.volunteer)
    he = await site.signed_in(site.street.volunteer)
    today = await care.today_in(site.street.id, datetime.now(UTC))
    await he.open("/me/volunteering/days")
    later = (today + timedelta(days=3)).isoformat()
    await he.send_and_follow("/me/volunteering/away", first_day=later, key=str(uuid.uuid4()))
    extra = {"day": later, "from_minute": "540", "until_minute": "600"}
    await he.send_and_follow("/me/volunteering/extra", **extra)
    times = await care.times_of(site.street.volunteer.member_id)
    assert (len(times.away), len(times.extra)) == (1, 1)
    for path, wrong, sentence in (
        ("away", {}, "Choose the first day."),
        ("away", {"first_day": "soon"}, "Write the day as year"),
        ("away", {"first_day": later, "last_day": "2020-01-01"}, "not be before the first"),
        ("extra", {**extra, "until_minute": "540"}, "must end after it begins"),
        ("extra", {**extra, "day": "2020-01-01"}, "over already"),
        ("extra", {"day": later}, "Choose from when."),
    ):
        answer = await he.send(f"/me/volunteering/{path}", **wrong)
        assert answer.status_code == 422, path
        assert sentence in he.words
    gone = times.away[0].id
    await he.send_and_follow(f"/me/volunteering/days/{gone}/remove")
    answer = await he.send(f"/me/volunteering/days/{gone}/remove")
    assert answer.status_code == 404


async def test_a_certificate_is_entered_seen_and_taken_away(site: Site) -> None:
    he = await site.signed_in(site.street.volunteer)
    kind = (await care.certificate_kinds(site.street.id))[1]
    page = "/me/volunteering/certificates"
    await he.open(page)
    for wrong, sentence in (
        ({}, "Choose what kind"),
        ({"kind": str(kind.id)}, "the day on which it was given out"),
        ({"kind": str(kind.id), "issued_on": "2999-01-01"}, "still to come"),
        ({"kind": str(uuid.uuid4()), "issued_on": "2020-01-01"}, "not in use"),
    ):
        answer = await he.send(page, **wrong)
        assert answer.status_code == 422
        assert sentence in he.words
    given = {"kind": str(kind.id), "issued_on": "2020-01-01", "number": "苏 12"}
    await he.send_and_follow(page, **given)
    assert "Waits to be checked" in he.words
    answer = await he.send(page, **given)
    assert "waits to be checked already" in he.words
    (one,) = await care.certificates_of(
        site.street.volunteer.member_id, community_id=site.street.id
    )
    desk = await site.signed_in(site.street.coordinator)
    await desk.open("/desk/volunteers")
    assert "First aid" in desk.words
    theirs = f"/desk/volunteers/{one.member_id}"
    await desk.open(theirs)
    answer = await desk.send(f"{theirs}/certificates/{one.id}/verify")
    assert answer.status_code == 422
    assert f'href="#field-evidence-{one.id}"' in desk.page
    await desk.send_and_follow(
        f"{theirs}/certificates/{one.id}/verify", **{f"evidence-{one.id}": "原件"}
    )
    assert "counts from now on" in desk.words
    await desk.send_and_follow(f"{theirs}/certificates/{one.id}/end", **{f"why-{one.id}": "过期"})
    await he.open(page)
    assert "过期" in he.words
    await desk.open(theirs)
    await desk.send_and_follow(f"{theirs}/certificates", **given)
    assert "Waits to be checked" in desk.words
    await he.open(page)
    mine = await care.certificates_of(site.street.volunteer.member_id, community_id=site.street.id)
    await he.send_and_follow(f"{page}/{mine[0].id}/withdraw")
    assert "does not count any more" in he.words


async def test_a_guardian_is_put_on_record_by_name(site: Site) -> None:
    young = await community.add_member(
        community_id=site.street.id,
        name="方小雨",
        birth_date=(datetime.now(UTC) - timedelta(days=15 * 365)).date(),
        roles=(Role.RESIDENT,),
    )
    await care.save_profile(PROFILE, by=Actor(young.id, site.street.id, young.roles))
    await site.joined("方芳", Role.RESIDENT)
    desk = await site.signed_in(site.street.coordinator)
    page = f"/desk/volunteers/{young.id}"
    await desk.open(page)
    assert "Parent or guardian" in desk.words
    for wrong, sentence in (
        ({"name": "没有"}, "Nobody here has exactly this name"),
        ({"name": "方芳"}, "Say what you saw"),
    ):
        answer = await desk.send(f"{page}/guardian", **wrong)
        assert answer.status_code == 422
        assert sentence in desk.words
    await desk.send_and_follow(f"{page}/guardian", name="方芳", evidence="户口簿")
    assert "方芳 is on record as their guardian." in desk.words


async def test_honours_are_public_and_say_only_what_was_agreed(site: Site) -> None:
    he = await site.signed_in(site.street.volunteer)
    await he.open("/time-bank/honours")
    assert "李明" not in he.words
    assert "Nobody is named here yet." in he.words


async def test_the_calendar_and_its_feed(site: Site) -> None:
    begins = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    request = timebank.Request("meals", begins, 90, "梧桐里 12 号", "请按两次铃")
    asked = await timebank.ask(request, by=site.street.elder, form_key=uuid.uuid4())
    visit = await timebank.accept(asked.id, by=site.street.volunteer)
    he = await site.signed_in(site.street.volunteer)
    await he.open("/time-bank/calendar")
    assert "陈桂芳" in he.words
    await he.open("/time-bank/calendar?from=not-a-day")
    assert "Make an address" in he.words
    await he.send_and_follow("/time-bank/calendar/feed")
    feed = await care.feed_of(site.street.volunteer.member_id)
    assert feed is not None
    path = f"/time-bank/calendar/{feed}/{calendar_file.feed_key(feed)}.ics"
    assert path in he.page
    reader = await site.visitor()
    answer = await reader.client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    again = await reader.client.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    file = Calendar.from_ical(answer.content)
    (event,) = file.walk("VEVENT")
    assert event["UID"] == f"{visit.id}@linli"
    assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert event["DTSTART"].dt == begins.astimezone(ZoneInfo("Asia/Shanghai"))
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=90)
    assert event["STATUS"] == "CONFIRMED"
    assert event["LOCATION"] == "梧桐里 12 号"
    assert [zone["TZID"] for zone in file.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    for secret in ("陈桂芳", "请按两次铃", visit.code):
        assert secret not in answer.text
    before = int(event["SEQUENCE"])
    await timebank.cancel(visit.id, by=site.street.elder, reason="女儿来了")
    off = (await reader.client.get(path)).content
    (event,) = Calendar.from_ical(off).walk("VEVENT")
    assert event["STATUS"] == "CANCELLED"
    assert int(event["SEQUENCE"]) > before
    for wrong in (path.replace(str(feed), str(uuid.uuid4())), path[:-8] + "00.ics"):
        assert (await reader.client.get(wrong)).status_code == 404
    await he.open("/time-bank/calendar")
    await he.send_and_follow("/time-bank/calendar/feed")
    assert (await reader.client.get(path)).status_code == 404, "an address of before opens nothing"
    await he.send_and_follow("/time-bank/calendar/feed/stop")
    assert "Make an address" in he.words


async def test_classes_stand_in_the_calendar_of_who_gives_them_and_who_comes(site: Site) -> None:
    begins = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    course = await group_sessions.propose_course(
        draft(starts_at=begins, capacity=2, until=(begins + timedelta(days=1)).date()),
        by=site.street.coordinator,
        leader_id=site.street.volunteer.member_id,
    )
    seen, _past = await group_sessions.course_page(course.id, community_id=site.street.id)
    (session,) = [one.session for one in seen.ahead]
    residents = await neighbours(site.street, 3)
    for one in residents:
        await group_sessions.sign_up(session.id, by=one)

    async def event(who: Actor) -> Any:
        feed = await care.feed_of(who.member_id) or await care.renew_feed(by=who)
        reader = await site.visitor()
        answer = await reader.client.get(
            f"/time-bank/calendar/{feed}/{calendar_file.feed_key(feed)}.ics"
        )
        found = Calendar.from_ical(answer.content).walk("VEVENT")
        return found[0] if found else None

    given, comes, waits = [
        await event(one) for one in (site.street.volunteer, residents[0], residents[2])
    ]
    assert [one["STATUS"] for one in (given, comes, waits)] == [
        "CONFIRMED", "CONFIRMED", "TENTATIVE",
    ]  # fmt: skip
    assert given["SUMMARY"] != comes["SUMMARY"]
    assert given["UID"] == f"{session.id}@linli"
    assert comes["DTEND"].dt - comes["DTSTART"].dt == timedelta(minutes=60)
    assert await event(site.street.elder) is None
    await group_sessions.give_up(session.id, by=residents[0])
    assert await event(residents[0]) is None
    assert (await event(residents[2]))["STATUS"] == "CONFIRMED"
    await group_sessions.call_off(session.id, reason="活动室漏水", by=site.street.coordinator)
    off = await event(residents[2])
    assert off["STATUS"] == "CANCELLED"
    assert int(off["SEQUENCE"]) > int(comes["SEQUENCE"])
