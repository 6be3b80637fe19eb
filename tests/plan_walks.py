"""Plans written and amended, calls open, closed and decided: for walks over every page."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from community import Role
from marketplace import needs, plans
from marketplace.needs import Need, NeedDraft, NeedState
from marketplace.plans import Attachment, BudgetLine, Maintenance, Milestone, PlanContent
from marketplace.refusals import verb

if TYPE_CHECKING:
    from tests.neighbourhood import Neighbourhood

PLAN = "/needs/{need_id:uuid}/plan"
CALL = PLAN + "/calls/{call_id:uuid}"
OFFER = CALL + "/offers/{offer_id:uuid}"
AMENDMENT = PLAN + "/amendments/{amendment_id:uuid}"
FILE = PLAN + "/versions/{number:int}/files/{sha256:str}"
CONTENT = PlanContent(
    "楼道扶手",
    "每层装扶手，二楼装座椅。",
    (BudgetLine("扶手", 1_200_000), BudgetLine("搬运", 0, 600)),
    (Milestone("装好", date(2027, 4, 15)),),
    Maintenance("楼组长", 24, 30_000),
    "3 号楼",
)


async def leave_plans(hood: "Neighbourhood") -> None:
    """Leave a plan with two versions, a file and amendments, and a call in each of its states."""
    await _written(hood)
    unsought = await _accepted(hood, "没有人管的花坛")
    hood.by_route[f"{PLAN}/call"] = {"need_id": unsought.id}
    opened, call, offer = await _called(hood, "楼下的长椅")
    for route in (CALL, f"{CALL}/offer"):
        hood.by_route[route] = {"need_id": opened.id, "call_id": call.id}
    hood.by_route[f"{OFFER}/withdraw"] = {
        "need_id": opened.id, "call_id": call.id, "offer_id": offer.id,
    }  # fmt: skip
    closed, call, offer = await _called(hood, "门口的雨棚", past=True)
    hood.by_route[f"{CALL}/end"] = {"need_id": closed.id, "call_id": call.id}
    hood.by_route[f"{OFFER}/choose"] = {
        "need_id": closed.id, "call_id": call.id, "offer_id": offer.id,
    }  # fmt: skip


async def _accepted(hood: "Neighbourhood", title: str) -> Need:
    coordinator = hood.actor(Role.COORDINATOR)
    draft = NeedDraft(title + hood.home.name, "大家都说需要。", "environment", "3 号楼前")
    need = await needs.raise_need(draft, by=hood.actor(Role.RESIDENT))
    async with verb():
        for state in (NeedState.SECONDED, NeedState.ACCEPTED):
            found = await needs.locked(need.id, community_id=need.community_id)
            await needs.move(found, state, by=coordinator)
    return need


async def _called(
    hood: "Neighbourhood", title: str, *, past: bool = False
) -> tuple[Need, plans.Call, plans.Offer]:
    """Leave a need with a call that the resident has answered; `past` is one that has closed."""
    need = await _accepted(hood, title)
    now = datetime.now(UTC) - timedelta(days=20 if past else 0)
    call = await plans.open_call(
        need.id, "会做木工的团队", now + timedelta(days=10), by=hood.actor(Role.COORDINATOR), at=now
    )
    draft = plans.OfferDraft("我们来做。", "工具", 50_000, 600, "做过两张", "我弟弟卖木料。")
    offer = await plans.offer_to_undertake(call.id, draft, by=hood.actor(Role.RESIDENT), at=now)
    if past:
        await plans.close_due_calls()
    return need, call, offer


async def _written(hood: "Neighbourhood") -> None:
    resident, coordinator = hood.actor(Role.RESIDENT), hood.actor(Role.COORDINATOR)
    need, call, offer = await _called(hood, "楼道没有扶手", past=True)
    await plans.choose(call.id, offer.id, by=coordinator, reason="只有他们会做。")
    sha256 = await plans.keep_file(need.id, b"%PDF-1.4 a drawing", "pdf", by=resident)
    first = dataclasses.replace(
        CONTENT, title=f"楼道扶手{hood.home.name}", attachments=(Attachment(sha256, "图纸.pdf"),)
    )
    written = await plans.write_plan(need.id, first, by=resident, note="第一稿", base=0)
    more = (*CONTENT.lines, BudgetLine("油漆", 20_000))
    later = dataclasses.replace(first, title=f"楼道扶手和座椅{hood.home.name}", lines=more)
    await plans.write_plan(need.id, later, by=resident, note="加了油漆", base=1)
    amended = dataclasses.replace(later, place="3、5 号楼")
    amendment = await plans.propose_amendment(
        need.id, amended, by=resident, base=2, reason="5 号楼也需要。"
    )
    known = {"need_id": need.id}
    for part in ("", "/edit", "/compare", "/step-back", "/amendments/new"):
        hood.by_route[PLAN + part] = known
    hood.by_route[f"{PLAN}/versions/{{number:int}}"] = {**known, "number": 1}
    hood.by_route[FILE] = {**known, "number": 1, "sha256": sha256}
    for part in ("", "/support", "/withdraw", "/accept", "/decline"):
        hood.by_route[AMENDMENT + part] = {**known, "amendment_id": amendment.id}
    hood.examples["plan_id"] = written.plan_id
