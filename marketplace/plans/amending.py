"""The verbs of amendments: proposed, supported, withdrawn, accepted or declined, lapsed."""

import dataclasses
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor
from marketplace import needs
from marketplace.plans import rows, rules
from marketplace.plans.errors import (
    AmendmentConflicts,
    NotForYou,
    NothingChanged,
    NotWanted,
    OwnAmendment,
    PlanFrozen,
    TooManyAmendments,
    UnknownAmendment,
)
from marketplace.plans.policy import plan_policy_at
from marketplace.plans.refusals import verb
from marketplace.plans.tables import AmendmentRow, AmendmentSupportRow, PlanRow
from marketplace.plans.telling import tell_all
from marketplace.plans.uniting import United, united
from marketplace.plans.values import (
    Amendment,
    AmendmentId,
    AmendmentState,
    Plan,
    PlanContent,
    Version,
)
from marketplace.plans.writing import opened, require_writer, write_plan, writers

OPEN_EACH_MAX: Final = 5

_PROPOSE: Final = """
INSERT INTO amendment (id, community_id, plan_id, base, content, reason, proposed_by, proposed_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, clock_timestamp())
"""

_SETTLE: Final = """
UPDATE amendment SET state = {}, answered_by = {}, answered_at = clock_timestamp(), answer = {}
WHERE id = {} AND community_id = {}
"""

_LAPSING: Final = f"""
SELECT plan.id, plan.community_id FROM plan
WHERE EXISTS (SELECT FROM amendment WHERE plan_id = plan.id AND state = 'open')
    AND {rows.FROZEN}
ORDER BY plan.id
"""  # noqa: S608 (a piece of our own)


async def propose_amendment(
    need_id: UUID,
    content: PlanContent,
    *,
    by: Actor,
    base: int,
    reason: str,
    id: AmendmentId | None = None,  # noqa: A002 (the row's name)
) -> Amendment:
    """Propose a change to a need's plan, written against its version `base`.

    Files stay as they are in that version. The same `id` again is answered with the amendment it
    made. Raises `NotForYou`, `NotWanted`, `PlanFrozen`, `NothingChanged`, `TooManyAmendments`,
    `InvalidPlan`, `UnknownPlan`, `needs.UnknownNeed`.
    """
    rules.resident(by, "amend")
    key = id or AmendmentId(ledger.new_id())
    async with verb():
        need, plan = await opened(need_id, by=by)
        if not await community.keep_active(by.member_id, community_id=by.community_id):
            raise NotForYou("amend")
        known = await rows.amendments("id = {}", key, community_id=by.community_id)
        if known:
            if (known[0].plan_id, known[0].proposed_by) != (plan.id, by.member_id):
                raise UnknownAmendment
            return known[0]
        rules.writing(need.state, frozen=plan.frozen)
        start = await rows.version(plan.id, base, community_id=by.community_id)
        proposed = dataclasses.replace(rules.tidied(content), attachments=start.content.attachments)
        rules.content(proposed, await plan_policy_at(by.community_id))
        if proposed == start.content:
            raise NothingChanged
        rules.why("reason", reason)
        await _require_room(plan, by)
        await AmendmentRow.raw(
            _PROPOSE,
            key,
            by.community_id,
            plan.id,
            base,
            proposed.canonical(),
            reason.strip(),
            by.member_id,
        )
        await _note("propose", need.id, key, by)
        names = await community.named_members({by.member_id}, community_id=by.community_id)
        await tell_all(
            await writers(need, plan),
            "plan.amendment",
            need,
            by=by,
            fill={"name": names.get(by.member_id, "")},
        )
        return await rows.amendment(key, community_id=by.community_id)


async def _require_room(plan: Plan, by: Actor) -> None:
    mine = await rows.amendments(
        "plan_id = {} AND proposed_by = {} AND state = 'open'",
        plan.id,
        by.member_id,
        community_id=by.community_id,
    )
    if len(mine) >= OPEN_EACH_MAX:
        raise TooManyAmendments(OPEN_EACH_MAX)


async def support_amendment(amendment_id: UUID, *, by: Actor, wanted: bool = True) -> Amendment:
    """Support an open amendment of somebody else's, or stop to; once each, and again is the same.

    Raises `NotForYou`, `OwnAmendment`, `AmendmentMoved`, `UnknownAmendment`.
    """
    rules.resident(by, "support")
    async with verb():
        found = await rows.locked_amendment(amendment_id, community_id=by.community_id)
        if not await community.keep_active(by.member_id, community_id=by.community_id):
            raise NotForYou("support")
        rules.answering(found)
        if found.proposed_by == by.member_id:
            raise OwnAmendment
        statement = (
            "INSERT INTO amendment_support (amendment_id, member_id, community_id, supported_at)"
            " VALUES ({}, {}, {}, clock_timestamp())"
            " ON CONFLICT ON CONSTRAINT supported_once DO NOTHING RETURNING member_id"
            if wanted
            else "DELETE FROM amendment_support"
            " WHERE amendment_id = {} AND member_id = {} AND community_id = {} RETURNING member_id"
        )
        changed = await AmendmentSupportRow.raw(statement, found.id, by.member_id, by.community_id)
        if changed:
            need_id = (await rows.plan(found.plan_id, community_id=by.community_id)).need_id
            await _note("support" if wanted else "unsupport", need_id, found.id, by)
        return await rows.amendment(found.id, community_id=by.community_id)


async def withdraw_amendment(amendment_id: UUID, *, by: Actor) -> Amendment:
    """Take back an amendment of one's own; a second time changes nothing.

    Raises `NotForYou`, `AmendmentMoved`, `UnknownAmendment`.
    """
    rules.own_hand(by, "withdraw an amendment")
    async with verb():
        found = await rows.locked_amendment(amendment_id, community_id=by.community_id)
        if found.proposed_by != by.member_id:
            raise NotForYou("withdraw an amendment")
        if found.state is AmendmentState.WITHDRAWN:
            return found
        rules.answering(found)
        plan = await rows.plan(found.plan_id, community_id=by.community_id)
        await _settle(found, AmendmentState.WITHDRAWN, "", by)
        await _note("withdraw", plan.need_id, found.id, by)
        return await rows.amendment(found.id, community_id=by.community_id)


def taken_in(found: Amendment, base: Version, latest: Version) -> United:
    """Return the latest version with an amendment's changes, and the parts in dispute."""
    return united(base.content, found.content, latest.content)


async def accept_amendment(amendment_id: UUID, *, by: Actor, words: str = "") -> Version:
    """Accept an amendment: a new version takes it in, and its author is told.

    Where later versions changed the same, nothing is written: who writes the plan resolves it by
    hand with `write_plan(..., amendment_id=...)`. Raises `NotYourPlan`, `AmendmentConflicts`,
    `AmendmentMoved`, `PlanFrozen`, `NotWanted`, `InvalidPlan`, `UnknownAmendment`.
    """
    async with verb():
        plan_id = (await rows.amendment(amendment_id, community_id=by.community_id)).plan_id
        need_id = (await rows.plan(plan_id, community_id=by.community_id)).need_id
        need, plan = await opened(need_id, by=by)
        await require_writer(need, plan, by=by)
        found = await rows.locked_amendment(amendment_id, community_id=by.community_id)
        rules.answering(found)
        if plan.frozen:
            raise PlanFrozen
        base = await rows.version(plan.id, found.base, community_id=by.community_id)
        latest = await rows.version(plan.id, plan.version, community_id=by.community_id)
        merged = taken_in(found, base, latest)
        if merged.conflicts:
            raise AmendmentConflicts(merged.conflicts)
        return await write_plan(
            need.id,
            merged.content,
            by=by,
            note=words,
            base=plan.version,
            amendment_id=found.id,
        )


async def decline_amendment(amendment_id: UUID, *, by: Actor, reason: str) -> Amendment:
    """Decline an amendment with a reason in public; its author is told.

    Raises `NotYourPlan`, `AmendmentMoved`, `PlanFrozen`, `InvalidPlan`, `UnknownAmendment`.
    """
    async with verb():
        plan_id = (await rows.amendment(amendment_id, community_id=by.community_id)).plan_id
        need_id = (await rows.plan(plan_id, community_id=by.community_id)).need_id
        need, plan = await opened(need_id, by=by)
        await require_writer(need, plan, by=by)
        found = await rows.locked_amendment(amendment_id, community_id=by.community_id)
        rules.answering(found)
        if plan.frozen:
            raise PlanFrozen
        if need.state not in rules.WRITTEN:
            raise NotWanted(need.state)
        rules.why("reason", reason)
        await _settle(found, AmendmentState.DECLINED, reason.strip(), by)
        await _note("decline", need.id, found.id, by)
        fill = {"why": reason.strip()}
        await tell_all({found.proposed_by}, "plan.amendment_declined", need, by=by, fill=fill)
        return await rows.amendment(found.id, community_id=by.community_id)


async def lapse_amendments(*, community_id: UUID | None = None) -> int:
    """Let open amendments of frozen plans lapse and tell their authors; return how many.

    May be repeated safely: an amendment lapses once.
    """
    lapsed = 0
    for row in await PlanRow.raw(_LAPSING):
        if community_id in (None, row["community_id"]):
            lapsed += await _lapse(row["id"], community.system(row["community_id"]))
    return lapsed


async def _lapse(plan_id: UUID, by: Actor) -> int:
    async with verb():
        plan = await rows.locked(plan_id, community_id=by.community_id)
        if not plan.frozen:
            return 0
        need = await needs.read_need(plan.need_id, community_id=by.community_id)
        found = await rows.amendments(
            "plan_id = {} AND state = 'open' ORDER BY id FOR NO KEY UPDATE OF amendment",
            plan.id,
            community_id=by.community_id,
        )
        for one in found:
            await _settle(one, AmendmentState.LAPSED, "", by)
            await _note("lapse", need.id, one.id, by)
            await tell_all({one.proposed_by}, "plan.amendment_lapsed", need, by=by)
        return len(found)


async def _settle(found: Amendment, state: AmendmentState, answer: str, by: Actor) -> None:
    await AmendmentRow.raw(_SETTLE, state.value, by.member_id, answer, found.id, found.community_id)


async def _note(act: str, need_id: UUID, amendment_id: UUID, by: Actor) -> None:
    await community.record(
        f"amendment.{act}",
        by=by,
        subject_kind="need",
        subject_id=need_id,
        details={"amendment": str(amendment_id)},
    )
