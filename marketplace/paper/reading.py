"""Reads what is known of a round's paper ballots, for pages, for the count and for the report."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from marketplace.paper import rules
from marketplace.paper.errors import UnknownPaper
from marketplace.paper.tables import (
    PaperBallotRow,
    PaperBatchRow,
    PaperDrawRow,
    PaperHandedOutRow,
)
from marketplace.paper.values import (
    Batch,
    Difference,
    Draw,
    Invalid,
    Paper,
    PaperBallots,
    PaperId,
    PaperState,
    Reading,
    Report,
)
from marketplace.paper_settings import PaperPolicy
from marketplace.reading import ballot_costs
from marketplace.values import Marks, Round, RoundId

# One row for each reading of a ballot, in turn; one for a ballot without any.
_READ: Final = """
SELECT paper_ballot.id, serial, code, batch, spoiled_by IS NOT NULL AS spoiled,
    one.turn, one.choices, one.points, one.unclear, one.read_by,
    paper_check.choices AS seen_choices, paper_check.points AS seen_points,
    paper_check.unclear AS seen_unclear, agrees
FROM paper_ballot
LEFT JOIN paper_spoiled ON paper_spoiled.paper_id = paper_ballot.id
LEFT JOIN paper_reading AS one ON one.paper_id = paper_ballot.id
LEFT JOIN paper_check ON paper_check.paper_id = paper_ballot.id
WHERE round_id = {}
"""


@dataclass(slots=True)
class Trace:
    """A paper ballot with whatever is on record of it."""

    paper: Paper
    spoiled: bool
    readings: list[Reading] = field(default_factory=list)
    readers: list[UUID] = field(default_factory=list)
    seen: Reading | None = None
    agrees: bool | None = None

    @property
    def state(self) -> PaperState:
        """How far it has come."""
        return rules.state_of(self.readings, spoiled=self.spoiled)

    @property
    def final(self) -> Reading:
        """What counts: what was seen in the audit, else what the last reading says."""
        return self.seen or self.readings[-1]


async def traces(round_id: RoundId) -> list[Trace]:
    """Return every printed ballot of a round, by serial number."""
    return _traces(await PaperBallotRow.raw(f"{_READ} ORDER BY serial, turn", round_id))


async def trace(round_id: RoundId, serial: str) -> Trace:
    """Return one ballot by its serial number. Raises `UnknownPaper`."""
    rows = await PaperBallotRow.raw(f"{_READ} AND serial = {{}} ORDER BY turn", round_id, serial)
    if not rows:
        raise UnknownPaper
    return _traces(rows)[0]


def _traces(rows: list[dict[str, Any]]) -> list[Trace]:
    found: dict[UUID, Trace] = {}
    for row in rows:
        if row["id"] not in found:
            paper = Paper(PaperId(row["id"]), row["serial"], row["code"], row["batch"])
            found[row["id"]] = Trace(paper, row["spoiled"])
            if row["agrees"] is not None:
                found[row["id"]].seen = _reading(row, "seen_")
                found[row["id"]].agrees = row["agrees"]
        if row["turn"] is not None:
            found[row["id"]].readings.append(_reading(row))
            found[row["id"]].readers.append(row["read_by"])
    return list(found.values())


def _reading(row: Mapping[str, Any], prefix: str = "") -> Reading:
    marks = Marks(tuple(row[f"{prefix}choices"]), tuple(row[f"{prefix}points"]))
    return Reading(marks, row[f"{prefix}unclear"])


async def batches(round_id: RoundId) -> list[Batch]:
    """Return the prints of a round, oldest first."""
    rows = await PaperBatchRow.raw(
        "SELECT number, size, printed_by, printed_at FROM paper_batch WHERE round_id = {}"
        " ORDER BY number",
        round_id,
    )
    return [Batch(**row) for row in rows]


async def papers_of(round_id: RoundId, batch: int) -> list[Paper]:
    """Return the ballots of one print, by serial number. Raises `UnknownPaper` for no print."""
    rows = await PaperBallotRow.raw(
        "SELECT id, serial, code, batch FROM paper_ballot WHERE round_id = {} AND batch = {}"
        " ORDER BY serial",
        round_id,
        batch,
    )
    if not rows:
        raise UnknownPaper
    return [Paper(PaperId(row["id"]), row["serial"], row["code"], row["batch"]) for row in rows]


async def differences(round_id: RoundId, *, reader: UUID) -> tuple[list[Difference], int]:
    """Return the ballots that two read differently and this person may decide, and how many more.

    The two readings stand in an order that does not tell who was first.
    """
    mine, others = [], 0
    for one in await traces(round_id):
        if one.state is not PaperState.DIFFERING:
            continue
        if reader in one.readers:
            others += 1
            continue
        first, second = sorted(
            one.readings, key=lambda read: (read.unclear, read.marks.choices, read.marks.points)
        )
        mine.append(Difference(one.paper, (first, second)))
    return mine, others


async def read_draw(current: Round, found: list[Trace]) -> Draw | None:
    """Return a round's sample and how its audit goes; None before it was drawn."""
    rows = await PaperDrawRow.raw(
        "SELECT seed, percent, wrong_percent_max, population, drawn_at FROM paper_draw"
        " WHERE round_id = {}",
        current.id,
    )
    if not rows:
        return None
    (row,) = rows
    settled = [one.paper.serial for one in found if one.state is PaperState.SETTLED]
    chosen = rules.sample(
        settled, seed=row["seed"], ballot_hash=current.ballot_hash, percent=row["percent"]
    )
    seen = {one.paper.serial: one.agrees for one in found if one.agrees is not None}
    of_sample = [seen[serial] for serial in chosen if serial in seen]
    wrong = of_sample.count(False)
    bearable = row.pop("wrong_percent_max")
    whole = len(of_sample) == len(chosen) and rules.too_many_wrong(
        wrong, len(chosen), percent_max=bearable
    )
    if whole:
        chosen = rules.sample(
            settled, seed=row["seed"], ballot_hash=current.ballot_hash, percent=100
        )
    return Draw(
        serials=tuple(chosen),
        checked=frozenset(seen),
        wrong=list(seen.values()).count(False),
        whole=whole,
        **row,
    )


async def report(current: Round) -> Report:
    """Return what is published of a round's voting on paper, while it goes on and afterwards."""
    found, costs = await traces(current.id), await ballot_costs(current.id)
    states = Counter(one.state for one in found)
    verdicts = [
        rules.counted(one.final, terms=current.terms, costs=costs)
        for one in found
        if one.state is PaperState.SETTLED
    ]
    return Report(
        printed=len(found),
        handed_out=len(await voters_on_paper(current.id)),
        spoiled=states[PaperState.SPOILED],
        keyed=states[PaperState.ONCE] + states[PaperState.DIFFERING] + states[PaperState.SETTLED],
        once=states[PaperState.ONCE],
        differing=states[PaperState.DIFFERING],
        decided=sum(len(one.readings) > 2 for one in found),  # noqa: PLR2004 (a third reading)
        valid=sum(isinstance(one, Marks) for one in verdicts),
        invalid=Counter(one for one in verdicts if isinstance(one, Invalid)),
        draw=await read_draw(current, found),
    )


async def keyed_and_handed_out(round_id: RoundId) -> tuple[int, int]:
    """Return how many ballots were keyed in at least once, and how many residents were given one.

    The round is held, so neither grows meanwhile.
    """
    (row,) = await PaperBallotRow.raw(
        "SELECT (SELECT count(*) FROM paper_reading JOIN paper_ballot ON paper_ballot.id = paper_id"
        " WHERE round_id = {} AND turn = 1) AS keyed,"
        " (SELECT count(*) FROM paper_handed_out WHERE round_id = {}) AS handed_out",
        round_id,
        round_id,
    )
    return row["keyed"], row["handed_out"]


async def voters_on_paper(round_id: RoundId) -> list[UUID]:
    """Return who was given a paper ballot in a round."""
    rows = await PaperHandedOutRow.raw(
        "SELECT member_id FROM paper_handed_out WHERE round_id = {}", round_id
    )
    return [row["member_id"] for row in rows]


async def votes_on_paper(round_id: RoundId, member_id: UUID) -> bool:
    """Say whether a resident was given a paper ballot, and so has no other."""
    rows = await PaperHandedOutRow.raw(
        "SELECT FROM paper_handed_out WHERE round_id = {} AND member_id = {}", round_id, member_id
    )
    return bool(rows)


async def paper_ballots(current: Round) -> PaperBallots:
    """Return what paper brings to the count of a round in which nothing is unfinished."""
    costs = await ballot_costs(current.id)
    ballots = []
    for one in await traces(current.id):
        if one.state is PaperState.SETTLED:
            marks = rules.counted(one.final, terms=current.terms, costs=costs)
            if isinstance(marks, Marks):
                ballots.append((marks, one.paper.code))
    return PaperBallots(tuple(ballots), frozenset(await voters_on_paper(current.id)))


def unfinished(known: Report, policy: PaperPolicy) -> tuple[int, int, int, bool]:
    """Return what still waits: keyed once, differing, drawn and unchecked, and not drawn yet."""
    unchecked = len(known.draw.unchecked) if known.draw else 0
    undrawn = known.draw is None and known.settled > 0 and policy.audit_percent > 0
    return known.once, known.differing, unchecked, undrawn
