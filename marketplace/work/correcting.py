"""A coordinator's correction of what was written down wrongly about somebody's help."""

from datetime import UTC, datetime
from uuid import UUID

import ledger
from community import Actor
from marketplace.refusals import verb
from marketplace.work import holding, rows, rules, standing, telling
from marketplace.work.errors import NotYourWork
from marketplace.work.holding import Beyond, keep_all
from marketplace.work.policy import work_policy_at
from marketplace.work.values import Correction, Turn, TurnState, credit


async def correct(  # noqa: PLR0913 (a correction has these parts)
    slot_id: UUID,
    member_id: UUID,
    minutes: int | None,
    why: str,
    *,
    by: Actor,
    beyond: Beyond = keep_all,
    at: datetime | None = None,
) -> Turn:
    """Mend what was written down: somebody helped for other minutes, or (None) did not come.

    What passed is reversed in the book, and the right minutes pass instead; the helper is told
    why. The same correction again changes nothing. Raises `NotYourWork` for whoever is no
    coordinator or undertakes the project, `OwnHours`, `NotSignedUp`, `NothingToCorrect`,
    `TooLongStated`, `InvalidSlot`, `SpentAlready`, `NoMinutesLeft`, `UnknownSlot`.
    """
    moment = at or datetime.now(UTC)
    if not standing.coordinates(by):
        raise NotYourWork("correct")
    async with verb():
        slot = await rows.locked(slot_id, community_id=by.community_id)
        project = await standing.project_of(slot.project_id, community_id=by.community_id)
        undertaking = await standing.require_runs(project, by, "correct")
        if by.member_id in undertaking.hands:
            raise NotYourWork("correct")
        policy = await work_policy_at(by.community_id, slot.starts_at)
        counted = None if minutes is None else rules.counted(slot, minutes, policy)
        found = await rows.turn_of(slot, member_id)
        known = await rows.corrections([found.id] if found else [], community_id=by.community_id)
        if found and known and _said(known[-1], counted, why, by):
            return found
        turn = rules.check_correct(found, counted, why, by=by.member_id)
        made = Correction(
            ledger.new_id(),
            turn.id,
            len(known) + 1,
            turn.minutes,
            counted,
            why.strip(),
            by.member_id,
            moment,
        )
        await rows.add_correction(made, community_id=by.community_id)
        paid = credit(counted, slot.credit_per_hour) if counted else 0
        await rows.set_turn(
            turn,
            state=(TurnState.CAME if counted else TurnState.NO_SHOW).value,
            minutes=counted,
            paid=paid or None,
            settled_by=by.member_id,
            settled_at=moment,
            changed_at=moment,
        )
        await rows.note("correct", slot, by=by, member=str(member_id), minutes=paid)
        await telling.tell_corrected(slot, member_id, paid, made.why)
        await holding.pass_again(turn, paid, number=made.number, why=made.why, by=by, beyond=beyond)
        mended = await rows.turn_of(slot, member_id)
        return mended or turn


def _said(last: Correction, minutes: int | None, why: str, by: Actor) -> bool:
    return (last.minutes, last.why, last.corrected_by) == (minutes, why.strip(), by.member_id)
