"""Adds members, amends what is known of them, verifies them, and lets them leave and come back.

One verb is one transaction, with its audit event, in which personal data is masked.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from community.audit import record
from community.errors import (
    ChangedMeanwhile,
    IdentityTaken,
    InvalidDetail,
    InvalidMember,
    NotActive,
    NotForYou,
    PhoneTaken,
    RosterNumberTaken,
    StaffRoleHeld,
    UnknownArea,
    UnknownCommunity,
    UnknownMember,
)
from community.households import household_of, move_household
from community.identities import SealedIdentity
from community.masking import masked
from community.messages import tell
from community.roles import grant_role
from community.tables import AreaRow, MemberRow
from community.ties import end_ties, staff_roles
from community.transactions import refusing
from community.values import (
    SYSTEM,
    Actor,
    Member,
    Registration,
    Role,
    Standing,
    Verified,
    new_id,
    system,
)
from community.ways_in import CONTACTS, refuse_moving_contacts

FIELDS: Final = (
    "name", "language", "text_size", "phone", "email", "birth_date", "grid_id", "household",
    "address", "registration", "roster_number", "identity",
)  # fmt: skip
"""What `amend_member` changes. `household` is its code, `address` is the household's."""

_PRESENT: Final = (Standing.APPLIED, Standing.INVITED, Standing.ACTIVE)

_INSERT = """
INSERT INTO member (id, community_id, name, language, text_size, joined_at, standing, phone, email,
    birth_date, grid_id, household_id, registration, roster_number, identity_sealed,
    identity_lookup)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
"""

_LOCKED = """
SELECT name, language, text_size, phone, email, birth_date, member.grid_id, household_id,
    household.code AS household, household.address, registration, roster_number, identity_sealed,
    identity_lookup, standing, verified_at, left_at
FROM member LEFT JOIN household ON household.id = household_id
WHERE member.id = {} AND member.community_id = {} FOR NO KEY UPDATE OF member
"""

# Columns are named by this module alone; values travel as parameters.
_UPDATE = "UPDATE member SET {sets} WHERE id = {{}}"


async def add_member(  # noqa: PLR0913 (a member has these parts)
    *,
    community_id: UUID,
    name: str,
    phone: str | None = None,
    email: str | None = None,
    birth_date: date | None = None,
    grid_id: UUID | None = None,
    household: str | None = None,
    address: str = "",
    registration: Registration | None = None,
    roster_number: str | None = None,
    identity: SealedIdentity | None = None,
    language: str = "zh",
    text_size: str = "normal",
    joined_at: datetime | None = None,
    standing: Standing = Standing.ACTIVE,
    roles: tuple[Role, ...] = (),
    by: Actor | None = None,
) -> Member:
    """Add a member with the roles that hold from joining on.

    `phone` is E.164; `household` is a household's code: it is found, or made with `address`.
    `joined_at` is now unless given. Raises `UnknownCommunity`, `InvalidMember` and its
    `InvalidDetail`, `PhoneTaken`, `RosterNumberTaken`, `IdentityTaken`, `UnknownArea`.
    """
    since, by = joined_at or datetime.now(UTC), by or system(community_id)
    added = Member(
        new_id(),
        community_id,
        name.strip(),
        language,
        text_size,
        since,
        frozenset(roles),
        standing,
    )
    said = {
        "name": added.name,
        "language": language,
        "text_size": text_size,
        "phone": phone,
        "email": email,
        "birth_date": birth_date,
        "grid_id": grid_id,
        "registration": registration,
        "roster_number": roster_number,
        "identity": identity,
    }
    async with _storing(said, community_id):
        await _check(said, community_id=community_id, but=added.id)
        home = None
        if household:
            home = await household_of(
                household, community_id=community_id, address=address, grid_id=grid_id, by=by
            )
        await MemberRow.raw(
            _INSERT,
            added.id,
            community_id,
            added.name,
            language,
            text_size,
            since,
            standing.value,
            phone,
            email,
            birth_date,
            grid_id,
            home.id if home else None,
            registration,
            roster_number,
            identity.sealed if identity else None,
            identity.lookup if identity else None,
        )
        known = {**said, "identity": identity.shown if identity else None}
        await record(
            "member.add",
            by=by,
            area_id=community_id,
            subject_kind="member",
            subject_id=added.id,
            after=masked({field: value for field, value in known.items() if value is not None}),
        )
        for role in sorted(added.roles):
            await grant_role(added.id, role, at=community_id, since=since, by=by)
    return added


async def amend_member(
    member_id: UUID, changes: Mapping[str, Any], *, shown: Mapping[str, Any], by: Actor
) -> frozenset[str]:
    """Change what is known of a member, and return which of `FIELDS` are other than before.

    `shown` is what whoever changes it had before their eyes: a field that somebody else changed
    since, to something else than what is wanted now, refuses the whole with `ChangedMeanwhile`.
    Of an identity number `shown` is its look-up. A household is found by its code or made; an
    address is that of the household, for all of its people. Whose telephone or e-mail was changed
    by somebody else is told. Raises also `UnknownMember`, `NotActive` for one who was merged or
    erased, `StaffContact`, and what `add_member` raises.
    """
    community_id = by.community_id
    async with _storing(changes, community_id):
        now = await locked(member_id, community_id=community_id)
        if now["standing"] in (Standing.MERGED, Standing.ERASED):
            raise NotActive(member_id, now["standing"])
        wanted = {
            field: value
            for field, value in changes.items()
            if _compared(value) != _compared(now[field])
        }
        moved = {
            field: now[field]
            for field in wanted
            if field in shown and _compared(shown[field]) != _compared(now[field])
        }
        if moved:
            raise ChangedMeanwhile(moved)
        if not wanted:
            return frozenset()
        moved_contacts = CONTACTS & wanted.keys()
        if moved_contacts:
            await refuse_moving_contacts(member_id, by=by)
        await _check(wanted, community_id=community_id, but=member_id)
        await _store(member_id, wanted, now, by=by, address=changes.get("address") or "")
        before = {field: now[field] for field in wanted}
        after = dict(wanted)
        if "identity" in wanted:
            before["identity"] = "" if now["identity"] else None
            after["identity"] = wanted["identity"].shown if wanted["identity"] else None
        for codes in (before, after):
            codes.pop("household", None)
        await record(
            "member.amend",
            by=by,
            subject_kind="member",
            subject_id=member_id,
            details={"fields": sorted(wanted)},
            before=masked(before),
            after=masked(after),
        )
        if moved_contacts and member_id != by.member_id:
            await tell(member_id, "contacts.changed", community_id=community_id, urgent=True)
    return frozenset(wanted)


async def verify_member(member_id: UUID, how: Verified, *, by: Actor) -> None:
    """Write down that a coordinator knows that a member is who they say, and how.

    Verifying again replaces who and how. Raises `NotForYou` for whoever is no coordinator or means
    themselves, `UnknownMember`, and `NotActive` for one who is not, or no longer, a member here.
    """
    if by.member_id == member_id:
        raise NotForYou("nobody verifies themselves")
    if Role.COORDINATOR not in by.roles and by.member_id != SYSTEM:
        raise NotForYou("a coordinator verifies members")
    async with refusing():
        now = await locked(member_id, community_id=by.community_id)
        if now["standing"] not in _PRESENT:
            raise NotActive(member_id, now["standing"])
        await MemberRow.raw(
            "UPDATE member SET verified_at = clock_timestamp(), verified_by = {},"
            " verified_how = {} WHERE id = {}",
            by.member_id,
            how.value,
            member_id,
        )
        await record(
            "member.verify",
            by=by,
            subject_kind="member",
            subject_id=member_id,
            details={"how": how.value},
        )


async def member_left(member_id: UUID, *, by: Actor) -> None:
    """Let a member go who moved away or died: what they did stays, what they were ends.

    Roles, posts and delegations end now. Leaving twice changes nothing. Raises `UnknownMember`,
    `NotForYou` for oneself, `StaffRoleHeld` for one of the staff, whose roles are ended first, and
    `NotActive` for one who was merged or erased.
    """
    if by.member_id == member_id:
        raise NotForYou("somebody else writes down that you left")
    async with refusing():
        now = await locked(member_id, community_id=by.community_id, whole=True)
        if now["standing"] == Standing.LEFT:
            return
        if now["standing"] not in _PRESENT:
            raise NotActive(member_id, now["standing"])
        staff = await staff_roles(member_id)
        if staff:
            raise StaffRoleHeld(member_id, [role for role, _area in staff])
        await MemberRow.raw(
            "UPDATE member SET standing = 'left', left_at = clock_timestamp() WHERE id = {}",
            member_id,
        )
        ended = await end_ties(member_id, "left", by=by.member_id)
        await record(
            "member.leave",
            by=by,
            subject_kind="member",
            subject_id=member_id,
            details=ended,
        )


async def member_back(member_id: UUID, *, by: Actor) -> None:
    """Make a member who left active again; roles are granted anew. Twice changes nothing.

    Raises `UnknownMember`, and `NotActive` for one who did not leave.
    """
    async with refusing():
        now = await locked(member_id, community_id=by.community_id)
        if now["standing"] == Standing.ACTIVE:
            return
        if now["standing"] != Standing.LEFT:
            raise NotActive(member_id, now["standing"])
        await MemberRow.raw(
            "UPDATE member SET standing = 'active', left_at = NULL WHERE id = {}", member_id
        )
        await record("member.back", by=by, subject_kind="member", subject_id=member_id)


async def keep_active(member_id: UUID, *, community_id: UUID, alone: bool = False) -> bool:
    """Say whether a member is active here, and keep them so until the caller's transaction ends.

    For a verb whose effect would be lost, or count twice, if the member were merged or left at the
    same moment: those two wait until the verb has ended, or it sees that they came first. With
    `alone`, other verbs that ask so for the same member wait as well.
    """
    lock = "FOR NO KEY UPDATE" if alone else "FOR KEY SHARE"
    rows = await MemberRow.raw(
        "SELECT id FROM member WHERE id = {} AND community_id = {} AND standing = 'active' " + lock,  # noqa: S608 (one of our own two words)
        member_id,
        community_id,
    )
    return bool(rows)


async def keep_time(member_id: UUID) -> None:
    """Let nobody else promise a member's time until the caller's transaction ends.

    Time is promised in more than one place, each with a table of its own: whoever looks into all of
    them and then takes some asks for this first. It holds up nothing but others who do the same.
    """
    await MemberRow.raw("SELECT pg_advisory_xact_lock(hashtextextended({}, 0))", str(member_id))


async def locked(member_id: UUID, *, community_id: UUID, whole: bool = False) -> dict[str, Any]:
    """Return a member's fields; nobody else changes them until the transaction ends.

    `whole` also holds off whatever refers to the member (`keep_active`).
    """
    sql = _LOCKED.replace("FOR NO KEY UPDATE", "FOR UPDATE") if whole else _LOCKED
    rows = await MemberRow.raw(sql, member_id, community_id)
    if not rows:
        raise UnknownMember(member_id)
    return {**rows[0], "identity": rows[0]["identity_lookup"]}


def _compared(value: Any) -> Any:
    """Return a value so that two of them can be compared: nothing is nothing, however written."""
    if isinstance(value, SealedIdentity):
        return value.lookup
    text = value.strip() if isinstance(value, str) else value
    return text or None


async def _store(
    member_id: UUID, wanted: Mapping[str, Any], now: Mapping[str, Any], *, by: Actor, address: str
) -> None:
    """Write the changed fields: the member's own, then the household's.

    A household that is made gets `address`; one that stands keeps its own unless it was changed.
    """
    columns = {
        field: (value.strip() or None) if isinstance(value, str) else value
        for field, value in wanted.items()
        if field not in ("household", "address", "identity")
    }
    if "identity" in wanted:
        identity: SealedIdentity | None = wanted["identity"]
        columns["identity_sealed"] = identity.sealed if identity else None
        columns["identity_lookup"] = identity.lookup if identity else None
    home = now["household_id"]
    if "household" in wanted:
        code = (wanted["household"] or "").strip()
        home = None
        if code:
            found = await household_of(
                code,
                community_id=by.community_id,
                address=address,
                grid_id=wanted.get("grid_id", now["grid_id"]),
                by=by,
            )
            home = found.id
        columns["household_id"] = home
    if columns:
        sets = ", ".join(f"{column} = {{}}" for column in columns)
        await MemberRow.raw(_UPDATE.format(sets=sets), *columns.values(), member_id)
    if "address" in wanted and home is not None:
        await move_household(home, address, community_id=by.community_id, by=by)
    elif wanted.get("address"):
        raise InvalidDetail("address", "of no household")


async def _check(said: Mapping[str, Any], *, community_id: UUID, but: UUID) -> None:
    """Refuse what no member can have, and what another has, naming who it is where that is here."""
    born = said.get("birth_date")
    if born is not None and born > await _today(community_id):
        raise InvalidDetail("birth_date", "in the future")
    if said.get("grid_id") is not None:
        grids = await AreaRow.raw(
            "SELECT id FROM area WHERE id = {} AND parent_id = {} AND level = 'grid'",
            said["grid_id"],
            community_id,
        )
        if not grids:
            raise UnknownArea(said["grid_id"])
    if said.get("phone"):
        rows = await MemberRow.raw(
            "SELECT id, community_id FROM member WHERE phone = {} AND id <> {}", said["phone"], but
        )
        if rows:
            here = rows[0]["community_id"] == community_id
            raise PhoneTaken(rows[0]["id"] if here else None)
    await _check_numbers(said, community_id=community_id, but=but)


async def _check_numbers(said: Mapping[str, Any], *, community_id: UUID, but: UUID) -> None:
    if said.get("roster_number"):
        rows = await MemberRow.raw(
            "SELECT id FROM member WHERE community_id = {} AND roster_number = {} AND id <> {}",
            community_id,
            said["roster_number"],
            but,
        )
        if rows:
            raise RosterNumberTaken(rows[0]["id"])
    identity: SealedIdentity | None = said.get("identity")
    if identity is not None:
        rows = await MemberRow.raw(
            "SELECT id FROM member WHERE community_id = {} AND identity_lookup = ANY({}::bytea[])"
            " AND id <> {}",
            community_id,
            list(identity.lookups),
            but,
        )
        if rows:
            raise IdentityTaken(rows[0]["id"])


async def _today(community_id: UUID) -> date:
    """Return which day it is where the community lives."""
    rows = await AreaRow.raw("SELECT time_zone FROM area WHERE id = {}", community_id)
    if not rows:
        raise UnknownCommunity(community_id)
    return datetime.now(ZoneInfo(rows[0]["time_zone"])).date()


def _storing(said: Mapping[str, Any], community_id: UUID) -> Any:
    """Open the verb's transaction; the constraints speak where the checks were overtaken."""
    return refusing(
        member_of_known_community=UnknownCommunity(community_id),
        member_named=InvalidDetail("name", "not 1 to 80 characters"),
        member_language=InvalidMember(
            f"{said.get('language')!r} is not a language that Linli speaks"
        ),
        member_text_size=InvalidMember(f"{said.get('text_size')!r} is not a text size"),
        member_phone_form=InvalidDetail("phone", "not a telephone number with its country"),
        member_email_form=InvalidDetail("email", "not an e-mail address"),
        member_born_in_living_memory=InvalidDetail("birth_date", "before 1890"),
        member_registration=InvalidDetail("registration", "not known"),
        member_roster_number_form=InvalidDetail("roster_number", "not 1 to 40 characters"),
        one_member_per_phone=PhoneTaken(),
        one_member_per_roster_number=RosterNumberTaken(),
        one_member_per_identity=IdentityTaken(),
    )
