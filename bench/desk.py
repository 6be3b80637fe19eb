"""Measures the phone desk and the dashboard among 100,000 members and as many visits.

A fifth of them are elders, one in twenty is a volunteer; those have passbooks, the others none.

The rows are made by the database itself, of every state and spread over a year; the pages are the
app's own, asked as a signed-in operator or coordinator asks them. The floor of each look-up is the
same index asked by asyncpg alone.

    python -m bench.desk                100,000 members and visits
    python -m bench.desk --members 5000
"""

import argparse
import asyncio
import logging
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import httpx

import community
import timebank
from app import forgery, sessions
from app.main import create_app
from app.phone_desk import callers
from app.sessions import How
from bench.server import Server, running
from community import Actor, Member, Role
from ledger import MINUTE, CommunityId
from ledger import flows as book_flows
from timebank import figures
from timebank.figures.months import after, first_of, span

MEMBERS = """
INSERT INTO member (id, community_id, name, language, text_size, joined_at, phone, birth_date,
    grid_id, standing)
SELECT gen_random_uuid(), $1, '王' || n, 'zh', 'normal', now() - interval '2 years',
    '+86138' || lpad(n::text, 8, '0'), DATE '1930-01-01' + (n % 20000)::int,
    (SELECT id FROM area WHERE parent_id = $1 ORDER BY id OFFSET n % 16 LIMIT 1), 'active'
FROM generate_series(1, $2) AS n
"""
NUMBERED = """
CREATE TABLE numbered AS SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM member
WHERE community_id = $1
"""
ROLES = """
INSERT INTO member_role (id, community_id, member_id, role, area_id, since)
SELECT gen_random_uuid(), $1, id,
    CASE WHEN n % 20 < 4 THEN 'elder' WHEN n % 20 = 4 THEN 'volunteer' ELSE 'resident' END, $1,
    now() - interval '2 years' FROM numbered
"""
# Visits of a year up to two weeks ahead; those of the last days wait for a word.
VISITS = """
INSERT INTO visit (id, community_id, care_service_id, elder_id, volunteer_id, state, place, wishes,
    starts_at, minutes_booked, code, form_key, post_id, asked_at, checked_in_at, checked_out_at,
    minutes_measured, minutes_confirmed, confirm_due_at)
SELECT made.id, $1, care, elder.id, CASE WHEN state = 'requested' THEN NULL ELSE volunteer.id END,
    state, '凤池弄 12 号', '', starts_at, 60, '1234', gen_random_uuid(), gen_random_uuid(),
    starts_at - interval '1 day', CASE WHEN state IN ('finished', 'confirmed') THEN starts_at END,
    CASE WHEN state IN ('finished', 'confirmed') THEN starts_at + interval '50 minutes' END,
    CASE WHEN state IN ('finished', 'confirmed') THEN 50 END,
    CASE WHEN state = 'confirmed' THEN 50 END,
    CASE WHEN state IN ('finished', 'confirmed') THEN starts_at + interval '90 hours' END
FROM (
    SELECT gen_random_uuid() AS id, n, starts_at,
        (SELECT id FROM care_service WHERE community_id = $1 ORDER BY place_in_list
         OFFSET n % 12 LIMIT 1) AS care,
        CASE WHEN starts_at > now() THEN CASE WHEN n % 3 = 0 THEN 'requested' ELSE 'booked' END
            WHEN starts_at > now() - interval '12 hours' THEN 'finished'
            WHEN n % 20 = 0 THEN 'cancelled' ELSE 'confirmed' END AS state
    FROM (
        SELECT n, date_trunc('hour', now()) - interval '351 days'
            + n * interval '365 days' / $2 AS exact FROM generate_series(1, $2) AS n
    ) AS times, LATERAL (SELECT to_timestamp(floor(extract(epoch FROM exact) / 900) * 900)
        AS starts_at) AS rounded
) AS made
JOIN numbered AS elder ON elder.n = (made.n * 20 + made.n % 4) % $3
JOIN numbered AS volunteer ON volunteer.n = (made.n * 20 + 4) % $3
"""
HISTORY = """
INSERT INTO visit_history (community_id, visit_id, at, actor, state)
SELECT $1, visit.id, step.at, elder_id, step.state FROM visit CROSS JOIN LATERAL (
    VALUES (asked_at, 'requested'), (asked_at + interval '40 minutes', 'booked'),
        (checked_in_at, 'under_way'), (checked_out_at, 'finished')) AS step (at, state)
WHERE community_id = $1 AND step.at IS NOT NULL AND (volunteer_id IS NOT NULL OR step.state =
    'requested') ORDER BY step.at
"""
VOLUNTEERS = """
INSERT INTO volunteer (member_id, community_id, standing, since, languages)
SELECT id, $1, 'active', now() - interval '2 years', '{mandarin}' FROM numbered WHERE n % 20 = 4
"""
SKILLS = """
INSERT INTO volunteer_skill (member_id, community_id, care_service_id)
SELECT numbered.id, $1, care_service.id FROM numbered JOIN care_service
    ON care_service.community_id = $1 AND (numbered.n / 20 + place_in_list) % 6 = 0
WHERE n % 20 = 4
"""
ACCOUNTS = """
INSERT INTO account (id, community_id, unit, kind, owner, normal_side, floor)
SELECT gen_random_uuid(), $1, 'MINUTE', 'member', id, 'credit', NULL FROM numbered WHERE n % 20 < 5
"""
# Each confirmed visit is two transfers in the book, and each member was given ten hours.
TRANSFERS = """
INSERT INTO transfer (id, community_id, unit, kind, event_kind, event_id, actor, amount,
    debit_account, credit_account, debit_posted, debit_held, credit_posted, credit_held,
    effective_at, created_at)
SELECT gen_random_uuid(), $1, 'MINUTE', 'transfer', leg.event, leg.id, leg.id, leg.amount, debit,
    credit, 0, 0, 0, 0, leg.at, leg.at
FROM (
    SELECT 'opening_grant' AS event, owner AS id, 600 AS amount,
        (SELECT id FROM account WHERE community_id = $1 AND kind = 'issuance') AS debit,
        account.id AS credit, now() - interval '2 years' AS at
    FROM account WHERE community_id = $1 AND kind = 'member'
    UNION ALL
    SELECT 'visit', visit.id, 50, payer.id,
        (SELECT id FROM account WHERE community_id = $1 AND kind = 'escrow'), checked_out_at
    FROM visit JOIN account AS payer ON payer.owner = elder_id WHERE state = 'confirmed'
    UNION ALL
    SELECT 'visit', visit.id, 50,
        (SELECT id FROM account WHERE community_id = $1 AND kind = 'escrow'), payee.id,
        checked_out_at
    FROM visit JOIN account AS payee ON payee.owner = volunteer_id WHERE state = 'confirmed'
) AS leg ORDER BY at
"""
TOTALS = """
UPDATE account SET debits_posted = coalesce(out, 0), credits_posted = coalesce(came, 0)
FROM (SELECT id, (SELECT sum(amount) FROM transfer WHERE debit_account = account.id) AS out,
        (SELECT sum(amount) FROM transfer WHERE credit_account = account.id) AS came
      FROM account WHERE community_id = $1) AS found WHERE found.id = account.id
"""


@dataclass
class Timed:
    """How long a thing took, in milliseconds: the middle, nine of ten, and processor time.

    The last is of this program and of PostgreSQL together; it holds on a busy machine as well.
    """

    what: str
    median: float
    slow: float
    processor: float

    def line(self) -> str:
        """Return a line of the table."""
        return f"| {self.what} | {self.median:.1f} | {self.slow:.1f} | {self.processor:.1f} |"


async def timed(what: str, times: int, act: Callable[[], Awaitable[Any]], server: Server) -> Timed:
    """Do something so often, and say how long it took; the first time does not count."""
    await act()
    found = []
    used = time.process_time() + server.cpu_seconds()
    for _once in range(times):
        began = time.perf_counter()
        await act()
        found.append((time.perf_counter() - began) * 1000)
    used = (time.process_time() + server.cpu_seconds() - used) * 1000 / times
    slow = sorted(found)[int(len(found) * 0.9)]
    return Timed(what, statistics.median(found), slow, used)


async def fill(
    owner: asyncpg.Connection, members: int
) -> tuple[community.Community, Member, Member]:
    """Make the community, its members, visits and book; return it and two of the desk."""
    home = await community.add_community(code="bench", name="梧桐社区", desk_phone="0512-67001234")
    for number in range(16):
        await community.add_area(
            level=community.Level.GRID, code=f"g{number}", name=f"第{number}网格", below=home.id
        )
    await timebank.open_time_bank(home.id)
    operator = await community.add_member(
        community_id=home.id, name="周颖", roles=(Role.PHONE_OPERATOR,)
    )
    coordinator = await community.add_member(
        community_id=home.id, name="沈洁", roles=(Role.COORDINATOR,)
    )
    await owner.execute(MEMBERS, home.id, members)
    await owner.execute(NUMBERED.replace("$1", f"'{home.id}'"))
    await owner.execute("CREATE INDEX ON numbered (n)")
    for sql in (ROLES, VOLUNTEERS, SKILLS, ACCOUNTS):
        await owner.execute(sql, home.id)
    await owner.execute(VISITS, home.id, members, members)
    for sql in (HISTORY, TRANSFERS, TOTALS):
        await owner.execute(sql, home.id)
    await owner.execute("VACUUM ANALYZE")
    return home, operator, coordinator


async def client_of(app: Any, member: Member) -> tuple[httpx.AsyncClient, str]:
    """Return a client that is signed in as a member, and the token of its forms."""
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    client = httpx.AsyncClient(transport=transport, base_url="http://site.test")
    token = (await sessions.begin(member, How.DEMO, address=None)).token
    client.cookies.set(forgery.session_cookie(), token)
    held: Any = SimpleNamespace(cookies={forgery.session_cookie(): token})
    return client, forgery.bound_token(held) or ""


async def look_ups(server: Server, by: Actor, members: int, times: int) -> list[Timed]:
    """Measure finding who calls, beside the same index asked by asyncpg alone."""
    chance = random.Random(7)

    def number() -> str:
        return f"+86138{chance.randrange(1, members + 1):08d}"

    async def floor() -> None:
        row = await server.owner.fetchrow("SELECT id FROM member WHERE phone = $1", number())
        assert row is not None  # noqa: S101 (a benchmark of what works)

    async def exact() -> None:
        found = await community.found_by_phone(number(), community_id=by.community_id)
        assert found is not None  # noqa: S101 (the same)

    async def candidates() -> None:
        assert await callers.by_number(number(), by)  # noqa: S101 (the same)

    async def by_birth() -> None:
        day = datetime(1930, 1, 1, tzinfo=UTC).date() + timedelta(days=chance.randrange(20000))
        await callers.by_name("王", day, by)

    return [
        await timed("floor: the index alone, asyncpg", times, floor, server),
        await timed("who has this number", times, exact, server),
        await timed("who may be calling: household, kin, delegates", times, candidates, server),
        await timed("by name and birth date", times, by_birth, server),
    ]


async def pages(
    server: Server, two: tuple[Member, Member], members: int, times: int
) -> list[Timed]:
    """Measure the app's own pages, as they are answered to a browser."""
    app, (operator, coordinator) = create_app(), two
    logging.disable(logging.INFO)  # a line for each answer would bury the table
    at_desk, form = await client_of(app, operator)
    at_office, _form = await client_of(app, coordinator)
    chance, accept = random.Random(7), {"accept": "text/html"}

    async def found() -> None:
        phone = f"138{chance.randrange(1, members + 1):08d}"
        answer = await at_desk.post(
            "/calls/find", data={"phone": phone, "_csrf_token": form}, headers=accept
        )
        assert answer.status_code == 200, answer.status_code  # noqa: S101, PLR2004 (the same)
        assert "who-1" in answer.text  # noqa: S101 (the same)

    def page(client: httpx.AsyncClient, path: str) -> Callable[[], Awaitable[None]]:
        async def asked() -> None:
            answer = await client.get(path, headers=accept)
            assert answer.status_code == 200, (path, answer.status_code)  # noqa: S101, PLR2004

        return asked

    lines = [await timed("page: who is calling (POST /calls/find)", times, found, server)]
    for client, path in (
        (at_desk, "/calls"),
        (at_office, "/time-bank/figures"),
        (at_office, "/api/time-bank/figures"),
        (at_office, "/time-bank/figures/unspent"),
        (at_office, "/time-bank/reports"),
        (at_office, "/hand-overs"),
    ):
        lines.append(await timed(f"page: {path}", times, page(client, path), server))
    await at_desk.aclose()
    await at_office.aclose()
    return lines


async def statements(server: Server, by: Actor, times: int) -> list[Timed]:
    """Measure each statement of the dashboard, and the making of a report."""
    now, home = datetime.now(UTC), by.community_id
    place = await community.community(home)

    zone = ZoneInfo(place.time_zone)
    since, until = span(first_of(now, zone), zone)
    weeks, year = now - timedelta(weeks=4), now - timedelta(days=365)
    acts: list[tuple[str, int, Callable[[], Awaitable[Any]]]] = [
        ("demand of four weeks", times, lambda: figures.demand(home, since=weeks, until=now)),
        ("supply", times, lambda: figures.supply(home)),
        ("requests nobody took", times,
         lambda: figures.not_taken(home, since=now, until=now + timedelta(weeks=2))),
        ("response times of four weeks", times,
         lambda: figures.answering(home, since=weeks, until=now)),
        ("confirmations that wait", times, lambda: figures.waiting_confirmations(home, at=now)),
        ("unspent hours", times, lambda: figures.unspent(home, least=600, since=year)),
        ("flows of this month", times,
         lambda: book_flows(CommunityId(home), MINUTE, since=since, until=until)),
        ("a month's report, made and held against the book", 2,
         lambda: figures.make_report(after(first_of(now, zone), -1), by=by, at=now)),
    ]  # fmt: skip
    return [await timed(what, count, act, server) for what, count, act in acts]


def table(title: str, lines: list[Timed]) -> None:
    """Print a table."""
    print(f"\n{title}\n")
    print("| what | median, ms | nine of ten, ms | processor, ms |")
    print("| --- | --- | --- | --- |")
    for one in lines:
        print(one.line())


async def measure(server: Server, members: int, times: int) -> None:
    """Fill the database and print the tables."""
    home, operator, coordinator = await fill(server.owner, members)
    visits = await server.owner.fetchval("SELECT count(*) FROM visit")
    transfers = await server.owner.fetchval("SELECT count(*) FROM transfer")
    print(f"{members:,} members, {visits:,} visits, {transfers:,} transfers")
    by = Actor(coordinator.id, home.id, coordinator.roles)
    table("Finding who calls", await look_ups(server, by, members, times))
    table("Statements", await statements(server, by, max(5, times // 10)))
    await figures.make_due_reports(at=datetime.now(UTC))
    table("Pages", await pages(server, (operator, coordinator), members, max(5, times // 10)))


async def main(members: int, times: int) -> None:
    """Measure on one server of the benchmark's own."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        async with running(Path(folder) / "var", pool=4, keep=False) as server:
            await measure(server, members, times)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=200)
    given = parser.parse_args()
    asyncio.run(main(given.members, given.times))
