"""Acting for another over HTTP: what can be done, what cannot, and whom every door is closed to."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

import community
import marketplace
import timebank
from community import DelegatedAct
from marketplace.errors import VotesAlone
from marketplace.values import RoundId
from tests.app.delegating import Site, site
from tests.timebank.street import open_street, street

__all__ = ["site", "street"]


async def test_two_taps_to_confirm(site: Site) -> None:
    await site.granted()
    visit_id = await site.finished()
    daughter = await site.signed_in(site.daughter)
    await daughter.open("/time-bank")
    assert "The people I act for" in daughter.words
    await daughter.open("/for")
    assert "陈桂芳" in daughter.words
    assert "Please confirm" in daughter.words
    page = f"{site.place}/visits/{visit_id}"
    assert f'href="{page}"' in daughter.page
    await daughter.open(page)
    assert "You are acting for 陈桂芳" in daughter.words
    where = await daughter.send_and_follow(f"{page}/confirm", minutes=daughter.hidden("minutes"))
    assert where == page
    assert "1 h 35 min passed to the volunteer, 25 min came back." in daughter.words
    assert await site.street.minutes(site.elder, site.street.volunteer) == [(205, 0), (95, 0)]
    elder = await site.signed_in(site.elder)
    await elder.open(f"/time-bank/visits/{visit_id}")
    assert "陈晓 for 陈桂芳" in elder.words


async def test_a_delegate_asks_and_calls_off(site: Site) -> None:
    await site.granted()
    daughter = await site.signed_in(site.daughter)
    await daughter.open(f"{site.place}/ask")
    assert "You are acting for 陈桂芳" in daughter.words
    assert "陈桂芳 has 5 h to use." in daughter.words
    fields = {
        "key": daughter.hidden("key"),
        "service": "companionship",
        "day": (datetime.now(UTC) + timedelta(days=2)).date().isoformat(),
        "time": "10:00",
        "minutes": "120",
        "place": "梧桐里 12 号 302 室",
        "wishes": "",
    }
    answer = await daughter.send(f"{site.place}/ask", **{**fields, "place": ""})
    assert (answer.status_code, "acting for" in daughter.words) == (422, True)
    where = await daughter.send_and_follow(f"{site.place}/ask", **fields)
    assert where.startswith(f"{site.place}/visits/")
    assert await timebank.left_to_ask(site.elder) == 180
    again = await daughter.send_and_follow(f"{site.place}/ask", **{**fields, "minutes": "60"})
    assert again == where
    assert "This had been asked for before" in daughter.words
    await daughter.open(f"{where}/cancel")
    await daughter.send_and_follow(f"{where}/cancel", reason="")
    assert await timebank.left_to_ask(site.elder) == 300


async def test_the_passbook_of_another(site: Site) -> None:
    await site.granted("passbook")
    daughter = await site.signed_in(site.daughter)
    await daughter.open(site.place)
    assert "/ask" not in daughter.page
    await daughter.open(f"{site.place}/passbook")
    assert "You are acting for 陈桂芳" in daughter.words
    assert "Hours of 陈桂芳" in daughter.words
    assert "+5 h" in daughter.words


@pytest.mark.parametrize(
    ("acts", "open_pages"),
    [
        (("request",), {"", "/ask", "/visits/{visit}"}),
        (("confirm",), {"", "/visits/{visit}"}),
        (("passbook",), {"", "/passbook"}),
    ],
)
async def test_only_the_pages_of_what_was_agreed_to(
    site: Site, acts: tuple[str, ...], open_pages: set[str]
) -> None:
    visit_id = await site.finished()
    await site.granted(*acts)
    daughter = await site.signed_in(site.daughter)
    await daughter.open("/for")
    for page in ("", "/ask", "/passbook", "/visits/{visit}", "/visits/{visit}/cancel"):
        path = f"{site.place}{page}".format(visit=visit_id)
        status = 200 if page in open_pages else 404
        if page.endswith("cancel"):
            status = 303 if acts == ("request",) else 404  # a finished visit: back to its page
        assert (await daughter.client.get(path)).status_code == status, page
    path = f"{site.place}/visits/{visit_id}"
    for page, fields, needed in (
        (f"{path}/confirm", {"minutes": "95"}, "confirm"),
        (f"{path}/cancel", {}, "request"),
        (f"{site.place}/ask", {}, "request"),
    ):
        if needed not in acts:
            answer = await daughter.send(page, **fields)
            assert answer.status_code == 404, page
            await daughter.open("/for")
    if "confirm" not in acts:
        assert await site.street.minutes(site.street.volunteer) == [(0, 0)]


async def test_nobody_else_gets_in(site: Site) -> None:
    visit_id = await site.finished()
    await site.granted()
    pages = ("", "/ask", "/passbook", f"/visits/{visit_id}", f"/visits/{visit_id}/cancel")
    elsewhere = await open_street()
    for who in (
        site.street.poor_elder,
        site.street.volunteer,
        site.street.coordinator,
        elsewhere.coordinator,
        elsewhere.elder,
    ):
        stranger = await site.signed_in(who)
        for page in pages:
            status = (await stranger.client.get(f"{site.place}{page}")).status_code
            assert status in {403, 404}, (page, status)
    daughter = await site.signed_in(site.daughter)
    for page in pages:
        other = f"/for/{site.street.poor_elder.member_id}{page}"
        assert (await daughter.client.get(other)).status_code == 404, page
    assert (await daughter.client.get(f"/time-bank/visits/{visit_id}")).status_code == 403
    assert (await daughter.client.get("/time-bank/ask")).status_code == 403
    assert (await daughter.client.get(f"{site.place}/visits/{uuid4()}")).status_code == 404
    own = await site.street.asked(60, by=site.street.poor_elder)
    assert (await daughter.client.get(f"{site.place}/visits/{own.id}")).status_code == 404


async def test_it_ends_at_once_also_for_an_open_page(site: Site) -> None:
    made = await site.granted()
    visit_id = await site.finished()
    daughter = await site.signed_in(site.daughter)
    page = f"{site.place}/visits/{visit_id}"
    await daughter.open(page)
    elder = await site.signed_in(site.elder)
    await elder.open(f"/me/delegations/{made.id}/revoke")
    await elder.send_and_follow(f"/me/delegations/{made.id}/revoke", reason="not_needed", why="")
    assert "From now on nobody does anything on it" in elder.words
    assert "It is no longer needed." in elder.words
    answer = await daughter.send(f"{page}/confirm", minutes="95")
    assert answer.status_code == 404
    assert await site.street.minutes(site.street.volunteer) == [(0, 0)]
    await daughter.open("/for")
    assert "You act for nobody" in daughter.words
    assert "It is no longer needed." in daughter.words


async def test_revoked_between_the_guard_and_the_verb(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await site.granted()
    visit_id = await site.finished()
    daughter = await site.signed_in(site.daughter)
    page = f"{site.place}/visits/{visit_id}"
    await daughter.open(page)
    confirm, entered, go_on = timebank.confirm, asyncio.Event(), asyncio.Event()

    async def late(*args: object, **named: object) -> timebank.Visit:
        entered.set()
        await go_on.wait()
        return await confirm(*args, **named)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(timebank, "confirm", late)
    sending = asyncio.create_task(daughter.send_and_follow(f"{page}/confirm", minutes="95"))
    await asyncio.wait_for(entered.wait(), 10)
    await community.revoke_delegation(made.id, why="不再需要", by=site.elder)
    go_on.set()
    assert await sending == "/for"
    assert "it was ended meanwhile. Nothing was changed." in daughter.words
    assert await site.street.minutes(site.street.volunteer) == [(0, 0)]


async def test_one_s_own_id_leads_to_one_s_own_pages(site: Site) -> None:
    elder = await site.signed_in(site.elder)
    own = f"/for/{site.elder.member_id}"
    assert (await elder.client.get(own)).status_code == 403
    await elder.open(f"{own}/passbook")
    assert "acting for" not in elder.words
    assert "My hours" in elder.words


async def test_nobody_votes_or_proposes_for_another(site: Site) -> None:
    await site.granted()
    acting = await community.delegated(site.daughter, site.elder.member_id, frozenset(DelegatedAct))
    with pytest.raises(VotesAlone):
        await marketplace.vote(RoundId(uuid4()), [], by=acting)
    daughter = await site.signed_in(site.daughter)
    answer = await daughter.client.get(f"{site.place}/rounds/{uuid4()}")
    assert answer.status_code == 404
