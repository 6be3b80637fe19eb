"""Reads and locks the rows of plans: the only place that knows their columns.

Whoever changes something about a plan locks in one order: the rounds on which it stands, its need,
the plan, then a call or an amendment. The opening of a ballot begins with its round as well.
"""

from typing import Any, Final
from uuid import UUID

import ledger
from community import Actor
from marketplace.plans.errors import UnknownAmendment, UnknownCall, UnknownPlan
from marketplace.plans.tables import (
    AmendmentRow,
    OpenCallRow,
    PlanRow,
    PlanVersionRow,
    UndertakingRow,
)
from marketplace.plans.values import (
    Amendment,
    AmendmentState,
    Call,
    CallState,
    Plan,
    PlanContent,
    Undertaker,
    Version,
)

FROZEN: Final = """
EXISTS (SELECT FROM project JOIN round ON round.id = project.round_id
    WHERE project.plan_id = plan.id AND project.left_at IS NULL AND round.state = 'voting')
"""

_PLAN: Final = f"""
SELECT plan.id, plan.need_id, plan.community_id,
    coalesce((SELECT max(number) FROM plan_version WHERE plan_id = plan.id), 0) AS version,
    {FROZEN} AS frozen
FROM plan WHERE plan.community_id = {{}} AND """  # noqa: S608 (a piece of our own)

_UNDERTAKERS: Final = """
SELECT id, plan_id, offer_id, member_id, organisation_id, chosen_by, chosen_at, reason, ended_at,
    ended_why
FROM undertaking WHERE community_id = {} AND """

NUMBER_MAX: Final = 2**31 - 1
"""The greatest number that a column of numbers holds: an address can name a greater one."""

_VERSION: Final = """
SELECT plan_id, number, content, sha256, cost_fen, minutes, written_by, written_at, note,
    amendment_id
FROM plan_version WHERE community_id = {} AND """

_CALL: Final = """
SELECT id, plan_id, need_id, community_id, seeking, opened_by, opened_at, closes_at, state,
    ended_why
FROM open_call WHERE community_id = {} AND """

_AMENDMENT: Final = """
SELECT id, plan_id, community_id, base, content, reason, proposed_by, proposed_at, state,
    answered_by, answered_at, answer, version,
    (SELECT count(*)::int FROM amendment_support WHERE amendment_id = amendment.id) AS supporters
FROM amendment WHERE community_id = {} AND """

_STANDING_ROUNDS: Final = """
SELECT id FROM round WHERE community_id = {} AND id IN (
    SELECT round_id FROM project JOIN plan ON plan.id = project.plan_id
    WHERE plan.need_id = {} AND project.left_at IS NULL)
ORDER BY id FOR SHARE
"""


async def keep_rounds(need_id: UUID, *, community_id: UUID) -> None:
    """Keep the rounds on which a need's plan stands as they are until the transaction ends."""
    await PlanRow.raw(_STANDING_ROUNDS, community_id, need_id)


async def begun(need_id: UUID, *, by: Actor) -> Plan:
    """Return a need's plan, locked; begin one without a version where there is none."""
    await PlanRow.raw(
        "INSERT INTO plan (id, community_id, need_id, begun_by, begun_at)"
        " VALUES ({}, {}, {}, {}, clock_timestamp())"
        " ON CONFLICT ON CONSTRAINT one_plan_for_each_need DO NOTHING",
        ledger.new_id(),
        by.community_id,
        need_id,
        by.member_id,
    )
    (row,) = await PlanRow.raw(
        "SELECT id FROM plan WHERE community_id = {} AND need_id = {} FOR NO KEY UPDATE",
        by.community_id,
        need_id,
    )
    return await plan(row["id"], community_id=by.community_id)


async def locked(plan_id: UUID, *, community_id: UUID) -> Plan:
    """Return a plan that nobody else changes until the transaction ends. Raises `UnknownPlan`."""
    await PlanRow.raw(
        "SELECT id FROM plan WHERE community_id = {} AND id = {} FOR NO KEY UPDATE",
        community_id,
        plan_id,
    )
    return await plan(plan_id, community_id=community_id)


async def plan(plan_id: UUID, *, community_id: UUID) -> Plan:
    """Return a plan. Raises `UnknownPlan`."""
    found = await plans("plan.id = {}", plan_id, community_id=community_id)
    if not found:
        raise UnknownPlan
    return found[0]


async def plans(condition: str, *values: Any, community_id: UUID) -> list[Plan]:
    """Return a community's plans that fit a condition written in this package."""
    rows = await PlanRow.raw(_PLAN + condition, community_id, *values)
    holders = await undertakers(
        "plan_id = ANY({}) AND ended_at IS NULL",
        [row["id"] for row in rows],
        community_id=community_id,
    )
    by_plan = {one.plan_id: one for one in holders}
    return [Plan(**row, undertaker=by_plan.get(row["id"])) for row in rows]


async def undertakers(condition: str, *values: Any, community_id: UUID) -> list[Undertaker]:
    """Return undertakers that fit a condition written in this package."""
    rows = await UndertakingRow.raw(_UNDERTAKERS + condition, community_id, *values)
    return [Undertaker(**row) for row in rows]


async def versions(condition: str, *values: Any, community_id: UUID) -> list[Version]:
    """Return versions that fit a condition written in this package."""
    rows = await PlanVersionRow.raw(_VERSION + condition, community_id, *values)
    return [Version(**{**row, "content": PlanContent.of(row["content"])}) for row in rows]


async def version(plan_id: UUID, number: int, *, community_id: UUID) -> Version:
    """Return a version of a plan. Raises `UnknownPlan`."""
    if not 0 < number <= NUMBER_MAX:
        raise UnknownPlan
    found = await versions(
        "plan_id = {} AND number = {}", plan_id, number, community_id=community_id
    )
    if not found:
        raise UnknownPlan
    return found[0]


async def calls(condition: str, *values: Any, community_id: UUID) -> list[Call]:
    """Return calls that fit a condition written in this package."""
    rows = await OpenCallRow.raw(_CALL + condition, community_id, *values)
    return [Call(**{**row, "state": CallState(row["state"])}) for row in rows]


async def call(call_id: UUID, *, community_id: UUID, locked: bool = False) -> Call:
    """Return a call, `locked` until the transaction ends or as it is. Raises `UnknownCall`."""
    lock = " FOR NO KEY UPDATE" if locked else ""
    found = await calls("id = {}" + lock, call_id, community_id=community_id)
    if not found:
        raise UnknownCall
    return found[0]


async def amendments(condition: str, *values: Any, community_id: UUID) -> list[Amendment]:
    """Return amendments that fit a condition written in this package."""
    rows = await AmendmentRow.raw(_AMENDMENT + condition, community_id, *values)
    return [
        Amendment(
            **{
                **row,
                "state": AmendmentState(row["state"]),
                "content": PlanContent.of(row["content"]),
            }
        )
        for row in rows
    ]


async def amendment(amendment_id: UUID, *, community_id: UUID) -> Amendment:
    """Return an amendment. Raises `UnknownAmendment`."""
    found = await amendments("id = {}", amendment_id, community_id=community_id)
    if not found:
        raise UnknownAmendment
    return found[0]


async def locked_amendment(amendment_id: UUID, *, community_id: UUID) -> Amendment:
    """Return an amendment that nobody else answers until the transaction ends."""
    await AmendmentRow.raw(
        "SELECT id FROM amendment WHERE community_id = {} AND id = {} FOR NO KEY UPDATE",
        community_id,
        amendment_id,
    )
    return await amendment(amendment_id, community_id=community_id)
