"""A resident's verb: propose a project for a round."""

import ledger
from community import Actor, record
from marketplace import rules
from marketplace.errors import ByPlansOnly, UnknownProject
from marketplace.policy import round_policy_at
from marketplace.reading import read_project
from marketplace.refusals import verb
from marketplace.rounds import locked
from marketplace.tables import ProjectMoveRow, ProjectRow
from marketplace.values import Draft, Entry, Project, ProjectId, Round, RoundId


async def propose(
    round_id: RoundId,
    draft: Draft,
    *,
    by: Actor,
    id: ProjectId | None = None,  # noqa: A002 (the row's name)
) -> Project:
    """Propose a project for a round, before its ballot opens.

    The same `id` again returns the project that it proposed. Raises `NotAResident`,
    `UnknownRound`, `ProposalsClosed`, `WordsMissing`, `TooLong`, `CostOutOfBounds`, `TooDear`,
    `TooManyProjects`, `ByPlansOnly`.
    """
    rules.resides(by.roles)
    rules.words(title=draft.title, purpose=draft.purpose, place=draft.place)
    key = id or ProjectId(ledger.new_id())
    async with verb():
        current = await locked(round_id, community_id=by.community_id)
        found = await ProjectRow.raw("SELECT proposed_by FROM project WHERE id = {}", key)
        if found:
            if found[0]["proposed_by"] != by.member_id:
                raise UnknownProject
            return await read_project(key, community_id=by.community_id)
        if current.entry is Entry.PLANS:
            raise ByPlansOnly
        numbers = await ProjectRow.raw(
            "SELECT count(*) FILTER (WHERE left_at IS NULL) AS projects,"
            " coalesce(max(number), 0) AS last FROM project WHERE round_id = {}",
            round_id,
        )
        rules.proposal(
            current.state,
            cost_fen=draft.cost_fen,
            budget_fen=current.terms.budget_fen,
            projects=numbers[0]["projects"],
            last=numbers[0]["last"],
            policy=await round_policy_at(by.community_id),
        )
        await _write(key, current, numbers[0]["last"] + 1, draft=draft, by=by)
        return await read_project(key, community_id=by.community_id)


async def _write(key: ProjectId, current: Round, number: int, *, draft: Draft, by: Actor) -> None:
    """Write a project down; what is proposed for a round of an area is meant for that area."""
    await ProjectRow.raw(
        "INSERT INTO project (id, community_id, round_id, number, title, purpose, place,"
        " category, cost_fen, proposed_by, area_id)"
        " VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})",
        key,
        by.community_id,
        current.id,
        number,
        draft.title.strip(),
        draft.purpose.strip(),
        draft.place.strip(),
        str(draft.category),
        draft.cost_fen,
        by.member_id,
        current.area_id,
    )
    await ProjectMoveRow.raw(
        "INSERT INTO project_move (project_id, state, moved_by) VALUES ({}, 'proposed', {})",
        key,
        by.member_id,
    )
    await record(
        "project.propose",
        by=by,
        subject_kind="project",
        subject_id=key,
    )
