"""Who makes a request, and the one guard that asks the table of acts whether they may."""

from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import (
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
)
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

import community
from app.acts import ACTS, Relation

MEMBER_KEY = "member_id"  # where the session keeps who signed in

Connection = ASGIConnection[Any, Any, Any, Any]


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


async def authorised(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let in whom the table of acts lets in; the one guard of every route.

    A route that names no act is refused to everybody. Raises 401 for a visitor where a member is
    asked for, 403 for a member whose roles the act is not for, and 404 where the address names a
    member out of their reach: it would otherwise say that there is such a member.
    """
    act = ACTS.get(handler.opt.get("act", ""))
    if act is None:
        raise PermissionDeniedException("This address is not open to anyone.")
    if act.public:
        return
    actor = await actor_of(connection)
    if actor is None:
        raise NotAuthorizedException("Sign in first.")
    reach = act.reach(actor.roles)
    if not reach:
        raise PermissionDeniedException(
            "This page is for " + " or ".join(sorted(who.value for who in act.who)) + "."
        )
    named = connection.path_params.get("member_id")
    if named is not None and not await _reaches(actor, reach, named):
        raise NotFoundException("There is no such page.")


async def _reaches(actor: community.Actor, reach: frozenset[Relation], member_id: UUID) -> bool:
    """Return whether the act, as far as these roles reach, touches this member."""
    if Relation.COMMUNITY in reach:
        try:
            found = await community.member(member_id)
        except community.UnknownMember:
            return False
        return found.community_id == actor.community_id
    return member_id == actor.member_id
