"""The demo's other rounds: small open ones of three kinds, and the next, with dates and parts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from community import Actor, Community
from marketplace import (
    BallotForm,
    Draft,
    Electorate,
    Entry,
    Setup,
    Terms,
    open_ballot,
    open_round,
    propose,
    vote,
)
from marketplace.counting import Completion, Rule, Satisfaction
from marketplace.election import Ceiling, Grouping
from marketplace.values import Category

YUAN: Final = 100  # fen

# Of each round: its name, its terms, its projects, and ballots of some early voters with points.
SMALL: Final = (
    (
        "凤池弄楼道小修小补",
        Terms(6_000 * YUAN, 4, Rule.GREEDY, kind=BallotForm.KNAPSACK),
        (
            ("楼道换感应灯", "一到六层，人来就亮。", "凤池弄 5 号楼", Category.ELDER_CARE, 2_400),
            (
                "门厅信箱换新",
                "旧信箱锁坏了，报纸常常湿。",
                "凤池弄门厅",
                Category.ENVIRONMENT,
                1_800,
            ),
            ("楼梯口防滑条", "下雨天台阶滑。", "凤池弄 3 号楼", Category.ELDER_CARE, 900),
            ("雨棚补漏", "单元门口漏雨。", "凤池弄 7 号楼", Category.ENVIRONMENT, 3_200),
        ),
        (((1, 3), ()), ((1, 2, 3), ()), ((3, 4), ())),
    ),
    (
        "少年活动大家定",
        Terms(
            9_000 * YUAN,
            4,
            Rule.MES,
            Satisfaction.SCORE,
            Completion.ADD1_GREEDY,
            kind=BallotForm.CUMULATIVE,
            points=10,
        ),
        (
            ("周末足球课", "请教练来，十六次课。", "社区球场", Category.YOUTH, 4_800),
            ("科学小实验", "每月一次，材料费。", "居委会二楼活动室", Category.YOUTH, 2_600),
            ("古城寻宝走读", "老邻居带路，一年四次。", "平江路一带", Category.CULTURE, 1_500),
            ("共读书架", "添两百本书，孩子自己管。", "文化站", Category.YOUTH, 3_000),
        ),
        (((1, 4), (6, 4)), ((2, 3), (5, 5)), ((1, 2, 3, 4), (1, 2, 3, 4))),
    ),
    (
        "公共空间先改哪里",
        Terms(40_000 * YUAN, 4, Rule.GREEDY, Satisfaction.SCORE, kind=BallotForm.ORDINAL),
        (
            ("小广场铺平", "地砖翘起来，推车难走。", "桃花坞小广场", Category.ENVIRONMENT, 22_000),
            ("河边添长椅", "走累了可以坐一坐。", "平江河沿", Category.ELDER_CARE, 9_000),
            ("自行车棚加灯", "晚上看不清锁。", "9 号楼后", Category.ENVIRONMENT, 5_000),
            ("宣传栏改读报角", "加一排座，装放大镜。", "弄堂口", Category.CULTURE, 7_500),
        ),
        (((2, 1, 4), ()), ((1, 2), ()), ((3, 2, 1), ())),
    ),
)


async def small(home: Community, coordinator: Actor, residents: Sequence[Actor]) -> None:
    """Open a small round of each kind of ballot that the large ones do not show."""
    zone = ZoneInfo(home.time_zone)
    evening = datetime.now(UTC).astimezone(zone).replace(hour=18, minute=0, second=0, microsecond=0)
    setup = Setup(voting_closes_at=evening + timedelta(days=9))
    for name, terms, projects, ballots in SMALL:
        opened = await open_round(by=coordinator, name=name, terms=terms, setup=setup)
        for place, (title, purpose, where, category, yuan) in enumerate(projects):
            draft = Draft(
                title=title, purpose=purpose, place=where, category=category, cost_fen=yuan * YUAN
            )
            await propose(opened.id, draft, by=residents[place])
        await open_ballot(opened.id, by=coordinator)
        for place, (choices, points) in enumerate(ballots):
            await vote(opened.id, choices, by=residents[-1 - place], points=points)


async def fill(home: Community, coordinator: Actor) -> None:
    """Open a round whose ballot opens next week and is open for two."""
    zone = ZoneInfo(home.time_zone)
    morning = datetime.now(UTC).astimezone(zone).replace(hour=9, minute=0, second=0, microsecond=0)
    await open_round(
        by=coordinator,
        name="八里冬季民生微实事",
        terms=Terms(
            60_000 * YUAN,
            4,
            Rule.MES,
            Satisfaction.SCORE,
            Completion.ADD1_GREEDY,
            kind=BallotForm.CUMULATIVE,
            points=10,
            points_each_max=5,
            threshold=5,
            quorum=20,
            ceilings=(
                Ceiling(Grouping.CATEGORY, Category.ELDER_CARE.value, 30_000 * YUAN),
                Ceiling(Grouping.CATEGORY, Category.ENVIRONMENT.value, 24_000 * YUAN),
            ),
        ),
        setup=Setup(
            voting_opens_at=morning + timedelta(days=7),
            voting_closes_at=morning + timedelta(days=21, hours=9),
            electorate=Electorate(age_min=16),
            entry=Entry.PLANS,
        ),
    )
