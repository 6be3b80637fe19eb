"""Counts the unread messages of whoever makes a request, for the mark at the top of each page."""

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

import community

UNREAD = "linli.unread"


class UnreadMiddleware(ASGIMiddleware):
    """Count before the page is made: a template cannot ask the database. One look at an index."""

    scopes = (ScopeType.HTTP,)
    exclude_by_opt_key = "skip_session"

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Keep the count where `unread_messages()` in a template finds it."""
        member = scope.get("user")
        if isinstance(member, community.Member):
            scope["state"][UNREAD] = await community.unread_messages(member.id)
        await next_app(scope, receive, send)
