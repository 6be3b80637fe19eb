"""Reads plans, their versions, calls and amendments for pages and for the rounds. Never writes."""

from collections.abc import Collection
from uuid import UUID

from marketplace.plans import rows
from marketplace.plans.errors import UnknownOffer
from marketplace.plans.tables import AmendmentSupportRow, CallOfferRow
from marketplace.plans.values import (
    Amendment,
    AmendmentId,
    Call,
    CallId,
    Offer,
    OfferDraft,
    OfferId,
    Plan,
    Undertaker,
    Version,
)


async def read_plan(plan_id: UUID, *, community_id: UUID) -> Plan:
    """Return a plan. Raises `UnknownPlan`."""
    return await rows.plan(plan_id, community_id=community_id)


async def plans_by_id(plan_ids: Collection[UUID], *, community_id: UUID) -> dict[UUID, Plan]:
    """Return plans by their ids; those that are not of this community stay out."""
    found = await rows.plans("plan.id = ANY({})", list(plan_ids), community_id=community_id)
    return {one.id: one for one in found}


async def plan_of_need(need_id: UUID, *, community_id: UUID) -> Plan | None:
    """Return a need's plan; None where nothing of it is begun."""
    found = await rows.plans("need_id = {}", need_id, community_id=community_id)
    return found[0] if found else None


async def plans_written(
    community_id: UUID, *, page: int = 1, size: int | None = None
) -> list[tuple[Plan, Version]]:
    """Return a community's plans that have a version, each with its latest, the newest first.

    All of them, or a page of so many; pages count from 1.
    """
    latest = await rows.versions(
        "number = (SELECT max(number) FROM plan_version AS later"
        " WHERE later.plan_id = plan_version.plan_id) ORDER BY written_at DESC, plan_id"
        " LIMIT {}::int OFFSET {}::int",
        size,
        (page - 1) * (size or 0),
        community_id=community_id,
    )
    found = await rows.plans(
        "plan.id = ANY({})", [one.plan_id for one in latest], community_id=community_id
    )
    by_id = {one.id: one for one in found}
    return [(by_id[one.plan_id], one) for one in latest]


async def version(plan_id: UUID, number: int, *, community_id: UUID) -> Version:
    """Return a version of a plan. Raises `UnknownPlan`."""
    return await rows.version(plan_id, number, community_id=community_id)


async def versions(plan_id: UUID, *, community_id: UUID) -> list[Version]:
    """Return every version of a plan, the newest first."""
    return await rows.versions(
        "plan_id = {} ORDER BY number DESC", plan_id, community_id=community_id
    )


async def undertakers(plan_id: UUID, *, community_id: UUID) -> list[Undertaker]:
    """Return everybody who was chosen to carry a plan out, the first first."""
    return await rows.undertakers(
        "plan_id = {} ORDER BY chosen_at, id", plan_id, community_id=community_id
    )


async def calls(plan_id: UUID, *, community_id: UUID) -> list[Call]:
    """Return a plan's calls for undertakers, the newest first."""
    return await rows.calls(
        "plan_id = {} ORDER BY opened_at DESC, id", plan_id, community_id=community_id
    )


async def open_calls(community_id: UUID) -> list[Call]:
    """Return a community's calls that take offers or wait for a choice, the soonest first."""
    return await rows.calls(
        "state IN ('open', 'closed') ORDER BY closes_at, id", community_id=community_id
    )


async def call(call_id: UUID, *, community_id: UUID) -> Call:
    """Return a call. Raises `UnknownCall`."""
    return await rows.call(call_id, community_id=community_id)


async def offers(call_id: CallId, *, community_id: UUID) -> list[Offer]:
    """Return the answers to a call, withdrawn ones too, in the order in which they came."""
    found = await CallOfferRow.raw(
        "SELECT id, call_id, member_id, organisation_id, words, brings, cost_fen, minutes,"
        " reference, conflict, offered_at, withdrawn_at FROM call_offer"
        " WHERE community_id = {} AND call_id = {} ORDER BY offered_at, id",
        community_id,
        call_id,
    )
    return [
        Offer(
            OfferId(row["id"]),
            CallId(row["call_id"]),
            row["member_id"],
            OfferDraft(
                row["words"],
                row["brings"],
                row["cost_fen"],
                row["minutes"],
                row["reference"],
                row["conflict"],
                row["organisation_id"],
            ),
            row["offered_at"],
            row["withdrawn_at"],
        )
        for row in found
    ]


async def offer(found: Call, offer_id: UUID) -> Offer:
    """Return an answer to a call. Raises `UnknownOffer`."""
    for one in await offers(found.id, community_id=found.community_id):
        if one.id == offer_id:
            return one
    raise UnknownOffer


async def amendments(plan_id: UUID, *, community_id: UUID) -> list[Amendment]:
    """Return a plan's amendments: open ones first, those with most support before the others."""
    return await rows.amendments(
        "plan_id = {} ORDER BY state <> 'open',"
        " (SELECT count(*) FROM amendment_support WHERE amendment_id = amendment.id) DESC,"
        " proposed_at DESC, id",
        plan_id,
        community_id=community_id,
    )


async def amendment(amendment_id: UUID, *, community_id: UUID) -> Amendment:
    """Return an amendment. Raises `UnknownAmendment`."""
    return await rows.amendment(amendment_id, community_id=community_id)


async def supported(member_id: UUID, plan_id: UUID) -> set[AmendmentId]:
    """Return which of a plan's amendments a member supports."""
    found = await AmendmentSupportRow.raw(
        "SELECT amendment_id FROM amendment_support WHERE member_id = {} AND amendment_id IN"
        " (SELECT id FROM amendment WHERE plan_id = {})",
        member_id,
        plan_id,
    )
    return {AmendmentId(row["amendment_id"]) for row in found}
