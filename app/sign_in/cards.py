"""Cards: a number, a QR code and a PIN, for members who sign in at a staffed desk.

The number has ten digits, the last of which is a check digit (Verhoeff: it notices every single
slip and every swap of neighbours). The QR code holds a random token, which is shown once, on the
card; here is only its SHA-256. The PIN is mixed with the installation's secret before it is hashed:
of so few digits a hash alone would hide nothing.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from stdnum import verhoeff

import community
from app import sessions
from app.keys import mac
from app.sign_in import hashing
from app.sign_in.errors import NoCard, NotThese, WeakSecret
from app.sign_in.lanes import STREAKS, card_lanes
from app.sign_in.policy import patience
from app.sign_in.staff import member_here, want_help_allowed
from app.sign_in.weak_secrets import Person, pin_weakness
from app.tables import SignInCardRow, WebSessionRow
from app.throttle import count_try, forget_about, was_right
from community import SYSTEM, Actor, Member, Standing
from community.transactions import transaction
from community.values import new_id

NUMBER_DIGITS: Final = 10
QR_PREFIX: Final = "LINLI"
# Capitals and digits alone: a QR code packs them tighter, and every hand scanner types them right.
QR_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
QR_LENGTH: Final = 26  # 130 bits


@dataclass(frozen=True, slots=True)
class Card:
    """A card that works: its number, since when, and who issued it."""

    id: UUID
    member_id: UUID
    number: str
    issued_at: datetime
    issued_by: UUID


@dataclass(frozen=True, slots=True)
class Issued:
    """A card just issued, with what its QR code says: shown this once, to be printed."""

    card: Card
    qr: str


async def issue_card(
    member_id: UUID, pin: str, *, person: Person, by: Actor, at: datetime | None = None
) -> Issued:
    """Issue a card to a member of the actor's community; the one they had no longer works.

    The member is told by message. Raises `WeakSecret` for a PIN that anybody would guess,
    `NotForYou`, `UnknownMember`, `TooBusy`.
    """
    await want_help_allowed(member_id, by=by)
    member = await member_here(member_id, by=by)
    weakness = pin_weakness(pin, person)
    if weakness is not None:
        raise WeakSecret(weakness)
    now, pin_hash = at or datetime.now(UTC), await hashing.hashed(_peppered(pin))
    qr = QR_PREFIX + "".join(secrets.choice(QR_LETTERS) for _ in range(QR_LENGTH))
    card = Card(new_id(), member.id, _fresh_number(), now, by.member_id)
    async with transaction():
        await _lock(member.id)
        await _revoke(member.id, by, now)
        await forget_about(str(member.id))
        await SignInCardRow.raw(
            "INSERT INTO sign_in_card (id, community_id, member_id, number, qr_hash, pin_hash,"
            " issued_at, issued_by) VALUES ({}, {}, {}, {}, {}, {}, {}, {})",
            card.id,
            member.community_id,
            member.id,
            card.number,
            _hashed(qr),
            pin_hash,
            now,
            by.member_id,
        )
        await community.record(
            "card.issue",
            by=by,
            subject_kind="member",
            subject_id=member.id,
            details={"card": card.id},
        )
        await community.tell(
            member.id, "card.issued", community_id=member.community_id, urgent=True
        )
    return Issued(card, qr)


async def revoke_card(member_id: UUID, *, by: Actor, at: datetime | None = None) -> None:
    """Let a member's card work no longer, and end what it has opened: it is lost, or given back.

    One may revoke one's own. Raises `NoCard`, `NotForYou`, `UnknownMember`.
    """
    if by.member_id != member_id:
        await want_help_allowed(member_id, by=by)
        await member_here(member_id, by=by)
    async with transaction():
        if not await _revoke(member_id, by, at or datetime.now(UTC)):
            raise NoCard
        await community.record("card.revoke", by=by, subject_kind="member", subject_id=member_id)


async def card_of(member_id: UUID) -> Card | None:
    """Return the member's card that works."""
    rows = await SignInCardRow.raw(
        "SELECT id, member_id, number, issued_at, issued_by FROM sign_in_card"
        " WHERE member_id = {} AND revoked_at IS NULL",
        member_id,
    )
    return Card(**rows[0]) if rows else None


async def try_card(
    shown: str, pin: str, *, desk_id: UUID, community_id: UUID, at: datetime | None = None
) -> Member:
    """Return the active member of this community whose card and PIN these are.

    `shown` is what stands on the card: its number, or what its QR code says. Raises `NotThese`,
    `TrySlower`, `TooBusy`.
    """
    written = "".join(one for one in shown.upper() if one.isalnum())
    number = written if written.isdigit() else None
    rows = await SignInCardRow.raw(
        "SELECT member_id, pin_hash FROM sign_in_card WHERE community_id = {}"
        " AND revoked_at IS NULL AND (number = {} OR qr_hash = {})",
        community_id,
        number,
        _hashed(written),
    )
    whose = str(rows[0]["member_id"]) if rows else ""
    lanes = card_lanes(written, desk_id, whose, free=(await patience()).free_tries)
    failures = await count_try(lanes, at=at)
    kept = rows[0]["pin_hash"] if rows else None
    right = await hashing.fits(kept, _peppered(pin))
    member = await community.member(rows[0]["member_id"]) if rows else None
    if not right or member is None or member.standing is not Standing.ACTIVE:
        if member is not None and failures in STREAKS:
            await community.record(
                "sign_in.failures",
                by=Actor(SYSTEM, community_id),
                subject_kind="member",
                subject_id=member.id,
                details={"in_a_row": failures, "how": "card"},
            )
        raise NotThese
    await was_right(lanes)
    return member


def looks_like_a_number(shown: str) -> bool:
    """Say whether this is a card's number, without a slip of the finger."""
    digits = "".join(one for one in shown if one.isdigit())
    return len(digits) == NUMBER_DIGITS and bool(verhoeff.is_valid(digits))


def spaced(number: str) -> str:
    """Return a card's number as it is printed and read out: 1234 567 890."""
    return f"{number[:4]} {number[4:7]} {number[7:]}"


async def _revoke(member_id: UUID, by: Actor, now: datetime) -> bool:
    rows = await SignInCardRow.raw(
        "UPDATE sign_in_card SET revoked_at = {}, revoked_by = {}"
        " WHERE member_id = {} AND revoked_at IS NULL RETURNING id",
        now,
        by.member_id,
        member_id,
    )
    await WebSessionRow.raw(
        "DELETE FROM web_session WHERE member_id = {} AND how = {}",
        member_id,
        sessions.How.CARD.value,
    )
    return bool(rows)


async def _lock(member_id: UUID) -> None:
    """Let two who issue a card to one member take turns, so that the later card is the one."""
    await SignInCardRow.raw(
        "SELECT pg_advisory_xact_lock(hashtextextended({}::text, 7046))", f"card {member_id}"
    )


def _fresh_number() -> str:
    """Return a random number; should two ever meet, the constraint refuses the second."""
    digits = str(secrets.randbelow(9 * 10 ** (NUMBER_DIGITS - 2)) + 10 ** (NUMBER_DIGITS - 2))
    return digits + verhoeff.calc_check_digit(digits)


def _peppered(pin: str) -> str:
    return mac("pins", pin).hex()


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
