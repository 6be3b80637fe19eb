"""All that matching asks about a community's volunteers, read at once for a period."""

import json
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from timebank.care import times_rules
from timebank.care.tables import VolunteerRow
from timebank.care.values import (
    Away,
    Candidate,
    Extra,
    HeldCertificate,
    Hours,
    Person,
    Speech,
    Times,
)
from timebank.care.vetting import HAS_ROLE

LATELY: Final = timedelta(days=30)

# One statement, each part by its index; days are told apart by the community's own calendar later.
_READ: Final = f"""
SELECT member.id, member.name, member.birth_date, member.grid_id,
    coalesce(volunteer.languages, ARRAY[]::text[]) AS languages,
    EXISTS (SELECT FROM member AS guardian WHERE guardian.id = volunteer.guardian_id
        AND guardian.standing = 'active') AS guardian,
    ARRAY(SELECT care_service_id FROM volunteer_skill AS skill
        WHERE skill.member_id = member.id) AS skills,
    ARRAY(SELECT grid.grid_id FROM volunteer_grid AS grid
        WHERE grid.member_id = member.id) AS grids,
    (SELECT json_agg(json_build_array(weekday, from_minute, until_minute))
        FROM volunteer_hours AS hours WHERE hours.member_id = member.id) AS hours,
    (SELECT json_agg(json_build_array(away, first_day, last_day, from_minute, until_minute))
        FROM volunteer_exception AS exception WHERE exception.member_id = member.id
            AND last_day >= {{}} AND first_day <= {{}}) AS exceptions,
    (SELECT json_agg(json_build_array(kind_id, issued_on, expires_on)) FROM certificate
        WHERE certificate.member_id = member.id
            AND certificate.verified_at IS NOT NULL AND ended_at IS NULL)
        AS certificates,
    ARRAY(SELECT quarter FROM volunteer_quarter
        WHERE volunteer_quarter.volunteer_id = member.id AND quarter >= {{}} AND quarter < {{}})
        AS busy,
    (SELECT coalesce(sum(minutes_confirmed), 0) FROM visit WHERE visit.volunteer_id = member.id
        AND minutes_confirmed IS NOT NULL AND starts_at >= {{}}) AS minutes_lately
FROM member LEFT JOIN volunteer ON volunteer.member_id = member.id
WHERE member.community_id = {{}} AND member.standing = 'active'
    AND (volunteer.member_id IS NULL OR volunteer.standing = 'active') AND {HAS_ROLE}
    AND ({{}}::uuid[] IS NULL OR member.id = ANY({{}}::uuid[]))
ORDER BY member.id
"""  # noqa: S608 (pieces of our own)


async def volunteers_for_matching(
    community_id: UUID,
    since: datetime,
    until: datetime,
    *,
    at: datetime | None = None,
    only: Collection[UUID] | None = None,
) -> list[Candidate]:
    """Return every active volunteer of a community with what matching needs to know, by id.

    Windows and busy quarter-hours are those from `since` up to `until`. Whoever is paused or not
    approved yet is left out. `at` is the moment from which "lately" is counted back, else now. With
    `only`, no more than these members are looked at.
    """
    wanted = None if only is None else list(only)
    zone = ZoneInfo((await community.community(community_id)).time_zone)
    period = times_rules.stretches(since, until, zone)
    first = since.astimezone(zone).date()
    last = until.astimezone(zone).date()
    lately = (at or datetime.now(UTC)) - LATELY
    rows = await VolunteerRow.raw(
        _READ, first, last, since, until, lately, community_id, wanted, wanted
    )
    return [_candidate(row, period) for row in rows]


def _candidate(row: dict[str, Any], period: tuple[times_rules.Stretch, ...]) -> Candidate:
    exceptions = _list(row["exceptions"])
    times = Times(
        tuple(Hours(*one) for one in _list(row["hours"])),
        tuple(Away(_day(one[1]), _day(one[2])) for one in exceptions if one[0]),
        tuple(Extra(_day(one[1]), one[3], one[4]) for one in exceptions if not one[0]),
    )
    certificates = tuple(
        HeldCertificate(UUID(kind), _day(issued), _day(expires) if expires else None)
        for kind, issued, expires in _list(row["certificates"])
    )
    return Candidate(
        member_id=row["id"],
        name=row["name"],
        person=Person(row["birth_date"], row["guardian"], certificates=certificates),
        home_grid=row["grid_id"],
        skills=frozenset(row["skills"]),
        grids=frozenset(row["grids"]),
        languages=frozenset(map(Speech, row["languages"])),
        told=times.told,
        windows=times_rules.windows(times, period),
        busy=frozenset(row["busy"]),
        minutes_lately=int(row["minutes_lately"]),
    )


def _list(text: str | None) -> list[Any]:
    return json.loads(text) if text else []


def _day(text: str) -> date:
    return date.fromisoformat(text)
