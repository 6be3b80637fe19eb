"""What plans keep of a person, what an erasure takes out of it, and what a merge hands on.

What was written, offered, chosen and proposed was published and may have been voted on: it stands
under the pseudonym of whoever did it. A support is a mere opinion and is taken out.
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from community import Actor, Kept
from marketplace.plans.refusals import verb
from marketplace.plans.tables import (
    AmendmentRow,
    AmendmentSupportRow,
    CallOfferRow,
    UndertakingRow,
)

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "plan_versions",
        ("plan_version.written_by", "plan.begun_by"),
        """
        SELECT need.title, number, written_at, note FROM me
        JOIN plan_version ON written_by = me.id JOIN plan ON plan.id = plan_id
        JOIN need ON need.id = need_id
        UNION SELECT need.title, 0, begun_at, NULL FROM me JOIN plan ON begun_by = me.id
        JOIN need ON need.id = need_id
        ORDER BY written_at
        """,
    ),
    Kept(
        "plan_files",
        ("plan_file.added_by",),
        """
        SELECT sha256, kind, octet_length(body) AS bytes, added_at FROM me
        JOIN plan_file ON added_by = me.id ORDER BY added_at
        """,
    ),
    Kept(
        "calls_opened",
        ("open_call.opened_by",),
        """
        SELECT need.title, seeking, opened_at, closes_at FROM me
        JOIN open_call ON opened_by = me.id JOIN need ON need.id = need_id ORDER BY opened_at
        """,
    ),
    Kept(
        "offers_to_undertake",
        ("call_offer.member_id",),
        """
        SELECT need.title, organisation.name AS organisation, words, brings, cost_fen, minutes,
            reference, conflict, offered_at, withdrawn_at
        FROM me JOIN call_offer ON member_id = me.id JOIN open_call ON open_call.id = call_id
        JOIN need ON need.id = need_id
        LEFT JOIN organisation ON organisation.id = organisation_id ORDER BY offered_at
        """,
    ),
    Kept(
        "undertakings",
        ("undertaking.member_id", "undertaking.chosen_by"),
        """
        SELECT need.title, undertaking.member_id = me.id AS undertakes, chosen_at, reason,
            ended_at, ended_why
        FROM me JOIN undertaking ON me.id IN (member_id, chosen_by)
        JOIN plan ON plan.id = plan_id JOIN need ON need.id = need_id ORDER BY chosen_at
        """,
    ),
    Kept(
        "amendments",
        ("amendment.proposed_by", "amendment.answered_by"),
        """
        SELECT need.title, reason, proposed_at, amendment.state, answer, answered_at
        FROM me JOIN amendment ON me.id IN (proposed_by, answered_by)
        JOIN plan ON plan.id = plan_id JOIN need ON need.id = need_id ORDER BY proposed_at
        """,
    ),
    Kept(
        "amendments_supported",
        ("amendment_support.member_id",),
        """
        SELECT need.title, reason, supported_at FROM me
        JOIN amendment_support ON member_id = me.id
        JOIN amendment ON amendment.id = amendment_id
        JOIN plan ON plan.id = plan_id JOIN need ON need.id = need_id ORDER BY supported_at
        """,
    ),
)
"""What plans keep of a member, in the order in which a page tells it."""

# Where both memberships stand in one place, the one that stays does already.
_OFFERS: Final = """
UPDATE call_offer AS other SET member_id = {} WHERE community_id = {} AND member_id = {}
    AND NOT EXISTS (SELECT FROM call_offer AS kept WHERE kept.call_id = other.call_id
        AND kept.member_id = {} AND kept.withdrawn_at IS NULL AND other.withdrawn_at IS NULL
        AND kept.organisation_id IS NULL AND other.organisation_id IS NULL)
"""

_SUPPORTS: Final = """
INSERT INTO amendment_support (amendment_id, member_id, community_id, supported_at)
SELECT amendment_id, {}, community_id, supported_at FROM amendment_support AS other
WHERE community_id = {} AND member_id = {} AND NOT EXISTS (
    SELECT FROM amendment WHERE amendment.id = other.amendment_id AND proposed_by = {})
ON CONFLICT ON CONSTRAINT supported_once DO NOTHING
"""

_FORGET: Final = """
DELETE FROM amendment_support WHERE community_id = {} AND member_id = ANY({})
"""


async def forget_plans(members: Collection[UUID], *, community_id: UUID) -> None:
    """Take out what an erasure takes, within its transaction: which amendments somebody wanted."""
    await AmendmentSupportRow.raw(_FORGET, community_id, list(members))


async def take_over_plans(other: UUID, survivor: UUID, *, by: Actor) -> None:
    """Hand offers, undertakings, amendments and supports on, within the merge's transaction.

    Versions and choices keep the membership that wrote them, as a history does.
    """
    async with verb():
        await CallOfferRow.raw(_OFFERS, survivor, by.community_id, other, survivor)
        for table, column in ((UndertakingRow, "member_id"), (AmendmentRow, "proposed_by")):
            await table.raw(
                f"UPDATE {table._meta.tablename} SET {column} = {{}}"  # noqa: S608, SLF001 (names of ours)
                f" WHERE community_id = {{}} AND {column} = {{}}",
                survivor,
                by.community_id,
                other,
            )
        await AmendmentSupportRow.raw(_SUPPORTS, survivor, by.community_id, other, survivor)
        await forget_plans([other], community_id=by.community_id)
        # Nobody supports their own: what the two were to each other falls away.
        await AmendmentSupportRow.raw(
            "DELETE FROM amendment_support USING amendment WHERE amendment.id = amendment_id"
            " AND amendment_support.member_id = proposed_by"
            " AND amendment_support.community_id = {} AND amendment_support.member_id = {}",
            by.community_id,
            survivor,
        )
