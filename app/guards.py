"""Who makes a request, and the one guard that asks the table of acts whether they may."""

from dataclasses import dataclass, replace
from typing import Any, Final
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
from app import forgery, sessions
from app.acts import ACTS, LEAVES_NO_TRACE, Act, Relation
from app.addresses import address_of
from app.sessions import Session

_SEEN: Final = "linli.seen"  # where a request keeps who makes it

Connection = ASGIConnection[Any, Any, Any, Any]


class SecondFactorWanted(PermissionDeniedException):
    """The act is for a role of staff that the member has, but without a second factor it rests."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """Who makes a request, and the staff roles that rest until a second factor is given."""

    actor: community.Actor
    resting: frozenset[community.Role]


class MemberMiddleware(ASGIMiddleware):
    """Find the session and the member who makes the request.

    The rest finds the session in `request.auth`, and in `request.user` the member, who is None
    also while a second factor is waited for. Whether the member is still there, and with which
    roles, is asked anew each time, so that leaving and a role taken away count at once.
    """

    scopes = (ScopeType.HTTP,)
    exclude_by_opt_key = "skip_session"

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Look the session and its member up, where the browser has a cookie."""
        connection: Connection = ASGIConnection(scope, receive, send)
        forgery.bind(connection)
        scope["auth"], scope["user"] = None, None
        token = connection.cookies.get(forgery.session_cookie())
        session = await sessions.find(token) if token else None
        if session is not None:
            await _see(connection, session)
        await next_app(scope, receive, send)


async def _see(connection: Connection, session: Session) -> None:
    """Keep with the request who makes it, if the session still stands for an active member."""
    try:
        member = await community.member(session.member_id)
    except community.UnknownMember:
        return
    if member.standing is not community.Standing.ACTIVE or session.how is sessions.How.DESK:
        return
    actor = community.Actor(member.id, member.community_id, member.roles)
    if session.working_at is not None:
        actor = await community.actor(member.id, session.working_at) or actor
    if await sessions.over_for_staff(session, member, actor.roles | member.roles):
        return
    if not _leaves_no_trace(connection):
        await sessions.touch(session)
    scope = connection.scope
    scope["auth"] = session
    if session.waits_for_second_factor:
        return
    scope["user"] = member
    resting = frozenset() if session.opens_staff_roles else actor.roles & community.STAFF
    actor = replace(actor, roles=actor.roles - resting, address=address_of(connection))
    scope["state"][_SEEN] = _Seen(actor, resting)


def _leaves_no_trace(connection: Connection) -> bool:
    """Say whether the request is for an act of which nothing is written down."""
    handler = connection.scope.get("route_handler")
    return handler is not None and handler.opt.get("act") in LEAVES_NO_TRACE


async def actor_of(connection: Connection) -> community.Actor | None:
    """Return who makes this request, with the roles that hold now; None for a visitor.

    The community and the roles are those of the place that the session works in. Roles of staff
    count only once the session has had its second factor.
    """
    seen: _Seen | None = connection.scope["state"].get(_SEEN)
    return seen.actor if seen else None


def roles_of(connection: Connection) -> frozenset[community.Role] | None:
    """Return the roles that count for whoever makes this request, for templates; None: a visitor.

    Also where no route answers: whoever makes the request was then never looked for.
    """
    seen: _Seen | None = connection.scope["state"].get(_SEEN)
    return seen.actor.roles if seen else None


async def resting_roles(connection: Connection) -> frozenset[community.Role]:
    """Return the staff roles that the member has, but that rest until a second factor is given."""
    seen: _Seen | None = connection.scope["state"].get(_SEEN)
    return seen.resting if seen else frozenset()


async def work_in(connection: Connection, community_id: UUID | None) -> None:
    """Let this session work in another community from the next request on; None is one's own.

    For staff of an area above communities. Raises `UnknownCommunity` where no role holds there.
    """
    session: Session | None = connection.scope.get("auth")
    member: community.Member | None = connection.scope.get("user")
    if session is None or member is None:
        raise NotAuthorizedException("Sign in first.")
    if community_id == member.community_id:
        community_id = None
    if community_id is not None and await community.actor(member.id, community_id) is None:
        raise community.UnknownCommunity(community_id)
    await sessions.set_working_community(session.id, community_id)


async def authorised(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let in whom the table of acts lets in; the one guard of every route.

    A route that names no act is refused to everybody. Raises 401 for a visitor where a member is
    asked for, 403 for a member whose roles the act is not for (as `SecondFactorWanted` where they
    only rest), and 404 where the address names a member out of their reach: it would otherwise say
    that there is such a member.
    """
    act = ACTS.get(handler.opt.get("act", ""))
    if act is None:
        raise PermissionDeniedException("This address is not open to anyone.")
    if act.public:
        return
    named = connection.path_params.get("member_id")
    beside = connection.path_params.get("other_id")
    if beside is not None:
        await _refuse_beside(connection, act, beside)
    if named is not None:
        await _come_near(connection, named)
    actor = await actor_of(connection)
    if actor is None:
        raise NotAuthorizedException("Sign in first.")
    reach = act.reach(actor.roles)
    if named is None:
        reach -= {Relation.ACTED_FOR}  # the address names nobody to act for
    resting = await resting_roles(connection)
    if not reach and resting and act.reach(resting):
        raise SecondFactorWanted("This page needs the second step of signing in.")
    if not reach:
        raise PermissionDeniedException(
            "This page is for " + " or ".join(sorted(who.value for who in act.who)) + "."
        )
    if named is not None and not await _reaches(actor, act, reach, named):
        raise NotFoundException("There is no such page.")


async def _refuse_beside(connection: Connection, act: Act, other_id: UUID) -> None:
    """Raise 404 where an address names a second member who is out of reach by oneself.

    What lets somebody reach the first, such as a role at the first one's grid, says nothing of the
    second.
    """
    seen: _Seen | None = connection.scope["state"].get(_SEEN)
    if seen is None:
        return  # a visitor: refused as such
    await _come_near(connection, other_id)
    there = await actor_of(connection)
    resting = await resting_roles(connection)
    connection.scope["state"][_SEEN] = seen
    if there is None or act.reach(resting):
        return  # refused, or asked for the second step, as for the first
    reach = act.reach(there.roles)
    if not await _reaches(there, act, reach, other_id):
        raise NotFoundException("There is no such page.")


async def _come_near(connection: Connection, member_id: UUID) -> None:
    """Add the staff roles that hold where the named member lives, for this request.

    A role held at a grid holds for the members of that grid and for nobody else.
    """
    seen: _Seen | None = connection.scope["state"].get(_SEEN)
    session: Session | None = connection.scope.get("auth")
    if seen is None or session is None:
        return
    near = await community.roles_towards(seen.actor, member_id)
    more = near & community.STAFF - seen.actor.roles
    if session.opens_staff_roles:
        seen = replace(seen, actor=replace(seen.actor, roles=seen.actor.roles | more))
    else:
        seen = replace(seen, resting=seen.resting | more)
    connection.scope["state"][_SEEN] = seen


async def _reaches(
    actor: community.Actor, act: Act, reach: frozenset[Relation], member_id: UUID
) -> bool:
    """Return whether the act, as far as these roles reach, touches this member."""
    if Relation.OWN in reach and member_id == actor.member_id:
        return True
    if Relation.COMMUNITY in reach:
        try:
            found = await community.member(member_id)
        except community.UnknownMember:
            return False
        return found.community_id == actor.community_id
    if Relation.ACTED_FOR in reach:
        try:
            await community.delegated(actor, member_id, act.delegated)
        except community.NotDelegated:
            return False
        return True
    return False
