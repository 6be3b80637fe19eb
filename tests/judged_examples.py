"""What a neighbourhood has of judged projects: one that can be rated, one with its score."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import marketplace
from community import Actor, Role
from marketplace import delivery, evaluation
from marketplace.counting import Rule
from marketplace.deliberation import ReportReason
from marketplace.evaluation import Aspect, Check, CheckAnswer, Evaluation, Finding, SignOffDraft
from marketplace.values import Project

if TYPE_CHECKING:
    from tests.neighbourhood import Neighbourhood

OF_JUDGED = (
    "",
    "/reply",
    "/comments/{rating_id:uuid}/report",
    "/comments/{rating_id:uuid}/rule",
    "/photos/{sign_off_id:uuid}/{number:int}",
)


async def leave_judged(hood: "Neighbourhood", photo: bytes) -> None:
    """Leave a project that residents rate now, and one of the resident's that was judged."""
    resident = hood.actor(Role.RESIDENT)
    others = [await _neighbour(hood, name) for name in ("评一", "评二", "评三", "评四", "评五")]
    asked = await _delivered(hood, "长椅", by=others[0])
    ended = await _delivered(hood, "花坛", by=resident)
    await evaluation.open_due()
    for one in others:
        given = dict.fromkeys(Aspect, 4)
        await evaluation.rate(ended.id, given, f"不错{hood.home.name}。", by=one)
    fine = tuple(Finding(one, CheckAnswer.YES) for one in Check)
    elder = hood.actor(Role.ELDER)
    await evaluation.rate(
        ended.id, dict.fromkeys(Aspect, 2), f"花选得不好{hood.home.name}。", by=elder
    )
    draft = SignOffDraft(fine, "都做好了。", photos=((photo, "新的花坛"),))
    signed = await evaluation.sign(ended.id, draft, by=hood.actor(Role.AUDITOR))
    later = datetime.now(UTC) + timedelta(days=15)
    await evaluation.close_evaluation(ended.id, by=hood.actor(Role.COORDINATOR), at=later)
    judged = await evaluation.evaluation_of(ended.id, community_id=hood.home.id)
    if judged is None:
        raise RuntimeError("the example was not judged")
    rated = await evaluation.own_rating(judged, others[0].member_id)
    if rated is None:
        raise RuntimeError("the example was not rated")
    await evaluation.report_comment(rated.id, ReportReason.OTHER, "看一下", by=resident)
    hidden = await _hidden(hood, judged)
    hood.examples |= {"rating_id": rated.id, "sign_off_id": signed.id, "number": 1}
    place = "/projects/{project_id:uuid}"
    for part in OF_JUDGED:
        hood.by_route[f"{place}/evaluation{part}"] = {"project_id": ended.id}
    for route in (f"{place}/summary", f"{place}/summary/write", f"/api{place}/summary",
                  f"/api{place}/evaluation"):  # fmt: skip
        hood.by_route[route] = {"project_id": ended.id}
    for part in ("/rate", "/sign", "/inspectors"):
        hood.by_route[f"{place}/evaluation{part}"] = {"project_id": asked.id}
    hood.by_route[f"{place}/evaluation/comments/{{rating_id:uuid}}/again"] = {
        "project_id": ended.id, "rating_id": hidden,
    }  # fmt: skip
    hood.by_route["/calls/{call_id:uuid}/evaluations/{project_id:uuid}"] = {"project_id": asked.id}
    hood.further += [
        (f"/projects/{asked.id}/evaluation", one)
        for one in (None, Role.ELDER, Role.COORDINATOR, Role.AUDITOR)
    ]


async def _hidden(hood: "Neighbourhood", judged: Evaluation) -> UUID:
    """Let a coordinator hide what the elder said; return its id."""
    said = await evaluation.own_rating(judged, hood.people[Role.ELDER].id)
    if said is None:
        raise RuntimeError("the elder did not rate")
    await evaluation.report_comment(said.id, ReportReason.OTHER, "", by=hood.actor(Role.VOLUNTEER))
    ruled = await evaluation.rule_on_comment(
        said.id, "这句话伤人。", hidden=True, number=1, by=hood.actor(Role.COORDINATOR)
    )
    return ruled.id


async def _neighbour(hood: "Neighbourhood", name: str) -> Actor:
    one = await community.add_member(
        community_id=hood.home.id, name=name + hood.home.name, roles=(Role.RESIDENT,)
    )
    return Actor(one.id, hood.home.id, one.roles)


async def _delivered(hood: "Neighbourhood", title: str, *, by: Actor) -> Project:
    coordinator = hood.actor(Role.COORDINATOR)
    terms = marketplace.Terms(budget_fen=500_000, choices_max=1, rule=Rule.GREEDY)
    opened = await marketplace.open_round(by=coordinator, name=f"{title}轮", terms=terms)
    draft = marketplace.Draft(
        title + hood.home.name, "大家都用得上。", "2 号楼前", marketplace.Category.ENVIRONMENT,
        400_000,
    )  # fmt: skip
    project = await marketplace.propose(opened.id, draft, by=by)
    await marketplace.open_ballot(opened.id, by=coordinator)
    await marketplace.vote(opened.id, [1], by=hood.actor(Role.RESIDENT))
    await marketplace.close_and_count(opened.id, by=coordinator)
    await delivery.begin(project.id, by=by)
    today = datetime.now(ZoneInfo(hood.home.time_zone)).date()
    await delivery.report(project.id, 1, done_on=today, words="做好了。", by=by)
    await delivery.declare_delivered(project.id, by=by)
    return project
