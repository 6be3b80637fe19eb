"""Reads deliberations for pages and programs. Never writes."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.deliberation import rows, rules
from marketplace.deliberation.errors import NotOpen
from marketplace.deliberation.tables import ArgumentMarkRow
from marketplace.deliberation.values import Argument, Figures, Talk
from marketplace.needs import Need


@dataclass(frozen=True, slots=True)
class Deliberation:
    """All that a page tells of a need's talk.

    `closed` is why nothing more can be said, empty while something can: a state of the need, or
    `voting` or `counted`. `helpful` are the ids of what whoever looks has marked.
    """

    talk: Talk
    figures: Figures
    closed: str
    helpful: frozenset[UUID]
    speakers: frozenset[UUID]


async def deliberation_of(need: Need, *, viewer: UUID | None = None) -> Deliberation:
    """Return what was said about a need, in the order in which it is read."""
    said = await rows.of_need(need.id, community_id=need.community_id)
    return Deliberation(
        rules.arranged(said),
        rules.figures(said),
        await closed_because(need),
        await _helpful(need, viewer) if viewer is not None else frozenset(),
        frozenset(one.said_by for one in said if one.said_by is not None),
    )


async def closed_because(need: Need) -> str:
    """Return why nothing more can be said about a need; empty while something can."""
    state = await rows.round_state(need.id, community_id=need.community_id)
    try:
        rules.may_talk(need.state, state)
    except NotOpen as refusal:
        return refusal.why
    return ""


async def argument(argument_id: UUID, *, community_id: UUID) -> Argument:
    """Return an argument. Raises `UnknownArgument`."""
    return await rows.one(argument_id, community_id=community_id)


async def _helpful(need: Need, viewer: UUID) -> frozenset[UUID]:
    found = await ArgumentMarkRow.raw(
        "SELECT argument_id FROM argument_mark JOIN argument ON argument.id = argument_id"
        " WHERE argument.community_id = {} AND need_id = {} AND member_id = {}",
        need.community_id,
        need.id,
        viewer,
    )
    return frozenset(row["argument_id"] for row in found)
