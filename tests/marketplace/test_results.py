"""What is kept with a count: whose money decided, what a share paid for, who took part."""

import asyncio
import uuid
from datetime import date
from typing import Any

import pytest
from hypothesis import given

import community
from community import Actor, Level, Role
from marketplace import (
    BallotForm,
    Marks,
    close_and_count,
    import_election,
    reading,
    result_reading,
    vote,
)
from marketplace.counting import CountRules, count, paid_for
from marketplace.counting import given as given_by
from marketplace.earlier import earlier_rounds
from marketplace.election import Ballot, BallotKind, Election, Project, Voter
from marketplace.errors import NotACoordinator, NotYetCounted, UnknownElection
from marketplace.importing import Imported
from marketplace.news import news
from marketplace.paying import paid_by
from marketplace.published import published_election, published_file
from marketplace.result_tables import UploadRow
from marketplace.spreading import group_shares, voter_groups
from marketplace.turnout import turnout
from marketplace.uploading import (
    ATTEMPTS_MAX,
    Upload,
    election_upload,
    import_waiting,
    receive_election,
    take_in,
)
from tests.marketplace.ballot_examples import open_poll
from tests.marketplace.result_examples import stored
from tests.marketplace.test_counting_properties import MANY, cases
from tests.marketplace.test_elections import LANE

SELECTED = LANE.replace("cost;name", "cost;name;selected").replace(
    "vote_type;approval", "vote_type;approval\nrule;greedy"
)


def marked(winners: tuple[str, ...]) -> bytes:
    """Return the lane's election with these winners recorded."""
    told = SELECTED
    for line in ("lamp;400;A lamp on the stairs", "bench;500;A bench under the tree"):
        mark = "1" if line.split(";")[0] in winners else "0"
        told = told.replace(line, f"{line};{mark}")
    return told.replace('"A stage; with a roof"', '"A stage; with a roof";0').encode()


@MANY
@given(cases())
def test_a_receipt_s_share_is_what_the_count_says(case: tuple[Election, CountRules]) -> None:
    """From the stored log alone comes what the count itself gives for each ballot."""
    election, rules = case
    result = count(election, rules)
    kept = stored(result, election)
    for place, ballot in enumerate(election.ballots):
        expected = dict(paid_for(election, result, place))
        found = {one.project: one.amount for one in paid_by(kept, ballot)}
        for project in expected.keys() | found.keys():
            # The count knows shares to a millionth, the log exactly: halves may round apart.
            assert abs(expected.get(project, 0) - found.get(project, 0)) <= 1


def test_money_by_what_a_file_says_of_its_voters() -> None:
    """Groups under ten join; a rest that subtraction would tell takes the smallest with it."""
    voters = [("North", "20")] * 30 + [("South", "64")] * 12 + [("East", "70")] * 3
    election = Election(
        kind=BallotKind.APPROVAL,
        budget=90,
        projects=(Project("a", 60), Project("b", 30)),
        ballots=(Ballot(("a",), (), 30), Ballot(("b",), (), 15)),
        voter_columns=("neighborhood", "age"),
        voters=tuple(
            Voter(str(number), 0 if number < 30 else 1, cells)
            for number, cells in enumerate(voters)
        ),
    )
    shares = list(
        group_shares(voter_groups(election), given_by(election, count(election, CountRules())))
    )
    assert [(one.column, one.name, one.voters, one.amount) for one in shares] == [
        ("neighbourhood", "North", 30, 60),
        ("neighbourhood", "", 15, 30),
        ("age", "18", 30, 60),
        ("age", "60", 15, 30),
    ]


async def _voted(kind: BallotForm = BallotForm.APPROVAL) -> Any:
    poll = await open_poll(4, kind, points=10 if kind is BallotForm.CUMULATIVE else 0)
    points = (6, 4) if kind is BallotForm.CUMULATIVE else ()
    marks = [Marks((1, 2), points), Marks((1, 2), points), Marks((3, 1), points[::-1])]
    for voter, one in zip(poll.voters, marks, strict=False):
        await vote(poll.round.id, one.choices, points=one.points, by=voter)
    return poll


@pytest.mark.parametrize("kind", BallotForm)
async def test_every_kind_of_round_is_told_from_what_was_stored(
    database: Any,  # noqa: ARG001 (must be migrated)
    kind: BallotForm,
) -> None:
    poll = await _voted(kind)
    with pytest.raises(NotYetCounted):
        await result_reading.round_result(poll.round)
    with pytest.raises(NotYetCounted):
        await result_reading.paid_for(poll.round, Marks((1,)))
    closed = await close_and_count(poll.round.id, by=poll.coordinator)
    result = await result_reading.round_result(closed)
    assert (result.kind, result.votes, result.decides) == (kind.counted_as, 3, "greedy")
    election = await published_election(closed)
    again = count(election, result.deciding.rules)
    assert again.winners == result.deciding.winners
    for one in await result_reading.numbered_ballots(closed):
        paid = await result_reading.paid_for(closed, one.marks)
        assert {part.project for part in paid} <= set(again.winners)
        assert all(part.amount > 0 for part in paid)
    (lamp,) = [line for line in result.lines if line.id == "001"]
    assert (lamp.votes, lamp.name) == (3, "Lamp")
    file = await published_file(closed)
    assert await published_file(closed) is file
    assert all(receipt.receipt in file.content.decode() for receipt in
               await result_reading.numbered_ballots(closed))  # fmt: skip
    assert [one.id for one in await earlier_rounds(closed, most=5)] == [closed.id]
    states = [one.state for one in await news(poll.id)]
    assert states == ["closed", "voting", "proposing"]


async def _crowd() -> tuple[Any, list[Actor]]:
    """Open a poll with 60 more voters: 30 young in one grid, 26 old in another, 4 in a third."""
    poll = await open_poll(1)
    actors = []
    for name, size, born in (("East", 30, 1990), ("West", 26, 1940), ("Quay", 4, 1941)):
        grid = await community.add_area(
            level=Level.GRID, code=name.lower(), name=name, below=poll.id
        )
        for number in range(size):
            member = await community.add_member(
                community_id=poll.id,
                name=f"{name} {number}",
                roles=(Role.RESIDENT,),
                grid_id=grid.id,
                birth_date=date(born, 1, 1),
            )
            actors.append(Actor(member.id, poll.id, member.roles))
    return poll, actors


async def test_turnout_is_kept_once_and_points_at_nobody(database: Any) -> None:  # noqa: ARG001 (must be migrated)
    poll, actors = await _crowd()
    for place, one in enumerate(actors):
        if place % 2 == 0:
            await vote(poll.round.id, (1,), by=one)
    closed = await close_and_count(poll.round.id, by=poll.coordinator)
    told = await turnout(closed.id)
    assert told is not None
    assert (told.everybody.could, told.everybody.voted) == (61, 30)
    # Quay's four, and the one in no grid, stand with the smaller of the large grids.
    assert [(one.names, one.could, one.voted) for one in told.grids] == [
        (("East",), 30, 15),
        (("", "Quay", "West"), 31, 15),
    ]
    assert [(one.names, one.could, one.voted) for one in told.ages] == [
        (("35",), 30, 15),
        (("80", ""), 31, 15),
    ]
    assert (await result_reading.round_result(closed)).turnout == told


@pytest.mark.parametrize(
    ("winners", "same", "counted", "recorded"),
    [
        (("lamp", "bench"), True, (), ()),
        (("lamp",), False, ("bench",), ()),
        ((), False, ("bench", "lamp"), ()),
    ],
)
async def test_a_file_s_own_rule_is_counted_and_compared(
    neighbourhood: Any,
    winners: tuple[str, ...],
    *,
    same: bool,
    counted: tuple[str, ...],
    recorded: tuple[str, ...],
) -> None:
    steps: list[str] = []
    imported = await import_election(
        marked(winners), community_id=neighbourhood.id, file_name="lane.pb", tell=steps.append
    )
    assert steps == ["read", "own", "greedy", "mes", "store"]
    told = await result_reading.election(imported.id, community_id=neighbourhood.id)
    assert told.rule == "greedy"
    assert told.result.decides == "own"
    assert told.result.counts.keys() == {"own", "greedy", "mes"}
    found = told.result.recorded
    assert found is not None
    assert (found.same, found.only_counted, found.only_recorded) == (same, counted, recorded)


async def test_a_rule_that_nobody_can_follow_is_named(neighbourhood: Any) -> None:
    content = LANE.replace("vote_type;approval", "vote_type;approval\nrule;greedy-custom")
    imported = await import_election(
        content.encode(), community_id=neighbourhood.id, file_name="lane.pb"
    )
    told = await result_reading.election(imported.id, community_id=neighbourhood.id)
    assert told.result.decides is None
    assert "greedy-custom" in told.result.not_followed
    assert told.result.counts.keys() == {"greedy", "mes"}


async def _handed_in(home: Any, content: bytes) -> Upload:
    return await receive_election(uuid.uuid4(), content, file_name="lane.pb", by=home.coordinator)


async def test_a_file_from_the_browser_is_taken_in_by_the_job(neighbourhood: Any) -> None:
    kept = await _handed_in(neighbourhood, LANE.encode())
    again = await receive_election(
        kept.id, b"something else", file_name="other.pb", by=neighbourhood.coordinator
    )
    assert again == kept
    assert kept.working
    await import_waiting()
    done = await election_upload(kept.id, community_id=neighbourhood.id)
    assert (done.state, done.known, done.told) == ("done", False, "")
    second = await _handed_in(neighbourhood, LANE.encode())
    await import_waiting()
    twice = await election_upload(second.id, community_id=neighbourhood.id)
    assert (twice.election_id, twice.known) == (done.election_id, True)
    assert len(await result_reading.elections(neighbourhood.id)) == 1
    rows = await UploadRow.raw("SELECT file FROM election_upload WHERE id = {}", kept.id)
    assert rows[0]["file"] is None


async def test_a_file_that_breaks_the_format_says_line_and_cause(
    neighbourhood: Any, elsewhere: Any
) -> None:
    kept = await _handed_in(neighbourhood, LANE.replace("4;bench", "4;beach").encode())
    await import_waiting()
    refused = await election_upload(kept.id, community_id=neighbourhood.id)
    assert refused.state == "refused"
    assert refused.told.startswith("line 20:")
    assert "beach" in refused.told
    assert await result_reading.elections(neighbourhood.id) == []
    with pytest.raises(UnknownElection):
        await election_upload(kept.id, community_id=elsewhere.id)


async def test_only_a_coordinator_hands_a_file_in(neighbourhood: Any) -> None:
    with pytest.raises(NotACoordinator):
        await receive_election(
            uuid.uuid4(), b"x", file_name="lane.pb", by=neighbourhood.residents[0]
        )


async def test_two_workers_take_a_file_in_once(neighbourhood: Any) -> None:
    kept = await _handed_in(neighbourhood, LANE.encode())
    await asyncio.gather(*(take_in(kept) for _ in range(2)))
    assert len(await result_reading.elections(neighbourhood.id)) == 1
    assert (await election_upload(kept.id, community_id=neighbourhood.id)).state == "done"


async def test_a_file_that_ends_its_worker_each_time_is_given_up(
    neighbourhood: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ends(*_args: object, **_how: object) -> Imported:
        raise asyncio.CancelledError

    kept = await _handed_in(neighbourhood, LANE.encode())
    monkeypatch.setattr("marketplace.uploading.import_election", ends)
    for _ in range(ATTEMPTS_MAX):
        with pytest.raises(asyncio.CancelledError):
            await take_in(kept)
        assert (await election_upload(kept.id, community_id=neighbourhood.id)).working
    assert (await take_in(kept)).state == "failed"


async def test_results_are_of_one_community(neighbourhood: Any, elsewhere: Any) -> None:
    poll = await _voted()
    closed = await close_and_count(poll.round.id, by=poll.coordinator)
    assert await news(elsewhere.id) == []
    assert await news(neighbourhood.id) == []
    assert len(await news(poll.id, round_id=closed.id)) == 3
    assert (await reading.rounds(elsewhere.id)) == []
