"""Verbs of what needs attention: said or found, answered, mended, joined under another."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor, Role
from marketplace.aftercare import photos, rows, rules, telling
from marketplace.aftercare.beginning import begun
from marketplace.aftercare.custodians import looks_after
from marketplace.aftercare.errors import NotACustodian, UnknownAttention
from marketplace.aftercare.tables import AttentionMoveRow, AttentionRow
from marketplace.aftercare.values import (
    Aftercare,
    Attention,
    AttentionId,
    AttentionMove,
    AttentionState,
)
from marketplace.needs.standing import Standing, oneself, resident_standing
from marketplace.refusals import verb

_RAISE: Final = """
INSERT INTO attention (id, community_id, project_id, words, raised_by, entered_by, call_id,
    consent_id, check_id)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT (id) DO NOTHING RETURNING id
"""

_STEP: Final = """
INSERT INTO attention_move (attention_id, community_id, state, words, moved_by)
VALUES ({}, {}, {}, {}, {})
"""

# Whoever said it, and whoever said what was joined under it.
_RAISERS: Final = """
SELECT DISTINCT raised_by FROM attention WHERE community_id = {} AND (id = {} OR into_id = {})
"""


_ACTS: Final[Mapping[AttentionState, str]] = {
    AttentionState.ANSWERED: "answer",
    AttentionState.MENDED: "mend",
    AttentionState.JOINED: "join",
    AttentionState.HIDDEN: "hide",
    AttentionState.OPEN: "reopen",
}


async def raise_attention(
    project_id: UUID,
    words: str,
    *,
    by: Actor,
    id: UUID | None = None,  # noqa: A002 (the row's name)
    images: Sequence[bytes] = (),
    call_id: UUID | None = None,
) -> Attention:
    """Say that something at a finished project needs attention; custodians are told.

    With `call_id` a caller does, by their own word of that call. The same `id` again returns what
    was said. Raises `NotAResident`, `NotForAnother`, `NotYourDesk`, `NoWordGiven`, `NotDelivered`,
    `WordsMissing`, `TooLong`, `TooManyPhotos`, `UnknownProject`.
    """
    said = rules.text("words", words)
    rules.photos(images)
    async with verb():
        whose = await resident_standing(by, call_id)
        care = await begun(project_id, by=by)
        key = AttentionId(id or ledger.new_id())
        known = await rows.attentions("id = {}", key, community_id=care.community_id)
        if known:
            if (known[0].raised_by, known[0].project_id) != (whose.member_id, care.project_id):
                raise UnknownAttention
            return known[0]
        return await open_attention(care, said, whose, by=by, key=key, images=images)


async def open_attention(  # noqa: PLR0913 (what is found has these parts)
    care: Aftercare,
    words: str,
    whose: Standing,
    *,
    by: Actor,
    key: AttentionId | None = None,
    images: Sequence[bytes] = (),
    check_id: UUID | None = None,
) -> Attention:
    """Put something on the list; within the transaction in which the aftercare was locked."""
    attention_id = key or AttentionId(ledger.new_id())
    await AttentionRow.raw(
        _RAISE,
        attention_id,
        care.community_id,
        care.project_id,
        words,
        whose.member_id,
        whose.entered_by,
        whose.call_id,
        whose.consent_id,
        check_id,
    )
    await photos.keep(
        images,
        care.project_id,
        community_id=care.community_id,
        added_by=whose.member_id,
        attention_id=attention_id,
    )
    said_by = whose.member_id if whose.entered_by is not None else None
    await _note("raise", care, attention_id, by, member=said_by)
    whom = await telling.coordinators(care.community_id)
    await telling.tell(
        (whom | await telling.hands(care, datetime.now(UTC))) - {whose.member_id},
        "attention.raised",
        care,
        by=by,
        fill={"words": words},
        link=page(care.project_id, attention_id),
    )
    return await rows.attention(
        attention_id, project_id=care.project_id, community_id=care.community_id
    )


async def answer_attention(
    project_id: UUID, attention_id: UUID, words: str, *, mended: bool, by: Actor
) -> Attention:
    """Answer what needs attention, or say how it was mended; whoever said it is told.

    Custodians and coordinators do. Mended again with the same words changes nothing. Raises
    `NotForAnother`, `NotACustodian`, `AttentionMoved`, `WordsMissing`, `TooLong`,
    `UnknownAttention`, `NotDelivered`.
    """
    said = rules.text("words", words)
    state = AttentionState.MENDED if mended else AttentionState.ANSWERED
    async with verb():
        care, one = await _held(project_id, attention_id, by)
        if one.state is state:
            last = (await moves_of(one))[-1]
            if (last.by, last.words) == (by.member_id, said):
                return one
        rules.move(one.state, state)
        await _move(care, one, state, said, by=by)
        kind = "attention.mended" if mended else "attention.answered"
        raisers = await AttentionRow.raw(_RAISERS, care.community_id, one.id, one.id)
        await telling.tell(
            {row["raised_by"] for row in raisers},
            kind,
            care,
            by=by,
            fill={"words": said},
            link=page(care.project_id, one.id),
        )
        return await _read(care, one)


async def join_attention(
    project_id: UUID, attention_id: UUID, into_id: UUID, *, by: Actor
) -> Attention:
    """Let one thing go on under another that says the same; what was joined under it goes along.

    Custodians and coordinators do; whoever said it is told. Joined already, it changes nothing.
    Raises `NotForAnother`, `NotACustodian`, `NotToJoin`, `AttentionMoved`, `UnknownAttention`,
    `NotDelivered`.
    """
    async with verb():
        care, one = await _held(project_id, attention_id, by)
        into = await rows.attention(
            into_id, project_id=care.project_id, community_id=care.community_id
        )
        if one.state is AttentionState.JOINED and one.into_id == into.id:
            return one
        rules.joining(one, into)
        await AttentionRow.raw(
            "UPDATE attention SET into_id = {} WHERE community_id = {} AND into_id = {}",
            into.id,
            care.community_id,
            one.id,
        )
        await _move(care, one, AttentionState.JOINED, "", by=by, into=into.id)
        await telling.tell(
            {one.raised_by},
            "attention.joined",
            care,
            by=by,
            link=page(care.project_id, into.id),
        )
        return await _read(care, one)


async def part_attention(project_id: UUID, attention_id: UUID, *, by: Actor) -> Attention:
    """Take what was joined apart again: it is open once more. Apart already, it changes nothing.

    Raises `NotForAnother`, `NotACustodian`, `UnknownAttention`, `NotDelivered`.
    """
    async with verb():
        care, one = await _held(project_id, attention_id, by)
        if one.state is AttentionState.JOINED:
            await _move(care, one, AttentionState.OPEN, "", by=by)
        return await _read(care, one)


async def hide_attention(
    project_id: UUID, attention_id: UUID, why: str, *, by: Actor, hidden: bool = True
) -> Attention:
    """Hide words and photographs that break the rules, or show them again; coordinators do.

    That something stood there, and the reason, stay to be seen. Raises `NotForAnother`,
    `NotACustodian`, `AttentionMoved`, `WordsMissing`, `TooLong`, `UnknownAttention`,
    `NotDelivered`.
    """
    said = rules.text("why", why)
    state = AttentionState.HIDDEN if hidden else AttentionState.OPEN
    async with verb():
        care, one = await _held(project_id, attention_id, by)
        if Role.COORDINATOR not in by.roles:
            raise NotACustodian
        if hidden == (one.state is AttentionState.HIDDEN):
            return one
        rules.move(one.state, state)
        await _move(care, one, state, said, by=by)
        await telling.tell(
            {one.raised_by},
            "attention.hidden" if hidden else "attention.shown",
            care,
            by=by,
            fill={"why": said},
            link=page(care.project_id, one.id),
        )
        return await _read(care, one)


async def moves_of(one: Attention) -> list[AttentionMove]:
    """Return what was answered to it and done about it, oldest first."""
    found = await AttentionMoveRow.raw(
        "SELECT state, words, moved_by, moved_at FROM attention_move"
        " WHERE community_id = {} AND attention_id = {} ORDER BY seq",
        one.community_id,
        one.id,
    )
    return [
        AttentionMove(AttentionState(row["state"]), row["words"], row["moved_by"], row["moved_at"])
        for row in found
    ]


def page(project_id: UUID, attention_id: UUID) -> str:
    """Return the address of something that needs attention."""
    return f"/projects/{project_id}/attention/{attention_id}"


async def _held(project_id: UUID, attention_id: UUID, by: Actor) -> tuple[Aftercare, Attention]:
    """Return it to whoever looks after the project, which stays locked."""
    oneself(by)
    care = await rows.locked(project_id, community_id=by.community_id)
    await looks_after(care, by)
    return care, await rows.attention(
        attention_id, project_id=care.project_id, community_id=care.community_id
    )


async def _read(care: Aftercare, one: Attention) -> Attention:
    return await rows.attention(one.id, project_id=care.project_id, community_id=care.community_id)


async def _move(
    care: Aftercare,
    one: Attention,
    state: AttentionState,
    words: str,
    *,
    by: Actor,
    into: UUID | None = None,
) -> None:
    await AttentionRow.raw(
        "UPDATE attention SET state = {}, into_id = {} WHERE community_id = {} AND id = {}",
        state.value,
        into,
        care.community_id,
        one.id,
    )
    await AttentionMoveRow.raw(_STEP, one.id, care.community_id, state.value, words, by.member_id)
    await _note(_ACTS[state], care, one.id, by)


async def _note(
    act: str, care: Aftercare, attention_id: UUID, by: Actor, *, member: UUID | None = None
) -> None:
    await community.record(
        f"attention.{act}",
        by=by,
        subject_kind="project",
        subject_id=care.project_id,
        details={"attention": attention_id} | ({"member": member} if member else {}),
    )
