"""What work keeps of a person, and what becomes of it when they leave, are erased, or merged.

That somebody helped, and for how long, stays with the minutes in the book, under the pseudonym of
whoever is erased. Turns still to come are given back.
"""

import dataclasses
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import ledger
from community import Actor, Kept, system
from marketplace.refusals import verb
from marketplace.work import holding, rows
from marketplace.work.signing import give_back
from marketplace.work.tables import WorkTurnRow
from marketplace.work.values import Turn, TurnState

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "work_turns",
        (
            "work_turn.member_id",
            "work_turn.settled_by",
            "work_quarter.member_id",
            "work_correction.corrected_by",
        ),
        """
        SELECT project.title AS project, work_slot.title, starts_at, whose.name AS member,
            work_turn.state AS turn_state, signed_at, work_turn.minutes, paid AS passed_on,
            settled_at
        FROM me JOIN work_turn ON me.id IN (work_turn.member_id, settled_by) OR EXISTS (
            SELECT FROM work_correction WHERE turn_id = work_turn.id AND corrected_by = me.id)
        JOIN work_slot ON work_slot.id = slot_id JOIN project ON project.id = work_turn.project_id
        JOIN member AS whose ON whose.id = work_turn.member_id ORDER BY starts_at, signed_at
        """,
    ),
    Kept(
        "work_offered",
        ("work_slot.offered_by", "work_slot.cancelled_by", "work_grant.granted_by"),
        """
        SELECT project.title AS project, work_slot.title, work_slot.place, starts_at, offered_at,
            work_slot.state AS turn_state, reason, NULL::int AS minutes
        FROM me JOIN work_slot ON me.id IN (offered_by, cancelled_by)
        JOIN project ON project.id = project_id
        UNION ALL
        SELECT project.title, NULL, NULL, NULL, granted_at, NULL, work_grant.why,
            work_grant.minutes
        FROM me JOIN work_grant ON granted_by = me.id JOIN project ON project.id = project_id
        ORDER BY offered_at
        """,
    ),
)
"""What work keeps of a member, in the order in which a page tells it."""

_OPEN: Final = "member_id = ANY({}) AND state = 'signed' ORDER BY slot_id, id"


async def leave_work(
    members: Collection[UUID], *, community_id: UUID, at: datetime | None = None
) -> None:
    """Give back the turns still to come of members who leave, within the transaction that does so.

    What is over and waits for a word stays theirs.
    """
    moment, by = at or datetime.now(UTC), system(community_id)
    async with verb():
        turns = await rows.turns(_OPEN, list(members), community_id=community_id)
        await rows.lock_slots({one.slot_id for one in turns}, community_id=community_id)
        for found in turns:
            slot = await rows.locked(found.slot_id, community_id=community_id)
            turn = await rows.turn_of(slot, found.member_id)
            if turn is not None and turn.state is TurnState.SIGNED and slot.starts_at > moment:
                await give_back(turn, by=by, at=moment)


async def take_over_work(
    other: UUID, survivor: UUID, *, by: Actor, at: datetime | None = None
) -> None:
    """Hand a former membership's open turns on to the one that stays, with what is set aside.

    Within the transaction that merges the two. Where the survivor has a turn in the same slot, or
    has promised that time elsewhere, the other's is given back. What is settled keeps the name
    that it was given under.
    """
    moment = at or datetime.now(UTC)
    async with verb():
        turns = await rows.turns(_OPEN, [other], community_id=by.community_id)
        await rows.lock_slots({one.slot_id for one in turns}, community_id=by.community_id)
        for found in turns:
            slot = await rows.locked(found.slot_id, community_id=by.community_id)
            turn = await rows.turn_of(slot, other)
            if turn is None or turn.state is not TurnState.SIGNED:
                continue
            if await rows.turn_of(slot, survivor) or await rows.busy(survivor, slot):
                await give_back(turn, by=by, at=moment)
            else:
                await _hand_on(turn, survivor, by=by, at=moment)


async def _hand_on(turn: Turn, survivor: UUID, *, by: Actor, at: datetime) -> None:
    """Let a turn, its time and its hold be another membership's."""
    anew = dataclasses.replace(turn, member_id=survivor, hold_id=ledger.new_id())
    slot = await rows.one_slot(turn.slot_id, community_id=turn.community_id)
    await rows.set_turn(turn, member_id=survivor, hold_id=anew.hold_id, changed_at=at)
    await WorkTurnRow.raw(
        "UPDATE work_quarter SET member_id = {} WHERE community_id = {} AND turn_id = {}",
        survivor,
        turn.community_id,
        turn.id,
    )
    await rows.note("hand_on", slot, by=by)
    await holding.let_go(turn, by=by)
    await holding.set_aside(anew, by=by)
