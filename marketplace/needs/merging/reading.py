"""Reads merges of needs. Never writes."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from marketplace.needs.merging.errors import UnknownMerge
from marketplace.needs.merging.tables import NeedMergeAnswerRow, NeedMergeRow
from marketplace.needs.merging.values import Answer, Merge, MergeState, Silence
from marketplace.needs.reading import COLUMNS, need_of
from marketplace.needs.tables import NeedRow
from marketplace.needs.values import Need

_COLUMNS: Final = (
    "id, community_id, need_id, into_id, state, why, asked_by, asked_at, due_at, silence,"
    " settled_at, undone_by, undone_at, undone_why"
)


async def find(where: str, *values: object) -> list[Merge]:
    """Return the merges that fit a condition of our own, with their answers."""
    rows = await NeedMergeRow.raw(f"SELECT {_COLUMNS} FROM need_merge WHERE {where}", *values)  # noqa: S608 (text of ours)
    if not rows:
        return []
    answers = await NeedMergeAnswerRow.raw(
        "SELECT merge_id, member_id, need_id, agreed, reason, answered_at FROM need_merge_answer"
        " WHERE merge_id = ANY({}) ORDER BY answered_at NULLS LAST, member_id",
        [row["id"] for row in rows],
    )
    return [_merge(row, answers) for row in rows]


async def read_merge(merge_id: UUID, *, community_id: UUID) -> Merge:
    """Return a merge of this community. Raises `UnknownMerge`."""
    found = await find("id = {} AND community_id = {}", merge_id, community_id)
    if not found:
        raise UnknownMerge
    return found[0]


async def open_merges_of(need_id: UUID, *, community_id: UUID) -> list[Merge]:
    """Return the merges about which a need's authors are being asked, the latest first."""
    return await find(
        "community_id = {} AND state = 'asked' AND {} IN (need_id, into_id) ORDER BY asked_at DESC",
        community_id,
        need_id,
    )


async def merges_of(need_id: UUID, *, community_id: UUID) -> list[Merge]:
    """Return every merge that touched a need, the first first."""
    return await find(
        "community_id = {} AND {} IN (need_id, into_id) ORDER BY asked_at, id",
        community_id,
        need_id,
    )


async def awaiting(member_id: UUID, *, community_id: UUID) -> list[Merge]:
    """Return the merges that wait for a member's answer, the soonest due first."""
    return await find(
        "community_id = {} AND state = 'asked' AND EXISTS (SELECT FROM need_merge_answer AS asked"
        " JOIN need_author ON need_author.need_id = asked.need_id"
        " AND need_author.member_id = asked.member_id AND left_at IS NULL"
        " WHERE merge_id = need_merge.id AND asked.member_id = {} AND agreed IS NULL)"
        " ORDER BY due_at, id",
        community_id,
        member_id,
    )


async def joined_into(need_id: UUID, *, community_id: UUID) -> list[Need]:
    """Return the needs that go on in this one now, the first raised first."""
    rows = await NeedRow.raw(
        f"SELECT {COLUMNS} FROM need WHERE merged_into = {{}} AND community_id = {{}}"  # noqa: S608 (columns of ours)
        " ORDER BY raised_at, id",
        need_id,
        community_id,
    )
    return [need_of(row) for row in rows]


def _merge(row: dict[str, Any], answers: Sequence[dict[str, Any]]) -> Merge:
    said = tuple(
        Answer(one["member_id"], one["need_id"], one["agreed"], one["reason"], one["answered_at"])
        for one in answers
        if one["merge_id"] == row["id"]
    )
    return Merge(
        **{**row, "state": MergeState(row["state"]), "silence": Silence(row["silence"])},
        answers=said,
    )
