"""Delivered projects that residents judge: ratings, findings, and time that passes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from community import Actor, Role
from community.policy import read_pack
from marketplace import delivery, evaluation
from marketplace.evaluation import Aspect, Check, CheckAnswer, Finding, SignOffDraft
from marketplace.evaluation_settings import SETTINGS
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.delivery_examples import Chosen, chosen
from tests.marketplace.plans_examples import member

GOOD: Mapping[Aspect, int] = dict.fromkeys(Aspect, 4)
FINE = SignOffDraft(
    tuple(Finding(one, CheckAnswer.YES) for one in Check), "All there, and it stands firm."
)
LATER = timedelta(days=15)


def wanting(days: int = 10, words: str = "A rail is loose.") -> SignOffDraft:
    """Return a sign-off that sends the project back."""
    findings = [Finding(one, CheckAnswer.YES) for one in Check if one is not Check.SAFE]
    findings.append(Finding(Check.SAFE, CheckAnswer.NO, "Loose at the top."))
    day = datetime.now(UTC).date() + timedelta(days=days)
    return SignOffDraft(tuple(findings), words, day)


def over() -> datetime:
    """Return a moment when ratings are over."""
    return datetime.now(UTC) + LATER


async def delivered(home: Neighbourhood) -> Chosen:
    """Let a project be delivered, its evaluation open."""
    here = await chosen(home)
    await here.begun()
    await deliver(here)
    return here


async def deliver(here: Chosen) -> None:
    """Report what is to be reported, deliver, and open the evaluation."""
    for one in await delivery.milestones(here.project.id, community_id=here.home.id):
        if one.report is None:
            await here.report(one.number, datetime.now(ZoneInfo("Asia/Shanghai")).date())
    await delivery.declare_delivered(here.project.id, by=here.undertaker)
    await evaluation.open_due()


async def judged(home: Neighbourhood, marks: int = 4) -> Chosen:
    """Let a project be rated by the five residents who may, signed, and closed."""
    here = await delivered(home)
    for one in home.residents[1:]:
        await evaluation.rate(here.project.id, dict.fromkeys(Aspect, marks), by=one)
    await evaluation.sign(here.project.id, FINE, by=await auditor(home))
    await evaluation.close_due(at=over())
    return here


async def auditor(home: Neighbourhood) -> Actor:
    """Add an auditor."""
    return await member(home, "Auditor", Role.AUDITOR)


async def of(here: Chosen) -> evaluation.Evaluation:
    """Return the project's evaluation."""
    found = await evaluation.evaluation_of(here.project.id, community_id=here.home.id)
    assert found is not None
    return found


async def adopt(place: UUID, **settings: int | bool) -> None:
    """Let a community decide something about its evaluations."""
    lines = [f"{name} = {str(value).lower()}" for name, value in settings.items()]
    text = 'name = "N"\nsource = "S"\n[evaluation]\n' + "\n".join(lines)
    pack = read_pack(text.encode(), settings=SETTINGS, zone=ZoneInfo("Asia/Shanghai"))
    await community.adopt_policy(pack, by=community.system(place))
