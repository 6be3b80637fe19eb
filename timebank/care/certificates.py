"""Certificates: claimed by the volunteer, verified by a coordinator who saw it, never one's own.

Verbs, each one transaction: `claim_certificate`, `verify_certificate`, `end_certificate`; and the
job `remind_of_expiring`. What was claimed is not edited: another certificate is claimed instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

import community
import ledger
from community import Actor, Role
from timebank.care import rules
from timebank.care.errors import (
    CertificateOver,
    ClaimedAlready,
    NotAllowed,
    OwnCertificate,
    UnknownCertificate,
    UnknownKind,
)
from timebank.care.tables import CertificateRow
from timebank.care.values import Certificate, CertificateKind, CertificateState

REMIND_DAYS: Final = 30

_SELECT = """
SELECT certificate.*, kind.code, kind.name_zh, kind.name_en,
    kind.retired_at IS NOT NULL AS kind_retired, holder.name AS holder
FROM certificate JOIN certificate_kind AS kind ON kind.id = kind_id
JOIN member AS holder ON holder.id = member_id
WHERE certificate.community_id = {} AND """

_CLAIM = """
INSERT INTO certificate (id, community_id, member_id, kind_id, number, issued_on, expires_on,
    claimed_at)
SELECT {}, community_id, {}, id, {}, {}, {}, {} FROM certificate_kind
WHERE community_id = {} AND id = {} AND retired_at IS NULL FOR SHARE
"""

# One that another of the same kind outlives is no matter any more.
# By each community's own calendar; the first comparison is for the index. One that another of the
# same kind outlives is no matter any more.
_ENDING = """
SELECT certificate.id, certificate.community_id, member_id, name_zh, name_en, expires_on
FROM certificate JOIN certificate_kind AS kind ON kind.id = kind_id
JOIN member ON member.id = member_id AND member.standing = 'active'
JOIN area ON area.id = certificate.community_id
CROSS JOIN LATERAL (SELECT ({}::timestamptz AT TIME ZONE time_zone)::date AS day) AS today
WHERE certificate.verified_at IS NOT NULL AND ended_at IS NULL AND kind.retired_at IS NULL
    AND expires_on BETWEEN {}::date AND {}::date
    AND expires_on BETWEEN today.day AND today.day + {}::integer
    AND NOT EXISTS (SELECT FROM certificate AS other WHERE other.member_id = certificate.member_id
        AND other.kind_id = certificate.kind_id AND other.verified_at IS NOT NULL
        AND other.ended_at IS NULL
        AND coalesce(other.expires_on, 'infinity') > certificate.expires_on)
ORDER BY certificate.id
"""

_NEEDING = """
SELECT count(*) AS visits FROM visit JOIN care_service ON care_service.id = care_service_id
WHERE visit.community_id = {} AND volunteer_id = {} AND certificate_kind_id = {}
    AND visit.state IN ('offered', 'booked') AND visit.starts_at > {}
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says of a certificate; `id` is that of the form, `number` may be empty."""

    id: UUID
    kind_id: UUID
    issued_on: date
    expires_on: date | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate with the name of whoever holds it."""

    certificate: Certificate
    holder: str


async def claim_certificate(
    claim: Claim, *, of: UUID | None = None, by: Actor, at: datetime | None = None
) -> Certificate:
    """Say that one has a certificate; a coordinator may say it for a member, `of`.

    It counts for nothing until somebody else has verified it. The same form again changes nothing.
    Raises `NotAllowed`, `InvalidCertificate`, `UnknownKind`, `ClaimedAlready`.
    """
    moment, member_id = at or datetime.now(UTC), of or by.member_id
    if by.on_behalf_of is not None or (
        member_id != by.member_id and Role.COORDINATOR not in by.roles
    ):
        raise NotAllowed("claim a certificate")
    today = await today_in(by.community_id, moment)
    number = claim.number.strip()
    rules.check_certificate(number, claim.issued_on, claim.expires_on, today)
    try:
        async with ledger.transaction():
            if not await community.keep_active(member_id, community_id=by.community_id):
                raise NotAllowed("claim a certificate")
            before = await _find("certificate.id = {}", claim.id, community_id=by.community_id)
            if before and before[0].certificate.member_id == member_id:
                return before[0].certificate
            await CertificateRow.raw(
                _CLAIM,
                claim.id,
                member_id,
                number,
                claim.issued_on,
                claim.expires_on,
                moment,
                by.community_id,
                claim.kind_id,
            )
            made = await _find("certificate.id = {}", claim.id, community_id=by.community_id)
            if not made:
                raise UnknownKind(claim.kind_id)
            await _record("certificate.claim", made[0].certificate, by)
            return made[0].certificate
    except asyncpg.UniqueViolationError as broken:
        if broken.constraint_name != "one_claim_at_a_time":
            raise
        raise ClaimedAlready from broken


async def verify_certificate(
    certificate_id: UUID, *, of: UUID, evidence: str, by: Actor, at: datetime | None = None
) -> Certificate:
    """Say that one has seen the certificate: from now on it counts. Twice is done once.

    Raises `NotAllowed`, `OwnCertificate`, `UnknownCertificate`, `CertificateOver`,
    `InvalidCertificate` for a missing word on what was seen.
    """
    _refuse_others(by)
    told = rules.check_evidence("evidence", evidence)
    async with ledger.transaction():
        found = await _locked(certificate_id, of, by)
        if found.member_id == by.member_id:
            raise OwnCertificate
        if found.state is CertificateState.ENDED:
            raise CertificateOver
        if found.state is CertificateState.VERIFIED:
            return found
        await CertificateRow.raw(
            "UPDATE certificate SET verified_at = {}, verified_by = {}, evidence = {}"
            " WHERE id = {}",
            at or datetime.now(UTC),
            by.member_id,
            told,
            found.id,
        )
        await _record("certificate.verify", found, by, evidence=told)
        await community.tell(
            found.member_id,
            "certificate.verified",
            community_id=by.community_id,
            fill=_names(found.kind),
            link="/me/volunteering/certificates",
        )
        return await _locked(certificate_id, of, by)


async def end_certificate(
    certificate_id: UUID, *, of: UUID, why: str = "", by: Actor, at: datetime | None = None
) -> int:
    """Take a certificate back: its holder without a word, a coordinator with the reason.

    Return how many coming visits of the holder need it. Twice is done once. Raises `NotAllowed`,
    `UnknownCertificate`, `InvalidCertificate` for a missing reason.
    """
    moment, own = at or datetime.now(UTC), of == by.member_id
    if not own:
        _refuse_others(by)
    if by.on_behalf_of is not None:
        raise NotAllowed("take a certificate back")
    told = "" if own else rules.check_evidence("why", why)
    async with ledger.transaction():
        found = await _locked(certificate_id, of, by)
        if found.state is not CertificateState.ENDED:
            await CertificateRow.raw(
                "UPDATE certificate SET ended_at = {}, ended_by = {}, ended_why = {} WHERE id = {}",
                moment,
                by.member_id,
                told,
                found.id,
            )
            await _record("certificate.end", found, by, **({"why": told} if told else {}))
            if not own:
                await community.tell(
                    found.member_id,
                    "certificate.ended",
                    community_id=by.community_id,
                    fill={**_names(found.kind), "why": told},
                    link="/me/volunteering/certificates",
                )
        rows = await CertificateRow.raw(
            _NEEDING, by.community_id, found.member_id, found.kind.id, moment
        )
        return int(rows[0]["visits"])


async def certificates_of(member_id: UUID, *, community_id: UUID) -> list[Certificate]:
    """Return a member's certificates, those that may count first, then the newest."""
    found = await _find(
        "member_id = {} ORDER BY ended_at IS NOT NULL, claimed_at DESC, certificate.id",
        member_id,
        community_id=community_id,
    )
    return [one.certificate for one in found]


async def certificate_of(
    certificate_id: UUID, *, member_id: UUID, community_id: UUID
) -> Certificate:
    """Return one of a member's certificates. Raises `UnknownCertificate`."""
    found = await _find(
        "member_id = {} AND certificate.id = {}",
        member_id,
        certificate_id,
        community_id=community_id,
    )
    if not found:
        raise UnknownCertificate(certificate_id)
    return found[0].certificate


async def claims_waiting(community_id: UUID) -> list[Held]:
    """Return the certificates of active members that wait to be verified, oldest first."""
    return await _find(
        "certificate.verified_at IS NULL AND ended_at IS NULL AND holder.standing = 'active'"
        " ORDER BY claimed_at, certificate.id",
        community_id=community_id,
    )


async def remind_of_expiring(at: datetime | None = None) -> int:
    """Tell everybody whose certificate ends within 30 days, once each; return to how many.

    In every community, by its own calendar. Doing it again tells nobody twice.
    """
    moment = at or datetime.now(UTC)
    told = 0
    async with ledger.transaction():
        for row in await CertificateRow.raw(
            _ENDING,
            moment,
            moment.date() - timedelta(days=1),
            moment.date() + timedelta(days=REMIND_DAYS + 1),
            REMIND_DAYS,
        ):
            told += (
                await community.tell(
                    row["member_id"],
                    "certificate.ends",
                    community_id=row["community_id"],
                    fill={
                        "what_zh": row["name_zh"],
                        "what_en": row["name_en"],
                        "until": row["expires_on"],
                    },
                    link="/me/volunteering/certificates",
                    once=str(row["id"]),
                )
                is not None
            )
    return told


async def today_in(community_id: UUID, moment: datetime) -> date:
    """Return the day that a community's calendar shows at a moment."""
    home = await community.community(community_id)
    return moment.astimezone(ZoneInfo(home.time_zone)).date()


async def _find(condition: str, *values: Any, community_id: UUID) -> list[Held]:
    rows: Sequence[Mapping[str, Any]] = await CertificateRow.raw(
        _SELECT + condition, community_id, *values
    )
    return [Held(_certificate(row), row["holder"]) for row in rows]


async def _locked(certificate_id: UUID, member_id: UUID, by: Actor) -> Certificate:
    found = await _find(
        "member_id = {} AND certificate.id = {} FOR NO KEY UPDATE OF certificate",
        member_id,
        certificate_id,
        community_id=by.community_id,
    )
    if not found:
        raise UnknownCertificate(certificate_id)
    return found[0].certificate


def _refuse_others(by: Actor) -> None:
    if Role.COORDINATOR not in by.roles or by.on_behalf_of is not None:
        raise NotAllowed("check certificates")


def _certificate(row: Mapping[str, Any]) -> Certificate:
    kind = CertificateKind(
        row["kind_id"],
        row["community_id"],
        row["code"],
        row["name_zh"],
        row["name_en"],
        row["kind_retired"],
    )
    return Certificate(
        id=row["id"],
        community_id=row["community_id"],
        member_id=row["member_id"],
        kind=kind,
        number=row["number"],
        issued_on=row["issued_on"],
        expires_on=row["expires_on"],
        claimed_at=row["claimed_at"],
        verified_at=row["verified_at"],
        verified_by=row["verified_by"],
        evidence=row["evidence"],
        ended_at=row["ended_at"],
        ended_by=row["ended_by"],
        ended_why=row["ended_why"],
    )


def _names(kind: CertificateKind) -> dict[str, str]:
    return {"what_zh": kind.name_zh, "what_en": kind.name_en}


async def _record(act: str, one: Certificate, by: Actor, **details: Any) -> None:
    await community.record(
        act,
        by=by,
        subject_kind="member",
        subject_id=one.member_id,
        details={"certificate": one.kind.name_zh, **details},
    )
