"""Adopts packs and tells which one is in force. One verb is one transaction; packs only grow."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from community.audit import record
from community.errors import UnknownCommunity
from community.policy.errors import (
    InvalidPack,
    MomentTaken,
    NotAnAdministrator,
    NotRetroactive,
)
from community.policy.pack import AdoptedPack, Pack, Policy, changes
from community.tables import PolicyPackRow
from community.transactions import refusing
from community.values import SYSTEM, Actor, Role, new_id

IN_FORCE: Final = """
SELECT id, settings FROM policy_pack WHERE community_id = {} AND holds_from <= {}
ORDER BY holds_from DESC LIMIT 1
"""

_PACKS: Final = """
SELECT id, community_id, holds_from, name, source, settings, file, adopted_by, adopted_at
FROM policy_pack WHERE community_id = {}
"""

_ADOPT: Final = """
INSERT INTO policy_pack (id, community_id, holds_from, name, source, settings, file, adopted_by,
    adopted_at)
VALUES ({}, {}, {}, {}, {}, {}::jsonb, {}, {}, {})
"""


async def policy_in_force(community_id: UUID, at: datetime | None = None) -> Policy:
    """Return what holds in a community at a moment, now unless given; one look-up in an index.

    A verb asks with the moment of its event, so that a later pack never changes what was done.
    Where no pack holds yet, each setting has its default.
    """
    rows = await PolicyPackRow.raw(IN_FORCE, community_id, at or datetime.now(UTC))
    return Policy(json.loads(rows[0]["settings"]), rows[0]["id"]) if rows else Policy()


async def adopted_packs(community_id: UUID) -> list[AdoptedPack]:
    """Return a community's packs, the one that holds latest first."""
    rows = await PolicyPackRow.raw(f"{_PACKS} ORDER BY holds_from DESC", community_id)
    return [_adopted(row) for row in rows]


async def adopted_pack(pack_id: UUID, *, community_id: UUID) -> AdoptedPack | None:
    """Return one of a community's packs, with its file; None where it has no such pack."""
    rows = await PolicyPackRow.raw(f"{_PACKS} AND id = {{}}", community_id, pack_id)
    return _adopted(rows[0]) if rows else None


async def adopt_policy(pack: Pack, *, by: Actor, at: datetime | None = None) -> AdoptedPack:
    """Adopt a pack for the actor's community, from its moment on; `at` is now unless given.

    Administrators decide, and whoever sets the installation up. Only the first pack of a community
    may hold from a moment that is over; no later one changes what was done before. The same file
    for the same moment again, or while it is in force, returns what was adopted and changes
    nothing. Raises `NotAnAdministrator`, `NotRetroactive`, `MomentTaken`, `InvalidPack`,
    `UnknownCommunity`.
    """
    if by.member_id != SYSTEM and Role.ADMINISTRATOR not in by.roles:
        raise NotAnAdministrator
    async with refusing(
        one_pack_at_a_moment=MomentTaken(pack.holds_from or at or datetime.now(UTC)),
        policy_named=InvalidPack("a pack has a name of at most 80 characters"),
    ):
        await _keep_to_one_at_a_time(by.community_id)
        now = at or datetime.now(UTC)
        known = await adopted_packs(by.community_id)
        again = _same(pack, known, now)
        if again is not None:
            return again
        holds_from = pack.holds_from or now
        if holds_from < now and known:
            raise NotRetroactive(holds_from)
        adopted = AdoptedPack(
            new_id(),
            by.community_id,
            holds_from,
            pack.name,
            pack.source,
            pack.settings,
            pack.file,
            by.member_id,
            now,
        )
        before = await policy_in_force(by.community_id, holds_from)
        await _insert(adopted)
        await _record(adopted, pack, before, by)
        return adopted


async def _keep_to_one_at_a_time(community_id: UUID) -> None:
    """Let one adoption of a community finish before the next looks at what there is."""
    found = await PolicyPackRow.raw(
        "SELECT id FROM community WHERE id = {} FOR NO KEY UPDATE", community_id
    )
    if not found:
        raise UnknownCommunity(community_id)


def _same(pack: Pack, known: list[AdoptedPack], now: datetime) -> AdoptedPack | None:
    """Return what this pack was adopted as, if it was: with its own moment, or still in force."""
    if pack.holds_from is None:
        known = [one for one in known if one.holds_from <= now][:1]
    else:
        known = [one for one in known if one.holds_from == pack.holds_from]
    return next((one for one in known if one.file == pack.file), None)


async def _insert(adopted: AdoptedPack) -> None:
    await PolicyPackRow.raw(
        _ADOPT,
        adopted.id,
        adopted.community_id,
        adopted.holds_from,
        adopted.name,
        adopted.source,
        json.dumps(dict(adopted.settings)),
        adopted.file,
        adopted.adopted_by,
        adopted.adopted_at,
    )


async def _record(adopted: AdoptedPack, pack: Pack, before: Policy, by: Actor) -> None:
    changed = changes(pack.values, before=before, after=adopted.policy)
    await record(
        "policy.adopt",
        by=by,
        subject_kind="policy_pack",
        subject_id=adopted.id,
        details={
            "name": adopted.name,
            "source": adopted.source,
            "holds_from": adopted.holds_from.isoformat(),
        },
        before={change.setting.key: change.before for change in changed},
        after={change.setting.key: change.after for change in changed},
    )


def _adopted(row: Mapping[str, Any]) -> AdoptedPack:
    return AdoptedPack(**{**row, "settings": json.loads(row["settings"])})
