"""Moves a delivery on: the row, its history, the trail and the news to its followers, as one."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import community
from community import Actor
from marketplace.delivery import rules, telling
from marketplace.delivery.errors import DeliveryMoved, NotBegun
from marketplace.delivery.reading import read_delivery
from marketplace.delivery.tables import DeliveryMoveRow, DeliveryRow
from marketplace.delivery.undertaking import undertaking_of
from marketplace.delivery.values import Delivery, DeliveryState
from marketplace.reading import read_project
from marketplace.refusals import verb

_STEP: Final = """
INSERT INTO delivery_move (project_id, community_id, state, moved_by, why)
VALUES ({}, {}, {}, {}, {})
"""


async def locked(project_id: UUID, *, community_id: UUID) -> Delivery:
    """Return a delivery that nobody else changes until the open transaction ends.

    Every verb about a project's milestones, requests and money takes this lock first, then a
    request's, then the book's. Raises `NotBegun`.
    """
    rows = await DeliveryRow.raw(
        "SELECT project_id FROM delivery WHERE project_id = {} AND community_id = {}"
        " FOR NO KEY UPDATE",
        project_id,
        community_id,
    )
    if not rows:
        raise NotBegun
    return await read_delivery(project_id, community_id=community_id)


async def move(
    delivery: Delivery,
    state: DeliveryState,
    *,
    by: Actor,
    why: str = "",
    but_not: Collection[UUID] = (),
) -> None:
    """Move a delivery to a state, write the step down and tell its followers and its undertaker.

    Not told are who did it, and those whom the caller tells more (`but_not`): nobody reads of one
    step twice. Within the transaction in which it was `locked`. Raises `DeliveryMoved`.
    """
    rules.move(delivery.state, state)
    async with verb(delivery_moves_on=DeliveryMoved(delivery.state)):
        moved = await DeliveryRow.raw(
            "UPDATE delivery SET state = {} WHERE project_id = {} AND community_id = {}"
            " AND state = {} RETURNING project_id",
            state.value,
            delivery.project_id,
            delivery.community_id,
            delivery.state.value,
        )
        if not moved:
            raise DeliveryMoved(delivery.state)
        await step(delivery, state, by=by, why=why)
        await community.record(
            "delivery.move",
            by=by,
            subject_kind="project",
            subject_id=delivery.project_id,
            details={"from": delivery.state.value, "to": state.value},
        )
        project = await read_project(delivery.project_id, community_id=delivery.community_id)
        back = delivery.state is DeliveryState.DELIVERED and state is DeliveryState.UNDER_WAY
        kind = "delivery.sent_back" if back else f"delivery.{state.value}"
        whom = await telling.followers(project) | (await undertaking_of(project)).hands
        await telling.tell(whom - set(but_not), kind, project, by=by, fill={"why": why})


async def step(delivery: Delivery, state: DeliveryState, *, by: Actor, why: str = "") -> None:
    """Write a step of a delivery down."""
    await DeliveryMoveRow.raw(
        _STEP, delivery.project_id, delivery.community_id, state.value, by.member_id, why
    )
