"""Who is signed in, in which browser: rows that can be listed, limited and ended at once.

A browser holds a random token; the database only its SHA-256. A session ends by its idle or its
absolute limit, by its owner's or the desk's hand, and with its member's standing. Whoever holds a
staff role has the shorter limits of staff, from the next request after it was granted.
"""

import hashlib
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import asyncpg
from litestar.datastructures import Cookie

from app.devices import device_of
from app.forgery import session_cookie
from app.settings import settings
from app.tables import WebSessionRow
from community import STAFF, Member, Role
from community.policy import policy_in_force
from community.policy.declared import (
    IDLE_DAYS,
    SIGNED_IN_DAYS_MAX,
    STAFF_IDLE_MINUTES,
    STAFF_SIGNED_IN_HOURS_MAX,
)
from community.values import new_id

TOKEN_BYTES: Final = 32
TOUCH_SECONDS: Final = 300  # "last seen" is this coarse, so that reading a page seldom writes

# Until the second factor is given, and for a card at a desk that others wait for.
WAITING = (timedelta(minutes=10), timedelta(minutes=10))
BY_CARD = (timedelta(minutes=10), timedelta(hours=1))
DESK = (timedelta(hours=12), timedelta(hours=12))


class How(StrEnum):
    """By what somebody signed in; `DESK` marks a device where cards are taken."""

    PASSWORD = "password"  # noqa: S105 (the name of a way, no password)
    CODE = "code"
    CARD = "card"
    DEMO = "demo"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in.

    `second_factor_wanted` means that the member has a second factor and has yet to give it: until
    then the browser is a visitor's. `working_at` is the community that somebody with a role above
    communities has chosen to work in. `address` may be None; `device` is `browser/system`.
    """

    id: UUID
    member_id: UUID
    how: How
    begun_at: datetime
    seen_at: datetime
    ends_at: datetime
    idle_seconds: int
    second_factor_wanted: bool
    second_factor_at: datetime | None
    working_at: UUID | None
    desk_id: UUID | None
    address: str | None
    device: str

    @property
    def waits_for_second_factor(self) -> bool:
        """Whether the first step is done and the second is not."""
        return self.second_factor_wanted and self.second_factor_at is None

    @property
    def opens_staff_roles(self) -> bool:
        """Whether staff roles count in it: a second factor was given, or all is a demo."""
        if self.how is How.CARD or self.how is How.DESK:
            return False
        return self.second_factor_at is not None or self.how is How.DEMO

    def over_for(self, limits: tuple[timedelta, timedelta], at: datetime) -> bool:
        """Say whether it is over by these limits: idle, and since it began."""
        idle, whole = limits
        return at - self.seen_at >= idle or at - self.begun_at >= whole


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has just begun, or got its new id, with the token for its cookie."""

    session: Session
    token: str


def on_own_device(session: Session, roles: frozenset[Role]) -> bool:
    """Say whether a volunteer may keep their visits of today on the device of this session.

    Not where a card is taken, nor with a role of staff: a desk's device is used by several people.
    """
    own = session.how is not How.CARD and session.how is not How.DESK
    return own and Role.VOLUNTEER in roles and not roles & STAFF


_COLUMNS = """id, member_id, how, begun_at, seen_at, ends_at, idle_seconds, second_factor_wanted,
    second_factor_at, working_at, desk_id, host(address) AS address, device"""

_BEGIN = f"""
INSERT INTO web_session (id, token_hash, member_id, how, begun_at, seen_at, ends_at, idle_seconds,
    second_factor_wanted, desk_id, address, device)
VALUES ({{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}::text::inet, {{}})
RETURNING {_COLUMNS}
"""  # noqa: S608 (columns of our own)

_LIVE = "ends_at > {} AND seen_at + idle_seconds * interval '1 second' > {}"

# A new token and a new id: whatever knew the old ones knows nothing now.
_RENEW = f"""
UPDATE web_session SET id = {{}}, token_hash = {{}}, second_factor_at = {{}}, seen_at = {{}},
    ends_at = {{}}, idle_seconds = {{}}
WHERE id = {{}} AND {_LIVE} RETURNING {_COLUMNS}
"""  # noqa: S608 (columns of our own)


async def begin(  # noqa: PLR0913 (a session has these parts)
    member: Member,
    how: How,
    *,
    address: str | None,
    agent: str = "",
    second_factor_wanted: bool = False,
    desk_id: UUID | None = None,
    at: datetime | None = None,
) -> Begun:
    """Begin a session for a member who has shown who they are; it joins the caller's transaction.

    `agent` is the browser's User-Agent line. With `second_factor_wanted` the session is worth
    nothing until `confirm_second_factor`.
    """
    now = at or datetime.now(UTC)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    idle, whole = WAITING if second_factor_wanted else await _limits(member, how, now)
    (row,) = await WebSessionRow.raw(
        _BEGIN,
        new_id(),
        _hashed(token),
        member.id,
        how.value,
        now,
        now,
        now + whole,
        int(idle.total_seconds()),
        second_factor_wanted,
        desk_id,
        address,
        device_of(agent),
    )
    return Begun(_session(row), token)


async def confirm_second_factor(
    session: Session, member: Member, *, at: datetime | None = None
) -> Begun | None:
    """Give a session its second factor, a new id and a new token; None where it has ended."""
    now = at or datetime.now(UTC)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    idle, whole = await _limits(member, session.how, now)
    rows = await WebSessionRow.raw(
        _RENEW,
        new_id(),
        _hashed(token),
        now,
        now,
        session.begun_at + whole,
        int(idle.total_seconds()),
        session.id,
        now,
        now,
    )
    return Begun(_session(rows[0]), token) if rows else None


async def find(token: str, *, at: datetime | None = None) -> Session | None:
    """Return the session of this token, unless it has ended; one with its desk still open."""
    now = at or datetime.now(UTC)
    rows = await WebSessionRow.raw(
        f"SELECT {_COLUMNS} FROM web_session AS held WHERE token_hash = {{}} AND {_LIVE}"  # noqa: S608 (pieces of our own)
        " AND (desk_id IS NULL OR EXISTS (SELECT FROM web_session AS desk"
        " WHERE desk.id = held.desk_id AND desk.ends_at > {}))",
        _hashed(token),
        now,
        now,
        now,
    )
    return _session(rows[0]) if rows else None


async def over_for_staff(
    session: Session, member: Member, roles: frozenset[Role], *, at: datetime | None = None
) -> bool:
    """Say whether the shorter limits of staff have ended this session already.

    `roles` are the member's here and where they work.
    """
    if not roles & STAFF or session.waits_for_second_factor:
        return False
    now = at or datetime.now(UTC)
    return session.over_for(await _limits(member, session.how, now, staff=True), now)


async def touch(session: Session, *, at: datetime | None = None) -> None:
    """Note that the session is in use, at most every few minutes.

    It is no part of what was asked for, so a database that only reads (a standby) stops nobody.
    """
    now = at or datetime.now(UTC)
    coarse = timedelta(seconds=min(TOUCH_SECONDS, session.idle_seconds // 10))
    if now - session.seen_at < coarse:
        return
    with suppress(asyncpg.ReadOnlySQLTransactionError):
        await WebSessionRow.raw(
            "UPDATE web_session SET seen_at = {} WHERE id = {} AND seen_at < {}",
            now,
            session.id,
            now,
        )


async def sessions_of(member_id: UUID, *, at: datetime | None = None) -> list[Session]:
    """Return a member's sessions, desks included, the one last seen first."""
    now = at or datetime.now(UTC)
    rows = await WebSessionRow.raw(
        f"SELECT {_COLUMNS} FROM web_session WHERE member_id = {{}} AND {_LIVE}"  # noqa: S608 (pieces of our own)
        " ORDER BY seen_at DESC, id",
        member_id,
        now,
        now,
    )
    return [_session(row) for row in rows]


async def end(session_id: UUID, *, member_id: UUID) -> bool:
    """End one of a member's sessions; return whether there was one."""
    rows = await WebSessionRow.raw(
        "DELETE FROM web_session WHERE id = {} AND member_id = {} RETURNING id",
        session_id,
        member_id,
    )
    return bool(rows)


async def end_all(member_id: UUID, *, but: UUID | None = None) -> int:
    """End a member's sessions, but for one where that is given; return how many ended."""
    rows = await WebSessionRow.raw(
        "DELETE FROM web_session WHERE member_id = {} AND id IS DISTINCT FROM {} RETURNING id",
        member_id,
        but,
    )
    return len(rows)


async def set_working_community(session_id: UUID, community_id: UUID | None) -> None:
    """Keep which community the session works in; None is the member's own."""
    await WebSessionRow.raw(
        "UPDATE web_session SET working_at = {} WHERE id = {}", community_id, session_id
    )


async def clear_ended(*, at: datetime | None = None) -> int:
    """Delete sessions that have ended; return how many. A job: it may run again at any time."""
    now = at or datetime.now(UTC)
    rows = await WebSessionRow.raw(
        "DELETE FROM web_session WHERE ends_at <= {} OR seen_at + idle_seconds *"
        " interval '1 second' <= {} RETURNING id",
        now,
        now,
    )
    return len(rows)


def cookie(begun: Begun) -> Cookie:
    """Return the cookie that holds a session's token.

    On a desk's device it goes with the browser's window; elsewhere it stays until the session ends.
    """
    shared = begun.session.how is How.CARD
    lasting = begun.session.ends_at - datetime.now(UTC)
    return Cookie(
        key=session_cookie(),
        value=begun.token,
        max_age=None if shared else max(0, int(lasting.total_seconds())),
        path="/",
        secure=settings().secure,
        httponly=True,
        samesite="lax",
    )


def gone_cookie() -> Cookie:
    """Return the cookie that makes the browser forget its session."""
    return Cookie(
        key=session_cookie(),
        value="",
        max_age=0,
        path="/",
        secure=settings().secure,
        httponly=True,
        samesite="lax",
    )


async def _limits(
    member: Member, how: How, at: datetime, *, staff: bool = False
) -> tuple[timedelta, timedelta]:
    """Return how long a session may rest, and how long it may last, by the community's policy."""
    if how is How.CARD:
        return BY_CARD
    if how is How.DESK:
        return DESK
    policy = await policy_in_force(member.community_id, at)
    if staff or member.roles & STAFF:
        return (
            timedelta(minutes=policy[STAFF_IDLE_MINUTES]),
            timedelta(hours=policy[STAFF_SIGNED_IN_HOURS_MAX]),
        )
    return timedelta(days=policy[IDLE_DAYS]), timedelta(days=policy[SIGNED_IN_DAYS_MAX])


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()


def _session(row: Mapping[str, Any]) -> Session:
    return Session(**{**row, "how": How(row["how"])})
