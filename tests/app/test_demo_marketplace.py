"""The demo's marketplace: what `linli demo` shows is there, and its book balances."""

import uuid

import ledger
from app.database import Engine
from app.demo_marketplace import EARLY, THIS_YEAR, TICKED, TIMES, fill
from community import Actor, Role, add_community, add_member
from marketplace import BallotForm, own_choices, reading, result_reading
from marketplace.counting import Rule


async def test_the_demo_has_a_counted_round_an_open_one_and_an_election(
    database: Engine,  # noqa: ARG001 (must be migrated)
) -> None:
    home = await add_community(code=f"demo-{uuid.uuid4().hex[:10]}", name="凤池弄")
    desk = await add_member(community_id=home.id, name="周敏", roles=(Role.COORDINATOR,))
    residents = [
        Actor(one.id, home.id, one.roles)
        for one in [
            await add_member(community_id=home.id, name=f"居民{number}", roles=(Role.RESIDENT,))
            for number in range(42)
        ]
    ]
    await fill(home, Actor(desk.id, home.id, desk.roles), residents)
    planned, waiting, counted, *small = await reading.rounds(home.id)
    assert (planned.state.value, planned.entry.value) == ("proposing", "plans")
    kinds = {one.terms.kind for one in (waiting, *small) if one.state.value == "voting"}
    assert kinds == set(BallotForm), "somebody can try each kind of ballot"
    assert (waiting.state.value, counted.state.value) == ("voting", "closed")
    result = await result_reading.round_result(counted)
    assert sum(times for _, times in TICKED) * TIMES > result.votes == len(residents)
    winners = result.counts[Rule.MES].winners
    assert set(winners) != set(result.counts[Rule.GREEDY].winners), "the two rules should differ"
    trial = await ledger.trial_balance(ledger.CommunityId(home.id))
    assert trial.balanced
    paid = sum(line.balance.posted for line in trial.lines if line.account.kind == "project")
    assert paid == result.counts[Rule.MES].total_cost > 0
    categories = {
        project.category for project in await reading.projects_of(counted.id, community_id=home.id)
    }
    assert len(categories) == 5
    assert await own_choices(waiting.id, by=residents[len(THIS_YEAR) + EARLY])
    assert not await own_choices(waiting.id, by=residents[0]), "one votes in the demo's open round"
    (election,) = await result_reading.elections(home.id)
    told = await result_reading.election(election.id, community_id=home.id)
    assert told.warnings == ()
    assert told.result.counts[Rule.MES].winners != told.result.counts[Rule.GREEDY].winners
