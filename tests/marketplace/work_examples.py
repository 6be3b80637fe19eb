"""What tests of work begin with: a project under way with minutes to promise, and slots."""

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import ledger
from community import Actor, Role, Setting
from community.policy import read_pack
from marketplace import close_and_count, delivery, entering, open_ballot, plans, vote, work
from marketplace.delivery.beginning import begin
from marketplace.money import MEMBER, PROJECT_ACCOUNT, issuance, minute_account
from marketplace.values import Project
from marketplace.work import Slot, SlotDraft, Turn
from marketplace.work_settings import SETTINGS
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.plans_examples import closed_call, planned_need

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
BEGINS = NOW + timedelta(days=3)
THERE = BEGINS + timedelta(minutes=70)
SLOT = SlotDraft("搬座椅上楼", "凤池弄 3 号楼", BEGINS, 60, 2, "戴手套")


async def under_way(home: Neighbourhood) -> Project:
    """Give a plan-less project of the first resident whose work has begun."""
    opened = await home.round()
    proposed = await home.project(opened, "Rails", 500)
    await home.voted(opened, [(1,), (1,)])
    await close_and_count(opened.id, by=home.coordinator)
    await begin(proposed.id, by=home.residents[0])
    return proposed


async def planned_under_way(home: Neighbourhood) -> Project:
    """Give a project of a plan with lines and milestones, undertaken by the second resident."""
    need, version = await planned_need(home)
    call, offers = await closed_call(home, need, home.residents[1])
    await plans.choose(call.id, offers[0].id, by=home.coordinator, reason="Done before.")
    opened = await home.round(budget_yuan=30_000)
    entered = await entering.enter(opened.id, version.plan_id, by=home.coordinator)
    await open_ballot(opened.id, by=home.coordinator)
    for one in home.residents[:3]:
        await vote(opened.id, (1,), by=one)
    await close_and_count(opened.id, by=home.coordinator)
    await begin(entered.id, by=home.residents[1])
    return entered


async def pledged(home: Neighbourhood, project: Project, minutes: int) -> None:
    """Let minutes come to a project, as a drive that reached its goal books them."""
    await give_minutes(home.id, project.id, minutes, by=home.coordinator.member_id)


async def give_minutes(community_id: UUID, project_id: UUID, minutes: int, *, by: UUID) -> None:
    """Book minutes on a project's account."""
    await ledger.transfer(
        debit=await issuance(community_id=community_id),
        credit=await minute_account(PROJECT_ACCOUNT, project_id, community_id=community_id),
        amount=ledger.Minutes(minutes),
        unit=ledger.MINUTE,
        origin=ledger.Origin(
            ledger.CommunityId(community_id), ledger.Event("pledge", ledger.new_id()), by
        ),
    )


async def with_hours(home: Neighbourhood, minutes: int = 600) -> Project:
    """Give a project under way with so many minutes on its account."""
    project = await under_way(home)
    await pledged(home, project, minutes)
    return project


async def offered(home: Neighbourhood, project: Project, **how: object) -> Slot:
    """Offer a slot of an hour for two, in three days."""
    draft = dataclasses.replace(SLOT, **how)  # type: ignore[arg-type] # a test's own
    return await work.offer_slot(project.id, draft, by=home.coordinator, at=NOW)


async def signed(slot: Slot, *people: Actor) -> list[Turn]:
    """Let people sign up."""
    return [await work.sign_up(slot.id, by=one, at=NOW) for one in people]


async def saved(one: Actor) -> int:
    """Return what a member has saved, in minutes."""
    account = await minute_account(MEMBER, one.member_id, community_id=one.community_id)
    return (await ledger.balance(account)).posted


async def adopt(
    home: Neighbourhood,
    table: str = "project_work",
    *,
    settings_of: Sequence[Setting[Any]] = SETTINGS,
    **settings: object,
) -> None:
    """Let the community decide about work and changes."""
    lines = [f"{name} = {str(value).lower()}" for name, value in settings.items()]
    text = f'name = "N"\nsource = "S"\n[{table}]\n' + "\n".join(lines)
    pack = read_pack(text.encode(), settings=settings_of, zone=ZoneInfo("Asia/Shanghai"))
    await community.adopt_policy(pack, by=community.system(home.id))


async def stop(home: Neighbourhood, project: Project) -> None:
    """Stop a project, as delivery does."""
    async with ledger.transaction():
        found = await delivery.locked(project.id, community_id=home.id)
        await delivery.move(
            found, delivery.DeliveryState.STOPPED, by=home.coordinator, why="No permit."
        )


async def resident(home: Neighbourhood, name: str = "New") -> Actor:
    """Add another resident."""
    found = await community.add_member(community_id=home.id, name=name, roles=(Role.RESIDENT,))
    return Actor(found.id, home.id, found.roles)
