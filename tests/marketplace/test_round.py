"""A round's way on a real database: opened, filled, voted on, closed, counted and paid."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest

import ledger
from app.database import Engine
from community import audit_events
from marketplace import (
    Category,
    Draft,
    RoundState,
    Terms,
    close_and_count,
    open_ballot,
    open_round,
    own_choices,
    propose,
    reading,
    refusals,
    result_reading,
    vote,
)
from marketplace.counting import Completion, Rule
from marketplace.errors import (
    BadRules,
    BudgetOutOfBounds,
    CostOutOfBounds,
    NotACoordinator,
    NotAResident,
    NothingToVoteOn,
    NotInTheElectorate,
    NotOnTheBallot,
    NotYetCounted,
    ProposalsClosed,
    RoundMoved,
    TooDear,
    TooManyChoices,
    UnknownProject,
    UnknownRound,
    VotingClosed,
    WordsMissing,
)
from marketplace.secrecy import round_keys
from marketplace.tables import RoundRow

YUAN = 100
LAMP = Draft("Lamp", "Light on the stairs", "Lane 3", Category.ENVIRONMENT, 400 * YUAN)


async def fen_of(community_id: Any, kind: str, owner: Any = None) -> int:
    account = await ledger.find_account(
        community_id=community_id, kind=kind, unit=ledger.CNY, owner=owner
    )
    assert account is not None, f"no account {kind}"
    return (await ledger.balance(account.id)).posted


async def test_the_whole_way(neighbourhood: Any) -> None:
    opened = await neighbourhood.round(1000, choices=2)
    assert opened.state is RoundState.PROPOSING
    assert await fen_of(neighbourhood.id, "round", opened.id) == 1000 * YUAN
    lamp = await neighbourhood.project(opened, "Lamp", 400)
    bench = await neighbourhood.project(opened, "Bench", 500)
    stage = await neighbourhood.project(opened, "Stage", 900)
    assert [lamp.number, bench.number, stage.number] == [1, 2, 3]
    await neighbourhood.voted(opened, [(1, 2), (1,), (1, 3), (2, 1), (3,)])

    closed = await close_and_count(opened.id, by=neighbourhood.coordinator)
    assert closed.state is RoundState.CLOSED
    result = await result_reading.round_result(closed)
    decided = result.counts[Rule.GREEDY]
    assert decided.winners == ("001", "002")
    assert [line.votes for line in result.lines] == [4, 2, 2]
    assert (result.votes, result.voters) == (5, 6)
    assert decided.outcomes["003"].money_short == 800 * YUAN
    assert result.within_budget == 2
    assert set(result.counts) == {Rule.GREEDY, Rule.MES}
    assert decided.rules_hash == closed.terms.count_rules.sha256()

    assert await fen_of(neighbourhood.id, "project", lamp.id) == 400 * YUAN
    assert await fen_of(neighbourhood.id, "project", bench.id) == 500 * YUAN
    assert await fen_of(neighbourhood.id, "round", opened.id) == 0
    assert await fen_of(neighbourhood.id, "public_budget") == -900 * YUAN
    assert (
        await ledger.find_account(
            community_id=neighbourhood.id, kind="project", unit=ledger.CNY, owner=stage.id
        )
        is None
    )
    trial = await ledger.trial_balance(neighbourhood.id)
    assert trial.sums() == {ledger.CNY: 0}

    states = {
        project.title: project.state.value
        for project in await reading.projects_of(opened.id, community_id=neighbourhood.id)
    }
    assert states == {"Lamp": "chosen", "Bench": "chosen", "Stage": "not_chosen"}
    moves = await reading.project_moves(lamp.id, community_id=neighbourhood.id)
    assert [move.state for move in moves] == ["proposed", "on_ballot", "chosen"]
    steps = await reading.round_moves(opened.id, community_id=neighbourhood.id)
    assert [step.state for step in steps] == ["proposing", "voting", "closed"]
    acts = [event.act for event in await audit_events(neighbourhood.id)]
    assert acts[:2] == ["round.close", "round.open_ballot"]
    assert acts.count("project.propose") == 3


async def test_terms_are_published_at_once_and_stay(neighbourhood: Any, owner: Any) -> None:
    opened = await neighbourhood.round(
        1000, choices=3, rule=Rule.MES, completion=Completion.ADD1_GREEDY
    )
    assert json.loads(opened.terms_text)["choices_max"] == 3
    assert opened.terms_hash == opened.terms.sha256()
    for change in (
        "budget_fen = budget_fen + 1",
        "terms = terms || ' '",
        "choices_max = 9",
        "name = 'another'",
        "state = 'closed'",
        "opened_at = now()",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await owner.execute(f"UPDATE round SET {change} WHERE id = $1", opened.id)
    with pytest.raises(asyncpg.CheckViolationError, match="terms_match_hash"):
        await owner.execute(
            "INSERT INTO round SELECT gen_random_uuid(), community_id, name, budget_fen,"
            " choices_max, terms || ' ', terms_hash, state, opened_by, opened_at"
            " FROM round WHERE id = $1",
            opened.id,
        )


async def test_the_same_id_opens_and_proposes_once(neighbourhood: Any) -> None:
    opened = await neighbourhood.round(1000)
    again = await open_round(
        by=neighbourhood.coordinator, name="Pressed twice", terms=opened.terms, id=opened.id
    )
    assert again == opened
    assert await fen_of(neighbourhood.id, "round", opened.id) == 1000 * YUAN
    lamp = await propose(opened.id, LAMP, by=neighbourhood.residents[0])
    twice = await propose(opened.id, LAMP, by=neighbourhood.residents[0], id=lamp.id)
    assert twice == lamp
    with pytest.raises(UnknownProject):
        await propose(opened.id, LAMP, by=neighbourhood.residents[1], id=lamp.id)
    assert len(await reading.projects_of(opened.id, community_id=neighbourhood.id)) == 1


async def test_who_may_not_open_a_round(neighbourhood: Any) -> None:
    terms = Terms(1000 * YUAN, 2, Rule.GREEDY)
    for someone in (neighbourhood.residents[0], neighbourhood.outsider):
        with pytest.raises(NotACoordinator):
            await open_round(by=someone, name="Mine", terms=terms)
    with pytest.raises(WordsMissing):
        await open_round(by=neighbourhood.coordinator, name="  ", terms=terms)
    with pytest.raises(BudgetOutOfBounds):
        await open_round(by=neighbourhood.coordinator, name="x", terms=Terms(0, 2, Rule.GREEDY))
    with pytest.raises(BadRules):
        await open_round(
            by=neighbourhood.coordinator,
            name="x",
            terms=Terms(1000, 2, Rule.GREEDY, completion=Completion.ADD1),
        )
    assert await reading.rounds(neighbourhood.id) == []
    assert (await ledger.trial_balance(neighbourhood.id)).lines == ()


async def test_what_may_not_be_proposed(neighbourhood: Any, elsewhere: Any) -> None:
    opened = await neighbourhood.round(1000)
    resident = neighbourhood.residents[0]
    with pytest.raises(NotAResident):
        await propose(opened.id, LAMP, by=neighbourhood.outsider)
    with pytest.raises(NotAResident):
        await propose(opened.id, LAMP, by=neighbourhood.coordinator)
    with pytest.raises(UnknownRound):
        await propose(opened.id, LAMP, by=elsewhere.residents[0])
    dear = Draft("Tower", "A view", "Lane 3", Category.CULTURE, 1000 * YUAN + 1)
    with pytest.raises(TooDear) as refused:
        await propose(opened.id, dear, by=resident)
    assert refused.value.budget_fen == 1000 * YUAN
    free = Draft("Air", "To breathe", "Lane 3", Category.CULTURE, 0)
    with pytest.raises(CostOutOfBounds):
        await propose(opened.id, free, by=resident)
    with pytest.raises(WordsMissing):
        await propose(opened.id, Draft("Lamp", "", "Lane 3", Category.YOUTH, 1), by=resident)
    assert await reading.projects_of(opened.id, community_id=neighbourhood.id) == []


async def test_a_ballot_opens_once_with_something_on_it(neighbourhood: Any, elsewhere: Any) -> None:
    opened = await neighbourhood.round()
    with pytest.raises(NothingToVoteOn):
        await open_ballot(opened.id, by=neighbourhood.coordinator)
    await neighbourhood.project(opened, "Lamp", 10)
    with pytest.raises(NotACoordinator):
        await open_ballot(opened.id, by=neighbourhood.residents[0])
    with pytest.raises(UnknownRound):
        await open_ballot(opened.id, by=elsewhere.coordinator)
    await open_ballot(opened.id, by=neighbourhood.coordinator)
    with pytest.raises(RoundMoved) as refused:
        await open_ballot(opened.id, by=neighbourhood.coordinator)
    assert refused.value.state == "voting"
    with pytest.raises(ProposalsClosed):
        await propose(opened.id, LAMP, by=neighbourhood.residents[0])


async def test_a_ballot_is_one_and_changes_until_closing(
    neighbourhood: Any, elsewhere: Any
) -> None:
    opened = await neighbourhood.round(choices=2)
    for title in ("Lamp", "Bench", "Stage"):
        await neighbourhood.project(opened, title, 100)
    one, two = neighbourhood.residents[:2]
    with pytest.raises(VotingClosed):
        await vote(opened.id, [1], by=one)
    await open_ballot(opened.id, by=neighbourhood.coordinator)
    assert await vote(opened.id, [2, 1, 2], by=one) == (1, 2)
    with pytest.raises(TooManyChoices) as refused:
        await vote(opened.id, [1, 2, 3], by=one)
    assert (refused.value.most, refused.value.given) == (2, 3)
    with pytest.raises(NotOnTheBallot):
        await vote(opened.id, [4], by=one)
    for stranger in (neighbourhood.outsider, neighbourhood.coordinator):
        with pytest.raises(NotInTheElectorate):
            await vote(opened.id, [1], by=stranger)
    with pytest.raises(UnknownRound):
        await vote(opened.id, [1], by=elsewhere.residents[0])
    assert await own_choices(opened.id, by=one) == (1, 2)
    assert await own_choices(opened.id, by=two) == ()
    await vote(opened.id, [3], by=one)
    await vote(opened.id, [3], by=two)
    await vote(opened.id, [], by=two)
    assert await own_choices(opened.id, by=two) == ()
    closed = await close_and_count(opened.id, by=neighbourhood.coordinator)
    result = await result_reading.round_result(closed)
    assert result.votes == 1
    assert {line.id: line.votes for line in result.lines} == {"001": 0, "002": 0, "003": 1}
    for late in ([1], []):
        with pytest.raises(VotingClosed):
            await vote(opened.id, late, by=one)
    assert await own_choices(opened.id, by=one) == ()


async def test_nothing_is_told_before_closing(neighbourhood: Any) -> None:
    opened = await neighbourhood.round()
    await neighbourhood.project(opened, "Lamp", 100)
    for _ in range(2):
        with pytest.raises(NotYetCounted):
            await result_reading.round_result(opened)
        if opened.state is RoundState.PROPOSING:
            await neighbourhood.voted(opened, [(1,)] * 3)
            opened = await reading.read_round(opened.id, community_id=neighbourhood.id)
    assert await result_reading.cast_ballots(opened) == []


async def test_a_round_closes_once(neighbourhood: Any, elsewhere: Any) -> None:
    opened = await neighbourhood.round()
    await neighbourhood.project(opened, "Lamp", 100)
    with pytest.raises(RoundMoved):
        await close_and_count(opened.id, by=neighbourhood.coordinator)
    await neighbourhood.voted(opened, [(1,)])
    with pytest.raises(NotACoordinator):
        await close_and_count(opened.id, by=neighbourhood.residents[0])
    with pytest.raises(UnknownRound):
        await close_and_count(opened.id, by=elsewhere.coordinator)
    await close_and_count(opened.id, by=neighbourhood.coordinator)
    with pytest.raises(RoundMoved) as refused:
        await close_and_count(opened.id, by=neighbourhood.coordinator)
    assert refused.value.state == "closed"


async def test_a_round_without_votes_gives_all_of_it_back(neighbourhood: Any) -> None:
    opened = await neighbourhood.round(1000, rule=Rule.MES)
    await neighbourhood.project(opened, "Lamp", 100)
    await neighbourhood.voted(opened, [])
    closed = await close_and_count(opened.id, by=neighbourhood.coordinator)
    result = await result_reading.round_result(closed)
    assert result.counts[Rule.MES].winners == ()
    assert await fen_of(neighbourhood.id, "round", opened.id) == 0
    assert await fen_of(neighbourhood.id, "public_budget") == 0


async def test_equal_shares_decides_where_the_terms_say_so(neighbourhood: Any) -> None:
    """Four of six want both dear projects; two want the cheap one, and have a third of a say."""
    opened = await neighbourhood.round(900, choices=2, rule=Rule.MES)
    for title, yuan in (("Stage", 600), ("Bench", 300), ("Lamp", 300)):
        await neighbourhood.project(opened, title, yuan)
    await neighbourhood.voted(opened, [(1, 2)] * 4 + [(3,)] * 2)
    closed = await close_and_count(opened.id, by=neighbourhood.coordinator)
    result = await result_reading.round_result(closed)
    assert result.decides == Rule.MES
    assert set(result.counts[Rule.MES].winners) == {"001", "003"}
    assert set(result.counts[Rule.GREEDY].winners) == {"001", "002"}
    projects = await reading.projects_of(opened.id, community_id=neighbourhood.id)
    paid = {
        project.title: await fen_of(neighbourhood.id, "project", project.id)
        for project in projects
        if project.state == "chosen"
    }
    assert paid == {"Stage": 600 * YUAN, "Lamp": 300 * YUAN}


async def test_after_closing_nobody_can_tell_whose_a_ballot_was(
    neighbourhood: Any, owner: Any
) -> None:
    opened = await neighbourhood.round()
    await neighbourhood.project(opened, "Lamp", 100)
    await neighbourhood.project(opened, "Bench", 100)
    await neighbourhood.voted(opened, [(1,), (2,), (1, 2)])
    assert await owner.fetchval("SELECT count(*) FROM ballot WHERE round_id = $1", opened.id) == 3
    await close_and_count(opened.id, by=neighbourhood.coordinator)
    assert await owner.fetchval("SELECT count(*) FROM ballot WHERE round_id = $1", opened.id) == 0
    assert opened.id not in round_keys().held()
    cast = await owner.fetch(
        "SELECT choices, xmin FROM cast_ballot WHERE round_id = $1 ORDER BY number", opened.id
    )
    assert sorted(row["choices"] for row in cast) == [[1], [1, 2], [2]]
    assert len({row["xmin"] for row in cast}) == 1
    columns = await owner.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'cast_ballot'"
    )
    assert {row["column_name"] for row in columns} == {
        "round_id",
        "number",
        "choices",
        "points",
        "receipt",
    }
    roll = await owner.fetch("SELECT * FROM voter_roll WHERE round_id = $1", opened.id)
    assert {row["member_id"] for row in roll if row["voted"]} == {
        resident.member_id for resident in neighbourhood.residents[:3]
    }
    assert len(roll) == 6


async def test_the_app_cannot_change_what_counts(neighbourhood: Any, database: Engine) -> None:
    opened = await neighbourhood.round()
    lamp = await neighbourhood.project(opened, "Lamp", 100)
    await neighbourhood.voted(opened, [(1,)])
    await close_and_count(opened.id, by=neighbourhood.coordinator)
    refused = (asyncpg.InsufficientPrivilegeError, asyncpg.IntegrityConstraintViolationError)
    mark = "'\\x" + "00" * 32 + "'::bytea"
    for change in (
        f"UPDATE cast_ballot SET choices = '{{2}}' WHERE round_id = '{opened.id}'",
        f"DELETE FROM cast_ballot WHERE round_id = '{opened.id}'",
        f"INSERT INTO cast_ballot VALUES ('{opened.id}', 99, '{{1}}')",
        f"INSERT INTO ballot VALUES ('{opened.id}', {mark}, {mark})",
        f"INSERT INTO voter_roll VALUES ('{opened.id}', '{opened.id}', true)",
        f"UPDATE round SET state = 'voting' WHERE id = '{opened.id}'",
        f"UPDATE round SET terms = '' WHERE id = '{opened.id}'",
        f"DELETE FROM round WHERE id = '{opened.id}'",
        f"UPDATE count_result SET result = '{{}}' WHERE round_id = '{opened.id}'",
        f"UPDATE project SET cost_fen = 1 WHERE id = '{lamp.id}'",
        f"DELETE FROM project_move WHERE project_id = '{lamp.id}'",
        "INSERT INTO round_move (round_id, state, moved_by) SELECT id, state, id FROM round",
        "TRUNCATE cast_ballot",
        "TRUNCATE round CASCADE",
    ):
        assert database.pool is not None
        async with database.pool.acquire() as connection:
            with pytest.raises(refused):
                await connection.execute(change)


async def test_not_even_the_owner_changes_it_by_mistake(neighbourhood: Any, owner: Any) -> None:
    opened = await neighbourhood.round()
    await neighbourhood.project(opened, "Lamp", 100)
    await neighbourhood.voted(opened, [(1,)])
    await close_and_count(opened.id, by=neighbourhood.coordinator)
    columns = {
        "cast_ballot": ("round_id", "number", "choices"),
        "count_result": ("rule", "rules", "rules_hash", "result", "counted_at"),
        "project": ("number", "title", "cost_fen", "proposed_by"),
        "project_move": ("state", "moved_by", "why"),
        "round_move": ("state", "moved_by"),
        "voter_roll": ("voted", "member_id"),
    }
    for table, names in columns.items():
        for name in names:
            with pytest.raises(asyncpg.IntegrityConstraintViolationError):
                await owner.execute(f"UPDATE {table} SET {name} = {name}")
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await owner.execute(f"DELETE FROM {table}")
        with pytest.raises(asyncpg.PostgresError):
            await owner.execute(f"TRUNCATE {table} CASCADE")


async def test_a_failed_closing_leaves_the_round_open(neighbourhood: Any, owner: Any) -> None:
    """The book refuses the payment (its round account was emptied): nothing at all was closed."""
    opened = await neighbourhood.round(1000)
    lamp = await neighbourhood.project(opened, "Lamp", 400)
    await neighbourhood.voted(opened, [(1,)])
    purse = await ledger.find_account(
        community_id=neighbourhood.id, kind="round", unit=ledger.CNY, owner=opened.id
    )
    budget = await ledger.find_account(
        community_id=neighbourhood.id, kind="public_budget", unit=ledger.CNY
    )
    assert purse is not None
    assert budget is not None
    taken = await ledger.transfer(
        debit=purse.id,
        credit=budget.id,
        amount=ledger.Fen(1000 * YUAN),
        unit=ledger.CNY,
        origin=ledger.Origin(
            neighbourhood.id,
            ledger.Event("mistake", opened.id),
            neighbourhood.coordinator.member_id,
        ),
    )
    with pytest.raises(ledger.NotEnough):
        await close_and_count(opened.id, by=neighbourhood.coordinator)
    after = await reading.read_round(opened.id, community_id=neighbourhood.id)
    assert after.state is RoundState.VOTING
    assert await owner.fetchval("SELECT count(*) FROM ballot WHERE round_id = $1", opened.id) == 1
    assert await own_choices(opened.id, by=neighbourhood.residents[0]) == (1,)
    await ledger.reverse(
        taken.id,
        reason="taken by mistake",
        origin=ledger.Origin(
            neighbourhood.id,
            ledger.Event("mistake", opened.id),
            neighbourhood.coordinator.member_id,
        ),
    )
    await close_and_count(opened.id, by=neighbourhood.coordinator)
    assert await fen_of(neighbourhood.id, "project", lamp.id) == 400 * YUAN


async def test_two_proposals_at_once_get_two_numbers(neighbourhood: Any) -> None:
    opened = await neighbourhood.round()
    proposed = await asyncio.gather(
        *(propose(opened.id, LAMP, by=resident) for resident in neighbourhood.residents)
    )
    assert sorted(project.number for project in proposed) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("constraint", "refusal", "write"),
    [
        (
            "proposed_in_time",
            ProposalsClosed,
            (
                "INSERT INTO project SELECT gen_random_uuid(), community_id, round_id, 9, title,"
                " purpose, place, category, cost_fen, proposed_by FROM project WHERE round_id = {}"
            ),
        ),
        (
            "voting_is_open",
            VotingClosed,
            "INSERT INTO ballot SELECT id, sha256('x'), sha256('y') FROM round WHERE id = {}",
        ),
        ("round_moves_on", RoundMoved, "UPDATE round SET state = 'voting' WHERE id = {}"),
        (
            "one_move_each",
            RoundMoved,
            (
                "INSERT INTO round_move (round_id, state, moved_by) SELECT id, state, id FROM round"
                " WHERE id = {}"
            ),
        ),
        (
            "round_counted_once",
            RoundMoved,
            (
                "INSERT INTO count_result SELECT gen_random_uuid(), community_id, round_id, NULL,"
                " rule, rules, rules_hash, result FROM count_result WHERE round_id = {}"
            ),
        ),
    ],
)
async def test_a_constraint_speaks_as_its_refusal(
    neighbourhood: Any, constraint: str, refusal: type[Exception], write: str
) -> None:
    """Whatever slips past the rules meets the database, and is told the same."""
    opened = await neighbourhood.round()
    await neighbourhood.project(opened, "Lamp", 100)
    await neighbourhood.voted(opened, [(1,)])
    await close_and_count(opened.id, by=neighbourhood.coordinator)
    with pytest.raises(refusal) as refused:
        async with refusals.verb():
            await RoundRow.raw(write, opened.id)
    assert getattr(refused.value.__cause__, "constraint_name", "") == constraint


def test_each_refusal_of_the_database_is_tried_above() -> None:
    assert set(refusals.REFUSALS) == {
        "proposed_in_time",
        "voting_is_open",
        "round_moves_on",
        "one_move_each",
        "round_counted_once",
    }
