"""Puts on record who is kin to whom, on evidence that a coordinator saw, and ends it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from community import delegation_rules as rules
from community.audit import record
from community.bond_errors import AlreadyKin, UnknownKinship
from community.bonds import KinKind, Kinship
from community.errors import NotActive, UnknownMember
from community.tables import KinshipRow, MemberRow
from community.transactions import transaction
from community.values import Actor, Standing, new_id

_KINSHIP: Final = """
SELECT id, community_id, member_id, relative_id, kind, evidence, verified_by, verified_at,
    ended_at, ended_by, ended_why
FROM kinship WHERE community_id = {} AND """

_INSERT: Final = """
INSERT INTO kinship (id, community_id, member_id, relative_id, kind, evidence, verified_by,
    verified_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {})
"""

# In the order of their ids, so that two verbs about the same two people never wait in a circle.
_LOCK: Final = """
SELECT id, standing FROM member WHERE community_id = {} AND id = ANY({})
ORDER BY id FOR NO KEY UPDATE
"""


async def record_kinship(
    member_id: UUID,
    relative_id: UUID,
    kind: KinKind,
    *,
    evidence: str,
    by: Actor,
    at: datetime | None = None,
) -> Kinship:
    """Put on record that two members are kin; `evidence` says which document was seen, and where.

    The same record sent again is answered with the first. Raises `NotForYou`, `OwnKin`,
    `InvalidBond`, `UnknownMember`, `NotActive`, `AlreadyKin`, `AlreadyMarried`.
    """
    rules.refuse_kinship(member_id, relative_id, evidence=evidence, by=by)
    first, second = sorted((member_id, relative_id))
    added = Kinship(
        new_id(),
        by.community_id,
        first,
        second,
        kind,
        evidence.strip(),
        by.member_id,
        at or datetime.now(UTC),
    )
    async with transaction():
        await lock_active(member_id, relative_id, community_id=by.community_id)
        live = await _live(first, second, community_id=by.community_id)
        try:
            rules.refuse_second(kind, frozenset({first, second}), live)
        except AlreadyKin as known:
            before = next(one for one in live if one.id == known.kinship)
            if _same(before, added):
                return before
            raise
        await KinshipRow.raw(
            _INSERT,
            added.id,
            added.community_id,
            first,
            second,
            kind.value,
            added.evidence,
            added.verified_by,
            added.verified_at,
        )
        await _write_down("kin.record", added, by, {"evidence": added.evidence})
    return added


async def end_kinship(
    kinship_id: UUID, *, why: str, by: Actor, at: datetime | None = None
) -> Kinship:
    """End a kinship, with the reason; one that has ended stays as it ended.

    Raises `UnknownKinship`, `NotForYou`, `OwnKin`, `InvalidBond`.
    """
    async with transaction():
        found = await _find("id = {} FOR NO KEY UPDATE", kinship_id, community_id=by.community_id)
        if not found:
            raise UnknownKinship(kinship_id)
        rules.refuse_ending(found[0], why=why, by=by)
        if found[0].ended_at is not None:
            return found[0]
        rows = await KinshipRow.raw(
            "UPDATE kinship SET ended_at = {}, ended_by = {}, ended_why = {}"
            " WHERE community_id = {} AND id = {} RETURNING *",
            at or datetime.now(UTC),
            by.member_id,
            why.strip(),
            by.community_id,
            kinship_id,
        )
        ended = _kinship(rows[0])
        await _write_down("kin.end", ended, by, {"why": ended.ended_why})
    return ended


async def kinship(kinship_id: UUID, by: Actor) -> Kinship:
    """Return a kinship to one of the two or to the staff. Raises `UnknownKinship`."""
    for one in await _find("id = {}", kinship_id, community_id=by.community_id):
        if any(rules.may_see_bonds(side, by=by) for side in (one.member_id, one.relative_id)):
            return one
    raise UnknownKinship(kinship_id)


async def kin_of(member_id: UUID, by: Actor, *, ended: bool = False) -> list[Kinship]:
    """Return a member's kinships that stand, or also those that ended, oldest first.

    To the member or to the staff; raises `UnknownMember` for anybody else.
    """
    if not rules.may_see_bonds(member_id, by=by):
        raise UnknownMember(member_id)
    return await _find(
        "(member_id = {} OR relative_id = {}) AND (ended_at IS NULL OR {})"
        " ORDER BY ended_at IS NOT NULL, verified_at, id",
        member_id,
        member_id,
        ended,
        community_id=by.community_id,
    )


async def kin_kinds(member_id: UUID, *, community_id: UUID) -> dict[UUID, KinKind]:
    """Return who is kin to a member on record now, and how: for a verb that has a rule about kin.

    What of it somebody may see, `kin_of` says.
    """
    found = await _find(
        "ended_at IS NULL AND (member_id = {} OR relative_id = {}) ORDER BY verified_at, id",
        member_id,
        member_id,
        community_id=community_id,
    )
    return {one.other(member_id): one.kind for one in found}


async def lock_active(*member_ids: UUID, community_id: UUID) -> None:
    """Keep these members as they are until the transaction ends.

    Raises `UnknownMember` for one who is not in the community, `NotActive`.
    """
    rows = await MemberRow.raw(_LOCK, community_id, list(member_ids))
    standing = {row["id"]: row["standing"] for row in rows}
    for one in member_ids:
        if one not in standing:
            raise UnknownMember(one)
        if standing[one] != Standing.ACTIVE:
            raise NotActive(one, standing[one])


async def _live(first: UUID, second: UUID, *, community_id: UUID) -> list[Kinship]:
    """Return the kinships of either that stand; the one of the two among them comes first."""
    two = [first, second]
    return await _find(
        "ended_at IS NULL AND (member_id = ANY({}) OR relative_id = ANY({}))",
        two,
        two,
        community_id=community_id,
    )


async def _find(condition: str, *values: Any, community_id: UUID) -> list[Kinship]:
    return [
        _kinship(row) for row in await KinshipRow.raw(_KINSHIP + condition, community_id, *values)
    ]


def _kinship(row: Mapping[str, Any]) -> Kinship:
    return Kinship(**{**row, "kind": KinKind(row["kind"])})


def _same(before: Kinship, again: Kinship) -> bool:
    return (before.kind, before.evidence, before.verified_by) == (
        again.kind,
        again.evidence,
        again.verified_by,
    )


async def _write_down(act: str, what: Kinship, by: Actor, more: Mapping[str, Any]) -> None:
    await record(
        act,
        by=by,
        subject_kind="member",
        subject_id=what.member_id,
        details={
            "kinship": what.id,
            "relative": what.relative_id,
            "kind": what.kind.value,
            **more,
        },
    )
