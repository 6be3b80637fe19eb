"""Whose judgement of a project counts: who took part, who lives there, and who may not rate."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import community
from community import Elector, Role
from marketplace import plans
from marketplace.delivery import reading as delivery_reading
from marketplace.delivery.undertaking import undertaking_of
from marketplace.delivery.values import Undertaking
from marketplace.evaluation import rules
from marketplace.evaluation.tables import EvaluationRow
from marketplace.evaluation.values import Invited, WhyNot
from marketplace.needs import followers
from marketplace.reading import read_project
from marketplace.values import Project, ProjectId

AT_HOME: Final = frozenset({Role.RESIDENT, Role.ELDER})
"""The roles of those who live somewhere: a resident, and an elder who is helped at home."""

# Money counts as given where some of it stayed; hours where they were pledged or worked.
_GAVE: Final = """
SELECT DISTINCT member_id FROM contribution WHERE community_id = {} AND project_id = {}
    AND member_id IS NOT NULL AND paid_at IS NOT NULL AND state <> 'refunded'
"""
_HELPED: Final = """
SELECT member_id FROM pledge WHERE community_id = {} AND project_id = {}
    AND state IN ('held', 'given')
UNION SELECT member_id FROM work_turn WHERE community_id = {} AND project_id = {}
    AND state = 'came'
"""


async def project_of(project_id: UUID, *, community_id: UUID) -> Project:
    """Return the project that is judged. Raises `UnknownProject`."""
    return await read_project(ProjectId(project_id), community_id=community_id)


async def taking_part(project: Project) -> dict[UUID, Invited]:
    """Return who raised or seconded the need, gave money, or helped; the first reason of each."""
    found: dict[UUID, Invited] = {}
    here = (project.community_id, project.id)
    for row in await EvaluationRow.raw(_HELPED, *here, *here):
        found.setdefault(row["member_id"], Invited.HELPED)
    for row in await EvaluationRow.raw(_GAVE, *here):
        found.setdefault(row["member_id"], Invited.GAVE)
    if project.plan_id is not None:
        plan = await plans.read_plan(project.plan_id, community_id=project.community_id)
        for member_id in await followers(plan.need_id, project.community_id):
            found.setdefault(member_id, Invited.SECONDED)
    found.setdefault(project.proposed_by, Invited.SECONDED)
    return found


def at_home(elector: Elector, project: Project) -> bool:
    """Whether a member lives in the project's area; in the whole community where it has none."""
    area = project.area_id or project.community_id
    return bool(elector.roles & AT_HOME) and area in elector.lineage


async def residents(project: Project) -> list[UUID]:
    """Return everybody who lives in the project's area."""
    return [
        member_id
        for one, alike in await community.electors_alike(project.community_id)
        if at_home(one, project)
        for member_id in alike
    ]


async def behind(undertaking: Undertaking, *, community_id: UUID) -> set[UUID]:
    """Return who carries a project out: the member, who speaks for them, their organisation."""
    found = {undertaking.member_id, *undertaking.hands}
    if undertaking.organisation_id is not None:
        found |= {
            member_id
            for member_id, span in await community.belonging(
                undertaking.organisation_id, community_id=community_id
            )
            if span.until is None
        }
    return found


async def kin(members: Collection[UUID], *, community_id: UUID) -> set[UUID]:
    """Return who is kin on record to any of these."""
    found: set[UUID] = set()
    for one in members:
        found |= (await community.kin_kinds(one, community_id=community_id)).keys()
    return found - set(members)


async def close_to_undertaker(project: Project) -> set[UUID]:
    """Return who undertakes the project, its organisation, and the kin of all of them."""
    own = await behind(await undertaking_of(project), community_id=project.community_id)
    return own | await kin(own, community_id=project.community_id)


async def approvers(project: Project) -> set[UUID]:
    """Return who has approved any of a project's money."""
    asked = await delivery_reading.disbursements(project.id, community_id=project.community_id)
    return {member_id for one in asked for member_id in one.approvers}


async def barred(project: Project) -> dict[UUID, WhyNot]:
    """Return who does not rate the project, each with the reason that weighs most."""
    home = project.community_id
    own = await behind(await undertaking_of(project), community_id=home)
    approved = await approvers(project)
    found = dict.fromkeys(await kin(own | approved, community_id=home), WhyNot.KIN)
    found |= dict.fromkeys(approved, WhyNot.APPROVER)
    return found | dict.fromkeys(own, WhyNot.UNDERTAKER)


async def why_not(project: Project, member_id: UUID) -> WhyNot | None:
    """Return why a member does not rate a project; None where nothing is in the way."""
    electors = await community.electors(project.community_id, member_id=member_id)
    if not electors:
        return WhyNot.ELSEWHERE
    return rules.why_not(
        member_id,
        barred=await barred(project),
        took_part=member_id in await taking_part(project),
        lives_here=at_home(electors[0], project),
    )


async def active(members: Collection[UUID], *, community_id: UUID) -> set[UUID]:
    """Return which of these are active members of the community."""
    found = await community.electors_alike(community_id)
    return set(members) & {one for _kind, alike in found for one in alike}
