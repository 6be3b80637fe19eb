"""Projects under way with photographs and requests for money: for walks over every page."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import marketplace
from community import Role
from marketplace import ProjectId, Terms, delivery
from marketplace.counting import Rule
from marketplace.delivery import DisbursementDraft, ReceiptDraft

if TYPE_CHECKING:
    from tests.neighbourhood import Neighbourhood

WORK = "/projects/{project_id:uuid}/delivery"
REQUEST = "/disbursements/{disbursement_id:uuid}"
PAPER = ReceiptDraft("发票.pdf", "pdf", b"%PDF-1.4 an invoice", public=True)


async def leave_delivery(hood: "Neighbourhood") -> None:
    """Leave a project to begin, one under way with money asked for, and one that is all done."""
    resident = hood.actor(Role.RESIDENT)
    waiting, under_way, done = [
        await _chosen(hood, title + hood.home.name) for title in ("凉亭", "长椅", "花架")
    ]
    today = datetime.now(UTC).astimezone(ZoneInfo(hood.home.time_zone)).date()
    for one in (under_way, done):
        await delivery.begin(one, by=resident)
    await delivery.report(
        done, 1, done_on=today, words="装好了。", photos=[b"\xff\xd8\xff"], by=resident
    )
    (photo,) = await delivery.photos(done, community_id=hood.home.id)
    await delivery.write_update(under_way, "木料到了。", by=resident)
    draft = DisbursementDraft(50_000, f"木料{hood.home.name}")
    asked = await delivery.ask(under_way, draft, [PAPER], by=resident)
    for part in ("", "/news", "/ask", "/stop"):
        hood.by_route[WORK + part] = {"project_id": under_way}
    hood.by_route[f"/api{WORK}"] = {"project_id": under_way}
    hood.by_route[f"{WORK}/begin"] = {"project_id": waiting}
    hood.by_route[f"{WORK}/finish"] = {"project_id": done}
    hood.by_route[f"{WORK}/photos/{{photo_id:uuid}}"] = {"project_id": done, "photo_id": photo.id}
    hood.by_route[f"{WORK}/milestones/{{number:int}}/report"] = {
        "project_id": under_way, "number": 1,
    }  # fmt: skip
    hood.further += [
        (f"/projects/{waiting}/delivery", Role.COORDINATOR),
        (f"/projects/{done}/delivery", Role.RESIDENT),
    ]
    known: dict[str, object] = {"disbursement_id": asked.id, "receipt_id": asked.receipts[0].id}
    for part in ("", "/approve", "/refuse", "/withdraw", "/receipts/{receipt_id:uuid}"):
        hood.by_route[REQUEST + part] = known


async def _chosen(hood: "Neighbourhood", title: str) -> ProjectId:
    resident, coordinator = hood.actor(Role.RESIDENT), hood.actor(Role.COORDINATOR)
    terms = Terms(300_000, 1, Rule.GREEDY)
    opened = await marketplace.open_round(by=coordinator, name=f"{title}一轮", terms=terms)
    draft = marketplace.Draft(
        title, "坐一坐。", "弄堂口", marketplace.Category.ENVIRONMENT, 300_000
    )
    project = await marketplace.propose(opened.id, draft, by=resident)
    await marketplace.open_ballot(opened.id, by=coordinator)
    await marketplace.vote(opened.id, (1,), by=resident)
    await marketplace.close_and_count(opened.id, by=coordinator)
    return project.id
