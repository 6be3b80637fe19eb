"""Rounds as data, for other programs: what a round promises, and what stands on its ballot."""

from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from app.acts import act
from app.neighbourhood import community_shown
from app.round_page import project_data, round_data
from marketplace import RoundId, reading, round_changes
from marketplace.errors import UnknownRound

AnyRequest = Request[Any, Any, Any]


@get("/api/rounds", name="round.list.data", opt=act("round.read"))
async def list_data(request: AnyRequest) -> dict[str, Any]:
    """Give a community's rounds, the newest first."""
    home = await community_shown(request)
    found = await reading.rounds(home.id)
    return {"community": home.code, "rounds": [round_data(one) for one in found]}


@get("/api/rounds/{round_id:uuid}", name="round.data", opt=act("round.read"))
async def one_data(request: AnyRequest, round_id: FromPath[UUID]) -> dict[str, Any]:
    """Give a round with its projects, its steps and what was changed after its ballot opened."""
    home = await community_shown(request)
    try:
        current = await reading.read_round(RoundId(round_id), community_id=home.id)
    except UnknownRound as error:
        raise NotFoundException from error
    projects = await reading.projects_of(current.id, community_id=home.id)
    moves = await reading.round_moves(current.id, community_id=home.id)
    changes = await round_changes(current.id, community_id=home.id)
    return {
        **round_data(current),
        "terms": current.terms_text,
        "ballot_terms": current.ballot_terms or None,
        "projects": [project_data(one) for one in projects],
        "steps": [{"state": one.state, "at": one.at.isoformat()} for one in moves],
        "changes": [
            {
                "kind": one.kind,
                "project_id": str(one.project_id) if one.project_id else None,
                "before": one.before,
                "after": one.after,
                "why": one.why,
                "at": one.at.isoformat(),
            }
            for one in changes
        ],
    }


handlers = [list_data, one_data]
