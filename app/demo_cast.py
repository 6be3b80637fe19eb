"""The demo's named people: each takes the place of a made-up resident who could be just them.

So the community has as many residents as before, and those whom a visitor meets first live in
households, in grids and among neighbours like everybody else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from app.demo_people import GRIDS, Person

# Name, minutes to begin with, flat. The first ones are those that a visitor will try.
ELDERS: Final = (
    ("陈桂芳", 900, "凤池弄 12 号 302 室"),
    ("吴德明", 45, "凤池弄 7 号 101 室"),
    ("沈秀珍", 600, "梧桐里 3 号 204 室"),
    ("顾文华", 480, "桃花坞 21 号 1 楼"),
    ("钱阿妹", 720, "凤池弄 15 号 401 室"),
    ("陆永康", 360, "梧桐里 9 号 102 室"),
    ("许凤英", 540, "东中市 88 号 203 室"),
    ("蒋宝根", 300, "凤池弄 4 号"),
    ("徐玉兰", 420, "梧桐里 18 号 501 室"),
    ("潘志清", 660, "桃花坞 6 号 303 室"),
)
VOLUNTEERS: Final = (
    "李明", "周敏", "王晓燕", "张建国", "刘洋", "赵雪梅", "孙磊", "朱丽华", "黄海涛", "何静",
)  # fmt: skip
DAUGHTER: Final = "陈晓"
COORDINATORS: Final = ("沈洁", "陆雯")
PHONE_OPERATOR: Final = "周颖"
TREASURER: Final = "马国强"
AUDITOR: Final = "唐雅琴"
ADMINISTRATOR: Final = "许志刚"
OF_DISTRICT: Final = "徐敏"
OF_STREET: Final = "高远"
NEIGHBOURS: Final = ("丁一凡", "方小雨", "冯志远", "郭彩霞")
UNDERTAKER: Final = NEIGHBOURS[3]
OTHERS: Final = (
    *COORDINATORS, PHONE_OPERATOR, TREASURER, AUDITOR, ADMINISTRATOR, OF_DISTRICT, OF_STREET,
    DAUGHTER, *NEIGHBOURS,
)  # fmt: skip

# Ages of those who are on the staff, or speak up at a round.
WORKING_AGES: Final = range(28, 58)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who lives in the demo's community, and those who have a part in its story."""

    people: tuple[Person, ...]
    named: Mapping[str, Person]


def cast(people: Iterable[Person], today: date) -> Cast:
    """Give the named people their places among the residents, nobody in another's household."""
    everybody = {one.number: one for one in people}
    sizes: dict[str, int] = {}
    for one in everybody.values():
        sizes[one.household] = sizes.get(one.household, 0) + 1
    free = _Free(everybody.values())
    named = {}
    for name, _minutes, flat in ELDERS:
        alone = free.take(lambda one: one.elder and sizes[one.household] == 1)
        named[name] = replace(alone, name=name, address=flat, grid=GRIDS.index(flat.split()[0]))
    for name in VOLUNTEERS:
        named[name] = replace(free.take(_gives_time), name=name)
    for name in OTHERS:
        named[name] = replace(free.take(lambda one: _works(one, today)), name=name)
    everybody.update({one.number: one for one in named.values()})
    return Cast(tuple(everybody.values()), named)


class _Free:
    """The residents whose place nobody has taken yet, nor that of anybody in their household."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._people = tuple(people)
        self._taken: set[str] = set()

    def take(self, fits: Callable[[Person], bool]) -> Person:
        """Return the first one who fits. Raises `LookupError` where nobody does."""
        for one in self._left():
            if fits(one):
                self._taken.add(one.household)
                return one
        raise LookupError("nobody among the residents could be this person")

    def _left(self) -> Iterator[Person]:
        return (one for one in self._people if one.household not in self._taken)


def _gives_time(one: Person) -> bool:
    return one.volunteer and not one.elder and one.phone is not None


def _works(one: Person, today: date) -> bool:
    age = (today - one.birth_date).days // 365
    return age in WORKING_AGES and not one.volunteer and one.phone is not None
