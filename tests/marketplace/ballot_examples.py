"""Rounds of each kind with voters of their own, for the tests of ballots."""

import uuid
from dataclasses import dataclass

from community import Actor, Role, add_community, add_member
from marketplace import (
    BallotForm,
    Category,
    Draft,
    Round,
    Terms,
    open_ballot,
    open_round,
    propose,
    reading,
)
from marketplace.counting import Rule, Satisfaction

YUAN = 100
TITLES = ("Lamp", "Bench", "Stage", "Garden", "Swing", "Library", "Ramp")


@dataclass(frozen=True)
class Poll:
    """A round whose ballot is open, with who runs it and who votes."""

    id: uuid.UUID
    coordinator: Actor
    operator: Actor
    voters: list[Actor]
    round: Round


async def open_poll(
    voters: int = 4,
    kind: BallotForm = BallotForm.APPROVAL,
    *,
    choices: int = 3,
    points: int = 0,
    budget_yuan: int = 1000,
    is_open: bool = True,
) -> Poll:
    """Open the ballot of a round with seven projects of 100 to 700 yuan."""
    home = await add_community(code=f"poll-{uuid.uuid4().hex[:12]}", name="Lane")
    coordinator = await add_member(community_id=home.id, name="Zhou", roles=(Role.COORDINATOR,))
    operator = await add_member(community_id=home.id, name="Sun", roles=(Role.PHONE_OPERATOR,))
    people = [
        await add_member(community_id=home.id, name=f"Voter {n}", roles=(Role.RESIDENT,))
        for n in range(voters)
    ]
    actors = [Actor(one.id, home.id, one.roles) for one in (coordinator, operator, *people)]
    score = kind in {BallotForm.CUMULATIVE, BallotForm.ORDINAL}
    terms = Terms(
        budget_yuan * YUAN,
        choices,
        Rule.GREEDY,
        satisfaction=Satisfaction.SCORE if score else Satisfaction.COST,
        kind=kind,
        points=points,
    )
    opened = await open_round(by=actors[0], name="Autumn round", terms=terms)
    for place, title in enumerate(TITLES, start=1):
        draft = Draft(
            title, f"{title}, for all", "Lane 3", Category.ENVIRONMENT, place * 100 * YUAN
        )
        await propose(opened.id, draft, by=actors[2])
    if is_open:
        await open_ballot(opened.id, by=actors[0])
    current = await reading.read_round(opened.id, community_id=home.id)
    return Poll(home.id, actors[0], actors[1], actors[2:], current)
