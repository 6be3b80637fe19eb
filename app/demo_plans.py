"""The demo's plans: one written, amended and talked over; one that looks for its undertaker."""

import dataclasses
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import community
import ledger
from community import Actor, Community, Post
from marketplace import Category, needs, plans
from marketplace.needs import Need, NeedDraft, NeedState
from marketplace.plans import BudgetLine, Maintenance, Milestone, OfferDraft, PlanContent

YUAN: Final = 100  # fen
HOUR: Final = 60  # minutes
SUMMARY: Final = (
    "七月和八月，周一到周五下午一点到五点，活动室二楼开成安静的自习室。"
    "每天两位邻居值班，一位退休老师，一位大学生。\n"
    "孩子自己带作业来，四点钟可以喝水、活动十分钟。"
)
BETTER: Final = (
    "七月和八月，周一到周五下午一点到五点，活动室二楼开成安静的自习室，三年级以上的孩子都可以来。"
    "每天两位邻居值班，一位退休老师，一位大学生。\n"
    "孩子自己带作业来，三点钟可以喝水、到院子里活动一刻钟。"
)
LAMP: Final = "楼道里装声控灯"


def _first(year: int) -> PlanContent:
    return PlanContent(
        title="暑假自习室",
        summary=SUMMARY,
        lines=(
            BudgetLine("二十套桌椅", 4_200 * YUAN),
            BudgetLine("护眼台灯", 1_100 * YUAN),
            BudgetLine("两个月水电", 600 * YUAN),
            BudgetLine("邻居轮流值班", 0, 344 * HOUR),
        ),
        milestones=(
            Milestone("桌椅和台灯到位", date(year, 6, 20)),
            Milestone("开门", date(year, 7, 1)),
            Milestone("和家长一起总结", date(year, 8, 31)),
        ),
        maintenance=Maintenance("银龄互助社", 24, 300 * YUAN),
        place="社区活动室二楼",
    )


async def fill_plans(
    home: Community, study: Need, coordinator: Actor, residents: Sequence[Actor]
) -> None:
    """Find an undertaker for the accepted need, write its plan, and open a call for another."""
    now = datetime.now(UTC)
    society = await _speaker(home, "银龄互助社")
    company = await _speaker(home, "八里物业服务有限公司")
    author = next(one for one in residents if one.member_id == study.raised_by)
    others = [one for one in residents if one.member_id != author.member_id]
    await _find(study, coordinator, (society, company, others[0]), now)
    await _write(study, society[0], others, now.year + 1)
    await _look(coordinator, residents, now)


async def _speaker(home: Community, name: str) -> tuple[Actor, community.Organisation]:
    """Return who leads an organisation, and the organisation."""
    found = next(one for one in await community.organisations_of(home.id) if one.name == name)
    posts = await community.posts_in(found.id, community_id=home.id)
    leader = next(one for one in posts if one.post is Post.LEADER)
    acts = await community.actor(leader.member_id, home.id)
    if acts is None:
        raise RuntimeError("the leader of a demo organisation is no member")
    return acts, found


async def _find(
    need: Need,
    coordinator: Actor,
    who: tuple[tuple[Actor, community.Organisation], tuple[Actor, community.Organisation], Actor],
    now: datetime,
) -> None:
    (society, group), (company, firm), neighbour = who
    opened = now - timedelta(days=16)
    closes = now - timedelta(days=2)
    call = await plans.open_call(
        need.id,
        "想找一个团队，暑假里每天下午照看自习室。要有带孩子的经验，能排得出两个人的班。",
        closes,
        by=coordinator,
        at=opened,
    )
    offers = (
        (society, OfferDraft(
            "去年的四点半课堂就是我们排的班，十二位退休老师都愿意再来。",
            "十二位老师、排班表、签到本", 6_000 * YUAN, 344 * HOUR, "八里小学四点半课堂，两学期",
            "", group.id,
        )),
        (company, OfferDraft(
            "我们可以出场地和保安，老师请社区另外找。", "保安一名、空调维修", 9_800 * YUAN,
            40 * HOUR, "", "桌椅想从我们自己的供应商买。", firm.id,
        )),
        (neighbour, OfferDraft(
            "我和楼里三位妈妈可以轮着来。", "四个人的下午", 5_500 * YUAN, 200 * HOUR, "", "",
        )),
    )  # fmt: skip
    made = [
        await plans.offer_to_undertake(call.id, draft, by=by, at=opened + timedelta(days=3))
        for by, draft in offers
    ]
    await plans.close_due_calls(at=now)
    reason = "人手最足，去年四点半课堂的家长评价也最好。物业公司的供应商问题我们没有采纳。"
    await plans.choose(call.id, made[0].id, by=coordinator, reason=reason)


async def _write(need: Need, by: Actor, others: Sequence[Actor], year: int) -> None:
    first = _first(year)
    await plans.write_plan(need.id, first, by=by, note="第一稿", base=0)
    lamps = dataclasses.replace(
        first, lines=(*first.lines[:1], BudgetLine("护眼台灯", 1_600 * YUAN), *first.lines[2:])
    )
    taken = await plans.propose_amendment(
        need.id, lamps, by=others[1], base=1, reason="台灯只有十盏，坐窗边以外的孩子也要用。"
    )
    for one in others[2:6]:
        await plans.support_amendment(taken.id, by=one)
    later = dataclasses.replace(
        first,
        summary=BETTER,
        lines=(*first.lines[:3], BudgetLine("急救箱和饮水机", 450 * YUAN), first.lines[3]),
        milestones=(first.milestones[0], first.milestones[1], Milestone(
            "和家长一起总结", date(year, 8, 28)
        )),
    )  # fmt: skip
    await plans.write_plan(
        need.id, later, by=by, note="家长会上提的：年级、休息时间、急救箱", base=1
    )
    await plans.accept_amendment(taken.id, by=by, words="台灯加到二十盏，谢谢提醒。")
    late = dataclasses.replace(later, maintenance=Maintenance("银龄互助社和家委会", 36, 300 * YUAN))
    waiting = await plans.propose_amendment(
        need.id, late, by=others[6], base=2, reason="家委会也想一起管，可以多管一年。"
    )
    for one in others[7:9]:
        await plans.support_amendment(waiting.id, by=one)
    dear = dataclasses.replace(
        later, lines=(*later.lines, BudgetLine("每天一份点心", 3_400 * YUAN))
    )
    refused = await plans.propose_amendment(
        need.id, dear, by=others[9], base=2, reason="孩子下午会饿。"
    )
    await plans.decline_amendment(
        refused.id, by=by, reason="有的孩子过敏，我们担不起。请孩子自己带点心来。"
    )


async def _look(coordinator: Actor, residents: Sequence[Actor], now: datetime) -> None:
    """Bring a further need past its screening and open a call for it."""
    draft = NeedDraft(
        LAMP,
        "晚上回家要摸黑上楼，去年有两位老人摔过。每层一盏声控灯，人来就亮。",
        Category.ELDER_CARE.value,
        "八里三里 4、6、8 号楼",
    )
    need = await needs.raise_need(draft, by=residents[11])
    for one in residents[12:19]:
        await needs.second_need(need.id, by=one)
    async with ledger.transaction():
        found = await needs.locked(need.id, community_id=need.community_id)
        if found.state is NeedState.RAISED:
            await needs.move(found, NeedState.SECONDED, by=coordinator)
            found = await needs.locked(need.id, community_id=need.community_id)
        await needs.move(found, NeedState.ACCEPTED, by=coordinator)
    call = await plans.open_call(
        need.id,
        "三幢楼十八层，每层一盏声控灯。要有电工证，装好以后保修两年。",
        now + timedelta(days=10),
        by=coordinator,
    )
    await plans.offer_to_undertake(
        call.id,
        OfferDraft(
            "我和对门的老赵都做过电工。", "两个人、工具", 2_700 * YUAN, 36 * HOUR, "自己楼里装过"
        ),
        by=residents[20],
    )
