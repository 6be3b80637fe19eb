"""Reads, locks and writes the rows of screening: the only place that knows their columns."""

import json
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from marketplace.screening import rules
from marketplace.screening.errors import UnknownScreening
from marketplace.screening.policy import screening_policy
from marketplace.screening.tables import (
    ScreeningAppealRow,
    ScreeningListRow,
    ScreeningRow,
)
from marketplace.screening.usual import USUAL
from marketplace.screening.values import (
    Answer,
    Appeal,
    Band,
    CouncilWord,
    Draft,
    Outcome,
    Question,
    Screening,
    ScreeningList,
    Verdict,
)

_SCREENING: Final = """
SELECT need_id, community_id, list_number, seconded_at, due_at, revision, answers, cost_least_fen,
    cost_most_fen, alike, saved_by, saved_at, outcome, reason, decided_by, decided_at, appeal_until
FROM screening WHERE community_id = {} AND need_id = {}
"""

_APPEAL: Final = """
SELECT need_id, appealed_by, words, appealed_at, due_at, granted, reason, decided_by, decided_at,
    council_decision_id, council_words
FROM screening_appeal WHERE community_id = {} AND need_id = {}
"""

# The term runs from the first time that enough neighbours had seconded the need.
_SECONDED: Final = """
SELECT min(moved_at) AS since FROM need_move
WHERE community_id = {} AND need_id = {} AND state = 'seconded'
"""

_OPEN: Final = """
INSERT INTO screening (need_id, community_id, list_number, seconded_at, due_at)
VALUES ({}, {}, {}, {}, {}) ON CONFLICT (need_id) DO NOTHING
"""

_SAVE: Final = """
UPDATE screening SET list_number = {}, revision = revision + 1, answers = {}::jsonb,
    cost_least_fen = {}, cost_most_fen = {}, alike = {}, saved_by = {}, saved_at = {}
WHERE community_id = {} AND need_id = {}
"""


async def zone_of(community_id: UUID) -> ZoneInfo:
    """Return the time zone by whose calendar a community's terms run."""
    return ZoneInfo((await community.community(community_id)).time_zone)


async def term(need_id: UUID, *, community_id: UUID) -> tuple[datetime, datetime]:
    """Return since when a need waits for screening, and until when it should be screened.

    Raises `UnknownScreening` for one that was never seconded by enough.
    """
    (row,) = await ScreeningRow.raw(_SECONDED, community_id, need_id)
    since: datetime | None = row["since"]
    if since is None:
        raise UnknownScreening
    policy = await screening_policy(community_id, since)
    return since, rules.due(since, policy.days, await zone_of(community_id))


async def opened(need_id: UUID, *, community_id: UUID) -> Screening:
    """Return a need's screening for the need's locked row, making one where there is none yet."""
    found = await find(need_id, community_id=community_id)
    if found is not None:
        return found
    since, due_at = await term(need_id, community_id=community_id)
    number = (await current_list(community_id)).number
    await ScreeningRow.raw(_OPEN, need_id, community_id, number, since, due_at)
    made = await find(need_id, community_id=community_id)
    if made is None:
        raise UnknownScreening
    return made


async def find(need_id: UUID, *, community_id: UUID) -> Screening | None:
    """Return a need's screening as it is stored; None where nothing is."""
    rows = await ScreeningRow.raw(_SCREENING, community_id, need_id)
    return _screening(rows[0]) if rows else None


async def save(screening: Screening, draft: Draft, *, number: int, by: UUID, at: datetime) -> None:
    """Store a screening's progress under one more revision."""
    told = {
        point: {"verdict": answer.verdict.value, "note": answer.note.strip()}
        for point, answer in draft.answers.items()
    }
    await ScreeningRow.raw(
        _SAVE,
        number,
        json.dumps(told, ensure_ascii=False),
        draft.band.least_fen if draft.band else None,
        draft.band.most_fen if draft.band else None,
        list(draft.alike),
        by,
        at,
        screening.community_id,
        screening.need_id,
    )


async def find_appeal(need_id: UUID, *, community_id: UUID, lock: bool = False) -> Appeal | None:
    """Return the appeal about a need; None where nobody appealed. `lock` keeps it as it is."""
    rows = await ScreeningAppealRow.raw(
        _APPEAL + (" FOR NO KEY UPDATE" if lock else ""), community_id, need_id
    )
    return _appeal(rows[0]) if rows else None


async def current_list(community_id: UUID) -> ScreeningList:
    """Return what a community screens by now; the usual list where it decided nothing."""
    rows = await ScreeningListRow.raw(
        "SELECT number, duties, questions, changed_by, changed_at FROM screening_list"
        " WHERE community_id = {} ORDER BY number DESC LIMIT 1",
        community_id,
    )
    return _list(rows[0]) if rows else USUAL


async def list_numbered(number: int, *, community_id: UUID) -> ScreeningList:
    """Return the version of a community's list by which a need was screened."""
    rows = await ScreeningListRow.raw(
        "SELECT number, duties, questions, changed_by, changed_at FROM screening_list"
        " WHERE community_id = {} AND number = {}",
        community_id,
        number,
    )
    return _list(rows[0]) if rows else USUAL


async def add_list(new: ScreeningList, *, community_id: UUID) -> None:
    """Store a version of a community's list."""
    await ScreeningListRow.raw(
        "INSERT INTO screening_list (community_id, number, duties, questions, changed_by,"
        " changed_at) VALUES ({}, {}, {}, {}::jsonb, {}, {})",
        community_id,
        new.number,
        list(new.duties),
        json.dumps([[one.key, one.words] for one in new.questions], ensure_ascii=False),
        new.changed_by,
        new.changed_at,
    )


def _list(row: dict[str, Any]) -> ScreeningList:
    questions = tuple(Question(key, words) for key, words in json.loads(row["questions"]))
    return ScreeningList(
        row["number"], tuple(row["duties"]), questions, row["changed_by"], row["changed_at"]
    )


def _screening(row: dict[str, Any]) -> Screening:
    told = json.loads(row.pop("answers"))
    least, most = row.pop("cost_least_fen"), row.pop("cost_most_fen")
    draft = Draft(
        {
            point: Answer(Verdict(answer["verdict"]), answer["note"])
            for point, answer in told.items()
        },
        Band(least, most) if least is not None else None,
        tuple(row.pop("alike")),
    )
    outcome = row.pop("outcome")
    return Screening(**row, draft=draft, outcome=Outcome(outcome) if outcome else None)


def _appeal(row: dict[str, Any]) -> Appeal:
    decision_id, words = row.pop("council_decision_id"), row.pop("council_words")
    council = CouncilWord(decision_id, words) if decision_id is not None else None
    return Appeal(**row, council=council)
