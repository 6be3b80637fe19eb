"""What is kept of a person's saved hours besides the book, and how it is let go of.

Who gave to whom stays: it is the book's, and the other one's as well. Free words go, and an elder's
needs with them.
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

import community
from community import Actor, Kept, forget_words
from timebank.hours.errors import HoursOpen
from timebank.hours.estates import estate_left
from timebank.hours.gifts import end_open_gifts
from timebank.hours.tables import DonationRow, GiftRow, NeedsRow, ProposalRow

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "gifts_given",
        ("gift.giver_id",),
        """
        SELECT offered_at, receiver.name AS receiver, minutes, words, state, lapses_at, ended_at
        FROM me JOIN gift ON giver_id = me.id JOIN member AS receiver ON receiver.id = receiver_id
        ORDER BY gift.offered_at
        """,
    ),
    Kept(
        "gifts_received",
        ("gift.receiver_id",),
        """
        SELECT offered_at, giver.name AS giver, minutes, words, state, lapses_at, ended_at
        FROM me JOIN gift ON receiver_id = me.id JOIN member AS giver ON giver.id = giver_id
        ORDER BY gift.offered_at
        """,
    ),
    Kept(
        "donations",
        ("donation.member_id",),
        """
        SELECT donated_at, minutes, reversed_at, reversed_why FROM me
        JOIN donation ON member_id = me.id ORDER BY donated_at
        """,
    ),
    Kept(
        "grants",
        ("hours_proposal_line.receiver_id",),
        """
        SELECT proposed_at, hours_proposal.kind, source, minutes, reason, state, ended_at, why
        FROM me JOIN hours_proposal_line ON receiver_id = me.id
        JOIN hours_proposal ON hours_proposal.id = proposal_id ORDER BY proposed_at
        """,
    ),
    Kept(
        "estate",
        ("estate.member_id", "hours_proposal.estate_of"),
        """
        SELECT opened_at, estate.why, proposed_at, hours_proposal.reason, hours_proposal.state
        FROM me JOIN estate ON estate.member_id = me.id
        LEFT JOIN hours_proposal ON estate_of = me.id ORDER BY proposed_at
        """,
    ),
    Kept(
        "needs",
        ("needs_profile.member_id",),
        """
        SELECT living, low_income, disability, hardship, evidence, review_on, entered_at
        FROM me JOIN needs_profile ON member_id = me.id
        """,
    ),
)
"""What is kept of a member's saved hours, in the order in which a page tells it."""

_PROPOSALS: Final = """
SELECT id FROM hours_proposal WHERE community_id = {} AND (estate_of = ANY({}) OR id IN (
    SELECT proposal_id FROM hours_proposal_line WHERE receiver_id = ANY({})))
"""
_WAITING: Final = f"{_PROPOSALS} AND state = 'waiting'"


async def refuse_open_hours(members: Collection[UUID], *, community_id: UUID) -> None:
    """Raise `HoursOpen` where hours of these members are on their way to or from them.

    That is: a gift waits, a proposal about them waits, or what they left has no new owner yet.
    """
    ids = list(members)
    gifts = await GiftRow.raw(
        "SELECT id FROM gift WHERE community_id = {} AND state = 'offered'"
        " AND (giver_id = ANY({}) OR receiver_id = ANY({})) LIMIT 1",
        community_id,
        ids,
        ids,
    )
    waiting = await ProposalRow.raw(_WAITING, community_id, ids, ids)
    left = [one for one in ids if await estate_left(one, community_id=community_id)]
    if gifts or waiting or left:
        raise HoursOpen


async def forget_hours(members: Collection[UUID], *, community_id: UUID) -> None:
    """Take out the words by and about people whom the register has just erased, and their needs.

    Within the transaction that erases them. Raises `HoursOpen`.
    """
    ids = list(members)
    await refuse_open_hours(ids, community_id=community_id)
    rows = await GiftRow.raw(
        "UPDATE gift SET words = '' WHERE community_id = {}"
        " AND (giver_id = ANY({}) OR receiver_id = ANY({})) RETURNING id",
        community_id,
        ids,
        ids,
    )
    await DonationRow.raw(
        "UPDATE donation SET reversed_why = '' WHERE community_id = {} AND member_id = ANY({})"
        " AND reversed_why IS NOT NULL",
        community_id,
        ids,
    )
    proposals = await ProposalRow.raw(_PROPOSALS, community_id, ids, ids)
    proposal_ids = [row["id"] for row in proposals]
    await ProposalRow.raw(
        "UPDATE hours_proposal SET reason = '', why = CASE WHEN why IS NULL THEN NULL ELSE '' END"
        " WHERE community_id = {} AND id = ANY({})",
        community_id,
        proposal_ids,
    )
    await NeedsRow.raw(
        "DELETE FROM needs_profile WHERE community_id = {} AND member_id = ANY({})",
        community_id,
        ids,
    )
    await forget_words([row["id"] for row in rows] + proposal_ids)


async def take_over_hours(other: UUID, survivor: UUID, *, by: Actor) -> None:
    """Do what a merge of two memberships asks for: open gifts end, and the needs are one's.

    Within the transaction that merges them, before the minutes move. Gifts that `other` gave or
    received stay under that name; those that wait go back, and both are told. Of two needs
    profiles the survivor's stays. Raises `HoursOpen` where a proposal about `other` waits.
    """
    await end_open_gifts(other, by=by)
    waiting = await ProposalRow.raw(_WAITING, by.community_id, [other], [other])
    if waiting:
        raise HoursOpen
    taken = await NeedsRow.raw(
        """
        INSERT INTO needs_profile (community_id, member_id, living, low_income, disability,
            hardship, evidence, review_on, entered_by, entered_at)
        SELECT community_id, {}, living, low_income, disability, hardship, evidence, review_on,
            entered_by, entered_at
        FROM needs_profile WHERE community_id = {} AND member_id = {} AND entered_by <> {}
        ON CONFLICT ON CONSTRAINT one_needs_profile_each DO NOTHING RETURNING member_id
        """,
        survivor,
        by.community_id,
        other,
        survivor,
    )
    gone = await NeedsRow.raw(
        "DELETE FROM needs_profile WHERE community_id = {} AND member_id = {} RETURNING member_id",
        by.community_id,
        other,
    )
    if gone:
        await community.record(
            "needs.merge",
            by=by,
            subject_kind="member",
            subject_id=survivor,
            details={"merged": other, "taken_over": bool(taken)},
        )
