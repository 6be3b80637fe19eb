"""A finished project with all that comes after it: for walks over every page."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import marketplace
from community import Role
from marketplace import ProjectId, aftercare, delivery
from marketplace.counting import Rule
from marketplace.delivery.moving import locked, move
from marketplace.delivery.values import DeliveryState
from marketplace.reading import read_project
from marketplace.refusals import verb

if TYPE_CHECKING:
    from tests.neighbourhood import Neighbourhood

JPEG = b"\xff\xd8\xff\xe0 a photograph"
PROJECT = "/projects/{project_id:uuid}"
CALL = "/calls/{call_id:uuid}/aftercare"
OF_PROJECT = (
    "/aftercare", "/aftercare/photos/{photo_id:uuid}", "/custodians/volunteer", "/custodians/name",
    "/custodians/{custodian_id:uuid}/answer", "/custodians/{custodian_id:uuid}/step-back",
    "/checks/{check_id:uuid}", "/checks/{check_id:uuid}/result", "/checks/{check_id:uuid}/assign",
    "/attention/new", "/attention", "/attention/{attention_id:uuid}",
    "/attention/{attention_id:uuid}/answer", "/attention/{attention_id:uuid}/join",
    "/attention/{attention_id:uuid}/part", "/attention/{attention_id:uuid}/hide",
    "/covenant", "/covenant/versions/{number:int}", "/covenant/compare", "/covenant/write",
    "/covenant/versions/{number:int}/sign", "/covenant/versions/{number:int}/unsign",
    "/covenant/versions/{number:int}/paper", "/covenant/versions/{number:int}/print", "/again",
    "/story",
)  # fmt: skip


async def leave_aftercare(hood: "Neighbourhood") -> None:
    """Leave a finished project with a covenant, custodians, checks and things that are broken."""
    coordinator, resident = hood.actor(Role.COORDINATOR), hood.actor(Role.RESIDENT)
    project_id = await _finished(hood)
    await aftercare.write_covenant(project_id, "不占用楼道。", base=0, by=resident)
    await aftercare.write_covenant(project_id, "不占用楼道。\n不晾湿衣服。", base=1, by=resident)
    await aftercare.sign_covenant(project_id, 2, by=resident)
    named = await aftercare.name_custodian(project_id, resident.member_id, by=coordinator)
    await aftercare.answer_custodian(project_id, named.id, yes=True, by=resident)
    for words in ("扶手松了", "扶手在晃"):
        said = await aftercare.raise_attention(project_id, words, by=resident, images=[JPEG])
    await aftercare.answer_attention(project_id, said.id, "周末来修", mended=False, by=coordinator)
    (check, *_rest) = await aftercare.checks(project_id, community_id=hood.home.id)
    named_here = {
        "project_id": project_id,
        "custodian_id": named.id,
        "check_id": check.id,
        "attention_id": said.id,
        "photo_id": said.photos[0],
        "number": 2,
    }
    for part in OF_PROJECT:
        hood.by_route[PROJECT + part] = named_here
    for part in ("aftercare", "covenant", "story"):
        hood.by_route[f"/api{PROJECT}/{part}"] = named_here
    for part in ("/sign", "/volunteer"):
        hood.by_route[f"{CALL}/{{project_id:uuid}}{part}"] = {
            "project_id": project_id, "call_id": hood.examples["call_id"],
        }  # fmt: skip
    hood.related |= {
        "custodian_id": frozenset({Role.RESIDENT, Role.COORDINATOR}),
        "check_id": frozenset({Role.RESIDENT, Role.COORDINATOR}),
        "attention_id": frozenset({Role.RESIDENT, Role.COORDINATOR}),
    }


async def _finished(hood: "Neighbourhood") -> ProjectId:
    """Let a project be chosen, carried out and delivered."""
    coordinator, resident = hood.actor(Role.COORDINATOR), hood.actor(Role.RESIDENT)
    terms = marketplace.Terms(budget_fen=900_000, choices_max=1, rule=Rule.MES)
    opened = await marketplace.open_round(by=coordinator, name="大前年", terms=terms)
    draft = marketplace.Draft(
        f"晾衣架{hood.home.name}", "每幢一组。", "3 号楼", marketplace.Category.ENVIRONMENT, 900_000
    )
    project = await marketplace.propose(opened.id, draft, by=resident)
    await marketplace.open_ballot(opened.id, by=coordinator)
    await marketplace.vote(opened.id, [1], by=resident)
    await marketplace.close_and_count(opened.id, by=coordinator)
    project = await read_project(project.id, community_id=hood.home.id)
    await delivery.begin(project.id, by=resident)
    today = datetime.now(UTC).astimezone(ZoneInfo(hood.home.time_zone)).date()
    for one in await delivery.milestones(project.id, community_id=hood.home.id):
        await delivery.report(project.id, one.number, done_on=today, words="装好了。", by=resident)
    async with verb():
        found = await locked(project.id, community_id=hood.home.id)
        if found.state is DeliveryState.UNDER_WAY:
            await move(found, DeliveryState.DELIVERED, by=resident)
    return project.id
