"""Who carries a project out, who acts for them, and who is too close to them to decide."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

import community
from marketplace import plans
from marketplace.delivery.values import Tie, Undertaking
from marketplace.values import Project


async def who_undertakes(project: Project) -> UUID:
    """Return the member who carries a project out: its plan's undertaker, else who proposed it."""
    return (await undertaking_of(project)).member_id


async def undertaking_of(project: Project) -> Undertaking:
    """Return who carries a project out now, and everybody who acts for them."""
    found = await _undertakings([project], community_id=project.community_id)
    return found[project.id]


async def _undertakings(
    projects: Collection[Project], *, community_id: UUID
) -> dict[UUID, Undertaking]:
    """Return who carries each of these projects out; asked at once, however many there are.

    Whoever proposed one under a membership that became part of another acts under that.
    """
    written = {one.plan_id for one in projects if one.plan_id is not None}
    held = await plans.plans_by_id(written, community_id=community_id) if written else {}
    holders = {
        one.id: held[one.plan_id].undertaker if one.plan_id is not None else None
        for one in projects
    }
    proposers = {one.proposed_by for one in projects if holders[one.id] is None}
    standing = (
        await community.standing_memberships(proposers, community_id=community_id)
        if proposers
        else {}
    )
    found: dict[UUID, Undertaking] = {}
    for one in projects:
        holder = holders[one.id]
        if holder is None:
            proposer = standing[one.proposed_by]
            found[one.id] = Undertaking(proposer, None, frozenset({proposer}))
        else:
            hands = await plans.hands_of(holder, community_id=community_id)
            found[one.id] = Undertaking(holder.member_id, holder.organisation_id, frozenset(hands))
    return found


async def tie(
    undertaking: Undertaking, asked_by: UUID | None, member_id: UUID, *, community_id: UUID
) -> Tie | None:
    """Return what ties a member to who asks for a project's money; None where nothing does.

    Kin are those on record now, of who asked and of everybody who acts for the project; of the
    organisation is whoever has any post in it now.
    """
    kin = await community.kin_kinds(member_id, community_id=community_id)
    groups = await _groups_of(member_id, community_id) if undertaking.organisation_id else set()
    return _tie(undertaking, asked_by, member_id, kin=kin, groups=groups)


async def ties(
    asked: Sequence[tuple[Project, UUID | None]], member_id: UUID, *, community_id: UUID
) -> list[Tie | None]:
    """Return for each project and who asks what ties a member to them, as `tie` does for one."""
    if not asked:
        return []
    projects = [project for project, _ in asked]
    found = await _undertakings(projects, community_id=community_id)
    kin = await community.kin_kinds(member_id, community_id=community_id)
    some = any(one.organisation_id for one in found.values())
    groups = await _groups_of(member_id, community_id) if some else set()
    return [
        _tie(found[project.id], asked_by, member_id, kin=kin, groups=groups)
        for project, asked_by in asked
    ]


async def _groups_of(member_id: UUID, community_id: UUID) -> set[UUID]:
    now = datetime.now(UTC)
    held = await community.posts_of(member_id, community_id=community_id)
    return {one.organisation_id for one in held if one.since <= now and not one.over(now)}


def _tie(
    undertaking: Undertaking,
    asked_by: UUID | None,
    member_id: UUID,
    *,
    kin: Collection[UUID],
    groups: Collection[UUID],
) -> Tie | None:
    if member_id == asked_by:
        return Tie.ASKER
    if member_id in undertaking.hands:
        return Tie.UNDERTAKER
    if (undertaking.hands | {asked_by}).intersection(kin):
        return Tie.KIN
    if undertaking.organisation_id in groups:
        return Tie.ORGANISATION
    return None
