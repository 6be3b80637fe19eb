"""Many clients at one book, each with real commits: sums stay right and nobody waits for ever."""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import ledger
from ledger import GroupPoster, Journal, Leg, Transfer
from tests.ledger.small_book import SmallBook, book

__all__ = ["book"]

SECONDS_MAX = 60

Outcome = tuple[Transfer, ...] | BaseException


@pytest.fixture
async def poster(database: object) -> AsyncIterator[GroupPoster]:  # noqa: ARG001 (must be migrated)
    async with GroupPoster() as opened:
        yield opened


@pytest.fixture(autouse=True)
async def sound_afterwards(database: object) -> AsyncIterator[None]:  # noqa: ARG001 (must be migrated)
    yield
    verification = await ledger.verify()
    assert verification.sound, [str(finding) for finding in verification.findings]


async def at_once(*asked: Awaitable[Any]) -> list[Any]:
    """Let all run at once; refusals are results too."""
    async with asyncio.timeout(SECONDS_MAX):
        return await asyncio.gather(*asked, return_exceptions=True)


def kinds(outcomes: list[Any]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


# --- two accounts ---------------------------------------------------------------------------------


async def test_opposite_transfers_never_block_each_other(book: SmallBook) -> None:
    await book.give(50, "here", "there")

    async def client(*sides: str) -> list[Outcome]:
        return [await settled(book.book(book.move(*sides))) for _ in range(25)]

    sides = [("here", "there"), ("there", "here")] * 10
    clients = [client(*one) for one in sides]
    answers = [one for many in await at_once(*clients) for one in many]
    assert set(kinds(answers)) <= {"tuple", "NotEnough"}
    there = sum(isinstance(a, tuple) and a[0].debit == book.accounts["here"] for a in answers)
    back = sum(isinstance(a, tuple) and a[0].debit == book.accounts["there"] for a in answers)
    assert await book.posted("here", "there") == [50 - there + back, 50 + there - back]
    assert await book.count() == 2 + there + back


async def settled(asked: Awaitable[Outcome]) -> Outcome:
    try:
        return await asked
    except ledger.LedgerError as refusal:
        return refusal


async def test_journals_over_the_same_accounts_in_any_order(
    book: SmallBook, poster: GroupPoster
) -> None:
    """Circles of accounts, in both directions, through both doors."""
    names = [f"member {n}" for n in range(6)]
    await book.give(100, *names)
    chance = random.Random(95)  # noqa: S311 (only for mixing)

    def circle() -> Journal:
        order = chance.sample(names, 4)
        return book.journal(
            *[book.move(a, b) for a, b in zip(order, order[1:] + order[:1], strict=True)]
        )

    doors = (ledger.book, poster.submit)
    answers = await at_once(*[doors[n % 2](circle()) for n in range(200)])
    assert kinds(answers) == {"tuple": 200}
    assert await book.posted(*names) == [100] * 6


async def test_the_last_minute_is_spent_once(book: SmallBook, poster: GroupPoster) -> None:
    await book.give(1, "elder")
    await book.open("volunteer", "relief")
    doors = (ledger.book, poster.submit)
    asked = [
        doors[n % 2](book.journal(book.move("elder", ("volunteer", "relief")[n // 2 % 2])))
        for n in range(20)
    ]
    answers = await at_once(*asked)
    assert kinds(answers) == {"tuple": 1, "NotEnough": 19}
    assert (await book.posted("elder")) == [0]
    assert sum(await book.posted("volunteer", "relief")) == 1


async def test_the_last_minute_is_held_once(book: SmallBook, poster: GroupPoster) -> None:
    await book.give(1, "elder")
    await book.open("volunteer")
    doors = (ledger.book, poster.submit)
    legs = [(book.hold, book.move)[n // 2 % 2]("elder", "volunteer") for n in range(20)]
    answers = await at_once(*[doors[n % 2](book.journal(leg)) for n, leg in enumerate(legs)])
    assert kinds(answers) == {"tuple": 1, "NotEnough": 19}
    assert await book.available("elder") == [0]


# --- one id ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("legs", [1, 3])
async def test_one_id_from_ten_clients_through_both_doors(
    legs: int, book: SmallBook, poster: GroupPoster
) -> None:
    await book.give(100, "elder")
    await book.open("volunteer")
    for _ in range(10):
        journal = book.journal(*[book.move("elder", "volunteer") for _ in range(legs)])
        doors = (ledger.book, poster.submit)
        answers = await at_once(*[doors[n % 2](journal) for n in range(10)])
        assert kinds(answers) == {"tuple": 10}
        assert all(answer == answers[0] for answer in answers)
    assert await book.posted("volunteer") == [10 * legs]


async def test_one_id_with_two_contents_on_the_same_accounts(
    book: SmallBook, poster: GroupPoster
) -> None:
    await book.give(1000, "elder")
    await book.open("volunteer")
    for _ in range(10):
        leg = book.move("elder", "volunteer", 1)
        contents = (book.journal(leg), book.journal(replace(leg, amount=2)))
        doors = (ledger.book, poster.submit)
        answers = await at_once(*[doors[n // 2 % 2](contents[n % 2]) for n in range(12)])
        assert kinds(answers) == {"tuple": 6, "KeyReused": 6}
        assert len({answer[0].amount for answer in answers if isinstance(answer, tuple)}) == 1
        assert len(await ledger.journal(leg.id)) == 1


@pytest.mark.parametrize("door", ["first", "group", "both"])
async def test_one_id_with_contents_that_share_no_account(
    door: str, book: SmallBook, poster: GroupPoster
) -> None:
    """No lock brings them together: the unique key decides."""
    pairs = [(f"from {n}", f"to {n}") for n in range(6)]
    await book.give(100, *[pair[0] for pair in pairs])
    await book.open(*[pair[1] for pair in pairs])
    doors = {
        "first": (ledger.book, ledger.book),
        "group": (poster.submit, poster.submit),
        "both": (ledger.book, poster.submit),
    }[door]
    for _ in range(10):
        key = ledger.TransferId(ledger.new_id())
        journals = [book.journal(book.move(*pair, 1, id=key)) for pair in pairs]
        answers = await at_once(*[doors[n % 2](one) for n, one in enumerate(journals)])
        assert kinds(answers) == {"tuple": 1, "KeyReused": 5}
        (winner,) = [answer for answer in answers if isinstance(answer, tuple)]
        assert await ledger.journal(key) == winner
    assert sum(await book.posted(*[pair[1] for pair in pairs])) == 10


@pytest.mark.parametrize("door", ["first", "group", "both"])
async def test_one_journal_id_with_legs_that_share_nothing(
    door: str, book: SmallBook, poster: GroupPoster
) -> None:
    pairs = [(f"from {n}", f"to {n}") for n in range(6)]
    await book.give(100, *[pair[0] for pair in pairs])
    await book.open(*[pair[1] for pair in pairs])
    doors = {
        "first": (ledger.book, ledger.book),
        "group": (poster.submit, poster.submit),
        "both": (ledger.book, poster.submit),
    }[door]
    for _ in range(10):
        key = ledger.JournalId(ledger.new_id())
        journals = [book.journal(book.move(*pair), id=key) for pair in pairs]
        answers = await at_once(*[doors[n % 2](one) for n, one in enumerate(journals)])
        assert kinds(answers) == {"tuple": 1, "KeyReused": 5}
        assert len(await ledger.journal(key)) == 1


# --- holds ----------------------------------------------------------------------------------------


async def test_post_against_void(book: SmallBook, poster: GroupPoster) -> None:
    await book.give(100, "elder")
    await book.open("volunteer")
    posts = 0
    for _ in range(15):
        held = book.hold("elder", "volunteer", 5)
        await book.book(held)
        asked: list[Awaitable[Any]] = []
        for door in (ledger.book, poster.submit):
            asked.append(door(book.journal(Leg.post(held.id, 3))))
            asked.append(door(book.journal(Leg.void(held.id))))
        answers = await at_once(*asked)
        assert kinds(answers) == {"tuple": 1, "AlreadyResolved": 3}
        (winner,) = [answer[0] for answer in answers if isinstance(answer, tuple)]
        posts += winner.kind is ledger.Kind.POST
    assert await book.posted("elder", "volunteer") == [100 - 3 * posts, 3 * posts]
    assert await book.available("elder") == [100 - 3 * posts]


async def test_job_against_post(book: SmallBook) -> None:
    """An expired hold is posted or let go, exactly once; jobs that meet share the work."""
    await book.give(100, "elder")
    await book.open("volunteer")
    await ledger.void_expired_holds(most=10**6)
    past = datetime.now(UTC) - timedelta(minutes=1)
    held = [book.hold("elder", "volunteer", 1, expires_at=past) for _ in range(40)]
    for leg in held:
        await book.book(leg)
    posts = [book.book(Leg.post(leg.id)) for leg in held[::2]]
    jobs = [ledger.void_expired_holds() for _ in range(3)]
    answers = await at_once(*posts, *jobs)
    posted, voided = answers[: len(posts)], answers[len(posts) :]
    assert set(kinds(posted)) <= {"tuple", "AlreadyResolved"}
    passed = kinds(posted)["tuple"]
    assert sum(voided) == 40 - passed
    assert await book.posted("elder", "volunteer") == [100 - passed, passed]
    assert await book.available("elder") == [100 - passed]
    assert await ledger.void_expired_holds() == 0


async def test_reversed_once(book: SmallBook, poster: GroupPoster) -> None:
    await book.give(100, "elder", "volunteer")
    for _ in range(10):
        (moved,) = await book.book(book.move("elder", "volunteer", 7))
        doors = (ledger.book, poster.submit)
        reversals = [book.journal(Leg.reverse(moved.id, reason="wrong")) for _ in range(8)]
        answers = await at_once(*[doors[n % 2](one) for n, one in enumerate(reversals)])
        assert kinds(answers) == {"tuple": 1, "AlreadyResolved": 7}
    assert await book.posted("elder", "volunteer") == [100, 100]


# --- accounts -------------------------------------------------------------------------------------


async def test_close_against_transfer(book: SmallBook, poster: GroupPoster) -> None:
    await book.give(1000, "elder")
    closed = 0
    for n in range(15):
        (account,) = await book.open(f"member {n}")
        doors = (ledger.book, poster.submit)
        asked = [doors[i % 2](book.journal(book.move("elder", f"member {n}"))) for i in range(4)]
        close = ledger.close_account(account, community_id=book.community_id)
        *answers, closing = await at_once(*asked[:2], close, *asked[2:])
        answers, closing = [*answers[:2], *answers[3:], closing], answers[2]
        assert isinstance(closing, ledger.AccountNotEmpty | None)
        shut = closing is None
        closed += shut
        assert kinds(answers) == ({"AccountClosed": 4} if shut else {"tuple": 4})
        assert await book.posted(f"member {n}") == [0 if shut else 4]


async def test_one_account_opened_by_many(book: SmallBook) -> None:
    owner = uuid.uuid4()
    accounts = await at_once(
        *[
            ledger.open_account(
                community_id=book.community_id, kind="member", unit=ledger.MINUTE, owner=owner
            )
            for _ in range(20)
        ]
    )
    assert len({account.id for account in accounts}) == 1


async def test_both_doors_at_one_hot_account(book: SmallBook, poster: GroupPoster) -> None:
    names = [f"member {n}" for n in range(8)]
    await book.give(20, *names)
    await book.open("relief")

    async def client(n: int) -> Counter[str]:
        found: Counter[str] = Counter()
        for i in range(25):
            leg = book.move(names[n], "relief") if (n + i) % 4 else book.move("relief", names[n])
            door = (ledger.book, poster.submit)[(n + i) % 2]
            found[type(await settled(door(book.journal(leg)))).__name__] += 1
        return found

    total = sum(await at_once(*[client(n % 8) for n in range(24)]), Counter())
    assert set(total) <= {"tuple", "NotEnough"}
    assert total.total() == 600
    assert await book.count() == 8 + total["tuple"]
    assert sum(await book.posted("relief", *names)) == 160
    assert min(await book.posted("relief", *names)) >= 0


async def test_callers_own_writes_stand_or_fall_with_the_booking(book: SmallBook) -> None:
    """Two transactions, each of two bookings, over the same accounts in opposite order.

    A caller that books twice in one transaction locks twice, so the two may meet in a circle:
    PostgreSQL ends one, of which then nothing is stored.
    """
    await book.give(100, "here", "there", "apart")

    async def twice(first: Leg, second: Leg) -> None:
        async with ledger.transaction():
            await book.book(first)
            await asyncio.sleep(0.02)
            await book.book(second)

    before = await book.count()
    answers = await at_once(
        twice(book.move("here", "apart"), book.move("there", "issuance")),
        twice(book.move("there", "issuance"), book.move("here", "apart")),
    )
    stored = sum(answer is None for answer in answers)
    assert stored >= 1
    assert await book.count() == before + 2 * stored
    assert await book.posted("here", "there") == [100 - stored, 100 - stored]
