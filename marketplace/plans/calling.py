"""The verbs of a call for undertakers: opened, closed by its date exactly once, ended, reminded."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor, OrganisationKind
from marketplace import needs
from marketplace.needs import Need
from marketplace.plans import reading, rows, rules
from marketplace.plans.errors import CallMoved, CallOpen, HasUndertaker, NotWanted, UnknownCall
from marketplace.plans.policy import plan_policy_at
from marketplace.plans.refusals import verb
from marketplace.plans.tables import OpenCallRow
from marketplace.plans.telling import speaking_for, tell_all, tell_followers
from marketplace.plans.values import Call, CallId, CallState, Offer
from marketplace.plans.writing import opened

ANSWERING: Final = frozenset(
    {
        OrganisationKind.RESIDENTS_GROUP,
        OrganisationKind.SOCIAL_ORGANISATION,
        OrganisationKind.PROPERTY_COMPANY,
    }
)
"""The kinds of group that are told of a call; any other may answer it as well."""

_OPEN: Final = """
INSERT INTO open_call (id, community_id, plan_id, need_id, seeking, opened_by, opened_at,
    closes_at, state) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, 'open')
"""

_DUE: Final = """
SELECT id, community_id FROM open_call WHERE state = 'open' AND closes_at <= {}
ORDER BY closes_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
"""

_UNREMINDED: Final = """
SELECT id, community_id, closes_at FROM open_call
WHERE state = 'open' AND reminded_at IS NULL AND closes_at > {} ORDER BY closes_at, id
"""

_REMIND: Final = """
UPDATE open_call SET reminded_at = {} WHERE id = (
    SELECT id FROM open_call WHERE id = {} AND state = 'open' AND reminded_at IS NULL
    FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id
"""


async def open_call(
    need_id: UUID,
    seeking: str,
    closes_at: datetime,
    *,
    by: Actor,
    id: CallId | None = None,  # noqa: A002 (the row's name)
    at: datetime | None = None,
) -> Call:
    """Open a call for undertakers of an accepted need, again where nobody came or one stepped back.

    The same `id` again is answered with the call it opened. Raises `NotForYou`, `NotWanted`,
    `HasUndertaker`, `CallOpen`, `InvalidPlan`, `needs.UnknownNeed`.
    """
    rules.coordinator(by, "open a call")
    moment = at or datetime.now(UTC)
    key = id or CallId(ledger.new_id())
    async with verb():
        # What was typed is looked at before anything is begun; a form sent again is not.
        if not await rows.calls("id = {}", key, community_id=by.community_id):
            rules.call(seeking, moment, closes_at, await plan_policy_at(by.community_id))
        need, plan = await opened(need_id, by=by)
        known = await rows.calls("id = {}", key, community_id=by.community_id)
        if known:
            if known[0].plan_id != plan.id:
                raise UnknownCall
            return known[0]
        if need.state not in rules.WANTED:
            raise NotWanted(need.state)
        if plan.undertaker is not None:
            raise HasUndertaker
        if await rows.calls(
            "plan_id = {} AND state IN ('open', 'closed')", plan.id, community_id=by.community_id
        ):
            raise CallOpen
        await OpenCallRow.raw(
            _OPEN,
            key,
            by.community_id,
            plan.id,
            need.id,
            seeking.strip(),
            by.member_id,
            moment,
            closes_at,
        )
        await community.record(
            "undertaking.open_call",
            by=by,
            subject_kind="need",
            subject_id=need.id,
            details={"call": str(key), "closes_at": closes_at.isoformat()},
        )
        await _tell_of_opening(need, closes_at, by)
        return await rows.call(key, community_id=by.community_id)


async def _tell_of_opening(need: Need, closes_at: datetime, by: Actor) -> None:
    fill = {"until": closes_at}
    groups = await _could_answer(need.community_id, set())
    await tell_followers("plan.call_opened", need, by=by, fill=fill, but=groups)
    await tell_all(groups, "plan.call_invites", need, by=by, fill=fill)


async def _could_answer(community_id: UUID, answered: set[UUID | None]) -> set[UUID]:
    """Return who speaks for groups that could answer a call and are not among `answered`."""
    groups = {
        one.id
        for one in await community.organisations_of(community_id)
        if one.kind in ANSWERING and not one.closed and one.id not in answered
    }
    found: set[UUID] = set()
    for group in groups:
        found |= await speaking_for(group, community_id=community_id)
    return found


async def close_due_calls(*, at: datetime | None = None) -> int:
    """Close every call whose day has come, each once, and tell those concerned; return how many."""
    moment, closed = at or datetime.now(UTC), 0
    while True:
        async with verb():
            due = await OpenCallRow.raw(_DUE, moment)
            if not due:
                return closed
            await _close(due[0]["id"], community.system(due[0]["community_id"]))
        closed += 1


async def _close(call_id: UUID, by: Actor) -> None:
    found = await rows.call(call_id, community_id=by.community_id)
    need = await needs.read_need(found.need_id, community_id=by.community_id)
    offers = standing(await reading.offers(found.id, community_id=by.community_id))
    wanted = need.state in rules.WANTED
    state = CallState.CLOSED if offers and wanted else CallState.ENDED
    await _move(found, state, by=by, act="close_call")
    choosers = {found.opened_by}
    if (await plan_policy_at(by.community_id)).chosen_by_authors:
        choosers |= set(await needs.authors(need.id))
    answered = await offering(offers, community_id=by.community_id)
    if not wanted:
        await tell_all(answered, "plan.call_void", need, by=by)
    elif offers:
        fill = {"offers": len(offers)}
        await tell_all(choosers, "plan.call_closed", need, by=by, fill=fill)
        await tell_all(answered - choosers, "plan.call_over", need, by=by)
    else:
        choosers |= set(await needs.authors(need.id))
        await tell_all(choosers, "plan.call_empty", need, by=by)


async def end_call(call_id: UUID, *, by: Actor, why: str) -> Call:
    """End a call without choosing anybody, with a reason in public; all who answered are told.

    Raises `NotForYou`, `CallMoved`, `InvalidPlan`, `UnknownCall`.
    """
    rules.coordinator(by, "end a call")
    async with verb():
        found = await rows.call(call_id, community_id=by.community_id, locked=True)
        if found.state not in {CallState.OPEN, CallState.CLOSED}:
            raise CallMoved(found.state)
        rules.why("why", why)
        need = await needs.read_need(found.need_id, community_id=by.community_id)
        await _move(found, CallState.ENDED, by=by, act="end_call", why=why.strip())
        answered = await offering(
            standing(await reading.offers(found.id, community_id=by.community_id)),
            community_id=by.community_id,
        )
        await tell_all(answered, "plan.call_ended", need, by=by, fill={"why": why.strip()})
        return await rows.call(found.id, community_id=by.community_id)


async def remind_of_calls(*, at: datetime | None = None) -> int:
    """Remind groups that have not answered of calls that close soon, each once; return how many."""
    moment, reminded = at or datetime.now(UTC), 0
    for row in await OpenCallRow.raw(_UNREMINDED, moment):
        days = (await plan_policy_at(row["community_id"])).reminder_days
        if not days or row["closes_at"] - timedelta(days=days) > moment:
            continue
        async with verb():
            if await OpenCallRow.raw(_REMIND, moment, row["id"]):
                await _remind(row["id"], community.system(row["community_id"]))
                reminded += 1
    return reminded


async def _remind(call_id: UUID, by: Actor) -> None:
    found = await rows.call(call_id, community_id=by.community_id)
    need = await needs.read_need(found.need_id, community_id=by.community_id)
    if need.state in rules.WANTED:
        offers = standing(await reading.offers(found.id, community_id=by.community_id))
        silent = await _could_answer(by.community_id, {one.draft.organisation_id for one in offers})
        fill = {"until": found.closes_at}
        answered = await offering(offers, community_id=by.community_id)
        await tell_all(silent - answered, "plan.call_reminder", need, by=by, fill=fill)
    await community.record(
        "undertaking.remind",
        by=by,
        subject_kind="need",
        subject_id=need.id,
        details={"call": str(found.id)},
    )


def standing(offers: list[Offer]) -> list[Offer]:
    """Return the offers that were not withdrawn."""
    return [one for one in offers if one.withdrawn_at is None]


async def offering(offers: list[Offer], *, community_id: UUID) -> set[UUID]:
    """Return who is behind these offers: each member, and who speaks for each group."""
    found: set[UUID] = set()
    for one in offers:
        found.add(one.member_id)
        if one.draft.organisation_id is not None:
            found |= await speaking_for(one.draft.organisation_id, community_id=community_id)
    return found


async def _move(found: Call, state: CallState, *, by: Actor, act: str, why: str = "") -> None:
    await OpenCallRow.raw(
        "UPDATE open_call SET state = {}, ended_why = {} WHERE id = {} AND community_id = {}",
        state.value,
        why,
        found.id,
        found.community_id,
    )
    await community.record(
        f"undertaking.{act}",
        by=by,
        subject_kind="need",
        subject_id=found.need_id,
        details={"call": str(found.id)},
    )


async def decided(found: Call) -> None:
    """Move a call on whose undertaker is chosen, within the choice's transaction."""
    await OpenCallRow.raw(
        "UPDATE open_call SET state = 'decided' WHERE id = {} AND community_id = {}",
        found.id,
        found.community_id,
    )
