"""Who is told what of a visit: each side of what the other did, and nobody of their own act."""

from datetime import timedelta

import pytest

import community
import timebank
from community import Actor, Message
from tests.timebank.street import NOON, Street, street

__all__ = ["street"]


async def inbox(who: Actor) -> list[Message]:
    return await community.inbox(who.member_id, community_id=who.community_id)


async def unread(who: Actor) -> list[str]:
    return [one.kind for one in await inbox(who) if one.read_at is None]


async def test_a_visit_from_accepting_to_confirming(street: Street) -> None:
    visit = await street.booked()
    [told] = await inbox(street.elder)
    assert (told.kind, told.link) == ("visit.accepted", f"/time-bank/visits/{visit.id}")
    assert told.fill["at"] == visit.starts_at.isoformat()
    await timebank.accept(visit.id, by=street.volunteer, at=NOON)
    assert await unread(street.elder) == ["visit.accepted"], "the same act tells once"
    begun = NOON + timedelta(hours=1)
    await timebank.check_in(visit.id, by=street.volunteer, code=visit.code, at=begun)
    await timebank.check_out(visit.id, by=street.volunteer, at=begun + timedelta(minutes=93))
    assert await unread(street.elder) == ["visit.finished"], "that somebody comes is no news now"
    assert await inbox(street.volunteer) == []
    await timebank.confirm(visit.id, by=street.elder, minutes=95)
    assert await unread(street.elder) == []
    [confirmed] = await inbox(street.volunteer)
    assert (confirmed.kind, confirmed.fill["minutes"]) == ("visit.confirmed", 95)


async def test_withdrawing_tells_the_elder(street: Street) -> None:
    visit = await street.booked()
    await timebank.withdraw(visit.id, by=street.volunteer, at=NOON)
    assert await unread(street.elder) == ["visit.withdrawn"]
    assert (await inbox(street.elder))[0].urgent, "it was for today"


@pytest.mark.parametrize("days", [1, 2])
async def test_only_a_near_visit_is_urgent(street: Street, days: int) -> None:
    visit = await street.booked(starts_at=NOON + timedelta(days=days))
    await timebank.cancel(visit.id, by=street.elder, at=NOON + timedelta(hours=1))
    assert (await inbox(street.volunteer))[0].urgent is (days == 1)


async def test_calling_off_tells_the_others(street: Street) -> None:
    visit = await street.booked()
    await timebank.cancel(visit.id, by=street.elder, at=NOON)
    assert await unread(street.volunteer) == ["visit.cancelled"]
    assert await unread(street.elder) == []
    by_desk = await street.booked(starts_at=NOON + timedelta(hours=5))
    await timebank.cancel(by_desk.id, by=street.coordinator, at=NOON)
    assert await unread(street.elder) == ["visit.cancelled"]
    assert len(await unread(street.volunteer)) == 2
    nobody_yet = await street.asked(60, starts_at=NOON + timedelta(hours=9))
    await timebank.cancel(nobody_yet.id, by=street.coordinator, at=NOON)
    assert (await unread(street.elder))[0] == "visit.called_off"


async def test_a_refused_act_tells_nobody(street: Street) -> None:
    visit = await street.booked()
    before = len(await inbox(street.elder))
    with pytest.raises(timebank.AlreadyTaken):
        await timebank.accept(visit.id, by=street.other_volunteer, at=NOON)
    assert len(await inbox(street.elder)) == before
