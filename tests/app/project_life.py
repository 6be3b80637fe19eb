"""What a resident leaves behind who carries out one project and has a say in another."""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import community
from community import Actor, Role
from marketplace import Project, aftercare, delivery, evaluation
from marketplace.delivery import DisbursementDraft, ReceiptDraft, changes
from marketplace.delivery.changes import NewScope
from marketplace.evaluation import Aspect
from marketplace.funding.contributing import keep_paper, receive_gift
from marketplace.funding.drives import open_drive
from marketplace.funding.values import ContributionId, Draft, Gift, Source

PAPER = ReceiptDraft("receipt.pdf", "pdf", b"%PDF-1.4 a receipt")


async def live_projects(
    own: Project, theirs: Project, wanted: Project, *, name: str, one: Actor
) -> None:
    """Carry `own` out as `one`, say everything about `theirs`, and give money for `wanted`.

    Wherever words or photographs are a resident's own affair, they tell the resident's name.
    """
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
    other = (await delivery.begin(theirs.id, by=await _proposer(theirs))).began_by
    neighbour = Actor(other, one.community_id, (await community.member(other)).roles)
    await _give(wanted, by=neighbour, giver=one)
    face = f"JPEG of {name}".encode()

    await delivery.begin(own.id, by=one)
    await delivery.write_update(own.id, f"{name}：木料到了。", photos=[face], by=one)
    await delivery.ask(own.id, DisbursementDraft(10_000, "木料"), [PAPER], by=one)

    change = await changes.ask_change(theirs.id, NewScope("只做一半。"), "木料不够。", by=neighbour)
    await changes.object_to(change.id, f"{name}等了很久。", by=one)
    await changes.withdraw_change(change.id, by=neighbour)

    for project, by in ((own, one), (theirs, neighbour)):
        await delivery.report(project.id, 1, done_on=today, words="装好了。", by=by)
    await delivery.declare_delivered(theirs.id, by=neighbour)
    await evaluation.open_due()
    marks = dict.fromkeys(Aspect, 4)
    await evaluation.rate(theirs.id, marks, f"{name}觉得很好。", by=one)
    await aftercare.raise_attention(theirs.id, "花盆倒了。", by=one, images=[face])


async def _proposer(project: Project) -> Actor:
    member = await community.member(project.proposed_by)
    return Actor(member.id, project.community_id, member.roles)


async def _give(project: Project, *, by: Actor, giver: Actor) -> None:
    """Let a treasurer enter cash that the giver brought."""
    asked = Draft(goal_fen=10_000, goal_minutes=0, deadline=datetime.now(UTC) + timedelta(days=9))
    drive = await open_drive(project.id, asked, by=by)
    money = await community.add_member(
        community_id=by.community_id, name="马国强", roles=(Role.TREASURER,)
    )
    treasurer = Actor(money.id, by.community_id, money.roles)
    gift = Gift(
        id=ContributionId(uuid.uuid4()),
        source=Source.CASH,
        amount_fen=2_000,
        receipt=await keep_paper(PAPER.body, PAPER.kind, by=treasurer),
        received_on=(datetime.now(UTC) - timedelta(days=1)).date(),
        member_id=giver.member_id,
    )
    await receive_gift(drive.id, gift, by=treasurer)
