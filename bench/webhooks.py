"""Measures webhooks: payments that Stripe tells of, applied in a second, over the bare route.

    python -m bench.webhooks                    1,000 messages a round, three rounds
    python -m bench.webhooks --messages 200

Each message is a payment of a gift of its own, for one drive: the hot account. It is signed and
posted to the app's own route; the floor is a bare Litestar route that writes the same rows through
asyncpg in one transaction and checks nothing. Both are called within this process by as many
clients, without a network, in alternating rounds; so the client's own work counts on both sides.
"""

import argparse
import asyncio
import json
import logging
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import stripe
from litestar import Litestar, Request, post
from litestar.datastructures import State

import ledger
from app.card_payments.standing_in import SETTINGS
from app.settings import settings
from bench.money_trail import _COLUMNS, _DRIVE
from bench.server import Server, running
from community import Actor, Role, add_community, add_member
from marketplace import Category, Draft, Terms, open_round, propose
from marketplace.counting import Rule
from marketplace.money import CARD_PROCESSOR, ESCROW, fen_account

CLIENTS, FEN = 16, 5_000
SECRET: Final = SETTINGS["LINLI_STRIPE_WEBHOOK_SECRET"]

_WRITES: Final = (
    (
        "INSERT INTO stripe_event (id, kind, mode, happened_at, outcome, about, amount_fen,"
        " contribution_id, community_id) VALUES ($1, 'payment_intent.succeeded', 'test', now(),"
        " 'applied', $2, $3, $4, $5)"
    ),
    (
        "UPDATE contribution SET state = 'paid', paid_at = now(), escrow_fen = amount_fen,"
        " charge_id = $2 WHERE id = $1"
    ),
    (
        "INSERT INTO stripe_payment (intent_id, contribution_id, community_id, mode, look_at)"
        " VALUES ($1, $2, $3, 'test', now() + interval '2 minutes')"
    ),
    (
        "INSERT INTO audit_event (area_id, actor, act, subject_kind, subject_id, details)"
        " VALUES ($1, $2, 'contribution.paid', 'contribution', $3, '{}')"
    ),
    (
        "INSERT INTO message (id, community_id, member_id, kind, fill, link)"
        " VALUES (uuidv7(), $1, $2, 'funding.paid', '{\"fen\": 5000}', '/funding')"
    ),
)
_BALANCES: Final = (
    "WITH held AS (SELECT id FROM account WHERE id IN ($1, $2) ORDER BY id FOR NO KEY UPDATE)"
    " UPDATE account SET debits_posted = debits_posted + CASE WHEN id = $1 THEN $3::bigint ELSE 0"
    " END, credits_posted = credits_posted + CASE WHEN id = $2 THEN $3::bigint ELSE 0 END"
    " WHERE id IN (SELECT id FROM held) RETURNING id, credits_posted - debits_posted AS posted"
)
_TRANSFER: Final = (
    "INSERT INTO transfer (id, community_id, unit, kind, event_kind, event_id, actor, amount,"
    " debit_account, credit_account, debit_posted, debit_held, credit_posted, credit_held)"
    " VALUES (uuidv7(), $1, 'CNY', 'transfer', 'contribution', $2, $3, $4, $5, $6, $7, 0, $8, 0)"
)


class Ground:
    """The community, its drive, and where its money lies."""

    home: UUID
    giver: UUID
    project: UUID
    drive: UUID
    outside: UUID
    escrow: UUID

    async def lay(self, server: Server) -> None:
        """Make a drive that takes gifts."""
        made = await add_community(code="bench", name="Lane")
        roles = (("Zhou", Role.COORDINATOR), ("Wu", Role.RESIDENT))
        desk, giver = [
            await add_member(community_id=made.id, name=name, roles=(role,)) for name, role in roles
        ]
        opened = await open_round(
            by=Actor(desk.id, made.id, desk.roles),
            name="Bench",
            terms=Terms(100_000, 2, Rule.GREEDY),
        )
        draft = Draft("Bench", "For all", "Lane 3", Category.ENVIRONMENT, 10_000)
        project = await propose(opened.id, draft, by=Actor(giver.id, made.id, giver.roles))
        self.home, self.giver, self.project, self.drive = made.id, giver.id, project.id, uuid4()
        sql = _DRIVE.replace("'reached'", "'open'").replace(
            "now(), now(),\n    $4", "now(), NULL, NULL"
        )
        await server.owner.execute(sql, self.drive, self.home, self.project, self.giver)
        self.outside = await fen_account(CARD_PROCESSOR, community_id=self.home)
        self.escrow = await fen_account(ESCROW, self.drive, community_id=self.home)

    async def gifts(self, server: Server, many: int) -> list[UUID]:
        """Write gifts that wait for their payments."""
        found = [uuid4() for _ in range(many)]
        now = await server.owner.fetchval("SELECT now()")
        records = [
            (
                gift, self.drive, self.project, self.home, "card", CARD_PROCESSOR, FEN, self.giver,
                "", False, "started", 0, 0, 0, 0, self.giver, now, None, "", None, None,
                f"pi_{gift.hex}", None,
            )
            for gift in found
        ]  # fmt: skip
        await server.owner.execute("SET session_replication_role = replica")
        await server.owner.copy_records_to_table(
            "contribution", columns=_COLUMNS.split(), records=records
        )
        await server.owner.execute("SET session_replication_role = DEFAULT")
        return found


def told(gift: UUID) -> tuple[str, str]:
    """Return a message about a gift's payment, and its signature."""
    now = int(time.time())
    about = {
        "id": f"pi_{gift.hex}",
        "object": "payment_intent",
        "amount": FEN,
        "currency": "cny",
        "status": "succeeded",
        "created": now,
        "latest_charge": f"ch_{gift.hex}",
        "metadata": {"contribution": str(gift)},
        "livemode": False,
    }
    body = json.dumps(
        {
            "id": f"evt_{gift.hex}",
            "object": "event",
            "type": "payment_intent.succeeded",
            "created": now,
            "livemode": False,
            "data": {"object": about},
        }
    )
    return body, stripe.WebhookSignature.generate_signature_header(body, SECRET, now)


def floor_app(ground: Ground, pool: Any) -> Litestar:
    """Return the bare app: one route, one transaction, the same rows."""

    @post("/webhooks/stripe", status_code=204)
    async def bare(request: Request[Any, Any, State]) -> None:
        message = json.loads(await request.body())
        about = message["data"]["object"]
        gift, intent = UUID(about["metadata"]["contribution"]), about["id"]
        event, payment, kept, record, tell = _WRITES
        home, giver = ground.home, ground.giver
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(event, message["id"], intent, FEN, gift, home)
            await connection.execute(payment, gift, about["latest_charge"])
            await connection.execute(kept, intent, gift, home)
            await connection.execute(record, home, giver, gift)
            await connection.execute(tell, home, giver)
            rows = await connection.fetch(_BALANCES, ground.outside, ground.escrow, FEN)
            posted = {row["id"]: row["posted"] for row in rows}
            await connection.execute(
                _TRANSFER, home, gift, giver, FEN, ground.outside, ground.escrow,
                posted[ground.outside], posted[ground.escrow],
            )  # fmt: skip

    return Litestar([bare], openapi_config=None)


async def rate(app: Any, messages: Sequence[tuple[str, str]]) -> float:
    """Return how many messages a second were answered with a 2xx by so many clients."""
    waiting = iter(messages)
    transport = httpx.ASGITransport(app=app)
    begun = time.perf_counter()
    async with httpx.AsyncClient(transport=transport, base_url="http://linli") as client:

        async def one() -> None:
            for body, signature in waiting:
                answer = await client.post(
                    "/webhooks/stripe", content=body, headers={"stripe-signature": signature}
                )
                answer.raise_for_status()

        await asyncio.gather(*(one() for _ in range(CLIENTS)))
    return len(messages) / (time.perf_counter() - begun)


async def measure(server: Server, many: int, rounds: int) -> None:
    """Alternate the rounds; print the medians and their ratio."""
    from app.main import create_app  # noqa: PLC0415 (it reads the settings when it is imported)
    from piccolo_conf import DB  # noqa: PLC0415

    ground = Ground()
    await ground.lay(server)
    ours, bare = create_app(), floor_app(ground, DB.pool)
    logging.disable(logging.INFO)  # a line of the log for each request would drown the table
    found: dict[str, list[float]] = {"floor": [], "webhooks": []}
    for number in range(rounds + 1):
        for name, app in (("floor", bare), ("webhooks", ours)):
            messages = [told(gift) for gift in await ground.gifts(server, many)]
            speed = await rate(app, messages)
            if number:  # the first warms up
                found[name].append(speed)
    paid = await server.owner.fetchval("SELECT count(*) FROM contribution WHERE state = 'paid'")
    assert paid == many * (rounds + 1) * 2, paid  # noqa: S101 (a benchmark of work not done is none)
    held = (await ledger.balance(ledger.AccountId(ground.escrow))).posted
    assert held == paid * FEN, held  # noqa: S101
    floor, speed = median(found["floor"]), median(found["webhooks"])
    print(f"{many:,} messages a round, {CLIENTS} clients; load {os.getloadavg()[0]:.1f}")
    print(f"{'what':<44}{'a second':>10}{'x floor':>9}")
    print(f"{'floor: bare route, the same rows':<44}{floor:>10.0f}{1:>9.2f}")
    print(f"{'webhooks applied':<44}{speed:>10.0f}{speed / floor:>9.2f}")


async def main(many: int, rounds: int) -> None:
    """Measure on one server of the benchmark's own."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        async with running(Path(folder) / "var", pool=CLIENTS, keep=False) as server:
            os.environ.update(SETTINGS)
            settings.cache_clear()
            await measure(server, many, rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    asyncio.run(main(given.messages, given.rounds))
