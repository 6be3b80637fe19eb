"""A photograph of what was done, left by the volunteer at check-out if they like.

It comes here re-encoded, without what a camera writes of place and time: `image` is a JPEG.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import community
from community import Actor, DelegatedAct, policy_in_force
from timebank import visit_rows
from timebank.acting import at_the_desk, refuse_for_another
from timebank.beside import rules
from timebank.beside.errors import NoPhoto
from timebank.beside.tables import VisitPhotoRow
from timebank.errors import InvalidRequest, NotYours
from timebank.policy import PHOTO_DAYS
from timebank.refusals import one_transaction

IMAGE_BYTES_MAX: Final = 1024 * 1024
PHOTOS_AT_A_TIME: Final = 200
_LOOK: Final = frozenset({DelegatedAct.REQUEST, DelegatedAct.CONFIRM})

_KEEP: Final = """
INSERT INTO visit_photo (visit_id, community_id, volunteer_id, image, taken_at)
VALUES ({}, {}, {}, {}, {})
ON CONFLICT (visit_id) DO UPDATE SET image = excluded.image, taken_at = excluded.taken_at
"""

_CLEAR: Final = """
DELETE FROM visit_photo WHERE visit_id IN (
    SELECT visit_id FROM visit_photo JOIN visit ON visit.id = visit_id
    WHERE visit_photo.community_id = {} AND taken_at < {}
        AND visit.state IN ('confirmed', 'resolved', 'cancelled', 'no_show')
    ORDER BY taken_at LIMIT {})
RETURNING visit_id
"""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph of a visit, as JPEG."""

    image: bytes
    taken_at: datetime


async def add_photo(visit_id: UUID, image: bytes, *, by: Actor, at: datetime | None = None) -> None:
    """Leave a photograph with a visit; a second one takes the place of the first.

    Raises `NotYours`, `WrongState`, `InvalidRequest`, `UnknownVisit`.
    """
    refuse_for_another(by, "photograph")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        rules.check_photo(visit, by=by.member_id)
        if not 0 < len(image) <= IMAGE_BYTES_MAX:
            raise InvalidRequest("photo", "too long")
        await VisitPhotoRow.raw(
            _KEEP, visit.id, visit.community_id, by.member_id, image, at or datetime.now(UTC)
        )
        await community.record("photo.add", by=by, subject_kind="visit", subject_id=visit.id)


async def has_photo(visit_id: UUID, *, community_id: UUID) -> bool:
    """Whether there is a photograph of a visit."""
    rows = await VisitPhotoRow.raw(
        "SELECT 1 AS one FROM visit_photo WHERE community_id = {} AND visit_id = {}",
        community_id,
        visit_id,
    )
    return bool(rows)


async def photo(visit_id: UUID, *, by: Actor) -> Photo:
    """Return the photograph of a visit to its two sides, who looks after it for the elder, or desk.

    Raises `NotYours`, `NoPhoto`, `NotDelegated`, `UnknownVisit`.
    """
    if by.on_behalf_of is not None:
        await community.delegated(by, by.on_behalf_of, _LOOK)
    visit = await visit_rows.one(visit_id, community_id=by.community_id)
    theirs = {visit.elder_id} if by.on_behalf_of else {visit.elder_id, visit.volunteer_id}
    if by.principal not in theirs and not at_the_desk(by):
        raise NotYours("see")
    rows = await VisitPhotoRow.raw(
        "SELECT image, taken_at FROM visit_photo WHERE community_id = {} AND visit_id = {}",
        by.community_id,
        visit_id,
    )
    if not rows:
        raise NoPhoto(visit_id)
    return Photo(rows[0]["image"], rows[0]["taken_at"])


async def clear_photos(community_id: UUID, *, at: datetime, size: int = PHOTOS_AT_A_TIME) -> int:
    """Delete photographs that were kept long enough, of closed visits; return how many."""
    policy = await policy_in_force(community_id, at)
    before = at - timedelta(days=policy[PHOTO_DAYS])
    async with one_transaction():
        rows = await VisitPhotoRow.raw(_CLEAR, community_id, before, size)
        if rows:
            await community.record(
                "retention.clear",
                by=community.system(community_id),
                subject_kind="community",
                subject_id=community_id,
                details={"photos": len(rows)},
            )
    return len(rows)
