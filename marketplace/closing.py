"""A coordinator's verb: close a round, count it, and pay the winners, all in one transaction.

At closing the round's key is destroyed and its ballots are written anew in random order, so that
nobody can say any longer whose a ballot was. The roll keeps who could vote and who did.
"""

import asyncio

import ledger
from community import Actor, record
from marketplace import rules, turns
from marketplace.casting import cast, end_key, grouped, opened_ballots, with_paper
from marketplace.counting import Count, count
from marketplace.election import Election
from marketplace.entering import back_to_planned
from marketplace.money import PROJECT_ACCOUNT, PUBLIC_BUDGET, ROUND_ACCOUNT, fen_account, origin
from marketplace.paper import paper_ballots, want_finished
from marketplace.publishing import as_election, comparing_rules, deciding_rules
from marketplace.reading import projects_of, read_round
from marketplace.refusals import verb
from marketplace.results import as_stored
from marketplace.rounds import SETTLED, locked, move
from marketplace.tables import CountRow, ProjectMoveRow
from marketplace.turnout import keep_turnout
from marketplace.values import Project, Round, RoundId, RoundState, Terms


async def close_and_count(round_id: RoundId, *, by: Actor) -> Round:
    """Close a round: count it once, store the result, and book each winner's budget.

    What the winners leave returns to the public budget. Raises `NotACoordinator`, `UnknownRound`,
    `RoundMoved` (also for whoever comes second: the first closing stands), and what `close_now`
    raises.
    """
    rules.coordinates(by.roles)
    async with verb():
        closed = await close_now(round_id, by=by)
    await end_key(round_id)
    return closed


async def close_now(round_id: RoundId, *, by: Actor) -> Round:
    """Close and count a round, whoever decided it: a coordinator or its date.

    Within the caller's transaction; when it has committed, the caller ends the round's key. Raises
    `UnknownRound`, `RoundMoved`, `PaperUnfinished`, `KeyMissing`, `BallotDamaged`: then nothing was
    changed.
    """
    current = await locked(round_id, community_id=by.community_id)
    rules.closing(current.state)
    await turns.alone(round_id)
    await want_finished(current)
    paper = await paper_ballots(current)
    ballots = with_paper(await opened_ballots(round_id), paper)
    projects = await projects_of(round_id, community_id=by.community_id)
    election = as_election(current, projects, grouped(ballots))
    on_roll = await cast(current, ballots, on_paper=paper.voters)
    decided, compared = await asyncio.to_thread(_count, election, current.terms, on_roll)
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
            "quorum": decided.rules.quorum,
            "ballot_hash": current.ballot_hash,
        },
    )
    await _pay(current, projects, decided, by)
    return await read_round(round_id, community_id=by.community_id)


def _count(election: Election, terms: Terms, on_roll: int) -> tuple[Count, Count]:
    """Count under the round's rules, which decide, and under the other rule, to compare."""
    return (
        count(election, deciding_rules(terms, on_roll=on_roll)),
        count(election, comparing_rules(terms, on_roll=on_roll)),
    )


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
        if project not in won:
            await back_to_planned(project, by=by)


async def _pay(current: Round, projects: list[Project], decided: Count, by: Actor) -> None:
    """Book each winner's cost from the round to the project, and the rest back, in one journal."""
    by_ballot_id = {project.ballot_id: project for project in projects}
    costs = {name: project.cost_fen for name, project in by_ballot_id.items()}
    left = rules.leftover(current.terms.budget_fen, decided.winners, costs)
    here = current.community_id
    purse = await fen_account(ROUND_ACCOUNT, current.id, community_id=here)
    legs = []
    for winner in decided.winners:
        project = by_ballot_id[winner]
        account = await fen_account(PROJECT_ACCOUNT, project.id, community_id=here)
        legs.append(_leg(purse, account, costs[winner]))
    if left:
        legs.append(_leg(purse, await fen_account(PUBLIC_BUDGET, community_id=here), left))
    await ledger.book(ledger.Journal(tuple(legs), origin(by, SETTLED, current.id)))


def _leg(debit: ledger.AccountId, credit: ledger.AccountId, fen: int) -> ledger.Leg:
    return ledger.Leg.transfer(debit=debit, credit=credit, amount=ledger.Fen(fen), unit=ledger.CNY)
