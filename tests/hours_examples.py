"""What the neighbourhood shows of saved hours: a gift, a donation, a grant, an estate, needs."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import community
import timebank
from app import merging
from community import Role
from timebank import hours

if TYPE_CHECKING:
    from tests.neighbourhood import Neighbourhood

ESTATE = "/time-bank/estates/{member_id:uuid}"


async def leave_hours(hood: "Neighbourhood") -> None:
    """Leave a gift that waits, a donation, a grant that waits, an estate, and an elder's needs."""
    home, elder = hood.home, hood.actor(Role.ELDER)
    coordinator, giver = hood.actor(Role.COORDINATOR), hood.actor(Role.DELEGATE)
    await timebank.opening_grant(giver.member_id, 300, community_id=home.id)
    gift = await hours.offer_gift(
        elder.member_id, 60, by=giver, form_key=uuid.uuid4(), words="妈，多请人陪您走走。"
    )
    donation = await hours.donate(30, by=elder, form_key=uuid.uuid4())
    proposal = await hours.propose_grant(
        elder.member_id,
        120,
        source=hours.Source.RELIEF,
        reason="出院后需要人陪",
        by=coordinator,
        form_key=uuid.uuid4(),
    )
    needs = hours.Needs(
        living=hours.Living.ALONE,
        low_income=True,
        disability=hours.Disability.SEMI,
        hardship=True,
        evidence="残疾证，在她家看过原件",
        review_on=(datetime.now(UTC) + timedelta(days=7)).date(),
    )
    await hours.enter_needs(elder.member_id, needs, by=coordinator)
    mark = home.name.removeprefix("梧桐社区")
    former = await community.add_member(community_id=home.id, name=f"顾老先生{mark}")
    heir = await community.add_member(community_id=home.id, name=f"顾小姐{mark}")
    await community.record_kinship(
        former.id, heir.id, community.KinKind.LINEAL, evidence="户口簿", by=coordinator
    )
    await timebank.opening_grant(former.id, 480, community_id=home.id)
    await merging.leave(former.id, by=coordinator, why=hours.Leaving.DIED)
    hood.examples |= {
        "gift_id": gift.id,
        "donation_id": donation.id,
        "proposal_id": proposal.id,
    }
    hood.related["gift_id"] = frozenset({Role.ELDER, Role.DELEGATE})
    for part in ("", "/return", "/statement"):
        hood.by_route[ESTATE + part] = {"member_id": former.id}
