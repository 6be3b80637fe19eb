"""The net-settlement report: what communities owe one another, by both books and by the moves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor, Role
from timebank.errors import NotYours
from timebank.moving import clearing, rows, rules
from timebank.moving.agreeing import agreements, limit_of
from timebank.moving.values import Agreement, NetSettlement, Pair

WATCHERS: Final = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
_ENTRIES_AT_A_TIME: Final = 500


async def communities_watched(by: Actor) -> list[UUID]:
    """Return the communities at and below which the actor watches. Raises `NotYours`."""
    if not WATCHERS & by.roles:
        raise NotYours("read the clearing of")
    areas = await community.areas_held(by, WATCHERS)
    found = {one.id for place in areas for one in await community.communities_below(place.id)}
    return sorted(found)


async def net_settlement(
    by: Actor, *, since: datetime | None = None, until: datetime | None = None
) -> NetSettlement:
    """Return the report of every pair that the actor watches one or both sides of.

    `since` and `until` are moments of booking: what was booked before `since` is in the opening
    balance, what after `until` in none. Raises `NotYours`.
    """
    watched = await communities_watched(by)
    pairs: list[Pair] = []
    outside: list[Pair] = []
    for agreement in await agreements(watched):
        found = await _pair(agreement, watched, since, until)
        both = agreement.community_id in watched and agreement.other_id in watched
        (pairs if both else outside).append(found)
    standing = rules.positions({(pair.one, pair.two): pair.closing for pair in pairs})
    return NetSettlement(
        tuple(pairs), tuple(outside), tuple(standing), tuple(rules.payments(standing))
    )


async def _pair(
    agreement: Agreement,
    watched: Sequence[UUID],
    since: datetime | None,
    until: datetime | None,
) -> Pair:
    one, two = agreement.community_id, agreement.other_id
    if one not in watched:
        one, two = two, one
    before = since - since.resolution if since else None
    went, came = await _moved(one, two, since, until)
    return Pair(
        one,
        two,
        await limit_of(agreement, until),
        await clearing.owed(one, two, as_of=before) if before else 0,
        await clearing.owed(one, two, as_of=until),
        await clearing.owed(two, one, as_of=until),
        went=went[0],
        went_minutes=went[1],
        came=came[0],
        came_minutes=came[1],
        now=await clearing.owed(one, two),
        by_moves=await rows.taken_along(one, two) - await rows.taken_along(two, one),
    )


async def _moved(
    one: UUID, two: UUID, since: datetime | None, until: datetime | None
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return how many moves went and came in the period by the first's book, and their minutes."""
    account = await clearing.find_clearing_account(one, two)
    went: dict[UUID, int] = {}
    came: dict[UUID, int] = {}
    page, more = None, account is not None
    while account is not None and more:
        found = await ledger.statement(
            account, since=since, until=until, page=page, size=_ENTRIES_AT_A_TIME
        )
        for entry in found.entries:
            move = entry.transfer.event.id
            side = went if entry.change > 0 else came
            side[move] = side.get(move, 0) + abs(entry.change)
        page, more = found.older, found.older is not None
    return (len(went), sum(went.values())), (len(came), sum(came.values()))
