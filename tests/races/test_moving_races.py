"""Moves that meet: two desks at once, the last of a limit taken twice, a connection that dies."""

import asyncio
from typing import Any

import asyncpg
import pytest

import community
import ledger
from community import Role, Standing
from tests.timebank.two_streets import LIMIT, TwoStreets, open_two_streets, two_streets
from timebank import moving
from timebank.moving import MoveState, clearing

__all__ = ["two_streets"]

ROUNDS = 4

pytestmark = pytest.mark.usefixtures("database")


def _refusals(results: list[Any]) -> list[str]:
    return sorted(type(one).__name__ for one in results if isinstance(one, BaseException))


@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_of_two_desks_that_take_somebody_in_one_does(
    two_streets: TwoStreets,
    turn: int,  # noqa: ARG001 (chance differs)
) -> None:
    one = two_streets
    second = await one.join(one.new, "钱进", Role.COORDINATOR)
    there = await one.join(one.new, "赵远")
    move = await one.released(300)
    results = await asyncio.gather(
        moving.receive_move(move.id, by=one.new_desk, roles=(Role.RESIDENT,)),
        moving.receive_move(move.id, by=second, into=there.member_id),
        return_exceptions=True,
    )
    assert _refusals(results) in (["MoveOver"], [])
    done = await moving.move_seen(move.id, by=one.new_desk)
    assert done.new_member_id is not None
    assert await one.owed() == (300, -300)
    assert await one.saved(done.new_member_id, one.new) == (300, 0)
    assert await one.saved(one.mover.member_id, one.old) == (0, 0)


@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_letting_go_and_taking_in_at_once_never_book_by_halves(
    two_streets: TwoStreets,
    turn: int,  # noqa: ARG001 (chance differs)
) -> None:
    one = two_streets
    await one.save(one.mover, 120)
    move = await moving.ask_move(one.mover.member_id, one.new, by=one.mover)
    results = await asyncio.gather(
        moving.release_move(move.id, by=one.old_desk),
        moving.receive_move(move.id, by=one.new_desk),
        return_exceptions=True,
    )
    assert _refusals(results) in ([], ["UnknownMove"])
    stands = await moving.move_seen(move.id, by=one.old_desk)
    owed = 120 if stands.state is MoveState.DONE else 0
    assert await one.owed() == (owed, -owed)


@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_the_same_click_of_four_hands_moves_once(
    two_streets: TwoStreets,
    turn: int,  # noqa: ARG001 (chance differs)
) -> None:
    one = two_streets
    move = await one.released(90)
    done = await asyncio.gather(
        *(moving.receive_move(move.id, by=one.new_desk) for _of_four in range(4))
    )
    assert len({each.new_member_id for each in done}) == 1
    assert await one.owed() == (90, -90)


@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_the_last_of_a_limit_is_taken_once(
    two_streets: TwoStreets,
    turn: int,  # noqa: ARG001 (chance differs)
) -> None:
    one = two_streets
    moves = []
    for name in ("甲", "乙", "丙"):
        who = await one.join(one.old, name, Role.RESIDENT)
        await one.save(who, LIMIT // 2 + 1)
        moves.append(await moving.ask_move(who.member_id, one.new, by=one.old_desk))
    results = await asyncio.gather(
        *(moving.receive_move(move.id, by=one.new_desk) for move in moves),
        return_exceptions=True,
    )
    assert _refusals(results) == ["ClearingFull", "ClearingFull"]
    assert await one.owed() == (LIMIT // 2 + 1, -LIMIT // 2 - 1)


@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_moves_both_ways_at_once_all_arrive(turn: int) -> None:  # noqa: ARG001 (chance differs)
    one = await open_two_streets()
    ways = []
    for number in range(6):
        place, target = (one.old, one.new) if number % 2 else (one.new, one.old)
        sends, takes = (one.old_desk, one.new_desk) if number % 2 else (one.new_desk, one.old_desk)
        who = await one.join(place, f"某{number}", Role.RESIDENT)
        await one.save(who, 100)
        move = await moving.ask_move(who.member_id, target, by=sends)
        ways.append(moving.receive_move(move.id, by=takes))
    done = await asyncio.gather(*ways)
    assert {each.state for each in done} == {MoveState.DONE}
    assert await one.owed() == (0, 0)


@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_asking_and_merging_at_once_leave_no_move_of_a_former_member(turn: int) -> None:  # noqa: ARG001 (chance differs)
    from app import merging  # noqa: PLC0415 (only here)

    one = await open_two_streets()
    twin = await one.join(one.old, "赵远", Role.VOLUNTEER)
    await one.save(twin, 60)
    results = await asyncio.gather(
        moving.ask_move(twin.member_id, one.new, by=twin),
        merging.merge(one.mover.member_id, twin.member_id, by=one.old_desk),
        return_exceptions=True,
    )
    assert _refusals(results) in (["OpenMove"], ["NotActive"])
    merged = (await community.member(twin.member_id)).standing is Standing.MERGED
    assert bool(await moving.moves_of(one.old_desk, only_open=True)) != merged


@pytest.mark.parametrize("after", [1, 2])
async def test_killed_between_the_two_books_neither_is_written(
    two_streets: TwoStreets,
    owner: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    after: int,
) -> None:
    """The server ends the connection after the first, or after both, of the two journals."""
    one = two_streets
    move = await one.released(300)
    booked: list[ledger.Journal] = []
    book = ledger.book

    async def booking(journal: ledger.Journal) -> tuple[ledger.Transfer, ...]:
        found = await book(journal)
        booked.append(journal)
        if len(booked) == after:
            rows = await clearing_backend()
            await owner.execute("SELECT pg_terminate_backend($1)", rows)
        return found

    async def clearing_backend() -> int:
        from timebank.moving.tables import MemberMoveRow  # noqa: PLC0415 (only here)

        rows = await MemberMoveRow.raw("SELECT pg_backend_pid() AS pid")
        return int(rows[0]["pid"])

    monkeypatch.setattr(clearing.ledger, "book", booking)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await moving.receive_move(move.id, by=one.new_desk)
    monkeypatch.undo()
    assert len(booked) == after
    assert await one.owed() == (0, 0)
    assert await one.saved(one.mover.member_id, one.old) == (300, 0)
    assert (await community.member(one.mover.member_id)).standing is Standing.ACTIVE
    done = await moving.receive_move(move.id, by=one.new_desk)
    assert done.minutes == 300
    assert await one.owed() == (300, -300)
