"""Reads the audit trail for those who watch over it: search by who, what, whom and when."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community.audit import EVENT, event_of, record
from community.tables import AreaRow, AuditEventRow, ConsentRow, MemberRow
from community.transactions import transaction
from community.values import Actor, AuditEvent, Role

WATCHERS = (Role.AUDITOR, Role.ADMINISTRATOR)
"""The roles that read a trail, at the area where they are held and below it."""

# Each area's events (and each act's) are one range of an index in the order of the answer, so a
# page takes at most its own number of rows from each, however long the trail.
_SEARCH = f"""
SELECT {EVENT} FROM unnest({{}}::uuid[]) AS place (place_id) {{acts}} CROSS JOIN LATERAL (
    SELECT * FROM audit_event WHERE area_id = place.place_id {{also}}
    ORDER BY at DESC, seq DESC LIMIT {{}}
) AS event ORDER BY event.at DESC, event.seq DESC LIMIT {{}}
"""  # noqa: S608 (pieces of our own; values travel as parameters)

_HELD = """
SELECT array_agg(DISTINCT below.id) AS ids FROM member_role
JOIN area AS below ON below.lineage @> ARRAY[member_role.area_id]
WHERE member_id = {} AND role = ANY({})
    AND since <= clock_timestamp() AND (until IS NULL OR until > clock_timestamp())
"""

_NAMES = """
SELECT id, name FROM member WHERE id = ANY({})
UNION ALL SELECT id, name FROM area WHERE id = ANY({})
UNION ALL SELECT id, name FROM organisation WHERE id = ANY({})
"""

# Each of the three walks one index, area by area, so that it never reads another person's events.
_OWN = f"""
SELECT DISTINCT {EVENT} FROM area CROSS JOIN LATERAL (
    SELECT * FROM audit_event WHERE area_id = area.id AND actor = ANY({{}})
    UNION ALL SELECT * FROM audit_event WHERE area_id = area.id AND on_behalf_of = ANY({{}})
    UNION ALL SELECT * FROM audit_event WHERE area_id = area.id AND subject_id = ANY({{}})
) AS event ORDER BY event.at, event.seq
"""  # noqa: S608 (a piece of our own)

_CONSENT = """
SELECT consent.id, member_id, member.name AS member_name, channel, words, consent.language,
    witness.name AS witness_name, recorder.name AS recorded_by_name, given_at, recorded_at
FROM consent JOIN member ON member.id = member_id
LEFT JOIN member AS witness ON witness.id = witness_id
LEFT JOIN member AS recorder ON recorder.id = recorded_by
WHERE consent.id = {} AND consent.community_id = ANY({})
"""


@dataclass(frozen=True, slots=True)
class TrailSearch:
    """Which events somebody looks for; what is None or empty does not narrow the search.

    `since` is included and `until` is not. `acts`, `actors` and `subjects` name one of several;
    `principals` are those on whose behalf somebody acted.
    """

    since: datetime | None = None
    until: datetime | None = None
    acts: tuple[str, ...] = ()
    actors: tuple[UUID, ...] = ()
    subjects: tuple[UUID, ...] = ()
    principals: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenConsent:
    """A recorded consent as the trail leads to it, with the names of those who took part."""

    id: UUID
    member_id: UUID
    member_name: str
    channel: str
    words: str
    language: str
    witness_name: str | None
    recorded_by_name: str | None
    given_at: datetime
    recorded_at: datetime


async def watched_areas(by: Actor) -> tuple[UUID, ...]:
    """Return the areas whose trail this actor may read now: where a watcher's role holds."""
    rows = await AreaRow.raw(_HELD, by.member_id, [role.value for role in WATCHERS])
    return tuple(sorted(rows[0]["ids"] or ()))


async def search_trail(
    areas: Iterable[UUID], wanted: TrailSearch, *, before: int | None = None, size: int = 50
) -> list[AuditEvent]:
    """Return a page of the events in these areas that fit, newest first.

    `before` is the `seq` of the last event of the page before.
    """
    conditions, values = _conditions(wanted)
    if before is not None:
        conditions.append("(at, seq) < ({}, {})")
        values += [await _moment_of(before), before]
    # The acts are walked one by one, each along its own range, unless somebody is named: whoever
    # is named has fewer events than the act.
    named = wanted.actors or wanted.subjects or wanted.principals
    acts: list[Any] = []
    if wanted.acts and not named:
        conditions.append("act = one.act_name")
        acts.append(list(wanted.acts))
    elif wanted.acts:
        conditions.append("act = ANY({})")
        values.append(list(wanted.acts))
    sql = _SEARCH.replace(
        "{acts}", "CROSS JOIN unnest({}::text[]) AS one (act_name)" if acts else ""
    ).replace("{also}", "".join(f" AND {one}" for one in conditions))
    rows = await AuditEventRow.raw(sql, list(areas), *acts, *values, size, size)
    return [event_of(row) for row in rows]


def _conditions(wanted: TrailSearch) -> tuple[list[str], list[Any]]:
    sqls: list[str] = []
    values: list[Any] = []
    for sql, moment in (("at >= {}", wanted.since), ("at < {}", wanted.until)):
        if moment is not None:
            sqls.append(sql)
            values.append(moment)
    for column, ids in (
        ("actor", wanted.actors),
        ("subject_id", wanted.subjects),
        ("on_behalf_of", wanted.principals),
    ):
        if ids:  # one alone is found in the order of its index; several must be sorted
            sqls.append(f"{column} = {{}}" if len(ids) == 1 else f"{column} = ANY({{}})")
            values.append(ids[0] if len(ids) == 1 else list(ids))
    return sqls, values


async def note_trail_export(search: TrailSearch, *, by: Actor) -> None:
    """Write down that the actor takes a copy of the trail, and of which part of it."""
    async with transaction():
        await record(
            "trail.export",
            by=by,
            subject_kind="area",
            subject_id=by.community_id,
            details={
                name: value.isoformat() if isinstance(value, datetime) else value
                for name, value in asdict(search).items()
                if value
            },
        )


async def _moment_of(seq: int) -> datetime | None:
    """Return when the event with this number was; of a number never given, the one before it."""
    rows = await AuditEventRow.raw(
        "SELECT at FROM audit_event WHERE seq <= {} ORDER BY seq DESC LIMIT 1", seq
    )
    return rows[0]["at"] if rows else None


async def members_called(name: str, areas: Iterable[UUID]) -> tuple[UUID, ...]:
    """Return the members in these areas with exactly this name; several may share it."""
    rows = await MemberRow.raw(
        "SELECT id FROM member WHERE community_id = ANY({}) AND name = {} ORDER BY id LIMIT 50",
        list(areas),
        name,
    )
    return tuple(row["id"] for row in rows)


async def own_trail(who: Iterable[UUID]) -> list[AuditEvent]:
    """Return every event that these members did, that was done for them, or that is about them.

    Oldest first, wherever it was done.
    """
    ids = list(who)
    return [event_of(row) for row in await AuditEventRow.raw(_OWN, ids, ids, ids)]


async def trail_names(events: Iterable[AuditEvent]) -> dict[UUID, str]:
    """Return the names of the members, areas and organisations that these events mention."""
    ids = list(
        {
            one
            for event in events
            for one in (event.actor, event.on_behalf_of, event.subject_id, event.area_id)
            if one
        }
    )
    return {row["id"]: row["name"] for row in await MemberRow.raw(_NAMES, ids, ids, ids)}


async def seen_consent(consent_id: UUID, areas: Iterable[UUID]) -> SeenConsent | None:
    """Return a consent that was given in one of these areas; None where there is none."""
    rows = await ConsentRow.raw(_CONSENT, consent_id, list(areas))
    return SeenConsent(**rows[0]) if rows else None
