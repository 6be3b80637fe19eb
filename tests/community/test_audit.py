"""The audit trail on a real database: nobody edits it, and whoever watches finds what they seek."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
import pytest

import community
import ledger
from app.database import Engine
from community import Actor, Role, TrailSearch
from tests.trail import watching

pytestmark = pytest.mark.usefixtures("database")

COLUMNS = {
    "seq": "DEFAULT",
    "at": "now()",
    "area_id": "gen_random_uuid()",
    "actor": "gen_random_uuid()",
    "on_behalf_of": "gen_random_uuid()",
    "consent_id": "gen_random_uuid()",
    "act": "'x'",
    "subject_kind": "'x'",
    "subject_id": "gen_random_uuid()",
    "details": "'{}'",
    "before": "'{}'",
    "after": "'{}'",
    "address": "'10.0.0.1'",
}


async def settle(name: str = "凤池社区", below: uuid.UUID | None = None) -> community.Community:
    code = f"t-{uuid.uuid4().hex[:12]}"
    return await community.add_community(code=code, name=name, below=below)


async def join(place: uuid.UUID, name: str, *roles: Role) -> Actor:
    member = await community.add_member(community_id=place, name=name, roles=roles)
    return Actor(member.id, place, member.roles)


async def note(by: Actor, act: str = "test.act", **more: object) -> None:
    """Let somebody do something to themselves, or to whom `subject_id` names."""
    given = {"subject_kind": "member", "subject_id": by.member_id, **more}
    async with ledger.transaction():
        await community.record(act, by=by, **given)  # type: ignore[arg-type]  # a test's own


async def test_every_column_is_tried_below(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'audit_event'"
    )
    assert {row[0] for row in rows} == set(COLUMNS)


@pytest.mark.parametrize("column", COLUMNS)
async def test_the_app_cannot_change_a_column(database: Engine, column: str) -> None:
    await settle()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database._run_in_pool(f"UPDATE audit_event SET {column} = {COLUMNS[column]}")  # noqa: SLF001 (any statement, as the app's role)


@pytest.mark.parametrize("column", COLUMNS)
async def test_nor_can_the_owner_by_mistake(owner: asyncpg.Connection, column: str) -> None:
    await settle()
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="history only grows"):
        await owner.execute(f"UPDATE audit_event SET {column} = {COLUMNS[column]}")


@pytest.mark.parametrize("sql", ["DELETE FROM audit_event", "TRUNCATE audit_event"])
async def test_nobody_removes_an_event(
    database: Engine, owner: asyncpg.Connection, sql: str
) -> None:
    await settle()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database._run_in_pool(sql)  # noqa: SLF001 (as the app's role)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="history only grows"):
        await owner.execute(sql)
    async with owner.transaction():  # nor in a session that turns ordinary triggers off
        await owner.execute("SET LOCAL session_replication_role = replica")
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="history only grows"):
            async with owner.transaction():
                await owner.execute(sql)


@pytest.mark.parametrize(("column", "value"), [("seq", "1"), ("at", "now() - interval '1 year'")])
async def test_the_app_chooses_neither_an_event_s_number_nor_its_moment(
    database: Engine, column: str, value: str
) -> None:
    place = await settle()
    for overriding in ("OVERRIDING SYSTEM VALUE", "OVERRIDING USER VALUE"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database._run_in_pool(  # noqa: SLF001 (as the app's role)
                f"INSERT INTO audit_event (area_id, actor, act, subject_kind, subject_id, {column})"
                f" {overriding} SELECT '{place.id}'::uuid, '{place.id}'::uuid, 'x', 'x',"
                f" '{place.id}'::uuid, {value}"
            )
    for sql in (
        "SELECT setval(pg_get_serial_sequence('audit_event', 'seq'), 1)",
        "ALTER TABLE audit_event ALTER COLUMN seq DROP IDENTITY",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database._run_in_pool(sql)  # noqa: SLF001 (as the app's role)


async def test_an_act_for_another_names_the_consent_it_rests_on() -> None:
    place = await settle()
    one = await join(place.id, "李明", Role.VOLUNTEER)
    with pytest.raises(asyncpg.CheckViolationError):
        await note(Actor(one.member_id, place.id, on_behalf_of=uuid.uuid4()))
    consent = uuid.uuid4()
    by = Actor(one.member_id, place.id, address="2001:db8::7").acting_for(uuid.uuid4(), consent)
    await note(by, before={"phone": "138****5678"}, after={"phone": None})
    (event, *_) = await community.audit_events(place.id)
    assert (event.on_behalf_of, event.consent_id) == (by.on_behalf_of, consent)
    assert (event.before, event.after) == ({"phone": "138****5678"}, {"phone": None})
    assert event.address == "2001:db8::7"


@dataclass
class Watched:
    """A street with two communities, a coordinator in each, and an auditor of the first."""

    first: community.Community
    second: community.Community
    street: community.Area
    auditor: Actor
    one: Actor
    other: Actor


@pytest.fixture
async def watched() -> Watched:
    street = await community.add_area(
        level=community.Level.STREET, code=uuid.uuid4().hex[:12], name="平江街道"
    )
    first, second = await settle("凤池社区", street.id), await settle("梧桐社区", street.id)
    return Watched(
        first,
        second,
        street,
        auditor=await join(first.id, "唐雅琴", Role.AUDITOR),
        one=await join(first.id, "沈洁", Role.COORDINATOR),
        other=await join(second.id, "沈洁", Role.COORDINATOR),
    )


async def test_a_watcher_reads_where_the_role_holds_and_below(
    watched: Watched, owner: asyncpg.Connection
) -> None:
    grid = await community.add_area(
        level=community.Level.GRID, code="g1", name="第一网格", below=watched.first.id
    )
    assert set(await community.watched_areas(watched.auditor)) == {watched.first.id, grid.id}
    assert await community.watched_areas(watched.one) == ()
    await owner.execute(
        "UPDATE member_role SET area_id = $1 WHERE member_id = $2",
        watched.street.id,
        watched.auditor.member_id,
    )
    everywhere = {watched.street.id, watched.first.id, watched.second.id, grid.id}
    assert set(await community.watched_areas(watched.auditor)) == everywhere
    await owner.execute(
        "UPDATE member_role SET until = now() WHERE member_id = $1", watched.auditor.member_id
    )
    assert await community.watched_areas(watched.auditor) == ()


async def test_a_search_finds_by_who_what_whom_and_when(watched: Watched) -> None:
    for by in (watched.one, watched.other):
        for act in ("test.one", "test.two", "test.one"):
            await note(by, act)
    consent = uuid.uuid4()
    await note(watched.one.acting_for(watched.auditor.member_id, consent), "test.for")
    here = (watched.first.id,)

    async def found(search: TrailSearch, areas: tuple[uuid.UUID, ...] = here) -> list[str]:
        return [event.act for event in await community.search_trail(areas, search, size=4)]

    one = watched.one.member_id
    assert await found(TrailSearch()) == ["test.for", "test.one", "test.two", "test.one"]
    assert await found(TrailSearch(acts=("test.one",))) == ["test.one"] * 2
    assert await found(TrailSearch(acts=("test.one", "test.two"), actors=(one,))) == [
        "test.one", "test.two", "test.one",
    ]  # fmt: skip
    assert await found(TrailSearch(actors=(watched.other.member_id,))) == []
    assert await found(TrailSearch(principals=(watched.auditor.member_id,))) == ["test.for"]
    assert await found(TrailSearch(subjects=(watched.auditor.member_id,))) == [
        "role.grant", "member.add",
    ]  # fmt: skip
    both = (watched.first.id, watched.second.id)
    assert await found(TrailSearch(acts=("test.two",)), both) == ["test.two"] * 2
    assert await found(TrailSearch(subjects=(one, watched.other.member_id)), both) == [
        "test.for", "test.one", "test.two", "test.one",
    ]  # fmt: skip
    assert await found(TrailSearch(), ()) == []
    named = await community.members_called("沈洁", both)
    assert set(named) == {one, watched.other.member_id}
    assert await community.members_called("沈", both) == ()


async def test_a_span_of_time_includes_its_beginning_and_not_its_end(watched: Watched) -> None:
    await note(watched.one)
    (event,) = await community.search_trail((watched.first.id,), TrailSearch(), size=1)
    moment, tick = event.at, timedelta(microseconds=1)

    async def seen(since: datetime, until: datetime) -> bool:
        search = TrailSearch(since=since, until=until)
        return event in await community.search_trail((watched.first.id,), search)

    assert await seen(moment, moment + tick)
    assert not await seen(moment + tick, moment + tick * 2)
    assert not await seen(moment - tick, moment)


async def test_pages_follow_one_another_without_gap_or_repeat(watched: Watched) -> None:
    areas = (watched.first.id, watched.second.id)
    for turn in range(12):
        await note((watched.one, watched.other)[turn % 2])
    for search in (TrailSearch(), TrailSearch(acts=("test.act", "member.add", "role.grant"))):
        whole = await community.search_trail(areas, search, size=1000)
        paged: list[community.AuditEvent] = []
        before = None
        while page := await community.search_trail(areas, search, before=before, size=5):
            paged += page
            before = page[-1].seq
        assert paged == whole
        assert [event.seq for event in whole] == sorted((e.seq for e in whole), reverse=True)
        assert len(whole) >= 12


async def test_a_trail_tells_names_and_leads_to_the_consent(
    watched: Watched, owner: asyncpg.Connection
) -> None:
    consent = uuid.uuid4()
    await owner.execute(
        "INSERT INTO consent (id, community_id, member_id, channel, words, language, witness_id,"
        " recorded_by, given_at) VALUES ($1, $2, $3, 'phone', '我同意', 'zh', $4, $4,"
        " now() - interval '1 day')",
        consent,
        watched.first.id,
        watched.auditor.member_id,
        watched.one.member_id,
    )
    await note(watched.one.acting_for(watched.auditor.member_id, consent))
    events = await community.search_trail((watched.first.id,), TrailSearch(), size=1)
    names = await community.trail_names(events)
    assert names == {
        watched.one.member_id: "沈洁",
        watched.auditor.member_id: "唐雅琴",
        watched.first.id: "凤池社区",
    }
    seen = await community.seen_consent(consent, (watched.first.id,))
    assert seen
    assert (seen.words, seen.member_name, seen.witness_name) == ("我同意", "唐雅琴", "沈洁")
    assert await community.seen_consent(consent, (watched.second.id,)) is None


async def test_typed_words_stand_beside_the_event_and_cannot_be_added_or_changed_later(
    watched: Watched, database: Engine, owner: asyncpg.Connection
) -> None:
    await note(watched.one, details={"why": "王阿姨说的", "minutes": 5})
    await note(watched.one)
    later, first = await community.audit_events(watched.first.id, size=2)
    assert first.details == {"why": "王阿姨说的", "minutes": 5}
    bare = await owner.fetchval("SELECT details::text FROM audit_event WHERE seq = $1", first.seq)
    assert "王阿姨" not in bare
    for sql in (
        f"UPDATE audit_words SET words = '{{}}' WHERE seq = {first.seq}",
        f'UPDATE audit_words SET words = \'{{"why": "x"}}\' WHERE seq = {first.seq}',
        f"INSERT INTO audit_words (seq, words) VALUES ({later.seq}, '{{}}')",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="history only grows"):
            await database._run_in_pool(sql)  # noqa: SLF001 (as the app's role)
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="history only grows"):
            await owner.execute(sql)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database._run_in_pool("DELETE FROM audit_words")  # noqa: SLF001 (as the app's role)
    for sql in ("DELETE FROM audit_words", "TRUNCATE audit_words"):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="history only grows"):
            await owner.execute(sql)
    found = await community.search_trail((watched.first.id,), TrailSearch(), size=2)
    assert found == [later, first]
    assert first in await community.own_trail([watched.one.member_id])


async def test_the_watch_sees_a_change_without_an_event(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What every test relies on: inserts, updates and deletes are seen, exempt tables let be."""
    name = f"UPDATE member SET name = name WHERE id = '{watched.one.member_id}'"

    async def change(*statements: str, act: bool = False) -> None:
        async with ledger.transaction() as opened:
            for sql in statements:
                await opened.connection.execute(sql)
            if act:
                await community.record(
                    "test.act",
                    by=watched.one,
                    subject_kind="member",
                    subject_id=watched.one.member_id,
                )

    with watching(monkeypatch) as seen:
        await change("SELECT 1")
        await change(name, act=True)
        await change("INSERT INTO request_pace (key, level_until) VALUES ('x', now())")
        assert seen.unaccounted == []
        await change(name)
        assert seen.unaccounted == [frozenset({"member"})]
        await change("DELETE FROM request_pace WHERE key = 'x'", name, act=True)
        with pytest.raises(asyncpg.DivisionByZeroError):
            await change(name, "SELECT 1/0")
        assert len(seen.unaccounted) == 1
        assert len(seen.seen) == 4
