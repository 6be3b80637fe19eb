"""The demo's needs that ask for the same: one pair joined, one being asked, one only looking alike.

Run after the other needs, with residents who raised none of them.
"""

from collections.abc import Sequence
from typing import Final

from community import Actor
from marketplace import Category, needs
from marketplace.needs import NeedDraft
from marketplace.needs.alike import look_for_pairs
from marketplace.needs.merging import answer_merge, ask_merge

DRYING: Final = (
    ("凤池弄添几根晾衣杆", "天气好的时候被子没处晒，大家抢位置。", "凤池弄东侧空地"),
    ("在凤池弄装公共晾晒架", "老房子没有阳台，衣服被子只能晾在窗外。", "凤池弄"),
)
LAMP: Final = (
    ("梧桐里弄堂路灯不亮", "晚上九点以后一片漆黑，老人摔过跤。", "梧桐里东口"),
    ("東口晚上太黑，請加路燈", "下夜班回家都要打手電。", "梧桐里東口"),
)
LIFT: Final = (
    ("给 7 号楼加装电梯", "楼里有九位八十岁以上的老人，每天爬六楼。", "7 号楼"),
    ("Please put a lift in building 7", "Older neighbours cannot manage the stairs.", "7 号楼"),
)


async def fill_merging(neighbours: Sequence[Actor], coordinator: Actor) -> None:
    """Let six neighbours raise three pairs; one pair is joined, about one its authors are asked."""
    raised = [
        await needs.raise_need(NeedDraft(title, story, Category.ENVIRONMENT.value, place), by=by)
        for by, (title, story, place) in zip(neighbours, (*DRYING, *LAMP, *LIFT), strict=False)
    ]
    for number, need in enumerate(raised):
        for by in neighbours[6 + number : 8 + number]:
            await needs.second_need(need.id, by=by)
    joined = await ask_merge(raised[1].id, raised[0].id, "两条说的是同一块空地", by=neighbours[1])
    await answer_merge(joined.id, agrees=True, by=neighbours[0])
    await ask_merge(raised[3].id, raised[2].id, "都在东口，一盏灯就够了", by=coordinator)
    await look_for_pairs()
