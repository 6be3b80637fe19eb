"""Measures the open books of one project: a page of its trail and its sums, over its history.

    python -m bench.money_trail                     100,000 transfers
    python -m bench.money_trail --transfers 20000

Every gift is booked through the group poster, from three sources, with some requests for money at
the end; 20 other projects stand beside, a fiftieth as long. The floor is bare SQL on a connection
of its own: the newest 50 transfers of the project's accounts with their gifts, and the sums of all
its transfers by account and source, added up from the rows. What a page costs must not grow with
the history: so it is measured before and after sums are stored, and on a short project ("x short").
"""

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import UUID, uuid4

import ledger
from bench.server import Server, running
from community import Actor, Role, add_community, add_member
from ledger import CNY, Fen, GroupPoster, Journal, Leg
from marketplace import Category, Draft, Project, Terms, open_round, propose
from marketplace.counting import Rule
from marketplace.money import (
    BANK,
    CARD_PROCESSOR,
    CASH_BOX,
    ESCROW,
    PAID_OUT,
    PROJECT_ACCOUNT,
    fen_account,
    origin,
)
from marketplace.open_books.reading import project_accounts, project_books, project_trail
from marketplace.open_books.sums import keep_sums

SOURCES: Final = (("card", CARD_PROCESSOR), ("cash", CASH_BOX), ("bank", BANK))
OTHERS, SHORTER, TIMES = 20, 50, 25

_DRIVE: Final = """
INSERT INTO drive (id, community_id, project_id, goal_fen, goal_minutes, part_goal_percent,
    deadline, words, state, matching_percent, matching_cap_fen, opened_by, opened_at, settled_at,
    settled_by)
VALUES ($1, $2, $3, 100, 0, 100, now() + interval '1 day', '', 'reached', 0, 0, $4, now(), now(),
    $4)
"""

_COLUMNS: Final = """
id drive_id project_id community_id source lies_in amount_fen member_id name anonymous state
refunded_fen disputed_fen due_fen escrow_fen made_by made_at paid_at why receipt received_on
intent_id charge_id
"""

_PAGE: Final = """
SELECT transfer.*, contribution.source, contribution.member_id, contribution.anonymous
FROM transfer LEFT JOIN contribution ON contribution.id = event_id WHERE seq IN (
    SELECT seq FROM (
        (SELECT seq FROM transfer WHERE debit_account = $1 ORDER BY seq DESC LIMIT 51)
        UNION (SELECT seq FROM transfer WHERE credit_account = $1 ORDER BY seq DESC LIMIT 51)
        UNION (SELECT seq FROM transfer WHERE debit_account = $2 ORDER BY seq DESC LIMIT 51)
        UNION (SELECT seq FROM transfer WHERE credit_account = $2 ORDER BY seq DESC LIMIT 51)
    ) AS newest ORDER BY seq DESC LIMIT 51
) ORDER BY seq DESC
"""

_SUMS: Final = """
SELECT debit_account, credit_account, source, sum(amount), count(*)
FROM transfer LEFT JOIN contribution ON contribution.id = event_id
WHERE transfer.kind <> 'hold' AND transfer.kind <> 'void' AND seq IN (
    SELECT seq FROM transfer WHERE debit_account = ANY($1)
    UNION ALL SELECT seq FROM transfer WHERE credit_account = ANY($1)
) GROUP BY 1, 2, 3
"""


async def filled(server: Server, project: Project, many: int, by: Actor) -> None:
    """Give a project so many transfers: gifts into its drive, then the way on, then receipts."""
    here, drive = project.community_id, uuid4()
    await server.owner.execute(_DRIVE, drive, here, project.id, by.member_id)
    escrow = await fen_account(ESCROW, drive, community_id=here)
    own = await fen_account(PROJECT_ACCOUNT, project.id, community_id=here)
    out = await fen_account(PAID_OUT, project.id, community_id=here)
    outside = {name: await fen_account(kind, community_id=here) for name, kind in SOURCES}
    chance, paid = random.Random(7), many // 1000
    gifts = [(uuid4(), *chance.choice(SOURCES), chance.randint(100, 90_000)) for _ in range(many)]
    await _gifts_written(server, project, drive, gifts, by=by)
    journals = [
        Journal((_leg(outside[source], escrow, fen),), origin(by, "contribution", gift))
        for gift, source, _kind, fen in gifts[: many - paid - 1]
    ]
    await _booked(journals)
    whole = sum(journal.legs[0].amount or 0 for journal in journals)
    await _booked([Journal((_leg(escrow, own, whole),), origin(by, "drive", drive))])
    await _booked(
        [Journal((_leg(own, out, 500),), origin(by, "disbursement", uuid4())) for _ in range(paid)]
    )


def _leg(debit: ledger.AccountId, credit: ledger.AccountId, fen: int) -> Leg:
    return Leg.transfer(debit=debit, credit=credit, amount=Fen(fen), unit=CNY)


async def _gifts_written(
    server: Server,
    project: Project,
    drive: UUID,
    gifts: list[tuple[UUID, str, str, int]],
    *,
    by: Actor,
) -> None:
    now = datetime.now(UTC)
    records = [
        (
            gift, drive, project.id, project.community_id, source, kind, fen, by.member_id, "",
            number % 3 == 0, "paid", 0, 0, 0, 0, by.member_id, now, now, "",
            None if kind == CARD_PROCESSOR else "0" * 64,
            None if kind == CARD_PROCESSOR else now.date(),
            f"pi_{gift}" if kind == CARD_PROCESSOR else None,
            f"ch_{gift}" if kind == CARD_PROCESSOR else None,
        )
        for number, (gift, source, kind, fen) in enumerate(gifts)
    ]  # fmt: skip
    await server.owner.execute("SET session_replication_role = replica")
    await server.owner.copy_records_to_table(
        "contribution", columns=_COLUMNS.split(), records=records
    )
    await server.owner.execute("SET session_replication_role = DEFAULT")


async def _booked(journals: list[Journal]) -> None:
    async with GroupPoster() as poster:
        for first in range(0, len(journals), 2000):
            part = journals[first : first + 2000]
            await asyncio.gather(*(poster.submit(one) for one in part))


async def millis(act: Callable[[], Awaitable[object]]) -> float:
    """Return the median milliseconds of an act, after one that warms up."""
    await act()
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        await act()
        took.append((time.perf_counter() - begun) * 1000)
    return median(took)


async def floors(server: Server, project: Project) -> tuple[float, float]:
    """Return the milliseconds of the bare SQL of a page, and of the sums from the rows."""
    own = await project_accounts(project.id, community_id=project.community_id)
    ids = [one.id for one in own]
    purse = [one.id for one in own if one.kind in {ESCROW, PROJECT_ACCOUNT}]
    return (
        await millis(lambda: server.owner.fetch(_PAGE, *purse)),
        await millis(lambda: server.owner.fetch(_SUMS, ids)),
    )


async def ours(project: Project) -> dict[str, float]:
    """Return the milliseconds of what a page of ours reads: the lines, in two places, the sums."""
    here: dict[str, Any] = {"community_id": project.community_id}
    page = (await project_trail(project.id, **here)).older
    middle = page // 2 if page else None
    return {
        "a page of the trail, newest": await millis(lambda: project_trail(project.id, **here)),
        "a page halfway back": await millis(lambda: project_trail(project.id, page=middle, **here)),
        "the sums by source and picture": await millis(lambda: project_books(project.id, **here)),
    }


async def measure(server: Server, many: int) -> None:
    """Fill, measure, print."""
    home = await add_community(code="bench", name="Lane")
    made = [
        await add_member(community_id=home.id, name=name, roles=(role,))
        for name, role in (("Zhou", Role.COORDINATOR), ("Wu", Role.RESIDENT))
    ]
    desk, resident = (Actor(one.id, home.id, one.roles) for one in made)
    opened = await open_round(by=desk, name="Bench", terms=Terms(100_000, 2, Rule.GREEDY))
    drafts = [
        Draft(f"Project {n}", "For all", "Lane 3", Category.ENVIRONMENT, 10_000)
        for n in range(OTHERS + 1)
    ]
    long, *others = [await propose(opened.id, one, by=resident) for one in drafts]
    for one in others:
        await filled(server, one, many // SHORTER, desk)
    await filled(server, long, many, desk)
    await server.owner.execute("VACUUM ANALYZE")
    page, sums = await floors(server, long)
    before, short = await ours(long), await ours(others[0])
    await keep_sums()
    after = await ours(long)
    _tell(many, {"page": page, "sums": sums}, (before, after), short)


def _tell(
    many: int,
    floor: dict[str, float],
    long: tuple[dict[str, float], dict[str, float]],
    short: dict[str, float],
) -> None:
    before, after = long
    print(f"\n{many:,} transfers of one project; load {os.getloadavg()[0]:.1f}; medians of {TIMES}")
    print(f"{'what':<44}{'ms':>9}{'x floor':>9}{'x short':>9}")
    print(f"{'floor: bare SQL of a page':<44}{floor['page']:>9.2f}{1:>9.2f}")
    print(f"{'floor: bare SQL of the sums':<44}{floor['sums']:>9.2f}{1:>9.2f}")
    for name, took in (*before.items(), *((f"{key}, stored", one) for key, one in after.items())):
        plain = name.removesuffix(", stored")
        base = floor["sums" if "sums" in name else "page"]
        print(f"{name:<44}{took:>9.2f}{took / base:>9.2f}{took / short[plain]:>9.2f}")
    whole = after["a page of the trail, newest"] + after["the sums by source and picture"]
    print(f"{'page and sums together, stored':<44}{whole:>9.2f}"
          f"{whole / sum(floor.values()):>9.2f}")  # fmt: skip


async def main(many: int) -> None:
    """Measure on one server of the benchmark's own."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        async with running(Path(folder) / "var", pool=4, keep=False) as server:
            await measure(server, many)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transfers", type=int, default=100_000)
    asyncio.run(main(parser.parse_args().transfers))
