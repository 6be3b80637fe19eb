"""Finished projects that are looked after: delivered, with custodians, and days that pass."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import community
from community import Actor
from community.policy import read_pack
from marketplace import aftercare, delivery
from marketplace.aftercare import Check, Custodian
from marketplace.delivery.moving import locked, move
from marketplace.delivery.values import DeliveryState
from marketplace.policy import SETTINGS
from marketplace.refusals import verb
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.delivery_examples import Chosen, chosen, chosen_with_plan

ZONE = ZoneInfo("Asia/Shanghai")
JPEG = b"\xff\xd8\xff\xe0 a photograph"
COVENANT = "Dry only laundry here.\nLeave no shoes on the rail.\nWho breaks it, says so."


@dataclass(frozen=True)
class Finished:
    """A project that was delivered, in its neighbourhood."""

    home: Neighbourhood
    id: uuid.UUID

    @property
    def coordinator(self) -> Actor:
        return self.home.coordinator

    @property
    def residents(self) -> list[Actor]:
        return self.home.residents

    async def custodian(self, who: Actor, at: datetime | None = None) -> Custodian:
        """Let somebody be named and say yes."""
        asked = await aftercare.name_custodian(self.id, who.member_id, by=self.coordinator)
        return await aftercare.answer_custodian(self.id, asked.id, yes=True, by=who, at=at)

    async def checks(self) -> list[Check]:
        return await aftercare.checks(self.id, community_id=self.home.id)

    async def told(self, who: Actor) -> list[str]:
        """Return the kinds of what a member was told, the oldest first."""
        found = await community.inbox(who.member_id, community_id=self.home.id, size=100)
        return [one.kind for one in reversed(found)]


def noon(day: date) -> datetime:
    """Return noon of a day, as the neighbourhood's clock has it."""
    return datetime.combine(day, time(12), ZONE).astimezone(UTC)


async def deliver(found: Chosen) -> Finished:
    """Report every milestone, which delivers a project."""
    await found.begun()
    for one in await delivery.milestones(found.project.id, community_id=found.home.id):
        await found.report(one.number, datetime.now(ZONE).date())
    async with verb():
        current = await locked(found.project.id, community_id=found.home.id)
        if current.state is DeliveryState.UNDER_WAY:
            await move(current, DeliveryState.DELIVERED, by=found.undertaker)
    return Finished(found.home, found.project.id)


async def finished(home: Neighbourhood) -> Finished:
    """Give a finished project without a plan."""
    return await deliver(await chosen(home))


async def finished_plan(home: Neighbourhood) -> Finished:
    """Give a finished project whose plan names 24 months of care."""
    return await deliver(await chosen_with_plan(home))


async def policy(home: Neighbourhood, **settings: int) -> None:
    """Let a community decide something about its finished projects."""
    lines = "\n".join(f"{name} = {value}" for name, value in settings.items())
    text = f'name = "N"\nsource = "S"\n[aftercare]\n{lines}'
    pack = read_pack(text.encode(), settings=SETTINGS, zone=ZoneInfo("Asia/Shanghai"))
    await community.adopt_policy(pack, by=community.system(home.id))
