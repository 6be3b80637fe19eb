"""Which community a page is about, and who acts there."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException

import community
from app.guards import actor_of

AnyConnection = ASGIConnection[Any, Any, Any, Any]


async def acting(connection: AnyConnection) -> community.Actor:
    """Return the member who acts, with community and roles. Raises 401 for a visitor."""
    seen = await actor_of(connection)
    if seen is None:
        raise NotAuthorizedException("Sign in first.")
    return seen


async def roles_shown(connection: AnyConnection) -> frozenset[community.Role]:
    """Return the roles of whoever looks, to show only the buttons that would work."""
    seen = await actor_of(connection)
    return seen.roles if seen else frozenset()


async def community_shown(connection: AnyConnection) -> community.Community:
    """Return whose pages to show: the member's own community, else the first one there is.

    Raises 404 where there is none at all.
    """
    seen = await actor_of(connection)
    if seen is not None:
        return await community.community(seen.community_id)
    known = await community.communities()
    if not known:
        raise NotFoundException("There is no community here yet.")
    return known[0]
