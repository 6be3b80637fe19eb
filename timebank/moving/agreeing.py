"""What two communities agreed to owe one another at most, and how much of it is left."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import community
from community import Actor, Role
from timebank.moving import clearing, rules
from timebank.moving.errors import InvalidAgreement, NoClearing, NotAboveBoth
from timebank.moving.tables import ClearingAgreementRow
from timebank.moving.values import LIMIT_MINUTES_MAX, Agreement
from timebank.policy import CLEARING_LIMIT_MINUTES
from timebank.refusals import one_transaction

_SELECT: Final = """
SELECT community_id, other_id, limit_minutes, agreed_by, agreed_at FROM clearing_agreement
WHERE """

_PAIR: Final = f"{_SELECT} community_id = {{}} AND other_id = {{}}"

_AGREE: Final = """
INSERT INTO clearing_agreement (community_id, other_id, limit_minutes, agreed_by, agreed_at)
VALUES ({}, {}, {}, {}, {})
ON CONFLICT ON CONSTRAINT one_agreement_for_each_pair DO UPDATE SET
    limit_minutes = excluded.limit_minutes, agreed_by = excluded.agreed_by,
    agreed_at = excluded.agreed_at
"""


async def agree_clearing(
    one: UUID, other: UUID, limit_minutes: int, *, by: Actor, at: datetime | None = None
) -> Agreement:
    """Say what two communities may owe one another from now on; 0 ends their clearing.

    A limit below what is owed already takes nothing back: it only lets nothing more come that way.
    The same once more changes nothing. Raises `NotAboveBoth`, `InvalidAgreement`.
    """
    moment = at or datetime.now(UTC)
    if one == other:
        raise InvalidAgreement("other", "a community agrees with another one")
    if not 0 <= limit_minutes <= LIMIT_MINUTES_MAX:
        raise InvalidAgreement("limit", f"{limit_minutes} minutes cannot be agreed on")
    if not await is_above_both(by, one, other):
        raise NotAboveBoth
    pair = sorted((one, other))
    async with one_transaction():
        before = await _locked(one, other)
        if before is not None and before.limit_minutes == limit_minutes:
            return before
        await ClearingAgreementRow.raw(_AGREE, *pair, limit_minutes, by.member_id, moment)
        for here, there in (pair, pair[::-1]):
            await community.record(
                "clearing.agree",
                by=by,
                area_id=here,
                subject_kind="area",
                subject_id=there,
                details={
                    "limit_minutes": limit_minutes,
                    "limit_before": before.limit_minutes if before else 0,
                },
            )
    return Agreement(pair[0], pair[1], limit_minutes, by.member_id, moment)


async def is_above_both(by: Actor, one: UUID, other: UUID) -> bool:
    """Say whether the actor is an administrator over both communities."""
    if Role.ADMINISTRATOR not in by.roles:
        return False
    return all(
        [
            Role.ADMINISTRATOR in await community.roles_over(by.member_id, place)
            for place in (one, other)
        ]
    )


async def agreements(community_ids: list[UUID]) -> list[Agreement]:
    """Return the agreements of these communities, the ended ones included."""
    rows = await ClearingAgreementRow.raw(
        f"{_SELECT} community_id = ANY({{}}) OR other_id = ANY({{}})"
        " ORDER BY community_id, other_id",
        community_ids,
        community_ids,
    )
    return [_agreement(row) for row in rows]


async def clearing_partners(community_id: UUID) -> list[UUID]:
    """Return the communities to which hours can be taken along, by agreement and both policies."""
    found = []
    for agreement in await agreements([community_id]):
        other = agreement.beside(community_id)
        if await limit_of(agreement) > 0:
            found.append(other)
    return found


async def limit_of(agreement: Agreement, at: datetime | None = None) -> int:
    """Return what the two may owe at a moment: what was agreed, or less by a policy of theirs."""
    policies = [
        (await community.policy_in_force(place, at))[CLEARING_LIMIT_MINUTES]
        for place in (agreement.community_id, agreement.other_id)
    ]
    return rules.limit(agreement.limit_minutes, *policies)


async def check_room(origin: UUID, target: UUID, minutes: int, *, at: datetime) -> None:
    """Raise `NoClearing` or `ClearingFull` where minutes cannot go along; for asking.

    Nothing is locked: it is decided anew when they go.
    """
    found = await _pair(origin, target)
    if found is None:
        raise NoClearing
    owed = await clearing.owed(origin, target)
    rules.check_room(await limit_of(found, at), owed=owed, minutes=minutes)


async def hold_room(origin: UUID, target: UUID, minutes: int, *, at: datetime) -> None:
    """Do as `check_room`, and let no other move of the pair be booked until this one is.

    Within the caller's transaction. The limit stands here and not as the accounts' floor: it
    follows the policies of both communities, which change at moments when nobody books anything,
    and it may fall below what is owed already, which no floor can.
    """
    found = await _locked(origin, target)
    if found is None:
        raise NoClearing
    owed = await clearing.owed(origin, target)
    rules.check_room(await limit_of(found, at), owed=owed, minutes=minutes)


async def _pair(one: UUID, other: UUID) -> Agreement | None:
    rows = await ClearingAgreementRow.raw(_PAIR, *sorted((one, other)))
    return _agreement(rows[0]) if rows else None


async def _locked(one: UUID, other: UUID) -> Agreement | None:
    rows = await ClearingAgreementRow.raw(f"{_PAIR} FOR NO KEY UPDATE", *sorted((one, other)))
    return _agreement(rows[0]) if rows else None


def _agreement(row: dict[str, Any]) -> Agreement:
    return Agreement(**row)
