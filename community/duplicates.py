"""Pairs of members who may be one person: alike in what two people rarely share by chance.

The same telephone number or identity number cannot be stored twice, so what is left is: the same
name and birth date, or the same name in the same household. Of a pair that somebody has looked at
and found to be two people, that is remembered.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from community.audit import record
from community.errors import NotForYou, UnknownMember
from community.tables import MemberRow
from community.transactions import refusing
from community.values import Actor, Role

PAIRS_ON_A_PAGE: Final = 50

# Each half joins on equality alone, so that a hundred thousand members take one pass. Those who
# were merged or erased have neither birth date nor household.
_ALIKE: Final = """
SELECT one.id AS one, two.id AS two, one.name AS name, 'birth_date' AS reason
FROM member AS one JOIN member AS two USING (community_id, name, birth_date)
WHERE community_id = {} AND one.id < two.id
    AND one.standing <> 'declined' AND two.standing <> 'declined'
UNION ALL
SELECT one.id, two.id, one.name, 'household'
FROM member AS one JOIN member AS two USING (community_id, name, household_id)
WHERE community_id = {} AND one.id < two.id
    AND one.standing <> 'declined' AND two.standing <> 'declined'
"""

_PAIRS: Final = f"""
SELECT one, two, array_agg(reason ORDER BY reason) AS reasons FROM ({_ALIKE}) AS alike
WHERE NOT EXISTS (SELECT FROM not_duplicate WHERE member_id = one AND other_id = two)
GROUP BY one, two, name ORDER BY name COLLATE "C", one, two LIMIT {{}}
"""  # noqa: S608 (a piece of our own)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two members who may be one; `reasons` are what they share besides the name."""

    one: UUID
    two: UUID
    reasons: tuple[str, ...]


async def alike(community_id: UUID, *, size: int = PAIRS_ON_A_PAGE) -> list[Pair]:
    """Return pairs of a community's members who may be one person, in the order of names.

    At most `size` of them: whoever settles these sees the next.
    """
    rows = await MemberRow.raw(_PAIRS, community_id, community_id, size)
    return [Pair(row["one"], row["two"], tuple(row["reasons"])) for row in rows]


async def namesakes(member_id: UUID, *, community_id: UUID) -> list[UUID]:
    """Return who has the same name as this member, in the order they joined."""
    rows = await MemberRow.raw(
        'SELECT other.id FROM member JOIN member AS other ON other.name COLLATE "C" = member.name'
        " AND other.community_id = member.community_id AND other.id <> member.id"
        " AND other.standing NOT IN ('merged', 'erased', 'declined')"
        " WHERE member.id = {} AND member.community_id = {} ORDER BY other.joined_at LIMIT {}",
        member_id,
        community_id,
        PAIRS_ON_A_PAGE,
    )
    return [row["id"] for row in rows]


async def not_the_same(one: UUID, two: UUID, *, by: Actor) -> None:
    """Remember that two members are two people, so that nobody is asked again.

    Saying it twice changes nothing. Raises `NotForYou` for whoever is no coordinator,
    `UnknownMember`.
    """
    if Role.COORDINATOR not in by.roles:
        raise NotForYou("a coordinator settles who is who")
    first, second = sorted((one, two))
    unknown = UnknownMember(two)
    async with refusing(
        not_duplicate_of_known_member=unknown,
        not_duplicate_with_known_member=unknown,
        not_duplicate_of_two=unknown,
    ):
        said = await MemberRow.raw(
            "INSERT INTO not_duplicate (community_id, member_id, other_id, said_by)"
            " VALUES ({}, {}, {}, {}) ON CONFLICT ON CONSTRAINT not_duplicate_once DO NOTHING"
            " RETURNING member_id",
            by.community_id,
            first,
            second,
            by.member_id,
        )
        if said:
            await record(
                "member.not_the_same",
                by=by,
                subject_kind="member",
                subject_id=one,
                details={"other": str(two)},
            )
