"""Reads rounds in a few figures, for homes: how many projects, how many chosen, for how much."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from marketplace.reading import rounds
from marketplace.tables import ProjectRow
from marketplace.values import Round

# A project stands where the last row of its history says.
_FIGURES: Final = """
SELECT round_id, count(*) AS projects, count(*) FILTER (WHERE state = 'chosen') AS chosen,
    coalesce(sum(cost_fen) FILTER (WHERE state = 'chosen'), 0)::bigint AS chosen_fen
FROM project CROSS JOIN LATERAL (SELECT state FROM project_move
    WHERE project_id = project.id ORDER BY seq DESC LIMIT 1) AS last
WHERE round_id = ANY({}) AND community_id = {} AND left_at IS NULL GROUP BY round_id
"""


@dataclass(frozen=True, slots=True)
class RoundSummary:
    """A round in a few figures; `chosen_fen` is what the chosen projects cost, in fen."""

    round: Round
    projects: int
    chosen: int
    chosen_fen: int


async def round_summaries(community_id: UUID, *, most: int) -> list[RoundSummary]:
    """Return a community's newest rounds in figures, the newest first."""
    found = (await rounds(community_id))[:most]
    rows = await ProjectRow.raw(_FIGURES, [one.id for one in found], community_id)
    figures = {row.pop("round_id"): row for row in rows}
    nothing = {"projects": 0, "chosen": 0, "chosen_fen": 0}
    return [RoundSummary(one, **figures.get(one.id, nothing)) for one in found]
