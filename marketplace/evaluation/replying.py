"""The undertaker's one reply to what residents said."""

from datetime import UTC, datetime
from uuid import UUID

from community import Actor
from marketplace.evaluation import circle, rows, rules, telling
from marketplace.evaluation.errors import NotTheUndertaker, NotYetClosed, RepliedAlready
from marketplace.evaluation.tables import EvaluationRow
from marketplace.evaluation.values import Evaluation, EvaluationState
from marketplace.refusals import verb


async def may_reply(found: Evaluation, *, by: Actor) -> bool:
    """Whether somebody undertook the project and has not replied to its score yet."""
    if by.on_behalf_of is not None or found.state is not EvaluationState.CLOSED or found.reply:
        return False
    project = await circle.project_of(found.project_id, community_id=found.community_id)
    return by.member_id in {found.undertaker_id, *await telling.undertaker(project)}


async def reply(
    project_id: UUID, words: str, *, by: Actor, at: datetime | None = None
) -> Evaluation:
    """Reply to a project's score, once, by who undertook it; it stands beside the score for good.

    Raises `NotTheUndertaker`, `NotYetClosed`, `RepliedAlready`, `WordsMissing`, `TooLong`,
    `UnknownEvaluation`.
    """
    said = rules.text("reply", words, most=rules.LENGTHS_MAX["reply"])
    async with verb(evaluation_stands=RepliedAlready()):
        found = await rows.of_project(project_id, community_id=by.community_id)
        found = await rows.locked(found.id, community_id=by.community_id)
        project = await circle.project_of(project_id, community_id=by.community_id)
        hands = {found.undertaker_id, *await telling.undertaker(project)}
        if by.on_behalf_of is not None or by.member_id not in hands:
            raise NotTheUndertaker
        if found.state is not EvaluationState.CLOSED:
            raise NotYetClosed
        if found.reply:
            if found.reply == said and found.replied_by == by.member_id:
                return found
            raise RepliedAlready
        await EvaluationRow.raw(
            "UPDATE evaluation SET reply = {}, replied_by = {}, replied_at = {}"
            " WHERE community_id = {} AND id = {}",
            said,
            by.member_id,
            at or datetime.now(UTC),
            by.community_id,
            found.id,
        )
        await rows.note("reply", found, by=by)
        return await rows.one(found.id, community_id=by.community_id)
