"""What voting on paper keeps of a person: that they were given a ballot, and what staff did.

An erasure takes nothing out of it: a count is checked against it, under the pseudonym that the
register then gives. No row says which ballot was whose.
"""

from collections.abc import Sequence
from typing import Final

from community import Kept

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "paper_ballots",
        ("paper_handed_out.member_id",),
        """
        SELECT round.name AS round, opened_at FROM me
        JOIN paper_handed_out ON member_id = me.id JOIN round ON round.id = round_id
        ORDER BY opened_at
        """,
    ),
    Kept(
        "paper_work",
        (
            "paper_batch.printed_by",
            "paper_handed_out.handed_by",
            "paper_spoiled.spoiled_by",
            "paper_reading.read_by",
            "paper_draw.drawn_by",
            "paper_check.checked_by",
        ),
        """
        SELECT round.name AS round, done.act, done.times FROM me
        CROSS JOIN LATERAL (
            SELECT round_id, 'print' AS act, count(*) AS times FROM paper_batch
            WHERE printed_by = me.id GROUP BY round_id
            UNION ALL
            SELECT round_id, 'hand_out', count(*) FROM paper_handed_out
            WHERE handed_by = me.id GROUP BY round_id
            UNION ALL
            SELECT round_id, 'draw', count(*) FROM paper_draw
            WHERE drawn_by = me.id GROUP BY round_id
            UNION ALL
            SELECT round_id, work.act, count(*) FROM paper_ballot JOIN (
                SELECT paper_id, 'spoil' AS act FROM paper_spoiled WHERE spoiled_by = me.id
                UNION ALL SELECT paper_id, 'read' FROM paper_reading WHERE read_by = me.id
                UNION ALL SELECT paper_id, 'check' FROM paper_check WHERE checked_by = me.id
            ) AS work ON work.paper_id = paper_ballot.id GROUP BY round_id, work.act
        ) AS done JOIN round ON round.id = done.round_id ORDER BY round.opened_at, done.act
        """,
    ),
)
"""What voting on paper keeps of a member, in the order in which a page tells it."""
