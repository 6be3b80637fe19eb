"""The demo's marketplace: a round counted and paid, those that wait for votes, an old election."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app import demo_rounds
from community import Actor, Community
from marketplace import (
    Category,
    Draft,
    Round,
    Setup,
    Terms,
    close_and_count,
    import_election,
    open_ballot,
    open_round,
    propose,
    vote,
)
from marketplace.counting import Completion, Rule

YUAN: Final = 100  # fen

# Title, what for, where, category, cost in yuan.
LAST_YEAR: Final = (
    (
        "楼道扶手和折叠座椅",
        (
            "三幢老楼没有电梯，八十岁以上的老人有二十多位。每层装扶手，二楼和四楼装折叠座椅，"
            "走累了可以歇一歇。"
        ),
        "凤池弄 3、5、7 号楼",
        Category.ELDER_CARE,
        18_600,
    ),
    (
        "晾衣架更新",
        "公共晾衣场的铁架锈断了，被子只能晾在电线旁边。换成不锈钢架，留出推轮椅的通道。",
        "凤池弄东侧空地",
        Category.ENVIRONMENT,
        12_800,
    ),
    (
        "弄堂口评弹角",
        "每周六下午请评弹团来唱一场，添置音响和三十把椅子，听完大家一起收拾。",
        "弄堂口老茶馆",
        Category.CULTURE,
        9_500,
    ),
    (
        "四点半课堂",
        "放学到晚饭前，孩子在居委会活动室写作业，由退休老师和大学生轮流照看。",
        "居委会二楼活动室",
        Category.YOUTH,
        15_000,
    ),
    (
        "小院议事亭",
        "把废弃的自行车棚改成能坐二十人的议事亭，下雨天也能开居民会。",
        "9 号楼前",
        Category.SELF_MANAGEMENT,
        26_000,
    ),
    (
        "河边护栏和夜灯",
        "沿河一段没有护栏，晚上很暗。装护栏四十米、太阳能灯八盏。",
        "平江河沿，2 号桥至 3 号桥",
        Category.ENVIRONMENT,
        34_000,
    ),
    (
        "适老澡堂改造",
        "给行动不便的老人一个安全的洗澡间：防滑地面、坐凳、呼叫铃。",
        "社区服务站一楼",
        Category.ELDER_CARE,
        22_400,
    ),
    (
        "少年自然角",
        "在屋顶种菜、养蚕，孩子们记录一年四季，收成送给独居老人。",
        "服务站屋顶",
        Category.YOUTH,
        7_200,
    ),
)

# What neighbours ticked: numbers of the projects above, and how many of forty ticked exactly these.
TICKED: Final = (
    ((1, 2, 6), 10),
    ((1, 2), 5),
    ((1, 6), 4),
    ((2, 6), 4),
    ((1, 7), 3),
    ((4, 8), 5),
    ((3, 4, 8), 3),
    ((3,), 2),
    ((4,), 1),
    ((3, 5), 2),
    ((5,), 1),
)

TIMES: Final = 8  # eight times forty of them
NOT_VOTED: Final = 6  # of these to the next early voter, who is nine further, nobody has
EARLY: Final = 9  # every ninth neighbour has voted in the open round already

THIS_YEAR: Final = (
    (
        "共享轮椅和推车",
        "备四辆轮椅、两辆小推车，扫码借还，去医院、买米都方便。",
        "社区服务站门厅",
        Category.ELDER_CARE,
        6_800,
    ),
    (
        "垃圾房除味和洗手池",
        "垃圾房夏天味道重，加装通风和洗手池，志愿者每天检查。",
        "5 号楼北侧",
        Category.ENVIRONMENT,
        14_200,
    ),
    (
        "昆曲入门班",
        "请老师教十二次，年底在弄堂里演一折给邻居看。",
        "文化站排练厅",
        Category.CULTURE,
        8_400,
    ),
    (
        "暑期安全营",
        "教孩子急救、防溺水、防走失，分三期，每期二十人。",
        "居委会二楼活动室",
        Category.YOUTH,
        11_000,
    ),
    (
        "楼组公约墙",
        "每幢楼一块公约牌，居民自己商量、自己写、自己守。",
        "各楼门厅",
        Category.SELF_MANAGEMENT,
        5_600,
    ),
)


async def fill(community: Community, coordinator: Actor, residents: Sequence[Actor]) -> None:
    """Fill the community's marketplace by the same verbs that everybody uses.

    Needs a few residents more than there are projects.
    """
    await demo_rounds.small(community, coordinator, residents)
    await _counted_round(coordinator, residents)
    await _open_round(community, coordinator, residents)
    await demo_rounds.fill(community, coordinator)
    await import_election(
        ELECTION.encode(), community_id=community.id, file_name="plum-orchard-2025.pb"
    )


async def _counted_round(coordinator: Actor, residents: Sequence[Actor]) -> None:
    terms = Terms(80_000 * YUAN, 3, Rule.MES, completion=Completion.ADD1_GREEDY)
    opened = await open_round(by=coordinator, name="八里春季民生微实事", terms=terms)
    for place, said in enumerate(LAST_YEAR):
        await _propose(opened, said, residents[place % len(residents)])
    await open_ballot(opened.id, by=coordinator)
    ballots = [choices for choices, times in TICKED for _ in range(times)]
    for place, resident in enumerate(residents[: TIMES * len(ballots)]):
        await vote(opened.id, ballots[place % len(ballots)], by=resident)
    await close_and_count(opened.id, by=coordinator)


async def _open_round(home: Community, coordinator: Actor, residents: Sequence[Actor]) -> None:
    terms = Terms(30_000 * YUAN, 3, Rule.GREEDY)
    zone = ZoneInfo(home.time_zone)
    ends = datetime.combine(datetime.now(zone).date() + timedelta(days=12), time(18), zone)
    opened = await open_round(
        by=coordinator,
        name="八里秋季民生微实事",
        terms=terms,
        setup=Setup(voting_closes_at=ends),
    )
    for place, said in enumerate(THIS_YEAR):
        await _propose(opened, said, residents[-1 - place % len(residents)])
    await open_ballot(opened.id, by=coordinator)
    for place, resident in enumerate(residents[len(THIS_YEAR) :: EARLY]):
        first = place % len(THIS_YEAR)
        await vote(opened.id, {1 + first, 1 + (first * first + 1) % len(THIS_YEAR)}, by=resident)


async def _propose(opened: Round, said: tuple[object, ...], by: Actor) -> None:
    title, purpose, place, category, yuan = said
    draft = Draft(
        title=str(title),
        purpose=str(purpose),
        place=str(place),
        category=Category(str(category)),
        cost_fen=int(str(yuan)) * YUAN,
    )
    await propose(opened.id, draft, by=by)


# An election of our own making, in the format in which towns publish theirs.
ELECTION: Final = """META
key;value
description;梅园里 2025 年社区微更新投票（示例，人物与数字均为虚构）
country;示例
unit;梅园里
instance;2025
budget;60000
vote_type;approval
rule;greedy
currency;CNY
min_length;1
max_length;3
electorate;52
num_projects;7
num_votes;24
PROJECTS
project_id;cost;name;selected
1;24000;停车棚加装充电桩;1
2;18000;中心花园无障碍坡道;1
3;15000;老年食堂空调;1
4;9000;图书漂流亭;0
5;12000;儿童沙坑翻新;0
6;30000;外墙彩绘;0
7;6000;宠物拾便箱;0
VOTES
voter_id;vote
1;1,2
2;1,2
3;1,2
4;1,2
5;1,3
6;1,3
7;1,2,3
8;1,6
9;1,6
10;1,2,6
11;2,3
12;2,3
13;2,6
14;3,6
15;4,5
16;4,5
17;4,5,7
18;4,5
19;5,7
20;4,7
21;5,7
22;3,4
23;3,5
24;1,7
"""
