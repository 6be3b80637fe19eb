"""Reads the public register of undertakers: who undertook what, and how it went. Never writes.

Whoever carried out a project that residents chose stands in it: an organisation where one
undertook, else the member who did, or who proposed a project that has no undertaker of its own.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from marketplace.delivery.values import DeliveryState
from marketplace.evaluation import Judged, Score, record_of
from marketplace.open_books.tables import TrailMarkRow

PAGE: Final = 20

# Who undertakes: of the plan as it was chosen, everybody who ever did, even if they stepped back;
# of a project without such a plan, who proposed it.
_UNDERTOOK: Final = """
undertook AS (
    SELECT undertaking.member_id, undertaking.organisation_id, undertaking.chosen_at AS since,
        undertaking.ended_at, project.id AS project_id
    FROM undertaking JOIN project ON project.plan_id = undertaking.plan_id
    WHERE undertaking.community_id = {}
    UNION ALL
    SELECT proposed_by, NULL, proposed_at, NULL, id FROM project
    WHERE community_id = {} AND NOT EXISTS (
        SELECT FROM undertaking WHERE undertaking.plan_id = project.plan_id)
), listed AS (
    SELECT coalesce(organisation_id, member_id) AS undertaker_id, undertook.* FROM undertook
    WHERE EXISTS (SELECT FROM project_move
        WHERE project_move.project_id = undertook.project_id AND state = 'chosen')
)
"""

_LIST: Final = f"""
WITH {_UNDERTOOK}
SELECT undertaker_id AS id, bool_or(organisation_id IS NOT NULL) AS is_group,
    count(*)::int AS projects,
    (count(*) FILTER (WHERE delivery.state IN ('judged', 'closed')))::int AS finished,
    (count(*) FILTER (WHERE delivery.state = 'stopped'))::int AS stopped,
    max(since) AS latest
FROM listed LEFT JOIN delivery USING (project_id)
GROUP BY 1 ORDER BY latest DESC, 1 LIMIT {{}} OFFSET {{}}
"""  # noqa: S608 (a piece of our own)

_ENTRIES: Final = f"""
WITH {_UNDERTOOK}
SELECT project.id AS project_id, title, listed.member_id, listed.organisation_id, listed.since,
    listed.ended_at, delivery.state, delivery.began_at,
    coalesce(plan_version.cost_fen, project.cost_fen) AS planned_fen,
    coalesce(plan_version.minutes, 0) AS planned_minutes,
    coalesce(paid.spent, 0)::bigint AS spent_fen,
    (SELECT coalesce(sum(work_turn.paid), 0)::bigint FROM work_turn
     WHERE work_turn.project_id = project.id AND work_turn.state = 'came') AS spent_minutes,
    (SELECT count(*)::int FROM milestone WHERE milestone.project_id = project.id) AS milestones,
    (SELECT count(*)::int FROM milestone_report AS told WHERE told.project_id = project.id)
        AS reported,
    (SELECT coalesce(greatest(0, max(coalesce(done_on, {{}}::date) - promised_on)), 0)::int
     FROM milestone LEFT JOIN milestone_report USING (project_id, number)
     WHERE milestone.project_id = project.id) AS days_late
FROM listed JOIN project ON project.id = listed.project_id
LEFT JOIN delivery ON delivery.project_id = project.id
LEFT JOIN plan_version ON plan_version.plan_id = project.plan_id
    AND plan_version.number = project.plan_version
LEFT JOIN (
    SELECT owner, credits_posted - debits_posted AS spent FROM account
    WHERE community_id = {{}} AND kind = 'paid_out' AND unit = 'CNY'
) AS paid ON paid.owner = project.id
WHERE undertaker_id = {{}} ORDER BY listed.since DESC, project.id
"""  # noqa: S608 (a piece of our own)


@dataclass(frozen=True, slots=True)
class Listed:
    """An undertaker in the register: `id` is an organisation's where `is_group`, else a member's.

    `finished` projects are judged, `stopped` ones ended before they were delivered. `score` puts
    all published marks together, which `raters` residents gave, each counted for each project.
    """

    id: UUID
    is_group: bool
    projects: int
    finished: int
    stopped: int
    latest: datetime
    score: Score | None
    raters: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One project on an undertaker's record. Money in fen, help in minutes.

    `member_id` spoke for the organisation, if there is one. `ended_at` is when they stepped back.
    `state` is None before the work began. `days_late` is how long after the plan's own day the
    latest milestone was, or is by now. `judged` is None until residents have judged it.
    """

    project_id: UUID
    title: str
    member_id: UUID
    organisation_id: UUID | None
    since: datetime
    ended_at: datetime | None
    state: DeliveryState | None
    began_at: datetime | None
    planned_fen: int
    planned_minutes: int
    spent_fen: int
    spent_minutes: int
    milestones: int
    reported: int
    days_late: int
    judged: Judged | None


async def undertakers(
    community_id: UUID, *, page: int = 1, size: int = PAGE
) -> tuple[list[Listed], bool]:
    """Return a page of a community's register, who undertook last first; whether there are more."""
    rows = await TrailMarkRow.raw(_LIST, community_id, community_id, size + 1, (page - 1) * size)
    found = []
    for row in rows[:size]:
        judged = await _judged(row["id"], group=row["is_group"], community_id=community_id)
        told = [one.result.raters for one in judged if one.result.overall is not None]
        found.append(Listed(**row, score=overall(judged), raters=sum(told)))
    return found, len(rows) > size


async def entries_of(undertaker_id: UUID, *, community_id: UUID, today: date) -> list[Entry]:
    """Return an undertaker's projects, the latest first; none for who undertook nothing here."""
    rows = await TrailMarkRow.raw(
        _ENTRIES, community_id, community_id, today, community_id, undertaker_id
    )
    if not rows:
        return []
    group = rows[0]["organisation_id"] is not None
    judged = await _judged(undertaker_id, group=group, community_id=community_id)
    by_project = {one.evaluation.project_id: one for one in reversed(judged)}
    return [
        Entry(
            **{**row, "state": DeliveryState(row["state"]) if row["state"] else None},
            judged=by_project.get(row["project_id"]) if row["ended_at"] is None else None,
        )
        for row in rows
    ]


async def _judged(undertaker_id: UUID, *, group: bool, community_id: UUID) -> list[Judged]:
    if group:
        return await record_of(community_id=community_id, organisation_id=undertaker_id)
    return await record_of(community_id=community_id, member_id=undertaker_id)


def overall(judged: list[Judged]) -> Score | None:
    """Return all published marks together; None where nothing may be told."""
    scores = [one.result.overall for one in judged if one.result.overall is not None]
    if not scores:
        return None
    whole = scores[0]
    for one in scores[1:]:
        whole = whole + one
    return whole
