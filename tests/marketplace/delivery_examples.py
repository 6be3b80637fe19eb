"""Projects that residents chose, with money, an undertaker, and people who decide about it."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import community
import ledger
from community import Actor, Role
from community.policy import read_pack
from marketplace import ProjectId, close_and_count, delivery, entering, open_ballot, plans, vote
from marketplace.delivery import (
    Disbursement,
    DisbursementDraft,
    Milestone,
    ReceiptDraft,
)
from marketplace.delivery_settings import SETTINGS
from marketplace.money import PAID_OUT, PROJECT_ACCOUNT, fen_account
from marketplace.reading import projects_of, read_project
from marketplace.values import Project
from tests.marketplace.conftest import YUAN, Neighbourhood
from tests.marketplace.plans_examples import (
    AFTER,
    IN_A_WEEK,
    accepted_need,
    changed,
    group,
    member,
    offering,
)

PAPER = ReceiptDraft("receipt.pdf", "pdf", b"%PDF-1.4 a receipt")
JPEG = b"\xff\xd8\xff\xe0 a photograph"
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()


@dataclass(frozen=True)
class Chosen:
    """A chosen project, who carries it out, and the two who decide about its money."""

    home: Neighbourhood
    project: Project
    undertaker: Actor
    treasurer: Actor

    @property
    def coordinator(self) -> Actor:
        return self.home.coordinator

    async def begun(self) -> delivery.Delivery:
        return await delivery.begin(self.project.id, by=self.undertaker)

    async def report(self, number: int = 1, done_on: date = TODAY) -> Milestone:
        return await delivery.report(
            self.project.id, number, done_on=done_on, words="It stands.", by=self.undertaker
        )

    async def ask(self, yuan: int = 100, purpose: str = "Rails") -> Disbursement:
        lines = await delivery.lines_of(self.project)
        draft = DisbursementDraft(yuan * YUAN, purpose, lines[0].label if lines else "")
        return await delivery.ask(self.project.id, draft, [PAPER], by=self.undertaker)

    async def paid(self, yuan: int = 100) -> Disbursement:
        """Ask for money and let both approve."""
        asked = await self.ask(yuan)
        await delivery.approve(asked.id, by=self.treasurer)
        return await delivery.approve(asked.id, by=self.coordinator)

    async def book(self) -> tuple[int, int, int]:
        """Return what lies on the project's account, what is held of it, and what was paid."""
        here = self.home.id
        own = await ledger.balance(
            await fen_account(PROJECT_ACCOUNT, self.project.id, community_id=here)
        )
        out = await ledger.balance(await fen_account(PAID_OUT, self.project.id, community_id=here))
        return own.posted, own.held, out.posted


async def chosen(home: Neighbourhood, yuan: int = 1000) -> Chosen:
    """Let a project without a plan be chosen; who proposed it carries it out."""
    opened = await home.round(budget_yuan=yuan, choices=1)
    project = await home.project(opened, "Bench", yuan)
    await home.voted(opened, [(1,)] * 3)
    await close_and_count(opened.id, by=home.coordinator)
    return await _with_treasurer(home, project.id, home.residents[0])


async def chosen_with_plan(home: Neighbourhood, *, group_led_by: Actor | None = None) -> Chosen:
    """Let a plan with two milestones and an undertaker, a member or a group, be chosen."""
    need = await accepted_need(home)
    undertaker = group_led_by or home.residents[1]
    society = await group(home, group_led_by) if group_led_by else None
    call = await plans.open_call(need.id, "Who does it?", IN_A_WEEK, by=home.coordinator)
    draft = offering(organisation_id=society.id if society else None)
    given = await plans.offer_to_undertake(call.id, draft, by=undertaker)
    await plans.close_due_calls(at=AFTER)
    await plans.choose(call.id, given.id, by=home.coordinator, reason="The only one.")
    version = await plans.write_plan(need.id, changed(), by=home.residents[0], note="", base=0)
    opened = await home.round(budget_yuan=30_000, choices=1)
    await entering.enter(opened.id, version.plan_id, by=home.coordinator)
    await open_ballot(opened.id, by=home.coordinator)
    for resident in home.residents[:3]:
        await vote(opened.id, (1,), by=resident)
    await close_and_count(opened.id, by=home.coordinator)
    (project,) = await projects_of(opened.id, community_id=home.id)
    return await _with_treasurer(home, project.id, undertaker)


async def _with_treasurer(home: Neighbourhood, project_id: uuid.UUID, undertaker: Actor) -> Chosen:
    project = await read_project(ProjectId(project_id), community_id=home.id)
    treasurer = await member(home, "Treasurer", Role.TREASURER)
    return Chosen(home, project, undertaker, treasurer)


async def apart(home: Neighbourhood) -> None:
    """Let the community decide that nobody with a tie approves money, or inspects as well."""
    text = 'name = "N"\nsource = "S"\n[delivery]\ntied_decide = false'
    pack = read_pack(text.encode(), settings=SETTINGS, zone=ZoneInfo("Asia/Shanghai"))
    await community.adopt_policy(pack, by=community.system(home.id))


async def kin(home: Neighbourhood, one: Actor, other: Actor) -> None:
    """Put on record that two are kin."""
    await community.record_kinship(
        one.member_id,
        other.member_id,
        community.KinKind.LINEAL,
        evidence="Household book, seen at the desk",
        by=home.coordinator,
    )
