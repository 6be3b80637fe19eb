"""The demo's residents: made-up households of a community of real size, the same in every demo.

The figures are those of 八里 community: 1,420 households and 5,573 residents, here in nine grids.
Names come from common surnames and from the given names of each generation; nobody is meant.
Telephone numbers begin with a prefix that no carrier has, so that nobody can be called by mistake.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

HOUSEHOLDS: Final = 1_420
RESIDENTS: Final = 5_573
GRIDS: Final = (
    "八里一里", "八里二里", "八里三里", "桃花坞", "凤池弄", "梧桐里", "东中市", "官宰弄", "河沿街",
)  # fmt: skip
PHONE_PREFIX: Final = "+86154"  # not given to any carrier

# How often a household of so many people is found, from one person to eight.
SIZES: Final = (6, 16, 22, 24, 16, 10, 4, 2)
SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任"
    "卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺顾毛郝龚邵万覃武钱戴严莫孔向"
    "常汤"
)
# Two characters of a given name by generation: first and second, for a woman and for a man.
OLD: Final = (
    ("秀桂玉凤兰淑菊梅翠阿", "英珍芳兰妹珠琴娣宝华"),
    ("德志永宝建国文世福根", "明康根林生清祥荣发泉"),
)
MIDDLE: Final = (
    ("丽晓海春雪慧红小美文", "华燕敏娟霞萍静芳红云"),
    ("建志海国永伟文晓东立", "军强国平华伟明峰林涛"),
)
YOUNG: Final = (
    ("雨梓欣若佳思子语诗一", "涵萱彤琪怡宁妍桐然诺"),
    ("子浩宇俊梓一天博泽明", "轩杰然睿辰阳航宇泽凯"),
)
OLD_AGE: Final = 60
MIDDLE_AGE: Final = 30
OWN_PHONE_AGES: Final = range(14, 86)
VOLUNTEER_AGES: Final = range(18, 71)
VOLUNTEERS_IN_A_HUNDRED: Final = 5
NO_PHONE_IN_A_HUNDRED: Final = 22  # of those over sixty


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up resident. `grid` is a place in `GRIDS`; `phone` is E.164, or none."""

    number: str
    name: str
    birth_date: date
    household: str
    address: str
    grid: int
    phone: str | None
    registered: bool
    elder: bool
    volunteer: bool


def residents(today: date) -> list[Person]:
    """Return all residents, household by household; the same for the same day."""
    chance = random.Random(1_420_5573)  # noqa: S311 (a story to tell, no secret to keep)
    people: list[Person] = []
    for number, size in enumerate(_sizes(chance), 1):
        people.extend(_household(number, size, today, chance, first=len(people) + 1))
    return people


def _sizes(chance: random.Random) -> list[int]:
    """Return how many live in each household, so that both totals are met."""
    sizes = chance.choices(range(1, len(SIZES) + 1), weights=SIZES, k=HOUSEHOLDS)
    while (missing := RESIDENTS - sum(sizes)) != 0:
        one = chance.randrange(HOUSEHOLDS)
        changed = sizes[one] + (1 if missing > 0 else -1)
        if 1 <= changed <= len(SIZES):
            sizes[one] = changed
    return sizes


def _household(
    number: int, size: int, today: date, chance: random.Random, *, first: int
) -> list[Person]:
    """Return the people of one flat: a couple, their parents, their children."""
    code = f"H{number:04d}"
    grid = number % len(GRIDS)
    building, floor, door = 1 + number // 60, 1 + number // 4 % 6, 1 + number % 4
    address = f"{GRIDS[grid]} {building} 幢 {floor}0{door} 室"
    family, registered = chance.choice(SURNAMES), chance.random() < 0.78  # noqa: PLR2004 (a share)
    middle = chance.randrange(32, 58)
    ages = (
        [chance.randrange(22, 92)]
        if size == 1
        else [middle, middle - chance.randrange(5), middle - 27, middle + 28, middle + 26,
              middle - 31, middle + 30, middle - 29][:size]
    )  # fmt: skip
    if size == 2 and chance.random() < 0.45:  # noqa: PLR2004 (a share: two old people on their own)
        ages = [age + 28 for age in ages]
    people: list[Person] = []
    for place, age in enumerate(max(0, min(age, 99)) for age in ages):
        woman = place % 2 == 1 if size > 1 else chance.random() < 0.6  # noqa: PLR2004 (a share)
        married_in = place in {1, 4}
        surname = chance.choice(SURNAMES) if married_in else family
        running = first + place
        elder = age >= OLD_AGE
        reachable = age in OWN_PHONE_AGES and not (
            elder and chance.randrange(100) < NO_PHONE_IN_A_HUNDRED
        )
        people.append(
            Person(
                number=f"R{running:05d}",
                name=_name(surname, age, chance, woman=woman, but={one.name for one in people}),
                birth_date=_born(today, age, chance),
                household=code,
                address=address,
                grid=grid,
                phone=f"{PHONE_PREFIX}{running:08d}" if reachable else None,
                registered=registered,
                elder=elder,
                volunteer=age in VOLUNTEER_AGES and chance.randrange(100) < VOLUNTEERS_IN_A_HUNDRED,
            )
        )
    return people


def _name(surname: str, age: int, chance: random.Random, *, woman: bool, but: set[str]) -> str:
    """Return a name that nobody else in the household has: two would look like one person."""
    while (name := surname + _given(age, chance, woman=woman)) in but:
        continue
    return name


def _given(age: int, chance: random.Random, *, woman: bool) -> str:
    generation = OLD if age >= OLD_AGE else MIDDLE if age >= MIDDLE_AGE else YOUNG
    first, second = generation[0 if woman else 1]
    return chance.choice(first) + (chance.choice(second) if chance.random() < 0.85 else "")  # noqa: PLR2004 (a share)


def _born(today: date, age: int, chance: random.Random) -> date:
    """Return a birth date of somebody who is so old today."""
    return today - timedelta(days=age * 365 + age // 4 + 1 + chance.randrange(363))
