"""What may still change on an open ballot: more time, a mistyped title; announced and logged."""

from datetime import UTC, datetime
from uuid import UUID

import ledger
from community import Actor, record
from marketplace import rules
from marketplace.policy import round_policy_at
from marketplace.reading import read_project, read_round
from marketplace.refusals import verb
from marketplace.rounds import locked
from marketplace.tables import ProjectRow, RoundChangeRow, RoundRow
from marketplace.values import Project, ProjectId, Round, RoundChange, RoundId

_LOG = """
INSERT INTO round_change (id, round_id, kind, project_id, before, after, why, changed_by)
VALUES ({}, {}, {}, {}, {}, {}, {}, {})
"""


async def extend(
    round_id: RoundId, until: datetime, *, why: str, by: Actor, at: datetime | None = None
) -> Round:
    """Let an open ballot close later than was announced, as often as the community's policy allows.

    A ballot that closes at `until` already is returned as it is. Raises `NotACoordinator`,
    `UnknownRound`, `RoundMoved`, `TooManyExtensions`, `NotLonger`, `WordsMissing`, `TooLong`.
    """
    rules.coordinates(by.roles)
    rules.words(why=why)
    async with verb():
        current = await locked(round_id, community_id=by.community_id)
        before = current.voting_closes_at
        if before == until:
            return current
        changes = await round_changes(round_id, community_id=by.community_id)
        rules.extension(
            current,
            until,
            at=at or datetime.now(UTC),
            times=sum(change.kind == "extended" for change in changes),
            policy=await round_policy_at(by.community_id),
        )
        await RoundRow.raw("UPDATE round SET voting_closes_at = {} WHERE id = {}", until, round_id)
        texts = (before.isoformat() if before else "", until.isoformat(), why.strip())
        await _log(round_id, "extended", None, texts, by=by)
        await record(
            "round.extend",
            by=by,
            subject_kind="round",
            subject_id=round_id,
            details={"until": until.isoformat()},
        )
        return await read_round(round_id, community_id=by.community_id)


async def correct_title(project_id: ProjectId, title: str, *, why: str, by: Actor) -> Project:
    """Correct a typing error in the title of a project that stands on an open ballot.

    The frozen document keeps the title as it was; the change is listed beside it. Raises
    `NotACoordinator`, `UnknownProject`, `RoundMoved`, `NotACorrection`, `WordsMissing`, `TooLong`.
    """
    rules.coordinates(by.roles)
    rules.words(title=title, why=why)
    async with verb():
        project = await read_project(project_id, community_id=by.community_id)
        current = await locked(project.round_id, community_id=by.community_id)
        project = await read_project(project_id, community_id=by.community_id)
        if project.title == title.strip():
            return project
        # Measured at what stood there first, or many small corrections made it another project.
        changes = await round_changes(current.id, community_id=by.community_id)
        first = next((one.before for one in changes if one.project_id == project_id), project.title)
        rules.correction(current.state, first, title.strip())
        await ProjectRow.raw(
            "UPDATE project SET title = {} WHERE id = {}", title.strip(), project_id
        )
        texts = (project.title, title.strip(), why.strip())
        await _log(current.id, "title", project_id, texts, by=by)
        await record("round.correct", by=by, subject_kind="project", subject_id=project_id)
        return await read_project(project_id, community_id=by.community_id)


async def _log(
    round_id: RoundId,
    kind: str,
    project_id: ProjectId | None,
    texts: tuple[str, str, str],
    *,
    by: Actor,
) -> None:
    await RoundChangeRow.raw(
        _LOG, ledger.new_id(), round_id, kind, project_id, *texts, by.member_id
    )


async def round_changes(round_id: RoundId, *, community_id: UUID) -> list[RoundChange]:
    """Return what was changed of a round after its ballot had opened, oldest first."""
    rows = await RoundChangeRow.raw(
        "SELECT round_change.* FROM round_change JOIN round ON round.id = round_id"
        " WHERE round_id = {} AND community_id = {} ORDER BY changed_at, round_change.id",
        round_id,
        community_id,
    )
    return [
        RoundChange(
            id=row["id"],
            kind=row["kind"],
            project_id=row["project_id"],
            before=row["before"],
            after=row["after"],
            why=row["why"],
            by=row["changed_by"],
            at=row["changed_at"],
        )
        for row in rows
    ]
