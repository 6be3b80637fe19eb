"""A project under way with work and a change of what it promised: for walks over every page."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import marketplace
from community import Role
from marketplace import Project, work
from marketplace.counting import Rule
from marketplace.delivery import changes
from marketplace.delivery.beginning import begin
from marketplace.delivery.changes import NewDate, NewScope
from marketplace.work import SlotDraft
from tests.marketplace.work_examples import give_minutes

if TYPE_CHECKING:
    from tests.neighbourhood import Neighbourhood

WORK: Final = "/projects/{project_id:uuid}/work"
CHANGES: Final = "/projects/{project_id:uuid}/changes"


async def leave_work(hood: "Neighbourhood") -> None:
    """Leave a slot to come with somebody signed up, one that is over, and two changes."""
    coordinator, resident = hood.actor(Role.COORDINATOR), hood.actor(Role.RESIDENT)
    project = await _under_way(hood)
    await give_minutes(hood.home.id, project.id, 900, by=coordinator.member_id)
    begins = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    ahead = await work.offer_slot(
        project.id,
        SlotDraft("搬座椅上楼", "凤池弄 3 号楼", begins + timedelta(days=3), 90, 3, "请戴手套"),
        by=coordinator,
    )
    await work.sign_up(ahead.id, by=hood.actor(Role.VOLUNTEER))
    earlier = begins - timedelta(days=2)
    over = await work.offer_slot(
        project.id, SlotDraft("量尺寸", "凤池弄 5 号楼", earlier, 60, 2), by=coordinator, at=earlier
    )
    before = earlier - timedelta(hours=1)
    await work.sign_up(over.id, by=hood.actor(Role.VOLUNTEER), at=before)
    await work.sign_up(over.id, by=resident, at=before)
    volunteer = hood.people[Role.VOLUNTEER].id
    await work.confirm(over.id, volunteer, 50, by=coordinator)
    change = await changes.ask_change(
        project.id,
        NewDate(1, (begins + timedelta(days=120)).date()),
        "扶手要到下个月才到货。",
        by=resident,
    )
    await changes.ask_change(
        project.id, NewScope("只装 3 号楼和 5 号楼。"), "7 号楼要大修。", by=resident
    )
    hood.examples |= {"work_slot_id": ahead.id, "change_id": change.id}
    hood.further += [
        (f"/projects/{project.id}/work/{over.id}", one)
        for one in (Role.COORDINATOR, Role.RESIDENT, Role.VOLUNTEER)
    ]
    for route in ("", "/new", "/grant"):
        hood.by_route[f"{WORK}{route}"] = {"project_id": project.id}
    for route in ("", "/help.ics", "/sign-up", "/step-back", "/came", "/cancel"):
        hood.by_route[f"{WORK}/{{work_slot_id:uuid}}{route}"] = {"project_id": project.id}
    hood.by_route[f"{WORK}/{{work_slot_id:uuid}}/correct/{{member_id:uuid}}"] = {
        "project_id": project.id, "work_slot_id": over.id, "member_id": volunteer,
    }  # fmt: skip
    for route in ("", "/new"):
        hood.by_route[f"{CHANGES}{route}"] = {"project_id": project.id}
    for route in ("", "/object", "/withdraw", "/decide"):
        hood.by_route[f"{CHANGES}/{{change_id:uuid}}{route}"] = {"project_id": project.id}
    for part in ("work", "changes"):
        hood.by_route[f"/api/projects/{{project_id:uuid}}/{part}"] = {"project_id": project.id}


async def _under_way(hood: "Neighbourhood") -> Project:
    """Let residents choose a project, and its work begin."""
    coordinator, resident = hood.actor(Role.COORDINATOR), hood.actor(Role.RESIDENT)
    opened = await marketplace.open_round(
        by=coordinator, name="志愿扶手", terms=marketplace.Terms(1_000_000, 1, Rule.GREEDY)
    )
    draft = marketplace.Draft(
        "楼道扶手", "老人上楼要扶。", "凤池弄", marketplace.Category.ELDER_CARE, 600_000
    )
    project = await marketplace.propose(opened.id, draft, by=resident)
    await marketplace.open_ballot(opened.id, by=coordinator)
    await marketplace.vote(opened.id, {project.number}, by=resident)
    await marketplace.close_and_count(opened.id, by=coordinator)
    await begin(project.id, by=resident)
    return project
