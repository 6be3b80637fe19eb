"""Tells volunteers what the desk decided about them, within the verb's transaction."""

from typing import Final

import community
from timebank.care.values import Volunteer

_PAGE: Final = "/me/volunteering"


async def tell_approved(one: Volunteer) -> None:
    """Tell somebody that they can help now, or go on."""
    await community.tell(
        one.member_id, "volunteer.approved", community_id=one.community_id, link=_PAGE
    )


async def tell_declined(one: Volunteer, why: str) -> None:
    """Tell somebody that they were not accepted, with the desk's reason."""
    await community.tell(
        one.member_id,
        "volunteer.declined",
        community_id=one.community_id,
        fill={"why": why},
        link=_PAGE,
    )


async def tell_paused(one: Volunteer, why: str) -> None:
    """Tell a volunteer that they accept no visits for now, with the desk's reason."""
    await community.tell(
        one.member_id,
        "volunteer.paused",
        community_id=one.community_id,
        fill={"why": why},
        link=_PAGE,
    )
