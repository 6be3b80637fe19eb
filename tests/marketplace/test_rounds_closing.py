"""Rounds of all four kinds are counted, published, and counted again from their file alone."""

from pathlib import Path
from typing import Any

import pytest

import ledger
from community import Role, add_member
from marketplace import BallotForm, ProjectState, close_and_count, exclude, reading
from marketplace.counting import Completion, Rule, count_file, official_rules
from marketplace.election import Ceiling, Grouping
from marketplace.freezing import Frozen, sha256
from marketplace.money import PUBLIC_BUDGET, fen_account
from marketplace.pabulib import read_election
from marketplace.published import published_file
from marketplace.result_reading import round_result
from tests.marketplace.conftest import YUAN, Neighbourhood
from tests.marketplace.rounds_examples import grid, opened, project, voting

BALLOTS = {
    BallotForm.APPROVAL: [((1, 2), ()), ((1, 2, 3), ()), ((2,), ()), ((4, 2), ())],
    BallotForm.KNAPSACK: [((1, 2), ()), ((1, 3), ()), ((2,), ()), ((4,), ())],
    BallotForm.CUMULATIVE: [((1, 2), (3, 7)), ((1,), (8,)), ((2, 3), (5, 5)), ((4,), (1,))],
    BallotForm.ORDINAL: [((2, 1), ()), ((3, 1, 2), ()), ((2,), ()), ((4, 3), ())],
}


async def four(home: Neighbourhood, current: Any) -> None:
    """Propose four projects, the third of another kind."""
    for title, yuan in (("扶手", 300), ("灯", 200), ("读书角", 250), ("长椅", 400)):
        kind = "culture" if title == "读书角" else "environment"
        await project(home, current, title, yuan, kind=kind)


@pytest.mark.parametrize("rule", [Rule.GREEDY, Rule.MES])
@pytest.mark.parametrize("kind", list(BallotForm))
async def test_a_file_alone_gives_the_same_result(
    neighbourhood: Neighbourhood,
    kind: BallotForm,
    rule: Rule,
    tmp_path: Path,
) -> None:
    """With parts of the budget, a threshold, a quorum and projects that exclude one another."""
    current = await opened(
        neighbourhood,
        kind=kind,
        rule=rule,
        completion=Completion.ADD1_GREEDY if rule is Rule.MES else Completion.NONE,
        threshold=1,
        quorum=50,
        ceilings=(Ceiling(Grouping.CATEGORY, "environment", 600 * YUAN),),
    )
    await four(neighbourhood, current)
    await exclude(current.id, [[1, 4]], by=neighbourhood.coordinator)
    await voting(neighbourhood, current, BALLOTS[kind])
    closed = await close_and_count(current.id, by=neighbourhood.coordinator)
    result = await round_result(closed)
    decided = result.counts[rule.value]
    assert decided.winners
    assert decided.rules.quorum == 3, "half of six on the roll"

    path = tmp_path / "round.pb"
    path.write_bytes((await published_file(closed)).content)
    again = count_file(path, official_rules)
    assert again.count.winners == decided.winners
    assert again.comparison.same is True
    assert again.count.rules_sha256 == decided.rules_hash
    assert [str(one) for one in again.warnings] == []


async def test_parts_of_the_budget_bound_the_winners(neighbourhood: Neighbourhood) -> None:
    """What everybody wants most loses where its category's part is spent."""
    part = Ceiling(Grouping.CATEGORY, "environment", 500 * YUAN)
    current = await opened(neighbourhood, ceilings=(part,))
    await four(neighbourhood, current)
    await voting(neighbourhood, current, [((1, 2, 4), ())] * 3 + [((3, 4), ())])
    closed = await close_and_count(current.id, by=neighbourhood.coordinator)
    assert (await round_result(closed)).counts["greedy"].winners == ("004", "003")
    assert Frozen.of(closed.ballot_terms).ceilings == (part,)


async def test_a_part_for_an_area_holds_for_what_lies_in_it(neighbourhood: Neighbourhood) -> None:
    """A project proposed straight away is for the whole community and has no such bound."""
    north = await grid(neighbourhood, "north", "北块")
    part = Ceiling(Grouping.NEIGHBOURHOOD, str(north), 100 * YUAN)
    current = await opened(neighbourhood, yuan=500, ceilings=(part,))
    await four(neighbourhood, current)
    await voting(neighbourhood, current, [((1, 2), ())])
    closed = await close_and_count(current.id, by=neighbourhood.coordinator)
    assert set((await round_result(closed)).counts["greedy"].winners) == {"001", "002"}
    assert Frozen.of(closed.ballot_terms).ceilings[0].name == "北块"


async def test_of_projects_that_exclude_one_another_one_wins(
    neighbourhood: Neighbourhood,
) -> None:
    current = await opened(neighbourhood)
    await four(neighbourhood, current)
    await exclude(current.id, [[1, 2], [3, 4]], by=neighbourhood.coordinator)
    await voting(neighbourhood, current, [((1, 2), ())] * 2 + [((2, 3), ())])
    closed = await close_and_count(current.id, by=neighbourhood.coordinator)
    assert (await round_result(closed)).counts["greedy"].winners == ("002", "003")


async def test_what_nobody_votes_for_gets_no_money(neighbourhood: Neighbourhood) -> None:
    """Though all of the money is left, and even where nobody votes at all."""
    for ballots, chosen in (([((2,), ())], ["002"]), ([], [])):
        current = await opened(neighbourhood)
        await four(neighbourhood, current)
        await voting(neighbourhood, current, ballots)
        closed = await close_and_count(current.id, by=neighbourhood.coordinator)
        result = await round_result(closed)
        for counted in result.counts.values():
            assert list(counted.winners) == chosen


@pytest.mark.parametrize(("quorum", "stands"), [(50, True), (51, False)])
async def test_below_the_quorum_nothing_wins(
    neighbourhood: Neighbourhood, quorum: int, *, stands: bool
) -> None:
    """Three of six voted: half is reached, one more in a hundred is not. The money goes back."""
    current = await opened(neighbourhood, quorum=quorum)
    await four(neighbourhood, current)
    await voting(neighbourhood, current, [((1,), ())] * 3)
    closed = await close_and_count(current.id, by=neighbourhood.coordinator)
    projects = await reading.projects_of(current.id, community_id=neighbourhood.id)
    assert (projects[0].state is ProjectState.CHOSEN) is stands
    reasons = {
        one.reason for one in (await round_result(closed)).counts["greedy"].outcomes.values()
    }
    assert ("below-quorum" in reasons) is not stands
    purse = await fen_account(PUBLIC_BUDGET, community_id=neighbourhood.id)
    assert (await ledger.balance(purse)).posted == (-300 * YUAN if stands else 0)


async def test_who_could_vote_makes_the_quorum(neighbourhood: Neighbourhood) -> None:
    """Residents who joined while the ballot was open stand on the roll as well."""
    current = await opened(neighbourhood, quorum=50)
    await four(neighbourhood, current)
    await voting(neighbourhood, current, [((1,), ())] * 3)
    await add_member(community_id=neighbourhood.id, name="New", roles=(Role.RESIDENT,))
    closed = await close_and_count(current.id, by=neighbourhood.coordinator)
    decided = (await round_result(closed)).counts["greedy"]
    assert (decided.rules.quorum, decided.winners) == (4, ())


async def test_the_whole_ballot_is_frozen_before_the_first_vote(
    neighbourhood: Neighbourhood, owner: Any
) -> None:
    """The document holds what decides, matches its hash, and nobody changes it any more."""
    current = await opened(neighbourhood, kind=BallotForm.ORDINAL)
    assert (current.ballot_terms, current.ballot_hash) == ("", "")
    await four(neighbourhood, current)
    await exclude(current.id, [[1, 2]], by=neighbourhood.coordinator)
    on_ballot = await voting(neighbourhood, current)
    assert sha256(on_ballot.ballot_terms) == on_ballot.ballot_hash
    for part in ('"cost_fen":30000', '"incompatible":[["001","002"]]', current.terms_hash):
        assert part in on_ballot.ballot_terms
    closed = await close_and_count(current.id, by=neighbourhood.coordinator)
    assert closed.ballot_hash == on_ballot.ballot_hash
    assert (
        b"ballot_sha256;" + on_ballot.ballot_hash.encode() in (await published_file(closed)).content
    )
    for change in (
        "UPDATE round SET ballot_terms = '{}' WHERE id = $1",
        "UPDATE round SET incompatible = '[[1, 3]]' WHERE id = $1",
        "UPDATE project SET cost_fen = 1 WHERE round_id = $1",
        "UPDATE project SET left_at = now() WHERE round_id = $1",
    ):
        with pytest.raises(Exception, match=r"stays as it is|only moves on"):
            await owner.execute(change, current.id)


async def test_the_file_of_the_largest_round_can_be_read_again(
    neighbourhood: Neighbourhood, owner: Any
) -> None:
    """With as many projects as a round has room for, each with the longest title."""
    current = await opened(neighbourhood, yuan=2000)
    await owner.execute(
        "WITH made AS (INSERT INTO project (id, community_id, round_id, number, title, purpose,"
        " place, category, cost_fen, proposed_by) SELECT gen_random_uuid(), $1, $2, number,"
        " rpad(number::text, 80, '长'), 'x', 'x', 'environment', 100, $3"
        " FROM generate_series(1, 999) AS number RETURNING id)"
        " INSERT INTO project_move (project_id, state, moved_by)"
        " SELECT id, 'proposed', $3 FROM made",
        neighbourhood.id,
        current.id,
        neighbourhood.coordinator.member_id,
    )
    await voting(neighbourhood, current, [((999, 1, 500), ())])
    closed = await close_and_count(current.id, by=neighbourhood.coordinator)
    again = read_election((await published_file(closed)).content)
    assert len(again.projects) == 999
    assert again.votes == 1
