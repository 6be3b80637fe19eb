"""Reads, locks and writes the rows of calls and matters: the only place that knows them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from community import Actor
from timebank.desk.errors import UnknownCall, UnknownHandOver
from timebank.desk.rules import FAILED_TRIES
from timebank.desk.tables import CallRow, CallStepRow, HandOverRow
from timebank.desk.values import Call, CallStep, Check, Did, HandOver, Outcome, Settled, Topic

_OF_CALL: Final = (
    "id", "community_id", "outgoing", "operator_id", "caller_id", "member_id", "visit_id", "phone",
    "checked", "note", "opened_at", "ended_at", "outcome",
)  # fmt: skip
_OF_HAND_OVER: Final = (
    "id", "community_id", "call_id", "member_id", "visit_id", "topic", "urgent", "note",
    "handed_by", "handed_at", "taken_by", "taken_at", "closed_by", "closed_at", "outcome",
    "outcome_note",
)  # fmt: skip

_CALLS: Final = f"SELECT {', '.join(_OF_CALL)} FROM desk_call WHERE community_id = {{}} AND "  # noqa: S608 (column names of ours)
_HAND_OVERS: Final = (
    f"SELECT {', '.join(_OF_HAND_OVER)} FROM hand_over WHERE community_id = {{}} AND "  # noqa: S608 (column names of ours)
)

_OPEN: Final = """
INSERT INTO desk_call (id, community_id, outgoing, operator_id, caller_id, member_id, visit_id,
    phone, opened_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})
ON CONFLICT (id) DO NOTHING RETURNING id
"""

_UPDATE: Final = """
UPDATE desk_call SET caller_id = {}, member_id = {}, phone = {}, checked = {}, note = {},
    ended_at = {}, outcome = {}
WHERE community_id = {} AND id = {}
"""

_STEP: Final = """
INSERT INTO desk_call_step (community_id, call_id, at, act, visit_id) VALUES ({}, {}, {}, {}, {})
"""

_STEP_ONCE: Final = """
INSERT INTO desk_call_step (community_id, call_id, at, act, visit_id)
SELECT community_id, id, {}, {}, {} FROM desk_call WHERE community_id = {} AND id = {}
    AND NOT EXISTS (SELECT FROM desk_call_step WHERE call_id = {} AND act = {} AND visit_id = {})
"""

_STEPS: Final = """
SELECT call_id, at, act, visit_id FROM desk_call_step
WHERE community_id = {} AND call_id = ANY({}) ORDER BY seq
"""

_TRIES: Final = """
SELECT visit_id, count(*) FILTER (WHERE outcome = ANY({})) AS tries,
    max(ended_at) FILTER (WHERE outcome = ANY({})) AS last_try_at,
    (array_agg(operator_id) FILTER (WHERE ended_at IS NULL))[1] AS calling
FROM desk_call WHERE visit_id = ANY({}) AND outgoing GROUP BY visit_id
"""

_HAND_OVER: Final = """
INSERT INTO hand_over (id, community_id, call_id, member_id, visit_id, topic, urgent, note,
    handed_by, handed_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {})
ON CONFLICT (id) DO NOTHING RETURNING id
"""

_UPDATE_HAND_OVER: Final = """
UPDATE hand_over SET taken_by = {}, taken_at = {}, closed_by = {}, closed_at = {}, outcome = {},
    outcome_note = {}
WHERE community_id = {} AND id = {}
"""


async def calls(condition: str, *values: Any, community_id: UUID) -> list[Call]:
    """Return a community's calls that fit a condition written in this package."""
    return [_call(row) for row in await CallRow.raw(_CALLS + condition, community_id, *values)]


async def call(call_id: UUID, *, community_id: UUID, locked: bool = False) -> Call:
    """Return a call; `locked`, nobody else changes it until this is over. Raises `UnknownCall`."""
    lock = " FOR NO KEY UPDATE" if locked else ""
    found = await calls(f"id = {{}}{lock}", call_id, community_id=community_id)
    if not found:
        raise UnknownCall(call_id)
    return found[0]


async def insert(new: Call) -> bool:
    """Store a new call; return whether its id was free."""
    rows = await CallRow.raw(
        _OPEN,
        new.id,
        new.community_id,
        new.outgoing,
        new.operator_id,
        new.caller_id,
        new.member_id,
        new.visit_id,
        new.phone,
        new.opened_at,
    )
    return bool(rows)


async def update(changed: Call) -> None:
    """Store where a call stands now."""
    await CallRow.raw(
        _UPDATE,
        changed.caller_id,
        changed.member_id,
        changed.phone,
        [one.value for one in changed.checked],
        changed.note,
        changed.ended_at,
        changed.outcome.value if changed.outcome else None,
        changed.community_id,
        changed.id,
    )


async def step(of: Call, act: Did, *, at: datetime, visit_id: UUID | None = None) -> None:
    """Add what was done in a call."""
    await CallStepRow.raw(_STEP, of.community_id, of.id, at, act.value, visit_id)


async def step_once(of: Call, act: Did, visit_id: UUID, *, at: datetime) -> None:
    """Add what was done about a visit in a locked call, unless the same request came before."""
    await CallStepRow.raw(
        _STEP_ONCE,
        at,
        act.value,
        visit_id,
        of.community_id,
        of.id,
        of.id,
        act.value,
        visit_id,
    )


async def steps(
    call_ids: Iterable[UUID], *, community_id: UUID
) -> dict[UUID, tuple[CallStep, ...]]:
    """Return what was done in each of these calls, in its order."""
    found: dict[UUID, tuple[CallStep, ...]] = {}
    for row in await CallStepRow.raw(_STEPS, community_id, list(call_ids)):
        one = CallStep(row["at"], Did(row["act"]), row["visit_id"])
        found[row["call_id"]] = (*found.get(row["call_id"], ()), one)
    return found


async def hand_overs(condition: str, *values: Any, community_id: UUID) -> list[HandOver]:
    """Return a community's matters that fit a condition written in this package."""
    rows = await HandOverRow.raw(_HAND_OVERS + condition, community_id, *values)
    return [_hand_over(row) for row in rows]


async def hand_over(matter_id: UUID, *, community_id: UUID, locked: bool = False) -> HandOver:
    """Return a matter, locked where wished. Raises `UnknownHandOver`."""
    lock = " FOR NO KEY UPDATE" if locked else ""
    found = await hand_overs(f"id = {{}}{lock}", matter_id, community_id=community_id)
    if not found:
        raise UnknownHandOver(matter_id)
    return found[0]


async def insert_hand_over(new: HandOver) -> bool:
    """Store a new matter; return whether its id was free."""
    rows = await HandOverRow.raw(
        _HAND_OVER,
        new.id,
        new.community_id,
        new.call_id,
        new.member_id,
        new.visit_id,
        new.topic.value,
        new.urgent,
        new.note,
        new.handed_by,
        new.handed_at,
    )
    return bool(rows)


async def update_hand_over(changed: HandOver) -> None:
    """Store who looks after a matter, and what became of it."""
    await HandOverRow.raw(
        _UPDATE_HAND_OVER,
        changed.taken_by,
        changed.taken_at,
        changed.closed_by,
        changed.closed_at,
        changed.outcome.value if changed.outcome else None,
        changed.outcome_note,
        changed.community_id,
        changed.id,
    )


async def calling_about(visit_id: UUID, by: Actor) -> UUID | None:
    """Return who calls about a visit at this moment, if anybody but this operator does."""
    found = await calls(
        "visit_id = {} AND outgoing AND ended_at IS NULL", visit_id, community_id=by.community_id
    )
    return next((one.operator_id for one in found if one.operator_id != by.member_id), None)


async def tries(visit_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return of visits that were called about how often in vain, when last, and who calls."""
    failed = [one.value for one in FAILED_TRIES]
    found = await CallRow.raw(_TRIES, failed, failed, list(visit_ids))
    return {row["visit_id"]: row for row in found}


async def searched_for(visit_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these visits whose elder a coordinator is to reach."""
    found = await HandOverRow.raw(
        "SELECT visit_id FROM hand_over WHERE visit_id = ANY({}) AND closed_at IS NULL"
        " AND topic = 'not_reached'",
        list(visit_ids),
    )
    return {row["visit_id"] for row in found}


async def names_of(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return names by id, also of operators who are members elsewhere and work here."""
    wanted = [one for one in set(ids) if one is not None]
    found = await CallRow.raw("SELECT id, name FROM member WHERE id = ANY({})", wanted)
    return {row["id"]: row["name"] for row in found}


def _call(row: Mapping[str, Any]) -> Call:
    return Call(
        **{
            **row,
            "checked": tuple(Check(one) for one in row["checked"]),
            "outcome": Outcome(row["outcome"]) if row["outcome"] else None,
        }
    )


def _hand_over(row: Mapping[str, Any]) -> HandOver:
    outcome = Settled(row["outcome"]) if row["outcome"] else None
    return HandOver(**{**row, "topic": Topic(row["topic"]), "outcome": outcome})
