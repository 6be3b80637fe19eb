"""The verbs of a merge by consent: ask for it, answer, take it back; the last yes merges."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor, Role, Standing
from marketplace.needs import rules as needs_rules
from marketplace.needs.errors import NeedMoved, NotForAnother
from marketplace.needs.merging import rules
from marketplace.needs.merging.errors import (
    MergeAskedAlready,
    MergeSettled,
    NobodyToAsk,
    NotAsked,
    NotYoursToMerge,
)
from marketplace.needs.merging.joining import join, settle
from marketplace.needs.merging.reading import find, read_merge
from marketplace.needs.merging.tables import NeedMergeAnswerRow, NeedMergeRow
from marketplace.needs.merging.telling import tell_each
from marketplace.needs.merging.values import Answer, Merge, MergeId, MergeState, Silence
from marketplace.needs.policy import merge_days_at, merge_silence_at
from marketplace.needs.reading import authors, read_need
from marketplace.needs.union import lock_all, one_at_a_time
from marketplace.needs.values import Need
from marketplace.refusals import verb

_ASK: Final = """
INSERT INTO need_merge (id, community_id, need_id, into_id, why, asked_by, asked_at, due_at,
    silence)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})
"""

_WHOM: Final = """
INSERT INTO need_merge_answer (merge_id, member_id, community_id, need_id, agreed, answered_at)
VALUES ({}, {}, {}, {}, {}, {})
"""


async def ask_merge(
    need_id: UUID,
    into_id: UUID,
    why: str,
    *,
    by: Actor,
    id: UUID | None = None,  # noqa: A002 (the row's name)
) -> Merge:
    """Ask the authors of both whether a need shall go on in another.

    Whoever asks and is an author has agreed by asking. Where nobody else is to be asked, the two
    become one at once. The same `id` again returns what it asked for. Raises `NotYoursToMerge`,
    `NotForAnother`, `IntoItself`, `NeedMoved`, `MergeAskedAlready`, `NobodyToAsk`, `WordsMissing`,
    `TooLong`, `UnknownNeed`.
    """
    _oneself(by)
    reason = needs_rules.text("why", why)
    key = MergeId(id or ledger.new_id())
    async with verb():
        await one_at_a_time(by.community_id)
        asked_before = await find(
            "id = {} AND community_id = {} AND asked_by = {}", key, by.community_id, by.member_id
        )
        if asked_before:
            return asked_before[0]
        need, into = await _both(need_id, into_id, by.community_id)
        asked = await _who_is_asked(need, into)
        rules.asking(by.member_id, by.roles, {one.member_id for one in asked})
        rules.joining(need, into)
        waiting = await find("need_id = {} AND state = 'asked'", need.id)
        if waiting:
            raise MergeAskedAlready(waiting[0].id)
        staff = Role.COORDINATOR in by.roles
        if not staff and {one.need_id for one in asked} != {need.id, into.id}:
            raise NobodyToAsk
        await _write(key, (need, into), asked, why=reason, by=by)
        await community.record(
            "need.merge_ask",
            by=by,
            subject_kind="need",
            subject_id=need.id,
            details={"into": into.id, "merge": key},
        )
        merge = await read_merge(key, community_id=by.community_id)
        await tell_each(merge, "need.merge_asked", unanswered(merge), but=by.member_id)
        await decide(merge, by=by)
        return await read_merge(key, community_id=by.community_id)


async def answer_merge(merge_id: UUID, *, agrees: bool, reason: str = "", by: Actor) -> Merge:
    """Agree to a merge, or decline it with a reason, as an author of one of the two.

    One no ends it; the last yes makes the two one. The same answer again changes nothing, and a
    merge that was overtaken meanwhile says so. Raises `NotAsked`, `NotForAnother`, `MergeSettled`,
    `WordsMissing`, `TooLong`, `UnknownMerge`.
    """
    _oneself(by)
    said = reason.strip() if agrees else needs_rules.text("reason", reason)
    async with verb():
        await one_at_a_time(by.community_id)
        merge = await read_merge(merge_id, community_id=by.community_id)
        mine = [one for one in merge.answers if one.member_id == by.member_id]
        if not mine or not await _is_author_still(by.member_id, merge):
            raise NotAsked
        if all(one.agreed is agrees for one in mine):
            return merge
        if merge.state is not MergeState.ASKED:
            raise MergeSettled(merge.state)
        await NeedMergeAnswerRow.raw(
            "UPDATE need_merge_answer SET agreed = {}, reason = {}, answered_at = {}"
            " WHERE merge_id = {} AND member_id = {}",
            agrees,
            said,
            datetime.now(UTC),
            merge.id,
            by.member_id,
        )
        await community.record(
            "need.merge_agree" if agrees else "need.merge_decline",
            by=by,
            subject_kind="need",
            subject_id=merge.need_id,
            details={"into": merge.into_id, "merge": merge.id},
        )
        if agrees:
            await tell_each(merge, "need.merge_agreed", {merge.asked_by}, but=by.member_id)
        await decide(await read_merge(merge.id, community_id=by.community_id), by=by, why=said)
        return await read_merge(merge.id, community_id=by.community_id)


async def take_back_merge(merge_id: UUID, *, by: Actor) -> Merge:
    """Ask no more, as who asked or as a coordinator; again changes nothing.

    Raises `NotYoursToMerge`, `MergeSettled`, `UnknownMerge`.
    """
    _oneself(by)
    async with verb():
        await one_at_a_time(by.community_id)
        merge = await read_merge(merge_id, community_id=by.community_id)
        if by.member_id != merge.asked_by and Role.COORDINATOR not in by.roles:
            raise NotYoursToMerge
        if merge.state is MergeState.TAKEN_BACK:
            return merge
        if merge.state is not MergeState.ASKED:
            raise MergeSettled(merge.state)
        await settle(merge, MergeState.TAKEN_BACK, by=by)
        return await read_merge(merge.id, community_id=by.community_id)


async def decide(merge: Merge, *, by: Actor, why: str = "", silence: Silence | None = None) -> None:
    """Make the two one, or end the merge, if its answers say so by now.

    `silence` is what it means once the deadline has passed. Within the transaction that lets a
    community's merges be done one after the other.
    """
    need, into = await _both(merge.need_id, merge.into_id, merge.community_id)
    try:
        rules.joining(need, into)
    except NeedMoved:
        await settle(merge, MergeState.OVERTAKEN, by=by)
        return
    answers = await _who_can_answer(merge, need, into)
    found = rules.outcome(
        answers,
        (need.id, into.id),
        by_staff=await _by_staff(merge),
        silence=silence,
    )
    if found:
        await join(merge, need, into, by=by)
    elif found is False:
        declined = any(one.agreed is False for one in answers)
        state = MergeState.DECLINED if declined else MergeState.LAPSED
        await settle(merge, state, by=by, why=why)


def unanswered(merge: Merge) -> set[UUID]:
    """Return who has said nothing yet."""
    return {one.member_id for one in merge.answers if one.agreed is None}


def _oneself(by: Actor) -> None:
    if by.on_behalf_of is not None:
        raise NotForAnother


async def _both(need_id: UUID, into_id: UUID, community_id: UUID) -> tuple[Need, Need]:
    need = await read_need(need_id, community_id=community_id)
    into = await read_need(into_id, community_id=community_id)
    await lock_all([need.id, into.id])
    return (
        await read_need(need.id, community_id=community_id),
        await read_need(into.id, community_id=community_id),
    )


async def _is_author_still(member_id: UUID, merge: Merge) -> bool:
    return any([member_id in await authors(one) for one in (merge.need_id, merge.into_id)])


async def _who_is_asked(need: Need, into: Need) -> list[Answer]:
    """Return those authors of both who are here to answer."""
    found = []
    for one in (need, into):
        for member_id in await authors(one.id):
            if (await community.member(member_id)).standing is Standing.ACTIVE:
                found.append(Answer(member_id, one.id))  # noqa: PERF401 (each is asked for)
    return found


async def _who_can_answer(merge: Merge, need: Need, into: Need) -> list[Answer]:
    """Return the answers of those who are authors still, and here; newcomers have given none."""
    given = {(one.member_id, one.need_id): one for one in merge.answers}
    return [given.get((one.member_id, one.need_id), one) for one in await _who_is_asked(need, into)]


async def _by_staff(merge: Merge) -> bool:
    """Whether a coordinator asked: then a need without authors is spoken for."""
    return Role.COORDINATOR in (await community.member(merge.asked_by)).roles


async def _write(
    key: MergeId, both: tuple[Need, Need], asked: list[Answer], *, why: str, by: Actor
) -> None:
    now = datetime.now(UTC)
    await NeedMergeRow.raw(
        _ASK,
        key,
        by.community_id,
        both[0].id,
        both[1].id,
        why,
        by.member_id,
        now,
        now + timedelta(days=await merge_days_at(by.community_id, now)),
        await merge_silence_at(by.community_id, now),
    )
    for one in asked:
        own = one.member_id == by.member_id
        await NeedMergeAnswerRow.raw(
            _WHOM,
            key,
            one.member_id,
            by.community_id,
            one.need_id,
            True if own else None,
            now if own else None,
        )
