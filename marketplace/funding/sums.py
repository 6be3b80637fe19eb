"""Adds up what drives were given and pledged, in the database: no page reads every gift for a sum.

Each question is one statement for as many drives as are asked about, so that its sums stand for one
moment. A giver is an organisation, a member, or nobody known.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from marketplace.funding import rules
from marketplace.funding.tables import ContributionRow
from marketplace.funding.values import Drive, DriveState, Progress, Source

# What was paid when the deadline was over is not counted for it, whenever it is told of. Who gave
# some of it by name and some without is counted for each: one fewer giver than there are names and
# unnamed gifts would tell everybody whose the unnamed gift is. Those who are known neither by
# membership nor by organisation are one.
_RAISED: Final = """
WITH parts AS (
    SELECT contribution.drive_id, coalesce(organisation_id, member_id) AS giver, anonymous,
        sum(CASE WHEN paid_at < deadline
            THEN greatest(0, amount_fen - refunded_fen - disputed_fen - due_fen) ELSE 0 END) AS fen
    FROM drive JOIN contribution ON contribution.drive_id = drive.id
    WHERE drive.id = ANY({}) AND paid_at IS NOT NULL GROUP BY 1, 2, 3
), givers AS (
    SELECT drive_id, giver, sum(fen) AS fen,
        CASE WHEN giver IS NULL THEN 1 ELSE count(*) END AS names,
        CASE WHEN giver IS NULL THEN least(1, count(*) FILTER (WHERE fen > 0))
            ELSE count(*) FILTER (WHERE fen > 0) END AS names_now
    FROM parts GROUP BY 1, 2
), money AS (
    SELECT drive_id, sum(fen)::bigint AS fen, sum(names)::int AS ever,
        sum(names_now)::int AS givers,
        array_agg(fen::bigint ORDER BY fen DESC) FILTER (WHERE fen > 0) AS by_giver
    FROM givers GROUP BY 1
), hours AS (
    SELECT drive_id, coalesce(sum(minutes) FILTER (WHERE state = 'held'), 0)::bigint AS minutes,
        (count(*) FILTER (WHERE state = 'held'))::int AS held,
        (count(*) FILTER (WHERE state <> 'withdrawn'))::int AS kept
    FROM pledge WHERE drive_id = ANY({}) GROUP BY 1
)
SELECT drive.id, coalesce(money.fen, 0) AS fen, coalesce(givers, 0) AS givers,
    coalesce(ever, 0) AS ever, coalesce(minutes, 0) AS minutes, coalesce(held, 0) AS held,
    coalesce(kept, 0) AS kept,
    CASE WHEN matching_kind = 'quadratic' THEN coalesce(by_giver, ARRAY[]::bigint[])
        ELSE ARRAY[coalesce(money.fen, 0)] END AS by_giver
FROM drive LEFT JOIN money ON money.drive_id = drive.id
LEFT JOIN hours ON hours.drive_id = drive.id WHERE drive.id = ANY({})
"""

_BY_SOURCE: Final = """
SELECT source, count(*)::int AS gifts,
    sum(greatest(0, amount_fen - refunded_fen - disputed_fen - due_fen))::bigint AS fen,
    sum(amount_fen)::bigint AS came_fen
FROM contribution WHERE drive_id = {} AND community_id = {} AND paid_at IS NOT NULL GROUP BY source
"""


@dataclass(frozen=True, slots=True)
class Raised:
    """How a drive stands, and what its matching is reckoned from.

    `by_giver` is what each giver gave in all where the rule asks for it, else the sum of all gifts.
    """

    progress: Progress
    by_giver: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OfSource:
    """How many gifts came to a drive by one source, and what they come to in fen.

    `came_fen` is what was paid, `fen` what is left of it: the rest went back, or is going back.
    """

    gifts: int
    fen: int
    came_fen: int


async def raised(drives: Collection[Drive]) -> dict[UUID, Raised]:
    """Return how each of these drives stands now, a settled one as it stood when it was settled."""
    ids = [one.id for one in drives]
    rows = await ContributionRow.raw(_RAISED, ids, ids, ids)
    found = {row["id"]: row for row in rows}
    return {one.id: _raised(one, found[one.id]) for one in drives}


async def progress(drive: Drive) -> Progress:
    """Return how a drive stands now, or how it stood when it was settled."""
    return (await raised([drive]))[drive.id].progress


def _raised(drive: Drive, row: dict[str, Any]) -> Raised:
    sums = tuple(row["by_giver"])
    if drive.state is not DriveState.OPEN:
        return Raised(
            Progress(
                given_fen=drive.given_fen,
                matched_fen=drive.matched_fen,
                pledged_minutes=drive.pledged_minutes,
                givers=row["ever"],
                pledgers=row["kept"],
                reached=drive.state is DriveState.REACHED,
            ),
            sums,
        )
    given, pledged = row["fen"], row["minutes"]
    added = rules.matched(drive.matching, sums, goal_fen=drive.goal_fen)
    return Raised(
        Progress(
            given_fen=given,
            matched_fen=added,
            pledged_minutes=pledged,
            givers=row["givers"],
            pledgers=row["held"],
            reached=rules.is_reached(drive, raised_fen=given + added, pledged_minutes=pledged),
        ),
        sums,
    )


async def by_source(drive: Drive) -> dict[Source, OfSource]:
    """Return what came to a drive by each source, and what of that has not gone away again."""
    rows = await ContributionRow.raw(_BY_SOURCE, drive.id, drive.community_id)
    return {
        Source(row["source"]): OfSource(row["gifts"], row["fen"], row["came_fen"]) for row in rows
    }
