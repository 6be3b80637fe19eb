"""The verbs of those who raise needs: raise one, mend its words, withdraw it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import community
import ledger
from community import Actor
from marketplace.needs import rules
from marketplace.needs.alike.noting import note_terms
from marketplace.needs.categories import require_category
from marketplace.needs.errors import BadPhoto, FormReused, UnknownPlace
from marketplace.needs.moving import locked, move, step
from marketplace.needs.reading import authors, read_need
from marketplace.needs.standing import Standing, oneself, resident_standing
from marketplace.needs.tables import NeedAuthorRow, NeedPhotoRow, NeedRow, NeedVersionRow
from marketplace.needs.telling import tell_edited
from marketplace.needs.values import Need, NeedDraft, NeedId, NeedState
from marketplace.refusals import verb

PHOTO_BYTES_MAX: Final = 1024 * 1024
"""The most bytes of a photograph as it is stored: a JPEG of our own making."""

# No key is named: of one form sent twice at once, the second may meet the first at either.
_RAISE: Final = """
INSERT INTO need (id, community_id, area_id, category, title, story, place, raised_by, entered_by,
    call_id, consent_id)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT DO NOTHING RETURNING id
"""

_VERSION: Final = """
INSERT INTO need_version (need_id, number, community_id, area_id, category, title, story, place,
    written_by)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})
"""

_PHOTO: Final = """
INSERT INTO need_photo (need_id, community_id, image, added_by) VALUES ({}, {}, {}, {})
ON CONFLICT ON CONSTRAINT one_photo_for_each_need DO UPDATE SET image = excluded.image,
    added_by = excluded.added_by, added_at = clock_timestamp()
"""


async def raise_need(
    said: NeedDraft,
    *,
    by: Actor,
    id: UUID | None = None,  # noqa: A002 (the row's name)
    photo: bytes | None = None,
    call_id: UUID | None = None,
) -> Need:
    """Raise a need, in one's own name or, with `call_id`, on a caller's own word of that call.

    The same `id` again returns the need that it raised. `photo` is a JPEG without what a camera
    writes. Raises `NotAResident`, `NotForAnother`, `NotYourDesk`, `NoWordGiven`, `WordsMissing`,
    `TooLong`, `UnknownCategory`, `UnknownPlace`, `BadPhoto`, `FormReused`.
    """
    draft = rules.draft(said)
    _check_photo(photo)
    key = NeedId(id or ledger.new_id())
    async with verb():
        whose = await resident_standing(by, call_id)
        await _check_places(draft, by.community_id)
        if not await _insert(key, draft, whose, by):
            return await _raised_before(key, whose, by)
        need = await read_need(key, community_id=by.community_id)
        await NeedAuthorRow.raw(
            "INSERT INTO need_author (need_id, member_id, community_id) VALUES ({}, {}, {})",
            key,
            whose.member_id,
            by.community_id,
        )
        await step(need, NeedState.RAISED, by=by)
        await _keep_version(need, by)
        await note_terms(need)
        if photo is not None:
            await NeedPhotoRow.raw(_PHOTO, key, by.community_id, photo, whose.member_id)
        await note("raise", need, by, details={"photo": photo is not None, **_rests_on(whose)})
    return need


async def edit_need(
    need_id: UUID,
    said: NeedDraft,
    *,
    by: Actor,
    version: int,
    photo: bytes | None = None,
    remove_photo: bool = False,
) -> Need:
    """Change a need's words before its screening begins; what it said before is kept.

    `version` is what the author had before them; where another author was faster it is refused.
    Whoever seconds it is told. Raises `NotAnAuthor`, `NeedMoved`, `WordsMissing`, `TooLong`,
    `UnknownCategory`, `UnknownPlace`, `BadPhoto`, `UnknownNeed`.
    """
    oneself(by)
    draft = rules.draft(said)
    _check_photo(photo)
    async with verb():
        need = await locked(need_id, community_id=by.community_id)
        rules.author(by.member_id, await authors(need.id))
        before = NeedDraft(need.title, need.story, need.category, need.place, need.area_id)
        sent_again = draft == before  # the same form twice: its words stand already
        rules.editing(need.state, version=need.version if sent_again else version, now=need.version)
        await require_category(draft.category, community_id=by.community_id, kept=need.category)
        await _check_area(draft, by.community_id)
        if photo is not None:
            await NeedPhotoRow.raw(_PHOTO, need.id, by.community_id, photo, by.member_id)
        elif remove_photo:
            await NeedPhotoRow.raw("DELETE FROM need_photo WHERE need_id = {}", need.id)
        if sent_again and photo is None and not remove_photo:
            return need
        if not sent_again:
            await _rewrite(need, draft)
        changed = await read_need(need.id, community_id=by.community_id)
        if not sent_again:
            await _keep_version(changed, by)
            await note_terms(changed)
            await tell_edited(changed, by=by)
        await note("edit", changed, by, details={"version": changed.version})
    return changed


async def withdraw_need(need_id: UUID, why: str, *, by: Actor) -> Need:
    """Withdraw a need with a reason, before it stands in a round.

    Where others raised it too, only this author leaves and the need goes on; the last one withdraws
    it. Raises `NotAnAuthor`, `NeedMoved`, `WordsMissing`, `TooLong`, `UnknownNeed`.
    """
    oneself(by)
    reason = rules.text("why", why)
    async with verb():
        need = await locked(need_id, community_id=by.community_id)
        standing_by = await authors(need.id)
        rules.author(by.member_id, standing_by)
        rules.move(need.state, NeedState.WITHDRAWN)
        if len(standing_by) == 1:
            await move(need, NeedState.WITHDRAWN, by=by, why=reason)
        else:
            await NeedAuthorRow.raw(
                "UPDATE need_author SET left_at = clock_timestamp()"
                " WHERE need_id = {} AND member_id = {}",
                need.id,
                by.member_id,
            )
            await note("leave", need, by)
        return await read_need(need.id, community_id=by.community_id)


async def note(
    act: str, need: Need, by: Actor, *, details: Mapping[str, Any] | None = None
) -> None:
    """Add what was done to a need to the community's trail."""
    await community.record(
        f"need.{act}", by=by, subject_kind="need", subject_id=need.id, details=details
    )


def _rests_on(whose: Standing) -> dict[str, Any]:
    if whose.entered_by is None:
        return {}
    return {"member": whose.member_id, "call": whose.call_id, "consent": whose.consent_id}


def _check_photo(photo: bytes | None) -> None:
    if photo is not None and not 0 < len(photo) <= PHOTO_BYTES_MAX:
        raise BadPhoto(PHOTO_BYTES_MAX)


async def _check_places(draft: NeedDraft, community_id: UUID) -> None:
    await require_category(draft.category, community_id=community_id)
    await _check_area(draft, community_id)


async def _check_area(draft: NeedDraft, community_id: UUID) -> None:
    """Refuse a place outside the community: a grid of another is none of its affairs."""
    if draft.area_id in {None, community_id}:
        return
    if draft.area_id not in {one.id for one in await community.grids(community_id)}:
        raise UnknownPlace


async def _insert(key: NeedId, draft: NeedDraft, whose: Standing, by: Actor) -> bool:
    raised = await NeedRow.raw(
        _RAISE,
        key,
        by.community_id,
        draft.area_id,
        draft.category,
        draft.title,
        draft.story,
        draft.place,
        whose.member_id,
        whose.entered_by,
        whose.call_id,
        whose.consent_id,
    )
    return bool(raised)


async def _raised_before(key: NeedId, whose: Standing, by: Actor) -> Need:
    """Return the need that this form raised before; the first stands."""
    rows = await NeedRow.raw(
        "SELECT id FROM need WHERE id = {} AND community_id = {} AND raised_by = {}",
        key,
        by.community_id,
        whose.member_id,
    )
    if not rows:
        raise FormReused(key)
    return await read_need(key, community_id=by.community_id)


async def _rewrite(need: Need, draft: NeedDraft) -> None:
    await NeedRow.raw(
        "UPDATE need SET title = {}, story = {}, category = {}, place = {}, area_id = {},"
        " version = version + 1 WHERE id = {}",
        draft.title,
        draft.story,
        draft.category,
        draft.place,
        draft.area_id,
        need.id,
    )


async def _keep_version(need: Need, by: Actor) -> None:
    await NeedVersionRow.raw(
        _VERSION,
        need.id,
        need.version,
        need.community_id,
        need.area_id,
        need.category,
        need.title,
        need.story,
        need.place,
        need.raised_by if need.version == 1 else by.member_id,
    )
