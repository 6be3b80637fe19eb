"""Tells people about a merge of two needs, within the transaction of what happened."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import community
from marketplace.needs.merging.values import Merge
from marketplace.needs.reading import read_need

SETTLED: Final = frozenset({"need.joined", "need.parted"})
"""What tells of the needs themselves; the other kinds lead to what was asked about them."""


async def tell_each(
    merge: Merge, kind: str, whom: Collection[UUID], *, but: UUID | None = None, why: str = ""
) -> None:
    """Tell each of some members, but not whoever did it."""
    need = await read_need(merge.need_id, community_id=merge.community_id)
    into = await read_need(merge.into_id, community_id=merge.community_id)
    link = f"/needs/merges/{merge.id}" if kind not in SETTLED else f"/needs/{into.id}"
    for member_id in sorted(set(whom) - {but}):
        await community.tell(
            member_id,
            kind,
            community_id=merge.community_id,
            fill={
                "title": need.title,
                "other": into.title,
                "why": why or merge.why,
                "until": merge.due_at,
            },
            link=link,
        )
