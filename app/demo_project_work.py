"""The demo's help for a project under way: hours given, a time that is over and two to come."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.demo_delivery import TITLE
from community import Actor, Community
from marketplace import ProjectId, delivery, work
from marketplace.delivery import DeliveryState, changes
from marketplace.delivery.changes import MoveMoney, NewDate
from marketplace.reading import read_project
from marketplace.work import SlotDraft

GIVEN: Final = 20 * 60  # minutes, as the plan counts on
CAME: Final = (115, 120, 90)
WHY: Final = "方案里写了要二十小时帮忙，居民代表会议同意由社区发放。"
ABOUT: Final = "请戴手套，穿防滑的鞋。工具我们准备。"
DELAY: Final = "路灯厂家月底才能发货，晚十天装，价钱不变。"
MOVED: Final = "补平地面比预想的省，多买一盏灯，井台那头也照得到。"
OBJECTION: Final = "天黑得早了，能不能先装井台那一盏？"


async def fill_project_work(
    home: Community, coordinator: Actor, neighbours: Sequence[Actor]
) -> None:
    """Let neighbours help the demo's project under way, and its undertaker ask for changes."""
    found = await delivery.deliveries(home.id, (DeliveryState.UNDER_WAY,))
    for one in found:
        project = await read_project(ProjectId(one.project_id), community_id=home.id)
        if project.title == TITLE:
            break
    else:
        return
    await work.grant_minutes(project.id, GIVEN, WHY, by=coordinator)
    noon = datetime.now(ZoneInfo(home.time_zone)).replace(
        hour=13, minute=30, second=0, microsecond=0
    )
    hands = (await delivery.undertaking_of(project)).hands
    helpers = [one for one in neighbours if one.member_id not in hands]
    await _over(project.id, coordinator, helpers, noon - timedelta(days=2))
    await _ahead(project.id, coordinator, helpers[3:], noon + timedelta(days=4))
    await _changes(project.id, next(one for one in neighbours if one.member_id in hands), helpers)


async def _over(
    project_id: ProjectId, coordinator: Actor, helpers: Sequence[Actor], begins: datetime
) -> None:
    """Let three have carried benches, and a fourth wait to be written down."""
    before = begins.astimezone(UTC) - timedelta(days=3)
    slot = await work.offer_slot(
        project_id,
        SlotDraft("抬长椅到老井边", "老井边", begins.astimezone(UTC), 120, 5, ABOUT),
        by=coordinator,
        at=before,
    )
    for one in helpers[: len(CAME) + 1]:
        await work.sign_up(slot.id, by=one, at=before)
    for one, minutes in zip(helpers, CAME, strict=False):
        await work.confirm(slot.id, one.member_id, minutes, by=coordinator)


async def _ahead(
    project_id: ProjectId, coordinator: Actor, helpers: Sequence[Actor], begins: datetime
) -> None:
    for place, (title, minutes, people) in enumerate(
        (("补平地面，递砖和沙", 180, 4), ("路灯装好那天帮忙扶梯子", 90, 2))
    ):
        starts_at = (begins + timedelta(days=3 * place)).astimezone(UTC)
        slot = await work.offer_slot(
            project_id, SlotDraft(title, "老井边", starts_at, minutes, people), by=coordinator
        )
        for one in helpers[: 2 - place]:
            await work.sign_up(slot.id, by=one)


async def _changes(project_id: ProjectId, undertaker: Actor, helpers: Sequence[Actor]) -> None:
    milestones = await delivery.milestones(project_id, community_id=undertaker.community_id)
    waiting = [one for one in milestones if one.report is None]
    if not waiting:
        return
    later = waiting[0].due_on + timedelta(days=10)
    change = await changes.ask_change(
        project_id, NewDate(waiting[0].number, later), DELAY, by=undertaker
    )
    await changes.object_to(change.id, OBJECTION, by=helpers[5])
    await changes.ask_change(
        project_id, MoveMoney("补平地面", "路灯", 30_000), MOVED, by=undertaker
    )
