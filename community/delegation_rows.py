"""Reads, locks and writes the rows of delegations and of the consents that they rest on."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from community.bonds import Channel, Consent, Delegation
from community.tables import ConsentRow, DelegationRow
from community.values import DelegatedAct

_OF_DELEGATION: Final = (
    "id", "community_id", "member_id", "delegate_id", "since", "until", "granted_by",
    "revoked_at", "revoked_by", "revoked_why",
)  # fmt: skip
_OF_CONSENT: Final = (
    "id", "community_id", "member_id", "words", "language", "witness_id", "recorded_by",
    "given_at", "recorded_at",
)  # fmt: skip

_SELECT: Final = f"""
SELECT {", ".join(f"delegation.{name}" for name in _OF_DELEGATION)}, acts, channel,
    {", ".join(f"consent.{name} AS consent_{name}" for name in _OF_CONSENT)}
FROM delegation JOIN consent ON consent.id = delegation.consent_id
WHERE """  # noqa: S608 (column names of ours)

_ADD_CONSENT: Final = """
INSERT INTO consent (id, community_id, member_id, channel, words, language, witness_id,
    recorded_by, given_at, recorded_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {})
"""

_ADD_DELEGATION: Final = """
INSERT INTO delegation (id, community_id, member_id, delegate_id, acts, since, until, consent_id,
    granted_by)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})
"""


class Lock(StrEnum):
    """How rows are kept as they are until the transaction ends.

    `TO_ACT` keeps them from being revoked, while others may act on them too; `TO_END` waits for
    all who act on them.
    """

    NONE = ""
    TO_ACT = " FOR SHARE OF delegation"
    TO_END = " FOR NO KEY UPDATE OF delegation"


async def find(condition: str, community_id: UUID, *values: Any) -> list[Delegation]:
    """Return a community's delegations that fit a condition written in this package."""
    rows = await DelegationRow.raw(
        f"{_SELECT} delegation.community_id = {{}} AND {condition}", community_id, *values
    )
    return [_delegation(row) for row in rows]


async def by_key(delegation_id: UUID) -> Delegation | None:
    """Return the delegation with this id, of whichever community; None where it is free."""
    rows = await DelegationRow.raw(f"{_SELECT} delegation.id = {{}}", delegation_id)
    return _delegation(rows[0]) if rows else None


async def one(delegation_id: UUID, community_id: UUID) -> Delegation | None:
    """Return a community's delegation, None where it has no such."""
    found = await find("delegation.id = {}", community_id, delegation_id)
    return found[0] if found else None


async def locked(delegation_id: UUID, community_id: UUID) -> Delegation | None:
    """Return a delegation that nobody acts on, and nobody else revokes, until this is over."""
    found = await find(f"delegation.id = {{}}{Lock.TO_END.value}", community_id, delegation_id)
    return found[0] if found else None


async def between(
    member_id: UUID, delegate_id: UUID, community_id: UUID, lock: Lock = Lock.NONE
) -> list[Delegation]:
    """Return a member's delegations to one delegate, oldest first."""
    return await find(
        "delegation.member_id = {} AND delegation.delegate_id = {}"
        f" ORDER BY since, delegation.id{lock.value}",
        community_id,
        member_id,
        delegate_id,
    )


async def insert_consent(consent: Consent) -> None:
    """Store what somebody agreed to."""
    await ConsentRow.raw(
        _ADD_CONSENT,
        consent.id,
        consent.community_id,
        consent.member_id,
        consent.channel.value,
        consent.words,
        consent.language,
        consent.witness_id,
        consent.recorded_by,
        consent.given_at,
        consent.recorded_at,
    )


async def insert(granted: Delegation) -> None:
    """Store a new delegation and its consent."""
    await insert_consent(granted.consent)
    await DelegationRow.raw(
        _ADD_DELEGATION,
        granted.id,
        granted.community_id,
        granted.member_id,
        granted.delegate_id,
        sorted(granted.acts),
        granted.since,
        granted.until,
        granted.consent.id,
        granted.granted_by,
    )


async def revoke(ended: Delegation) -> None:
    """Store when, by whom and why a delegation was revoked."""
    await DelegationRow.raw(
        "UPDATE delegation SET revoked_at = {}, revoked_by = {}, revoked_why = {}"
        " WHERE community_id = {} AND id = {} AND revoked_at IS NULL",
        ended.revoked_at,
        ended.revoked_by,
        ended.revoked_why,
        ended.community_id,
        ended.id,
    )


def _delegation(row: Mapping[str, Any]) -> Delegation:
    consent = Consent(
        **{name: row[f"consent_{name}"] for name in _OF_CONSENT}, channel=Channel(row["channel"])
    )
    return Delegation(
        **{name: row[name] for name in _OF_DELEGATION},
        acts=frozenset(DelegatedAct(name) for name in row["acts"]),
        consent=consent,
    )
