"""Who may enter a route. Every route names a guard from here, or is marked `public`.

- `public`: everybody, also without signing in; written as `opt=public` on the route.
- `signed_in`: any member who has signed in.
- `has_role("coordinator")`: a member who has that role; other members are refused.

A test walks the route table and rejects a route with neither.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

MEMBER_KEY = "member_id"  # where the session keeps who signed in

public = {"public": True}

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]


@dataclass(frozen=True)
class Actor:
    """The member who makes a request, with the roles that count now."""

    member_id: UUID
    roles: frozenset[str] = frozenset()


FindActor = Callable[[UUID], Awaitable[Actor | None]]


async def nobody(member_id: UUID) -> Actor | None:  # noqa: ARG001 (the shape of FindActor)
    """Find no member: what an app without a member register does."""
    return None


async def actor_of(connection: Connection) -> Actor | None:
    """Return who makes this request, or None for a visitor; looked up once a request.

    The session only says who signed in. Whether that member is still there, and with which roles,
    is asked anew each time, so that a role taken away ends at once.
    """
    if "actor" not in connection.scope["state"]:
        connection.scope["state"]["actor"] = await _look_up(connection)
    actor: Actor | None = connection.scope["state"]["actor"]
    return actor


async def _look_up(connection: Connection) -> Actor | None:
    try:
        member_id = UUID(connection.session[MEMBER_KEY])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    find: FindActor = connection.app.state.find_actor
    return await find(member_id)


async def signed_in(connection: Connection, handler: BaseRouteHandler) -> None:  # noqa: ARG001 (Litestar's signature)
    """Let any signed-in member in. Raises 401 for a visitor."""
    if await actor_of(connection) is None:
        raise NotAuthorizedException("Sign in first.")


def has_role(*roles: str) -> Guard:
    """Return a guard that lets in whoever has one of these roles.

    It raises 401 for a visitor and 403 for a member without such a role.
    """

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        await signed_in(connection, handler)
        actor = await actor_of(connection)
        if actor is None or actor.roles.isdisjoint(roles):
            raise PermissionDeniedException("This page is for " + " or ".join(roles) + ".")

    return guard
