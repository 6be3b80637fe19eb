"""What ties a member to others: roles, posts, kinship, delegations.

They end when a member leaves, and are carried over when two memberships of one person become one.
Both run within their caller's transaction, with the member locked. A tie is never edited: it ends
on one membership, and an equal one begins on the other.
"""

from typing import Any, Final
from uuid import UUID

from community.tables import ConsentRow, DelegationRow, KinshipRow, MemberRoleRow
from community.values import STAFF, new_id

_OPEN: Final = "(until IS NULL OR until > clock_timestamp())"

_STAFF_ROLES = f"""
SELECT role, area_id FROM member_role
WHERE member_id = {{}} AND role = ANY({{}}) AND {_OPEN} ORDER BY role
"""  # noqa: S608 (a piece of our own)

_END_ROLES = f"""
UPDATE member_role SET until = greatest(since, clock_timestamp()), ended_by = {{}}, ended_why = {{}}
WHERE member_id = {{}} AND {_OPEN} RETURNING role, area_id
"""  # noqa: S608 (a piece of our own)

# Until when it was to hold is asked before it ends.
_CARRY_ROLES = f"""
INSERT INTO member_role (id, community_id, member_id, role, area_id, since, until, granted_by)
SELECT gen_random_uuid(), community_id, {{}}, role, area_id, greatest(since, clock_timestamp()),
    until, {{}}
FROM member_role AS held
WHERE member_id = {{}} AND {_OPEN} AND NOT EXISTS (
    SELECT FROM member_role AS own WHERE own.member_id = {{}} AND own.role = held.role
        AND own.area_id = held.area_id AND (own.until IS NULL OR own.until > clock_timestamp()))
RETURNING role
"""  # noqa: S608 (a piece of our own)

_CARRY_POSTS = f"""
INSERT INTO organisation_member (id, community_id, organisation_id, member_id, post, since, until)
SELECT gen_random_uuid(), community_id, organisation_id, {{}}, post,
    greatest(since, clock_timestamp()), until
FROM organisation_member AS held
WHERE member_id = {{}} AND {_OPEN} AND NOT EXISTS (
    SELECT FROM organisation_member AS own WHERE own.member_id = {{}} AND own.post = held.post
        AND own.organisation_id = held.organisation_id
        AND (own.until IS NULL OR own.until > clock_timestamp()))
RETURNING post
"""  # noqa: S608 (a piece of our own)

_END_POSTS = f"""
UPDATE organisation_member SET until = greatest(since, clock_timestamp())
WHERE member_id = {{}} AND {_OPEN} RETURNING post
"""  # noqa: S608 (a piece of our own)

_END_KIN = """
UPDATE kinship SET ended_at = clock_timestamp(), ended_by = {}, ended_why = {}
WHERE (member_id = {} OR relative_id = {}) AND ended_at IS NULL
RETURNING member_id, relative_id, kind, evidence, verified_by, verified_at
"""

# Not between the person and themselves, not twice, never verified by one of the two, and no second
# spouse.
_CARRY_KIN = """
INSERT INTO kinship (id, community_id, member_id, relative_id, kind, evidence, verified_by,
    verified_at)
SELECT {}, {}, least(own, relative), greatest(own, relative), {}, {}, {}, {}
FROM (SELECT {}::uuid AS own, {}::uuid AS relative) AS two
WHERE NOT EXISTS (SELECT FROM kinship WHERE ended_at IS NULL AND (
    (member_id = least(own, relative) AND relative_id = greatest(own, relative))
    OR ({} = 'spouse' AND kind = 'spouse' AND (own IN (member_id, relative_id)
        OR relative IN (member_id, relative_id)))))
RETURNING id
"""

_END_DELEGATIONS = """
UPDATE delegation SET revoked_at = clock_timestamp(), revoked_by = {}, revoked_why = {}
WHERE (member_id = {} OR delegate_id = {}) AND revoked_at IS NULL AND until > clock_timestamp()
RETURNING member_id, delegate_id, acts, since, until, consent_id, granted_by
"""

_CARRY_DELEGATION = """
INSERT INTO delegation (id, community_id, member_id, delegate_id, acts, since, until, consent_id,
    granted_by)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})
"""

_DELEGATED = """
SELECT FROM delegation WHERE member_id = {} AND delegate_id = {} AND revoked_at IS NULL
    AND until > clock_timestamp()
"""

# A consent belongs to one membership, so the same words are written down for the other. Whoever
# was asked online recorded it themselves, as the membership that stands; nobody witnesses
# themselves.
_CARRY_CONSENT = """
INSERT INTO consent (id, community_id, member_id, channel, words, language, witness_id,
    recorded_by, given_at)
SELECT {}, community_id, {}, channel, words, language, witness_id,
    CASE WHEN recorded_by = member_id THEN {} ELSE recorded_by END, given_at
FROM consent WHERE id = {} AND witness_id IS DISTINCT FROM {}
RETURNING id
"""


async def staff_roles(member_id: UUID) -> list[tuple[str, UUID]]:
    """Return a member's roles among the staff, each with its area, held now or yet to begin."""
    rows = await MemberRoleRow.raw(_STAFF_ROLES, member_id, sorted(STAFF))
    return [(row["role"], row["area_id"]) for row in rows]


async def end_ties(member_id: UUID, why: str, *, by: UUID) -> dict[str, int]:
    """End a member's roles, posts and delegations now, and return how many of each.

    Kinship stays: it does not end with a move.
    """
    roles = await MemberRoleRow.raw(_END_ROLES, by, why, member_id)
    posts = await MemberRoleRow.raw(_END_POSTS, member_id)
    delegations = await DelegationRow.raw(_END_DELEGATIONS, by, why, member_id, member_id)
    return {"roles": len(roles), "posts": len(posts), "delegations": len(delegations)}


async def carry_ties(
    other: UUID, survivor: UUID, *, community_id: UUID, by: UUID
) -> dict[str, int]:
    """End what ties one membership to others and begin the same for another, where it lacks it.

    Returns how many of each the survivor received. A delegation between the two is over, and so is
    one whose consent the survivor witnessed: it needs a new word.
    """
    why = "merged"
    roles = await MemberRoleRow.raw(_CARRY_ROLES, survivor, by, other, survivor)
    await MemberRoleRow.raw(_END_ROLES, by, why, other)
    posts = await MemberRoleRow.raw(_CARRY_POSTS, survivor, other, survivor)
    await MemberRoleRow.raw(_END_POSTS, other)
    kin = 0
    for tie in await KinshipRow.raw(_END_KIN, by, why, other, other):
        kin += await _carry_kin(tie, other, survivor, community_id)
    delegations = 0
    for tie in await DelegationRow.raw(_END_DELEGATIONS, by, why, other, other):
        delegations += await _carry_delegation(tie, other, survivor, community_id)
    return {
        "roles": len(roles),
        "posts": len(posts),
        "kinships": kin,
        "delegations": delegations,
    }


async def _carry_kin(tie: dict[str, Any], other: UUID, survivor: UUID, community_id: UUID) -> bool:
    relative = tie["relative_id"] if tie["member_id"] == other else tie["member_id"]
    if survivor in (relative, tie["verified_by"]):
        return False
    added = await KinshipRow.raw(
        _CARRY_KIN,
        new_id(),
        community_id,
        tie["kind"],
        tie["evidence"],
        tie["verified_by"],
        tie["verified_at"],
        survivor,
        relative,
        tie["kind"],
    )
    return bool(added)


async def _carry_delegation(
    tie: dict[str, Any], other: UUID, survivor: UUID, community_id: UUID
) -> bool:
    member = survivor if tie["member_id"] == other else tie["member_id"]
    delegate = survivor if tie["delegate_id"] == other else tie["delegate_id"]
    # Nobody acts for themselves or is granted it by themselves; what the survivor has stays.
    if delegate in (member, tie["granted_by"]):
        return False
    if await DelegationRow.raw(_DELEGATED, member, delegate):
        return False
    consent = tie["consent_id"]
    if member == survivor:
        copied = await ConsentRow.raw(
            _CARRY_CONSENT, new_id(), survivor, survivor, consent, survivor
        )
        if not copied:
            return False
        consent = copied[0]["id"]
    await DelegationRow.raw(
        _CARRY_DELEGATION,
        new_id(),
        community_id,
        member,
        delegate,
        tie["acts"],
        tie["since"],
        tie["until"],
        consent,
        tie["granted_by"],
    )
    return True
