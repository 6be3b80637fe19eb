"""Asking over HTTP: regularly, all the same, once more; by elder, delegate and operator."""

import json
import re
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

import community
import timebank
from app.i18n import speaking
from app.visit_words import refusal_words
from tests.app.delegating import Site as DelegatedSite
from tests.app.delegating import site as delegated_site
from tests.app.test_phone_desk import Room, room
from tests.app.test_time_bank import Site, asked, site, wish
from tests.app.walking import Walker
from tests.timebank.street import street
from timebank import NotFit, State, repeats
from timebank.care import Reason
from timebank.eligibility import NotEligible
from timebank.eligibility import Reason as NotAllowed

__all__ = ["delegated_site", "room", "site", "street"]

SHANGHAI = ZoneInfo("Asia/Shanghai")
OWN = "/time-bank/repeats"


def in_days(days: int) -> date:
    return (datetime.now(SHANGHAI) + timedelta(days=days)).date()


def weekly(walker: Walker, **changes: Any) -> dict[str, Any]:
    """Fill the form in for each week at ten, from tomorrow on, holidays or not."""
    return {**wish(walker), "minutes": "30", "every": "week", "until": "open", **changes}


async def regularly(site: Site, **changes: Any) -> tuple[Walker, str]:
    """Let the elder ask for half an hour each week; return the elder and where the form led."""
    elder = await site.signed_in(site.street.elder)
    await elder.open("/time-bank/ask")
    return elder, await elder.send_and_follow("/time-bank/ask", **weekly(elder, **changes))


# Regularly


async def test_an_elder_asks_for_every_week_and_stops_it(site: Site) -> None:
    elder, where = await regularly(site, how="same", wishes="请按两次门铃。")
    assert where == OWN
    weekday = f"{in_days(1):%A}"
    assert f"Asked for every {weekday} at 10 am, 30 min." in elder.words
    assert "Whoever came last time is asked first." in elder.words
    assert "until it is stopped" in elder.words
    assert elder.words.count("Waiting for a volunteer") == 2
    assert "asked for when the day is nearer" in elder.words
    (visit, *_others) = re.findall(r"/time-bank/visits/[0-9a-f-]{36}", elder.page)
    end = re.search(r"/time-bank/repeats/[0-9a-f-]{36}/end", elder.page)
    assert end
    await elder.open(visit)
    assert f"One of what is asked for regularly: every {weekday} at 10 am, 30 min." in elder.words
    await elder.open(end[0])
    assert "Those that somebody has taken stay" in elder.words
    assert await elder.send_and_follow(end[0]) == OWN
    assert "2 visits that nobody had taken are called off." in elder.words
    assert "Nothing is asked for regularly" in elder.words
    await elder.open(end[0])
    assert "This was stopped before." in elder.words
    await elder.open(visit)
    assert "It was stopped." in elder.words or "See the next visits" in elder.words


async def test_a_visit_that_somebody_took_stays_and_that_is_said(site: Site) -> None:
    elder, _where = await regularly(site)
    (seen,) = await repeats.repeats_of(site.street.elder)
    first = seen.coming[0].visit
    assert first is not None
    await timebank.accept(first.id, by=site.street.volunteer)
    await elder.open(OWN)
    await elder.send_and_follow(f"{OWN}/{seen.repeat.id}/end")
    assert "1 visit that somebody has taken stays" in elder.words


async def test_every_how_often_and_until_when_is_kept_as_a_rule(site: Site) -> None:
    tomorrow = in_days(1)
    elder, _where = await regularly(site, until="10")
    for every, time in (("two_weeks", "11:00"), ("month", "12:00"), ("day", "13:00")):
        await elder.open("/time-bank/ask")
        fields = weekly(elder, every=every, time=time, last_day=in_days(40).isoformat())
        again = await elder.send("/time-bank/ask", **fields)  # the first stands on that day
        assert again.status_code == 422
        assert "This stands already" in elder.words
        despite = re.search(r'name="despite" value="([^"]+)"', elder.page)
        assert despite
        fields |= {"key": elder.hidden("key"), "despite": despite[1]}
        assert await elder.send_and_follow("/time-bank/ask", **fields) == OWN
    found = {one.repeat.rule: one.repeat for one in await repeats.repeats_of(site.street.elder)}
    day = tomorrow.strftime("%a").upper()[:2]
    weekly_rule = f"FREQ=WEEKLY;INTERVAL=1;BYDAY={day}"
    assert {weekly_rule, f"FREQ=WEEKLY;INTERVAL=2;BYDAY={day}", "FREQ=DAILY"} < set(found)
    assert found[weekly_rule].last_day == tomorrow + timedelta(weeks=10, days=-1)
    assert found["FREQ=DAILY"].last_day == in_days(40)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"every": "hour"}, "Choose one of the answers shown."),
        ({"until": "7"}, "Choose one of the answers shown."),
        ({"last_day": "bald"}, "Type the day as in 2027-03-31, or leave it empty."),
        ({"last_day": "2026-01-01"}, "The last day is before the first visit."),
        ({"last_day": "2099-01-01"}, "Choose a last day within two years."),
        ({"minutes": "240", "how": "same"}, ""),
    ],
)
async def test_what_cannot_repeat_is_refused_and_kept(
    site: Site, changes: dict[str, str], told: str
) -> None:
    poor = await site.signed_in(site.street.poor_elder)
    await poor.open("/time-bank/ask")
    answer = await poor.send("/time-bank/ask", **weekly(poor, wishes="请按门铃。", **changes))
    assert answer.status_code == 422
    assert told in poor.words
    assert "请按门铃。" in poor.page
    assert await repeats.repeats_of(site.street.poor_elder) == []


async def test_nobody_else_sees_or_stops_it(site: Site) -> None:
    await regularly(site)
    (seen,) = await repeats.repeats_of(site.street.elder)
    end = f"{OWN}/{seen.repeat.id}/end"
    other = await site.signed_in(site.street.poor_elder)
    assert (await other.open(end)).status_code == 403
    await other.open("/")
    assert (await other.send(end)).status_code == 403
    volunteer = await site.signed_in(site.street.volunteer)
    assert (await volunteer.open(OWN)).status_code == 403
    unknown = f"{OWN}/{uuid.uuid4()}/end"
    assert (await other.open(unknown)).status_code == 404
    coordinator = await site.signed_in(site.street.coordinator)
    await coordinator.open(end)
    assert "陈桂芳" in coordinator.words
    await coordinator.send_and_follow(end)
    assert await repeats.repeats_of(site.street.elder) == []
    elder = await site.signed_in(site.street.elder)
    await elder.open("/messages")
    assert "What you ask for regularly has ended" in elder.words


# All the same


async def test_a_similar_request_needs_one_more_tap_and_nothing_is_lost(site: Site) -> None:
    elder, visit_id = await asked(site)  # tomorrow at ten, for two hours
    await elder.open("/time-bank/ask")
    fields = wish(elder, service="meals", time="11:30", minutes="30", wishes="少放盐。")
    answer = await elder.send("/time-bank/ask", **fields)
    assert answer.status_code == 422
    assert "You have asked for something like this." in elder.words
    assert f"/time-bank/visits/{visit_id}" in elder.page
    assert "少放盐。" in elder.page
    assert 'name="despite"' in elder.page
    assert len(await timebank.my_visits(site.street.elder)) == 1
    fields |= {"key": elder.hidden("key"), "despite": str(visit_id)}
    where = await elder.send_and_follow("/time-bank/ask", **fields)
    assert re.fullmatch(r"/time-bank/visits/[0-9a-f-]{36}", where)
    assert await elder.send_and_follow("/time-bank/ask", **fields) == where  # the same form
    assert len(await timebank.my_visits(site.street.elder)) == 2
    await elder.open("/time-bank/ask")
    odd = await elder.send("/time-bank/ask", **wish(elder, time="11:00", despite="x,,1"))
    assert odd.status_code == 422


async def test_for_another_it_is_shown_as_well(delegated_site: DelegatedSite) -> None:
    site = delegated_site
    await site.granted()
    daughter = await site.signed_in(site.daughter)
    for _number in range(2):
        await daughter.open(f"{site.place}/ask")
        fields = wish(daughter, minutes="30", time="10:00" if _number == 0 else "14:00")
        answer = await daughter.send(f"{site.place}/ask", **fields)
    assert answer.status_code == 422
    assert "Something like this is asked for already." in daughter.words
    assert f"{site.place}/visits/" in daughter.page
    fields |= {"every": "week", "until": "open"}
    despite = re.search(r'name="despite" value="([^"]+)"', daughter.page)
    assert despite
    fields["despite"] = despite[1]
    assert await daughter.send_and_follow(f"{site.place}/ask", **fields) == f"{site.place}/repeats"
    assert "What is asked for regularly for 陈桂芳" in daughter.words
    end = re.search(rf"{site.place}/repeats/[0-9a-f-]{{36}}/end", daughter.page)
    assert end
    await daughter.open(end[0])
    await daughter.send_and_follow(end[0])
    assert "Stopped" in daughter.words
    elder = await site.signed_in(site.elder)
    await elder.open("/messages")
    assert "What you ask for regularly has ended" in elder.words


async def test_on_the_telephone_regularly_all_the_same_and_stopped(room: Room) -> None:
    phone = await room.number(room.desk.street.elder)
    operator = await room.enter(room.desk.operator)
    call = await room.spoken(operator, phone)
    fields = {
        "service": "cleaning", "day": in_days(2).isoformat(), "time": "09:00", "minutes": "30",
        "place": "梧桐里 12 号", "wishes": "", "every": "once", "until": "open",
    }  # fmt: skip
    await operator.send_and_follow(f"{call}/ask", **fields, key=operator.hidden("key"))
    fields |= {"time": "15:00", "every": "week", "until": "4", "key": str(uuid.uuid4())}
    answer = await operator.send(f"{call}/ask", **fields)
    assert answer.status_code == 422
    assert "This stands already" in operator.words
    despite = re.search(r'name="despite" value="([^"]+)"', operator.page)
    assert despite
    early = await operator.send(
        f"{call}/ask", **{**fields, "despite": despite[1], "last_day": "2026-01-01"}
    )
    assert early.status_code == 422
    assert "The last day is before the first visit." in operator.words
    await operator.send_and_follow(f"{call}/ask", **fields, despite=despite[1])
    assert "The first is" in operator.words
    assert "What they ask for regularly" in operator.words
    elder = room.desk.street.elder
    (seen,) = await repeats.repeats_of(elder)
    assert seen.repeat.asked_by == room.desk.operator.member_id
    await operator.send_and_follow(f"{call}/repeats/{seen.repeat.id}/end")
    assert "Stopped" in operator.words
    assert await repeats.repeats_of(elder) == []
    gone = await operator.send(f"{call}/repeats/{uuid.uuid4()}/end")
    assert gone.status_code == 404


# Once more


async def test_an_expired_request_is_asked_for_again_with_one_tap(site: Site) -> None:
    elder, visit_id = await asked(site)
    await site.move(visit_id, "starts_at", 30)
    page = f"/time-bank/visits/{visit_id}"
    await elder.open(page)
    assert "instead" in elder.words
    assert f"/time-bank/ask?instead={visit_id}" in elder.page
    assert "This one is called off then." in elder.words
    await timebank.expire_requests()
    await elder.open(page)
    assert "This one is called off then." not in elder.words
    where = await elder.send_and_follow(f"{page}/renew")
    assert "Asked for again" in elder.words
    await elder.open(page)
    assert "It was asked for again" in elder.words
    assert await elder.send_and_follow(f"{page}/renew") == where
    assert len(await timebank.my_visits(site.street.elder)) == 2


async def test_another_time_is_chosen_on_a_form_that_is_filled_in(site: Site) -> None:
    elder, visit_id = await asked(site)
    await elder.open(f"/time-bank/ask?instead={visit_id}")
    assert elder.hidden("instead") == str(visit_id)
    assert 'value="companionship" checked' in elder.page
    fields = wish(elder, time="12:00", instead=str(visit_id))
    answer = await elder.send("/time-bank/ask", **{**fields, "every": "week", "until": "4"})
    assert (answer.status_code, "begin a new form" in elder.words) == (422, True)
    late = {"day": "9999-12-31", "every": "week", "until": "52", "instead": ""}
    answer = await elder.send("/time-bank/ask", **{**fields, **late})
    assert (answer.status_code, "Choose the day." in elder.words) == (422, True)
    await elder.send_and_follow("/time-bank/ask", **fields)
    states = {one.visit.state for one in await timebank.my_visits(site.street.elder)}
    assert states == {State.CANCELLED, State.REQUESTED}
    other = await site.signed_in(site.street.poor_elder)
    assert (await other.open(f"/time-bank/ask?instead={visit_id}")).status_code == 404
    assert (await other.open(f"/time-bank/ask?instead={uuid.uuid4()}")).status_code == 404
    assert (await other.open("/time-bank/ask?instead=x")).status_code == 200


async def test_one_that_ends_by_days_stays_open_with_one_tap(site: Site) -> None:
    elder, visit_id = await asked(site)
    until = datetime.now(UTC) + timedelta(hours=5)
    await site.owner.execute(
        "UPDATE visit SET open_until = $1, remind_at = NULL WHERE id = $2", until, visit_id
    )
    page = f"/time-bank/visits/{visit_id}"
    await elder.open(page)
    assert "Keep it open longer" in elder.words
    await elder.send_and_follow(f"{page}/extend", until="gestern")
    assert "this page was too old" in elder.words
    await elder.send_and_follow(f"{page}/extend", until=elder.hidden("until"))
    assert "It stays open until" in elder.words
    assert "Kept open longer" in elder.words
    stranger = await site.signed_in(site.street.volunteer)
    await stranger.open("/")
    assert (await stranger.send(f"{page}/renew")).status_code == 403
    taken = await timebank.accept(visit_id, by=site.street.volunteer)
    await elder.send_and_follow(f"{page}/renew")
    assert "The visit has moved on in the meantime." in elder.words
    assert taken.state is State.BOOKED


async def test_a_delegate_renews_for_the_elder(delegated_site: DelegatedSite) -> None:
    site = delegated_site
    await site.granted("request")
    acting = await community.delegated(
        site.daughter, site.elder.member_id, frozenset({community.DelegatedAct.REQUEST})
    )
    begins = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    request = timebank.Request("companionship", begins, 30, "梧桐里")
    visit = await timebank.ask(request, by=acting, form_key=uuid.uuid4())
    await site.owner.execute(
        "UPDATE visit SET starts_at = starts_at - interval '2 days' WHERE id = $1", visit.id
    )
    await timebank.expire_requests()
    daughter = await site.signed_in(site.daughter)
    page = f"{site.place}/visits/{visit.id}"
    await daughter.open(page)
    where = await daughter.send_and_follow(f"{page}/renew")
    assert where.startswith(f"{site.place}/visits/")
    assert (await timebank.renewal(visit)) is not None
    gone = await daughter.send(f"{page}/extend", until=begins.isoformat())
    assert gone.status_code == httpx.codes.SEE_OTHER


# For programs


async def test_requests_and_visits_for_programs(site: Site) -> None:
    elder, _where = await regularly(site)
    data = (await elder.client.get("/api/time-bank/requests")).json()
    assert data["open"] == []
    assert len(data["mine"]) == 2
    (repeat,) = data["repeating"]
    assert repeat["rule"].startswith("FREQ=WEEKLY")
    assert repeat["coming"][0]["visit"] == data["mine"][-1]["id"]
    volunteer = await site.signed_in(site.street.volunteer)
    answer = await volunteer.client.get("/api/time-bank/requests")
    assert answer.headers["cache-control"] == "no-store"
    waiting = answer.json()
    assert [one["free_then"] for one in waiting["open"]] == [True, True]
    assert (waiting["mine"], waiting["repeating"]) == ([], [])
    visit_id = waiting["open"][0]["id"]
    await timebank.accept(uuid.UUID(visit_id), by=site.street.volunteer)
    visits = (await volunteer.client.get("/api/time-bank/visits")).json()["visits"]
    assert [one["state"] for one in visits] == ["booked"]
    one = (await elder.client.get(f"/api/time-bank/visits/{visit_id}")).json()
    assert [step["state"] for step in one["history"]] == ["requested", "booked"]
    assert (one["repeat"], one["waits_until"]) == (repeat["id"], None)
    seen, _steps = await timebank.visit_page(uuid.UUID(visit_id), site.street.elder)
    assert seen.visit.code  # the elder's own, and in no answer to a program
    assert f'"{seen.visit.code}"' not in json.dumps(one)
    other = await site.signed_in(site.street.poor_elder)
    refused = await other.client.get(f"/api/time-bank/visits/{visit_id}")
    assert refused.status_code == 403
    unknown = await other.client.get(f"/api/time-bank/visits/{uuid.uuid4()}")
    assert unknown.status_code == 404
    visitor = await site.visitor()
    for path in ("requests", "visits", f"visits/{visit_id}"):
        assert (await visitor.client.get(f"/api/time-bank/{path}")).status_code == 401


# Refusals in words


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (NotEligible(NotAllowed.TOO_YOUNG, 60), "from the age of 60 on"),
        (NotEligible(NotAllowed.GIVEN_TOO_LITTLE, 600), "once 10 h of help have been given"),
        (NotEligible(NotAllowed.NO_GIFTS), "The desk can tell you why."),
        *((NotFit(reason), "") for reason in Reason),
    ],
)
def test_whoever_may_not_is_told_why(refusal: timebank.TimebankError, told: str) -> None:
    with speaking("en"):
        words = refusal_words(refusal, SHANGHAI)
    assert told in words
    assert words.endswith(".")
    assert refusal.__class__.__name__ not in words
