"""What delivery keeps of a person, what an erasure takes out of it, and what a merge hands on.

What was reported of milestones, asked for and decided is the record of public money and stands
under the pseudonym of whoever did it, with the papers. The words of news give way to a dash, and
photographs go.
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from community import Actor, Kept
from marketplace.delivery.asking import let_go, note
from marketplace.delivery.moving import locked
from marketplace.delivery.reading import disbursement
from marketplace.delivery.refusals import verb
from marketplace.delivery.tables import (
    DeliveryPhotoRow,
    DeliveryUpdateRow,
    DisbursementDecisionRow,
    DisbursementRow,
)
from marketplace.delivery.undertaking import undertaking_of
from marketplace.delivery.values import DisbursementState
from marketplace.reading import read_project

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "deliveries_moved",
        ("delivery.began_by", "delivery_move.moved_by"),
        """
        SELECT title, delivery_move.state AS delivery_state, moved_at, why FROM me
        JOIN delivery_move ON moved_by = me.id JOIN project ON project.id = project_id
        UNION SELECT title, 'under_way', began_at, '' FROM me JOIN delivery ON began_by = me.id
        JOIN project ON project.id = project_id ORDER BY moved_at
        """,
    ),
    Kept(
        "milestones_reported",
        ("milestone_report.reported_by",),
        """
        SELECT project.title, milestone_report.number AS milestone, done_on, words, reported_at
        FROM me JOIN milestone_report ON reported_by = me.id JOIN project ON project.id = project_id
        ORDER BY reported_at
        """,
    ),
    Kept(
        "project_news",
        ("delivery_update.written_by",),
        """
        SELECT project.title, words, written_at FROM me
        JOIN delivery_update ON written_by = me.id JOIN project ON project.id = project_id
        ORDER BY written_at
        """,
    ),
    Kept(
        "project_photos",
        ("delivery_photo.added_by",),
        """
        SELECT project.title, milestone, octet_length(image) AS bytes, added_at FROM me
        JOIN delivery_photo ON added_by = me.id JOIN project ON project.id = project_id
        ORDER BY added_at
        """,
    ),
    Kept(
        "money_asked_for",
        ("disbursement.asked_by", "disbursement_receipt.added_by"),
        """
        SELECT project.title, amount_fen, disbursement.purpose, asked_at,
            disbursement.state AS request_state,
            (SELECT string_agg(name, ', ' ORDER BY added_at, id) FROM disbursement_receipt
             WHERE disbursement_id = disbursement.id) AS papers
        FROM me JOIN disbursement ON asked_by = me.id OR EXISTS (
            SELECT FROM disbursement_receipt AS paper
            WHERE paper.disbursement_id = disbursement.id AND paper.added_by = me.id)
        JOIN project ON project.id = project_id ORDER BY asked_at
        """,
    ),
    Kept(
        "money_decided",
        ("disbursement_decision.decided_by",),
        """
        SELECT project.title, amount_fen, disbursement.purpose, verdict, decided_at, why FROM me
        JOIN disbursement_decision ON decided_by = me.id
        JOIN disbursement ON disbursement.id = disbursement_id
        JOIN project ON project.id = project_id ORDER BY decided_at
        """,
    ),
)
"""What delivery keeps of a member, in the order in which a page tells it."""

_OPEN_OF_BOTH: Final = """
SELECT id FROM disbursement WHERE community_id = {} AND closed_at IS NULL
    AND (asked_by = ANY({}) OR EXISTS (SELECT FROM disbursement_decision
        WHERE disbursement_id = disbursement.id AND decided_by = ANY({})))
ORDER BY project_id, id
"""


async def forget_deliveries(members: Collection[UUID], *, community_id: UUID) -> None:
    """Take out what an erasure takes, within its transaction: words of news, and photographs."""
    await DeliveryUpdateRow.raw(
        "UPDATE delivery_update SET words = '–'"
        " WHERE community_id = {} AND written_by = ANY({}) AND words <> '–'",
        community_id,
        list(members),
    )
    await DeliveryPhotoRow.raw(
        "DELETE FROM delivery_photo WHERE community_id = {} AND added_by = ANY({})",
        community_id,
        list(members),
    )


async def take_over_deliveries(other: UUID, survivor: UUID, *, by: Actor) -> None:
    """Hand open requests and what was decided about them on, within the merge's transaction.

    So nobody approves twice, or what they asked for. Where one person would have asked and
    approved, or would carry the project out, the request ends and can be made anew. What is closed
    keeps who did it.
    """
    both = [other, survivor]
    async with verb():
        for row in await DisbursementRow.raw(_OPEN_OF_BOTH, by.community_id, both, both):
            first = await disbursement(row["id"], community_id=by.community_id)
            await locked(first.project_id, community_id=by.community_id)
            found = await disbursement(row["id"], community_id=by.community_id)
            if not found.state.open:
                continue
            project = await read_project(found.project_id, community_id=by.community_id)
            own = {found.asked_by, *(await undertaking_of(project)).hands}
            if not own.isdisjoint(both) and not set(both).isdisjoint(found.approvers):
                await let_go(found, DisbursementState.WITHDRAWN, by=by)
                continue
            await DisbursementRow.raw(
                "UPDATE disbursement SET asked_by = {} WHERE id = {} AND asked_by = {}",
                survivor,
                found.id,
                other,
            )
            await note("hand_over", found, by)
            await DisbursementDecisionRow.raw(
                "UPDATE disbursement_decision SET decided_by = {}"
                " WHERE disbursement_id = {} AND decided_by = {}",
                survivor,
                found.id,
                other,
            )
