"""Invites people: a member who is expected, and a code on a slip of paper that lets them in once.

The register never sees a code, only its digest. Whoever holds the slip is let in as the person whom
the coordinator named, and knew in the way that they said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from community.agreeing import agree
from community.audit import record
from community.errors import CommunityError, InvalidMember, NotForYou, PhoneTaken
from community.masking import masked
from community.membership import add_member, locked
from community.reading import member
from community.roles import grant_role
from community.tables import InvitationRow, MemberRow
from community.transactions import refusing, transaction
from community.values import STAFF, Actor, Member, Role, Standing, Verified, new_id

LASTS_DAYS: Final = (7, 14, 30)

_INVITE: Final = """
INSERT INTO invitation (id, community_id, member_id, roles, code_digest, verified_how, invited_by,
    until) VALUES ({}, {}, {}, {}, {}, {}, {}, {})
"""

_OPEN: Final = """
SELECT invitation.id, invitation.community_id, member_id, member.name, member.phone, roles,
    invitation.verified_how, invited_by, invited_at, until
FROM invitation JOIN member ON member.id = member_id
WHERE accepted_at IS NULL AND revoked_at IS NULL AND member.standing = 'invited'
"""


class InvitationOver(CommunityError):
    """There is no such invitation, or it was used, taken back, or its time is over."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """That a person may join until a moment; `roles` are theirs from then on."""

    id: UUID
    community_id: UUID
    member_id: UUID
    name: str
    phone: str | None
    roles: tuple[Role, ...]
    verified_how: Verified
    invited_by: UUID
    invited_at: datetime
    until: datetime

    @property
    def over(self) -> bool:
        """Whether its time is over."""
        return self.until <= datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Guest:
    """Whom a coordinator invites, and how they know who that is."""

    name: str
    phone: str | None
    roles: tuple[Role, ...]
    how: Verified
    language: str = "zh"


async def invite(
    invitation_id: UUID, guest: Guest, *, code_digest: bytes, days: int, by: Actor
) -> Invitation | None:
    """Expect somebody, who may join with a code within so many days.

    The caller makes the id; the same id again changes nothing and returns None, for the code was
    shown already. Raises `NotForYou` for whoever is no coordinator, `PhoneTaken`, `InvalidMember`
    also for a role of staff or another number of days than those of `LASTS_DAYS`.
    """
    _refuse_others(by)
    if days not in LASTS_DAYS or not guest.roles or STAFF.intersection(guest.roles):
        raise InvalidMember("an invitation is for so many days, and for no role of staff")
    async with refusing(one_member_per_phone=PhoneTaken()):
        known = await InvitationRow.raw("SELECT FROM invitation WHERE id = {}", invitation_id)
        if known:
            return None
        expected = await add_member(
            community_id=by.community_id,
            name=guest.name,
            phone=guest.phone,
            language=guest.language,
            standing=Standing.INVITED,
            by=by,
        )
        await _open(invitation_id, expected.id, guest.roles, guest.how, code_digest, days, by=by)
        return await _one("invitation.id = {}", invitation_id)


async def renew_invitation(
    member_id: UUID, *, code_digest: bytes, days: int, by: Actor
) -> Invitation:
    """Give an invited member a new code; the one from before works no longer.

    Raises `NotForYou`, `UnknownMember`, `InvitationOver` for one who is not invited any more.
    """
    _refuse_others(by)
    if days not in LASTS_DAYS:
        raise InvalidMember("an invitation is for so many days")
    async with transaction():
        before = await _revoke(member_id, by=by)
        made = new_id()
        await _open(
            made,
            member_id,
            tuple(Role(role) for role in before["roles"]),
            Verified(before["verified_how"]),
            code_digest,
            days,
            by=by,
        )
        found = await _one("invitation.id = {}", made)
        if found is None:
            raise InvitationOver
    return found


async def revoke_invitation(member_id: UUID, *, by: Actor) -> None:
    """Take an invitation back; the person is no longer expected, and their telephone is free again.

    Raises `NotForYou`, `UnknownMember`, `InvitationOver`.
    """
    _refuse_others(by)
    async with transaction():
        await _revoke(member_id, by=by)
        await MemberRow.raw(
            "UPDATE member SET standing = 'declined', phone = NULL WHERE id = {}", member_id
        )
        await record("invitation.revoke", by=by, subject_kind="member", subject_id=member_id)


async def open_invitations(community_id: UUID) -> list[Invitation]:
    """Return the invitations that nobody has used or taken back yet, the oldest first."""
    rows = await InvitationRow.raw(
        f"{_OPEN} AND invitation.community_id = {{}} ORDER BY invited_at, invitation.id",
        community_id,
    )
    return [_invitation(row) for row in rows]


async def invitation_of_code(code_digest: bytes) -> Invitation:
    """Return the invitation that a code opens. Raises `InvitationOver`."""
    found = await _one("code_digest = {} AND until > clock_timestamp()", code_digest)
    if found is None:
        raise InvitationOver
    return found


async def accept_invitation(
    code_digest: bytes,
    *,
    language: str,
    words: str,
    phone: str | None = None,
    address: str | None = None,
) -> Member:
    """Let the holder of a code in: active, verified, with the roles of the invitation.

    `words` are what they agreed to, in their language. `phone` is for one whom the register has
    none of. Of two at once one is let in. Raises `InvitationOver`, `PhoneTaken`, `InvalidMember`.
    """
    async with refusing(
        one_member_per_phone=PhoneTaken(),
        member_phone_form=InvalidMember("not a telephone number"),
        member_language=InvalidMember("not a language that Linli speaks"),
        consent_language=InvalidMember("not a language that Linli speaks"),
    ):
        rows = await InvitationRow.raw(
            "UPDATE invitation SET accepted_at = clock_timestamp() WHERE code_digest = {}"
            " AND accepted_at IS NULL AND revoked_at IS NULL AND until > clock_timestamp()"
            " RETURNING member_id, community_id, roles, verified_how, invited_by",
            code_digest,
        )
        if not rows:
            raise InvitationOver
        row = rows[0]
        now = await locked(row["member_id"], community_id=row["community_id"])
        if now["standing"] != Standing.INVITED:
            raise InvitationOver
        by = Actor(row["member_id"], row["community_id"], address=address)
        await MemberRow.raw(
            "UPDATE member SET standing = 'active', language = {}, phone = coalesce(phone, {}),"
            " verified_at = clock_timestamp(), verified_by = {}, verified_how = {} WHERE id = {}",
            language,
            phone,
            row["invited_by"],
            row["verified_how"],
            row["member_id"],
        )
        await agree(words, language=language, by=by)
        for role in sorted(row["roles"]):
            await grant_role(row["member_id"], Role(role), at=row["community_id"])
        await record(
            "member.join",
            by=by,
            subject_kind="member",
            subject_id=row["member_id"],
            details={"invited_by": str(row["invited_by"]), "roles": row["roles"]},
            after=masked({"phone": phone}) if phone else None,
        )
    return await member(row["member_id"])


def _refuse_others(by: Actor) -> None:
    if Role.COORDINATOR not in by.roles:
        raise NotForYou("a coordinator invites")


async def _open(  # noqa: PLR0913, PLR0917 (an invitation has these parts)
    invitation_id: UUID,
    member_id: UUID,
    roles: Sequence[Role],
    how: Verified,
    code_digest: bytes,
    days: int,
    *,
    by: Actor,
) -> None:
    until = datetime.now(UTC) + timedelta(days=days)
    await InvitationRow.raw(
        _INVITE,
        invitation_id,
        by.community_id,
        member_id,
        sorted(role.value for role in roles),
        code_digest,
        how.value,
        by.member_id,
        until,
    )
    await record(
        "member.invite",
        by=by,
        subject_kind="member",
        subject_id=member_id,
        details={"until": until, "roles": sorted(roles), "how": how.value},
    )


async def _revoke(member_id: UUID, *, by: Actor) -> dict[str, Any]:
    """End the open invitation of a member of this community, and return what it was."""
    now = await locked(member_id, community_id=by.community_id)
    rows = await InvitationRow.raw(
        "UPDATE invitation SET revoked_at = clock_timestamp() WHERE member_id = {}"
        " AND community_id = {} AND accepted_at IS NULL AND revoked_at IS NULL"
        " RETURNING roles, verified_how",
        member_id,
        by.community_id,
    )
    if not rows or now["standing"] != Standing.INVITED:
        raise InvitationOver
    return dict(rows[0])


async def _one(condition: str, *values: Any) -> Invitation | None:
    rows = await InvitationRow.raw(f"{_OPEN} AND {condition}", *values)
    return _invitation(rows[0]) if rows else None


def _invitation(row: dict[str, Any]) -> Invitation:
    return Invitation(
        **{
            **row,
            "roles": tuple(Role(role) for role in row["roles"]),
            "verified_how": Verified(row["verified_how"]),
        }
    )
