"""Who carries a project out, who acts for them, and who is too close to them to decide."""

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
    if project.plan_id is not None:
        plan = await plans.read_plan(project.plan_id, community_id=project.community_id)
        if plan.undertaker is not None:
            hands = await plans.hands_of(plan.undertaker, community_id=project.community_id)
            return Undertaking(
                plan.undertaker.member_id, plan.undertaker.organisation_id, frozenset(hands)
            )
    return Undertaking(project.proposed_by, None, frozenset({project.proposed_by}))


async def tie(
    undertaking: Undertaking, asked_by: UUID | None, member_id: UUID, *, community_id: UUID
) -> Tie | None:
    """Return what ties a member to who asks for a project's money; None where nothing does.

    Kin are those on record now, of who asked and of everybody who acts for the project; of the
    organisation is whoever has any post in it now.
    """
    if member_id == asked_by:
        return Tie.ASKER
    if member_id in undertaking.hands:
        return Tie.UNDERTAKER
    close = undertaking.hands | ({asked_by} if asked_by else set())
    if close & (await community.kin_kinds(member_id, community_id=community_id)).keys():
        return Tie.KIN
    if undertaking.organisation_id is not None:
        now = datetime.now(UTC)
        held = await community.posts_of(member_id, community_id=community_id)
        if any(
            one.organisation_id == undertaking.organisation_id
            and one.since <= now
            and not one.over(now)
            for one in held
        ):
            return Tie.ORGANISATION
    return None
