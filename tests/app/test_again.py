"""Asking for the same again over HTTP: what stands in the way is said where it can be mended."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from litestar import Litestar

import timebank
from tests.app.walking import walker
from tests.timebank.street import NOON, Street, street

__all__ = ["street"]


async def test_what_stands_in_the_way_leads_to_the_form(app: Litestar, street: Street) -> None:
    visit = await street.finished(120, taken=120)
    await timebank.confirm(visit.id, by=street.elder, minutes=120, at=NOON + timedelta(hours=4))
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    again = {"visit": str(visit.id), "key": str(uuid4())}
    async with walker(app) as elder:
        await elder.sign_in(street.elder.member_id)
        await elder.open("/")
        for when, told in (
            ("", "nothing was asked for yet"),
            ("2026-03-09T13:00", "nothing was asked for yet"),
            (visit.starts_at.isoformat(), "over"),
            ((now + timedelta(days=400)).isoformat(), "within the next 60 days"),
        ):
            where = await elder.send_and_follow("/time-bank/again", **again, when=when)
            assert where == "/time-bank/ask"
            assert told in elder.words, when
        assert await timebank.left_to_ask(street.elder) == 180
        tomorrow = (now + timedelta(days=1)).isoformat()
        asked = await elder.send_and_follow("/time-bank/again", **again, when=tomorrow)
        other = {**again, "key": str(uuid4()), "when": tomorrow}
        assert await elder.send_and_follow("/time-bank/again", **other) == asked
        assert "Nothing was booked twice" in elder.words
        later = {**other, "key": str(uuid4()), "when": (now + timedelta(days=2)).isoformat()}
        assert await elder.send_and_follow("/time-bank/again", **later) == "/time-bank/ask"
        assert "This needs 2 h, and you have 1 h to use" in elder.words


async def test_nobody_asks_for_another_s_visit_again(app: Litestar, street: Street) -> None:
    visit = await street.finished(60, taken=60)
    when = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    form = {"visit": str(visit.id), "key": str(uuid4()), "when": when}
    for who, status in ((street.poor_elder, 404), (street.volunteer, 403)):
        async with walker(app) as one:
            await one.sign_in(who.member_id)
            await one.open("/")
            answer = await one.send("/time-bank/again", **form)
            assert answer.status_code == status
