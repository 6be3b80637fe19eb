"""Keys paper ballots in, twice by two people, and settles by a third what they read differently."""

from community import Actor, record
from marketplace.paper import rules
from marketplace.paper.errors import KeyedByYou, NotOnPaper
from marketplace.paper.holding import held_paper
from marketplace.paper.reading import Trace, keyed_and_handed_out
from marketplace.paper.tables import PaperReadingRow
from marketplace.paper.values import PaperState, Reading
from marketplace.refusals import verb
from marketplace.values import RoundId


async def key_in(round_id: RoundId, serial: str, reading: Reading, *, by: Actor) -> PaperState:
    """Keep what somebody read on a ballot; return how far it has come with that.

    The same reading sent twice by the same person is one. Raises `UnknownPaper`, `SerialMistyped`,
    `PaperSpoiled`, `MoreThanHandedOut`, `KeyedByYou`, `KeyedTwice`, `KeyingOver`, `NotOnPaper`.
    """
    async with verb(read_by_different_people=KeyedByYou(), paper_in_time=NotOnPaper()):
        one = await held_paper(round_id, serial, by)
        if one.state is PaperState.PRINTED:
            keyed, handed_out = await keyed_and_handed_out(round_id)
            rules.somebodys(keyed=keyed, handed_out=handed_out)
        if by.member_id in one.readers:
            mine = one.readings[one.readers.index(by.member_id)]
            if mine == reading:
                return one.state
        rules.another_reader(one.state, one.readers, by.member_id)
        await _record("paper.key", round_id, one, by)
        return await _read(one, reading, by)


async def decide(round_id: RoundId, serial: str, reading: Reading, *, by: Actor) -> PaperState:
    """Settle a ballot that two people read differently, by a third who looks at the paper.

    Raises as `key_in` does, and `NoDifference`.
    """
    async with verb(read_by_different_people=KeyedByYou(), paper_in_time=NotOnPaper()):
        one = await held_paper(round_id, serial, by)
        rules.third_reader(one.state, one.readers, by.member_id)
        await _record("paper.decide", round_id, one, by)
        return await _read(one, reading, by)


async def _record(act: str, round_id: RoundId, one: Trace, by: Actor) -> None:
    """Write down who read which ballot; what they read stands with the reading alone."""
    await record(
        act,
        by=by,
        subject_kind="round",
        subject_id=round_id,
        details={"serial": one.paper.serial},
    )


async def _read(one: Trace, reading: Reading, by: Actor) -> PaperState:
    await PaperReadingRow.raw(
        "INSERT INTO paper_reading (paper_id, turn, choices, points, unclear, read_by)"
        " VALUES ({}, {}, {}, {}, {}, {})",
        one.paper.id,
        len(one.readings) + 1,
        list(reading.marks.choices),
        list(reading.marks.points),
        reading.unclear,
        by.member_id,
    )
    return rules.state_of([*one.readings, reading], spoiled=False)
