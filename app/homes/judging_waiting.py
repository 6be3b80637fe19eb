"""What waits for coordinators about the judgement of projects; for the inbox."""

from datetime import datetime

from app.i18n import gettext as _
from community import Actor
from marketplace import evaluation, reading
from marketplace.delivery import reading as delivery_reading
from marketplace.delivery.values import DeliveryState
from marketplace.evaluation import EvaluationState

Line = tuple[str, str, str, datetime | None, str]
"""Icon, who or what waits, why, since when, and where it is settled."""


async def comments(by: Actor) -> list[Line]:
    """Return the comments that somebody reported, or that are to be looked at again."""
    return [
        (
            "flag",
            one.title,
            _("Its author asks for a second look at a hidden comment")
            if one.again
            else _("Some words about it were reported"),
            one.since,
            f"/projects/{one.project_id}/evaluation/comments/{one.id}/rule",
        )
        for one in await evaluation.waiting_comments(by.community_id)
    ]


async def signatures(by: Actor, now: datetime) -> list[Line]:
    """Return the projects whose time for ratings is over and that nobody has signed."""
    lines: list[Line] = []
    for one in await evaluation.evaluations_shown(by.community_id):
        if one.state is EvaluationState.OPEN and one.closes_at <= now:
            project = await reading.read_project(one.project_id, community_id=by.community_id)
            words = _("Waits for its inspection and a signature")
            href = f"/projects/{project.id}/evaluation"
            lines.append(("search-check", project.title, words, one.closes_at, href))
    return lines


async def to_sum_up(by: Actor) -> list[Line]:
    """Return the projects that are judged and not summed up yet."""
    lines: list[Line] = []
    judged = (DeliveryState.JUDGED,)
    for one in await delivery_reading.deliveries(by.community_id, judged):
        project = await reading.read_project(one.project_id, community_id=by.community_id)
        found = await evaluation.evaluation_of(project.id, community_id=by.community_id)
        words, since = _("Judged; waits to be summed up"), found.ended_at if found else None
        lines.append(("book-open", project.title, words, since, f"/projects/{project.id}/summary"))
    return lines
