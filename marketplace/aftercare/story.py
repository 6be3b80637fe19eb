"""Reads the whole story of a need or a project: each time it was raised, voted on, carried out."""

from typing import Final
from uuid import UUID

from marketplace.aftercare.tables import NeedOriginRow
from marketplace.aftercare.values import Again, Chapter

# From any point of the story to all the others: a need leads to the projects that its plan became,
# a project to the needs that came from it, and both back.
_STORY: Final = """
WITH RECURSIVE story (kind, id) AS (
    SELECT {}::text, {}::uuid
    UNION
    SELECT onward.kind, onward.id FROM story CROSS JOIN LATERAL (
        SELECT 'need' AS kind, plan.need_id AS id FROM project
        JOIN plan ON plan.id = project.plan_id
        WHERE story.kind = 'project' AND project.id = story.id
        UNION ALL SELECT 'project', project.id FROM plan JOIN project ON project.plan_id = plan.id
        WHERE story.kind = 'need' AND plan.need_id = story.id
        UNION ALL SELECT 'project', need_origin.project_id FROM need_origin
        WHERE story.kind = 'need' AND need_origin.need_id = story.id
        UNION ALL SELECT 'need', need_origin.need_id FROM need_origin
        WHERE story.kind = 'project' AND need_origin.project_id = story.id
    ) AS onward
)
SELECT 'need' AS kind, need.id, need.title, need.raised_at AS at, need.state,
    NULL::uuid AS round_id, '' AS round_name, '' AS delivery, origin.again, origin.words,
    origin.project_id AS from_project
FROM story JOIN need ON need.id = story.id LEFT JOIN need_origin AS origin ON need_id = need.id
WHERE story.kind = 'need' AND need.community_id = {}
UNION ALL
SELECT 'project', project.id, project.title, project.proposed_at, CASE
        WHEN project.left_at IS NOT NULL THEN 'left' ELSE project_state.state END,
    project.round_id, round.name, coalesce(delivery.state, ''), NULL, '', NULL
FROM story JOIN project ON project.id = story.id JOIN round ON round.id = project.round_id
CROSS JOIN LATERAL (SELECT state FROM project_move WHERE project_id = project.id
    ORDER BY seq DESC LIMIT 1) AS project_state
LEFT JOIN delivery ON delivery.project_id = project.id
WHERE story.kind = 'project' AND project.community_id = {}
ORDER BY at, kind, id
"""


async def story_of_need(need_id: UUID, *, community_id: UUID) -> list[Chapter]:
    """Return every chapter of the story to which a need belongs, the first first."""
    return await _story("need", need_id, community_id)


async def story_of_project(project_id: UUID, *, community_id: UUID) -> list[Chapter]:
    """Return every chapter of the story to which a project belongs, the first first."""
    return await _story("project", project_id, community_id)


async def _story(kind: str, start: UUID, community_id: UUID) -> list[Chapter]:
    found = await NeedOriginRow.raw(_STORY, kind, start, community_id, community_id)
    return [
        Chapter(
            **{
                **row,
                "again": Again(row["again"]) if row["again"] else None,
                "words": row["words"] or "",
            }
        )
        for row in found
    ]
