"""Draws a sample of paper ballots, looks at them again, and says when a count may begin."""

from community import Actor, record
from marketplace.paper import rules
from marketplace.paper.errors import (
    DrawnBefore,
    KeyedByYou,
    NothingToDraw,
    NotInTheSample,
    NotOnPaper,
    PaperUnfinished,
)
from marketplace.paper.holding import held
from marketplace.paper.reading import read_draw, report, trace, traces, unfinished
from marketplace.paper.tables import PaperCheckRow, PaperDrawRow
from marketplace.paper.values import Draw, Reading, Report
from marketplace.paper_settings import paper_policy_at
from marketplace.refusals import verb
from marketplace.values import Round, RoundId


async def draw_sample(round_id: RoundId, thrown: str, *, by: Actor) -> Draw:
    """Draw the ballots that are looked at again, by digits thrown with dice in front of people.

    From then on nothing more is keyed in. Raises `SeedTooShort`, `DrawnBefore`, `NothingToDraw`
    while ballots wait for a second reading or a decision, `NotOnPaper`.
    """
    digits = rules.seed(thrown)
    async with verb(drawn_once=DrawnBefore(), paper_in_time=NotOnPaper()):
        current = await held(round_id, by)
        known = await report(current)
        if known.draw is not None:
            raise DrawnBefore
        policy = await paper_policy_at(by.community_id)
        if known.once or known.differing or not known.settled or not policy.audit_percent:
            raise NothingToDraw
        await PaperDrawRow.raw(
            "INSERT INTO paper_draw (round_id, seed, percent, wrong_percent_max, population,"
            " drawn_by) VALUES ({}, {}, {}, {}, {}, {})",
            round_id,
            digits,
            policy.audit_percent,
            policy.wrong_percent_max,
            known.settled,
            by.member_id,
        )
        await record(
            "paper.draw",
            by=by,
            subject_kind="round",
            subject_id=round_id,
            details={"seed": digits, "of": known.settled},
        )
        drawn = await read_draw(current, await traces(round_id))
        if drawn is None:
            raise RuntimeError("the draw that was just written is not there")
        return drawn


async def check(round_id: RoundId, serial: str, seen: Reading, *, by: Actor) -> bool:
    """Keep what somebody sees on a drawn ballot; return whether it was keyed in so.

    Where it was not, what is seen now counts. Raises `NotInTheSample`, `KeyedByYou` for whoever
    read this ballot before, `UnknownPaper`, `SerialMistyped`, `NotOnPaper`.
    """
    async with verb(checked_once=NotInTheSample(), paper_in_time=NotOnPaper()):
        current = await held(round_id, by)
        drawn = await read_draw(current, await traces(round_id))
        wanted = rules.as_serial(serial)
        one = await trace(round_id, wanted)
        if drawn is None or wanted not in drawn.unchecked:
            raise NotInTheSample
        if by.member_id in one.readers:
            raise KeyedByYou
        agrees = seen == one.readings[-1]
        await PaperCheckRow.raw(
            "INSERT INTO paper_check (paper_id, choices, points, unclear, agrees, checked_by)"
            " VALUES ({}, {}, {}, {}, {}, {})",
            one.paper.id,
            list(seen.marks.choices),
            list(seen.marks.points),
            seen.unclear,
            agrees,
            by.member_id,
        )
        await record(
            "paper.check",
            by=by,
            subject_kind="round",
            subject_id=round_id,
            details={"serial": wanted, "agrees": agrees},
        )
        return agrees


async def want_finished(current: Round) -> Report:
    """Refuse to count a round whose paper ballots still wait. Raises `PaperUnfinished`."""
    known = await report(current)
    once, differing, unchecked, undrawn = unfinished(
        known, await paper_policy_at(current.community_id)
    )
    if once or differing or unchecked or undrawn:
        raise PaperUnfinished(once, differing, unchecked, undrawn=undrawn)
    return known
