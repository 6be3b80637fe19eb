"""Who may do what to a visit: what the verbs ask before they change anything."""

from datetime import datetime
from typing import Final

import community
from community import Actor, DelegatedAct, Role
from timebank.errors import NotYours

DESK: Final = frozenset({Role.COORDINATOR, Role.PHONE_OPERATOR})


def at_the_desk(by: Actor) -> bool:
    """Whether somebody acts as the community's desk, in their own name."""
    return by.on_behalf_of is None and not DESK.isdisjoint(by.roles)


def require_desk(by: Actor, act: str) -> None:
    """Raise `NotYours` for whoever is not at the desk."""
    if not at_the_desk(by):
        raise NotYours(act)


def require_coordinator(by: Actor, act: str) -> None:
    """Raise `NotYours` for whoever is no coordinator, or acts for another."""
    if by.on_behalf_of is not None or Role.COORDINATOR not in by.roles:
        raise NotYours(act)


def refuse_for_another(by: Actor, act: str) -> None:
    """Refuse what only volunteers do: nobody's hours are given by another."""
    if by.on_behalf_of is not None:
        raise NotYours(act)


async def entitled(by: Actor, act: DelegatedAct, at: datetime | None) -> Actor:
    """Return who acts, once more sure of the consent where it is for another.

    Raises `community.NotDelegated`.
    """
    if by.on_behalf_of is None:
        return by
    return await community.acting_for(by, by.on_behalf_of, act, at=at)
