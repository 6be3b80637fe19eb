"""Measures how long it takes to find needs like the one being typed, among 100,000 of them.

    python -m bench.likeness                100,000 needs
    python -m bench.likeness --needs 5000

Needs are put together by chance from the labelled examples of the tests, so that common words are
common and each thing is wished for in many houses. The floor is the same index asked by asyncpg
alone, and the peer a plain look at every row with `LIKE`, which finds only the same words.
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from bench.server import running
from community import Role, add_community, add_member
from marketplace.likeness import search_terms, wording
from marketplace.needs.alike import Sought, alike_needs

EXAMPLES = Path(__file__).parent.parent / "tests/marketplace/alike_needs.jsonl"
LOOKS = 200
Connection = asyncpg.Connection


def wishes(count: int) -> list[tuple[str, str, str]]:
    """Put wishes together: an example's words, another one's story, a house by number."""
    chance = random.Random(1)
    rows = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    said = [one for row in rows for one in (row["one"], row["other"])]
    found = []
    for _ in range(count):
        title, _story, place = chance.choice(said)
        house = chance.randrange(1, 400)
        story = f"{chance.choice(said)[1]}{chance.choice(said)[1]}"
        found.append((f"{house}号楼{title}"[:60], story, place or f"{house}号楼"))
    return found


async def fill(
    connection: Connection, home: UUID, member: UUID, made: list[tuple[str, str, str]]
) -> None:
    """Write the needs and what they are found by, in two copies."""
    ids = [uuid4() for _ in made]
    await connection.copy_records_to_table(
        "need",
        columns=["id", "community_id", "category", "title", "story", "place", "raised_by"],
        records=[(i, home, "environment", *one, member) for i, one in zip(ids, made, strict=True)],
    )
    records = []
    for i, one in zip(ids, made, strict=True):
        said = wording(*one)
        parts = [sorted(part) for part in (said.title, said.story, said.place, said.numbers)]
        records.append((i, home, 1, *parts, said.line, search_terms(said)))
    await connection.copy_records_to_table(
        "need_terms",
        columns=["need_id", "community_id", "version", "title", "story", "place", "numbers",
                 "line", "terms"],
        records=records,
    )  # fmt: skip
    for table in ("need", "need_terms"):
        await connection.execute(f"VACUUM ANALYZE {table}")


def told(name: str, seconds: list[float]) -> str:
    """Return a line of the table, in milliseconds."""
    ordered = sorted(seconds)
    worst = ordered[int(len(ordered) * 0.99)]
    return f"{name:<34}{statistics.median(ordered) * 1e3:>9.1f}{worst * 1e3:>9.1f}"


async def measure(count: int, connection: Connection) -> None:
    """Fill, look, and print the table."""
    home = await add_community(code=f"b-{uuid4().hex[:8]}", name="Lane")
    member = await add_member(community_id=home.id, name="Wu", roles=(Role.RESIDENT,))
    made = wishes(count)
    begun = time.perf_counter()
    await fill(connection, home.id, member.id, made)
    print(f"{count} needs written in {time.perf_counter() - begun:.0f} s")
    chance = random.Random(2)
    asked = [chance.choice(made) for _ in range(LOOKS)]
    whole, floor, peer, among = [], [], [], 0
    for title, story, place in asked:
        begun = time.perf_counter()
        found = await alike_needs(Sought(title, story, place), community_id=home.id)
        whole.append(time.perf_counter() - begun)
        among += any(one.title == title for one in found)
        rare = search_terms(wording(title))[:1]
        begun = time.perf_counter()
        await connection.fetch(
            "SELECT need_id FROM need_terms WHERE terms && $1::text[] LIMIT 200", rare
        )
        floor.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        await connection.fetch(
            "SELECT id FROM need WHERE title LIKE '%' || $1 || '%' LIMIT 5", title[3:9]
        )
        peer.append(time.perf_counter() - begun)
    print(f"{'milliseconds':<34}{'median':>9}{'99 %':>9}")
    print(told("the like, ranked", whole))
    print(told("floor: 200 rows by the index", floor))
    print(told("peer: every row with LIKE", peer))
    print(f"the very same need was among the first five in {among} of {LOOKS} looks")


async def main(count: int) -> None:
    """Measure on one server of the benchmark's own."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        async with running(Path(folder) / "var", pool=4, keep=False) as server:
            await measure(count, server.owner)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--needs", type=int, default=100_000)
    asyncio.run(main(parser.parse_args().needs))
