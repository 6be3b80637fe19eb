"""What waits for coordinators about the judgement of projects; for the inbox."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

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
    over = [
        one
        for one in await evaluation.evaluations_shown(by.community_id)
        if one.state is EvaluationState.OPEN and one.closes_at <= now
    ]
    titles = await _titles((one.project_id for one in over), by)
    words = _("Waits for its inspection and a signature")
    return [
        (
            "search-check",
            titles[one.project_id],
            words,
            one.closes_at,
            f"/projects/{one.project_id}/evaluation",
        )
        for one in over
    ]


async def to_sum_up(by: Actor) -> list[Line]:
    """Return the projects that are judged and not summed up yet."""
    judged = (DeliveryState.JUDGED,)
    found = await delivery_reading.deliveries(by.community_id, judged)
    titles = await _titles((one.project_id for one in found), by)
    ended = await evaluation.ended_at({one.project_id for one in found}, by.community_id)
    words = _("Judged; waits to be summed up")
    return [
        (
            "book-open",
            titles[one.project_id],
            words,
            ended.get(one.project_id),
            f"/projects/{one.project_id}/summary",
        )
        for one in found
    ]


async def _titles(project_ids: Iterable[UUID], by: Actor) -> dict[UUID, str]:
    ids = set(project_ids)
    return await reading.titles(ids, community_id=by.community_id) if ids else {}
