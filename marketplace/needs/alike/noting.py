"""Keeps what each need is found by, and looks for pairs of needs that may be one."""

from typing import Final
from uuid import UUID

from marketplace.likeness import search_terms, wording
from marketplace.needs.alike.finding import Sought, alike_needs
from marketplace.needs.alike.tables import NeedPairRow, NeedTermsRow
from marketplace.needs.reading import read_need
from marketplace.needs.tables import NeedRow
from marketplace.needs.values import Need
from marketplace.refusals import verb

TERMS_VERSION: Final = 1
"""Goes up when needs are to be taken apart anew: another list of concepts, other rules."""

AT_A_TIME: Final = 50
PAIRS_EACH: Final = 10

_NOTE: Final = """
INSERT INTO need_terms (need_id, community_id, version, title, story, place, numbers, line, terms)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})
ON CONFLICT (need_id) DO NOTHING
"""

_UNNOTED: Final = """
SELECT need.id, need.community_id FROM need
LEFT JOIN need_terms ON need_id = need.id AND need_terms.version = {}
WHERE need_id IS NULL LIMIT {} FOR NO KEY UPDATE OF need SKIP LOCKED
"""

_UNCOMPARED: Final = """
SELECT need_id, community_id FROM need_terms WHERE compared_at IS NULL
ORDER BY need_id LIMIT {} FOR UPDATE SKIP LOCKED
"""

_PAIR: Final = """
INSERT INTO need_pair (one_id, other_id, community_id, likeness) VALUES ({}, {}, {}, {})
ON CONFLICT ON CONSTRAINT need_pair_once DO NOTHING
"""


async def note_terms(need: Need) -> None:
    """Keep what a need is found by, within the transaction that wrote its words."""
    said = wording(need.title, need.story, need.place)
    await NeedTermsRow.raw(
        _NOTE,
        need.id,
        need.community_id,
        TERMS_VERSION,
        sorted(said.title),
        sorted(said.story),
        sorted(said.place),
        sorted(said.numbers),
        said.line,
        search_terms(said),
    )


async def look_for_pairs() -> None:
    """Note what was not noted, then compare what was not compared; some at a time.

    May be repeated and run on two workers at once: each takes needs that the other has not.
    """
    async with verb():
        rows = await NeedRow.raw(_UNNOTED, TERMS_VERSION, AT_A_TIME)
        for row in rows:
            await NeedTermsRow.raw("DELETE FROM need_terms WHERE need_id = {}", row["id"])
            await note_terms(await read_need(row["id"], community_id=row["community_id"]))
    async with verb():
        for row in await NeedTermsRow.raw(_UNCOMPARED, AT_A_TIME):
            await _compare(row["need_id"], row["community_id"])


async def _compare(need_id: UUID, community_id: UUID) -> None:
    need = await read_need(need_id, community_id=community_id)
    sought = Sought(need.title, need.story, need.place, need.area_id, need.id)
    for one in await alike_needs(sought, community_id=community_id, most=PAIRS_EACH):
        first, second = sorted((need.id, one.need_id))
        await NeedPairRow.raw(
            _PAIR, first, second, community_id, min(1000, int(one.likeness * 1000))
        )
    await NeedTermsRow.raw(
        "UPDATE need_terms SET compared_at = clock_timestamp() WHERE need_id = {}", need_id
    )
