"""Tells people what happened to a slot of a project's work, within the verb's transaction."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import community
from community import Actor, Fill
from marketplace.work.values import Slot

NEAR: Final = timedelta(days=1)


def page(slot: Slot) -> str:
    """Return where a slot's page is."""
    return f"/projects/{slot.project_id}/work/{slot.id}"


async def tell_cancelled(slot: Slot, members: Iterable[UUID], *, by: Actor, at: datetime) -> None:
    """Tell everybody who signed up, but not who called it off, that the slot does not take place.

    A slot without a reason ended with its project.
    """
    whom = set(members)
    await settle(slot, whom)
    fill: dict[str, str | int | datetime] = {"title": slot.title, "at": slot.starts_at}
    if slot.reason:
        fill["why"] = slot.reason
    kind = "work.cancelled" if slot.reason else "work.stopped"
    await _tell(slot, whom - {by.member_id}, kind, fill, urgent=slot.starts_at - at < NEAR)


async def tell_soon(slot: Slot, members: Iterable[UUID]) -> None:
    """Remind those who signed up that their slot is near."""
    fill: Fill = {"title": slot.title, "at": slot.starts_at, "place": slot.place}
    await _tell(slot, members, "work.soon", fill)


async def tell_over(slot: Slot, members: Iterable[UUID]) -> None:
    """Ask those who look after a slot to write down who came."""
    fill: Fill = {"title": slot.title, "people": slot.waits}
    await _tell(slot, members, "work.over", fill)


async def tell_confirmed(slot: Slot, member_id: UUID, minutes: int) -> None:
    """Tell somebody how many minutes are theirs for their help."""
    await settle(slot, [member_id])
    fill: Fill = {"title": slot.title, "minutes": minutes}
    await _tell(slot, [member_id], "work.confirmed", fill)


async def tell_missed(slot: Slot, member_id: UUID) -> None:
    """Tell somebody that they were written down as not having come, so that they can object."""
    await settle(slot, [member_id])
    await _tell(slot, [member_id], "work.missed", {"title": slot.title, "at": slot.starts_at})


async def tell_corrected(slot: Slot, member_id: UUID, minutes: int, why: str) -> None:
    """Tell somebody that what was written down of their help was wrong, and what holds now."""
    await settle(slot, [member_id])
    fill: Fill = {"title": slot.title, "minutes": minutes, "why": why}
    await _tell(slot, [member_id], "work.corrected", fill)


async def tell_lapsed(slot: Slot, members: Iterable[UUID]) -> None:
    """Tell who had signed up that nobody wrote down in time whether they came."""
    whom = sorted(set(members))
    await settle(slot, whom)
    await _tell(slot, whom, "work.lapsed", {"title": slot.title})


async def settle(slot: Slot, members: Iterable[UUID]) -> None:
    """Mark as read what these were told of the slot: it is no news any more."""
    await community.settle_messages_of(
        sorted(set(members)), page(slot), community_id=slot.community_id
    )


async def _tell(
    slot: Slot, members: Iterable[UUID], kind: str, fill: Fill, *, urgent: bool = False
) -> None:
    await community.tell_all(
        sorted(set(members)),
        kind,
        community_id=slot.community_id,
        fill=fill,
        link=page(slot),
        urgent=urgent,
    )
