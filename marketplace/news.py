"""Reads what has moved in a community's marketplace, for feeds: rounds, and needs in sight."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from marketplace.tables import RoundRow
from marketplace.values import RoundId

NEED_STATES: Final = ("seconded", "accepted", "refused", "planned", "entered")
"""Steps of a need that are news. Hiding and withdrawing are nobody's business."""

_MOVED: Final = """
SELECT 'round' AS kind, round.id AS subject, name, round_move.state, moved_at AS at,
    'round_move:' || seq AS key
FROM round_move JOIN round ON round.id = round_id
WHERE community_id = {} AND ({}::uuid IS NULL OR round.id = {}::uuid)
UNION ALL
SELECT 'need', need.id, title, need_move.state, moved_at, 'need_move:' || seq
FROM need_move JOIN need ON need.id = need_id
WHERE need.community_id = {} AND {}::uuid IS NULL AND need_move.state = ANY({}::text[])
    AND need.state NOT IN ('hidden', 'withdrawn')
ORDER BY at DESC, key LIMIT {}
"""


@dataclass(frozen=True, slots=True)
class News:
    """A step that a round or a need took. `key` names this step alone, always the same."""

    kind: Literal["round", "need"]
    subject: UUID
    name: str
    state: str
    at: datetime
    key: str


async def news(
    community_id: UUID, *, round_id: RoundId | None = None, most: int = 50
) -> list[News]:
    """Return what moved last in a community, or in one round of it; the newest first."""
    rows = await RoundRow.raw(
        _MOVED,
        community_id,
        round_id,
        round_id,
        community_id,
        round_id,
        list(NEED_STATES),
        most,
    )
    return [News(**row) for row in rows]
