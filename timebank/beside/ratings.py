"""What both sides thought of a visit: read by the desk alone, published in sum only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
from community import Actor, DelegatedAct, Role
from timebank import visit_rows
from timebank.acting import at_the_desk, entitled, require_coordinator
from timebank.beside import rules
from timebank.beside.tables import VisitRatingRow
from timebank.errors import NotYours
from timebank.refusals import one_transaction
from timebank.values import Side

LOW_MAX: Final = 100
_CONFIRM: Final = frozenset({DelegatedAct.CONFIRM})

_RATE: Final = """
INSERT INTO visit_rating (visit_id, side, community_id, rater_id, rated_id, stars, words, rated_at,
    changed_at) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})
ON CONFLICT (visit_id, side) DO UPDATE SET stars = excluded.stars, words = excluded.words,
    changed_at = excluded.changed_at, seen_at = NULL, seen_by = NULL
"""

_OF_VISIT: Final = """
SELECT side, stars, visit_rating.words, rated_at, changed_at, seen_at, rater.name AS rater_name,
    rated.name AS rated_name, visit_id
FROM visit_rating JOIN member AS rater ON rater.id = rater_id
JOIN member AS rated ON rated.id = rated_id
WHERE visit_rating.community_id = {}
"""

# Each person's word weighs once, however often they were visited: first their own average.
_PUBLISHED: Final = """
SELECT rated_id, count(*) AS people, sum(mean) / count(*) AS average FROM (
    SELECT rated_id, rater_id, avg(stars) AS mean FROM visit_rating
    WHERE community_id = {} AND rated_id = ANY({}) AND side = 'elder'
    GROUP BY rated_id, rater_id) AS each_person
GROUP BY rated_id HAVING count(*) >= {}
"""


@dataclass(frozen=True, slots=True)
class Rating:
    """One side's word on a visit, for the desk and for whoever said it; the side is the rater's."""

    visit_id: UUID
    side: Side
    stars: int
    words: str
    rated_at: datetime
    changed_at: datetime
    seen_at: datetime | None
    rater_name: str
    rated_name: str


@dataclass(frozen=True, slots=True)
class Published:
    """What is published of a volunteer: the average in tenths of a star, and from how many."""

    tenths: int
    people: int


async def rate(
    visit_id: UUID, stars: int, words: str = "", *, by: Actor, at: datetime | None = None
) -> None:
    """Say how a visit was: the elder or who may confirm for them, or the volunteer.

    Once for each side; again within seven days, it is changed. Raises `NotYours`, `WrongState`,
    `RatingOver`, `InvalidRequest`, `NotDelegated`, `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        by = await entitled(by, DelegatedAct.CONFIRM, at)
        side = rules.side_of(visit, of=by.principal, hand=by.member_id)
        before = await _found(visit_id, side, by.community_id)
        first_at = before.rated_at if before else None
        rules.check_rate(visit, first_at=first_at, at=moment)
        rules.check_rating(stars, words)
        if before is not None and (before.stars, before.words) == (stars, words.strip()):
            return
        of_elder = side is Side.ELDER
        await VisitRatingRow.raw(
            _RATE,
            visit.id,
            side.value,
            visit.community_id,
            visit.elder_id if of_elder else visit.volunteer_id,
            visit.volunteer_id if of_elder else visit.elder_id,
            stars,
            words.strip(),
            first_at or moment,
            moment,
        )
        await community.record("rating.give", by=by, subject_kind="visit", subject_id=visit.id)


async def own_rating(visit_id: UUID, *, by: Actor) -> Rating | None:
    """Return what this side said of a visit; None where it has not. Raises `NotYours`."""
    if by.on_behalf_of is not None:
        await community.delegated(by, by.on_behalf_of, _CONFIRM)
    visit = await visit_rows.one(visit_id, community_id=by.community_id)
    side = rules.side_of(visit, of=by.principal, hand=by.member_id)
    return await _found(visit_id, side, by.community_id)


async def ratings_of_visit(visit_id: UUID, *, by: Actor) -> list[Rating]:
    """Return what both sides said of a visit, to the desk. Raises `NotYours`."""
    if not at_the_desk(by):
        raise NotYours("read ratings of")
    rows = await VisitRatingRow.raw(
        _OF_VISIT + " AND visit_id = {} ORDER BY side", by.community_id, visit_id
    )
    return [_rating(row) for row in rows]


async def low_ratings(by: Actor) -> list[Rating]:
    """Return low ratings that no coordinator has looked at, oldest first. Raises `NotYours`."""
    if Role.COORDINATOR not in by.roles:
        raise NotYours("read ratings of")
    rows = await VisitRatingRow.raw(
        _OF_VISIT + " AND stars <= {} AND seen_at IS NULL ORDER BY changed_at LIMIT {}",
        by.community_id,
        rules.STARS_LOW,
        LOW_MAX,
    )
    return [_rating(row) for row in rows]


async def mark_seen(visit_id: UUID, *, by: Actor, at: datetime | None = None) -> None:
    """Note that a coordinator, who is neither of the two, has looked at what was said of a visit.

    Raises `NotYours`, `UnknownVisit`.
    """
    require_coordinator(by, "read ratings of")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        if by.member_id in {visit.elder_id, visit.volunteer_id}:
            raise NotYours("read ratings of")
        rows = await VisitRatingRow.raw(
            "UPDATE visit_rating SET seen_at = {}, seen_by = {}"
            " WHERE community_id = {} AND visit_id = {} AND seen_at IS NULL RETURNING visit_id",
            at or datetime.now(UTC),
            by.member_id,
            by.community_id,
            visit_id,
        )
        if rows:
            await community.record("rating.see", by=by, subject_kind="visit", subject_id=visit_id)


async def published(volunteers: Iterable[UUID], *, community_id: UUID) -> dict[UUID, Published]:
    """Return what may be told of these volunteers; those whom too few people rated are left out."""
    rows = await VisitRatingRow.raw(
        _PUBLISHED, community_id, list(volunteers), rules.PUBLISHED_FROM
    )
    return {row["rated_id"]: Published(round(row["average"] * 10), row["people"]) for row in rows}


async def _found(visit_id: UUID, side: Side, community_id: UUID) -> Rating | None:
    rows = await VisitRatingRow.raw(
        _OF_VISIT + " AND visit_id = {} AND side = {}", community_id, visit_id, side.value
    )
    return _rating(rows[0]) if rows else None


def _rating(row: dict[str, object]) -> Rating:
    return Rating(**{**row, "side": Side(str(row["side"]))})  # type: ignore[arg-type]  # its columns
