"""Reads and locks the rows of deliberation: the only place that knows their columns."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from marketplace import needs
from marketplace.deliberation.errors import UnknownArgument
from marketplace.deliberation.tables import (
    ArgumentReportRow,
    ArgumentRow,
    ArgumentRulingRow,
    ArgumentWordsRow,
    SecondLookRow,
)
from marketplace.deliberation.values import (
    Argument,
    Case,
    Channel,
    Report,
    ReportReason,
    Ruling,
    SecondLook,
    Side,
    Words,
)
from marketplace.needs import Need
from marketplace.plans.rows import keep_rounds

Rows = Iterable[dict[str, Any]]

_ARGUMENTS: Final = """
SELECT argument.id, need_id, argument.community_id, parent_id, side, channel, said_by, entered_by,
    said_at, taken_back_at, coalesce(ruling.hidden, false) AS hidden,
    CASE WHEN ruling.hidden THEN ruling.reason ELSE '' END AS hidden_reason,
    (SELECT count(*)::int FROM argument_mark WHERE argument_id = argument.id) AS marks
FROM argument LEFT JOIN LATERAL (
    SELECT hidden, reason FROM argument_ruling WHERE argument_id = argument.id
    ORDER BY number DESC LIMIT 1
) AS ruling ON true
WHERE argument.community_id = {} AND """

_WORDS: Final = """
SELECT argument_id, number, kind, words, written_at FROM argument_words
WHERE argument_id = ANY({}) ORDER BY argument_id, number
"""

# The latest round that the need's plan stands in. The share lock makes the answer hold until the
# caller commits: an opening of the ballot waits for it.
_ROUND: Final = """
SELECT round.state FROM plan JOIN project ON project.plan_id = plan.id
JOIN round ON round.id = project.round_id
WHERE plan.community_id = {} AND plan.need_id = {} AND project.left_at IS NULL
ORDER BY project.proposed_at DESC LIMIT 1
"""


async def arguments(condition: str, *values: Any, community_id: UUID) -> list[Argument]:
    """Return a community's arguments that fit a condition written in this package, with words."""
    found = await ArgumentRow.raw(_ARGUMENTS + condition, community_id, *values)
    words: dict[UUID, list[Words]] = defaultdict(list)
    for row in await ArgumentWordsRow.raw(_WORDS, [row["id"] for row in found]):
        words[row.pop("argument_id")].append(Words(**row))
    return [
        Argument(
            **{**row, "side": Side(row["side"]), "channel": Channel(row["channel"])},
            versions=tuple(words[row["id"]]),
        )
        for row in found
    ]


async def of_need(need_id: UUID, *, community_id: UUID) -> list[Argument]:
    """Return all that was said about a need, oldest first."""
    return await arguments(
        "need_id = {} ORDER BY said_at, argument.id", need_id, community_id=community_id
    )


async def one(argument_id: UUID, *, community_id: UUID) -> Argument:
    """Return an argument. Raises `UnknownArgument`."""
    found = await arguments("argument.id = {}", argument_id, community_id=community_id)
    if not found:
        raise UnknownArgument
    return found[0]


async def held_need(need_id: UUID, *, community_id: UUID) -> Need:
    """Return a need, locked, with the rounds on which its plan stands kept. Raises `UnknownNeed`.

    The rounds come first: one that opens or closes holds itself before it moves its needs on.
    """
    await keep_rounds(need_id, community_id=community_id)
    return await needs.locked(need_id, community_id=community_id)


async def locked(argument_id: UUID, *, community_id: UUID) -> Argument:
    """Return an argument that nobody else can change until the transaction ends."""
    await ArgumentRow.raw(
        "SELECT id FROM argument WHERE community_id = {} AND id = {} FOR NO KEY UPDATE",
        community_id,
        argument_id,
    )
    return await one(argument_id, community_id=community_id)


async def round_state(need_id: UUID, *, community_id: UUID, lock: bool = False) -> str | None:
    """Return how far the latest round is that a need's plan stands in; None where in none."""
    rows = await ArgumentRow.raw(
        _ROUND + (" FOR SHARE OF round" if lock else ""), community_id, need_id
    )
    return str(rows[0]["state"]) if rows else None


async def add_words(argument_id: UUID, kind: str, words: str, *, at: datetime) -> None:
    """Store words behind those that an argument has. Its row is locked, or new."""
    await ArgumentWordsRow.raw(
        "INSERT INTO argument_words (argument_id, number, kind, words, written_at)"
        " SELECT {}, coalesce(max(number), 0) + 1, {}, {}, {} FROM argument_words"
        " WHERE argument_id = {}",
        argument_id,
        kind,
        words,
        at,
        argument_id,
    )


async def case(argument: Argument) -> Case:
    """Return an argument with its reports, rulings and the wish for a second look."""
    (found,) = await cases([argument], community_id=argument.community_id)
    return found


async def cases(arguments: Sequence[Argument], *, community_id: UUID) -> list[Case]:
    """Return each of these arguments with its reports, rulings and the wish for a second look."""
    if not arguments:
        return []
    ids = [one.id for one in arguments]
    reports = await ArgumentReportRow.raw(
        "SELECT argument_id AS of, reported_by, reason, words, reported_at FROM argument_report"
        " WHERE community_id = {} AND argument_id = ANY({}) ORDER BY reported_at, reported_by",
        community_id,
        ids,
    )
    rulings = await ArgumentRulingRow.raw(
        "SELECT argument_id AS of, number, hidden, reason, ruled_by, ruled_at FROM argument_ruling"
        " WHERE community_id = {} AND argument_id = ANY({}) ORDER BY number",
        community_id,
        ids,
    )
    looks = await SecondLookRow.raw(
        "SELECT argument_id AS of, asked_by, words, asked_at FROM argument_second_look"
        " WHERE community_id = {} AND argument_id = ANY({})",
        community_id,
        ids,
    )
    reported, ruled, again = told_by(reports, rulings, looks)
    return [
        Case(one, tuple(reported[one.id]), tuple(ruled[one.id]), again.get(one.id))
        for one in arguments
    ]


def told_by(
    reports: Rows, rulings: Rows, looks: Rows
) -> tuple[dict[UUID, list[Report]], dict[UUID, list[Ruling]], dict[UUID, SecondLook]]:
    """Sort reports, rulings and second looks by the words that they are `of`."""
    reported: dict[UUID, list[Report]] = defaultdict(list)
    ruled: dict[UUID, list[Ruling]] = defaultdict(list)
    for row in reports:
        of = row.pop("of")
        reported[of].append(Report(**{**row, "reason": ReportReason(row["reason"])}))
    for row in rulings:
        of = row.pop("of")
        ruled[of].append(Ruling(**row))
    return reported, ruled, {row.pop("of"): SecondLook(**row) for row in looks}
