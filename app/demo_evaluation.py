"""The demo's judged projects: one open for ratings, one with score and reply, one summed up."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.demo_needs import drawn
from community import Actor, Community
from marketplace import (
    Category,
    Draft,
    Entry,
    Project,
    Setup,
    Terms,
    close_and_count,
    delivery,
    entering,
    evaluation,
    needs,
    open_ballot,
    open_round,
    plans,
    propose,
    vote,
)
from marketplace.counting import Rule
from marketplace.delivery import DisbursementDraft, ReceiptDraft
from marketplace.evaluation import Aspect, Check, CheckAnswer, Finding, SignOffDraft
from marketplace.needs import NeedDraft, NeedState
from marketplace.plans import BudgetLine, Maintenance, Milestone, PlanContent
from marketplace.reading import projects_of
from marketplace.refusals import verb

YUAN: Final = 100  # fen
AGO: Final = timedelta(days=16)
RATERS: Final = 18
ROUND: Final = "楼道小修小补"
PROJECTS: Final = (
    ("五号楼门禁修好", "门禁坏了大半年，快递和陌生人随便进。换主板，加一个老人用的大按钮。", 2_600),
    ("三号楼楼道灯", "楼道灯一层亮一层不亮，老人上楼要打手电。换成十二盏声控灯。", 1_800),
)
PLANNED: Final = "活动室门口的坡道"
STORY: Final = "轮椅和婴儿车上不去那两级台阶，每次都要人抬。"
SAID: Final = (
    "晚上回家再也不用摸黑了。",
    "声控有点太灵，半夜猫走过也亮。",
    "师傅干活仔细，走的时候还把楼道扫了。",
    "早该装了。",
    "四楼那盏偏暗，别的都好。",
)
ON_RAMP: Final = (
    "推我爸出门方便多了。",
    "坡度正好，扶手也结实。",
    "下雨天有点滑，能不能再贴防滑条？",
)
REPLY: Final = (
    "谢谢各位邻居。四楼那盏灯下周换成亮一档的，声控也会调低一点。灯坏了打楼组电话，两天内来修。"
)
INSPECTED: Final = "十二盏灯都试过，声控和延时正常，线槽走得整齐。发票和实物数量一致。"
LAST_WORD: Final = (
    "坡道比计划早一个星期做好，防滑条是后来按邻居的意见加贴的。\n"
    "省下来的钱按比例退回。教训是：先请坐轮椅的邻居试一试，再定坡度。"
)


async def fill_evaluation(
    home: Community, staff: tuple[Actor, Actor, Actor], neighbours: Sequence[Actor]
) -> None:
    """Let residents judge three small projects; `staff` coordinates, keeps the money, inspects."""
    coordinator, _treasurer, auditor = staff
    at_work = {one.member_id for one in staff}
    people = [one for one in neighbours if one.member_id not in at_work]
    now = datetime.now(UTC)
    gate, lamps = await _chosen(coordinator, people)
    await _delivered(home, gate, by=people[0])
    await evaluation.open_evaluation(gate.id, by=coordinator)
    await _rated(gate, people[2:6], (), now)
    await _delivered(home, lamps, by=people[1])
    await _judged(lamps, (coordinator, auditor), people[2:], SAID)
    await evaluation.reply(lamps.id, REPLY, by=people[1])
    await _summed_up(home, staff, people)


async def _chosen(coordinator: Actor, people: Sequence[Actor]) -> list[Project]:
    terms = Terms(5_000 * YUAN, 2, Rule.GREEDY)
    opened = await open_round(by=coordinator, name=ROUND, terms=terms)
    found = [
        await propose(
            opened.id,
            Draft(title, purpose, "八里三里", Category.ELDER_CARE, yuan * YUAN),
            by=people[n],
        )
        for n, (title, purpose, yuan) in enumerate(PROJECTS)
    ]
    await open_ballot(opened.id, by=coordinator)
    for voter in people[2:9]:
        await vote(opened.id, (1, 2), by=voter)
    await close_and_count(opened.id, by=coordinator)
    return found


async def _delivered(home: Community, project: Project, *, by: Actor) -> None:
    """Begin a project's work, report all of it, and deliver it."""
    await delivery.begin(project.id, by=by)
    await _reported(home, project, by=by)


async def _reported(home: Community, project: Project, *, by: Actor) -> None:
    today = datetime.now(ZoneInfo(home.time_zone)).date()
    for one in await delivery.milestones(project.id, community_id=home.id):
        await delivery.report(
            project.id,
            one.number,
            done_on=today,
            words="做好了，请大家来看。",
            photos=[drawn(one.number)],
            by=by,
        )
    await delivery.declare_delivered(project.id, by=by)


async def _rated(
    project: Project, raters: Sequence[Actor], said: Sequence[str], at: datetime
) -> None:
    """Rate a project as neighbours do: mostly content, each in their own way."""
    chance = random.Random(project.title)  # noqa: S311 (made-up marks, the same at each start)
    for n, one in enumerate(raters):
        marks = {aspect: chance.choice((5, 5, 5, 4, 4, 4, 3, 2)) for aspect in Aspect}
        if n % 5 == 0:
            marks[Aspect.WORTH_IT] = 0
        words = said[n // 3] if n % 3 == 0 and n // 3 < len(said) else ""
        await evaluation.rate(project.id, marks, words, by=one, at=at)


async def _judged(
    project: Project, staff: tuple[Actor, Actor], people: Sequence[Actor], said: Sequence[str]
) -> None:
    """Open an evaluation a while ago, rate, sign and close it."""
    coordinator, auditor = staff
    opened = datetime.now(UTC) - AGO
    await evaluation.open_evaluation(project.id, by=coordinator, at=opened)
    raters = [one for one in people if await evaluation.why_not(project, one.member_id) is None][
        :RATERS
    ]
    await _rated(project, raters, said, opened + timedelta(days=3))
    findings = tuple(Finding(one, CheckAnswer.YES) for one in Check)
    draft = SignOffDraft(findings, INSPECTED, photos=((drawn(3), "验收当天"),))
    await evaluation.sign(project.id, draft, by=auditor, at=opened + timedelta(days=9))
    await evaluation.close_evaluation(project.id, by=coordinator)


async def _summed_up(
    home: Community, staff: tuple[Actor, Actor, Actor], people: Sequence[Actor]
) -> None:
    """Carry out a plan with its money, let it be judged, and return what is left."""
    coordinator, _treasurer, auditor = staff
    undertaker = people[1]
    project = await _planned(home, coordinator, people)
    await delivery.begin(project.id, by=undertaker)
    for line, yuan in (("坡道", 2_780), ("扶手", 740)):
        await _paid(project, (line, yuan), staff, undertaker)
    await _reported(home, project, by=undertaker)
    await _judged(project, (coordinator, auditor), people[2:], ON_RAMP)
    await _paid(project, ("防滑条", 96), staff, undertaker)  # of the last part, free by now
    await evaluation.sum_up(project.id, LAST_WORD, by=undertaker)


async def _paid(
    project: Project, what: tuple[str, int], staff: tuple[Actor, Actor, Actor], by: Actor
) -> None:
    line, yuan = what
    paper = ReceiptDraft(f"{line}发票.jpg", "jpg", drawn(4))
    draft = DisbursementDraft(yuan * YUAN, line, line)
    asked = await delivery.ask(project.id, draft, [paper], by=by)
    coordinator, treasurer, _auditor = staff
    await delivery.approve(asked.id, by=treasurer, why="发票和现场一致。")
    await delivery.approve(asked.id, by=coordinator)


async def _planned(home: Community, coordinator: Actor, people: Sequence[Actor]) -> Project:
    """Bring a need with its plan to a round that chooses it."""
    author, undertaker = people[:2]
    zone, now = ZoneInfo(home.time_zone), datetime.now(UTC)
    need = await needs.raise_need(NeedDraft(PLANNED, STORY, "elder_care", "活动室门口"), by=author)
    async with verb():
        for state in (NeedState.SECONDED, NeedState.ACCEPTED):
            found = await needs.locked(need.id, community_id=need.community_id)
            await needs.move(found, state, by=coordinator)
    called = now - timedelta(days=12)
    call = await plans.open_call(
        need.id, "找一位懂泥水活的邻居。", now - timedelta(days=2), by=coordinator, at=called
    )
    offer = plans.OfferDraft("我做了三十年泥水工。", "工具", 4_000 * YUAN, 600, "", "")
    given = await plans.offer_to_undertake(
        call.id, offer, by=undertaker, at=called + timedelta(days=1)
    )
    await plans.close_due_calls(at=now)
    await plans.choose(call.id, given.id, by=coordinator, reason="手艺大家都信得过。")
    day = (now.astimezone(zone) + timedelta(days=7)).date()
    content = PlanContent(
        title=PLANNED,
        summary="两级台阶旁边做一条一米二宽的坡道，两边装扶手，贴防滑条。",
        lines=(
            BudgetLine("坡道", 3_000 * YUAN),
            BudgetLine("扶手", 900 * YUAN),
            BudgetLine("防滑条", 100 * YUAN),
        ),
        milestones=(Milestone("坡道完工", day), Milestone("扶手装好", day)),
        maintenance=Maintenance("活动室值班组", 24, 100 * YUAN),
        place="活动室门口",
    )
    written = await plans.write_plan(need.id, content, by=undertaker, note="第一稿", base=0)
    opened = await open_round(
        by=coordinator,
        name="无障碍小改造",
        terms=Terms(4_000 * YUAN, 1, Rule.GREEDY),
        setup=Setup(entry=Entry.PLANS),
    )
    await entering.enter(opened.id, written.plan_id, by=coordinator)
    await open_ballot(opened.id, by=coordinator)
    for voter in people[2:9]:
        await vote(opened.id, (1,), by=voter)
    await close_and_count(opened.id, by=coordinator)
    (project,) = await projects_of(opened.id, community_id=home.id)
    return project
