"""Two people at one telephone number, one slip or one register in the same moment."""

import asyncio
import io
import uuid
from collections.abc import AsyncIterator, Coroutine
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

import community
from app.database import Engine
from community import Actor, Member, Registration, Role, Standing, Verified
from community.applications import (
    Applicant,
    ApplicationOver,
    JoiningCode,
    WrongJoiningCode,
    accept_applicant,
    apply_to_join,
    confirm_phone,
    decline_applicant,
    waiting_applications,
)
from community.errors import PhoneTaken
from community.invitations import Guest, InvitationOver, accept_invitation, invite
from community.roster import (
    RosterRow,
    RosterStatus,
    carry_out_roster,
    confirm_roster,
    drop_roster,
    receive_roster,
    roster_import,
    stage_roster,
)

TIMES = 6
RIGHT = b"the right code's digest".ljust(32)


def a_phone() -> str:
    return f"+86153{uuid.uuid4().int % 10**8:08d}"


@pytest_asyncio.fixture(loop_scope="session")
async def desk(database: Engine) -> Actor:  # noqa: ARG001 (must be migrated)
    home = await community.add_community(code=f"jr-{uuid.uuid4().hex[:12]}", name="Lane")
    clerk = await community.add_member(
        community_id=home.id, name="Clerk", roles=(Role.COORDINATOR,)
    )
    return Actor(clerk.id, home.id, clerk.roles)


async def at_once(*acts: Coroutine[Any, Any, Any]) -> list[Any]:
    return await asyncio.gather(*acts, return_exceptions=True)


def kinds(outcomes: list[Any]) -> set[type]:
    return {type(one) for one in outcomes if isinstance(one, BaseException)}


async def applies(desk: Actor, phone: str, name: str, key: uuid.UUID | None = None) -> None:
    await apply_to_join(
        key or uuid.uuid4(),
        Applicant(name, phone, date(1950, 3, 7), Registration.REGISTERED),
        community_id=desk.community_id,
        words="I agree.",
        code=JoiningCode("123456", RIGHT, 5, 10),
    )


async def test_many_apply_with_one_number(desk: Actor) -> None:
    for _ in range(TIMES):
        phone = a_phone()
        outcomes = await at_once(*(applies(desk, phone, f"人{n}") for n in range(4)))
        assert kinds(outcomes) <= {PhoneTaken}, outcomes
        waiting = [w for w in await waiting_applications(desk.community_id) if w.phone == phone]
        assert len(waiting) == 1, "one of them has the number"


async def test_one_application_is_sent_twice(desk: Actor) -> None:
    for _ in range(TIMES):
        phone, key = a_phone(), uuid.uuid4()
        outcomes = await at_once(*(applies(desk, phone, "王芳", key) for _ in range(3)))
        assert kinds(outcomes) <= {PhoneTaken}, outcomes
        waiting = [w for w in await waiting_applications(desk.community_id) if w.phone == phone]
        assert [one.id for one in waiting] == [key]


async def test_guesses_at_once_are_counted_each(desk: Actor) -> None:
    for _ in range(TIMES):
        key = uuid.uuid4()
        await applies(desk, a_phone(), "王芳", key)
        outcomes = await at_once(*(confirm_phone(key, bytes([n]) * 32) for n in range(9)))
        left = sorted(one.tries_left for one in outcomes if isinstance(one, WrongJoiningCode))
        assert left == [1, 2, 3, 4], "five tries, the last of which ends them"
        with pytest.raises(ApplicationOver):
            await confirm_phone(key, RIGHT)


async def test_one_accepts_while_another_declines(desk: Actor) -> None:
    for _ in range(TIMES):
        phone, key = a_phone(), uuid.uuid4()
        await applies(desk, phone, "王芳", key)
        [one] = [w for w in await waiting_applications(desk.community_id) if w.phone == phone]
        outcomes = await at_once(
            accept_applicant(one.member_id, Verified.HOME_VISIT, by=desk),
            decline_applicant(one.member_id, "No.", by=desk),
        )
        assert kinds(outcomes) == {ApplicationOver}
        standing = (await community.member(one.member_id)).standing
        assert standing is (Standing.DECLINED if outcomes[0] else Standing.ACTIVE)


async def test_one_slip_in_two_hands(desk: Actor) -> None:
    for _ in range(TIMES):
        digest = uuid.uuid4().bytes * 2
        guest = Guest("陈桂芳", None, (Role.ELDER,), Verified.HOME_VISIT)
        await invite(uuid.uuid4(), guest, code_digest=digest, days=7, by=desk)
        outcomes = await at_once(
            *(accept_invitation(digest, language="zh", words="好") for _ in range(3))
        )
        assert sum(isinstance(one, Member) for one in outcomes) == 1
        assert kinds(outcomes) == {InvitationOver}


async def quiet(_step: str, _done: int, _whole: int | None) -> None:
    return None


async def staged(desk: Actor, *rows: RosterRow) -> uuid.UUID:
    async def batches() -> AsyncIterator[list[RosterRow]]:
        yield list(rows)

    import_id = uuid.uuid4()
    await receive_roster(import_id, io.BytesIO(b"file"), file_name="a.csv", by=desk)
    await stage_roster(import_id, batches(), found=dict, tell=quiet)
    await confirm_roster(import_id, leave_out=False, by=desk)
    return import_id


async def test_one_roster_in_the_hands_of_two_workers(desk: Actor) -> None:
    for turn in range(TIMES):
        rows = [RosterRow(n, f"人{turn}-{n}", roster_number=f"{turn}-{n}") for n in range(2, 22)]
        import_id = await staged(desk, *rows)
        outcomes = await at_once(*(carry_out_roster(import_id, tell=quiet) for _ in range(3)))
        assert kinds(outcomes) == set()
        assert sum(one is not None for one in outcomes) == 1
        found = await community.members(desk.community_id)
        assert sum(one.name.startswith(f"人{turn}-") for one in found) == 20


async def test_two_rosters_with_the_same_people(desk: Actor) -> None:
    """The second plans on what the first has done: its people are there already."""
    for turn in range(TIMES):
        phone = a_phone()
        rows = [RosterRow(2, f"人{turn}", roster_number=f"s-{turn}", phone=phone)]
        two = [await staged(desk, *rows) for _ in range(2)]
        outcomes = await at_once(*(carry_out_roster(one, tell=quiet) for one in two))
        assert kinds(outcomes) == set()
        found = [await roster_import(one, community_id=desk.community_id) for one in two]
        assert sorted(one.status.value for one in found) == ["checked", "done"]
        [moved] = [one for one in found if one.status is RosterStatus.CHECKED]
        assert (moved.moved, moved.same_rows) == (True, 1)
        known = [m for m in await community.members(desk.community_id) if m.name == f"人{turn}"]
        assert len(known) == 1


async def test_one_confirms_while_another_drops(desk: Actor) -> None:
    for turn in range(TIMES):
        import_id = uuid.uuid4()
        await receive_roster(import_id, io.BytesIO(b"file"), file_name="a.csv", by=desk)

        async def batches(turn: int = turn) -> AsyncIterator[list[RosterRow]]:
            yield [RosterRow(2, f"人{turn}", roster_number=f"d-{turn}")]

        await stage_roster(import_id, batches(), found=dict, tell=quiet)
        await at_once(
            confirm_roster(import_id, leave_out=False, by=desk), drop_roster(import_id, by=desk)
        )
        found = await roster_import(import_id, community_id=desk.community_id)
        done = await carry_out_roster(import_id, tell=quiet)
        if found.status is RosterStatus.DROPPED:
            assert done is None
        else:
            assert done is not None
            assert done.status is RosterStatus.DONE
