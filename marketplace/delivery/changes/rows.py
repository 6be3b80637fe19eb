"""Reads, locks and writes the rows of changes: the only place that knows their columns."""

from typing import Any, Final
from uuid import UUID

from marketplace.delivery.changes.errors import UnknownChange
from marketplace.delivery.changes.tables import ChangeObjectionRow, ProjectChangeRow
from marketplace.delivery.changes.values import (
    Change,
    ChangeId,
    ChangeState,
    MoveMoney,
    NewDate,
    NewScope,
    Objection,
    What,
)

_CHANGE: Final = """
SELECT one.*, (SELECT count(*)::int FROM change_objection WHERE change_id = one.id) AS objections
FROM project_change AS one WHERE one.community_id = {} AND """

_ADD: Final = """
INSERT INTO project_change (id, community_id, project_id, number, kind, milestone, before_on,
    due_on, from_line, to_line, amount_fen, scope, reason, asked_by, asked_at, objections_until,
    state, answer)
SELECT {}, {}::uuid, {}::uuid, coalesce(max(number), 0) + 1, {}, {}::int, {}::date, {}::date,
    {}::text, {}::text, {}::bigint, {}::text, {}, {}::uuid, {}::timestamptz, {}::timestamptz,
    'open', ''
FROM project_change WHERE project_id = {}
"""

_OBJECT: Final = """
INSERT INTO change_objection (id, community_id, change_id, member_id, words, made_at)
VALUES ({}, {}, {}, {}, {}, {})
ON CONFLICT ON CONSTRAINT one_objection_each
    DO UPDATE SET words = excluded.words, made_at = excluded.made_at
"""


async def changes(condition: str, *values: Any, community_id: UUID) -> list[Change]:
    """Return a community's changes that fit a condition written in this package, as `one`."""
    found = await ProjectChangeRow.raw(_CHANGE + condition, community_id, *values)
    return [
        Change(
            id=ChangeId(row["id"]),
            project_id=row["project_id"],
            community_id=row["community_id"],
            number=row["number"],
            what=_what(row),
            reason=row["reason"],
            asked_by=row["asked_by"],
            asked_at=row["asked_at"],
            objections_until=row["objections_until"],
            state=ChangeState(row["state"]),
            decided_by=row["decided_by"],
            decided_at=row["decided_at"],
            answer=row["answer"],
            decision_id=row["decision_id"],
            objections=row["objections"],
        )
        for row in found
    ]


def _what(row: dict[str, Any]) -> What:
    match row["kind"]:
        case "date":
            return NewDate(row["milestone"], row["due_on"], row["before_on"])
        case "money":
            return MoveMoney(row["from_line"], row["to_line"], row["amount_fen"])
        case _:
            return NewScope(row["scope"])


async def one_change(change_id: UUID, *, community_id: UUID) -> Change:
    """Return a change. Raises `UnknownChange`."""
    found = await changes("one.id = {}", change_id, community_id=community_id)
    if not found:
        raise UnknownChange
    return found[0]


async def locked(change_id: UUID, *, community_id: UUID) -> Change:
    """Return a change that nobody else decides or objects to until the transaction ends.

    Raises `UnknownChange`.
    """
    await ProjectChangeRow.raw(
        "SELECT id FROM project_change WHERE community_id = {} AND id = {} FOR NO KEY UPDATE",
        community_id,
        change_id,
    )
    return await one_change(change_id, community_id=community_id)


async def add(change: Change) -> None:
    """Store a change; its number follows the last of its project, whose delivery is locked."""
    date_of = change.what if isinstance(change.what, NewDate) else None
    money_of = change.what if isinstance(change.what, MoveMoney) else None
    await ProjectChangeRow.raw(
        _ADD,
        change.id,
        change.community_id,
        change.project_id,
        change.kind.value,
        date_of.milestone if date_of else None,
        date_of.before if date_of else None,
        date_of.due_on if date_of else None,
        money_of.from_line if money_of else None,
        money_of.to_line if money_of else None,
        money_of.amount_fen if money_of else None,
        change.what.words if isinstance(change.what, NewScope) else None,
        change.reason,
        change.asked_by,
        change.asked_at,
        change.objections_until,
        change.project_id,
    )


async def set_change(change: Change, **fields: Any) -> None:
    """Change fields of a change; their names are this package's own."""
    names = ", ".join(f"{name} = {{}}" for name in fields)
    await ProjectChangeRow.raw(
        f"UPDATE project_change SET {names} WHERE community_id = {{}} AND id = {{}}",  # noqa: S608 (names of ours)
        *fields.values(),
        change.community_id,
        change.id,
    )


async def objections(change: Change) -> list[Objection]:
    """Return what residents say against a change, in the order in which they said it."""
    found = await ChangeObjectionRow.raw(
        "SELECT id, change_id, member_id, words, made_at FROM change_objection"
        " WHERE community_id = {} AND change_id = {} ORDER BY made_at, id",
        change.community_id,
        change.id,
    )
    return [Objection(**row) for row in found]


async def put_objection(objection: Objection, *, community_id: UUID) -> None:
    """Store an objection, or the new words of one that was made before."""
    await ChangeObjectionRow.raw(
        _OBJECT,
        objection.id,
        community_id,
        objection.change_id,
        objection.member_id,
        objection.words,
        objection.made_at,
    )
