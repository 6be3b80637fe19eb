"""Opens a round's ballot: its projects take their plans' last words, and everything is frozen."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import community
from community import Actor, record
from marketplace import freezing, rules, turns
from marketplace.entering import take_last_versions
from marketplace.freezing import Places
from marketplace.reading import projects_of, read_round
from marketplace.refusals import verb
from marketplace.rounds import locked, move
from marketplace.secrecy import round_keys
from marketplace.tables import ProjectMoveRow, RoundRow
from marketplace.values import Round, RoundId, RoundState


async def open_ballot(round_id: RoundId, *, by: Actor, at: datetime | None = None) -> Round:
    """Open a round's ballot: from now on its projects are frozen and residents vote.

    Raises `NotACoordinator`, `UnknownRound`, `RoundMoved`, `NothingToVoteOn`, `DatesWrong`.
    """
    rules.coordinates(by.roles)
    async with verb():
        current = await locked(round_id, community_id=by.community_id)
        return await open_now(current, by=by, at=at or datetime.now(UTC))


async def open_now(current: Round, *, by: Actor, at: datetime) -> Round:
    """Open the ballot of a round that is locked, whoever decided it: a coordinator or its date.

    Raises `RoundMoved`, `NothingToVoteOn`, `DatesWrong` where it would have to close already.
    """
    rules.still_proposing(current.state)
    versions = await take_last_versions(current, by=by)
    projects = await projects_of(current.id, community_id=current.community_id)
    rules.opening_of_ballot(current, projects=len(projects), at=at)
    text = freezing.document(
        current,
        projects,
        opened_at=at,
        versions=versions,
        places=await _places(current.community_id),
    )
    await turns.alone(current.id)
    await asyncio.to_thread(round_keys().make, current.id)
    await ProjectMoveRow.raw(
        "INSERT INTO project_move (project_id, state, moved_by)"
        " SELECT id, 'on_ballot', {} FROM project"
        " WHERE round_id = {} AND left_at IS NULL ORDER BY number",
        by.member_id,
        current.id,
    )
    await RoundRow.raw(
        "UPDATE round SET state = 'voting', ballot_terms = {}, ballot_hash = {} WHERE id = {}",
        text,
        freezing.sha256(text),
        current.id,
    )
    await move(current.id, RoundState.VOTING, by)
    await record(
        "round.open_ballot",
        by=by,
        subject_kind="round",
        subject_id=current.id,
        details={"ballot_hash": freezing.sha256(text)},
    )
    return await read_round(current.id, community_id=current.community_id)


async def _places(community_id: UUID) -> Places:
    areas = [await community.area(community_id), *await community.areas_below(community_id)]
    return Places(
        {one.id: one.name for one in areas},
        {one.id: one.lineage for one in areas},
    )
