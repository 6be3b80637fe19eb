"""Voters by the thousand over HTTP: made, signed in, voting at once, and asked what they were told.

Voters are shared out among the clients; each votes once or several times in a row, with changes of
mind, repeats and withdrawals. In the middle a coordinator closes the round. What each voter was
told last is then compared with what was counted.
"""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import asyncpg

from app import forgery, sessions
from bench.visits_clients import Connection
from community import Actor, Role, add_community, add_member
from marketplace import Category, Draft, Terms, open_ballot, open_round, propose
from marketplace.counting import Rule

PROJECTS: Final = 12
CHOICES_MAX: Final = 4
Choices = tuple[int, ...]
WAYS: Final = ((0.62, 1), (0.9, 2), (1.0, 3))
"""How many have voted for good after so many times, of all."""
CHANCE: Final = random.SystemRandom()

_COPIES: Final = (
    """INSERT INTO member SELECT (jsonb_populate_record(member, jsonb_build_object(
        'id', one, 'name', '居民'))).* FROM member, unnest($2::uuid[]) AS one WHERE id = $1""",
    """INSERT INTO member_role SELECT (jsonb_populate_record(member_role,
        jsonb_build_object('id', uuidv7(), 'member_id', one))).* FROM member_role,
        unnest($2::uuid[]) AS one WHERE member_id = $1""",
    """INSERT INTO web_session SELECT (jsonb_populate_record(web_session,
        jsonb_build_object('id', uuidv7(), 'member_id', one))).* FROM web_session,
        unnest($2::uuid[]) AS one WHERE member_id = $1""",
)


@dataclass
class Voter:
    """A resident who is signed in, what they were told last, and whether it was withdrawn."""

    id: UUID
    cookie: str
    form_token: str
    told: Choices = ()


@dataclass
class Town:
    """A round whose ballot is open, who closes it, who votes, and a round for the floor."""

    round_id: UUID
    floor_round: UUID
    coordinator: Voter
    voters: list[Voter]


@dataclass
class Outcome:
    """What came of a run: seconds and votes kept until the closing, and answers after it."""

    seconds: float = 0.0
    kept: int = 0
    refused: int = 0
    late: int = 0
    waits: list[float] = field(default_factory=list)


async def settle(owner: "asyncpg.Connection[asyncpg.Record]", voters: int) -> Town:
    """Make a community with so many residents, each signed in, and two rounds being voted on."""
    home = await add_community(code=f"poll-{token_urlsafe(6)}".lower(), name="凤池弄")
    people = [
        await add_member(community_id=home.id, name=name, roles=(role,))
        for name, role in (("周敏", Role.COORDINATOR), ("居民", Role.RESIDENT))
    ]
    coordinator, first = (Actor(one.id, home.id, one.roles) for one in people)
    rounds = []
    for name in ("秋季", "对照"):
        terms = Terms(10_000_00, CHOICES_MAX, Rule.GREEDY)
        opened = await open_round(by=coordinator, name=name, terms=terms)
        for place in range(PROJECTS):
            draft = Draft(
                f"项目{place}", "给大家", "三号楼前", Category.CULTURE, (place + 1) * 500_00
            )
            await propose(opened.id, draft, by=first)
        await open_ballot(opened.id, by=coordinator)
        rounds.append(opened.id)
    begun = [await sessions.begin(one, sessions.How.DEMO, address=None) for one in people]
    more = await _more(owner, people[1].id, voters - 1)
    signed_in = [(people[1].id, begun[1].token), *more]
    return Town(
        rounds[0],
        rounds[1],
        _voter(people[0].id, begun[0].token),
        [_voter(who, token) for who, token in signed_in],
    )


async def _more(
    owner: "asyncpg.Connection[asyncpg.Record]", first: UUID, count: int
) -> list[tuple[UUID, str]]:
    """Make so many like the first one, each with a session of their own."""
    ids = [
        row[0] for row in await owner.fetch("SELECT uuidv7() FROM generate_series(1, $1)", count)
    ]
    tokens = [token_urlsafe(32) for _ in ids]
    for statement in _COPIES[:2]:
        await owner.execute(statement, first, ids)
    await owner.execute(
        "INSERT INTO web_session SELECT (jsonb_populate_record(web_session,"
        " jsonb_build_object('id', uuidv7(), 'member_id', one, 'token_hash', hash::text))).*"
        " FROM web_session, unnest($2::uuid[], $3::bytea[]) AS two (one, hash)"
        " WHERE member_id = $1",
        first,
        ids,
        [sha256(token.encode()).digest() for token in tokens],
    )
    return list(zip(ids, tokens, strict=True))


def _voter(who: UUID, token: str) -> Voter:
    held: Any = SimpleNamespace(cookies={forgery.session_cookie(): token})
    return Voter(who, f"{forgery.session_cookie()}={token}", forgery.bound_token(held) or "")


async def vote_and_close(town: Town, port: int, *, clients: int, close_at: float) -> Outcome:
    """Let everybody vote at once; after a part of the voters, let the coordinator close."""
    found = Outcome()
    queue = list(town.voters)
    CHANCE.shuffle(queue)
    close_when = int(len(queue) * (1 - close_at))
    closing = asyncio.Event()
    closed = asyncio.Event()
    began = time.perf_counter()

    async def client() -> None:
        connection = Connection(port)
        while queue:
            voter = queue.pop()
            if len(queue) <= close_when:
                closing.set()
            await _votes(town, voter, connection, closed=closed, found=found)
        connection.close()

    async def closer() -> None:
        await closing.wait()
        connection = Connection(port)
        form = urlencode({"_csrf_token": town.coordinator.form_token}).encode()
        status, body = await connection.ask(
            "POST", f"/rounds/{town.round_id}/close", cookie=town.coordinator.cookie, form=form
        )
        if status != 303:  # noqa: PLR2004 (see other)
            raise RuntimeError(f"the round was not closed: {status} {body.decode()[:500]}")
        found.seconds = time.perf_counter() - began
        closed.set()
        connection.close()

    await asyncio.gather(closer(), *(client() for _ in range(clients)))
    return found


async def _votes(
    town: Town, voter: Voter, connection: Connection, *, closed: asyncio.Event, found: Outcome
) -> None:
    """Let one voter vote, change their mind, repeat themselves or withdraw."""
    luck = CHANCE.random()
    times = next(many for upto, many in WAYS if luck < upto or upto == 1.0)
    wish = _wish()
    for turn in range(times):
        if turn and CHANCE.random() < 0.7:  # noqa: PLR2004 (the others repeat themselves)
            wish = () if CHANCE.random() < 0.1 else _wish()  # noqa: PLR2004 (a few withdraw)
        fields = [("_csrf_token", voter.form_token), *(("choice", str(one)) for one in wish)]
        if not wish:
            fields.append(("withdraw", "1"))
        was_closed, sent = closed.is_set(), time.perf_counter()
        status, body, to = await connection.ask_where(
            "POST",
            f"/rounds/{town.round_id}/ballot",
            cookie=voter.cookie,
            form=urlencode(fields).encode(),
        )
        if status != 303:  # noqa: PLR2004 (see other)
            raise RuntimeError(f"a vote was answered {status}: {body.decode()[:900]}")
        if to.endswith("/ballot"):
            voter.told = wish
            found.kept += 1
            found.late += was_closed
            found.waits.append((time.perf_counter() - sent) * 1000)
        else:
            found.refused += 1


def _wish() -> Choices:
    many = CHANCE.randint(1, CHOICES_MAX)
    return tuple(sorted(CHANCE.sample(range(1, PROJECTS + 1), many)))


async def write_bare(town: Town, port: int, *, clients: int, writes: int) -> float:
    """Let clients ask the floor for so many writes; return how many it did in a second."""
    queue = [CHANCE.choice(town.voters).id for _ in range(writes)]
    began = time.perf_counter()

    async def client() -> None:
        connection = Connection(port)
        while queue:
            status, body = await connection.ask("POST", f"/{town.floor_round}/{queue.pop()}")
            if status != 204:  # noqa: PLR2004 (done, nothing to say)
                raise RuntimeError(f"the floor answered {status}: {body.decode()[:500]}")
        connection.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return writes / (time.perf_counter() - began)


async def wrong(
    owner: "asyncpg.Connection[asyncpg.Record]", town: Town, found: Outcome
) -> list[str]:
    """Return what is wrong: nothing where the count is exactly what the voters were told."""
    mistakes = []
    rows = await owner.fetch(
        "SELECT choices, receipt FROM cast_ballot WHERE round_id = $1", town.round_id
    )
    cast = Counter(tuple(row["choices"]) for row in rows)
    told = Counter(voter.told for voter in town.voters if voter.told)
    if cast != told:
        mistakes.append(f"{(cast - told).total()} counted and told nobody,"
                        f" {(told - cast).total()} told and not counted")  # fmt: skip
    if len({row["receipt"] for row in rows}) != len(rows):
        mistakes.append("a receipt stands twice")
    voted = await owner.fetch(
        "SELECT member_id FROM voter_roll WHERE round_id = $1 AND voted", town.round_id
    )
    if {row["member_id"] for row in voted} != {one.id for one in town.voters if one.told}:
        mistakes.append("the roll names others than those who voted")
    left = await owner.fetchval("SELECT count(*) FROM ballot WHERE round_id = $1", town.round_id)
    if left:
        mistakes.append(f"{left} ballots are left in the closed round")
    if found.late:
        mistakes.append(f"{found.late} votes were taken after the closing was answered")
    return mistakes
