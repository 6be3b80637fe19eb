"""Needs that wait for screening, were refused, or are talked over: for walks over every page."""

from typing import TYPE_CHECKING

from community import Role
from marketplace import deliberation, needs, screening
from marketplace.deliberation import Channel, ReportReason, Side
from marketplace.needs import Need, NeedDraft, NeedState
from marketplace.refusals import verb
from marketplace.screening import Answer, Band, Draft, Outcome, Verdict

if TYPE_CHECKING:
    from tests.neighbourhood import Neighbourhood

NEED = "/needs/{need_id:uuid}"
WORDS = "/arguments/{argument_id:uuid}"
_REFUSED = Draft(
    {
        "duty": Answer(Verdict.NO, "排水是水务部门的事。"),
        "safety": Answer(Verdict.YES),
        "budget": Answer(Verdict.UNCLEAR, "还没有报价。"),
        "like": Answer(Verdict.YES),
    },
    Band(1_000_000, 3_000_000),
)
_UNCLEAR = Draft({**_REFUSED.answers, "duty": Answer(Verdict.YES)}, _REFUSED.band)


async def leave_talk(hood: "Neighbourhood") -> None:
    """Leave a need for each page of screening, and a talk with reported and with hidden words."""
    coordinator = hood.actor(Role.COORDINATOR)
    waiting = await _need(hood, "楼道扶手", NeedState.SECONDED)
    await screening.save_screening(waiting.id, _UNCLEAR, revision=0, by=coordinator)
    refused = await _need(hood, "下水道改造", NeedState.SECONDED)
    appealed = await _need(hood, "路灯", NeedState.SECONDED)
    for need in (refused, appealed):
        await screening.save_screening(need.id, _REFUSED, revision=0, by=coordinator)
        await screening.decide_screening(
            need.id, Outcome.REFUSED, "属于政府职责。", revision=1, by=coordinator
        )
    await screening.appeal(appealed.id, "这是小区自己的路灯。", by=hood.actor(Role.RESIDENT))
    for part, need in (
        ("checklist", waiting),
        ("outcome", waiting),
        ("appeal", refused),
        ("appeal/decide", appealed),
    ):
        hood.by_route[f"{NEED}/screening/{part}"] = {"need_id": need.id}
    for route in (f"{NEED}/screening", f"/api{NEED}/screening"):
        hood.by_route[route] = {"need_id": appealed.id}
    await _talk(hood)


async def _talk(hood: "Neighbourhood") -> None:
    coordinator, resident = hood.actor(Role.COORDINATOR), hood.actor(Role.RESIDENT)
    need = await _need(hood, "晾衣架", NeedState.SECONDED, NeedState.ACCEPTED)
    said = await deliberation.argue(need.id, Side.FOR, "被子有地方晒了。", by=resident, agreed=True)
    asked = await deliberation.argue(need.id, Side.QUESTION, "谁来养护？", by=resident)
    await deliberation.argue(need.id, Side.ANSWER, "楼组轮流。", by=resident, parent_id=asked.id)
    other = await deliberation.enter_spoken(
        need.id, Side.AGAINST, "会挡住一楼的光。", Channel.MEETING, by=coordinator
    )
    hidden = await deliberation.argue(need.id, Side.AGAINST, "他就想出风头。", by=resident)
    elder = hood.actor(Role.ELDER)
    for one in (other, hidden):
        await deliberation.report(one.id, ReportReason.INSULT, "不好听。", by=elder)
    await deliberation.rule_on(
        hidden.id, "说的是人，不是事。", hidden=True, number=1, by=coordinator
    )
    await deliberation.sum_up(
        need.id,
        "老人多，阳台小，被子没有地方晒；集中晒省得到处拉绳子，也安全。",
        "架子会挡住一楼的光，刮风下雨没有人收；以后谁修，还没有说清楚。",
        number=0,
        by=coordinator,
    )
    for part in ("arguments", "arguments/new", "arguments/spoken", "arguments/summary"):
        hood.by_route[f"{NEED}/{part}"] = {"need_id": need.id}
    hood.by_route[f"/api{NEED}/arguments"] = {"need_id": need.id}
    hood.examples["argument_id"] = said.id
    hood.by_route[f"{WORDS}/rule"] = {"argument_id": other.id}
    hood.by_route[f"{WORDS}/again"] = {"argument_id": hidden.id}
    hood.related["argument_id"] = frozenset({Role.RESIDENT})


async def _need(hood: "Neighbourhood", title: str, *states: NeedState) -> Need:
    """Let the resident raise a need and move it through these states."""
    said = NeedDraft(title + hood.home.name, "大家都说需要。", "environment")
    need = await needs.raise_need(said, by=hood.actor(Role.RESIDENT))
    for state in states:
        async with verb():
            now = await needs.locked(need.id, community_id=need.community_id)
            await needs.move(now, state, by=hood.actor(Role.COORDINATOR))
    return await needs.read_need(need.id, community_id=need.community_id)
