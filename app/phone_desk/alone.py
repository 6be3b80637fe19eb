"""Which elders can say their word in no other way than on the telephone."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from app.tables import WebSessionRow

# Whoever was here lately, lets a browser tell them, or lets somebody else confirm is asked there.
_ALONE: Final = """
SELECT elder.id FROM unnest({}::uuid[]) AS elder (id)
WHERE NOT EXISTS (SELECT FROM web_session WHERE member_id = elder.id AND how <> 'desk'
        AND seen_at > clock_timestamp() - interval '30 days')
    AND NOT EXISTS (SELECT FROM push_device WHERE member_id = elder.id)
    AND NOT EXISTS (SELECT FROM delegation WHERE member_id = elder.id AND 'confirm' = ANY(acts)
        AND revoked_at IS NULL AND since <= clock_timestamp() AND until > clock_timestamp())
"""


async def alone(elders: Collection[UUID]) -> set[UUID]:
    """Return those of these elders who use no browser here and let nobody confirm for them."""
    rows = await WebSessionRow.raw(_ALONE, list(set(elders)))
    return {row["id"] for row in rows}
