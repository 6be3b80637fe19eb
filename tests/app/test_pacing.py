"""How often each act may be asked for, at its very boundary, for one person and for one place."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from app.acts import ACTS
from app.database import Engine
from app.pacing import ANY_FORM, PACES, PAGES_TOO, Pace, Paces, counted
from app.throttle import wait_in_pace
from community import Role
from tests.app.attacking import Door, Site, open_site
from tests.app.sign_in.neighbours import fresh_address
from tests.walks import act_of, handlers

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUSEHOLDS = 1_420  # of the 八里 community


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_the_table_names_acts_that_there_are() -> None:
    assert set(PACES) <= set(ACTS)
    assert set(PACES) >= PAGES_TOO


def test_acts_that_search_or_take_files_are_in_the_table() -> None:
    """What lets somebody find people, or leaves as a file, has a pace of its own."""
    named = {
        "sign_in", "desk.use", "security.change", "sign_in.help", "card.issue", "member.find",
        "member.merge", "member.read", "delegation.grant", "delegation.record", "kin.record",
        "post.give", "personal_data.read", "audit.export", "roster.export", "roster.import",
        "policy.adopt",
    }  # fmt: skip
    assert named <= set(PACES)


@pytest.mark.parametrize("paces", [*PACES.values(), ANY_FORM])
def test_nobody_who_works_or_reads_by_hand_meets_a_pace(paces: Paces) -> None:
    """One act every two minutes for a whole day is always within it; so is a place of ten."""
    assert paces.person.seconds / paces.person.count <= 120
    assert paces.place.count >= 5 * paces.person.count
    assert paces.place.count / paces.place.seconds >= 5 * paces.person.count / paces.person.seconds


def test_a_neighbourhood_behind_one_address_signs_in_within_a_quarter_of_an_hour() -> None:
    place = PACES["sign_in"].place
    minutes = max(0, HOUSEHOLDS - place.count) * place.seconds / place.count / 60
    assert minutes < 15


@pytest.mark.usefixtures("database")
class TestCounting:
    @pytest.mark.parametrize("act", ["member.find", "delegation.grant", "audit.export"])
    async def test_a_person_goes_on_to_the_last_that_is_free_and_then_waits(self, act: str) -> None:
        person, pace = uuid4(), PACES[act].person
        for _ in range(pace.count):
            assert await counted(act, person, fresh_address(), at=NOW) == 0
        step = pace.seconds / pace.count
        wait = await counted(act, person, fresh_address(), at=NOW)
        assert wait == step
        assert await counted(act, person, fresh_address(), at=later(step - 0.5)) == 1
        assert await counted(act, person, fresh_address(), at=later(step)) == 0
        assert await counted(act, person, fresh_address(), at=later(step)) == step
        assert await counted(act, uuid4(), fresh_address(), at=NOW) == 0, "nobody else waits"
        assert await counted("visit.ask", person, fresh_address(), at=NOW) == 0, "nor for else"

    async def test_a_place_is_counted_over_all_who_come_from_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        few = Paces(Pace(2, 60), Pace(3, 60))
        monkeypatch.setattr("app.pacing.PACES", {"member.find": few})
        place = fresh_address()
        for _ in range(3):
            assert await counted("member.find", uuid4(), place, at=NOW) == 0
        assert await counted("member.find", uuid4(), place, at=NOW) == 20
        assert await counted("member.find", None, place, at=NOW) == 20
        assert await counted("member.find", None, fresh_address(), at=NOW) == 0

    async def test_the_whole_pace_is_there_again_after_its_time(self) -> None:
        key = str(uuid4())
        for _ in range(4):
            assert await wait_in_pace(key, 4, 60, at=NOW) == 0
        assert await wait_in_pace(key, 4, 60, at=NOW) == 15
        for _ in range(4):
            assert await wait_in_pace(key, 4, 60, at=later(60)) == 0
        assert await wait_in_pace(key, 4, 60, at=later(60)) == 15


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: Engine) -> Site:
    return await open_site(database)


def _example(site: Site, act: str) -> Door:
    """Return a route of an act that is counted, with the person whom it is for."""
    for door in site.doors("POST", "GET"):
        named = act_of(handlers(site.app)[door.method, door.route])
        if named is ACTS[act] and (door.method == "POST" or act in PAGES_TOO):
            return door
    raise LookupError(act)


@pytest.mark.parametrize("act", sorted(PACES))
async def test_each_act_is_counted_where_it_is_asked_for(
    site: Site, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over HTTP: two go, the third is told how long to wait, in kind words, and stores nothing."""
    none = Paces(Pace(2, 120), Pace(2, 120))
    monkeypatch.setattr("app.pacing.PACES", {act: none})
    door = _example(site, act)
    place = fresh_address()
    monkeypatch.setattr("app.pacing.address_of", lambda _connection: place)
    person = door.person.id if door.person else None
    for _ in range(2):
        assert await counted(act, person, place) == 0
    answer, stored = await site.send(door, headers={"accept": "text/html", "accept-language": "en"})
    assert answer.status_code == 429
    assert not stored
    assert 59 <= int(answer.headers["retry-after"]) <= 60
    assert "A little slower, please" in answer.text


async def test_a_page_is_not_counted_but_for_those_that_tell_of_people(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def noting(act: str, _person: UUID | None, _address: str | None) -> int:
        asked.append(act)
        return 0

    monkeypatch.setattr("app.pacing.counted", noting)
    for door in site.doors("GET"):
        await site.send(door)
    assert set(asked) == PAGES_TOO
    asked.clear()
    coordinator = site.hood.people[Role.COORDINATOR]
    door = Door("POST", "/rounds", "/rounds", coordinator)
    assert (await site.send(door, {"name": ""}))[0].status_code == 422
    assert asked == ["round.open"], "every form is counted"
