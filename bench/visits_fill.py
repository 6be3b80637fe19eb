"""Fills a community with visits that are over, and with requests that are to be booked.

Visits come in turns; in each turn every elder and every volunteer have one. Each visit was booked,
confirmed and passed on before the next was booked, so what an account holds after each transfer
follows from the visit's number alone, and `linli verify` finds the book right. Foreign keys are not
looked at for each row meanwhile: they hold by the way the rows are made.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

import asyncpg

import community
import timebank
from app import forgery, sessions
from community import Member, Role

PEOPLE: Final = 500
"""Elders, and as many volunteers."""
MINUTES: Final = 30
YEARS: Final = 5

_NUMBERED = """
CREATE UNLOGGED TABLE filled AS
SELECT n, uuidv7() AS visit, uuidv7() AS hold, uuidv7() AS journal, uuidv7() AS post,
    uuidv7() AS pass, elder.id AS elder, elder.account AS payer, volunteer.id AS volunteer,
    volunteer.account AS payee, n / {people} AS turn,
    to_timestamp((extract(epoch FROM now() - interval '{years} years')::bigint / 1800
        + (n / {people}) * greatest(1, {years} * 365 * 47 / (1 + {visits} / {people}))) * 1800)
        AS begins
FROM generate_series(0, {visits} - 1) AS n
JOIN person AS elder ON elder.elder AND elder.place = n % {people}
JOIN person AS volunteer ON NOT volunteer.elder
    AND volunteer.place = (n + n / {people}) % {people}
ORDER BY n
"""
_PERSON = """
CREATE UNLOGGED TABLE person AS
SELECT member.id, account.id AS account, role = 'elder' AS elder,
    row_number() OVER (PARTITION BY role ORDER BY member.id) - 1 AS place
FROM member JOIN member_role ON member_id = member.id AND role IN ('elder', 'volunteer')
JOIN account ON owner = member.id AND kind = 'member'
"""
# What one visit leaves in each table, in the order in which the rows are written.
_ROWS = (
    """INSERT INTO visit (id, community_id, care_service_id, elder_id, volunteer_id, state, place,
        starts_at, minutes_booked, code, form_key, post_id, asked_at, checked_in_at, checked_out_at,
        minutes_measured, minutes_confirmed, confirm_due_at)
    SELECT visit, $1, $2, elder, volunteer, 'confirmed', '凤池弄 12 号', begins, {minutes}, '1234',
        gen_random_uuid(), journal, begins - interval '2 days', begins,
        begins + interval '{minutes} minutes', {minutes}, {minutes}, begins + interval '3 days'
    FROM filled ORDER BY n""",
    """INSERT INTO visit_history (community_id, visit_id, at, state, actor, minutes)
    SELECT $1, visit, begins + step.after, step.state, CASE WHEN step.by_elder THEN elder
        ELSE volunteer END, step.minutes
    FROM filled CROSS JOIN LATERAL (VALUES
        (1, interval '-2 days', 'requested', true, NULL),
        (2, interval '-1 day', 'booked', false, NULL),
        (3, interval '0', 'under_way', false, NULL),
        (4, interval '{minutes} minutes', 'finished', false, {minutes}),
        (5, interval '1 hour', 'confirmed', true, {minutes})
    ) AS step (place, after, state, by_elder, minutes)
    WHERE $2::uuid IS NOT NULL ORDER BY n, step.place""",
    """INSERT INTO audit_event (area_id, actor, act, subject_kind, subject_id, details, at)
    SELECT $1, CASE WHEN step.act = 'visit.accept' THEN volunteer ELSE elder END, step.act,
        'visit', visit, jsonb_build_object('at', begins), begins + step.after
    FROM filled CROSS JOIN LATERAL (VALUES
        (1, interval '-1 day', 'visit.accept'), (2, interval '1 hour', 'visit.confirm')
    ) AS step (place, after, act) WHERE $2::uuid IS NOT NULL ORDER BY n, step.place""",
    """INSERT INTO volunteer_quarter (community_id, volunteer_id, quarter, visit_id)
    SELECT $1, volunteer, begins + quarter * interval '15 minutes', visit
    FROM filled CROSS JOIN generate_series(0, {minutes} / 15 - 1) AS quarter
    WHERE $2::uuid IS NOT NULL ORDER BY n, quarter""",
    """INSERT INTO message (id, community_id, member_id, kind, fill, link, created_at, spread_at,
        read_at)
    SELECT uuidv7(), $1, CASE WHEN step.kind = 'visit.accepted' THEN elder ELSE volunteer END,
        step.kind, jsonb_build_object('volunteer', '志愿者', 'elder', '长者',
            'minutes', {minutes}, 'at', begins, 'help_zh', '助餐', 'help_en', 'Meals'),
        '/time-bank/visits/' || visit::text, begins, begins, begins
    FROM filled CROSS JOIN (VALUES ('visit.accepted'), ('visit.confirmed')) AS step (kind)
    WHERE $2::uuid IS NOT NULL ORDER BY n""",
    """INSERT INTO visit_hold (hold_id, community_id, visit_id, place, payer, account, minutes,
        passed, held_at)
    SELECT hold, $1, visit, 1, 'own', payer, {minutes}, {minutes}, begins - interval '1 day'
    FROM filled WHERE $2::uuid IS NOT NULL ORDER BY n""",
    """INSERT INTO transfer (id, community_id, unit, kind, event_kind, event_id, actor, amount,
        debit_account, credit_account, "of", journal_id, leg, debit_posted, debit_held,
        credit_posted, credit_held, effective_at, created_at)
    SELECT leg.id, $1, 'MINUTE', leg.kind::transfer_kind, 'visit', visit,
        CASE WHEN leg.place = 1 THEN volunteer ELSE elder END, {minutes}, leg.debit, leg.credit,
        leg."of", leg.journal, leg.leg, leg.debit_posted, leg.debit_held, leg.credit_posted, 0,
        begins + leg.after, begins + leg.after
    FROM filled CROSS JOIN (SELECT id AS escrow FROM account WHERE kind = 'escrow') AS own
    CROSS JOIN LATERAL (VALUES
        (1, hold, 'hold', payer, escrow, NULL, NULL, 1, {grant} - turn * {minutes}, {minutes}, 0,
            interval '-1 day'),
        (2, post, 'post', payer, escrow, hold, journal, 1, {grant} - (turn + 1) * {minutes}, 0,
            {minutes}, interval '1 hour'),
        (3, pass, 'transfer', escrow, payee, NULL, journal, 2, 0, 0, (turn + 1) * {minutes},
            interval '1 hour')
    ) AS leg (place, id, kind, debit, credit, "of", journal, leg, debit_posted, debit_held,
        credit_posted, after)
    WHERE $2::uuid IS NOT NULL ORDER BY n, leg.place""",
    """UPDATE account SET debits_posted = debits_posted + moved.out,
        credits_posted = credits_posted + moved.back
    FROM (
        SELECT payer AS id, count(*) * {minutes} AS out, 0 AS back FROM filled GROUP BY payer
        UNION ALL SELECT payee, 0, count(*) * {minutes} FROM filled GROUP BY payee
        UNION ALL SELECT account.id, count(*) * {minutes}, count(*) * {minutes}
            FROM filled CROSS JOIN account WHERE kind = 'escrow' GROUP BY account.id
    ) AS moved WHERE account.id = moved.id AND $1::uuid <> $2::uuid""",
    """INSERT INTO earner (member_id, community_id)
    SELECT DISTINCT volunteer, $1::uuid FROM filled WHERE $2::uuid IS NOT NULL""",
    """INSERT INTO earned_day (community_id, member_id, day, minutes)
    SELECT $1, volunteer, begins::date, count(*) * {minutes} FROM filled
    WHERE $2::uuid IS NOT NULL GROUP BY volunteer, begins::date""",
)
# From the day after tomorrow on, another half-hour for each.
_REQUESTS = """
INSERT INTO visit (id, community_id, care_service_id, elder_id, state, place, starts_at,
    minutes_booked, code, form_key, post_id, asked_at)
SELECT uuidv7(), $1, $2, id, 'requested', '凤池弄 12 号',
    date_trunc('day', now()) + interval '2 days' + turn * interval '30 minutes', {minutes}, '1234',
    gen_random_uuid(), uuidv7(), now()
FROM person CROSS JOIN generate_series(0, $4 - 1) AS turn WHERE elder AND place < $3
RETURNING id, elder_id
"""


@dataclass
class Client:
    """One who books and one who confirms, signed in, and the requests that are theirs."""

    volunteer: UUID
    elder: UUID
    cookies: dict[str, str]
    forms: dict[str, str]
    requests: list[UUID]


async def fill(
    owner: "asyncpg.Connection[asyncpg.Record]", *, visits: int, clients: int, requests: int
) -> list[Client]:
    """Make the community with so many visits that are over, and requests for each client."""
    home = await community.add_community(code="bench", name="梧桐社区", desk_phone="0512-67001234")
    await timebank.open_time_bank(home.id)
    service = next(iter(await timebank.care_services(home.id)))
    grant = (visits // PEOPLE + 1 + requests) * MINUTES
    people: dict[UUID, Member] = {}
    for number in range(PEOPLE):
        for role, name in ((Role.ELDER, "长者"), (Role.VOLUNTEER, "志愿者")):
            one = await community.add_member(
                community_id=home.id, name=f"{name} {number}", roles=(role,)
            )
            people[one.id] = one
            if role is Role.ELDER:
                await timebank.opening_grant(one.id, grant, community_id=home.id)
            else:
                await timebank.member_account(one.id, community_id=home.id)
    await owner.execute(_PERSON)
    sizes = {"people": PEOPLE, "years": YEARS, "visits": visits}
    async with owner.transaction():
        await owner.execute("SET LOCAL session_replication_role = replica")
        await owner.execute("SET LOCAL synchronous_commit = off")
        await owner.execute(_NUMBERED.format(**sizes))
        for rows in _ROWS:
            await owner.execute(rows.format(minutes=MINUTES, grant=grant), home.id, service.id)
    asked = await owner.fetch(
        _REQUESTS.format(minutes=MINUTES), home.id, service.id, clients, requests
    )
    pairs = await owner.fetch(
        "SELECT elder.id AS elder, volunteer.id AS volunteer FROM person AS elder"
        " JOIN person AS volunteer USING (place)"
        " WHERE elder.elder AND NOT volunteer.elder AND place < $1",
        clients,
    )
    made = [
        await _client(people[pair["elder"]], people[pair["volunteer"]], asked) for pair in pairs
    ]
    await owner.execute("DROP TABLE filled, person")
    await owner.execute("VACUUM ANALYZE")
    return made


async def _client(elder: Member, volunteer: Member, asked: list[asyncpg.Record]) -> Client:
    cookies, forms = {}, {}
    for side, member in (("book", volunteer), ("confirm", elder)):
        token = (await sessions.begin(member, sessions.How.DEMO, address=None)).token
        held: Any = SimpleNamespace(cookies={forgery.session_cookie(): token})
        cookies[side] = f"{forgery.session_cookie()}={token}"
        forms[side] = forgery.bound_token(held) or ""
    mine = [row["id"] for row in asked if row["elder_id"] == elder.id]
    return Client(volunteer.id, elder.id, cookies, forms, mine)


async def finish(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Let every booked visit have taken place, so that it waits for its elder's word."""
    await owner.execute(
        "UPDATE visit SET state = 'finished', starts_at = starts_at - interval '60 days',"
        " checked_in_at = starts_at - interval '60 days',"
        " checked_out_at = starts_at - interval '60 days' + minutes_booked * interval '1 minute',"
        " minutes_measured = minutes_booked, confirm_due_at = $1 WHERE state = 'booked'",
        datetime.now(UTC).replace(year=datetime.now(UTC).year + 1),
    )
