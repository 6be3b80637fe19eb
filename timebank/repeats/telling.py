"""Tells elders what becomes of what they ask for regularly, within the verb's transaction."""

from datetime import datetime
from typing import Final
from uuid import UUID

import community
from timebank.repeats.values import Missed, Repeat

_MISSED: Final = {
    Missed.MINUTES: "repeat.missed_minutes",
    Missed.RULES: "repeat.missed_rules",
    Missed.SERVICE: "repeat.missed_service",
    Missed.BUSY: "repeat.missed_busy",
}


async def tell_missed(repeat: Repeat, starts_at: datetime, why: Missed) -> None:
    """Tell the elder that nothing was asked for at one moment; later ones still are."""
    await _tell(repeat, _MISSED[why], {**_what(repeat), "at": starts_at})


async def tell_ended(repeat: Repeat, *, by: UUID | None) -> None:
    """Tell the elder that it was ended, unless they did it."""
    if by != repeat.elder_id:
        await _tell(repeat, "repeat.ended", _what(repeat))


async def _tell(repeat: Repeat, kind: str, fill: community.Fill) -> None:
    await community.tell(
        repeat.elder_id,
        kind,
        community_id=repeat.community_id,
        fill=fill,
        link="/time-bank/repeats",
    )


def _what(repeat: Repeat) -> dict[str, str]:
    return {"help_zh": repeat.care_service.name_zh, "help_en": repeat.care_service.name_en}
