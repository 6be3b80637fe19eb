"""What volunteers say of themselves: what they like to give, where, in which languages, and when.

Verbs, each one transaction: `save_profile`, `save_hours`, `add_away`, `add_extra`,
`drop_exception`. Whoever has no volunteer's role yet applies by saving a profile; a coordinator
decides (`timebank.care.vetting`). The trail says that something changed, never the words.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

import community
import ledger
from community import Actor, Role
from timebank.care import times_rules
from timebank.care.certificates import today_in
from timebank.care.errors import InvalidProfile, NotAllowed, UnknownVolunteer
from timebank.care.tables import (
    VolunteerExceptionRow,
    VolunteerGridRow,
    VolunteerHoursRow,
    VolunteerRow,
    VolunteerSkillRow,
)
from timebank.care.values import (
    Away,
    Extra,
    Hours,
    Profile,
    Speech,
    Times,
    Volunteer,
    VolunteerStanding,
)
from timebank.tables import CareServiceRow

SELECT_VOLUNTEER: Final = """
SELECT volunteer.*, member.name, member.birth_date, member.grid_id,
    ARRAY(SELECT care_service_id FROM volunteer_skill
        WHERE volunteer_skill.member_id = volunteer.member_id) AS skills,
    ARRAY(SELECT grid.grid_id FROM volunteer_grid AS grid
        WHERE grid.member_id = volunteer.member_id) AS grids
FROM volunteer JOIN member ON member.id = volunteer.member_id
WHERE volunteer.community_id = {} AND """

_SAVE: Final = """
INSERT INTO volunteer (member_id, community_id, standing, since, words, languages, honours_public)
VALUES ({}, {}, {}, {}, {}, {}, {})
ON CONFLICT (member_id) DO UPDATE SET standing = excluded.standing, since = excluded.since,
    words = excluded.words, languages = excluded.languages,
    honours_public = excluded.honours_public
"""


async def save_profile(profile: Profile, *, by: Actor, at: datetime | None = None) -> Volunteer:
    """Keep what a member says of themselves as a volunteer, for all of it; the first time applies.

    Raises `NotAllowed`, `InvalidProfile`.
    """
    moment = at or datetime.now(UTC)
    times_rules.check_profile(profile)
    async with ledger.transaction():
        before = await _own(by)
        await _refuse_unknown(profile, before, by)
        standing = _standing(before, by)
        moved = before is None or before.standing is not standing
        since = moment if before is None or moved else before.since
        await VolunteerRow.raw(
            _SAVE,
            by.member_id,
            by.community_id,
            standing.value,
            since,
            profile.words.strip(),
            sorted(one.value for one in profile.languages),
            profile.honours_public,
        )
        await _replace(VolunteerSkillRow, "care_service_id", profile.skills, by)
        await _replace(VolunteerGridRow, "grid_id", profile.grids, by)
        applied = standing is VolunteerStanding.APPLIED and moved
        await _record("volunteer.apply" if applied else "volunteer.profile", by)
        return await volunteer(by.member_id, community_id=by.community_id)


def _standing(before: Volunteer | None, by: Actor) -> VolunteerStanding:
    """Return where somebody stands who saves a profile: the role is the desk's word that counts."""
    if before is not None and before.standing is VolunteerStanding.PAUSED:
        return VolunteerStanding.PAUSED
    has_role = Role.VOLUNTEER in by.roles
    return VolunteerStanding.ACTIVE if has_role else VolunteerStanding.APPLIED


async def save_hours(hours: Iterable[Hours], *, by: Actor) -> tuple[Hours, ...]:
    """Keep the hours of the week at which a volunteer is usually free, instead of those before.

    Raises `UnknownVolunteer`, `NotAllowed`, `InvalidProfile`.
    """
    whole = times_rules.merged_hours(hours)
    async with ledger.transaction():
        await _own_or_refuse(by)
        before = (await times_of(by.member_id)).weekly
        if before != whole:
            await VolunteerHoursRow.raw(
                "DELETE FROM volunteer_hours WHERE member_id = {}", by.member_id
            )
            await VolunteerHoursRow.raw(
                "INSERT INTO volunteer_hours (member_id, community_id, weekday, from_minute,"
                " until_minute) SELECT {}, {}, *"
                " FROM unnest({}::integer[], {}::integer[], {}::integer[])",
                by.member_id,
                by.community_id,
                [one.weekday for one in whole],
                [one.from_minute for one in whole],
                [one.until_minute for one in whole],
            )
            await _record("volunteer.times", by)
    return whole


async def add_away(
    exception_id: UUID,
    first_day: date,
    last_day: date,
    *,
    by: Actor,
    at: datetime | None = None,
) -> None:
    """Say on which days a volunteer is away; visits that are booked stay, and are theirs to mend.

    `exception_id` is the form's: the same again changes nothing. Raises `UnknownVolunteer`,
    `NotAllowed`, `InvalidProfile`.
    """
    today = await today_in(by.community_id, at or datetime.now(UTC))
    times_rules.check_away(Away(first_day, last_day), today)
    await _add_exception(exception_id, Away(first_day, last_day), today, by)


async def add_extra(
    exception_id: UUID, extra: Extra, *, by: Actor, at: datetime | None = None
) -> None:
    """Say that a volunteer is free at more hours than usual on one day.

    The same form again changes nothing. Raises `UnknownVolunteer`, `NotAllowed`, `InvalidProfile`.
    """
    today = await today_in(by.community_id, at or datetime.now(UTC))
    times_rules.check_extra(extra, today)
    await _add_exception(exception_id, extra, today, by)


async def _add_exception(exception_id: UUID, one: Away | Extra, today: date, by: Actor) -> None:
    away = isinstance(one, Away)
    days = (one.first_day, one.last_day) if isinstance(one, Away) else (one.day, one.day)
    minutes = (None, None) if isinstance(one, Away) else (one.from_minute, one.until_minute)
    async with ledger.transaction():
        await _own_or_refuse(by)
        most = times_rules.EXCEPTIONS_MAX
        times = await times_of(by.member_id, since=today)
        if len(times.away) + len(times.extra) >= most:
            raise InvalidProfile("first_day" if away else "day", "too many", most=most)
        made = await VolunteerExceptionRow.raw(
            "INSERT INTO volunteer_exception (id, member_id, community_id, away, first_day,"
            " last_day, from_minute, until_minute) VALUES ({}, {}, {}, {}, {}, {}, {}, {})"
            " ON CONFLICT (id) DO NOTHING RETURNING id",
            exception_id,
            by.member_id,
            by.community_id,
            away,
            *days,
            *minutes,
        )
        if made:
            await _record("volunteer.times", by)


async def drop_exception(exception_id: UUID, *, by: Actor) -> bool:
    """Take days of absence or more hours back; return whether they were there.

    Raises `NotAllowed`.
    """
    _refuse_for_another(by)
    async with ledger.transaction():
        gone = await VolunteerExceptionRow.raw(
            "DELETE FROM volunteer_exception WHERE community_id = {} AND member_id = {}"
            " AND id = {} RETURNING id",
            by.community_id,
            by.member_id,
            exception_id,
        )
        if gone:
            await _record("volunteer.times", by)
    return bool(gone)


async def volunteer(member_id: UUID, *, community_id: UUID) -> Volunteer:
    """Return a volunteer with their profile. Raises `UnknownVolunteer`."""
    rows = await VolunteerRow.raw(
        SELECT_VOLUNTEER + "volunteer.member_id = {}", community_id, member_id
    )
    if not rows:
        raise UnknownVolunteer(member_id)
    return volunteer_of(rows[0])


async def find_volunteer(member_id: UUID, *, community_id: UUID) -> Volunteer | None:
    """Return a volunteer with their profile; None for whoever never filled one in."""
    try:
        return await volunteer(member_id, community_id=community_id)
    except UnknownVolunteer:
        return None


async def times_of(member_id: UUID, *, since: date = date.min) -> Times:
    """Return when a member is free by their own word; exceptions that end on `since` or later."""
    hours = await VolunteerHoursRow.raw(
        "SELECT weekday, from_minute, until_minute FROM volunteer_hours WHERE member_id = {}"
        " ORDER BY weekday, from_minute",
        member_id,
    )
    exceptions = await VolunteerExceptionRow.raw(
        "SELECT id, away, first_day, last_day, from_minute, until_minute FROM volunteer_exception"
        " WHERE member_id = {} AND last_day >= {} ORDER BY first_day, from_minute, id",
        member_id,
        since,
    )
    return Times(
        tuple(Hours(**row) for row in hours),
        tuple(
            Away(row["first_day"], row["last_day"], row["id"]) for row in exceptions if row["away"]
        ),
        tuple(
            Extra(row["first_day"], row["from_minute"], row["until_minute"], row["id"])
            for row in exceptions
            if not row["away"]
        ),
    )


def volunteer_of(row: Mapping[str, Any]) -> Volunteer:
    """Return a row of `SELECT_VOLUNTEER` as a value."""
    profile = Profile(
        row["words"],
        frozenset(row["skills"]),
        frozenset(row["grids"]),
        frozenset(map(Speech, row["languages"])),
        row["honours_public"],
    )
    return Volunteer(
        member_id=row["member_id"],
        community_id=row["community_id"],
        name=row["name"],
        standing=VolunteerStanding(row["standing"]),
        profile=profile,
        since=row["since"],
        decided_at=row["decided_at"],
        decided_by=row["decided_by"],
        why=row["why"],
        birth_date=row["birth_date"],
        grid_id=row["grid_id"],
        guardian_id=row["guardian_id"],
        guardian_evidence=row["guardian_evidence"],
    )


async def _own(by: Actor) -> Volunteer | None:
    """Lock the member, then read their profile: two forms of theirs follow one another."""
    _refuse_for_another(by)
    if not await community.keep_active(by.member_id, community_id=by.community_id, alone=True):
        raise NotAllowed("be a volunteer")
    rows = await VolunteerRow.raw(
        SELECT_VOLUNTEER + "volunteer.member_id = {} FOR NO KEY UPDATE OF volunteer",
        by.community_id,
        by.member_id,
    )
    return volunteer_of(rows[0]) if rows else None


async def _own_or_refuse(by: Actor) -> Volunteer:
    found = await _own(by)
    if found is None:
        raise UnknownVolunteer(by.member_id)
    return found


def _refuse_for_another(by: Actor) -> None:
    if by.on_behalf_of is not None:
        raise NotAllowed("say when another is free")


async def _refuse_unknown(profile: Profile, before: Volunteer | None, by: Actor) -> None:
    """Refuse care services and grids that the community does not have; what was chosen may stay."""
    kept = before.profile if before else Profile()
    new_skills = list(profile.skills - kept.skills)
    rows = await CareServiceRow.raw(
        "SELECT id FROM care_service WHERE community_id = {} AND id = ANY({})"
        " AND retired_at IS NULL",
        by.community_id,
        new_skills,
    )
    if len(rows) != len(new_skills):
        raise InvalidProfile("skills", "unknown")
    if profile.grids - kept.grids - {one.id for one in await community.grids(by.community_id)}:
        raise InvalidProfile("grids", "unknown")


async def _replace(
    table: type[VolunteerSkillRow | VolunteerGridRow],
    column: str,
    chosen: Collection[UUID],
    by: Actor,
) -> None:
    name = table._meta.tablename  # noqa: SLF001 (Piccolo's own way to a table's name)
    await table.raw(
        f"DELETE FROM {name} WHERE member_id = {{}} AND NOT {column} = ANY({{}})",  # noqa: S608 (names of ours)
        by.member_id,
        list(chosen),
    )
    await table.raw(
        f"INSERT INTO {name} (member_id, community_id, {column})"
        " SELECT {}, {}, unnest({}::uuid[]) ON CONFLICT DO NOTHING",
        by.member_id,
        by.community_id,
        list(chosen),
    )


async def _record(act: str, by: Actor) -> None:
    await community.record(act, by=by, subject_kind="member", subject_id=by.member_id)
