"""A coordinator's verb: close a round, count it, and pay the winners, all in one transaction.

At closing the round's key is destroyed and its ballots are written anew in random order, so that
nobody can say any longer whose a ballot was. The roll keeps who could vote and who did.
"""

import asyncio

import ledger
from community import Actor, record
from marketplace import rules, turns
from marketplace.casting import cast, end_key, grouped, opened_ballots
from marketplace.counting import Count, CountRules, Rule, count
from marketplace.election import Ballot, Election
from marketplace.election import Project as BallotProject
from marketplace.reading import projects_of, read_round
from marketplace.refusals import verb
from marketplace.results import as_stored
from marketplace.rounds import (
    PROJECT_ACCOUNT,
    ROUND_ACCOUNT,
    SETTLED,
    locked,
    move,
    origin,
    public_budget,
)
from marketplace.tables import CountRow, ProjectMoveRow
from marketplace.turnout import keep_turnout
from marketplace.values import Marks, Project, Round, RoundId, RoundState, ballot_id

FEN_SCALE = 2
"""A count is in fen: hundredths of a yuan."""


async def close_and_count(round_id: RoundId, *, by: Actor) -> Round:
    """Close a round: count it once, store the result, and book each winner's budget.

    What the winners leave returns to the public budget. Raises `NotACoordinator`, `UnknownRound`,
    `RoundMoved` (also for whoever comes second: the first closing stands).
    """
    rules.coordinates(by.roles)
    async with verb():
        closed = await _close(round_id, by)
    await end_key(round_id)
    return closed


async def _close(round_id: RoundId, by: Actor) -> Round:
    current = await locked(round_id, community_id=by.community_id)
    rules.closing(current.state)
    await turns.alone(round_id)
    ballots = await opened_ballots(round_id)
    projects = await projects_of(round_id, community_id=by.community_id)
    election = as_election(current, projects, grouped(ballots))
    decided, compared = await asyncio.to_thread(_count, election, current)
    on_roll = await cast(current, ballots)
    await keep_turnout(current)
    await move(round_id, RoundState.CLOSED, by)
    for one in (decided, compared):
        await _store(one, election, current)
    won = [project for project in projects if project.ballot_id in decided.winners]
    await _move_projects(projects, won, by)
    await record(
        "round.close",
        by=by,
        subject_kind="round",
        subject_id=round_id,
        details={
            "winners": [str(project.id) for project in won],
            "votes": election.votes,
            "on_roll": on_roll,
        },
    )
    await _pay(current, projects, decided, by)
    return await read_round(round_id, community_id=by.community_id)


def as_election(
    current: Round, projects: list[Project], ballots: list[tuple[Marks, int]]
) -> Election:
    """Return a round as the count and the published file take it; `ballots` are with how many."""
    return Election(
        kind=current.terms.kind.counted_as,
        budget=current.terms.budget_fen,
        projects=tuple(
            BallotProject(
                id=project.ballot_id,
                cost=project.cost_fen,
                name=project.title,
                category=project.category,
            )
            for project in projects
        ),
        ballots=tuple(
            Ballot(tuple(ballot_id(number) for number in marks.choices), marks.points, times)
            for marks, times in ballots
        ),
        scale=FEN_SCALE,
        meta=(
            ("description", current.name),
            ("currency", "CNY"),
            ("rule", current.terms.rule.value),
            ("max_length", str(current.terms.choices_max)),
            ("terms", current.terms_text),
            ("terms_sha256", current.terms_hash),
        ),
    )


def _count(election: Election, current: Round) -> tuple[Count, Count]:
    """Count under the round's rules, which decide, and under the other rule, to compare."""
    other = Rule.GREEDY if current.terms.rule is Rule.MES else Rule.MES
    return count(election, current.terms.count_rules), count(election, CountRules(other))


async def _store(counted: Count, election: Election, current: Round) -> None:
    await CountRow.raw(
        "INSERT INTO count_result (id, community_id, round_id, rule, rules, rules_hash, result)"
        " VALUES ({}, {}, {}, {}, {}, {}, {}::jsonb)",
        ledger.new_id(),
        current.community_id,
        current.id,
        counted.rules.rule.value,
        counted.rules.canonical(),
        counted.rules_sha256,
        as_stored(counted, election),
    )


async def _move_projects(projects: list[Project], won: list[Project], by: Actor) -> None:
    for project in projects:
        await ProjectMoveRow.raw(
            "INSERT INTO project_move (project_id, state, moved_by) VALUES ({}, {}, {})",
            project.id,
            "chosen" if project in won else "not_chosen",
            by.member_id,
        )


async def _pay(current: Round, projects: list[Project], decided: Count, by: Actor) -> None:
    """Book each winner's cost from the round to the project, and the rest back, in one journal."""
    by_ballot_id = {project.ballot_id: project for project in projects}
    costs = {name: project.cost_fen for name, project in by_ballot_id.items()}
    left = rules.leftover(current.terms.budget_fen, decided.winners, costs)
    community_id = ledger.CommunityId(current.community_id)
    purse = await ledger.open_account(
        community_id=community_id, kind=ROUND_ACCOUNT, unit=ledger.CNY, owner=current.id
    )
    legs = []
    for winner in decided.winners:
        account = await ledger.open_account(
            community_id=community_id,
            kind=PROJECT_ACCOUNT,
            unit=ledger.CNY,
            owner=by_ballot_id[winner].id,
        )
        legs.append(_leg(purse, account, costs[winner]))
    if left:
        legs.append(_leg(purse, await public_budget(current.community_id), left))
    await ledger.book(ledger.Journal(tuple(legs), origin(by, SETTLED, current.id)))


def _leg(debit: ledger.Account, credit: ledger.Account, fen: int) -> ledger.Leg:
    return ledger.Leg.transfer(
        debit=debit.id, credit=credit.id, amount=ledger.Fen(fen), unit=ledger.CNY
    )
