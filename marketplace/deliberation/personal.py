"""What deliberation keeps of a person, and what becomes of it in an erasure and in a merge.

In an erasure the words go, with what was reported in words, the marks and the consent. The line of
an argument stays under the pseudonym, so that answers keep their place and the figures hold.
Rulings and summaries are public acts of the community and stand. In a merge everything passes on to
the membership that stays, once where both had done the same.
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from community import Kept
from marketplace.deliberation.tables import ArgumentRow
from marketplace.refusals import verb

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "arguments",
        ("argument.said_by", "argument.entered_by"),
        """
        SELECT title, side, words,
            kind AS wording, channel, written_at, taken_back_at
        FROM me JOIN argument ON me.id IN (said_by, entered_by)
        JOIN need ON need.id = need_id
        JOIN argument_words ON argument_id = argument.id ORDER BY written_at, number
        """,
    ),
    Kept(
        "argument_marks",
        ("argument_mark.member_id",),
        """
        SELECT title, marked_at FROM me JOIN argument_mark ON member_id = me.id
        JOIN argument ON argument.id = argument_id JOIN need ON need.id = need_id
        ORDER BY marked_at
        """,
    ),
    Kept(
        "argument_reports",
        ("argument_report.reported_by", "argument_second_look.asked_by"),
        """
        SELECT title, argument_report.reason AS report_reason, words, reported_at FROM me
        JOIN argument_report ON reported_by = me.id
        JOIN argument ON argument.id = argument_id JOIN need ON need.id = need_id
        UNION ALL
        SELECT title, NULL, words, asked_at FROM me
        JOIN argument_second_look ON asked_by = me.id
        JOIN argument ON argument.id = argument_id JOIN need ON need.id = need_id
        ORDER BY reported_at
        """,
    ),
    Kept(
        "moderated",
        (
            "argument_ruling.ruled_by",
            "argument_summary.written_by",
            "neighbourly_rules.changed_by",
        ),
        """
        SELECT title, hidden, argument_ruling.reason, ruled_at AS decided_at FROM me
        JOIN argument_ruling ON ruled_by = me.id
        JOIN argument ON argument.id = argument_id JOIN need ON need.id = need_id
        UNION ALL
        SELECT title, NULL, in_favour || ' / ' || against, written_at FROM me
        JOIN argument_summary ON written_by = me.id JOIN need ON need.id = need_id
        UNION ALL
        SELECT NULL, NULL, words, changed_at FROM me
        JOIN neighbourly_rules ON changed_by = me.id ORDER BY decided_at
        """,
    ),
    Kept(
        "neighbourly_consent",
        ("neighbourly_consent.member_id",),
        """
        SELECT agreed_at FROM me JOIN neighbourly_consent ON member_id = me.id
        """,
    ),
)
"""What deliberation keeps of a member."""

_FORGET: Final = (
    """UPDATE argument_words SET words = '' FROM argument WHERE argument.id = argument_id
       AND community_id = {} AND said_by = ANY({}) AND words <> ''""",
    """UPDATE argument_report SET words = ''
       WHERE community_id = {} AND reported_by = ANY({}) AND words <> ''""",
    """UPDATE argument_second_look SET words = ''
       WHERE community_id = {} AND asked_by = ANY({}) AND words <> ''""",
    "DELETE FROM argument_mark WHERE community_id = {} AND member_id = ANY({})",
    "DELETE FROM neighbourly_consent WHERE community_id = {} AND member_id = ANY({})",
)

_ONCE: Final = (
    """DELETE FROM argument_mark AS other USING argument_mark AS kept
       WHERE other.community_id = {} AND other.member_id = {} AND kept.member_id = {}
           AND kept.argument_id = other.argument_id""",
    """DELETE FROM argument_report AS other USING argument_report AS kept
       WHERE other.community_id = {} AND other.reported_by = {} AND kept.reported_by = {}
           AND kept.argument_id = other.argument_id""",
)

_TO_STAYING: Final = """
UPDATE argument SET said_by = CASE said_by WHEN {} THEN {} ELSE said_by END,
    entered_by = CASE entered_by WHEN {} THEN {} ELSE entered_by END
WHERE community_id = {} AND {} IN (said_by, entered_by)
"""

_TO_SURVIVOR: Final = (
    "UPDATE argument_mark SET member_id = {} WHERE community_id = {} AND member_id = {}",
    "UPDATE argument_report SET reported_by = {} WHERE community_id = {} AND reported_by = {}",
    "UPDATE argument_second_look SET asked_by = {} WHERE community_id = {} AND asked_by = {}",
)


async def forget_words(members: Collection[UUID], *, community_id: UUID) -> None:
    """Empty what erased members said, within the transaction that erases them."""
    async with verb():
        for sql in _FORGET:
            await ArgumentRow.raw(sql, community_id, list(members))


async def take_over_words(other: UUID, survivor: UUID, *, community_id: UUID) -> None:
    """Let one membership's words be the other's, within the transaction that merges the two."""
    async with verb():
        for sql in _ONCE:
            await ArgumentRow.raw(sql, community_id, other, survivor)
        for sql in _TO_SURVIVOR:
            await ArgumentRow.raw(sql, survivor, community_id, other)
        await ArgumentRow.raw(_TO_STAYING, other, survivor, other, survivor, community_id, other)
        await ArgumentRow.raw(
            "DELETE FROM neighbourly_consent WHERE community_id = {} AND member_id = {}",
            community_id,
            other,
        )
