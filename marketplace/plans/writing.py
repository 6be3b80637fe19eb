"""The verb that writes a version of a plan; the first one moves its need on to the talk."""

from typing import Final
from uuid import UUID

import community
from community import Actor
from marketplace import needs
from marketplace.needs import Need, NeedState
from marketplace.plans import rows, rules
from marketplace.plans.errors import (
    InvalidPlan,
    NothingChanged,
    NotYourPlan,
    UnknownAmendment,
    UnknownFile,
)
from marketplace.plans.policy import plan_policy_at
from marketplace.plans.refusals import verb
from marketplace.plans.tables import AmendmentRow, PlanAttachmentRow, PlanFileRow, PlanVersionRow
from marketplace.plans.telling import hands_of, tell_all, tell_followers
from marketplace.plans.values import Amendment, AmendmentId, Plan, PlanContent, PlanId, Version

_WRITE: Final = """
INSERT INTO plan_version (plan_id, number, community_id, content, sha256, cost_fen, minutes,
    written_by, written_at, note, amendment_id)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, clock_timestamp(), {}, {})
"""

_ACCEPTED: Final = """
UPDATE amendment SET state = 'accepted', answered_by = {}, answered_at = clock_timestamp(),
    answer = {}, version = {} WHERE id = {} AND community_id = {}
"""


async def write_plan(
    need_id: UUID,
    content: PlanContent,
    *,
    by: Actor,
    note: str,
    base: int,
    amendment_id: AmendmentId | None = None,
) -> Version:
    """Write a version of a need's plan against the version `base` that it started from, or 0.

    The same words again are answered with the version that they made. With `amendment_id`, the
    version takes that amendment in. Raises `NotYourPlan`, `NotWanted`, `PlanFrozen`,
    `StaleVersion`, `NothingChanged`, `InvalidPlan`, `FileUnfit`, `UnknownFile`, `AmendmentMoved`,
    `UnknownAmendment`, `needs.UnknownNeed`.
    """
    rules.own_hand(by, "write")
    written = rules.tidied(content)
    async with verb():
        need, plan = await opened(need_id, by=by)
        await require_writer(need, plan, by=by)
        before = await _before(plan, written, base=base, by=by)
        if before is not None:
            return before
        amendment = await _amendment(plan, amendment_id)
        rules.writing(need.state, frozen=plan.frozen)
        number = rules.next_number(latest=plan.version, base=base)
        await _require_change(plan, written, amendment)
        rules.content(written, await plan_policy_at(by.community_id))
        if len(note) > rules.NOTE_MAX:
            raise InvalidPlan("note", "too long", most=rules.NOTE_MAX)
        await _require_area(written, by)
        await _write(plan, number, written, by=by, note=note.strip(), amendment=amendment)
        await _told(need, plan, number, amendment, by=by)
        return await rows.version(plan.id, number, community_id=by.community_id)


async def write_version(
    plan_id: PlanId,
    content: PlanContent,
    *,
    by: Actor,
    note: str,
    base: int | None = None,
    amendment_id: AmendmentId | None = None,
) -> Version:
    """Write a version of a plan that is begun; without `base`, after the latest.

    Raises `UnknownPlan`, and what `write_plan` raises.
    """
    plan = await rows.plan(plan_id, community_id=by.community_id)
    return await write_plan(
        plan.need_id,
        content,
        by=by,
        note=note,
        base=plan.version if base is None else base,
        amendment_id=amendment_id,
    )


async def opened(need_id: UUID, *, by: Actor) -> tuple[Need, Plan]:
    """Return a need and its plan, both locked, with the rounds in which it stands kept.

    A plan is begun where there is none. Raises `needs.UnknownNeed`.
    """
    await rows.keep_rounds(need_id, community_id=by.community_id)
    need = await needs.locked(need_id, community_id=by.community_id)
    return need, await rows.begun(need_id, by=by)


async def writers(need: Need, plan: Plan) -> set[UUID]:
    """Return who writes a plan: those who raised the need, and who undertakes it."""
    return set(await needs.authors(need.id)) | await hands_of(
        plan.undertaker, community_id=plan.community_id
    )


async def require_writer(need: Need, plan: Plan, *, by: Actor) -> None:
    """Refuse whoever does not write this plan with `NotYourPlan`."""
    rules.own_hand(by, "write")
    active = await community.keep_active(by.member_id, community_id=by.community_id)
    if not active or by.member_id not in await writers(need, plan):
        raise NotYourPlan


async def _before(plan: Plan, written: PlanContent, *, base: int, by: Actor) -> Version | None:
    """Return the version that the same request wrote before, if this is one sent again."""
    if not plan.version or base != plan.version - 1:
        return None
    latest = await rows.version(plan.id, plan.version, community_id=by.community_id)
    same = latest.sha256 == written.sha256() and latest.written_by == by.member_id
    return latest if same else None


async def _amendment(plan: Plan, amendment_id: AmendmentId | None) -> Amendment | None:
    """Return the amendment that a version takes in, locked and still open."""
    if amendment_id is None:
        return None
    found = await rows.locked_amendment(amendment_id, community_id=plan.community_id)
    if found.plan_id != plan.id:
        raise UnknownAmendment
    rules.answering(found)
    return found


async def _require_change(plan: Plan, written: PlanContent, amendment: Amendment | None) -> None:
    """Refuse a version like the one before; taking in what the plan says already is a decision."""
    if amendment is None and plan.version:
        latest = await rows.version(plan.id, plan.version, community_id=plan.community_id)
        if latest.sha256 == written.sha256():
            raise NothingChanged


async def _require_area(written: PlanContent, by: Actor) -> None:
    """Refuse a place outside the community: money for its streets is spent there."""
    if written.area_id is None:
        return
    grids = {one.id for one in await community.grids(by.community_id)}
    if written.area_id not in grids | {by.community_id}:
        raise InvalidPlan("area", "unknown")


async def _write(
    plan: Plan,
    number: int,
    written: PlanContent,
    *,
    by: Actor,
    note: str,
    amendment: Amendment | None,
) -> None:
    await PlanVersionRow.raw(
        _WRITE,
        plan.id,
        number,
        by.community_id,
        written.canonical(),
        written.sha256(),
        written.cost_fen,
        written.minutes,
        by.member_id,
        note,
        amendment.id if amendment else None,
    )
    for one in written.attachments:
        await _attach(plan, number, one.sha256, by)
    if amendment is not None:
        await AmendmentRow.raw(_ACCEPTED, by.member_id, note, number, amendment.id, by.community_id)
    await community.record(
        "plan.write",
        by=by,
        subject_kind="need",
        subject_id=plan.need_id,
        details={
            "plan": str(plan.id),
            "version": number,
            "cost_fen": written.cost_fen,
            "minutes": written.minutes,
            **({"amendment": str(amendment.id)} if amendment else {}),
        },
    )


async def _attach(plan: Plan, number: int, sha256: str, by: Actor) -> None:
    found = await PlanFileRow.raw(
        "SELECT sha256 FROM plan_file WHERE community_id = {} AND sha256 = {} FOR SHARE",
        by.community_id,
        sha256,
    )
    if not found:
        raise UnknownFile
    await PlanAttachmentRow.raw(
        "INSERT INTO plan_attachment (plan_id, number, community_id, sha256)"
        " VALUES ({}, {}, {}, {})",
        plan.id,
        number,
        by.community_id,
        sha256,
    )


async def _told(
    need: Need, plan: Plan, number: int, amendment: Amendment | None, *, by: Actor
) -> None:
    """Move a need that waited for its plan, and tell who follows it; each hears of it once."""
    fill = {"version": number}
    hands = await hands_of(plan.undertaker, community_id=plan.community_id)
    followers = set(await needs.followers(need.id, need.community_id))
    author = {amendment.proposed_by} if amendment is not None else set()
    if need.state is NeedState.ACCEPTED:
        await needs.move(need, NeedState.PLANNED, by=by)
        followers_told: set[UUID] = followers
    else:
        await tell_followers("plan.version", need, by=by, fill=fill, but=author)
        followers_told = followers
    await tell_all(hands - followers_told - author, "plan.version", need, by=by, fill=fill)
    await tell_all(author, "plan.amendment_accepted", need, by=by, fill=fill)
