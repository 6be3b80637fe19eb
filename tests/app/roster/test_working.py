"""The work on rosters: one step at a time, told as it goes, given up when it fails each time."""

import asyncio
import uuid
from contextvars import Context

import pytest

import community
from app.roster import working
from app.roster.reading import BATCH_ROWS
from community import Actor, Role
from community.roster import (
    ATTEMPTS_MAX,
    RosterImport,
    RosterStatus,
    confirm_roster,
    note_progress,
    planned_rows,
    receive_roster,
    roster_import,
)
from tests.app.roster.making import text

pytestmark = pytest.mark.usefixtures("database")


async def uploaded(*rows: list[str]) -> tuple[RosterImport, Actor]:
    home = await community.add_community(code=f"w-{uuid.uuid4().hex[:12]}", name="Lane")
    clerk = await community.add_member(
        community_id=home.id, name="Clerk", roles=(Role.COORDINATOR,)
    )
    by = Actor(clerk.id, home.id, clerk.roles)
    file = text([["姓名", "编号", "手机", "网格"], *rows])
    return await receive_roster(uuid.uuid4(), file, file_name="a.csv", by=by), by


async def test_progress_is_told_and_stays_to_be_seen() -> None:
    people = [[f"人{n}", str(n), "", ""] for n in range(BATCH_ROWS + 1)]
    waiting, by = await uploaded(*people)
    heard: list[tuple[str, int, int | None]] = []

    async def hear(step: str, done: int, whole: int | None) -> None:
        seen = await roster_import(waiting.id, community_id=by.community_id)
        assert seen.status is not RosterStatus.DONE, "nothing is done before all of it is"
        assert seen.progress is not None
        assert (seen.progress.step, seen.progress.done) == (step, done)
        heard.append((step, done, whole))

    checked = await working.step(waiting, hear)
    assert checked.status is RosterStatus.CHECKED
    assert ("read", BATCH_ROWS, None) in heard
    assert ("plan", 0, BATCH_ROWS + 1) in heard
    heard.clear()
    await confirm_roster(waiting.id, leave_out=False, by=by)
    done = await working.step(await roster_import(waiting.id, community_id=by.community_id), hear)
    assert done.status is RosterStatus.DONE
    assert [step for step, _done, _whole in heard] == ["plan", "trace", "store"]


async def test_what_cannot_be_read_is_refused_with_its_reason() -> None:
    waiting, by = await uploaded()
    refused = await working.step(waiting)
    assert (refused.status, refused.found) == (RosterStatus.UNREADABLE, {"code": "empty"})
    grids = [[f"人{n}", str(n), "", f"网格{n}"] for n in range(501)]
    waiting, by = await uploaded(*grids)
    refused = await working.step(waiting)
    assert refused.status is RosterStatus.UNREADABLE
    assert refused.found == {"code": "too_many_grids", "count": 501}
    assert await planned_rows(waiting.id) == []
    assert len(await community.grids(by.community_id)) == 0


async def test_what_fails_each_time_is_given_up() -> None:
    waiting, by = await uploaded(["李明", "1", "", ""])
    for _ in range(ATTEMPTS_MAX):
        await note_progress(waiting.id, "wait", 0, attempt=True)
    waiting = await roster_import(waiting.id, community_id=by.community_id)
    assert (await working.step(waiting)).status is RosterStatus.FAILED
    assert (await working.step(waiting)).status is RosterStatus.FAILED
    assert {one.name for one in await community.members(by.community_id)} == {"Clerk"}


async def test_a_telephone_taken_in_the_same_moment_asks_for_a_new_look() -> None:
    """Somebody registers with a number of the file after the plan was made for the last time."""
    number = f"154{uuid.uuid4().int % 10**8:08d}"
    waiting, by = await uploaded(["李明", "1", number, ""])
    await working.step(waiting)
    await confirm_roster(waiting.id, leave_out=False, by=by)
    taken = False

    async def take_it(step: str, _done: int, _whole: int | None) -> None:
        nonlocal taken
        if step == "trace" and not taken:  # the plan stands, nothing is stored yet
            taken = True
            joining = community.add_member(
                community_id=by.community_id, name="别人", phone=f"+86{number}"
            )
            await asyncio.create_task(joining, context=Context())  # not in the open transaction

    confirmed = await roster_import(waiting.id, community_id=by.community_id)
    again = await working.step(confirmed, take_it)
    assert again.status is RosterStatus.CONFIRMED, "tried again, for nothing of it was stored"
    moved = await working.step(again)
    assert (moved.status, moved.moved, moved.fault_rows) == (RosterStatus.CHECKED, True, 1)
    assert {one.name for one in await community.members(by.community_id)} == {"Clerk", "别人"}
