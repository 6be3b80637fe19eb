"""Erases a person from the register: a pseudonym stands for the name, and the book stays whole.

A member asks, and another person carries it out. The app joins the wings' halves to it, in the
same transaction (`app/erasing.py`).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from community.audit import forget_words, record
from community.errors import CommunityError, NotActive, NotForYou, StaffRoleHeld
from community.membership import locked
from community.personal import memberships
from community.tables import ErasureRow, MemberRow
from community.ties import end_ties, staff_roles
from community.transactions import refusing, transaction
from community.values import SYSTEM, Actor, Role, Standing, new_id

ERASERS: Final = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
"""Who writes a wish down at the desk, and who carries one out."""

GONE: Final = "–"
"""What stands where words were."""

# Without what is easily misread: 0 and O, 1 and I and L.
_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LETTERS_IN_A_PSEUDONYM: Final = 4
_TRIES_MAX: Final = 20

_ERASED: Final = (Standing.ERASED, Standing.MERGED)

_COLUMNS = "id, member_id, asked_by, asked_at, withdrawn_at, carried_out_by, carried_out_at"

_WAITING = "withdrawn_at IS NULL AND carried_out_at IS NULL"

_ASK = f"""
INSERT INTO erasure (id, community_id, member_id, asked_by) VALUES ({{}}, {{}}, {{}}, {{}})
RETURNING {_COLUMNS}
"""  # noqa: S608 (columns of our own)

_WITHDRAW = f"""
UPDATE erasure SET withdrawn_at = clock_timestamp(), withdrawn_by = {{}}
WHERE member_id = {{}} AND community_id = {{}} AND {_WAITING} RETURNING id
"""  # noqa: S608 (a piece of our own)

_CARRY_OUT = f"""
UPDATE erasure SET carried_out_at = clock_timestamp(), carried_out_by = {{}}
WHERE member_id = {{}} AND community_id = {{}} AND {_WAITING} RETURNING id
"""  # noqa: S608 (a piece of our own)

_FORGET = """
UPDATE member SET name = {}, phone = NULL, email = NULL, birth_date = NULL, grid_id = NULL,
    household_id = NULL, registration = NULL, roster_number = NULL, identity_sealed = NULL,
    identity_lookup = NULL, verified_at = NULL, verified_by = NULL, verified_how = NULL,
    language = 'zh', text_size = 'normal',
    standing = CASE WHEN standing = 'merged' THEN 'merged' ELSE 'erased' END,
    left_at = coalesce(left_at, clock_timestamp())
WHERE id = {}
"""

# Where nobody is left, the address is nobody's any more, and it was theirs.
_EMPTY_HOMES = """
UPDATE household SET address = '' WHERE id = ANY({}) AND address <> ''
    AND NOT EXISTS (SELECT FROM member WHERE member.household_id = household.id)
"""

# Messages to others that name them; a namesake's are the same to us, and go with them.
_NAMED = """
DELETE FROM message WHERE community_id = {} AND EXISTS (
    SELECT FROM jsonb_each_text(fill) WHERE value = ANY({}))
"""

# Lines of uploaded rosters that are theirs, though nothing but the data on them says so.
_ON_ROSTERS = """
DELETE FROM roster_row USING roster_import, unnest({}::text[], {}::text[], {}::text[], {}::date[])
    AS was (name, phone, email, birth_date)
WHERE roster_import.id = import_id AND roster_import.community_id = {}
    AND (roster_row.phone = was.phone OR roster_row.email = was.email
        OR (roster_row.name, roster_row.birth_date) = (was.name, was.birth_date))
"""

_WORDS = (
    """UPDATE kinship SET ended_at = coalesce(ended_at, clock_timestamp()),
       ended_by = coalesce(ended_by, {by}), ended_why = '–', evidence = '–'
       WHERE member_id = ANY({ids}) OR relative_id = ANY({ids})""",
    """UPDATE delegation SET revoked_why = '–' WHERE revoked_why IS NOT NULL
       AND (member_id = ANY({ids}) OR delegate_id = ANY({ids}))""",
    """UPDATE consent SET words = '–' WHERE words <> '–' AND (member_id = ANY({ids})
       OR id IN (SELECT consent_id FROM delegation WHERE delegate_id = ANY({ids}))
       OR id IN (SELECT consent_id FROM call_word WHERE call_word.member_id = ANY({ids})))""",
    """UPDATE application SET address = '',
       reason = CASE WHEN reason IS NULL THEN NULL ELSE '–' END WHERE member_id = ANY({ids})""",
    "UPDATE member_role SET ended_why = '–' WHERE ended_why IS NOT NULL AND member_id = ANY({ids})",
    "DELETE FROM not_duplicate WHERE member_id = ANY({ids}) OR other_id = ANY({ids})",
    """DELETE FROM roster_row WHERE new_id = ANY({ids}) OR member_id = ANY({ids})
       OR linli_number = ANY({ids})""",
    "DELETE FROM message WHERE member_id = ANY({ids})",
)
"""What else of the register holds words about somebody, and how each lets go of them."""


class NotAskedFor(CommunityError):
    """Nobody asked for this erasure, or the wish was taken back."""


class AskedYourself(CommunityError):
    """Whoever wrote the wish down does not carry it out: two people look at it."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """A wish to be erased, and what became of it."""

    id: UUID
    member_id: UUID
    asked_by: UUID
    asked_at: datetime
    withdrawn_at: datetime | None
    carried_out_by: UUID | None
    carried_out_at: datetime | None


@dataclass(frozen=True, slots=True)
class Erased:
    """A person who is no longer in the register: their memberships, and what stands for the name.

    `now` is false where it had been done before.
    """

    ids: tuple[UUID, ...]
    pseudonym: str
    now: bool = True


async def ask_erasure(member_id: UUID, *, by: Actor) -> Erasure:
    """Write down that a member wishes to be erased; a wish that waits stays the one wish.

    The member says so, or a coordinator or administrator at the desk on the member's word. Raises
    `NotForYou`, `UnknownMember`, and `NotActive` for one who was merged or erased.
    """
    if by.member_id not in (member_id, SYSTEM) and not by.roles & ERASERS:
        raise NotForYou("the member asks, or the desk on the member's word")
    async with transaction():
        now = await locked(member_id, community_id=by.community_id)
        if now["standing"] in _ERASED:
            raise NotActive(member_id, now["standing"])
        waiting = await waiting_erasure(member_id, community_id=by.community_id)
        if waiting is not None:
            return waiting
        rows = await ErasureRow.raw(
            _ASK,
            new_id(),
            by.community_id,
            member_id,
            by.member_id,
        )
        await record("erasure.ask", by=by, subject_kind="member", subject_id=member_id)
        return Erasure(**rows[0])


async def withdraw_erasure(member_id: UUID, *, by: Actor) -> None:
    """Take the wish back while it waits; where none waits, nothing changes. Raises `NotForYou`."""
    if by.member_id != member_id and not by.roles & ERASERS:
        raise NotForYou("the member takes the wish back, or the desk on the member's word")
    async with transaction():
        rows = await ErasureRow.raw(
            _WITHDRAW,
            by.member_id,
            member_id,
            by.community_id,
        )
        if rows:
            await record("erasure.withdraw", by=by, subject_kind="member", subject_id=member_id)


async def waiting_erasure(member_id: UUID, *, community_id: UUID) -> Erasure | None:
    """Return a member's wish that waits, None where none does."""
    rows = await ErasureRow.raw(
        f"SELECT {_COLUMNS} FROM erasure"  # noqa: S608 (pieces of our own)
        f" WHERE member_id = {{}} AND community_id = {{}} AND {_WAITING}",
        member_id,
        community_id,
    )
    return Erasure(**rows[0]) if rows else None


async def waiting_erasures(community_id: UUID) -> list[Erasure]:
    """Return the wishes that wait in a community, oldest first."""
    rows = await ErasureRow.raw(
        f"SELECT {_COLUMNS} FROM erasure WHERE community_id = {{}} AND {_WAITING}"  # noqa: S608 (pieces of our own)
        " ORDER BY asked_at, id LIMIT 500",
        community_id,
    )
    return [Erasure(**row) for row in rows]


async def erase_member(member_id: UUID, *, by: Actor) -> Erased:
    """Let the register forget a person who asked for it; what they did stays under a pseudonym.

    Within the transaction of its caller, which lets the wings forget too. Memberships that were
    merged into this one are forgotten with it. A second time changes nothing. Raises
    `UnknownMember`; `NotForYou` for whoever is no coordinator or administrator or means themselves;
    `NotAskedFor`; `AskedYourself`; `StaffRoleHeld` while a staff role is held; `NotActive` for a
    membership that was merged: the one that stands is erased.
    """
    if by.member_id == member_id:
        raise NotForYou("another person carries it out")
    if by.member_id != SYSTEM and not by.roles & ERASERS:
        raise NotForYou("a coordinator or administrator erases")
    community_id = by.community_id
    async with refusing(erasure_by_another=AskedYourself("somebody else carries it out")):
        now = await locked(member_id, community_id=community_id, whole=True)
        ids = await memberships(member_id, community_id=community_id)
        if now["standing"] == Standing.ERASED:
            return Erased(ids, now["name"], now=False)
        if now["standing"] == Standing.MERGED:
            raise NotActive(member_id, now["standing"])
        staff = await staff_roles(member_id)
        if staff:
            raise StaffRoleHeld(member_id, [role for role, _area in staff])
        done = await ErasureRow.raw(
            _CARRY_OUT,
            by.member_id,
            member_id,
            community_id,
        )
        if not done:
            raise NotAskedFor("nobody asked for this erasure")
        pseudonym = await _forget(ids, by=by)
        await record(
            "erasure.carry_out",
            by=by,
            subject_kind="member",
            subject_id=member_id,
            details={"memberships": len(ids)},
        )
    return Erased(ids, pseudonym)


async def _forget(ids: Sequence[UUID], *, by: Actor) -> str:
    """Replace the names, empty every column that holds personal data, and end every tie."""
    was = await MemberRow.raw(
        "SELECT name, phone, email, birth_date, household_id FROM member WHERE id = ANY({})",
        list(ids),
    )
    pseudonym = await _pseudonym(by.community_id)
    for one in ids:
        await end_ties(one, "erased", by=by.member_id)
        await MemberRow.raw(_FORGET, pseudonym, one)
    homes = [row["household_id"] for row in was if row["household_id"]]
    await MemberRow.raw(_EMPTY_HOMES, homes)
    await MemberRow.raw(_NAMED, by.community_id, [row["name"] for row in was])
    on_them = [[row[one] for row in was] for one in ("name", "phone", "email", "birth_date")]
    await MemberRow.raw(_ON_ROSTERS, *on_them, by.community_id)
    for sql in _WORDS:
        values: list[Any] = []
        if "{by}" in sql:
            values.append(by.member_id)
        values += [list(ids)] * sql.count("{ids}")
        await MemberRow.raw(sql.replace("{by}", "{}").replace("{ids}", "{}"), *values)
    await forget_words(ids)
    return pseudonym


async def _pseudonym(community_id: UUID) -> str:
    """Return a name by chance that nobody here has; nothing about the person is in it."""
    for _ in range(_TRIES_MAX):
        letters = "".join(secrets.choice(_LETTERS) for _ in range(_LETTERS_IN_A_PSEUDONYM))
        made = f"已注销成员 {letters}"
        known = await MemberRow.raw(
            "SELECT id FROM member WHERE community_id = {} AND name = {} LIMIT 1",
            community_id,
            made,
        )
        if not known:
            return made
    raise RuntimeError("no pseudonym was free in so many tries")
