"""One-time codes: sent by message to whoever asks, or read out over the phone by the desk.

A sent code works only in the browser that asked for it, so nobody can use up, or end, somebody
else's. A code that the desk reads out is longer, for it works with the number alone. For a number
that nobody has, all goes the same way, but for the message.

Six digits are few: who asks for one code after another and guesses would be right in a year or so.
So wrong tries at a number are slowed down wherever they come from, and so is asking; but neither in
a browser in which its owner has signed in before (`app/known.py`).
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import community
from app.addresses import site_of
from app.keys import mac
from app.sign_in.errors import CodeOver, TooManyCodes, WrongCode
from app.sign_in.lanes import code_lanes, number_lane
from app.sign_in.policy import patience
from app.tables import OneTimeCodeRow
from app.throttle import Lane, count_try, forget_about, wait_in_pace, was_right
from community import Member, Standing
from community.transactions import transaction
from community.values import new_id

DIGITS_SENT: Final = 6
DIGITS_READ_OUT: Final = 8
PER_BROWSER: Final = (5, 3600)  # so many codes at once, and then in so many seconds
PER_NUMBER: Final = (8, 3600)
PER_PLACE: Final = (60, 3600)
KNOWN: Final = "k."
"""How the token begins of a browser that was known for the number when it asked."""

_PUT = """
INSERT INTO one_time_code (phone_lookup, kind, id, member_id, asked_hash, code_hash, tries_left,
    ends_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {})
ON CONFLICT (phone_lookup) WHERE kind = 'read_out' DO UPDATE
SET id = excluded.id, member_id = excluded.member_id, asked_hash = excluded.asked_hash,
    code_hash = excluded.code_hash, tries_left = excluded.tries_left, ends_at = excluded.ends_at
"""

# One statement, so that of several tries at once each takes one away.
_TRY = """
UPDATE one_time_code SET tries_left = tries_left - 1
WHERE {where} AND tries_left > 0 AND ends_at > {{}}
RETURNING id, code_hash, member_id, phone_lookup, tries_left
"""


class Kind(StrEnum):
    """How a code reaches the member."""

    SENT = "sent"
    READ_OUT = "read_out"


async def send_code(
    phone: str,
    *,
    address: str | None,
    mark: str | None = None,
    before: str = "",
    at: datetime | None = None,
) -> str:
    """Send a code to whoever has this number, if it is an active member's.

    `mark` is the browser's, where it is known for this number. `before` is the token of what this
    browser has asked for earlier: that code ends. Returns the token that the asking browser keeps
    for `enter_sent_code`. Raises `TooManyCodes` where this number, or this place, asks too often.
    """
    now = at or datetime.now(UTC)
    for key, pace in _paces(phone, site_of(address), mark):
        seconds = await wait_in_pace(key, *pace, at=at)
        if seconds:
            raise TooManyCodes(seconds)
    rule = await patience()
    asked = (KNOWN if mark else "") + secrets.token_urlsafe(24)
    member = await community.active_member_by_phone(phone)
    async with transaction():
        await OneTimeCodeRow.raw("DELETE FROM one_time_code WHERE asked_hash = {}", _hashed(before))
        code = await _put(
            phone,
            Kind.SENT,
            member_id=member.id if member else None,
            asked=asked,
            tries=rule.code_tries,
            ends_at=now + rule.code_life,
        )
        if member is not None:
            await community.tell(
                member.id,
                "sign_in.code",
                community_id=member.community_id,
                fill={"code": code, "minutes": rule.code_minutes},
                urgent=True,
                private=True,
            )
    return asked


async def put_read_out_code(
    phone: str, member_id: UUID, *, life: timedelta, at: datetime | None = None
) -> str:
    """Make a code for the desk to read out and return it; an earlier one ends.

    It joins the caller's transaction, which also writes down who made it.
    """
    rule = await patience()
    return await _put(
        phone,
        Kind.READ_OUT,
        member_id=member_id,
        asked=None,
        tries=rule.code_tries,
        ends_at=(at or datetime.now(UTC)) + life,
    )


async def enter_sent_code(
    asked: str, code: str, *, address: str | None, at: datetime | None = None
) -> Member:
    """Return the member to whom the code was sent that this browser asked for; it is used up.

    Raises `WrongCode`, `CodeOver`, `TrySlower`.
    """
    lanes = code_lanes(address)
    rows = await OneTimeCodeRow.raw(
        "SELECT phone_lookup FROM one_time_code WHERE asked_hash = {}", _hashed(asked)
    )
    if rows and not asked.startswith(KNOWN):
        lanes = [*lanes, number_lane(rows[0]["phone_lookup"])]
    return await _enter("asked_hash = {}", [_hashed(asked)], code, lanes, at=at)


async def enter_read_out_code(
    phone: str, code: str, *, address: str | None, at: datetime | None = None
) -> Member:
    """Return the member with this number, whose code the desk has read out; it is used up.

    A wrong code is answered as one that there is not: how many tries are left would tell that the
    desk has just helped whoever has this number. Raises `CodeOver`, `TrySlower`.
    """
    held = [_lookup(phone), Kind.READ_OUT.value]
    where = "phone_lookup = {} AND kind = {}"
    try:
        return await _enter(where, held, code, code_lanes(address), at=at)
    except WrongCode as wrong:
        raise CodeOver from wrong


async def forget_tries(phone: str) -> int:
    """Let the next code typed for this number count at once; return how many waits ended."""
    return await forget_about(number_lane(_lookup(phone)).about)


async def clear_codes(*, at: datetime | None = None) -> None:
    """Delete codes whose time is over. A job: it may run again at any time."""
    await OneTimeCodeRow.raw(
        "DELETE FROM one_time_code WHERE ends_at <= {}", at or datetime.now(UTC)
    )


async def _put(
    phone: str,
    kind: Kind,
    *,
    member_id: UUID | None,
    asked: str | None,
    tries: int,
    ends_at: datetime,
) -> str:
    digits = DIGITS_SENT if kind is Kind.SENT else DIGITS_READ_OUT
    code = "".join(secrets.choice("0123456789") for _ in range(digits))
    made = new_id()
    await OneTimeCodeRow.raw(
        _PUT,
        _lookup(phone),
        kind.value,
        made,
        member_id,
        _hashed(asked) if asked is not None else None,
        _code_hash(made, code),
        tries,
        ends_at,
    )
    return code


def _paces(phone: str, site: str, mark: str | None) -> list[tuple[str, tuple[int, int]]]:
    """Return how often may be asked from this place, for this number, and in this browser."""
    place = (f"codes from {site}", PER_PLACE)
    if mark is not None:
        return [place, (f"codes for {phone} in {mark}", PER_BROWSER)]
    return [
        place,
        (f"codes for {phone} from {site}", PER_BROWSER),
        (f"codes for {phone}", PER_NUMBER),
    ]


async def _enter(
    where: str, held: Sequence[object], code: str, lanes: Sequence[Lane], *, at: datetime | None
) -> Member:
    """Count a try, compare, and use the code up: of several right tries at once, one has it."""
    await count_try(lanes, at=at)
    rows = await OneTimeCodeRow.raw(_TRY.format(where=where), *held, at or datetime.now(UTC))
    if not rows:
        raise CodeOver
    row = rows[0]
    digits = "".join(one for one in code if one.isdigit())
    if not hmac.compare_digest(row["code_hash"], _code_hash(row["id"], digits)):
        if not row["tries_left"]:
            raise CodeOver
        raise WrongCode(row["tries_left"])
    used = await OneTimeCodeRow.raw(
        "DELETE FROM one_time_code WHERE id = {} RETURNING member_id", row["id"]
    )
    if not used or used[0]["member_id"] is None:
        raise CodeOver
    await was_right(lanes)
    member = await community.member(used[0]["member_id"])
    phone = await community.phone_of(member.id, community_id=member.community_id)
    if member.standing is not Standing.ACTIVE or not phone or _lookup(phone) != row["phone_lookup"]:
        raise CodeOver  # gone, or the number is another's by now
    await OneTimeCodeRow.raw(
        "DELETE FROM one_time_code WHERE phone_lookup = {}", row["phone_lookup"]
    )
    return member


def _lookup(phone: str) -> bytes:
    return mac("codes", f"phone {phone}")


def _code_hash(code_id: UUID, code: str) -> bytes:
    return mac("codes", f"{code_id} {code}")


def _hashed(asked: str) -> bytes:
    return hashlib.sha256(asked.encode(errors="surrogateescape")).digest()
