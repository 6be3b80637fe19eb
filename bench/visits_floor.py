"""The floor of the visits: a bare Litestar app that writes the same rows and does nothing else.

    python -m bench.visits_floor PORT

Two routes, each one transaction through an asyncpg pool of the program's own size and settings,
behind the same server with one worker. Nobody is signed in, no rule is looked at, nothing is read
that need not be, no page is made. Its book is right too: `linli verify` says so.
"""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

import asyncpg
from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from litestar import Litestar, Request, Response, post
from litestar.datastructures import State
from litestar.params import FromPath

from app.database import connection_settings, pool_settings

LINK: Final = "/time-bank/visits/"
_WRITE_DOWN: Final = (
    "INSERT INTO visit_history (community_id, visit_id, at, state, actor, minutes)"
    " VALUES ($1, $2, now(), $3, $4, $5)"
)
_RECORD: Final = (
    "INSERT INTO audit_event (area_id, actor, act, subject_kind, subject_id, details, address)"
    " VALUES ($1, $2, $3, 'visit', $4, jsonb_build_object('at', now()), '127.0.0.1')"
)
_READ: Final = (
    "UPDATE message SET read_at = clock_timestamp()"
    " WHERE member_id = $1 AND link = $2 AND read_at IS NULL"
)
_TELL: Final = (
    "INSERT INTO message (id, community_id, member_id, kind, fill, link)"
    " VALUES (uuidv7(), $1, $2, $3, jsonb_build_object('minutes', $4::int, 'at', now(),"
    " 'volunteer', '志愿者', 'help_zh', '助餐', 'help_en', 'Meals'), $5)"
)
_BOOKED: Final = (
    "UPDATE visit SET state = 'booked', volunteer_id = $2 WHERE id = $1 AND state = 'requested'"
    " RETURNING community_id, elder_id, starts_at, minutes_booked"
)
_QUARTERS: Final = (
    "INSERT INTO volunteer_quarter (community_id, volunteer_id, quarter, visit_id)"
    " SELECT $1, $2, generate_series($3::timestamptz, $3::timestamptz"
    " + ($4::int - 15) * interval '1 minute', interval '15 minutes'), $5"
)
_HOLD: Final = (
    "UPDATE account SET"
    " debits_pending = debits_pending + CASE WHEN kind = 'member' THEN $3::int ELSE 0 END,"
    " credits_pending = credits_pending + CASE WHEN kind = 'escrow' THEN $3::int ELSE 0 END"
    " WHERE community_id = $1 AND unit = 'MINUTE'"
    " AND (kind = 'member' AND owner = $2 OR kind = 'escrow' AND owner IS NULL)"
    " RETURNING id, kind, credits_posted - debits_posted AS posted, debits_pending AS held"
)
_HELD: Final = (
    "INSERT INTO transfer (id, community_id, unit, kind, event_kind, event_id, actor, amount,"
    " debit_account, credit_account, debit_posted, debit_held, credit_posted, credit_held)"
    " VALUES (uuidv7(), $1, 'MINUTE', 'hold', 'visit', $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    " RETURNING id"
)
_CONFIRMED: Final = (
    "UPDATE visit SET state = 'confirmed', minutes_confirmed = minutes_measured WHERE id = $1"
    " AND state = 'finished'"
    " RETURNING community_id, volunteer_id, minutes_confirmed, post_id, checked_in_at::date AS day"
)
_MOVE: Final = (
    "UPDATE account SET"
    " debits_pending = debits_pending - CASE WHEN owner = $2 THEN $4::int ELSE 0 END,"
    " credits_pending = credits_pending - CASE WHEN kind = 'escrow' THEN $4::int ELSE 0 END,"
    " debits_posted = debits_posted + CASE WHEN owner = $3 THEN 0 ELSE $4::int END,"
    " credits_posted = credits_posted + CASE WHEN owner = $2 THEN 0 ELSE $4::int END"
    " WHERE community_id = $1 AND unit = 'MINUTE'"
    " AND (kind = 'member' AND owner IN ($2, $3) OR kind = 'escrow' AND owner IS NULL)"
    " RETURNING id, kind, owner, credits_posted - debits_posted AS posted, debits_pending AS held"
)
_MOVED: Final = (
    "INSERT INTO transfer (id, community_id, unit, kind, event_kind, event_id, actor, amount,"
    ' debit_account, credit_account, "of", journal_id, leg, debit_posted, debit_held,'
    " credit_posted, credit_held) SELECT uuidv7(), $1, 'MINUTE', kind::transfer_kind, 'visit', $2,"
    ' $3, $4::bigint, debit, credit, "of", $8, leg, debit_posted, debit_held, credit_posted,'
    " credit_held FROM (VALUES (1, 'post', $5::uuid, $6::uuid, $7::uuid, $9::bigint, $10::bigint,"
    " $11::bigint + $4::bigint, $12::bigint), (2, 'transfer', $6, $13::uuid, NULL, $11, $12,"
    ' $14::bigint, $15::bigint)) AS side (leg, kind, debit, credit, "of", debit_posted,'
    " debit_held, credit_posted, credit_held) ORDER BY leg"
)


@post("/{visit_id:uuid}/book/{volunteer_id:uuid}", status_code=204)
async def book(state: State, visit_id: FromPath[UUID], volunteer_id: FromPath[UUID]) -> None:
    """Write what a booking writes."""
    async with state.pool.acquire() as connection, connection.transaction():
        visit = await connection.fetchrow(_BOOKED, visit_id, volunteer_id)
        home, elder, minutes = visit["community_id"], visit["elder_id"], visit["minutes_booked"]
        link = f"{LINK}{visit_id}"
        await connection.execute(_WRITE_DOWN, home, visit_id, "booked", volunteer_id, None)
        await connection.execute(_RECORD, home, volunteer_id, "visit.accept", visit_id)
        await connection.execute(
            _QUARTERS, home, volunteer_id, visit["starts_at"], minutes, visit_id
        )
        await connection.execute(_READ, elder, link)
        await connection.execute(_TELL, home, elder, "visit.accepted", minutes, link)
        own, escrow = _by_kind(await connection.fetch(_HOLD, home, elder, minutes))
        hold = await connection.fetchval(
            _HELD, home, visit_id, volunteer_id, minutes, own["id"], escrow["id"], own["posted"],
            own["held"], escrow["posted"], escrow["held"],
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO open_hold (hold_id, community_id, debit_account) VALUES ($1, $2, $3)",
            hold, home, own["id"],
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO visit_hold (hold_id, community_id, visit_id, place, payer, account,"
            " minutes, held_at) VALUES ($1, $2, $3, 1, 'own', $4, $5, now())",
            hold, home, visit_id, own["id"], minutes,
        )  # fmt: skip


@post("/{visit_id:uuid}/confirm/{elder_id:uuid}", status_code=204)
async def confirm(state: State, visit_id: FromPath[UUID], elder_id: FromPath[UUID]) -> None:
    """Write what a confirmation writes."""
    async with state.pool.acquire() as connection, connection.transaction():
        visit = await connection.fetchrow(_CONFIRMED, visit_id)
        home, volunteer = visit["community_id"], visit["volunteer_id"]
        minutes, link = visit["minutes_confirmed"], f"{LINK}{visit_id}"
        await connection.execute(_WRITE_DOWN, home, visit_id, "confirmed", elder_id, minutes)
        await connection.execute(_RECORD, home, elder_id, "visit.confirm", visit_id)
        await connection.execute(_READ, elder_id, link)
        await connection.execute(_READ, volunteer, link)
        await connection.execute(_TELL, home, volunteer, "visit.confirmed", minutes, link)
        hold = await connection.fetchval(
            "UPDATE visit_hold SET passed = minutes WHERE visit_id = $1 RETURNING hold_id", visit_id
        )
        await connection.execute(
            "INSERT INTO earner (member_id, community_id) VALUES ($1, $2)"
            " ON CONFLICT ON CONSTRAINT earner_pkey DO UPDATE SET community_id = $2",
            volunteer, home,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO earned_day (community_id, member_id, day, minutes) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT ON CONSTRAINT one_count_a_day"
            " DO UPDATE SET minutes = earned_day.minutes + $4",
            home, volunteer, visit["day"], minutes,
        )  # fmt: skip
        rows = await connection.fetch(_MOVE, home, elder_id, volunteer, minutes)
        payee = next(row for row in rows if row["owner"] == volunteer)
        payer, escrow = _by_kind([row for row in rows if row is not payee])
        await connection.execute(
            _MOVED, home, visit_id, elder_id, minutes, payer["id"], escrow["id"], hold,
            visit["post_id"], payer["posted"], payer["held"], escrow["posted"], escrow["held"],
            payee["id"], payee["posted"], payee["held"],
        )  # fmt: skip
        await connection.execute("DELETE FROM open_hold WHERE hold_id = $1", hold)


def _by_kind(rows: list[Any]) -> tuple[Any, Any]:
    """Return the member's account and the escrow."""
    first, second = rows
    return (first, second) if first["kind"] == "member" else (second, first)


@asynccontextmanager
async def pooled(app: Litestar) -> AsyncGenerator[None, None]:
    """Hold the pool for as long as the floor serves."""
    async with asyncpg.create_pool(**connection_settings(), **pool_settings()) as pool:
        app.state.pool = pool
        yield


def failed(_request: Request[Any, Any, Any], error: asyncpg.PostgresError) -> Response[str]:
    """Say what went wrong: a floor that fails measures nothing."""
    print(error, flush=True)
    return Response(str(error), status_code=500)


def create_app() -> Litestar:
    """Build the floor."""
    return Litestar(
        [book, confirm],
        lifespan=[pooled],
        exception_handlers={asyncpg.PostgresError: failed},
        openapi_config=None,
        logging_config=None,
    )


if __name__ == "__main__":
    Granian(
        "bench.visits_floor:create_app",
        factory=True,
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=1,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()
