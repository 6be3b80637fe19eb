"""Who may enter a route. Every route names a guard from here, or is marked `public`.

- `public`: everybody, also without signing in; written as `public=True` on the route.
- `signed_in`: any member who has signed in.
- `has_role(Role.COORDINATOR)`: a member who has that role; other members are refused.

A test walks the route table and rejects a route with neither.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

import community

MEMBER_KEY = "member_id"  # where the session keeps who signed in

public = {"public": True}

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]


class MemberMiddleware(ASGIMiddleware):
    """Find the member who makes the request; the rest finds them in `request.user`.

    The session only says who signed in. Whether that member is still there, and with which roles,
    is asked anew each time, so that a role taken away ends at once.
    """

    scopes = (ScopeType.HTTP,)
    exclude_by_opt_key = "skip_session"

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Look the member up, where a session names one."""
        scope["user"] = await _member(scope.get("session"))
        await next_app(scope, receive, send)


async def _member(session: Any) -> community.Member | None:
    named = session.get(MEMBER_KEY) if isinstance(session, dict) else None
    if not isinstance(named, str):
        return None
    try:
        return await community.member(UUID(named))
    except (ValueError, community.UnknownMember):
        return None


async def actor_of(connection: Connection) -> community.Actor | None:
    """Return who makes this request, with the roles that hold now; None for a visitor."""
    member: community.Member | None = connection.scope.get("user")
    return community.Actor(member.id, member.community_id, member.roles) if member else None


async def signed_in(connection: Connection, handler: BaseRouteHandler) -> None:  # noqa: ARG001 (Litestar's signature)
    """Let any signed-in member in. Raises 401 for a visitor."""
    if await actor_of(connection) is None:
        raise NotAuthorizedException("Sign in first.")


def has_role(*roles: community.Role) -> Guard:
    """Return a guard that lets in whoever has one of these roles.

    It raises 401 for a visitor and 403 for a member without such a role.
    """

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        await signed_in(connection, handler)
        actor = await actor_of(connection)
        if actor is None or actor.roles.isdisjoint(roles):
            raise PermissionDeniedException("This page is for " + " or ".join(roles) + ".")

    return guard
