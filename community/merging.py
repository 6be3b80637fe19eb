"""Makes two memberships of one person one: the register's half of a merge.

The app joins the wings' halves to it, in the same transaction (`app/merging.py`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from community.audit import record
from community.errors import (
    AlreadyMerged,
    NotActive,
    NotForYou,
    StaffRoleHeld,
    UnknownMember,
)
from community.masking import masked
from community.tables import MemberRow
from community.ties import carry_ties, staff_roles
from community.transactions import refusing
from community.values import Actor, Standing
from community.ways_in import CONTACTS, refuse_moving_contacts

# What the survivor takes over where it lacks it. An identity number is one thing in two columns,
# and a verification one thing in three.
_TAKEN_OVER: Final = (
    ("phone",),
    ("email",),
    ("birth_date",),
    ("grid_id",),
    ("household_id",),
    ("registration",),
    ("roster_number",),
    ("identity_sealed", "identity_lookup"),
    ("verified_at", "verified_by", "verified_how"),
)
_COLUMNS: Final = tuple(column for group in _TAKEN_OVER for column in group)

# In id order, so that merges that cross never wait for each other in a circle; and also for what
# refers to either (`keep_active`).
_TWO = f"""
SELECT id, name, standing, merged_into, joined_at, {", ".join(_COLUMNS)} FROM member
WHERE id = ANY({{}}) AND community_id = {{}} ORDER BY id FOR UPDATE
"""  # noqa: S608 (column names of ours)

# The roster's number stays on the merged membership where the survivor has one of its own: the
# next roster that names it leads to the survivor, not to a third membership.
_MERGE = """
UPDATE member SET standing = 'merged', merged_into = {}, phone = NULL, email = NULL,
    birth_date = NULL, grid_id = NULL, household_id = NULL, registration = NULL,
    identity_sealed = NULL, identity_lookup = NULL, verified_at = NULL, verified_by = NULL,
    verified_how = NULL, roster_number = CASE WHEN {} THEN NULL ELSE roster_number END
WHERE id = {}
"""

_MERGEABLE: Final = (Standing.APPLIED, Standing.INVITED, Standing.ACTIVE, Standing.LEFT)


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did. `before` is when it had been done already, so that nothing was done now."""

    survivor: UUID
    other: UUID
    taken_over: frozenset[str]
    ties: Mapping[str, int]
    before: bool = False


@dataclass(frozen=True, slots=True)
class Former:
    """A membership that was merged into another: its name then, and when it had begun."""

    id: UUID
    name: str
    joined_at: datetime


async def merge_members(survivor: UUID, other: UUID, *, by: Actor) -> Merged:
    """Make `other` a former membership of `survivor`: two memberships of one person become one.

    The survivor keeps what it has, takes over what it lacks, and receives roles, posts, kinship
    and delegations. The other one keeps its name and nothing else of personal data; memberships
    that were merged into it before lead to the survivor now.

    The same merge again changes nothing. Of merges that cross or form a chain, at once or one after
    the other, each finds the one before it done. Raises `UnknownMember`; `NotForYou` where one of
    the two is whoever merges; `AlreadyMerged`, naming where to; `StaffRoleHeld` where the other has
    a staff role that the survivor lacks, for a merge grants none; `NotActive` for one who was
    erased or declined, or where the survivor is not an active member; `StaffContact` where a
    survivor of the staff would take over a telephone number or an e-mail.
    """
    if survivor == other:
        raise NotForYou("a membership is not merged into itself")
    if by.member_id in (survivor, other):
        raise NotForYou("somebody else merges your own memberships")
    async with refusing():
        rows = await MemberRow.raw(_TWO, [survivor, other], by.community_id)
        two = {row["id"]: row for row in rows}
        for one in (survivor, other):
            if one not in two:
                raise UnknownMember(one)
        if two[other]["merged_into"] == survivor:
            return Merged(survivor, other, frozenset(), {}, before=True)
        await _refuse(two[survivor], two[other])
        lacking = {
            column: two[other][column]
            for group in _TAKEN_OVER
            if two[survivor][group[0]] is None and two[other][group[0]] is not None
            for column in group
        }
        if CONTACTS & lacking.keys():
            await refuse_moving_contacts(survivor, by=by)
        # First out of the one, then into the other: phone and numbers stand once.
        await MemberRow.raw(_MERGE, survivor, "roster_number" in lacking, other)
        if lacking:
            sets = ", ".join(f"{column} = {{}}" for column in lacking)
            await MemberRow.raw(
                f"UPDATE member SET {sets} WHERE id = {{}}",  # noqa: S608 (column names of ours)
                *lacking.values(),
                survivor,
            )
        await MemberRow.raw(
            "UPDATE member SET merged_into = {} WHERE merged_into = {}", survivor, other
        )
        ties = await carry_ties(other, survivor, community_id=by.community_id, by=by.member_id)
        merged = Merged(survivor, other, frozenset(lacking), ties)
        await _write_down(merged, two[other], lacking, by=by)
    return merged


async def former_memberships(member_id: UUID, *, community_id: UUID) -> list[Former]:
    """Return the memberships that were merged into this one, oldest first."""
    rows = await MemberRow.raw(
        "SELECT id, name, joined_at FROM member WHERE merged_into = {} AND community_id = {}"
        " ORDER BY joined_at, id",
        member_id,
        community_id,
    )
    return [Former(row["id"], row["name"], row["joined_at"]) for row in rows]


async def standing_membership(member_id: UUID, *, community_id: UUID) -> UUID:
    """Return the membership that stands for a person: their own, or the one it was merged into.

    Raises `UnknownMember`.
    """
    found = await standing_memberships({member_id}, community_id=community_id)
    if not found:
        raise UnknownMember(member_id)
    return found[member_id]


async def standing_memberships(
    member_ids: Collection[UUID], *, community_id: UUID
) -> dict[UUID, UUID]:
    """Return the membership that stands for each of these; unknown ids are left out."""
    rows = await MemberRow.raw(
        "SELECT id, coalesce(merged_into, id) AS standing FROM member"
        " WHERE id = ANY({}) AND community_id = {}",
        list(member_ids),
        community_id,
    )
    return {row["id"]: row["standing"] for row in rows}


async def _refuse(survivor: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    for one in (other, survivor):
        if one["merged_into"] is not None:
            raise AlreadyMerged(one["id"], one["merged_into"])
    if survivor["standing"] != Standing.ACTIVE:
        raise NotActive(survivor["id"], survivor["standing"])
    if other["standing"] not in _MERGEABLE:
        raise NotActive(other["id"], other["standing"])
    kept = await staff_roles(survivor["id"])
    lost = [role for role, area in await staff_roles(other["id"]) if (role, area) not in kept]
    if lost:
        raise StaffRoleHeld(other["id"], lost)


async def _write_down(
    merged: Merged, other: Mapping[str, Any], lacking: Mapping[str, Any], *, by: Actor
) -> None:
    """Write two events, so that the trail of either membership tells of the merge."""
    known = {column: other[column] for column in _COLUMNS if other[column] is not None}
    ties = {what: count for what, count in merged.ties.items() if count}
    await record(
        "member.merge",
        by=by,
        subject_kind="member",
        subject_id=merged.survivor,
        details={"merged": str(merged.other), **ties},
        before=dict.fromkeys(lacking),
        after=masked(lacking),
    )
    await record(
        "member.merged",
        by=by,
        subject_kind="member",
        subject_id=merged.other,
        details={"into": str(merged.survivor)},
        before=masked(known),
        after={},
    )
