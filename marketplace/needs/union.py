"""Brings together who stands behind a need and behind those that go on in it.

A need that was merged keeps its own rows, so nothing has to be remembered for the day when it
stands by itself again. In the need that goes on, rows with `from_need` are copies. They are made
anew from the rows below them whenever something joins, parts or takes a second back; one person
has one row there, and an own row comes before a copy.
"""

from typing import Final
from uuid import UUID

from marketplace.needs.tables import NeedAuthorRow, NeedRow, NeedSecondRow
from marketplace.needs.values import NeedId

_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('need_merge:' || {}::text, 0))"

# From a need to the one that goes on for it, and further.
_UPWARDS: Final = """
WITH RECURSIVE up AS (
    SELECT id, merged_into, 0 AS step FROM need WHERE id = {}
    UNION ALL
    SELECT need.id, need.merged_into, step + 1 FROM up JOIN need ON need.id = up.merged_into
)
SELECT id FROM up ORDER BY step
"""

_TAKE_BACK_BELOW: Final = """
WITH RECURSIVE below AS (
    SELECT id FROM need WHERE merged_into = {}
    UNION ALL
    SELECT need.id FROM below JOIN need ON need.merged_into = below.id
)
DELETE FROM need_second WHERE need_id IN (SELECT id FROM below) AND member_id = {}
"""

_DROP_SECONDS: Final = "DELETE FROM need_second WHERE need_id = {} AND from_need IS NOT NULL"
_COPY_SECONDS: Final = """
INSERT INTO need_second (need_id, member_id, community_id, entered_by, consent_id, from_need,
    seconded_at)
SELECT DISTINCT ON (second.member_id) need.merged_into, second.member_id, second.community_id,
    second.entered_by, second.consent_id, need.id, second.seconded_at
FROM need JOIN need_second AS second ON second.need_id = need.id
WHERE need.merged_into = {} ORDER BY second.member_id, second.seconded_at, need.id
ON CONFLICT ON CONSTRAINT one_second_each DO NOTHING
"""

# Who left the need that goes on has left it: a copy does not bring them back.
_DROP_AUTHORS: Final = """
DELETE FROM need_author WHERE need_id = {} AND from_need IS NOT NULL AND left_at IS NULL
"""
_COPY_AUTHORS: Final = """
INSERT INTO need_author (need_id, member_id, community_id, from_need, since)
SELECT DISTINCT ON (author.member_id) need.merged_into, author.member_id, author.community_id,
    need.id, author.since
FROM need JOIN need_author AS author ON author.need_id = need.id AND author.left_at IS NULL
WHERE need.merged_into = {} ORDER BY author.member_id, author.since, need.id
ON CONFLICT ON CONSTRAINT one_author_each DO NOTHING
"""


async def one_at_a_time(community_id: UUID) -> None:
    """Let a community's merges be done one after the other, until the transaction ends."""
    await NeedRow.raw(_LOCK, str(community_id))


async def line_upwards(need_id: UUID) -> list[NeedId]:
    """Return a need and those that go on for it, up to the one that stands."""
    return [NeedId(row["id"]) for row in await NeedRow.raw(_UPWARDS, need_id)]


async def lock_all(needs: list[NeedId]) -> None:
    """Keep needs as they are until the transaction ends; always in one order."""
    await NeedRow.raw("SELECT id FROM need WHERE id = ANY({}) ORDER BY id FOR NO KEY UPDATE", needs)


async def bring_together(line: list[NeedId]) -> None:
    """Make the copies of each need of a line anew, from below."""
    for need_id in line:
        await NeedAuthorRow.raw(_DROP_AUTHORS, need_id)
        await NeedAuthorRow.raw(_COPY_AUTHORS, need_id)
        await NeedSecondRow.raw(_DROP_SECONDS, need_id)
        await NeedSecondRow.raw(_COPY_SECONDS, need_id)


async def take_back_below(need_id: UUID, member_id: UUID) -> None:
    """Take a member's seconds back in the needs that go on in this one: they stand behind none.

    Within the transaction in which this need was locked and their second of it deleted.
    """
    await NeedSecondRow.raw(
        _TAKE_BACK_BELOW,
        need_id,
        member_id,
    )
