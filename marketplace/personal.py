"""What the marketplace keeps of a person: what they proposed, and that they voted; never how.

An erasure takes nothing out of it. What was proposed was published, voted on and paid for under
the rules of its round; it stands under the pseudonym of whoever proposed it. A roll says who could
vote and who did, and is what a count is checked against.
"""

from collections.abc import Sequence
from typing import Final

from community import Kept
from marketplace.aftercare import personal as aftercare_personal
from marketplace.councils import personal as councils_personal
from marketplace.deliberation import personal as deliberation_personal
from marketplace.delivery import personal as delivery_personal
from marketplace.delivery.changes import personal as changes_personal
from marketplace.evaluation import personal as evaluation_personal
from marketplace.funding import personal as funding_personal
from marketplace.meetings import personal as meetings_personal
from marketplace.needs import personal as needs_personal
from marketplace.needs.merging import personal as merging_personal
from marketplace.paper import personal as paper_personal
from marketplace.plans import personal as plans_personal
from marketplace.screening import personal as screening_personal
from marketplace.work import personal as work_personal

KEPT: Final[Sequence[Kept]] = (
    *needs_personal.KEPT,
    *merging_personal.KEPT,
    *screening_personal.KEPT,
    *plans_personal.KEPT,
    *deliberation_personal.KEPT,
    *councils_personal.KEPT,
    *meetings_personal.KEPT,
    *paper_personal.KEPT,
    *funding_personal.KEPT,
    *aftercare_personal.KEPT,
    *delivery_personal.KEPT,
    *work_personal.KEPT,
    *changes_personal.KEPT,
    *evaluation_personal.KEPT,
    Kept(
        "proposals",
        ("project.proposed_by",),
        """
        SELECT round.name AS round, title, purpose, place, category, cost_fen, proposed_at
        FROM me JOIN project ON proposed_by = me.id JOIN round ON round.id = round_id
        ORDER BY proposed_at
        """,
    ),
    Kept(
        "voter_rolls",
        ("voter_roll.member_id",),
        """
        SELECT round.name AS round, opened_at, voted FROM me
        JOIN voter_roll ON member_id = me.id JOIN round ON round.id = round_id ORDER BY opened_at
        """,
    ),
    Kept(
        "round_changes",
        ("round_change.changed_by",),
        """
        SELECT round.name AS round, kind, before, after, why, changed_at FROM me
        JOIN round_change ON changed_by = me.id JOIN round ON round.id = round_id
        ORDER BY changed_at
        """,
    ),
    Kept(
        "ballots_at_desk",
        ("desk_ballot.member_id", "desk_ballot.started_by"),
        """
        SELECT round.name AS round, checked, ends_at
        FROM me JOIN desk_ballot ON me.id IN (member_id, started_by)
        JOIN round ON round.id = round_id ORDER BY ends_at
        """,
    ),
    Kept(
        "rounds_opened",
        ("round.opened_by",),
        """
        SELECT name AS round, opened_at FROM me JOIN round ON opened_by = me.id ORDER BY opened_at
        """,
    ),
    Kept(
        "elections_uploaded",
        ("election_upload.uploaded_by",),
        """
        SELECT file_name, uploaded_at, state FROM me
        JOIN election_upload ON uploaded_by = me.id ORDER BY uploaded_at
        """,
    ),
)
"""What the marketplace keeps of a member, in the order in which a page tells it."""
