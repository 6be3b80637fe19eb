"""Photographs of checks and of what needs attention: kept in a verb's transaction, and read."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import ledger
from community import Actor
from marketplace.aftercare import rows
from marketplace.aftercare.errors import UnknownAftercarePhoto
from marketplace.aftercare.reading import sees_words
from marketplace.aftercare.tables import AftercarePhotoRow

_KEEP: Final = """
INSERT INTO aftercare_photo (id, community_id, project_id, check_id, attention_id, image, added_by)
VALUES ({}, {}, {}, {}, {}, {}, {})
"""


async def keep(
    images: Sequence[bytes],
    project_id: UUID,
    *,
    community_id: UUID,
    added_by: UUID,
    check_id: UUID | None = None,
    attention_id: UUID | None = None,
) -> None:
    """Keep JPEG photographs of a check or of something that needs attention."""
    for image in images:
        await AftercarePhotoRow.raw(
            _KEEP,
            ledger.new_id(),
            community_id,
            project_id,
            check_id,
            attention_id,
            image,
            added_by,
        )


async def aftercare_photo(
    project_id: UUID, photo_id: UUID, by: Actor | None, *, community_id: UUID
) -> bytes:
    """Return a photograph as JPEG; of what is hidden, to those alone who may read its words.

    Raises `UnknownAftercarePhoto`.
    """
    found = await AftercarePhotoRow.raw(
        "SELECT image, attention_id FROM aftercare_photo"
        " WHERE community_id = {} AND project_id = {} AND id = {}",
        community_id,
        project_id,
        photo_id,
    )
    if not found:
        raise UnknownAftercarePhoto
    (row,) = found
    if row["attention_id"] is not None:
        one = await rows.attention(
            row["attention_id"], project_id=project_id, community_id=community_id
        )
        if not sees_words(one, by):
            raise UnknownAftercarePhoto
    image: bytes = row["image"]
    return image
