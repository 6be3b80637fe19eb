"""Published elections: imported once, byte for byte, counted under both rules."""

import asyncio
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from marketplace import import_election, result_reading
from marketplace.counting import Rule
from marketplace.errors import BadElectionFile, UnknownElection

DATA = Path(os.environ.get("LINLI_DATA", "../shared/data")) / "pabulib"
FILES = (
    "Poland_Warszawa_2023_Wesola.pb",
    "Switzerland_Zurich_D10.pb",
    "Netherlands_Amsterdam_643.pb",
    "Worldwide_Mechanical_Turk_Ranking_value_8.pb",
    "Poland_Lodz_2022.pb",
)
"""One of each kind of ballot, and the one with 90,494."""

LANE = """META
key;value
description;A made-up vote about three things for a lane
unit;Plum Lane
instance;2026
budget;1000
vote_type;approval
num_votes;4
electorate;10
PROJECTS
project_id;cost;name
lamp;400;A lamp on the stairs
bench;500;A bench under the tree
stage;900;"A stage; with a roof"
VOTES
voter_id;vote
1;lamp,bench
2;lamp
3;stage
4;bench
"""


async def test_an_election_is_told_as_it_stands(neighbourhood: Any) -> None:
    steps: list[str] = []
    imported = await import_election(
        LANE.encode(), community_id=neighbourhood.id, file_name="a/lane.pb", tell=steps.append
    )
    assert not imported.known
    assert steps == ["read", "greedy", "mes", "store"]
    told = await result_reading.election(imported.id, community_id=neighbourhood.id)
    assert (told.name, told.file_name) == ("Plum Lane · 2026", "lane.pb")
    result = told.result
    assert [(line.id, line.votes) for line in result.lines] == [
        ("bench", 2),
        ("lamp", 2),
        ("stage", 1),
    ]
    assert (result.votes, result.voters, result.budget) == (4, 10, 1000)
    assert result.counts[Rule.GREEDY].winners == ("bench", "lamp")
    assert result.counts[Rule.GREEDY].outcomes["stage"].money_short == 800
    shares = result.counts[Rule.MES]
    assert shares.winners == ("bench",)
    assert shares.outcomes["lamp"].money_short == 150
    assert result.decides is None


async def test_the_same_file_changes_nothing_and_comes_back_unchanged(
    neighbourhood: Any, elsewhere: Any
) -> None:
    content = LANE.replace("\n", "\r\n").encode()
    first = await import_election(content, community_id=neighbourhood.id, file_name="lane.pb")
    again = await import_election(content, community_id=neighbourhood.id, file_name="other.pb")
    assert (again.id, again.known) == (first.id, True)
    assert len(await result_reading.elections(neighbourhood.id)) == 1
    name, stored = await result_reading.election_file(first.id, community_id=neighbourhood.id)
    assert (name, stored) == ("lane.pb", content)
    there = await import_election(content, community_id=elsewhere.id, file_name="lane.pb")
    assert not there.known
    with pytest.raises(UnknownElection):
        await result_reading.election(first.id, community_id=elsewhere.id)
    with pytest.raises(UnknownElection):
        await result_reading.election_file(first.id, community_id=elsewhere.id)


async def test_two_at_once_import_it_once(neighbourhood: Any) -> None:
    outcomes = await asyncio.gather(
        *(
            import_election(LANE.encode(), community_id=neighbourhood.id, file_name="lane.pb")
            for _ in range(4)
        )
    )
    assert len({one.id for one in outcomes}) == 1
    assert sorted(one.known for one in outcomes) == [False, True, True, True]
    assert len(await result_reading.elections(neighbourhood.id)) == 1


async def test_a_bad_file_leaves_nothing(neighbourhood: Any) -> None:
    wrong = LANE.replace("4;bench", "4;beach")
    with pytest.raises(BadElectionFile, match="beach"):
        await import_election(wrong.encode(), community_id=neighbourhood.id, file_name="lane.pb")
    assert await result_reading.elections(neighbourhood.id) == []


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no elections at {DATA}: set LINLI_DATA")
@pytest.mark.parametrize("name", FILES)
async def test_real_elections_are_stored_with_the_expected_winners(
    neighbourhood: Any, name: str
) -> None:
    content = (DATA / name).read_bytes()
    imported = await import_election(content, community_id=neighbourhood.id, file_name=name)
    told = await result_reading.election(imported.id, community_id=neighbourhood.id)
    expected = json.loads((DATA / "expected.json").read_text())[name]["results"]
    for rule in (Rule.GREEDY, Rule.MES):
        counted = told.result.counts[rule]
        assert list(counted.winners) == expected[f"{rule.value}|cost"]["winners"]
        assert set(counted.outcomes) == {line.id for line in told.result.lines}
        costs = {line.id: line.cost for line in told.result.lines}
        assert counted.total_cost == sum(costs[winner] for winner in counted.winners)
    assert told.file_sha256 == hashlib.sha256(content).hexdigest()
    _, stored = await result_reading.election_file(imported.id, community_id=neighbourhood.id)
    assert stored == content
