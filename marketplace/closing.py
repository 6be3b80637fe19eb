"""A coordinator's verb: close a round, count it, and pay the winners, all in one transaction.

At closing the round's key is destroyed and its ballots are written anew in random order, so that
nobody can say any longer whose a ballot was. The roll keeps who could vote and who did.
"""

import asyncio
from uuid import UUID

import ledger
from community import Actor, Role, members, record
from marketplace import rules
from marketplace.counting import Count, CountRules, Rule, count
from marketplace.election import Ballot, BallotKind, Election
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
from marketplace.tables import (
    BallotRow,
    CastBallotRow,
    CountRow,
    ProjectMoveRow,
    RoundKeyRow,
    VoterRollRow,
)
from marketplace.values import Project, Round, RoundId, RoundState, ballot_id

FEN_SCALE = 2
"""A count is in fen: hundredths of a yuan."""


async def close_and_count(round_id: RoundId, *, by: Actor) -> Round:
    """Close a round: count it once, store the result, and book each winner's budget.

    What the winners leave returns to the public budget. Raises `NotACoordinator`, `UnknownRound`,
    `RoundMoved` (also for whoever comes second: the first closing stands).
    """
    rules.coordinates(by.roles)
    async with verb():
        current = await locked(round_id, community_id=by.community_id)
        rules.closing(current.state)
        projects = await projects_of(round_id, community_id=by.community_id)
        election = as_election(current, projects, await _grouped_ballots(round_id))
        decided, compared = await asyncio.to_thread(_count, election, current)
        on_roll = await _cast(current)
        await move(round_id, RoundState.CLOSED, by)
        for one in (decided, compared):
            await _store(one, current)
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
    current: Round, projects: list[Project], ballots: list[tuple[tuple[int, ...], int]]
) -> Election:
    """Return a round as the count and the published file take it; `ballots` are with how many."""
    return Election(
        kind=BallotKind.APPROVAL,
        budget=current.terms.budget_fen,
        projects=tuple(
            BallotProject(
                id=project.ballot_id,
                cost=project.cost_fen,
                name=project.title,
                category=project.category.value,
            )
            for project in projects
        ),
        ballots=tuple(
            Ballot(tuple(ballot_id(number) for number in choices), (), times)
            for choices, times in ballots
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


async def _grouped_ballots(round_id: RoundId) -> list[tuple[tuple[int, ...], int]]:
    rows = await BallotRow.raw(
        "SELECT choices, count(*) AS times FROM ballot WHERE round_id = {}"
        " GROUP BY choices ORDER BY choices",
        round_id,
    )
    return [(tuple(row["choices"]), row["times"]) for row in rows]


async def _cast(current: Round) -> int:
    """Write the roll, write the ballots anew without marks, and destroy the key.

    Returns how many stand on the roll.

    `gen_random_uuid` draws from a strong source, so neither the numbers nor the place of a row in
    the table say anything about the order in which ballots came in.
    """
    key = (await RoundKeyRow.raw("SELECT key FROM round_key WHERE round_id = {}", current.id))[0]
    marks = await BallotRow.raw("SELECT mark FROM ballot WHERE round_id = {}", current.id)
    known = {row["mark"] for row in marks}
    roll: dict[UUID, bool] = {}
    for member in await members(current.community_id):
        voted = rules.voter_mark(key["key"], member.id) in known
        if voted or Role.RESIDENT in member.roles:
            roll[member.id] = voted
    await VoterRollRow.raw(
        "INSERT INTO voter_roll (round_id, member_id, voted)"
        " SELECT {}, * FROM unnest({}::uuid[], {}::boolean[])",
        current.id,
        list(roll),
        list(roll.values()),
    )
    await CastBallotRow.raw(
        "INSERT INTO cast_ballot (round_id, number, choices)"
        " SELECT round_id, row_number() OVER (ORDER BY gen_random_uuid()), choices"
        " FROM ballot WHERE round_id = {}",
        current.id,
    )
    await BallotRow.raw("DELETE FROM ballot WHERE round_id = {}", current.id)
    await RoundKeyRow.raw("DELETE FROM round_key WHERE round_id = {}", current.id)
    return len(roll)


async def _store(counted: Count, current: Round) -> None:
    await CountRow.raw(
        "INSERT INTO count_result (id, community_id, round_id, rule, rules, rules_hash, result)"
        " VALUES ({}, {}, {}, {}, {}, {}, {}::jsonb)",
        ledger.new_id(),
        current.community_id,
        current.id,
        counted.rules.rule.value,
        counted.rules.canonical(),
        counted.rules_sha256,
        as_stored(counted),
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
