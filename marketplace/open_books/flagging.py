"""Reads who had which part in a project, and the flags that follow by the rule. Never writes."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
from community import KinKind
from marketplace.delivery.undertaking import undertaking_of
from marketplace.open_books import flag_rules
from marketplace.open_books.flag_rules import Flag, Part, Taking, Ties
from marketplace.open_books.tables import TrailMarkRow
from marketplace.reading import read_project
from marketplace.values import Project, ProjectId

# Only those who are tied to the undertaker are asked for: what a project was given may be much.
_TAKINGS: Final = """
WITH asked AS (
    SELECT {}::uuid AS project_id, {}::uuid AS community_id, {}::uuid[] AS circle,
        {}::uuid AS organisation_id, {}::uuid AS plan_id
)
SELECT 'screener' AS part, screening.decided_by AS member_id, screening.decided_at AS at,
    NULL::uuid AS organisation_id
FROM asked JOIN plan ON plan.id = asked.plan_id JOIN screening ON screening.need_id = plan.need_id
WHERE screening.decided_by = ANY(circle)
UNION
SELECT 'screener', appeal.decided_by, appeal.decided_at, NULL
FROM asked JOIN plan ON plan.id = asked.plan_id
JOIN screening_appeal AS appeal ON appeal.need_id = plan.need_id
WHERE appeal.decided_by = ANY(circle)
UNION
SELECT 'selector', chosen_by, chosen_at, NULL FROM asked
JOIN undertaking ON undertaking.plan_id = asked.plan_id WHERE chosen_by = ANY(circle)
UNION
SELECT 'approver', decided_by, decided_at, NULL FROM asked
JOIN disbursement ON disbursement.project_id = asked.project_id
JOIN disbursement_decision ON disbursement_id = disbursement.id
WHERE verdict = 'approved' AND decided_by = ANY(circle)
UNION
SELECT 'inspector', member_id, named_at, NULL FROM asked JOIN project_inspector
    ON project_inspector.project_id = asked.project_id WHERE member_id = ANY(circle)
UNION
SELECT 'settler', settled_by, max(settled_at), NULL FROM asked JOIN work_turn
    ON work_turn.project_id = asked.project_id
WHERE settled_by = ANY(circle) AND settled_by <> ALL({}::uuid[]) AND state = 'came'
GROUP BY settled_by
UNION
SELECT 'giver', member_id, max(made_at), NULL FROM asked JOIN contribution
    ON contribution.project_id = asked.project_id
WHERE member_id = ANY(circle) AND paid_at IS NOT NULL GROUP BY member_id
UNION
SELECT 'giver', NULL, max(made_at), contribution.organisation_id FROM asked JOIN contribution
    ON contribution.project_id = asked.project_id
WHERE contribution.organisation_id = asked.organisation_id AND paid_at IS NOT NULL
GROUP BY contribution.organisation_id
"""

_APPROVERS: Final = """
SELECT disbursement_id, array_agg(DISTINCT decided_by) AS approvers FROM disbursement_decision
JOIN disbursement ON disbursement.id = disbursement_id
WHERE disbursement.community_id = {} AND project_id = {} AND verdict = 'approved'
GROUP BY disbursement_id HAVING count(DISTINCT decided_by) > 1
"""

_INSPECTORS: Final = """
SELECT inspector_id AS member_id FROM sign_off JOIN evaluation ON evaluation.id = evaluation_id
WHERE evaluation.community_id = {} AND project_id = {}
UNION SELECT member_id FROM project_inspector WHERE community_id = {} AND project_id = {}
"""

_APPROVED: Final = """
SELECT DISTINCT decided_by AS member_id FROM disbursement_decision
JOIN disbursement ON disbursement.id = disbursement_id
WHERE disbursement.community_id = {} AND project_id = {} AND verdict = 'approved'
"""

_CHOSEN: Final = """
SELECT id FROM project WHERE community_id = {} AND EXISTS (
    SELECT FROM project_move WHERE project_id = project.id AND state = 'chosen')
ORDER BY proposed_at DESC, id LIMIT {} OFFSET {}
"""


async def project_flags(project_id: UUID, *, community_id: UUID) -> tuple[Flag, ...]:
    """Return every flag of a project, with who and how: for the auditor.

    Raises `UnknownProject`. For everybody else, `flag_rules.public` of it.
    """
    project = await read_project(ProjectId(project_id), community_id=community_id)
    ties = await ties_of(project)
    both = flag_rules.both_hands(await _approved(project), await _inspecting(project))
    return flag_rules.found(await _takings(project, ties), ties) + await _among(project) + both


async def flags(
    project_id: UUID,
    member_id: UUID,
    act: Part,
    *,
    community_id: UUID,
    beside: Collection[UUID] = (),
    at: datetime | None = None,
) -> tuple[Flag, ...]:
    """Return the flags that there are if a member takes this part in a project, now unless given.

    To be asked before an approval, say, and shown to who is about to give it. `beside` are who
    approved the same request before. Raises `UnknownProject`.
    """
    project = await read_project(ProjectId(project_id), community_id=community_id)
    would = Taking(act, member_id, at or datetime.now(UTC))
    found = flag_rules.found([would], await ties_of(project))
    if act is Part.APPROVER:
        kin = {member_id: await community.kin_kinds(member_id, community_id=community_id)}
        kin |= {one: {member_id: kind} for one, kind in kin[member_id].items() if one in beside}
        found += flag_rules.among_approvers({member_id, *beside}, kin)
        found += flag_rules.both_hands({member_id}, await _inspecting(project))
    elif act is Part.INSPECTOR:
        found += flag_rules.both_hands(await _approved(project), {member_id})
    return found


async def _inspecting(project: Project) -> set[UUID]:
    """Return who has signed a project off, and who is named to."""
    here = (project.community_id, project.id)
    return {row["member_id"] for row in await TrailMarkRow.raw(_INSPECTORS, *here, *here)}


async def _approved(project: Project) -> set[UUID]:
    """Return who has approved any of a project's money."""
    rows = await TrailMarkRow.raw(_APPROVED, project.community_id, project.id)
    return {row["member_id"] for row in rows}


async def ties_of(project: Project) -> Ties:
    """Return what is on record now about who undertakes a project."""
    undertaking = await undertaking_of(project)
    here = project.community_id
    kin: dict[UUID, tuple[UUID, KinKind]] = {}
    for hand in sorted(undertaking.hands):
        for relative, kind in (await community.kin_kinds(hand, community_id=here)).items():
            kin.setdefault(relative, (hand, kind))
    posts: list[tuple[UUID, datetime, datetime | None]] = []
    if undertaking.organisation_id is not None:
        posts = [
            (one.member_id, one.since, one.until)
            for one in await community.posts_in(undertaking.organisation_id, community_id=here)
        ]
    hands = frozenset(undertaking.hands | {undertaking.member_id})
    return Ties(hands, undertaking.organisation_id, kin, posts)


async def _takings(project: Project, ties: Ties) -> list[Taking]:
    circle = ties.hands | ties.kin.keys() | {who for who, _, _ in ties.posts}
    rows = await TrailMarkRow.raw(
        _TAKINGS,
        project.id,
        project.community_id,
        list(circle),
        ties.organisation_id,
        project.plan_id,
        list(ties.hands),
    )
    return [Taking(Part(row.pop("part")), **row) for row in rows]


async def _among(project: Project) -> tuple[Flag, ...]:
    requests = await TrailMarkRow.raw(_APPROVERS, project.community_id, project.id)
    everybody = {one for row in requests for one in row["approvers"]}
    kin = {
        one: await community.kin_kinds(one, community_id=project.community_id) for one in everybody
    }
    flags_found: dict[Flag, None] = {}
    for row in requests:
        flags_found |= dict.fromkeys(flag_rules.among_approvers(row["approvers"], kin))
    return tuple(flags_found)


async def flagged_projects(
    community_id: UUID, *, page: int = 1, size: int = 50
) -> tuple[list[tuple[Project, tuple[Flag, ...]]], bool]:
    """Return the flagged ones of a page of chosen projects, newest first; whether there are more.

    For the auditor's list: every chosen project is looked at, `size` of them a page.
    """
    rows = await TrailMarkRow.raw(_CHOSEN, community_id, size + 1, (page - 1) * size)
    listed = []
    for row in rows[:size]:
        project = await read_project(row["id"], community_id=community_id)
        if raised := await project_flags(project.id, community_id=community_id):
            listed.append((project, raised))
    return listed, len(rows) > size


def members_in(flags_found: Collection[Flag]) -> set[UUID]:
    """Return whom flags name."""
    return {
        one for flag in flags_found for one in (flag.member_id, flag.other_id) if one is not None
    }
