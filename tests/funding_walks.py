"""Drives with gifts by every hand, pledges and a matching fund: for walks over every page."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import marketplace
from community import Role
from marketplace import Project
from marketplace.counting import Rule
from marketplace.funding.contributing import keep_paper, receive_gift, start_contribution
from marketplace.funding.drives import open_drive
from marketplace.funding.matching import add_to_fund, found_fund
from marketplace.funding.pledging import pledge_minutes
from marketplace.funding.values import (
    Contribution,
    ContributionId,
    Draft,
    Drive,
    Gift,
    Matching,
    MatchingKind,
    Source,
)

if TYPE_CHECKING:
    from tests.neighbourhood import Neighbourhood

FUNDING: Final = "/projects/{project_id:uuid}/funding"
GIFT: Final = "/contributions/{contribution_id:uuid}"
DATA: Final = "/api/projects/{project_id:uuid}"


async def leave_funding(hood: "Neighbourhood") -> None:
    """Leave a drive that is open, with a bit of everything, and a project without a drive."""
    driven, bare = await _chosen(hood)
    fund = await found_fund(f"梅巷基金{hood.home.name}", by=hood.actor(Role.TREASURER))
    await add_to_fund(
        fund.id,
        500_000,
        by=hood.actor(Role.TREASURER),
        came_from="public_budget",
        id=uuid.uuid4(),
    )
    drive = await open_drive(
        driven.id,
        Draft(
            goal_fen=1_000_000,
            goal_minutes=600,
            deadline=datetime.now(UTC) + timedelta(days=20),
            words="扶手要用好一点的木料。",
            matching=Matching(fund.id, MatchingKind.QUADRATIC, 200_000),
        ),
        by=hood.actor(Role.COORDINATOR),
    )
    resident = hood.people[Role.RESIDENT].id
    entered = await _entered(hood, drive, Source.CASH, 20_000, member_id=resident)
    await _entered(hood, drive, Source.BANK, 50_000, name="老王")
    await _entered(hood, drive, Source.CASH, 1_250, anonymous=True)
    begun = await start_contribution(
        drive.id, amount_fen=10_000, source=Source.CARD, by=hood.actor(Role.RESIDENT)
    )
    pledge = await pledge_minutes(drive.id, 60, by=hood.actor(Role.ELDER))
    hood.examples |= {
        "drive_id": drive.id,
        "contribution_id": entered.id,
        "pledge_id": pledge.id,
        "fund_id": fund.id,
    }
    hood.further += [
        (f"/projects/{bare.id}/funding", Role.COORDINATOR),
        (f"/contributions/{begun.id}", Role.RESIDENT),
    ]
    for part in ("", "/cancel", "/settle", "/give", "/pledge", "/receipts"):
        hood.by_route[FUNDING + part] = {"project_id": driven.id}
    for part in ("/funding", "/contributions"):
        hood.by_route[DATA + part] = {"project_id": driven.id}
    hood.by_route[f"{FUNDING}/open"] = {"project_id": bare.id}
    for part in ("/cancel", "/pay", "/pay/state", "/pay/begin", "/pay/card", "/pay/checked"):
        hood.by_route[GIFT + part] = {"contribution_id": begun.id}
    hood.by_route[f"{GIFT}/pay/elsewhere"] = {"contribution_id": begun.id}
    hood.related |= {
        "contribution_id": frozenset({Role.RESIDENT}),
        "pledge_id": frozenset({Role.ELDER}),
    }


async def _chosen(hood: "Neighbourhood") -> tuple[Project, Project]:
    """Leave a round that chose two projects."""
    coordinator, resident = hood.actor(Role.COORDINATOR), hood.actor(Role.RESIDENT)
    terms = marketplace.Terms(budget_fen=2_000_000, choices_max=2, rule=Rule.GREEDY)
    opened = await marketplace.open_round(by=coordinator, name="前年", terms=terms)
    found = []
    for title in ("长廊扶手", "门口长椅"):
        draft = marketplace.Draft(
            title + hood.home.name,
            "走累了可以坐。",
            "5 号楼",
            marketplace.Category.ELDER_CARE,
            300_000,
        )
        found.append(await marketplace.propose(opened.id, draft, by=resident))
    await marketplace.open_ballot(opened.id, by=coordinator)
    await marketplace.vote(opened.id, [1, 2], by=resident)
    await marketplace.close_and_count(opened.id, by=coordinator)
    driven, bare = found
    return driven, bare


async def _entered(
    hood: "Neighbourhood",
    drive: Drive,
    source: Source,
    fen: int,
    **giver: Any,
) -> Contribution:
    treasurer = hood.actor(Role.TREASURER)
    gift = Gift(
        id=ContributionId(uuid.uuid4()),
        source=source,
        amount_fen=fen,
        receipt=await keep_paper(b"%PDF-1.4 a receipt", "pdf", by=treasurer),
        received_on=community_day(),
        **giver,
    )
    return await receive_gift(drive.id, gift, by=treasurer)


def community_day() -> date:
    """Return a day that has come wherever the community is."""
    return (datetime.now(UTC) - timedelta(days=1)).date()
