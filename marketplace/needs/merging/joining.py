"""Makes two needs one, parts them again, and ends a merge that comes to nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
from community import Actor, Role
from marketplace.errors import NotACoordinator
from marketplace.needs import rules as needs_rules
from marketplace.needs.merging.errors import NotMerged
from marketplace.needs.merging.reading import find, read_merge
from marketplace.needs.merging.tables import NeedMergeAnswerRow, NeedMergeRow
from marketplace.needs.merging.telling import tell_each
from marketplace.needs.merging.values import Merge, MergeState
from marketplace.needs.moving import locked, move
from marketplace.needs.reading import authors, followers, read_need, state_before
from marketplace.needs.seconding import move_on_if_enough
from marketplace.needs.tables import NeedRow
from marketplace.needs.union import bring_together, line_upwards, lock_all, one_at_a_time
from marketplace.needs.values import Need, NeedState
from marketplace.refusals import verb

_NEWCOMER: Final = """
INSERT INTO need_merge_answer (merge_id, member_id, community_id, need_id) VALUES ({}, {}, {}, {})
ON CONFLICT ON CONSTRAINT one_merge_answer_each DO NOTHING RETURNING member_id
"""


async def join(merge: Merge, need: Need, into: Need, *, by: Actor) -> None:
    """Let a need go on in another with everybody who stands behind it.

    Within the transaction in which both were locked and found to agree.
    """
    before = await followers(into.id, into.community_id)
    await move(need, NeedState.MERGED, by=by, why=merge.why)
    await NeedRow.raw("UPDATE need SET merged_into = {} WHERE id = {}", into.id, need.id)
    await bring_together([into.id])
    await settle(merge, MergeState.DONE, by=by)
    await tell_each(merge, "need.joined", set(before), but=by.member_id)
    await _overtake(need, by=by)
    await _ask_newcomers(into)
    await move_on_if_enough(into, by=by)


async def undo_merge(need_id: UUID, why: str, *, by: Actor) -> Need:
    """Let a merged need stand by itself again, with a reason, as a coordinator.

    It has exactly its own authors and seconders. What came to the other need only from this one
    goes with it; whoever came there afterwards stays. Raises `NotACoordinator`, `NotMerged`,
    `WordsMissing`, `TooLong`, `UnknownNeed`.
    """
    if by.on_behalf_of is not None or Role.COORDINATOR not in by.roles:
        raise NotACoordinator
    reason = needs_rules.text("why", why)
    async with verb():
        await one_at_a_time(by.community_id)
        line = await line_upwards((await read_need(need_id, community_id=by.community_id)).id)
        await lock_all(line)
        need = await locked(need_id, community_id=by.community_id)
        if need.state is not NeedState.MERGED or need.merged_into is None:
            raise NotMerged
        before = await state_before(need.id)
        if before is None:
            raise NotMerged
        into = await read_need(need.merged_into, community_id=by.community_id)
        stood_behind = set(await followers(into.id, into.community_id))
        await NeedRow.raw("UPDATE need SET merged_into = NULL WHERE id = {}", need.id)
        await bring_together(line[1:])
        await move(need, before, by=by, why=reason)
        (merge,) = await find("need_id = {} AND state = 'done'", need.id)
        await NeedMergeRow.raw(
            "UPDATE need_merge SET state = 'undone', undone_by = {}, undone_at = {},"
            " undone_why = {} WHERE id = {}",
            by.member_id,
            datetime.now(UTC),
            reason,
            merge.id,
        )
        await community.record(
            "need.unmerge",
            by=by,
            subject_kind="need",
            subject_id=need.id,
            details={"into": into.id, "merge": merge.id},
        )
        gone = set(await followers(need.id, need.community_id))
        await tell_each(merge, "need.parted", stood_behind - gone, but=by.member_id, why=reason)
        standing = await locked(need.id, community_id=by.community_id)
        await move_on_if_enough(standing, by=by)
        return await read_need(need.id, community_id=by.community_id)


ENDED: Final[Mapping[MergeState, str]] = {
    MergeState.DONE: "need.merge_done",
    MergeState.DECLINED: "need.merge_declined",
    MergeState.TAKEN_BACK: "need.merge_taken_back",
    MergeState.LAPSED: "need.merge_lapsed",
    MergeState.OVERTAKEN: "need.merge_overtaken",
}
"""What the end of a merge is called, in the trail and in messages."""


async def settle(merge: Merge, state: MergeState, *, by: Actor, why: str = "") -> None:
    """Write down how a merge ended, and tell those who were asked or asked for it."""
    await NeedMergeRow.raw(
        "UPDATE need_merge SET state = {}, settled_at = {} WHERE id = {} AND state = 'asked'",
        state.value,
        datetime.now(UTC),
        merge.id,
    )
    await community.record(
        ENDED[state],
        by=by,
        subject_kind="need",
        subject_id=merge.need_id,
        details={"into": merge.into_id, "merge": merge.id},
    )
    if state is not MergeState.DONE:
        whom = {merge.asked_by, *(one.member_id for one in merge.answers)}
        await tell_each(merge, ENDED[state], whom, but=by.member_id, why=why)


async def _overtake(need: Need, *, by: Actor) -> None:
    """End what else was asked about a need that goes on in another now."""
    for one in await find("state = 'asked' AND {} IN (need_id, into_id)", need.id):
        await settle(one, MergeState.OVERTAKEN, by=by)


async def _ask_newcomers(into: Need) -> None:
    """Ask those who have become authors of a need about its other merges as well."""
    for one in await find("state = 'asked' AND {} IN (need_id, into_id)", into.id):
        new: set[UUID] = set()
        for member_id in await authors(into.id):
            added = await NeedMergeAnswerRow.raw(
                _NEWCOMER, one.id, member_id, into.community_id, into.id
            )
            new |= {row["member_id"] for row in added}
        merge = await read_merge(one.id, community_id=into.community_id)
        await tell_each(merge, "need.merge_asked", new)
