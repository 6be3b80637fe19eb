"""Needs that wait for a plan, contents of plans, and groups that could undertake them."""

import dataclasses
import uuid
from datetime import UTC, date, datetime, timedelta

import community
import ledger
from community import Actor, OrganisationDraft, OrganisationKind, Post, Role
from marketplace import entering, needs, open_ballot, plans
from marketplace.needs.raising import raise_need
from marketplace.plans import BudgetLine, Maintenance, Milestone, PlanContent
from tests.marketplace.conftest import Neighbourhood, actor

RAIL = PlanContent(
    title="楼道扶手和折叠座椅",
    summary="三幢老楼没有电梯。每层装扶手，二楼和四楼装折叠座椅。",
    lines=(
        BudgetLine("不锈钢扶手", 1_200_000),
        BudgetLine("折叠座椅", 360_000, 120),
        BudgetLine("志愿者搬运", 0, 600),
    ),
    milestones=(
        Milestone("量尺寸", date(2027, 3, 1)),
        Milestone("装好", date(2027, 4, 15)),
    ),
    maintenance=Maintenance("3 号楼楼组长", 24, 30_000),
    place="凤池弄 3、5、7 号楼",
)


def changed(content: PlanContent = RAIL, **how: object) -> PlanContent:
    """Return the content with some fields changed."""
    return dataclasses.replace(content, **how)  # type: ignore[arg-type] # a test's own


async def accepted_need(home: Neighbourhood, author: Actor | None = None) -> needs.Need:
    """Raise a need and bring it past the screening: its plan is wanted."""
    draft = needs.NeedDraft("楼道没有扶手", "老人上楼要歇三次。", "elder_care", "凤池弄")
    need = await raise_need(draft, by=author or home.residents[0])
    return await moved(need.id, home, needs.NeedState.SECONDED, needs.NeedState.ACCEPTED)


async def moved(need_id: uuid.UUID, home: Neighbourhood, *states: needs.NeedState) -> needs.Need:
    """Move a need on through these states."""
    async with ledger.transaction():
        for state in states:
            need = await needs.locked(need_id, community_id=home.id)
            await needs.move(need, state, by=home.coordinator)
        return await needs.locked(need_id, community_id=home.id)


async def planned_need(home: Neighbourhood) -> tuple[needs.Need, plans.Version]:
    """Give a need with the first version of its plan, written by who raised it."""
    need = await accepted_need(home)
    version = await plans.write_plan(need.id, RAIL, by=home.residents[0], note="", base=0)
    return await needs.read_need(need.id, community_id=home.id), version


async def group(
    home: Neighbourhood, leader: Actor, name: str = "银杏互助社"
) -> community.Organisation:
    """Found a social organisation that somebody leads."""
    draft = OrganisationDraft(
        OrganisationKind.SOCIAL_ORGANISATION, f"{name}{uuid.uuid4().hex[:6]}", "邻里互助"
    )
    found = await community.add_organisation(draft, by=home.coordinator)
    await community.give_post(found.id, leader.member_id, Post.LEADER, by=home.coordinator)
    return found


async def member(home: Neighbourhood, name: str, *roles: Role) -> Actor:
    """Add somebody to the community."""
    return actor(await community.add_member(community_id=home.id, name=name, roles=roles))


NOW = datetime.now(UTC)
IN_A_WEEK = NOW + timedelta(days=7)
AFTER = IN_A_WEEK + timedelta(minutes=1)


def offering(**how: object) -> plans.OfferDraft:
    """Return what somebody offers."""
    first = plans.OfferDraft(
        "我们装过六幢楼的扶手。", "两名电工和一辆车", 1_500_000, 600, "去年的 2 号楼"
    )
    return dataclasses.replace(first, **how)  # type: ignore[arg-type] # a test's own


async def closed_call(
    home: Neighbourhood, need: needs.Need, *by: Actor
) -> tuple[plans.Call, list[plans.Offer]]:
    """Open a call, let these answer it in their own name, and close it."""
    call = await plans.open_call(need.id, "找会装扶手的队伍", IN_A_WEEK, by=home.coordinator)
    offers = [await plans.offer_to_undertake(call.id, offering(), by=one) for one in by]
    await plans.close_due_calls(at=AFTER)
    return await plans.call(call.id, community_id=home.id), offers


async def kinds_told(one: Actor) -> list[str]:
    """Return the kinds of what a member was told, the newest first."""
    found = await community.inbox(one.member_id, community_id=one.community_id, size=50)
    return [message.kind for message in found]


async def freeze(home: Neighbourhood, version: plans.Version) -> None:
    """Let a plan stand on an open ballot."""
    opened = await home.round(budget_yuan=30_000)
    await entering.enter(opened.id, version.plan_id, by=home.coordinator)
    await open_ballot(opened.id, by=home.coordinator)
