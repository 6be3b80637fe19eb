"""Over HTTP: offers, booking by the desk, late, nobody there, disputes, decisions, mending."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

import timebank
from community import Actor
from tests.app.test_time_bank import SHANGHAI, Site, asked, finished, site, wish
from tests.app.walking import Walker
from tests.timebank.street import street
from timebank import Side, State

__all__ = ["site", "street"]


async def state(site: Site, visit_id: UUID) -> State:
    return (await timebank.visit_page(visit_id, site.street.coordinator))[0].visit.state


async def booked(site: Site) -> tuple[Walker, Walker, str, UUID]:
    """Let the volunteer take a visit, and let its time come."""
    elder, visit_id = await asked(site)
    path = f"/time-bank/visits/{visit_id}"
    volunteer = await site.signed_in(site.street.volunteer)
    await volunteer.open(path)
    await volunteer.send_and_follow(f"{path}/accept")
    return elder, volunteer, path, visit_id


async def refused(who: Walker, path: str, **fields: str) -> int:
    """Send a form from a page that one may open, and return the answer's status."""
    await who.open("/")
    return (await who.send(path, **fields)).status_code


async def test_the_desk_asks_a_volunteer_and_books_another(site: Site) -> None:
    _, visit_id = await asked(site)
    path = f"/time-bank/visits/{visit_id}"
    desk = await site.signed_in(site.street.coordinator)
    await desk.open(path)
    assert "Find a volunteer" in desk.words
    await desk.open(f"{path}/offer")
    assert "李明" in desk.words
    assert "周敏" in desk.words
    answer = await desk.send(f"{path}/offer", volunteer="")
    assert (answer.status_code, "Choose who could come." in desk.words) == (422, True)
    elder_id = str(site.street.poor_elder.member_id)
    answer = await desk.send(f"{path}/offer", volunteer=elder_id)
    assert (answer.status_code, "one of the volunteers" in desk.words) == (422, True)
    await desk.open(f"{path}/offer?name=周")
    assert "李明" not in desk.words
    await desk.open(f"{path}/offer?name=王")
    assert "No volunteer of that name" in desk.words
    await desk.open(f"{path}/offer")
    chosen = str(site.street.volunteer.member_id)
    await desk.send_and_follow(f"{path}/offer", volunteer=chosen)
    assert "We have asked 李明." in desk.words
    assert await state(site, visit_id) is State.OFFERED
    await desk.send_and_follow(f"{path}/assign", volunteer=chosen)
    assert "李明 is booked. Both sides are told." in desk.words
    assert await site.street.minutes(site.street.elder) == [(300, 120)]
    volunteer = await site.signed_in(site.street.volunteer)
    await volunteer.open("/messages")
    assert "You are booked for a visit" in volunteer.words


async def test_only_the_desk_offers_and_books(site: Site) -> None:
    _, visit_id = await asked(site)
    path = f"/time-bank/visits/{visit_id}"
    chosen = str(site.street.volunteer.member_id)
    for who in (site.street.elder, site.street.volunteer, site.street.poor_elder):
        walker = await site.signed_in(who)
        assert (await walker.open(f"{path}/offer")).status_code == 403
        for act in ("offer", "assign"):
            assert await refused(walker, f"{path}/{act}", volunteer=chosen) == 403
    assert await state(site, visit_id) is State.REQUESTED
    desk = await site.signed_in(site.street.coordinator)
    assert await refused(desk, f"/time-bank/visits/{uuid4()}/offer", volunteer=chosen) == 404


async def test_the_desk_is_told_that_a_volunteer_is_busy_or_hours_lack(site: Site) -> None:
    _, _, path, _ = await booked(site)
    other = await site.signed_in(site.street.poor_elder)
    await other.open("/time-bank/ask")
    second = await other.send_and_follow(
        "/time-bank/ask", **wish(other, time="11:00", minutes="60", service="meals")
    )
    desk = await site.signed_in(site.street.coordinator)
    chosen = str(site.street.volunteer.member_id)
    await desk.open(f"{second}/offer")
    answer = await desk.send(f"{second}/assign", volunteer=chosen)
    assert (answer.status_code, "promised another visit" in desk.words) == (422, True)
    assert await desk.send_and_follow(f"{path}/assign", volunteer=chosen) == path
    assert "李明 is booked" in desk.words, "the same once more changes nothing"


async def test_running_late(site: Site) -> None:
    elder, volunteer, path, visit_id = await booked(site)
    await volunteer.open(path)
    assert "I am running late" not in volunteer.words, "it is for tomorrow"
    await site.move(visit_id, "starts_at", -30)
    await volunteer.open(path)
    assert "I am running late" in volunteer.words
    answer = await volunteer.send(f"{path}/late", minutes="999")
    assert answer.status_code == 422
    await volunteer.send_and_follow(f"{path}/late", minutes="20")
    assert "you will be about 20 min late" in volunteer.words
    await elder.open(path)
    assert "about 20 min late" in elder.words
    assert "The volunteer is late" in elder.words
    other = await site.signed_in(site.street.other_volunteer)
    for who in (elder, other):
        assert await refused(who, f"{path}/late", minutes="10") == 403


async def test_nobody_came(site: Site) -> None:
    elder, volunteer, path, visit_id = await booked(site)
    assert (await elder.open(f"{path}/no-show")).status_code == 303, "not before it begins"
    await elder.open(path)
    await elder.send_and_follow(f"{path}/no-show")
    assert "Please wait a little" in elder.words
    await site.move(visit_id, "starts_at", 30)
    await elder.open(path)
    assert "Nobody came" in elder.words
    await elder.open(f"{path}/no-show")
    assert "Has nobody come?" in elder.words
    stranger = await site.signed_in(site.street.poor_elder)
    assert await refused(stranger, f"{path}/no-show") == 403
    await elder.open(f"{path}/no-show")
    await elder.send_and_follow(f"{path}/no-show")
    assert "Noted." in elder.words
    assert "The volunteer did not come." in elder.words
    assert await site.street.minutes(site.street.elder) == [(300, 0)]
    await volunteer.open(path)
    assert "This visit did not take place." in volunteer.words


async def test_the_elder_is_not_there_and_the_desk_may_say_so_too(site: Site) -> None:
    _, volunteer, path, visit_id = await booked(site)
    await site.move(visit_id, "starts_at", 30)
    await volunteer.open(f"{path}/no-show")
    assert "Is the elder not there?" in volunteer.words
    desk = await site.signed_in(site.street.coordinator)
    await desk.open(f"{path}/no-show")
    answer = await desk.send(f"{path}/no-show", absent="nobody")
    assert (answer.status_code, "Choose who was not there." in desk.words) == (422, True)
    await desk.send_and_follow(f"{path}/no-show", absent="elder")
    assert "The elder was not there." in desk.words
    seen, _steps = await timebank.visit_page(visit_id, site.street.elder)
    assert seen.visit.absent is Side.ELDER


async def test_the_desk_checks_in_and_out_for_who_telephones(site: Site) -> None:
    elder, _, path, visit_id = await booked(site)
    await site.move(visit_id, "starts_at", 120)
    begun = datetime.now(SHANGHAI) - timedelta(minutes=101)  # however slow, under 105
    desk = await site.signed_in(site.street.coordinator)
    await desk.open(path)
    answer = await desk.send(f"{path}/check-in", moment="quarter past")
    assert (answer.status_code, "Type the time like 14:05." in desk.words) == (422, True)
    answer = await desk.send(f"{path}/check-in", happened_at="2020-01-01T10:00")
    assert answer.status_code == 422
    answer = await desk.send(f"{path}/check-in", happened_at="2020-01-01T10:00:00+08:00")
    assert (answer.status_code, "That time cannot be right" in desk.words) == (422, True)
    sent = begun.astimezone(UTC).isoformat()
    await desk.send_and_follow(f"{path}/check-in", happened_at=sent)
    assert "Checked in for the volunteer." in desk.words
    await desk.send_and_follow(f"{path}/check-in", happened_at=sent)
    await desk.send_and_follow(f"{path}/check-out", moment="")
    assert "Checked out after 1 h 45 min" in desk.words
    assert await refused(elder, f"{path}/check-in") == 403


async def test_a_moment_of_long_ago_is_for_a_coordinator(site: Site) -> None:
    _, volunteer, path, visit_id = await booked(site)
    await site.move(visit_id, "starts_at", 2 * 24 * 60)
    code = (await timebank.visit_page(visit_id, site.street.elder))[0].visit.code
    await volunteer.open(path)
    sent = (datetime.now(UTC) - timedelta(hours=47)).isoformat()
    answer = await volunteer.send(f"{path}/check-in", code=code, happened_at=sent)
    assert (answer.status_code, "more than a day ago" in volunteer.words) == (422, True)
    assert await state(site, visit_id) is State.BOOKED


async def test_a_dispute_is_decided(site: Site) -> None:
    elder, volunteer, visit_id = await finished(site)
    path = f"/time-bank/visits/{visit_id}"
    await elder.open(path)
    assert "This is not right" in elder.words
    assert "it is confirmed by itself" in elder.words
    await elder.open(f"{path}/dispute")
    answer = await elder.send(f"{path}/dispute", reason=" ")
    assert (answer.status_code, "Say in a few words why." in elder.words) == (422, True)
    answer = await elder.send(f"{path}/dispute", reason="短" * 501)
    assert (answer.status_code, "at most 500 characters" in elder.words) == (422, True)
    await elder.send_and_follow(f"{path}/dispute", reason="只待了半小时")
    assert "A coordinator looks into it" in elder.words
    assert (await elder.open(f"{path}/dispute")).status_code == 303
    await elder.open(path)
    await elder.send_and_follow(f"{path}/confirm", minutes="95")
    assert "nothing passes until then" in elder.words
    for who in (elder, volunteer):
        assert await refused(who, f"{path}/resolve", how="0", reason="我说的") == 403
    desk = await site.signed_in(site.street.coordinator)
    await desk.open("/")
    assert "somebody says this is not right" in desk.words
    await desk.open(f"{path}/resolve")
    for words in ("只待了半小时", "The clock", "1 h 35 min", "What both sides said"):
        assert words in desk.words
    for fields, words in (
        ({"how": "", "reason": "问过"}, "Choose how much counts."),
        ({"how": "other", "minutes": "x", "reason": "问过"}, "as a whole number"),
        ({"how": "other", "minutes": "121", "reason": "问过"}, "It can be 120 minutes at most."),
        ({"how": "0", "reason": ""}, "Say in a few words why."),
    ):
        answer = await desk.send(f"{path}/resolve", **fields)
        assert (answer.status_code, words in desk.words) == (422, True), fields
    await desk.send_and_follow(f"{path}/resolve", how="other", minutes="30", reason="问过邻居")
    assert "Decided: 30 min count." in desk.words
    assert await site.street.minutes(site.street.elder, site.street.volunteer) == [
        (270, 0), (30, 0)
    ]  # fmt: skip
    for who in (elder, volunteer):
        await who.open(path)
        assert "问过邻居" in who.words
        assert "Decided by a coordinator" in who.words


async def test_a_volunteer_disputes_too_and_a_stranger_does_not(site: Site) -> None:
    _, volunteer, visit_id = await finished(site)
    path = f"/time-bank/visits/{visit_id}"
    for who in (site.street.poor_elder, site.street.other_volunteer, site.street.coordinator):
        assert await refused(await site.signed_in(who), f"{path}/dispute", reason="不对") == 403
    await volunteer.open(f"{path}/dispute")
    await volunteer.send_and_follow(f"{path}/dispute", reason="忘了签退")
    assert await state(site, visit_id) is State.DISPUTED


async def closed(site: Site) -> tuple[Walker, str, UUID]:
    elder, _, visit_id = await finished(site)
    path = f"/time-bank/visits/{visit_id}"
    await elder.open(path)
    await elder.send_and_follow(f"{path}/confirm", minutes="95")
    return elder, path, visit_id


async def test_a_closed_visit_is_mended_after_a_look(site: Site) -> None:
    elder, path, _ = await closed(site)
    assert "1 h 35 min from your own hours" in elder.words
    desk = await site.signed_in(site.street.coordinator)
    assert (await desk.open(f"{path}/correct")).status_code == 200
    assert "How much should have counted?" in desk.words
    await desk.send(f"{path}/correct", how="other", minutes="60", reason="签退晚了")
    for words in (
        "This is what will be booked",
        "1 h 35 min leave the passbook of 李明 again.",
        "1 h pass to 李明.",
        "签退晚了",
    ):
        assert words in desk.words
    assert await site.street.minutes(site.street.volunteer) == [(95, 0)], "a look changes nothing"
    fields = {"how": "other", "minutes": "60", "reason": "签退晚了", "sure": "yes"}
    await desk.send_and_follow(f"{path}/correct", **fields)
    assert "Mended: 1 h count now." in desk.words
    assert await site.street.minutes(site.street.elder, site.street.volunteer) == [
        (240, 0), (60, 0)
    ]  # fmt: skip
    assert await refused(elder, f"{path}/correct", **fields) == 403
    assert (await elder.open(f"{path}/correct")).status_code == 403
    _, other = await asked(site)
    assert (await desk.open(f"/time-bank/visits/{other}/correct")).status_code == 303


async def test_somebody_known_is_asked_first(site: Site) -> None:
    elder, _, _ = await closed(site)
    await elder.open("/time-bank/ask")
    assert "Would you like somebody you know?" in elder.words
    day = (datetime.now(SHANGHAI) + timedelta(days=4)).date().isoformat()
    for wrong in ("somebody", str(site.street.poor_elder.member_id)):
        answer = await elder.send("/time-bank/ask", **wish(elder, day=day, preferred=wrong))
        assert (answer.status_code, "Choose one of the names" in elder.words) == (422, True)
    known = str(site.street.volunteer.member_id)
    await elder.send_and_follow("/time-bank/ask", **wish(elder, day=day, preferred=known))
    assert "We have asked somebody" in elder.words
    assert "李明 is asked and can answer until" in elder.words


@pytest.mark.parametrize("who", ["poor_elder", "other_volunteer"])
async def test_a_stranger_sees_none_of_these_pages(site: Site, who: str) -> None:
    _, _, visit_id = await finished(site)
    stranger: Actor = getattr(site.street, who)
    walker = await site.signed_in(stranger)
    for page in ("", "/dispute", "/no-show", "/resolve", "/correct", "/offer"):
        answer = await walker.open(f"/time-bank/visits/{visit_id}{page}")
        assert answer.status_code == 403, page
