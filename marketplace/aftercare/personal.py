"""What aftercare keeps of a person, and what becomes of it when they leave, are erased or merged.

Covenants, signatures, results and answers are public or were relied on: they stay under the
pseudonym. Terms end, open checks pass to others, photographs go. In a merge two signatures under
one version become one.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from community import Actor, Kept, system
from marketplace.aftercare import rows
from marketplace.aftercare.custodians import OPEN, share_checks
from marketplace.aftercare.tables import (
    AftercarePhotoRow,
    AttentionRow,
    CovenantSignatureRow,
    CustodianRow,
)
from marketplace.aftercare.values import Custodian, CustodianState
from marketplace.refusals import verb

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "covenants_written",
        ("covenant_version.written_by",),
        """
        SELECT project.title AS project, covenant_version.number, note, written_at FROM me
        JOIN covenant_version ON written_by = me.id
        JOIN project ON project.id = covenant_version.project_id ORDER BY written_at
        """,
    ),
    Kept(
        "covenants_signed",
        ("covenant_signature.member_id",),
        """
        SELECT project.title AS project, covenant_signature.number, way AS channel, signed_at
        FROM me JOIN covenant_signature ON member_id = me.id
        JOIN project ON project.id = covenant_signature.project_id ORDER BY signed_at
        """,
    ),
    Kept(
        "custodian_terms",
        ("custodian.member_id", "custodian.asked_by"),
        """
        SELECT project.title AS project, asked_at, answered_at, term_until, ended_at, why FROM me
        JOIN custodian ON me.id IN (member_id, asked_by)
        JOIN project ON project.id = custodian.project_id ORDER BY asked_at
        """,
    ),
    Kept(
        "checks_done",
        ("follow_up.custodian_id", "follow_up.done_by"),
        """
        SELECT project.title AS project, due_on, words, done_at FROM me
        JOIN follow_up ON me.id IN (custodian_id, done_by)
        JOIN project ON project.id = follow_up.project_id ORDER BY due_on
        """,
    ),
    Kept(
        "attention_raised",
        ("attention.raised_by", "aftercare_photo.added_by"),
        """
        SELECT project.title AS project, words, raised_at,
            EXISTS (SELECT FROM aftercare_photo AS photo WHERE photo.attention_id = attention.id
                AND added_by = me.id) AS photograph
        FROM me JOIN attention ON raised_by = me.id
        JOIN project ON project.id = attention.project_id
        UNION ALL
        SELECT project.title, '', added_at, true FROM me
        JOIN aftercare_photo AS photo ON added_by = me.id AND check_id IS NOT NULL
        JOIN project ON project.id = photo.project_id ORDER BY raised_at
        """,
    ),
    Kept(
        "attention_answered",
        ("attention_move.moved_by",),
        """
        SELECT project.title AS project, attention_move.words, moved_at FROM me
        JOIN attention_move ON moved_by = me.id JOIN attention ON attention.id = attention_id
        JOIN project ON project.id = attention.project_id ORDER BY moved_at
        """,
    ),
)
"""What aftercare keeps of a member, in the order in which a page tells it."""

_ONE_SIGNATURE: Final = """
DELETE FROM covenant_signature AS theirs USING covenant_signature AS kept
WHERE theirs.community_id = {} AND theirs.member_id = {} AND kept.member_id = {}
    AND kept.project_id = theirs.project_id AND kept.number = theirs.number
"""

_HAND_ON: Final = (
    "UPDATE covenant_signature SET member_id = {} WHERE community_id = {} AND member_id = {}",
    """UPDATE follow_up SET custodian_id = {} WHERE community_id = {} AND custodian_id = {}
       AND done_at IS NULL""",
    "UPDATE attention SET raised_by = {} WHERE community_id = {} AND raised_by = {}",
    "UPDATE aftercare_photo SET added_by = {} WHERE community_id = {} AND added_by = {}",
)


async def leave_aftercare(members: Collection[UUID], *, community_id: UUID) -> None:
    """End the terms of members who leave, within the transaction that lets them go.

    Their checks pass to the other custodians.
    """
    by, now = system(community_id), datetime.now(UTC)
    async with verb():
        for one in await _open_of(members, community_id):
            care = await rows.locked(one.project_id, community_id=community_id)
            await _end(one, now)
            await share_checks(care, at=now, by=by)


async def forget_aftercare(members: Collection[UUID], *, community_id: UUID) -> None:
    """Take out what an erasure takes, within its transaction: terms end, photographs go."""
    await leave_aftercare(members, community_id=community_id)
    await AftercarePhotoRow.raw(
        "DELETE FROM aftercare_photo WHERE community_id = {} AND added_by = ANY({})",
        community_id,
        list(members),
    )


async def take_over_aftercare(other: UUID, survivor: UUID, *, by: Actor) -> None:
    """Hand on what a former membership has, within the merge's transaction; none counts twice."""
    here, now = by.community_id, datetime.now(UTC)
    async with verb():
        for one in await _open_of([other, survivor], here):
            await rows.locked(one.project_id, community_id=here)
        kept = {one.project_id: one for one in await _open_of([survivor], here)}
        for one in await _open_of([other], here):
            own = kept.get(one.project_id)
            if own is not None:
                lesser = own if one.state is CustodianState.SERVING else one
                await _end(lesser, now)
                if lesser is one:
                    continue
            await CustodianRow.raw(
                "UPDATE custodian SET member_id = {} WHERE community_id = {} AND id = {}",
                survivor,
                here,
                one.id,
            )
        await CovenantSignatureRow.raw(_ONE_SIGNATURE, here, other, survivor)
        for sql in _HAND_ON:
            await AttentionRow.raw(sql, survivor, here, other)


async def _open_of(members: Collection[UUID], community_id: UUID) -> list[Custodian]:
    return await rows.custodians(
        "member_id = ANY({}) AND state = ANY({}) ORDER BY project_id, id",
        list(members),
        sorted(one.value for one in OPEN),
        community_id=community_id,
    )


async def _end(one: Custodian, at: datetime) -> None:
    await CustodianRow.raw(
        "UPDATE custodian SET state = 'ended', ended_at = {} WHERE community_id = {} AND id = {}",
        at,
        one.community_id,
        one.id,
    )
