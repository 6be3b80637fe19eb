"""What a screening allows, as pure functions; each policy stands in words above its code."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from marketplace.errors import TooLong, WordsMissing
from marketplace.screening.errors import (
    AgainstTheChecklist,
    AppealDecided,
    AppealOver,
    BandOutside,
    InvalidBand,
    InvalidList,
    InvalidPoint,
    NotItsAuthor,
    NotRefused,
    OwnNeed,
    PointsOpen,
    SameScreener,
)
from marketplace.screening.values import (
    BUDGET,
    CouncilWord,
    Draft,
    Outcome,
    ScreeningPolicy,
    Verdict,
)

NOTE_MAX: Final = 300
REASON_MAX: Final = 1000
APPEAL_MAX: Final = 1000
COUNCIL_MAX: Final = 200
ALIKE_MAX: Final = 10
DUTY_MAX: Final = 200
DUTIES_MAX: Final = 60
QUESTION_MAX: Final = 200
QUESTIONS_MAX: Final = 10

_SATURDAY: Final = 5


# Deadlines count working days, Monday to Friday, and end with the day. Public holidays and the
# working weekends that go with them are decided anew each year, so they are not counted out here:
# a community that wants to allow for them sets a longer term.
def due(since: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the last moment of the `days`-th working day after a moment, in a time zone."""
    day = since.astimezone(zone)
    left = days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return midnight + timedelta(days=1) - timedelta(seconds=1)


# Coordinators are reminded some working days before the last one, and told once it is over.
def remind_from(due_at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return from when to remind of a deadline: the begin of so many working days before its."""
    day = due_at.astimezone(zone)
    left = days
    while left:
        day -= timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return day.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


# Nobody judges what they asked for themselves.
def impartial(member_id: UUID, involved: Collection[UUID]) -> None:
    """Refuse whoever raised or seconded the need with `OwnNeed`."""
    if member_id in involved:
        raise OwnNeed


# Progress is saved as it stands. Notes are read by everybody later, so they are short.
def progress(draft: Draft, points: Collection[str]) -> None:
    """Refuse an answer to a point that is not asked, words too long, or a cost that is none."""
    for point, answer in draft.answers.items():
        if point not in points:
            raise InvalidPoint(point, "unknown")
        if len(answer.note) > NOTE_MAX:
            raise TooLong(f"note_{point}", most=NOTE_MAX)
    if draft.band is not None:
        if draft.band.least_fen < 1:
            raise InvalidBand("least")
        if draft.band.most_fen < draft.band.least_fen:
            raise InvalidBand("most")
    if len(draft.alike) > ALIKE_MAX:
        raise InvalidList("alike", most=ALIKE_MAX)


# Before there is an outcome every point is answered, an answer that does not speak plainly for the
# need says why, and the expected cost is stated. That is a band, not a figure; a budget that is
# said to fit lies within what a project may cost here from end to end: one that only overlaps is
# unclear.
def complete(draft: Draft, points: Iterable[str], policy: ScreeningPolicy) -> None:
    """Refuse an outcome too early: `PointsOpen`, `InvalidPoint`, `InvalidBand`, `BandOutside`."""
    asked = tuple(points)
    missing = tuple(point for point in asked if point not in draft.answers)
    if missing:
        raise PointsOpen(missing)
    for point in asked:
        answer = draft.answers[point]
        if answer.verdict is not Verdict.YES and not answer.note.strip():
            raise InvalidPoint(point, "note missing")
    if draft.band is None:
        raise InvalidBand("least")
    within = policy.cost_fen_least <= draft.band.least_fen <= draft.band.most_fen
    fits = within and draft.band.most_fen <= policy.cost_fen_most
    if draft.answers[BUDGET].verdict is Verdict.YES and not fits:
        raise BandOutside(policy.cost_fen_least, policy.cost_fen_most)


# The outcome follows from the checklist. A point answered with no is a refusal; where all are
# answered with yes the need is accepted; where some are unclear and none is no, the screener
# decides.
def may_be(draft: Draft) -> frozenset[Outcome]:
    """Return the outcomes that the answers allow."""
    said = {answer.verdict for answer in draft.answers.values()}
    if Verdict.NO in said:
        return frozenset({Outcome.REFUSED})
    if Verdict.UNCLEAR in said:
        return frozenset(Outcome)
    return frozenset({Outcome.ACCEPTED})


def outcome(draft: Draft, wanted: Outcome, reason: str) -> None:
    """Refuse an outcome that a complete checklist does not carry, or one without a reason."""
    if wanted not in may_be(draft):
        raise AgainstTheChecklist(wanted.value)
    text("reason", reason, most=REASON_MAX)


def text(field: str, words: str, *, most: int) -> None:
    """Refuse words that are missing (`WordsMissing`) or too long (`TooLong`)."""
    if not words.strip():
        raise WordsMissing(field)
    if len(words) > most:
        raise TooLong(field, most=most)


# Who raised a need may appeal once against its refusal, within the term that runs from the refusal.
def appeal(
    member_id: UUID,
    words: str,
    *,
    authors: Collection[UUID],
    until: datetime | None,
    at: datetime,
) -> None:
    """Refuse an appeal by another, against no refusal (`until` is None), or one too late."""
    if member_id not in authors:
        raise NotItsAuthor
    if until is None:
        raise NotRefused
    if at > until:
        raise AppealOver(until)
    text("words", words, most=APPEAL_MAX)


# Another coordinator decides than the one who screened. A council's decision is not the
# coordinator's own: whoever writes it down only carries it out, so there the screener may.
def ruling(
    member_id: UUID,
    reason: str,
    council: CouncilWord | None,
    *,
    screened_by: UUID | None,
    involved: Collection[UUID],
    decided: bool,
) -> None:
    """Refuse to decide an appeal twice, in one's own matter, as its screener, or with no reason."""
    if decided:
        raise AppealDecided
    impartial(member_id, involved)
    if council is None and member_id == screened_by:
        raise SameScreener
    if council is not None:
        text("council", council.words, most=COUNCIL_MAX)
    text("reason", reason, most=REASON_MAX)


# The list is short enough to be read through at each screening.
def listed(duties: Collection[str], questions: Collection[str]) -> None:
    """Refuse a duty list or questions that are too long or too many with `InvalidList`."""
    if not duties:
        raise WordsMissing("duties")
    if len(duties) > DUTIES_MAX:
        raise InvalidList("duties", most=DUTIES_MAX)
    if len(questions) > QUESTIONS_MAX:
        raise InvalidList("questions", most=QUESTIONS_MAX)
    if any(len(one) > DUTY_MAX for one in duties):
        raise TooLong("duties", most=DUTY_MAX)
    if any(len(one) > QUESTION_MAX for one in questions):
        raise TooLong("questions", most=QUESTION_MAX)
