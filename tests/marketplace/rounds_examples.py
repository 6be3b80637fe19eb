"""Rounds with dates, an electorate, four kinds of ballot; moments, areas, and who lives where."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import community
from community import Actor
from marketplace import (
    BallotForm,
    Category,
    Draft,
    Project,
    Round,
    Setup,
    Terms,
    open_ballot,
    open_round,
    propose,
    vote,
)
from marketplace.counting import Rule
from tests.marketplace.conftest import YUAN, Neighbourhood

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

FORMS: Mapping[BallotForm, Mapping[str, Any]] = {
    BallotForm.APPROVAL: {},
    BallotForm.KNAPSACK: {},
    BallotForm.CUMULATIVE: {"points": 10, "points_each_max": 8},
    BallotForm.ORDINAL: {},
}
"""What the terms of each kind of ballot need besides."""


async def opened(
    home: Neighbourhood,
    *,
    setup: Setup | None = None,
    kind: BallotForm = BallotForm.APPROVAL,
    yuan: int = 1000,
    **how: Any,
) -> Round:
    """Open a round with ballots of a kind, as far as nothing else is said by most votes."""
    given = {
        "rule": Rule.GREEDY,
        "satisfaction": kind.satisfactions[0],
        "kind": kind,
        **FORMS[kind],
        **how,
    }
    terms = Terms(yuan * YUAN, 3, **given)
    return await open_round(by=home.coordinator, name="秋季", terms=terms, setup=setup)


async def project(
    home: Neighbourhood, current: Round, title: str, yuan: int, *, kind: str = Category.ENVIRONMENT
) -> Project:
    """Let the first resident propose a project; its cost in yuan."""
    draft = Draft(title, "给大家", "三号弄", kind, yuan * YUAN)
    return await propose(current.id, draft, by=home.residents[0])


async def voting(
    home: Neighbourhood,
    current: Round,
    ballots: Sequence[tuple[tuple[int, ...], tuple[int, ...]]] = (),
    at: datetime | None = None,
) -> Round:
    """Open the ballot and let one resident after the other cast one of these."""
    open_one = await open_ballot(current.id, by=home.coordinator, at=at)
    for resident, (choices, points) in zip(home.residents, ballots, strict=False):
        await vote(current.id, choices, points=points, by=resident)
    return open_one


async def grid(home: Neighbourhood, code: str, name: str) -> UUID:
    """Add a grid to the community."""
    made = await community.add_area(below=home.id, level=community.Level.GRID, code=code, name=name)
    return made.id


async def is_known(
    owner: Any,
    who: Actor,
    *,
    born: date | None = None,
    verified: bool = False,
    grid_id: UUID | None = None,
) -> None:
    """Write down what the desk knows of somebody, past the verbs."""
    await owner.execute(
        "UPDATE member SET birth_date = $2, grid_id = $3, verified_at = $4,"
        " verified_by = CASE WHEN $4::timestamptz IS NULL THEN NULL ELSE id END,"
        " verified_how = CASE WHEN $4::timestamptz IS NULL THEN NULL ELSE 'home_visit' END"
        " WHERE id = $1",
        who.member_id,
        born,
        grid_id,
        NOW if verified else None,
    )
