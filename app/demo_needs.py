"""The demo's needs: some look for support, some have it, one is hidden, one reported.

What is on the photographs is drawn here; no camera was there.
"""

import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw

import community
import ledger
from community import Actor, Agreement, Channel, Community, DelegatedAct, WordTerms
from marketplace import Category, needs
from marketplace.needs import Need, NeedDraft

WORD: Final = "您是本人，希望我在这次通话里替您写下社区里缺什么。对吗？"


@dataclass(frozen=True, slots=True)
class Said:
    """A need as a neighbour tells it: where, how many stand behind it, whether with a picture."""

    title: str
    story: str
    category: Category
    grid: int | None
    place: str
    seconds: int
    pictured: bool = False


NEEDS: Final = (
    Said(
        "凤池弄口装一面转角镜",
        "弄口拐弯看不见来车，早上送孩子上学时特别危险。装一面转角镜，两边都能看见。",
        Category.ENVIRONMENT, 0, "凤池弄与东中市交界处", 3, pictured=True,
    ),
    Said(
        "公交站旁添一张长椅",
        "老人等车要站十几分钟，旁边只有花坛边可以靠一靠。一张带靠背的长椅就够了。",
        Category.ELDER_CARE, 1, "梧桐里公交站", 9, pictured=True,
    ),
    Said(
        "暑假给孩子开一间自习室",
        "放假后家里没人，孩子们没有安静写作业的地方。活动室下午空着，可以开两个月。",
        Category.YOUTH, None, "社区活动室二楼", 7,
    ),
    Said(
        "评弹每月演一次",
        "老邻居都爱听评弹，以前中秋有过一回，大家都说没听够。每月一次，就在小广场。",
        Category.CULTURE, 2, "桃花坞小广场", 4,
    ),
    Said(
        "9 号楼电动车充电棚加顶",
        "下雨天充电要撑伞，插头也淋湿了，不安全。希望把棚顶补上。",
        Category.ENVIRONMENT, 1, "梧桐里 9 号楼后", 2, pictured=True,
    ),
    Said(
        "楼道堆物由大家轮流管",
        "楼道里纸箱越堆越多。想请每层推一位邻居，一个月轮一次，大家一起管。",
        Category.SELF_MANAGEMENT, 0, "凤池弄 12 号", 1,
    ),
    Said(
        "给每户换一台新空调",
        "夏天太热，老房子的空调都旧了，希望一起换。",
        Category.ELDER_CARE, None, "", 6,
    ),
    Said(
        "弄堂里多放两个垃圾桶",
        "现在要走到弄口才有垃圾桶，腿脚不便的人很难。后来街道已经放了。",
        Category.ENVIRONMENT, 2, "桃花坞 6 号旁", 1,
    ),
    Said(
        "五楼那家太吵了",
        "这里原来点了一户人家的名字，说了他们家里的事。",
        Category.SELF_MANAGEMENT, 1, "", 0,
    ),
    Said(
        "小广场晚上音乐轻一点",
        "跳舞是好事，可是音乐开得太响，孩子睡不着。希望定个时间和音量。",
        Category.CULTURE, 2, "桃花坞小广场", 2,
    ),
)  # fmt: skip

SKIES: Final = ("#cfe3e8", "#f0d9bf", "#aebfd4")
"""At noon, in the evening, and before it rains."""

BY_PHONE: Final = NeedDraft(
    "电梯口装一个扶手",
    "我眼睛不好，出电梯那一步总怕踩空，有个扶手就放心了。",
    Category.ELDER_CARE.value,
    "凤池弄 7 号一楼电梯口",
)


async def fill_needs(
    home: Community,
    coordinator: Actor,
    residents: Sequence[Actor],
    *,
    operator: Actor,
    caller: Actor,
) -> list[Need]:
    """Let residents raise needs and stand behind them; return the needs in the order of `NEEDS`."""
    grids = [one.id for one in await community.grids(home.id)]
    raised = [
        await _raise(said, residents[place % len(residents)], grids, home)
        for place, said in enumerate(NEEDS)
    ]
    for place, (need, said) in enumerate(zip(raised, NEEDS, strict=True)):
        others = [one for one in residents if one.member_id != need.raised_by]
        for step in range(said.seconds):
            await needs.second_need(need.id, by=others[(place * 3 + step) % len(others)])
    await _settle(raised, coordinator, residents)
    await _on_the_phone(caller, operator)
    return raised


async def _raise(said: Said, by: Actor, grids: Sequence[uuid.UUID], home: Community) -> Need:
    area = home.id if said.grid is None else grids[said.grid % len(grids)]
    draft = NeedDraft(said.title, said.story, said.category.value, said.place, area)
    return await needs.raise_need(
        draft, by=by, photo=drawn(len(said.title)) if said.pictured else None
    )


async def _settle(raised: Sequence[Need], coordinator: Actor, residents: Sequence[Actor]) -> None:
    """Withdraw one, hide one, and leave one reported for the coordinator's inbox."""
    withdrawn, hidden, reported = raised[7:10]
    author = next(one for one in residents if one.member_id == withdrawn.raised_by)
    await needs.withdraw_need(withdrawn.id, "街道上个月已经放好了，谢谢大家。", by=author)
    await needs.hide_need(
        hidden.id, "里面点名说了一户人家的私事。请去掉名字后重新提出。", by=coordinator
    )
    reporter = next(one for one in residents if one.member_id != reported.raised_by)
    await needs.report_need(reported.id, "话里有话，是在说我们舞蹈队。", by=reporter)


async def _on_the_phone(caller: Actor, operator: Actor) -> None:
    """Let an elder without a smartphone raise a need by telephone."""
    call_id = ledger.new_id()
    await community.give_word(
        WordTerms(call_id, caller.member_id, caller.member_id, frozenset(DelegatedAct)),
        Agreement(WORD, "zh", Channel.PHONE, operator.member_id),
        by=operator,
        key=ledger.new_id(),
    )
    await needs.raise_need(BY_PHONE, by=operator, call_id=call_id)
    await community.end_words(call_id, by=operator)


def drawn(kind: int = 0) -> bytes:
    """Return a picture of a lane with a bench and a lamp, as a JPEG; the hour differs by kind."""
    wide, high = 960, 640
    image = Image.new("RGB", (wide, high), SKIES[kind % len(SKIES)])
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 400, wide, high), fill="#b9b2a3")
    for left, tall in ((0, 190), (210, 150), (420, 210), (700, 170)):
        pen.rectangle((left, 400 - tall, left + 190, 400), fill="#efe9dc")
        pen.polygon(
            ((left - 15, 400 - tall), (left + 95, 350 - tall), (left + 205, 400 - tall)),
            fill="#4f5b5f",
        )
        pen.rectangle((left + 70, 330, left + 120, 400), fill="#6b4a35")
    pen.rectangle((600, 210, 612, 470), fill="#3c4643")
    pen.ellipse((576, 180, 636, 230), fill="#f3d27a")
    pen.rectangle((180, 470, 430, 488), fill="#8a5a3b")
    pen.rectangle((180, 425, 430, 440), fill="#8a5a3b")
    for left in (195, 405):
        pen.rectangle((left, 425, left + 12, 540), fill="#5d3d29")
    body = io.BytesIO()
    image.save(body, "JPEG", quality=80, optimize=True)
    return body.getvalue()
