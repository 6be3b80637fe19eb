"""People who ask to join by themselves, and the coordinators who decide.

In words:

- Who applies becomes a member who waits (`applied`), with a code sent to their telephone. Until the
  code is entered anybody else may apply with the same number and takes the place of the first.
- Who applies with a number that somebody has is answered the same in every way. The one who has
  the number is told, and nothing else changes.
- A coordinator accepts, saying how they know the person, or declines with a reason. Where it is
  somebody who is a member already, the two are merged (`community.merging`).
- What was not confirmed within two days is let go, with its number.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from community.agreeing import agree
from community.audit import record
from community.errors import CommunityError, InvalidMember, NotForYou, PhoneTaken
from community.households import household_of
from community.membership import add_member, locked
from community.messages import tell
from community.roles import grant_role
from community.tables import ApplicationRow, MemberRow
from community.transactions import transaction
from community.values import SYSTEM, Actor, Registration, Role, Standing, Verified, system

UNCONFIRMED_KEPT: Final = timedelta(days=2)
REASON_LENGTH_MAX: Final = 300
_HOUSEHOLD_CODE_MAX: Final = 40

_ADD: Final = """
INSERT INTO application (id, community_id, member_id, address, code_digest, code_tries, code_until)
VALUES ({}, {}, {}, {}, {}, {}, {})
"""

# One statement, so that of several tries at once each takes one away.
_TRY: Final = """
UPDATE application SET code_tries = code_tries - 1
WHERE id = {} AND code_tries > 0 AND code_until > clock_timestamp() AND decision IS NULL
RETURNING member_id, community_id, code_digest, code_tries
"""

_WAITING: Final = """
SELECT application.id, application.community_id, application.member_id, member.name, member.phone,
    member.birth_date, member.grid_id, area.name AS grid, member.registration,
    application.address, applied_at, phone_verified_at,
    ARRAY(SELECT other.id FROM member AS other WHERE other.community_id = member.community_id
        AND other.name = member.name AND other.birth_date = member.birth_date
        AND other.id <> member.id AND other.standing IN ('active', 'invited', 'applied', 'left')
        ORDER BY other.joined_at, other.id LIMIT 5) AS alike
FROM application
JOIN member ON member.id = application.member_id
LEFT JOIN area ON area.id = member.grid_id
WHERE application.decision IS NULL AND member.standing = 'applied'
    AND application.community_id = {}
"""


class ApplicationOver(CommunityError):
    """There is no such application, or it was decided already."""


class WrongJoiningCode(CommunityError):
    """The code is another one; so many tries are left."""

    def __init__(self, tries_left: int) -> None:
        self.tries_left = tries_left
        super().__init__(f"{tries_left} tries left")


@dataclass(frozen=True, slots=True)
class Applicant:
    """What somebody says of themselves who asks to join; `phone` is E.164."""

    name: str
    phone: str
    birth_date: date
    registration: Registration
    grid_id: UUID | None = None
    address: str = ""
    language: str = "zh"


@dataclass(frozen=True, slots=True)
class JoiningCode:
    """A code on its way to a telephone: its digits, their digest, how often and how long it works.

    The register keeps the digest alone.
    """

    digits: str
    digest: bytes
    tries: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Application:
    """Somebody who waits to be accepted. `alike` are members with the same name and birth date.

    `phone_verified_at` is None where the telephone was not confirmed: then somebody calls back.
    """

    id: UUID
    community_id: UUID
    member_id: UUID
    name: str
    phone: str | None
    birth_date: date | None
    grid_id: UUID | None
    grid: str | None
    registration: Registration | None
    address: str
    applied_at: datetime
    phone_verified_at: datetime | None
    alike: tuple[UUID, ...]


async def apply_to_join(
    application_id: UUID,
    applicant: Applicant,
    *,
    community_id: UUID,
    words: str,
    code: JoiningCode | None,
    address: str | None = None,
) -> None:
    """Ask to join; a code goes to the telephone. `words` are what the applicant agreed to.

    Without a code (where none could be sent) somebody calls the applicant back.

    The caller makes the id; the same id again changes nothing. Whether the number is somebody's
    already is not told. Raises `InvalidMember`, `UnknownArea`, `UnknownCommunity`.
    """
    for last in (False, True):
        try:
            await _apply(application_id, applicant, community_id, words, code, address)
        except PhoneTaken:  # somebody took it in the same moment: it is a known number now
            if last:
                raise
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name != "application_pkey":
                raise
            return
        else:
            return


async def _apply(  # noqa: PLR0917 (the verb's own)
    application_id: UUID,
    applicant: Applicant,
    community_id: UUID,
    words: str,
    code: JoiningCode | None,
    address: str | None,
) -> None:
    async with transaction():
        if await ApplicationRow.raw("SELECT FROM application WHERE id = {}", application_id):
            return
        holders = await MemberRow.raw(
            "SELECT id, community_id, standing FROM member WHERE phone = {} FOR NO KEY UPDATE",
            applicant.phone,
        )
        if holders and not await _gives_way(holders[0]):
            await _tell_holder(holders[0])
            member_id = None
        else:
            member_id = await _add_applicant(applicant, community_id, words, address)
        until = datetime.now(UTC) + timedelta(minutes=code.minutes) if code else None
        await ApplicationRow.raw(
            _ADD,
            application_id,
            community_id,
            member_id,
            applicant.address.strip() if member_id else "",
            code.digest if code else None,
            code.tries if code else 0,
            until,
        )
        if member_id is not None and code is not None:
            await tell(
                member_id,
                "joining.code",
                community_id=community_id,
                fill={"code": code.digits, "minutes": code.minutes},
                urgent=True,
                private=True,
            )


async def confirm_phone(application_id: UUID, digest: bytes) -> None:
    """Take the code that came to the telephone. A second time changes nothing.

    Raises `WrongJoiningCode`, and `ApplicationOver` where the tries or the time are over; both also
    for an application with a number that somebody had already, whatever the code.
    """
    confirmed = await ApplicationRow.raw(
        "SELECT FROM application WHERE id = {} AND phone_verified_at IS NOT NULL", application_id
    )
    if confirmed:
        return
    # The try counts also where it was wrong, so it is no part of the transaction below.
    rows = await ApplicationRow.raw(_TRY, application_id)
    if not rows:
        raise ApplicationOver
    row = rows[0]
    right = hmac.compare_digest(bytes(row["code_digest"]), digest)
    if not right or row["member_id"] is None:
        if not row["code_tries"]:
            raise ApplicationOver
        raise WrongJoiningCode(row["code_tries"])
    async with transaction():
        changed = await ApplicationRow.raw(
            "UPDATE application SET phone_verified_at = clock_timestamp(), code_digest = NULL,"
            " code_until = NULL, code_tries = 0"
            " WHERE id = {} AND phone_verified_at IS NULL AND decision IS NULL RETURNING id",
            application_id,
        )
        if changed:
            await record(
                "application.confirm",
                by=Actor(row["member_id"], row["community_id"]),
                subject_kind="member",
                subject_id=row["member_id"],
            )


async def waiting_applications(community_id: UUID) -> list[Application]:
    """Return who waits to be accepted, the oldest first."""
    rows = await ApplicationRow.raw(f"{_WAITING} ORDER BY applied_at, application.id", community_id)
    return [_application(row) for row in rows]


async def application_of(member_id: UUID, *, community_id: UUID) -> Application:
    """Return the application of somebody who waits here. Raises `ApplicationOver`."""
    rows = await ApplicationRow.raw(
        f"{_WAITING} AND application.member_id = {{}}", community_id, member_id
    )
    if not rows:
        raise ApplicationOver
    return _application(rows[0])


async def accept_applicant(member_id: UUID, how: Verified, *, by: Actor) -> None:
    """Make somebody who waits an active member and resident; they are told.

    Accepting twice changes nothing. Raises `NotForYou`, `UnknownMember`, `ApplicationOver` for one
    who was declined.
    """
    _refuse_others(by)
    async with transaction():
        now = await locked(member_id, community_id=by.community_id)
        if now["standing"] == Standing.ACTIVE:
            return
        home = await _decide(member_id, now, "accepted", None, by=by)
        household_id = now["household_id"]
        if home and household_id is None:
            found = await household_of(
                home[:_HOUSEHOLD_CODE_MAX],
                community_id=by.community_id,
                address=home,
                grid_id=now["grid_id"],
                by=by,
            )
            household_id = found.id
        await MemberRow.raw(
            "UPDATE member SET standing = 'active', household_id = {}, verified_at ="
            " clock_timestamp(), verified_by = {}, verified_how = {} WHERE id = {}",
            household_id,
            by.member_id,
            how.value,
            member_id,
        )
        # In nobody's name: a message of its own about the role would be one too many.
        await grant_role(member_id, Role.RESIDENT, at=by.community_id)
        await record(
            "member.accept",
            by=by,
            subject_kind="member",
            subject_id=member_id,
            details={"how": how.value},
        )
        await tell(member_id, "joining.accepted", community_id=by.community_id, link="/")


async def decline_applicant(member_id: UUID, reason: str, *, by: Actor) -> None:
    """Turn somebody down who waits, with a reason that they are told.

    Declining twice changes nothing. Raises `NotForYou`, `UnknownMember`, `ApplicationOver` for one
    who was accepted, `InvalidMember` without a reason.
    """
    _refuse_others(by)
    why = reason.strip()
    if not why or len(why) > REASON_LENGTH_MAX:
        raise InvalidMember("a reason of at most 300 characters")
    async with transaction():
        now = await locked(member_id, community_id=by.community_id)
        if now["standing"] == Standing.DECLINED:
            return
        await _decide(member_id, now, "declined", why, by=by)
        await MemberRow.raw("UPDATE member SET standing = 'declined' WHERE id = {}", member_id)
        await record(
            "member.decline",
            by=by,
            subject_kind="member",
            subject_id=member_id,
            details={"reason": why},
        )
        await tell(
            member_id, "joining.declined", community_id=by.community_id, fill={"reason": why}
        )


async def let_go_unconfirmed() -> int:
    """Let applications go whose telephone nobody confirmed in time, and old ones of no member.

    Returns how many applicants went. A job: it may run again at any time.
    """
    async with transaction():
        await ApplicationRow.raw(
            "DELETE FROM application WHERE member_id IS NULL"
            " AND applied_at < clock_timestamp() - {}::interval",
            UNCONFIRMED_KEPT,
        )
        rows = await ApplicationRow.raw(
            "SELECT member_id FROM application WHERE phone_verified_at IS NULL"
            " AND decision IS NULL AND code_until < clock_timestamp()"
            " AND applied_at < clock_timestamp() - {}::interval"
            " FOR NO KEY UPDATE SKIP LOCKED",
            UNCONFIRMED_KEPT,
        )
        for row in rows:
            await _replace(row["member_id"])
    return len(rows)


def _refuse_others(by: Actor) -> None:
    if Role.COORDINATOR not in by.roles:
        raise NotForYou("a coordinator decides who joins")


async def _gives_way(holder: dict[str, Any]) -> bool:
    """Free a number whose holder never confirmed it or was declined; say whether it is free."""
    if holder["standing"] == Standing.DECLINED:
        await MemberRow.raw("UPDATE member SET phone = NULL WHERE id = {}", holder["id"])
        return True
    if holder["standing"] != Standing.APPLIED:
        return False
    unconfirmed = await ApplicationRow.raw(
        "SELECT FROM application WHERE member_id = {} AND decision IS NULL"
        " AND phone_verified_at IS NULL AND code_until IS NOT NULL",
        holder["id"],
    )
    if unconfirmed:
        await _replace(holder["id"])
    return bool(unconfirmed)


async def _replace(member_id: UUID) -> None:
    """Let an applicant go who never confirmed their number, with the number."""
    await ApplicationRow.raw(
        "UPDATE application SET decision = 'replaced', decided_at = clock_timestamp(),"
        " decided_by = {}, code_digest = NULL, code_until = NULL"
        " WHERE member_id = {} AND decision IS NULL",
        SYSTEM,
        member_id,
    )
    rows = await MemberRow.raw(
        "UPDATE member SET standing = 'declined', phone = NULL WHERE id = {}"
        " RETURNING community_id",
        member_id,
    )
    await record(
        "application.replace",
        by=system(rows[0]["community_id"]),
        subject_kind="member",
        subject_id=member_id,
    )


async def _tell_holder(holder: dict[str, Any]) -> None:
    """Tell whoever has the number, at most once a day."""
    await tell(
        holder["id"],
        "joining.known",
        community_id=holder["community_id"],
        once=datetime.now(UTC).date().isoformat(),
    )


async def _add_applicant(
    applicant: Applicant, community_id: UUID, words: str, address: str | None
) -> UUID:
    added = await add_member(
        community_id=community_id,
        name=applicant.name,
        phone=applicant.phone,
        birth_date=applicant.birth_date,
        grid_id=applicant.grid_id,
        registration=applicant.registration,
        language=applicant.language,
        standing=Standing.APPLIED,
        by=Actor(SYSTEM, community_id, address=address),
    )
    by = Actor(added.id, community_id, address=address)
    await agree(words, language=applicant.language, by=by)
    await record("member.apply", by=by, subject_kind="member", subject_id=added.id)
    return added.id


async def _decide(
    member_id: UUID, now: dict[str, Any], decision: str, reason: str | None, *, by: Actor
) -> str:
    """Close the application of a member who waits; return the address that it gives."""
    rows = await ApplicationRow.raw(
        "UPDATE application SET decision = {}, decided_at = clock_timestamp(), decided_by = {},"
        " reason = {}, code_digest = NULL, code_until = NULL"
        " WHERE member_id = {} AND decision IS NULL RETURNING address",
        decision,
        by.member_id,
        reason,
        member_id,
    )
    if not rows or now["standing"] != Standing.APPLIED:
        raise ApplicationOver
    return str(rows[0]["address"])


def _application(row: dict[str, Any]) -> Application:
    return Application(
        **{
            **row,
            "registration": row["registration"] and Registration(row["registration"]),
            "alike": tuple(row["alike"]),
        }
    )
