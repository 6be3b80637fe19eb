"""What the pages of an evaluation and of a summary show, and the same as data for programs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.exceptions import NotFoundException

import community
from app.evaluation_words import ASPECTS, IN_TEMPLATES, WHY_NOT, exact_words, mean_words
from app.guards import actor_of
from app.i18n import gettext as _
from app.need_page import Section
from app.neighbourhood import community_shown
from community import Actor, Community, Role
from marketplace import ProjectId, ProjectState, evaluation, reading
from marketplace.errors import MarketplaceError, UnknownProject
from marketplace.evaluation import (
    MARKS,
    Evaluation,
    EvaluationState,
    Result,
    Score,
    SignOff,
    Summary,
)
from marketplace.values import Project

AnyRequest = Request[Any, Any, Any]
OWN: Final = ("rating", "why_not", "may_sign", "may_name", "may_reply")
"""What the page asks about whoever looks; nothing of it is for strangers."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is: the community, the project, who looks."""

    home: Community
    project: Project
    by: Actor | None

    @property
    def address(self) -> str:
        """The address of the project's evaluation."""
        return f"/projects/{self.project.id}/evaluation"

    @property
    def zone(self) -> ZoneInfo:
        """The community's time zone."""
        return ZoneInfo(self.home.time_zone)

    def is_home(self) -> bool:
        """Whether whoever looks belongs here."""
        return self.by is not None and self.by.community_id == self.home.id


async def place_shown(request: AnyRequest, project_id: UUID) -> Place:
    """Return a project of the community shown. Raises 404."""
    home = await community_shown(request)
    try:
        project = await reading.read_project(ProjectId(project_id), community_id=home.id)
    except UnknownProject as error:
        raise NotFoundException from error
    return Place(home, project, await actor_of(request))


async def place_judged(request: AnyRequest, project_id: UUID) -> tuple[Place, Evaluation]:
    """Return a project that was delivered, and its last evaluation. Raises 404."""
    found = await place_shown(request, project_id)
    judged = await evaluation.evaluation_of(found.project.id, community_id=found.home.id)
    if judged is None:
        raise NotFoundException
    return found, judged


async def names_of(found: Place, members: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the names of members, for members of this community alone."""
    if not found.is_home():
        return {}
    wanted = {one for one in members if one is not None}
    return await community.named_members(wanted, community_id=found.home.id)


async def evaluation_context(found: Place, judged: Evaluation | None) -> dict[str, Any]:
    """Return what the page of an evaluation shows; `judged` is None before the first delivery."""
    base = {
        **IN_TEMPLATES,
        "project": found.project,
        "home": found.home,
        "zone": found.zone,
        "href": found.address,
    }
    if judged is None:
        return {**base, "evaluation": None}
    signed = await evaluation.sign_offs(judged)
    earlier = await evaluation.evaluations_of(found.project.id, community_id=found.home.id)
    before = [
        (one, await evaluation.sign_offs(one)) for one in reversed(earlier) if one.id != judged.id
    ]
    named = await evaluation.inspectors_named(found.project.id, community_id=found.home.id)
    people = [judged.undertaker_id, judged.replied_by]
    people += [one.inspector_id for one in signed]
    people += [one.inspector_id for _one, every in before for one in every]
    people += [one.member_id for one in named]
    result = await evaluation.result_of(judged)
    return {
        **base,
        "evaluation": judged,
        "takes": judged.open_at(datetime.now(UTC)),
        "counted": await evaluation.counted(judged),
        "result": result,
        "aspects": [(_(ASPECTS[one]), found_score) for one, found_score in result.aspects.items()],
        "comments": await evaluation.comments(judged),
        "sign_offs": signed,
        "before": before,
        "inspectors": named,
        "names": await names_of(found, people),
        "undertaker": await undertaker_name(found, judged),
        **await _own(found, judged, signed),
    }


async def project_section(project: Project) -> list[Section]:
    """Say on a project's own page how it is judged and, once work began, where it is summed up."""
    if project.state is not ProjectState.CHOSEN:
        return []
    here, place = project.community_id, f"/projects/{project.id}"
    judged = await evaluation.evaluation_of(project.id, community_id=here)
    told = {
        None: _("When a project is delivered, residents rate it here and inspectors look at it."),
        EvaluationState.OPEN: _("Residents rate it now, and inspectors look at it."),
        EvaluationState.SENT_BACK: _("An inspector found something to mend."),
        EvaluationState.STOPPED: _("The project was stopped before residents judged it."),
        EvaluationState.CLOSED: _("Residents have judged it: their marks, their words, the reply."),
    }[judged.state if judged else None]
    ways = [Section(_("How residents find it"), told, f"{place}/evaluation", "star")]
    if judged is not None:
        sentence = _("Promised and done, planned and spent, in one place.")
        ways.append(Section(_("The project in short"), sentence, f"{place}/summary", "book-open"))
    return ways


async def undertaker_name(found: Place, judged: Evaluation) -> str:
    """Return under which name the project was carried out: the group's, else the member's."""
    if judged.organisation_id is not None:
        group = await community.organisation(judged.organisation_id, community_id=found.home.id)
        return group.name
    names = await names_of(found, [judged.undertaker_id])
    return next(iter(names.values()), _("a resident"))


async def _own(found: Place, judged: Evaluation, signed: list[SignOff]) -> dict[str, Any]:
    """Return what whoever looks may do here, and what they have done."""
    by = found.by
    if by is None or not found.is_home() or by.on_behalf_of is not None:
        return {**dict.fromkeys(OWN), "is_member": by is not None}
    reason = await evaluation.why_not(found.project, by.member_id)
    is_open = judged.state is EvaluationState.OPEN
    return {
        "is_member": True,
        "rating": await evaluation.own_rating(judged, by.member_id),
        "why_not": _(WHY_NOT[reason]) if reason else "",
        "may_sign": is_open
        and by.member_id not in {one.inspector_id for one in signed}
        and await may_sign(found, by),
        "may_name": is_open and Role.COORDINATOR in by.roles,
        "may_reply": await evaluation.may_reply(judged, by=by),
    }


async def may_sign(found: Place, by: Actor) -> bool:
    """Whether somebody is among those who inspect the project."""
    try:
        await evaluation.may_sign(found.project, by=by)
    except MarketplaceError:
        return False
    return True


def score_data(score: Score | None) -> dict[str, Any] | None:
    """Return a score as data: exact, with how often each mark was given."""
    if score is None:
        return None
    return {
        "mean": exact_words(score),
        "mean_rounded": mean_words(score),
        "marks": score.raters,
        "spread": {str(mark): count for mark, count in zip(MARKS, score.counts, strict=True)},
    }


def result_data(result: Result) -> dict[str, Any]:
    """Return a result as data; what too few gave is null."""
    return {
        "raters": result.raters,
        "shown_from": result.shown_from,
        "overall": score_data(result.overall),
        "aspects": {one.value: score_data(score) for one, score in result.aspects.items()},
    }


async def evaluation_data(judged: Evaluation) -> dict[str, Any]:
    """Return an evaluation as data: no rater, no inspector, no time of a rating."""
    return {
        "project": str(judged.project_id),
        "number": judged.number,
        "state": judged.state.value,
        "opened_at": _moment(judged.opened_at),
        "closes_at": _moment(judged.closes_at),
        "ended_at": _moment(judged.ended_at),
        "result": result_data(await evaluation.result_of(judged)),
        "comments": [
            None if one.hidden else one.words for one in await evaluation.comments(judged)
        ],
        "sign_offs": [
            {
                "passed": one.passed,
                "signed_at": _moment(one.signed_at),
                "words": one.words,
                "mend_by": one.mend_by.isoformat() if one.mend_by else None,
                "findings": {each.check.value: each.answer.value for each in one.findings},
            }
            for one in await evaluation.sign_offs(judged)
        ],
        "reply": judged.reply or None,
    }


def summary_data(summary: Summary) -> dict[str, Any]:
    """Return a summary as data; amounts in fen, help in minutes; nobody is named."""
    return {
        "project": str(summary.project.id),
        "title": summary.project.title,
        "state": summary.delivery.state.value,
        "began_at": _moment(summary.delivery.began_at),
        "delivered_at": _moment(summary.delivered_at),
        "milestones": [
            {
                "title": one.title,
                "promised_on": one.promised_on.isoformat(),
                "due_on": one.due_on.isoformat(),
                "done_on": one.report.done_on.isoformat() if one.report else None,
            }
            for one in summary.milestones
        ],
        "lines": [
            {
                "label": one.label or None,
                "planned_fen": one.planned_fen,
                "spent_fen": one.spent_fen,
                "planned_minutes": one.planned_minutes,
            }
            for one in summary.lines
        ],
        "sources": {source.value: fen for source, fen in summary.sources},
        "received_fen": summary.received_fen,
        "paid_fen": summary.paid_fen,
        "left_fen": summary.left_fen,
        "planned_minutes": summary.planned_minutes,
        "worked_minutes": summary.worked_minutes,
        "took_part": {
            "stood_behind": summary.part.stood_behind,
            "gave": summary.part.gave,
            "pledged": summary.part.pledged,
            "worked": summary.part.worked,
            "rated": summary.part.rated,
        },
        "result": result_data(summary.result) if summary.result else None,
        "returned": [
            {
                "source": one.source.value if one.source else None,
                "fen" if one.source else "minutes": one.amount,
            }
            for one in summary.returned
        ],
        "summed_up_at": _moment(summary.words.summed_at) if summary.words else None,
        "words": summary.words.words if summary.words else None,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
