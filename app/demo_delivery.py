"""The demo's project under way: one milestone reached, money paid once and asked for once more."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw

from app.demo_needs import drawn
from community import Actor, Community
from marketplace import (
    Entry,
    ProjectId,
    Setup,
    Terms,
    close_and_count,
    delivery,
    entering,
    needs,
    open_ballot,
    open_round,
    plans,
    vote,
)
from marketplace.counting import Rule
from marketplace.delivery import DisbursementDraft, ReceiptDraft
from marketplace.needs import NeedDraft, NeedState
from marketplace.plans import BudgetLine, Maintenance, Milestone, PlanContent
from marketplace.reading import projects_of
from marketplace.refusals import verb

YUAN: Final = 100  # fen
TITLE: Final = "老井边的长椅和路灯"
STORY: Final = "老井边是大家乘凉的地方，可是只有两张破凳子，天一黑就看不见路。"
NEWS: Final = "灯杆已经立好，电线走地下。这几天路口会窄一些，推车请走东边。"
REPORT: Final = "四张长椅装好了，扶手高低请几位老人试坐过，又改低了两公分。"


async def fill_delivery(
    home: Community, coordinator: Actor, treasurer: Actor, neighbours: Sequence[Actor]
) -> None:
    """Let residents choose a small plan, begin its work, report a part and ask for its money."""
    zone = ZoneInfo(home.time_zone)
    now = datetime.now(UTC)
    author, undertaker, *voters = neighbours
    plan_id = await _planned(author, undertaker, coordinator, now.astimezone(zone))
    project_id = await _chosen(plan_id, coordinator, voters)
    await delivery.begin(project_id, by=undertaker)
    today = now.astimezone(zone).date()
    await delivery.report(
        project_id, 1, done_on=today, words=REPORT, photos=[drawn(0), drawn(1)], by=undertaker
    )
    await delivery.write_update(project_id, NEWS, photos=[drawn(2)], by=undertaker)
    benches = DisbursementDraft(3_600 * YUAN, "四张长椅，含运费", "长椅")
    paid = await _asked(project_id, benches, undertaker)
    await delivery.approve(paid, by=treasurer, why="发票和合同一致。")
    await delivery.approve(paid, by=coordinator)
    lamps = DisbursementDraft(1_850 * YUAN, "六盏太阳能路灯的定金", "路灯")
    waiting = await _asked(project_id, lamps, undertaker)
    await delivery.approve(waiting, by=treasurer)


async def _planned(
    author: Actor, undertaker: Actor, coordinator: Actor, now: datetime
) -> plans.PlanId:
    """Raise a need, find who carries it out, and write its plan."""
    draft = NeedDraft(TITLE, STORY, "environment", "老井边")
    need = await needs.raise_need(draft, by=author)
    async with verb():
        for state in (NeedState.SECONDED, NeedState.ACCEPTED):
            found = await needs.locked(need.id, community_id=need.community_id)
            await needs.move(found, state, by=coordinator)
    call = await plans.open_call(
        need.id,
        "找一位会跟工程队打交道的邻居。",
        now - timedelta(days=2),
        by=coordinator,
        at=now - timedelta(days=12),
    )
    offer = await plans.offer_to_undertake(
        call.id,
        plans.OfferDraft("我退休前管过维修队。", "工具和两位老同事", 9_000 * YUAN, 1_200, "", ""),
        by=undertaker,
        at=now - timedelta(days=6),
    )
    await plans.close_due_calls(at=now)
    await plans.choose(call.id, offer.id, by=coordinator, reason="有经验，报价也最实在。")
    content = PlanContent(
        title=TITLE,
        summary="老井边装四张带扶手的长椅、六盏太阳能路灯，地面补平。",
        lines=(
            BudgetLine("长椅", 3_600 * YUAN),
            BudgetLine("路灯", 4_200 * YUAN),
            BudgetLine("补平地面", 1_200 * YUAN),
            BudgetLine("邻居帮忙搬运", 0, 1_200),
        ),
        milestones=(
            Milestone("长椅装好", (now + timedelta(days=3)).date()),
            Milestone("路灯亮起来", (now + timedelta(days=5)).date()),
        ),
        maintenance=Maintenance("老井边楼组", 24, 200 * YUAN),
        place="老井边",
    )
    written = await plans.write_plan(need.id, content, by=undertaker, note="第一稿", base=0)
    return written.plan_id


async def _chosen(plan_id: plans.PlanId, coordinator: Actor, voters: Sequence[Actor]) -> ProjectId:
    """Enter the plan into a small round that chooses it."""
    opened = await open_round(
        by=coordinator,
        name="老井边小额微实事",
        terms=Terms(10_000 * YUAN, 1, Rule.GREEDY),
        setup=Setup(entry=Entry.PLANS),
    )
    await entering.enter(opened.id, plan_id, by=coordinator)
    await open_ballot(opened.id, by=coordinator)
    for voter in voters[:9]:
        await vote(opened.id, (1,), by=voter)
    await close_and_count(opened.id, by=coordinator)
    (project,) = await projects_of(opened.id, community_id=opened.community_id)
    return project.id


async def _asked(
    project_id: ProjectId, draft: DisbursementDraft, by: Actor
) -> delivery.DisbursementId:
    paper = ReceiptDraft(f"{draft.line}发票.jpg", "jpg", _paper())
    return (await delivery.ask(project_id, draft, [paper], by=by)).id


def _paper() -> bytes:
    """Draw a sheet with lines, as an invoice is."""
    image = Image.new("RGB", (600, 840), "#fbfaf4")
    draw = ImageDraw.Draw(image)
    for top in range(120, 760, 48):
        draw.line((60, top, 540, top), fill="#9c9a90", width=3)
    draw.ellipse((400, 600, 520, 720), outline="#b3261e", width=8)
    return _jpeg(image)


def _jpeg(image: Image.Image) -> bytes:
    body = io.BytesIO()
    image.save(body, "JPEG", quality=80)
    return body.getvalue()
