"""What the desk keeps of a person, and how it lets go of it when they are erased."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from community import SYSTEM, Kept, forget_words
from timebank.desk.tables import CallRow, HandOverRow

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "calls",
        ("desk_call.caller_id", "desk_call.member_id"),
        """
        SELECT opened_at, outgoing, caller.name AS caller, affair.name AS member, desk_call.phone,
            checked, desk_call.note, outcome, ended_at,
            (SELECT array_agg(act ORDER BY seq) FROM desk_call_step WHERE call_id = desk_call.id)
                AS done
        FROM me JOIN desk_call ON me.id IN (caller_id, desk_call.member_id)
        JOIN member AS caller ON caller.id = caller_id
        JOIN member AS affair ON affair.id = desk_call.member_id ORDER BY opened_at
        """,
    ),
    Kept(
        "matters",
        ("hand_over.member_id",),
        """
        SELECT handed_at, topic, urgent, note, outcome, outcome_note, closed_at FROM me
        JOIN hand_over ON member_id = me.id ORDER BY handed_at
        """,
    ),
    Kept(
        "prompts",
        ("prompt_choice.member_id",),
        "SELECT declined_at FROM me JOIN prompt_choice ON member_id = me.id",
    ),
)
"""What the desk keeps of a member, in the order in which a page tells it."""

_CALLS: Final = "SELECT id FROM desk_call WHERE caller_id = ANY({}) OR member_id = ANY({})"

_WORDS: Final = """
UPDATE desk_call SET note = '', phone = NULL
WHERE (caller_id = ANY({}) OR member_id = ANY({})) AND (note <> '' OR phone IS NOT NULL)
"""

_MATTERS: Final = """
UPDATE hand_over SET note = '–', outcome_note = '', closed_at = coalesce(closed_at,
        greatest(handed_at, clock_timestamp())),
    closed_by = coalesce(closed_by, {}), outcome = coalesce(outcome, 'erased')
WHERE member_id = ANY({})
    OR call_id IN (SELECT id FROM desk_call WHERE caller_id = ANY({}) OR member_id = ANY({}))
"""


async def forget_calls(members: Collection[UUID]) -> None:
    """Take out what was typed about erased people's calls, within the transaction that erases them.

    That there were calls, when and what was done in them stays: others rest on it.
    """
    ids = list(members)
    calls = await CallRow.raw(_CALLS, ids, ids)
    await forget_words(row["id"] for row in calls)
    await HandOverRow.raw(_MATTERS, SYSTEM, ids, ids, ids)
    await CallRow.raw(_WORDS, ids, ids)
    await CallRow.raw("DELETE FROM prompt_choice WHERE member_id = ANY({})", ids)
