"""What becomes of a volunteer's words, times and certificates in a merge and in an erasure."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor, Kept
from timebank.care.tables import CalendarFeedRow, CertificateRow, VolunteerRow

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "volunteering",
        (
            "volunteer.member_id",
            "volunteer.guardian_id",
            "volunteer_skill.member_id",
            "volunteer_grid.member_id",
        ),
        """
        SELECT volunteer.standing AS volunteer_standing, since, words AS about, languages,
            honours_public, decided_at, why, guardian.name AS guardian, guardian_evidence,
            ARRAY(SELECT name_zh FROM volunteer_skill JOIN care_service
                ON care_service.id = care_service_id
                WHERE volunteer_skill.member_id = me.id ORDER BY place_in_list) AS skills,
            ARRAY(SELECT area.name FROM volunteer_grid AS grid JOIN area ON area.id = grid.grid_id
                WHERE grid.member_id = me.id ORDER BY area.name) AS grids
        FROM me JOIN volunteer ON volunteer.member_id = me.id
        LEFT JOIN member AS guardian ON guardian.id = guardian_id
        UNION ALL
        SELECT NULL, guardian_at, NULL, NULL, NULL, NULL, NULL, ward.name, guardian_evidence,
            NULL, NULL
        FROM me JOIN volunteer ON guardian_id = me.id
        JOIN member AS ward ON ward.id = volunteer.member_id
        """,
    ),
    Kept(
        "volunteer_times",
        ("volunteer_hours.member_id", "volunteer_exception.member_id"),
        """
        SELECT weekday, NULL::date AS first_day, NULL::date AS last_day, NULL::boolean AS away,
            from_minute, until_minute
        FROM me JOIN volunteer_hours ON volunteer_hours.member_id = me.id
        UNION ALL
        SELECT NULL, first_day, last_day, away, from_minute, until_minute
        FROM me JOIN volunteer_exception ON volunteer_exception.member_id = me.id
        ORDER BY 1, 2, 5
        """,
    ),
    Kept(
        "certificates",
        ("certificate.member_id",),
        """
        SELECT name_zh, name_en, number, issued_on, expires_on, claimed_at, verified_at, evidence,
            ended_at, ended_why
        FROM me JOIN certificate ON certificate.member_id = me.id
        JOIN certificate_kind ON certificate_kind.id = kind_id ORDER BY claimed_at
        """,
    ),
    Kept(
        "calendar_feeds",
        ("calendar_feed.member_id",),
        "SELECT made_at FROM me JOIN calendar_feed ON calendar_feed.member_id = me.id",
    ),
)
"""What is kept of a member as a volunteer, in the order in which a page tells it."""

_NO_GUARDIAN: Final = """
UPDATE volunteer SET guardian_id = NULL, guardian_evidence = '', guardian_by = NULL,
    guardian_at = NULL WHERE community_id = {} AND guardian_id = ANY({})
"""

# The one who stays may have checked a certificate of the other's: nobody checks their own.
_HAND_OVER: Final = """
UPDATE certificate SET member_id = {} WHERE community_id = {} AND member_id = {}
    AND (verified_at IS NOT NULL OR ended_at IS NOT NULL)
    AND verified_by IS DISTINCT FROM {}
"""

_COPY: Final = (
    """INSERT INTO volunteer (member_id, community_id, standing, since, words, languages,
           honours_public, why)
       SELECT {}, community_id, standing, since, words, languages, honours_public, why
       FROM volunteer WHERE community_id = {} AND member_id = {}
       ON CONFLICT (member_id) DO NOTHING RETURNING member_id""",
    """INSERT INTO volunteer_skill (member_id, community_id, care_service_id)
       SELECT {}, community_id, care_service_id FROM volunteer_skill
       WHERE community_id = {} AND member_id = {}""",
    """INSERT INTO volunteer_grid (member_id, community_id, grid_id)
       SELECT {}, community_id, grid_id FROM volunteer_grid
       WHERE community_id = {} AND member_id = {}""",
    """INSERT INTO volunteer_hours (member_id, community_id, weekday, from_minute, until_minute)
       SELECT {}, community_id, weekday, from_minute, until_minute FROM volunteer_hours
       WHERE community_id = {} AND member_id = {}""",
    """INSERT INTO volunteer_exception (id, member_id, community_id, away, first_day, last_day,
           from_minute, until_minute)
       SELECT gen_random_uuid(), {}, community_id, away, first_day, last_day, from_minute,
           until_minute
       FROM volunteer_exception WHERE community_id = {} AND member_id = {}""",
)


async def forget_volunteers(members: Collection[UUID], *, community_id: UUID) -> None:
    """Delete what these members said of themselves as volunteers, and their certificates.

    Within the transaction that erases them. Whose guardian they were has none any more.
    """
    ids = list(members)
    async with ledger.transaction():
        await VolunteerRow.raw(_NO_GUARDIAN, community_id, ids)
        for table in (VolunteerRow, CertificateRow, CalendarFeedRow):
            await _delete(table, ids, community_id)


async def take_over_volunteering(other: UUID, survivor: UUID, *, by: Actor) -> None:
    """Hand what the other membership said as a volunteer to the one that stays.

    Within the transaction that merges the two. The survivor's own profile stays; where there is
    none, the other's is taken over, without a guardian. Verified certificates pass on; claims and
    the calendar's address go. Doing it again changes nothing.
    """
    place = by.community_id
    async with ledger.transaction():
        await CertificateRow.raw(_HAND_OVER, survivor, place, other, survivor)
        profile, *rest = _COPY
        if await VolunteerRow.raw(profile, survivor, place, other):
            for statement in rest:
                await VolunteerRow.raw(statement, survivor, place, other)
        await VolunteerRow.raw(_NO_GUARDIAN, place, [other])
        for table in (VolunteerRow, CertificateRow, CalendarFeedRow):
            await _delete(table, [other], place)
        await community.record(
            "volunteer.merge",
            by=by,
            subject_kind="member",
            subject_id=survivor,
            details={"merged": str(other)},
        )


async def _delete(
    table: type[VolunteerRow | CertificateRow | CalendarFeedRow],
    ids: list[UUID],
    community_id: UUID,
) -> None:
    name = table._meta.tablename  # noqa: SLF001 (Piccolo's own way to a table's name)
    await table.raw(
        f"DELETE FROM {name} WHERE community_id = {{}} AND member_id = ANY({{}})",  # noqa: S608 (a name of ours)
        community_id,
        ids,
    )
