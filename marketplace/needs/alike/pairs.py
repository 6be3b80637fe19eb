"""Pairs of open needs that may be one, and those of which somebody has said that they are not."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from community import Actor, Role, record
from marketplace.errors import NotACoordinator
from marketplace.needs.alike.finding import OPEN
from marketplace.needs.alike.tables import NeedPairRow, NotSameRow
from marketplace.needs.reading import read_need
from marketplace.needs.values import Need
from marketplace.refusals import verb

PAIRS_ON_A_PAGE: Final = 30

# A pair about which somebody is being asked waits for them, not for the coordinator.
_PAIRS: Final = """
FROM need_pair AS pair
JOIN need AS one ON one.id = one_id AND one.state = ANY({}::text[])
JOIN need AS other ON other.id = other_id AND other.state = ANY({}::text[])
WHERE pair.community_id = {}
    AND ('raised' IN (one.state, other.state) OR 'seconded' IN (one.state, other.state))
    AND NOT EXISTS (SELECT FROM need_not_same AS said
        WHERE said.one_id = pair.one_id AND said.other_id = pair.other_id)
    AND NOT EXISTS (SELECT FROM need_merge WHERE need_merge.state = 'asked'
        AND (need_id, into_id) IN ((pair.one_id, pair.other_id), (pair.other_id, pair.one_id)))
"""


@dataclass(frozen=True, slots=True)
class LikelyPair:
    """Two needs that may be one, the one raised later first; `likeness` in thousandths."""

    later: Need
    earlier: Need
    likeness: int


async def likely_pairs(community_id: UUID, *, size: int = PAIRS_ON_A_PAGE) -> list[LikelyPair]:
    """Return pairs of a community's open needs that may be one, the newest first."""
    states = [state.value for state in OPEN]
    rows = await NeedPairRow.raw(
        f"SELECT pair.one_id, pair.other_id, pair.likeness {_PAIRS}"
        " ORDER BY greatest(one.raised_at, other.raised_at) DESC, pair.one_id, pair.other_id"
        " LIMIT {}",
        states,
        states,
        community_id,
        size,
    )
    found = []
    for row in rows:
        one = await read_need(row["one_id"], community_id=community_id)
        other = await read_need(row["other_id"], community_id=community_id)
        earlier, later = sorted((one, other), key=lambda need: (need.raised_at, need.id))
        found.append(LikelyPair(later, earlier, row["likeness"]))
    return found


async def count_likely_pairs(community_id: UUID) -> int:
    """Return how many such pairs wait for somebody to look at them."""
    states = [state.value for state in OPEN]
    rows = await NeedPairRow.raw(
        f"SELECT count(*)::int AS pairs {_PAIRS}", states, states, community_id
    )
    pairs: int = rows[0]["pairs"]
    return pairs


async def not_the_same_need(one: UUID, other: UUID, *, by: Actor) -> None:
    """Remember that two needs are not one, so that nobody is asked again.

    Saying it twice changes nothing. Raises `NotACoordinator`, `UnknownNeed`.
    """
    if Role.COORDINATOR not in by.roles:
        raise NotACoordinator
    first, second = sorted((one, other))
    async with verb():
        for need_id in (first, second):
            await read_need(need_id, community_id=by.community_id)
        said = await NotSameRow.raw(
            "INSERT INTO need_not_same (one_id, other_id, community_id, said_by)"
            " VALUES ({}, {}, {}, {}) ON CONFLICT ON CONSTRAINT need_not_same_once DO NOTHING"
            " RETURNING one_id",
            first,
            second,
            by.community_id,
            by.member_id,
        )
        if said:
            await record(
                "need.not_the_same",
                by=by,
                subject_kind="need",
                subject_id=first,
                details={"other": str(second)},
            )
