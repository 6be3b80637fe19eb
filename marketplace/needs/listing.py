"""Reads needs as a list shows them: with their seconds, chosen and ordered, a page at a time."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from marketplace.needs.reading import COLUMNS, NOT_AS_AUTHOR, need_of
from marketplace.needs.tables import NeedRow
from marketplace.needs.values import Need, NeedState

PAGE: Final = 20


class Order(StrEnum):
    """In which order a list shows needs."""

    NEWEST = "newest"
    SECONDED = "seconded"


OPEN: Final = tuple(
    state.value
    for state in NeedState
    if state not in {NeedState.HIDDEN, NeedState.MERGED, NeedState.WITHDRAWN}
)
"""The states that a list shows unless another is asked for."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which needs to list; None and empty ask for any. `words` stand in its title or story."""

    state: NeedState | None = None
    category: str = ""
    area_id: UUID | None = None
    words: str = ""
    order: Order = Order.NEWEST


@dataclass(frozen=True, slots=True)
class NeedCard:
    """A need as a list shows it: how many second it, and whether there is a photograph."""

    need: Need
    seconds: int
    has_photo: bool


_CARDS: Final = f"""
SELECT {COLUMNS}, (
        SELECT count(*)::int FROM need_second WHERE need_id = need.id AND {NOT_AS_AUTHOR}
    ) AS seconds,
    EXISTS (SELECT FROM need_photo WHERE need_id = need.id) AS has_photo
FROM need
"""  # noqa: S608 (column names of ours)

_MATCHING: Final = """
WHERE community_id = {} AND state = ANY({}::text[]) AND ({} = '' OR category = {})
    AND ({}::uuid IS NULL OR area_id = {})
    AND ({} = '' OR (state <> 'hidden' AND strpos(lower(title || ' ' || story), lower({})) > 0))
"""

_ORDERS: Final = {
    Order.NEWEST: "ORDER BY raised_at DESC, id",
    Order.SECONDED: "ORDER BY seconds DESC, raised_at DESC, id",
}


async def need_cards(
    search: Search, *, community_id: UUID, page: int = 1, size: int = PAGE
) -> list[NeedCard]:
    """Return a page of a community's needs; pages count from 1."""
    rows = await NeedRow.raw(
        f"{_CARDS} {_MATCHING} {_ORDERS[search.order]} LIMIT {{}} OFFSET {{}}",
        *_values(search, community_id),
        size,
        (page - 1) * size,
    )
    return [_card(row) for row in rows]


async def count_needs(search: Search, *, community_id: UUID) -> int:
    """Return how many of a community's needs fit."""
    rows = await NeedRow.raw(
        f"SELECT count(*)::int AS needs FROM need {_MATCHING}",  # noqa: S608 (text of ours)
        *_values(search, community_id),
    )
    needs: int = rows[0]["needs"]
    return needs


async def own_needs(member_id: UUID, *, community_id: UUID, size: int = 5) -> list[NeedCard]:
    """Return the needs that a member raised and stands by, the newest first."""
    rows = await NeedRow.raw(
        f"{_CARDS} WHERE community_id = {{}} AND EXISTS (SELECT FROM need_author"
        " WHERE need_id = need.id AND member_id = {} AND left_at IS NULL)"
        " ORDER BY raised_at DESC, id LIMIT {}",
        community_id,
        member_id,
        size,
    )
    return [_card(row) for row in rows]


async def needs_of_call(call_id: UUID, *, community_id: UUID) -> list[Need]:
    """Return the needs that were written down in a call, oldest first."""
    rows = await NeedRow.raw(
        f"SELECT {COLUMNS} FROM need WHERE call_id = {{}} AND community_id = {{}}"  # noqa: S608 (ours)
        " ORDER BY raised_at, id",
        call_id,
        community_id,
    )
    return [need_of(row) for row in rows]


def _values(search: Search, community_id: UUID) -> tuple[Any, ...]:
    states = OPEN if search.state is None else (search.state.value,)
    return (
        community_id,
        list(states),
        search.category,
        search.category,
        search.area_id,
        search.area_id,
        search.words,
        search.words,
    )


def _card(row: dict[str, Any]) -> NeedCard:
    seconds, has_photo = row.pop("seconds"), row.pop("has_photo")
    return NeedCard(need_of(row), seconds, has_photo)
