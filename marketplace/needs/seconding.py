"""A resident's verbs on others' needs: stand behind one, and take that back."""

from typing import Final
from uuid import UUID

from community import Actor
from marketplace.needs import rules
from marketplace.needs.errors import NeedMoved
from marketplace.needs.moving import locked, move
from marketplace.needs.policy import seconds_threshold_at
from marketplace.needs.raising import note
from marketplace.needs.reading import authors, count_seconds, read_need
from marketplace.needs.standing import oneself, resident_standing
from marketplace.needs.tables import NeedSecondRow
from marketplace.needs.union import take_back_below
from marketplace.needs.values import Need, NeedState
from marketplace.refusals import verb

_SECOND: Final = """
INSERT INTO need_second (need_id, member_id, community_id, entered_by, consent_id)
VALUES ({}, {}, {}, {}, {}) ON CONFLICT ON CONSTRAINT one_second_each DO NOTHING RETURNING need_id
"""


async def second_need(need_id: UUID, *, by: Actor, call_id: UUID | None = None) -> Need:
    """Stand behind a need; with `call_id`, a caller does, by their own word of that call.

    Once is enough: again changes nothing. The one that reaches the community's threshold moves the
    need on to screening, once. Raises `NotAResident`, `OwnNeed`, `NeedMoved`, `NotForAnother`,
    `NotYourDesk`, `NoWordGiven`, `UnknownNeed`.
    """
    async with verb():
        whose = await resident_standing(by, call_id)
        need = await locked(need_id, community_id=by.community_id)
        rules.seconding(need.state, member=whose.member_id, authors=await authors(need.id))
        added = await NeedSecondRow.raw(
            _SECOND, need.id, whose.member_id, by.community_id, whose.entered_by, whose.consent_id
        )
        if not added:
            return need
        details = {"member": whose.member_id, "call": call_id} if call_id else None
        await note("second", need, by, details=details)
        await move_on_if_enough(need, by=by)
        return await read_need(need.id, community_id=by.community_id)


async def move_on_if_enough(need: Need, *, by: Actor) -> None:
    """Move a need to screening if its seconds reach the threshold in force.

    Within the transaction in which it was `locked`: also after a merge brought seconds together.
    """
    threshold = await seconds_threshold_at(need.community_id)
    if rules.reaches(need.state, seconds=await count_seconds(need.id), threshold=threshold):
        await move(need, NeedState.SECONDED, by=by)


async def take_back_second(need_id: UUID, *, by: Actor) -> Need:
    """Stand behind a need no more; who never did changes nothing.

    A need that had reached the threshold stays where it is. Raises `NeedMoved` where it is merged,
    `UnknownNeed`.
    """
    oneself(by)
    async with verb():
        need = await locked(need_id, community_id=by.community_id)
        if need.state is NeedState.MERGED:  # it is taken back where the need goes on
            raise NeedMoved(need.state)
        taken = await NeedSecondRow.raw(
            "DELETE FROM need_second WHERE need_id = {} AND member_id = {} RETURNING need_id",
            need.id,
            by.member_id,
        )
        if taken:
            await take_back_below(need.id, by.member_id)
            await note("unsecond", need, by)
        return need


async def seconded_by(need_id: UUID, member_id: UUID) -> bool:
    """Whether a member stands behind a need."""
    rows = await NeedSecondRow.raw(
        "SELECT need_id FROM need_second WHERE need_id = {} AND member_id = {}", need_id, member_id
    )
    return bool(rows)
