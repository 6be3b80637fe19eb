"""Finds the needs that are like some words: an index gives candidates, the library ranks them.

A term that stands in every tenth need narrows nothing down, so the search asks the index for the
rarest terms of the words and no more than fit `ROWS_LOOKED_AT`. How often a term stands anywhere is
what PostgreSQL keeps for its planner anyway; where it has not counted yet, the table is small.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from marketplace.likeness import ALIKE, Wording, likeness, search_terms, wording
from marketplace.needs.alike.tables import NeedTermsRow
from marketplace.needs.values import NeedId, NeedState

SHOWN: Final = 5
"""So many are shown at once: more would be a list to work through."""

ROWS_LOOKED_AT: Final = 3000
CANDIDATES: Final = 200

ANOTHER_AREA: Final = 0.8
"""What is left of a likeness where the two are for different areas."""

OPEN: Final = (
    NeedState.RAISED,
    NeedState.SECONDED,
    NeedState.ACCEPTED,
    NeedState.PLANNED,
    NeedState.ENTERED,
)
"""Needs that can be seconded; others are not shown to whoever types."""

_HOW_COMMON: Final = """
SELECT found.term, found.share, greatest(pg_class.reltuples, 0)::float8 AS needs
FROM pg_class LEFT JOIN LATERAL (
    SELECT common.term, common.share FROM pg_stats,
        unnest(most_common_elems::text::text[], most_common_elem_freqs) AS common (term, share)
    WHERE schemaname = current_schema() AND tablename = 'need_terms' AND attname = 'terms'
        AND common.term = ANY({}::text[])
) AS found ON true
WHERE pg_class.oid = 'need_terms'::regclass
"""

_CANDIDATES: Final = """
SELECT found.need_id, found.title, found.story, found.place, found.numbers, found.line,
    need.title AS said, need.area_id, need.state
FROM (
    SELECT * FROM need_terms WHERE community_id = {} AND terms && {}::text[]
) AS found
JOIN need ON need.id = found.need_id AND need.state = ANY({}::text[])
WHERE need.id IS DISTINCT FROM {}
ORDER BY (SELECT count(*) FROM unnest(found.title) AS term WHERE term = ANY({}::text[])) DESC,
    (SELECT count(*) FROM unnest(found.terms) AS term WHERE term = ANY({}::text[])) DESC,
    need.raised_at DESC
LIMIT {}
"""


@dataclass(frozen=True, slots=True)
class Sought:
    """Words to find needs like; `need_id` is the need that says them, if one does."""

    title: str
    story: str = ""
    place: str = ""
    area_id: UUID | None = None
    need_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """A need that is like what was sought; `likeness` is at most 1."""

    need_id: NeedId
    title: str
    state: NeedState
    likeness: float


async def alike_needs(
    sought: Sought, *, community_id: UUID, least: float = ALIKE, most: int = SHOWN
) -> list[Alike]:
    """Return the open needs that are most like some words, the most alike first."""
    mine = wording(sought.title, sought.story, sought.place)
    asked = search_terms(mine)
    if not asked:
        return []
    rows = await NeedTermsRow.raw(
        _CANDIDATES,
        community_id,
        await _narrow(mine, asked),
        [state.value for state in OPEN],
        sought.need_id,
        asked,
        asked,
        CANDIDATES,
    )
    found = [(_likeness(mine, row, sought.area_id), row) for row in rows]
    found.sort(key=lambda one: -one[0])
    return [
        Alike(row["need_id"], row["said"], NeedState(row["state"]), score)
        for score, row in found[:most]
        if score >= least
    ]


async def _narrow(mine: Wording, asked: Sequence[str]) -> list[str]:
    """Return the terms to ask the index for: the title's and the rarest, while they stay few."""
    rows = await NeedTermsRow.raw(_HOW_COMMON, asked)
    needs = rows[0]["needs"] if rows else 0.0
    share: Mapping[str, float] = {row["term"]: row["share"] for row in rows if row["term"]}
    ordered = sorted(asked, key=lambda term: (share.get(term, 0.0), term not in mine.title, term))
    chosen, expected = ordered[:1], share.get(ordered[0], 0.0) * needs
    for term in ordered[1:]:
        expected += share.get(term, 0.0) * needs
        if expected > ROWS_LOOKED_AT:
            break
        chosen.append(term)
    return chosen


def _likeness(mine: Wording, row: Mapping[str, Any], area_id: UUID | None) -> float:
    theirs = Wording(
        frozenset(row["title"]),
        frozenset(row["story"]),
        frozenset(row["place"]),
        frozenset(row["numbers"]),
        row["line"],
    )
    apart = area_id is not None and row["area_id"] is not None and area_id != row["area_id"]
    return likeness(mine, theirs) * (ANOTHER_AREA if apart else 1.0)
