"""Measures pledges: hours promised in a second to one popular project, over a bare route.

    python -m bench.pledges                     400 pledges a round, three rounds
    python -m bench.pledges --pledges 100

Every pledge is a signed-in member's own, for one drive, whose project's account is the hot one: by
the page's own route, as a browser sends the form, and by the verb alone. The floor is a bare
Litestar route that writes the same rows through asyncpg in one transaction, holds the minutes on
the member's and the project's account, and checks nothing. All are called within this process by as
many clients, without a network, in alternating rounds, each with a drive of its own; so the
client's own work counts on all sides.
"""

import argparse
import asyncio
import logging
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
from litestar import Litestar, Request, post
from litestar.datastructures import State
from litestar.params import FromPath

import ledger
from app import sessions
from bench.ballots_clients import Voter, _more, _voter
from bench.server import Server, running
from community import Actor, Role, add_community, add_member
from ledger import MINUTE, CommunityId, GroupPoster, Journal, Leg, Minutes
from marketplace import Category, Draft, RoundId, Terms, open_round, propose
from marketplace.counting import Rule
from marketplace.funding.pledging import pledge_minutes
from marketplace.money import MEMBER, PROJECT_ACCOUNT, minute_account, origin

CLIENTS, PLEDGED, SAVED = 16, 7, 6_000

_DRIVE: Final = """
INSERT INTO drive (id, community_id, project_id, goal_fen, goal_minutes, part_goal_percent,
    deadline, words, state, matching_percent, matching_cap_fen, opened_by, opened_at)
VALUES ($1, $2, $3, 0, 600000, 100, now() + interval '1 day', '', 'open', 0, 0, $4, now())
"""
_PLEDGE: Final = (
    "INSERT INTO pledge (id, community_id, drive_id, project_id, member_id, minutes, state,"
    " made_at) VALUES ($1, $2, $3, $4, $5, $6, 'held', now())"
)
_RECORD: Final = (
    "INSERT INTO audit_event (area_id, actor, act, subject_kind, subject_id, details)"
    " VALUES ($1, $2, 'pledge.make', 'drive', $3, '{}')"
)
_BALANCES: Final = (
    "WITH held AS (SELECT id FROM account WHERE id IN ($1, $2) ORDER BY id FOR NO KEY UPDATE)"
    " UPDATE account SET debits_pending = debits_pending + CASE WHEN id = $1 THEN $3::bigint ELSE 0"
    " END, credits_pending = credits_pending + CASE WHEN id = $2 THEN $3::bigint ELSE 0 END"
    " WHERE id IN (SELECT id FROM held) RETURNING id, debits_pending"
)
_TRANSFER: Final = (
    "INSERT INTO transfer (id, community_id, unit, kind, event_kind, event_id, actor, amount,"
    " debit_account, credit_account, debit_posted, debit_held, credit_posted, credit_held)"
    " VALUES (uuidv7(), $1, 'MINUTE', 'hold', 'pledge', $2, $3, $4, $5, $6, $7, $8, 0, 0)"
)


@dataclass(frozen=True)
class Popular:
    """A project whose drive everybody pledges hours to, and where they are held."""

    project: UUID
    drive: UUID
    account: UUID


class Ground:
    """The community, its members with their minutes, and a round with projects."""

    home: UUID
    opener: Actor
    proposer: Actor
    round_id: RoundId
    members: list[Voter]
    accounts: dict[UUID, UUID]
    now: Popular

    async def lay(self, server: Server, many: int) -> None:
        """Make so many members, each signed in and with minutes saved."""
        made = await add_community(code="bench", name="Lane")
        desk, first = [
            await add_member(community_id=made.id, name=name, roles=(role,))
            for name, role in (("Zhou", Role.COORDINATOR), ("Wu", Role.RESIDENT))
        ]
        self.home, self.opener = made.id, Actor(desk.id, made.id, desk.roles)
        self.proposer = Actor(first.id, made.id, first.roles)
        terms = Terms(100_000, 2, Rule.GREEDY)
        self.round_id = (await open_round(by=self.opener, name="Bench", terms=terms)).id
        begun = await sessions.begin(first, sessions.How.DEMO, address=None)
        more = await _more(server.owner, first.id, many - 1)
        self.members = [_voter(who, token) for who, token in [(first.id, begun.token), *more]]
        await self._save()

    async def _save(self) -> None:
        here = CommunityId(self.home)
        issuance = await ledger.open_account(
            community_id=here, kind="issuance", unit=MINUTE, floor=None, normal_side="debit"
        )
        self.accounts = {
            one.id: await minute_account(MEMBER, one.id, community_id=self.home)
            for one in self.members
        }
        by = Actor(self.opener.member_id, self.home)
        async with GroupPoster() as poster:
            journals = [
                Journal(
                    (
                        Leg.transfer(
                            debit=issuance.id,
                            credit=ledger.AccountId(account),
                            amount=Minutes(SAVED),
                            unit=MINUTE,
                        ),
                    ),
                    origin(by, "grant", member),
                )
                for member, account in self.accounts.items()
            ]
            await asyncio.gather(*(poster.submit(one) for one in journals))

    async def popular(self, server: Server) -> Popular:
        """Make a project with an open drive that nobody has pledged to yet."""
        draft = Draft("Bench", "For all", "Lane 3", Category.ENVIRONMENT, 10_000)
        project = await propose(self.round_id, draft, by=self.proposer)
        drive = uuid4()
        await server.owner.execute(_DRIVE, drive, self.home, project.id, self.opener.member_id)
        held = await minute_account(PROJECT_ACCOUNT, project.id, community_id=self.home)
        self.now = Popular(project.id, drive, held)
        return self.now


def floor_app(ground: Ground, pool: Any) -> Litestar:
    """Return the bare app: one route, one transaction, the same rows."""

    @post("/{member:uuid}", status_code=204)
    async def bare(member: FromPath[UUID], request: Request[Any, Any, State]) -> None:
        await request.form()
        project, drive, account = ground.now.project, ground.now.drive, ground.now.account
        pledge, home, own = uuid4(), ground.home, ground.accounts[member]
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(_PLEDGE, pledge, home, drive, project, member, PLEDGED)
            await connection.execute(_RECORD, home, member, drive)
            rows = await connection.fetch(_BALANCES, own, account, PLEDGED)
            held = {row["id"]: row["debits_pending"] for row in rows}
            await connection.execute(
                _TRANSFER, home, pledge, member, PLEDGED, own, account, SAVED, held[own]
            )

    return Litestar([bare], openapi_config=None)


Act = Callable[[Voter], Awaitable[None]]


async def rate(members: Iterable[Voter], act: Act) -> float:
    """Return how many members a second so many clients let act."""
    waiting, done = iter(members), 0
    begun = time.perf_counter()

    async def client() -> None:
        nonlocal done
        for member in waiting:
            await act(member)
            done += 1

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return done / (time.perf_counter() - begun)


@asynccontextmanager
async def acts(name: str, ground: Ground, on: Popular, apps: dict[str, Any]) -> Any:
    """Give the way in which a row of the table pledges."""
    if name == "verb":

        async def act(member: Voter) -> None:
            await pledge_minutes(on.drive, PLEDGED, by=Actor(member.id, ground.home))

        yield act
        return
    transport = httpx.ASGITransport(app=apps[name])
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:

        async def ask(member: Voter) -> None:
            address = f"/{member.id}"
            if name == "route":
                address = f"/projects/{on.project}/funding/pledge"
            fields = {
                "_csrf_token": member.form_token,
                "key": str(uuid4()),
                "hours": "0",
                "minutes": str(PLEDGED),
            }
            answer = await client.post(
                address, data=fields, headers={"cookie": member.cookie, "accept": "text/html"}
            )
            if answer.status_code not in {204, 303}:
                raise RuntimeError(f"{name} answered {answer.status_code}: {answer.text[:500]}")

        yield ask


async def measure(server: Server, many: int, rounds: int) -> None:
    """Alternate the rounds; print the medians and their ratio."""
    from app.main import create_app  # noqa: PLC0415 (it reads the settings when it is imported)
    from piccolo_conf import DB  # noqa: PLC0415

    ground = Ground()
    await ground.lay(server, many)
    apps = {"route": create_app(), "floor": floor_app(ground, DB.pool)}
    logging.disable(logging.INFO)  # a line of the log for each request would drown the table
    names = {
        "floor": "floor: bare route, the same rows",
        "verb": "pledges, the verb alone",
        "route": "pledges, by the page's own route",
    }
    found: dict[str, list[float]] = {one: [] for one in names}
    for number in range(rounds + 1):
        for name in names:
            on = await ground.popular(server)
            async with acts(name, ground, on, apps) as act:
                speed = await rate(ground.members, act)
            held = await ledger.balance(ledger.AccountId(on.account))
            pledges = await server.owner.fetchval(
                "SELECT count(*) FROM pledge WHERE drive_id = $1 AND state = 'held'", on.drive
            )
            assert (pledges, held.posted) == (many, 0)  # noqa: S101 (work not done is no benchmark)
            if number:  # the first warms up
                found[name].append(speed)
    waiting = await server.owner.fetchval(
        "SELECT sum(credits_pending) FROM account WHERE kind = 'project' AND unit = 'MINUTE'"
    )
    assert waiting == many * (rounds + 1) * len(names) * PLEDGED, waiting  # noqa: S101
    floor = median(found["floor"])
    print(f"{many:,} pledges a round, {CLIENTS} clients; load {os.getloadavg()[0]:.1f}")
    print(f"{'what':<44}{'a second':>10}{'x floor':>9}")
    for name, words in names.items():
        speed = median(found[name])
        print(f"{words:<44}{speed:>10.0f}{speed / floor:>9.2f}")


async def main(many: int, rounds: int) -> None:
    """Measure on one server of the benchmark's own."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        async with running(Path(folder) / "var", pool=CLIENTS, keep=False) as server:
            await measure(server, many, rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pledges", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    asyncio.run(main(given.pledges, given.rounds))
