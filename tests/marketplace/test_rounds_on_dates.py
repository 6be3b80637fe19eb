"""Rounds open and close at their dates, once; whom it concerns is told, once."""

import asyncio
from typing import Any

import pytest

import community
from app.round_keys import KeyFolder
from community import Actor, Role
from marketplace import (
    BallotForm,
    Electorate,
    Marks,
    RoundState,
    Setup,
    close_and_count,
    close_due,
    correct_title,
    extend,
    may_vote,
    open_ballot,
    open_due,
    open_round,
    paper,
    reading,
    round_changes,
    set_dates,
    tell_due,
    vote,
)
from marketplace.errors import (
    BadArea,
    DatesWrong,
    NotACoordinator,
    NotACorrection,
    NotInTheElectorate,
    RoundMoved,
    TooManyExtensions,
    VotingClosed,
    WordsMissing,
)
from marketplace.paper.values import Reading
from marketplace.secrecy import round_keys
from marketplace.values import Round, Terms
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.rounds_examples import (
    DAY,
    HOUR,
    NOW,
    grid,
    is_known,
    opened,
    project,
    voting,
)

DATES = Setup(voting_opens_at=NOW + DAY, voting_closes_at=NOW + 3 * DAY)


async def kinds(home: Neighbourhood, who: community.Actor) -> list[str]:
    """Return what somebody was told, oldest first."""
    found = await community.inbox(who.member_id, community_id=home.id)
    return [message.kind for message in reversed(found)]


async def state(current: Round) -> RoundState:
    return (await reading.read_round(current.id, community_id=current.community_id)).state


async def test_a_round_opens_and_closes_by_itself(neighbourhood: Neighbourhood) -> None:
    current = await opened(neighbourhood, setup=DATES)
    await project(neighbourhood, current, "灯", 200)
    await open_due(NOW + DAY - HOUR)
    assert await state(current) is RoundState.PROPOSING
    await open_due(NOW + DAY)
    assert await state(current) is RoundState.VOTING
    await open_due(NOW + DAY)
    await vote(current.id, [1], by=neighbourhood.residents[0])
    await close_due(NOW + 3 * DAY - HOUR)
    assert await state(current) is RoundState.VOTING
    await close_due(NOW + 3 * DAY)
    assert await state(current) is RoundState.CLOSED
    moves = await reading.round_moves(current.id, community_id=neighbourhood.id)
    assert [move.by for move in moves[1:]] == [community.SYSTEM, community.SYSTEM]


async def test_nobody_votes_when_the_time_is_over_though_nobody_has_closed_yet(
    neighbourhood: Neighbourhood, owner: Any
) -> None:
    current = await opened(neighbourhood, setup=Setup(voting_closes_at=NOW + 2 * HOUR))
    await project(neighbourhood, current, "灯", 200)
    await open_ballot(current.id, by=neighbourhood.coordinator)
    await vote(current.id, [1], by=neighbourhood.residents[0])
    await owner.execute("ALTER TABLE round DISABLE TRIGGER round_moves_on")
    await owner.execute(
        "UPDATE round SET voting_closes_at = now() - interval '1 second' WHERE id = $1", current.id
    )
    await owner.execute("ALTER TABLE round ENABLE TRIGGER round_moves_on")
    with pytest.raises(VotingClosed):
        await vote(current.id, [], by=neighbourhood.residents[0])
    assert await close_due() >= 1


async def test_a_round_with_nothing_on_it_stays_and_its_staff_hear_it_once(
    neighbourhood: Neighbourhood,
) -> None:
    current = await opened(neighbourhood, setup=DATES)
    for _ in range(3):
        await open_due(NOW + DAY)
    assert await state(current) is RoundState.PROPOSING
    assert await kinds(neighbourhood, neighbourhood.coordinator) == ["round.cannot_open"]
    late = NOW + 2 * DAY
    await set_dates(current.id, late, NOW + 3 * DAY, by=neighbourhood.coordinator)
    await open_due(late)
    assert await kinds(neighbourhood, neighbourhood.coordinator) == ["round.cannot_open"] * 2


async def test_a_round_that_fails_holds_up_no_other(neighbourhood: Neighbourhood) -> None:
    """Something stands where the key of the first would be kept, which nobody has thought of."""
    broken, sound = [await opened(neighbourhood, setup=DATES) for _ in range(2)]
    for one in (broken, sound):
        await project(neighbourhood, one, "灯", 200)
    keys = round_keys()
    assert isinstance(keys, KeyFolder)
    in_the_way = keys.path / f"{broken.id}.key"
    in_the_way.mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        await open_due(NOW + DAY)
    assert await state(broken) is RoundState.PROPOSING
    assert await state(sound) is RoundState.VOTING
    in_the_way.rmdir()
    assert await open_due(NOW + DAY) >= 1
    assert await state(broken) is RoundState.VOTING


async def test_a_round_that_cannot_be_counted_waits_and_holds_up_no_other(
    neighbourhood: Neighbourhood,
) -> None:
    """Its paper ballot waits for a second reading; the other round is closed by the same run."""
    waiting, other = [await opened(neighbourhood, setup=DATES) for _ in range(2)]
    for one in (waiting, other):
        await project(neighbourhood, one, "灯", 200)
    await open_due(NOW + DAY)
    await paper.print_ballots(waiting.id, 1, by=neighbourhood.coordinator, number=1)
    (only,) = await paper.papers_of(waiting.id, 1)
    voter = neighbourhood.residents[2].member_id
    await paper.hand_out(waiting.id, voter, by=neighbourhood.coordinator)
    read = Reading(Marks((1,)))
    await paper.key_in(waiting.id, only.serial, read, by=neighbourhood.coordinator)
    for _ in range(2):
        await close_due(NOW + 3 * DAY)
    assert await state(waiting) is RoundState.VOTING
    assert await state(other) is RoundState.CLOSED
    heard = await kinds(neighbourhood, neighbourhood.coordinator)
    assert heard.count("round.cannot_close") == 1
    staff = [
        Actor(one.member_id, neighbourhood.id, frozenset({Role.AUDITOR}))
        for one in neighbourhood.residents[:2]
    ]
    await paper.key_in(waiting.id, only.serial, read, by=staff[0])
    await paper.draw_sample(waiting.id, "415263", by=staff[0])
    await paper.check(waiting.id, only.serial, read, by=staff[1])
    await close_due(NOW + 3 * DAY)
    assert await state(waiting) is RoundState.CLOSED


async def test_everybody_who_may_vote_is_told_each_thing_once(
    neighbourhood: Neighbourhood,
) -> None:
    current = await opened(neighbourhood, setup=DATES)
    await project(neighbourhood, current, "灯", 200)

    async def passed(days: float) -> None:
        at = NOW + days * DAY
        await open_due(at)
        await close_due(at)
        for _ in range(2):
            await tell_due(at)

    for days in (0.1, 0.2, 1, 1.5, 2.1, 2.2, 3, 4):
        await passed(days)
    heard = ["round.ballot_open_until", "round.closes_soon", "round.result"]
    for resident in neighbourhood.residents:
        assert await kinds(neighbourhood, resident) == heard
    assert await kinds(neighbourhood, neighbourhood.coordinator) == [
        "round.opens_by_itself",
        "round.closes_by_itself",
    ]
    assert await kinds(neighbourhood, neighbourhood.outsider) == []


async def test_a_change_is_allowed_as_far_as_the_rules_go_and_told(
    neighbourhood: Neighbourhood,
) -> None:
    current = await opened(neighbourhood, setup=Setup(voting_closes_at=NOW + DAY))
    lamp = await project(neighbourhood, current, "弄堂口路灯和长倚", 200)
    with pytest.raises(RoundMoved):
        await extend(current.id, NOW + 2 * DAY, why="雨", by=neighbourhood.coordinator)
    await voting(neighbourhood, current)
    await tell_due()
    later = NOW + 2 * DAY
    with pytest.raises(WordsMissing):
        await extend(current.id, later, why=" ", by=neighbourhood.coordinator)
    with pytest.raises(NotACoordinator):
        await extend(current.id, later, why="雨", by=neighbourhood.residents[0])
    for _ in range(2):
        longer = await extend(current.id, later, why="大雨停电", by=neighbourhood.coordinator)
        assert longer.voting_closes_at == later
    with pytest.raises(TooManyExtensions):
        await extend(current.id, NOW + 3 * DAY, why="雨", by=neighbourhood.coordinator)
    for _ in range(2):
        mended = await correct_title(
            lamp.id, "弄堂口路灯和长椅", why="错字", by=neighbourhood.coordinator
        )
        assert mended.title == "弄堂口路灯和长椅"
    changes = await round_changes(current.id, community_id=neighbourhood.id)
    assert [(one.kind, one.why) for one in changes] == [("extended", "大雨停电"), ("title", "错字")]
    for _ in range(2):
        await tell_due()
    told = await kinds(neighbourhood, neighbourhood.residents[3])
    assert sorted(told[-2:]) == ["round.extended", "round.title_corrected"]
    assert len(told) == 4, "the ballot is open, it closes soon, and the two changes"
    unchanged = await reading.read_round(current.id, community_id=neighbourhood.id)
    assert "长倚" in unchanged.ballot_terms, "what was frozen stays as it was"


async def test_many_small_corrections_make_no_other_project(neighbourhood: Neighbourhood) -> None:
    """Each is held against the title that stood there when the ballot opened."""
    current = await opened(neighbourhood)
    lamp = await project(neighbourhood, current, "修路灯和长椅", 200)
    await voting(neighbourhood, current)
    by = neighbourhood.coordinator
    await correct_title(lamp.id, "修路灯和石桌", why="错字", by=by)
    with pytest.raises(NotACorrection):
        await correct_title(lamp.id, "修水泵和石桌", why="错字", by=by)
    back = await correct_title(lamp.id, "修路灯和长椅", why="还原", by=by)
    assert back.title == "修路灯和长椅"


async def test_dates_that_no_round_can_have(neighbourhood: Neighbourhood) -> None:
    for setup in (
        Setup(voting_opens_at=NOW - HOUR),
        Setup(voting_opens_at=NOW + DAY, voting_closes_at=NOW + DAY),
    ):
        with pytest.raises(DatesWrong):
            await opened(neighbourhood, setup=setup)
    current = await opened(neighbourhood, setup=Setup(voting_closes_at=NOW + 2 * HOUR))
    await project(neighbourhood, current, "灯", 200)
    with pytest.raises(DatesWrong):
        await open_ballot(current.id, by=neighbourhood.coordinator, at=NOW + 2 * HOUR)
    await voting(neighbourhood, current)
    with pytest.raises(RoundMoved):
        await set_dates(current.id, None, NOW + DAY, by=neighbourhood.coordinator)


async def test_only_the_electorate_votes_and_stands_on_the_roll(
    neighbourhood: Neighbourhood, owner: Any
) -> None:
    north = await grid(neighbourhood, "n", "北块")
    asked = Electorate(age_min=16, verified=True)
    born, young = (NOW - 60 * 365 * DAY).date(), (NOW - 10 * 365 * DAY).date()
    people = neighbourhood.residents
    await is_known(owner, people[0], born=born, verified=True, grid_id=north)
    await is_known(owner, people[1], born=young, verified=True, grid_id=north)
    await is_known(owner, people[2], verified=True, grid_id=north)
    await is_known(owner, people[3], born=born, grid_id=north)
    await is_known(owner, people[4], born=born, verified=True)
    current = await opened(neighbourhood, setup=Setup(area_id=north, electorate=asked))
    await project(neighbourhood, current, "灯", 200)
    await voting(neighbourhood, current)
    assert await vote(current.id, [1], by=people[0]) == (1,)
    for who, reason in (
        (people[1], "too_young"),
        (people[2], "age_unknown"),
        (people[3], "not_verified"),
        (people[4], "elsewhere"),
        (neighbourhood.outsider, "no_role"),
    ):
        with pytest.raises(NotInTheElectorate) as refused:
            await vote(current.id, [1], by=who)
        assert refused.value.reason == reason
        assert await may_vote(current, who.member_id) == reason

    await close_and_count(current.id, by=neighbourhood.coordinator)
    roll = await owner.fetch("SELECT * FROM voter_roll WHERE round_id = $1", current.id)
    assert [(row["member_id"], row["voted"]) for row in roll] == [(people[0].member_id, True)]


async def test_a_round_s_area_is_its_community_s(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    far = await grid(elsewhere, "n", "北块")
    with pytest.raises(BadArea):
        await opened(neighbourhood, setup=Setup(area_id=far))


async def test_two_workers_open_and_close_once(neighbourhood: Neighbourhood) -> None:
    """Each round is opened, closed and told of once, whichever worker has it."""
    rounds = []
    for kind in BallotForm:
        current = await opened(neighbourhood, setup=DATES, kind=kind)
        await project(neighbourhood, current, "灯", 200)
        rounds.append(current)
    for job, at in ((open_due, NOW + DAY), (tell_due, NOW + DAY), (close_due, NOW + 3 * DAY)):
        await asyncio.gather(*(job(at) for _ in range(3)))
    await asyncio.gather(*(tell_due(NOW + 3 * DAY) for _ in range(3)))
    for current in rounds:
        moves = await reading.round_moves(current.id, community_id=neighbourhood.id)
        assert [move.state for move in moves] == ["proposing", "voting", "closed"]
    told = await kinds(neighbourhood, neighbourhood.residents[2])
    assert (told.count("round.ballot_open_until"), told.count("round.result")) == (4, 4)


async def test_a_worker_that_dies_in_between_leaves_the_round_to_the_next(
    neighbourhood: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = await opened(neighbourhood, setup=DATES)
    await project(neighbourhood, current, "灯", 200)

    async def dies(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr("marketplace.opening.move", dies)
        with pytest.raises(RuntimeError):
            await open_due(NOW + DAY)
    assert await state(current) is RoundState.PROPOSING
    await open_due(NOW + DAY)
    await vote(current.id, [1], by=neighbourhood.residents[0])
    with monkeypatch.context() as broken:
        broken.setattr("marketplace.closing._pay", dies)
        with pytest.raises(RuntimeError):
            await close_due(NOW + 3 * DAY)
    assert await state(current) is RoundState.VOTING
    await close_due(NOW + 3 * DAY)
    assert await state(current) is RoundState.CLOSED


async def test_the_same_id_opens_one_round(neighbourhood: Neighbourhood) -> None:
    first = await opened(neighbourhood, setup=DATES)
    again = await open_round(
        by=neighbourhood.coordinator,
        name="another",
        terms=Terms(5, 1, first.terms.rule),
        setup=Setup(voting_opens_at=NOW - DAY),
        id=first.id,
    )
    assert again == first
