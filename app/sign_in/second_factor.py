"""The second step of signing in: a code from an authenticator app (TOTP, RFC 6238).

A printed recovery code stands in for it. A code is taken half a minute early or late, for clocks
differ, and never twice. The secret is sealed at rest for its member alone; recovery codes are kept
as keyed hashes and used up.
"""

import hmac
import secrets
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import pyotp

import community
from app import sessions
from app.keys import Unreadable, mac, seal, unseal
from app.sessions import Begun, Session
from app.sign_in.errors import FactorOff, FactorOn, NotForYou, NotFresh, NotThese
from app.sign_in.freshness import is_fresh
from app.sign_in.lanes import factor_lane
from app.sign_in.staff import staff_roles
from app.tables import RecoveryCodeRow, SecondFactorRow
from app.throttle import count_try, was_right
from community import Actor, Member
from community.transactions import transaction

STEP_SECONDS: Final = 30
STEPS_EITHER_WAY: Final = 1
RECOVERY_CODES: Final = 10
RECOVERY_LENGTH: Final = 10
# Without the letters that are read as digits or as each other.
RECOVERY_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
ISSUER: Final = "Linli"
_PURPOSE: Final = "second factor"


async def is_on(member_id: UUID) -> bool:
    """Say whether a member signs in with a second factor."""
    rows = await SecondFactorRow.raw(
        "SELECT FROM second_factor WHERE member_id = {} AND confirmed_at IS NOT NULL", member_id
    )
    return bool(rows)


async def begin_set_up(*, session: Session, by: Actor, at: datetime | None = None) -> str:
    """Make a new secret and return it; it counts for nothing until `finish_set_up`.

    Raises `FactorOn`, and `NotFresh` where the member signed in too long ago: somebody else may
    sit at the open browser.
    """
    if not is_fresh(session, at=at):
        raise NotFresh
    secret = pyotp.random_base32()
    rows = await SecondFactorRow.raw(
        "INSERT INTO second_factor (member_id, secret_sealed) VALUES ({}, {})"
        " ON CONFLICT (member_id) DO UPDATE SET secret_sealed = excluded.secret_sealed"
        " WHERE second_factor.confirmed_at IS NULL RETURNING member_id",
        by.member_id,
        seal(_PURPOSE, secret, owner=str(by.member_id)),
    )
    if not rows:
        raise FactorOn
    return secret


async def pending_secret(member_id: UUID) -> str | None:
    """Return the secret of a set-up that has begun and is not finished."""
    row = await _row(member_id)
    return None if row is None or row["confirmed_at"] is not None else _open(row, member_id)


def address_for_app(secret: str, *, name: str) -> str:
    """Return what the QR code says to the authenticator app (an `otpauth://` address)."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


async def finish_set_up(
    code: str, *, session: Session, member: Member, by: Actor, at: datetime | None = None
) -> tuple[Begun, list[str]]:
    """Switch the second step on with a first code from the app.

    Returns the session under its new id, which has its second factor by this, and the recovery
    codes, which are shown this once. Other sessions end. Raises `NotThese`, `FactorOff`,
    `TrySlower`.
    """
    now = at or datetime.now(UTC)
    lane = factor_lane(by.member_id)
    await count_try([lane], at=at)
    row = await _row(by.member_id)
    secret = None if row is None or row["confirmed_at"] is not None else _open(row, by.member_id)
    if row is None or secret is None:
        raise FactorOff
    step = _step_of(secret, code, now)
    if step is None:
        raise NotThese
    async with transaction():
        rows = await SecondFactorRow.raw(
            "UPDATE second_factor SET confirmed_at = {}, last_step = {} WHERE member_id = {}"
            " AND confirmed_at IS NULL AND secret_sealed = {} RETURNING member_id",
            now,
            step,
            by.member_id,
            row["secret_sealed"],
        )
        if not rows:
            raise FactorOff
        codes = await _new_recovery_codes(by.member_id)
        begun = await sessions.confirm_second_factor(session, member, at=at)
        if begun is None:
            raise NotFresh
        await sessions.end_all(by.member_id, but=begun.session.id)
        await community.record(
            "second_factor.on", by=by, subject_kind="member", subject_id=by.member_id
        )
    await was_right([lane])
    return begun, codes


async def confirm(
    code: str, *, session: Session, member: Member, by: Actor, at: datetime | None = None
) -> Begun:
    """Take the second step: with a code of the app, or with one of the recovery codes.

    Returns the session under its new id. Raises `NotThese`, `FactorOff`, `NotFresh` where the
    session has ended, `TrySlower`.
    """
    now = at or datetime.now(UTC)
    lane = factor_lane(member.id)
    await count_try([lane], at=at)
    async with transaction():
        how = await _use(member.id, code, now)
        begun = await sessions.confirm_second_factor(session, member, at=at)
        if begun is None:
            raise NotFresh
        await community.record(
            "sign_in.second_step",
            by=by,
            subject_kind="member",
            subject_id=member.id,
            details={"how": how},
        )
    await was_right([lane])
    return begun


async def recovery_codes_left(member_id: UUID) -> int:
    """Return how many recovery codes are unused."""
    (row,) = await RecoveryCodeRow.raw(
        "SELECT count(*) AS unused FROM recovery_code WHERE member_id = {}", member_id
    )
    return int(row["unused"])


async def renew_recovery_codes(code: str, *, by: Actor, at: datetime | None = None) -> list[str]:
    """Replace the recovery codes by new ones, on a code of the app; return them, this once.

    Raises `NotThese`, `FactorOff`, `TrySlower`.
    """
    now, lane = at or datetime.now(UTC), factor_lane(by.member_id)
    await count_try([lane], at=at)
    async with transaction():
        await _use(by.member_id, code, now)
        codes = await _new_recovery_codes(by.member_id)
        await community.record(
            "second_factor.new_codes", by=by, subject_kind="member", subject_id=by.member_id
        )
    await was_right([lane])
    return codes


async def turn_off(code: str, *, by: Actor, at: datetime | None = None) -> None:
    """Switch the second step off, on a code of the app; the member is told by message.

    Raises `NotForYou` for staff, who need it, `NotThese`, `FactorOff`, `TrySlower`.
    """
    if await staff_roles(by.member_id):
        raise NotForYou
    now, lane = at or datetime.now(UTC), factor_lane(by.member_id)
    await count_try([lane], at=at)
    async with transaction():
        await _use(by.member_id, code, now)
        await remove(by.member_id)
        await community.record(
            "second_factor.off", by=by, subject_kind="member", subject_id=by.member_id
        )
        home = (await community.member(by.member_id)).community_id
        await community.tell(
            by.member_id, "second_factor.off", community_id=home, fill={"at": now}, urgent=True
        )
    await was_right([lane])


async def remove(member_id: UUID) -> bool:
    """Forget a member's second factor and recovery codes; return whether there was one.

    It joins the caller's transaction, which also writes down who did it.
    """
    rows = await SecondFactorRow.raw(
        "DELETE FROM second_factor WHERE member_id = {} RETURNING confirmed_at", member_id
    )
    return bool(rows) and rows[0]["confirmed_at"] is not None


async def _use(member_id: UUID, code: str, now: datetime) -> str:
    """Use a code up and return which kind it was; of two at once, one has it."""
    row = await _row(member_id)
    if row is None or row["confirmed_at"] is None:
        raise FactorOff
    secret, typed = _open(row, member_id), _typed(code)
    step = _step_of(secret, typed, now) if secret else None
    if step is not None:
        rows = await SecondFactorRow.raw(
            "UPDATE second_factor SET last_step = {} WHERE member_id = {} AND last_step < {}"
            " AND secret_sealed = {} RETURNING member_id",
            step,
            member_id,
            step,
            row["secret_sealed"],
        )
        if rows:
            return "app"
        raise NotThese
    rows = await RecoveryCodeRow.raw(
        "DELETE FROM recovery_code WHERE member_id = {} AND code_hash = {} RETURNING member_id",
        member_id,
        _recovery_hash(member_id, typed),
    )
    if not rows:
        raise NotThese
    return "recovery_code"


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the half-minute whose code this is, near enough to now."""
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(current - STEPS_EITHER_WAY, current + STEPS_EITHER_WAY + 1):
        right = totp.generate_otp(step)
        if hmac.compare_digest(right.encode(), _typed(code).encode()):
            found = step
    return found


async def _new_recovery_codes(member_id: UUID) -> list[str]:
    codes = [
        "".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_LENGTH))
        for _ in range(RECOVERY_CODES)
    ]
    await RecoveryCodeRow.raw("DELETE FROM recovery_code WHERE member_id = {}", member_id)
    await RecoveryCodeRow.raw(
        "INSERT INTO recovery_code (member_id, code_hash) SELECT {}, unnest({}::bytea[])",
        member_id,
        [_recovery_hash(member_id, code) for code in codes],
    )
    half = RECOVERY_LENGTH // 2
    return [f"{code[:half]}-{code[half:]}" for code in codes]


async def _row(member_id: UUID) -> dict[str, Any] | None:
    rows = await SecondFactorRow.raw(
        "SELECT secret_sealed, confirmed_at, last_step FROM second_factor WHERE member_id = {}",
        member_id,
    )
    return rows[0] if rows else None


def _open(row: dict[str, Any], member_id: UUID) -> str | None:
    """Return the secret; None where the installation's secret was changed since it was sealed."""
    try:
        return unseal(_PURPOSE, row["secret_sealed"], owner=str(member_id))
    except Unreadable:
        return None


def _typed(code: str) -> str:
    """Return a code as it was meant: without spaces and hyphens, in small letters."""
    return "".join(one for one in code.casefold() if one.isalnum())


def _recovery_hash(member_id: UUID, code: str) -> bytes:
    return mac("recovery codes", f"{member_id} {code}")
