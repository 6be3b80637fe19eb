"""What matching keeps of a member, and what becomes of it when they are erased."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from community import Kept
from timebank.matching.tables import MatchSuggestionRow

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "suggested",
        (
            "match_suggestion.volunteer_id",
            "match_suggestion.decided_by",
            "match_run.asked_by",
        ),
        """
        SELECT match_run.asked_at, starts_at, outcome FROM me
        JOIN match_suggestion ON match_suggestion.volunteer_id = me.id
        JOIN match_run ON match_run.id = run_id JOIN visit ON visit.id = visit_id
        UNION ALL
        SELECT match_run.asked_at, NULL, NULL FROM me JOIN match_run ON asked_by = me.id
        UNION ALL
        SELECT decided_at, starts_at, outcome FROM me
        JOIN match_suggestion ON match_suggestion.decided_by = me.id
        JOIN visit ON visit.id = visit_id ORDER BY 1
        """,
    ),
)
"""What runs of matching keep of a member: for which visits they were proposed, what they sent."""

_FORGET: Final = """
DELETE FROM match_suggestion WHERE community_id = {} AND (volunteer_id = ANY({})
    OR visit_id IN (SELECT id FROM visit WHERE elder_id = ANY({})))
"""


async def forget_suggestions(members: Collection[UUID], *, community_id: UUID) -> None:
    """Delete the lines about these members, within the transaction that erases them."""
    ids = list(members)
    await MatchSuggestionRow.raw(_FORGET, community_id, ids, ids)
