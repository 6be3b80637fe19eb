"""The verbs of offers and the choice between them: offered, withdrawn, chosen, stepped back."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor, Role
from marketplace import needs
from marketplace.needs import Need, NeedState
from marketplace.plans import calling, reading, rows, rules
from marketplace.plans.errors import (
    CallMoved,
    HasUndertaker,
    InvalidPlan,
    NotForYou,
    NotUndertaking,
    NotWanted,
    OwnOffer,
    PlanFrozen,
    UnknownOffer,
)
from marketplace.plans.policy import plan_policy_at
from marketplace.plans.refusals import verb
from marketplace.plans.tables import CallOfferRow, UndertakingRow
from marketplace.plans.telling import hands_of, name_of, speaking_for, tell_all, tell_followers
from marketplace.plans.values import Call, CallState, Offer, OfferDraft, OfferId, Plan
from marketplace.plans.writing import opened

_OFFER: Final = """
INSERT INTO call_offer (id, community_id, call_id, member_id, organisation_id, words, brings,
    cost_fen, minutes, reference, conflict, offered_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
"""

_UNDERTAKE: Final = """
INSERT INTO undertaking (id, community_id, plan_id, offer_id, member_id, organisation_id,
    chosen_by, chosen_at, reason)
VALUES ({}, {}, {}, {}, {}, {}, {}, clock_timestamp(), {})
"""


async def offer(
    call_id: UUID,
    draft: OfferDraft,
    *,
    by: Actor,
    id: OfferId | None = None,  # noqa: A002 (the row's name)
    at: datetime | None = None,
) -> Offer:
    """Answer a call: a resident with neighbours, or somebody who speaks for a group.

    The same `id` again is answered with the offer it made. Raises `NotForYou`, `CallMoved`,
    `NotWanted`, `OfferedAlready`, `InvalidPlan`, `UnknownCall`.
    """
    rules.own_hand(by, "offer")
    moment, key = at or datetime.now(UTC), id or OfferId(ledger.new_id())
    async with verb():
        found = await rows.call(call_id, community_id=by.community_id, locked=True)
        for one in await reading.offers(found.id, community_id=by.community_id):
            if one.id == key and one.member_id == by.member_id:
                return one
        rules.offering(found, draft, moment, await plan_policy_at(by.community_id))
        need = await needs.read_need(found.need_id, community_id=by.community_id)
        if need.state not in rules.WANTED:
            raise NotWanted(need.state)
        await _require_voice(draft.organisation_id, by)
        await CallOfferRow.raw(
            _OFFER,
            key,
            by.community_id,
            found.id,
            by.member_id,
            draft.organisation_id,
            draft.words.strip(),
            draft.brings.strip(),
            draft.cost_fen,
            draft.minutes,
            draft.reference.strip(),
            draft.conflict.strip(),
            moment,
        )
        await _note("offer", found, key, by)
        return await reading.offer(found, key)


async def _require_voice(organisation_id: UUID | None, by: Actor) -> None:
    """Refuse whoever speaks neither for the group nor, as a resident, for themselves."""
    if not await community.keep_active(by.member_id, community_id=by.community_id):
        raise NotForYou("offer")
    if organisation_id is None:
        rules.resident(by, "offer")
        return
    try:
        group = await community.organisation(organisation_id, community_id=by.community_id)
    except community.UnknownOrganisation:
        raise InvalidPlan("organisation", "unknown") from None
    if group.closed:
        raise InvalidPlan("organisation", "unknown")
    if by.member_id not in await speaking_for(group.id, community_id=by.community_id):
        raise NotForYou("offer")


async def withdraw_offer(call_id: UUID, offer_id: UUID, *, by: Actor) -> None:
    """Take an offer back before anybody is chosen; a second time changes nothing.

    Raises `NotForYou`, `CallMoved`, `UnknownOffer`, `UnknownCall`.
    """
    rules.own_hand(by, "withdraw an offer")
    async with verb():
        found = await rows.call(call_id, community_id=by.community_id, locked=True)
        given = await reading.offer(found, offer_id)
        if by.member_id not in await calling.offering([given], community_id=by.community_id):
            raise NotForYou("withdraw an offer")
        if given.withdrawn_at is not None:
            return
        if found.state not in {CallState.OPEN, CallState.CLOSED}:
            raise CallMoved(found.state)
        await CallOfferRow.raw(
            "UPDATE call_offer SET withdrawn_at = clock_timestamp()"
            " WHERE id = {} AND community_id = {}",
            given.id,
            by.community_id,
        )
        await _note("withdraw", found, given.id, by)


async def choose(call_id: UUID, offer_id: UUID, *, by: Actor, reason: str) -> Plan:
    """Choose who carries a plan out, after the call has closed, with a reason in public.

    The chosen one, those not chosen, and the need's followers are told. Raises `NotForYou`,
    `OwnOffer`, `CallMoved`, `HasUndertaker`, `NotWanted`, `InvalidPlan`, `UnknownOffer`.
    """
    async with verb():
        need_id = (await rows.call(call_id, community_id=by.community_id)).need_id
        need, plan = await opened(need_id, by=by)
        found = await rows.call(call_id, community_id=by.community_id, locked=True)
        offers = calling.standing(await reading.offers(found.id, community_id=by.community_id))
        await _require_chooser(need, offers, by)
        if plan.undertaker is not None and found.state is CallState.CLOSED:
            raise HasUndertaker
        rules.choosing(found, reason)
        if need.state not in rules.WANTED:
            raise NotWanted(need.state)
        given = next((one for one in offers if one.id == offer_id), None)
        if given is None:
            raise UnknownOffer
        await UndertakingRow.raw(
            _UNDERTAKE,
            ledger.new_id(),
            by.community_id,
            plan.id,
            given.id,
            given.member_id,
            given.draft.organisation_id,
            by.member_id,
            reason.strip(),
        )
        await calling.decided(found)
        await _note("choose", found, given.id, by)
        await _tell_choice(need, given, offers, reason=reason.strip(), by=by)
        return await rows.plan(plan.id, community_id=by.community_id)


async def _require_chooser(need: Need, offers: list[Offer], by: Actor) -> None:
    policy = await plan_policy_at(by.community_id)
    if not rules.may_choose(by, authors=await needs.authors(need.id), policy=policy):
        raise NotForYou("choose")
    if by.member_id in await calling.offering(offers, community_id=by.community_id):
        raise OwnOffer


async def _tell_choice(
    need: Need, given: Offer, offers: list[Offer], *, reason: str, by: Actor
) -> None:
    name = await name_of(given.member_id, given.draft.organisation_id, community_id=by.community_id)
    chosen = await calling.offering([given], community_id=by.community_id)
    others = await calling.offering(
        [one for one in offers if one.id != given.id], community_id=by.community_id
    )
    fill = {"name": name, "why": reason}
    await tell_all(chosen, "plan.chosen", need, by=by, fill=fill)
    await tell_all(others - chosen, "plan.not_chosen", need, by=by, fill=fill)
    await tell_followers("plan.undertaker", need, by=by, fill=fill, but=chosen | others)


async def step_back(need_id: UUID, *, by: Actor, why: str) -> Plan:
    """Let an undertaker go who cannot go on, with a reason in public: another is looked for.

    The undertaker's own word, or a coordinator's for one who is gone. The need waits for a plan
    again; what was written stays. Raises `NotUndertaking`, `PlanFrozen`, `NotWanted`,
    `InvalidPlan`, `needs.UnknownNeed`.
    """
    rules.own_hand(by, "step back")
    async with verb():
        need, plan = await opened(need_id, by=by)
        hands = await hands_of(plan.undertaker, community_id=by.community_id)
        if plan.undertaker is None or (
            by.member_id not in hands and Role.COORDINATOR not in by.roles
        ):
            raise NotUndertaking
        if plan.frozen:
            raise PlanFrozen
        if need.state is NeedState.ENTERED:
            raise NotWanted(need.state)
        rules.why("why", why, rules.NOTE_MAX)
        gone = plan.undertaker
        await UndertakingRow.raw(
            "UPDATE undertaking SET ended_at = clock_timestamp(), ended_why = {}"
            " WHERE id = {} AND community_id = {}",
            why.strip(),
            gone.id,
            by.community_id,
        )
        await community.record(
            "undertaking.step_back",
            by=by,
            subject_kind="need",
            subject_id=need.id,
            details={"undertaking": str(gone.id)},
        )
        name = await name_of(gone.member_id, gone.organisation_id, community_id=by.community_id)
        followers = set(await needs.followers(need.id, by.community_id))
        told = hands | {gone.chosen_by}
        if need.state is NeedState.PLANNED:
            await needs.move(need, NeedState.ACCEPTED, by=by, why=why.strip())
            told -= followers  # who follows the need has heard of its move
        else:
            told |= followers
        fill = {"name": name, "why": why.strip()}
        await tell_all(told, "plan.stepped_back", need, by=by, fill=fill)
        return await rows.plan(plan.id, community_id=by.community_id)


async def _note(act: str, found: Call, offer_id: UUID, by: Actor) -> None:
    await community.record(
        f"undertaking.{act}",
        by=by,
        subject_kind="need",
        subject_id=found.need_id,
        details={"call": str(found.id), "offer": str(offer_id)},
    )
