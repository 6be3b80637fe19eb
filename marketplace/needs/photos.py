"""Reads the photograph of a need, for whoever may see its words."""

from uuid import UUID

from community import Actor, Role
from marketplace.needs.errors import NoPhotoOfNeed
from marketplace.needs.reading import authors
from marketplace.needs.tables import NeedPhotoRow
from marketplace.needs.values import Need, NeedState


async def sees_words(need: Need, by: Actor | None) -> bool:
    """Whether somebody, or a visitor, may read a need's words: a hidden one's authors and staff."""
    if need.state is not NeedState.HIDDEN:
        return True
    if by is None or by.community_id != need.community_id or by.on_behalf_of is not None:
        return False
    return Role.COORDINATOR in by.roles or by.member_id in await authors(need.id)


async def photo_of_need(need: Need, by: Actor | None) -> bytes:
    """Return the photograph of a need as JPEG. Raises `NoPhotoOfNeed`."""
    if await sees_words(need, by):
        rows = await NeedPhotoRow.raw(
            "SELECT image FROM need_photo WHERE need_id = {} AND community_id = {}",
            need.id,
            need.community_id,
        )
        if rows:
            image: bytes = rows[0]["image"]
            return image
    raise NoPhotoOfNeed


async def has_photo(need_id: UUID) -> bool:
    """Whether there is a photograph of a need."""
    rows = await NeedPhotoRow.raw("SELECT need_id FROM need_photo WHERE need_id = {}", need_id)
    return bool(rows)
