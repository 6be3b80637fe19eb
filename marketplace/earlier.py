"""Reads a community's closed rounds in a few figures, to set a result beside those before it."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from marketplace.tables import RoundRow
from marketplace.values import Round

_CLOSED: Final = """
SELECT round.id, name, opened_at, (result->>'votes')::int AS votes,
    (SELECT count(*) FROM voter_roll WHERE voter_roll.round_id = round.id) AS voters,
    jsonb_array_length(result->'outcomes') AS projects,
    jsonb_array_length(result->'winners') AS chosen, (result->>'total_cost')::bigint AS spent_fen
FROM round
JOIN count_result ON count_result.round_id = round.id
    AND count_result.rule = round.terms::jsonb->'count'->>'rule'
WHERE round.community_id = {} AND opened_at <= {} ORDER BY opened_at DESC, round.id LIMIT {}
"""


@dataclass(frozen=True, slots=True)
class EarlierRound:
    """A closed round: who took part, what was chosen and what it cost, in fen."""

    id: UUID
    name: str
    votes: int
    voters: int
    projects: int
    chosen: int
    spent_fen: int


async def earlier_rounds(current: Round, *, most: int) -> list[EarlierRound]:
    """Return a round and the closed ones opened before it, the newest first."""
    rows = await RoundRow.raw(_CLOSED, current.community_id, current.opened_at, most)
    fields = EarlierRound.__dataclass_fields__
    return [EarlierRound(**{name: row[name] for name in fields}) for row in rows]
