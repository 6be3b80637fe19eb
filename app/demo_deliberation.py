"""The demo's talk: a lively one, about a quiet room for children in the holidays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from community import Actor
from marketplace import deliberation
from marketplace.deliberation import Channel, ReportReason, Side
from marketplace.needs import Need


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says: by their place among the residents, in answer to which before it."""

    side: Side
    words: str
    by: int
    to: int | None = None
    helpful: int = 0


TALK: Final = (
    Said(
        Side.FOR,
        "我们两口子都上班，孩子一个人在家，作业写到晚上十点。有个安静的地方，他自己就坐得住。",
        3,
        helpful=9,
    ),
    Said(
        Side.FOR,
        "活动室下午一直空着，空调也装好了。用起来比锁着强。",
        5,
        helpful=6,
    ),
    Said(
        Side.AGAINST,
        "下午不是空的：合唱队每周二、周四两点要用。要开自习室，得先说好我们去哪里。",
        7,
        helpful=8,
    ),
    Said(
        Side.AGAINST,
        "孩子磕了碰了谁负责？去年的夏令营就为这个吵过。没有说清楚之前，我不赞成。",
        9,
        helpful=5,
    ),
    Said(
        Side.FOR,
        "我退休前教了三十年书，愿意每周来两个下午。还有几位老同事也说可以。",
        11,
        helpful=12,
    ),
    Said(Side.QUESTION, "几岁的孩子可以来？要不要家长陪？", 13),
    Said(Side.ANSWER, "三年级以上可以自己来，一二年级请家里来一个人陪着。", 0, to=5),
    Said(Side.ANSWER, "那外婆陪也可以吧？", 13, to=6),
    Said(Side.ANSWER, "当然可以，还能喝口茶歇一歇。", 0, to=7),
    Said(Side.QUESTION, "中午吃饭怎么办？要不要和老年食堂说一说？", 15),
    Said(
        Side.ANSWER,
        "合唱队可以用一楼的棋牌室，我去问过了，周二、周四下午没有人。",
        5,
        to=2,
        helpful=4,
    ),
    Said(
        Side.ANSWER,
        "棋牌室没有钢琴。能不能把自习室定在周一、三、五？",
        7,
        to=10,
    ),
    Said(Side.AGAINST, "有这个钱，不如先把楼道的灯修好。", 17, helpful=2),
)

AT_THE_MEETING: Final = (
    (Side.FOR, "我不会上网。我就说一句：有孩子的声音，弄堂才像个家。", Channel.PHONE),
    (Side.AGAINST, "两个月以后呢？钱花完了，桌椅放在哪里，谁来管？", Channel.MEETING),
)

RUDE: Final = "提这个的人就是想给自己家省托管费，别以为大家看不出来。"
HIDDEN: Final = "这句话说的是人，不是事。对方案有意见，请换一种说法再写。"
DOUBTFUL: Final = "老师们愿意来是好心，可是没有人查过他们有没有资格，听说还要收钱。"
SUMMARY: Final = (
    (
        "双职工家庭的孩子放假没有地方写作业；活动室下午大多空着，空调也有；已经有几位退休老师愿意"
        "轮流来，花的钱主要是桌椅和台灯。"
    ),
    (
        "合唱队每周二、周四下午要用活动室；孩子的安全由谁负责还没有说清楚；两个月以后桌椅放在哪里、"
        "谁来管，也没有安排。"
    ),
)


async def fill_talk(need: Need, coordinator: Actor, residents: Sequence[Actor]) -> None:
    """Let residents talk about a need, over some days, and the coordinator sum it up."""
    now = datetime.now(UTC)
    begun = now - timedelta(days=4)
    said: list[UUID] = []
    others = [one for one in residents if one.member_id != need.raised_by]
    author = next(one for one in residents if one.member_id == need.raised_by)
    for place, one in enumerate(TALK):
        by = author if not one.by else others[one.by % len(others)]
        argument = await deliberation.argue(
            need.id,
            one.side,
            one.words,
            by=by,
            agreed=True,
            parent_id=None if one.to is None else said[one.to],
            at=begun + timedelta(hours=5 * place),
        )
        said.append(argument.id)
        for neighbour in [who for who in others if who.member_id != by.member_id][: one.helpful]:
            await deliberation.find_helpful(argument.id, by=neighbour)
    for side, words, channel in AT_THE_MEETING:
        await deliberation.enter_spoken(need.id, side, words, channel, by=coordinator)
    await deliberation.add_to(said[3], "负责的事，街道说可以买一份意外险。", by=others[9])
    await deliberation.sum_up(need.id, *SUMMARY, number=0, by=coordinator)
    await _moderated(need, coordinator, others)


async def _moderated(need: Need, coordinator: Actor, others: Sequence[Actor]) -> None:
    """Hide what was rude, and leave something reported for the coordinator's inbox."""
    rude = await deliberation.argue(need.id, Side.AGAINST, RUDE, by=others[19], agreed=True)
    await deliberation.report(rude.id, ReportReason.INSULT, by=others[3])
    await deliberation.rule_on(rude.id, HIDDEN, hidden=True, number=1, by=coordinator)
    doubtful = await deliberation.argue(need.id, Side.AGAINST, DOUBTFUL, by=others[17])
    await deliberation.report(
        doubtful.id, ReportReason.OTHER, "老师们都是免费来的，这话不对。", by=others[11]
    )
