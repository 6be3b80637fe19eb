"""The rules of changes, each said in words above its code. Pure: values in, values out."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

from marketplace.delivery.changes.errors import (
    ChangeDecided,
    InvalidChange,
    ObjectionsClosed,
    ObjectionsOpen,
)
from marketplace.delivery.changes.values import (
    Change,
    ChangeState,
    LineNow,
    MilestoneNow,
    MoveMoney,
    NewDate,
    NewScope,
    What,
)
from marketplace.plans import BudgetLine

REASON_MAX: Final = 1000
SCOPE_MAX: Final = 2000
WORDS_MAX: Final = 1000
YEARS_AHEAD_MAX: Final = 5

# What was promised is never edited. A change says what is to be otherwise and why: another day to
# come for a milestone that is not done; money from one line of the budget to another, as far as
# nothing was asked for or spent of it; or what is done instead, in words.


def asking(
    what: What,
    reason: str,
    *,
    milestones: Collection[MilestoneNow],
    lines: Collection[LineNow],
    today: date,
) -> None:
    """Refuse what no change can be with `InvalidChange`."""
    text("reason", reason, REASON_MAX)
    match what:
        case NewDate():
            _new_date(what, milestones, today)
        case MoveMoney():
            _move_money(what, lines)
        case NewScope(words=words):
            text("scope", words, SCOPE_MAX)


def _new_date(what: NewDate, milestones: Collection[MilestoneNow], today: date) -> None:
    found = next((one for one in milestones if one.number == what.milestone), None)
    if found is None:
        raise InvalidChange("milestone", "unknown")
    if found.done:
        raise InvalidChange("milestone", "done")
    if what.due_on < today:
        raise InvalidChange("due_on", "past")
    if what.due_on.year > today.year + YEARS_AHEAD_MAX:
        raise InvalidChange("due_on", "too far ahead", most=YEARS_AHEAD_MAX)
    if what.due_on == found.due_on:
        raise InvalidChange("due_on", "same")


def _move_money(what: MoveMoney, lines: Collection[LineNow]) -> None:
    by_label = {one.label: one for one in lines}
    if what.from_line not in by_label:
        raise InvalidChange("from_line", "unknown")
    if what.to_line not in by_label:
        raise InvalidChange("to_line", "unknown")
    if what.from_line == what.to_line:
        raise InvalidChange("to_line", "same")
    free = by_label[what.from_line].free_fen
    if not 1 <= what.amount_fen <= free:
        raise InvalidChange(
            "amount", "too much" if what.amount_fen > free else "missing", most=free
        )


# What holds now of each line is what was promised, less what was moved away, and what was moved in.


def lines_now(
    promised: Sequence[BudgetLine], moved: Collection[MoveMoney], used: dict[str, int]
) -> tuple[LineNow, ...]:
    """Return each line of a budget with the accepted moves; together they cost what they did."""
    now = {one.label: one.amount_fen for one in promised}
    for one in moved:
        now[one.from_line] -= one.amount_fen
        now[one.to_line] += one.amount_fen
    return tuple(
        LineNow(one.label, one.amount_fen, now[one.label], used.get(one.label, 0))
        for one in promised
    )


# Residents object for as many days as the community gives them; nobody decides before. Then a
# coordinator who is not tied to who asks decides, on their own or as a council decided, and says
# why. Whoever asked may take it back until then.


def objecting(change: Change, words: str, *, at: datetime) -> None:
    """Refuse an objection with `ChangeDecided`, `ObjectionsClosed` or `InvalidChange`."""
    still_open(change)
    if at >= change.objections_until:
        raise ObjectionsClosed
    text("words", words, WORDS_MAX)


def deciding(change: Change, answer: str, *, at: datetime) -> None:
    """Refuse a decision with `ChangeDecided`, `ObjectionsOpen` or `InvalidChange`."""
    still_open(change)
    if at < change.objections_until:
        raise ObjectionsOpen(change.objections_until)
    text("answer", answer, REASON_MAX)


def still_open(change: Change) -> None:
    """Raise `ChangeDecided` for what was decided or withdrawn."""
    if change.state is not ChangeState.OPEN:
        raise ChangeDecided(change.state)


def text(field: str, words: str, most: int) -> None:
    """Refuse words that are missing or too long with `InvalidChange`."""
    if not words.strip():
        raise InvalidChange(field, "missing")
    if len(words) > most:
        raise InvalidChange(field, "too long", most=most)
