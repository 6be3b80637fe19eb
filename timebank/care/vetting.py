"""A coordinator decides who helps: approves, declines, lets pause, and puts a guardian on record.

Verbs, each one transaction, never about oneself. Approving gives the volunteer's role; a pause
leaves the role and lets no visit be accepted, and visits that are booked stay.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

import community
import ledger
from community import Actor, Role
from timebank.care import rules, telling
from timebank.care.certificates import today_in
from timebank.care.errors import (
    InvalidProfile,
    NotAGuardian,
    NotAllowed,
    OwnVetting,
    WrongStanding,
)
from timebank.care.tables import VolunteerRow
from timebank.care.values import Volunteer, VolunteerStanding
from timebank.care.volunteering import SELECT_VOLUNTEER, find_volunteer, volunteer, volunteer_of

WHY_LENGTH_MAX: Final = 300
VOLUNTEERS_ON_A_PAGE: Final = 50

# That a member has the volunteer's role now.
HAS_ROLE: Final = """
EXISTS (SELECT FROM member_role WHERE member_role.member_id = member.id AND role = 'volunteer'
    AND since <= clock_timestamp() AND (until IS NULL OR until > clock_timestamp()))
"""

_DECIDE: Final = """
UPDATE volunteer SET standing = {}, since = {}, decided_at = {}, decided_by = {}, why = {}
WHERE community_id = {} AND member_id = {}
"""

_LISTED: Final = f"""
SELECT member.id, member.name, area.name AS grid, birth_date,
    coalesce(volunteer.standing, 'active') AS standing, volunteer.member_id IS NOT NULL AS told,
    EXISTS (SELECT FROM volunteer_hours AS hours WHERE hours.member_id = member.id) AS hours,
    (SELECT count(*) FROM certificate WHERE certificate.member_id = member.id
        AND certificate.verified_at IS NULL AND ended_at IS NULL) AS claims, volunteer.since
FROM member LEFT JOIN volunteer ON volunteer.member_id = member.id
LEFT JOIN area ON area.id = member.grid_id
WHERE member.community_id = {{}} AND member.standing = 'active'
    AND (volunteer.standing = {{}} OR ({{}} = 'active' AND volunteer.member_id IS NULL))
    AND (volunteer.standing IN ('applied', 'declined') OR {HAS_ROLE})
ORDER BY CASE WHEN {{}} = 'applied' THEN volunteer.since END, member.name, member.id
LIMIT {{}} OFFSET {{}}
"""  # noqa: S608 (pieces of our own)

_COUNTS: Final = f"""
SELECT coalesce(volunteer.standing, 'active') AS standing, count(*) AS volunteers
FROM member LEFT JOIN volunteer ON volunteer.member_id = member.id
WHERE member.community_id = {{}} AND member.standing = 'active'
    AND (volunteer.standing IN ('applied', 'declined') OR {HAS_ROLE})
GROUP BY 1
"""  # noqa: S608 (pieces of our own)


@dataclass(frozen=True, slots=True)
class ListedVolunteer:
    """A volunteer in the desk's list; `told` and `hours` say what they have filled in."""

    id: UUID
    name: str
    grid: str
    birth_date: date | None
    standing: VolunteerStanding
    told: bool
    hours: bool
    claims: int
    since: datetime | None


async def approve_volunteer(member_id: UUID, *, by: Actor, at: datetime | None = None) -> Volunteer:
    """Let somebody who asked to help begin, or go on after a pause; twice is done once.

    Raises `NotAllowed`, `OwnVetting`, `UnknownVolunteer`, `community.CommunityError` where the
    coordinator may not grant the role.
    """
    async with ledger.transaction():
        found = await _locked(member_id, by)
        if found.standing is VolunteerStanding.ACTIVE:
            return found
        await _decide(found, VolunteerStanding.ACTIVE, "", by=by, at=at)
        member = await community.member(member_id)
        if Role.VOLUNTEER not in member.roles:
            await community.grant_role(member_id, Role.VOLUNTEER, at=by.community_id, by=by)
        await _record("volunteer.approve", found, by)
        await telling.tell_approved(found)
        return await volunteer(member_id, community_id=by.community_id)


async def decline_volunteer(
    member_id: UUID, *, why: str, by: Actor, at: datetime | None = None
) -> Volunteer:
    """Turn down somebody who asked to help, with the reason; twice is done once.

    Raises `NotAllowed`, `OwnVetting`, `UnknownVolunteer`, `WrongStanding`, `InvalidProfile`.
    """
    told = _reason(why)
    async with ledger.transaction():
        found = await _locked(member_id, by)
        if found.standing is VolunteerStanding.DECLINED:
            return found
        if found.standing is not VolunteerStanding.APPLIED:
            raise WrongStanding(found.standing.value, "declined")
        await _decide(found, VolunteerStanding.DECLINED, told, by=by, at=at)
        await _record("volunteer.decline", found, by, why=told)
        await telling.tell_declined(found, told)
        return await volunteer(member_id, community_id=by.community_id)


async def pause_volunteer(
    member_id: UUID, *, why: str, by: Actor, at: datetime | None = None
) -> Volunteer:
    """Let a volunteer accept no more visits for now, with the reason; twice is done once.

    Whoever never filled in a profile gets an empty one. Raises `NotAllowed`, `OwnVetting`,
    `WrongStanding` for whoever is no volunteer, `InvalidProfile`.
    """
    told = _reason(why)
    async with ledger.transaction():
        found = await _locked(member_id, by, made=True)
        if found.standing is VolunteerStanding.PAUSED:
            return found
        if found.standing is not VolunteerStanding.ACTIVE:
            raise WrongStanding(found.standing.value, "paused")
        await _decide(found, VolunteerStanding.PAUSED, told, by=by, at=at)
        await _record("volunteer.pause", found, by, why=told)
        await telling.tell_paused(found, told)
        return await volunteer(member_id, community_id=by.community_id)


async def set_guardian(
    member_id: UUID,
    guardian_id: UUID,
    *,
    evidence: str,
    by: Actor,
    at: datetime | None = None,
) -> None:
    """Put on record who goes along with a volunteer under age, and what was seen of it.

    It takes the place of the one before. Raises `NotAllowed`, `OwnVetting` where the coordinator
    is either, `UnknownVolunteer`, `NotAGuardian`, `InvalidProfile`.
    """
    moment = at or datetime.now(UTC)
    told = evidence.strip()
    if not told or len(told) > rules.EVIDENCE_LENGTH_MAX:
        why = "too long" if told else "missing"
        raise InvalidProfile("evidence", why, most=rules.EVIDENCE_LENGTH_MAX)
    if guardian_id == by.member_id:
        raise OwnVetting
    async with ledger.transaction():
        found = await _locked(member_id, by)
        await _refuse_guardian(found, guardian_id, moment, by)
        await VolunteerRow.raw(
            "UPDATE volunteer SET guardian_id = {}, guardian_evidence = {}, guardian_by = {},"
            " guardian_at = {} WHERE community_id = {} AND member_id = {}",
            guardian_id,
            told,
            by.member_id,
            moment,
            by.community_id,
            member_id,
        )
        guardian = {"guardian": str(guardian_id)}
        await _record("volunteer.guardian", found, by, evidence=told, **guardian)


async def volunteers_listed(
    community_id: UUID, standing: VolunteerStanding, *, page: int = 1
) -> list[ListedVolunteer]:
    """Return a page of a community's volunteers who stand there: by name, applicants by age."""
    rows = await VolunteerRow.raw(
        _LISTED,
        community_id,
        standing.value,
        standing.value,
        standing.value,
        VOLUNTEERS_ON_A_PAGE,
        VOLUNTEERS_ON_A_PAGE * (page - 1),
    )
    return [
        ListedVolunteer(
            **{
                **row,
                "standing": VolunteerStanding(row["standing"]),
                "grid": row["grid"] or "",
            }
        )
        for row in rows
    ]


async def count_volunteers(community_id: UUID) -> dict[VolunteerStanding, int]:
    """Return how many of a community's volunteers stand where; nobody there is 0."""
    rows = await VolunteerRow.raw(_COUNTS, community_id)
    found = {row["standing"]: int(row["volunteers"]) for row in rows}
    return {standing: found.get(standing.value, 0) for standing in VolunteerStanding}


async def _locked(member_id: UUID, by: Actor, *, made: bool = False) -> Volunteer:
    """Lock the member, then their profile, in the order of `timebank.care.volunteering`.

    With `made`, whoever has the role and no profile gets an empty one.
    """
    if Role.COORDINATOR not in by.roles or by.on_behalf_of is not None:
        raise NotAllowed("decide about volunteers")
    if member_id == by.member_id:
        raise OwnVetting
    if not await community.keep_active(member_id, community_id=by.community_id, alone=True):
        raise NotAllowed("decide about somebody who is not here")
    if made and await find_volunteer(member_id, community_id=by.community_id) is None:
        await VolunteerRow.raw(
            f"INSERT INTO volunteer (member_id, community_id, standing, since, languages)"  # noqa: S608 (a piece of our own)
            f" SELECT id, community_id, 'active', clock_timestamp(), ARRAY['mandarin'] FROM member"
            f" WHERE id = {{}} AND {HAS_ROLE}",
            member_id,
        )
    rows = await VolunteerRow.raw(
        SELECT_VOLUNTEER + "volunteer.member_id = {} FOR NO KEY UPDATE OF volunteer",
        by.community_id,
        member_id,
    )
    if not rows:
        return await volunteer(member_id, community_id=by.community_id)  # raises what is missing
    return volunteer_of(rows[0])


async def _decide(
    found: Volunteer,
    standing: VolunteerStanding,
    why: str,
    *,
    by: Actor,
    at: datetime | None,
) -> None:
    moment = at or datetime.now(UTC)
    await VolunteerRow.raw(
        _DECIDE,
        standing.value,
        moment,
        moment,
        by.member_id,
        why,
        found.community_id,
        found.member_id,
    )


async def _refuse_guardian(
    found: Volunteer, guardian_id: UUID, moment: datetime, by: Actor
) -> None:
    today = await today_in(by.community_id, moment)
    if guardian_id == found.member_id:
        raise NotAGuardian
    if not await community.keep_active(guardian_id, community_id=by.community_id):
        raise NotAGuardian
    theirs = await community.details_of(guardian_id, community_id=by.community_id)
    ages: list[Any] = [found.birth_date, theirs.birth_date]
    young, grown = (born and rules.age_on(born, today) for born in ages)
    if young is None or young >= rules.OF_AGE:
        raise NotAGuardian
    if grown is not None and grown < rules.OF_AGE:
        raise NotAGuardian


def _reason(why: str) -> str:
    told = why.strip()
    if not told or len(told) > WHY_LENGTH_MAX:
        raise InvalidProfile("why", "too long" if told else "missing", most=WHY_LENGTH_MAX)
    return told


async def _record(act: str, one: Volunteer, by: Actor, **details: Any) -> None:
    await community.record(
        act, by=by, subject_kind="member", subject_id=one.member_id, details=details
    )
