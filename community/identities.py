"""Identity numbers as the register keeps them: sealed by the app, and found through a keyed hash.

Nothing here can read one. The app seals a number and computes its look-up (`app/identity.py`); a
rotation of the app's keys passes over all of them in batches.
"""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from community.audit import record
from community.masking import HIDDEN
from community.tables import MemberRow
from community.transactions import transaction
from community.values import system

FIRST_ID = UUID(int=0)

# Standing still while they are sealed anew; the order of ids is the order of every batch.
_BATCH = """
SELECT id, community_id, identity_sealed, identity_lookup FROM member
WHERE identity_sealed IS NOT NULL AND id > {} ORDER BY id LIMIT {} FOR NO KEY UPDATE
"""

_RESEAL = """
UPDATE member SET identity_sealed = new.sealed, identity_lookup = new.lookup
FROM unnest({}::uuid[], {}::text[], {}::bytea[]) AS new (id, sealed, lookup)
WHERE member.id = new.id
"""


@dataclass(frozen=True, slots=True)
class SealedIdentity:
    """An identity number that only the app can open.

    `lookup` is its keyed hash, by which alone it can be found; `lookups` are those under every key
    in use, so that it is found also while keys change. `shown` is the number, masked.
    """

    sealed: str
    lookup: bytes
    lookups: frozenset[bytes]
    shown: str = HIDDEN


@dataclass(frozen=True, slots=True)
class Resealed:
    """What one batch did: how many were sealed anew, whose could not be opened, where it ended."""

    passed: int
    resealed: int
    unreadable: tuple[UUID, ...]
    last: UUID


async def found_by_identity(lookups: Collection[bytes], *, community_id: UUID) -> UUID | None:
    """Return who has the number with one of these look-ups, None where nobody here has it."""
    rows = await MemberRow.raw(
        "SELECT id FROM member WHERE community_id = {} AND identity_lookup = ANY({}::bytea[])",
        community_id,
        list(lookups),
    )
    return rows[0]["id"] if rows else None


async def reseal_identities(
    reseal: Callable[[str, bytes], tuple[str, bytes] | None],
    *,
    after: UUID = FIRST_ID,
    size: int = 500,
) -> Resealed:
    """Seal the next identity numbers anew, all of one batch in one transaction.

    `reseal` turns seal and look-up into new ones, returns None for one that is right already, and
    raises `ValueError` for one that it cannot open, which then stays as it is. `after` is the
    `last` of the batch before. Killed at any moment, each member has a seal and a look-up that
    belong together.
    """
    async with transaction():
        rows = await MemberRow.raw(_BATCH, after, size)
        fresh: dict[UUID, tuple[str, bytes]] = {}
        unreadable = []
        for row in rows:
            try:
                new = reseal(row["identity_sealed"], row["identity_lookup"])
            except ValueError:
                unreadable.append(row["id"])
                continue
            if new is not None:
                fresh[row["id"]] = new
        await MemberRow.raw(
            _RESEAL,
            list(fresh),
            [sealed for sealed, _lookup in fresh.values()],
            [lookup for _sealed, lookup in fresh.values()],
        )
        of_communities = Counter(row["community_id"] for row in rows if row["id"] in fresh)
        for community_id, count in of_communities.items():
            await record(
                "identity.rotate",
                by=system(community_id),
                subject_kind="community",
                subject_id=community_id,
                details={"members": count},
            )
    last = rows[-1]["id"] if rows else after
    return Resealed(len(rows), len(fresh), tuple(unreadable), last)
