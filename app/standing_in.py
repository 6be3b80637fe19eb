"""Acting for another on the pages: who is acted for, where those pages are, what they may show.

There is no mode to forget: every such page has the other member's id in its address, and says at
its top for whom one acts.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.exceptions import NotFoundException

import community
from app.neighbourhood import acting
from community import Actor, Consent, DelegatedAct, Delegation, Member

AnyRequest = Request[Any, Any, Any]
OWN_PLACE = "/time-bank"


@dataclass(frozen=True, slots=True)
class ActedFor:
    """Whom a page is about, where its reader acts for another; and what was agreed to."""

    member: Member
    delegation: Delegation
    last_day: date

    @property
    def name(self) -> str:
        """The other's name."""
        return self.member.name

    @property
    def href(self) -> str:
        """Where what can be done for them begins."""
        return f"/for/{self.member.id}"

    @property
    def consent(self) -> Consent:
        """What they agreed to."""
        return self.delegation.consent

    def may(self, act: str) -> bool:
        """Whether this act was agreed to: `request`, `confirm` or `passbook`."""
        return DelegatedAct(act) in self.delegation.acts


def place_of(by: Actor) -> str:
    """Return where the pages are of the member whose affair it is."""
    return OWN_PLACE if by.on_behalf_of is None else f"/for/{by.on_behalf_of}"


async def standing_in(request: AnyRequest, member_id: UUID) -> Actor:
    """Return who acts for the member that the address names; plainly oneself, where it is oneself.

    Raises 404 where nothing was delegated; each verb asks for the act of its own.
    """
    by = await acting(request)
    if member_id == by.member_id:
        return by
    try:
        return await community.delegated(by, member_id, frozenset(DelegatedAct))
    except community.NotDelegated as error:
        raise NotFoundException from error


async def acted_for(by: Actor) -> ActedFor | None:
    """Return whom this actor acts for, for the page's top; None who acts for themselves.

    Raises 404 where the delegation has ended meanwhile.
    """
    if by.on_behalf_of is None:
        return None
    try:
        found = await community.delegation_in_force(by, by.on_behalf_of)
    except community.NotDelegated as error:
        raise NotFoundException from error
    home = await community.community(by.community_id)
    return ActedFor(
        await community.member(by.on_behalf_of), found, found.last_day(ZoneInfo(home.time_zone))
    )
