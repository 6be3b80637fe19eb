"""Moves a need on: the row, its history, the trail and the news to its followers, as one."""

from typing import Final
from uuid import UUID

import community
from community import Actor
from marketplace.needs import rules
from marketplace.needs.errors import NeedMoved, UnknownNeed
from marketplace.needs.reading import read_need, state_before
from marketplace.needs.tables import NeedMoveRow, NeedRow
from marketplace.needs.telling import tell_moved
from marketplace.needs.values import Need, NeedState
from marketplace.refusals import verb

_STEP: Final = """
INSERT INTO need_move (need_id, community_id, state, moved_by, why) VALUES ({}, {}, {}, {}, {})
"""


async def locked(need_id: UUID, *, community_id: UUID) -> Need:
    """Return a need and keep it as it is until the open transaction ends. Raises `UnknownNeed`."""
    rows = await NeedRow.raw(
        "SELECT id FROM need WHERE id = {} AND community_id = {} FOR NO KEY UPDATE",
        need_id,
        community_id,
    )
    if not rows:
        raise UnknownNeed
    return await read_need(need_id, community_id=community_id)


async def move(need: Need, state: NeedState, *, by: Actor, why: str = "") -> None:
    """Move a need to a state, write the step down and tell its followers but not who did it.

    Within the transaction in which the need was `locked`. A hidden or merged need only moves back
    to where it stood. Raises `NeedMoved`.
    """
    before = await state_before(need.id) if need.state in rules.BESIDE else None
    rules.move(need.state, state, before=before)
    async with verb(need_moves_on=NeedMoved(need.state)):
        moved = await NeedRow.raw(
            "UPDATE need SET state = {} WHERE id = {} AND community_id = {} AND state = {}"
            " RETURNING id",
            state.value,
            need.id,
            need.community_id,
            need.state.value,
        )
        if not moved:
            raise NeedMoved(need.state)
        await step(need, state, by=by, why=why)
        await community.record(
            "need.move",
            by=by,
            subject_kind="need",
            subject_id=need.id,
            details={"from": need.state.value, "to": state.value},
        )
        await tell_moved(need, state, by=by, why=why)


async def step(need: Need, state: NeedState, *, by: Actor, why: str = "") -> None:
    """Write a step of a need down."""
    await NeedMoveRow.raw(_STEP, need.id, need.community_id, state.value, by.member_id, why)
