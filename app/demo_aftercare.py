"""The demo's finished project that neighbours look after, and one that begins anew."""

from collections.abc import Sequence
from typing import Final

from app.demo_needs import drawn
from community import Actor, Community, Role
from marketplace import ProjectId, ProjectState, aftercare, reading
from marketplace.aftercare import FINISHED
from marketplace.delivery import deliveries
from marketplace.needs import NeedDraft

FIRST: Final = "这里是大家的地方，进出让老人和孩子先走。\n不堆东西，不停电瓶车。\n谁弄脏谁打扫。"
SECOND: Final = (
    "这里是大家的地方，进出让老人和孩子先走。\n"
    "不堆东西，不停电瓶车，快递当天取走。\n"
    "谁弄脏谁打扫，每月第一个星期六一起大扫除。\n"
    "坏了就在网上说一声，或打服务台电话。"
)
THIRD: Final = SECOND.replace("每月第一个星期六", "每月第一个星期天")
BROKEN: Final = "右边第二块板有点翘，拐杖容易绊到。"
DOUBLE: Final = "有一块板翘起来了，差点绊倒。"
MENDED: Final = "晚上灯不亮了。"


async def fill_aftercare(home: Community, coordinator: Actor, neighbours: Sequence[Actor]) -> None:
    """Let neighbours agree on a covenant, look after what was finished, and say what is broken."""
    people = [
        one
        for one in neighbours
        if Role.RESIDENT in one.roles and one.member_id != coordinator.member_id
    ]
    found = await deliveries(home.id, FINISHED)
    if found:
        await _looked_after(found[-1].project_id, coordinator, people)
    await _begun_anew(home, people[0])


async def _looked_after(project_id: ProjectId, coordinator: Actor, people: Sequence[Actor]) -> None:
    author, keeper, other, asked, willing, *rest = people
    await aftercare.write_covenant(project_id, FIRST, base=0, by=author, note="第一稿")
    await aftercare.write_covenant(
        project_id, SECOND, base=1, by=keeper, note="议事会上加的：快递、大扫除、报修"
    )
    for one in (author, keeper, other, asked, willing, *rest[:9]):
        await aftercare.sign_covenant(project_id, 2, by=one)
    await aftercare.enter_signature(project_id, 2, rest[9].member_id, by=coordinator)
    await aftercare.write_covenant(project_id, THIRD, base=2, by=other, note="星期天人多")
    for one in (other, willing, rest[0]):
        await aftercare.sign_covenant(project_id, 3, by=one)
    for one in (keeper, other):
        named = await aftercare.name_custodian(project_id, one.member_id, by=coordinator)
        await aftercare.answer_custodian(project_id, named.id, yes=True, by=one)
    await aftercare.name_custodian(project_id, asked.member_id, by=keeper)
    await aftercare.volunteer(project_id, by=willing)
    dark = await aftercare.raise_attention(project_id, MENDED, by=rest[1])
    await aftercare.answer_attention(
        project_id, dark.id, "换了灯泡，又亮了。", mended=True, by=keeper
    )
    loose = await aftercare.raise_attention(project_id, BROKEN, by=rest[2], images=[drawn(2)])
    double = await aftercare.raise_attention(project_id, DOUBLE, by=rest[3])
    await aftercare.join_attention(project_id, double.id, loose.id, by=keeper)
    await aftercare.answer_attention(
        project_id,
        loose.id,
        "螺丝已经买好，星期六来修。先放了一只提醒的锥桶。",
        mended=False,
        by=other,
    )


async def _begun_anew(home: Community, by: Actor) -> None:
    """Raise a need from a project that was not chosen a year ago, with the votes that it lacked."""
    for current in reversed(await reading.rounds(home.id)):
        for project in await reading.projects_of(current.id, community_id=home.id):
            if project.state is not ProjectState.NOT_CHOSEN or project.plan_id is not None:
                continue
            said = NeedDraft(
                project.title, project.purpose, project.category, project.place, project.area_id
            )
            await aftercare.raise_again(
                project.id, said, "去年差几票没有选上，今年更需要了。", by=by
            )
            return
