"""Measures the closing of a round: 100,000 sealed ballots opened, counted by both rules, stored.

    python -m bench.closing                    100,000 residents who all voted
    python -m bench.closing --voters 5000

The ballots are marked by chance among 50 projects, each of a few to three kinds of street: as in
life, no two streets want the same. What a coordinator waits for is one transaction; beside it stand
its parts, each measured on its own before, and the time to tell everybody of the result.
"""

import argparse
import asyncio
import gc
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from bench.server import Server, running
from community import Actor, Role, add_community, add_member
from marketplace import Category, Draft, Round, Terms, open_ballot, open_round, propose
from marketplace.casting import grouped, opened_ballots
from marketplace.closing import close_and_count
from marketplace.counting import Completion, Rule, count
from marketplace.electorate import voters
from marketplace.publishing import as_election, comparing_rules, deciding_rules
from marketplace.reading import projects_of
from marketplace.scheduling import tell_due
from marketplace.secrecy import seal_of
from marketplace.values import Marks

PROJECTS, CHOICES, STREETS = 50, 5, 12
YUAN = 100
Connection = asyncpg.Connection


async def people(connection: Connection, home: UUID, many: int) -> list[UUID]:
    """Write residents straight into the register, in copies."""
    ids = [uuid4() for _ in range(many)]
    await connection.copy_records_to_table(
        "member",
        columns=["id", "community_id", "name"],
        records=[(one, home, f"Resident {n}") for n, one in enumerate(ids)],
    )
    await connection.copy_records_to_table(
        "member_role",
        columns=["id", "community_id", "member_id", "role", "area_id"],
        records=[(uuid4(), home, one, "resident", home) for one in ids],
    )
    for table in ("member", "member_role"):
        await connection.execute(f"VACUUM ANALYZE {table}")
    return ids


async def voted(connection: Connection, current: Round, everybody: list[UUID]) -> None:
    """Write everybody's sealed ballot, in a copy."""
    chance = random.Random(1)
    liked = [chance.sample(range(1, PROJECTS + 1), 12) for _ in range(STREETS)]
    seal = seal_of(current.id)
    records = []
    for one in everybody:
        mark = seal.mark(one)
        picks = chance.sample(chance.choice(liked), chance.randint(1, CHOICES))
        marks = Marks(tuple(sorted(picks)))
        records.append((current.id, mark, seal.seal(marks, mark, room=PROJECTS)))
    await connection.copy_records_to_table(
        "ballot", columns=["round_id", "mark", "sealed"], records=records
    )
    await connection.execute("VACUUM ANALYZE ballot")


async def ready(by: Actor, resident: Actor) -> Round:
    """Open a round with its projects and its ballot."""
    terms = Terms(800_000 * YUAN, CHOICES, Rule.MES, completion=Completion.ADD1_GREEDY)
    opened = await open_round(by=by, name="Bench", terms=terms)
    chance = random.Random(2)
    for n in range(PROJECTS):
        cost = chance.randint(50, 900) * 100 * YUAN
        draft = Draft(f"Project {n}", "For all", "Lane 3", Category.ENVIRONMENT, cost)
        await propose(opened.id, draft, by=resident)
    return await open_ballot(opened.id, by=by)


# The clock says little where others use the machine; the work does.


@dataclass(frozen=True)
class Took:
    """How long an act took on the clock, and how much work it was for us and for the database."""

    seconds: float
    own: float
    database: float

    def __str__(self) -> str:
        """Show the three in a line of the table."""
        return f"{self.seconds:>8.2f}{self.own:>8.2f}{self.database:>10.2f}"


async def timed(server: Server, act: Callable[[], Awaitable[Any]]) -> tuple[Took, Any]:
    """Return how long an act took, and what it gave."""
    own, database, begun = time.process_time(), server.cpu_seconds(), time.perf_counter()
    found = await act()
    took = Took(
        time.perf_counter() - begun,
        time.process_time() - own,
        server.cpu_seconds() - database,
    )
    return took, found


async def measure(many: int, server: Server) -> None:
    """Fill, measure the parts, close, and print the table."""
    connection = server.owner
    home = await add_community(code=f"b-{uuid4().hex[:8]}", name="Lane")
    made = [
        await add_member(community_id=home.id, name=name, roles=(role,))
        for name, role in (("Zhou", Role.COORDINATOR), ("Wu", Role.RESIDENT))
    ]
    desk, resident = (Actor(one.id, home.id, one.roles) for one in made)
    everybody = await people(connection, home.id, many)
    current = await ready(desk, resident)
    await voted(connection, current, everybody)
    lines = await parts(current, server)
    gc.collect()  # what the parts left behind is not for the closing to look through
    lines.append(
        ("closing, all in one transaction", (await timed(server, closing(current, desk)))[0])
    )
    lines.append(("everybody told of the result", (await timed(server, tell_due))[0]))
    print(f"{many} ballots on {PROJECTS} projects; load {os.getloadavg()[0]:.1f}")
    print(f"{'seconds':<44}{'clock':>8}{'own':>8}{'database':>10}")
    for name, took in lines:
        print(f"{name:<44}{took}")


async def parts(current: Round, server: Server) -> list[tuple[str, Took]]:
    """Measure the parts of the closing that change nothing."""
    opening, ballots = await timed(server, lambda: opened_ballots(current.id))
    projects = await projects_of(current.id, community_id=current.community_id)
    kinds = grouped(ballots)
    election = as_election(current, projects, kinds)
    rolling, roll = await timed(server, lambda: voters(current))
    lines = [
        (f"ballots read and opened, {len(kinds)} different", opening),
        (f"the roll: {len(roll)} people who may vote", rolling),
    ]
    for name, rules in (("decides", deciding_rules), ("compares", comparing_rules)):
        asked = rules(current.terms, on_roll=len(roll))

        async def counting(asked: Any = asked) -> Any:
            return await asyncio.to_thread(count, election, asked)

        took, _counted = await timed(server, counting)
        lines.append((f"the count that {name}: {asked.rule}", took))
    return lines


def closing(current: Round, by: Actor) -> Callable[[], Awaitable[Round]]:
    """Return the act that closes a round."""
    return lambda: close_and_count(current.id, by=by)


async def main(many: int) -> None:
    """Measure on one server of the benchmark's own."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        async with running(Path(folder) / "var", pool=4, keep=False) as server:
            await measure(many, server)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voters", type=int, default=100_000)
    asyncio.run(main(parser.parse_args().voters))
