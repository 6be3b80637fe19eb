"""Voting on paper on a real database: prints, hand-outs, double keying, the sample, the count."""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio

import community
import ledger
from community import Actor, Role, add_member, inbox, record
from community.policy import read_pack
from marketplace import (
    BallotForm,
    Marks,
    Round,
    close_and_count,
    open_ballot,
    own_choices,
    paper,
    reading,
    vote,
)
from marketplace.counting import Rule
from marketplace.errors import NotInTheElectorate, UnknownRound, VotedTwice, WordsMissing
from marketplace.merging import take_over_ballots
from marketplace.paper import rules
from marketplace.paper.errors import (
    DrawnBefore,
    HandedOutBefore,
    KeyedByYou,
    KeyedTwice,
    KeyingOver,
    MoreThanHandedOut,
    NotForPaper,
    NothingToDraw,
    NotInTheSample,
    NotOnPaper,
    OwnPaper,
    PaperSpoiled,
    PaperUnfinished,
    SerialMistyped,
    UnknownPaper,
    VotedOnline,
    VotesOnPaper,
)
from marketplace.paper.reading import keyed_and_handed_out
from marketplace.paper.values import Invalid, Paper, PaperState, Reading
from marketplace.policy import SETTINGS
from marketplace.result_reading import round_result
from tests.marketplace.conftest import Neighbourhood, actor

THROWN = "4 1 5 2 6 3"


@dataclass(frozen=True)
class Town:
    """A round whose ballot is open, papers printed for it, and four who read them."""

    hood: Neighbourhood
    round: Round
    papers: list[Paper]
    readers: list[Actor]

    async def key(self, place: int, *given: Reading) -> PaperState:
        """Let one reader after the other key in what they read on a paper of somebody's."""
        state = PaperState.PRINTED
        await self.given()
        for reader, one in zip(self.readers, given, strict=False):
            state = await paper.key_in(self.round.id, self.papers[place].serial, one, by=reader)
        return state

    async def given(self) -> None:
        """Hand a paper to a new resident where all that were handed out are keyed in."""
        keyed, handed_out = await keyed_and_handed_out(self.round.id)
        if keyed == handed_out:
            new = await add_member(
                community_id=self.hood.id, name=f"Voter {keyed}", roles=(Role.RESIDENT,)
            )
            await paper.hand_out(self.round.id, new.id, by=self.hood.coordinator)

    async def agreed(self, place: int, *choices: int) -> None:
        """Let two readers key in the same."""
        await self.key(place, ticked(*choices), ticked(*choices))


def ticked(*choices: int) -> Reading:
    return Reading(Marks(choices))


@pytest_asyncio.fixture(loop_scope="session")
async def town(neighbourhood: Neighbourhood) -> Town:
    opened = await neighbourhood.round(budget_yuan=1000, choices=2)
    for title, yuan in (("Bench", 600), ("Lamp", 500), ("Swing", 400)):
        await neighbourhood.project(opened, title, yuan)
    await open_ballot(opened.id, by=neighbourhood.coordinator)
    printed = await paper.print_ballots(opened.id, 20, by=neighbourhood.coordinator, number=1)
    staff = [
        actor(
            await add_member(
                community_id=neighbourhood.id, name=f"Keyer {n}", roles=(Role.COORDINATOR,)
            )
        )
        for n in range(4)
    ]
    current = await reading.read_round(opened.id, community_id=neighbourhood.id)
    return Town(neighbourhood, current, await paper.papers_of(opened.id, printed.number), staff)


async def test_a_print_has_numbers_and_codes_of_its_own(town: Town) -> None:
    again = await paper.print_ballots(town.round.id, 20, by=town.hood.coordinator, number=1)
    assert again.number == 1, "the same print asked for twice is one"
    second = await paper.print_ballots(town.round.id, 5, by=town.hood.coordinator, number=2)
    others = await paper.papers_of(town.round.id, second.number)
    every = [*town.papers, *others]
    assert len({one.serial for one in every}) == len({one.code for one in every}) == 25
    assert [one.number for one in await paper.batches(town.round.id)] == [1, 2]


async def test_whoever_was_given_paper_has_no_other_ballot(town: Town) -> None:
    resident = town.hood.residents[0]
    await paper.hand_out(town.round.id, resident.member_id, by=town.readers[0])
    told = await inbox(resident.member_id, community_id=town.hood.id)
    assert [one.kind for one in told] == ["paper.taken"]
    with pytest.raises(VotesOnPaper):
        await vote(town.round.id, [1], by=resident)
    with pytest.raises(HandedOutBefore):
        await paper.hand_out(town.round.id, resident.member_id, by=town.readers[1])


async def test_a_ballot_online_is_taken_back_only_if_its_voter_wants(town: Town) -> None:
    resident = town.hood.residents[0]
    await vote(town.round.id, [1], by=resident)
    with pytest.raises(VotedOnline):
        await paper.hand_out(town.round.id, resident.member_id, by=town.readers[0])
    assert await own_choices(town.round.id, by=resident) == (1,)
    await paper.hand_out(town.round.id, resident.member_id, by=town.readers[0], withdraw=True)
    told = await inbox(resident.member_id, community_id=town.hood.id)
    assert [one.kind for one in told] == ["paper.taken_instead"], "not behind their back"
    assert await own_choices(town.round.id, by=resident) == ()


async def test_who_gets_no_paper(town: Town, elsewhere: Neighbourhood) -> None:
    with pytest.raises(NotInTheElectorate):
        await paper.hand_out(town.round.id, town.hood.outsider.member_id, by=town.readers[0])
    with pytest.raises(NotInTheElectorate):
        await paper.hand_out(town.round.id, elsewhere.residents[0].member_id, by=town.readers[0])
    with pytest.raises(OwnPaper):
        await paper.hand_out(town.round.id, town.readers[0].member_id, by=town.readers[0])
    with pytest.raises(UnknownRound):
        await paper.hand_out(
            town.round.id, elsewhere.residents[0].member_id, by=elsewhere.coordinator
        )


async def test_two_people_key_a_ballot_in(town: Town) -> None:
    first, second, third, _ = town.readers
    serial = town.papers[0].serial
    await town.given()
    assert await paper.key_in(town.round.id, serial, ticked(1, 2), by=first) is PaperState.ONCE
    # Sent twice it is one; another reading by the same person is none.
    assert await paper.key_in(town.round.id, serial, ticked(1, 2), by=first) is PaperState.ONCE
    with pytest.raises(KeyedByYou):
        await paper.key_in(town.round.id, serial, ticked(3), by=first)
    again = await paper.key_in(town.round.id, serial, ticked(1, 2), by=second)
    assert again is PaperState.SETTLED
    with pytest.raises(KeyedTwice):
        await paper.key_in(town.round.id, serial, ticked(1, 2), by=third)


async def test_a_difference_goes_to_a_third(town: Town) -> None:
    first, second, third, _ = town.readers
    assert await town.key(0, ticked(1, 2), ticked(1, 3)) is PaperState.DIFFERING
    assert await town.key(1, ticked(1), Reading(unclear=True)) is PaperState.DIFFERING
    for reader in (first, second):
        assert await paper.differences(town.round.id, reader=reader.member_id) == ([], 2)
        with pytest.raises(KeyedByYou):
            await paper.decide(town.round.id, town.papers[0].serial, ticked(1, 2), by=reader)
    waiting, others = await paper.differences(town.round.id, reader=third.member_id)
    assert [one.paper.serial for one in waiting] == [one.serial for one in town.papers[:2]]
    assert waiting[0].readings == (ticked(1, 2), ticked(1, 3))
    assert others == 0
    settled = await paper.decide(town.round.id, town.papers[0].serial, ticked(1, 3), by=third)
    assert settled is PaperState.SETTLED
    counted = await paper.report(town.round)
    assert (counted.differing, counted.decided, counted.valid) == (1, 1, 1)


async def test_no_more_ballots_come_back_than_were_handed_out(town: Town) -> None:
    """A pile that nobody was given counts for nothing, however many key it in."""
    first, second = town.readers[:2]
    with pytest.raises(MoreThanHandedOut):
        await paper.key_in(town.round.id, town.papers[0].serial, ticked(1), by=first)
    for resident in town.hood.residents[:2]:
        await paper.hand_out(town.round.id, resident.member_id, by=first)
    for place in (0, 1):
        await paper.key_in(town.round.id, town.papers[place].serial, ticked(1), by=first)
    with pytest.raises(MoreThanHandedOut):
        await paper.key_in(town.round.id, town.papers[2].serial, ticked(1), by=second)
    for place in (0, 1):
        await paper.key_in(town.round.id, town.papers[place].serial, ticked(1), by=second)
    assert (await paper.report(town.round)).valid == 2


async def test_nobody_is_given_a_ballot_that_cannot_be_keyed_in(town: Town) -> None:
    """Once the sample is drawn nothing more is keyed in, so the vote would be lost."""
    await town.agreed(0, 1)
    await paper.draw_sample(town.round.id, THROWN, by=town.hood.coordinator)
    late = town.hood.residents[0]
    await vote(town.round.id, [2], by=late)
    with pytest.raises(KeyingOver):
        await paper.hand_out(town.round.id, late.member_id, by=town.readers[0], withdraw=True)
    assert await own_choices(town.round.id, by=late) == (2,)


async def test_who_was_first_cannot_be_told_by_points_either(
    neighbourhood: Neighbourhood,
) -> None:
    """The two readings stand in one order, whichever came first."""
    opened = await neighbourhood.round(choices=3, kind=BallotForm.CUMULATIVE, points=5)
    await neighbourhood.project(opened, "Bench", 600)
    await open_ballot(opened.id, by=neighbourhood.coordinator)
    await paper.print_ballots(opened.id, 2, by=neighbourhood.coordinator, number=1)
    staff = [replace(one, roles=frozenset({Role.AUDITOR})) for one in neighbourhood.residents]
    one, two = (Reading(Marks((1,), (points,))) for points in (4, 5))
    readings = ((one, two), (two, one))
    for at, printed in enumerate(await paper.papers_of(opened.id, 1)):
        voter = neighbourhood.residents[at].member_id
        await paper.hand_out(opened.id, voter, by=neighbourhood.coordinator)
        for reader, read in zip(staff, readings[at], strict=False):
            await paper.key_in(opened.id, printed.serial, read, by=reader)
    waiting, _others = await paper.differences(opened.id, reader=staff[2].member_id)
    assert [difference.readings for difference in waiting] == [(one, two)] * 2


async def test_what_is_no_ballot_of_this_round(town: Town) -> None:
    with pytest.raises(UnknownPaper):
        await paper.key_in(town.round.id, rules.serial_of(2, 1), ticked(1), by=town.readers[0])
    wrong = town.papers[0].serial[:-1] + str((int(town.papers[0].serial[-1]) + 1) % 10)
    with pytest.raises(SerialMistyped):
        await paper.key_in(town.round.id, wrong, ticked(1), by=town.readers[0])


async def test_a_spoiled_ballot_never_counts(town: Town) -> None:
    first = town.readers[0]
    with pytest.raises(WordsMissing):
        await paper.spoil(town.round.id, town.papers[0].serial, why=" ", by=first)
    await paper.spoil(town.round.id, town.papers[0].serial, why="Torn", by=first)
    for act in (
        paper.key_in(town.round.id, town.papers[0].serial, ticked(1), by=first),
        paper.spoil(town.round.id, town.papers[0].serial, why="Torn", by=first),
    ):
        with pytest.raises(PaperSpoiled):
            await act
    await town.key(1, ticked(1))
    with pytest.raises(KeyedTwice):
        await paper.spoil(town.round.id, town.papers[1].serial, why="Torn", by=first)
    assert (await paper.report(town.round)).spoiled == 1


async def test_a_count_waits_for_every_paper(town: Town) -> None:
    async def waits_for() -> tuple[int, int, int, bool]:
        with pytest.raises(PaperUnfinished) as refused:
            await close_and_count(town.round.id, by=town.hood.coordinator)
        told = refused.value
        return told.once, told.differing, told.unchecked, told.undrawn

    await town.key(0, ticked(1, 3))
    assert await waits_for() == (1, 0, 0, False)
    await paper.key_in(town.round.id, town.papers[0].serial, ticked(1, 2), by=town.readers[1])
    assert (await waits_for())[:2] == (0, 1)
    with pytest.raises(NothingToDraw):
        await paper.draw_sample(town.round.id, THROWN, by=town.hood.coordinator)
    await paper.decide(town.round.id, town.papers[0].serial, ticked(1, 3), by=town.readers[2])
    assert await waits_for() == (0, 0, 0, True)
    drawn = await paper.draw_sample(town.round.id, THROWN, by=town.hood.coordinator)
    assert drawn.serials == (town.papers[0].serial,)
    assert await waits_for() == (0, 0, 1, False)
    with pytest.raises(DrawnBefore):
        await paper.draw_sample(town.round.id, THROWN, by=town.hood.coordinator)
    with pytest.raises(KeyingOver):
        await paper.key_in(town.round.id, town.papers[5].serial, ticked(1), by=town.readers[0])
    with pytest.raises(KeyedByYou):
        await paper.check(town.round.id, town.papers[0].serial, ticked(1, 3), by=town.readers[0])
    with pytest.raises(NotInTheSample):
        await paper.check(town.round.id, town.papers[5].serial, ticked(1), by=town.readers[3])
    assert await paper.check(town.round.id, town.papers[0].serial, ticked(1, 3), by=town.readers[3])
    closed = await close_and_count(town.round.id, by=town.hood.coordinator)
    assert (await paper.report(closed)).valid == 1
    with pytest.raises(NotOnPaper):
        await paper.key_in(town.round.id, town.papers[5].serial, ticked(1), by=town.readers[0])


async def test_paper_and_screen_are_counted_together(town: Town, owner: asyncpg.Connection) -> None:
    """Two on a screen, three on paper, one of them invalid; the stub's code finds the ballot."""
    people = town.hood.residents
    await vote(town.round.id, [1], by=people[0])
    await vote(town.round.id, [3], by=people[1])
    for resident in people[2:5]:
        await paper.hand_out(town.round.id, resident.member_id, by=town.readers[0])
    await town.agreed(0, 2, 3)
    await town.agreed(1, 2)
    await town.agreed(2, 1, 2, 3)
    drawn = await paper.draw_sample(town.round.id, THROWN, by=town.hood.coordinator)
    for serial in drawn.serials:
        place = [one.serial for one in town.papers].index(serial)
        seen = ticked(*[(2, 3), (2,), (1, 2, 3)][place])
        assert await paper.check(town.round.id, serial, seen, by=town.readers[3])
    closed = await close_and_count(town.round.id, by=town.hood.coordinator)
    rows = await owner.fetch(
        "SELECT choices, receipt FROM cast_ballot WHERE round_id = $1", closed.id
    )
    assert sorted(row["choices"] for row in rows) == [[1], [2], [2, 3], [3]]
    by_code = {row["receipt"]: row["choices"] for row in rows}
    assert by_code[town.papers[0].code] == [2, 3]
    assert by_code[town.papers[1].code] == [2]
    assert town.papers[2].code not in by_code
    roll = dict(
        await owner.fetch("SELECT member_id, voted FROM voter_roll WHERE round_id = $1", closed.id)
    )
    assert [roll[one.member_id] for one in people] == [True] * 5 + [False]
    result = await round_result(closed)
    assert {line.id: line.votes for line in result.lines} == {"001": 1, "002": 2, "003": 2}
    told = await paper.report(closed)
    assert (told.handed_out, told.keyed, told.valid, dict(told.invalid)) == (
        3,
        3,
        2,
        {Invalid.TOO_MANY: 1},
    )


async def test_what_the_sample_shows_wrong_counts_as_seen(town: Town) -> None:
    """One of three was keyed in wrongly: that is too many, so all are looked at."""
    for place, choice in enumerate((1, 2, 3)):
        await town.agreed(place, choice)
    for place in range(3, 15):
        await town.agreed(place, 1)
    drawn = await paper.draw_sample(town.round.id, THROWN, by=town.hood.coordinator)
    assert len(drawn.serials) == 10
    marked = {one.serial: 1 for one in town.papers[:15]}
    marked[town.papers[1].serial], marked[town.papers[2].serial] = 2, 3
    wrong = drawn.serials[0]
    other = 1 + marked[wrong] % 3
    for serial in drawn.serials:
        seen = ticked(other if serial == wrong else marked[serial])
        agrees = await paper.check(town.round.id, serial, seen, by=town.readers[3])
        assert agrees is (serial != wrong)
    told = await paper.report(town.round)
    assert told.draw is not None
    assert told.draw.whole
    assert len(told.draw.unchecked) == 5
    with pytest.raises(PaperUnfinished):
        await close_and_count(town.round.id, by=town.hood.coordinator)
    for serial in told.draw.unchecked:
        await paper.check(town.round.id, serial, ticked(marked[serial]), by=town.readers[3])
    closed = await close_and_count(town.round.id, by=town.hood.coordinator)
    marked[wrong] = other
    totals = {line.id: line.votes for line in (await round_result(closed)).lines}
    chosen = list(marked.values())
    assert totals == {f"00{number}": chosen.count(number) for number in (1, 2, 3)}


async def test_what_is_borne_is_settled_by_the_draw(town: Town) -> None:
    """Whoever has seen the sample cannot change any more how many may be wrong."""
    for place in range(12):
        await town.agreed(place, 1)
    drawn = await paper.draw_sample(town.round.id, THROWN, by=town.hood.coordinator)
    for at, serial in enumerate(drawn.serials):
        await paper.check(town.round.id, serial, ticked(2 if not at else 1), by=town.readers[3])
    text = b'name = "N"\nsource = "S"\n[rounds]\npaper_wrong_percent_max = 50\n'
    pack = read_pack(text, settings=SETTINGS, zone=ZoneInfo("Asia/Shanghai"))
    await community.adopt_policy(pack, by=community.system(town.hood.id))
    told = await paper.report(town.round)
    assert told.draw is not None
    assert told.draw.whole, "one of ten is more than the two in a hundred of the day of the draw"


async def test_a_merge_never_makes_two_ballots_of_one_person(town: Town) -> None:
    first, second, third, fourth = town.hood.residents[:4]
    await paper.hand_out(town.round.id, first.member_id, by=town.readers[0])
    async with ledger.transaction():  # a merging writes its own event beside it
        await record(
            "member.merge", by=town.readers[0], subject_kind="member", subject_id=second.member_id
        )
        await take_over_ballots(first.member_id, second.member_id, community_id=town.hood.id)
    assert await paper.votes_on_paper(town.round.id, second.member_id)
    assert not await paper.votes_on_paper(town.round.id, first.member_id)
    await vote(town.round.id, [1], by=third)
    for other, survivor in ((third, second), (second, third)):
        with pytest.raises(VotedTwice):
            await take_over_ballots(other.member_id, survivor.member_id, community_id=town.hood.id)
    await paper.hand_out(town.round.id, fourth.member_id, by=town.readers[0])
    with pytest.raises(VotedTwice):
        await take_over_ballots(fourth.member_id, second.member_id, community_id=town.hood.id)


async def test_nobody_of_another_community_comes_near(town: Town, elsewhere: Neighbourhood) -> None:
    stranger = elsewhere.coordinator
    for act in (
        paper.print_ballots(town.round.id, 5, by=stranger, number=2),
        paper.key_in(town.round.id, town.papers[0].serial, ticked(1), by=stranger),
        paper.decide(town.round.id, town.papers[0].serial, ticked(1), by=stranger),
        paper.spoil(town.round.id, town.papers[0].serial, why="x", by=stranger),
        paper.draw_sample(town.round.id, THROWN, by=stranger),
        paper.check(town.round.id, town.papers[0].serial, ticked(1), by=stranger),
    ):
        with pytest.raises(UnknownRound):
            await act


async def test_residents_do_not_handle_paper(town: Town) -> None:
    for act in (
        paper.print_ballots(town.round.id, 5, by=town.hood.residents[0], number=2),
        paper.key_in(town.round.id, town.papers[0].serial, ticked(1), by=town.hood.residents[0]),
    ):
        with pytest.raises(NotForPaper):
            await act


async def test_points_on_paper(neighbourhood: Neighbourhood, owner: asyncpg.Connection) -> None:
    opened = await neighbourhood.round(
        choices=3, kind=BallotForm.CUMULATIVE, points=5, rule=Rule.GREEDY
    )
    for title, yuan in (("Bench", 600), ("Lamp", 500)):
        await neighbourhood.project(opened, title, yuan)
    with pytest.raises(NotOnPaper):
        await paper.print_ballots(opened.id, 2, by=neighbourhood.coordinator, number=1)
    await open_ballot(opened.id, by=neighbourhood.coordinator)
    await paper.print_ballots(opened.id, 2, by=neighbourhood.coordinator, number=1)
    (one, _spare) = await paper.papers_of(opened.id, 1)
    voter = neighbourhood.residents[0]
    await paper.hand_out(opened.id, voter.member_id, by=neighbourhood.coordinator)
    given = Reading(Marks((2, 1), (4, 1)))
    staff = [replace(one, roles=frozenset({Role.AUDITOR})) for one in neighbourhood.residents]
    for reader in staff[:2]:
        await paper.key_in(opened.id, one.serial, given, by=reader)
    await paper.draw_sample(opened.id, THROWN, by=neighbourhood.coordinator)
    await paper.check(opened.id, one.serial, given, by=staff[2])
    closed = await close_and_count(opened.id, by=neighbourhood.coordinator)
    cast = await owner.fetch(
        "SELECT choices, points, receipt FROM cast_ballot WHERE round_id = $1", closed.id
    )
    assert [tuple(row) for row in cast] == [([1, 2], [1, 4], one.code)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE paper_reading SET choices = '{1}'",
        "DELETE FROM paper_reading",
        "DELETE FROM paper_handed_out",
        "UPDATE paper_check SET agrees = true",
        "UPDATE paper_ballot SET code = 'x'",
        "TRUNCATE paper_draw",
    ],
)
async def test_nothing_on_record_of_paper_is_changed(
    town: Town, owner: asyncpg.Connection, statement: str
) -> None:
    await town.agreed(0, 1)
    await paper.draw_sample(town.round.id, THROWN, by=town.hood.coordinator)
    await paper.check(town.round.id, town.papers[0].serial, ticked(1), by=town.readers[3])
    with pytest.raises(asyncpg.PostgresError, match="history only grows"):
        await owner.execute(statement)
